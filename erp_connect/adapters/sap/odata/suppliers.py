"""Suppliers: business partners that have a supplier's number (sap.md 2.14, 4.6, and the service's own description).

The supplier may have another number than its business partner; purchase orders name the supplier's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ....errors import NotFound, UnsupportedOperation
from ....models import FrozenMapping, Supplier, SupplierDraft
from ....wire.odata import Group, Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ..conventions import fits_key
from . import asking, services
from .cells import Row, flag, key, text, within
from .office import Office
from .partners import KEPT_IN_SAP, PARTNERS, first_address, full_name, renamed

_SUPPLIERS: Final = "A_Supplier"
_EXPANDED: Final = "to_BusinessPartnerAddress,to_Supplier/to_SupplierPurchasingOrg"


@understands_answers
class Suppliers:
    """Suppliers with address, currency and terms of the purchasing organisation of the settings, and blocks."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Supplier:
        """By the supplier's number; ``NotFound`` when there is none."""
        found = self._numbered(id, "suppliers.get")
        if not found:
            raise NotFound("there is no such supplier", operation="suppliers.get")
        return found[0]

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Supplier]:
        """By number, or by the exact name."""
        operation = "suppliers.find"
        if number is not None:
            found = self._numbered(number, operation)
        elif name is not None:
            found = self._named(name, operation)
        else:
            return ()
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[Supplier]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated("suppliers.list"):
            service = self.office.service(services.PARTNERS)
            where = "Supplier ne ''"
            for row in asking.all_rows(service, PARTNERS, "Supplier", where=where, expand=_EXPANDED):
                yield self._supplier(row)

    def create(self, draft: SupplierDraft, write: Write) -> Written[Supplier]:  # noqa: ARG002 (kept in SAP)
        """Nothing: see :data:`KEPT_IN_SAP`."""
        raise UnsupportedOperation(
            "business partners are created in SAP", why=KEPT_IN_SAP, operation="suppliers.create"
        )

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Supplier]:
        """Another name, or the block for purchasing placed or taken away, in one change set.

        ``NotFound`` without a partner.  Only organisations are renamed.
        """
        operation = "suppliers.update"
        found = self._rows(asking.equal("Supplier", id), operation) if fits_key(id) else []
        if not found:
            raise NotFound("there is no such supplier", operation=operation)
        parts = list(self._operations(found[0], changes, operation))
        if parts:
            service, groups = self.office.service(services.PARTNERS), [Group(tuple(parts))]
            (ended,) = self.office.changed(
                service, groups, write, step="change the supplier", operation=operation
            )
            if isinstance(ended, Exception):
                raise ended
        return Written(id=id)

    @staticmethod
    def _operations(partner: Row, changes: Mapping[str, Any], operation: str) -> Iterator[Operation]:
        if "name" in changes:
            yield renamed(partner, changes["name"], operation)
        if "blocked" in changes:
            address = asking.addressed(_SUPPLIERS, Supplier=key(partner, "Supplier"))
            yield Operation("PATCH", address, {"PurchasingIsBlocked": bool(changes["blocked"])})

    def _numbered(self, number: str, operation: str) -> Sequence[Supplier]:
        if not fits_key(number):
            return ()
        return [self._supplier(row) for row in self._rows(asking.equal("Supplier", number), operation)]

    def _named(self, name: str, operation: str) -> Sequence[Supplier]:
        """The numbers come from the suppliers' own set, whose name is that of all its lines together."""
        with self.office.translated(operation):
            service = self.office.service(services.PARTNERS)
            rows = list(asking.rows(service, _SUPPLIERS, where=asking.equal("SupplierName", name)))
        numbers = sorted(text(row, "Supplier") for row in rows)
        return [each for number in numbers for each in self._numbered(number, operation)]

    def _rows(self, condition: str, operation: str) -> Sequence[Row]:
        with self.office.translated(operation):
            service = self.office.service(services.PARTNERS)
            return list(asking.rows(service, PARTNERS, where=condition, expand=_EXPANDED))

    def _supplier(self, partner: Row) -> Supplier:
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
