"""The figures of a report on orders: what they are, and how they are counted up in one pass with flat memory.

Only counts and exact sums are kept, one for each status, customer, product, day, week and class of lateness, and
currency; no order is.  Amounts in different currencies are never added up.

* The value of an order is its net as the system reports it; that of a line is the line's net.
* What is open of a line is its net in proportion to the quantity still to come, rounded half up to the currency's
  digits; of an order it is the sum over its lines.  Nothing is open of a cancelled, rejected or completed order.
* What is not reported is unknown, and counted as such beside the sum of what is known.
* Lines of text are no lines here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from heapq import heappush, heappushpop
from typing import Final, Generic, TypeVar

from ..models import LineKind, Money, Order, OrderLine, OrderStatus
from ..rules.exact import add, multiply, quantum_of, quotient, rounded, subtract
from ..rules.quantities import open_quantity
from .lateness import DONE, Late, Lateness, standing

__all__ = ["LATEST", "LateOrder", "OrderReport", "Progress", "Row", "Total", "counted", "week_of"]

Progress = Callable[[int, int | None], None]
"""Called with how many orders have been read; the second number, how many there are, is not known."""

LATEST: Final = 1_000
"""How many late orders a report names unless it is told otherwise; all of them are counted."""
_STEP: Final = 500
"""Orders between two calls of ``progress``."""
ZERO: Final = Decimal(0)
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures of one status, customer, product, day, week or class of lateness, in one currency.

    ``key`` is a status, a number or code, or a day (of a week: its Monday); ``None`` where orders do not tell.
    ``value`` and ``open_value`` are the sums of what is known, ``None`` where nothing is; ``value_unknown`` and
    ``open_value_unknown`` say of how many it is not known: of orders, or of lines where a report goes by lines.
    """

    key: str | date | None
    name: str
    currency: str
    orders: int
    lines: int
    value: Decimal | None
    value_unknown: int
    open_value: Decimal | None
    open_value_unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(Row):
    """The figures of all orders in one currency.

    ``beyond_lines`` is what their values hold beside those of their lines (discounts, charges and rounding of whole
    orders), over the orders of which both are known: so much the products' values differ from the total.
    """

    beyond_lines: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LateOrder:
    """A late order: ``days`` since ``due``, the day of its latest line; ``late_lines`` of its lines are late."""

    id: str
    number: str | None
    customer: str
    customer_name: str | None
    currency: str
    days: int
    due: date | None
    late_lines: int
    value: Decimal | None
    open_value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReport:
    """What orders come to on ``today``, the business date of their company.

    Each tuple of rows is sorted by currency first.  ``totals`` and the rows by status, customer, lateness and order
    date go by orders: each order counts once, and the rows add up to the totals.  The rows by product and by date
    asked for go by lines, each at its own product and date (that of the order where the line has none): ``orders``
    are those with a line there, so that one order may stand in several rows.  Customers and products come with the
    greatest value first.  ``latest`` names the latest of the ``late_orders`` late orders, at most as many as asked.
    """

    today: date
    orders: int
    lines: int
    totals: tuple[Total, ...]
    by_status: tuple[Row, ...]
    by_lateness: tuple[Row, ...]
    by_customer: tuple[Row, ...]
    by_product: tuple[Row, ...]
    by_order_day: tuple[Row, ...]
    by_order_week: tuple[Row, ...]
    by_requested_day: tuple[Row, ...]
    by_requested_week: tuple[Row, ...]
    late_orders: int
    latest: tuple[LateOrder, ...]


@lru_cache(4096)  # the same days come again and again
def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


class _Sums:
    """The sums of one row while orders come in."""

    __slots__ = ("last", "lines", "open", "open_unknown", "orders", "unknown", "value")

    def __init__(self) -> None:
        self.orders = self.lines = self.unknown = self.open_unknown = 0
        self.value = self.open = ZERO
        self.last = 0
        """The order that was counted last, by its place in the stream: an order counts once in a row."""

    def order(self, lines: int, value: Decimal | None, left: Decimal | None) -> None:
        self.orders += 1
        self.lines += lines
        self._amounts(value, left)

    def line(self, place: int, value: Decimal | None, left: Decimal | None) -> None:
        if self.last != place:
            self.last = place
            self.orders += 1
        self.lines += 1
        self._amounts(value, left)

    def _amounts(self, value: Decimal | None, left: Decimal | None) -> None:
        if value is None:
            self.unknown += 1
        else:
            self.value = add(self.value, value)
        if left is None:
            self.open_unknown += 1
        elif left:
            self.open = add(self.open, left)

    def merge(self, other: _Sums) -> None:
        """Add the sums of a row with other orders."""
        self.orders += other.orders
        self.lines += other.lines
        self.unknown += other.unknown
        self.open_unknown += other.open_unknown
        self.value = add(self.value, other.value)
        self.open = add(self.open, other.open)

    def row(self, key: str | date | None, name: str, currency: str, of: int) -> Row:
        """The finished row; ``of``: how many amounts went into it, known or not."""
        return Row(
            key=key,
            name=name,
            currency=currency,
            orders=self.orders,
            lines=self.lines,
            value=None if 0 < of == self.unknown else self.value,
            value_unknown=self.unknown,
            open_value=None if 0 < of == self.open_unknown else self.open,
            open_value_unknown=self.open_unknown,
        )


class _Book(dict[tuple[Key, str], _Sums], Generic[Key]):
    """Sums by key and currency."""

    def __missing__(self, place: tuple[Key, str]) -> _Sums:
        made = self[place] = _Sums()
        return made


class _Count:
    """One pass over a stream of orders."""

    def __init__(self, today: date, latest: int) -> None:
        self._today = today
        self._most = latest
        self.orders = self.lines = self.late = 0
        self.totals = _Book[str]()
        self.beyond: dict[str, Decimal] = {}
        self.statuses = _Book[OrderStatus]()
        self.lateness = _Book[Lateness]()
        self.customers = _Book[str]()
        self.names: dict[str, str] = {}
        self.products = _Book[str | None]()
        self.ordered_days = _Book[date | None]()
        self.requested_days = _Book[date | None]()
        self.requested_weeks = _Book[date | None]()
        self.latest: list[tuple[int, int, LateOrder]] = []
        """A heap with the least late in front; of equally late ones, the first in the stream stays."""

    def take(self, order: Order) -> None:
        self.orders += 1
        currency = order.currency
        value = _amount(order.net, currency)
        lines, of_lines, left = self._take_lines(order)
        self.lines += lines
        if value is not None and of_lines is not None and value != of_lines:
            self.beyond[currency] = add(self.beyond.get(currency, ZERO), subtract(value, of_lines))
        lateness, late = standing(order, self._today)
        day = order.order_date
        customer = order.customer
        if order.customer_name and customer not in self.names:
            self.names[customer] = order.customer_name
        for sums in (
            self.totals[currency, currency],
            self.statuses[order.status, currency],
            self.lateness[lateness, currency],
            self.customers[customer, currency],
            self.ordered_days[day, currency],
        ):
            sums.order(lines, value, left)
        if late is not None:
            self._take_late(order, late, value, left)

    def _take_lines(self, order: Order) -> tuple[int, Decimal | None, Decimal | None]:
        """How many lines there are, what they are worth, and what is open of them; ``None`` where one is not known."""
        currency, requested = order.currency, order.requested
        done = order.status in DONE
        count = 0
        value: Decimal | None = ZERO
        left: Decimal | None = ZERO
        for line in order.lines:
            if line.kind is LineKind.TEXT:
                continue
            count += 1
            net = _amount(line.net, currency)
            part = ZERO if done else _open(line, net, currency)
            value = None if value is None or net is None else add(value, net)
            left = None if left is None or part is None else add(left, part)
            day = line.requested or requested
            for sums in (
                self.products[line.product, currency],
                self.requested_days[day, currency],
                self.requested_weeks[day and week_of(day), currency],
            ):
                sums.line(self.orders, net, part)
        return count, value, left

    def _take_late(self, order: Order, late: Late, value: Decimal | None, left: Decimal | None) -> None:
        self.late += 1
        if self._most < 1 or (len(self.latest) == self._most and late.days <= self.latest[0][0]):
            return
        named = LateOrder(
            id=order.id,
            number=order.number,
            customer=order.customer,
            customer_name=order.customer_name,
            currency=order.currency,
            days=late.days,
            due=late.due,
            late_lines=late.lines,
            value=value,
            open_value=left,
        )
        push = heappush if len(self.latest) < self._most else heappushpop
        push(self.latest, (late.days, -self.orders, named))

    def report(self) -> OrderReport:
        statuses = list(reversed(OrderStatus))
        classes = list(Lateness)
        return OrderReport(
            today=self._today,
            orders=self.orders,
            lines=self.lines,
            totals=self._totals(),
            by_status=_rows(
                self.statuses, lambda key: (key.value, key.value.replace("_", " ")), statuses.index
            ),
            by_lateness=_rows(self.lateness, lambda key: (key.value, key.told), classes.index),
            by_customer=_greatest_first(
                _rows(self.customers, lambda key: (key, self.names.get(key, "")), lambda key: key)
            ),
            by_product=_greatest_first(
                _rows(
                    self.products, lambda key: (key, key or "no product"), lambda key: key or "", lines=True
                )
            ),
            by_order_day=_days(self.ordered_days),
            by_order_week=_weeks(_by_week(self.ordered_days)),
            by_requested_day=_days(self.requested_days, lines=True),
            by_requested_week=_weeks(self.requested_weeks, lines=True),
            late_orders=self.late,
            latest=tuple(
                named for _, _, named in sorted(self.latest, key=lambda each: each[:2], reverse=True)
            ),
        )

    def _totals(self) -> tuple[Total, ...]:
        found = []
        for (currency, _), sums in sorted(self.totals.items()):
            row = sums.row(currency, currency, currency, sums.orders)
            fields = {name: getattr(row, name) for name in Row.__dataclass_fields__}
            found.append(Total(**fields, beyond_lines=self.beyond.get(currency, ZERO)))
        return tuple(found)


def counted(
    orders: Iterable[Order], *, today: date, latest: int = LATEST, progress: Progress | None = None
) -> OrderReport:
    """Count up orders as they come; each is forgotten at once.

    ``today`` is the business date against which they are late or on time; ``latest`` says how many late orders are
    named.  ``progress(orders read, None)`` is called every few hundred orders and at the end.
    """
    count = _Count(today, latest)
    take = count.take
    for order in orders:
        take(order)
        if progress is not None and count.orders % _STEP == 0:
            progress(count.orders, None)
    if progress is not None:
        progress(count.orders, None)
    return count.report()


def _amount(money: Money | None, currency: str) -> Decimal | None:
    """The amount; one in another currency than the order's is not known in this one."""
    return None if money is None or money.currency != currency else money.amount


def _open(line: OrderLine, net: Decimal | None, currency: str) -> Decimal | None:
    quantities = line.quantities
    left = open_quantity(quantities)
    if not left:
        return ZERO
    if net is None or not net:
        return net
    wanted = quantities.ordered
    if quantities.cancelled:
        wanted = subtract(wanted, quantities.cancelled)
    if left == wanted:
        return net
    return rounded(quotient(multiply(net, left), wanted), quantum_of(currency))


def _rows(
    book: _Book[Key],
    told: Callable[[Key], tuple[str | date | None, str]],
    order: Callable[[Key], object],
    *,
    lines: bool = False,
) -> tuple[Row, ...]:
    """The rows by currency and in this order; ``lines``: each amount is a line's, not an order's."""
    places: list[tuple[Key, str]] = sorted(book, key=lambda place: (place[1], order(place[0])))
    found = []
    for key, currency in places:
        sums = book[key, currency]
        found.append(sums.row(*told(key), currency, sums.lines if lines else sums.orders))
    return tuple(found)


def _greatest_first(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The greatest value first, what is not known last; equal ones as they stand."""
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.currency,
                row.value is None,
                ZERO if row.value is None else row.value.copy_negate(),
            ),
        )
    )


def _days(book: _Book[date | None], *, lines: bool = False) -> tuple[Row, ...]:
    return _rows(
        book, lambda day: (day, "no date" if day is None else day.isoformat()), _no_date_last, lines=lines
    )


def _by_week(days: _Book[date | None]) -> _Book[date | None]:
    """The weeks of rows by orders: an order stands in one day only, so days add up."""
    weeks = _Book[date | None]()
    for (day, currency), sums in days.items():
        weeks[day and week_of(day), currency].merge(sums)
    return weeks


def _weeks(book: _Book[date | None], *, lines: bool = False) -> tuple[Row, ...]:
    def told(monday: date | None) -> tuple[date | None, str]:
        if monday is None:
            return None, "no date"
        year, week, _ = monday.isocalendar()
        return monday, f"{year}-W{week:02d}"

    return _rows(book, told, _no_date_last, lines=lines)


def _no_date_last(day: date | None) -> date:
    return date.max if day is None else day
