"""Native cells and our values: what a column holds, turned into what an order says, and back.

Decimals are exact always: a float is read by its shortest text and only at a declared number of decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from ...errors import UnmappedCode
from ...models import OrderStatus
from ...models.countries import country_code
from ...models.currencies import currency_code
from ...models.units import unit_code
from .counting import constant_factor, decimal_of_float, number_reader, number_writer
from .fitting import fitted, pads_left
from .format import Kind, Source
from .moments import day_codec, moment_codec
from .tables import Column
from .texts import Unmapped, text_of

__all__ = ["Cell", "codec"]

Read = Callable[[Any], Any]
Write = Callable[[Any], Any]
_STATUS: Final = {status.value: status for status in OrderStatus}
_LISTS: Final[Mapping[str, Callable[[str], str]]] = {
    "unit": unit_code,
    "currency": currency_code,
    "country": country_code,
}


class Text(Enum):
    """What is to be done to read a text."""

    WORKED = "worked"
    """It is worked on (codes, prefix, padding), or is no text: its reader tells."""
    BLANKS = "blanks"
    """Nothing but the blanks behind it is taken away."""
    PLAIN = "plain"
    """It says what it says."""


@dataclass(frozen=True, slots=True)
class Cell:
    """How one source reads and writes.

    ``read`` takes a native cell that is not NULL and answers ``None`` for what means nothing.  ``write`` takes our
    value, ``None`` included, and raises :class:`LossyWrite` or :class:`UnmappedCode` for what has no native form.
    """

    path: str
    kind: Kind
    read: Read
    write: Write
    fit: Write
    """The last step of writing, for a value that is native already."""
    natives: Callable[[Any], list[Any]]
    """Every native value that stands for ours: what a condition compares with."""
    text: Text = Text.WORKED
    unmapped: bool = True
    """Whether reading can find a code that the mapping has no word for."""
    repeated: bool = False
    """Whether the same cells come again and again, so that what was read of them is worth keeping."""


def codec(
    source: Source,
    kind: Kind,
    column: Column | None,
    path: str,
    *,
    zone: ZoneInfo | None,
    lenient_floats: bool,
) -> Cell:
    """Reading and writing of a source; ``column`` is what it is written to, ``None`` for an expression."""
    own = ZoneInfo(source.zone) if source.zone else zone
    said = source.type or kind
    if (
        said == "plain"
        and column is not None
        and column.kind in ("decimal", "integer", "boolean", "date", "instant")
    ):
        said = column.kind  # type: ignore[assignment]
    if said == "plain" and column is not None and column.kind == "float":
        said = "decimal"
    if source.codes is not None:
        read, write, natives = _coded(source, kind, path)
    elif said in ("decimal", "integer"):
        read = number_reader(source, column, path, lenient_floats)
        write = number_writer(source)
        natives = _only(write)
    elif said == "boolean":
        read, write = _flag(source)
        natives = _only(write)
    elif said == "date":
        read, write = day_codec(source, own, zone)
        natives = _only(write)
    elif said == "instant":
        read, write = moment_codec(source, own, path)
        natives = _only(write)
    elif said == "plain":
        read, write = _as_is, _same
        natives = _only(write)
    else:
        read, write = _words(source, kind)
        natives = _only(write)
    if said in ("text", "unit", "currency", "country", "status") or source.codes is not None:
        read = _stripped(read, source, column)
    read = _emptied(read, source)
    fit = fitted(source, column, path)

    def out(value: Any) -> Any:
        return fit(None if value is None else write(value))

    def all_natives(value: Any) -> list[Any]:
        return [fit(native) for native in natives(value)]

    coded = source.codes is not None
    return Cell(
        path,
        kind,
        read,
        out,
        fit,
        all_natives,
        text=_reading_of_text(source, column) if said == "text" and not coded else Text.WORKED,
        unmapped=coded or said in _LISTED,
        repeated=coded or (said in _REPEATED and not _is_plain(said, source, lenient_floats)),
    )


_LISTED: Final = frozenset({"unit", "currency", "country", "status", "date"})
_REPEATED: Final = _LISTED | {"decimal", "integer", "boolean", "instant"}


def _is_plain(said: str, source: Source, floats: bool) -> bool:
    """Whether cells come as decimals, and mean themselves: that is told sooner than what was made of them before."""
    return said == "decimal" and not floats and constant_factor(source) is None and source.decimals is None


def _reading_of_text(source: Source, column: Column | None) -> Text:
    if source.prefix is not None or source.pad is not None or source.empty:
        return Text.WORKED
    return Text.BLANKS if column is None or column.fixed else Text.PLAIN


def _same(value: Any) -> Any:
    return value


def _as_is(cell: Any) -> Any:
    if isinstance(cell, float):
        return decimal_of_float(cell)
    if isinstance(cell, bytes | bytearray | memoryview):
        return bytes(cell).hex()
    if isinstance(cell, datetime):
        return cell.astimezone(UTC) if cell.tzinfo else cell.isoformat(" ")
    return cell if isinstance(cell, str | bool | int | Decimal | date) else str(cell)


def _only(write: Write) -> Callable[[Any], list[Any]]:
    return lambda value: [write(value)]


# -- what stands around a value --------------------------------------------------------------------------------


def _stripped(read: Read, source: Source, column: Column | None) -> Read:
    """Texts without what fills them up: blanks of a CHAR, the padding, the prefix."""
    prefix, pad = source.prefix, source.pad
    fill, left = source.pad_with, pads_left(source)
    blanks = pad is not None or column is None or column.fixed

    def stripped(cell: Any) -> Any:
        text = text_of(cell)
        if prefix is not None:
            if not text.startswith(prefix):
                return None
            text = text[len(prefix) :]
        if pad is not None and left:
            text = text.rstrip(" ").lstrip(fill) or (fill if fill != " " and text.strip() else "")
        elif pad is not None:
            text = text.rstrip(fill)
        elif blanks:
            text = text.rstrip(" ")
        return read(text) if text else None

    return stripped


def _emptied(read: Read, source: Source) -> Read:
    if not source.empty:
        return read
    nothing = {text_of(each).strip() for each in source.empty}

    def emptied(cell: Any) -> Any:
        return None if text_of(cell).strip() in nothing else read(cell)

    return emptied


# -- words -----------------------------------------------------------------------------------------------------


def _words(source: Source, kind: Kind) -> tuple[Read, Write]:
    if kind == "status":
        return lambda text: _STATUS.get(text.casefold()) or Unmapped(text), lambda value: str(value.value)
    listed = _LISTS.get(kind)
    if listed is None:
        return _same, _cased(source)

    @lru_cache(1024)
    def known(text: str) -> str:
        try:
            return listed(text)
        except ValueError:
            return Unmapped(text)

    return known, _cased(source)


def _cased(source: Source) -> Write:
    if source.case is None:
        return _same
    return str.upper if source.case == "upper" else str.lower


def _coded(source: Source, kind: Kind, path: str) -> tuple[Read, Write, Callable[[Any], list[Any]]]:
    codes = {native.strip(): ours for native, ours in (source.codes or {}).items()}
    back: dict[str, list[Any]] = {}
    for native, ours in (source.codes or {}).items():
        back.setdefault(ours, []).append(native)
    first = {ours: natives[0] for ours, natives in back.items()} | dict(source.write or {})

    def read(text: str) -> Any:
        ours = codes.get(text.strip())
        if ours is None:
            return Unmapped(text)
        if kind == "boolean":
            return ours == "true"
        return _STATUS[ours] if kind == "status" else ours

    def said(value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(getattr(value, "value", value))

    def write(value: Any) -> Any:
        try:
            return first[said(value)]
        except KeyError:
            raise UnmappedCode(
                f"{path}: the mapping has no native code for {said(value)!r}",
                path=path,
                hint=f"add it to the codes in the mapping file; known: {', '.join(first)}",
            ) from None

    def natives(value: Any) -> list[Any]:
        ours = said(value)
        return list(dict.fromkeys((first.get(ours, ours), *back.get(ours, ()))))

    return read, write, natives


def _flag(source: Source) -> tuple[Read, Write]:
    yes, no = source.booleans or (True, False)
    if source.booleans is None:
        truths = {"1": True, "0": False, "true": True, "false": False, "t": True, "f": False}

        def read(cell: Any) -> Any:
            return cell if isinstance(cell, bool) else truths.get(text_of(cell).strip().lower())

        return read, bool

    said = {text_of(yes).strip(): True, text_of(no).strip(): False}
    return (
        lambda cell: said.get(text_of(cell).strip()),
        lambda value: yes if value else no,
    )
