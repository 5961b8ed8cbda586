"""Writing sales orders and returns: created at once, amended line by line (sage.md 4.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal

from ...business import lines, ordering
from ...business.documents import Document, Line
from ...business.masters import Address, Customer
from ...business.refusals import Refusal
from . import order_lines, states
from .allocating import kept
from .desk import Desk
from .fields import checked
from .order_fields import ADDRESS, SALES_ORDER
from .refusing import Refused, missing, worded

Kind = Literal["order", "return_order", "quote"]
_FLAGS: Final = frozenset(
    {
        *(
            "is_editing",
            "is_to_sequence_lines",
            "override_on_hold",
            "recalculate_prices",
            "suppress_warnings",
        ),
        *("apply_available_document_discount_percent", "lock_id", "lines", "customer_id", "document_no"),
        *("delivery_address", "customer_delivery_address_id"),
    }
)
"""What says how to save, or is not simply stored."""
_CENTS: Final = Decimal("0.01")


# ---------------------------------------------------------------- verbs


def create(desk: Desk, kind: Kind, body: Any, number: str = "") -> Document:
    """A new order with its lines: all of it, or nothing; ``number`` is its own, whoever draws numbers."""
    sent = checked(SALES_ORDER, body, desk.settings)
    if "customer_id" not in sent:
        raise missing("customer_id")
    customer = desk.named(desk.company.customers, sent["customer_id"], "customer", "customer_id")
    fields = _header(desk, customer, sent, {})
    fields["partner"] = customer.id
    if number:
        fields["number"] = number
    elif not desk.settings.numbers_itself:
        if not sent.get("document_no"):
            raise missing("document_no")
        fields["number"] = sent["document_no"]
    fields["extras"][states.DRAFT] = bool(sent.get("is_editing"))
    document = ordering.create(desk.company, kind, fields)
    saved: list[Line] = []
    for place, line in enumerate(sent.get("lines", [])):
        _saved(desk, document, line, place, saved)
    return _settled(desk, document, sent, saved)


def change(desk: Desk, document: Document, body: Any) -> tuple[Document, Refused | None]:
    """Save the header, then line after line; the first that is refused ends it, and what came before stays saved."""
    sent = checked(SALES_ORDER, body, desk.settings)
    desk.free(document, sent.get("lock_id", 0))
    if not states.editable(desk, document):
        raise Refused(f"The sales order '{document.number}' can no longer be amended.")
    if "customer_id" in sent and sent["customer_id"] != desk.keys.number(
        document.partner, desk.company.customers
    ):
        raise Refused("The customer of an order cannot be changed.", "customer_id")

    saved: list[Line] = []

    def header() -> None:
        customer = desk.company.customers.row(document.partner)
        now = desk.company.documents.row(document.id)
        ordering.change(desk.company, now, _header(desk, customer, sent, now.extras))

    def line(place: int, one: Any) -> Callable[[], None]:
        return lambda: _saved(desk, document, one, place, saved)

    saves = [line(place, one) for place, one in enumerate(sent.get("lines", []))]
    saves = [header, *saves] if desk.settings.header_first else [*saves, header]
    for save in saves:
        refused = _tried(desk, save)
        if refused is not None:
            return _discounted(desk, document), refused
    return _settled(desk, document, sent, saved), None


def _saved(desk: Desk, document: Document, one: Any, place: int, saved: list[Line]) -> None:
    line = order_lines.save(desk, document, one, f"lines[{place}]")
    if line is not None:
        saved.append(line)


def _tried(desk: Desk, save: Callable[[], Any]) -> Refused | None:
    try:
        with desk.company.world.unit():
            save()
    except Refusal as refusal:
        return worded(refusal)
    except Refused as refused:
        return refused
    return None


def delete(desk: Desk, document: Document) -> None:
    """Remove an order of which nothing is despatched or invoiced."""
    desk.free(document, 0)
    if not all(map(states.deletable, desk.company.lines_of(document))):
        raise Refused(f"The sales order '{document.number}' cannot be deleted: it is despatched or invoiced.")
    ordering.delete(desk.company, document)


def set_status(desk: Desk, document: Document, wanted: str) -> Document:
    """Put an order on hold or off it, or cancel it (sage.md 4.5)."""
    desk.free(document, 0)
    what = desk.settings.status_words.get(wanted)
    if what is None:
        raise Refused(f"The status '{wanted}' cannot be set.", "document_status")
    if not states.editable(desk, document):
        raise Refused(f"The status of the sales order '{document.number}' can no longer be changed.")
    if document.extras.get(states.DRAFT):
        raise Refused(f"The sales order '{document.number}' is a draft.")
    if what != "cancel":
        return desk.company.documents.put(replace(document, held=what == "hold"))
    return _cancelled(desk, document)


def _cancelled(desk: Desk, document: Document) -> Document:
    wanted = desk.company.lines_of(document)
    if not desk.settings.cancels_despatched and not all(map(states.deletable, wanted)):
        raise Refused(
            f"The sales order '{document.number}' cannot be cancelled: it is despatched or invoiced."
        )
    for line in wanted:
        if line.counts and line.open and desk.settings.records_cancelled:
            order_lines.recorded(desk, document, line, line.open)
        kept(desk, line, Decimal(0))
    now = desk.company.documents.row(document.id)
    return desk.company.documents.put(replace(now, canceled=True, held=False))


def duplicate(desk: Desk, kind: Kind, body: Any) -> Document:
    """A draft that is like another order."""
    source, customer, priced = _duplicated(desk, kind, body)
    copied = {"external_number", "requested", "promised"} if customer.id == source.partner else set()
    fields: dict[str, Any] = {name: getattr(source, name) for name in copied}
    extras = {name: value for name, value in source.extras.items() if name in SALES_ORDER}
    fields |= {"partner": customer.id, "extras": {**extras, states.DRAFT: True}}
    if not desk.settings.numbers_itself:
        fields["number"] = desk.company.draw(kind)
    document = ordering.create(desk.company, kind, fields)
    for line in desk.company.lines_of(source):
        names = ["type", "object_number", "description", "unit", "quantity", "location", "tax_percent"]
        if line.manual_price or line.type != "item" or priced:
            names.append("price")
        extras = {name: value for name, value in line.extras.items() if name != states.ALLOCATED}
        taken = {name: getattr(line, name) for name in names} | {"extras": extras}
        if priced:
            taken["discount_percent"] = line.discount_percent
        lines.add_line(desk.company, desk.company.documents.row(document.id), taken)
    return desk.company.documents.row(document.id)


def _duplicated(desk: Desk, kind: Kind, body: Any) -> tuple[Document, Customer, bool]:
    if not isinstance(body, dict) or set(body) - {"source_id", "customer_id", "prices_and_discounts"}:
        raise Refused("The body must have source_id, customer_id and prices_and_discounts.")
    for name in ("source_id", "customer_id"):
        if not isinstance(body.get(name), int) or isinstance(body[name], bool):
            raise missing(name)
    source = desk.named(desk.company.documents, body["source_id"], "sales order", "source_id")
    if source.kind != kind or source.posted:
        raise Refused(f"The sales order with Id {body['source_id']} does not exist.", "source_id")
    customer = desk.named(desk.company.customers, body["customer_id"], "customer", "customer_id")
    return source, customer, body.get("prices_and_discounts") is True


# ---------------------------------------------------------------- headers


def _header(
    desk: Desk, customer: Customer, sent: Mapping[str, Any], extras: Mapping[str, Any]
) -> dict[str, Any]:
    """The neutral fields of what was sent."""
    stored = {name: value for name, value in sent.items() if name not in _FLAGS}
    fields = {SALES_ORDER[name].target: value for name, value in stored.items() if SALES_ORDER[name].target}
    further = {name: value for name, value in stored.items() if not SALES_ORDER[name].target}
    percent = sent.get("document_discount_percent", Decimal(0))
    if not 0 <= percent <= states.HUNDRED:
        raise Refused("A discount is between 0 and 100 percent.", "document_discount_percent")
    if sent.get("customer_delivery_address_id"):
        row = desk.named(
            desk.addresses(),
            sent["customer_delivery_address_id"],
            "delivery address",
            "customer_delivery_address_id",
        )
        if row.extras["customer"] != customer.number:
            raise Refused("The delivery address is another customer's.", "customer_delivery_address_id")
        fields |= {"ship_to_code": row.code, "ship_address": row.extras["address"]}
        further |= {"use_invoice_address": False, "delivery_further": {}}
    elif sent.get("use_invoice_address"):
        own = replace(customer.address, name=customer.address.name or customer.name)
        fields |= {"ship_to_code": "", "ship_address": own}
        further["delivery_further"] = {}
    elif "delivery_address" in sent:
        fields["ship_address"], further["delivery_further"] = _address(desk, sent["delivery_address"])
        fields["ship_to_code"] = ""
        further["use_invoice_address"] = False
    fields["extras"] = {**extras, **further}
    return fields


def _address(desk: Desk, sent: Any) -> tuple[Address, dict[str, Any]]:
    found = checked(ADDRESS, sent, desk.settings, "delivery_address")
    plain = {ADDRESS[name].target: value for name, value in found.items() if ADDRESS[name].target}
    return Address(**plain), {name: value for name, value in found.items() if not ADDRESS[name].target}


# ---------------------------------------------------------------- after the lines


def _settled(desk: Desk, document: Document, sent: Mapping[str, Any], saved: list[Line]) -> Document:
    """What follows when everything is saved: order of lines, discount, draft or not, credit, and the lock."""
    if sent.get("is_to_sequence_lines"):
        _sequenced(desk, document, saved)
    document = _discounted(desk, document)
    if not sent.get("is_editing"):
        if document.extras.get(states.DRAFT):
            extras = {**document.extras, states.DRAFT: False}
            document = desk.company.documents.put(replace(document, extras=extras))
        desk.locks.pop(document.id, None)
    return _within_credit(desk, document, sent)


def _sequenced(desk: Desk, document: Document, saved: list[Line]) -> None:
    first = [line.id for line in saved]
    others = [line.id for line in desk.company.lines_of(document) if line.id not in first]
    for place, ident in enumerate([*first, *others], 1):
        line = desk.company.lines.row(ident)
        if line.number != place:
            desk.company.lines.put(replace(line, number=place))


def _discounted(desk: Desk, document: Document) -> Document:
    document = desk.company.documents.row(document.id)
    percent = Decimal(document.extras.get("document_discount_percent", 0))
    goods = sum(
        (line.amount_net for line in desk.company.lines_of(document) if line.type != "charge"), Decimal(0)
    )
    amount = (goods * percent / states.HUNDRED).quantize(_CENTS, ROUND_HALF_UP)
    return ordering.change(desk.company, document, {"discount_amount": amount})


def _within_credit(desk: Desk, document: Document, sent: Mapping[str, Any]) -> Document:
    customer = desk.company.customers.row(document.partner)
    if document.kind != "order" or document.extras.get(states.DRAFT) or not customer.credit_limit:
        return document
    exposure = ordering.credit_exposure(desk.company, customer)
    beyond = exposure > customer.credit_limit
    extras = {**document.extras, "is_credit_limit_exceeded": beyond}
    held = document.held
    if beyond and not sent.get("override_on_hold"):
        if desk.settings.over_limit == "refuse":
            raise worded(
                Refusal(
                    "credit_limit", number=customer.number, limit=customer.credit_limit, exposure=exposure
                )
            )
        held = held or desk.settings.over_limit == "hold"
    return desk.company.documents.put(replace(document, extras=extras, held=held))
