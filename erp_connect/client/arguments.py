"""The arguments of questions, checked before any traffic: the same refusal on every back-end."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from ..errors import InvalidOrder
from ..models import Customer, Product, Ref, Reference, Supplier
from ..models.units import unit_code


def refused(path: str, what: str, given: object, operation: str) -> InvalidOrder:
    """An argument of the wrong kind."""
    return InvalidOrder(
        f"{path} is {what}, not {type(given).__name__}", operation=operation, path=path, code="argument"
    )


def text(value: object, path: str, operation: str) -> str | None:
    """A number, code or key as people say it; None where it was left out."""
    if value is None or isinstance(value, str):
        return value
    raise refused(path, "a text", value, operation)


def day(value: object, path: str, operation: str) -> date | None:
    """A date in the company's zone; None where it was left out."""
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise refused(path, "a date (the company's day)", value, operation)


def instant(value: object, path: str, operation: str) -> datetime | None:
    """A point in time with its zone; None where it was left out."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise refused(path, "a datetime with a time zone", value, operation)
    if value.utcoffset() is None:
        raise InvalidOrder(f"{path} needs a time zone", operation=operation, path=path, code="argument")
    return value


def count(value: object, path: str, operation: str) -> int | None:
    """How many, zero or more; None where it was left out."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise refused(path, "an int", value, operation)
    if value < 0:
        raise InvalidOrder(f"{path} must not be negative", operation=operation, path=path, code="argument")
    return value


def party(value: object, path: str, operation: str) -> str | Ref | None:
    """What names a customer, supplier or product: a number, a ``Ref``, or the record itself."""
    if value is None or isinstance(value, str | Ref):
        return value
    if isinstance(value, Customer | Supplier | Product):
        return value.number or Ref(id=value.id)
    raise refused(path, "a number, a Ref or the record itself", value, operation)


def reference(value: object, operation: str) -> Reference | str | None:
    """A reference, or its value alone."""
    if value is None or isinstance(value, str | Reference):
        return value
    raise refused("reference", "a Reference or its value", value, operation)


def quantity(value: object, operation: str) -> Decimal:
    """A quantity above zero."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise refused("quantity", "a Decimal or an int", value, operation)
    number = Decimal(value)
    if not number.is_finite() or number <= 0:
        raise InvalidOrder(
            "a quantity is greater than zero", operation=operation, path="quantity", code="argument"
        )
    return number


def unit(value: object, operation: str) -> str:
    """A unit's Rec 20 code."""
    said = text(value, "unit", operation)
    try:
        return unit_code(said or "")
    except ValueError:
        raise InvalidOrder(
            "there is no such unit",
            code="unknown_unit",
            operation=operation,
            path="unit",
            hint="give a UN/ECE Rec 20 code, as H87 or KGM",
        ) from None
