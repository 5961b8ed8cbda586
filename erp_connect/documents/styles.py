"""The red fill of wrong cells: one fill and some cell formats appended to a workbook's styles, nothing else touched."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
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


_NO_COLOR: Final = {"indexed": "64"}


def _tag(name: str) -> str:
    return f"{{{MAIN}}}{name}"


def _color(fill: etree._Element | None, which: str) -> Mapping[str, str]:
    """A colour of a solid fill, as its attributes; none for other fills."""
    pattern = None if fill is None else fill.find(_tag("patternFill"))
    if pattern is None or pattern.get("patternType") != "solid":
        return {}
    color = pattern.find(_tag(which))
    return {} if color is None else {str(name): str(value) for name, value in color.attrib.items()}


class RedStyles:
    """The styles part of a workbook, in which every format can be asked for in red, and in white again."""

    def __init__(self, package: zipfile.ZipFile, part: str) -> None:
        self.part = part
        self._root = parse_part(package, part)
        self._fills = self._root.find(_tag("fills"))
        self._formats = self._root.find(_tag("cellXfs"))
        self._made: dict[tuple[int, bool], int] = {}
        self._solids: dict[tuple[tuple[tuple[str, str], ...], ...], int] = {}
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
            str(index) for index, fill in enumerate(self._fills) if _color(fill, "fgColor").get("rgb") == RED
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
        form.set("fillId", str(self._fill_for(form.get("fillId", "0"), red=red)))
        form.set("applyFill", "1")
        formats.append(form)
        formats.set("count", str(len(formats)))
        number = self._made[style, red] = len(formats) - 1
        return number

    def _fill_for(self, known: str, *, red: bool) -> int:
        """The number of the red fill for this one, or of the one that this red fill stands for.

        A red fill keeps the colour that it covers as its background, which no program shows behind a solid fill.
        """
        fills = self._fills
        old = fills[int(known)] if fills is not None and known.isdigit() and int(known) < len(fills) else None
        covered = dict(_color(old, "fgColor" if red else "bgColor"))
        if not red and (not covered or covered == _NO_COLOR):
            return 0
        return self._solid({"rgb": RED} if red else covered, (covered or _NO_COLOR) if red else _NO_COLOR)

    def _solid(self, front: dict[str, str], back: dict[str, str]) -> int:
        from lxml import etree

        found = (tuple(front.items()), tuple(back.items()))
        if found not in self._solids and self._fills is not None:
            fill = etree.SubElement(self._fills, _tag("fill"))
            pattern = etree.SubElement(fill, _tag("patternFill"), patternType="solid")
            etree.SubElement(pattern, _tag("fgColor"), front)
            etree.SubElement(pattern, _tag("bgColor"), back)
            self._fills.set("count", str(len(self._fills)))
            self._solids[found] = len(self._fills) - 1
        return self._solids.get(found, 0)

    def written(self) -> bytes | None:
        """The new content of the part; ``None`` when nothing was added."""
        if not self._made:
            return None
        from lxml import etree

        root: etree._Element = self._root
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
