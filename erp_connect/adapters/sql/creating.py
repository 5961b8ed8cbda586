"""Entering orders: many in one transaction, each judged by itself before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ...collector import collector_paused
from ...errors import DuplicateReference, ErpConnectError, InvalidOrder
from ...models import Severity
from ...rules.entering import enter
from ...rules.validation import examine, refuse
from ...wire.sql import among
from ...wire.sql.numbers import reserve
from ..contract import Simulation, Write, Written
from .capabilities import MAX_LINES
from .facts import Known
from .keeping import keep_new
from .mapping_orders import D, O
from .orders import OrderRecords
from .reading import Sent, in_portions, read_back
from .schema import COUNTERS

enter_any: Final[Any] = enter  # of either kind: the draft's class decides
EXPECTED: Final = "warn"
"""A back-end does not know what price the caller expected: it never refuses for that."""


class Creating(OrderRecords[D, O]):
    """Creates orders, and tells what they would become."""

    def create(self, draft: D, write: Write) -> Written[O]:
        """Create one order with its lines; it is answered with as it was read back."""
        (verdict,) = self.create_block([(draft, write)])
        if isinstance(verdict, ErpConnectError):
            raise verdict
        return verdict

    def create_block(self, block: Sequence[tuple[D, Write]]) -> Sequence[Written[O] | ErpConnectError]:
        """Create them in one transaction; a refused one leaves its neighbours alone."""
        if not block:
            return []
        operation = f"{self.side.book}.create"
        with collector_paused(), self.office.writing(operation, *(write for _, write in block)) as connection:
            verdicts, sent = self._enter_all(connection, block)
            back = read_back(connection, self.side, sent, self.office.today())
        answers: list[Written[O] | ErpConnectError] = []
        for (_, write), verdict in zip(block, verdicts, strict=True):
            if isinstance(verdict, ErpConnectError):
                answers.append(self.office.sign(verdict, operation))
            else:
                stored = back[verdict]
                write.made(stored.id, stored.number)
                answers.append(Written(id=stored.id, stored=stored))
        return answers

    def simulate(self, draft: D) -> Simulation[O]:
        """What would be stored, with the warnings; raises what it would be refused with.  Nothing is written."""
        operation = f"{self.side.book}.simulate"
        with self.office.reading(operation) as connection:
            known = self._known(connection, [draft], lock=False)
            facts = known.facts(self.side.said(draft), [line.product for line in draft.lines])
            findings = examine(draft, facts, on_price_mismatch=EXPECTED)
            refuse(findings, operation=operation)
            order: Any = enter_any(
                draft,
                facts,
                id="simulated",
                number=None,
                line_ids=[f"simulated-{place}" for place in range(1, len(draft.lines) + 1)],
                now=self.office.now(),
            )
        said = tuple(found.message for found in findings if found.severity is not Severity.ERROR)
        return Simulation(order=order, messages=said)

    def _enter_all(
        self, connection: Connection, block: Sequence[tuple[D, Write]]
    ) -> tuple[list[int | ErpConnectError], list[Sent[O]]]:
        """Write the orders; answers with the key or the refusal of each draft, and with what was written."""
        verdicts: list[int | ErpConnectError] = []
        known = self._known(connection, [draft for draft, _ in block], lock=True)
        entered = self._entered(connection, block, known, verdicts)
        return verdicts, keep_new(connection, self.office, self.side, entered, known)

    def _entered(
        self,
        connection: Connection,
        block: Sequence[tuple[D, Write]],
        known: Known,
        verdicts: list[int | ErpConnectError],
    ) -> Iterator[O]:
        """The orders that can be written, each made when it is asked for."""
        side = self.side
        taken = self._stamps_on_file(connection, [write.stamp for _, write in block])
        keys = reserve(connection, COUNTERS, side.ids, len(block))
        line_keys = iter(
            reserve(connection, COUNTERS, "erp_line_ids", sum(len(draft.lines) for draft, _ in block))
        )
        now = self.office.now()
        for (draft, write), key in zip(block, keys, strict=True):
            line_ids = [str(next(line_keys)) for _ in draft.lines]
            try:
                _check_size(draft)
                if write.stamp in taken:
                    raise _twice(side.field)
                facts = known.facts(side.said(draft), [line.product for line in draft.lines])
                order: Any = enter_any(
                    draft, facts, id=str(key), number=str(key), line_ids=line_ids, now=now, stamp=write.stamp
                )
                refuse(
                    examine(draft, facts, on_price_mismatch=EXPECTED, entered=order, errors_only=True),
                    operation=f"{side.book}.create",
                )
            except ErpConnectError as error:
                verdicts.append(error)
                continue
            taken.add(write.stamp)
            known.count(None, order)
            verdicts.append(key)
            yield order

    def _known(self, connection: Connection, drafts: Sequence[D], *, lock: bool) -> Known:
        return Known.of(
            connection,
            self.office,
            self.side,
            parties=[self.side.said(draft) for draft in drafts],
            products=[line.product for draft in drafts for line in draft.lines],
            unpriced=[line.product for draft in drafts for line in draft.lines if line.price is None],
            lock=lock,
        )

    def _stamps_on_file(self, connection: Connection, stamps: Sequence[str]) -> set[str]:
        column = self.side.table.c.stamp
        found: set[str] = set()
        for portion in in_portions(stamps):
            found |= set(
                connection.execute(sa.select(column).where(among(connection, column, portion))).scalars()
            )
        return found


def _check_size(draft: Any) -> None:
    if len(draft.lines) > MAX_LINES:
        raise InvalidOrder(
            f"an order has at most {MAX_LINES} lines here",
            code="too_many_lines",
            path="lines",
            hint="divide it into several orders",
        )


def _twice(field: str) -> DuplicateReference:
    return DuplicateReference(
        f"{'an' if field[0] in 'aeio' else 'a'} {field.replace('_', ' ')} with this stamp is on file already",
        code="stamp_taken",
        hint="look it up with its key",
    )
