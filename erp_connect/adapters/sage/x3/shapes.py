"""Where this site keeps what: our words for fields, found by name in a publication's description (sage.md 2.9, 2.12).

The documented block is looked at first, then the one that the site has made of it, then any block with such a field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ....errors import LossyWrite
from ....wire.adonix import Block, Description, Record
from ....wire.adonix.streams import NUM, SIZES, Row, Table, Value, param
from .cells import said, text

__all__ = ["TECHNICAL", "Names", "Place", "Shape", "shape_of"]

TECHNICAL: Final = "ADXTEC"
"""The block that ends every record; no description shows it."""
_OWN: Final = ("X", "Y", "Z")
_ADDRESS: Final = "ADB"
"""What blocks of addresses begin with."""


class Place(NamedTuple):
    """Where a field stands."""

    block: str
    field: str
    entered: bool = True
    length: int | None = None
    values: int = 1
    menu: str = ""
    type: str = "Char"


@dataclass(frozen=True, slots=True)
class Names:
    """What one object calls our words: ``BLOCK.FIELD``, the usual one first."""

    object: str
    prefix: str
    """What the site's own names begin with in the settings: ``order.requested``."""
    header: Mapping[str, Sequence[str]]
    table: str = ""
    """The usual block of its lines."""
    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """One publication as we use it."""

    service: str
    names: Names
    description: Description
    header: Mapping[str, Place]
    table: str
    lines: Mapping[str, Place]
    header_custom: Mapping[str, Place]
    line_custom: Mapping[str, Place]
    at: Mapping[str, str]
    """The fields of lines by our words, blank for those that the publication does not have."""

    @property
    def key(self) -> str:
        """The key field."""
        found = self.header.get("number")
        return found.field if found is not None else next(iter(self.description.keys), "")

    def can(self, method: str) -> bool:
        """Whether the publication offers a method or button; all where it names none."""
        return method in self.description.methods or not self.description.methods

    def column(self, word: str) -> str:
        """The column of the list that shows this field; blank where it has none."""
        found = self.header.get(word) or self.lines.get(word)
        return found.field if found is not None and found.field in self.description.columns else ""

    # -- reading ---------------------------------------------------------------------------------------------

    def rows(self, record: Record) -> list[dict[str, Any]]:
        """The lines of a record; none where the table is absent."""
        found = record.get(self.table)
        return found if isinstance(found, list) else []

    def last(self, record: Record) -> int:
        """The last place of the lines that is taken, shown or not (sage.md 2.14)."""
        size = record.get(SIZES, {}).get(self.table, "0")
        return max(int(size), *(int(text(row, NUM)) for row in self.rows(record)), 0)

    def value(self, record: Record, word: str) -> Any:
        """What a record says of a word, wherever it stands; ``""`` where it does not."""
        place = self.header.get(word)
        if place is None:
            return ""
        block = record.get(place.block)
        if isinstance(block, dict) and place.field in block:
            return block[place.field]
        if place.block.startswith(_ADDRESS):
            return ""  # the same field of another block is another address
        for name, each in record.items():
            if isinstance(each, dict) and place.field in each and not name.startswith(_ADDRESS):
                return each[place.field]
        return ""

    def text(self, record: Record, word: str) -> str:
        """The same as a text without the blanks around it."""
        found = self.value(record, word)
        return found.strip() if isinstance(found, str) else str(found[0]).strip() if found else ""

    def row(self, record: Record) -> dict[str, Any]:
        """The header as a row by our words."""
        return {word: self.value(record, word) for word in self.header}

    # -- writing ---------------------------------------------------------------------------------------------

    def groups(self, values: Mapping[str, Any]) -> dict[str, dict[str, Value]]:
        """Header values by block; ``None`` is left out, and so is what has no place."""
        found: dict[str, dict[str, Value]] = {}
        for word, value in values.items():
            place = self.header.get(word) or self.header_custom.get(word)
            if place is None or value is None:
                continue
            found.setdefault(place.block, {})[place.field] = _in_place(place, value)
        return {block: self._in_order(block, fields) for block, fields in found.items()}

    def cells(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """The fields of a line."""
        found: dict[str, Value] = {}
        for word, value in values.items():
            place = self.lines.get(word) or self.line_custom.get(word)
            if place is not None and value is not None:
                found[place.field] = _in_place(place, value)
        return self._in_order(self.table, found)

    def document(self, groups: Mapping[str, Mapping[str, Value]], rows: Table) -> str:
        """What a call is given: blocks as the publication has them, what it does not show behind (sage.md 2.9)."""
        return param(groups, {self.table: rows}, (*self.description.blocks, self.table, *groups))

    def _in_order(self, block: str, said: dict[str, Value]) -> dict[str, Value]:
        """Fields as the publication has them: what is entered later may overrule what stands before it."""
        known = self.description.blocks.get(block)
        return said if known is None else {name: said[name] for name in known.fields if name in said}

    def counted(self, rows: int) -> dict[str, dict[str, Value]]:
        """The field for the number of lines, where the publication has one (sage.md 2.9)."""
        block = self.description.blocks.get(self.table)
        screen, name = ("", "") if block is None else block.counted
        places = [
            (held.name, known.original[0])
            for held, known in self.description.places(name, table=False)
            if known.entered
        ]
        own = [
            held
            for held, original in places
            if screen in {held.partition("_")[0], original.partition("_")[0]}
        ]
        return {own[0]: {name: str(rows)}} if own else {}

    @property
    def deletes_lines(self) -> bool:
        """Whether lines can be deleted, as far as the publication says (sage.md 2.14).

        Not where places are all that tells them apart: the next line would take the place, and be meant in its stead.
        """
        return self.can("SUPLIG") and "id" in self.lines


def _in_place(place: Place, value: Any) -> Value:
    told = said(value)
    if place.values > 1:
        return [told] if isinstance(told, str) else told
    if isinstance(told, str):
        return told
    if any(told[1:]):
        raise LossyWrite(f"{place.field} has one value here", fields=(place.field,), path=place.field)
    return told[0] if told else ""


def shape_of(
    service: str, names: Names, description: Description, renamed: Mapping[str, str], custom: Iterable[str]
) -> Shape:
    """A publication read with our words; ``renamed``: the names of the settings, ``custom``: fields besides its own."""
    table = _table(names, description)
    own = frozenset(custom)
    header = dict(_placed(names.header, f"{names.prefix}.", description, renamed, None))
    lines = (
        {}
        if table is None
        else dict(_placed(names.lines, f"{names.prefix}.line.", description, renamed, table))
    )
    used = {(place.block, place.field) for place in (*header.values(), *lines.values())}
    singles = [block for block in description.blocks.values() if not block.table]
    return Shape(
        service=service,
        names=names,
        description=description,
        header=header,
        table=names.table if table is None else table.name,
        lines=lines,
        header_custom=dict(_customs(singles, used, own)),
        line_custom={} if table is None else dict(_customs([table], used, own)),
        at={word: lines[word].field if word in lines else "" for word in names.lines},
    )


def _table(names: Names, description: Description) -> Block | None:
    """The block of the lines: by its usual name, by what it was made of, or by its product and quantity."""
    if not names.table:
        return None
    found = description.block(names.table)
    if found is not None and found.table:
        return found
    needed = [
        {each.partition(".")[2] for each in names.lines.get(word, ())} for word in ("product", "quantity")
    ]
    for block in description.blocks.values():
        if block.table and all(known & set(block.fields) for known in needed):
            return block
    return None


def _placed(
    words: Mapping[str, Sequence[str]],
    prefix: str,
    description: Description,
    renamed: Mapping[str, str],
    table: Block | None,
) -> Iterator[tuple[str, Place]]:
    for word, usual in words.items():
        ours = renamed.get(f"{prefix}{word}")
        told = [_find(name, description, table) for name in ((ours,) if ours else usual)]
        places = [place for place in told if place is not None]
        if places:
            yield word, next((place for place in places if place.entered), places[0])


def _find(name: str, description: Description, table: Block | None) -> Place | None:
    """A field by ``BLOCK.FIELD`` or ``FIELD``."""
    wanted, _, field_name = name.rpartition(".")
    if table is not None:
        return _in(table, field_name)
    block = description.block(wanted) if wanted else None
    found = None if block is None or block.table else _in(block, field_name)
    if found is not None or wanted.startswith(_ADDRESS):
        return found
    places = [
        place for held, _ in description.places(field_name, table=False) if (place := _in(held, field_name))
    ]
    apart = [place for place in places if not place.block.startswith(_ADDRESS)] or places
    return next((place for place in apart if place.entered), next(iter(apart), None))


def _in(block: Block, field_name: str) -> Place | None:
    known = block.fields.get(field_name) or next(
        (each for each in block.fields.values() if each.original[1] == field_name), None
    )
    if known is None:
        return None
    return Place(block.name, known.name, known.entered, known.length, known.values, known.menu, known.type)


def _customs(
    blocks: Sequence[Block], used: set[tuple[str, str]], own: frozenset[str]
) -> Iterator[tuple[str, Place]]:
    """The site's own fields: what begins with X, Y or Z and is no companion of the field without its Z."""
    seen: set[str] = set()
    described = {name for block in blocks for name in block.fields}
    for block in blocks:
        for known in block.fields.values():
            name = known.name
            companion = name.startswith("Z") and name[1:] in described
            if name in seen or companion or (block.name, name) in used:
                continue
            if name.startswith(_OWN) or name in own:
                seen.add(name)
                yield (
                    name,
                    Place(
                        block.name, name, known.entered, known.length, known.values, known.menu, known.type
                    ),
                )


def line_value(row: Row, place: Place | None) -> Any:
    """What a line says in a place; ``""`` where it has none."""
    return "" if place is None else row.get(place.field, "")
