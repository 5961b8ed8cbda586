"""Amendments as one PUT: the header as it was read, with what changes, and the lines that do (sage.md 4.5).

Lines stand in the order of the amendments, those that go at the end, so that a PUT which is cut leaves a beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import LossyWrite, TransitionNotAllowed, UnsupportedOperation
from ....models import (
    EMPTY,
    AddNote,
    Amendment,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Discount,
    LineDraft,
    Order,
    OrderLine,
    PlaceHold,
    PurchaseOrder,
    PurchaseOrderLineDraft,
    ReleaseHold,
    SplitLine,
)
from ....rules.exact import quotient
from ....rules.quantities import moved
from ...services.cells import Body, Row, flag, whole, within
from ...services.gathering import Gathering
from .echoing import header_as_read, line_as_read, memo_as_read
from .mapping_drafts import (
    bought_line_out,
    charge_out,
    day_out,
    discount_out,
    discounts_out,
    line_out,
    memo_out,
    price_out,
    references_out,
    ship_to_out,
)
from .mapping_lines import kind_of
from .office import Office
from .sides import CHARGE, SALES, Side

_NO_DISCOUNT: Final[Body] = {
    "unit_discount_percent": Decimal(0),
    "unit_discount_value": Decimal(0),
    "unit_discount_overridden": True,
    "discount_percent_specified": True,
}
_HOLD: Final = "on_hold"


class ChangeOfOrder(Gathering):
    """What is to be changed of one order; ``order`` as it was just read, with all of its record."""

    def __init__(self, order: Order | PurchaseOrder, side: Side, office: Office) -> None:
        super().__init__(order, {str(whole(row, "id")): row for row in within(order.raw, "lines")})
        self.side, self.office = side, office
        self.before: Row = order.raw
        self.status: str | None = None
        """What the status endpoint is to be asked for: ``hold`` or ``release``."""
        self._places: list[tuple[str, Any]] = []
        """The lines in the order of the amendments: ``("new", place)`` or ``("line", id)``."""

    def make(self, amendment: Amendment) -> None:
        """Gather one amendment; raises for what an order has no place for."""
        fresh, known = len(self._new), set(self._lines)
        super().make(amendment)
        self._places += [("new", place) for place in range(fresh, len(self._new))]
        self._places += [("line", id) for id in self._lines if id not in known]
        if isinstance(amendment, ChangeQuantity | SplitLine):
            self._keep_amount_of_discount(self.order.line(str(amendment.line)))

    def cancel(self, id: str) -> None:
        """Cancel what is open of a line, and have it recorded: it goes, or is lowered to what has left."""
        gone = moved(self.order.line(id).quantities)
        if gone:
            self._line(id).update({self._quantity: gone, **self._recorded})
        elif self._rows.get(id, {}).get("is_line_deletable") is False:
            raise TransitionNotAllowed("the system does not let this line be deleted", path="line")
        else:
            self._take_away(id)

    # -- what is sent ----------------------------------------------------------------------------------------

    @property
    def _recorded(self) -> Body:
        """What has the system keep a record of what is cancelled."""
        return {"create_cancelled_line": True} if self.side is SALES else {}

    @property
    def parts(self) -> int:
        """How many records change: the header, and each line."""
        return bool(self._header) + len(self._new) + sum(map(bool, self._lines.values())) + len(self._gone)

    @property
    def header(self) -> Body:
        """What changes of the header."""
        return self._header

    @property
    def changed(self) -> dict[str, Body]:
        """What changes of lines that stay, by their ids."""
        return {id: body for id, body in self._lines.items() if body}

    @property
    def new(self) -> Sequence[Body]:
        """The lines that are added."""
        return [body for body, _, _ in self._new]

    @property
    def gone(self) -> Sequence[str]:
        """The ids of the lines that go."""
        return self._gone

    def body(self) -> Body:
        """All of it as the body of a PUT."""
        lines: list[Body] = []
        noted = {id for kind, id in self._places if kind == "line"}
        for kind, which in [*self._places, *(("line", id) for id in self._lines if id not in noted)]:
            if kind == "new":
                lines.append(self._new[which][0])
            elif self._lines.get(which):
                lines.append({**line_as_read(self._rows[which]), **self._lines[which]})
        lines += [
            {**line_as_read(self._rows[id]), "is_to_delete": True, **self._recorded} for id in self._gone
        ]
        return {**header_as_read(self.before), **self._header, **({"lines": lines} if lines else {})}

    def replaced(self, after: Row) -> dict[str, tuple[str, ...]]:
        """Which lines took the place of which, by the record as it stands afterwards."""
        ids = [whole(row, "id") or 0 for row in within(after, "lines")]
        fresh = sorted(id for id in ids if str(id) not in self._rows)
        return self._succeeded(fresh, lambda each: str(each) if each else "")

    # -- the amendments --------------------------------------------------------------------------------------

    @property
    def _quantity(self) -> str:
        return "line_quantity"

    def _make_more(self, amendment: Amendment) -> None:
        match amendment:
            case AddNote():
                known = self._header.get("memos") or [
                    memo_as_read(each) for each in within(self.before, "memos")
                ]
                self._header["memos"] = [*known, memo_out(amendment.text)]
            case ChangePrice():
                self._line(str(amendment.line)).update(price_out(amendment.to, self.side, self.office))
            case ChangeDiscount():
                self._line(str(amendment.line)).update(self._discount(amendment))
            case ChangeDate():
                if amendment.line is None:
                    self._header["requested_delivery_date"] = day_out(amendment.to)
                for line in self._meant(amendment.line):
                    self._line(line)["requested_delivery_date"] = day_out(amendment.to)
            case ChangeWarehouse():
                for line in self._meant(amendment.line):
                    self._line(line)["warehouse_id"] = self.office.warehouses.id(amendment.to)
            case PlaceHold() | ReleaseHold():
                self._hold(amendment)
            case _:
                raise UnsupportedOperation(
                    f"sage+200 does not know {amendment.operation}",
                    why="no field of the order carries it",
                    operation=amendment.operation,
                )

    def _hold(self, amendment: PlaceHold | ReleaseHold) -> None:
        if amendment.line is not None or amendment.kind != _HOLD:
            raise UnsupportedOperation(
                "only whole orders are held, and only in one way",
                why=f"the status of an order knows one hold: {_HOLD}",
                operation=amendment.operation,
                alternatives=(f"kind={_HOLD!r} for the whole order",),
            )
        self.status = "hold" if isinstance(amendment, PlaceHold) else "release"

    def _change_header(self, change: ChangeHeader) -> None:
        said, fields = change.changes, self._header
        for name in {"customer_po", "supplier_reference"} & said.keys():
            fields[self.side.external] = "" if said[name] is EMPTY else said[name]
        if "order_date" in said:
            if said["order_date"] is EMPTY:
                raise _lossy("an order always has a date", "order.order_date")
            fields["document_date"] = day_out(said["order_date"])
        if said.get("prices_include_tax") not in (None, self.office.taxed):
            raise _lossy(
                "one rule for prices holds for all orders of the company", "order.prices_include_tax"
            )
        if "discounts" in said:
            told = () if said["discounts"] is EMPTY else said["discounts"]
            fields.update(discounts_out(told) or {"document_discount_percent": Decimal(0)})
        if "references" in said:
            told = () if said["references"] is EMPTY else said["references"]
            fields.update(dict.fromkeys(self.office.settings.references.values(), ""))
            fields.update(references_out(told, self.office))
        if "charges" in said:
            told = () if said["charges"] is EMPTY else said["charges"]
            self._gone += [id for id, row in self._rows.items() if kind_of(row) == CHARGE]
            self._new += [(charge_out(each), None, False) for each in told]

    def _change_address(self, change: ChangeAddress) -> None:
        if change.ship_to is not None:
            self._header |= ship_to_out(change.ship_to, self.office)

    def _line_out(self, line: LineDraft | PurchaseOrderLineDraft) -> Body:
        place = self.order.warehouse
        if isinstance(line, LineDraft) and self.side is SALES:
            return line_out(line, self.office, "line", warehouse=place)
        return bought_line_out(line, self.office, "line", warehouse=place)

    def _discount(self, change: ChangeDiscount) -> Body:
        if not isinstance(change.to, Discount):
            return _NO_DISCOUNT
        line = self.order.line(str(change.line))
        ordered = self._lines.get(line.id, {}).get(self._quantity, line.quantities.ordered)
        return discount_out(change.to, ordered, self.office.settings.price_scale)

    def _keep_amount_of_discount(self, line: OrderLine) -> None:
        """An amount of discount is one of the whole line: for another quantity it is another one for each unit."""
        body = self._lines.get(line.id, {})
        if line.discount is None or line.discount.amount is None or self._quantity not in body:
            return
        if "unit_discount_value" in body or not flag(self._rows[line.id], "unit_discount_overridden"):
            return
        one = quotient(line.discount.amount.amount, body[self._quantity])
        scale = self.office.settings.price_scale
        if isinstance(one, Decimal) and one == round(one, scale):
            body["unit_discount_value"] = one


def _lossy(why: str, path: str) -> LossyWrite:
    return LossyWrite(why, fields=(path,), path=path)
