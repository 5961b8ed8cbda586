"""An order's own items, in whose units and products its papers are told; of either version's order service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ....errors import NotFound
from ....models import ReturnLine, ShipmentLine
from ..conventions import fits_key
from . import asking
from .cells import Row, key, text
from .dialect import V2, V4, Dialect
from .office import Office
from .shown_units import shown_units
from .told_units import ORDERED, Much, ToldUnit, unit_of

_TWINS: Final = ("RequestedQuantitySAPUnit", "RequestedQuantityISOUnit")
_AREA: Final = ("SalesOrganization", "DistributionChannel", "OrganizationDivision", "SoldToParty")


@dataclass(frozen=True, slots=True)
class Ordered:
    """What the papers of one order are told in."""

    number: str
    items: Mapping[str, Row]
    """By item number as people see it."""
    office: Office

    def told(self, much: Much, item: str) -> tuple[Decimal, str | None]:
        """A paper's quantity in the unit of the order's item; in its own where that cannot be taken into it."""
        own = self.unit(item)
        found = None if own is None else much.taken_into(own)
        if own is not None and found is not None:
            return found, own.code or own.told or None
        return much.quantity, self.code(much.unit, item)

    def is_own(self, line: ShipmentLine | ReturnLine) -> bool:
        """Whether a line of a paper is told in the unit of the order's item; nothing is so in any unit."""
        own = self.unit(line.order_line_id)
        return not line.quantity or (own is not None and line.unit == (own.code or own.told or None))

    def code(self, unit: ToldUnit, item: str) -> str | None:
        """Our code for the unit of a paper: by the order's ISO twin where the code is the order's own."""
        own = self.unit(item)
        if own is not None and unit.same_as(own):
            return own.code or unit.code or own.told
        return unit.code or unit.told or None

    def unit(self, item: str) -> ToldUnit | None:
        """The unit of an order's item; ``None`` for one that the order does not have."""
        row = self.items.get(item)
        return None if row is None else unit_of(row, ORDERED, self.office)

    def shown_unit(self, item: str) -> str:
        """The unit of an order's item, as services write it that have no twins."""
        row = self.items[item]
        shown = text(row, "RequestedQuantityUnit")
        return shown or shown_units(self.office).theirs(unit_of(row, ORDERED, self.office).code or "")

    def product(self, item: str) -> str:
        """The product of an order's item."""
        row = self.items[item]
        return text(row, _dialect(self.office).product)


def ordered(office: Office, id: str, operation: str) -> Ordered:
    """The items of an order; ``NotFound`` where there is none."""
    said = _dialect(office)
    shown = ("RequestedQuantityUnit",) if said.version == 2 else ()
    fields = ("SalesOrderItem", said.product, *shown, *_TWINS)
    address = f"{_order(said, id, operation)}/{said.to_items}"
    with office.translated(operation):
        rows = list(asking.rows(office.service(said.service), address, select=",".join(fields)))
    return Ordered(id, {key(row, "SalesOrderItem"): row for row in rows}, office)


def area_of(office: Office, id: str, operation: str) -> dict[str, str]:
    """Sales area and sold-to party of an order, by the names that all sales documents have for them."""
    said = _dialect(office)
    with office.translated(operation):
        service = office.service(said.service)
        header = service.get(_order(said, id, operation), {"$select": ",".join(_AREA)})
        return {name: text(header, name) for name in _AREA}


def _dialect(office: Office) -> Dialect:
    return V4 if office.settings.service == "v4" else V2


def _order(said: Dialect, id: str, operation: str) -> str:
    if not fits_key(id):
        raise NotFound("there is no such order", operation=operation)
    return said.at(said.order, SalesOrder=id)
