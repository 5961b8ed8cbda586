"""Products (sage.md 4.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import DuplicateReference, ErpConnectError, InvalidOrder, LossyWrite
from ....models import EMPTY, FrozenMapping, Product, ProductCode, ProductDraft, ProductUnit
from ....rules.exact import quotient
from ....wire.odata import Unreadable
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Body, Row, instant, number, text, whole, within
from .diagnosing import withdrawn
from .mapping_drafts import without_nothing
from .stock import OfProducts

_PRODUCTS: Final = "products"
_EXPAND: Final = "units"
_BARCODE: Final = "gtin"
_INACTIVE: Final = "EnumStockItemStatusTypeInactive"
_ACTIVE: Final = "EnumStockItemStatusTypeActive"


@understands_answers
class Products(OfProducts):
    """Products with their stock unit, the other units, and a bar code."""

    def get(self, id: str) -> Product:
        """By id; ``NotFound`` when there is none."""
        operation = "products.get"
        row = self.office.row(_PRODUCTS, id, operation, expand=_EXPAND)
        with self.office.translated(operation):
            return self._product(row)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Product]:
        """By code or bar code, or by the exact name."""
        with self.office.translated("products.find"):
            found: Sequence[Product] = ()
            if number is not None:
                found = self._where("code", number) or self._where("barcode", number)
            elif name is not None:
                found = self._where("name", name)
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[Product]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated("products.list"):
            for row in self.office.api.rows(_PRODUCTS, expand=_EXPAND):
                yield self._product(row)

    def create(self, draft: ProductDraft, write: Write) -> Written[Product]:
        """Put one on file, in the group that the settings name; ``DuplicateReference`` when the code is taken."""
        operation = "products.create"
        said = {name: getattr(draft, name) for name in ProductDraft.model_fields}
        with self.office.translated(operation):
            body = self._body({name: value for name, value in said.items() if value not in (None, (), False)})
            group = self.office.settings.product_group
            body["product_group_id"] = int(group) if group.isdecimal() else group
        write.sending("put it on file")
        try:
            with self.office.translated(operation, writes=True):
                made = self.office.api.write("POST", _PRODUCTS, body)
                id = whole(made, "id")
                if not id:
                    raise Unreadable("it names no product")
        except ErpConnectError as refusal:
            raise self._taken(refusal, draft.code) from refusal.__cause__
        write.made(str(id), text(made, "code") or None)
        return Written(id=str(id))

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Product]:
        """Change these fields of the record; ``NotFound`` when there is none."""
        operation = "products.update"
        row = self.office.row(_PRODUCTS, id, operation, expand=_EXPAND)
        with self.office.translated(operation):
            body = self._body(changes)
        if body:
            known = {name: row[name] for name in ("code", "name", "product_group_id") if row.get(name)}
            write.sending("change the record")
            with self.office.translated(operation, writes=True):
                self.office.api.write("PUT", f"{_PRODUCTS}/{whole(row, 'id')}", {**known, **body})
        return Written(id=id)

    # -- out and in ------------------------------------------------------------------------------------------

    def _where(self, field: str, value: str) -> Sequence[Product]:
        where = self.office.equal(field, value)
        return [self._product(row) for row in self.office.api.rows(_PRODUCTS, where=where, expand=_EXPAND)]

    def _taken(self, refusal: ErpConnectError, code: str) -> ErpConnectError:
        if not isinstance(refusal, InvalidOrder) or refusal.outcome != "not_applied":
            return refusal
        try:
            if not self._where("code", code):
                return refusal
        except ErpConnectError:
            return refusal
        return DuplicateReference(
            "there is a product with this code already", operation=refusal.operation, native=refusal.native
        )

    def _body(self, said: Mapping[str, Any]) -> Body:
        body: Body = {}
        for name, field in (("code", "code"), ("name", "name"), ("description", "description")):
            if name in said:
                body[field] = "" if said[name] is EMPTY else said[name]
        if "unit" in said:
            id = self.office.unit_names.id(self.office.units.theirs(said["unit"]))
            body |= {"stock_unit_id": id, "base_unit_id": id}
        if "weight" in said:
            body["weight"] = 0 if said["weight"] is EMPTY else said["weight"]
        if "blocked" in said:
            body["product_status_type"] = _INACTIVE if said["blocked"] else _ACTIVE
        if "codes" in said:
            body["barcode"] = _barcode(said["codes"])
        return without_nothing(body)

    def _product(self, row: Row) -> Product:
        self.office.products.remember(row)
        stock = self.office.unit_names.name(whole(row, "stock_unit_id")) or ""
        unit = self.office.units.ours(stock)
        told = f"the unit {stock} is not known here; map it in the settings (units=...)"
        weight = number(row, "weight")
        return Product(
            id=str(whole(row, "id") or ""),
            number=text(row, "code") or None,
            name=text(row, "name"),
            unit=unit or stock or None,
            codes=(ProductCode(kind=_BARCODE, value=text(row, "barcode")),) if text(row, "barcode") else (),
            units=self._units(row, stock),
            weight=weight or None,
            blocked=withdrawn(row),
            description=text(row, "description") or None,
            version=_version(row),
            modified_at=instant(row, "date_time_updated"),
            raw=FrozenMapping(row),
            warnings=(told,) if stock and unit is None else (),
        )

    def _units(self, row: Row, stock: str) -> tuple[ProductUnit, ...]:
        told = {self._unit_of(each): number(each, "multiple_of_base_unit") for each in within(row, "units")}
        base = told.get(stock)
        found: list[ProductUnit] = []
        for name, factor in told.items():
            share = quotient(factor, base) if factor and base else None
            ours = self.office.units.ours(name)
            if name and name != stock and ours and isinstance(share, Decimal) and share > 0:
                found.append(ProductUnit(unit=ours, factor=share))
        return tuple(found)


def _barcode(codes: Any) -> str:
    if codes is EMPTY or not codes:
        return ""
    told = tuple(codes)
    if len(told) > 1 or told[0].kind != _BARCODE or told[0].party is not None:
        raise LossyWrite(
            "a product has one further code, a bar code (gtin)",
            fields=("product.codes",),
            path="product.codes",
        )
    return str(told[0].value)


def _version(row: Row) -> str:
    names = ("code", "name", "description", "barcode", "product_status_type", "date_time_updated")
    parts = [*(text(row, name) for name in names), row.get("stock_unit_id"), row.get("allow_sales_order")]
    told = "\n".join(map(str, (*parts, number(row, "weight"))))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]
