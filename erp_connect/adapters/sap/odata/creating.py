"""Creating orders: one deep insert each, alone or as change sets of a batch (sap.md 2.19, 4.3, 4.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ....errors import ErpConnectError, InvalidOrder, KeyInProgress
from ....models import Address, Order, OrderDraft
from ....wire.http import Answer
from ....wire.odata import Entity, Group, Operation, Unreadable
from ...contract import Write, Written
from ..messages import INCOMPLETE, worth_telling
from ..wording import said
from .cells import Row, key, text
from .dialect import AS_IT_STANDS, STAMP, Body
from .errors import messages_of
from .finding import Finding
from .mapping_addresses import address_out, changes_of
from .mapping_drafts import addressed, order_body
from .mapping_orders import BILL_TO, SHIP_TO, address_row, partner_of
from .sales_area import sales_area

OPERATION: Final = "orders.create"
_PATHS: Final[Mapping[str, str]] = {SHIP_TO: "order.ship_to", BILL_TO: "order.bill_to"}
Verdict = Written[Order] | ErpConnectError


class Creating(Finding):
    """The order book with ``create``."""

    def create(self, draft: OrderDraft, write: Write) -> Written[Order]:
        """Create one order, with ``write.stamp`` in its second reference.

        The order is there whole or not at all; no answer, and an answer that cannot be read, are ``unknown``.  An
        address of the order's own takes a second request: where that fails, the outcome is ``partial``.
        """
        addresses = addressed(draft)
        self._addresses_out(addresses)  # what cannot be said is refused before anything is sent
        body = self._body(draft, write)
        write.sending("create the order")
        with self.office.translated(OPERATION, writes=True):
            written = self._made(self.office.orders.create(self.dialect.order, body), write)
        if addresses:
            self._give_addresses(written.id, addresses, write)
        return written

    def create_block(
        self, block: Sequence[tuple[OrderDraft, Write]]
    ) -> Sequence[Written[Order] | ErpConnectError]:
        """Create orders in one batch, each a change set of its own and judged by itself (sap.md 4.3).

        Those with an address of their own are created one by one afterwards, for that takes a second request.
        """
        verdicts: dict[int, Verdict] = {}
        groups: dict[int, Group] = {}
        for place, (draft, write) in enumerate(block):
            if addressed(draft):
                continue
            try:
                body = self._body(draft, write)
            except ErpConnectError as refusal:
                verdicts[place] = refusal
                continue
            groups[place] = Group((Operation("POST", self.dialect.order, body, self.office.exact()),))
        for place in groups:
            block[place][1].sending("create the order")
        verdicts |= self._created(groups, block, alone=len(groups) == len(block))
        for place, (draft, write) in enumerate(block):
            if place not in verdicts:
                try:
                    verdicts[place] = self.create(draft, write)
                except ErpConnectError as refusal:
                    verdicts[place] = refusal
        return [verdicts[place] for place in range(len(block))]

    def _created(
        self, groups: Mapping[int, Group], block: Sequence[tuple[OrderDraft, Write]], *, alone: bool
    ) -> dict[int, Verdict]:
        """What became of the change sets; ``alone``: nothing else is to be done, so a failure of all is raised."""
        if not groups:
            return {}
        try:
            answers = self.office.batched(self.office.orders, list(groups.values()), OPERATION)
        except ErpConnectError as failure:
            if alone:
                raise
            return dict.fromkeys(groups, failure)
        told = zip(groups, answers, strict=True)
        return {place: self._verdict(answer, block[place][1]) for place, answer in told}

    def _verdict(self, answer: tuple[Answer, ...] | ErpConnectError, write: Write) -> Verdict:
        if isinstance(answer, ErpConnectError):
            return answer
        try:
            with self.office.translated(OPERATION, writes=True):
                return self._made(self.office.orders.entity(answer[0]), write)
        except ErpConnectError as failure:
            return failure

    @staticmethod
    def _made(entity: Entity, write: Write) -> Written[Order]:
        """Decided by the number, not by the messages: an order with gaps is saved with a warning (sap.md 2.18)."""
        id = key(entity, "SalesOrder")
        if not id:
            raise Unreadable("it names no order")
        stamp = text(entity, STAMP)
        if stamp and write.stamp and stamp != write.stamp:
            raise Unreadable("it tells of an order with another stamp")
        write.made(id, id)
        messages = messages_of(entity.messages)
        return Written(
            id=id,
            complete=all(each.ident != INCOMPLETE for each in messages),
            warnings=worth_telling(each for each in messages if each.ident != INCOMPLETE),
        )

    def _body(self, draft: OrderDraft, write: Write) -> Body:
        area = sales_area(self.office, said(draft.customer), OPERATION)
        return order_body(draft, write.stamp, self.office, area)

    # -- addresses of the order's own ------------------------------------------------------------------------

    def _addresses_out(self, addresses: Mapping[str, Address]) -> dict[str, dict[str, str]]:
        known = self.office.known(self.dialect.address)
        return {
            role: address_out(address, self.office.countries, _PATHS[role], known)
            for role, address in addresses.items()
        }

    def _address_changes(self, row: Row, addresses: Mapping[str, Address]) -> list[Operation]:
        """The parts of a change set that give an order's partners these addresses."""
        parts = []
        for role, wanted in self._addresses_out(addresses).items():
            found = self._address_of(row, role)
            if changes := changes_of(found, wanted):
                parts.append(Operation("PATCH", self._place_of(row, found), changes, AS_IT_STANDS))
        return parts

    def _address_of(self, row: Row, role: str) -> Row:
        partner = partner_of(row, role, self.office)
        found = None if partner is None else address_row(partner, self.office)
        if partner is None or found is None:
            raise InvalidOrder("the order shows no such partner with an address", path=_PATHS[role])
        return found

    def _place_of(self, row: Row, address: Row) -> str:
        return self.dialect.at(
            self.dialect.address,
            SalesOrder=key(row, "SalesOrder"),
            PartnerFunction=text(address, "PartnerFunction"),
            AddressRepresentationCode=text(address, "AddressRepresentationCode"),
        )

    def _give_addresses(self, id: str, addresses: Mapping[str, Address], write: Write) -> None:
        """Write the addresses of an order that this call has just made; what goes wrong is ``partial``."""
        try:
            with self.office.translated(OPERATION):
                changes = self._address_changes(self._row(id), addresses)
            if not changes:
                return
            (answer,) = self.office.changed(
                self.office.orders,
                [Group(tuple(changes))],
                write,
                step="write the address",
                operation=OPERATION,
            )
            if isinstance(answer, ErpConnectError):
                raise answer
        except KeyInProgress:
            raise
        except ErpConnectError as failure:
            failure.outcome = "partial"
            raise
