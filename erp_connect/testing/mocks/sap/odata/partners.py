"""API_BUSINESS_PARTNER: customers with name, address, blocks and sales areas (sap.md 4.6).

Names, addresses and the order block can be changed.  Creating partners and further addresses, roles, mail and
telephone are left open by the page and not offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Final

from ...odata.errors import malformed
from ...odata.source import Row
from ..documents import Customer, alpha, plain
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
}


class Partners(SapSource):
    """Customers as business partners; partner and customer have the same number here."""

    def _customers(self, where: Mapping[str, Any]) -> Iterator[Customer]:
        for key in ("BusinessPartner", "Customer"):
            if key in where:
                found = self.world.customers.get(alpha(where[key]))
                if found is not None:
                    yield found
                return
        yield from (self.world.customers[number] for number in sorted(self.world.customers))

    def _partners(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for customer in self._customers(where):
            number = plain(customer.number)
            yield {
                "BusinessPartner": number,
                "Customer": number,
                "BusinessPartnerCategory": "2",
                "BusinessPartnerFullName": customer.name,
                "BusinessPartnerName": customer.name,
                "OrganizationBPName1": customer.name,
                "BusinessPartnerIsBlocked": False,
            }

    def _addresses(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for customer in self._customers(where):
            number = plain(customer.number)
            shown = {
                theirs: getattr(customer, ours)
                for theirs, ours in _CHANGEABLE["A_BusinessPartnerAddress"].items()
            }
            yield {"BusinessPartner": number, "AddressID": number, "Language": "EN", **shown}

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

    producers: ClassVar[dict[str, Producer]] = {
        "A_BusinessPartner": _partners,
        "A_BusinessPartnerAddress": _addresses,
        "A_Customer": _sales_customers,
        "A_CustomerSalesArea": _areas,
    }

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        """Change what is kept of a customer."""
        kept = _CHANGEABLE[entity_set]
        for name in sent.keys() - kept.keys():
            raise malformed(f"property {name} is not kept here")
        customer = self.world.customers[alpha(row.get("BusinessPartner") or row["Customer"])]
        for name, value in sent.items():
            self.stage(partial(setattr, customer, kept[name], value))
