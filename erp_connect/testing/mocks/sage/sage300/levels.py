"""``ICLocationDetails`` and ``ICItemLocations``: stock, where a release has them (sage.md 3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ...business import stock
from ...business.masters import Item
from .properties import Property, day, number, text
from .resources import Desk, Resource


class LocationDetails(Resource):
    """How much of an item is where; the reference does not list it, releases that have it are asked for stock."""

    module, name, keys = "IC", "ICLocationDetails", ("ItemNumber", "Location")
    optional = True

    def described(self) -> Iterable[Property]:
        """Its properties."""
        return [
            text("ItemNumber", 24, lambda desk, row: row[0].number),
            text("Location", 6, lambda desk, row: row[1].code),
            text("Name", 60, lambda desk, row: row[1].name),
            number("QuantityOnHand", _there),
            number("QuantityAvailableToShip", lambda desk, row: _there(desk, row) - _wanted(desk, row)),
            number("QuantityCommitted", _wanted),
            number("AverageCost", lambda desk, row: row[0].cost),
            day("LastReceiptDate", _last_receipt),
        ]

    def rows(self, desk: Desk) -> Iterable[Any]:
        """Every stocked item at every location."""
        return (
            (item, place) for item in desk.company.items for place in desk.company.locations if _kept(item)
        )

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[Any]:
        """One item at every location, or all."""
        if not equals.get("ItemNumber"):
            return self.rows(desk)
        item = desk.company.items.by("number", equals["ItemNumber"])
        return [(item, place) for place in desk.company.locations] if item is not None and _kept(item) else []


class ItemLocations(LocationDetails):
    """The same under another name."""

    name = "ICItemLocations"


def _kept(item: Item) -> bool:
    return item.type == "inventory"


def _there(desk: Desk, row: Any) -> Decimal:
    return stock.on_hand(desk.company, row[0].number, row[1].code)


def _wanted(desk: Desk, row: Any) -> Decimal:
    return stock.promised(desk.company, row[0].number, row[1].code)


def _last_receipt(desk: Desk, row: Any) -> date | None:
    entries = desk.company.ledger.where("item", row[0].number)
    days = [each.posted_on for each in entries if each.quantity > 0 and each.location == row[1].code]
    return max(days, default=None)
