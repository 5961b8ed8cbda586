"""Returns: return orders, whose lines name the lots that come back (dynamics.md 3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ....errors import ErpConnectError, InvalidOrder, KeyInProgress
from ....models import (
    FrozenMapping,
    LineQuantity,
    Order,
    Return,
    ReturnDraft,
    ReturnLine,
    ReturnStatus,
)
from ....rules.stamps import looks_like_stamp
from ....wire.odata import Operation, Unreadable
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.cells import Body, Row, member, number, text
from ...services.returning import coming_back, refuse_more_than_left
from .changing import SalesOrders
from .office import AREA, Office
from .sides import SALES, STAMP

RETURNS: Final = "ReturnOrderHeadersV2"
LINES: Final = "ReturnOrderLinesV2"
_NUMBER: Final = "ReturnOrderNumber"
_LOT: Final = "ReturningInventoryLotId"
_NOTHING: Final = Decimal(0)
_STATES: Final[Mapping[str, ReturnStatus]] = {
    "None": ReturnStatus.REQUESTED,
    "Created": ReturnStatus.REQUESTED,
    "Open": ReturnStatus.REQUESTED,
    "Canceled": ReturnStatus.CANCELLED,
    "Closed": ReturnStatus.CREDITED,
}
_RECEIVED: Final = frozenset({"Registered", "Quarantine", "Received"})


@understands_answers
class Returns:
    """Goods that customers send back."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._orders = SalesOrders(office)

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return order: its header, then its lines in one change set.

        ``InvalidOrder`` for more than has left and not come back yet.  A header whose lines were refused is taken away
        again; where that fails as well the error is ``partial``.
        """
        operation = "returns.create"
        order = self._order(draft)
        wanted = coming_back(order, draft)
        if not wanted:
            raise InvalidOrder("nothing of the order has left yet", operation=operation)
        refuse_more_than_left(order, wanted, self.of(OrderRef(id=order.id, number=order.number)), operation)
        header = self._header(order, draft, write.stamp)
        write.sending("create the return order")
        with self.office.translated(operation, writes=True):
            made = self.office.api.create(RETURNS, header)
            number_ = text(made, _NUMBER)
            if not number_ or text(made, STAMP).casefold() != write.stamp.casefold():
                raise Unreadable("it tells of another return order")
        write.made(number_, number_)
        parts = [Operation("POST", LINES, self._line(order, each, number_)) for each in wanted]
        write.sending("add its lines")
        try:
            self.office.together(parts, operation)
        except KeyInProgress:
            raise
        except ErpConnectError as failure:
            if failure.outcome == "not_applied":
                self._take_back(number_, write, failure)
            raise
        return Written(id=number_)

    def get(self, id: str) -> Return:
        """The return order with this number; ``NotFound`` when there is none."""
        operation = "returns.get"
        row = self.office.row(self._at(id), operation)
        with self.office.translated(operation):
            return self._told([row])[0]

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The return orders on the lines of an order, oldest first; ``NotFound`` without such an order."""
        known = self._orders.get(order.id)
        with self.office.translated("returns.of"):
            lines = self.office.rows_of(LINES, _LOT, [line.id for line in known.lines])
            numbers = sorted({text(row, _NUMBER) for row in lines})
            return self._told([*self.office.rows_of(RETURNS, _NUMBER, numbers)])

    def find(self, stamp: str) -> Sequence[Return]:
        """The return orders that carry this stamp."""
        with self.office.translated("returns.find"):
            return self._told([*self.office.rows_of(RETURNS, STAMP, [stamp])])

    # -- out ---------------------------------------------------------------------------------------------------

    def _order(self, draft: ReturnDraft) -> Order:
        return draft.order if isinstance(draft.order, Order) else self._orders.get(draft.order)

    def _header(self, order: Order, draft: ReturnDraft, stamp: str) -> Body:
        body: Body = {
            AREA: self.office.area,
            "CustomerAccountNumber": order.customer,
            "CurrencyCode": order.currency,
            STAMP: stamp,
            "CustomerReturnReasonCode": self._reason(draft.reason),
        }
        for theirs, ours in (
            ("DefaultReturnSiteId", text(order.raw, SALES.site)),
            ("DefaultReturnWarehouseId", text(order.raw, SALES.warehouse)),
        ):
            if ours:
                body[theirs] = ours
        return body

    def _line(self, order: Order, wanted: LineQuantity, number_: str) -> Body:
        line = order.line(wanted.line)
        body: Body = {
            AREA: self.office.area,
            _NUMBER: number_,
            "ItemNumber": line.product,
            _LOT: line.id,
            "ReturnSalesQuantity": wanted.quantity,
        }
        if line.warehouse:
            body["ReturnWarehouseId"] = line.warehouse
        if site := self.office.site_of(line.warehouse):
            body["ReturnSiteId"] = site
        return body

    def _reason(self, said: str) -> str:
        settings = self.office.settings
        folded = {word.casefold(): code for word, code in settings.return_reasons.items()}
        if said in settings.return_reasons.values():
            return said
        return folded.get(said.casefold()) or settings.return_reason or said

    def _take_back(self, number_: str, write: Write, failure: ErpConnectError) -> None:
        """Delete the header that has no lines; the failure is told as ``partial`` where that cannot be done."""
        failure.outcome = "partial"
        try:
            write.sending("take the return order back")
            self.office.together(
                [Operation("DELETE", self._at(number_), None, {"If-Match": "*"})], "returns.create"
            )
        except KeyInProgress:
            raise
        except ErpConnectError:
            return
        failure.outcome = "not_applied"

    # -- in ----------------------------------------------------------------------------------------------------

    def _at(self, id: str) -> str:
        return self.office.at(RETURNS, **{_NUMBER: id})

    def _told(self, rows: Sequence[Row]) -> tuple[Return, ...]:
        lines: dict[str, list[Row]] = {}
        numbers = [text(row, _NUMBER) for row in rows]
        for line in self.office.rows_of(LINES, _NUMBER, numbers):
            lines.setdefault(text(line, _NUMBER), []).append(line)
        lots = [text(line, _LOT) for of_one in lines.values() for line in of_one]
        sold = {
            text(row, SALES.line_id): row
            for row in self.office.rows_of(self._orders.lines, SALES.line_id, [lot for lot in lots if lot])
        }
        return tuple(self._return(row, lines.get(text(row, _NUMBER), []), sold) for row in rows)

    def _return(self, row: Row, lines: Sequence[Row], sold: Mapping[str, Row]) -> Return:
        stamp = text(row, STAMP)
        orders = {text(sold.get(text(line, _LOT), {}), SALES.number) for line in lines} - {""}
        state = member(row, "ReturnStatus")
        status = _STATES.get(state, ReturnStatus.UNKNOWN)
        states = {member(line, "ReturnStatus") for line in lines}
        if status is ReturnStatus.REQUESTED and states and states <= {*_RECEIVED, "Invoiced"}:
            status = ReturnStatus.CREDITED if states == {"Invoiced"} else ReturnStatus.RECEIVED
        return Return(
            id=text(row, _NUMBER),
            number=text(row, "RMANumber") or text(row, _NUMBER),
            order_id=min(orders) if orders else "",
            status=status,
            reason=text(row, "CustomerReturnReasonCode") or None,
            lines=tuple(
                ReturnLine(
                    order_line_id=text(line, _LOT),
                    quantity=abs(number(line, "ReturnSalesQuantity") or _NOTHING),
                    product=text(line, "ItemNumber") or None,
                    unit=self.office.units.ours(text(sold.get(text(line, _LOT), {}), SALES.unit)),
                )
                for line in lines
            ),
            stamp=stamp if looks_like_stamp(stamp) else None,
            native_status=state or None,
            raw=FrozenMapping(row),
        )
