"""Products, which are called items there (dynamics.md 1.9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import LossyWrite
from ....models import EMPTY, FrozenMapping, Product, ProductCode, ProductDraft, Ref, UnitPrice
from ....wire.odata import Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Body, Row, etag, flag, guid, instant, number, text
from .mapping_drafts import without_nothing
from .office import Office, equal

ITEMS: Final = "items"
GTIN: Final = "gtin"


@understands_answers
class Items:
    """Items with their base unit, the price on their card, and one GTIN."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Product:
        """By id; ``NotFound`` when there is none."""
        operation = "products.get"
        row = self.office.row(ITEMS, id, operation)
        with self.office.translated(operation):
            return self.product(row)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Product]:
        """By number or GTIN, or by the exact name."""
        with self.office.translated("products.find"):
            rows: Sequence[Row] = ()
            if number is not None:
                rows = self._where(equal("number", number)) or self._where(equal(GTIN, number))
            elif name is not None:
                rows = self._where(equal("displayName", name))
            found = [self.product(row) for row in rows]
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[Product]:
        """Stream all of them, a page in memory at a time; what is in stock is left out, for it is slow to count."""
        with self.office.translated("products.list"):
            for row in self.office.rows(ITEMS):
                yield self.product(row)

    def create(self, draft: ProductDraft, write: Write) -> Written[Product]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        operation = "products.create"
        said = {name: getattr(draft, name) for name in ProductDraft.model_fields}
        body = self._body({name: value for name, value in said.items() if value not in (None, (), False)})
        body |= {"type": "Inventory", "baseUnitOfMeasureCode": self.office.units.theirs(draft.unit)}
        write.sending("put it on file")
        with self.office.translated(operation, writes=True):
            product = self.product(self.office.api.create(self.office.at(ITEMS), body))
        write.made(product.id, product.number)
        return Written(id=product.id, stored=product)

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Product]:
        """Change these fields, held to the record as it was read just before; ``NotFound`` when there is none."""
        operation = "products.update"
        row = self.office.row(ITEMS, id, operation)
        body = self._body(changes)
        if "unit" in changes:
            body["baseUnitOfMeasureCode"] = self.office.units.theirs(changes["unit"])
        if body:
            held = {"If-Match": "*" if write.force else etag(row) or "*"}
            write.sending("change the record")
            self.office.together([Operation("PATCH", self.office.at(ITEMS, id), body, held)], operation)
        return Written(id=id)

    def named(self, product: str | Ref, operation: str) -> Row | None:
        """The record of what people or programs name; ``None`` where there is none."""
        where = f"id eq {product.id}" if isinstance(product, Ref) else equal("number", product)
        with self.office.translated(operation):
            return next(iter(self._where(where)), None)

    # -- out and in ------------------------------------------------------------------------------------------

    def _where(self, condition: str) -> Sequence[Row]:
        return [*self.office.rows(ITEMS, where=condition)]

    def _body(self, said: Mapping[str, Any]) -> Body:
        body: Body = {}
        for name, field in (("code", "number"), ("name", "displayName"), ("description", "displayName2")):
            if name in said:
                body[field] = "" if said[name] is EMPTY else said[name]
        if "blocked" in said:
            body["blocked"] = bool(said["blocked"])
        if "price" in said:
            body["unitPrice"] = self._price_out(said["price"])
        if "codes" in said:
            body[GTIN] = _gtin(said["codes"])
        return without_nothing(body)

    def _price_out(self, price: Any) -> Decimal:
        if price is EMPTY:
            return Decimal(0)
        if isinstance(price, UnitPrice) and price.currency == self.office.currency and price.per == 1:
            return price.amount
        raise LossyWrite(
            f"the card has one price, for one unit in {self.office.currency or 'the currency of the company'}",
            fields=("product.price",),
            path="product.price",
        )

    def product(self, row: Row) -> Product:
        """The product that a row says."""
        own, price = self.office.currency, number(row, "unitPrice")
        code = text(row, "baseUnitOfMeasureCode")
        unit = self.office.units.ours(code)
        warnings = (f"the unit {code} is not known here; map it in the settings (units=...)",)
        return Product(
            id=guid(row, "id"),
            number=text(row, "number") or None,
            name=text(row, "displayName"),
            unit=unit or code or None,
            codes=(ProductCode(kind=GTIN, value=text(row, GTIN)),) if text(row, GTIN) else (),
            price=UnitPrice(amount=price, currency=own) if price and own else None,
            blocked=flag(row, "blocked"),
            description=text(row, "displayName2") or None,
            version=etag(row),
            modified_at=instant(row, "lastModifiedDateTime"),
            raw=FrozenMapping(row),
            warnings=warnings if code and unit is None else (),
        )


def _gtin(codes: Any) -> str:
    if codes is EMPTY or not codes:
        return ""
    told = tuple(codes)
    if len(told) > 1 or told[0].kind != GTIN or told[0].party is not None:
        raise LossyWrite(
            "the card has one further code, a GTIN", fields=("product.codes",), path="product.codes"
        )
    return str(told[0].value)
