"""Guesses at which table is which, and which column holds what, each with its reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from .inspecting import Column, Table
from .words import COLUMNS, LINES, PURCHASES, TABLES, Name, words_of

__all__ = ["EntityGuess", "FieldGuess", "guessed"]

_GOOD: Final = 0.55
"""Below this a guess is only told, not made."""
DAYS: Final = ("order_date", "requested", "shipped_on", "invoiced_on")
"""Fields that are days."""
_YMD: Final = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|0{8}|\s*")
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(DAYS, ("date", "instant", "text", "integer")),
    **dict.fromkeys(("created_at", "modified_at"), ("instant", "date")),
    **dict.fromkeys(
        ("net", "tax", "gross", "price", "discount", "credit_limit"), ("decimal", "float", "integer")
    ),
    **dict.fromkeys(("price_per", "position"), ("integer", "decimal", "float")),
    **dict.fromkeys(("currency", "unit", "country", "product", "customer"), ("text", "integer")),
    **dict.fromkeys(("customer_po", "name", "description", "email", "notes", "stamp"), ("text",)),
}
_SORTS: Final = {
    **COLUMNS,
    "purchase_orders": PURCHASES,
    **dict.fromkeys(("customers", "suppliers"), COLUMNS["parties"]),
}
_COUNTS: Final = ("decimal", "float", "integer")


@dataclass(frozen=True, slots=True)
class FieldGuess:
    """A column that may hold a field."""

    field: str
    column: Column
    score: float
    reasons: tuple[str, ...]


@dataclass(slots=True)
class EntityGuess:
    """A table that may be an entity's, and its columns' meanings."""

    entity: str
    table: Table
    score: float
    reasons: list[str]
    fields: dict[str, FieldGuess] = field(default_factory=dict)
    lines: EntityGuess | None = None
    parent: Mapping[str, str] = field(default_factory=dict)
    """Of a line table: its column to the header's."""
    also: tuple[str, ...] = ()
    """Other tables that it may be."""


def guessed(tables: Mapping[str, Table]) -> dict[str, EntityGuess]:
    """The entities that the tables seem to hold."""
    found: dict[str, EntityGuess] = {}
    for entity in TABLES:
        best = list(_candidates(entity, tables))
        if "orders" in found:
            _prefer_its_like(best, found["orders"].table)
        best.sort(key=lambda each: -each.score)
        best = [each for each in best if not any(each.table is other.table for other in found.values())]
        if best and best[0].score >= _GOOD:
            best[0].also = tuple(each.table.name for each in best[1:4])
            found[entity] = best[0]
    for entity in ("orders", "purchase_orders", "shipments", "invoices"):
        if entity in found:
            _with_lines(found[entity], tables, found)
    for entity, guess in found.items():
        guess.fields = _fields(_SORTS.get(entity, {}), guess.table, found)
        if guess.lines is not None:
            lines = "lines" if entity in ("orders", "purchase_orders") else "paper_lines"
            guess.lines.fields = _fields(COLUMNS[lines], guess.lines.table, found)
    return found


def _prefer_its_like(guesses: Iterable[EntityGuess], orders: Table) -> None:
    """Who shows orders by a view shows the rest by views."""
    for each in guesses:
        if orders.is_view and each.table.is_view:
            each.score += 0.05
            each.reasons.append("a view, as the orders are")


def address_of(table: Table, prefix: str = "") -> dict[str, FieldGuess]:
    """The columns of a table that look like the parts of an address."""
    columns = {
        name: column
        for name, column in table.columns.items()
        if not prefix or name.lower().startswith(prefix)
    }
    narrowed = Table(name=table.name, columns=columns, key=table.key, rows=table.rows)
    return _fields(COLUMNS["address"], narrowed, {})


def _candidates(entity: str, tables: Mapping[str, Table]) -> Iterator[EntityGuess]:
    for table in tables.values():
        score, fits = _named(words_of(table.name.rpartition(".")[2]), TABLES[entity])
        if fits is None:
            continue
        reasons = [_because(fits)]
        is_line = bool(words_of(table.name) & LINES - fits.words)
        if is_line and entity in ("orders", "purchase_orders", "customers", "products"):
            score -= 0.3
            reasons.append("but its name is that of lines")
        if table.rows == 0:
            score -= 0.2
            reasons.append("but it is empty")
        if entity in ("orders", "purchase_orders") and not any(
            column.kind in ("date", "instant") or _is_ymd(column) for column in table.columns.values()
        ):
            score -= 0.3
            reasons.append("but no column holds a date")
        yield EntityGuess(entity, table, score, reasons)


def _named(words: frozenset[str], names: Sequence[Name]) -> tuple[float, Name | None]:
    """How well a name fits one of several, and which; earlier ones fit better."""
    best: float = 0.0
    which: Name | None = None
    for place, name in enumerate(names):
        wanted = name.words
        shared = words & wanted
        if wanted <= words:
            score = 1.0 if wanted == words else 0.55 + 0.35 * len(wanted) / len(words)
        elif len(shared) * 2 > len(wanted) and len(wanted) > 1:
            score = 0.35 * len(shared) / len(wanted)
        elif len(wanted) == 1 and any(_begins(word, next(iter(wanted))) for word in words):
            score = 0.4
        else:
            continue
        score -= 0.01 * place
        if score > best:
            best, which = score, name
    return best, which


def _because(fits: Name) -> str:
    return f"its name says {fits.said!r}"


def _begins(word: str, wanted: str) -> bool:
    return len(wanted) > 4 and (word.startswith(wanted) or (wanted.startswith(word) and len(word) > 4))


def _with_lines(guess: EntityGuess, tables: Mapping[str, Table], found: Mapping[str, EntityGuess]) -> None:
    header = guess.table
    best: tuple[float, Table, dict[str, str], list[str]] | None = None
    for table in tables.values():
        if table is header or any(table is other.table for other in found.values()):
            continue
        parent, reasons, score = _tie(table, header)
        if not parent:
            continue
        shared = words_of(table.name) & words_of(header.name)
        if shared or words_of(table.name) & LINES:
            score += 0.3
            reasons.append("its name goes with the header's")
        columns = _fields(COLUMNS["lines"], table, found)
        if "quantities.ordered" in columns:
            score += 0.3
            reasons.append(f"{columns['quantities.ordered'].column.name} looks like a quantity")
        if best is None or score > best[0]:
            best = score, table, parent, reasons
    if best is not None and best[0] >= _GOOD:
        score, table, parent, reasons = best
        guess.lines = EntityGuess("lines", table, score, reasons, parent=parent)
    elif guess.entity in ("orders", "purchase_orders"):
        own = _fields(COLUMNS["lines"], header, found)
        if len(header.key) > 1 and {"product", "quantities.ordered"} <= own.keys():
            guess.reasons.append("each row is a line, with what belongs to the order repeated")
            guess.lines = EntityGuess("lines", header, 0.8, ["product and quantity stand in the same table"])


def _tie(table: Table, header: Table) -> tuple[dict[str, str], list[str], float]:
    """How a table hangs on a header: by a declared foreign key, or by the header's key under the same names."""
    name = header.name.rpartition(".")[2]
    for column in table.columns.values():
        if column.refers is not None and column.refers[0] == name:
            return {column.name: column.refers[1]}, [f"{column.name} refers to {name}"], 0.5
    if header.key and set(header.key) < set(table.columns) and len(table.key) > len(header.key):
        both = {part: part for part in header.key}
        return both, [f"it has {', '.join(header.key)} in its key as {name} has"], 0.4
    if not header.key and table.rows > header.rows:
        numbers = [
            column
            for column, known in header.columns.items()
            if known.of and known.met == len(known.values) == known.of and column in table.columns
        ]
        if numbers:
            return (
                {numbers[0]: numbers[0]},
                [f"{numbers[0]} is different in every row of {name}, and here too"],
                0.3,
            )
    return {}, [], 0.0


def _fields(
    names: Mapping[str, Sequence[Name]], table: Table, found: Mapping[str, EntityGuess]
) -> dict[str, FieldGuess]:
    """For each field the column that fits best; a column is given away once."""
    ranked = sorted(
        (guess for field_ in names for guess in _columns(field_, names[field_], table, found)),
        key=lambda each: -each.score,
    )
    taken: dict[str, FieldGuess] = {}
    for guess in ranked:
        if guess.score >= _GOOD and guess.field not in taken and not _given(guess.column, taken.values()):
            taken[guess.field] = guess
    return {name: taken[name] for name in names if name in taken}


def _given(column: Column, guesses: Iterable[FieldGuess]) -> bool:
    return any(guess.column is column for guess in guesses)


def _columns(
    field_: str, names: Sequence[Name], table: Table, found: Mapping[str, EntityGuess]
) -> Iterator[FieldGuess]:
    wanted = _COUNTS if field_.startswith("quantities.") else _KINDS.get(field_)
    for column in table.columns.values():
        score, fits = _named(words_of(column.name), names)
        if fits is None:
            continue
        reasons = [_because(fits)]
        if wanted is not None and column.kind not in wanted:
            continue
        if column.of and not column.met:
            score -= 0.25
            reasons.append("but nothing stands in it")
        for bonus, said in _evidence(field_, column, found):
            score += bonus
            reasons.append(said)
        yield FieldGuess(field_, column, score, tuple(reasons))


def _evidence(field_: str, column: Column, found: Mapping[str, EntityGuess]) -> Iterator[tuple[float, str]]:
    texts = [text.strip() for text in column.texts]
    if field_ in DAYS and column.kind in ("text", "integer"):
        yield (
            (0.3, "its values are days as YYYYMMDD")
            if _is_ymd(column)
            else (-0.5, "but its values are no days")
        )
    if field_ == "currency" and texts:
        is_code = all(len(text) == 3 and text.isupper() for text in texts)
        yield (
            (0.3, "its values are currency codes")
            if is_code
            else (-0.4, "but its values are no currency codes")
        )
    if field_ == "country" and texts:
        is_code = all(len(text) in (2, 3) and text.isupper() for text in texts)
        yield (
            (0.2, "its values are country codes")
            if is_code
            else (-0.2, "but its values are no country codes")
        )
    if field_ == "status" and column.values and len(column.values) <= 15 < column.of:
        yield 0.2, f"it has only {len(column.values)} different values"
    target = found.get(
        {"customer": "customers", "supplier": "suppliers", "product": "products"}.get(field_, "")
    )
    if target is not None and column.refers is not None and column.refers[0] == target.table.name:
        yield 0.4, f"it refers to {column.refers[0]}"


def _is_ymd(column: Column) -> bool:
    values = [str(value) for value in column.values]
    return (
        bool(values)
        and all(_YMD.fullmatch(value) for value in values)
        and any(value.strip("0 ") for value in values)
    )
