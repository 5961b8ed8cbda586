"""What a publication consists of: blocks, fields, its list, its menus, what may be done with it (sage.md 2.10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from ..soap.documents import local
from .replies import root_within

__all__ = ["Block", "Description", "Field", "description_in"]

_MOST_ROWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a block; ``original`` is what Sage calls block and field, where the site has renamed them."""

    name: str
    type: str = "Char"
    entered: bool = True
    """Whether it can be written."""
    length: int | None = None
    values: int = 1
    """How many values it has: more than one make a list."""
    menu: str = ""
    original: tuple[str, str] = ("", "")
    rank: int | None = None
    """Its place in the main index."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block: single fields, or rows of a table."""

    name: str
    table: bool
    most: int | None = None
    counted: tuple[str, str] = ("", "")
    """Screen and field that hold the number of rows, as ``SOH4`` and ``NBLIG``; blank where none is named."""
    fields: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Description:
    """One publication; ``columns`` are those that a query filters by and returns."""

    name: str
    object: str
    folder: str
    keys: tuple[str, ...]
    blocks: Mapping[str, Block]
    columns: tuple[str, ...]
    most_rows: int
    methods: frozenset[str]
    """READ, CREATE, MODIFY, DELETE, SUPLIG, LIST, and the codes of buttons."""
    menus: Mapping[str, Mapping[str, Mapping[str, str]]]
    """Labels by language, by menu and rank."""

    def label(self, menu: str, rank: str, language: str) -> str:
        """What a rank of a menu is called; ``""`` where nothing says it."""
        return self.menus.get(menu, {}).get(rank, {}).get(language, "")

    def block(self, name: str) -> Block | None:
        """A block by its name here, or by the name that it has at Sage."""
        found = self.blocks.get(name)
        if found is not None:
            return found
        for each in self.blocks.values():
            if any(known.original[0] == name for known in each.fields.values()):
                return each
        return None

    def places(self, field: str, *, table: bool) -> Iterator[tuple[Block, Field]]:
        """Where a field of this name stands, blocks in their order."""
        for block in self.blocks.values():
            if block.table is table and field in block.fields:
                yield block, block.fields[field]


def description_in(document: str) -> Description:
    """The description that a publication gives of itself; ``ValueError`` for what is none."""
    root = root_within(document)
    if root.tag != "ADXDOC":
        raise ValueError(f"the description is a {local(root)}")
    blocks = {block.name: block for each in root.iterfind("ADXDATA/GRP") if (block := _block(each)).name}
    if not any(block.fields for block in blocks.values()):
        raise ValueError("the description names no field")
    lists = list(root.iterfind("ADXKEY/GRP"))
    told = (each for each in lists if "LEFTLIST" in {each.get("NAM"), each.get("NAME"), each.get("ID")})
    left = next(told, lists[0] if len(lists) == 1 else None)
    keys = tuple(name for each in root.iterfind("ADXREAD//FLD") if (name := _name(each)))
    by_rank = sorted(
        (known.rank, known.name) for block in blocks.values() for known in block.fields.values() if known.rank
    )
    return Description(
        name=root.get("PNA") or "",
        object=root.get("OBJ") or "",
        folder=root.get("FOL") or "",
        keys=keys or tuple(name for _, name in by_rank),
        blocks=blocks,
        columns=() if left is None else tuple(name for each in left.iterfind("FLD") if (name := _name(each))),
        most_rows=(None if left is None else _number(left.get("DIM"))) or _MOST_ROWS,
        methods=frozenset(
            id for each in root.iterfind("ADXSER//MET") if (id := each.get("ID") or _name(each))
        ),
        menus={
            menu.get("NO") or "": {
                value.get("IND") or "": {
                    str(name)[2:]: str(label)
                    for name, label in value.attrib.items()
                    if str(name).startswith("C_")
                }
                for value in menu.iterfind("VAL")
            }
            for menu in root.iterfind("ADXMEN/MNU")
        },
    )


def _block(group: etree._Element) -> Block:
    most = _number(group.get("DIM"))
    kind = (group.get("TYB") or "").lower()
    fields = {known.name: known for each in group.iterfind("FLD") if (known := _field(each)).name}
    return Block(
        name=group.get("NAM") or "",
        table=kind == "table" or (most or 1) > 1,
        most=most,
        counted=((told := (group.get("IDTAB") or "").partition("~"))[0], told[2]),
        fields=fields,
    )


def _field(each: etree._Element) -> Field:
    return Field(
        name=_name(each),
        type=each.get("TYP") or "Char",
        entered=(each.get("MOD") or "Input").lower() == "input",
        length=_number(each.get("LEN")),
        values=_number(each.get("DIM")) or 1,
        menu=each.get("MEN") or "",
        original=(each.get("X3BLORIG") or "", each.get("X3FLORIG") or ""),
        rank=_number(each.get("IDX")),
    )


def _name(each: etree._Element) -> str:
    return each.get("NAM") or each.get("NAME") or ""


def _number(said: str | None) -> int | None:
    said = (said or "").strip()
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None
