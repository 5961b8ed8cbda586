"""Tables of frozen rows, with indexes, versions, and a way back."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from .masters import NOBODY, Row
from .refusals import Refusal

if TYPE_CHECKING:
    from .world import World

R = TypeVar("R", bound=Row)
Index = Callable[[Any], Hashable]


@dataclass(frozen=True)
class Change:
    """One write: nothing before a new row, nothing after a deleted one."""

    table: Table[Any]
    old: Row | None
    new: Row | None
    at: datetime

    @property
    def row(self) -> Row:
        """The row as it is, or as it last was."""
        row = self.new or self.old
        assert row is not None
        return row


class _State(Generic[R]):
    """The rows at one moment, and where an index finds them."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.rows: dict[UUID, R] = {}
        self.found: dict[str, dict[Hashable, dict[UUID, None]]] = {name: {} for name in names}

    def copy(self) -> _State[R]:
        twin: _State[R] = _State(tuple(self.found))
        twin.rows = dict(self.rows)
        for name, values in self.found.items():
            twin.found[name] = {value: dict(ids) for value, ids in values.items()}
        return twin


class Table(Generic[R]):
    """Rows of one kind.  ``unique`` names the index whose values no two rows share."""

    def __init__(
        self, world: World, company: str, name: str, indexes: Mapping[str, Index], unique: str = ""
    ) -> None:
        self.world, self.company, self.name = world, company, name
        self.indexes, self.unique = dict(indexes), unique
        self.state: _State[R] = _State(tuple(indexes))
        self.replica: _State[R] | None = None
        self._drawn = 0

    # ---------------------------------------------------------------- reading

    def __iter__(self) -> Iterator[R]:
        """All rows, in the order they came in."""
        return iter(list(self.state.rows.values()))

    def __len__(self) -> int:
        return len(self.state.rows)

    def get(self, ident: UUID) -> R | None:
        """The row of this id."""
        return self.state.rows.get(ident)

    def row(self, ident: UUID) -> R:
        """The row of this id, or a refusal."""
        found = self.get(ident)
        if found is None:
            raise Refusal("record_gone", table=self.name, key=ident)
        return found

    def where(self, index: str, value: Hashable) -> list[R]:
        """The rows that an index has for a value, in the order they came in."""
        return [self.state.rows[ident] for ident in self.state.found[index].get(value, ())]

    def by(self, index: str, value: Hashable) -> R | None:
        """The first row that an index has for a value."""
        return next(iter(self.where(index, value)), None)

    # ---------------------------------------------------------------- writing

    def add(self, row: R) -> R:
        """A new row; the row as it is stored, with an id where it brought none."""
        ident = row.id
        if ident == NOBODY:
            self._drawn += 1
            ident = uuid5(NAMESPACE_URL, f"{self.world.name}/{self.company}/{self.name}/{self._drawn}")
        elif ident in self.state.rows:
            raise Refusal("exists", table=self.name, key=ident)
        now = self.world.clock.now()
        return self._write(None, replace(row, id=ident, created=now))

    def put(self, row: R) -> R:
        """Store what was made of a row, whatever it had been; the row as it is stored."""
        before = self.row(row.id)
        self._unlocked(before)
        return self._write(before, row)

    def remove(self, ident: UUID) -> None:
        """Delete a row."""
        before = self.row(ident)
        self._unlocked(before)
        self._apply(before, None)
        self.world.noted(Change(self, before, None, self.world.clock.now()))

    def _write(self, before: R | None, row: R) -> R:
        self._unclaimed(row)
        now = self.world.clock.now()
        stored = replace(row, version=self.world.next_version(), modified=now)
        self._apply(before, stored)
        self.world.noted(Change(self, before, stored, now))
        return stored

    def _unclaimed(self, row: R) -> None:
        if self.unique:
            value = self.indexes[self.unique](row)
            if any(ident != row.id for ident in self.state.found[self.unique].get(value, ())):
                raise Refusal("exists", table=self.name, key=value)

    def _unlocked(self, row: R) -> None:
        user = self.world.locked.get(row.id)
        if user is not None:
            raise Refusal("record_locked", table=self.name, key=row.id, user=user)

    def _apply(self, before: Row | None, after: Row | None) -> None:
        state = self.state
        self.world.wrote()
        if before is not None:
            for name, index in self.indexes.items():
                value = index(before)
                if after is None or index(after) != value:
                    ids = state.found[name][value]
                    ids.pop(before.id, None)
                    if not ids:
                        del state.found[name][value]
            if after is None:
                del state.rows[before.id]
        if after is not None:
            state.rows[after.id] = after  # type: ignore[assignment]
            for name, index in self.indexes.items():
                state.found[name].setdefault(index(after), {})[after.id] = None

    def undo(self, change: Change) -> None:
        """Take a write back."""
        self._apply(change.new, change.old)

    def redo(self, change: Change) -> bool:
        """Do a write that was taken back; not where the row has moved on meanwhile."""
        if self.get(change.row.id) is not change.old:
            return False
        self._apply(change.old, change.new)
        return True
