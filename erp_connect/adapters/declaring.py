"""How capabilities are said in short: operations and fields."""

from __future__ import annotations

from .contract import Conditional, Cost, FieldSupport, OperationSupport, Support


def native(
    calls: int = 1,
    *,
    read_back: int = 0,
    why: str | None = None,
    conditional: Conditional = Conditional.NONE,
    values: tuple[str, ...] | None = None,
) -> OperationSupport:
    """The system does it."""
    return OperationSupport(
        cost=Cost(calls=calls, read_back=read_back), why=why, conditional=conditional, values=values
    )


def emulated(
    why: str,
    calls: int = 1,
    *,
    read_back: int = 0,
    conditional: Conditional = Conditional.NONE,
    values: tuple[str, ...] | None = None,
) -> OperationSupport:
    """The adapter makes it up."""
    return OperationSupport(
        support=Support.EMULATED,
        why=why,
        cost=Cost(calls=calls, read_back=read_back),
        conditional=conditional,
        values=values,
    )


def cannot(why: str, *alternatives: str) -> OperationSupport:
    """Nobody does it."""
    return OperationSupport(support=Support.NONE, why=why, atomic=False, alternatives=alternatives)


def held(
    max_length: int | None = None,
    *,
    digits: int | None = None,
    scale: int | None = None,
    values: tuple[str, ...] | None = None,
    normalisation: str | None = None,
) -> FieldSupport:
    """A field that is held, with its limits."""
    return FieldSupport(
        max_length=max_length, integer_digits=digits, scale=scale, values=values, normalisation=normalisation
    )


def elsewhere(why: str, max_length: int | None = None) -> FieldSupport:
    """A field that is held in another place."""
    return FieldSupport(support=Support.EMULATED, why=why, max_length=max_length)


def nowhere(why: str) -> FieldSupport:
    """A field that cannot be written."""
    return FieldSupport(support=Support.NONE, why=why)
