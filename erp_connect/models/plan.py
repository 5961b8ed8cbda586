"""A change thought through and not yet made, and its form on paper: a text that waits over a weekend."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic_core import to_json

from ..errors import InvalidDocument
from .address import Address, Contact
from .amendments import Amendment, amendment_from_json, amendment_to_json
from .base import Value
from .findings import Finding, Severity
from .money import Charge, Discount, Money, UnitPrice
from .order import Order, OrderFields, OrderLine, ScheduleLine
from .purchase import PurchaseOrder, PurchaseOrderLine
from .receipt import Difference, DifferenceKind
from .references import Hold, Reference
from .status import LineKind, OrderStatus

T = TypeVar("T")

SCHEME: Final = 1
"""The number of the form on paper; a form that means something else gets another one."""
_MARK: Final = "erp_connect_plan"
_BOOKS: Final[Mapping[str, type[OrderFields]]] = {"orders": Order, "purchase_orders": PurchaseOrder}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Generic[T]):
    """A change thought through and not yet made: apply it, store it, or show it to a person first.

    Applying a plan twice writes once, because the plan carries its ``key``.  ``price_effect`` is what the net
    total would change by, ``None`` when it cannot be told; ``computed_by`` says who reckoned it.  ``system`` is the
    system that it was made for.

    :meth:`to_json` and :meth:`from_json` let it wait, for another day or another program.
    """

    order: T
    amendments: tuple[Amendment, ...]
    diff: tuple[Difference, ...]
    expected: T
    key: str
    warnings: tuple[Finding, ...] = ()
    price_effect: Money | None = None
    computed_by: Literal["back-end", "rules"] = "rules"
    allow_loss: tuple[str, ...] = ()
    operation: str = "amend"
    reason: str | None = None
    system: str | None = None

    def to_json(self) -> str:
        """The plan as text: all of it but what the back-end sent raw.

        It holds what the order holds (names, addresses, prices); keep it as you keep orders.
        """
        content = _content(self)
        return json.dumps({_MARK: SCHEME, "digest": _digest(content), "plan": content})

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan[Any]:
        """The plan that :meth:`to_json` wrote, of either book; applied, it is held to the order as it was planned on.

        Raises ``InvalidDocument``: ``not_a_plan`` for any other text, ``plan_damaged`` for one that was cut or changed,
        ``plan_newer`` for one that a later version of the library wrote.
        """
        content = _opened(text)
        try:
            return _plan(content)
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise _damaged() from error


# --------------------------------------------------------------------------- the envelope


def _opened(text: str | bytes) -> Mapping[str, Any]:
    """What stands in the envelope, if it is one of ours and whole."""
    if not isinstance(text, str | bytes):
        raise TypeError(f"a stored plan is a text, not {type(text).__name__}")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        begun = (text if isinstance(text, str) else text.decode("utf-8", "replace")).lstrip()
        raise (_damaged() if begun.startswith(f'{{"{_MARK}"') else _foreign()) from error
    if not isinstance(found, dict) or _MARK not in found:
        raise _foreign()
    scheme, content = found[_MARK], found.get("plan")
    if type(scheme) is not int or scheme < 1:
        raise _damaged()
    if scheme > SCHEME:
        raise InvalidDocument(
            f"this plan was stored in form {scheme}, and this version of the library reads forms up to {SCHEME}",
            code="plan_newer",
            hint="update the library, or plan the change again",
        )
    if not isinstance(content, dict) or found.get("digest") != _digest(content):
        raise _damaged()
    return content


def _digest(content: Mapping[str, Any]) -> str:
    told = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _damaged() -> InvalidDocument:
    return InvalidDocument(
        "this stored plan is damaged: a part of it is missing or was changed",
        code="plan_damaged",
        hint="plan the change again; a plan is changed by planning, not by editing its text",
    )


def _foreign() -> InvalidDocument:
    return InvalidDocument(
        "this text is not a stored plan", code="not_a_plan", hint="give the text that plan.to_json() wrote"
    )


# --------------------------------------------------------------------------- the content


def _content(plan: Plan[Any]) -> dict[str, Any]:
    book = next((name for name, kind in _BOOKS.items() if isinstance(plan.order, kind)), None)
    if book is None:
        raise TypeError(f"a plan is about an order, not about {type(plan.order).__name__}")
    return {
        "book": book,
        "system": plan.system,
        "key": plan.key,
        "operation": plan.operation,
        "reason": plan.reason,
        "allow_loss": list(plan.allow_loss),
        "computed_by": plan.computed_by,
        "price_effect": _written(plan.price_effect),
        "amendments": [amendment_to_json(each) for each in plan.amendments],
        "order": _dumped(plan.order),
        "expected": _dumped(plan.expected),
        "diff": [
            {
                "path": each.path,
                "kind": each.kind.value,
                "sent": _written(each.sent),
                "stored": _written(each.stored),
                "line_id": each.line_id,
            }
            for each in plan.diff
        ],
        "warnings": [
            {
                "code": each.code,
                "severity": each.severity.value,
                "path": each.path,
                "message": each.message,
                "expected": _written(each.expected),
                "actual": _written(each.actual),
                "fix": each.fix,
            }
            for each in plan.warnings
        ],
    }


def _plan(content: Mapping[str, Any]) -> Plan[Any]:
    kind = _BOOKS[content["book"]]
    return Plan(
        order=kind.restored(to_json(content["order"])),
        amendments=tuple(amendment_from_json(each) for each in content["amendments"]),
        diff=tuple(
            Difference(
                path=each["path"],
                kind=DifferenceKind(each["kind"]),
                sent=_read(each["sent"]),
                stored=_read(each["stored"]),
                line_id=each["line_id"],
            )
            for each in content["diff"]
        ),
        expected=kind.restored(to_json(content["expected"])),
        key=content["key"],
        warnings=tuple(
            Finding(
                **{
                    **each,
                    "severity": Severity(each["severity"]),
                    "expected": _read(each["expected"]),
                    "actual": _read(each["actual"]),
                }
            )
            for each in content["warnings"]
        ),
        price_effect=_read(content["price_effect"]),
        computed_by=content["computed_by"],
        allow_loss=tuple(content["allow_loss"]),
        operation=content["operation"],
        reason=content["reason"],
        system=content["system"],
    )


# --------------------------------------------------------------------------- values of a difference

_VALUES: Final[Mapping[str, type[Value]]] = {
    kind.__name__: kind
    for kind in (
        *(Address, Charge, Contact, Discount, Hold, Money, OrderLine, PurchaseOrderLine, Reference),
        *(ScheduleLine, UnitPrice),
    )
}
_WORDS: Final[Mapping[str, type[Enum]]] = {kind.__name__: kind for kind in (LineKind, OrderStatus)}
_EXACT: Final[Mapping[str, Callable[[str], Any]]] = {
    "decimal": Decimal,
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
}


def _dumped(value: Value) -> dict[str, Any]:
    return value.model_dump(mode="json", exclude_defaults=True)


def _written(value: Any) -> Any:
    """A value with its kind beside it, so that it reads back as what it was: ``{"decimal": "12.50"}``."""
    if isinstance(value, Value):
        return {type(value).__name__: _dumped(value)}
    if isinstance(value, Enum):
        return {type(value).__name__: value.value}
    if isinstance(value, Decimal):
        return {"decimal": format(value, "f")}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, tuple | list):
        return [_written(each) for each in value]
    return value


def _read(told: Any) -> Any:
    """What :func:`_written` wrote."""
    if isinstance(told, list):
        return tuple(_read(each) for each in told)
    if not isinstance(told, dict):
        return told
    ((kind, inner),) = told.items()
    if kind in _EXACT:
        return _EXACT[kind](inner)
    return _VALUES[kind].restored(to_json(inner)) if kind in _VALUES else _WORDS[kind](inner)
