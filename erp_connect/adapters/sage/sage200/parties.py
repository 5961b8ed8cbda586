"""Customers and suppliers (sage.md 4.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final, Generic, TypeVar

from ....errors import DuplicateReference, ErpConnectError, InvalidOrder, LossyWrite, UnmappedCode
from ....models import (
    EMPTY,
    Customer,
    CustomerDraft,
    FrozenMapping,
    Money,
    Supplier,
    SupplierDraft,
)
from ....wire.odata import Unreadable
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Body, Row, instant, money, number, text, whole, within
from .addresses import account_address_out, address_in
from .codes import Records
from .diagnosing import barred
from .mapping_drafts import without_nothing
from .office import Office

P = TypeVar("P", Customer, Supplier)
D = TypeVar("D", CustomerDraft, SupplierDraft)
_EXPAND: Final = "main_address"


class _Parties(Generic[P, D]):
    """What the two kinds share."""

    entity: type[P]
    book: ClassVar[str]

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> P:
        """By id; ``NotFound`` when there is none."""
        operation = f"{self.book}.get"
        row = self.office.row(self.book, id, operation, expand=_EXPAND)
        with self.office.translated(operation):
            return self._party(row)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[P]:
        """By number, or by the exact name."""
        if number is None and name is None:
            return ()
        told = (("reference", None if number is None else number.upper()), ("name", name))
        where = " and ".join(self.office.equal(field, value) for field, value in told if value is not None)
        with self.office.translated(f"{self.book}.find"):
            found = [self._party(row) for row in self._rows(where)]
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[P]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated(f"{self.book}.list"):
            for row in self._rows(""):
                yield self._party(row)

    def create(self, draft: D, write: Write) -> Written[P]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        operation = f"{self.book}.create"
        said = {name: getattr(draft, name) for name in type(draft).model_fields}
        with self.office.translated(operation):
            body = self._body({name: value for name, value in said.items() if value not in (None, (), False)})
        write.sending("put it on file")
        try:
            with self.office.translated(operation, writes=True):
                made = self.office.api.write("POST", self.book, body)
                id = whole(made, "id")
                if not id:
                    raise Unreadable("it names no account")
        except ErpConnectError as refusal:
            raise self._taken(refusal, body) from refusal.__cause__
        write.made(str(id), text(made, "reference") or None)
        return Written(id=str(id))

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[P]:
        """Change these fields of the record; ``NotFound`` when there is none."""
        operation = f"{self.book}.update"
        row = self.office.row(self.book, id, operation, expand=_EXPAND)
        with self.office.translated(operation):
            body = self._body(changes)
        if body:
            known = {"reference": text(row, "reference"), "name": text(row, "name")}
            write.sending("change the record")
            with self.office.translated(operation, writes=True):
                self.office.api.write("PUT", f"{self.book}/{whole(row, 'id')}", {**known, **body})
        return Written(id=id)

    # -- out and in ------------------------------------------------------------------------------------------

    def _rows(self, where: str) -> Iterator[Row]:
        return self.office.api.rows(self.book, where=where, expand=_EXPAND)

    def _taken(self, refusal: ErpConnectError, body: Body) -> ErpConnectError:
        """The refusal, as what it is about where the number is somebody's already."""
        if not isinstance(refusal, InvalidOrder) or refusal.outcome != "not_applied":
            return refusal
        try:
            taken = self.find(number=str(body.get("reference", "")))
        except ErpConnectError:
            return refusal
        if not taken:
            return refusal
        return DuplicateReference(
            "there is an account with this number already",
            operation=refusal.operation,
            native=refusal.native,
        )

    @property
    def _records(self) -> Records:
        return self.office.parties(self.book.removesuffix("s"))

    def _body(self, said: Mapping[str, Any]) -> Body:
        body: Body = {}
        for name, field in (("number", "reference"), ("name", "name")):
            if name in said:
                body[field] = said[name].upper() if name == "number" else said[name]
        if "address" in said:
            path = f"{self.book.removesuffix('s')}.address"
            body["main_address"] = account_address_out(said["address"], self.office.settings, path)
        if "currency" in said:
            body["currency_id"] = self._currency_out(said["currency"])
        if "blocked" in said:
            body["on_hold"] = bool(said["blocked"])
        if "credit_limit" in said:
            body["credit_limit"] = self._limit_out(said["credit_limit"])
        return without_nothing(body)

    def _currency_out(self, currency: Any) -> int | None:
        """The id of a currency; none for the company's own, which is the default."""
        if currency is EMPTY or currency == self.office.currencies.own:
            return None
        found = self.office.currencies.id_of(currency)
        if found is None:
            raise UnmappedCode(
                f"nobody knows which currency of the company is {currency}",
                path=f"{self.book.removesuffix('s')}.currency",
                hint=f"say it by the setting currencies={currency}=ID",
            )
        return found

    def _limit_out(self, limit: Any) -> Decimal:
        if limit is EMPTY:
            return Decimal(0)
        if isinstance(limit, Money) and limit.currency == self.office.currencies.own:
            return limit.amount
        path = f"{self.book.removesuffix('s')}.credit_limit"
        raise LossyWrite(
            f"a credit limit is kept in the company's own currency, {self.office.currencies.own or 'not known here'}",
            fields=(path,),
            path=path,
        )

    def _party(self, row: Row) -> P:
        self._records.remember(row)
        warnings: list[str] = []
        own, name = self.office.currencies.own, text(row, "name")
        limit = money(row, "credit_limit", own)
        address = next(
            (
                address_in(each, self.office.settings, warnings, name=name)
                for each in within(row, "main_address")
            ),
            None,
        )
        fields: dict[str, Any] = {
            "id": str(whole(row, "id") or ""),
            "number": text(row, "reference") or None,
            "name": name,
            "address": address,
            "currency": self.office.currencies.code(whole(row, "currency_id")) or None,
            "tax_id": text(row, "vat_number") or text(row, "tax_number") or None,
            "email": text(row, "email") or None,
            "phone": _phone(row),
            "blocked": barred(row),
            "block_reason": text(row, "status_reason") or None,
            "credit_limit": limit if limit is not None and limit.amount else None,
            "credit_used": money(row, "balance", own),
            "version": _version(row, number(row, "credit_limit"), address),
            "modified_at": instant(row, "date_time_updated"),
            "raw": FrozenMapping(row),
            "warnings": tuple(warnings),
        }
        return self.entity(**fields)


def _phone(row: Row) -> str | None:
    parts = ("telephone_country_code", "telephone_area_code", "telephone_subscriber_number")
    said = " ".join(part for name in parts if (part := text(row, name)))
    return said or text(row, "telephone_number") or None


def _version(row: Row, *parts: Any) -> str:
    told = [text(row, name) for name in ("reference", "name", "date_time_updated", "account_status_type")]
    whole_ = "\n".join(map(str, (*told, row.get("on_hold"), *parts)))
    return hashlib.sha256(whole_.encode("utf-8", "replace")).hexdigest()[:24]


@understands_answers
class Customers(_Parties[Customer, CustomerDraft]):
    """Customers."""

    entity = Customer
    book = "customers"


@understands_answers
class Suppliers(_Parties[Supplier, SupplierDraft]):
    """Suppliers."""

    entity = Supplier
    book = "suppliers"
