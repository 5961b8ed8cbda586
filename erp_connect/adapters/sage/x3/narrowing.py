"""What is left of the capabilities by what a site has published: objects, methods, fields, lengths (sage.md 2.10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from ...contract import Capabilities, FieldSupport, OnCancelLine, OperationSupport, StampPolicy, Support
from ...declaring import cannot, nowhere, own_field
from .capabilities import KINDS, UNPUBLISHED
from .office import Office
from .settings import X3Settings
from .shapes import Place, Shape
from .strategies import Strategy

__all__ = ["narrowed"]

_BOOKS: Final[Mapping[str, tuple[str, str]]] = {
    "order": ("orders", "order"),
    "purchase": ("purchase_orders", "purchase_order"),
    "customer": ("customers", "customer"),
    "supplier": ("suppliers", "supplier"),
    "product": ("products", "product"),
}
_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "CREATE": ("create", "receive", "post"),
    "READ": ("get", "find", "list", "list_modified", "track", "of"),
    "MODIFY": (
        *(
            "change_header",
            "change_quantity",
            "change_price",
            "change_date",
            "change_discount",
            "change_warehouse",
        ),
        *("change_address", "add_line", "substitute_product", "split_line", "cancel_line", "update"),
    ),
    "LIST": ("find", "list", "of"),
}
_HEADER: Final[Mapping[str, str]] = {
    "customer_po": "customer_po",
    "supplier_reference": "supplier_reference",
    "requested": "requested",
    "order_date": "order_date",
    "prices_include_tax": "price_type",
    "payment_terms": "payment_terms",
    "delivery_terms": "delivery_terms",
    "warehouse": "warehouse",
    "ship_to.name": "ship_name",
    "ship_to.city": "ship_city",
    "ship_to.postal_code": "ship_postal_code",
    "ship_to.region": "ship_region",
}
_MASTER: Final = (
    "number",
    "name",
    "currency",
    "payment_terms",
    "delivery_terms",
    "tax_id",
    "email",
    "price_group",
)
_PRODUCT: Final[Mapping[str, str]] = {
    "code": "number",
    "name": "name",
    "price": "price",
    "description": "description",
    "codes": "gtin",
}
_LINE: Final = ("product", "quantity", "price", "description", "warehouse", "discount")
_AMENDED: Final[Mapping[str, tuple[str, str]]] = {
    "change_price": ("line", "price"),
    "change_quantity": ("line", "quantity"),
    "change_discount": ("line", "discount"),
}


def narrowed(known: Capabilities, office: Office, missing: frozenset[str]) -> Capabilities:
    """The capabilities of this site; ``missing``: kinds that are named and not published."""
    operations, fields = dict(known.operations), dict(known.fields)
    for kind in missing:
        why = f"{UNPUBLISHED} under the name in {kind}_service"
        operations |= _all_of(operations, kind, why)
    stamps = dict(known.stamps)
    widths: dict[str, FieldSupport] = {}
    for kind, (book, prefix) in _BOOKS.items():
        if not office.named(kind) or kind in missing:
            continue
        shape = office.shape(kind)
        operations |= dict(_by_method(operations, book, shape))
        widths |= dict(_by_field(known, shape, prefix, kind))
        if kind in {"order", "purchase"}:
            operations |= dict(_by_amendment(operations, book, shape))
            stamps[book] = _stamp(known, book, shape, office.settings, kind)
    fields |= widths
    if office.named("return") and "return" not in missing:
        place = (returns := office.shape("return")).header.get("reference")
        if place is not None and place.entered and returns.column("reference"):
            window = known.stamp("returns").execution_window
            stamps["returns"] = own_field(place.field, None, place.length, window)
    operations |= dict(_by_line_numbers(operations, office, missing))
    operations |= dict(_by_strategy(office, missing))
    value = office.settings.value_action
    if value and value not in office.shape("order").description.methods:
        why = f"the publication of orders has no button {value}"
        operations["orders.simulate"] = cannot(why)
        if not office.settings.price:
            operations["prices.quote"] = cannot(why)
    return known.narrowed(
        operations=operations,
        fields=fields,
        stamps=stamps,
        stable_line_ids="id" in office.shape("order").lines,
        on_cancel_line=known.on_cancel_line if office.shape("order").deletes_lines else OnCancelLine.LOWERED,
        max_lines=_most_lines(office.shape("order")),
    )


def _by_strategy(office: Office, missing: frozenset[str]) -> Iterator[tuple[str, OperationSupport]]:
    """Cancelling needs what the publication offers for it: DELETE, or the button (2.14)."""
    for kind, book, setting in (
        ("order", "orders", "cancel_strategy"),
        ("purchase", "purchase_orders", "purchase_cancel_strategy"),
    ):
        strategy = Strategy(str(getattr(office.settings, setting)))
        needed = {"delete": "DELETE", "action": strategy.name}.get(strategy.how)
        if needed and kind not in missing and office.named(kind) and not office.shape(kind).can(needed):
            yield (
                f"{book}.cancel",
                cannot(f"the publication {office.shape(kind).service} does not offer {needed}"),
            )


def _by_line_numbers(
    operations: Mapping[str, OperationSupport], office: Office, missing: frozenset[str]
) -> Iterator[tuple[str, OperationSupport]]:
    """A delivery or receipt leads to lines by their numbers: without those nobody can say which lines (2.15)."""
    for kind, paper, name in (
        ("order", "delivery", "shipments.post"),
        ("purchase", "receipt", "purchase_orders.receive"),
    ):
        if {kind, paper} & missing or not (office.named(kind) and office.named(paper)):
            continue
        wanted, orders = office.shape(paper).lines.get("order_line"), office.shape(kind)
        if wanted is not None and "id" not in orders.lines:
            why = f"lines of {orders.service} show no number: have {wanted.field} added to the entry transaction"
            yield name, _kept(operations[name], why)


def _all_of(operations: Mapping[str, OperationSupport], kind: str, why: str) -> dict[str, OperationSupport]:
    return {name: cannot(why) for name in operations if name.startswith(KINDS.get(kind, ("-",)))}


def _by_method(
    operations: Mapping[str, OperationSupport], book: str, shape: Shape
) -> Iterator[tuple[str, OperationSupport]]:
    for method, verbs in _METHODS.items():
        if shape.can(method):
            continue
        for verb in verbs:
            name = f"{book}.{verb}"
            if name in operations and operations[name].support is not Support.NONE:
                yield name, cannot(f"the publication {shape.service} does not offer {method}")


def _by_amendment(
    operations: Mapping[str, OperationSupport], book: str, shape: Shape
) -> Iterator[tuple[str, OperationSupport]]:
    for verb, (_, word) in _AMENDED.items():
        if not _entered(shape.lines.get(word)):
            yield (
                f"{book}.{verb}",
                _kept(operations[f"{book}.{verb}"], f"lines have no field for {word} that can be written"),
            )
    if not _entered(shape.lines.get("requested")):
        why = "lines have no date of their own, which is what a line is split for"
        yield f"{book}.split_line", _kept(operations[f"{book}.split_line"], why)
    dated = _entered(shape.header.get("requested")) or _entered(shape.lines.get("requested"))
    placed = _entered(shape.header.get("warehouse")) or _entered(shape.lines.get("warehouse"))
    if not dated:
        yield f"{book}.change_date", cannot("the publication has no date that can be written")
    if not placed:
        yield f"{book}.change_warehouse", cannot("the publication has no shipping site that can be written")
    if not _entered(shape.header.get("ship_name")):
        yield (
            f"{book}.change_address",
            _kept(
                operations[f"{book}.change_address"],
                "the publication has no delivery address that can be written",
            ),
        )


def _kept(known: OperationSupport, why: str) -> OperationSupport:
    return known if known.support is Support.NONE else cannot(why)


def _by_field(
    known: Capabilities, shape: Shape, prefix: str, kind: str
) -> Iterator[tuple[str, FieldSupport]]:
    if kind == "product":
        pairs = [(f"{prefix}.{name}", shape.header.get(word)) for name, word in _PRODUCT.items()]
    elif kind in {"customer", "supplier"}:
        pairs = [(f"{prefix}.{name}", shape.header.get(name)) for name in _MASTER]
    else:
        pairs = [
            (f"{prefix}.{name}", shape.header.get(word))
            for name, word in _HEADER.items()
            if f"{prefix}.{name}" in known.fields or "." not in name
        ]
        pairs += [(f"{prefix}.line.{word}", shape.lines.get(word)) for word in _LINE]
        party = "customer" if kind == "order" else "supplier"
        pairs.append((f"{prefix}.{party}", shape.header.get(party)))
    for path, places in (
        (f"{prefix}.custom", shape.header_custom),
        (f"{prefix}.line.custom", shape.line_custom),
    ):
        if not any(place.entered for place in places.values()) and path in known.fields:
            yield path, nowhere("the publication has no field of the site's own that can be written")
    for path, place in pairs:
        try:
            held = known.field(path)
        except KeyError:
            continue
        if held.support is not Support.NONE:
            yield path, _narrower(held, place)
    if kind in {"order", "purchase"} and not _entered(shape.header.get("ship_name")):
        yield f"{prefix}.ship_to", nowhere("the publication has no delivery address that can be written")


def _narrower(held: FieldSupport, place: Place | None) -> FieldSupport:
    if not _entered(place) or place is None:
        return replace(
            held, support=Support.NONE, why="the publication has no such field that can be written"
        )
    if place.type != "Char" or place.length is None or (held.scale is not None):
        return held
    return replace(
        held, max_length=place.length if held.max_length is None else min(held.max_length, place.length)
    )


def _stamp(known: Capabilities, book: str, shape: Shape, settings: X3Settings, kind: str) -> StampPolicy:
    """The stamp's field as long as it is, and whether the list can be asked for it."""
    policy = known.stamp(book)
    if kind == "order" and settings.manual_numbers:
        place = shape.header.get("number")
        return replace(policy, max_length=_length(place, policy.max_length))
    word, party = ("customer_po", "customer") if kind == "order" else ("supplier_reference", "supplier")
    place = shape.header.get(word)
    if not _entered(place) or place is None:
        return StampPolicy(execution_window=policy.execution_window)
    return replace(
        policy,
        field=place.field,
        po_field=place.field,
        max_length=_length(place, policy.max_length),
        searchable=bool(shape.column(word) or shape.column(party)) and shape.can("LIST"),
    )


def _length(place: Place | None, most: int | None) -> int | None:
    if place is None or place.length is None:
        return most
    return place.length if most is None else min(place.length, most)


def _entered(place: Place | None) -> bool:
    return place is not None and place.entered


def _most_lines(shape: Shape) -> int | None:
    block = shape.description.blocks.get(shape.table)
    return None if block is None else block.most
