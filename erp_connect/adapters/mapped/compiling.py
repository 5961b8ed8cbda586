"""From a section's plan to the functions that read its rows.

Listing orders reads millions of cells: a loop over the plan for each row would cost more than the database.  So the
loop runs once, and writes down the function that one would have written by hand for these columns; it sees places and
names of this library, never data and never a word of the mapping file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ...models import Money, OrderLine, OrderStatus, PurchaseOrderLine, Quantities, UnitPrice
from ...models.base import Value
from .building import ONE, ZERO, custom_of, discount_of, holds_of, kind_of
from .counting import scaled
from .format import LINE_TEXTS, QUANTITIES
from .natives import Cell, Text
from .texts import Unmapped, text_of

__all__ = ["Reading", "line_maker", "remembered", "values_reader"]

Values = Callable[[Sequence[Any], list[str]], dict[str, Any]]
_REMEMBERED: Final = 4096


class Reading(NamedTuple):
    """How one field is read out of a row; ``factor`` is where the first of its two factors stands."""

    name: str
    place: int
    read: Callable[[Any], Any]
    factor: int | None
    cell: Cell


def remembered(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same reader, for columns of few different cells; a ``TypeError`` where a cell cannot be remembered."""
    return lru_cache(_REMEMBERED, typed=True)(read)


class _Body:
    """The lines of a function, and the names that it knows."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: dict[str, Any] = {"Unmapped": Unmapped, "scaled": scaled, "text_of": text_of}

    def bind(self, value: Any) -> str:
        """A name for a value."""
        name = f"k{len(self.known)}"
        self.known[name] = value
        return name

    def unpack(self, readings: Sequence[Reading], offset: int, more: Sequence[int] = ()) -> None:
        """``c7`` is the cell at place 7, counted without the columns that stand in front of the section's own."""
        wanted = {reading.place for reading in readings} | set(more)
        for reading in readings:
            if reading.factor is not None:
                wanted |= {reading.factor, reading.factor + 1}
        last = max(wanted, default=-1)
        names = ["_"] * offset + [f"c{place}" if place in wanted else "_" for place in range(last + 1)]
        if names:
            self.lines.append(f"({', '.join(names)}, *_) = row")

    def value(self, reading: Reading, target: str, unmapped: str) -> None:
        """Read one field into ``target``; ``None`` for what is NULL or means nothing."""
        cell = f"c{reading.place}"
        if reading.cell.text is not Text.WORKED and reading.factor is None:
            end = ".rstrip(' ')" if reading.cell.text is Text.BLANKS else ""
            self.lines.append(
                f"{target} = ({cell}{end} or None) if type({cell}) is str"
                f" else None if {cell} is None else text_of({cell}){end} or None"
            )
            return
        self.lines.append(f"{target} = None if {cell} is None else {self.bind(reading.read)}({cell})")
        if reading.factor is not None:
            factors = f"c{reading.factor}, c{reading.factor + 1}"
            told = f"scaled({target}, {factors}, {self.bind(reading.cell.path)})"
            self.lines.append(f"if {target} is not None: {target} = {told}")
        elif reading.cell.unmapped:
            told = f"{unmapped}({self.bind(reading.name)}, {target}, warnings)"
            self.lines.append(f"if type({target}) is Unmapped: {target} = {told}")

    def built(self, model: type[Value], said: Mapping[str, str]) -> str:
        """A model with these fields, the others as they are by default."""
        cells = ", ".join(f"{name}={local}" for name, local in said.items())
        return f"{self.bind(model)}.trusted({cells})"

    def function(self, head: str) -> Any:
        """The function, made."""
        text = "\n".join([f"def made({head}):", *(f"    {line}" for line in self.lines)])
        exec(compile(text, "<mapping>", "exec"), self.known)  # noqa: S102 (made of places and of names of ours)
        return self.known["made"]


def values_reader(
    readings: Sequence[Reading], constants: Mapping[str, Any], offset: int, unmapped: Callable[..., Any]
) -> Values:
    """``made(row, warnings)``: what the row says, by field; what is NULL or means nothing is left out."""
    body = _Body()
    body.unpack(readings, offset)
    body.lines.append(f"said = {body.bind(dict(constants))}.copy()")
    told = body.bind(unmapped)
    for reading in readings:
        body.value(reading, "v", told)
        body.lines.append(f"if v is not None: said[{body.bind(reading.name)}] = v")
    body.lines.append("return said")
    made: Values = body.function("row, warnings")
    return made


def line_maker(
    model: type[OrderLine] | type[PurchaseOrderLine],
    readings: Sequence[Reading],
    constants: Mapping[str, Any],
    offset: int,
    unmapped: Callable[..., Any],
    native_status: int | None,
) -> Callable[[Sequence[Any], str, int, str | None, list[str]], OrderLine]:
    """``made(row, id, position, currency, warnings)``: the line that a row says."""
    body = _Body()
    body.unpack(readings, offset, () if native_status is None else (native_status,))
    told = body.bind(unmapped)
    said: dict[str, str] = {name: body.bind(value) for name, value in constants.items()}
    for number, reading in enumerate(readings):
        said[reading.name] = f"v{number}"
        body.value(reading, f"v{number}", told)
    fields = {"id": "id", "position": "position"}
    fields |= {name: said[name] for name in LINE_TEXTS if name in said}
    fields |= {name: "None" for name in ("product", "unit") if name not in said}
    if model is PurchaseOrderLine and "supplier_product" in said:
        fields["supplier_product"] = said["supplier_product"]
    fields["quantities"] = _quantities(body, said)
    fields["status"] = _or_else(body, said.get("status"), OrderStatus.UNKNOWN)
    fields |= _amounts(body, said)
    if "kind" in said:
        fields["kind"] = f"{body.bind(kind_of)}({said['kind']}, warnings)"
    if "holds" in said:
        fields["holds"] = f"{body.bind(holds_of)}({said['holds']})"
    if native_status is not None:
        cell = f"c{native_status}"
        fields["native_status"] = f"None if {cell} is None else text_of({cell}).strip() or None"
    own = {name: local for name, local in said.items() if name.startswith("custom.")}
    if own:  # their names are the mapping file's: bound, not written down
        listed = ", ".join(f"{body.bind(name)}: {local}" for name, local in own.items())
        fields["custom"] = f"{body.bind(custom_of)}({{{listed}}})"
    body.lines.append(f"return {body.built(model, fields)}")
    made: Callable[..., OrderLine] = body.function("row, id, position, currency, warnings")
    return made


def _quantities(body: _Body, said: Mapping[str, str]) -> str:
    told = {name: said[name] for name in QUANTITIES if name in said}
    told["ordered"] = _or_else(body, told.get("ordered"), ZERO)
    return body.built(Quantities, told)


def _amounts(body: _Body, said: Mapping[str, str]) -> dict[str, str]:
    """Price, amounts and discount: nothing without a currency, as nothing else says what they are in."""
    fields: dict[str, str] = {}
    for name, model in (("price", UnitPrice), ("net", Money), ("tax", Money)):
        if name not in said:
            continue
        told = {"amount": said[name], "currency": "currency"}
        if name == "price":
            told["per"] = _or_else(body, said.get("price_per"), ONE)
        fields[name] = f"None if {said[name]} is None or not currency else {body.built(model, told)}"
    if "discount" in said or "discount_amount" in said:
        parts = f"{said.get('discount', 'None')}, {said.get('discount_amount', 'None')}"
        fields["discount"] = f"{body.bind(discount_of)}({parts}, currency)"
    return fields


def _or_else(body: _Body, local: str | None, default: Any) -> str:
    other = body.bind(default)
    return other if local is None else f"{other} if {local} is None else {local}"
