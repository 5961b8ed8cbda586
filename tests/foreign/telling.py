"""Rows of hand-written SQL as facts: the queries name their columns as the facts' fields, here they only get types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from .ground import day, exact
from .truth import Address, Invoice, Line, Return, Shipment

_Papers = dict[str, list[Any]]


def address(row: Any) -> Address:
    return Address(
        *(getattr(row, name).strip() for name in ("name", "street", "postal_code", "city", "country"))
    )


def lines(rows: Iterable[Any], units: Mapping[str, str]) -> tuple[Line, ...]:
    return tuple(
        Line(
            *(int(row.position), row.product.strip(), exact(row.quantity), units[row.unit.strip()]),
            *(
                exact(row.price),
                exact(row.discount),
                exact(row.amount),
                exact(row.shipped),
                exact(row.invoiced),
            ),
            *(exact(row.cancelled), exact(row.returned)),
        )
        for row in rows
    )


def _by_number(rows: Iterable[Any]) -> _Papers:
    papers: _Papers = {}
    for row in rows:
        papers.setdefault(str(row.number), []).append(row)
    return papers


def _counted(rows: Iterable[Any]) -> tuple[tuple[int, Decimal], ...]:
    return tuple((int(row.position), exact(row.quantity)) for row in rows)


def shipments(rows: Iterable[Any], separator: str = ",") -> tuple[Shipment, ...]:
    return tuple(
        Shipment(
            *(number, day(lines[0].day), lines[0].carrier.strip()),
            tuple(part.strip() for part in lines[0].tracking.split(separator) if part.strip()),
            _counted(lines),
        )
        for number, lines in _by_number(rows).items()
    )


def returns(rows: Iterable[Any]) -> tuple[Return, ...]:
    return tuple(
        Return(number, day(lines[0].day), _counted(lines)) for number, lines in _by_number(rows).items()
    )


def invoices(rows: Iterable[Any]) -> tuple[Invoice, ...]:
    """``kind`` is already said in our words; ``net`` is each line's."""
    return tuple(
        Invoice(
            *(number, lines[0].kind, day(lines[0].day), _counted(lines)),
            sum((exact(line.net) for line in lines), Decimal(0)),
        )
        for number, lines in _by_number(rows).items()
    )
