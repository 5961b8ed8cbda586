"""Keeping orders in foreign tables: new ones as rows, changed ones as the cells that changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Generic

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import LossyWrite, MappingError, VersionConflict
from ...models import OrderLine
from ...rules.exact import quotient
from .addressing import AddressBook
from .format import AddressKey, NewKey
from .givens import Context, Given, Sql, givens
from .keys import taken
from .natives import codec
from .office import Office
from .plans import Ground
from .reading import D, O, OrderPlan
from .rowing import Rower
from .values import changed, said_of_line, said_of_order, unheld

__all__ = ["Keeper", "Steps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What a step of the mapping sets besides: on the header, and on lines by their id."""

    event: str = "update"
    header: Sequence[Given] = ()
    lines: Mapping[str, Sequence[Given]] = field(default_factory=dict)
    allowed: Collection[str] = ()
    """Field paths whose loss the caller has named."""


class Keeper(Generic[D, O]):
    """Writes the orders of one book."""

    def __init__(self, office: Office, ground: Ground, plan: OrderPlan[D, O]) -> None:
        self.office, self.ground, self.plan, self.side = office, ground, plan, plan.side
        book = self.side.book
        self.header = Rower(ground, plan.header, book)
        self.lines = Rower(ground, plan.lines.plan, f"{book}.lines")
        rows = plan.rows
        self.flat = rows.flat
        self.addresses = {
            name: AddressBook(ground, said, f"{book}.fields.{name}")
            for name, said in plan.header.addresses.items()
            if isinstance(said, AddressKey)
        }
        cancel, line_cancel = rows.cancel, rows.lines.cancel
        self.cancel = self._sets(self.header, cancel.set if cancel else {}, f"{book}.cancel.set")
        self.cancel_lines = self._sets(self.lines, cancel.lines if cancel else {}, f"{book}.cancel.lines")
        self.cancel_line = self._sets(
            self.lines, line_cancel.set if line_cancel else {}, f"{book}.lines.cancel.set"
        )
        self.hold = self._sets(self.header, rows.hold.set if rows.hold else {}, f"{book}.hold.set")
        self.release = self._sets(
            self.header, rows.release.set if rows.release else {}, f"{book}.release.set"
        )
        self._check_required()

    def _sets(self, rower: Rower, said: Mapping[str, Any], path: str) -> list[Given]:
        return givens(self.ground, rower.plan, said, path)

    def _check_required(self) -> None:
        """Columns that want a value and would get none are found now, not by the first order."""
        rows, book = self.plan.rows, self.side.book
        version = {rows.version.column} if rows.version is not None and rows.version.column else set()
        header = {
            *version,
            *(self.plan.header.key_part(said.column).name for said in self._keys_of_addresses()),
        }
        header |= {key.name for key in self.plan.header.keys}
        line = {part.name for part in self.plan.lines.parent} | {
            key.name for key in self.plan.lines.plan.keys
        }
        if self.flat:
            everything = {*header, *line}
            left = set(self.header.missing(everything)) & set(self.lines.missing(everything))
            missing = [(book, sorted(left))]
        else:
            missing = [(book, self.header.missing(header)), (f"{book}.lines", self.lines.missing(line))]
        for path, names in missing:
            if names:
                raise self.ground.file.wrong(
                    f"{path}.on_insert",
                    f"these columns want a value and get none: {', '.join(names)}",
                    f"say what a new row has there: [{path}.on_insert] {names[0]} = ...",
                )

    def _keys_of_addresses(self) -> list[AddressKey]:
        return [said for said in self.plan.header.addresses.values() if isinstance(said, AddressKey)]

    # -- what an order says --------------------------------------------------------------------------------

    def _said(self, order: O) -> dict[str, Any]:
        return said_of_order(order, self.side, [kind for kind, _ in self.plan.rows.references])

    def _said_of_line(self, line: OrderLine) -> dict[str, Any]:
        """What a line says, its price for as many units as the mapping's prices are for."""
        said = said_of_line(line, self.plan.rows.lines.step)
        if line.price is None or "price_per" in self.lines.writable:
            return said
        per = self.plan.lines.plan.constants.get("price_per", Decimal(1))
        if line.price.per != per:
            exact = quotient(line.price.amount * per, line.price.per)
            if not isinstance(exact, Decimal):
                raise LossyWrite(
                    f"a price for {line.price.per:f} units cannot be said for {per:f}",
                    fields=(f"{self.side.field}.line.price",),
                    path="price",
                )
            said["price"] = exact
        return said

    def _refuse_unheld(
        self, said: Mapping[str, Any], names: Iterable[str], rower: Rower, allowed: Collection[str]
    ) -> None:
        prefix = f"{self.side.field}.line." if rower is self.lines else f"{self.side.field}."
        places = set(rower.writable) | {
            name for name in rower.plan.fields if name.split(".")[0] in self.addresses
        }
        lost = {f"{prefix}{name.removeprefix('line.')}" for name in unheld(said, places, names)} - set(
            allowed
        )
        if lost:
            raise LossyWrite(
                f"the mapping has no place for all of {', '.join(sorted(lost))}", fields=tuple(sorted(lost))
            )

    # -- new orders ----------------------------------------------------------------------------------------

    def numbered(self, connection: Connection) -> tuple[Any, Any]:
        """Key and number of a new order; ``None`` for what the database gives as the row is inserted."""
        rows, today = self.plan.rows, self.office.today()
        book, natives = self.side.book, {}  # type: ignore[var-annotated]
        key_rule, number_rule = rows.new_key, rows.new_number
        number = key = None
        if number_rule is not None and number_rule.by != "key":
            number = taken(
                connection, self.ground, number_rule, f"{book}.new_number", today=today, natives=natives
            )
        if key_rule is not None:
            key = (
                number
                if key_rule.by == "number"
                else taken(connection, self.ground, key_rule, f"{book}.new_key", today=today, natives=natives)
            )
        if number is None and (number_rule is None or number_rule.by == "key") and self._number_is_key():
            number = key
        return key, number

    def _number_is_key(self) -> bool:
        column = self.plan.header.fields["number"].column
        return column is not None and column.name == self.plan.header.keys[-1].name

    def keep_new(
        self, connection: Connection, order: O, key: Any, allowed: Collection[str] = ()
    ) -> tuple[Any, ...]:
        """Insert an order with its lines; answers with its native key."""
        said = self._said(order)
        self._refuse_unheld(said, said, self.header, allowed)
        context = Context(said=said, now=self.office.now())
        natives = self.header.natives(connection, said)
        context.natives |= _parameters(natives)
        cells = self.header.columns(natives)
        number = self.plan.header.fields["number"].column
        if order.number is None and number is not None:
            cells.pop(number.name, None)
        cells |= self._address_cells(connection, order, natives, context, set(self.addresses))
        cells |= self._first_version()
        cells |= self.header.given(self.header.on_insert, context)
        own = self.plan.header.keys[-1].name
        if key is not None:
            cells[own] = self._key_cell(key)
        elif own in cells and cells[own] is None:
            del cells[own]
        if not self.flat:
            given = self.header.insert(connection, cells, context, own if own not in cells else None)
            cells.setdefault(own, given)
        whole = tuple(self._cell(cells, part.name, connection) for part in self.plan.header.keys)
        context.natives |= {"key": whole[-1]}
        for line in order.lines:
            self._insert_line(connection, line, whole, context, cells if self.flat else {}, allowed)
        self.header.after(connection, "insert", context)
        return whole

    def _key_cell(self, key: Any) -> Any:
        kind = self.plan.header.keys[-1].kind
        return int(key) if kind == "integer" and isinstance(key, str) and key.isdigit() else key

    def _cell(self, cells: Mapping[str, Any], name: str, connection: Connection) -> Any:
        value = cells.get(name)
        return (
            connection.execute(sa.text(f"SELECT {value.text}")).scalar() if isinstance(value, Sql) else value
        )

    def _first_version(self) -> dict[str, Any]:
        source = self.plan.rows.version
        if source is None or source.column is None:
            return {}
        field = self.plan.header.fields["version"]
        assert field.column is not None  # noqa: S101 (checked with the source)
        if source.set == "now":
            return {field.column.name: self._now(field)}
        return {field.column.name: 1} if source.set is None else {}

    def _now(self, field: Any, after: datetime | None = None) -> Any:
        cell = codec(
            field.source,
            "instant",
            field.column,
            field.cell.path,
            zone=self.ground.file.zone,
            lenient_floats=True,
        )
        now = self.office.now()
        if after is not None and now <= after:  # another version also when two writes share an instant
            now = after + timedelta(microseconds=1)
        return cell.write(now)

    def _address_cells(
        self, connection: Connection, order: O, natives: Mapping[str, Any], context: Context, names: set[str]
    ) -> dict[str, Any]:
        owner = natives.get(self.side.party)
        if owner is None and names:
            owner = self.header.natives(connection, context.said, [self.side.party]).get(self.side.party)
        cells: dict[str, Any] = {}
        for name in sorted(names):
            book = self.addresses[name]
            said = self.plan.header.addresses[name]
            assert isinstance(said, AddressKey)  # noqa: S101 (only those have a book)
            column = self.plan.header.key_part(said.column)
            key = book.key(connection, getattr(order, name), owner, context, self.office.today())
            if key is None and self.header.table.columns[column.name].nullable is False:
                raise MappingError(
                    f"{self.side.book}.fields.{name}: the order needs this address and has none",
                    path=name,
                    hint="give it with the order, or put it on file for the customer",
                )
            cells[column.name] = key
        return cells

    def _insert_line(
        self,
        connection: Connection,
        line: OrderLine,
        order_key: tuple[Any, ...],
        above: Context,
        shared: Mapping[str, Any],
        allowed: Collection[str] = (),
    ) -> str:
        """Insert a line; answers with its id.  ``shared`` are the header's columns of a flat table."""
        rows = self.plan.rows.lines
        said = self._said_of_line(line)
        self._refuse_unheld(said, said, self.lines, allowed)
        context = Context(said=said, now=above.now)
        natives = self.lines.natives(connection, said)
        context.natives |= {f"order_{name}": value for name, value in above.natives.items()}
        context.natives |= _parameters(natives)
        cells = {**shared, **self.lines.columns(natives)}
        children = self.plan.lines
        parent = dict(
            zip((part.name for part in children.parent), children.parent_key(order_key), strict=True)
        )
        cells |= parent
        context.natives |= {
            f"order_{part.name}": value for part, value in zip(self.plan.header.keys, order_key, strict=True)
        }
        cells |= self.lines.given(self.lines.on_insert, context)
        own = [children.plan.keys[place].name for place in self.plan.line_keys][-1]
        rule = rows.new_key or NewKey(by="position")
        key = taken(
            connection,
            self.ground,
            rule,
            f"{self.side.book}.lines.new_key",
            today=self.office.today(),
            natives=context.natives,
        )
        if rule.by == "position":
            key = line.position * rows.step
        if key is not None:
            cells[own] = key
        given = self.lines.insert(connection, cells, context, own if own not in cells else None)
        cells.setdefault(own, given)
        whole = tuple(cells.get(part.name) for part in children.plan.keys)
        context.natives |= {"key": cells[own], "order_key": order_key[-1]}
        self.lines.after(connection, "insert", context)
        return self.plan.line_id(whole)

    # -- changed orders ------------------------------------------------------------------------------------

    def lock(self, connection: Connection, key: tuple[Any, ...]) -> None:
        """Keep the order from other writers until the transaction ends."""
        self.header.lock(connection, self._where(key))

    def keep_changed(
        self, connection: Connection, before: O, after: O, key: tuple[Any, ...], steps: Steps
    ) -> dict[str, str]:
        """Store an order in its new state; answers with the ids that new lines were given."""
        said, old = self._said(after), self._said(before)
        self._refuse_unheld(said, changed(old, said), self.header, steps.allowed)
        names = (changed(old, said) - _untold(said)) & self.header.writable.keys()
        context = Context(said=said, now=self.office.now())
        natives = self.header.natives(connection, said, names)
        context.natives |= _parameters(natives)
        context.natives |= {"key": key[-1]}
        cells = self.header.columns(natives, names)
        moved = {name for name in self.addresses if getattr(before, name) != getattr(after, name)}
        cells |= self._address_cells(connection, after, natives, context, moved)
        cells |= self.header.given(self.header.on_update, context)
        cells |= self.header.given(steps.header, context)
        where = self._where(key)
        cells |= self._next_version(before, where)
        if self.header.update(connection, where, cells, context) == 0:
            raise VersionConflict("the order was changed while it was being written")
        named = self._keep_lines(connection, before, after, key, context, steps)
        self.header.after(connection, steps.event, context)
        return named

    def drop(self, connection: Connection, order: O, key: tuple[Any, ...]) -> None:
        """Delete an order with its lines, or say of it that it is deleted."""
        context = Context(
            said=said_of_order(order, self.side), now=self.office.now(), natives={"key": key[-1]}
        )
        if not self.flat:
            children = self.plan.lines
            parent = dict(zip((part.name for part in children.parent), children.parent_key(key), strict=True))
            self.lines.delete(connection, {**parent, **self.lines.living}, context)
        self.header.delete(connection, self._where(key), context)
        self.header.after(connection, "cancel", context)

    def _where(self, key: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip((part.name for part in self.plan.header.keys), key, strict=True))

    def _next_version(self, before: O, where: dict[str, Any]) -> dict[str, Any]:
        """The new version, and the old one as a condition of the UPDATE."""
        source = self.plan.rows.version
        field = self.plan.header.fields.get("version")
        if source is None or field is None or field.column is None:
            return {}
        name = field.column.name
        if source.set is None:
            old = int(before.version or 0)
            where[name] = old
            return {name: old + 1}
        if source.set == "now":
            return {name: self._now(field, before.modified_at)}
        return {name: Sql(source.set)}

    def _keep_lines(
        self,
        connection: Connection,
        before: O,
        after: O,
        key: tuple[Any, ...],
        above: Context,
        steps: Steps,
    ) -> dict[str, str]:
        known = {line.id: line for line in before.lines}
        kept = {line.id for line in after.lines}
        named: dict[str, str] = {}
        for line in before.lines:
            if line.id not in kept:
                context = Context(said=said_of_line(line, 1), now=above.now)
                where = self._line_where(line.id, key)
                context.natives |= {"key": list(where.values())[-1], "order_key": key[-1]}
                self.lines.delete(connection, where, context)
                self.lines.after(connection, "cancel", context)
        shared = self._shared(connection, key) if self.flat else {}
        for line in after.lines:
            if line.id not in known:
                named[line.id] = self._insert_line(connection, line, key, above, shared, steps.allowed)
            else:
                self._update_line(connection, known[line.id], line, key, above, steps)
        return named

    def _update_line(
        self,
        connection: Connection,
        before: OrderLine,
        after: OrderLine,
        key: tuple[Any, ...],
        above: Context,
        steps: Steps,
    ) -> None:
        said, old = self._said_of_line(after), self._said_of_line(before)
        self._refuse_unheld(said, changed(old, said), self.lines, steps.allowed)
        names = (changed(old, said) - {"position"} - _untold(said)) & self.lines.writable.keys()
        own = steps.lines.get(after.id, ())
        if not names and not own:
            return
        if {"product", "unit"} & names:
            names |= {
                name for name, field in self.lines.writable.items() if field.source.write_factor is not None
            }
        context = Context(said=said, now=above.now)
        natives = self.lines.natives(connection, said, names)
        where = self._line_where(after.id, key)
        context.natives |= {f"order_{name}": value for name, value in above.natives.items()}
        context.natives |= _parameters(natives) | {"key": list(where.values())[-1], "order_key": key[-1]}
        cells = self.lines.columns(natives, names)
        cells |= self.lines.given(self.lines.on_update, context) | self.lines.given(own, context)
        if self.lines.update(connection, where, cells, context) == 0:
            raise VersionConflict("a line was taken away while the order was being written")
        self.lines.after(connection, steps.event, context)

    def _line_where(self, id: str, order_key: tuple[Any, ...]) -> dict[str, Any]:
        children = self.plan.lines
        where = dict(
            zip((part.name for part in children.parent), children.parent_key(order_key), strict=True)
        )
        own = [children.plan.keys[place] for place in self.plan.line_keys]
        parts = id.split("/") if len(own) > 1 else [id]
        for part, key in zip(parts, own, strict=True):
            text = part.replace("%2F", "/").replace("%25", "%") if len(own) > 1 else part
            where[key.name] = int(text) if key.kind == "integer" else text
        return where

    def _shared(self, connection: Connection, key: tuple[Any, ...]) -> dict[str, Any]:
        """The header's columns of a flat table, as they stand in the order's rows now."""
        own = {field.column.name for field in self.plan.header.fields.values() if field.column is not None}
        own |= {rule.column.name for rule in self.header.on_insert}
        own -= {field.column.name for field in self.lines.plan.fields.values() if field.column is not None}
        quote = self.ground.tables.quote
        names = sorted(own)
        conditions = self.plan.header.conditions()
        conditions.keys([part.sql for part in self.plan.header.keys], [key])
        columns = [f"{self.plan.header.quoted_alias}.{quote(name)}" for name in names]
        statement = conditions.apply(
            sa.select(*(sa.text(column) for column in columns)).select_from(sa.text(self.plan.header.source))
        )
        row = connection.execute(statement.limit(1), conditions.values).first()
        return dict(zip(names, row, strict=True)) if row is not None else {}


def _untold(said: Mapping[str, Any]) -> set[str]:
    """Amounts that the rules cannot tell: what stands in their columns is left to the site's own statements."""
    return {name for name in ("net", "tax", "gross") if said.get(name) is None}


def _parameters(natives: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace(".", "_"): value for name, value in natives.items()}
