"""Customers and vendors (dynamics.md 1.9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final, Generic, TypeVar

from ....errors import LossyWrite
from ....models import (
    EMPTY,
    Address,
    Customer,
    CustomerDraft,
    FrozenMapping,
    Money,
    Supplier,
    SupplierDraft,
)
from ....models.codes import UnknownCode
from ....models.countries import country_code
from ....wire.odata import Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Body, Row, etag, guid, instant, member, money, text
from .mapping_drafts import without_nothing
from .office import Office, equal

P = TypeVar("P", Customer, Supplier)
D = TypeVar("D", CustomerDraft, SupplierDraft)

_FIELDS: Final[Mapping[str, str]] = {
    "number": "number",
    "name": "displayName",
    "phone": "phoneNumber",
    "email": "email",
    "tax_id": "taxRegistrationNumber",
    "currency": "currencyCode",
}
"""Fields that are the same text on both sides."""
_BLOCKED, _FREE = "All", "_x0020_"
_BLANK_ID: Final = "00000000-0000-0000-0000-000000000000"
_ADDRESS: Final = ("addressLine1", "addressLine2", "city", "state", "country", "postalCode")


class _Parties(Generic[P, D]):
    """What the two kinds share."""

    entity: type[P]
    book: ClassVar[str]
    entity_set: ClassVar[str]

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> P:
        """By id; ``NotFound`` when there is none."""
        operation = f"{self.book}.get"
        row = self.office.row(self.entity_set, id, operation)
        with self.office.translated(operation):
            return self._party(row)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[P]:
        """By number, or by the exact name."""
        named = (("number", number), ("displayName", name))
        where = " and ".join(equal(field, value) for field, value in named if value is not None)
        with self.office.translated(f"{self.book}.find"):
            rows = list(self.office.rows(self.entity_set, where=where)) if where else []
            found = [self._party(row) for row in rows]
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[P]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated(f"{self.book}.list"):
            for row in self.office.rows(self.entity_set):
                yield self._party(row)

    def create(self, draft: D, write: Write) -> Written[P]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        operation = f"{self.book}.create"
        said = {name: getattr(draft, name) for name in type(draft).model_fields}
        body = self._body({name: value for name, value in said.items() if value not in (None, (), False)})
        write.sending("put it on file")
        with self.office.translated(operation, writes=True):
            made = self.office.api.create(self.office.at(self.entity_set), body)
            party = self._party(made)
        write.made(party.id, party.number)
        return Written(id=party.id, stored=party)

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[P]:
        """Change these fields, held to the record as it was read just before; ``NotFound`` when there is none."""
        operation = f"{self.book}.update"
        row = self.office.row(self.entity_set, id, operation)
        body = self._body(changes)
        if body:
            held = {"If-Match": "*" if write.force else etag(row) or "*"}
            write.sending("change the record")
            part = Operation("PATCH", self.office.at(self.entity_set, id), body, held)
            self.office.together([part], operation)
        return Written(id=id)

    # -- out and in ------------------------------------------------------------------------------------------

    def _body(self, said: Mapping[str, Any]) -> Body:
        office = self.office
        body: Body = {
            field: "" if said[name] is EMPTY else said[name]
            for name, field in _FIELDS.items()
            if name in said
        }
        if "address" in said:
            body |= _address_out(said["address"])
        if "blocked" in said:
            body["blocked"] = _BLOCKED if said["blocked"] else _FREE
        if "payment_terms" in said:
            terms = said["payment_terms"]
            body["paymentTermsId"] = _BLANK_ID if terms is EMPTY else office.payment_terms.id(terms)
        return without_nothing(body | self._own_body(said))

    def _own_body(self, said: Mapping[str, Any]) -> Body:  # noqa: ARG002 (customers have more)
        return {}

    def _party(self, row: Row) -> P:
        block = member(row, "blocked")
        name = text(row, "displayName")
        fields: dict[str, Any] = {
            "id": guid(row, "id"),
            "number": text(row, "number") or None,
            "name": name,
            "address": _address_in(row, name),
            "currency": text(row, "currencyCode") or self.office.currency or None,
            "payment_terms": self.office.payment_terms.code(guid(row, "paymentTermsId")),
            "tax_id": text(row, "taxRegistrationNumber") or None,
            "email": text(row, "email") or None,
            "phone": text(row, "phoneNumber") or None,
            "blocked": bool(block),
            "version": etag(row),
            "modified_at": instant(row, "lastModifiedDateTime"),
            "raw": FrozenMapping(row),
        }
        return self.entity(**(fields | self._own_fields(row)))

    def _own_fields(self, row: Row) -> dict[str, Any]:  # noqa: ARG002 (customers have more)
        return {}


@understands_answers
class Customers(_Parties[Customer, CustomerDraft]):
    """Customers."""

    entity = Customer
    book = "customers"
    entity_set = "customers"

    def _own_body(self, said: Mapping[str, Any]) -> Body:
        body: Body = {}
        if "delivery_terms" in said:
            terms = said["delivery_terms"]
            body["shipmentMethodId"] = _BLANK_ID if terms is EMPTY else self.office.delivery_terms.id(terms)
        if "credit_limit" in said:
            body["creditLimit"] = self._limit_out(said["credit_limit"])
        return body

    def _limit_out(self, limit: Any) -> Decimal:
        if limit is EMPTY:
            return Decimal(0)
        if isinstance(limit, Money) and limit.currency == self.office.currency:
            return limit.amount
        raise LossyWrite(
            f"a credit limit is kept in the company's own currency, {self.office.currency or 'not known here'}",
            fields=("customer.credit_limit",),
            path="customer.credit_limit",
        )

    def _own_fields(self, row: Row) -> dict[str, Any]:
        own = self.office.currency
        limit = money(row, "creditLimit", own)
        return {
            "delivery_terms": self.office.delivery_terms.code(guid(row, "shipmentMethodId")),
            "credit_limit": limit if limit is not None and limit.amount else None,
            "credit_used": money(row, "balanceDue", own),
        }


@understands_answers
class Vendors(_Parties[Supplier, SupplierDraft]):
    """Suppliers, which are called vendors there."""

    entity = Supplier
    book = "suppliers"
    entity_set = "vendors"


def _address_out(address: Any) -> Body:
    if not isinstance(address, Address):
        return dict.fromkeys(_ADDRESS, "")
    first, second = (*address.lines, "", "")[:2]
    if len(address.lines) > 2 or len(second) > 50:
        raise LossyWrite(
            "an address holds two lines, the second of 50 characters",
            fields=("address.lines",),
            path="address.lines",
        )
    cells = (first, second, address.city, address.region or "", address.country, address.postal_code)
    return dict(zip(_ADDRESS, cells, strict=True))


def _address_in(row: Row, name: str) -> Address | None:
    try:
        country = country_code(text(row, "country"))
    except UnknownCode:
        return None
    lines = tuple(line for line in (text(row, "addressLine1"), text(row, "addressLine2")) if line)
    if not (name and (lines or text(row, "city"))):
        return None
    return Address(
        name=name,
        lines=lines,
        city=text(row, "city"),
        postal_code=text(row, "postalCode"),
        country=country,
        region=text(row, "state") or None,
    )
