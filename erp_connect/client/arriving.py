"""What happens to a purchase order after it was sent: the supplier confirms it, and goods arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ..adapters.contract import Confirms, OrderRef, Receives, Write, Written
from ..errors import InvalidOrder, TransitionNotAllowed, UnsupportedOperation, VersionConflict
from ..journal import Entry, Look, Settled, Sight, State, canonical
from ..models import (
    GoodsReceipt,
    GoodsReceiptLine,
    LineConfirmation,
    LineQuantity,
    PurchaseOrder,
    WriteReceipt,
    line_quantities,
)
from ..rules.diff import changes, moved
from .changing import OfOrder, before_of, told_again
from .context import Context, key_of
from .lowered import with_lowered, without_lowered
from .posting import Paper, post, posting_payload, quantities_of
from .reading import id_of, line_id, party_number, read_order
from .receipts import Made, of_outcome, told
from .remembering import differences_to_plain, model_from_plain

BOOK = "purchase_orders"
_TRIES: Final = 3


# -- confirm ---------------------------------------------------------------------------------------------------


class Confirming(OfOrder[PurchaseOrder]):
    """A supplier's confirmation of some lines."""

    def __init__(
        self,
        context: Context,
        before: PurchaseOrder,
        said: Sequence[LineConfirmation],
        key: str,
        payload: Any = None,
    ) -> None:
        conditional = context.capabilities.conditional(f"{BOOK}.confirm")
        wish = payload or confirm_payload(before.id, said)
        super().__init__(context, BOOK, "confirm", before, key, wish, conditional)
        self.lines = tuple(each.but(line=line_id(before, each.line)) for each in said)

    @classmethod
    def again(cls, context: Context, entry: Entry) -> Confirming:
        """The deed of an entry: what was promised for the order as it was."""
        said = [model_from_plain(LineConfirmation, each) for each in entry.payload["lines"]]
        return cls(context, before_of(entry), said, entry.key, entry.payload)

    def send(self, write: Write) -> Written[PurchaseOrder] | None:
        """Enter it."""
        book = self._book
        if not isinstance(book, Confirms):
            raise UnsupportedOperation("this back-end takes no confirmations", operation=self.operation)
        written: Written[PurchaseOrder] = book.confirm(self._native(), self.lines, write)
        return written

    def look(self, entry: Entry) -> Look[PurchaseOrder]:
        """What was promised stands on its lines."""
        current = self._current()
        if current is None:
            return Look(sight=Sight.SEVERAL)
        if all(_stands(current, each) for each in self.lines):
            native = without_lowered(current, self._lowered)
            return Look(sight=Sight.ONE, written=Written(id=current.id, stored=native))
        return Look(sight=Sight.NONE if not moved(self.order, current) else Sight.SEVERAL)

    def settle(self, written: Written[PurchaseOrder] | None) -> Settled[PurchaseOrder]:
        """Read the order back."""
        if written is None:
            raise TypeError("a confirmation never ends with the order gone")
        native = written.stored if written.stored is not None else self._book.get(self.order.id)
        stored: PurchaseOrder = with_lowered(native, self._lowered)
        result = {"changes": differences_to_plain(changes(self.order, stored))}
        return self._settled(stored, result, Made((), told(written.warnings)))


def _stands(order: PurchaseOrder, promise: LineConfirmation) -> bool:
    line = next((each for each in order.lines if each.id == promise.line), None)
    if line is None:
        return False
    dates = {line.promised, *(part.promised for part in line.schedule)}
    right_quantity = promise.quantity is None or line.quantities.confirmed == promise.quantity
    return right_quantity and (promise.date is None or promise.date in dates)


def confirm(
    context: Context, order: PurchaseOrder | str, lines: Any, key: str | None
) -> WriteReceipt[PurchaseOrder]:
    """Enter what the supplier promised."""
    operation = f"{BOOK}.confirm"
    context.require(operation, writes=True)
    promised = _promises(lines)
    order_id = id_of(order, BOOK)
    payload = confirm_payload(order_id, promised)
    earlier = context.journal.earlier(key, operation, payload)
    if earlier is not None and earlier.state is State.CONFIRMED:
        return told_again(context, earlier)
    if earlier is not None:
        return of_outcome(context, context.journal.write(Confirming.again(context, earlier)))
    given = order if isinstance(order, PurchaseOrder) else None
    before: PurchaseOrder = given or read_order(context, BOOK, order_id)
    name = key_of(key)
    for attempt in range(1, _TRIES + 1):
        deed = Confirming(context, before, promised, name)
        try:
            return of_outcome(context, context.journal.write(deed))
        except VersionConflict as conflict:
            current = read_order(context, BOOK, before.id, before.number)
            what = moved(given, current) if given is not None else ()
            if attempt == _TRIES or what:
                conflict.diff = conflict.diff or what
                raise
            before = current
    raise AssertionError("the last attempt returns or raises")


def confirm_payload(order_id: str, lines: Sequence[LineConfirmation]) -> dict[str, Any]:
    """A confirmation's wish, as the caller said it."""
    return {"order": order_id, "lines": canonical(lines)}


def _promises(lines: Any) -> Sequence[LineConfirmation]:
    if isinstance(lines, LineConfirmation):
        return (lines,)
    if isinstance(lines, Mapping):
        promises = [
            LineConfirmation(line=line, date=what)
            if isinstance(what, date)
            else LineConfirmation(line=line, quantity=what)
            for line, what in lines.items()
        ]
    else:
        promises = list(lines)
    if not promises or not all(isinstance(each, LineConfirmation) for each in promises):
        raise InvalidOrder(
            "a confirmation needs at least one line: LineConfirmation values, or {line: date}",
            operation=f"{BOOK}.confirm",
            path="lines",
        )
    return promises


# -- receive ---------------------------------------------------------------------------------------------------


class Receiving(Paper[GoodsReceipt]):
    """Goods receipts for purchase orders."""

    operation = f"{BOOK}.receive"
    stamped_in = "goods_receipts"
    orders = BOOK
    entity = GoodsReceipt

    def send(self, order: Any, lines: Any, payload: Any, write: Write) -> Written[GoodsReceipt]:
        """Post the receipt."""
        shelf = self.context.book(BOOK)
        if not isinstance(shelf, Receives):
            raise UnsupportedOperation("this back-end posts no receipts", operation=self.operation)
        written: Written[GoodsReceipt] = shelf.receive(order, lines, write)
        return written

    @property
    def listed(self) -> bool:
        """Whether receipts can be listed."""
        return self.context.supports("goods_receipts.of")

    def of(self, order: Any) -> Sequence[GoodsReceipt]:
        """The goods receipts of an order."""
        return tuple(self.context.book("goods_receipts").of(order_ref(order)))

    def moved(self, line: Any) -> Decimal:
        """What has arrived."""
        return line.quantities.delivered or Decimal(0)

    def bare(self, id: str, order: Any, lines: Mapping[str, Decimal]) -> GoodsReceipt:
        """The lines that have moved."""
        parts = tuple(GoodsReceiptLine(order_line_id=line, quantity=much) for line, much in lines.items())
        return GoodsReceipt(id=id, order_id=order.id, lines=parts)


def receive(
    context: Context, order: PurchaseOrder | str, lines: Any, key: str | None
) -> WriteReceipt[GoodsReceipt]:
    """Post goods that arrived."""
    paper = Receiving(context)
    context.require(paper.operation, writes=True)
    given = line_quantities(lines)
    known: PurchaseOrder = read_order(context, BOOK, id_of(order, BOOK))

    def wished(current: PurchaseOrder) -> dict[str, Decimal]:
        found = quantities_of(with_ids(current, given))
        if not found:
            raise TransitionNotAllowed(
                f"nothing is open any more to be received; the order is {current.status.value}",
                operation=paper.operation,
            )
        return found

    return post(context, paper, known, wished, key, posting_payload(known, given))


def order_ref(order: Any) -> OrderRef:
    """An order as the documents that hang on it know it."""
    return OrderRef(id=order.id, number=order.number, party=party_number(order))


def with_ids(order: Any, given: Sequence[LineQuantity]) -> tuple[LineQuantity, ...]:
    """Lines by id with their quantities: what is open where none is given, every open line where none is named."""
    if not given:
        given = [LineQuantity(line=line.id) for line in order.lines if _to_come(order, line) > 0]
    named = [each.but(line=line_id(order, each.line)) for each in given]
    return tuple(
        each if each.quantity is not None else each.but(quantity=_to_come(order, order.line(each.line)))
        for each in named
    )


def _to_come(order: Any, line: Any) -> Decimal:
    if isinstance(order, PurchaseOrder):
        quantities = line.quantities
        left: Decimal = quantities.ordered - (quantities.cancelled or 0) - (quantities.delivered or 0)
        return max(left, Decimal(0))
    still_open: Decimal = line.quantities.open
    return still_open
