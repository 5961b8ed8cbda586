"""What has changed between two states of one order: for a plan, a receipt, an audit trail, or a conflict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..models import (
    Difference,
    DifferenceKind,
    Hold,
    OrderFields,
    OrderLine,
    PurchaseOrder,
    Quantities,
    Value,
)

__all__ = ["changes", "moved"]

_NOT_CONTENT: Final = frozenset(
    {
        *("id", "version", "raw", "warnings", "stamp", "created_at", "modified_at"),
        *("native_status", "fulfilment", "invoicing", "timeliness", "complete", "lines"),
    }
)
"""Fields of an order that are not business content, or follow from what is."""
_LINE_NOT_CONTENT: Final = frozenset({"id", "native_status"})
_RECKONED: Final = frozenset(
    {"net", "tax", "gross", "promised", "customer_name", "supplier_name", "cancel_reason"}
)
"""Content that follows from other content: it does not count for a conflict."""
_QUANTITIES: Final = tuple(Quantities.model_fields)
_STOCK: Final = frozenset({"allocated", "backordered"})
"""Quantities that other orders' stock movements change as well."""
_NESTED: Final = frozenset({"ship_to", "bill_to", "contact"})


def changes(before: OrderFields, after: OrderFields) -> tuple[Difference, ...]:
    """Every change of business content from ``before`` (``sent``) to ``after`` (``stored``).

    Not counted are version, time stamps, warnings, what the system sent raw, and words derived from the status.
    Lines are matched by id, then by reference; new ones are ADDED, vanished ones MISSING.
    """
    return tuple(_changes(before, after, frozenset()))


def moved(before: OrderFields, after: OrderFields) -> tuple[Difference, ...]:
    """The changes that make a plan made on ``before`` stale: header, lines, status and quantities.

    Amounts that are reckoned from them, promised dates, what stock gives to the lines, and names do not count.
    """
    return tuple(_changes(before, after, _RECKONED | _STOCK))


def _changes(before: OrderFields, after: OrderFields, without: frozenset[str]) -> Iterator[Difference]:
    prefix = "purchase_order" if isinstance(before, PurchaseOrder) else "order"
    mine, theirs = before.__dict__, after.__dict__
    for name in type(before).model_fields:
        if name in _NOT_CONTENT or name in without:
            continue
        yield from _field(f"{prefix}.{name}", name, mine[name], theirs.get(name), None)
    yield from _lines(prefix, before.lines, after.lines, without)


def _field(path: str, name: str, old: Any, new: Any, line_id: str | None) -> Iterator[Difference]:
    if old is new or old == new:
        return
    if name in _NESTED and isinstance(old, Value) and isinstance(new, Value):
        for part in type(old).model_fields:
            yield from _field(f"{path}.{part}", part, getattr(old, part), getattr(new, part), line_id)
        return
    if name == "holds" and _said(old) == _said(new):
        return  # the system's own id and time of a hold are not content
    if name == "custom":
        for key in dict.fromkeys((*old, *new)):
            yield from _field(f"{path}.{key}", key, old.get(key), new.get(key), line_id)
        return
    yield Difference(path=path, kind=DifferenceKind.CHANGED, sent=old, stored=new, line_id=line_id)


def _said(holds: Sequence[Hold]) -> set[tuple[str, str | None, str | None]]:
    return {(hold.kind, hold.reason, hold.line_id) for hold in holds}


def pair_lines(
    before: Sequence[OrderLine], after: Sequence[OrderLine]
) -> tuple[list[tuple[OrderLine, OrderLine]], list[OrderLine], list[OrderLine]]:
    """Lines that are the same line (by id, then by reference), those that vanished, those that are new."""
    by_id = {line.id: line for line in after}
    pairs: list[tuple[OrderLine, OrderLine]] = []
    gone: list[OrderLine] = []
    for line in before:
        same = by_id.pop(line.id, None)
        if same is None:
            gone.append(line)
        else:
            pairs.append((line, same))
    by_reference = {line.reference: line for line in by_id.values() if line.reference is not None}
    for line in tuple(gone):
        same = by_reference.pop(line.reference, None) if line.reference is not None else None
        if same is not None:
            pairs.append((line, same))
            gone.remove(line)
            del by_id[same.id]
    return pairs, gone, list(by_id.values())


def _lines(
    prefix: str, before: Sequence[OrderLine], after: Sequence[OrderLine], without: frozenset[str]
) -> Iterator[Difference]:
    if before is after:
        return
    pairs, gone, new = pair_lines(before, after)
    places = {line.id: index for index, line in enumerate(after)}
    for old, line in pairs:
        if old is not line:
            yield from _line(f"{prefix}.lines[{places[line.id]}]", old, line, without)
    for index, old in enumerate(before):
        if old in gone:
            yield Difference(
                path=f"{prefix}.lines[{index}]",
                kind=DifferenceKind.MISSING,
                sent=old,
                line_id=old.id,
            )
    for line in new:
        yield Difference(
            path=f"{prefix}.lines[{places[line.id]}]",
            kind=DifferenceKind.ADDED,
            stored=line,
            line_id=line.id,
        )


def _line(path: str, old: OrderLine, new: OrderLine, without: frozenset[str]) -> Iterator[Difference]:
    mine, theirs = old.__dict__, new.__dict__
    for name in type(old).model_fields:
        if name in _LINE_NOT_CONTENT or name in without or name == "quantities":
            continue
        yield from _field(f"{path}.{name}", name, mine[name], theirs.get(name), new.id)
    first, second = old.quantities.__dict__, new.quantities.__dict__
    for name in _QUANTITIES:
        if first[name] != second[name] and name not in without:
            shown = f"{path}.quantity" if name == "ordered" else f"{path}.quantities.{name}"
            yield Difference(
                path=shown,
                kind=DifferenceKind.CHANGED,
                sent=first[name],
                stored=second[name],
                line_id=new.id,
            )
