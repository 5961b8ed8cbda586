"""An order's own items, in whose units and products its papers are told; of either version's order service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ....errors import NotFound
from ..conventions import fits_key
from . import asking
from .cells import Row, key, text
from .dialect import V2, V4, Dialect
from .office import Office
from .shown_units import shown_units

_TWINS: Final = ("RequestedQuantitySAPUnit", "RequestedQuantityISOUnit")
_AREA: Final = ("SalesOrganization", "DistributionChannel", "OrganizationDivision", "SoldToParty")


@dataclass(frozen=True, slots=True)
class Ordered:
    """What the papers of one order are told in."""

    number: str
    items: Mapping[str, Row]
    """By item number as people see it."""
    office: Office

    def unit(self, shown: str, item: str) -> str | None:
        """Our code for a unit of a paper's item: by the order's ISO twin where the code is the order's own."""
        row = self.items.get(item, {})
        found = None
        if shown and shown in (text(row, "RequestedQuantityUnit"), text(row, _TWINS[0])):
            found = self._own_unit(row)
        return found or shown_units(self.office).ours(shown) or shown or None

    def shown_unit(self, item: str) -> str:
        """The unit of an order's item, as services write it that have no twins."""
        row = self.items[item]
        shown = text(row, "RequestedQuantityUnit")
        return shown or shown_units(self.office).theirs(self._own_unit(row) or "")

    def product(self, item: str) -> str:
        """The product of an order's item."""
        row = self.items[item]
        return text(row, _dialect(self.office).product)

    def _own_unit(self, row: Row) -> str | None:
        internal, iso = (text(row, name) for name in _TWINS)
        return self.office.units.ours(internal, iso)


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
