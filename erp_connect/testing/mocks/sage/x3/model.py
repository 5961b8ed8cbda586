"""How an object is written down: blocks, fields with type and place in the business core, left list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from .settings import Publication

FieldType = Literal["char", "int", "dec", "date", "menu"]
TYPE_NAMES: Final = {
    "char": "Char",
    "int": "Integer",
    "dec": "Decimal",
    "date": "Date",
    "menu": "Integer",
}


@dataclass(frozen=True)
class Field:
    """A field.  ``source`` is where the core has it: an attribute, ``=name`` for what is worked out, blank for a field
    that no rule looks at; a list has one source for each element that the core knows."""

    name: str
    type: FieldType
    size: int = 0
    """Length of a text, decimals of a number, or the number of the menu."""
    source: tuple[str, ...] = ()
    writable: bool = True
    elements: int = 1
    checked: str = ""
    """The control table that its values come from."""
    companion: bool = False
    """Whether Z and its name shows what the value is called."""
    block: str = ""
    """The usual block; ``of`` gives the one of a publication."""

    @property
    def key(self) -> str:
        """Where it is kept if the core has no place for it."""
        return f"{self.block}.{self.name}"


@dataclass(frozen=True)
class Block:
    """A group of fields, or a table of rows; ``rows`` says of what."""

    id: str
    fields: tuple[Field, ...]
    capacity: int = 1
    rows: str = ""
    original: str = ""
    counter: str = ""
    """The field that holds the number of lines of a detail screen."""

    @property
    def is_table(self) -> bool:
        """Whether it has rows."""
        return bool(self.rows)

    def field(self, name: str) -> Field | None:
        """A field by its name."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True)
class Entity:
    """An object as one entry transaction shows it."""

    code: str
    key: str
    table: str
    blocks: tuple[Block, ...]
    columns: tuple[str, ...]
    needs: frozenset[str] = frozenset()
    row_needs: frozenset[str] = frozenset()
    """What a new record, and each of its lines, must bring."""

    def block(self, id: str) -> Block | None:
        """A block by the name it has here."""
        return next((block for block in self.blocks if block.id == id), None)

    def original(self, id: str) -> Block | None:
        """A block by its usual name."""
        return next((block for block in self.blocks if block.original == id), None)

    def field(self, name: str) -> Field | None:
        """A field by its name, in the first list block that has it."""
        fields = (block.field(name) for block in self.blocks if not block.is_table)
        return next((field for field in fields if field is not None), None)


def blocks(text: str) -> tuple[Block, ...]:
    """Blocks of lines: ``[ID]`` or ``[ID rows capacity]``, then fields as ``field_of`` takes them."""
    found: list[Block] = []
    for line in text.strip().splitlines():
        if line.startswith("["):
            id, *table = line.strip("[]").split()
            found.append(
                Block(
                    id,
                    (),
                    int(table[1]) if table else 1,
                    table[0] if table else "",
                    id,
                )
            )
        else:
            field = field_of(line, found[-1].id)
            found[-1] = replace(found[-1], fields=(*found[-1].fields, field))
    return tuple(found)


def field_of(line: str, block: str) -> Field:
    """A field from ``NAME type source ...``.

    Types: ``char20 int dec4 date menu243``, with ``!`` if it can only be read and ``*3`` for a list of three.  Then
    sources; ``@table`` for a control table, ``+table`` if there is also a companion.
    """
    name, kind, *rest = line.split()
    kind, _, elements = kind.partition("*")
    plain = kind.rstrip("!")
    letters = plain.rstrip("0123456789")
    checked = next((word[1:] for word in rest if word[0] in "@+"), "")
    types: dict[str, FieldType] = {
        "char": "char",
        "int": "int",
        "dec": "dec",
        "date": "date",
        "menu": "menu",
    }
    return Field(
        name,
        types[letters],
        int(plain[len(letters) :] or 0),
        tuple(word for word in rest if word[0] not in "@+"),
        kind == plain,
        int(elements or 1),
        checked,
        any(word[0] == "+" for word in rest),
        block,
    )


def shaped(entity: Entity, publication: Publication, addresses: Mapping[str, str]) -> Entity:
    """The object as a publication has it: blocks renamed, fields moved, left out and added."""
    fields = {block.id: list(block.fields) for block in entity.blocks}
    for place, target in publication.moved.items():
        source, _, name = place.partition(".")
        moving = next(field for field in fields[source] if field.name == name)
        fields[source].remove(moving)
        fields[target].append(moving)
    for id, lines in publication.extra.items():
        fields[id] += [field_of(line, id) for line in lines]
    for id, place in publication.counted.items():
        holder, _, name = place.partition(".")
        fields[holder].append(Field(name, "int", source=(f"=count {id}",), block=holder))
    done = []
    for block in entity.blocks:
        kept = tuple(
            _placed(field, addresses) for field in fields[block.id] if field.name not in publication.without
        )
        done.append(
            replace(
                block,
                id=publication.blocks.get(block.id, block.id),
                fields=kept,
                original=block.id,
                counter=publication.counted.get(block.id, "").partition(".")[2],
            )
        )
    return replace(entity, blocks=tuple(done), columns=publication.columns or entity.columns)


def _placed(field: Field, addresses: Mapping[str, str]) -> Field:
    """An address block's field, with the address that the site has in this block."""
    owner = addresses.get(field.block, "")
    return replace(field, source=tuple(source.replace("ADDRESS", owner) for source in field.source))
