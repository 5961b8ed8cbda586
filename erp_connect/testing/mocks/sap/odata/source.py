"""What every service of this system shares: a session per request, rows with the right types, messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from ...odata.errors import ODataError, not_allowed
from ...odata.model import Model
from ...odata.source import Row
from ..messages import Message
from ..session import Session
from ..world import World
from .refusing import refused
from .settings import Settings

_INITIAL: Final[dict[str, Any]] = {"Edm.Boolean": False, "Edm.Decimal": Decimal(0)}
"""What the database has where nobody entered anything: it knows no null, only dates are shown as such."""
Producer = Callable[[Any, Mapping[str, Any]], Iterable[Row]]


class SapSource:
    """The rows of one service, and its writes, within one session that is committed when all went well."""

    producers: ClassVar[dict[str, Producer]] = {}
    """Who makes the rows, by entity set."""

    def __init__(self, world: World, settings: Settings, model: Model, user: str, language: str) -> None:
        self.world, self.settings, self.model = world, settings, model
        self.session = Session(world, user, language)
        self.messages: list[Message] = []
        """What has to be told beside success."""
        self._staged: list[Callable[[], None]] = []
        self._regrets: list[Callable[[], object]] = []

    def __enter__(self) -> Self:
        self.world.gate.acquire()
        self.world.settle()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                self.session.roll_back()
                self._undo()
                return
            ended = self.session.commit(wait=True)
            if ended is not None:
                self._undo()
                raise refused([ended], 500)
            for change in self._staged:
                change()
        finally:
            self.world.gate.release()

    # ---------------------------------------------------------------- what the protocol asks for

    def rows(self, entity_set: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """The rows of a set, with values of the types that the model tells."""
        properties = self.model.sets[entity_set].properties
        initial = {n: _INITIAL[p.type] for n, p in properties.items() if p.type in _INITIAL}
        for row in self.producers[entity_set](self, where):
            yield initial | {n: typed(properties[n].type, v) for n, v in row.items() if n in properties}

    def listed(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The same, for pages of a list."""
        if self.session.has_pending:
            return self.rows(entity_set, where)
        name = (self.session.language, entity_set, *where.items())
        return self.world.lists.kept(name, self.world.writes, lambda: self.rows(entity_set, where))

    def create(self, entity_set: str, sent: Row) -> Row:
        """A new entity."""
        raise not_allowed(f"{entity_set} cannot be created")

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        """Change an entity."""
        raise not_allowed(f"{entity_set} cannot be changed")

    def remove(self, entity_set: str, row: Row) -> None:
        """Delete an entity."""
        raise not_allowed(f"{entity_set} cannot be deleted")

    def call(self, operation: str, arguments: Row) -> Row:
        """Call a function import."""
        raise not_allowed(f"{operation} cannot be called")

    # ---------------------------------------------------------------- for subclasses

    def on_failure(self, undo: Callable[[], object]) -> None:
        """What undoes a change that was made at once, if the unit of work fails."""
        self._regrets.append(undo)

    def _undo(self) -> None:
        for undo in reversed(self._regrets):
            undo()

    def stage(self, change: Callable[[], None]) -> None:
        """Let a change be done when everything else went well."""
        self._staged.append(change)

    def one(self, entity_set: str, where: Mapping[str, Any]) -> Row:
        """The entity of this key, as it is now within the session."""
        for row in self.rows(entity_set, where):
            if all(row.get(name) == value for name, value in where.items()):
                return row
        raise ODataError(404, "not_found", f"{entity_set} has no such entity")

    def unit(self, internal: str) -> str:
        """A unit as users of the session's language read it."""
        return (
            self.world.commercial_units.get(internal, internal) if self.session.language == "E" else internal
        )

    def internal_unit(self, shown: str) -> str:
        """The internal unit of one that a user typed."""
        by_name = {self.unit(internal): internal for internal in self.world.units}
        return by_name.get(shown, shown)


def typed(kind: str, value: Any) -> Any:
    """A value of the core as one of the type: its dates are texts of eight digits, its flags X or blank."""
    match kind:
        case "Edm.DateTime" | "Edm.Date":
            return _day(kind, value)
        case "Edm.Boolean" if isinstance(value, str):
            return value == "X"
        case "Edm.Decimal" if value in {"", None}:
            return Decimal(0)
        case "Edm.Decimal" if not isinstance(value, Decimal):
            return Decimal(value)
        case "Edm.Time" | "Edm.TimeOfDay" if isinstance(value, datetime):
            return value.time().replace(microsecond=0)
        case "Edm.String" if value is None:
            return ""
        case "Edm.String" if isinstance(value, Decimal):
            return f"{value:f}"
        case _:
            return value


def _day(kind: str, value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.date()  # instants of the core are in the system's own time zone
    if isinstance(value, str):
        if not value.strip("0"):
            return None
        value = date(int(value[:4]), int(value[4:6]), int(value[6:]))
    if value is not None and kind == "Edm.DateTime":
        return datetime.combine(value, time())
    return value


def untyped(value: Any) -> Any:
    """A value that was sent as the core holds it."""
    if isinstance(value, bool):
        return "X" if value else ""
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    return value
