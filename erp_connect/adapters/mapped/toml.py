"""From a mapping file's bytes to what TOML it is, within bounds that every later step may trust."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ...errors import ConfigurationError, MappingError

__all__ = ["read_toml", "wrong"]

LARGEST: Final = 1 << 20
"""Bytes of a mapping file."""
_DEEPEST: Final = 16
"""Tables and lists within each other."""
_DIGITS: Final = 38
"""Of a number, before its point and behind: what a database's decimals hold."""
_LONGEST_NAME: Final = 200
_SAID: Final = 1_000
"""Characters of an error's text, which quotes the file."""
_TEXT: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")
_LONG_NUMBER: Final = re.compile(r"[0-9_]{1000,}")
_AT_THE_END: Final = "at end of document"


def wrong(file: str, path: str, said: str, hint: str | None = None) -> MappingError:
    """A mistake in a mapping file; ``path`` is empty where the text itself, or the file as a whole, is wrong."""
    path = _short(path, _LONGEST_NAME)
    return MappingError(
        _short(f"{path}: {said}" if path else said),
        code="mapping_file",
        path=path or None,
        place=file,
        hint=_short(hint or "correct the mapping file; its keys stand in reference/mapping.md"),
    )


def _short(text: str, most: int = _SAID) -> str:
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 4 :]}"


def read_toml(file: str) -> dict[str, Any]:
    """What the file says: texts without NUL, finite numbers of sensible size, a few levels of tables.

    Raises ``ConfigurationError`` for a file that cannot be read, ``MappingError`` with the line, or the path of the
    key, for one that is no such TOML.
    """
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (OSError, ValueError) as exc:
        why = getattr(exc, "strerror", None) or exc
        raise ConfigurationError(
            f"the mapping file {file} cannot be read: {why}", hint="correct the setting 'mapping'"
        ) from exc
    if len(content) > LARGEST:
        raise wrong(file, "", f"the file is larger than {LARGEST >> 20} MiB: this is no mapping file")
    data = _parsed(file, content)
    for path, name, value, depth in _everything(data, "", 1):
        said = _unfit(name, value, depth)
        if said is not None:
            raise wrong(file, path, said)
    return data


def _parsed(file: str, content: bytes) -> dict[str, Any]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise wrong(file, "", f"the file is not UTF-8 text: line {line}", "save the file as UTF-8") from exc
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as exc:
        said = str(exc).replace(_AT_THE_END, f"at the end of the file, line {text.count(chr(10)) + 1}")
        raise wrong(file, "", f"the file is not TOML: {said}") from exc
    except RecursionError:
        raise wrong(file, "", f"the file is nested too deeply: line {_deepest(text)}") from None
    except (ValueError, ArithmeticError) as exc:  # a number longer than Python reads
        found = _LONG_NUMBER.search(text)
        line = text.count("\n", 0, found.start() if found else None) + 1
        raise wrong(file, "", f"a number is too long: line {line}") from exc


def _deepest(text: str) -> int:
    """The line on which brackets are open the deepest, as far as that is to be seen without reading it as TOML."""
    depth, found = 0, (0, 1)
    for number, line in enumerate(text.split("\n"), start=1):
        for char in _TEXT.sub("", line):
            depth += (char in "[{") - (char in "]}")
            if depth > found[0]:
                found = (depth, number)
    return found[1]


def _everything(data: Any, path: str, depth: int) -> Iterator[tuple[str, str, Any, int]]:
    """Each value with its path, its own name, and how deep it stands."""
    named = (
        data.items() if isinstance(data, dict) else ((f"[{index}]", each) for index, each in enumerate(data))
    )
    for name, value in named:
        at = f"{path}{name}" if isinstance(data, list) else f"{path}.{name}" if path else name
        yield at, name, value, depth
        if isinstance(value, dict | list) and depth <= _DEEPEST:
            yield from _everything(value, at, depth + 1)


def _unfit(name: str, value: Any, depth: int) -> str | None:
    """Why no mapping can hold this; ``None`` for what may."""
    if depth > _DEEPEST:
        return f"tables are nested more than {_DEEPEST} deep"
    if len(name) > _LONGEST_NAME:
        return f"a name of {len(name)} characters"
    if "\0" in name or (isinstance(value, str) and "\0" in value):
        return "a text with the character NUL, which no database takes"
    if isinstance(value, int) and not -(10**_DIGITS) < value < 10**_DIGITS:
        return f"a number of more than {_DIGITS} digits"
    if isinstance(value, Decimal):
        if not value.is_finite():
            return "this is no number to reckon with"
        exponent = value.as_tuple().exponent
        if value.adjusted() >= _DIGITS or (isinstance(exponent, int) and exponent < -_DIGITS):
            return f"a number of more than {_DIGITS} digits before its point or behind"
    return None
