"""How capabilities are said in short: operations, fields, stamps, for every product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from .contract import (
    Conditional,
    Cost,
    FieldSupport,
    OperationSupport,
    StampKind,
    StampPolicy,
    Support,
    field_paths,
)

BLOCKS_AT_ONCE: Final = 4
"""Batches of a service that are under way side by side: while the system works on one, the next is made ready."""


def native(
    calls: int = 1,
    *,
    per_line: int = 0,
    read_back: int = 0,
    conditional: Conditional = Conditional.NONE,
    atomic: bool = True,
    values: tuple[str, ...] | None = None,
    why: str | None = None,
) -> OperationSupport:
    """The product has a call for it."""
    cost = Cost(calls=calls, per_line=per_line, read_back=read_back)
    return OperationSupport(cost=cost, conditional=conditional, atomic=atomic, values=values, why=why)


def emulated(
    why: str,
    calls: int = 1,
    *,
    per_line: int = 0,
    read_back: int = 0,
    conditional: Conditional = Conditional.NONE,
    atomic: bool = True,
    values: tuple[str, ...] | None = None,
) -> OperationSupport:
    """Made up from other calls; ``why`` says how."""
    done = native(
        calls,
        per_line=per_line,
        read_back=read_back,
        conditional=conditional,
        atomic=atomic,
        values=values,
        why=why,
    )
    return replace(done, support=Support.EMULATED)


def cannot(why: str, *alternatives: str) -> OperationSupport:
    """The product cannot."""
    return OperationSupport(support=Support.NONE, why=why, atomic=False, alternatives=alternatives)


def each(names: str, support: OperationSupport) -> dict[str, OperationSupport]:
    """The same support for several operations, given as ``"orders: get find list"``."""
    book, _, verbs = names.partition(":")
    return {f"{book.strip()}.{verb}": support for verb in verbs.split()}


def held(
    max_length: int | None = None,
    *,
    digits: int | None = None,
    scale: int | None = None,
    values: tuple[str, ...] | None = None,
    normalisation: str | None = None,
) -> FieldSupport:
    """The product has a field for it, of this size."""
    return FieldSupport(
        max_length=max_length, integer_digits=digits, scale=scale, values=values, normalisation=normalisation
    )


def elsewhere(why: str, max_length: int | None = None, *, scale: int | None = None) -> FieldSupport:
    """Held in another place, derived by the product, or only where all lines agree."""
    return FieldSupport(support=Support.EMULATED, why=why, max_length=max_length, scale=scale)


def nowhere(why: str) -> FieldSupport:
    """The product has no place for it."""
    return FieldSupport(support=Support.NONE, why=why)


def shared_field(field: str, max_length: int, execution_window: float) -> StampPolicy:
    """One reference field for PO number and stamp: the PO number owns it."""
    return StampPolicy(
        kind=StampKind.FIELD,
        field=field,
        po_field=field,
        max_length=max_length,
        shared=True,
        searchable=True,
        execution_window=execution_window,
    )


def own_field(
    field: str, po_field: str | None, max_length: int | None, execution_window: float
) -> StampPolicy:
    """A reference field of its own for the stamp."""
    return StampPolicy(
        kind=StampKind.FIELD,
        field=field,
        po_field=po_field,
        max_length=max_length,
        searchable=True,
        execution_window=execution_window,
    )


_NUMBER: Final = StampPolicy(
    kind=StampKind.ID, field="number", searchable=True, enforced=True, execution_window=0.0
)
NUMBERED: Final[Mapping[str, StampPolicy]] = MappingProxyType(
    dict.fromkeys(("customers", "suppliers", "products"), _NUMBER)
)
"""Master data is found by the number that its draft gives, and refused when that number is taken."""


def whole(path: str, support: FieldSupport) -> dict[str, FieldSupport]:
    """A field together with all its parts, as ``order.bill_to`` and ``order.bill_to.city``."""
    return {known: support for known in field_paths() if known == path or known.startswith(f"{path}.")}


SPLIT: Final = "the new line is added first, then the old one is lowered"
SUBSTITUTE: Final = "a line with the new product is added first, then the old one is cancelled"
CHANGES: Final = (
    "change_header change_quantity change_price change_date change_discount change_warehouse change_address"
)
"""The amendments that most products carry in the same call."""
