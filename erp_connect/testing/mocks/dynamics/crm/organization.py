"""The rows of an environment, its alternate keys, and what was changed when (dynamics.md 4.5, 4.6)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from ...business.company import Company
from ...business.masters import NOBODY, Row
from ...business.tables import Change, Table
from ...business.world import World
from ...odata.errors import ODataError
from .model import Schema, schema
from .refusing import duplicate_id, duplicate_key
from .settings import Settings

KeyStatus = Literal["Pending", "InProgress", "Active", "Failed"]


@dataclass(frozen=True, kw_only=True)
class Record(Row):
    """A row of any table: what is not among the values is null."""

    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class AlternateKey:
    """Columns whose values no two rows of a table share, once its index is built."""

    name: str
    table: str
    columns: tuple[str, ...]
    ordered: datetime
    seconds: int = 0
    failed: bool = False


class RecordTable(Table[Record]):
    """A table that looks for duplicates also when a late commit comes true."""

    def __init__(
        self,
        world: World,
        company: str,
        name: str,
        indexes: Mapping[str, Callable[[Record], Hashable]],
        check: Callable[[str, Mapping[str, Any], UUID], None],
    ) -> None:
        super().__init__(world, company, name, indexes)
        self._check = check

    def redo(self, change: Change) -> bool:
        """Do a write that was taken back; not where its keys are taken meanwhile."""
        if isinstance(change.new, Record):
            try:
                self._check(self.name, change.new.values, change.new.id)
            except ODataError:
                return False
        return super().redo(change)


class Organization(Company):
    """One environment; its tables are those of ``schema``, by logical name in ``data``."""

    def __init__(
        self,
        world: World,
        settings: Settings | None = None,
        custom: Mapping[str, Iterable[str]] | None = None,
        currency: str = "EUR",
        name: str = "harbour",
    ) -> None:
        super().__init__(world, name, currency)
        self.settings = settings or Settings()
        self.schema: Schema = schema(self.settings, {k: tuple(v) for k, v in (custom or {}).items()})
        self.data: dict[str, RecordTable] = {
            logical: RecordTable(world, name, logical, self._indexes(logical), self._unique)
            for logical in self.schema.tables
        }
        self.keys: list[AlternateKey] = []
        self.log: list[Change] = []
        """Everything that was committed, in that order."""
        self.own_statuses: dict[int, list[int]] = {}
        """A customer's own status codes of orders, by state."""
        self.hidden: set[UUID] = set()
        """Rows that the caller has no access to."""
        world.companies[name] = self
        world.listeners.append(self._hear)

    def tables(self) -> Iterable[Table[Any]]:
        """All tables."""
        return self.data.values()

    def _hear(self, changes: Sequence[Change]) -> None:
        self.log += [change for change in changes if change.table.name in self.data]

    def _indexes(self, logical: str) -> dict[str, Callable[[Record], Hashable]]:
        table = self.schema.tables[logical]
        names = [column.name for column in table.columns.values() if column.indexed]
        names += [lookup.column for lookup in table.lookups.values()]
        return {name: _by(name) for name in names}

    # ---------------------------------------------------------------- rows

    def row(self, logical: str, record: Record) -> dict[str, Any]:
        """A record as the protocol sees it."""
        table = self.schema.tables[logical]
        return {
            **record.values,
            table.key: record.id,
            "createdon": record.created.replace(microsecond=0),
            "modifiedon": record.modified.replace(microsecond=0),
            "versionnumber": record.version,
        }

    def rows(self, logical: str, where: Mapping[str, Any]) -> list[Record]:
        """Records of a table, narrowed by its key or by an index where ``where`` has a value for one."""
        table, held = self.schema.tables[logical], self.data[logical]
        if table.key in where:
            found = held.get(where[table.key])
            return [] if found is None else [found]
        for name, value in where.items():
            if name in held.state.found:
                return held.where(name, value)
        return list(held)

    def add(self, logical: str, values: Mapping[str, Any], ident: UUID | None = None) -> Record:
        """A new record; 412 where its id or an alternate key is taken."""
        held = self.data[logical]
        if ident is not None and held.get(ident) is not None:
            raise duplicate_id(logical)
        self._unique(logical, values, NOBODY)
        return held.add(Record(id=ident or NOBODY, values=_told(values)))

    def put(self, logical: str, record: Record, values: Mapping[str, Any]) -> Record:
        """A record with other values; None clears."""
        merged = _told({**record.values, **values})
        self._unique(logical, merged, record.id)
        return self.data[logical].put(replace(record, values=merged))

    def remove(self, logical: str, ident: UUID) -> None:
        """A record and those that cannot be without it."""
        table = self.schema.tables[logical]
        for other, through in table.many.values():
            lookup = self.schema.tables[other].lookups[through]
            for child in self.data[other].where(lookup.column, ident):
                if lookup.required:
                    self.remove(other, child.id)
                else:
                    self.put(other, child, {lookup.column: None})
        self.data[logical].remove(ident)

    def currency_row(self, ident: UUID | None) -> Record | None:
        """A currency, or the environment's own."""
        held = self.data["transactioncurrency"]
        return held.by("isocurrencycode", self.currency) if ident is None else held.get(ident)

    def money(self, amount: Decimal) -> Decimal:
        """An amount as it is kept."""
        return round_half_up(amount, self.settings.money_decimals)

    def add_status(self, state: int, status: int, label: str) -> None:
        """A customer's own status code of orders in a state (dynamics.md 4.3: normal)."""
        self.schema.tables["salesorder"].columns["statuscode"].options[status] = label
        self.own_statuses.setdefault(state, []).append(status)

    # ---------------------------------------------------------------- alternate keys

    def define_key(
        self, logical: str, *columns: str, name: str = "", seconds: int | None = None
    ) -> AlternateKey:
        """A new alternate key; its index is built by and by (``settings.key_activation``), or fails on duplicates."""
        now = self.world.clock.now()
        wait = self.settings.key_activation if seconds is None else seconds
        key = AlternateKey(name or f"{columns[0]}_key", logical, columns, now, wait)
        taken: set[tuple[Any, ...]] = set()
        for record in self.data[logical]:
            values = self._key_values(key, record.values)
            if values is not None and values in taken:
                key.failed = True
            if values is not None:
                taken.add(values)
        self.keys.append(key)
        if columns[0] not in self.data[logical].indexes:
            self._index(logical, columns[0])
        return key

    def _index(self, logical: str, column: str) -> None:
        held = self.data[logical]
        held.indexes[column] = index = _by(column)
        found: dict[Hashable, dict[UUID, None]] = {}
        for record in held:
            found.setdefault(index(record), {})[record.id] = None
        held.state.found[column] = found

    def status_of(self, key: AlternateKey) -> KeyStatus:
        """How far its index is (dynamics.md 4.5)."""
        gone = (self.world.clock.now() - key.ordered).total_seconds()
        if gone >= key.seconds:
            return "Failed" if key.failed else "Active"
        return "Pending" if gone * 2 < key.seconds else "InProgress"

    def active_key(self, logical: str, columns: set[str]) -> AlternateKey | None:
        """The key of these columns, if it is in use."""
        for key in self.keys:
            if key.table == logical and set(key.columns) == columns and self.status_of(key) == "Active":
                return key
        return None

    def logical_name(self, logical: str, stored: str) -> str:
        """A column's name as administrators know it: look-ups without what reads add."""
        lookups = self.schema.tables[logical].lookups.values()
        return next((lookup.name for lookup in lookups if lookup.column == stored), stored)

    def _key_values(self, key: AlternateKey, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        found = tuple(values.get(column) for column in key.columns)
        return None if None in found else found

    def _unique(self, logical: str, values: Mapping[str, Any], ident: UUID) -> None:
        for key in self.keys:
            if key.table != logical or self.status_of(key) != "Active":
                continue
            wanted = self._key_values(key, values)
            if wanted is None:
                continue
            for other in self.data[logical].where(key.columns[0], wanted[0]):
                if other.id != ident and self._key_values(key, other.values) == wanted:
                    raise duplicate_key(self.settings, key.name)
        if logical == "salesorder" and self.settings.order_number_unique and values.get("ordernumber"):
            others = self.data[logical].where("ordernumber", values["ordernumber"])
            if any(other.id != ident for other in others):
                raise duplicate_key(self.settings, "ordernumber")

    # ---------------------------------------------------------------- changes

    def changed_since(self, logical: str, mark: int) -> list[tuple[UUID, Record | None]]:
        """Rows that were written after so many changes, as they are now, and those that are gone."""
        seen: dict[UUID, None] = {}
        born: set[UUID] = set()
        for change in self.log[mark:]:
            if change.table.name == logical:
                if change.old is None and change.row.id not in seen:
                    born.add(change.row.id)
                seen[change.row.id] = None
        held = self.data[logical]
        found = [(ident, held.get(ident)) for ident in seen]
        return [(ident, record) for ident, record in found if record is not None or ident not in born]

    def delta_token(self) -> str:
        """Where a next look begins: at the very start where this one lags behind."""
        mark = 0 if self.lagging else len(self.log)
        return f"{mark}.{int(self.world.clock.now().timestamp())}"

    @property
    def lagging(self) -> bool:
        """Whether this read shows the past."""
        orders = self.data["salesorder"]
        return orders.state is orders.replica

    def expired(self, since: int) -> bool:
        """Whether a token of that second is too old."""
        now = self.world.clock.now()
        return now - timedelta(seconds=self.settings.delta_lifetime) > datetime.fromtimestamp(
            since, now.tzinfo
        )

    def ident(self, text: str) -> UUID:
        """An id that is the same in every run."""
        return uuid5(NAMESPACE_URL, f"{self.world.name}/{self.name}/{text}")


def round_half_up(amount: Decimal, decimals: int) -> Decimal:
    """A number with so many decimals, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _by(name: str) -> Callable[[Record], Hashable]:
    return lambda record: record.values.get(name)


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
