"""The order book, sales and purchases alike: keeping an order as the product would, and reading it.

What creates orders is in :mod:`.creating`, what changes them in :mod:`.changing`; :func:`order_book` puts a book
together from what a profile can do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from ...errors import NotFound
from ...models import (
    NO_CUSTOM,
    Amendment,
    EventKind,
    Order,
    OrderDraft,
    OrderEvent,
    OrderFields,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderDraft,
    Ref,
    Shipment,
    Tracking,
)
from ...rules.amending import amended
from ...rules.entering import enter
from ...rules.facts import Facts
from ...rules.lateness import tracking
from ...rules.status import StatusFacts, timeliness, with_status
from ..contract import Listing, OrderRef, StampPolicy, Support, Written
from .free_goods import FreeGoods, with_free_goods
from .office import PAGE, Office
from .shaping import Shape
from .shelf import Shelf, altered
from .versions import next_version, touched
from .world import World

D = TypeVar("D", bound=OrderDraft | PurchaseOrderDraft)
O = TypeVar("O", bound=OrderFields)  # noqa: E741 (the order's letter, as in the rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Generic[D, O]):
    """What tells sales from purchases: where orders and parties stand, and how the party and its number are called."""

    book: str
    """``orders`` or ``purchase_orders``."""
    field: str
    """``order`` or ``purchase_order``, as field paths begin."""
    party_field: str
    reference_field: str
    shelf: Shelf[O]
    parties: Shelf[Any]
    """Customers, or suppliers."""
    said: Callable[[D], str | Ref]
    """The customer or supplier of a draft."""
    party: Callable[[O], tuple[str, str | None]]
    """Number and id of an order's party."""
    reference: Callable[[O], str | None]
    """The party's own number for an order."""
    enter: Callable[..., O]
    """The rule that makes an order of a draft."""


def sales(world: World) -> Side[OrderDraft, Order]:
    """Sales orders of a world."""
    return Side(
        book="orders",
        field="order",
        party_field="order.customer",
        reference_field="order.customer_po",
        shelf=world.orders,
        parties=world.customers,
        said=lambda draft: draft.customer,
        party=lambda order: (order.customer, order.customer_id),
        reference=lambda order: order.customer_po,
        enter=enter,
    )


def purchases(world: World) -> Side[PurchaseOrderDraft, PurchaseOrder]:
    """Purchase orders of a world."""
    return Side(
        book="purchase_orders",
        field="purchase_order",
        party_field="purchase_order.supplier",
        reference_field="purchase_order.supplier_reference",
        shelf=world.purchase_orders,
        parties=world.suppliers,
        said=lambda draft: draft.supplier,
        party=lambda order: (order.supplier, order.supplier_id),
        reference=lambda order: order.supplier_reference,
        enter=enter,
    )


class OrderRecords(Generic[D, O]):
    """The part that every order book has: get, find, list, events, and keeping what the others write."""

    def __init__(self, office: Office, side: Side[D, O]) -> None:
        self.office = office
        self.world = office.world
        self.side: Side[D, O] = side
        self.policy: StampPolicy = office.profile.stamp(side.book)
        self.shape = Shape(office.profile.fields, side.field, office.profile.derives)

    # ------------------------------------------------------------------------------------------------ keeping

    def store(
        self,
        before: O | None,
        after: O,
        kinds: Iterable[EventKind],
        details: Mapping[str, Any] = NO_CUSTOM,
    ) -> O:
        """Keep an order in its new state as the product would: version, line ids, what vanishes; note the events."""
        profile, now = self.office.profile, self.office.now()
        changes: dict[str, Any] = {"modified_at": now}
        if before is None:
            changes["created_at"] = now
        if self.policy.shared and self.side.reference(after) is not None:
            changes["stamp"] = None  # the PO number owns the field
        after = altered(after, **changes)
        if not profile.stable_line_ids:
            after = self._renumbered(after)
        else:
            self._note_positions(after)
        after = self.shown(after)
        version = next_version(profile.version, before, after, start=self._unused_version)
        after = altered(after, version=version)
        self._keep(after, now)
        for kind in kinds:
            self.world.log(self.side.book, kind, after, now, details)
        if after.status is OrderStatus.COMPLETED and before is not None and before.status is not after.status:
            self.world.log(self.side.book, EventKind.COMPLETED, after, now)
            if profile.posted_orders_vanish:
                self.drop(after.id)
        return after

    def drop(self, id: str) -> None:
        """Delete an order; its documents stay."""
        if self.side.book == "orders":
            self.world.drop_order(id, self.office.now())
        else:
            self.side.shelf.drop(id, self.office.now())

    def touch(self, id: str) -> None:
        """Move the version without changing anything else, as somebody's look at the order may do."""
        with self.world.lock:
            order = self.current(id)
            self._keep(altered(order, version=touched(order.version)), self.office.now())

    def current(self, id: str) -> O:
        """The order as it stands, for a write: ``NotFound`` when there is none, ``RecordLocked`` when in use."""
        found = self.side.shelf.get(id)
        if found is None:
            raise self.not_found()
        self.world.faults.check_lock(id)
        return found

    @property
    def gifts(self) -> Sequence[FreeGoods]:
        """What the product adds to orders of this book by itself."""
        return self.world.free_goods if self.side.book == "orders" else ()

    def changed(
        self,
        before: O,
        changes: Sequence[Amendment],
        said: Iterable[str | Ref],
        line_ids: Callable[[int], str],
    ) -> tuple[O, Mapping[str, tuple[str, ...]]]:
        """The order with all amendments and what the product adds to them, and which lines took whose place.

        ``said`` are the products that the amendments name.
        """
        last_position = self.world.last_positions.get(before.id, 0)
        after, replaced = amended(
            before,
            changes,
            facts=self.facts(before, said),
            line_ids=line_ids,
            now=self.office.now(),
            last_position=last_position,
        )
        known = {line.id for line in before.lines}.union(*replaced.values())
        fresh = [line.id for line in after.lines if line.id not in known]
        after = with_free_goods(after, self.gifts, line_ids, of=fresh, last_position=last_position)
        return after, replaced

    def facts(self, order: O, said: Iterable[str | Ref | None] = ()) -> Facts:
        """What the rules want to know about an order and the products that come in."""
        number, id = self.side.party(order)
        party = self.office.party(self.side.parties, Ref.trusted(id=id) if id else number)
        return self.office.facts(party, [*(line.product for line in order.lines), *said], order.currency)

    def written(self, order: O, **more: Any) -> Written[O]:
        """The answer to a write: with the record, or with its id only."""
        stored = order if self.office.profile.answers_with_record else None
        return Written(id=order.id, stored=stored, complete=order.complete, warnings=order.warnings, **more)

    def not_found(self) -> NotFound:
        """No such order."""
        what = self.side.field.replace("_", " ")
        hint = f"this back-end deletes {what}s that are cancelled or posted" if self._deletes else None
        return NotFound(f"there is no such {what}", system=self.office.system, hint=hint)

    def line_id(self, position: int) -> str:
        """The id of a new line: its own line number where the product has no other, else one that says nothing."""
        profile = self.office.profile
        if profile.line_id is None:
            return f"line-{self.world.next('line')}"
        return profile.line_id.format(position * profile.line_step)

    def _note_positions(self, order: O) -> None:
        highest = max((line.position for line in order.lines), default=0)
        known = self.world.last_positions
        known[order.id] = max(known.get(order.id, 0), highest)

    def _unused_version(self) -> int:
        return 100_000 * self.world.next("versions")

    def _keep(self, order: O, at: datetime) -> None:
        if isinstance(order, Order):
            self.world.keep_order(order, at)
        else:
            self.side.shelf.put(order, at)

    def _renumbered(self, order: O) -> O:
        """Line ids that are places in the order: they and the positions shift when a line goes, in papers too."""
        ids = {line.id: str(place) for place, line in enumerate(order.lines, start=1)}
        if all(old == new for old, new in ids.items()):
            return order
        lines = tuple(
            altered(line, id=ids[line.id], position=place, parent_line=ids.get(str(line.parent_line)))
            for place, line in enumerate(order.lines, start=1)
        )
        holds = tuple(
            altered(hold, line_id=ids.get(hold.line_id)) if hold.line_id else hold for hold in order.holds
        )
        papers: tuple[Shelf[Any], ...] = (
            self.world.shipments,
            self.world.invoices,
            self.world.returns,
            self.world.goods_receipts,
        )
        for shelf in papers:
            for document in shelf.under(("order", order.id)):
                parts = tuple(
                    altered(part, order_line_id=ids.get(part.order_line_id, part.order_line_id))
                    for part in document.lines
                )
                shelf.put(altered(document, lines=parts), self.office.now())
        return altered(order, lines=lines, holds=holds)

    @property
    def _deletes(self) -> bool:
        profile = self.office.profile
        return profile.on_cancel.value == "gone" or profile.posted_orders_vanish

    # ------------------------------------------------------------------------------------------------ reading

    def get(self, id: str) -> O:
        """The order with this id; ``NotFound`` when there is none."""
        operation = f"{self.side.book}.get"
        self.office.ensure(operation)
        found = self.office.read(operation, lambda: self.office.see(self.side.shelf, id))
        if found is None:
            raise self.not_found()
        return self.shown(found)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, O]:
        """The orders with these ids, in one request."""
        operation = f"{self.side.book}.get"
        self.office.ensure(operation)
        see, shelf = self.office.see, self.side.shelf
        found = self.office.read(operation, lambda: {id: see(shelf, id) for id in ids})
        return {id: self.shown(order) for id, order in found.items() if order is not None}

    def list(self, wanted: Listing) -> Iterator[O]:
        """Stream a snapshot, page by page: what is written meanwhile does not disturb it."""
        book = self.side.book
        self.office.ensure(f"{book}.list")
        if wanted.modified_since is not None:
            self.office.ensure(f"{book}.list_modified")
        return self._pages(wanted)

    def events(self, since: str | None) -> Iterator[OrderEvent]:
        """What happened after the cursor, oldest first."""
        operation = f"{self.side.book}.events"
        self.office.ensure(operation)
        log = self.office.read(operation, lambda: tuple(self.world.events[self.side.book]))
        if since is not None and all(event.cursor != since for event in reversed(log)):
            raise NotFound(
                "the cursor has expired",
                code="cursor_expired",
                hint="start again without a cursor",
                system=self.office.system,
                operation=operation,
            )
        after = (event for event in log if since is None or event.cursor > since)
        if self.office.profile.operations[operation].support is Support.NATIVE:
            return after
        # Made from the time of the last change: what is gone is not seen.
        return (event for event in after if event.order_id in self.side.shelf)

    def track(self, order: OrderRef) -> Tracking:
        """Where an order is."""
        operation = f"{self.side.book}.track"
        self.office.ensure(operation)
        found, shipments, events = self.office.read(operation, lambda: self._followed(order))
        if found is None:
            raise self.not_found()
        return tracking(self.shown(found), shipments, events, self.office.today())

    def shown(self, order: O) -> O:
        """The order as of today: whether it is late depends on the day of reading."""
        now = timeliness(order, self.office.today())
        return order if now is order.timeliness else altered(order, timeliness=now)

    def _pages(self, wanted: Listing) -> Iterator[O]:
        operation, yielded = f"{self.side.book}.list", 0
        delay = self.office.profile.list_delay
        snapshot = self.office.read(operation, lambda: self.office.see_all(self.side.shelf, delay))
        for start in range(0, len(snapshot), PAGE):
            if start:
                self.office.read(operation, lambda: None)
            for order in snapshot[start : start + PAGE]:
                if self._listed(order, wanted):
                    if wanted.limit is not None and yielded >= wanted.limit:
                        return
                    yielded += 1
                    yield self.shown(order)

    def _listed(self, order: O, wanted: Listing) -> bool:
        since, day = wanted.modified_since, order.order_date
        if since is not None and order.modified_at is not None:
            if self.office.profile.modified_by_day:
                since = since.replace(hour=0, minute=0, second=0, microsecond=0)
            if order.modified_at < since:
                return False
        return (
            (wanted.ordered_from is None or (day is not None and day >= wanted.ordered_from))
            and (wanted.ordered_to is None or (day is not None and day <= wanted.ordered_to))
            and (wanted.status is None or order.status in wanted.status)
            and (wanted.party is None or self.is_of(order, wanted.party))
        )

    def is_of(self, order: O, party: str | Ref) -> bool:
        number, id = self.side.party(order)
        if isinstance(party, Ref):
            return party.id == id
        return self.office.spoken(self.side.party_field, party) == number

    def rebuilt(self, id: str, number: str | None) -> O | None:
        """What shipments, receipts and invoices say of an order that is gone: lines and quantities that moved."""
        if id in self.side.shelf:
            return None
        last = self.side.shelf.last(id)
        if last is None and number is not None:
            last = next((order for order in self.side.shelf.gone() if order.number == number), None)
        if last is None:
            return None
        left = self._added(last.id, self.world.shipments, self.world.goods_receipts)
        back = self._added(last.id, self.world.returns)
        lines = tuple(
            altered(
                line,
                quantities=altered(
                    line.quantities,
                    ordered=left[line.id],
                    cancelled=None,
                    backordered=None,
                    returned=back.get(line.id),
                ),
            )
            for line in last.lines
            if line.id in left
        )
        if not lines:
            return None
        bare = altered(last, lines=lines, holds=(), version=None)
        return with_status(bare, StatusFacts(closed=True, gone=True), self.office.today())

    def _added(self, order_id: str, *shelves: Shelf[Any]) -> dict[str, Decimal]:
        """What the documents of an order add up to, by line."""
        sums: dict[str, Decimal] = {}
        for shelf in shelves:
            for document in shelf.under(("order", order_id)):
                for part in document.lines:
                    sums[part.order_line_id] = sums.get(part.order_line_id, Decimal(0)) + part.quantity
        return sums

    def _followed(self, ref: OrderRef) -> tuple[O | None, Sequence[Shipment], Sequence[OrderEvent]]:
        found = self.office.see(self.side.shelf, ref.id) or self.rebuilt(ref.id, ref.number)
        if found is None:
            return None, (), ()
        id = found.id
        shipments = self.world.shipments.under(("order", id)) if self.office.able("shipments.of") else []
        events: Sequence[OrderEvent] = ()
        if self.office.able(f"{self.side.book}.events"):
            events = tuple(event for event in self.world.events[self.side.book] if event.order_id == id)
        return found, shipments, events
