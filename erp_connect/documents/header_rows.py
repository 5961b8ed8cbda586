"""Where a sheet's headings stand: below titles, in one row or in two, in merged cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..errors import InvalidDocument
from .csvfile import DELIMITERS, CsvRows
from .fields import Book, fields_of
from .headers import HEADER_ROWS, NOT_READ, Column, Heading, Layout, examples, fold, recognise
from .sender import SenderProfile
from .shape import Merged, SheetRows, column_letters
from .values import Cell

__all__ = ["LOOKED_AT_ROWS", "best", "cell_name", "layout_of", "settled", "where"]

LOOKED_AT_ROWS = 1_000
"""Rows, blank ones included, among which the header row must stand."""


def where(rows: SheetRows) -> str:
    """The file, and the sheet where it has sheets."""
    return f"{rows.path.name}, sheet {rows.sheet}" if rows.sheet else rows.path.name


def cell_name(rows: SheetRows, row: int, index: int) -> str:
    """How people name a cell of this file."""
    return f"column {index}" if isinstance(rows, CsvRows) else f"{column_letters(index)}{row}"


def best(rows: SheetRows, book: Book, sender: SenderProfile) -> Layout | None:
    """The row that names the most fields; the first of equals."""
    return max(_candidates(rows, book, sender), key=lambda layout: len(layout.columns), default=None)


def _candidates(rows: SheetRows, book: Book, sender: SenderProfile) -> Iterator[Layout]:
    looked_at = 0
    seen: dict[int, dict[int, str]] = {}
    merges: dict[int, dict[tuple[int, int], Merged]] = {}
    for merged in rows.shape.merged:  # by the last row of each, so that a sheet full of them costs no more
        merges.setdefault(merged.bottom, {})[merged.top, merged.left] = merged
    for number, cells in rows.rows(last=max(LOOKED_AT_ROWS, sender.header_row or 0)):
        texts = seen[number] = _texts(cells)
        looked_at += bool(texts)
        if sender.header_row in (None, number):
            for headings in _readings(rows, sender, number, seen, merges):
                found = recognise(number, headings, book, _mapped(headings, sender))
                if found is not None:
                    yield found
        if looked_at >= HEADER_ROWS and sender.header_row is None:
            return


def _texts(cells: Sequence[Cell]) -> dict[int, str]:
    return {
        index: cell.value
        for index, cell in enumerate(cells, start=1)
        if isinstance(cell.value, str) and cell.value.strip()
    }


def _readings(
    rows: SheetRows,
    sender: SenderProfile,
    number: int,
    seen: Mapping[int, Mapping[int, str]],
    merges: Mapping[int, Mapping[tuple[int, int], Merged]],
) -> Iterator[list[Heading]]:
    """The row's headings; with the row above it where the two may be one header of two levels."""
    alone = dict(seen[number])
    over: dict[int, str] = {}
    for top, left in merges.get(number, {}):
        text = seen.get(top, {}).get(left)
        if top < number and text is not None:
            alone.setdefault(left, text)
    for (top, left), merged in merges.get(number - 1, {}).items():
        text = seen.get(top, {}).get(left)
        if merged.right > left and text is not None:
            over |= {index: text for index in alone if left <= index <= merged.right}
            over[left] = text
    if not alone:
        return
    above = seen.get(number - 1, {})
    # A title stands over all columns, and nothing beside it.
    title = len(set(over.values())) == 1 and {*alone, *above} <= set(over)
    if over and not title:
        # What a person merged over some of the columns belongs to them.
        both = {**{index: text for index, text in above.items() if index not in over}, **alone}
        yield _headings(rows, sender, number, both, {**_spread(above, over, alone), **over})
        return
    yield _headings(rows, sender, number, alone, {})
    if above and not over:
        both = {**{index: text for index, text in above.items() if index not in alone}, **alone}
        yield _headings(rows, sender, number, both, _spread(above, {}, alone))


def _spread(above: Mapping[int, str], merged: Mapping[int, str], alone: Mapping[int, str]) -> dict[int, str]:
    """What stands in the row above, each text as far as the next one."""
    found: dict[int, str] = {}
    last = ""
    for index in range(1, max(alone, default=0) + 1):
        # Merged cells say how far each one goes; without them a text goes as far as the next one.
        last = above.get(index, "" if merged else last) if index not in merged else ""
        if last and index in alone:
            found[index] = last
    return found


def _headings(
    rows: SheetRows,
    sender: SenderProfile,
    number: int,
    texts: Mapping[int, str],
    over: Mapping[int, str],
) -> list[Heading]:
    hidden = rows.shape.hidden_columns
    return [
        Heading(
            index,
            text,
            cell_name(rows, number, index),
            over="" if over.get(index) == text else over.get(index, ""),
            hidden=index in hidden,
        )
        for index, text in sorted(texts.items())
        if not (sender.hidden == "skip" and index in hidden)
    ]


def _mapped(headings: Sequence[Heading], sender: SenderProfile) -> dict[int, str]:
    """Column to the field that the sender's profile names for it."""
    if not sender.columns:
        return {}
    by_heading = {fold(name): field for name, field in sender.columns.items()}
    by_letter = sender.by_letter
    found = {}
    for heading in headings:
        named = by_heading.get(fold(heading.whole)) or by_heading.get(fold(heading.text))
        field = by_letter.get(column_letters(heading.index)) or named
        if field is not None:
            found[heading.index] = field
    return found


# --------------------------------------------------------------------------- the one that counts


def layout_of(rows: SheetRows, book: Book, sender: SenderProfile) -> Layout:
    """The layout of the sheet; raises ``InvalidDocument`` when it is empty or has no header row."""
    found = best(rows, book, sender)
    if found is not None:
        _hold_to(found, rows, sender)
        return found
    filled = next(
        (number for number, cells in rows.rows() if any(cell.value is not None for cell in cells)), None
    )
    if filled is None:
        raise InvalidDocument(
            "the sheet is empty" if rows.sheet else "the file is empty",
            code="document_empty",
            hint="save the orders in it, or name another sheet",
            place=where(rows),
        )
    needed = [field for field in fields_of(book) if field.required]
    hint = "put the names of the columns above the rows: " + "; ".join(
        f"{field.title} as {examples(field, 1)}" for field in needed
    )
    if isinstance(rows, CsvRows):
        hint += _other_delimiter(rows, book, sender)
    if sender.header_row is not None:
        raise InvalidDocument(
            f"row {sender.header_row}, which the profile names as the header row, has no known headings",
            code="profile_differs",
            hint="correct header_row in the profile, or leave it out so that the row is looked for",
            place=where(rows),
        )
    raise InvalidDocument("the sheet has no header row", code="header_missing", hint=hint, place=where(rows))


def _other_delimiter(rows: CsvRows, book: Book, sender: SenderProfile) -> str:
    for other in (*DELIMITERS, "|"):
        if other != rows.delimiter and best(replace(rows, delimiter=other), book, sender) is not None:
            return f"; or give delimiter={other!r}: with it the file has a header row"
    return ""


def _hold_to(layout: Layout, rows: SheetRows, sender: SenderProfile) -> None:
    """Refuse a sheet that lacks a column of the sender's profile: the sender has changed it."""
    there = {column.heading.index for column in layout.columns} | {each.index for each in layout.unknown}
    headings = [column.heading for column in layout.columns] + list(layout.unknown)
    known = {fold(each.whole) for each in headings} | {fold(each.text) for each in headings}
    letters = {column_letters(index) for index in there}
    missing = [
        name
        for name, field in sender.columns.items()
        if field != NOT_READ and fold(name) not in known and sender.letter(name) not in letters
    ]
    missing += [name for name in sender.skip_where if fold(name) not in known]
    if missing:
        raise InvalidDocument(
            "the sheet lacks columns that the profile names: " + ", ".join(f'"{name}"' for name in missing),
            code="profile_differs",
            hint="ask whether the sender has changed the sheet, and correct [columns] in the profile",
            place=where(rows),
        )


def settled(layout: Layout, rows: SheetRows, sender: SenderProfile) -> Layout:
    """The layout with one column a field where a person would see one: hidden and empty columns stand back."""
    if not layout.doubled:
        return layout
    drop: set[int] = set()
    reasons: dict[int, str] = {}
    for _, headings in layout.doubled:
        seen = [heading for heading in headings if not heading.hidden] if sender.hidden != "read" else []
        left = seen or list(headings)
        if len(left) > 1:
            filled = _filled(rows, layout, {heading.index for heading in left})
            left = [heading for heading in left if heading.index in filled]
        if len(left) != 1:
            continue
        aside = [heading for heading in headings if heading is not left[0]]
        drop |= {heading.index for heading in aside}
        reasons[left[0].index] = ", ".join(
            f'{heading.where} "{heading.whole}" means the same and is {"hidden" if heading.hidden else "empty"}'
            for heading in aside
        )
    columns = []
    for column in layout.columns:
        claimants = next((found for field, found in layout.doubled if field is column.field), ())
        kept = next((each for each in claimants if each.index in reasons), None)
        columns.append(Column(kept, column.field, reasons[kept.index]) if kept is not None else column)
    columns.sort(key=lambda column: column.heading.index)
    return replace(
        layout,
        columns=tuple(columns),
        doubled=tuple(
            (field, found) for field, found in layout.doubled if not any(each.index in drop for each in found)
        ),
    )


def _filled(rows: SheetRows, layout: Layout, columns: set[int]) -> set[int]:
    """Which of these columns hold anything below the header."""
    found: set[int] = set()
    for _, cells in rows.rows(layout.row + 1, width=max(columns)):
        for index in columns - found:
            if index <= len(cells) and (cells[index - 1].value not in (None, "") or cells[index - 1].trouble):
                found.add(index)
        if found == columns:
            break
    return found
