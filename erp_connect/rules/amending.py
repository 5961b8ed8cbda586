"""An order with amendments applied: all of them or none, and no field lost that none of them changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from ..errors import TransitionNotAllowed
from ..models import (
    AddLine,
    AddNote,
    Amendment,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Empty,
    FrozenMapping,
    Hold,
    OrderFields,
    OrderLine,
    PlaceHold,
    ReleaseHold,
    SplitLine,
    SubstituteProduct,
)
from . import line_changes
from .allocating import Taken
from .changing import examine_changes
from .facts import Facts
from .first_look import completeness
from .naming import line_of, unknown_line
from .quantities import open_quantity
from .status import check_transition, restated
from .totals import tax_rates_of, with_totals
from .validation import refuse

__all__ = ["amended", "resolve_lines"]

AnyOrder = TypeVar("AnyOrder", bound=OrderFields)


def resolve_lines(order: OrderFields, amendments: Sequence[Amendment]) -> tuple[Amendment, ...]:
    """The amendments with every ``line`` turned into a line id of this order.

    Raises ``InvalidOrder`` with the code ``line_unknown`` when the order has no such line.
    """
    resolved: list[Amendment] = []
    for index, amendment in enumerate(amendments):
        which = None if isinstance(amendment, AddLine) else getattr(amendment, "line", None)
        if which is None:
            resolved.append(amendment)
            continue
        line = line_of(order, which, f"amendments[{index}].line")
        resolved.append(amendment if which == line.id else amendment.but(line=line.id))
    return tuple(resolved)


@dataclass(slots=True)
class Bench:
    """An order taken apart, on which amendments are made one after the other."""

    order: OrderFields
    facts: Facts
    line_ids: Callable[[int], str]
    now: datetime
    lines: list[OrderLine]
    last_position: int
    """The highest position that a line of the order has had by now."""
    header: dict[str, Any] = field(default_factory=dict)
    """Fields of the order that change."""
    repriced: set[str] = field(default_factory=set)
    """Ids of the lines whose net has to be told anew."""
    replaced: dict[str, tuple[str, ...]] = field(default_factory=dict)
    taken: Taken = field(default_factory=dict)
    totals_move: bool = False

    def get(self, name: str) -> Any:
        """A field of the order as it stands by now."""
        return self.header.get(name, getattr(self.order, name, None))

    def at(self, line_id: str, path: str) -> int:
        """The index of a line that is there by now."""
        for index, line in enumerate(self.lines):
            if line.id == line_id:
                return index
        raise unknown_line(self.lines, line_id, path)

    def put(self, index: int, line: OrderLine, *, reprice: bool = False) -> None:
        """Set a line in the place of its former self."""
        self.lines[index] = line
        if reprice:
            self.repriced.add(line.id)
            self.totals_move = True

    def waiting(self) -> list[int]:
        """The indices of the lines that still have something open."""
        return [i for i, line in enumerate(self.lines) if open_quantity(line.quantities) > 0]

    def next_position(self) -> int:
        """The position of a line that is added: never one that another line of the order has had."""
        self.last_position += 1
        return self.last_position


def amended(
    order: AnyOrder,
    amendments: Sequence[Amendment],
    *,
    facts: Facts,
    line_ids: Callable[[int], str],
    now: datetime,
    last_position: int = 0,
) -> tuple[AnyOrder, Mapping[str, tuple[str, ...]]]:
    """The order after all amendments, and which lines took the place of which (substituted, split ones).

    ``line`` in an amendment is a line id here (positions are understood as well); ``line_ids`` gives the id of a
    new line at a position.  ``last_position`` is the highest that a line of the order has ever had, where lines
    that are gone had one above those that are left: a new line does not get the position of another.
    ``facts.products`` has the products that the amendments name, and those of the order's lines for their tax rates.
    Amounts of lines that no amendment touches stay as they are.

    Raises ``TransitionNotAllowed`` (below what was shipped, a line or order that is done), ``InvalidOrder`` with
    findings, ``ProductBlocked``, ``InsufficientStock`` and so on; then nothing is changed.
    """
    resolved = resolve_lines(order, amendments)
    for amendment in resolved:
        check_transition(order, amendment.operation)
    refuse(examine_changes(order, resolved, facts))
    bench = Bench(
        order=order,
        facts=facts,
        line_ids=line_ids,
        now=now,
        lines=list(order.lines),
        last_position=max((line.position for line in order.lines), default=0),
    )
    bench.last_position = max(bench.last_position, last_position)
    for index, amendment in enumerate(resolved):
        _STEPS[type(amendment)](bench, amendment, f"amendments[{index}]")
    return _rebuilt(order, bench), bench.replaced


def _rebuilt(order: AnyOrder, bench: Bench) -> AnyOrder:
    facts = bench.facts
    changed = order.but(lines=tuple(bench.lines), modified_at=bench.now, **bench.header)
    if bench.totals_move:
        changed = with_totals(
            changed,
            tax_rates_of(changed.lines, facts.products),
            facts.policy.rounding,
            keep=frozenset(line.id for line in bench.lines) - bench.repriced,
        )
    if facts.policy.saves_incomplete:
        complete, warnings = completeness(changed.lines, facts.policy)
        changed = changed.but(complete=complete, warnings=warnings)
    emptied = bool(order.lines) and not bench.lines
    return restated(changed, order, facts.today, cancelled=emptied)


def _address(bench: Bench, change: ChangeAddress, _: str) -> None:
    if change.ship_to is not None:
        bench.header["ship_to"] = change.ship_to
    if change.bill_to is not None:
        bench.header["bill_to"] = change.bill_to


_REPRICING: Final = frozenset({"prices_include_tax", "discounts", "charges"})


def _header(bench: Bench, change: ChangeHeader, _: str) -> None:
    for name, value in change.changes.items():
        cleared: Any = () if name in ("discounts", "charges", "references") else None
        bench.header[name] = cleared if isinstance(value, Empty) else value
        bench.totals_move = bench.totals_move or name in _REPRICING
        if name == "prices_include_tax" and value is not bench.order.prices_include_tax:
            bench.repriced.update(line.id for line in bench.lines)
    if change.custom:
        merged = {**bench.get("custom"), **change.custom}
        bench.header["custom"] = FrozenMapping(
            {name: value for name, value in merged.items() if not isinstance(value, Empty)}
        )


def _note(bench: Bench, change: AddNote, _: str) -> None:
    bench.header["notes"] = (*bench.get("notes"), change.text)


def _hold(bench: Bench, change: PlaceHold, path: str) -> None:
    line_id = None if change.line is None else str(change.line)
    hold = Hold.trusted(kind=change.kind, reason=change.reason, line_id=line_id, since=bench.now)
    if line_id is None:
        others = tuple(
            each for each in bench.get("holds") if each.kind != change.kind or each.line_id is not None
        )
        bench.header["holds"] = (*others, hold)
        return
    index = bench.at(line_id, f"{path}.line")
    line = bench.lines[index]
    bench.put(index, line.but(holds=(*(h for h in line.holds if h.kind != change.kind), hold)))


def _release(bench: Bench, change: ReleaseHold, path: str) -> None:
    line_id = None if change.line is None else str(change.line)
    held = tuple(bench.get("holds"))
    left = tuple(each for each in held if each.kind != change.kind or each.line_id != line_id)
    found = len(left) < len(held)
    if found:
        bench.header["holds"] = left
    if line_id is not None:
        index = bench.at(line_id, f"{path}.line")
        line = bench.lines[index]
        kept = tuple(each for each in line.holds if each.kind != change.kind)
        found = found or len(kept) < len(line.holds)
        bench.put(index, line.but(holds=kept))
    if not found:
        kinds = sorted({each.kind for each in held} | {h.kind for line in bench.lines for h in line.holds})
        raise TransitionNotAllowed(
            "there is no hold of this kind to release",
            code="no_such_hold",
            path=f"{path}.kind",
            hint=f"the holds there are: {', '.join(kinds)}; name the line for a line's own hold"
            if kinds
            else "the order is not on hold",
        )


_STEPS: Final[Mapping[type[Amendment], Callable[[Bench, Any, str], None]]] = {
    AddLine: line_changes.add_line,
    ChangeQuantity: line_changes.change_quantity,
    ChangePrice: line_changes.change_price,
    ChangeDate: line_changes.change_date,
    ChangeDiscount: line_changes.change_discount,
    ChangeWarehouse: line_changes.change_warehouse,
    SubstituteProduct: line_changes.substitute_product,
    SplitLine: line_changes.split_line,
    CancelLine: line_changes.cancel_line,
    ChangeAddress: _address,
    ChangeHeader: _header,
    AddNote: _note,
    PlaceHold: _hold,
    ReleaseHold: _release,
}
