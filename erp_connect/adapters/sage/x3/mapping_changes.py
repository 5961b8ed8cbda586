"""Amendments as one modify: only what changes, lines addressed by their place in the table (sage.md 2.12, 2.14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ....errors import LossyWrite, UnsupportedOperation
from ....models import (
    Amendment,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeWarehouse,
    LineDraft,
    Order,
    PurchaseOrder,
    PurchaseOrderLineDraft,
)
from ....wire.adonix import Record
from ....wire.adonix.streams import Table, Value
from ...amounts import price_of_one
from ...services.gathering import Gathering
from .cells import NUM, text
from .mapping_drafts import (
    address_out,
    custom_out,
    discount_out,
    line_out,
    reference_out,
    refuse_homeless,
)
from .mapping_orders import Side, rows_by_id
from .office import Office

_HEADER: Final = {
    "order_date": "order_date",
    "payment_terms": "payment_terms",
    "delivery_terms": "delivery_terms",
}


class ChangeOfOrder(Gathering):
    """What is to be changed of one order, of either side."""

    def __init__(self, order: Order | PurchaseOrder, side: Side, office: Office) -> None:
        self.side, self.office = side, office
        self.shape = office.shape(side.kind)
        super().__init__(order, rows_by_id(order.raw, self.shape, office))

    @property
    def _quantity(self) -> str:
        return "quantity"

    def _change_address(self, change: ChangeAddress) -> None:
        if change.ship_to is not None:
            path = f"{self.side.prefix}.ship_to"
            self._header |= address_out(change.ship_to, self.shape, self.office, path)

    def _make_more(self, amendment: Amendment) -> None:
        match amendment:
            case ChangePrice():
                places = self.office.settings.price_scale
                self._line(str(amendment.line))["price"] = price_of_one(amendment.to, places)
            case ChangeDiscount():
                path = f"{self.side.prefix}.line"
                self._line(str(amendment.line)).update(discount_out(amendment.to, path))
            case ChangeDate():
                self._change_date(amendment)
            case ChangeWarehouse():
                if amendment.line is None and "warehouse" in self.shape.header:
                    self._header["warehouse"] = amendment.to
                if "warehouse" in self.shape.lines:
                    for line in self._meant(amendment.line):
                        self._line(line)["warehouse"] = amendment.to
                elif amendment.line is not None:
                    raise self._homeless("warehouse")
            case _:
                raise UnsupportedOperation(
                    f"sage+x3 does not know {amendment.operation}",
                    why="no field of the order carries it",
                    operation=amendment.operation,
                )

    def _change_date(self, change: ChangeDate) -> None:
        if change.line is None:
            self._header["requested"] = change.to
        if "requested" in self.shape.lines:
            for line in self._meant(change.line):
                self._line(line)["requested"] = change.to
        elif change.line is not None:
            if len(self.order.lines) > 1:
                raise self._homeless("requested")
            self._header["requested"] = change.to

    def _homeless(self, word: str) -> LossyWrite:
        path = f"{self.side.prefix}.line.{word}"
        return LossyWrite("lines have no such field of their own", fields=(path,), path=path)

    def _change_header(self, change: ChangeHeader) -> None:
        told = change.changes
        for name in _HEADER:
            if name in told:
                self._header[name] = told[name]
        for name in ("customer_po", "supplier_reference"):
            if name in told:
                self._header[self.side.reference] = reference_out(told[name], self.office)
        if "prices_include_tax" in told:
            self._header["price_type"] = told["prices_include_tax"]
        path = f"{self.side.prefix}.custom"
        self._header |= custom_out(change.custom, self.shape.header_custom, path)

    def _line_out(self, line: LineDraft | PurchaseOrderLineDraft) -> dict[str, Any]:
        dated = line.requested is None or "requested" in self.shape.lines
        if not dated and line.requested != self.order.requested:
            raise self._homeless("requested")
        return line_out(line, self.side, self.office)

    # -- the calls -------------------------------------------------------------------------------------------

    @property
    def gone(self) -> Sequence[str]:
        """The ids of lines that go."""
        return self._gone

    def place(self, id: str) -> str:
        """The place of a line in the table."""
        return text(self._rows[id], NUM)

    @property
    def in_ranks(self) -> bool:
        """Whether rows stand without gaps: only then is a place the same as a rank."""
        rows = self.shape.rows(self.order.raw)
        return [text(row, NUM) for row in rows] == [str(rank) for rank in range(1, len(rows) + 1)]

    def empty(self) -> None:
        """Where lines cannot be deleted: those that go are left with nothing."""
        for id in self._gone:
            self._line(id)["quantity"] = 0
        self._gone = []

    def groups(self) -> dict[str, dict[str, Value]]:
        """What changes of the header."""
        told = dict(self._header)
        refuse_homeless(told, self.shape.header, self.shape.header_custom, self.side.prefix)
        found = self.shape.groups(told)
        if self._new or self._lines:
            for block, fields in self.shape.counted(self._most() + len(self._new)).items():
                found.setdefault(block, {}).update(fields)
        return found

    def rows(self) -> Table:
        """What changes of lines, and those that are new."""
        path = f"{self.side.prefix}.line"
        changed: list[tuple[int, Mapping[str, Value]]] = []
        for id, values in self._lines.items():
            refuse_homeless(values, self.shape.lines, self.shape.line_custom, path)
            if values:
                changed.append((int(self.place(id)), self.shape.cells(values)))
        last = self._most()
        changed += [(last + extra, self.shape.cells(body)) for extra, (body, _, _) in enumerate(self._new, 1)]
        return sorted(changed, key=lambda each: each[0])

    def _most(self) -> int:
        """The last place that is taken."""
        return self.shape.last(self.order.raw)

    def replaced(self, after: Record) -> dict[str, tuple[str, ...]]:
        """Which lines took the place of which, by the record as it is afterwards: new lines stand last."""
        ids = [id for id in rows_by_id(after, self.shape, self.office) if id not in self._rows]
        return self._succeeded(ids, str)
