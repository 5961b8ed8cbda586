"""Which field of the core is behind which property of an order; what is not listed keeps the property's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from ...odata.model import EntitySet
from ...odata.source import Row
from ..documents import Fields
from ..selling import EXTERNAL_ROLES, INITIAL_DATE
from .source import untyped

HEADER: Final = {
    "SalesOrganization": "SALES_ORG",
    "DistributionChannel": "DISTR_CHAN",
    "OrganizationDivision": "DIVISION",
    "SalesGroup": "SALES_GRP",
    "SalesOffice": "SALES_OFF",
    "SalesDistrict": "SALES_DIST",
    "PurchaseOrderByCustomer": "PURCH_NO_C",
    "PurchaseOrderByShipToParty": "PURCH_NO_S",
    "CustomerPurchaseOrderType": "PO_METHOD",
    "CustomerPurchaseOrderDate": "PURCH_DATE",
    "SalesOrderDate": "DOC_DATE",
    "SDDocumentReason": "ORD_REASON",
    "PricingDate": "PRICE_DATE",
    "RequestedDeliveryDate": "REQ_DATE_H",
    "ShippingCondition": "SHIP_COND",
    "ShippingType": "SHIP_TYPE",
    "CompleteDeliveryIsDefined": "COMPL_DLV",
    "HeaderBillingBlockReason": "BILL_BLOCK",
    "DeliveryBlockReason": "DLV_BLOCK",
    "DeliveryDateTypeRule": "DATE_TYPE",
    "IncotermsClassification": "INCOTERMS1",
    "IncotermsTransferLocation": "INCOTERMS2",
    "IncotermsVersion": "INCOTERMSV",
    "IncotermsLocation1": "INCOTERMS2L",
    "IncotermsLocation2": "INCOTERMS3L",
    "CustomerPriceGroup": "PRICE_GRP",
    "PriceListType": "PRICE_LIST",
    "CustomerPaymentTerms": "PMNTTRMS",
    "PaymentMethod": "PYMT_METH",
    "FixedValueDate": "FIX_VAL_DY",
    "AssignmentReference": "ASS_NUMBER",
    "AccountingDocExternalReference": "REF_DOC_L",
    "ReferenceSDDocument": "REF_DOC",
    "ReferenceSDDocumentCategory": "REFDOC_CAT",
    "CustomerAccountAssignmentGroup": "ACCNT_ASGN",
    "CustomerGroup": "CUST_GROUP",
    **{f"AdditionalCustomerGroup{n}": f"CUST_GRP{n}" for n in range(1, 6)},
    "TransactionCurrency": "CURRENCY",
    "TaxDepartureCountry": "TAXDEP_CTY",
    "VATRegistrationCountry": "TAXDST_CTY",
    "BillingDocumentDate": "BILL_DATE",
    "ServicesRenderedDate": "SERV_DATE",
    "CustomerPurchaseOrderSuplmnt": "PO_SUPPLEM",
}
ITEM: Final = {
    "SalesOrderItem": "ITM_NUMBER",
    "HigherLevelItem": "HG_LV_ITEM",
    "SalesOrderItemCategory": "ITEM_CATEG",
    "SalesOrderItemText": "SHORT_TEXT",
    "PurchaseOrderByCustomer": "PURCH_NO_C",
    "PurchaseOrderByShipToParty": "PURCH_NO_S",
    "UnderlyingPurchaseOrderItem": "PO_ITM_NO",
    "Material": "MATERIAL",
    "MaterialByCustomer": "CUST_MAT35",
    "PricingDate": "PRICE_DATE",
    "MaterialGroup": "MATL_GROUP",
    "MaterialPricingGroup": "MAT_PR_GRP",
    **{f"AdditionalMaterialGroup{n}": f"PRC_GROUP{n}" for n in range(1, 6)},
    "BillingDocumentDate": "BILL_DATE",
    "ServicesRenderedDate": "SERV_DATE",
    "Batch": "BATCH",
    "ProductionPlant": "PLANT",
    "StorageLocation": "STORE_LOC",
    "DeliveryGroup": "DLV_GROUP",
    "ShippingPoint": "SHIP_POINT",
    "ShippingType": "SHIP_TYPE",
    "Route": "ROUTE",
    "DeliveryPriority": "DLV_PRIO",
    "DeliveryDateQuantityIsFixed": "FIXDAT_QTY",
    "IncotermsClassification": "INCOTERMS1",
    "IncotermsTransferLocation": "INCOTERMS2",
    "CustomerPaymentTerms": "PMNTTRMS",
    "CustomerPriceGroup": "PRICE_GRP",
    "CustomerGroup": "CUST_GROUP",
    "SalesDocumentRjcnReason": "REASON_REJ",
    "ItemBillingBlockReason": "BILL_BLOCK",
    "WBSElement": "WBS_ELEM",
    "ProfitCenter": "PROFIT_CTR",
    "ReferenceSDDocument": "REF_DOC",
    "ReferenceSDDocumentItem": "REF_DOC_IT",
}
V4_ITEM_NAMES: Final = {
    "Product": "Material",
    "Plant": "ProductionPlant",
    "ProductGroup": "MaterialGroup",
    "WBSElementExternalID": "WBSElement",
}
"""Properties of version 4 that have another name there."""
ISO_LANGUAGES: Final = {"E": "EN", "D": "DE"}
LANGUAGES: Final = {iso: internal for internal, iso in ISO_LANGUAGES.items()}
_SHOWN_ROLES: Final = {internal: external for external, internal in EXTERNAL_ROLES.items()}


def shown_role(internal: str) -> str:
    """A partner function as users in English read it."""
    return _SHOWN_ROLES.get(internal, internal)


def kept(entity_set: EntitySet, fields: Fields, names: Mapping[str, str]) -> Row:
    """What the core keeps under its own names, as properties; numbers that are all zeros are initial."""
    row = {}
    for name, property in entity_set.properties.items():
        value = fields.get(names.get(name, name))
        if value is None:
            continue
        if property.display == "NonNegative" and isinstance(value, str):
            value = value.lstrip("0")
        row[name] = value
    return row


def asked(entity_set: EntitySet, sent: Row, names: Mapping[str, str], without: Iterable[str]) -> Fields:
    """What was sent, as fields of the core; null is initial."""
    left, properties = set(without), entity_set.properties
    given = {names_of(name): (name, value) for name, value in sent.items()}
    return {
        names.get(plain_name, plain_name): untyped(value)
        if value is not None
        else initial(properties[name].type)
        for plain_name, (name, value) in given.items()
        if plain_name not in left and not isinstance(value, list)
    }


def names_of(name: str) -> str:
    """The name in version 2 of a property of either version."""
    return V4_ITEM_NAMES.get(name, name)


def initial(kind: str) -> Any:
    """The initial value of a type, as the core holds it."""
    match kind:
        case "Edm.DateTime" | "Edm.Date":
            return INITIAL_DATE
        case "Edm.Decimal":
            return Decimal(0)
        case _:
            return ""
