"""Returns: return orders of the site's own page (dynamics.md 5.1).

The page names neither the order nor its lines: a line of text says which order it is about, and lines are told by their
products.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ....errors import NotFound
from ....models import FrozenMapping, LineQuantity, Order, Return, ReturnDraft, ReturnLine, ReturnStatus
from ....rules.stamps import looks_like_stamp
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.cells import Row, text
from ...services.returning import coming_back, line_of_product, refuse_more_than_left
from .cells import Body, day, member, number
from .changing import SalesOrders
from .mapping_orders import EXTERNAL, SALES, lines_of
from .office import KEY, Office, exact
from .posted import Posted

_ABOUT: Final = "Order "
_STATES: Final[Mapping[str, ReturnStatus]] = {
    "Open": ReturnStatus.REQUESTED,
    "Pending_Approval": ReturnStatus.REQUESTED,
    "Released": ReturnStatus.REQUESTED,
    "Pending_Prepayment": ReturnStatus.REQUESTED,
}


@understands_answers
class Returns:
    """Goods that customers send back."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._orders = SalesOrders(office)

    @property
    def page(self) -> str:
        """The page's service."""
        return self.office.settings.return_service

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return order in one call; ``InvalidOrder`` for more than has left and not come back yet."""
        operation = "returns.create"
        order = self._order(str(draft.order))
        wanted = coming_back(order, draft)
        refuse_more_than_left(order, wanted, self.of(OrderRef(id=order.id, number=order.number)), operation)
        reason = self._reason(draft.reason)
        lines: list[Body] = [{"Type": "_blank_", "Description": f"{_ABOUT}{order.number}"}]
        lines += [self._line(order, each, reason) for each in wanted]
        header: Body = {
            SALES.party: order.customer,
            EXTERNAL: write.stamp,
            "Currency_Code": "" if order.currency == self.office.currency else order.currency,
        }
        fitting = [self.office.line_fitting(self.page, line) for line in lines]
        record = self.office.with_lines(self.page, self.office.fitting(self.page, header), fitting)
        write.sending("enter the return")
        made = self.office.create(self.page, record, operation)
        with self.office.translated(operation, writes=True):
            found = self._return(made, order)
        write.made(found.id, found.number)
        return Written(id=found.id, stored=found if found.lines else None)

    def get(self, id: str) -> Return:
        """By number; ``NotFound`` when there is none."""
        operation = "returns.get"
        row = self.office.numbered(self.page, id, operation)
        if row is None:
            raise NotFound("there is no such return", operation=operation)
        return self._return(row, self._order_behind(row))

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The returns of an order, among those of its customer, oldest first."""
        operation = "returns.of"
        known = self._order(order.id, order.number)
        rows = self.office.where(self.page, {SALES.party: exact(known.customer)}, operation)
        mine = [row for row in map(self._whole, rows) if self._about(row) == known.number]
        found = [self._return(row, known) for row in mine]
        return tuple(sorted(found, key=lambda each: each.id))

    def find(self, stamp: str) -> Sequence[Return]:
        """The returns that carry this stamp."""
        operation = "returns.find"
        rows = self.office.where(self.page, {EXTERNAL: exact(stamp)}, operation)
        return tuple(self._return(row, self._order_behind(row)) for row in map(self._whole, rows))

    # -- the order behind it ---------------------------------------------------------------------------------

    def _whole(self, row: Row) -> Row:
        if lines_of(row, self.page, self.office):
            return row
        return self.office.numbered(self.page, text(row, "No"), "returns.of") or row

    def _about(self, row: Row) -> str:
        told = (
            text(line, "Description")
            for line in lines_of(row, self.page, self.office)
            if not member(line, "Type")
        )
        return next((each.removeprefix(_ABOUT) for each in told if each.startswith(_ABOUT)), "")

    def _order_behind(self, row: Row) -> Order | None:
        about = self._about(row)
        try:
            return self._order(about) if about else None
        except NotFound:
            return None

    def _order(self, id: str, order_number: str | None = None) -> Order:
        try:
            return self._orders.get(id)
        except NotFound:
            found = Posted(self.office).order(order_number or id)
            if found is None:
                raise
            return found

    # -- out and in ------------------------------------------------------------------------------------------

    def _reason(self, said: str) -> str | None:
        settings = self.office.settings
        folded = {word.casefold(): code for word, code in settings.return_reasons.items()}
        return folded.get(said.casefold()) or settings.return_reason or None

    def _line(self, order: Order, wanted: LineQuantity, reason: str | None) -> Body:
        line = order.line(wanted.line)
        return {
            "Type": "Item",
            "No": line.product,
            "Quantity": wanted.quantity,
            "Unit_of_Measure_Code": self.office.units.theirs(line.unit or ""),
            "Unit_Price": None if line.price is None else line.price.amount,
            "Return_Reason_Code": reason,
        }

    def _return(self, row: Row, order: Order | None) -> Return:
        external, lines = text(row, EXTERNAL), lines_of(row, self.page, self.office)
        taken: set[str] = set()
        goods = [line for line in lines if member(line, "Type")]
        reason = next((found for line in goods if (found := text(line, "Return_Reason_Code"))), None)
        return Return(
            id=text(row, "No"),
            number=text(row, "No"),
            version=text(row, KEY) or None,
            order_id=order.id if order is not None else self._about(row),
            status=_STATES.get(member(row, "Status"), ReturnStatus.UNKNOWN),
            reason=reason,
            requested_on=day(row, "Order_Date") or day(row, "Document_Date"),
            lines=tuple(
                ReturnLine(
                    order_line_id=line_of_product(text(line, "No"), order, taken),
                    quantity=number(line, "Quantity") or Decimal(0),
                    product=text(line, "No") or None,
                    unit=self.office.units.ours(text(line, "Unit_of_Measure_Code")),
                )
                for line in goods
            ),
            stamp=external if looks_like_stamp(external) else None,
            native_status=member(row, "Status") or None,
            raw=FrozenMapping(row),
        )
