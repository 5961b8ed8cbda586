"""Products, which are called items there: the id is the number without its separators (sage.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import NotFound
from ....models import EMPTY, FrozenMapping, Product, ProductDraft, ProductUnit, Ref
from ....models.codes import UnknownCode
from ....models.units import unit_code
from ....wire.odata import Refused, Unreadable
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Body, Row, number, text, within
from .asking import text_key
from .cells import yes
from .conditions import equal
from .entering import at_once
from .errors import INVALID_PARAMETERS, code_of
from .office import ITEMS, Office

_SEPARATORS: Final = str.maketrans("", "", "-/\\.()#* ")
"""What stands between the segments of a formatted number."""


@understands_answers
class Items:
    """Items with their units."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Product:
        """By id; ``NotFound`` when there is none."""
        operation = "products.get"
        with self.office.translated(operation):
            return self._product(self._card(id, operation))

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Product]:
        """By number, with or without its separators, or by the exact name."""
        with self.office.translated("products.find"):
            rows: Sequence[Row] = ()
            if number is not None:
                rows = numbered(number.upper(), self.office)
            elif name is not None:
                rows = self.office.asking.few(ITEMS, equal("Description", name))
            found = [self._product(row) for row in rows]
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[Product]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated("products.list"):
            for row in self.office.asking.rows(ITEMS):
                yield self._product(row)

    def create(self, draft: ProductDraft, write: Write) -> Written[Product]:
        """Put one on file; ``DuplicateReference`` when the number is taken.

        What an item needs beside the draft (structure, category, account set) is said by ``item_defaults``.
        """
        operation, office = "products.create", self.office
        bare = draft.code.upper().translate(_SEPARATORS)
        own = office.units.theirs(draft.unit)
        body: Body = {
            "UnformattedItemNumber": bare,
            "Description": draft.name,
            **office.settings.item_defaults,
            "StockItem": True,
            "StockingUnitOfMeasure": own,
            "ItemUnitsOfMeasure": [
                {"ItemNumber": bare, **_unit(own, Decimal(1))},
                *(
                    {"ItemNumber": bare, **_unit(office.units.theirs(each.unit), each.factor)}
                    for each in draft.units
                ),
            ],
        }
        office.awake(operation)
        write.sending("put it on file")
        with office.translated(operation, writes=True):
            made = office.asking.create(ITEMS, body)
            if text(made, "UnformattedItemNumber") != bare:
                raise Unreadable("it tells of another item than was sent")
        write.made(bare, text(made, "ItemNumber") or None)
        return Written(id=bare, stored=at_once(lambda: self._product(made)))

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Product]:
        """Change these fields and no other; ``NotFound`` when there is no such product."""
        operation, office = "products.update", self.office
        card = self._card(id, operation)
        body: Body = {}
        if "name" in changes:
            body["Description"] = changes["name"]
        if "unit" in changes:
            body["StockingUnitOfMeasure"] = office.units.theirs(changes["unit"])
        if "units" in changes:
            units = () if changes["units"] is EMPTY else changes["units"]
            body["ItemUnitsOfMeasure"] = list(self._units_out(card, units))
        if body:
            office.awake(operation)
            write.sending("change the record")
            with office.translated(operation, writes=True):
                office.asking.change(ITEMS, text_key(id), body)
        return Written(id=id)

    def named(self, product: str | Ref, operation: str) -> Row:
        """The card of what people or programs name; ``NotFound`` where there is none."""
        with self.office.translated(operation):
            if isinstance(product, Ref):
                rows: Sequence[Row] = self.office.asking.few(
                    ITEMS, equal("UnformattedItemNumber", product.id)
                )
            else:
                rows = numbered(product.upper(), self.office)
        if not rows:
            raise NotFound("there is no such product", operation=operation, path="product")
        return rows[0]

    # -- out and in ------------------------------------------------------------------------------------------

    def _card(self, id: str, operation: str) -> Row:
        with self.office.translated(operation):
            found = self.office.asking.few(ITEMS, equal("UnformattedItemNumber", id))
        for row in found:
            if text(row, "UnformattedItemNumber") == id:
                return row
        raise NotFound("there is no such product", operation=operation)

    def _units_out(self, card: Row, units: Sequence[ProductUnit]) -> Iterator[Body]:
        """What becomes of each unit of a card, said of every one, so that these are left (sage.md 3.3)."""
        had = factors(card)
        wanted = {self.office.units.theirs(each.unit): each.factor for each in units}
        for code, factor in wanted.items():
            yield {**_unit(code, factor), "UpdateOperation": "Update" if code in had else "Insert"}
        for code in had:
            if code not in wanted and code != text(card, "StockingUnitOfMeasure"):
                yield {"UnitOfMeasure": code, "UpdateOperation": "Delete"}

    def _product(self, row: Row) -> Product:
        bare, formatted = text(row, "UnformattedItemNumber"), text(row, "ItemNumber")
        if not (bare or formatted):
            raise Unreadable("it names no item")
        warnings: list[str] = []
        own = text(row, "StockingUnitOfMeasure")
        return Product(
            id=bare or formatted,
            number=formatted or bare,
            name=text(row, "Description"),
            unit=self.office.unit_in(own, warnings),
            units=tuple(self._units(row, own)),
            blocked=inactive(row),
            raw=FrozenMapping(row),
            warnings=tuple(warnings),
        )

    def _units(self, row: Row, own: str) -> Iterator[ProductUnit]:
        """The units beside the item's own; one that nobody knows is left out."""
        for each in within(row, "ItemUnitsOfMeasure"):
            code, factor = text(each, "UnitOfMeasure"), number(each, "ConversionFactor")
            ours = self.office.units.ours(code) if code != own else None
            if ours is not None and factor is not None and factor > 0 and _is_unit(ours):
                yield ProductUnit(unit=ours, factor=factor)


def numbered(code: str, office: Office) -> Sequence[Row]:
    """The items with this number, formatted or not; not every release lets the formatted one be asked for."""
    try:
        found = office.asking.few(ITEMS, equal("ItemNumber", code))
    except Refused as refused:
        if code_of(refused.answer) != INVALID_PARAMETERS:
            raise
        found = []
    bare = code.translate(_SEPARATORS)
    found = found or office.asking.few(ITEMS, equal("UnformattedItemNumber", bare))
    return [
        row
        for row in found
        if text(row, "ItemNumber") in ("", code) or text(row, "UnformattedItemNumber") == code
    ]


def inactive(row: Row) -> bool:
    """Whether an item's card says that it is not used any more."""
    return yes(row, "InactiveItem")


def factors(row: Row) -> Mapping[str, Decimal]:
    """How many of the item's own unit each of its units holds, by the site's codes."""
    own = text(row, "StockingUnitOfMeasure")
    told = {
        text(each, "UnitOfMeasure"): number(each, "ConversionFactor")
        for each in within(row, "ItemUnitsOfMeasure")
    }
    return {code: factor for code, factor in told.items() if code and factor} | {own: Decimal(1)}


def _unit(code: str, factor: Decimal) -> Body:
    return {"UnitOfMeasure": code, "ConversionFactor": factor, "FACTOR": factor}


def _is_unit(code: str) -> bool:
    try:
        return unit_code(code) == code
    except UnknownCode:
        return False
