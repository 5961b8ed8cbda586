"""A section of the mapping made ready: which columns are read, how a row becomes values, and what finds it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row

from ...errors import MappingError
from ...models import OrderStatus
from .compiling import Reading, Values, remembered, values_reader
from .file import qualified
from .format import AddressKey, AddressParts, AddressRows, Kind, Lookup, Rows, Several, Source
from .natives import codec
from .parts import Field, Found, Ground, KeyPart, literal, part_of_id
from .statements import Conditions, fetch
from .tables import Column, Table
from .texts import Unmapped

__all__ = ["Field", "Ground", "KeyPart", "Plan", "address_plan"]

_NUMBERS: Final = ("integer", "decimal", "float")
ADDRESS: Final = ("name", "city", "postal_code", "country", "region", "contact", "phone", "email", "gln")


class Plan:
    """How the rows of one section are read."""

    def __init__(
        self,
        ground: Ground,
        rows: Rows,
        path: str,
        kinds: Mapping[str, Kind],
        *,
        more: Mapping[str, tuple[Source, Kind]] | None = None,
    ) -> None:
        self._file, self._settings = ground.file, ground.settings
        self._dialect, self._quote = ground.dialect, ground.tables.quote
        self.rows, self.path = rows, path
        self.table: Table | None = None
        if rows.table is not None:
            self.table = ground.tables.get(ground.connection, rows.table, self.failing(f"{path}.table"))
        self.alias = rows.alias or (rows.table or "q").rpartition(".")[2]
        self.quoted_alias = self._quote(self.alias)
        own = self.table.quoted if self.table is not None else f"({rows.query})"
        self.joins: list[str] = []
        self.fields: dict[str, Field] = {}
        self.several: dict[str, list[str]] = {}
        self.addresses: dict[str, AddressParts | AddressKey] = {}
        self._ground = ground
        self.keys = [self.key_part(name) for name in rows.key]
        if not self.keys:
            self.keys = self._declared_key()
        for name, said in rows.fields.items():
            self._add(name, said, kinds)
        for name, source in rows.custom.items():
            self.add(f"custom.{name}", source, "plain", f"{path}.fields.custom.{name}")
        for name, (source, kind) in (more or {}).items():
            self.add(name, source, kind, f"{path}.{name}")
        self.source = " ".join([f"{own} {self.quoted_alias}", rows.joins, *self.joins]).strip()
        self._finish()

    # -- putting it together -------------------------------------------------------------------------------

    def failing(self, path: str) -> Callable[[str], MappingError]:
        """Makes errors for a place in the file."""
        return lambda said: self._file.wrong(path, said)

    def key_part(self, name: str, path: str = "key") -> KeyPart:
        """A column of this section's table, as part of a key."""
        if self.table is None:
            return KeyPart(name=name, sql=f"{self.quoted_alias}.{self._quote(name)}", kind=None)
        column = self.table.column(name, self.failing(f"{self.path}.{path}"))
        return KeyPart(
            name=column.name,
            sql=f"{self.quoted_alias}.{self._quote(column.name)}",
            kind=column.kind,
            blanks=column.fixed and self._dialect != "sqlite",
        )

    def _declared_key(self) -> list[KeyPart]:
        if self.table is not None and self.table.unique and not self.table.is_view:
            return [self.key_part(name) for name in sorted(next(iter(self.table.unique)))]
        return []

    def _add(self, name: str, said: Any, kinds: Mapping[str, Kind]) -> None:
        at = f"{self.path}.fields.{name}"
        if isinstance(said, Source):
            self.add(name, said, kinds[name], at)
        elif isinstance(said, Several):
            self.several[name] = []
            for index, source in enumerate(said.sources):
                self.several[name].append(f"{name}.{index}")
                self.add(f"{name}.{index}", source, "text", f"{at}[{index}]")
        elif isinstance(said, AddressParts):
            self.addresses[name] = said
            self._add_parts(name, said)
        elif isinstance(said, AddressKey):
            self.addresses[name] = said
            self._add_address(name, said, at)

    def _add_parts(self, name: str, said: AddressParts) -> None:
        at = f"{self.path}.fields.{name}"
        for part, source in said.parts.items():
            kind: Kind = "country" if part == "country" else "text"
            self.add(f"{name}.{part}", source, kind, f"{at}.{part}")
        for index, source in enumerate(said.lines):
            self.add(f"{name}.lines.{index}", source, "text", f"{at}.lines[{index}]")

    def _add_address(self, name: str, said: AddressKey, at: str) -> None:
        """The address of a key: joined as a table of its own, so that its fields may be any expressions."""
        section = self._file.addresses.get(said.section)
        if section is None:
            known = ", ".join(self._file.addresses) or "none"
            raise self._file.wrong(
                f"{at}.entity", f"there is no section [{said.section}]; there are: {known}"
            )
        inner = address_plan(self._ground, section, said.section)
        if len(inner.keys) != 1:
            raise self._file.wrong(f"{said.section}.key", "an address has a key of one column")
        alias = self._quote(f"erp_{name}")
        columns = [f"{inner.keys[0].sql} AS erp_key"]
        places: list[tuple[str, Field]] = []
        for index, (part, field) in enumerate(inner.fields.items()):
            columns.append(f"{field.sql} AS erp_{index}")
            places.append((part, field))
        wheres = [f"({text})" for text in inner.always()]
        where = f" WHERE {' AND '.join(wheres)}" if wheres else ""
        key = self.key_part(said.column, f"fields.{name}.column")
        derived = f"(SELECT {', '.join(columns)} FROM {inner.source}{where})"  # noqa: S608 (the site's own SQL)
        self.joins.append(f"LEFT JOIN {derived} {alias} ON {alias}.erp_key = {key.sql}")
        for index, (part, field) in enumerate(places):
            sql = f"{alias}.erp_{index}"
            self.fields[f"{name}.{part}"] = Field(
                name=f"{name}.{part}", source=field.source, cell=field.cell, sql=sql, base=sql, address=True
            )

    def add(self, name: str, source: Source, kind: Kind, at: str) -> None:
        """One more field."""
        column: Column | None = None
        if source.column is not None:
            part = self.key_part(source.column, at.removeprefix(f"{self.path}."))
            base = part.sql
            column = self.table.columns.get(part.name) if self.table is not None else None
        else:
            base = self._expression(source.sql, at)
            taken = qualified(source.sql or "")
            if taken is not None and taken[0] == self.alias and self.table is not None:
                column = self.table.column(taken[1], self.failing(at))
        self._check_float(source, kind, column, at)
        found, sql = None, base
        if source.lookup is not None:
            found = self._found(source.lookup, at)
            where = "".join(f" AND ({text})" for text in found.where)
            sql = f"(SELECT {found.value} FROM {found.source} WHERE {found.key} = {base}{where})"  # noqa: S608
        factor = f"({source.divide_by})" if isinstance(source.divide_by, str) else None
        times = f"({source.multiply_by})" if isinstance(source.multiply_by, str) else None
        cell = codec(
            source,
            kind,
            column if found is None else None,
            at,
            zone=self._file.zone,
            lenient_floats=self._dialect == "sqlite",
        )
        self.fields[name] = Field(
            name=name,
            source=source,
            cell=cell,
            sql=sql,
            base=base,
            column=column,
            factor=factor,
            times=times,
            found=found,
        )
        if found is not None and name in ("customer", "supplier") and isinstance(source.lookup, str):
            id = codec(Source(sql=base), "text", None, at, zone=None, lenient_floats=True)
            self.fields.setdefault(
                f"{name}_id", Field(name=f"{name}_id", source=Source(sql=base), cell=id, sql=base, base=base)
            )

    def _expression(self, sql: str | None, at: str) -> str:
        if sql is None:
            return "NULL"
        if not sql.strip():
            raise self._file.wrong(at, "the expression is empty")
        return sql if qualified(sql) else f"({sql})"

    def _check_float(self, source: Source, kind: Kind, column: Column | None, at: str) -> None:
        if (
            column is not None
            and column.kind == "float"
            and kind in ("decimal", "plain")
            and source.decimals is None
        ):
            raise self._file.wrong(
                at,
                f"the column {column.name} is a floating-point number",
                "say how many decimals it means: { column = "
                f'"{column.name}", decimals = 3 }}; amounts and quantities are exact',
            )

    def _found(self, lookup: Lookup | str, at: str) -> Found:
        quote = self._quote
        if isinstance(lookup, Lookup):
            table = self._ground.tables.get(
                self._ground.connection, lookup.table, self.failing(f"{at}.lookup.table")
            )
            key = table.column(lookup.key, self.failing(f"{at}.lookup.key"))
            value = table.column(lookup.value, self.failing(f"{at}.lookup.value"))
            return Found(
                key=f"erp_l.{quote(key.name)}",
                value=f"erp_l.{quote(value.name)}",
                source=f"{table.quoted} erp_l",
                where=(lookup.where,) if lookup.where else (),
            )
        rows = self._file.section(lookup) if lookup in ("customers", "suppliers", "products") else None
        if rows is None:
            raise self._file.wrong(f"{at}.lookup", f"there is no section [{lookup}] to look up in")
        number = "code" if lookup == "products" else "number"
        return self._found_in(rows, lookup, number, at)

    def _found_in(self, rows: Rows, section: str, number: str, at: str) -> Found:
        """A look-up in another section: by its number, in its own FROM and conditions."""
        only = rows.model_copy(
            update={"fields": {number: rows.fields[number]} if number in rows.fields else {}, "custom": {}}
        )
        if number not in rows.fields:
            raise self._file.wrong(f"{section}.fields", f"the section has no {number} to look up")
        inner = Plan(self._ground, only, section, {number: "text"})
        if inner.alias == self.alias:
            raise self._file.wrong(
                f"{at}.lookup", f"both sections call their table {self.alias}; give one of them another alias"
            )
        if len(inner.keys) != 1:
            raise self._file.wrong(f"{at}.lookup", f"the key of [{section}] has several columns")
        return Found(
            key=inner.keys[0].sql,
            value=inner.fields[number].sql,
            source=inner.source,
            current=tuple(inner.always()),
        )

    # -- reading -------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        self.columns: list[str] = [key.sql for key in self.keys]
        self.readers: list[Reading] = []
        self._values: dict[int, Values] = {}
        self.constants: dict[str, Any] = {}
        for name, field in self.fields.items():
            if field.constant:
                self.constants[name] = _constant(field.source.value, field.cell.kind)
                continue
            place = len(self.columns)
            self.columns.append(field.sql)
            factor = None
            if field.factor is not None or field.times is not None:
                factor = len(self.columns)
                self.columns += [field.factor or "1", field.times or "1"]
            self.readers.append(Reading(name, place, field.cell.read, factor, field.cell))

    def always(self) -> Iterable[str]:
        """The conditions that every row of the section fulfils."""
        if self.rows.where:
            yield self.rows.where
        deleted = self.rows.deleted
        if deleted is not None:
            part = self.key_part(deleted.column, "deleted.column")
            if deleted.live is None and not isinstance(deleted.value, str | int | bool | Decimal):
                yield f"{part.sql} IS NULL"
            elif deleted.live is None:
                yield f"({part.sql} IS NULL OR {part.sql} <> {literal(deleted.value, part.kind)})"
            else:
                yield f"{part.sql} = {literal(deleted.live, part.kind)}"

    def conditions(self) -> Conditions:
        """Conditions for a new statement on this section, its own among them."""
        made = Conditions(self._dialect, self._settings)
        for text in self.always():
            made.own(text)
        return made

    def fetch(
        self,
        connection: Connection,
        conditions: Conditions,
        *,
        before: Sequence[str] = (),
        order_by: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> Sequence[Row[Any]]:
        """The rows: ``before`` are columns that stand in front of the section's own."""
        return fetch(
            connection,
            [*before, *self.columns],
            self.source,
            conditions,
            self._settings,
            order_by=[key.sql for key in self.keys] if order_by is None else order_by,
            limit=limit,
        )

    def values(self, row: Sequence[Any], warnings: list[str], offset: int = 0) -> dict[str, Any]:
        """What the row says, by field; what is NULL or means nothing is left out."""
        if offset not in self._values:
            self._values[offset] = self._reader(self.remembering(), offset)
        noted = len(warnings)
        try:
            return self._values[offset](row, warnings)
        except TypeError:  # a cell of a kind that cannot be remembered
            del warnings[noted:]
            return self._reader(self.readers, offset)(row, warnings)

    def remembering(self) -> list[Reading]:
        """The readers, each remembering what it has read of cells that come again and again."""
        return [
            reading._replace(read=remembered(reading.read)) if reading.cell.repeated else reading
            for reading in self.readers
        ]

    def _reader(self, readings: Sequence[Reading], offset: int) -> Values:
        return values_reader(readings, self.constants, offset, self.unmapped)

    def unmapped(self, name: str, value: Unmapped, warnings: list[str]) -> str | None:
        """What a code says that the mapping has no word for: itself, where a text may stand; noted in any case."""
        field = self.fields[name]
        warnings.append(f"{field.cell.path}: the mapping has no word for {str(value)!r}")
        if field.cell.kind in ("text", "unit", "currency", "country", "plain"):
            return str(value)
        return None

    def key_of(self, row: Sequence[Any], offset: int = 0) -> tuple[Any, ...]:
        """The key as the database gives it."""
        return tuple(row[offset : offset + len(self.keys)])

    def id_of(self, key: Sequence[Any], places: Sequence[int] | None = None) -> str:
        """Our id of a native key: its parts (those at ``places``) joined by ``/``."""
        chosen = range(len(self.keys)) if places is None else places
        if len(chosen) == 1:
            return part_of_id(key[chosen[0]], self.keys[chosen[0]])
        parts = [part_of_id(key[place], self.keys[place]) for place in chosen]
        return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)

    def key_from(self, id: str) -> tuple[Any, ...] | None:
        """The key in an id of ours; ``None`` for what cannot be one."""
        parts = id.split("/") if len(self.keys) > 1 else [id]
        if len(parts) != len(self.keys) or "\x00" in id:
            return None
        found: list[Any] = []
        for part, key in zip(parts, self.keys, strict=True):
            text = part.replace("%2F", "/").replace("%25", "%") if len(self.keys) > 1 else part
            if key.kind == "integer":
                if not (text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 20):
                    return None
                found.append(int(text))
            elif key.kind in ("decimal", "float"):
                if not text.replace(".", "", 1).isdigit():
                    return None
                found.append(Decimal(text))
            else:
                found.append(text)
        return tuple(found)


def _constant(value: Any, kind: str) -> Any:
    """A constant of the file as what its field holds, so that nobody has to ask whether it came from a column."""
    if kind == "decimal" and not isinstance(value, bool):
        return Decimal(str(value))
    return OrderStatus(value) if kind == "status" else value


def address_plan(ground: Ground, section: AddressRows, path: str) -> Plan:
    """The plan of a section of addresses."""
    fields: dict[str, Any] = dict(section.fields)
    street = fields.pop("lines", None)
    kinds: dict[str, Kind] = {name: "country" if name == "country" else "text" for name in fields}
    plan_rows = section.model_copy(update={"fields": {**fields, **({"lines": street} if street else {})}})
    return Plan(ground, plan_rows, path, kinds)
