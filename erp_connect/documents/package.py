"""Which part of a workbook's zip holds what: its sheets, its styles."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from ..errors import InvalidDocument
from .opening import DAMAGE, damaged

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["MAIN", "Contents", "SheetPart", "contents", "parse_part", "sheet_named"]

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_STRICT: Final = "http://purl.oclc.org/ooxml/"


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name on the tab, its part, and whether a person sees it."""

    title: str
    part: str
    visible: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """What the workbook is made of; ``recalculate`` says that its writer left the calculating to Excel."""

    sheets: tuple[SheetPart, ...]
    styles: str | None
    recalculate: bool

    def sheet(self, title: str | None, path: Path) -> SheetPart:
        """The sheet of this name, or the first visible one; ``InvalidDocument`` with the nearest names."""
        if title is None:
            return next((sheet for sheet in self.sheets if sheet.visible), self.sheets[0])
        for sheet in self.sheets:
            if sheet.title == title:
                return sheet
        raise sheet_named(title, [sheet.title for sheet in self.sheets], path)


def sheet_named(title: str, titles: Sequence[str], path: Path) -> InvalidDocument:
    """The error for a sheet that is not there, with the nearest names."""
    if not titles:
        return InvalidDocument(
            "the workbook has no worksheet",
            code="document_empty",
            hint="save it again with the orders on a sheet",
            place=path.name,
        )
    folded = {name.casefold().strip(): name for name in titles}
    near = get_close_matches(title.casefold().strip(), folded, n=3, cutoff=0.5)
    names = [folded[name] for name in near] or titles[:10]
    said = "did you mean " if near else "the sheets are "
    return InvalidDocument(
        "the workbook has no sheet of that name",
        code="sheet_unknown",
        hint=said + ", ".join(f'"{name}"' for name in names) + ("?" if near else ""),
        place=path.name,
    )


def parse_part(package: zipfile.ZipFile, name: str) -> etree._Element:
    """A small part as a tree: without entities, document types or network."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
    )
    with package.open(name) as stream:
        return etree.parse(stream, parser).getroot()


def contents(package: zipfile.ZipFile, path: Path) -> Contents:
    """Find the sheets and the styles by following the workbook's relations."""
    try:
        return _contents(package, path)
    except DAMAGE as error:
        raise damaged(path, "its list of sheets cannot be read") from error


def _contents(package: zipfile.ZipFile, path: Path) -> Contents:
    names = set(package.namelist())
    start = _targets(package, "")
    workbook = next(
        (target for kind, target in start.values() if kind == "officeDocument"), "xl/workbook.xml"
    )
    root = parse_part(package, workbook)
    if str(root.tag).startswith("{" + _STRICT):
        raise InvalidDocument(
            'the workbook is saved as "Strict Open XML"',
            code="document_old_format",
            hint='save it as "Excel Workbook (.xlsx)"',
            place=path.name,
        )
    targets = _targets(package, workbook)
    sheets = []
    for sheet in root.iterfind(f"{{{MAIN}}}sheets/{{{MAIN}}}sheet"):
        kind, part = targets.get(sheet.get(f"{{{_LINKS}}}id", ""), ("", ""))
        if kind == "worksheet" and part in names:
            sheets.append(SheetPart(sheet.get("name", ""), part, sheet.get("state", "visible") == "visible"))
    if not sheets:
        raise sheet_named("", [], path)
    calculation = root.find(f"{{{MAIN}}}calcPr")
    return Contents(
        sheets=tuple(sheets),
        styles=next((part for kind, part in targets.values() if kind == "styles" and part in names), None),
        recalculate=calculation is not None and calculation.get("fullCalcOnLoad") in ("1", "true"),
    )


def _targets(package: zipfile.ZipFile, source: str) -> dict[str, tuple[str, str]]:
    """Relation id to its kind and the part it leads to."""
    folder, name = posixpath.split(source)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    found = {}
    for relation in parse_part(package, relations).iterfind(f"{{{_RELATIONS}}}Relationship"):
        if relation.get("TargetMode") == "External":
            continue
        target = unquote(relation.get("Target", ""))
        part = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        found[relation.get("Id", "")] = (relation.get("Type", "").rsplit("/", 1)[-1], part)
    return found
