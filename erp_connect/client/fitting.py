"""Whether a draft fits into a back-end: what it cannot hold is refused before the write, unless the loss is named.

A loss that the caller allows by its field path is cut out of what is sent, and stands in the receipt as a
difference of kind ``lost``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel

from ..adapters.contract import (
    Capabilities,
    FieldSupport,
    StampKind,
    StampPolicy,
    Support,
    field_paths,
)
from ..errors import LossyWrite
from ..models import (
    NO_CUSTOM,
    Address,
    Contact,
    Finding,
    Money,
    Ref,
    Severity,
    UnitPrice,
    Value,
)
from ..rules.exact import rounded

NESTED: Final = (Address, Contact)
_PREFIX: Final = {
    "orders": "order",
    "purchase_orders": "purchase_order",
    "customers": "customer",
    "suppliers": "supplier",
    "products": "product",
    "returns": "return",
}
_NEVER_LOST: Final = frozenset(
    {"customer", "supplier", "currency", "lines", "line.product", "line.unit", "line.quantity"}
)
"""What makes an order this order: a piece of it would be another one, whatever losses are allowed."""
_NEVER_WRITTEN: Final = frozenset({"order.line.expected_price", "purchase_order.line.expected_price"})


def prefix_of(book: str) -> str:
    """The field paths' first word for a book's drafts (``order`` for ``orders``)."""
    return _PREFIX[book]


@dataclass(frozen=True, slots=True)
class Loss:
    """One value that the back-end cannot hold: ``path`` is the capability's, ``place`` the draft's."""

    path: str
    place: str
    why: str


Glance = tuple[str, int, int, frozenset[str] | None]
"""A field, how many characters of text fit into it, how many of a number that is written out, and its only values."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one kind of draft that are worth looking at: only fields that have any."""

    header: tuple[tuple[str, FieldSupport], ...]
    line: tuple[tuple[str, FieldSupport], ...]
    nested: Mapping[str, tuple[tuple[str, FieldSupport], ...]] = field(default_factory=dict)
    max_lines: int | None = None
    header_glance: tuple[Glance, ...] = ()
    line_glance: tuple[Glance, ...] = ()

    @property
    def none(self) -> bool:
        """Whether everything fits anyway."""
        return not (self.header or self.line or self.nested or self.max_lines)


def limits_of(capabilities: Capabilities, prefix: str) -> Limits:
    """The limits of drafts of this kind; cheap to ask for every draft."""
    return _limits(_Same(capabilities), prefix)


class _Same:
    """Capabilities by identity: they hold mappings and cannot be hashed themselves."""

    __slots__ = ("capabilities",)

    def __init__(self, capabilities: Capabilities) -> None:
        self.capabilities = capabilities

    def __hash__(self) -> int:
        return id(self.capabilities)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.capabilities is self.capabilities


@lru_cache(maxsize=64)
def _limits(of: _Same, prefix: str) -> Limits:
    header: list[tuple[str, FieldSupport]] = []
    line: list[tuple[str, FieldSupport]] = []
    nested: dict[str, list[tuple[str, FieldSupport]]] = {}
    for path in field_paths():
        kind, *names = path.split(".")
        known = of.capabilities.fields.get(path)
        if kind != prefix or known is None or path in _NEVER_WRITTEN or not _limiting(known):
            continue
        if names[0] == "line" and len(names) == 2:
            line.append((names[1], known))
        elif len(names) == 2:
            nested.setdefault(names[0], []).append((names[1], known))
        else:
            header.append((names[0], known))
    return Limits(
        tuple(header),
        tuple(line),
        {name: tuple(parts) for name, parts in nested.items()},
        of.capabilities.max_lines if prefix in ("order", "purchase_order") else None,
        tuple(_glance(name, known) for name, known in header),
        tuple(_glance(name, known) for name, known in line),
    )


def _glance(name: str, known: FieldSupport) -> Glance:
    if known.support is Support.NONE:
        return name, -1, -1, None
    length, whole, places = (
        sys.maxsize if limit is None else limit
        for limit in (known.max_length, known.integer_digits, known.scale)
    )
    values = None if known.values is None else frozenset(known.values)
    return name, length, min(whole, places) if values is None else -1, values


def _limiting(known: FieldSupport) -> bool:
    bounds = (known.max_length, known.integer_digits, known.scale, known.values)
    return known.support is Support.NONE or any(bound is not None for bound in bounds)


# -- one value -------------------------------------------------------------------------------------------------


def trouble(value: Any, known: FieldSupport) -> str | None:
    """Why this back-end cannot hold the value; None when it can."""
    if known.support is Support.NONE:
        return known.why or "there is no place for it"
    if isinstance(value, Ref):
        return None
    for text in _texts(value):
        if known.max_length is not None and len(text) > known.max_length:
            return f"at most {known.max_length} characters"
    number = _number(value)
    if number is not None:
        digits = number.as_tuple()
        places = max(-int(digits.exponent), 0) if isinstance(digits.exponent, int) else 0
        if known.scale is not None and places > known.scale and number != _rounded(number, known.scale):
            return f"at most {known.scale} decimal places"
        if known.integer_digits is not None and number.adjusted() >= known.integer_digits:
            return f"at most {known.integer_digits} digits before the point"
    if known.values is not None and str(value) not in known.values:
        return f"one of {', '.join(known.values)}"
    return None


def _rounded(number: Decimal, places: int) -> Decimal:
    """Exact for numbers of any length: the default context knows 28 digits only."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    return rounded(number, Decimal(1).scaleb(-places))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from (item for item in value if isinstance(item, str))


def _number(value: Any) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    return value.amount if isinstance(value, Money | UnitPrice) else None


def cut(value: Any, known: FieldSupport) -> Any:
    """What is left of a value whose loss was allowed; None where nothing is."""
    if known.support is Support.NONE or known.values is not None:
        return None
    if isinstance(value, str):
        return value[: known.max_length].rstrip() or None
    if isinstance(value, tuple):
        return tuple(item[: known.max_length] if isinstance(item, str) else item for item in value)
    number = _number(value)
    if number is None or (known.integer_digits is not None and number.adjusted() >= known.integer_digits):
        return None
    fit = number if known.scale is None else _rounded(number, known.scale)
    return value.but(amount=fit) if isinstance(value, Money | UnitPrice) else fit


# -- a whole draft ---------------------------------------------------------------------------------------------


def losses(draft: BaseModel, capabilities: Capabilities, prefix: str) -> tuple[Loss, ...]:
    """Every value of a draft that the back-end cannot hold, in the draft's order."""
    limits = limits_of(capabilities, prefix)
    return () if limits.none else tuple(_walk(draft, limits, prefix))


def _walk(draft: BaseModel, limits: Limits, prefix: str) -> Iterator[Loss]:
    if not _fits_at_a_glance(draft, limits.header_glance):
        yield from of_fields(draft, limits.header, prefix, prefix)
    for name, parts in limits.nested.items():
        value = getattr(draft, name, None)
        if isinstance(value, NESTED):
            yield from of_fields(value, parts, f"{prefix}.{name}", f"{prefix}.{name}")
    lines: Sequence[Any] = getattr(draft, "lines", ()) if prefix != "return" else ()
    if limits.line:
        for index, line in enumerate(lines):
            if not _fits_at_a_glance(line, limits.line_glance):
                yield from of_fields(line, limits.line, f"{prefix}.line", f"{prefix}.lines[{index}]")
    if limits.max_lines is not None and len(lines) > limits.max_lines:
        yield Loss(f"{prefix}.lines", f"{prefix}.lines", f"at most {limits.max_lines} lines")


def _fits_at_a_glance(value: BaseModel, fields: Sequence[Glance]) -> bool:
    """Whether all is plainly short enough, as it nearly always is; otherwise one has to look closely."""
    values = value.__dict__
    for name, length, digits, allowed in fields:
        held = values[name]
        if held is None or held is NO_CUSTOM or held == ():
            continue
        if isinstance(held, str):
            if len(held) > length or not (allowed is None or held in allowed):
                return False
            continue
        kind = type(held)
        if kind is UnitPrice or kind is Money:
            held = held.amount
        elif kind is not Decimal:
            return False
        text = str(held)  # neither of its parts has more digits than this has characters
        if len(text) > digits or "E" in text:
            return False
    return True


def of_fields(
    value: BaseModel, fields: Sequence[tuple[str, FieldSupport]], path: str, place: str
) -> Iterator[Loss]:
    """What of these fields of a value does not fit."""
    defaults = type(value).model_fields
    for name, known in fields:
        held = getattr(value, name)
        if held is None or held == () or (held == defaults[name].default and known.values is None):
            continue
        why = trouble(held, known)
        if why is not None:
            yield Loss(f"{path}.{name}", f"{place}.{name}", why)


def check_allowed(allow_loss: Collection[str]) -> frozenset[str]:
    """The paths as a set; ``KeyError`` for one that no draft has, so that a typing error allows nothing."""
    if isinstance(allow_loss, str):
        raise TypeError("allow_loss is a collection of field paths, not one text")
    known = set(field_paths())
    for path in allow_loss:
        if path not in known:
            raise KeyError(f"allow_loss: there is no field path {path!r}")
    return frozenset(allow_loss)


def may_be_lost(path: str, allow_loss: Collection[str]) -> bool:
    """Whether the caller allowed this field, or what it is part of, to be lost."""
    if path.partition(".")[2] in _NEVER_LOST:
        return False
    return any(path == given or path.startswith(f"{given}.") for given in allow_loss)


def refuse_losses(found: Sequence[Loss], allow_loss: Collection[str], operation: str) -> None:
    """Raise ``LossyWrite`` for losses that nobody allowed."""
    refused = [loss for loss in found if not may_be_lost(loss.path, allow_loss)]
    if refused:
        listed = "; ".join(f"{loss.place}: {loss.why}" for loss in refused[:5])
        more = f"; and {len(refused) - 5} more" if len(refused) > 5 else ""
        raise LossyWrite(
            f"the back-end cannot hold {len(refused)} value(s) ({listed}{more})",
            fields=tuple(dict.fromkeys(loss.path for loss in refused)),
            operation=operation,
            path=refused[0].place,
            hint="change the values, or name the field paths in allow_loss",
        )


def as_findings(found: Sequence[Loss], allow_loss: Collection[str] = ()) -> Iterator[Finding]:
    """The losses as a check tells them."""
    for loss in found:
        allowed = may_be_lost(loss.path, allow_loss)
        yield Finding(
            code="lossy",
            severity=Severity.WARNING if allowed else Severity.ERROR,
            path=loss.place.partition(".")[2],
            message=f"the back-end cannot hold this: {loss.why}",
            fix="change the value, or allow the loss by its field path",
        )


def lost_paths(draft: Any, sent: Any, found: Sequence[Loss], prefix: str) -> frozenset[str]:
    """The paths of what is not sent: each loss, and an address or contact that is nothing without its lost part."""
    if not found:
        return frozenset()
    whole = (
        f"{prefix}.{name}"
        for name in ("ship_to", "bill_to", "contact")
        if getattr(draft, name, None) is not None and getattr(sent, name, None) is None
    )
    return frozenset((*(loss.path for loss in found), *whole))


def as_written(draft: Any) -> Any:
    """The draft without what is only compared and never written: the expected prices."""
    if all(line.expected_price is None for line in draft.lines):
        return draft
    return draft.but(lines=tuple(line_as_written(line) for line in draft.lines))


def line_as_written(line: Any) -> Any:
    """A line without its expected price."""
    return line if line.expected_price is None else line.but(expected_price=None)


def without_losses(draft: Any, found: Sequence[Loss], capabilities: Capabilities) -> Any:
    """The draft as it is sent: allowed losses cut to what the back-end can hold, or left out."""
    if not found:
        return draft
    changes: dict[str, Any] = {}
    lines = list(getattr(draft, "lines", ()))
    for loss in found:
        known = capabilities.field(loss.path)
        name, *inner = loss.place.split(".")[1:]
        if name.startswith("lines["):
            index = int(name[6:-1])
            lines[index] = with_cut(lines[index], inner[0], known)
            changes["lines"] = tuple(lines)
        elif inner:
            nested = changes.get(name, getattr(draft, name))
            if isinstance(nested, Value):  # else the whole of it is lost already
                changes[name] = cut_inside(nested, inner[0], known)
        elif name in type(draft).model_fields:
            changes[name] = _cut_or_empty(draft, name, known)
    return draft.but(**changes)


def cut_inside(nested: Value, name: str, known: FieldSupport) -> Value | None:
    """An address or contact without a part; None, so all of it, where it is nothing without that part."""
    if type(nested).model_fields[name].is_required() and cut(getattr(nested, name), known) is None:
        return None
    left: Value = with_cut(nested, name, known)
    return left


def with_cut(value: Any, name: str, known: FieldSupport) -> Any:
    """A value with one field cut to what can be held."""
    return value.but(**{name: _cut_or_empty(value, name, known)})


def _cut_or_empty(value: BaseModel, name: str, known: FieldSupport) -> Any:
    """What is left of a field, or its own way of saying nothing; one that has none stays: the adapter leaves it out."""
    held = getattr(value, name)
    left = cut(held, known)
    if left is not None:
        return left
    field = type(value).model_fields[name]
    return held if field.is_required() else field.get_default(call_default_factory=True)


def room_for_stamp(policy: StampPolicy) -> int | None:
    """The length of the field that carries the stamp; None where none does, or no limit is known."""
    return policy.max_length if policy.kind is StampKind.FIELD else None


def normalisation_of(capabilities: Capabilities) -> Callable[[str], str | None]:
    """What the back-end does to a field on storing it, by field path; made once for each connection."""
    return _normalisation(_Same(capabilities))


@lru_cache(maxsize=64)
def _normalisation(of: _Same) -> Callable[[str], str | None]:
    rules = {
        path: known.normalisation for path, known in of.capabilities.fields.items() if known.normalisation
    }
    return rules.get
