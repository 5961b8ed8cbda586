"""The order book that is written: creating, amending, cancelling, each in one transaction and read back in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection

from ...errors import DuplicateReference, LossyWrite, VersionConflict
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
from ...rules.entering import enter
from ...rules.facts import Facts, Policy, PriceList
from ...rules.quantities import open_quantity
from ...rules.totals import tax_rates_of
from ...rules.validation import examine, refuse
from ..contract import Write, Written
from .keeping import Keeper, Steps
from .masters import Records
from .office import Office
from .orders import OrderRecords
from .plans import Ground
from .reading import D, O, OrderPlan
from .selling import Prices

enter_any: Final[Any] = enter  # of either kind: the draft's class decides
EXPECTED: Final = "warn"


class OrderWriting(OrderRecords[D, O]):
    """Creates, changes and cancels orders."""

    def __init__(
        self,
        office: Office,
        ground: Ground,
        plan: OrderPlan[D, O],
        *,
        parties: Records[Any],
        products: Records[Any],
        prices: Prices | None,
        enforced: bool,
    ) -> None:
        super().__init__(office, plan)
        self.keeper = Keeper(office, ground, plan)
        self.parties, self.products, self.prices = parties, products, prices
        self.enforced = enforced
        cancel = plan.rows.lines.cancel
        self.policy = Policy(on_cancel_line="gone" if cancel is not None and cancel.delete else "kept")
        self._currency = ground.file.currency if "currency" not in plan.header.fields else None
        self._ground = ground

    def create(self, draft: D, write: Write) -> Written[O]:
        """Create one order with its lines; it is answered with as it was read back."""
        with self._writing("create", write) as connection:
            self._check_currency(draft.currency)
            if self.enforced:
                self._refuse_second(connection, write.stamp)
            party: Any = getattr(draft, self.side.party)
            facts = self._facts(
                connection, party, [line.product for line in draft.lines], currency=draft.currency
            )
            key, number = self.keeper.numbered(connection)
            order: Any = enter_any(
                draft,
                facts,
                id="new",
                number=None if number is None else str(number),
                line_ids=[f"new-{place}" for place in range(1, len(draft.lines) + 1)],
                now=self.office.now(),
                stamp=self._stamp_of(write),
            )
            refuse(
                examine(draft, facts, on_price_mismatch=EXPECTED, entered=order, errors_only=True),
                operation=f"{self.side.book}.create",
            )
            native = self.keeper.keep_new(connection, self._shared_stamp(order, write), key, write.allow_loss)
            stored = self._read_back(connection, native)
        write.made(stored.id, stored.number)
        return Written(id=stored.id, stored=stored)

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
            steps = self._steps(amendments, write)
            named = self.keeper.keep_changed(connection, before, after, key, steps)
            stored = self._read_back(connection, key)
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
            stored = self._read_back(connection, key)
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

    def _read_back(self, connection: Connection, key: tuple[Any, ...]) -> O:
        for found in self.plan.by_keys(connection, [key], self.office.today()):
            return found
        raise self._ground.file.wrong(
            self.side.book,
            "an order that was just written is not among those that the mapping reads; nothing was applied",
            "see to its where, joins and deleted: they leave the new row out",
        )

    def _steps(self, amendments: Sequence[Amendment], write: Write) -> Steps:
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
        return Steps(
            header=header, lines=dict.fromkeys(gone, self.keeper.cancel_line), allowed=write.allow_loss
        )

    def _facts(
        self, connection: Connection, party: str | Ref, said: Iterable[str | Ref], *, currency: str
    ) -> Facts:
        named = self.parties.said(connection, [party])
        asked = list(said)
        products = self.products.said(connection, asked)
        known = {**products, **{each.number or each.id: each for each in products.values()}}
        prices = (
            PriceList(self.prices.entries(connection, list(known.values())))
            if self.prices is not None and self.side.book == "orders" and known
            else ()
        )
        return Facts(
            today=self.office.today(),
            party=next(iter(named.values()), None),
            products=known,
            prices=prices,
            currency=currency,
            policy=self.policy,
        )

    def _facts_of(self, connection: Connection, order: O, said: Iterable[str | Ref] = ()) -> Facts:
        party: str = getattr(order, self.side.party)
        products = [line.product for line in order.lines if line.product is not None]
        return self._facts(connection, party, [*products, *said], currency=order.currency)

    def _check_currency(self, currency: str) -> None:
        if self._currency is not None and currency != self._currency:
            raise LossyWrite(
                f"orders are in {self._currency} here; nothing converts money",
                fields=(f"{self.side.field}.currency",),
                path="currency",
                hint=f"write the order in {self._currency}",
            )

    # -- stamps --------------------------------------------------------------------------------------------

    def _stamp_of(self, write: Write) -> str | None:
        return write.stamp if "stamp" in self.plan.header.fields else None

    def _shared_stamp(self, order: O, write: Write) -> O:
        """Where one column serves both, an order without the party's own number carries the stamp there."""
        if self.shared_field() is None or getattr(order, self.side.their_number) is not None:
            return order
        order.__dict__[self.side.their_number] = write.stamp  # nobody else has seen this order yet
        return order

    def _refuse_second(self, connection: Connection, stamp: str) -> None:
        conditions = self.plan.conditions()
        self.plan.header.fields["stamp"].condition(conditions, stamp)
        if self.plan.header.fetch(connection, conditions, limit=1):
            raise DuplicateReference(
                "an order with this stamp is on file already",
                code="stamp_taken",
                hint="look it up with its key",
            )


def _products(amendments: Iterable[Amendment]) -> list[str | Ref]:
    said: list[str | Ref] = []
    for change in amendments:
        if isinstance(change, AddLine):
            said.append(change.line.product)
        elif isinstance(change, SubstituteProduct):
            said.append(change.to)
    return said
