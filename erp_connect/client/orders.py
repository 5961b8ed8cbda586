"""Sales orders: ``erp.orders``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime

from ..models import (
    Amendment,
    BatchResult,
    Customer,
    Findings,
    LineRef,
    Order,
    OrderDraft,
    OrderEvent,
    OrderStatus,
    Plan,
    Ref,
    Reference,
    Tracking,
    WriteReceipt,
)
from . import following, reading
from .bulk import Progress, create_many
from .checking import check
from .context import Context
from .creating import draft_of
from .verbs import OrderVerbs


class Orders:
    """Sales orders: what customers ask for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._verbs = OrderVerbs(context, "orders")

    def check(self, draft: OrderDraft) -> Findings:
        """Say what speaks against a draft; writes nothing.

        Looks at what the back-end can hold, at customer, products, units, prices, stock and credit as far as it
        can be asked, and at its own dry run where it has one.  Returns ``Findings``: ``.errors`` would stop the
        write, ``.warnings`` a person should see, ``.raise_for_errors()`` raises ``InvalidOrder``.
        """
        return check(self._context, draft_of("orders", draft))

    def create(
        self,
        draft: OrderDraft,
        key: str | None = None,
        allow_loss: Collection[str] = (),
        on_price_mismatch: str = "refuse",
        resume: bool = False,
    ) -> WriteReceipt[Order]:
        """Create one order, exactly once for each ``key``, and answer with what is stored.

        A repeated call with the same key and content answers with the first result (``replayed``); other content
        is ``KeyReused``.  Without a key only this call is guarded.  ``allow_loss`` names field paths
        (``"order.notes"``) whose values may be lost.  ``on_price_mismatch="accept"`` writes although an
        ``expected_price`` is not the back-end's.  ``resume`` completes with a corrected draft what a
        ``PartialFailure`` left.

        Raises ``InvalidOrder`` and other refusals (nothing written), ``LossyWrite``, ``PriceMismatch``,
        ``UnsupportedOperation``, ``KeyInProgress``; ``OutcomeUnknown`` when nobody can tell yet: call again with
        the same key after ``retry_after`` seconds, which looks before it sends.
        """
        return self._verbs.create(draft, key, allow_loss, on_price_mismatch, resume=resume)

    def create_many(
        self,
        drafts: Iterable[OrderDraft],
        keys: Iterable[str] | Callable[[OrderDraft], str],
        workers: int | None = None,
        progress: Progress | None = None,
        allow_loss: Collection[str] = (),
    ) -> BatchResult[Order]:
        """Create many orders; every draft ends in ``.succeeded`` or in ``.failed``, and no refusal stops the rest.

        ``keys``: one key per draft, or a function of a draft (``ec.keys.by_customer_po``).  ``progress(done,
        total)`` is called after each block, and, where ``drafts`` have a length and an earlier run has written some
        of them, before the first block with how many.  ``workers`` bounds the calls at once where the back-end takes
        orders one by one; never more than it allows.  Interrupted and run again with the same keys, it goes on.
        A draft of which no key can be made fails with ``code="no_key"``.  Expected prices that are not the
        back-end's are refused, as in :meth:`create`.
        """
        return create_many(self._context, "orders", drafts, keys, workers, progress, allow_loss)

    def get(self, order: Order | str) -> Order:
        """The order as it stands now, by an ``Order`` or its id.

        One that is gone is rebuilt from its posted documents (COMPLETED) or from the journal (CANCELLED).
        Raises ``NotFound``.
        """
        self._context.require("orders.get")
        number = order.number if isinstance(order, Order) else None
        found: Order = reading.read_order(self._context, "orders", reading.id_of(order, "orders"), number)
        return found

    def find(
        self,
        number: str | None = None,
        customer_po: str | None = None,
        customer: str | Ref | Customer | None = None,
        key: str | None = None,
        reference: Reference | str | None = None,
    ) -> Sequence[Order]:
        """The orders that match all that is given, exactly; empty when there are none.

        By its ``number`` a cancelled order is found, too, that the back-end has deleted and the journal remembers.
        ``key`` is the key of a create made through this journal.
        """
        return reading.find_orders(
            self._context,
            "orders",
            number=number,
            party=customer,
            customer_po=customer_po,
            key=key,
            reference=reference,
        )

    def list(
        self,
        modified_since: datetime | None = None,
        ordered_from: date | None = None,
        ordered_to: date | None = None,
        status: OrderStatus | str | Iterable[OrderStatus | str] | None = None,
        customer: str | Ref | Customer | None = None,
        limit: int | None = None,
    ) -> Iterator[Order]:
        """Stream orders with flat memory; you may write while you iterate.

        ``modified_since`` is an aware instant, the other dates are the company's, both ends included.
        """
        return reading.list_orders(
            self._context,
            "orders",
            modified_since=modified_since,
            ordered_from=ordered_from,
            ordered_to=ordered_to,
            status=status,
            party=customer,
            limit=limit,
        )

    def plan(
        self,
        order: Order | str,
        *amendments: Amendment,
        key: str | None = None,
        allow_loss: Collection[str] = (),
    ) -> Plan[Order]:
        """Think a change through; writes nothing.

        ``.diff`` is what would change, ``.price_effect`` by how much the net total would, ``.computed_by`` who
        reckoned it.  Applying the plan twice writes once: it carries its key.  ``plan.to_json()`` lets it wait, and
        ``plan(order, *plan.amendments)`` makes it again on what stands now.
        """
        return self._verbs.plan(order, amendments, key, allow_loss)

    def apply(self, plan: Plan[Order], force: bool = False) -> WriteReceipt[Order]:
        """Make a planned change.

        It is made on what stands now, as long as nothing that it touches has moved: the lines it names, the header
        fields it sets, how much is ordered of a product it adds, the holds it is about; nor anything by which its
        ``price_effect`` would be another.  Otherwise ``VersionConflict``; ``.diff`` shows all that has moved, what the
        plan touches first.  ``force`` writes over whatever is there: the only last-write-wins.
        """
        return self._verbs.apply(plan, force=force)

    def amend(
        self,
        order: Order | str,
        *amendments: Amendment,
        key: str | None = None,
        allow_loss: Collection[str] = (),
    ) -> WriteReceipt[Order]:
        """Change an order: plan and apply.

        Given an ``Order``, it holds to that version: whatever has moved since, touched or not, is
        ``VersionConflict`` with ``.diff``.  Given an id, it changes what stands.
        """
        return self._verbs.amend(order, amendments, key, allow_loss)

    def cancel(
        self,
        order: Order | str,
        reason: str,
        lines: Sequence[LineRef] | LineRef | None = None,
        key: str | None = None,
    ) -> WriteReceipt[Order]:
        """Cancel what is open of an order, or of some of its lines.  Given an ``Order``, it holds to that version.

        ``reason`` is free text for the audit trail and for the back-end where it has a place.  All open lines
        together are the whole order.  Raises ``TransitionNotAllowed`` when nothing is open any more.
        """
        return self._verbs.cancel(order, reason, lines, key)

    def track(self, order: Order | str) -> Tracking:
        """Where an order is: lines, shipments with tracking numbers, promised dates, events."""
        return following.track_order(self._context, "orders", order)

    def events(self, since: str | None = None) -> Iterator[OrderEvent]:
        """What happened to orders, oldest first, after a stored ``cursor``; at least once each.

        Raises ``NotFound`` with ``code="cursor_expired"`` for a cursor that the back-end does not know any more.
        """
        return following.events(self._context, "orders", since)

    def apply_many(self, plans: Iterable[Plan[Order]]) -> BatchResult[Order]:
        """Apply plans, each as ``apply`` does; one order's conflict does not stop the others."""
        return self._verbs.apply_many(plans)
