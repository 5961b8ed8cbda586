"""Which line is meant: by id, by position, or by the line itself; and the refusal when there is none."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InvalidOrder
from ..models import Finding, OrderFields, OrderLine, Severity

__all__ = ["line_of", "unknown_line"]


def line_of(order: OrderFields, which: OrderLine | str | int, path: str) -> OrderLine:
    """The line of this order; ``InvalidOrder`` with the code ``line_unknown`` when this version has none such."""
    try:
        return order.line(which)
    except KeyError:
        pass
    raise unknown_line(order.lines, which.id if isinstance(which, OrderLine) else which, path)


def unknown_line(lines: Sequence[OrderLine], asked: str | int, path: str) -> InvalidOrder:
    """The refusal of a line that is not there, with the positions that are."""
    known = tuple(line.position for line in lines)
    return InvalidOrder(
        "the order has no such line",
        code="line_unknown",
        path=path,
        hint=f"its positions are {', '.join(map(str, known)) or 'none'}; read the order again if it has changed",
        findings=(
            Finding(
                code="line_unknown",
                severity=Severity.ERROR,
                path=path,
                message="the order has no such line",
                expected=known,
                actual=asked,
            ),
        ),
    )
