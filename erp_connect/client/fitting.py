"""Whether a draft fits into a back-end: what it cannot hold is refused before the write, unless the loss is named.

A loss that the caller allows by its field path is cut out of what is sent, and stands in the receipt as a
difference of kind ``lost``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
    EMPTY,
    AddLine,
    Address,
    Amendment,
    ChangeAddress,
    ChangeDate,
    ChangeHeader,
    ChangeWarehouse,
    Contact,
    Finding,
    Money,
    Ref,
    Severity,
    UnitPrice,
    Value,
)

_NESTED: Final = (Address, Contact)
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


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one kind of draft that are worth looking at: only fields that have any."""

    header: tuple[tuple[str, FieldSupport], ...]
    line: tuple[tuple[str, FieldSupport], ...]
    nested: Mapping[str, tuple[tuple[str, FieldSupport], ...]] = field(default_factory=dict)
    max_lines: int | None = None

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
    )


def _limiting(known: FieldSupport) -> bool:
    bounds = (known.max_length, known.integer_digits, known.scale, known.values)
    return known.support is Support.NONE or any(bound is not None for bound in bounds)


# -- one value -------------------------------------------------------------------------------------------------


def _trouble(value: Any, known: FieldSupport) -> str | None:
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
        if known.scale is not None and places > known.scale and number != round(number, known.scale):
            return f"at most {known.scale} decimal places"
        if known.integer_digits is not None and number.adjusted() >= known.integer_digits:
            return f"at most {known.integer_digits} digits before the point"
    if known.values is not None and str(value) not in known.values:
        return f"one of {', '.join(known.values)}"
    return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from (item for item in value if isinstance(item, str))


def _number(value: Any) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    return value.amount if isinstance(value, Money | UnitPrice) else None


def _cut(value: Any, known: FieldSupport) -> Any:
    """What is left of a value whose loss was allowed; None where nothing is."""
    if known.support is Support.NONE or known.values is not None:
        return None
    if isinstance(value, str):
        return value[: known.max_length].rstrip() or None
    if isinstance(value, tuple):
        return tuple(item[: known.max_length] if isinstance(item, str) else item for item in value)
    if isinstance(value, Decimal) and known.scale is not None:
        return round(value, known.scale)
    if isinstance(value, Money | UnitPrice) and known.scale is not None:
        return value.but(amount=round(value.amount, known.scale))
    return None


# -- a whole draft ---------------------------------------------------------------------------------------------


def losses(draft: BaseModel, capabilities: Capabilities, prefix: str) -> tuple[Loss, ...]:
    """Every value of a draft that the back-end cannot hold, in the draft's order."""
    limits = limits_of(capabilities, prefix)
    return () if limits.none else tuple(_walk(draft, limits, prefix))


def _walk(draft: BaseModel, limits: Limits, prefix: str) -> Iterator[Loss]:
    yield from _of_fields(draft, limits.header, prefix, prefix)
    for name, parts in limits.nested.items():
        value = getattr(draft, name, None)
        if isinstance(value, _NESTED):
            yield from _of_fields(value, parts, f"{prefix}.{name}", f"{prefix}.{name}")
    lines: Sequence[Any] = getattr(draft, "lines", ()) if prefix != "return" else ()
    if limits.line:
        for index, line in enumerate(lines):
            yield from _of_fields(line, limits.line, f"{prefix}.line", f"{prefix}.lines[{index}]")
    if limits.max_lines is not None and len(lines) > limits.max_lines:
        yield Loss(f"{prefix}.lines", f"{prefix}.lines", f"at most {limits.max_lines} lines")


def _of_fields(
    value: BaseModel, fields: Sequence[tuple[str, FieldSupport]], path: str, place: str
) -> Iterator[Loss]:
    defaults = type(value).model_fields
    for name, known in fields:
        held = getattr(value, name)
        if held is None or held == () or (held == defaults[name].default and known.values is None):
            continue
        why = _trouble(held, known)
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
            lines[index] = _with_cut(lines[index], inner[0], known)
            changes["lines"] = tuple(lines)
        elif inner:
            nested = changes.get(name, getattr(draft, name))
            if isinstance(nested, Value):  # else the whole of it is lost already
                changes[name] = _with_cut(nested, inner[0], known)
        elif name in type(draft).model_fields:
            changes[name] = _cut_or_empty(draft, name, known)
    return draft.but(**changes)


def amendments_without_losses(
    amendments: Sequence[Amendment], capabilities: Capabilities, prefix: str
) -> tuple[Amendment, ...]:
    """The amendments as they are sent: allowed losses cut, and an amendment of which nothing is left, left out."""
    return tuple(
        fit
        for each in amendments
        if (fit := _amendment_without_losses(each, capabilities, prefix)) is not None
    )


def _amendment_without_losses(
    amendment: Amendment, capabilities: Capabilities, prefix: str
) -> Amendment | None:
    if isinstance(amendment, AddLine):
        line = amendment.line
        for loss in losses_of_line(line, capabilities, prefix):
            line = _with_cut(line, loss.place.rpartition(".")[2], capabilities.field(loss.path))
        return amendment if line is amendment.line else amendment.but(line=line)
    values = dict(amendment_values(amendment))
    lost = tuple(losses_of_values(values.items(), capabilities, prefix))
    if not lost:
        return amendment
    for loss in lost:
        known, (name, *inner) = capabilities.field(loss.path), loss.path.removeprefix(f"{prefix}.").split(".")
        path = name if name != "line" else f"line.{inner[0]}"
        held = values.get(path)
        if name != "line" and inner and isinstance(held, Value):
            values[path] = _with_cut(held, inner[0], known)
        else:
            values[path] = _cut(held, known)
    kept = {path: value for path, value in values.items() if value is not None}
    if not kept:
        return None
    header = isinstance(amendment, ChangeHeader | ChangeAddress)
    names = {path: path if header else _VALUE_OF.get(amendment.operation, ("", "to"))[1] for path in values}
    return amendment.but(**{names[path]: kept.get(path) for path in values})


_VALUE_OF: Final[Mapping[str, tuple[str, str]]] = {
    "change_quantity": ("line.quantity", "to"),
    "change_price": ("line.price", "to"),
    "change_discount": ("line.discount", "to"),
    "substitute_product": ("line.product", "to"),
    "add_note": ("notes", "text"),
}
"""Operation to the draft field that it sets, and the amendment's own field that holds the value."""


def amendment_values(amendment: Amendment) -> Iterator[tuple[str, Any]]:
    """The draft fields that an amendment sets, as (path behind the prefix, value)."""
    if isinstance(amendment, ChangeHeader):
        yield from amendment.changes.items()
        if amendment.custom:
            yield "custom", amendment.custom
    elif isinstance(amendment, ChangeAddress):
        yield from ((name, value) for name in ("ship_to", "bill_to") if (value := getattr(amendment, name)))
    elif isinstance(amendment, ChangeDate):
        yield ("requested" if amendment.line is None else "line.requested"), amendment.to
    elif isinstance(amendment, ChangeWarehouse):
        yield ("warehouse" if amendment.line is None else "line.warehouse"), amendment.to
    elif amendment.operation in _VALUE_OF:
        path, name = _VALUE_OF[amendment.operation]
        yield path, getattr(amendment, name)


def refuse_lossy_amendments(
    capabilities: Capabilities, book: str, amendments: Sequence[Amendment], allow_loss: Collection[str]
) -> None:
    """Raise ``LossyWrite`` for new values that the back-end cannot hold, unless the loss was allowed."""
    prefix = prefix_of(book)
    found: list[Loss] = []
    for amendment in amendments:
        if isinstance(amendment, AddLine):
            found += losses_of_line(amendment.line, capabilities, prefix)
        else:
            found += losses_of_values(amendment_values(amendment), capabilities, prefix)
    refuse_losses(found, allow_loss, f"{book}.amend")


def _with_cut(value: Any, name: str, known: FieldSupport) -> Any:
    return value.but(**{name: _cut_or_empty(value, name, known)})


def _cut_or_empty(value: BaseModel, name: str, known: FieldSupport) -> Any:
    """What is left of a field, or its own way of saying nothing; one that has none stays: the adapter leaves it out."""
    held = getattr(value, name)
    cut = _cut(held, known)
    if cut is not None:
        return cut
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


def losses_of_line(line: BaseModel, capabilities: Capabilities, prefix: str) -> tuple[Loss, ...]:
    """What the back-end cannot hold of one new line."""
    return tuple(_of_fields(line, limits_of(capabilities, prefix).line, f"{prefix}.line", f"{prefix}.line"))


def losses_of_values(
    values: Iterable[tuple[str, Any]], capabilities: Capabilities, prefix: str
) -> Iterator[Loss]:
    """What the back-end cannot hold of new values, given as (path behind the prefix, value)."""
    known_paths = set(field_paths())
    for name, value in values:
        path = f"{prefix}.{name}"
        if isinstance(value, _NESTED):
            parts = limits_of(capabilities, prefix).nested.get(name, ())
            yield from _of_fields(value, parts, path, path)
        if path in known_paths and value is not EMPTY:
            why = _trouble(value, capabilities.field(path))
            if why is not None:
                yield Loss(path, path, why)
