"""Returns: documents of their own from 2025 R1 on (sage.md 4.3).

Nothing in them names the order that the goods were sold by: its number stands in a free text of the header, and the id
of its line in one of each line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from ....errors import ErpConnectError, NotFound
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
from ....wire.odata import Unreadable
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.cells import Body, Row, instant, number, text, whole, within
from ...services.returning import coming_back, line_of_product, refuse_more_than_left
from .changing import SalesOrders
from .mapping_drafts import day_out, memo_out, without_nothing
from .office import Office
from .sides import NUMBER, SALES, STANDARD
from .states import day_in, state_of

_RETURNS: Final = "sop_returns"
_EXPAND: Final = "lines,memos"
_AS_SOLD: Final = (
    *("product_id", "warehouse_id", "selling_unit_id", "selling_unit_price", "tax_code_id"),
    *("unit_discount_percent", "unit_discount_value", "discount_percent_specified"),
)
"""What a line that comes back has in common with the one that was sold."""
_RECEIVED: Final[Mapping[str, ReturnStatus]] = {
    "cancelled": ReturnStatus.CANCELLED,
    "complete": ReturnStatus.CREDITED,
}


@understands_answers
class Returns:
    """Goods that customers send back."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._orders = SalesOrders(office)

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return for the lines that come back, at the prices at which they were sold."""
        operation = "returns.create"
        order = self._orders.get(str(draft.order))
        wanted = coming_back(order, draft)
        ref = OrderRef(id=order.id, number=order.number)
        refuse_more_than_left(order, wanted, self.of(ref), operation)
        settings = self.office.settings
        body: Body = without_nothing(
            {
                "customer_id": int(order.customer_id or 0),
                NUMBER: None if self.office.numbers_itself else write.stamp,
                settings.stamp_field: write.stamp,
                settings.return_order_field: order.number,
                SALES.external: order.customer_po if settings.stamp_field != SALES.external else write.stamp,
                "document_date": day_out(self.office.today()),
                "memos": [memo_out(draft.reason)],
                "lines": [self._line_out(order, each) for each in wanted],
            }
        )
        write.sending("enter the return")
        with self.office.translated(operation, writes=True):
            made = self.office.api.write("POST", _RETURNS, body)
            id = whole(made, "id")
            if not id:
                raise Unreadable("it names no return")
        write.made(str(id), text(made, NUMBER) or None)
        return Written(id=str(id), stored=self._read(id, order, operation))

    def get(self, id: str) -> Return:
        """By id; ``NotFound`` when there is none."""
        operation = "returns.get"
        row = self.office.row(_RETURNS, id, operation, expand=_EXPAND)
        with self.office.translated(operation):
            return self._return(row, self._order_of(row))

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The returns of an order, oldest first."""
        operation = "returns.of"
        known = self._orders.get(order.id)
        with self.office.translated(operation):
            own = self.office.equal(self.office.settings.return_order_field, known.number or "")
            where = f"{own} and customer_id eq {int(known.customer_id or 0)}"
            return tuple(self._return(row, known) for row in self._rows(where))

    def find(self, stamp: str) -> Sequence[Return]:
        """The returns that carry this stamp."""
        with self.office.translated("returns.find"):
            rows = list(self._rows(self.office.equal(self.office.settings.stamp_field, stamp)))
            return tuple(self._return(row, self._order_of(row)) for row in rows)

    # -- asking ----------------------------------------------------------------------------------------------

    def _rows(self, where: str) -> Iterator[Row]:
        return self.office.api.rows(_RETURNS, where=where, expand=_EXPAND)

    def _read(self, id: int, order: Order, operation: str) -> Return:
        """The return as it stands; it was entered, so where it cannot be read nobody knows what it says."""
        try:
            row = self.office.row(_RETURNS, str(id), operation, expand=_EXPAND)
        except ErpConnectError as failure:
            failure.outcome = "unknown"
            raise
        with self.office.translated(operation, writes=True):
            return self._return(row, order)

    def _order_of(self, row: Row) -> Order | None:
        number_ = text(row, self.office.settings.return_order_field)
        if not number_:
            return None
        where = self.office.equal(NUMBER, number_)
        found = self.office.api.page(SALES.orders, filter=where, select="id", top="1")
        try:
            return self._orders.get(str(whole(found[0], "id"))) if found else None
        except NotFound:
            return None

    # -- out and in ------------------------------------------------------------------------------------------

    def _line_out(self, order: Order, wanted: LineQuantity) -> Body:
        line = order.line(wanted.line)
        rows = {str(whole(row, "id")): row for row in within(order.raw, "lines")}
        row = rows.get(line.id, {})
        settings = self.office.settings
        body: Body = {
            "line_type": STANDARD,
            "line_quantity": wanted.quantity,
            **{name: row[name] for name in _AS_SOLD if row.get(name) is not None},
            "selling_unit_price_overridden": True,
            "unit_discount_overridden": True,
        }
        if settings.line_reference_field:
            body[settings.line_reference_field] = line.id
        return body

    def _return(self, row: Row, order: Order | None) -> Return:
        stamps = (text(row, self.office.settings.stamp_field), text(row, SALES.external))
        notes = [text(each, "note") for each in within(row, "memos")]
        return Return(
            id=str(whole(row, "id") or ""),
            number=text(row, NUMBER) or None,
            order_id=order.id if order is not None else "",
            status=self._status(row),
            reason=next(filter(None, notes), None),
            requested_on=day_in(row, "document_date"),
            lines=self._lines(row, order),
            stamp=next((each for each in stamps if looks_like_stamp(each)), None),
            native_status=text(row, "document_status") or None,
            created_at=instant(row, "date_time_created"),
            raw=FrozenMapping(row),
        )

    def _status(self, row: Row) -> ReturnStatus:
        settled = _RECEIVED.get(state_of(row))
        if settled is not None:
            return settled
        if text(row, "invoice_credit_status").endswith("Fully"):
            return ReturnStatus.CREDITED
        received = text(row, "despatch_receipt_status").endswith(("Fully", "Partially"))
        return ReturnStatus.RECEIVED if received else ReturnStatus.REQUESTED

    def _lines(self, row: Row, order: Order | None) -> tuple[ReturnLine, ...]:
        known = {line.id for line in order.lines} if order is not None else set()
        kept, taken = self.office.settings.line_reference_field, set[str]()
        found: list[ReturnLine] = []
        for line in within(row, "lines"):
            code, said = text(line, "code"), text(line, kept) if kept else ""
            found.append(
                ReturnLine(
                    order_line_id=said if said in known else line_of_product(code, order, taken),
                    quantity=number(line, "line_quantity") or Decimal(0),
                    product=code or None,
                    unit=self.office.units.ours(text(line, SALES.unit_name)),
                    received=number(line, SALES.moved),
                )
            )
        return tuple(found)
