"""Finding orders: by number, by the customer and its order number, by stamp, and all of them in ranges of numbers.

The stamp is looked for in VBKD where this user may read it, otherwise among the customer's orders (sap.md 2.7, 2.16,
2.19).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from ....collector import collector_paused
from ....errors import ConfigurationError, NotFound, PermissionMissing, UnsupportedOperation
from ....models import Order, Ref
from ....wire.reading_ahead import in_turn, one_ahead
from ....wire.rfc import Condition, RfcFailure, TooLongToSay, all_of, any_of, equal, in_key_ranges, one_of
from ....wire.rfc.conditions import compared
from ...contract import Find, Listing, Sought
from ..conventions import HEADER, day_in, fits_key, stored_day, stored_key
from ..settings import STAMP_FIELDS
from . import modules
from .details import Details, read_details
from .mapping_orders import order_in
from .office import Office

_ORDER: Final = "C"
"""Category of a sales order in VBAK."""
_PAGE: Final = 500
"""Numbers of one range of a list."""
_AT_ONCE: Final = 2
"""Blocks of orders that a list has under way at once: the second travels while the system works on the first."""
_CLOCKS_DIFFER: Final = timedelta(minutes=15)
"""By how much the system's clock may differ from ours."""
_STAMPS: Final = 50
"""Stamps of one condition."""


def numbers_with(office: Office, column: str, values: Sequence[str]) -> Sequence[str]:
    """The sales documents, of whatever category, that have one of these values in a column of VBKD's header rows."""
    numbers: set[str] = set()
    for start in range(0, len(values), _STAMPS):
        wanted = all_of([one_of(column, values[start : start + _STAMPS]), equal("POSNR", HEADER)])
        try:
            rows = office.tables.rows("VBKD", [column], wanted, key=["VBELN", "POSNR"])
        except TooLongToSay:
            continue  # the column could not hold such a value
        numbers.update(str(row["VBELN"]) for row in rows)
    return sorted(numbers)


class Finding:
    """The reading half of the order book."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Order:
        """The order with this number; ``NotFound`` when there is none."""
        found = self._numbered([id], "orders.get")
        if not found:
            raise NotFound("there is no such order", operation="orders.get")
        return next(iter(found.values()))

    def get_many(self, ids: Sequence[str]) -> Mapping[str, Order]:
        """The orders with these numbers, blocks of them in one call; one that does not exist is left out."""
        return self._numbered(ids, "orders.get")

    def find(self, wanted: Find) -> Sequence[Order]:
        """By number, by customer and its order number, by stamp; the customer alone: all of its orders.

        ``UnsupportedOperation`` for a reference without a customer: no column that may be searched holds it.
        """
        operation = "orders.find"
        if wanted.number is not None:
            return tuple(self._numbered([wanted.number], operation).values())
        if wanted.stamp is not None:
            sought = Sought(stamp=wanted.stamp, party=wanted.party)
            return tuple(self.by_stamp([sought]).get(wanted.stamp, ()))
        if wanted.party is not None:
            numbers = self._of_customer(wanted.party, operation, po_number=wanted.customer_po)
        elif wanted.customer_po is not None:
            numbers = self._by_column("BSTKD", [wanted.customer_po], operation)
        else:
            raise UnsupportedOperation(
                "SAP does not find an order by its assignment alone",
                why="no table that orders are searched in holds it",
                operation=operation,
                hint="name the customer as well: find(customer=..., reference=...)",
            )
        return tuple(self._read(numbers, operation).values())

    def by_stamp(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Order]]:
        """The orders that carry each stamp.

        Where VBKD may not be read, among the orders of the customer; ``PermissionMissing`` where none is named,
        because finding nothing would prove nothing then.
        """
        operation = "orders.find"
        column, _ = STAMP_FIELDS[self.office.settings.stamp_field]
        stamps = [each.stamp for each in sought]
        numbers = self.office.from_table(
            lambda: numbers_with(self.office, column, stamps),
            lambda failure: self._among_customers(sought, failure, operation),
            operation,
        )
        found: dict[str, list[Order]] = {}
        for order in self._read(numbers, operation).values():
            if order.stamp in stamps:
                found.setdefault(order.stamp or "", []).append(order)
        return found

    def list(self, wanted: Listing) -> Iterator[Order]:
        """Stream orders by ascending number, a block of them in memory and the next ones on their way.

        A day's changes are told by the day only, so a little more comes than was asked for.
        """
        left = wanted.limit
        at_once = min(_AT_ONCE, self.office.pool.size) if left is None else 1
        with closing(one_ahead(self._blocks(wanted))) as blocks:
            calls = (partial(read_details, self.office, numbers, "orders.list") for numbers in blocks)
            for block in in_turn(calls, at_once):
                for order in self._orders_in(block).values():  # while the next blocks are on their way
                    if wanted.modified_since is not None and self._older(order, wanted.modified_since):
                        continue
                    yield order
                    if left is not None:
                        left -= 1
                        if left == 0:
                            return

    def _blocks(self, wanted: Listing) -> Iterator[Sequence[str]]:
        size = self.office.settings.block_size
        if wanted.limit is not None:
            size = min(size, max(wanted.limit, 1))
        for numbers in self._pages(wanted):
            for start in range(0, len(numbers), size):
                yield numbers[start : start + size]

    def _older(self, order: Order, since: datetime) -> bool:
        """Whether an order was entered well before and never changed: only a change is told by its day alone.

        Only where the caller has said in which zone the system's clock goes.
        """
        changed_on = day_in(order.raw["ORDER_HEADERS_OUT"]["CH_ON"])
        if changed_on is not None or order.created_at is None or not self.office.zone_is_given:
            return False
        return order.created_at < since - _CLOCKS_DIFFER

    # -- by number -------------------------------------------------------------------------------------------

    def _numbered(self, ids: Sequence[str], operation: str) -> dict[str, Order]:
        known = {stored_key(id): id for id in ids if fits_key(id)}
        if not known:
            return {}
        found = self._read(list(known), operation)
        return {known[number]: order for number, order in found.items()}

    def _read(self, numbers: Sequence[str], operation: str) -> dict[str, Order]:
        return self._orders_in(read_details(self.office, numbers, operation))

    def _orders_in(self, details: Mapping[str, Details]) -> dict[str, Order]:
        """The sales orders among these documents, by their stored numbers."""
        with collector_paused():
            return {
                number: order_in(each, self.office)
                for number, each in details.items()
                if each.headers[0]["SD_DOC_CAT"] in {_ORDER, ""}
            }

    # -- of a customer ---------------------------------------------------------------------------------------

    def _of_customer(
        self,
        customer: str | Ref,
        operation: str,
        *,
        po_number: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> Sequence[str]:
        """The numbers of a customer's orders: the list has a row for each item (sap.md 2.7)."""
        number = customer.id if isinstance(customer, Ref) else customer
        if not fits_key(number):
            return ()
        if not self.office.settings.sales_org:
            raise ConfigurationError(
                "the orders of a customer are listed for a sales organisation, and none is set",
                operation=operation,
                hint="give sales_org as a setting",
            )
        answer = self.office.asked(
            modules.ORDERS_OF,
            operation,
            CUSTOMER_NUMBER=stored_key(number),
            SALES_ORGANIZATION=self.office.settings.sales_org,
            PURCHASE_ORDER_NUMBER=po_number,
            DOCUMENT_DATE=since,
            DOCUMENT_DATE_TO=until,
            TRANSACTION_GROUP="0",
        )
        return sorted({row["SD_DOC"] for row in answer["SALES_ORDERS"]})

    def _among_customers(
        self, sought: Sequence[Sought], failure: RfcFailure, operation: str
    ) -> Sequence[str]:
        numbers: set[str] = set()
        for each in sought:
            if each.party is None:
                raise PermissionMissing(
                    "the table VBKD may not be read, and without a customer a stamp cannot be looked for",
                    operation=operation,
                    native=failure.native,
                    hint="have S_TABU_NAM granted for VBKD, or look for the customer's orders",
                )
            since = each.sent_at.date() - timedelta(days=1) if each.sent_at is not None else None
            numbers.update(
                self._of_customer(each.party, operation, po_number=each.customer_po)
                if each.customer_po is not None
                else self._of_customer(each.party, operation, since=since)
            )
        return sorted(numbers)

    # -- by tables -------------------------------------------------------------------------------------------

    def _by_column(self, column: str, values: Sequence[str], operation: str) -> Sequence[str]:
        def refused(failure: RfcFailure) -> Sequence[str]:
            raise PermissionMissing(
                "the table VBKD may not be read; name the customer as well",
                operation=operation,
                native=failure.native,
                hint="find(customer=..., customer_po=...) needs no table",
            )

        return self.office.from_table(lambda: numbers_with(self.office, column, values), refused, operation)

    def _pages(self, wanted: Listing) -> Iterator[Sequence[str]]:
        """Numbers in ascending order, by the header table; without it by the customer's list, if one is named."""
        operation = "orders.list_modified" if wanted.modified_since is not None else "orders.list"
        condition = self._condition(wanted)
        if condition is None:
            return

        def read(after: str, upto: str | None, count: int) -> Sequence[Mapping[str, Any]]:
            bounds = [compared("VBELN", ">", after)] if after else []
            bounds += [compared("VBELN", "<=", upto)] if upto is not None else []
            where = all_of([*bounds, condition])
            return self.office.tables.rows("VBAK", ["VBELN"], where, key=["VBELN"], most=count)

        pages = in_key_ranges(read, lambda row: str(row["VBELN"]), _PAGE)
        while True:
            page = self.office.from_table(
                lambda: next(pages, None), lambda failure: self._refused(wanted, failure), operation
            )
            if page is None:
                return
            yield [str(row["VBELN"]) for row in page]

    @staticmethod
    def _refused(wanted: Listing, failure: RfcFailure) -> Any:
        raise PermissionMissing(
            "the table VBAK may not be read, and no function module lists orders",
            operation="orders.list" if wanted.modified_since is None else "orders.list_modified",
            native=failure.native,
            hint="have S_TABU_NAM granted for VBAK, or find a customer's orders with find(customer=...)",
        )

    def _condition(self, wanted: Listing) -> Condition | None:
        """The conditions on VBAK; ``None`` where nothing can fulfil them."""
        conditions = [equal("VBTYP", _ORDER)]
        if self.office.settings.sales_org:
            conditions.append(equal("VKORG", self.office.settings.sales_org))
        if wanted.party is not None:
            number = wanted.party.id if isinstance(wanted.party, Ref) else wanted.party
            if not fits_key(number):
                return None
            conditions.append(equal("KUNNR", stored_key(number)))
        if wanted.ordered_from is not None:
            conditions.append(compared("AUDAT", ">=", stored_day(wanted.ordered_from)))
        if wanted.ordered_to is not None:
            conditions.append(compared("AUDAT", "<=", stored_day(wanted.ordered_to)))
        if wanted.modified_since is not None:
            # The system's clock may be a day behind ours.
            day = stored_day(wanted.modified_since.date() - timedelta(days=1))
            conditions.append(any_of([compared("AEDAT", ">=", day), compared("ERDAT", ">=", day)]))
        return all_of(conditions)
