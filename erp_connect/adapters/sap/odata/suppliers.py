"""Suppliers: business partners that have a supplier's number (sap.md 2.14, 4.6, and the service's own description)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....models import FrozenMapping, Supplier
from ...answers import understands_answers
from .cells import Row, flag, key, text, within
from .partners import Partners, first_address, full_name


@understands_answers
class Suppliers(Partners[Supplier]):
    """Suppliers with address, currency and terms of the purchasing organisation of the settings, and blocks."""

    role = "Supplier"
    expanded = "to_BusinessPartnerAddress,to_Supplier/to_SupplierPurchasingOrg"

    def _block_out(self, blocked: Any) -> Mapping[str, Any]:
        return {"PurchasingIsBlocked": bool(blocked)}

    def _told(self, partner: Row) -> Supplier:
        supplier = next(iter(within(partner, "to_Supplier")), {})
        terms_of = self._organisation(within(supplier, "to_SupplierPurchasingOrg"))
        number = key(partner, "Supplier")
        name = full_name(partner, text(supplier, "SupplierName"), number)
        terms = f"{text(terms_of, 'IncotermsClassification')} {text(terms_of, 'IncotermsLocation1')}".strip()
        why = _block(partner, supplier, terms_of)
        return Supplier(
            id=number,
            number=number,
            name=name,
            address=first_address(partner, name, self.office),
            currency=text(terms_of, "PurchaseOrderCurrency") or None,
            payment_terms=text(terms_of, "PaymentTerms") or None,
            delivery_terms=terms or None,
            tax_id=text(supplier, "VATRegistration") or None,
            blocked=why is not None,
            block_reason=why,
            raw=FrozenMapping(partner),
        )

    def _organisation(self, organisations: Sequence[Row]) -> Row:
        """The purchasing organisation that is worked in; where none is set, the only one."""
        wanted = self.office.settings.purchasing_org
        fitting = [
            row for row in organisations if not wanted or text(row, "PurchasingOrganization") == wanted
        ]
        return fitting[0] if len(fitting) == 1 else {}


def _block(partner: Row, supplier: Row, organisation: Row) -> str | None:
    """What keeps from ordering of a supplier; ``None`` where nothing does."""
    if flag(supplier, "PurchasingIsBlocked"):
        return "blocked for purchasing"
    if flag(organisation, "PurchasingIsBlockedForSupplier"):
        return "blocked for the purchasing organisation"
    return "partner blocked" if flag(partner, "BusinessPartnerIsBlocked") else None
