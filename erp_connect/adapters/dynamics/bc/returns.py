"""Returns: return orders where the release takes them, else credit memos on invoices (dynamics.md 1.7, 1.9, 5.1).

A credit memo names the invoice that it applies to, and not the lines: those are told by their products.  Whichever is
entered, both are looked through: a release may be newer than a return, and a return order becomes a credit memo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from ....errors import InvalidOrder, NotFound, UnmappedCode, UnsupportedOperation
from ....models import (
    FrozenMapping,
    LineQuantity,
    Order,
    OrderLine,
    Return,
    ReturnDraft,
    ReturnLine,
    ReturnStatus,
)
from ....rules.stamps import looks_like_stamp
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.cells import Body, Row, day, guid, instant, member, number, text, within
from ...services.returning import coming_back, line_of_product, refuse_more_than_left
from .changing import SalesOrders
from .mapping_orders import COMMENT, EXTERNAL
from .office import Office, equal
from .papers import MEMO_LINES, MEMOS
from .posted import INVOICES, Posted
from .return_orders import RETURN_LINES, ReturnOrders, about, posted
from .variants import VARIANT, VARIANT_ID

_STATES: Final[Mapping[str, ReturnStatus]] = {
    "Draft": ReturnStatus.REQUESTED,
    "In Review": ReturnStatus.REQUESTED,
    "Open": ReturnStatus.CREDITED,
    "Paid": ReturnStatus.CREDITED,
    "Canceled": ReturnStatus.CANCELLED,
    "Corrective": ReturnStatus.CANCELLED,
}


@understands_answers
class Returns:
    """Goods that customers send back, as the return orders or credit memos that are written for them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._orders = SalesOrders(office)
        self._papers = Posted(office)
        self._return_orders = ReturnOrders(office)

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return order or a credit memo for the lines that come back, as the settings say.

        ``InvalidOrder`` for more than has left and not come back yet, and for a credit memo where nothing was billed.
        """
        operation = "returns.create"
        order = self._order(str(draft.order))
        wanted = coming_back(order, draft)
        if self._as_return_order([order.line(each.line) for each in wanted], operation):
            address = self._return_orders.address
            body = self._return_orders.body(order, wanted, draft.reason, write.stamp)
            read = self._return_orders.read
        else:
            address = f"{self.office.at(MEMOS)}?$expand={MEMO_LINES}"
            body = self._memo(order, wanted, draft.reason, write.stamp, operation)
            read = self._return
        refuse_more_than_left(order, wanted, self.of(OrderRef(id=order.id, number=order.number)), operation)
        write.sending("enter the return")
        with self.office.translated(operation, writes=True):
            made = self.office.api.create(address, body)
            found = read(made, order)
        write.made(found.id, found.number)
        return Written(id=found.id, stored=found if found.lines else None)

    def _as_return_order(self, lines: Sequence[OrderLine], operation: str) -> bool:
        """Whether these lines come back by a return order; ``UnsupportedOperation`` where they are to, and cannot."""
        wanted = self.office.settings.returns_as
        if wanted == "credit_memo":
            return False
        with self.office.translated(operation):
            why_not = self._return_orders.barrier(lines)
        if why_not and wanted == "return_order":
            raise UnsupportedOperation(
                "the return cannot be entered as a return order",
                why=why_not,
                operation=operation,
                hint="leave returns_as= out, or give returns_as=credit_memo",
            )
        return not why_not

    def _memo(
        self, order: Order, wanted: Sequence[LineQuantity], reason: str, stamp: str, operation: str
    ) -> Body:
        """A credit memo of these lines on the order's last invoice."""
        bills = self._papers.invoices(order.number or "")
        if not bills:
            raise InvalidOrder(
                "nothing of the order was billed yet, so there is nothing to give back",
                operation=operation,
                path="order",
            )
        body: Body = {
            "customerNumber": order.customer,
            EXTERNAL: stamp,
            "invoiceNumber": text(bills[-1], "number"),
            "currencyCode": order.currency,
            MEMO_LINES: [self._line_out(order, each, f"lines[{n}]") for n, each in enumerate(wanted)],
        }
        if code := self._reason(reason):
            body["customerReturnReasonId"] = code
        return body

    def get(self, id: str) -> Return:
        """By id; ``NotFound`` when there is none."""
        operation = "returns.get"
        if looks_like_stamp(id):
            for known in self.find(id):
                return known
        with self.office.translated(operation):
            found = self._return_orders.row(id)
            if found is not None:
                return self._return_orders.read(found, self._order_behind(found))
        row = self.office.row(MEMOS, id, operation, expand=MEMO_LINES)
        with self.office.translated(operation):
            return self._return(row, self._order_of(row))

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The returns of an order, found through its invoices and by what return orders say in a line, oldest first."""
        operation = "returns.of"
        with self.office.translated(operation):
            known = self._order(order.id, order.number)
            orders = self._return_orders.of(known)
            found = [self._return_orders.read(row, known) for row in orders]
            found += posted([self._return(row, known) for row in self._posted(known, orders)])
            for bill in self._papers.invoices(known.number or ""):
                where = equal("invoiceNumber", text(bill, "number"))
                rows = self.office.rows(MEMOS, where=where, expand=MEMO_LINES)
                found += [self._return(row, known) for row in rows]
        return tuple(sorted(found, key=lambda each: each.number or ""))

    def find(self, stamp: str) -> Sequence[Return]:
        """The returns that carry this stamp."""
        with self.office.translated("returns.find"):
            if orders := self._return_orders.stamped(stamp):
                return tuple(self._return_orders.read(row, self._order_behind(row)) for row in orders)
            rows = list(self.office.rows(MEMOS, where=equal(EXTERNAL, stamp), expand=MEMO_LINES))
            found = [self._return(row, self._order_of(row)) for row in rows]
            if all(about(within(row, MEMO_LINES))[0] and not text(row, "invoiceNumber") for row in rows):
                return tuple(posted(found))
            return tuple(found)

    def _posted(self, order: Order, open: Sequence[Row]) -> Sequence[Row]:
        """The credit memos of the order's return orders that are posted, but for those of which a part is ``open``."""
        if not self._return_orders.there:
            return ()
        told = {text(row, EXTERNAL) for row in open} - {""}
        where = f"{equal('customerNumber', order.customer)} and invoiceNumber eq ''"
        return [
            row
            for row in self.office.rows(MEMOS, where=where, expand=MEMO_LINES)
            if order.number
            and about(within(row, MEMO_LINES))[0] == order.number
            and text(row, EXTERNAL) not in told
        ]

    # -- the order behind it ---------------------------------------------------------------------------------

    def _order(self, id: str, order_number: str | None = None) -> Order:
        try:
            return self._orders.get(id)
        except NotFound:
            found = None
            if order_number or (order_number := self._number_of(id)):
                found = self._papers.order(order_number, id)
            if found is None:
                raise
            return found

    def _number_of(self, id: str) -> str:
        """The number of an order that is gone, by its invoices."""
        rows = self.office.rows(INVOICES, where=f"orderId eq {id}")
        return next((text(row, "orderNumber") for row in rows), "")

    def _order_of(self, memo: Row) -> Order | None:
        bill = text(memo, "invoiceNumber")
        for row in self.office.rows(INVOICES, where=equal("number", bill)) if bill else ():
            return self._numbered(text(row, "orderNumber"), guid(row, "orderId") or None)
        order, _ = about(within(memo, MEMO_LINES))
        return self._numbered(order) if order and not bill else None

    def _order_behind(self, row: Row) -> Order | None:
        """The order that a return order is of, by what its text says."""
        order, _ = about(within(row, RETURN_LINES))
        return self._numbered(order) if order else None

    def _numbered(self, order_number: str, id: str | None = None) -> Order | None:
        found = list(self.office.rows("salesOrders", where=equal("number", order_number), select="id"))
        if found:
            return self._orders.get(guid(found[0], "id"))
        return self._papers.order(order_number, id)

    # -- out and in ------------------------------------------------------------------------------------------

    def _reason(self, said: str) -> str:
        """The id of a return reason; blank where the company has none for it."""
        settings = self.office.settings
        if "customerReturnReasons" not in self.office.model.sets:
            return ""
        folded = {word.casefold(): code for word, code in settings.return_reasons.items()}
        code = folded.get(said.casefold()) or said
        try:
            return self.office.return_reasons.id(code)
        except UnmappedCode:
            return self.office.return_reasons.id(settings.return_reason) if settings.return_reason else ""

    def _reason_in(self, row: Row) -> str | None:
        reason = guid(row, "customerReturnReasonId")
        if reason:
            return self.office.return_reasons.code(reason)
        return about(within(row, MEMO_LINES))[1] or None

    def _line_out(self, order: Order, wanted: LineQuantity, path: str) -> Body:
        line = order.line(wanted.line)
        variant = line.custom.get(VARIANT)
        body: Body = {
            "lineType": "Item",
            "lineObjectNumber": line.product,
            "quantity": wanted.quantity,
            "unitOfMeasureCode": self.office.units.theirs(line.unit or ""),
        }
        if line.price is not None:
            body["unitPrice"] = line.price.amount
        if variant is not None:
            body[VARIANT_ID] = self.office.variants.id(line.product or "", variant, path)
        return body

    def _return(self, row: Row, order: Order | None) -> Return:
        external = text(row, EXTERNAL)
        taken: set[str] = set()
        variants = self.office.variants.codes(guid(line, VARIANT_ID) for line in within(row, MEMO_LINES))
        return Return(
            id=guid(row, "id"),
            number=text(row, "number") or None,
            order_id=order.id if order is not None else "",
            status=_STATES.get(member(row, "status"), ReturnStatus.UNKNOWN),
            reason=self._reason_in(row),
            requested_on=day(row, "creditMemoDate"),
            lines=tuple(
                ReturnLine(
                    order_line_id=_line_of(line, variants.get(guid(line, VARIANT_ID)), order, taken),
                    quantity=number(line, "quantity") or Decimal(0),
                    product=text(line, "lineObjectNumber") or None,
                    unit=self.office.units.ours(text(line, "unitOfMeasureCode")),
                )
                for line in within(row, MEMO_LINES)
                if member(line, "lineType") != COMMENT
            ),
            stamp=external if looks_like_stamp(external) else None,
            native_status=member(row, "status") or None,
            created_at=instant(row, "lastModifiedDateTime"),
            raw=FrozenMapping(row),
        )


def _line_of(row: Row, variant: str | None, order: Order | None, taken: set[str]) -> str:
    """The order's line that comes back: one of the same product and variant, where there is any."""
    product = text(row, "lineObjectNumber")
    alike = [] if order is None else [each for each in order.lines if each.product == product]
    same = [each for each in alike if each.custom.get(VARIANT) == variant]
    if order is None or not same or len(same) == len(alike):
        return line_of_product(product, order, taken)
    return line_of_product(product, order.but(lines=tuple(same)), taken)
