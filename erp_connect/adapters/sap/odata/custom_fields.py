"""Fields that key users have added (``YY1_...``): found in the service's description, with their types (sap.md 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ....errors import LossyWrite
from ....models import EMPTY, FrozenMapping
from ....wire.odata import EntityType, Property, from_json
from .cells import Row
from .dialect import Body, Dialect

_PREFIX: Final = "YY1_"
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

    def written(self, values: Mapping[str, Any]) -> Body:
        """The cells for these values; ``EMPTY`` clears one.

        ``LossyWrite`` for a name that this system does not have, a value of another kind, or a text that is too long.
        """
        return {name: self._cell(name, value) for name, value in values.items() if value is not None}

    def _cell(self, name: str, value: Any) -> Any:
        known = self._fields.get(name)
        if known is None:
            raise self._refused(f"this system has no field {name}", name)
        if value is EMPTY:
            return "" if known.type == "Edm.String" else None
        if isinstance(value, str) and known.max_length is not None and len(value) > known.max_length:
            raise self._refused(f"{name} holds {known.max_length} characters", name)
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
