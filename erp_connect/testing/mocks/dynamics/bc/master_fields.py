"""Which property of the API shows which fact of a master record; both directions read from it (dynamics.md 1.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...business import masters as rows


@dataclass(frozen=True)
class Master:
    """One set of master data: its table, its plain properties, its codes by id, its enumerations."""

    table: str
    row: Callable[..., Any]
    plain: Mapping[str, str]
    codes: Mapping[str, tuple[str, str]]
    enums: Mapping[str, tuple[str, Mapping[str, str]]]
    series: str = ""
    """Where numbers come from that nobody gave."""
    named: bool = False
    """Whether nobody comes in without a name."""


_PARTNER: Final = {
    "number": "number",
    "displayName": "name",
    "phoneNumber": "phone",
    "email": "email",
    "website": "website",
    "taxLiable": "taxable",
    "taxRegistrationNumber": "tax_registration",
    "currencyCode": "currency",
}
_PARTNER_CODES: Final = {
    "currencyId": ("currency", "currencies"),
    "paymentTermsId": ("payment_terms", "payment_terms"),
    "shipmentMethodId": ("shipment_method", "shipment_methods"),
    "paymentMethodId": ("payment_method", "payment_methods"),
}
_CODE: Final = {"code": "code", "displayName": "name"}
MASTERS: Final[dict[str, Master]] = {
    "customers": Master(
        "customers",
        rows.Customer,
        {**_PARTNER, "salespersonCode": "salesperson", "creditLimit": "credit_limit"},
        _PARTNER_CODES,
        {
            "type": ("type", {"Company": "company", "Person": "person"}),
            "blocked": ("blocked", {"_x0020_": "", "Ship": "ship", "Invoice": "invoice", "All": "all"}),
        },
        "customer",
        named=True,
    ),
    "vendors": Master(
        "vendors",
        rows.Vendor,
        _PARTNER,
        _PARTNER_CODES,
        {"blocked": ("blocked", {"_x0020_": "", "Payment": "payment", "All": "all"})},
        "vendor",
        named=True,
    ),
    "items": Master(
        "items",
        rows.Item,
        {
            "number": "number",
            "displayName": "name",
            "displayName2": "name2",
            "itemCategoryCode": "category",
            "blocked": "blocked",
            "gtin": "gtin",
            "unitPrice": "price",
            "priceIncludesTax": "price_includes_tax",
            "unitCost": "cost",
            "taxGroupCode": "tax_code",
            "baseUnitOfMeasureCode": "unit",
            "generalProductPostingGroupCode": "product_group",
            "inventoryPostingGroupCode": "inventory_group",
        },
        {"baseUnitOfMeasureId": ("unit", "units")},
        {
            "type": (
                "type",
                {
                    "Inventory": "inventory",
                    "Service": "service",
                    "Non_x002D_Inventory": "non_inventory",
                },
            )
        },
        "item",
    ),
    "itemVariants": Master(
        "variants",
        rows.Variant,
        {"itemId": "item", "code": "code", "description": "description"},
        {},
        {},
    ),
    "unitsOfMeasure": Master(
        "units",
        rows.Unit,
        {**_CODE, "internationalStandardCode": "standard", "symbol": "symbol"},
        {},
        {},
    ),
    "currencies": Master(
        "currencies",
        rows.Currency,
        {**_CODE, "symbol": "symbol", "amountRoundingPrecision": "rounding"},
        {},
        {},
    ),
    "paymentTerms": Master(
        "payment_terms", rows.PaymentTerms, {**_CODE, "discountPercent": "discount_percent"}, {}, {}
    ),
    "paymentMethods": Master("payment_methods", rows.Code, _CODE, {}, {}),
    "shipmentMethods": Master("shipment_methods", rows.Code, _CODE, {}, {}),
    "locations": Master(
        "locations",
        rows.Location,
        {**_CODE, "phoneNumber": "phone", "email": "email", "website": "website"},
        {},
        {},
    ),
    "customerReturnReasons": Master(
        "return_reasons", rows.Code, {"code": "code", "description": "name"}, {}, {}
    ),
}
GROUP_IDS: Final = {
    "itemCategoryId": "category",
    "taxGroupId": "tax_code",
    "generalProductPostingGroupId": "product_group",
    "inventoryPostingGroupId": "inventory_group",
}
ENTRY_TYPES: Final = {
    "purchase": "Purchase",
    "sale": "Sale",
    "positive": "Positive_x0020_Adjmt_x002E_",
    "negative": "Negative_x0020_Adjmt_x002E_",
    "transfer": "Transfer",
}
