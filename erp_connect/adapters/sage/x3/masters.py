"""Customers and suppliers, with the table of their addresses (sage.md 2.15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from ....errors import LossyWrite
from ....models import EMPTY, Address, Customer, CustomerDraft, FrozenMapping, Supplier, SupplierDraft
from ....models.codes import UnknownCode
from ....models.countries import country_code
from ....wire.adonix import Record
from ....wire.adonix.streams import Row, Table
from ...answers import understands_answers
from ...contract import Write, Written
from .cards import Cards, cleared
from .cells import NUM, text
from .mapping_drafts import custom_out, refuse_homeless
from .mapping_parts import customs_in
from .office import stamp_of
from .shapes import Shape

P = TypeVar("P", Customer, Supplier)
_TEXTS: Final = (
    *("number", "name", "currency", "payment_terms", "delivery_terms", "tax_id", "email", "price_group"),
)
_YES, _NO = "2", "1"
_MOST: Final = 3
_OURS: Final = ("code", "default", "lines")
"""Columns that are ours to fill; lines stand in one list, or each in a column."""


class _Parties(Cards[P]):
    """Customers and suppliers."""

    def _out(self, said: Mapping[str, Any], before: Record | None) -> tuple[dict[str, Any], Table]:
        shape = self.shape
        header = {name: cleared(said[name]) for name in _TEXTS if name in said}
        if "blocked" in said:
            header["active"] = not (said["blocked"] is not EMPTY and said["blocked"])
        header |= custom_out(said.get("custom") or {}, shape.header_custom, f"{self.kind}.custom")
        refuse_homeless(header, shape.header, shape.header_custom, self.kind)
        address = said.get("address")
        cells: dict[str, Any] = {}
        if address is EMPTY:
            cells = dict.fromkeys(("line1", "line2", "line3", "postal_code", "city", "region"), "")
            cells["lines"] = [""] * _MOST
        elif isinstance(address, Address):
            cells = self._address_out(address)
            if "country" in shape.header and before is None:
                header["country"] = cells["country"]
        if "phone" in said:
            cells["phone"] = cleared(said["phone"])
        if not cells:
            return header, []
        row = None if before is None else self._default(before)
        if row is None:
            if not isinstance(address, Address):
                raise LossyWrite(
                    "a telephone number is kept with an address, and there is none",
                    fields=(f"{self.kind}.phone",),
                    path=f"{self.kind}.phone",
                )
            cells |= {"code": self.office.settings.address_code, "default": True}
        place = 1 if row is None else int(text(row, NUM))
        return header, [(place, self._row(cells))]

    def _row(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        shape = self.shape
        if not shape.lines:
            raise LossyWrite(
                "the publication has no table of addresses",
                fields=(f"{self.kind}.address",),
                path=f"{self.kind}.address",
            )
        for word, value in cells.items():
            if value and word not in _OURS and not _has(shape, word):
                named = "lines" if word.startswith("line") else word
                path = f"{self.kind}.phone" if word == "phone" else f"{self.kind}.address.{named}"
                raise LossyWrite(
                    f"the table of addresses has no field for {named} that can be written",
                    fields=(path,),
                    path=path,
                )
        return dict(shape.cells(cells))

    def _address_out(self, address: Address) -> dict[str, Any]:
        if len(address.lines) > _MOST:
            path = f"{self.kind}.address.lines"
            raise LossyWrite(f"an address holds {_MOST} lines", fields=(path,), path=path)
        lines = [*address.lines, *([""] * (_MOST - len(address.lines)))]
        return {
            "lines": lines,
            **{f"line{place}": line for place, line in enumerate(lines, 1)},
            "postal_code": address.postal_code,
            "city": address.city,
            "region": address.region or "",
            "country": self.office.settings.countries.get(address.country, address.country),
            **({"phone": address.phone} if address.phone else {}),
        }

    def _default(self, record: Record) -> Row | None:
        """The address that is the default one, else the first."""
        place, rows = self.shape.lines.get("default"), self.shape.rows(record)
        if place is not None:
            for row in rows:
                if text(row, place.field) == _YES:
                    return row
        return rows[0] if rows else None

    def _fields(self, record: Record) -> dict[str, Any]:
        shape, row = self.shape, self._default(record)
        number, name = shape.text(record, "number"), shape.text(record, "name")
        if not number:
            raise ValueError("it names no record")
        active = shape.text(record, "active")
        phone = self._cell(row, "phone") or shape.text(record, "phone")
        return {
            "id": number,
            "number": number,
            "name": name,
            "address": None if row is None else self._address_in(row, name),
            "currency": shape.text(record, "currency") or None,
            "payment_terms": shape.text(record, "payment_terms") or None,
            "delivery_terms": shape.text(record, "delivery_terms") or None,
            "tax_id": shape.text(record, "tax_id") or None,
            "email": shape.text(record, "email") or None,
            "phone": phone or None,
            "price_group": shape.text(record, "price_group") or None,
            "blocked": {_NO: True, _YES: False}.get(active),
            "custom": customs_in(record, shape),
            "version": stamp_of(record) or None,
            "raw": FrozenMapping(record),
        }

    def _cell(self, row: Row | None, word: str) -> str:
        place = self.shape.lines.get(word)
        return "" if row is None or place is None else text(row, place.field)

    def _address_in(self, row: Row, name: str) -> Address | None:
        place = self.shape.lines.get("lines")
        held = row.get(place.field) if place is not None else None
        lines = (
            [each.strip() for each in held]
            if isinstance(held, list)
            else [self._cell(row, f"line{at}") for at in range(1, _MOST + 1)]
        )
        city = self._cell(row, "city")
        code = self._cell(row, "country") or self.office.settings.country
        try:
            country = country_code(self.office.country(code))
        except UnknownCode:
            return None
        if not name or not (any(lines) or city):
            return None
        while lines and not lines[-1]:
            lines.pop()
        return Address.trusted(
            name=name,
            lines=tuple(lines),
            city=city,
            postal_code=self._cell(row, "postal_code"),
            country=country,
            region=self._cell(row, "region") or None,
        )


def _has(shape: Shape, word: str) -> bool:
    """Whether a word has a column that can be written, or the list of lines holds it."""
    word = "lines" if word.startswith("line") and "lines" in shape.lines else word
    place = shape.lines.get(word) or (shape.header.get(word) if word == "country" else None)
    return place is not None and place.entered


@understands_answers
class Customers(_Parties[Customer]):
    """Customers."""

    book, kind = "customers", "customer"

    def _in(self, record: Record) -> Customer:
        return Customer.trusted(**self._fields(record))

    def create(self, draft: CustomerDraft, write: Write) -> Written[Customer]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        return super().create(draft, write)


@understands_answers
class Suppliers(_Parties[Supplier]):
    """Suppliers, where the site has published them."""

    book, kind = "suppliers", "supplier"

    def _in(self, record: Record) -> Supplier:
        return Supplier.trusted(**self._fields(record))

    def create(self, draft: SupplierDraft, write: Write) -> Written[Supplier]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        return super().create(draft, write)
