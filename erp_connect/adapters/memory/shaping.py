"""What a product does to what it is sent: fields it has no place for, lengths it refuses, values it rewrites.

Drafts and amendments pass through here before the business rules see them, as they would through the product's own
front door.  Normalisation happens without a word, as there; what is too long or has too many decimals is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

from ...errors import InvalidOrder, LossyWrite
from ...models import (
    EMPTY,
    NO_CUSTOM,
    AddLine,
    AddNote,
    Address,
    Amendment,
    ChangeAddress,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Charge,
    Contact,
    Discount,
    Finding,
    FrozenMapping,
    Reference,
    Severity,
    SplitLine,
    SubstituteProduct,
    UnitPrice,
    Value,
)
from ...rules.normalising import normalised
from ..contract import FieldSupport, Support

V = TypeVar("V", bound=Value)
A = TypeVar("A", bound=Amendment)

_ALWAYS_THERE: Final = frozenset({"name", "lines", "city", "postal_code", "country"})
"""Parts of an address that cannot be left out."""
_WITH_PARTS: Final = ("ship_to", "bill_to", "contact")


@dataclass(slots=True)
class _Looking:
    """One pass over a draft or an amendment: what was found wrong, and what the product has no place for."""

    allowed: Collection[str]
    findings: list[Finding]
    lost: list[str]

    def may_lose(self, path: str) -> bool:
        return any(path == given or path.startswith(f"{given}.") for given in self.allowed)

    def refuse(self, code: str, path: str, message: str, expected: object) -> None:
        self.findings.append(
            Finding(
                code=code,
                severity=Severity.ERROR,
                path=path,
                message=message,
                expected=expected,
                fix="shorten it",
            )
        )

    def finish(self) -> None:
        if self.lost:
            names = ", ".join(self.lost)
            raise LossyWrite(
                f"this back-end has no place for {names}",
                fields=self.lost,
                hint="leave them out, or name them in allow_loss",
            )
        if self.findings:
            first = self.findings[0]
            raise InvalidOrder(
                f"{len(self.findings)} value(s) do not fit ({first.path}: {first.message})",
                findings=self.findings,
                path=first.path,
                code=first.code,
            )


class Shape:
    """The fields of one kind of draft (``order``, ``customer`` ...) as a product holds them."""

    def __init__(
        self, fields: Mapping[str, FieldSupport], prefix: str, derived: Collection[str] = ()
    ) -> None:
        own = {
            path.removeprefix(f"{prefix}."): known
            for path, known in fields.items()
            if path.startswith(f"{prefix}.")
        }
        self._prefix = prefix
        self._derived = frozenset(
            path.removeprefix(f"{prefix}.") for path in derived if path.startswith(f"{prefix}.")
        )
        self._line = {
            name.removeprefix("line."): known for name, known in own.items() if name.startswith("line.")
        }
        self._header = {name: known for name, known in own.items() if not name.startswith("line.")}

    def draft(self, draft: V, allow_loss: Collection[str] = (), only: Collection[str] | None = None) -> V:
        """The draft (or ``only`` these fields of it) as it comes in.

        ``LossyWrite`` for what has no place, ``InvalidOrder`` for what does not fit.
        """
        if not self._header and not self._line and not self._derived:
            return draft
        looking = _Looking(allow_loss, [], [])
        changes = dict(self._changes(draft, self._header, "", looking, only=only))
        if self._line:
            lines = tuple(
                self._shaped(line, self._line, f"lines[{index}].", "line.", looking)
                for index, line in enumerate(getattr(draft, "lines", ()))
            )
            if any(new is not old for new, old in zip(lines, getattr(draft, "lines", ()), strict=True)):
                changes["lines"] = lines
        looking.finish()
        return draft.but(**changes) if changes else draft

    def amendment(self, amendment: Amendment, allow_loss: Collection[str] = ()) -> Amendment:
        """The amendment as it comes in; refuses like :meth:`draft`."""
        if not self._header and not self._line:
            return amendment
        looking = _Looking(allow_loss, [], [])
        shaped = self._amendment(amendment, looking)
        looking.finish()
        return shaped

    def _amendment(self, change: Amendment, looking: _Looking) -> Amendment:
        match change:
            case AddLine():
                line = self._shaped(change.line, self._line, "line.", "line.", looking)
                return change if line is change.line else change.but(line=line)
            case ChangeQuantity():
                return self._one(change, "to", self._line, "quantity", looking)
            case ChangePrice():
                return self._one(change, "to", self._line, "price", looking)
            case ChangeDiscount():
                return self._one(change, "to", self._line, "discount", looking)
            case ChangeWarehouse():
                place = self._header if change.line is None else self._line
                return self._one(change, "to", place, "warehouse", looking)
            case SubstituteProduct():
                for name, field in (("to", "product"), ("quantity", "quantity"), ("price", "price")):
                    change = self._one(change, name, self._line, field, looking)
                return change
            case SplitLine():
                change = self._one(change, "quantity", self._line, "quantity", looking)
                return self._one(change, "warehouse", self._line, "warehouse", looking)
            case AddNote():
                return self._one(change, "text", self._header, "notes", looking)
            case ChangeAddress() | ChangeHeader():
                changes = dict(self._changes(change, self._header, "", looking))
                return change.but(**changes) if changes else change
            case _:
                return change

    def _one(
        self, change: A, name: str, place: Mapping[str, FieldSupport], field: str, looking: _Looking
    ) -> A:
        known, value = place.get(field), getattr(change, name)
        if known is None or value is None or value is EMPTY:
            return change
        line = "line." if place is self._line else ""
        shaped = self._value(value, known, f"{line}{field}", f"{line}{field}", looking)
        return change if shaped is value else change.but(**{name: shaped})

    def _shaped(
        self, value: V, place: Mapping[str, FieldSupport], at: str, prefix: str, looking: _Looking
    ) -> V:
        changes = dict(self._changes(value, place, at, looking, prefix))
        return value.but(**changes) if changes else value

    def _changes(
        self,
        value: Value,
        place: Mapping[str, FieldSupport],
        at: str,
        looking: _Looking,
        prefix: str = "",
        only: Collection[str] | None = None,
    ) -> Iterable[tuple[str, Any]]:
        """The fields of ``value`` that come out otherwise; a path ``ship_to.city`` is a part of ``ship_to``."""
        for name in type(value).model_fields:
            before = getattr(value, name)
            if only is not None and name not in only:
                continue
            if before is None or before is EMPTY or before in ((), NO_CUSTOM):
                continue
            if name in self._derived and place is self._header:
                yield name, None
                continue
            known = place.get(name)
            after = before
            if known is not None:
                after = self._value(before, known, f"{at}{name}", f"{prefix}{name}", looking)
            whole = known is None or known.support is not Support.NONE
            if whole and name in _WITH_PARTS and isinstance(after, Address | Contact):
                parts = {
                    path.removeprefix(f"{name}."): support
                    for path, support in place.items()
                    if path.startswith(f"{name}.")
                }
                after = self._shaped(after, parts, f"{at}{name}.", f"{prefix}{name}.", looking)
            if after is not before:
                yield name, after

    def _value(self, value: Any, known: FieldSupport, at: str, path: str, looking: _Looking) -> Any:
        if known.support is Support.NONE:
            return self._nowhere(value, path, looking)
        if known.values is not None and str(value) not in known.values:
            looking.refuse("value_not_allowed", at, f"one of {', '.join(known.values)} only", known.values)
            return value
        limits = (known.max_length, known.scale, known.integer_digits, known.normalisation)
        if all(limit is None for limit in limits):
            return value
        return _each(value, lambda inner: _fitting(inner, known, at, looking))

    def _nowhere(self, value: Any, path: str, looking: _Looking) -> Any:
        if not looking.may_lose(f"{self._prefix}.{path}"):
            looking.lost.append(f"{self._prefix}.{path}")
            return value
        if path.rpartition(".")[2] in _ALWAYS_THERE and "." in path:
            return value
        if isinstance(value, tuple):
            return ()
        return FrozenMapping() if isinstance(value, FrozenMapping) else None


def _each(value: Any, fit: Callable[[Any], Any]) -> Any:
    """``fit`` applied to the texts and numbers that ``value`` is made of; the same object when nothing changes."""
    match value:
        case str() | Decimal():
            return fit(value)
        case tuple():
            parts = tuple(_each(part, fit) for part in value)
            return parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
        case UnitPrice():
            return _with(value, "amount", fit)
        case Discount():
            return _with(value, "percent", fit) if value.percent is not None else value
        case Reference():
            return _with(value, "value", fit)
        case Charge():
            return value.but(amount=_with(value.amount, "amount", fit))
        case FrozenMapping():
            for text in value.values():
                if isinstance(text, str):
                    fit(text)
            return value
        case _:
            return value


def _with(value: V, name: str, fit: Callable[[Any], Any]) -> V:
    before = getattr(value, name)
    after = fit(before)
    return value if after is before else value.but(**{name: after})


def _fitting(value: str | Decimal, known: FieldSupport, at: str, looking: _Looking) -> str | Decimal:
    stored: str | Decimal = value
    if known.normalisation is not None:
        result = normalised(value, known.normalisation)
        stored = value if result == value and str(result) == str(value) else result
    if isinstance(stored, str):
        if known.max_length is not None and len(stored) > known.max_length:
            looking.refuse("too_long", at, f"at most {known.max_length} characters", known.max_length)
        return stored
    if known.integer_digits is not None and stored.adjusted() >= known.integer_digits:
        looking.refuse(
            "too_large", at, f"at most {known.integer_digits} digits before the point", known.integer_digits
        )
    exponent = stored.normalize().as_tuple().exponent
    if known.scale is not None and isinstance(exponent, int) and -exponent > known.scale:
        looking.refuse("too_many_decimals", at, f"at most {known.scale} decimals", known.scale)
    return stored
