"""The red fill of wrong cells: one fill and some cell formats appended to a workbook's styles, nothing else touched."""

from __future__ import annotations

import zipfile
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from .package import MAIN, parse_part

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["RED", "RedStyles"]

RED: Final = "FFFF9B9B"
"""A red of our own, by which marks of an earlier checked copy are known again."""
MOST_FORMATS: Final = 64_000
"""Cell formats that a workbook can have, with some room."""


def _tag(name: str) -> str:
    return f"{{{MAIN}}}{name}"


class RedStyles:
    """The styles part of a workbook, in which every format can be asked for in red, and in white again."""

    def __init__(self, package: zipfile.ZipFile, part: str) -> None:
        self.part = part
        self._root = parse_part(package, part)
        self._fills = self._root.find(_tag("fills"))
        self._formats = self._root.find(_tag("cellXfs"))
        self._made: dict[tuple[int, bool], int] = {}
        self._fill: int | None = None
        self._reds = frozenset(self._find_reds())

    @property
    def usable(self) -> bool:
        """Whether the part has what a fill is added to; cells stay unmarked otherwise."""
        return self._fills is not None and self._formats is not None and 0 < len(self._formats) < MOST_FORMATS

    @property
    def has_reds(self) -> bool:
        """Whether an earlier checked copy left its marks."""
        return bool(self._reds)

    def _find_reds(self) -> list[int]:
        """The formats whose fill is our red."""
        if self._fills is None or self._formats is None:
            return []
        ours = {
            str(index)
            for index, fill in enumerate(self._fills)
            if (color := fill.find(f"{_tag('patternFill')}/{_tag('fgColor')}")) is not None
            and color.get("rgb") == RED
        }
        return [index for index, form in enumerate(self._formats) if form.get("fillId") in ours]

    def red(self, style: int) -> int:
        """The number of the format that looks like ``style``, but red."""
        return style if style in self._reds else self._like(style, red=True)

    def plain(self, style: int) -> int:
        """The format to give to a cell that is no longer wrong: without our red, if it has it."""
        return self._like(style, red=False) if style in self._reds else style

    def _like(self, style: int, *, red: bool) -> int:
        made = self._made.get((style, red))
        if made is not None:
            return made
        formats = self._formats
        if formats is None or not 0 <= style < len(formats) or len(formats) >= MOST_FORMATS:
            return style
        form = deepcopy(formats[style])
        form.set("fillId", str(self._red_fill()) if red else "0")
        form.set("applyFill", "1")
        formats.append(form)
        formats.set("count", str(len(formats)))
        number = self._made[style, red] = len(formats) - 1
        return number

    def _red_fill(self) -> int:
        if self._fill is None and self._fills is not None:
            from lxml import etree

            fill = etree.SubElement(self._fills, _tag("fill"))
            pattern = etree.SubElement(fill, _tag("patternFill"), patternType="solid")
            etree.SubElement(pattern, _tag("fgColor"), rgb=RED)
            etree.SubElement(pattern, _tag("bgColor"), indexed="64")
            self._fills.set("count", str(len(self._fills)))
            self._fill = len(self._fills) - 1
        return self._fill or 0

    def written(self) -> bytes | None:
        """The new content of the part; ``None`` when nothing was added."""
        if not self._made:
            return None
        from lxml import etree

        root: etree._Element = self._root
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
