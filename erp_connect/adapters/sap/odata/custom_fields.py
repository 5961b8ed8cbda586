"""Fields that key users have added (``YY1_...``): found in the service's description, with their types (sap.md 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from ....errors import LossyWrite
from ....models import EMPTY, FrozenMapping
from ....wire.odata import EntityType, Property, from_json
from .cells import Row, fits_digits
from .dialect import Body, Dialect

_PREFIX: Final = "YY1_"
_LARGEST: Final[Mapping[str, int]] = {
    "Edm.SByte": 2**7 - 1,
    "Edm.Int16": 2**15 - 1,
    "Edm.Int32": 2**31 - 1,
    "Edm.Int64": 2**63 - 1,
}
_TEXTS: Final = frozenset({"Edm.String", "Edm.Guid", "Edm.Time", "Edm.TimeOfDay"})


class CustomFields:
    """The added fields of an order or of its items, out and back."""

    def __init__(self, dialect: Dialect, known: EntityType | None, path: str) -> None:
        """``path`` is that of the draft's field, for what is refused."""
        self._dialect = dialect
        self._path = path
        self._fields: Mapping[str, Property] = (
            {}
            if known is None
            else {name: each for name, each in known.properties.items() if name.startswith(_PREFIX)}
        )

    def __bool__(self) -> bool:
        return bool(self._fields)

    def read(self, row: Row) -> FrozenMapping[Any]:
        """What a row says in them; those without a value are left out."""
        found: dict[str, Any] = {}
        for name, each in self._fields.items():
            value = from_json(row.get(name), each.type)
            if value not in (None, ""):
                found[name] = self._shown(value, each.type)
        return FrozenMapping(found)

    def written(self, values: Mapping[str, Any], what: Literal["creatable", "updatable"]) -> Body:
        """The cells for these values, of something new or of what stands; ``EMPTY`` clears one.

        ``LossyWrite`` for a name that this system does not have or does not take, a value of another kind, and one that
        does not fit.
        """
        return {name: self._cell(name, value, what) for name, value in values.items() if value is not None}

    def _cell(self, name: str, value: Any, what: str) -> Any:
        known = self._fields.get(name)
        if known is None:
            raise self._refused(f"this system has no field {name}", name)
        if not known.allows(what):
            raise self._refused(f"{name} is not {what} in this system", name)
        if value is EMPTY:
            return "" if known.type == "Edm.String" else None
        if isinstance(value, str) and known.max_length is not None and len(value) > known.max_length:
            raise self._refused(f"{name} holds {known.max_length} characters", name)
        if not _fits(value, known):
            raise self._refused(f"{name} does not hold so large or so fine a number", name)
        try:
            return self._dialect.cell(_as(value, known.type), known.type)
        except (TypeError, ValueError) as failure:
            raise self._refused(f"{name} is a field of type {known.type}", name) from failure

    def _refused(self, why: str, name: str) -> LossyWrite:
        return LossyWrite(why, fields=(self._path,), path=f"{self._path}.{name}")

    @staticmethod
    def _shown(value: Any, edm: str) -> Any:
        if edm in _TEXTS:
            return str(value)
        return value.date() if edm == "Edm.DateTime" else value


def _fits(value: Any, known: Property) -> bool:
    """Whether a number has no more digits, or is no larger, than its field takes; what is no number fits."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return True
    if known.type in _LARGEST:
        return -_LARGEST[known.type] - 1 <= value <= _LARGEST[known.type]
    return known.type != "Edm.Decimal" or fits_digits(Decimal(value), known.precision, known.scale)


def _as(value: Any, edm: str) -> Any:
    """A value as its type wants it: dates of version 2 are midnights."""
    match edm:
        case "Edm.DateTime" if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time())
        case "Edm.Decimal" if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        case "Edm.Guid" if isinstance(value, str):
            return UUID(value)
        case "Edm.Time" | "Edm.TimeOfDay" if isinstance(value, str):
            return time.fromisoformat(value)
        case _:
            return value
