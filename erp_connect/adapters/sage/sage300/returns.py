"""Returns: credit notes with the quantities that come back (sage.md 3.5).

A credit note names no order that a condition could ask for, so its description begins with the order's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ....errors import NotFound
from ....models import FrozenMapping, LineQuantity, Order, Return, ReturnDraft, ReturnLine, ReturnStatus
from ....rules.stamps import looks_like_stamp
from ....wire.odata import Unreadable
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.cells import Body, Row, member, number, text, within
from ...services.returning import coming_back, line_of_product, refuse_more_than_left
from .cells import day, key, key_of
from .conditions import equal
from .entering import at_once
from .mapping_drafts import day_out, without_nothing
from .mapping_orders import ITEM, MISCELLANEOUS, order_in
from .office import NOTES, ORDERS, Office
from .papers import MARK, notes_of, order_of

_WIDTH: Final = 60
"""Characters of a description; what is left of a reason stands in the journal."""
_CREDIT: Final = "CreditNote"


@understands_answers
class Returns:
    """Goods that customers send back, as the credit notes that are written for them."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a credit note for the lines that come back; ``InvalidOrder`` for more than has left."""
        operation, office = "returns.create", self.office
        order = order_of(OrderRef(id=str(draft.order)), operation, office)
        wanted = coming_back(order, draft)
        earlier = self._of(order, operation)
        refuse_more_than_left(order, wanted, earlier, operation)
        body: Body = {
            "CustomerNumber": order.customer,
            "Reference": write.stamp,
            "Description": f"{order.number}{MARK}{draft.reason}"[:_WIDTH].rstrip(" "),
            "CreditDebitNoteDate": day_out(office.today()),
            "CreditDebitNoteType": _CREDIT,
            "CreditDebitDetails": [self._line_out(order, each) for each in wanted],
        }
        office.awake(operation)
        write.sending("enter the return")
        with office.translated(operation, writes=True):
            made = office.asking.create(NOTES, body)
            id = key(made, "CNUniquifier")
            if not id or text(made, "Reference").casefold() != write.stamp.casefold():
                raise Unreadable("it tells of another credit note than was sent")
        write.made(id, text(made, "CreditDebitNoteNumber") or None)
        found = at_once(lambda: self._return(made, order))
        return Written(id=id, stored=found if found is not None and found.lines else None)

    def get(self, id: str) -> Return:
        """By id; ``NotFound`` when there is none."""
        operation, asked = "returns.get", key_of(id)
        if asked is None:
            raise NotFound("there is no such return", operation=operation)
        with self.office.translated(operation):
            row = self.office.asking.row(NOTES, asked)
            return self._return(row, self._order(row))

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The credit notes that name an order, oldest first."""
        operation = "returns.of"
        return self._of(order_of(order, operation, self.office), operation)

    def find(self, stamp: str) -> Sequence[Return]:
        """The returns that carry this stamp."""
        with self.office.translated("returns.find"):
            rows = self.office.asking.few(NOTES, equal("Reference", stamp))
            return tuple(self._return(row, self._order(row)) for row in rows)

    # -- out and in ------------------------------------------------------------------------------------------

    def _of(self, order: Order, operation: str) -> tuple[Return, ...]:
        with self.office.translated(operation):
            return tuple(self._return(row, order) for row in notes_of(order.number or "", self.office))

    def _order(self, row: Row) -> Order | None:
        """The order that a credit note's description names."""
        named, mark, _ = text(row, "Description").partition(MARK.strip())
        if not named or not mark:
            return None
        found = self.office.asking.few(ORDERS, equal("OrderNumber", named))
        return order_in(found[0], self.office) if len(found) == 1 else None

    def _line_out(self, order: Order, wanted: LineQuantity) -> Body:
        line = order.line(wanted.line)
        return without_nothing(
            {
                "LineType": ITEM,
                "Item": line.product,
                "Location": line.warehouse,
                "CreditDebitNoteUOM": self.office.units.theirs(line.unit) if line.unit else None,
                "QuantityReturned": wanted.quantity,
                "UnitPrice": None if line.price is None else line.price.amount,
            }
        )

    def _return(self, row: Row, order: Order | None) -> Return:
        id, reference = key(row, "CNUniquifier"), text(row, "Reference")
        if not id:
            raise Unreadable("it names no credit note")
        _, _, reason = text(row, "Description").partition(MARK.strip())
        taken: set[str] = set()
        return Return(
            id=id,
            number=text(row, "CreditDebitNoteNumber") or None,
            order_id=order.id if order is not None else "",
            status=ReturnStatus.CREDITED,
            reason=reason.strip() or None,
            requested_on=day(row, "CreditDebitNoteDate"),
            lines=tuple(
                ReturnLine(
                    order_line_id=line_of_product(text(line, "Item"), order, taken),
                    quantity=number(line, "QuantityReturned") or Decimal(0),
                    product=text(line, "Item") or None,
                    unit=self.office.units.ours(text(line, "CreditDebitNoteUOM")),
                )
                for line in within(row, "CreditDebitDetails")
                if member(line, "LineType") != MISCELLANEOUS
            ),
            stamp=reference if looks_like_stamp(reference) else None,
            native_status=member(row, "CreditDebitNoteType") or None,
            raw=FrozenMapping(row),
        )
