"""What became of the lines of orders: delivered, invoiced, cancelled (dynamics.md 3.4).

The order entities do not say it.  What was delivered stands in the reporting view of packing slips, and what remains in
that of order lines; a release that does not show them leaves the states of the lines, which say it of whole lines only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ....models import Quantities
from ...services.cells import Row, member, number, text
from .documents import Document
from .office import Office

LINE_VIEW: Final = "SalesLineBiEntities"
SLIP_LINES: Final = "CustPackingSlipTransBiEntities"
_UNTOUCHED: Final = frozenset({"Active", "Confirmed", "Picked"})
"""States of an order of which nothing is delivered."""
_DELIVERED: Final = frozenset({"Delivered", "Received", "Invoiced"})
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one line; ``None`` is not told."""

    state: str
    untouched: bool = False
    slips: Decimal | None = None
    undelivered: Decimal | None = None
    """What is still to be delivered."""
    uninvoiced: Decimal | None = None
    """What is delivered and not invoiced."""
    sales: bool = True

    def quantities(self, ordered: Decimal) -> Quantities:
        """All quantities of a line of which so much is ordered."""
        shipped, invoiced, cancelled = self._told(ordered)
        return Quantities(
            ordered=ordered,
            shipped=shipped if self.sales else None,
            delivered=None if self.sales else shipped,
            invoiced=invoiced,
            cancelled=cancelled,
        )

    def _told(self, ordered: Decimal) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        if self.state == "Canceled":
            return _NOTHING, _NOTHING, ordered
        if self.untouched:
            return _NOTHING, _NOTHING, _NOTHING
        shipped = self._shipped(ordered)
        if shipped is None:
            return None, None, _NOTHING
        left = self.undelivered
        if left is None:
            left = _NOTHING if self.state in _DELIVERED else ordered - shipped
        cancelled = max(ordered - shipped - left, _NOTHING)
        if self.uninvoiced is not None:
            return shipped, max(shipped - self.uninvoiced, _NOTHING), cancelled
        return shipped, shipped if self.state == "Invoiced" else None, cancelled

    def _shipped(self, ordered: Decimal) -> Decimal | None:
        if self.slips is not None:
            return self.slips
        if self.undelivered is not None:
            return ordered - self.undelivered
        return ordered if self.state in _DELIVERED else None


def moved_of_sales(documents: Sequence[Document], office: Office) -> Mapping[str, Moved]:
    """What became of the lines of these sales orders, by their lots; asked for where anything was delivered."""
    touched = [each for each in documents if not _untouched(each.header)]
    numbers = [each.number for each in touched if each.lines]
    remains = {text(row, "InventTransId"): row for row in _of(LINE_VIEW, numbers, office)}
    slips: dict[str, Decimal] = {}
    for row in _of(SLIP_LINES, numbers, office):
        lot = text(row, "InventTransId")
        slips[lot] = slips.get(lot, _NOTHING) + (number(row, "Qty") or _NOTHING)
    found: dict[str, Moved] = {}
    for document in documents:
        untouched = _untouched(document.header)
        for row in document.lines:
            lot = text(row, "InventoryLotId")
            told = remains.get(lot, {})
            found[lot] = Moved(
                state=member(row, "SalesOrderLineStatus"),
                untouched=untouched,
                slips=slips.get(lot, _NOTHING) if SLIP_LINES in office.sets else None,
                undelivered=number(told, "RemainSalesPhysical"),
                uninvoiced=number(told, "RemainSalesFinancial"),
            )
    return found


def moved_of_purchases(document: Document) -> Mapping[str, Moved]:
    """What became of the lines of a purchase order: no entity says it but the state of a line (dynamics.md 3.3)."""
    found = {}
    for row in document.lines:
        state = member(row, "PurchaseOrderLineStatus")
        found[str(row.get("LineNumber"))] = Moved(state=state, sales=False)
    return found


def _of(view: str, numbers: Sequence[str], office: Office) -> Sequence[Row]:
    return [*office.rows_of(view, "SalesId", numbers)] if view in office.sets else []


def _untouched(header: Row) -> bool:
    return member(header, "SalesOrderProcessingStatus") in _UNTOUCHED
