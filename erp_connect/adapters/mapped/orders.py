"""The order book as it is read: get, find, list, and many by their stamps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic

from ...errors import NotFound
from ...models import OrderStatus, Ref
from ...rules.status import reachable
from ..contract import Find, Listing, Sought
from .format import Source
from .office import Office
from .plans import Field
from .reading import PAGE, D, O, OrderPlan
from .statements import Conditions

_SORTABLE = frozenset({"%Y%m%d", "%Y-%m-%d"})


class OrderRecords(Generic[D, O]):
    """Orders as they are read."""

    def __init__(self, office: Office, plan: OrderPlan[D, O], parties: Any) -> None:
        self.office = office
        self.plan = plan
        self.parties = parties
        self.side = plan.side

    def get(self, id: str) -> O:
        """The order with this id; ``NotFound`` when there is none."""
        found = self.get_many([id])
        if id not in found:
            raise self.not_found("get")
        return found[id]

    def get_many(self, ids: Sequence[str]) -> Mapping[str, O]:
        """The orders with these ids, two statements for every 500; one that does not exist is left out."""
        keys = [key for id in ids if (key := self.plan.header.key_from(id)) is not None]
        if not keys:
            return {}
        with self.office.reading(f"{self.side.book}.get") as connection:
            return {order.id: order for order in self.plan.by_keys(connection, keys, self.office.today())}

    def find(self, wanted: Find) -> Sequence[O]:
        """The orders that match exactly, in the order of their keys."""
        conditions = self.plan.conditions()
        asked = len(conditions.texts)
        fields = self.plan.header.fields
        said = {"number": wanted.number, self.side.their_number: wanted.customer_po, "stamp": wanted.stamp}
        for name, value in said.items():
            if value is None:
                continue
            field = fields.get(name) or (self.shared_field() if name == "stamp" else None)
            if field is None:
                return ()
            field.condition(conditions, value)
        if wanted.reference is not None and not self._of_reference(conditions, wanted.reference):
            return ()
        if wanted.party is not None and not self._of_party(conditions, wanted.party):
            return ()
        if len(conditions.texts) == asked:
            return ()
        with self.office.reading(f"{self.side.book}.find") as connection:
            found = self.plan.assembled(*self.plan.page(connection, conditions), self.office.today())
            return list(self._of(wanted.party, found))

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[O]]:
        """The orders that carry these stamps, two statements for every 500."""
        field = self.plan.header.fields.get("stamp") or self.shared_field()
        found: dict[str, list[O]] = {}
        if field is None:
            return found
        stamps = [each.stamp for each in sought]
        with self.office.reading(f"{self.side.book}.find") as connection:
            for start in range(0, len(stamps), PAGE):
                conditions = self.plan.conditions()
                natives = [native for each in stamps[start : start + PAGE] for native in field.sayable(each)]
                conditions.among(field.sql, natives)
                for order in self.plan.assembled(
                    *self.plan.page(connection, conditions), self.office.today()
                ):
                    carried = order.stamp or getattr(order, self.side.their_number)
                    found.setdefault(carried or "", []).append(order)
        return found

    def list(self, wanted: Listing) -> Iterator[O]:
        """Stream orders in the order of their keys, a short transaction for each page.

        Status is told from quantities, so the database only leaves out what no quantities can make one of the wanted:
        the client filters.
        """
        limit = wanted.limit if wanted.status is None else None
        last: tuple[object, ...] | None = None
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            conditions = self.plan.conditions()
            if not self._narrowed(conditions, wanted):
                return
            if last is not None:
                conditions.behind([part.sql for part in self.plan.header.keys], last)
            with self.office.reading(f"{self.side.book}.list") as connection:
                headers, lines = self.plan.page(connection, conditions, limit=size)
            with self.office.signed(f"{self.side.book}.list"):
                yield from self._of(wanted.party, self.plan.assembled(headers, lines, self.office.today()))
            if len(headers) < size:
                return
            last = self.plan.header.key_of(headers[-1])
            left = None if left is None else left - size

    def not_found(self, verb: str) -> NotFound:
        """No such order."""
        return NotFound(
            f"there is no such {self.side.field.replace('_', ' ')}",
            system=self.office.system,
            operation=f"{self.side.book}.{verb}",
        )

    def shared_field(self) -> Field | None:
        """The field that holds the party's own number or the stamp, where one column serves both."""
        stamp = self.plan.rows.stamp
        return self.plan.header.fields.get(stamp.shared) if stamp is not None and stamp.shared else None

    # -- conditions ----------------------------------------------------------------------------------------

    def _narrowed(self, conditions: Conditions, wanted: Listing) -> bool:
        fields = self.plan.header.fields
        if wanted.modified_since is not None and "modified_at" in fields:
            _since(conditions, fields["modified_at"], wanted.modified_since)
        day = fields.get("order_date")
        if day is not None and (wanted.ordered_from or wanted.ordered_to):
            _between(conditions, day, wanted.ordered_from, wanted.ordered_to)
        if wanted.status is not None:
            self._without_hopeless(conditions, wanted.status)
        return wanted.party is None or self._of_party(conditions, wanted.party)

    def _without_hopeless(self, conditions: Conditions, wanted: Collection[OrderStatus]) -> None:
        """Leave out the orders whose native word rules the wanted statuses out, whatever their lines say."""
        field, lines = self.plan.header.fields.get("status"), self.plan.lines.plan.fields
        column = None if field is None or field.found is not None else field.column
        if field is None or column is None or column.kind not in ("text", "enum", "integer"):
            return
        source = field.source
        if source.codes is None or source.prefix is not None or source.pad is not None or source.empty:
            return  # the column's own text is not the code
        known = {native.strip(): OrderStatus(ours) for native, ours in source.codes.items()}
        moving, invoicing = not lines.keys().isdisjoint(("shipped", "delivered")), "invoiced" in lines
        holding = "holds" in self.plan.header.fields or "holds" in lines
        hopeless = [
            native
            for native, ours in known.items()
            if native
            and reachable(ours, moving=moving, invoicing=invoicing, holding=holding).isdisjoint(wanted)
        ]
        conditions.none_of(field.sql, hopeless)

    def _of_party(self, conditions: Conditions, party: str | Ref) -> bool:
        by_id = self.plan.header.fields.get(f"{self.side.party}_id")
        if isinstance(party, Ref) and by_id is not None:
            by_id.condition(conditions, party.id)
            return True
        number = self._number_of(party) if isinstance(party, Ref) else party
        if number is None:
            return False
        self.plan.header.fields[self.side.party].condition(conditions, number)
        return True

    def _of(self, party: str | Ref | None, orders: Iterable[O]) -> Iterable[O]:
        """Orders of somebody who was named by an id, which they say themselves only where the mapping tells it."""
        name = f"{self.side.party}_id"
        if not isinstance(party, Ref) or name in self.plan.header.fields:
            return orders
        return (_knowing(order, name, party.id) for order in orders)

    def _number_of(self, party: Ref) -> str | None:
        """What people call the party with this id, where the orders hold that only."""
        if self.parties is None:
            return party.id
        with self.office.reading(f"{self.side.book}.find") as connection:
            found = self.parties.by_ids(connection, [party.id]).get(party.id)
        return None if found is None else found.number

    def _of_reference(self, conditions: Conditions, value: str) -> bool:
        names = [name for name in self.plan.header.fields if name.startswith("references.")]
        if not names:
            return False
        ways: list[str] = []
        for name in names:
            one = Conditions(conditions.dialect, {})
            one.values = conditions.values  # the same numbering of parameters
            self.plan.header.fields[name].condition(one, value)
            ways += one.texts
        conditions.texts.append(f"({' OR '.join(ways)})")
        return True


def _knowing(order: O, name: str, id: str) -> O:
    model: Any = order
    known: O = model.model_copy(update={name: id})
    return known


def _since(conditions: Conditions, field: Field, since: datetime) -> None:
    """From this instant on; a day more where it is not known how the database keeps it: the client filters again."""
    source: Source = field.source
    if field.column is None or field.column.kind != "instant" or field.found is not None:
        since = (since - timedelta(days=1)).astimezone(UTC).replace(microsecond=0)
        conditions.compare(
            field.sql, ">=", since if conditions.dialect == "postgresql" else since.replace(tzinfo=None)
        )
        return
    if source.format is None:
        since = since.replace(microsecond=0)
    (native,) = field.cell.natives(since)
    conditions.compare(field.sql, ">=", native)


def _between(conditions: Conditions, field: Field, first: date | None, last: date | None) -> None:
    """Between these days, as far as the column's type lets the database tell."""
    column, source = field.column, field.source
    if column is None or field.found is not None:
        return
    by_text = column.kind in ("text", "integer") and source.format in _SORTABLE
    if column.kind not in ("date", "instant") and not by_text:
        return
    if first is not None:
        conditions.compare(field.sql, ">=", field.cell.natives(first)[0])
    if last is not None:
        conditions.compare(field.sql, "<", field.cell.natives(last + timedelta(days=1))[0])
