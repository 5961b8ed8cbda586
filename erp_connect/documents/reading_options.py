"""How a sheet is to be read: the sender's profile, and what the caller says in its place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..errors import ConfigurationError
from ..models.codes import UnknownCode
from ..models.currencies import currency_code
from ..models.units import unit_code
from .fields import Book, fields_of
from .headers import NOT_READ
from .numbers import WrongValue
from .sender import SenderProfile
from .shape import SheetRows
from .values import Cell, Reading, read

__all__ = ["check_options", "check_values", "constants_of", "reading_of", "with_options"]


def with_options(profile: SenderProfile | str | os.PathLike[str] | None, **given: Any) -> SenderProfile:
    """The profile, with the options that were given in place of its own."""
    known = profile if isinstance(profile, SenderProfile) else None
    if known is None:
        known = SenderProfile() if profile is None else SenderProfile.load(profile)  # type: ignore[arg-type]
    return known.model_copy(update={name: value for name, value in given.items() if value is not None})


def check_options(kind: Book, sender: SenderProfile) -> None:
    """Refuse options that nothing can be done with; raises ``ConfigurationError``."""
    _check("kind", kind, ("sales", "purchase"))
    _check("hidden", sender.hidden, (None, "read", "skip"))
    check_values(sender)
    strange = set(sender.columns.values()) - {field.name for field in fields_of(kind)} - {NOT_READ}
    if strange:
        raise ConfigurationError(
            f"the profile names columns that {kind} orders do not have: {', '.join(sorted(strange))}",
            hint="correct [columns] in the profile",
        )


def check_values(sender: SenderProfile) -> None:
    """Refuse a way to read values that is none; raises ``ConfigurationError``."""
    _check("date_order", sender.date_order, (None, "dmy", "mdy", "ymd"))
    _check("decimal", sender.decimal, (None, ".", ","))


def _check(name: str, given: str | None, known: Sequence[str | None]) -> None:
    if given not in known:
        raise ConfigurationError(
            f"{name} cannot be {given!r}",
            hint="use one of " + ", ".join(repr(each) for each in known if each),
        )


def reading_of(sender: SenderProfile, rows: SheetRows) -> Reading:
    """How values of this sheet are read, before anything is known of its columns."""
    return Reading(
        decimal=sender.decimal,
        date_order=sender.date_order,
        serial_dates=sender.serial_dates,
        since_1904=rows.since_1904,
    )


def constants_of(kind: Book, sender: SenderProfile, currency: str | None, unit: str | None) -> dict[str, Any]:
    """What holds where the sheet says nothing, by field; raises ``ConfigurationError``."""
    constants: dict[str, Any] = {}
    how = Reading(decimal=sender.decimal, date_order=sender.date_order)
    by_name = {field.name: field for field in fields_of(kind)}
    for name, text in sender.constants.items():
        try:
            constants[name] = read(Cell(text), by_name[name].holds, how)
        except KeyError:
            raise ConfigurationError(
                f"the constant {name}: such orders have no such field",
                hint="correct [constants] in the profile",
            ) from None
        except WrongValue as wrong:
            raise ConfigurationError(f"the constant {name}: {wrong.message}", hint=wrong.fix) from None
    for name, option, given, look_up in (
        ("currency", "currency", currency, currency_code),
        ("line.unit", "unit", unit, unit_code),
    ):
        if given is not None:
            try:
                constants[name] = look_up(given)
            except UnknownCode as error:
                raise ConfigurationError(f"the option {option}: {error}") from None
    return {name: value for name, value in constants.items() if value is not None}
