"""Customers: business partners that have a customer's number (sap.md 2.14, 4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....models import Customer, FrozenMapping
from ...answers import understands_answers
from .cells import Row, flag, key, text, within
from .partners import Partners, first_address, full_name


@understands_answers
class Customers(Partners[Customer]):
    """Customers with address, sales area's currency and terms, and blocks."""

    role = "Customer"
    expanded = "to_BusinessPartnerAddress,to_Customer/to_CustomerSalesArea"

    def _block_out(self, blocked: Any) -> Mapping[str, Any]:
        return {"OrderIsBlockedForCustomer": self.office.settings.order_block if blocked else ""}

    def _told(self, partner: Row) -> Customer:
        customer = next(iter(within(partner, "to_Customer")), {})
        area = self._area(within(customer, "to_CustomerSalesArea"))
        number = key(partner, "Customer")
        name = full_name(partner, text(customer, "CustomerName"), number)
        block = text(customer, "OrderIsBlockedForCustomer") or text(area, "OrderIsBlockedForCustomer")
        barred = flag(partner, "BusinessPartnerIsBlocked")
        terms = f"{text(area, 'IncotermsClassification')} {text(area, 'IncotermsLocation1')}".strip()
        return Customer(
            id=number,
            number=number,
            name=name,
            address=first_address(partner, name, self.office),
            currency=text(area, "Currency") or None,
            payment_terms=text(area, "CustomerPaymentTerms") or None,
            delivery_terms=terms or None,
            tax_id=text(customer, "VATRegistration") or None,
            price_group=text(area, "CustomerPriceGroup") or None,
            blocked=bool(block) or barred,
            block_reason=f"order block {block}" if block else "partner blocked" if barred else None,
            raw=FrozenMapping(partner),
        )

    def _area(self, areas: Sequence[Row]) -> Row:
        """The sales area that is worked in; where none is set, the only one."""
        settings = self.office.settings
        wanted = (settings.sales_org, settings.distribution_channel, settings.division)
        names = ("SalesOrganization", "DistributionChannel", "Division")
        fitting = [
            row
            for row in areas
            if all(not each or text(row, name) == each for name, each in zip(names, wanted, strict=True))
        ]
        return fitting[0] if len(fitting) == 1 else {}
