"""Field by field: what is claimed is kept, what changes shows in the receipt, what does not fit is refused before."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pytest

from ...adapters.contract import FieldSupport, Support, field_paths
from ...errors import LossyWrite
from ...models import Address, Charge, Contact, Discount, LineKind, Money, Reference
from ...rules.normalising import normalised
from .compare import same
from .desk import HARBOUR, QUARRY, SKIPPED, Desk, eur
from .suite import Suite

_ADDRESS: Final[Mapping[str, Any]] = {
    "name": "Quarry Site 7",
    "lines": ("Gate B",),
    "city": "Penryn",
    "postal_code": "TR10 9EH",
    "country": "GB",
    "region": "CON",
    "contact": "R. Pascoe",
    "phone": "0100 200300",
    "email": "gate@example.org",
    "gln": "4012345000009",
}
_HEADER: Final[Mapping[str, Any]] = {
    "customer_po": "PO-77",
    "supplier_reference": "QUOTE-77",
    "ship_to": QUARRY,
    "bill_to": HARBOUR,
    "payment_terms": "N30",
    "delivery_terms": "DAP",
    "prices_include_tax": True,
    "partial_shipment": False,
    "discounts": (Discount(percent=Decimal("2.5")),),
    "charges": (Charge(code="FREIGHT", amount=Money(amount=Decimal("25.00"), currency="EUR")),),
    "notes": ("leave at gate B",),
    "references": (Reference(kind="project", value="PRJ-77"),),
    "contact": Contact(name="R. Pascoe", email="pascoe@example.org", phone="0100 200300"),
    "custom": {"cost_centre": "4711"},
}
_LINE: Final[Mapping[str, Any]] = {
    "price": eur("11.75"),
    "description": "as drawn in sketch 4",
    "discount": Discount(percent=Decimal("2.5")),
    "reference": "10",
    "supplier_product": "VW-20",
    "custom": {"cost_centre": "4711"},
}
_GIVEN: Final = frozenset({"customer", "supplier", "currency", "lines", "product", "quantity", "unit"})
"""Fields of which every order of the kit is an example."""
_LATER: Final = frozenset({"expected_price", "country"})
"""Never written; and a closed list of its own."""


def order_paths() -> tuple[str, ...]:
    """Every field of a sales or purchase order that can be given or left out."""
    return tuple(
        path
        for path in field_paths()
        if path.startswith(("order.", "purchase_order."))
        and not (set(path.split(".")[1:]) & _LATER)
        and not (path.split(".")[-1] in _GIVEN and path.count(".") <= (2 if ".line." in path else 1))
    )


def _value(desk: Desk, path: str) -> Any:
    """An ordinary value for a field, within the limits that the back-end states."""
    names = path.split(".")[1:]
    known = desk.field(path)
    if names[-1] in ("requested", "order_date"):
        return desk.today()
    if names[-1] == "warehouse":
        return desk.profile.warehouses[1]
    if names[-1] == "kind":
        kinds = [
            kind for kind in (LineKind.SERVICE, LineKind.ITEM) if known.values is None or kind in known.values
        ]
        return kinds[0]
    table = _LINE if names[0] == "line" else _HEADER
    if len(names) == 2 and names[0] != "line":
        value: Any = getattr(_HEADER["contact"], names[1]) if names[0] == "contact" else _ADDRESS[names[1]]
    else:
        value = table[names[-1]]
        if isinstance(value, Address | Contact) and desk.holds(path):
            # Its parts have tests of their own: what the back-end has no place for stays out here.
            parts = [name for name in ("region", "contact", "phone", "email", "gln") if hasattr(value, name)]
            value = value.but(**{name: None for name in parts if not desk.holds(f"{path}.{name}")})
    return value[: known.max_length] if isinstance(value, str) else value


def draft_with(desk: Desk, path: str, value: Any) -> Any:
    """A draft in which one field is given, and around it as little as possible."""
    prefix, *names = path.split(".")
    book = "orders" if prefix == "order" else "purchase_orders"
    make_line = desk.line if book == "orders" else desk.purchase_line
    if names[0] == "line":
        return desk.draft_of(book, make_line(**{names[1]: value}))
    if len(names) == 2:
        base = Contact(name="R. Pascoe") if names[0] == "contact" else HARBOUR
        return desk.draft_of(book, **{names[0]: base.but(**{names[1]: value})})
    return desk.draft_of(book, **{names[0]: value})


def held_in(entity: Any, path: str) -> Any:
    """The field as it is stored."""
    value = entity
    for name in path.split(".")[1:]:
        value = value.lines[0] if name == "line" else getattr(value, name, None)
    return value


def _fits(desk: Desk, path: str) -> None:
    """Skip where a field cannot be written because what it belongs to cannot."""
    prefix, *names = path.split(".")
    desk.needs("orders.create" if prefix == "order" else "purchase_orders.create")
    if names[0] in ("ship_to", "bill_to", "contact") and desk.holds(f"{prefix}.{names[0]}"):
        needed = ("name",) if names[0] == "contact" else ("name", "lines", "city", "postal_code")
        parts = [f"{prefix}.{names[0]}.{part}" for part in needed]
        if any(part != path and not desk.holds(part) for part in parts):
            pytest.skip(SKIPPED)


class Fields(Suite):
    """Every field of a draft, and every limit that is claimed."""

    @pytest.mark.parametrize("path", order_paths())
    def test_a_field_is_kept_or_its_loss_is_refused(self, desk: Desk, path: str) -> None:
        _fits(desk, path)
        value = _value(desk, path)
        if not desk.holds(path):
            _refused(desk, path, value)
            return
        receipt = _verbs(desk, path).create(draft_with(desk, path, value), key=desk.key())
        stored = held_in(receipt.stored, path)
        told = [each for each in receipt.differences if _about(each.path, path)]
        rule = _rule(desk, path)
        if rule is not None and not isinstance(value, tuple):
            assert same(normalised(value, rule), stored)
        elif same(value, stored):
            assert told == [], f"{path} was stored as sent, and the receipt says otherwise"
        else:
            # Only a field that the back-end derives itself may come back otherwise, and never without a word.
            assert desk.field(path).support is Support.EMULATED, f"{path} was not stored as it was sent"
            assert told, f"{path} has changed, and the receipt does not say so"
        if desk.field(path).max_length is not None and type(value) is str:
            _kept_to_the_last_character(desk, path)

    def test_what_the_back_end_normalises_is_said_so(self, desk: Desk) -> None:
        known = desk.capabilities
        declared = {path: field.normalisation for path, field in known.fields.items() if field.normalisation}
        expected = desk.profile.normalisation
        if expected is not None:
            assert declared == dict(expected)
        rule = declared.get("order.line.product")
        if rule is None:
            pytest.skip(SKIPPED)
        desk.needs("orders.create")
        receipt = desk.create(desk.draft(desk.line(desk.valve.lower())), key=desk.key())
        assert receipt.order.lines[0].product == desk.valve
        assert [each.kind for each in receipt.differences if each.path.endswith(".product")] in (
            [],
            ["normalised"],
        )

    def test_a_path_that_no_draft_has_allows_nothing(self, desk: Desk) -> None:
        with pytest.raises(KeyError):
            desk.create(desk.draft(), key=desk.key(), allow_loss=["order.colour"])
        assert list(desk.mine()) == []


def _verbs(desk: Desk, path: str) -> Any:
    return desk.verbs("orders" if path.startswith("order.") else "purchase_orders")


def _refused(desk: Desk, path: str, value: Any) -> None:
    """A value without a place is refused before the write; named as a loss it is left out, and told."""
    verbs, draft = _verbs(desk, path), draft_with(desk, path, value)
    desk.wire.calls.clear()
    with pytest.raises(LossyWrite) as caught:
        verbs.create(draft, key=desk.key())
    assert any(path == lost or lost.startswith(f"{path}.") for lost in caught.value.fields)
    assert caught.value.outcome == "not_applied"
    assert desk.wire.calls == [], "something was sent before the refusal"
    receipt = verbs.create(draft, key=desk.key(), allow_loss=caught.value.fields)
    assert [line.quantities.ordered for line in receipt.stored.lines] == [12]
    assert any(each.kind == "lost" and _about(each.path, path) for each in receipt.differences)


def _kept_to_the_last_character(desk: Desk, path: str) -> None:
    """The longest text is kept, a longer one refused; cut with leave, and told."""
    limit = desk.field(path).max_length or 0
    verbs = _verbs(desk, path)
    longest = ("ABCDEFGHJK" * (limit // 10 + 1))[:limit]
    receipt = verbs.create(draft_with(desk, path, longest), key=desk.key())
    told = [each for each in receipt.differences if _about(each.path, path)]
    assert told or held_in(receipt.stored, path) == longest
    draft = draft_with(desk, path, longest + "X")
    desk.wire.calls.clear()
    with pytest.raises(LossyWrite) as caught:
        verbs.create(draft, key=desk.key())
    assert caught.value.fields == (path,)
    assert desk.wire.calls == [], "something was sent before the refusal"
    cut = verbs.create(draft, key=desk.key(), allow_loss=[path])
    assert any(each.kind == "lost" and _about(each.path, path) for each in cut.differences)


def _rule(desk: Desk, path: str) -> str | None:
    known: FieldSupport = desk.field(path)
    if desk.profile.normalisation is not None:
        return desk.profile.normalisation.get(path)
    return known.normalisation


def _about(place: str, path: str) -> bool:
    """Whether a difference's place (``order.lines[0].price``) is a field, or lies within it."""
    plain = place.replace("lines[0]", "line")
    return plain == path or plain.startswith((f"{path}.", f"{path}[")) or path.startswith(f"{plain}.")
