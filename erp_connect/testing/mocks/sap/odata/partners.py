"""API_BUSINESS_PARTNER: customers and suppliers with name, address and blocks, and where they trade (sap.md 4.6).

Names, addresses and the order block can be changed.  Creating partners and further addresses, roles, mail and
telephone are left open by the page and not offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Final

from ...odata.errors import malformed
from ...odata.source import Row
from ..documents import Customer, Vendor, alpha, plain
from .source import Producer, SapSource

_CHANGEABLE: Final = {
    "A_BusinessPartner": {"OrganizationBPName1": "name"},
    "A_BusinessPartnerAddress": {
        "StreetName": "street",
        "HouseNumber": "house_number",
        "PostalCode": "postal_code",
        "CityName": "city",
        "Country": "country",
        "Region": "region",
    },
    "A_Customer": {"OrderIsBlockedForCustomer": "order_block"},
    "A_Supplier": {"PurchasingIsBlocked": "purchasing_blocked"},
}
_OF_VENDORS: Final = "V"
"""What stands before a vendor's number in that of its business partner: the two have ranges of their own."""


class Partners(SapSource):
    """Business partners: a customer's has the customer's number, a supplier's has one of its own."""

    def _customers(self, where: Mapping[str, Any]) -> Iterator[Customer]:
        if "Supplier" in where:
            return
        for key in ("BusinessPartner", "Customer"):
            if key in where:
                found = self.world.customers.get(alpha(where[key]))
                if found is not None:
                    yield found
                return
        yield from (self.world.customers[number] for number in sorted(self.world.customers))

    def _vendors(self, where: Mapping[str, Any]) -> Iterator[Vendor]:
        if "Customer" in where:
            return
        wanted = where.get("Supplier")
        if "BusinessPartner" in where:
            partner = str(where["BusinessPartner"])
            wanted = partner.removeprefix(_OF_VENDORS) if partner.startswith(_OF_VENDORS) else "none"
        for number in sorted(self.world.vendors):
            if wanted is None or number == alpha(wanted):
                yield self.world.vendor_cards.get(number) or Vendor(number, f"Vendor {plain(number)}")

    def _partners(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for customer in self._customers(where):
            number = plain(customer.number)
            yield {
                "BusinessPartner": number,
                "Customer": number,
                "Supplier": "",
                **_organisation(customer.name),
            }
        for vendor in self._vendors(where):
            number = plain(vendor.number)
            named = _organisation(vendor.name)
            yield {"BusinessPartner": f"{_OF_VENDORS}{number}", "Customer": "", "Supplier": number, **named}

    def _addresses(self, where: Mapping[str, Any]) -> Iterator[Row]:
        kept = _CHANGEABLE["A_BusinessPartnerAddress"].items()
        both: tuple[Customer | Vendor, ...] = (*self._customers(where), *self._vendors(where))
        for partner in both:
            number = plain(partner.number)
            mark = _OF_VENDORS if isinstance(partner, Vendor) else ""
            shown = {theirs: getattr(partner, ours) for theirs, ours in kept}
            yield {"BusinessPartner": f"{mark}{number}", "AddressID": number, "Language": "EN", **shown}

    def _sales_customers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for customer in self._customers(where):
            yield {
                "Customer": plain(customer.number),
                "CustomerName": customer.name,
                "OrderIsBlockedForCustomer": customer.order_block,
            }

    def _areas(self, where: Mapping[str, Any]) -> Iterator[Row]:
        names = ("SalesOrganization", "DistributionChannel", "Division")
        for customer in self._customers(where):
            for area in customer.areas:
                row = dict(zip(names, area, strict=True))
                yield {"Customer": plain(customer.number), "Currency": customer.currency, **row}

    def _suppliers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for vendor in self._vendors(where):
            yield {
                "Supplier": plain(vendor.number),
                "SupplierName": vendor.name,
                "SupplierFullName": vendor.name,
                "PurchasingIsBlocked": vendor.purchasing_blocked,
                "PostingIsBlocked": False,
                "DeletionIndicator": False,
            }

    def _organisations(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for vendor in self._vendors(where):
            yield {
                "Supplier": plain(vendor.number),
                "PurchasingOrganization": vendor.purchasing_org,
                "PurchaseOrderCurrency": vendor.currency,
                "PaymentTerms": vendor.payment_terms,
                "PurchasingIsBlockedForSupplier": False,
                "DeletionIndicator": False,
            }

    producers: ClassVar[dict[str, Producer]] = {
        "A_BusinessPartner": _partners,
        "A_BusinessPartnerAddress": _addresses,
        "A_Customer": _sales_customers,
        "A_CustomerSalesArea": _areas,
        "A_Supplier": _suppliers,
        "A_SupplierPurchasingOrg": _organisations,
    }

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        """Change what is kept of a customer or a vendor."""
        kept = _CHANGEABLE[entity_set]
        for name in sent.keys() - kept.keys():
            raise malformed(f"property {name} is not kept here")
        partner = self._changed(row)
        for name, value in sent.items():
            self.stage(partial(setattr, partner, kept[name], value))

    def _changed(self, row: Row) -> Customer | Vendor:
        partner = str(row.get("BusinessPartner") or "")
        if partner.startswith(_OF_VENDORS) or (not partner and row.get("Supplier")):
            number = alpha(row.get("Supplier") or partner.removeprefix(_OF_VENDORS))
            return self.world.vendor_cards.setdefault(number, Vendor(number, f"Vendor {plain(number)}"))
        return self.world.customers[alpha(partner or row["Customer"])]


def _organisation(name: str) -> Row:
    return {
        "BusinessPartnerCategory": "2",
        "BusinessPartnerFullName": name,
        "BusinessPartnerName": name,
        "OrganizationBPName1": name,
        "BusinessPartnerIsBlocked": False,
    }
