"""One company's API: which address does what (sage.md 4.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ...business.documents import Document
from ...business.refusals import Refusal
from ...odata.errors import ODataError
from ...odata.values import loads
from . import despatch, masters, orders, purchasing
from .catalogue import CHILDREN, RESOURCES, WITHIN
from .desk import Desk
from .despatch_fields import GOODS
from .fields import written
from .order_fields import address_of
from .queries import Query, asked, entity, listed, page
from .refusing import Refused, missing, not_found, worded
from .resources import Resource

_ID: Final = re.compile(r"\d{1,18}", re.ASCII)
_NEW_IN_2025: Final = ("sop_orders_status", "sop_returns", "lookup_sop_returns", "sop_return_lines")
_LISTS: Final = {
    "order": "sop_orders",
    "return_order": "sop_returns",
    "quote": "sop_quotes",
    "purchase_order": "pop_orders",
}
_LOCKING: Final = "is_to_lock"


@dataclass
class Call:
    """A request as it comes to the system."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    late: float = 0.0
    """Seconds after which others see what it did."""


@dataclass
class Answer:
    """What goes out with status 200; ``refused`` where something was done and something refused."""

    body: Any = None
    count: int | None = None
    refused: Refused | None = None


def answered(desk: Desk, call: Call) -> Answer:
    """Do what a request asks for; refusals are raised."""
    parts = call.path.strip("/").split("/")
    world = desk.company.world
    _offered(desk, parts[0], call)
    try:
        if call.method == "GET":
            with world.reading():
                return _read(desk, parts, call)
        with world.unit() as unit:
            unit.late = call.late
            return _write(desk, parts, call)
    except Refusal as refusal:
        raise worded(refusal) from refusal


def _offered(desk: Desk, name: str, call: Call) -> None:
    release = desk.settings.release
    if release < "2025R1" and name.startswith(_NEW_IN_2025):
        raise not_found(call.path)
    if release < "2024R1" and name == "pop_orders" and call.method in {"PUT", "DELETE"}:
        raise _not_allowed(call)


def _not_allowed(call: Call) -> Refused:
    return Refused(f"The requested resource does not support http method '{call.method}'.", status=405)


# ---------------------------------------------------------------- reading


def _read(desk: Desk, parts: list[str], call: Call) -> Answer:
    resource = RESOURCES.get(parts[0])
    if resource is None:
        raise _not_allowed(call) if (parts[0], len(parts)) in _KNOWN else not_found(call.path)
    if len(parts) == 1:
        return _list(desk, resource, call, None)
    row = _one(desk, resource, parts[1], call)
    if len(parts) == 2:
        return _single(desk, resource, row, call)
    return _below(desk, parts, row, call)


def _one(desk: Desk, resource: Resource, number: str, call: Call) -> Any:
    if resource.one is None or _ID.fullmatch(number) is None:
        raise not_found(call.path)
    row = resource.one(desk, int(number))
    if row is None:
        raise not_found(call.path)
    return row


def _below(desk: Desk, parts: list[str], row: Any, call: Call) -> Answer:
    rows = WITHIN.get((parts[0], parts[2]))
    if rows is None or len(parts) > 4:
        raise not_found(call.path)
    resource = RESOURCES[CHILDREN.get(parts[2], parts[2])]
    found = rows(desk, row)
    if len(parts) == 3:
        return _list(desk, resource, call, found)
    child = _one(desk, resource, parts[3], call)
    if child not in found:
        raise not_found(call.path)
    return _single(desk, resource, child, call)


def _list(desk: Desk, resource: Resource, call: Call, within: list[Any] | None) -> Answer:
    query = asked(call.query, resource, desk)
    if _LOCKING in query.expand:
        raise Refused("Only one order can be locked at a time.")
    if resource.name == "sop_confirm_despatch":
        return _ready(desk, resource, query)
    if "lines" in resource.expands and desk.settings.lines_shown == "always":
        query.expand |= {"lines"}
    rows, count = page(resource, desk, query, within)
    return Answer(rows, count if query.count else None)


def _single(desk: Desk, resource: Resource, row: Any, call: Call) -> Answer:
    query = asked(call.query, resource, desk, single=True)
    if "lines" in resource.expands and desk.settings.lines_shown != "expanded":
        query.expand |= {"lines"}
    if _LOCKING in query.expand:
        desk.lock(row)
        query.expand -= {_LOCKING}
    return Answer(entity(resource, desk, row, query))


def _ready(desk: Desk, resource: Resource, query: Query) -> Answer:
    """What is ready for despatch; goods unless the filter says otherwise, and held where the site does so."""
    if "confirmation_intent_type" not in query.filter:
        goods = f"confirmation_intent_type eq '{GOODS}'"
        query.filter = f"({query.filter}) and {goods}" if query.filter else goods
    rows = listed(resource, desk, query)
    part = rows[query.skip : query.skip + query.top]
    if desk.settings.despatch_list_locks:
        for one in part:
            desk.lock(one.order, despatching=True)
    return Answer([entity(resource, desk, one, query) for one in part], len(rows) if query.count else None)


# ---------------------------------------------------------------- writing


def _write(desk: Desk, parts: list[str], call: Call) -> Answer:
    if call.method == "POST" and len(parts) == 1 and parts[0] in _POSTED:
        return _POSTED[parts[0]](desk, _body(call))
    changes = {"PUT": _PUT, "DELETE": _DELETED}.get(call.method, {})
    if len(parts) == 2 and parts[0] in changes:
        row = _one(desk, RESOURCES[parts[0]], parts[1], call)
        return changes[parts[0]](desk, row, _body(call) if call.method == "PUT" else None)
    if parts[0] in RESOURCES or (parts[0], len(parts)) in _KNOWN:
        raise _not_allowed(call)
    raise not_found(call.path)


def _body(call: Call) -> Any:
    try:
        return loads(call.body)
    except (ODataError, RecursionError):
        raise Refused("The body is not valid JSON.") from None


def _document(desk: Desk, document: Document, refused: Refused | None = None) -> Answer:
    """A document with its lines: what is answered to whoever wrote it."""
    resource = RESOURCES[_LISTS[document.kind]]
    body = entity(resource, desk, document, Query(expand=frozenset({"lines"})))
    if document.kind != "purchase_order":
        body["delivery_address"] = address_of(
            document.ship_address, document.extras.get("delivery_further", {})
        )
    return Answer(body, refused=refused)


def _row(name: str) -> Callable[[Desk, Any], Answer]:
    return lambda desk, row: Answer(entity(RESOURCES[name], desk, row, Query()))


class _NotKept(Exception):
    """What was made is shown and goes."""


def _defaults(desk: Desk, kind: orders.Kind, body: Any) -> Answer:
    """An order as it would be, with the customer's defaults; nothing is stored (sage.md 4.3)."""
    if not isinstance(body, dict) or set(body) - {"customer_id"}:
        raise Refused("The body must have the field customer_id.")
    shown: dict[str, Any] = {}
    try:
        with desk.company.world.unit():
            customer = {**body, "is_editing": True}
            document = orders.create(desk, kind, customer, number="*")
            shown = _document(desk, document).body | {"id": 0, "document_no": ""}
            raise _NotKept
    except _NotKept:
        return Answer(shown)


def _new_customer(desk: Desk, body: Any) -> Answer:
    shown = dict.fromkeys(RESOURCES["customers"].shown)
    return Answer(shown | {"id": 0, "on_hold": False, "currency_id": desk.keys.number(desk.company.id)})


def _status(desk: Desk, kind: orders.Kind, body: Any) -> Answer:
    """The status endpoint in its two dialects (sage.md 4.5)."""
    pairs = {"sop_order_id": "document_status", "id": "status"}
    if kind == "return_order":
        pairs = {"sop_return_id": "document_status", "id": "status"}
    for number, status in pairs.items():
        dialect = "id" if number == "id" else "sop_order_id"
        if (
            isinstance(body, dict)
            and set(body) == {number, status}
            and dialect in desk.settings.status_dialects
        ):
            wanted = body[number]
            if not isinstance(wanted, int) or isinstance(wanted, bool) or not isinstance(body[status], str):
                raise Refused("The body has values of the wrong type.", number)
            document = desk.named(desk.company.documents, wanted, "sales order", number)
            if document.kind != kind or document.posted:
                raise Refused(f"The sales order with Id {wanted} does not exist.", number)
            return _document(desk, orders.set_status(desk, document, body[status]))
    raise missing(next(iter(pairs)))


def _despatched(desk: Desk, body: Any) -> Answer:
    shown = despatch.confirmed(desk, despatch.confirm(desk, body))
    return Answer({name: written(value, desk.settings) for name, value in shown.items()})


_POSTED: Final[dict[str, Callable[[Desk, Any], Answer]]] = {
    "sop_orders": lambda desk, body: _document(desk, orders.create(desk, "order", body)),
    "sop_orders_new": lambda desk, body: _defaults(desk, "order", body),
    "sop_orders_duplicate": lambda desk, body: _document(desk, orders.duplicate(desk, "order", body)),
    "sop_returns_duplicate": lambda desk, body: _document(desk, orders.duplicate(desk, "return_order", body)),
    "sop_orders_status": lambda desk, body: _status(desk, "order", body),
    "sop_returns": lambda desk, body: _document(desk, orders.create(desk, "return_order", body)),
    "sop_quotes": lambda desk, body: _document(desk, orders.create(desk, "quote", body)),
    "sop_returns_new": lambda desk, body: _defaults(desk, "return_order", body),
    "sop_returns_status": lambda desk, body: _status(desk, "return_order", body),
    "sop_confirm_despatch": _despatched,
    "pop_orders": lambda desk, body: _document(desk, purchasing.create(desk, body)),
    "customers": lambda desk, body: _row("customers")(desk, masters.create_customer(desk, body)),
    "customers_new": _new_customer,
    "suppliers": lambda desk, body: _row("suppliers")(desk, masters.create_supplier(desk, body)),
    "products": lambda desk, body: _row("products")(desk, masters.create_product(desk, body)),
}
_PUT: Final[dict[str, Callable[[Desk, Any, Any], Answer]]] = {
    "sop_orders": lambda desk, row, body: _document(desk, *orders.change(desk, row, body)),
    "sop_returns": lambda desk, row, body: _document(desk, *orders.change(desk, row, body)),
    "sop_quotes": lambda desk, row, body: _document(desk, *orders.change(desk, row, body)),
    "sop_despatch_receipts": lambda desk, row, body: _row("sop_despatch_receipts")(
        desk, despatch.track(desk, row, body)
    ),
    "pop_orders": lambda desk, row, body: _document(desk, *purchasing.change(desk, row, body)),
    "customers": lambda desk, row, body: _row("customers")(desk, masters.change_customer(desk, row, body)),
    "suppliers": lambda desk, row, body: _row("suppliers")(desk, masters.change_supplier(desk, row, body)),
    "products": lambda desk, row, body: _row("products")(desk, masters.change_product(desk, row, body)),
}


def _gone(delete: Callable[[Desk, Any], None]) -> Callable[[Desk, Any, Any], Answer]:
    def done(desk: Desk, row: Any, body: Any) -> Answer:
        delete(desk, row)
        return Answer()

    return done


_DELETED: Final[dict[str, Callable[[Desk, Any, Any], Answer]]] = {
    "sop_orders": _gone(orders.delete),
    "sop_returns": _gone(orders.delete),
    "sop_quotes": _gone(orders.delete),
    "pop_orders": _gone(purchasing.delete),
    "customers": _gone(masters.delete_customer),
    "products": _gone(masters.delete_product),
}
_KNOWN: Final = {(name, 1) for name in _POSTED}


def encoded(body: Any) -> bytes:
    """A body as JSON."""
    return b"" if body is None else json.dumps(body).encode()
