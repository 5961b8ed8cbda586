"""Reading a mapping file: TOML into the parts of :mod:`.format`, each mistake with its place and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar, get_origin
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from ...errors import MappingError
from ...settings import nearest
from . import format as words
from .format import (
    FORMAT,
    AddressKey,
    AddressParts,
    AddressRows,
    Also,
    Cancel,
    ChildRows,
    Deleted,
    Kind,
    LineRows,
    Lookup,
    MasterRows,
    NewKey,
    OrderRows,
    PaperRows,
    Part,
    Rows,
    Scalar,
    Setting,
    Several,
    Source,
)
from .toml import read_toml, wrong

P = TypeVar("P", bound=Part)
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$#]*")
_QUALIFIED: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_$#]*)\.([A-Za-z_][A-Za-z0-9_$#]*)")
_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
PAPERS: Final = ("shipments", "invoices", "returns", "goods_receipts")
_TOP: Final = frozenset(
    {
        *("format", "name", "timezone", "currency", "settings"),
        *("customers", "suppliers", "products", "orders", "purchase_orders", "stock", "prices", *PAPERS),
    }
)


@dataclass(frozen=True, kw_only=True)
class MappingFile:
    """A mapping file, read and checked as far as that goes without the database."""

    path: str
    name: str
    zone: ZoneInfo | None = None
    currency: str | None = None
    settings: Mapping[str, Scalar] = field(default_factory=dict)
    orders: OrderRows | None = None
    purchase_orders: OrderRows | None = None
    customers: MasterRows | None = None
    suppliers: MasterRows | None = None
    products: MasterRows | None = None
    stock: Rows | None = None
    prices: Rows | None = None
    papers: Mapping[str, PaperRows] = field(default_factory=dict)
    addresses: Mapping[str, AddressRows] = field(default_factory=dict)

    def section(self, name: str) -> Any:
        """The section called so, or ``None``."""
        return self.papers.get(name) if name in PAPERS else getattr(self, name)

    def wrong(self, path: str, said: str, hint: str | None = None) -> MappingError:
        """The error for a place in this file."""
        return wrong(self.path, path, said, hint)


def read_mapping(file: str) -> MappingFile:
    """Read a mapping file.

    Raises ``ConfigurationError`` for a file that is not there, ``MappingError`` for what it says wrongly.
    """
    return _Reader(file).file(read_toml(file))


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file

    def fail(self, path: str, said: str, hint: str | None = None) -> NoReturn:
        raise wrong(self._file, path, said, hint)

    # -- the file ------------------------------------------------------------------------------------------

    def file(self, data: Mapping[str, Any]) -> MappingFile:
        tables = {name for name, value in data.items() if isinstance(value, dict)}
        addresses = tables - _TOP
        if data.get("format") != FORMAT:
            self.fail(
                "format", f"this library reads format {FORMAT}", f"begin the file with: format = {FORMAT}"
            )
        for name in data:
            if name not in _TOP and (name not in addresses or not name.endswith("addresses")):
                self.fail(
                    name or '""',
                    f"there is no section or key of this name{nearest(name, _TOP | {'addresses'})}",
                )
        found: dict[str, Any] = {"path": self._file, "name": str(data.get("name") or Path(self._file).stem)}
        if "timezone" in data:
            found["zone"] = self.zone(data["timezone"], "timezone")
        if "currency" in data:
            found["currency"] = self.text(data["currency"], "currency")
        found["settings"] = self.table(data.get("settings", {}), "settings")
        for name in ("orders", "purchase_orders"):
            if name in data:
                found[name] = self.orders(data[name], name)
        for name in ("customers", "suppliers", "products"):
            if name in data:
                found[name] = self.master(data[name], name)
        for name, fields in (("stock", words.STOCK_FIELDS), ("prices", words.PRICE_FIELDS)):
            if name in data:
                found[name] = self.rows(Rows, data[name], name, fields)
        found["papers"] = {name: self.paper(data[name], name) for name in PAPERS if name in data}
        found["addresses"] = {name: self.addresses(data[name], name) for name in sorted(addresses)}
        if not ({"orders", "purchase_orders"} & tables):
            self.fail("", "the file maps no orders", "add a section [orders] or [purchase_orders]")
        return MappingFile(**found)

    def orders(self, data: Any, path: str) -> OrderRows:
        table = dict(self.table(data, path))
        self.known(OrderRows, table, path)
        if "lines" not in table:
            self.fail(path, "there are no lines", f"add a section [{path}.lines]")
        flat = table.get("flat") is True
        sales = path == "orders"
        fields = words.ORDER_FIELDS if sales else words.PURCHASE_FIELDS
        line_fields = words.LINE_FIELDS if sales else words.PURCHASE_LINE_FIELDS
        addresses = ("ship_to", "bill_to") if sales else ("ship_to",)
        table["lines"] = self.lines(table["lines"], f"{path}.lines", line_fields, flat, table)
        for name in ("version", "stamp"):
            if name in table:
                at = f"{path}.{name}"
                table[name] = self.of_kind(self.source(table[name], at), "text", at)
        named = self.items(table.pop("references", []), f"{path}.references")
        table["references"] = tuple(
            (
                self.text(item.get("kind"), f"{at}.kind"),
                self.of_kind(self.source(item.get("value"), f"{at}.value"), "text", f"{at}.value"),
            )
            for at, item in named
        )
        for name in ("hold", "release"):
            if name in table:
                table[name] = self.part(Setting, table[name], f"{path}.{name}")
        self.writing(table, path)
        made = self.rows(OrderRows, table, path, fields, addresses=addresses, several=("notes",))
        if made.flat and made.table is None:
            self.fail(path, "flat = true needs a table")
        return made

    def lines(
        self, data: Any, path: str, fields: Mapping[str, Any], flat: bool, above: Mapping[str, Any]
    ) -> LineRows:
        table = dict(self.table(data, path))
        if flat:
            for name in ("table", "alias", "joins", "where"):
                if name in above:
                    table.setdefault(name, above[name])
            keys = above.get("key", [])
            keys = [keys] if isinstance(keys, str) else keys
            if isinstance(keys, list):  # what else it is, is refused with the header
                table.setdefault("parent", {key: key for key in keys if isinstance(key, str)})
        if "position" in table:
            at = f"{path}.position"
            table["position"] = self.of_kind(self.source(table["position"], at), "decimal", at)
        self.writing(table, path)
        return self.rows(LineRows, table, path, fields)

    def writing(self, table: dict[str, Any], path: str) -> None:
        """The parts that say what is written besides the fields."""
        for name in ("new_key", "new_number"):
            if name in table:
                table[name] = self.part(NewKey, table[name], f"{path}.{name}")
        if "cancel" in table:
            table["cancel"] = self.part(Cancel, table["cancel"], f"{path}.cancel")
        table["also"] = tuple(
            self.part(Also, item, at) for at, item in self.items(table.pop("also", []), f"{path}.also")
        )

    def master(self, data: Any, path: str) -> MasterRows:
        table = dict(self.table(data, path))
        product = path == "products"
        children: dict[str, Callable[[Any, str], Any]] = (
            {
                "units": lambda data, at: self.rows(ChildRows, data, at, words.UNIT_FIELDS),
                "codes": lambda data, at: self.rows(ChildRows, data, at, words.CODE_FIELDS),
            }
            if product
            else {
                "ship_to": lambda data, at: self.rows(ChildRows, data, at, words.ADDRESS_PARTS, street=True)
            }
        )
        for name, read in children.items():
            if name in table:
                table[name] = read(table[name], f"{path}.{name}")
        fields = words.PRODUCT_FIELDS if product else words.PARTY_FIELDS
        return self.rows(MasterRows, table, path, fields, addresses=() if product else ("address",))

    def paper(self, data: Any, path: str) -> PaperRows:
        table = dict(self.table(data, path))
        header, line = words.PAPER_FIELDS[path], words.PAPER_LINE_FIELDS[path]
        if "lines" in table:
            table["lines"] = self.rows(ChildRows, table["lines"], f"{path}.lines", line)
        else:
            header = {**header, **line}
        if "packages" in table:
            table["packages"] = self.rows(
                ChildRows, table["packages"], f"{path}.packages", words.PACKAGE_FIELDS
            )
        return self.rows(PaperRows, table, path, header, addresses=("ship_to",), several=("tracking_number",))

    def addresses(self, data: Any, path: str) -> AddressRows:
        table = dict(self.table(data, path))
        if "new_key" in table:
            table["new_key"] = self.part(NewKey, table["new_key"], f"{path}.new_key")
        return self.rows(AddressRows, table, path, words.ADDRESS_PARTS, street=True)

    # -- sections ------------------------------------------------------------------------------------------

    def rows(
        self,
        model: type[P],
        data: Any,
        path: str,
        fields: Mapping[str, Any],
        *,
        addresses: Iterable[str] = (),
        several: Iterable[str] = (),
        street: bool = False,
    ) -> P:
        table = dict(self.table(data, path))
        known: dict[str, Any] = {}
        custom: dict[str, Source] = {}
        plain = set(fields) | ({"lines"} if street else set())
        for name, said in self.flattened(table.pop("fields", {}), f"{path}.fields"):
            at = f"{path}.fields.{name}"
            if name.startswith("custom."):
                custom[name.removeprefix("custom.")] = self.source(said, at)
            elif name in addresses:
                known[name] = self.address(said, at)
            elif (street and name == "lines") or (name in several and isinstance(said, list)):
                known[name] = Several(tuple(self.sources(said, at)))
            elif name in plain:
                known[name] = self.of_kind(self.source(said, at), fields[name], at)
            else:
                near = nearest(name, {*plain, *addresses})
                self.fail(at, f"there is no such field{near}", f"fields here: {', '.join(sorted(plain))}")
        if "deleted" in table:
            table["deleted"] = self.part(Deleted, table["deleted"], f"{path}.deleted")
        if (table.get("table") is None) == (table.get("query") is None):
            self.fail(path, "give either table or query", f'for example table = "{path.partition(".")[0]}"')
        if "query" in table and not table.get("alias"):
            table["alias"] = "q"
        made = self.part(model, {**table, "fields": known, "custom": custom}, path)
        self.once(known, path)
        return made

    def once(self, fields: Mapping[str, Any], path: str) -> None:
        """Two fields that write one column would overwrite each other."""
        owner: dict[str, str] = {}
        for name, source in fields.items():
            if isinstance(source, Source) and source.column is not None:
                other = owner.setdefault(source.column, name)
                if other != name and {other, name} != {"tracking_number", "number"}:
                    at = f"{path}.fields.{name}"
                    hint = f'to read it twice, write one of them as an expression: "({source.column})"'
                    self.fail(at, f"the column {source.column} is the source of {other} already", hint)

    def address(self, data: Any, path: str) -> AddressParts | AddressKey:
        table = self.table(data, path)
        if "entity" in table:
            allowed = ("column", "entity", "where", "on_insert")
            for name in table:
                if name not in allowed:
                    self.fail(f"{path}.{name}", f"unknown key{nearest(name, allowed)}")
            return AddressKey(
                self.text(table.get("column"), f"{path}.column"),
                self.text(table["entity"], f"{path}.entity"),
                table.get("where"),
                self.table(table.get("on_insert", {}), f"{path}.on_insert"),
            )
        parts: dict[str, Source] = {}
        street: tuple[Source, ...] = ()
        for name, said in table.items():
            at = f"{path}.{name}"
            if name == "lines":
                street = tuple(self.sources(said, at))
            elif name in words.ADDRESS_PARTS:
                parts[name] = self.source(said, at)
            else:
                self.fail(at, f"an address has no such part{nearest(name, {*words.ADDRESS_PARTS, 'lines'})}")
        return AddressParts(parts, street)

    # -- sources -------------------------------------------------------------------------------------------

    def sources(self, data: Any, path: str) -> Iterable[Source]:
        for index, item in enumerate(data if isinstance(data, list) else [data]):
            yield self.source(item, f"{path}[{index}]" if isinstance(data, list) else path)

    def source(self, data: Any, path: str) -> Source:
        if isinstance(data, str):
            data = {"column": data} if _IDENTIFIER.fullmatch(data) else {"sql": data}
        table = dict(self.table(data, path))
        if isinstance(table.get("lookup"), dict):
            table["lookup"] = self.part(Lookup, table["lookup"], f"{path}.lookup")
        if isinstance(table.get("codes"), dict):
            table["codes"] = {str(native): ours for native, ours in table["codes"].items()}
        made = self.part(Source, table, path)
        given = [name for name in ("column", "sql", "value", "shared") if getattr(made, name) is not None]
        if len(given) != 1:
            self.fail(path, "a source is one of column, sql and value", 'for example { column = "name" }')
        for name in ("divide_by", "multiply_by"):
            if getattr(made, name) == 0:
                self.fail(f"{path}.{name}", "the factor is zero")
        if made.zone is not None:
            self.zone(made.zone, f"{path}.zone")
        return made

    def of_kind(self, source: Source, kind: Kind, path: str) -> Source:
        """The source, if such a field can say its constant, or what its codes mean."""
        for at, ours in (("write", source.write or ()), ("codes", (source.codes or {}).values())):
            for word in ours:
                self.word_of_kind(word, kind, f"{path}.{at}")
        if kind not in ("decimal", "plain") and (source.divide_by, source.multiply_by) != (None, None):
            name = "divide_by" if source.divide_by is not None else "multiply_by"
            self.fail(f"{path}.{name}", "only a number can be divided or multiplied")
        value, said = source.value, None
        if value is None:
            return source
        if kind == "decimal":
            said = None if _is_number(value) else "a number"
        elif kind == "boolean":
            said = None if isinstance(value, bool) else "true or false"
        elif kind in ("date", "instant"):
            said = "a column or an expression: no date holds for every row"
        elif kind == "status" and isinstance(value, str):
            self.word_of_kind(value, kind, f"{path}.value")
        elif isinstance(value, bool) or kind == "status":
            said = "a text"
        if said is not None:
            self.fail(f"{path}.value", f"it should be {said}")
        keep = kind in ("decimal", "boolean", "plain") or isinstance(value, str)
        return source if keep else source.model_copy(update={"value": str(value)})

    def word_of_kind(self, word: str, kind: Kind, path: str) -> None:
        """Refuse a word of ours that no field of this kind can say."""
        if kind == "status" and word not in words.STATUSES:
            self.fail(path, f"'{word}' is no status", f"our statuses: {', '.join(words.STATUSES)}")
        if kind == "boolean" and word not in ("true", "false"):
            self.fail(path, f"'{word}' is neither 'true' nor 'false'")
        if kind in ("decimal", "date", "instant"):
            self.fail(
                path, "codes stand for words; write a number or a date out of them as SQL: CASE ... END"
            )

    # -- small pieces --------------------------------------------------------------------------------------

    def part(self, model: type[P], data: Any, path: str) -> P:
        known = model.model_fields
        table = {
            name: [value] if _takes_several(known, name) and not isinstance(value, list | tuple) else value
            for name, value in self.table(data, path).items()
        }
        self.known(model, table, path)
        try:
            return model.model_validate(table)
        except ValidationError as refusal:
            problem = refusal.errors(include_context=False, include_input=False, include_url=False)[0]
        at = ".".join([path, *(str(each) for each in problem["loc"])])
        raise wrong(self._file, at, str(problem["msg"]).replace("Input should", "it should", 1))

    def known(self, model: type[Part], table: Mapping[str, Any], path: str) -> None:
        """Refuse a key that the section does not have."""
        for name in table:
            if name not in model.model_fields:
                near, keys = nearest(name, model.model_fields), ", ".join(model.model_fields)
                self.fail(f"{path}.{name}", f"there is no such key{near}", f"keys here: {keys}")

    def table(self, data: Any, path: str) -> Mapping[str, Any]:
        if not isinstance(data, Mapping):
            self.fail(path, "this should be a table", f"for example [{path}]")
        return data

    def items(self, data: Any, path: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
        if not isinstance(data, list):
            self.fail(path, "this should be a list of tables", f"for example [[{path}]]")
        for index, item in enumerate(data):
            yield f"{path}[{index}]", self.table(item, f"{path}[{index}]")

    def flattened(self, data: Any, path: str) -> Iterable[tuple[str, Any]]:
        """The fields, those of ``contact`` and ``custom`` by their dotted names."""
        for name, said in self.table(data, path).items():
            if name in ("custom", "contact") and isinstance(said, dict):
                yield from ((f"{name}.{inner}", each) for inner, each in said.items())
            else:
                yield name, said

    def text(self, data: Any, path: str) -> str:
        if not isinstance(data, str) or not data.strip():
            self.fail(path, "this should be a text")
        return data

    def zone(self, data: Any, path: str) -> ZoneInfo:
        name = self.text(data, path)
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            self.fail(path, f"there is no time zone of this name{nearest(name, available_timezones())}")


def _is_number(value: Scalar) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return not isinstance(value, bool)


def _takes_several(fields: Mapping[str, FieldInfo], name: str) -> bool:
    return name in fields and get_origin(fields[name].annotation) is tuple


def qualified(text: str) -> tuple[str, str] | None:
    """``alias.column`` taken apart; ``None`` for any other text."""
    found = _QUALIFIED.fullmatch(text)
    return (found[1], found[2]) if found else None
