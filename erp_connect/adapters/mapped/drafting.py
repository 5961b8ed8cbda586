"""A draft of a mapping file out of the guesses: what was found, why, and what a person has to settle."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from .guessing import DAYS, EntityGuess, FieldGuess, address_of
from .inspecting import Column, Table
from .vocabulary import looks_like_currency, status_codes, unit_codes
from .words import words_of

__all__ = ["draft"]

_WRITTEN: Final = ("orders", "purchase_orders")
"""Sections by which something can be written."""
_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "orders": frozenset({"number", "customer"}),
    "purchase_orders": frozenset({"number", "supplier"}),
    "products": frozenset({"code"}),
    "shipments": frozenset({"number", "order"}),
    "invoices": frozenset({"number", "order"}),
    "returns": frozenset({"number", "order"}),
    "stock": frozenset({"product", "on_hand"}),
    "prices": frozenset({"product", "amount"}),
}
_TOLD: Final = 12
"""So many different values of a column are shown at most; a column with more may hold names."""
_PERSONAL: Final = frozenset(
    {"name", "street", "str", "city", "ort", "lort", "town", "zip", "plz", "lplz", "postal", "phone", "tel"}
    | {"email", "mail", "contact", "user", "lname", "lstr"}
)
_CENTS: Final = frozenset({"cent", "cts", "ct"})
_BASIS_POINTS: Final = frozenset({"bp", "bps"})


def draft(tables: Mapping[str, Table], guesses: Mapping[str, EntityGuess], *, title: str) -> str:
    """The text of a mapping file, commented, for a person to read, correct and try."""
    said = [
        "# A draft: what the tables look like, not what they mean. Read each line, correct it, and prove it with",
        "#   erp-connect doctor URL --mapping THIS_FILE",
        "format = 1",
        f"name = {_text(title)}",
        '# timezone = "Europe/Berlin"  # where the company\'s days begin; instants without a zone are in it',
        '# currency = "EUR"            # for amounts that have no currency of their own',
    ]
    for entity, guess in guesses.items():
        section = list(_entity(entity, guess, tables, guesses))
        if not _is_whole(entity, guess):
            section = [
                "# Not whole yet: say what is missing, then take the marks away.",
                *map(_marked, section),
            ]
        said += ["", *section]
    used = {each.table.name for each in guesses.values()}
    used |= {each.lines.table.name for each in guesses.values() if each.lines is not None}
    rest = [f"{name} ({table.rows})" for name, table in tables.items() if name not in used]
    if rest:
        said += ["", "# Tables that nothing above uses, with their rows:", *_wrapped(rest)]
    return "\n".join(said) + "\n"


def _is_whole(entity: str, guess: EntityGuess) -> bool:
    """Whether a section says enough to be read by."""
    if entity in _WRITTEN and guess.lines is None:
        return False
    return _NEEDED.get(entity, frozenset({"number"})) <= guess.fields.keys() and bool(
        guess.table.key or "number" in guess.fields
    )


def _marked(line: str) -> str:
    return f"# {line}" if line else "#"


def _entity(
    entity: str, guess: EntityGuess, tables: Mapping[str, Table], guesses: Mapping[str, EntityGuess]
) -> Iterator[str]:
    table = guess.table
    more = f"; it might also be {', '.join(guess.also)}" if guess.also else ""
    yield f"[{entity}]  # {table.name}, {table.rows} rows: {'; '.join(guess.reasons)}{more}"
    flat = guess.lines is not None and guess.lines.table is table
    yield f"table = {_text(table.name)}"
    if table.is_view and entity in _WRITTEN:
        yield "read_only = true  # a view"
    yield from _key(guess, flat)
    yield from _deleted(table)
    if "stamp" in guess.fields:
        yield "# the place for what finds a write again whose answer was lost; nobody else may use it"
        yield from _field(guess.fields["stamp"], tables, guesses)
    versions = _versions(table) if entity in _WRITTEN and not table.is_view else []
    if versions:
        yield f"version = {_text(versions[0])}"
    yield ""
    yield f"[{entity}.fields]"
    for name, each in guess.fields.items():
        if name != "stamp":
            yield from _field(each, tables, guesses)
    yield from _addresses(entity, guess)
    if not table.is_view and entity in _WRITTEN:
        yield from _writing(entity, guess)
    if guess.lines is not None:
        yield from _lines(entity, guess, guess.lines, tables, guesses)


def _key(guess: EntityGuess, flat: bool) -> Iterator[str]:
    table = guess.table
    if flat:
        yield "flat = true  # each row is a line; what belongs to the order stands on all of its rows"
        yield f"key = {_text(table.key[0])}"
    elif table.key:
        yield f"key = {_names(table.key)}"
    else:
        number = guess.fields.get("number")
        told = _text(number.column.name) if number else '"?"'
        yield f"key = {told}  # no primary key is declared: say which columns name a row"


def _deleted(table: Table) -> Iterator[str]:
    for column in table.columns.values():
        words = words_of(column.name)
        if "deleted" not in words:
            continue
        if column.kind in ("instant", "date"):
            yield f"deleted = {{ column = {_text(column.name)}, value = {{ sql = 'CURRENT_TIMESTAMP' }} }}"
        else:
            live = next(iter(column.values), 0)
            gone = "true" if column.kind == "boolean" else "1"
            yield f"deleted = {{ column = {_text(column.name)}, value = {gone}, live = {_value(live)} }}"
        return


def _field(
    guess: FieldGuess, tables: Mapping[str, Table], guesses: Mapping[str, EntityGuess]
) -> Iterator[str]:
    column, name = guess.column, guess.field
    options = dict(_options(name, column, tables, guesses))
    unknown = [code for code, ours in options.get("codes", {}).items() if ours is None]
    if "codes" in options:
        options["codes"] = {code: ours for code, ours in options["codes"].items() if ours is not None}
        if not options["codes"]:
            del options["codes"]
    key = _text(name) if "." in name else name
    key = name if name.startswith("quantities.") else key
    short = key.removeprefix("quantities.")
    if options:
        inner = ", ".join(f"{option} = {_value(value)}" for option, value in options.items())
        yield f"{short} = {{ column = {_text(column.name)}, {inner} }}  # {'; '.join(guess.reasons)}"
    else:
        yield f"{short} = {_text(column.name)}  # {'; '.join(guess.reasons)}"
    if unknown:
        yield f"#   say what these mean: {', '.join(_text(code) for code in unknown)}"


def _options(
    name: str, column: Column, tables: Mapping[str, Table], guesses: Mapping[str, EntityGuess]
) -> Iterator[tuple[str, Any]]:
    if column.refers is not None:
        yield "lookup", _lookup(column.refers, tables, guesses, name)
        return
    texts = list(column.texts)
    if name in DAYS and column.kind in ("text", "integer"):
        yield "format", "%Y%m%d"
        nothing = [value for value in column.values if not str(value).strip("0 ")]
        if nothing:
            yield "empty", nothing
    if name == "status" and texts:
        yield "codes", status_codes(texts)
    if name == "unit" and texts:
        yield "codes", unit_codes(texts)
    if column.kind == "float":
        yield "decimals", _decimals(column)
    words = words_of(column.name)
    if words & _CENTS or (words & _BASIS_POINTS and name == "discount"):
        yield "divide_by", 100
    yield from _padding(column, texts)


def _lookup(
    refers: tuple[str, str], tables: Mapping[str, Table], guesses: Mapping[str, EntityGuess], name: str
) -> Any:
    for entity, guess in guesses.items():
        if guess.table.name.rpartition(".")[2] == refers[0] and entity in (
            "customers",
            "suppliers",
            "products",
        ):
            return entity
    table = next((each for each in tables.values() if each.name.rpartition(".")[2] == refers[0]), None)
    texts = [each for each in table.columns.values() if each.kind == "text"] if table else []
    if name == "currency":
        texts = [each for each in texts if looks_like_currency(each.texts)] or texts
    texts.sort(key=lambda each: (not each.unique, not words_of(each.name) & {"code", "no", "number", "iso"}))
    return {"table": refers[0], "key": refers[1], "value": texts[0].name if texts else "?"}


def _decimals(column: Column) -> int:
    """The places that the sample needs, where it looks as if somebody meant so many."""
    found = 0
    for value in column.values:
        exponent = Decimal(repr(value)).normalize().as_tuple().exponent if isinstance(value, float) else 0
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        found = max(found, places if places <= 6 else 3)
    return max(found, 2)


def _padding(column: Column, texts: list[str]) -> Iterator[tuple[str, Any]]:
    width = getattr(column.type, "length", None)
    if not isinstance(column.type, sa.CHAR) or not isinstance(width, int) or width < 2 or not texts:
        return
    if any(text.startswith(" ") and text.strip() for text in texts):
        yield "pad", width
        yield "pad_left", True
    elif any(text != text.rstrip() for text in texts):
        yield "pad", width


def _addresses(entity: str, guess: EntityGuess) -> Iterator[str]:
    parts = _address(entity, guess)
    if parts:
        inner = ", ".join(
            f"{name} = [{_text(each.column.name)}]"
            if name == "lines"
            else f"{name} = {_text(each.column.name)}"
            for name, each in parts.items()
        )
        yield f"{'ship_to' if 'order' in entity else 'address'} = {{ {inner} }}"


def _address(entity: str, guess: EntityGuess) -> Mapping[str, FieldGuess]:
    """The columns of the delivery address, or of a party's own."""
    prefixes = ("ship_", "delivery_", "l", "") if "order" in entity else ("",)
    if entity in ("orders", "purchase_orders", "customers", "suppliers"):
        for prefix in prefixes:
            parts = address_of(guess.table, prefix)
            if "city" in parts and len(parts) >= 3:
                return parts
    return {}


def _of_address(entity: str, guess: EntityGuess) -> set[str]:
    return {each.column.name for each in _address(entity, guess).values()}


def _versions(table: Table) -> list[str]:
    return [
        name
        for name, column in table.columns.items()
        if column.kind == "integer" and words_of(name) & {"version", "rowversion", "rev"}
    ]


def _writing(entity: str, guess: EntityGuess) -> Iterator[str]:
    table = guess.table
    mapped = (
        {each.column.name for each in guess.fields.values()}
        | set(_versions(table))
        | _of_address(entity, guess)
    )
    if guess.lines is not None and guess.lines.table is table:
        mapped |= {each.column.name for each in guess.lines.fields.values()}
    required = [
        column
        for name, column in table.columns.items()
        if name not in mapped and not column.nullable and not column.has_default and name not in table.key
    ]
    yield ""
    yield f"[{entity}.new_key]"
    yield '# by = "database" | "sequence" | "counter" | "uuid" | "sql" | "procedure"'
    yield 'by = "database"  # say how the system makes a new key'
    if required:
        yield ""
        yield f"[{entity}.on_insert]  # columns that must hold something and have no field above"
        for column in required:
            yield f'# {column.name} = "?"  # {_described(column)}'


def _lines(
    entity: str,
    guess: EntityGuess,
    lines: EntityGuess,
    tables: Mapping[str, Table],
    guesses: Mapping[str, EntityGuess],
) -> Iterator[str]:
    table = lines.table
    yield ""
    yield f"[{entity}.lines]  # {table.name}, {table.rows} rows: {'; '.join(lines.reasons)}"
    if table is not guess.table:
        yield f"table = {_text(table.name)}"
        parent = ", ".join(f"{ours} = {_text(theirs)}" for ours, theirs in lines.parent.items())
        yield f"parent = {{ {parent} }}"
        own = [part for part in table.key if part not in lines.parent] or list(table.key)
        place = lines.fields.get("position")
        if own:
            yield f"key = {_names(own)}"
        elif place is not None:
            yield f"key = {_text(place.column.name)}  # no primary key is declared; its name says a line's number"
        else:
            yield 'key = "?"  # no primary key is declared: say which columns tell lines apart'
    else:
        yield f"key = {_names(table.key[1:])}"
    yield from _deleted(table) if table is not guess.table else ()
    if "position" in lines.fields:
        yield from _field(lines.fields["position"], tables, guesses)
    yield ""
    yield f"[{entity}.lines.fields]"
    for name, each in lines.fields.items():
        if name != "position":
            yield from _field(each, tables, guesses)
    mapped = {each.column.name for each in lines.fields.values()} | set(lines.parent)
    if table is guess.table or table.is_view:
        return
    required = [
        column
        for name, column in table.columns.items()
        if name not in mapped and not column.nullable and not column.has_default and name not in table.key
    ]
    if required:
        yield ""
        yield f"[{entity}.lines.on_insert]"
        for column in required:
            yield f'# {column.name} = "?"  # {_described(column)}'


def _described(column: Column) -> str:
    """The type, and the values where these are codes; what may be a name or an address is not shown."""
    few = [str(value).strip() for value in column.values]
    codes = len(few) <= _TOLD and all(len(each) <= 12 and " " not in each for each in few)
    told = (
        f", holds {', '.join(each or 'blanks' for each in few)}"
        if few and codes and not _is_personal(column)
        else ""
    )
    return f"{column.type}{told}"


def _is_personal(column: Column) -> bool:
    return bool(words_of(column.name) & _PERSONAL)


def _names(names: Iterable[str]) -> str:
    found = list(names)
    return _text(found[0]) if len(found) == 1 else f"[{', '.join(_text(each) for each in found)}]"


def _wrapped(names: list[str]) -> Iterator[str]:
    line = "#"
    for name in names:
        if len(line) + len(name) > 110:
            yield line
            line = "#"
        line += f" {name}"
    yield line


def _text(said: str) -> str:
    return json.dumps(said, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        inner = ", ".join(
            f"{name if name.isidentifier() and name.isascii() else _text(name)} = {_value(each)}"
            for name, each in value.items()
        )
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(each) for each in value)}]"
    return _text(str(value))
