"""Which row is the header row, and which column holds which field."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Final

from ..errors import InvalidDocument
from .fields import Book, Field, fields_of
from .synonyms import ADDRESS_WORDS, examples_of, words_of

__all__ = [
    "HEADER_ROWS",
    "NOT_READ",
    "OURS",
    "Column",
    "Heading",
    "Layout",
    "fold",
    "missing",
    "recognise",
    "require",
]

OURS: Final = ("Result", "Errors", "Key")
"""The columns of a checked copy; the first two side by side are ours, and are never read as orders."""
HEADER_ROWS: Final = 30
"""How many filled rows are looked at for the header row."""
_LONGEST_HEADING: Final = 300
_ENOUGH: Final = 2
"""Known fields that make a row a header row."""


NOT_READ: Final = "-"
"""In place of a field: the column is not read."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a column; ``index`` counts from 1."""

    index: int
    text: str
    where: str
    over: str = ""
    """What stands above the heading itself, over several columns: "Ship-to" over "Name", "Street", "City"."""
    hidden: bool = False

    @property
    def whole(self) -> str:
        """The heading in one line, with what stands over it."""
        return " ".join(f"{self.over} {self.text}".split())


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose field is known, and what settled it beside its heading."""

    heading: Heading
    field: Field
    because: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a sheet hold."""

    row: int
    columns: tuple[Column, ...]
    unknown: tuple[Heading, ...] = ()
    doubled: tuple[tuple[Field, tuple[Heading, ...]], ...] = ()
    results: tuple[int, ...] = ()
    """The columns of an earlier checked copy: "Result", "Errors", and "Key" unless somebody removed it."""

    @property
    def width(self) -> int:
        """The last column that is read."""
        return max((column.heading.index for column in self.columns), default=0)

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields that have a column."""
        return frozenset(column.field.name for column in self.columns)


def fold(text: str) -> str:
    """A heading without case, accents, blanks and punctuation; only its begin, of texts that are no headings."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST_HEADING].casefold())
    return "".join(char for char in plain if char.isalnum())


def _spellings(word: str) -> Iterable[str]:
    yield fold(word)
    written_out = word.casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        written_out = written_out.replace(umlaut, letters)
    yield fold(written_out)


@cache
def _words(book: Book) -> Mapping[str, tuple[tuple[str, bool], ...]]:
    """Folded word to the fields it may mean, each with whether it is a weak claim."""
    words: dict[str, dict[str, bool]] = {}
    for field in fields_of(book):
        words.setdefault(fold(field.title), {}).setdefault(field.name, False)
        for word, weak in words_of(field.name):
            for spelling in _spellings(word):
                claims = words.setdefault(spelling, {})
                claims[field.name] = claims.get(field.name, True) and weak
    return {word: tuple(claims.items()) for word, claims in words.items()}


def recognise(
    row: int, headings: Sequence[Heading], book: Book, mapped: Mapping[int, str] | None = None
) -> Layout | None:
    """The layout that this row describes; ``None`` when it is no header row.

    ``mapped`` says what some columns hold, whatever their headings are: a field's name, or ``NOT_READ``.
    """
    ours = _result_columns(headings)
    mapped = mapped or {}
    strong: dict[str, list[Heading]] = {}
    weak: dict[str, list[Heading]] = {}
    for heading in headings:
        if heading.index in mapped:
            if mapped[heading.index] != NOT_READ:
                strong.setdefault(mapped[heading.index], []).append(heading)
            continue
        if heading.index in ours:
            continue
        for name, is_weak in _claims(heading, book):
            if name not in mapped.values():
                (weak if is_weak else strong).setdefault(name, []).append(heading)
    for name, claimants in weak.items():
        if name not in strong and (name not in ADDRESS_WORDS or _whole_address(strong, weak)):
            strong[name] = claimants
    if len(strong) < (_ENOUGH if not mapped else 1):
        return None
    by_name = {field.name: field for field in fields_of(book)}
    columns = [Column(found[0], by_name[name]) for name, found in strong.items()]
    columns.sort(key=lambda column: column.heading.index)
    used = {heading.index for found in strong.values() for heading in found}
    return Layout(
        row=row,
        columns=tuple(columns),
        unknown=tuple(
            heading
            for heading in headings
            if heading.index not in used
            and heading.index not in ours
            and mapped.get(heading.index) != NOT_READ
        ),
        doubled=tuple((by_name[name], tuple(found)) for name, found in strong.items() if len(found) > 1),
        results=ours,
    )


def _claims(heading: Heading, book: Book) -> Sequence[tuple[str, bool]]:
    """The fields that a heading may mean, each with whether the claim is weak."""
    words = _words(book)
    alone = words.get(fold(heading.text), ())
    if not heading.over:
        return alone
    for text in (f"{heading.over} {heading.text}", heading.text, f"{heading.text} {heading.over}"):
        found = words.get(fold(text), ())
        if any(text != heading.text or not weak for _, weak in found):
            return found
    # "Name" below "Bill-to" is no part of the shipping address.
    return [(name, weak) for name, weak in alone if not (weak and name in ADDRESS_WORDS)]


def _whole_address(strong: Mapping[str, object], weak: Mapping[str, object]) -> bool:
    needed = ("name", "street", "city", "postal_code", "country")
    return all(f"ship_to.{part}" in strong or f"ship_to.{part}" in weak for part in needed)


def _result_columns(headings: Sequence[Heading]) -> tuple[int, ...]:
    texts = {heading.index: heading.text.strip() for heading in headings}
    first = [at for at in texts if (texts[at], texts.get(at + 1)) == OURS[:2]]
    if not first:
        return ()
    at = first[-1]
    return (at, at + 1, at + 2) if texts.get(at + 2) == OURS[2] else (at, at + 1)


def missing(layout: Layout, book: Book, given: frozenset[str]) -> list[Field]:
    """The required fields that have no column; ``given`` names those whose value is known without one."""
    return [
        field
        for field in fields_of(book)
        if field.required and field.name not in layout.fields and field.name not in given
    ]


def require(layout: Layout, book: Book, given: frozenset[str], place: str) -> None:
    """Refuse a layout in which a field has two columns, or a required one has none.

    ``given`` names the fields whose value is known without a column.  Raises ``InvalidDocument``.
    """
    if layout.doubled:
        said = "; ".join(
            f"{field.title} in {' and '.join(map(_said, found))}" for field, found in layout.doubled
        )
        raise InvalidDocument(
            f"two columns claim one field: {said}",
            code="columns_doubled",
            hint="rename or remove the column that is not meant",
            place=place,
        )
    lacking = missing(layout, book, given)
    if not lacking:
        return
    found = ", ".join(_said(column.heading) for column in layout.columns)
    unknown = ", ".join(_said(heading) for heading in layout.unknown)
    options = [field.option for field in lacking if field.option]
    raise InvalidDocument(
        f"the columns {', '.join(field.title for field in lacking)} are missing; known columns: {found}"
        + (f"; unknown columns: {unknown}" if unknown else ""),
        code="columns_missing",
        hint="add the columns, or name them so that they are known: "
        + "; ".join(f"{field.title} as {examples(field)}" for field in lacking)
        + (f"; or give the option {' and '.join(f'{option}=' for option in options)}" if options else ""),
        place=place,
    )


def examples(field: Field, each: int = 3) -> str:
    """Some of the headings that are known for a field, in every language."""
    return ", ".join(f'"{word}"' for word in dict.fromkeys(examples_of(field.name, each)))


def suggestions(heading: Heading, book: Book) -> tuple[str, ...]:
    """The fields whose known headings come nearest to an unknown one, at most three."""
    titles = {field.name: field.title for field in fields_of(book)}
    words = _words(book)
    near = get_close_matches(fold(heading.text)[:40], words, n=5, cutoff=0.75)
    return tuple(dict.fromkeys(titles[words[word][0][0]] for word in near))[:3]


def _said(heading: Heading) -> str:
    flat = heading.whole
    return f'{heading.where} "{flat if len(flat) <= 40 else flat[:39] + "…"}"'
