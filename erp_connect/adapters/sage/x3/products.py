"""Products (sage.md 2.15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ....errors import LossyWrite
from ....models import EMPTY, FrozenMapping, Product, ProductCode, ProductDraft, UnitPrice
from ....wire.adonix import Record
from ....wire.adonix.streams import Table
from ...answers import understands_answers
from ...contract import Write, Written
from .cards import Cards, cleared
from .cells import exact
from .mapping_drafts import custom_out, refuse_homeless
from .mapping_parts import customs_in
from .office import stamp_of

GTIN: Final = "gtin"
_ACTIVE, _UNUSABLE = "1", "6"


@understands_answers
class Products(Cards[Product]):
    """Products, which X3 calls items."""

    book, kind = "products", "product"

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Product]:
        """By number, by the GTIN where the list shows it, or by the exact name."""
        found = super().find(number=number, name=name)
        column = self.shape.column(GTIN)
        if found or number is None or not column:
            return found
        return tuple(
            each for each in self._each({column: number}, "products.find") if name in (None, each.name)
        )

    def create(self, draft: ProductDraft, write: Write) -> Written[Product]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        return super().create(draft, write)

    def _out(self, said: Mapping[str, Any], before: Record | None) -> tuple[dict[str, Any], Table]:
        header: dict[str, Any] = {}
        for name, word in (("code", "number"), ("name", "name"), ("description", "description")):
            if name in said:
                header[word] = cleared(said[name])
        if "unit" in said:
            header["unit"] = self.office.units.theirs(said["unit"])
            if before is None and "sales_unit" in self.shape.header:
                header["sales_unit"] = header["unit"]
        if "blocked" in said:
            header["state"] = _UNUSABLE if said["blocked"] is not EMPTY and said["blocked"] else _ACTIVE
        elif before is None and "state" in self.shape.header:
            header["state"] = _ACTIVE
        if "price" in said:
            header["price"] = self._price_out(said["price"])
        if "codes" in said:
            codes = () if said["codes"] is EMPTY else said["codes"]
            header[GTIN] = _gtin(tuple(codes))
        header |= custom_out(said.get("custom") or {}, self.shape.header_custom, "product.custom")
        refuse_homeless(header, self.shape.header, self.shape.header_custom, "product")
        return header, []

    def _price_out(self, price: Any) -> Any:
        if price is EMPTY:
            return ""
        if (
            isinstance(price, UnitPrice)
            and price.currency == self.office.settings.currency
            and price.per == 1
        ):
            return price.amount
        raise LossyWrite(
            "a product has one price, for one unit in the currency that the settings name (currency=)",
            fields=("product.price",),
            path="product.price",
        )

    def _in(self, record: Record) -> Product:
        shape, own = self.shape, self.office.settings.currency
        number, code = shape.text(record, "number"), shape.text(record, "unit")
        if not number:
            raise ValueError("it names no product")
        price, state, gtin = (
            shape.text(record, "price"),
            shape.text(record, "state"),
            shape.text(record, GTIN),
        )
        amount = exact(price) if price else None
        return Product.trusted(
            id=number,
            number=number,
            name=shape.text(record, "name"),
            unit=self.office.unit(code) or code or None,
            codes=(ProductCode.trusted(kind=GTIN, value=gtin),) if gtin else (),
            price=UnitPrice.trusted(amount=amount, currency=own) if amount and own else None,
            blocked=state in self.office.settings.blocked_states if state else None,
            description=shape.text(record, "description") or None,
            custom=customs_in(record, shape),
            version=stamp_of(record) or None,
            raw=FrozenMapping(record),
        )


def _gtin(codes: Sequence[ProductCode]) -> str:
    if len(codes) > 1 or any(each.kind != GTIN or each.party for each in codes):
        raise LossyWrite(
            "a product has one code besides its number, its GTIN",
            fields=("product.codes",),
            path="product.codes",
        )
    return codes[0].value if codes else ""
