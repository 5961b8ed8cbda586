"""Products: what is released to the legal entity (dynamics.md 3.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import UnsupportedOperation
from ....models import EMPTY, FrozenMapping, Product, ProductDraft, Ref, UnitPrice
from ....wire.odata import Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Body, Row, etag, number, text
from .office import Office

PRODUCTS: Final = "ReleasedProductsV2"
NUMBER: Final = "ItemNumber"
_NAMES: Final = ("SearchName", "ProductSearchName")
"""The legal entity's own name for it, and the one of all of them, which is not the legal entity's to change."""


@understands_answers
class Products:
    """Released products with their sales unit; their name is the one that they are searched by."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Product:
        """By number; ``NotFound`` when there is none."""
        operation = "products.get"
        row = self.office.row(self._at(id), operation)
        with self.office.translated(operation):
            return self.product(row)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Product]:
        """By number, or by the exact name."""
        with self.office.translated("products.find"):
            if number is not None:
                return self._where(NUMBER, number)
            if name is None:
                return ()
            found = self._where(_NAMES[0], name) or self._where(_NAMES[1], name)
        return tuple(each for each in found if each.name == name)

    def list(self) -> Iterator[Product]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated("products.list"):
            for row in self.office.rows(PRODUCTS):
                yield self.product(row)

    def create(self, draft: ProductDraft, write: Write) -> Written[Product]:
        """Products are created and released through other entities: ``UnsupportedOperation``."""
        raise UnsupportedOperation(
            f"{draft.code} cannot be put on file here",
            why="products are created and released through other entities",
            operation=write.operation,
        )

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Product]:
        """Change these fields, held to the record as it was read just before; ``NotFound`` when there is none."""
        operation = "products.update"
        row = self.office.row(self._at(id), operation)
        body = self._body(changes)
        if body:
            held = {"If-Match": "*" if write.force else etag(row) or "*"}
            write.sending("change the record")
            self.office.together([Operation("PATCH", self._at(id), body, held)], operation)
        return Written(id=id)

    def named(self, product: str | Ref, operation: str) -> Row | None:
        """The record of what people or programs name; ``None`` where there is none."""
        code = product.id if isinstance(product, Ref) else product
        with self.office.translated(operation):
            return next(iter([*self.office.rows_of(PRODUCTS, NUMBER, [code])]), None)

    # -- out and in ------------------------------------------------------------------------------------------

    def _at(self, id: str) -> str:
        return self.office.at(PRODUCTS, **{NUMBER: id})

    def _where(self, field: str, value: str) -> tuple[Product, ...]:
        return tuple(self.product(row) for row in self.office.rows_of(PRODUCTS, field, (value,)))

    def _body(self, said: Mapping[str, Any]) -> Body:
        body: Body = {}
        if "name" in said:
            body[_NAMES[0]] = "" if said["name"] is EMPTY else said["name"]
        if "unit" in said:
            body["SalesUnitSymbol"] = self.office.units.theirs(said["unit"])
        if "price" in said:
            price = said["price"]
            body["SalesPrice"] = price.amount if isinstance(price, UnitPrice) else Decimal(0)
            body["SalesPriceQuantity"] = price.per if isinstance(price, UnitPrice) else Decimal(1)
        return body

    def product(self, row: Row) -> Product:
        """The product that a row says; its price is in the legal entity's own currency, which no entity tells."""
        code = text(row, "SalesUnitSymbol") or text(row, "InventoryUnitSymbol")
        unit = self.office.units.ours(code)
        warnings = (f"the unit {code} is not known here; map it in the settings (units=...)",)
        return Product(
            id=text(row, NUMBER),
            number=text(row, NUMBER) or None,
            name=text(row, _NAMES[0]) or text(row, _NAMES[1]),
            unit=unit or code or None,
            price=self._price(row),
            version=etag(row),
            raw=FrozenMapping(row),
            warnings=warnings if code and unit is None else (),
        )

    def _price(self, row: Row) -> UnitPrice | None:
        own, amount = self.office.settings.currency, number(row, "SalesPrice")
        per = number(row, "SalesPriceQuantity") or Decimal(1)
        return UnitPrice(amount=amount, currency=own, per=per) if amount and own else None
