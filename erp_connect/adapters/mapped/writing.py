"""The order book that is written: creating, amending, cancelling, each in one transaction and read back in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import Connection

from ...errors import VersionConflict
from ...models import (
    AddLine,
    Amendment,
    CancelLine,
    OrderStatus,
    PlaceHold,
    Ref,
    ReleaseHold,
    SubstituteProduct,
)
from ...rules.amending import amended
from ...rules.cancelling import cancelled
from ...rules.diff import moved
from ...rules.facts import Facts
from ...rules.quantities import open_quantity
from ...rules.totals import tax_rates_of
from ..contract import Write, Written
from .creating import Creating
from .keeping import Steps
from .reading import D, O


class OrderWriting(Creating[D, O]):
    """Creates, changes and cancels orders."""

    def amend(self, order: O, amendments: Sequence[Amendment], write: Write) -> Written[O]:
        """Apply all amendments, or none; ``VersionConflict`` when the order has moved."""
        with self._changing("amend", order, write) as (connection, before, key):
            facts = self._facts_of(connection, before, _products(amendments))
            names = count(1)
            after, replaced = amended(
                before,
                amendments,
                facts=facts,
                line_ids=lambda _: f"new-{next(names)}",
                now=self.office.now(),
            )
            whole = after.status is OrderStatus.CANCELLED and before.status is not OrderStatus.CANCELLED
            steps = self._steps(amendments, write, whole=whole)
            named = self.keeper.keep_changed(connection, before, after, key, steps)
            (stored,) = self._read_back(connection, [key])
        instead = {old: tuple(named.get(new, new) for new in news) for old, news in replaced.items()}
        return Written(id=order.id, stored=stored, replaced=instead)

    def cancel(self, order: O, lines: Sequence[str] | None, write: Write) -> Written[O] | None:
        """Cancel what is open of these lines or of the order; ``None`` where the mapping deletes the order."""
        with self._changing("cancel", order, write) as (connection, before, key):
            facts = self._facts_of(connection, before)
            after: O = cancelled(
                before,
                lines,
                reason=write.reason,
                now=self.office.now(),
                policy=self.policy,
                today=facts.today,
                tax_rates=tax_rates_of(before.lines, facts.products),
            )
            whole = after.status is OrderStatus.CANCELLED
            section = self.plan.rows.cancel
            if whole and section is not None and section.delete:
                self.keeper.drop(connection, before, key)
                return None
            affected = [line.id for line in before.lines if open_quantity(line.quantities) > 0]
            if lines is not None:
                affected = [id for id in affected if id in lines]
            sets = self.keeper.cancel_lines if whole else self.keeper.cancel_line
            header = self.keeper.cancel if whole else ()
            steps = Steps(event="cancel", header=header, lines=dict.fromkeys(affected, sets))
            self.keeper.keep_changed(connection, before, after, key, steps)
            (stored,) = self._read_back(connection, [key])
        return Written(id=order.id, stored=stored)

    # -- what every write needs ----------------------------------------------------------------------------

    @contextmanager
    def _writing(self, verb: str, write: Write) -> Iterator[Connection]:
        with self.office.writing(f"{self.side.book}.{verb}", write) as connection:
            yield connection

    @contextmanager
    def _changing(self, verb: str, order: O, write: Write) -> Iterator[tuple[Connection, O, tuple[Any, ...]]]:
        """The transaction, the order as it stands in it, kept from others and held to its version, and its key."""
        key = self.plan.header.key_from(order.id)
        if key is None:
            raise self.not_found(verb)
        with self._writing(verb, write) as connection:
            self.keeper.lock(connection, key)
            current = self._current(connection, key, verb)
            if not write.force and current.version != order.version:
                raise VersionConflict("the order was changed since it was read", diff=moved(order, current))
            yield connection, current, key

    def _current(self, connection: Connection, key: tuple[Any, ...], verb: str) -> O:
        for found in self.plan.by_keys(connection, [key], self.office.today()):
            return found
        raise self.not_found(verb)

    def _steps(self, amendments: Sequence[Amendment], write: Write, *, whole: bool) -> Steps:
        """What the mapping declares for these changes; ``whole``: nothing of the order is left after them."""
        header = [
            given
            for change in amendments
            for given in (
                self.keeper.hold
                if isinstance(change, PlaceHold)
                else self.keeper.release
                if isinstance(change, ReleaseHold)
                else ()
            )
        ]
        gone = [str(change.line) for change in amendments if isinstance(change, CancelLine)]
        if whole:
            lines = dict.fromkeys(gone, self.keeper.cancel_lines)
            return Steps(
                event="cancel", header=[*header, *self.keeper.cancel], lines=lines, allowed=write.allow_loss
            )
        return Steps(
            header=header, lines=dict.fromkeys(gone, self.keeper.cancel_line), allowed=write.allow_loss
        )

    def _facts_of(self, connection: Connection, order: O, said: Iterable[str | Ref] = ()) -> Facts:
        party: str = getattr(order, self.side.party)
        products = [line.product for line in order.lines if line.product is not None]
        return self._facts(connection, party, [*products, *said], currency=order.currency)


def _products(amendments: Iterable[Amendment]) -> list[str | Ref]:
    said: list[str | Ref] = []
    for change in amendments:
        if isinstance(change, AddLine):
            said.append(change.line.product)
        elif isinstance(change, SubstituteProduct):
            said.append(change.to)
    return said
