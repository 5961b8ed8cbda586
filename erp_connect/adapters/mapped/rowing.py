"""Rows on their way out: fields into native columns, and the statements that insert, change and delete them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import LossyWrite, UnmappedCode
from ...rules.exact import decimal_of
from ...wire.sql import Prepared
from .compiling import remembered
from .format import Also
from .givens import Context, Given, Sql, givens
from .keys import run
from .parts import Field, Found, Ground
from .plans import Plan
from .statements import bindable, bound, fetch, named_in
from .tables import Table
from .texts import text_of

__all__ = ["ANY_TIME", "Rower"]

_BY_STEPS: Final = frozenset({"status", "holds", "hold_reason", "version", "created_at", "modified_at"})
"""Fields that the declared steps write (on_insert, cancel, hold), and not the order's own words."""
_AT_ONCE: Final = 500
ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""For values that do not depend on the time."""
Cells = dict[str, Any]
"""Native values by column; an :class:`Sql` is worked out by the database."""


def _as_compared(cell: Any) -> str:
    """A text as the laxest database compares it: two that differ in no more than this are told apart one by one."""
    return text_of(cell).rstrip(" ").casefold()


class Rower:
    """Writes the rows of one section's table."""

    def __init__(self, ground: Ground, plan: Plan, path: str) -> None:
        assert plan.table is not None  # noqa: S101 (whoever writes has asked the capabilities)
        self.ground, self.plan, self.path = ground, plan, path
        self.table: Table = plan.table
        rows: Any = plan.rows
        self.on_insert = givens(ground, plan, getattr(rows, "on_insert", {}), f"{path}.on_insert")
        self.on_update = givens(ground, plan, getattr(rows, "on_update", {}), f"{path}.on_update")
        self.also: Sequence[Also] = getattr(rows, "also", ())
        self.after_insert = any("insert" in also.on for also in self.also)
        self.writable = {
            name: field for name, field in plan.fields.items() if field.writable and name not in _BY_STEPS
        }
        self._inserts: dict[Any, Prepared] = {}
        """Statements that insert, by what columns they name."""
        self._writes: dict[str, Callable[[Any], Any]] = {}
        self._keys: WeakKeyDictionary[Connection, dict[tuple[str, Any], Any]] = WeakKeyDictionary()
        """What an open transaction has looked up: the lines of an order repeat products and units."""
        self.deleting: list[Given] = []
        self.living: Cells = {}
        deleted = plan.rows.deleted
        if deleted is not None:
            said = {deleted.column: deleted.value, **deleted.set}
            self.deleting = givens(ground, plan, said, f"{path}.deleted")
            live = givens(ground, plan, {deleted.column: deleted.live}, f"{path}.deleted.live")
            if deleted.live is not None:
                self.living = {live[0].column.name: live[0].value(Context(said={}, now=ANY_TIME))}

    # -- fields to columns ---------------------------------------------------------------------------------

    def natives(
        self, connection: Connection, said: Mapping[str, Any], names: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """The native values of the fields that can be written, by field; ``names`` only those.

        Product and unit come along where a quantity's factor depends on them.
        """
        fields = (
            self.writable if names is None else {n: self.writable[n] for n in names if n in self.writable}
        )
        scaled = [field for field in fields.values() if field.source.write_factor is not None]
        plain = (
            {name: field for name, field in fields.items() if field.source.write_factor is None}
            if scaled
            else fields
        )
        if scaled:
            plain |= {name: self.plan.fields[name] for name in ("product", "unit") if name in self.writable}
        found = {name: self.native_of(connection, field, said.get(name)) for name, field in plain.items()}
        for field in scaled:
            found[field.name] = self._scaled(connection, field, said.get(field.name), found)
        return found

    def columns(self, natives: Mapping[str, Any], names: Iterable[str] | None = None) -> Cells:
        """The natives by column; ``names`` only those fields."""
        wanted = natives.keys() if names is None else set(names)
        return {
            field.column.name: natives[name]
            for name, field in self.writable.items()
            if name in natives and name in wanted and field.column is not None
        }

    def native_of(self, connection: Connection, field: Field, value: Any) -> Any:
        """The native value of one field; a key is asked for where it is not known yet."""
        if field.found is None:
            return self._write(field, value)
        if value is None:
            return None
        known = self.known_keys(connection)
        if (field.name, value) not in known:
            known[field.name, value] = self.key_of(connection, field, field.found, value)
        return known[field.name, value]

    def known_keys(self, connection: Connection) -> dict[tuple[str, Any], Any]:
        """The keys of other tables that this transaction has asked for, by field and value of ours."""
        return self._keys.setdefault(connection, {})

    def _write(self, field: Field, value: Any) -> Any:
        if field.name not in self._writes:
            self._writes[field.name] = remembered(field.cell.write)
        try:
            return self._writes[field.name](value)
        except TypeError:  # a value that cannot be remembered
            return field.cell.write(value)

    def look_up(self, connection: Connection, saids: Iterable[Mapping[str, Any]]) -> None:
        """Ask for the keys of all that these rows say, together; what is not told plainly is asked for one by one."""
        known = self.known_keys(connection)
        rows = list(saids)
        for name, field in self.writable.items():
            if field.found is not None:
                wanted = dict.fromkeys(said.get(name) for said in rows)
                new = [each for each in wanted if each is not None and (name, each) not in known]
                for start in range(0, len(new) if len(new) > 1 else 0, _AT_ONCE):
                    portion = new[start : start + _AT_ONCE]
                    told = self._keys_of(connection, field, field.found, portion)
                    known.update(((name, value), key) for value, key in told.items())

    def _keys_of(
        self, connection: Connection, field: Field, found: Found, values: Sequence[Any]
    ) -> dict[Any, Any]:
        natives: dict[Any, list[str]] = {}
        asked: list[Any] = []
        for value in values:
            try:
                told = field.cell.natives(value)
            except (LossyWrite, UnmappedCode):
                continue  # whoever writes it hears of it
            natives[value] = [_as_compared(native) for native in told]
            asked += told
        if not asked:
            return {}
        conditions = self.ground.conditions()
        for text in (*found.where, *found.current):
            conditions.own(text)
        conditions.among(found.value, asked)
        keys: dict[str, list[Any]] = {}
        columns = [found.key, found.value]
        for row in fetch(connection, columns, found.source, conditions, self.ground.settings):
            key, cell = tuple(row)
            keys.setdefault(_as_compared(cell), []).append(key)
        plainly: dict[Any, Any] = {}
        for value, told in natives.items():
            several = [key for native in dict.fromkeys(told) for key in keys.get(native, ())]
            if len(several) == 1:
                plainly[value] = several[0]
        return plainly

    def key_of(self, connection: Connection, field: Field, found: Found, value: Any) -> Any:
        """The key in another table of what we say; :class:`UnmappedCode` where there is none."""
        keys: Sequence[Any] = ()
        for native in field.cell.natives(value):
            conditions = self.ground.conditions()
            for text in (*found.where, *found.current):
                conditions.own(text)
            conditions.among(found.value, [native])
            statement = conditions.apply(
                sa.select(sa.text(found.key))
                .select_from(sa.text(bindable(found.source, self.ground.settings)))
                .limit(2)
            )
            keys = connection.execute(statement, conditions.values).scalars().all()
            if keys:  # of several natives the first that is on file
                break
        if len(keys) != 1:
            why = "is not on file there" if not keys else "stands there more than once"
            raise UnmappedCode(
                f"{field.cell.path}: {text_of(value)!r} {why}",
                path=field.name,
                hint="put it on file in the ERP, or see to the look-up in the mapping file",
            )
        return keys[0]

    def _scaled(self, connection: Connection, field: Field, value: Any, known: Mapping[str, Any]) -> Any:
        if value is None:
            return field.cell.write(None)
        statement = field.source.write_factor or ""
        names = named_in(statement)
        values = {**self.ground.settings, **known}
        text = sa.text(bindable(statement, names & values.keys()))
        bind = {name: bound(self.ground.dialect, values[name]) for name in names & values.keys()}
        row = connection.execute(text, bind).first()
        if row is None or row[0] is None:
            raise UnmappedCode(
                f"{field.cell.path}: the database has no factor for this product and unit",
                path=field.name,
                hint="put the unit on file for the product",
            )
        parts = [
            Fraction(Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)) for cell in row[:2]
        ]
        factor = parts[0] / parts[1] if len(parts) == 2 else parts[0]
        return field.cell.fit(decimal_of(Fraction(Decimal(value)) * factor))

    # -- statements ----------------------------------------------------------------------------------------

    def given(self, rules: Sequence[Given], context: Context) -> Cells:
        """The values of columns that no field has."""
        return {rule.column.name: rule.value(context) for rule in rules}

    def insert(self, connection: Connection, cells: Cells, context: Context, key_column: str | None) -> Any:
        """Insert a row; answers with what the database gave ``key_column``."""
        values: dict[str, Any] = {}
        filled = self._filled(cells)
        terms = [self._term(value, f"erp_c{at}", context, values) for at, value in enumerate(filled.values())]
        returning = key_column is not None and self._returns(connection)
        made = self._inserting(connection, tuple(filled), tuple(terms), key_column if returning else None)
        if key_column is None:
            made.run(connection, values)
            return None
        return made.insert(connection, values, returning=returning)

    def insert_rows(
        self, connection: Connection, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Insert rows of cells that the driver takes as they are, in their order."""
        terms = tuple([f":erp_c{at}" for at in range(len(names))])
        self._inserting(connection, names, terms, None).run_rows(connection, rows)

    def _inserting(
        self, connection: Connection, names: tuple[str, ...], terms: tuple[str, ...], key_column: str | None
    ) -> Prepared:
        shape = (names, terms, key_column)
        if shape not in self._inserts:
            quote = self.ground.tables.quote
            columns, given = ", ".join(map(quote, names)), ", ".join(terms)
            statement = f"INSERT INTO {self.table.quoted} ({columns}) VALUES ({given})"  # noqa: S608
            if key_column is not None:
                statement += f" RETURNING {quote(key_column)}"
            self._inserts[shape] = Prepared(connection.dialect, statement)
        return self._inserts[shape]

    def _filled(self, cells: Cells) -> Cells:
        """Nothing said: the column's own default where it has one, zero where a number is wanted."""
        filled: Cells = {}
        for name, value in {**self.living, **cells}.items():
            if value is not None:
                filled[name] = value
                continue
            column = self.table.columns[name]
            if not column.nullable:
                if column.given:
                    continue
                filled[name] = 0 if column.kind in ("integer", "decimal", "float") else value
            else:
                filled[name] = value
        return filled

    def _returns(self, connection: Connection) -> bool:
        return bool(connection.dialect.insert_returning)

    def update(self, connection: Connection, where: Mapping[str, Any], cells: Cells, context: Context) -> int:
        """Change the rows that hold ``where``; answers with how many there were."""
        if not cells:
            return 1
        quote, values = self.ground.tables.quote, {}  # type: ignore[var-annotated]
        sets = [
            f"{quote(name)} = {self._term(value, f'erp_c{index}', context, values)}"
            for index, (name, value) in enumerate(cells.items())
        ]
        wheres = self._where(where, values)
        statement = f"UPDATE {self.table.quoted} SET {', '.join(sets)} WHERE {wheres}"  # noqa: S608
        return int(connection.execute(sa.text(statement), values).rowcount)

    def delete(self, connection: Connection, where: Mapping[str, Any], context: Context) -> None:
        """Delete these rows, or say of them that they are deleted."""
        if self.deleting:
            cells = {**self.given(self.on_update, context), **self.given(self.deleting, context)}
            self.update(connection, where, cells, context)
            return
        values: dict[str, Any] = {}
        wheres = self._where(where, values)
        connection.execute(sa.text(f"DELETE FROM {self.table.quoted} WHERE {wheres}"), values)  # noqa: S608

    def lock(self, connection: Connection, where: Mapping[str, Any]) -> None:
        """Keep these rows from other writers until the transaction ends; SQLite has one writer anyway."""
        if self.ground.dialect in ("sqlite", "mssql"):
            return
        values: dict[str, Any] = {}
        wheres = self._where(where, values)
        statement = f"SELECT 1 FROM {self.table.quoted} WHERE {wheres} FOR UPDATE"  # noqa: S608
        connection.execute(sa.text(statement), values).all()

    def after(self, connection: Connection, event: str, context: Context) -> None:
        """Run the site's further statements for this event."""
        for also in self.also:
            if event in also.on:
                run(connection, self.ground, also.statement, {**self.ground.settings, **context.natives})

    def _where(self, where: Mapping[str, Any], values: dict[str, Any]) -> str:
        texts = []
        for index, (name, value) in enumerate(where.items()):
            values[f"erp_w{index}"] = bound(self.ground.dialect, value)
            texts.append(f"{self.ground.tables.quote(name)} = :erp_w{index}")
        return " AND ".join(texts)

    def _term(self, value: Any, name: str, context: Context, values: dict[str, Any]) -> str:
        if not isinstance(value, Sql):
            values[name] = bound(self.ground.dialect, value)
            return f":{name}"
        known = {**self.ground.settings, **context.natives}
        names = named_in(value.text) & known.keys()
        values |= {each: bound(self.ground.dialect, known[each]) for each in names}
        return f"({bindable(value.text, names)})"

    # -- what must not be missing --------------------------------------------------------------------------

    def missing(self, covered: Iterable[str]) -> list[str]:
        """Columns that want a value and would get none when a row is inserted."""
        have = {*covered, *(rule.column.name for rule in self.on_insert), *self.living}
        have |= {field.column.name for field in self.writable.values() if field.column is not None}
        return [
            column.name
            for column in self.table.columns.values()
            if not column.nullable and not column.given and column.name not in have
        ]
