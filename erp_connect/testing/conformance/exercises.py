"""Each operation of the closed list, used once through the public client: a claim that is not kept fails here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from ...adapters.contract import OPERATIONS
from ...models import (
    EMPTY,
    AddLine,
    AddNote,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    LineConfirmation,
    LineDraft,
    OrderStatus,
    PlaceHold,
    ReleaseHold,
    ReturnDraft,
    SplitLine,
    SubstituteProduct,
)
from .changes import CHANGES, example_of
from .compare import settled_down
from .desk import QUARRY, Desk, eur
from .masters import find_one, master_draft

Exercise = Callable[[Desk, str], None]
"""Uses one operation of one book, and asserts that it did something."""


def _create(desk: Desk, book: str) -> None:
    receipt = desk.verbs(book).create(desk.draft_of(book), key=desk.key())
    assert [line.quantities.ordered for line in receipt.stored.lines] == [12]


def _made(desk: Desk, book: str) -> Any:
    return desk.order() if book == "orders" else desk.buy()


def _get(desk: Desk, book: str) -> None:
    order = _made(desk, book)
    assert desk.verbs(book).get(order.id).number == order.number


def _find(desk: Desk, book: str) -> None:
    order = _made(desk, book)
    assert [each.id for each in desk.verbs(book).find(number=order.number)] == [order.id]


def _listed(desk: Desk, book: str, **more: Any) -> None:
    order = _made(desk, book)
    party = {"customer": desk.customer} if book == "orders" else {"supplier": desk.supplier}
    assert [each.id for each in desk.verbs(book).list(**party, **more)] == [order.id]


def _list_modified(desk: Desk, book: str) -> None:
    since = desk.now() - timedelta(minutes=5)
    _listed(desk, book, modified_since=since)


def _events(desk: Desk, book: str) -> None:
    order = _made(desk, book)
    assert order.id in {event.order_id for event in desk.verbs(book).events()}


def _simulate(desk: Desk, book: str) -> None:
    assert desk.verbs(book).check(desk.draft_of(book)).errors == ()


def _cancel(desk: Desk, book: str) -> None:
    order = _made(desk, book)
    assert desk.verbs(book).cancel(order, "withdrawn", key=desk.key()).stored.status is OrderStatus.CANCELLED


def _track(desk: Desk, book: str) -> None:
    order = _made(desk, book)
    assert desk.verbs(book).track(order).order_id == order.id
    desk.wire.exercised.add(
        f"{book}.track"
    )  # where the adapter has no call for it, the client puts it together


def _change(operation: str) -> Exercise:
    def changed(desk: Desk, book: str) -> None:
        order, amendment, holds_after = example_of(desk, operation, book)
        holds_after(desk.verbs(book).amend(order, amendment, key=desk.key()).stored)

    return changed


def _confirm(desk: Desk, book: str) -> None:
    order = desk.buy()
    day = desk.today() + timedelta(days=20)
    promise = LineConfirmation(line=order.lines[0], date=day)
    assert desk.erp.purchase_orders.confirm(order, [promise]).stored.lines[0].promised == day


def _receive(desk: Desk, book: str) -> None:
    order = desk.buy()
    assert desk.erp.purchase_orders.receive(order, None).stored.order_id == order.id


def _receipts_of(desk: Desk, book: str) -> None:
    order = desk.buy()
    if desk.can("purchase_orders.receive"):
        desk.erp.purchase_orders.receive(order, None)
        assert len(desk.erp.goods_receipts.of(order)) == 1
    else:
        assert list(desk.erp.goods_receipts.of(order)) == []


def _ship(desk: Desk, book: str) -> None:
    order = desk.order()
    desk.erp.shipments.post(order, None)
    assert settled_down(desk.erp.orders.get(order).status) is OrderStatus.SHIPPED


def _shipments_of(desk: Desk, book: str) -> None:
    order = desk.order()
    assert list(desk.erp.shipments.of(order)) == []
    order = desk.ship(order)
    assert [line.quantity for each in desk.erp.shipments.of(order) for line in each.lines] == [12]


def _invoices_of(desk: Desk, book: str) -> None:
    assert list(desk.erp.invoices.of(desk.order())) == []


def _return(desk: Desk) -> Any:
    order = desk.ship(desk.order())
    draft = ReturnDraft(order=order.id, lines=None, reason="damaged")
    if desk.can("returns.create"):
        return order, desk.erp.returns.create(draft, key=desk.key()).stored
    return order, desk.behind("put_return", draft)


def _returned(desk: Desk, book: str) -> None:
    order, back = _return(desk)
    assert back.order_id == order.id


def _return_read(desk: Desk, book: str) -> None:
    _, back = _return(desk)
    assert desk.erp.returns.get(back.id).id == back.id


def _returns_of(desk: Desk, book: str) -> None:
    order, back = _return(desk)
    assert [each.id for each in desk.erp.returns.of(order)] == [back.id]


def _available(desk: Desk, book: str) -> None:
    assert desk.erp.stock.availability(desk.valve, 1, "C62").product == desk.valve


def _quoted(desk: Desk, book: str) -> None:
    assert desk.erp.prices.quote(desk.customer, desk.valve, 1, "C62").product == desk.valve


def _number(desk: Desk, book: str) -> str:
    """A record of this book that is on file, however it came there."""
    return {
        "customers": lambda: desk.customer,
        "suppliers": lambda: desk.supplier,
        "products": lambda: desk.valve,
    }[book]()


def _master_created(desk: Desk, book: str) -> None:
    assert getattr(desk.erp, book).create(master_draft(desk, book), key=desk.key()).stored.id


def _master_read(desk: Desk, book: str) -> None:
    (record,) = find_one(desk, book, _number(desk, book))
    assert getattr(desk.erp, book).get(record.id).number == record.number


def _master_listed(desk: Desk, book: str) -> None:
    number = _number(desk, book)
    assert number in {record.number for record in getattr(desk.erp, book).list()}


def _master_updated(desk: Desk, book: str) -> None:
    (record,) = find_one(desk, book, _number(desk, book))
    assert getattr(desk.erp, book).update(record, name="Another name").stored.name == "Another name"


_OF_ORDERS: Final[Mapping[str, Exercise]] = {
    "create": _create,
    "get": _get,
    "find": _find,
    "list": _listed,
    "list_modified": _list_modified,
    "events": _events,
    "simulate": _simulate,
    "cancel": _cancel,
    "track": _track,
    **{operation: _change(operation) for operation in CHANGES},
}
_OF_MASTERS: Final[Mapping[str, Exercise]] = {
    "get": _master_read,
    "find": _master_read,
    "list": _master_listed,
    "create": _master_created,
    "update": _master_updated,
}
EXERCISES: Final[Mapping[str, Exercise]] = MappingProxyType(
    {
        **{
            f"{book}.{verb}": use
            for book in ("orders", "purchase_orders")
            for verb, use in _OF_ORDERS.items()
        },
        **{
            f"{book}.{verb}": use
            for book in ("customers", "suppliers", "products")
            for verb, use in _OF_MASTERS.items()
        },
        "purchase_orders.confirm": _confirm,
        "purchase_orders.receive": _receive,
        "goods_receipts.of": _receipts_of,
        "shipments.post": _ship,
        "shipments.of": _shipments_of,
        "invoices.of": _invoices_of,
        "returns.create": _returned,
        "returns.get": _return_read,
        "returns.of": _returns_of,
        "stock.availability": _available,
        "prices.quote": _quoted,
    }
)
"""Operation to its exercise; every operation of the closed list has one."""

# ------------------------------------------------------------------------------ asking for what is not offered

_X: Final = "X"
_ASKED: Final[Mapping[str, Any]] = {
    "change_header": ChangeHeader(payment_terms="N30"),
    "change_quantity": ChangeQuantity(line=_X, to=1),
    "change_price": ChangePrice(line=_X, to=eur("1")),
    "change_discount": ChangeDiscount(line=_X, to=EMPTY),
    "change_address": ChangeAddress(ship_to=QUARRY),
    "add_note": AddNote(text="note"),
    "add_line": AddLine(line=LineDraft(product=_X, quantity=1, unit="C62")),
    "substitute_product": SubstituteProduct(line=_X, to=_X),
    "split_line": SplitLine(line=_X, quantity=1),
    "cancel_line": CancelLine(line=_X, reason="not needed"),
    "change_warehouse": ChangeWarehouse(to=_X),
    "hold": PlaceHold(kind="delivery"),
    "release": ReleaseHold(kind="delivery"),
}


def ask(desk: Desk, operation: str) -> Callable[[], Any] | None:
    """A call of the public client that wants this operation; None where no verb asks for it alone."""
    book, _, verb = operation.partition(".")
    pages = getattr(desk.erp, book)
    if book in ("orders", "purchase_orders"):
        return _asked_of_orders(desk, pages, book, verb)
    if book in ("customers", "suppliers", "products"):
        return _asked_of_masters(desk, pages, book)[verb]
    calls: dict[str, Callable[[], Any]] = {
        "shipments.post": lambda: pages.post(_X, None),
        "returns.create": lambda: pages.create(ReturnDraft(order=_X, lines=None, reason="damaged")),
        "returns.get": lambda: pages.get(_X),
        "stock.availability": lambda: pages.availability(_X, 1, "C62"),
        "prices.quote": lambda: pages.quote(_X, _X, 1, "C62"),
    }
    found = calls.get(operation)
    return found if found is not None else lambda: pages.of(_X)


def _asked_of_masters(desk: Desk, pages: Any, book: str) -> dict[str, Callable[[], Any]]:
    named = {"code": _X} if book == "products" else {"number": _X}
    return {
        "get": lambda: pages.get(_X),
        "find": lambda: pages.find(**named),
        "list": lambda: list(pages.list()),
        "create": lambda: pages.create(master_draft(desk, book), key=desk.key()),
        "update": lambda: pages.update(_X, name="Another name"),
    }


def _asked_of_orders(desk: Desk, pages: Any, book: str, verb: str) -> Callable[[], Any] | None:
    if verb == "simulate":
        return None  # check() and plan() do without it
    if verb == "change_date":
        return lambda: pages.amend(_X, ChangeDate(to=desk.today()))
    if verb in _ASKED:
        return lambda: pages.amend(_X, _ASKED[verb])
    draft = _draft(desk, book)
    calls: dict[str, Callable[[], Any]] = {
        "create": lambda: pages.create(draft, key=desk.key()),
        "get": lambda: pages.get(_X),
        "find": lambda: pages.find(number=_X),
        "list": lambda: list(pages.list()),
        "list_modified": lambda: list(pages.list(modified_since=desk.now())),
        "events": lambda: list(pages.events()),
        "cancel": lambda: pages.cancel(_X, "withdrawn"),
        "track": lambda: pages.track(_X),
        "confirm": lambda: pages.confirm(_X, {_X: desk.today()}),
        "receive": lambda: pages.receive(_X, None),
    }
    return calls[verb]


def _draft(desk: Desk, book: str) -> Any:
    if book == "orders":
        return desk.draft(desk.line(_X), customer=_X)
    return desk.purchase(desk.purchase_line(_X), supplier=_X)


assert set(EXERCISES) == set(OPERATIONS), "every operation of the closed list needs an exercise"
