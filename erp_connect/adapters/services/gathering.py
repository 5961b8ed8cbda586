"""Amendments of one order gathered into what is sent: the same for every product, which says how it words each part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ...errors import InvalidOrder
from ...models import (
    AddLine,
    Amendment,
    CancelLine,
    ChangeAddress,
    ChangeHeader,
    ChangeQuantity,
    LineDraft,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLineDraft,
    SplitLine,
    SubstituteProduct,
)
from ...rules.quantities import moved, open_quantity
from ...wire.http import Answer
from ...wire.odata import Operation
from ...wire.odata.values import loads
from ..successors import part_of, substitute_for
from .cells import Body, Row, etag

ANY: Final = "*"
"""Whatever version is there, but none made anew (dynamics.md 1.13, 4.2)."""


T = TypeVar("T")


class Gathering:
    """What is to be changed of one order, gathered from amendments in their order."""

    def __init__(self, order: Order | PurchaseOrder, rows: Mapping[str, Row]) -> None:
        """``rows``: the lines of the order as they were read, by id."""
        self.order = order
        self._rows = rows
        self._header: Body = {}
        self._lines: dict[str, Body] = {}
        self._new: list[tuple[Body, str | None, bool]] = []
        """Body, the line that it goes on from, and whether that line stays as well."""
        self._gone: list[str] = []

    # -- the amendments --------------------------------------------------------------------------------------

    def make(self, amendment: Amendment) -> None:
        """Gather one amendment; raises for what an order has no place for."""
        match amendment:
            case ChangeHeader():
                self._change_header(amendment)
            case ChangeAddress():
                self._change_address(amendment)
            case AddLine():
                self._add_line(amendment.line)
            case SubstituteProduct():
                line = self.order.line(str(amendment.line))
                self._new.append((self._line_out(substitute_for(line, amendment)), line.id, False))
                self.cancel(line.id)
            case SplitLine():
                self._split(self.order.line(str(amendment.line)), amendment)
            case CancelLine():
                self.cancel(str(amendment.line))
            case ChangeQuantity():
                self._line(str(amendment.line))[self._quantity] = amendment.to
            case _:
                self._make_more(amendment)

    def cancel(self, id: str) -> None:
        """Cancel what is open of a line: it goes, or is lowered to what has moved (dynamics.md 3.5, 5.1)."""
        gone = moved(self.order.line(id).quantities)
        if gone:
            self._line(id)[self._quantity] = gone
        else:
            self._take_away(id)

    def _add_line(self, line: LineDraft | PurchaseOrderLineDraft) -> None:
        if not isinstance(line, LineDraft if isinstance(self.order, Order) else PurchaseOrderLineDraft):
            raise InvalidOrder("the line is one of another kind of order", path="line")
        if line.requested is None and self.order.requested is not None:
            line = line.but(requested=self.order.requested)
        self._new.append((self._line_out(line), None, False))

    def _split(self, line: OrderLine, change: SplitLine) -> None:
        self._new.append((self._line_out(part_of(line, change)), line.id, True))
        self._leave(line, change)

    def _leave(self, line: OrderLine, change: SplitLine) -> None:
        self._line(line.id)[self._quantity] = line.quantities.ordered - change.quantity

    def _take_away(self, id: str) -> None:
        self._lines.pop(id, None)
        self._gone.append(id)

    def _line(self, id: str) -> Body:
        return self._lines.setdefault(id, {})

    def _meant(self, line: Any) -> Sequence[str]:
        """The line that is named, or all that are still waited for."""
        if line is not None:
            return (str(line),)
        return [each.id for each in self.order.lines if open_quantity(each.quantities) > 0]

    def _succeeded(self, told: Iterable[T], id_of: Callable[[T], str]) -> dict[str, tuple[str, ...]]:
        """Which lines took the place of which; ``told``: what is known of each new line, in their order."""
        found: dict[str, tuple[str, ...]] = {}
        for (_, line, stays), each in zip(self._new, told, strict=False):
            if line is not None and (id := id_of(each)):
                found[line] = (line, id) if stays else (id,)
        return found

    # -- what a product says ---------------------------------------------------------------------------------

    @property
    def _quantity(self) -> str:
        """The field of a line's quantity."""
        raise NotImplementedError

    def _change_header(self, change: ChangeHeader) -> None:
        raise NotImplementedError

    def _change_address(self, change: ChangeAddress) -> None:
        raise NotImplementedError

    def _line_out(self, line: LineDraft | PurchaseOrderLineDraft) -> Body:
        """A new line, in the product's words."""
        raise NotImplementedError

    def _make_more(self, amendment: Amendment) -> None:
        """Gather what is told in another way by each product; ``UnsupportedOperation`` for what it does not know."""
        raise NotImplementedError


class GatheredParts(Gathering):
    """The same as the parts of one transaction, each under the ETag of its own record.

    The first part is the header, changed or written as it was: so all of it is refused where somebody else has
    changed it meanwhile.  Lines are added before any is taken away.
    """

    def __init__(self, order: Order | PurchaseOrder, rows: Mapping[str, Row], *, force: bool) -> None:
        super().__init__(order, rows)
        self.force = force

    def _parts(
        self,
        order_at: str,
        as_it_was: Body,
        new_at: str,
        line_at: Callable[[str], str],
        more: Mapping[str, Any] | None = None,
    ) -> list[Operation]:
        """The parts, in the order in which they run; ``more``: what every new line says besides."""
        return [
            Operation("PATCH", order_at, self._header or as_it_was, self._held(self.order.raw)),
            *(Operation("POST", new_at, {**body, **(more or {})}) for body, _, _ in self._new),
            *(
                Operation("PATCH", line_at(id), body, self._held(self._rows.get(id, {})))
                for id, body in self._lines.items()
                if body
            ),
            *(
                Operation("DELETE", line_at(id), None, self._held(self._rows.get(id, {})))
                for id in self._gone
            ),
        ]

    def _held(self, row: Row) -> dict[str, str]:
        """The version that a part holds to; never none, for that may make a record anew (dynamics.md 4.2)."""
        return {"If-Match": ANY if self.force else etag(row) or ANY}


def record_in(answer: Answer) -> Row:
    """The record that an answer to a part holds; an empty one where it cannot be read."""
    try:
        found = loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


__all__ = ["ANY", "GatheredParts", "Gathering", "record_in"]
