"""The sales order book (dynamics.md 4.2 to 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

from ....errors import (
    DuplicateReference,
    ErpConnectError,
    NotFound,
    ProductBlocked,
    RequestRefused,
    TransitionNotAllowed,
    VersionConflict,
)
from ....models import Amendment, Order, OrderDraft, OrderEvent, OrderStatus, Ref
from ....rules.diff import moved
from ....wire.odata import Operation, literal
from ...answers import understands_answers
from ...contract import Find, Listing, Sought, Write, Written
from ...services.cells import Body, Row, etag, guid, whole
from ...services.gathering import ANY
from ...services.standing import at_hand, told_what_moved
from .events import events_of
from .mapping_changes import ChangeOfOrder, cancellation
from .mapping_drafts import order_body
from .mapping_orders import expanded, order_in
from .office import ORDERS, Office, at, equal, id_of, is_guid

_STEP: Final = "create the order"
_PORTION: Final = 50
_CLOSED: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.SHIPPED, OrderStatus.COMPLETED})


@understands_answers
class SalesOrders:
    """Orders with their lines."""

    def __init__(self, office: Office) -> None:
        self.office = office

    # -- reading ---------------------------------------------------------------------------------------------

    def get(self, id: str) -> Order:
        """The order with this id; ``NotFound`` when there is none."""
        operation = "orders.get"
        row = self.office.row(ORDERS, id, operation, expand=expanded(self.office))
        with self.office.translated(operation):
            return order_in(row, self.office)

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Order]:
        """The orders with these ids, blocks of them in one request; one that does not exist is left out."""
        asked = {id.lower(): id for id in ids if is_guid(id)}
        wanted, found = list(asked), dict[str, Order]()
        for start in range(0, len(wanted), _PORTION):
            portion = wanted[start : start + _PORTION]
            where = " or ".join(f"salesorderid eq {each}" for each in portion)
            found |= {asked[order.id]: order for order in self._where(where, "orders.get")}
        return found

    def find(self, wanted: Find) -> Sequence[Order]:
        """The orders that match in all that is named."""
        settings = self.office.settings
        if wanted.reference is not None:
            return ()
        conditions = []
        if wanted.stamp is not None:
            stamp = wanted.stamp
            own = (
                equal(settings.key_column, stamp)
                if settings.key_column
                else f"salesorderid eq {id_of(stamp)}"
            )
            conditions.append(own)
        if wanted.number is not None:
            conditions.append(equal("ordernumber", wanted.number))
        if wanted.customer_po is not None:
            conditions.append(equal(settings.po_column or "name", wanted.customer_po))
        if wanted.party is not None:
            party = self._party(wanted.party)
            if party is None:
                return ()
            conditions.append(party)
        return self._where(" and ".join(conditions), "orders.find") if conditions else ()

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Order]]:
        """The orders that carry each stamp, in their ids or in the column with the key."""
        stamps = [each.stamp for each in sought]
        if self.office.settings.key_column:
            return {stamp: self.find(Find(stamp=stamp)) for stamp in stamps}
        found = self.get_many([id_of(stamp) for stamp in stamps])
        return {stamp: (found[id_of(stamp)],) for stamp in stamps if id_of(stamp) in found}

    def list(self, wanted: Listing) -> Iterator[Order]:
        """Stream orders a page at a time, oldest change first where that is asked for."""
        operation = "orders.list" if wanted.modified_since is None else "orders.list_modified"
        conditions = []
        if wanted.party is not None:
            party = self._party(wanted.party)
            if party is None:
                return
            conditions.append(party)
        if wanted.modified_since is not None:
            conditions.append(f"modifiedon ge {literal(wanted.modified_since, 'Edm.DateTimeOffset', 4)}")
        orderby = "createdon" if wanted.modified_since is None else "modifiedon"
        left = wanted.limit
        with self.office.translated(operation):
            for row in self._rows(" and ".join(conditions), orderby):
                if left is not None and left <= 0:
                    return
                yield order_in(row, self.office)
                left = None if left is None else left - 1

    def events(self, since: str | None) -> Iterator[OrderEvent]:
        """What happened since a cursor, deletions among it where the table is tracked (dynamics.md 4.6)."""
        yield from events_of(self.office, since)

    def _party(self, party: str | Ref) -> str | None:
        account = self.office.account(party)
        if account is not None:
            return f"_customerid_value eq {guid(account, 'accountid')}"
        return f"_customerid_value eq {party.id}" if isinstance(party, Ref) and is_guid(party.id) else None

    def _rows(self, where: str, orderby: str = "") -> Iterator[Row]:
        return self.office.rows(ORDERS, where=where, orderby=orderby, expand=expanded(self.office))

    def _where(self, where: str, operation: str) -> Sequence[Order]:
        with self.office.translated(operation):
            return [order_in(row, self.office) for row in self._rows(where)]

    # -- creating --------------------------------------------------------------------------------------------

    def create(self, draft: OrderDraft, write: Write) -> Written[Order]:
        """Create one order under the id that its stamp makes: a second one is ``DuplicateReference``.

        The order is there whole or not at all; no answer is ``unknown``.
        """
        operation = "orders.create"
        with self.office.doubting():
            body = order_body(draft, write.stamp, self.office)
        write.sending(_STEP)
        try:
            (answer,) = self.office.together([Operation("POST", ORDERS, body)], operation)
        except RequestRefused as refusal:
            raise self._explained(refusal, draft, body) from refusal.__cause__
        return self._made(body, answer.headers.get("OData-EntityId", ""), write)

    def create_block(
        self, block: Sequence[tuple[OrderDraft, Write]]
    ) -> Sequence[Written[Order] | ErpConnectError]:
        """Create orders in one batch, each a change set of its own and judged by itself."""
        operation = "orders.create"
        verdicts: dict[int, Written[Order] | ErpConnectError] = {}
        bodies: dict[int, Body] = {}
        with suppress(ErpConnectError):  # each order's own look-up tells what is wrong
            self.office.look_up_ahead(draft for draft, _ in block)
        for place, (draft, write) in enumerate(block):
            try:
                with self.office.doubting():
                    bodies[place] = order_body(draft, write.stamp, self.office)
            except ErpConnectError as refusal:
                verdicts[place] = refusal
        for place in bodies:
            block[place][1].sending(_STEP)
        parts = [Operation("POST", ORDERS, body) for body in bodies.values()]
        answers = self.office.each(parts, operation) if parts else []
        for (place, body), answer in zip(bodies.items(), answers, strict=True):
            if isinstance(answer, ErpConnectError):
                verdicts[place] = self._explained(answer, block[place][0], body)
            else:
                verdicts[place] = self._made(body, answer.headers.get("OData-EntityId", ""), block[place][1])
        return [verdicts[place] for place in range(len(block))]

    def _made(self, body: Body, told: str, write: Write) -> Written[Order]:
        """The id is ours, or stands in the answer's header (dynamics.md 4.2)."""
        id = str(body.get("salesorderid") or told.rpartition("(")[2].rstrip(")"))
        write.made(id, None)
        return Written(id=id)

    def _explained(self, refusal: ErpConnectError, draft: OrderDraft, body: Body) -> ErpConnectError:
        """A refusal, as what records say is behind it: an order that is there already, a product that is retired."""
        if not isinstance(refusal, RequestRefused):
            return refusal
        return self._taken(refusal, body) or self._retired(refusal, draft) or refusal

    def _retired(self, refusal: ErpConnectError, draft: OrderDraft) -> ProductBlocked | None:
        try:
            self.office.forget()
            for place, line in enumerate(draft.lines):
                row = self.office.product(line.product)
                if row is not None and whole(row, "statecode") not in (None, 0):
                    return ProductBlocked(
                        "the product is not sold any more",
                        path=f"order.lines[{place}].product",
                        operation="orders.create",
                        native=refusal.native,
                    )
        except ErpConnectError:
            return None
        return None

    def _taken(self, refusal: ErpConnectError, body: Body) -> DuplicateReference | None:
        """A refusal, as one of a second order, where there is one: codes for that differ (dynamics.md 4.5, 9)."""
        if isinstance(refusal, DuplicateReference) or refusal.outcome != "not_applied":
            return None
        id, column = body.get("salesorderid"), self.office.settings.key_column
        try:
            if id is not None:
                self.office.row(ORDERS, str(id), "orders.create")
            elif not column or not self.find(Find(stamp=str(body[column]))):
                return None
        except ErpConnectError:
            return None
        return DuplicateReference(
            "there is an order with this stamp already", operation="orders.create", native=refusal.native
        )

    # -- changing --------------------------------------------------------------------------------------------

    def amend(self, order: Order, amendments: Sequence[Amendment], write: Write) -> Written[Order]:
        """Make all amendments in one change set, each part under the ETag of its own record."""
        operation = f"orders.{amendments[0].operation}" if amendments else "orders.change_header"
        change = ChangeOfOrder(at_hand(order, write, self.get), self.office, force=write.force)
        with self.office.doubting():
            for amendment in amendments:
                change.make(amendment)
        return self._changed(order, change, write, operation)

    def cancel(self, order: Order, lines: Sequence[str] | None, write: Write) -> Written[Order] | None:
        """Cancel an order by the action that writes why, read just before; or delete lines of it.

        ``TransitionNotAllowed`` for an order that is closed.
        """
        operation = "orders.cancel" if lines is None else "orders.cancel_line"
        if lines is not None:
            change = ChangeOfOrder(at_hand(order, write, self.get), self.office, force=write.force)
            for line in lines:
                change.cancel(line)
            return self._changed(order, change, write, operation)
        current = self.get(order.id)
        if current.status in _CLOSED:
            raise TransitionNotAllowed("the order is closed", code="closed", operation=operation)
        if not write.force and order.version not in (None, current.version):
            raise VersionConflict(
                "the order was changed since it was read", diff=moved(order, current), operation=operation
            )
        write.sending("cancel the order")
        self.office.together([cancellation(order.id, write.reason)], operation)
        return Written(id=order.id)

    def remove(self, order: Order, write: Write) -> None:
        """Delete an order that nothing follows yet."""
        write.sending("delete the order")
        held = {"If-Match": etag(order.raw) or ANY}
        self.office.together([Operation("DELETE", at(ORDERS, order.id), None, held)], "orders.create")

    def _changed(self, order: Order, change: ChangeOfOrder, write: Write, operation: str) -> Written[Order]:
        parts = change.parts()
        write.sending("change the order")
        with told_what_moved(order, self.get):
            self.office.together(parts, operation)
        if not change.replaces:
            return Written(id=order.id)
        with suppress(NotFound):
            after = self.get(order.id)
            return Written(id=order.id, stored=after, replaced=change.replaced(after))
        return Written(id=order.id)
