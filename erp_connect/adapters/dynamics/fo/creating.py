"""Creating orders: the header first, then its lines, each of them under its number in the draft (dynamics.md 3.5).

A header whose lines were refused stays: the error is ``partial`` and :meth:`Creating.remove` takes it away.  One whose
lines may be on their way is gone on with by :meth:`Creating.resume`, which adds the lines that are not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from ....errors import ErpConnectError, KeyInProgress
from ....models import Order, PurchaseOrder
from ....wire.http import Answer
from ....wire.odata import Operation, Unreadable
from ...contract import Write, Written
from ...services.cells import Body, etag, text, whole
from .diagnosing import looked_into
from .documents import line_id, lines_in
from .finding import Finding
from .mapping_drafts import header_out, lines_out
from .sides import OWN_NUMBER, SALES

E = TypeVar("E", Order, PurchaseOrder)
_STEP: Final = "create the header"
_ADDING: Final = "add its lines"
_MOST_PARTS: Final = 1000
"""Parts of one batch; documentation allows five thousand."""


class Creating(Finding[E]):
    """The half of an order book that makes new ones."""

    def create(self, draft: Any, write: Write) -> Written[E]:
        """Create an order: one request for its header, one for each block of lines.

        Refused at its header it is not there; refused at its lines the header is (``partial``); no answer is
        ``unknown``, and what is there then is found by its number or its stamp.
        """
        operation = f"{self.book}.create"
        header = header_out(draft, write.stamp, self.office)
        lines_out(draft, "", self.office)  # refuses what cannot be said before anything is sent
        write.sending(_STEP)
        try:
            with self.office.translated(operation, writes=True):
                made = self.office.api.create(self.headers, header)
                number = self._made(made, header, write)
        except ErpConnectError as refusal:
            raise looked_into(refusal, draft, self.side, self.office) from refusal.__cause__
        self._add(lines_out(draft, number, self.office), draft, write, operation)
        return Written(id=number)

    def resume(self, order: E, draft: Any, write: Write) -> Written[E]:
        """Add the lines of the draft whose numbers the order does not have yet."""
        name = OWN_NUMBER if self.side is SALES else self.side.line_id
        there = {whole(row, name) for row in lines_in(order.raw)}
        missing = {
            place: body
            for place, body in lines_out(draft, order.id, self.office).items()
            if place not in there
        }
        write.made(order.id, order.number)
        self._add(missing, draft, write, f"{self.book}.create")
        return Written(id=order.id)

    def remove(self, order: E, write: Write) -> None:
        """Delete an order, lines and header in one change set; refused where anything is delivered."""
        write.sending("delete the order")
        self.office.together(self.deletions(order, force=False), f"{self.book}.create")

    def deletions(self, order: E, *, force: bool) -> list[Operation]:
        """The parts that delete an order, each held to its version."""
        rows = [
            *((self.line_at(order.id, line_id(row, self.side)), row) for row in lines_in(order.raw)),
            (self.order_at(order.id), order.raw),
        ]
        return [
            Operation("DELETE", address, None, {"If-Match": "*" if force else etag(row) or "*"})
            for address, row in rows
        ]

    def line_at(self, order: str, line: str) -> str:
        """The address of a line: by its lot, or by its order and number."""
        if self.side is SALES:
            return self.office.at(self.lines, **{self.side.line_id: line})
        keys: dict[str, str | int] = {self.side.number: order, self.side.line_id: int(line)}
        return self.office.at(self.lines, **keys)

    def create_block(self, block: Sequence[tuple[Any, Write]]) -> Sequence[Written[E] | ErpConnectError]:
        """Create orders in two batches: their headers, then their lines; each order is judged by itself."""
        operation = f"{self.book}.create"
        verdicts: dict[int, Written[E] | ErpConnectError] = {}
        headers: dict[int, Body] = {}
        for place, (draft, write) in enumerate(block):
            try:
                headers[place] = header_out(draft, write.stamp, self.office)
                lines_out(draft, "", self.office)
            except ErpConnectError as refusal:
                headers.pop(place, None)
                verdicts[place] = refusal
        for place in headers:
            block[place][1].sending(_STEP)
        groups = [[Operation("POST", self.headers, header)] for header in headers.values()]
        answers = self.office.each(groups, operation) if groups else []
        numbers: dict[int, str] = {}
        for place, answer in zip(headers, answers, strict=True):
            told = self._told(answer, headers[place], *block[place], operation)
            if isinstance(told, str):
                numbers[place] = told
            else:
                verdicts[place] = told
        verdicts |= self._lines_of(block, numbers, operation)
        return [verdicts[place] for place in range(len(block))]

    # -- what became of it -----------------------------------------------------------------------------------

    def _made(self, made: Any, header: Body, write: Write) -> str:
        """The number of a header that was made; ``Unreadable`` where the answer tells of another one."""
        number = text(made, self.side.number)
        if not number:
            raise Unreadable("it names no order")
        if text(made, self._stamp).casefold() != text(header, self._stamp).casefold():
            raise Unreadable("it tells of an order with another reference than was sent")
        write.made(number, number)
        return number

    def _told(
        self,
        answer: tuple[Answer, ...] | ErpConnectError,
        header: Body,
        draft: Any,
        write: Write,
        operation: str,
    ) -> str | ErpConnectError:
        if isinstance(answer, ErpConnectError):
            return looked_into(answer, draft, self.side, self.office)
        try:
            with self.office.translated(operation, writes=True):
                return self._made(self.office.api.entity(answer[0]), header, write)
        except ErpConnectError as failure:
            return failure

    def _add(self, lines: dict[int, Body], draft: Any, write: Write, operation: str) -> None:
        """Add lines to an order that is there, in blocks that stand or fall together."""
        size = self.office.settings.lines_at_once
        bodies = list(lines.values())
        for start in range(0, len(bodies), size):
            parts = [Operation("POST", self.lines, body) for body in bodies[start : start + size]]
            write.sending(_ADDING)
            try:
                self.office.together(parts, operation)
            except KeyInProgress:
                raise
            except ErpConnectError as failure:
                raise self._of_lines(failure, draft) from failure.__cause__

    def _of_lines(self, failure: ErpConnectError, draft: Any) -> ErpConnectError:
        """What the failure of lines means for an order whose header is there."""
        if failure.outcome != "not_applied":
            return failure
        told = looked_into(failure, draft, self.side, self.office)
        told.outcome = "partial"
        return told

    def _lines_of(
        self, block: Sequence[tuple[Any, Write]], numbers: dict[int, str], operation: str
    ) -> dict[int, Written[E] | ErpConnectError]:
        """Add the lines of many orders, each order's in one change set of a batch; a very long order goes by itself."""
        verdicts: dict[int, Written[E] | ErpConnectError] = {}
        waiting: list[tuple[int, list[Operation]]] = []
        parts = 0
        for place, number in numbers.items():
            draft, write = block[place]
            lines = lines_out(draft, number, self.office)
            if len(lines) > self.office.settings.lines_at_once:
                verdicts[place] = self._alone(lines, number, draft, write, operation)
                continue
            bodies = lines.values()
            waiting.append((place, [Operation("POST", self.lines, body) for body in bodies]))
            parts += len(bodies)
            if parts >= _MOST_PARTS:
                verdicts |= self._sent(block, waiting, numbers, operation)
                waiting, parts = [], 0
        return verdicts | self._sent(block, waiting, numbers, operation)

    def _alone(
        self, lines: dict[int, Body], number: str, draft: Any, write: Write, operation: str
    ) -> Written[E] | ErpConnectError:
        try:
            self._add(lines, draft, write, operation)
        except KeyInProgress:
            raise
        except ErpConnectError as failure:
            return failure
        return Written(id=number)

    def _sent(
        self,
        block: Sequence[tuple[Any, Write]],
        waiting: Sequence[tuple[int, Sequence[Operation]]],
        numbers: dict[int, str],
        operation: str,
    ) -> dict[int, Written[E] | ErpConnectError]:
        if not waiting:
            return {}
        for place, _ in waiting:
            block[place][1].sending(_ADDING)
        answers: Sequence[tuple[Answer, ...] | ErpConnectError]
        try:
            answers = self.office.each([parts for _, parts in waiting], operation)
        except KeyInProgress:
            raise
        except ErpConnectError as failure:
            answers = [failure] * len(waiting)
        return {
            place: self._of_lines(answer, block[place][0])
            if isinstance(answer, ErpConnectError)
            else Written(id=numbers[place])
            for (place, _), answer in zip(waiting, answers, strict=True)
        }
