"""Putting new orders into foreign tables, with their lines, keys, numbers and addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ...errors import LossyWrite, MappingError
from ...models import OrderLine
from ...rules.exact import quotient
from .addressing import AddressBook
from .format import AddressKey, NewKey
from .givens import Context, Given, Sql, givens
from .keys import taken, taken_many
from .line_writing import LineRows
from .natives import codec
from .office import Office
from .plans import Ground
from .reading import D, O, OrderPlan
from .rowing import Rower
from .values import said_of_line, said_of_order, unheld

__all__ = ["Adding", "Drafted", "parameters"]


_LOOKED_UP: Final = ("customer", "supplier", "currency", "payment_terms", "delivery_terms", "warehouse")
"""Fields of a header that may hold a key of another table."""


class DraftedLine(NamedTuple):
    """A line in native values, before it has a key: what its row says, and that in native words."""

    line: OrderLine
    said: Mapping[str, Any]
    natives: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drafted(Generic[O]):
    """An order in native values, before it has a key and a number: what each row says, and that in native words."""

    order: O
    now: datetime
    said: dict[str, Any]
    natives: dict[str, Any]
    lines: Sequence[DraftedLine]
    rows: Sequence[list[Any]] = ()
    """The lines as rows, where they all could be made the short way; then ``lines`` has none."""


class Adding(Generic[D, O]):
    """Writes new orders of one book."""

    def __init__(self, office: Office, ground: Ground, plan: OrderPlan[D, O]) -> None:
        self.office, self.ground, self.plan, self.side = office, ground, plan, plan.side
        book = self.side.book
        self.header = Rower(ground, plan.header, book)
        self.lines = Rower(ground, plan.lines.plan, f"{book}.lines")
        self._rows = LineRows(self.lines, plan)
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

    def _refuse_own_values(self, order: O, allowed: Collection[str]) -> None:
        """A date or warehouse of one line alone has no place where only the header has a column for it."""
        for name in self.plan.lifted:
            path, common = f"{self.side.field}.line.{name}", getattr(order, name)
            if path not in allowed and any(getattr(line, name) not in (None, common) for line in order.lines):
                raise LossyWrite(
                    f"only the order as a whole has a {name} here, not a line of its own",
                    fields=(path,),
                    path=name,
                )

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

    @property
    def numbered_ahead(self) -> bool:
        """Whether keys and numbers of many orders can be had before the first of them is written."""
        rules = (self.plan.rows.new_key, self.plan.rows.new_number)
        return not any(rule is not None and rule.by in ("sql", "procedure") for rule in rules)

    def numbered(self, connection: Connection, count: int = 1) -> list[tuple[Any, Any]]:
        """Key and number of as many new orders; ``None`` for what the database gives as the row is inserted."""
        rows, today = self.plan.rows, self.office.today()
        book = self.side.book
        key_rule, number_rule = rows.new_key, rows.new_number
        numbers: list[Any] = [None] * count
        keys: list[Any] = [None] * count
        if number_rule is not None and number_rule.by != "key":
            numbers = taken_many(
                connection, self.ground, number_rule, f"{book}.new_number", count, today=today, natives={}
            )
        if key_rule is not None:
            keys = (
                numbers
                if key_rule.by == "number"
                else taken_many(
                    connection, self.ground, key_rule, f"{book}.new_key", count, today=today, natives={}
                )
            )
        if (number_rule is None or number_rule.by == "key") and self._number_is_key():
            numbers = [key if number is None else number for key, number in zip(keys, numbers, strict=True)]
        return list(zip(keys, numbers, strict=True))

    def _number_is_key(self) -> bool:
        column = self.plan.header.fields["number"].column
        return column is not None and column.name == self.plan.header.keys[-1].name

    def drafted(self, connection: Connection, order: O, allowed: Collection[str] = ()) -> Drafted[O]:
        """The order in native values, or its refusal; nothing is written yet, and neither key nor number is there."""
        said = self._said(order)
        self._refuse_own_values(order, allowed)
        self._refuse_unheld(said, said, self.header, allowed)
        natives = self.header.natives(connection, said)
        now = self.office.now()
        if self._rows.possible:
            rows = self._rows.of(connection, order.lines, now)
            if rows is not None:
                return Drafted(order, now, said, natives, (), rows)
        lines = [self._drafted_line(connection, line, allowed) for line in order.lines]
        return Drafted(order, now, said, natives, lines)

    def _drafted_line(self, connection: Connection, line: OrderLine, allowed: Collection[str]) -> DraftedLine:
        said = self._said_of_line(line)
        self._refuse_unheld(said, said, self.lines, allowed)
        return DraftedLine(line, said, self.lines.natives(connection, said))

    def look_up(self, connection: Connection, orders: Sequence[O]) -> None:
        """Ask for all keys that these orders need, as many as can be by one statement."""
        said = self.header.look_up
        said(connection, [{name: getattr(order, name, None) for name in _LOOKED_UP} for order in orders])
        said = self.lines.look_up
        said(
            connection,
            [{"product": line.product, "unit": line.unit} for each in orders for line in each.lines],
        )

    def keep(self, connection: Connection, drafted: Drafted[O], number: Any, key: Any) -> tuple[Any, ...]:
        """Insert a drafted order with its lines under this number; answers with its native key."""
        order, said, natives = drafted.order, drafted.said, drafted.natives
        if number != said.get("number"):
            said["number"] = number
            natives |= self.header.natives(connection, said, ["number"])
        context = Context(said=said, now=drafted.now)
        context.natives |= parameters(natives)
        cells = self.header.columns(natives)
        column = self.plan.header.fields["number"].column
        if number is None and column is not None:
            cells.pop(column.name, None)
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
        shared = cells if self.flat else {}
        if drafted.rows:
            self._rows.insert(connection, drafted.rows, self.plan.lines.parent_key(whole))
        for line in drafted.lines:
            self._insert_drafted(connection, line, whole, context, shared)
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
        drafted = self._drafted_line(connection, line, allowed)
        return self._insert_drafted(connection, drafted, order_key, above, shared)

    def _insert_drafted(
        self,
        connection: Connection,
        drafted: DraftedLine,
        order_key: tuple[Any, ...],
        above: Context,
        shared: Mapping[str, Any],
    ) -> str:
        cells, context = self._line_cells(connection, drafted, order_key, above, shared)
        children = self.plan.lines
        own = self._line_key
        given = self.lines.insert(connection, cells, context, own if own not in cells else None)
        cells.setdefault(own, given)
        whole = tuple(cells.get(part.name) for part in children.plan.keys)
        context.natives |= {"key": cells[own], "order_key": order_key[-1]}
        self.lines.after(connection, "insert", context)
        return self.plan.line_id(whole)

    @cached_property
    def _line_key(self) -> str:
        return [self.plan.lines.plan.keys[place].name for place in self.plan.line_keys][-1]

    def _line_cells(
        self,
        connection: Connection,
        drafted: DraftedLine,
        order_key: tuple[Any, ...],
        above: Context,
        shared: Mapping[str, Any],
    ) -> tuple[dict[str, Any], Context]:
        """The cells of a new line, its key among them unless the database gives it."""
        rows = self.plan.rows.lines
        context = Context(said=drafted.said, now=above.now)
        context.natives |= {f"order_{name}": value for name, value in above.natives.items()}
        context.natives |= parameters(drafted.natives)
        cells = {**shared, **self.lines.columns(drafted.natives)}
        children = self.plan.lines
        cells |= zip((part.name for part in children.parent), children.parent_key(order_key), strict=True)
        context.natives |= {
            f"order_{part.name}": value for part, value in zip(self.plan.header.keys, order_key, strict=True)
        }
        cells |= self.lines.given(self.lines.on_insert, context)
        rule = rows.new_key or NewKey(by="position")
        key = (
            drafted.line.position * rows.step
            if rule.by == "position"
            else taken(
                connection,
                self.ground,
                rule,
                f"{self.side.book}.lines.new_key",
                today=self.office.today(),
                natives=context.natives,
            )
        )
        if key is not None:
            cells[self._line_key] = key
        return cells, context


def parameters(natives: Mapping[str, Any]) -> dict[str, Any]:
    """Natives under the names by which the site's SQL may call them."""
    return {name.replace(".", "_"): value for name, value in natives.items()}
