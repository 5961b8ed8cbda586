"""Finding orders: by number, party, reference and stamp, and from the papers that outlive them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ...errors import UnsupportedOperation
from ...models import Ref
from ..contract import Find, OrderRef, Sought
from .orders import D, O, OrderRecords


class Searching(OrderRecords[D, O]):
    """Exact searches, as late and as blind as the product's."""

    def find(self, wanted: Find) -> Sequence[O]:
        """The orders that match exactly, posted ones rebuilt where the product deletes them."""
        operation = f"{self.side.book}.find"
        self.office.ensure(operation)
        if not self.policy.searchable and (wanted.stamp is not None or wanted.customer_po is not None):
            raise UnsupportedOperation(
                f"{self.office.profile.product} cannot search by reference",
                why="no field of the order that holds a reference can be searched",
                alternatives=(f"{self.side.book}.list",),
                system=self.office.system,
                operation=operation,
            )
        found = self.office.read(operation, lambda: self.search(wanted))
        return tuple(self.shown(order) for order in found)

    def search(self, wanted: Find) -> Sequence[O]:
        """What a search shows; runs under the world's lock."""
        po, party = wanted.customer_po, wanted.party
        if po is not None:
            po = self.office.spoken(self.side.reference_field, po)
        if isinstance(party, str):
            party = self.office.spoken(self.side.party_field, party)
        wanted = replace(wanted, customer_po=po, party=party)
        keys: list[tuple[str, str | None]] = [
            ("number", wanted.number),
            ("stamp", wanted.stamp),
            ("po", po),
            ("reference", wanted.reference),
            (
                "party_id" if isinstance(party, Ref) else "party",
                party.id if isinstance(party, Ref) else party,
            ),
        ]
        given = [(name, value) for name, value in keys if value is not None]
        if not given:
            return []
        # A number is read, not searched for: it is there at once.
        delay = 0.0 if wanted.number is not None else self.policy.visibility_delay
        found = self.office.search(self.side.shelf, given[0], delay)
        gone = [order for each in self._vanished() if (order := self.rebuilt(each.id, None)) is not None]
        return [order for order in (*found, *gone) if self._matches(order, wanted)]

    def _matches(self, order: O, wanted: Find) -> bool:
        return (
            (wanted.number is None or order.number == wanted.number)
            and (wanted.stamp is None or order.stamp == wanted.stamp)
            and (wanted.customer_po is None or self.side.reference(order) == wanted.customer_po)
            and (wanted.party is None or self.is_of(order, wanted.party))
            and (wanted.reference is None or any(r.value == wanted.reference for r in order.references))
        )

    def _vanished(self) -> Iterable[O]:
        return self.side.shelf.gone() if self.office.profile.posted_orders_vanish else ()


class FindingStamps(Searching[D, O]):
    """Looks up many stamps in one request."""

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[O]]:
        """The orders that carry these stamps."""
        wanted = [Find(stamp=each.stamp) for each in sought]
        if not self.policy.searchable:
            return {}
        find = self.search
        found = self.office.read(f"{self.side.book}.find", lambda: [find(each) for each in wanted])
        return {
            each.stamp: list(map(self.shown, those))
            for each, those in zip(sought, found, strict=True)
            if those
        }


class FindingPosted(Searching[D, O]):
    """Rebuilds orders that the product deletes once they are posted."""

    def posted(self, order: OrderRef) -> O | None:
        """The COMPLETED order rebuilt from the documents that are left of it."""
        operation = f"{self.side.book}.get"
        found = self.office.read(operation, lambda: self.rebuilt(order.id, order.number))
        return None if found is None else self.shown(found)
