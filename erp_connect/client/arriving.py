"""What happens to a purchase order after it was sent: the supplier confirms it, and goods arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ..adapters.contract import Confirms, OrderRef, Receives, Write, Written
from ..errors import InvalidOrder, UnsupportedOperation
from ..journal import Entry, Look, Outcome, Settled, Sight, State, canonical, fingerprint
from ..models import (
    GoodsReceipt,
    LineConfirmation,
    LineQuantity,
    PurchaseOrder,
    WriteReceipt,
    line_quantities,
)
from ..rules.diff import changes, moved
from .changing import OfOrder
from .context import Context, new_key
from .posting import Posting
from .reading import id_of, line_id, read_order
from .receipts import Made, of_outcome, told
from .remembering import differences_to_plain

BOOK = "purchase_orders"


# -- confirm ---------------------------------------------------------------------------------------------------


class Confirming(OfOrder[PurchaseOrder]):
    """A supplier's confirmation of some lines."""

    def __init__(
        self, context: Context, before: PurchaseOrder, lines: Sequence[LineConfirmation], key: str
    ) -> None:
        payload = {"order": before.id, "lines": canonical(lines)}
        conditional = context.capabilities.conditional(f"{BOOK}.confirm")
        super().__init__(context, BOOK, "confirm", before, key, payload, conditional)
        self.lines = tuple(lines)

    def send(self, write: Write) -> Written[PurchaseOrder] | None:
        """Enter it."""
        book = self._book
        if not isinstance(book, Confirms):
            raise UnsupportedOperation("this back-end takes no confirmations", operation=self.operation)
        written: Written[PurchaseOrder] = book.confirm(self.order, self.lines, write)
        return written

    def look(self, entry: Entry) -> Look[PurchaseOrder]:
        """What was promised stands on its lines."""
        current = self._current()
        if current is None:
            return Look(sight=Sight.SEVERAL)
        if all(_stands(current, each) for each in self.lines):
            return Look(sight=Sight.ONE, written=Written(id=current.id, stored=current))
        return Look(sight=Sight.NONE if not moved(self.order, current) else Sight.SEVERAL)

    def settle(self, written: Written[PurchaseOrder] | None) -> Settled[PurchaseOrder]:
        """Read the order back."""
        if written is None:
            raise TypeError("a confirmation never ends with the order gone")
        stored = written.stored if written.stored is not None else self._book.get(self.order.id)
        return Settled(
            stored=stored,
            entity_id=stored.id,
            number=stored.number,
            result={"changes": differences_to_plain(changes(self.order, stored))},
            receipt=Made((), told(written.warnings)),
        )


def _stands(order: PurchaseOrder, promise: LineConfirmation) -> bool:
    line = order.line(promise.line)
    dates = {line.promised, *(part.promised for part in line.schedule)}
    right_quantity = promise.quantity is None or line.quantities.confirmed == promise.quantity
    return right_quantity and (promise.date is None or promise.date in dates)


def confirm(
    context: Context, order: PurchaseOrder | str, lines: Any, key: str | None
) -> WriteReceipt[PurchaseOrder]:
    """Enter what the supplier promised."""
    context.require(f"{BOOK}.confirm", writes=True)
    before: PurchaseOrder = (
        order if isinstance(order, PurchaseOrder) else read_order(context, BOOK, id_of(order))
    )
    promises = tuple(each.but(line=line_id(before, each.line)) for each in _promises(lines))
    deed = Confirming(context, before, promises, key or new_key())
    return of_outcome(context, context.journal.write(deed))


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


def receive(
    context: Context, order: PurchaseOrder | str, lines: Any, key: str | None
) -> WriteReceipt[GoodsReceipt]:
    """Post goods that arrived."""
    operation = f"{BOOK}.receive"
    context.require(operation, writes=True)
    known: PurchaseOrder = read_order(context, BOOK, id_of(order))
    given = line_quantities(lines)
    payload = {
        "order": known.id,
        "lines": [[_name(each.line), canonical_number(each.quantity)] for each in given],
    }
    earlier = posted_before(context, operation, key, payload)
    shelf = context.book(BOOK)
    if not isinstance(shelf, Receives):
        raise UnsupportedOperation("this back-end posts no receipts", operation=operation)
    wanted = with_ids(known, given) if earlier is None else ()
    where = OrderRef(id=known.id, number=known.number, party=known.supplier)
    wished = {str(each.line): each.quantity for each in wanted if each.quantity is not None}
    deed: Posting[GoodsReceipt] = Posting(
        context,
        operation,
        known,
        key or new_key(),
        payload,
        post=lambda write: shelf.receive(known, wanted, write),
        documents=lambda: context.book("goods_receipts").of(where),
        wished=wished,
    )
    if earlier is not None:
        return of_outcome(context, Outcome(deed.replay(earlier), earlier, replayed=True))
    return of_outcome(context, context.journal.write(deed))


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


def posted_before(context: Context, operation: str, key: str | None, payload: Any) -> Entry | None:
    """The confirmed entry of an earlier call with this key and wish: told before quantities are reckoned anew."""
    entry = context.journal.entry(key) if key is not None else None
    if entry is None or entry.state is not State.CONFIRMED or entry.operation != operation:
        return None
    return entry if entry.fingerprint == fingerprint(operation, payload) else None


def _name(line: Any) -> Any:
    return line if isinstance(line, str | int) else line.id


def canonical_number(quantity: Decimal | None) -> str | None:
    """A quantity as canonical text: 5 and 5.00 are the same wish."""
    if quantity is None:
        return None
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
