"""Why each column is taken for what it holds, in words, and the profile that says it for the next file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..models.references import Place
from .evidence import Evidence, Proof
from .fields import Field
from .headers import Column, Layout, fold
from .order_sheet import Locates
from .sender import SenderProfile
from .shape import column_letters
from .synonyms import ADDRESS_WORDS, WORDS, languages_of

__all__ = ["ColumnMatch", "matches", "profile_of"]

_ORDERS: Final = {"dmy": "the day comes first", "mdy": "the month comes first", "ymd": "the year comes first"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMatch:
    """A column that is read: its field, the heading as it stands there, and why."""

    field: str
    title: str
    heading: str
    place: Place
    reasons: tuple[str, ...]


def matches(
    layout: Layout, sender: SenderProfile, evidence: Mapping[str, Evidence], locate: Locates
) -> tuple[ColumnMatch, ...]:
    """The columns in their order."""
    return tuple(
        ColumnMatch(
            field=column.field.name,
            title=column.field.title,
            heading=column.heading.whole,
            place=locate(layout.row, column.heading.index),
            reasons=tuple(_reasons(column, sender, evidence.get(column.field.name), locate)),
        )
        for column in layout.columns
    )


def _reasons(
    column: Column, sender: SenderProfile, evidence: Evidence | None, locate: Locates
) -> Iterable[str]:
    yield _why(column, sender)
    if column.because:
        yield column.because
    if column.heading.hidden:
        yield "the column is hidden"
    if evidence is None:
        return

    def at(proof: Proof) -> str:
        place = locate(proof.row, column.heading.index)
        return f'{place.cell or f"line {place.line}"} "{proof.text}"'

    if evidence.decimal is not None:
        yield f'"{evidence.decimal}" is the decimal mark, as in {at(evidence.marks[evidence.decimal])}'
    if "date_order" in evidence.used:
        for mark, orders in evidence.orders.items():
            for order, proof in orders.items():
                if len(orders) == 1:
                    yield f'with "{mark}" {_ORDERS[order]}, as in {at(proof)}'
    if "serial_dates" in evidence.used:
        yield "plain numbers near its other dates are day numbers"


def _why(column: Column, sender: SenderProfile) -> str:
    heading, field = column.heading, column.field
    named = sender.by_letter.get(column_letters(heading.index))
    if named == field.name:
        return f"the profile names column {column_letters(heading.index)}"
    if any(
        name == field.name and fold(text) in (fold(heading.whole), fold(heading.text))
        for text, name in sender.columns.items()
    ):
        return f'the profile names "{heading.whole}"'
    if field.name.removeprefix("line.").startswith("custom."):
        return "no field of an order; kept under its heading"
    both = f'"{heading.over}" over "{" ".join(heading.text.split())}"' if heading.over else ""
    for text in _texts(column):
        if fold(text) == fold(field.title):
            return (
                f"{both} is the field's own name" if both and text != heading.text else "the field's own name"
            )
        languages, weak = _languages(field, text)
        if languages:
            said = f"{' and '.join(languages)} for {field.title}"
            if field.name in ADDRESS_WORDS and weak:
                return f"{said}, and the columns beside it make an address"
            if weak:
                return f"{said}, where no better column is one"
            return f"{both}: {said}" if both and text != heading.text else said
    return f"known for {field.title}"


def _texts(column: Column) -> Iterable[str]:
    heading = column.heading
    if heading.over:
        yield f"{heading.over} {heading.text}"
        yield f"{heading.text} {heading.over}"
    yield heading.text


def _languages(field: Field, text: str) -> tuple[list[str], bool]:
    """The languages in which this text is a word for the field, and whether only a weak one."""
    if field.name not in WORDS and field.name not in ADDRESS_WORDS:
        return [], False
    folded = fold(text)
    found: dict[str, bool] = {}
    for language, word, weak in languages_of(field.name):
        written_out = word.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
        if folded in (fold(word), fold(written_out)):
            found[language] = found.get(language, True) and weak
    return list(found), bool(found) and all(found.values())


def profile_of(
    layout: Layout, sender: SenderProfile, evidence: Mapping[str, Evidence], constants: Mapping[str, Any]
) -> SenderProfile:
    """How the sheet was read, as it can be saved: what was given, what was matched, and what its values settled."""
    headings = [column.heading for column in layout.columns] + list(layout.unknown)
    columns = dict(sender.columns)
    said = set(columns.values())
    for column in layout.columns:
        name = column.field.name
        if name in said or name.removeprefix("line.").startswith("custom."):
            continue
        folded = fold(column.heading.whole)
        alone = bool(folded) and sum(fold(each.whole) == folded for each in headings) == 1
        columns[column.heading.whole if alone else f"column {column_letters(column.heading.index)}"] = name
    marks = {each.decimal for each in evidence.values() if each.decimal}
    orders = {each.date_order for each in evidence.values() if each.date_order}
    return sender.model_copy(
        update={
            "columns": columns,
            "constants": {name: str(value) for name, value in constants.items()},
            "decimal": sender.decimal or (marks.pop() if len(marks) == 1 else None),
            "date_order": sender.date_order or (orders.pop() if len(orders) == 1 else None),
        }
    )
