"""A small order book whose figures are reckoned by hand: every status, three currencies, and what is not known.

Monday, 2 March 2026, is the day on which it is looked at.  Euros have two digits, yen none, Kuwaiti dinars three.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.adapters.memory.world import forget_world, shared_world
from erp_connect.models import Quantities
from erp_connect.testing.clocks import Hands

TODAY = date(2026, 3, 2)
NAMES = {"10000": "Harbour Pumps Ltd", "10001": "=HYPERLINK(1)", "20000": "[bold]Osaka[/]", "30000": None}


def money(amount, currency):
    return None if amount is None else ec.Money(amount=Decimal(amount), currency=currency)


def line(product, ordered, net, *, requested=None, promised=None, kind="item", **moved):
    """One line; ``net`` still lacks its currency."""
    return {
        "product": product,
        "unit": "H87",
        "quantities": Quantities(ordered=ordered, **{name: Decimal(value) for name, value in moved.items()}),
        "net": net,
        "requested": requested and date(2026, *requested),
        "promised": promised and date(2026, *promised),
        "kind": ec.LineKind(kind),
    }


def order(number, status, currency, customer, *lines, net, ordered=None, requested=None):
    return ec.Order(
        id=f"id-{number}",
        number=number,
        status=status,
        currency=currency,
        customer=customer,
        customer_name=NAMES[customer],
        order_date=ordered and date(2026, *ordered),
        requested=requested and date(2026, *requested),
        net=money(net, currency),
        lines=tuple(
            ec.OrderLine(
                id=f"{number}/{place}", position=place, **{**each, "net": money(each["net"], currency)}
            )
            for place, each in enumerate(lines, start=1)
        ),
    )


BOOK = (
    # On time, with 6.00 off the whole order.
    order(
        *("SO-1", "submitted", "EUR", "10000"),
        line("VALVE", 10, "100.00"),
        line("SEAL", 4, "20.00", requested=(3, 9)),
        net="114.00",
        ordered=(2, 23),
        requested=(3, 10),
    ),
    # One of three has left: 10.00 x 2/3 is open, and one day late.
    order(
        *("SO-2", "partly_shipped", "EUR", "10000"),
        line("VALVE", 3, "10.00", shipped=1),
        net="10.00",
        ordered=(2, 24),
        requested=(3, 1),
    ),
    # Everything has left.
    order(
        *("SO-3", "shipped", "EUR", "10001"),
        line("VALVE", 5, "50.00", shipped=5),
        net="50.00",
        ordered=(2, 16),
        requested=(2, 20),
    ),
    # Closed with three of five missing: nothing is to come, so nothing is open or late.
    order(
        *("SO-4", "completed", "EUR", "10001"),
        line("VALVE", 5, "55.00", shipped=2),
        net="55.00",
        ordered=(2, 16),
        requested=(2, 20),
    ),
    order(
        *("SO-5", "cancelled", "EUR", "10000"),
        line("VALVE", 5, "0.00", cancelled=5),
        net="0.00",
        ordered=(2, 24),
        requested=(2, 20),
    ),
    order(*("SO-6", "rejected", "JPY", "20000"), line("PUMP", 1, "30000"), net="30000", ordered=(2, 24)),
    # Four days late; what is only text counts as no line and no unknown value.
    order(
        *("SO-7", "confirmed", "JPY", "20000"),
        line("PUMP", 2, "100001", requested=(2, 26)),
        line(None, 1, None, kind="text"),
        net="100001",
        ordered=(1, 1),
    ),
    order(
        *("SO-8", "on_hold", "KWD", "30000"),
        line("VALVE", 7, "1.234", requested=(2, 22)),
        net="1.234",
        ordered=(3, 2),
    ),
    # Nobody knows its price or its dates.
    order(*("SO-9", "draft", "KWD", "30000"), line("VALVE", 1, None), net=None),
    # The price of one line is not known, so the order's is not either; 15 days late.
    order(
        *("SO-10", "unknown", "EUR", "10001"),
        line("VALVE", 1, None),
        line("SEAL", 2, "5.00"),
        net=None,
        ordered=(3, 2),
        requested=(2, 15),
    ),
    # Free of charge is worth nothing, which is known; three days late, by what is promised.
    order(
        *("SO-11", "submitted", "EUR", "10000"),
        line("SEAL", 1, "0.00", promised=(3, 11)),
        net="0.00",
        ordered=(3, 1),
        requested=(3, 8),
    ),
)


@pytest.fixture(autouse=True)
def a_home_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path / "home"))


@pytest.fixture
def book():
    return BOOK


@pytest.fixture
def erp():
    """The book in a system, with a clock that stands on the day."""
    clock = Hands(datetime(2026, 3, 2, 9, tzinfo=UTC))
    with ec.connect("memory://reports", clock=clock, timezone="UTC") as connected:
        world = shared_world("reports")
        for number, each in enumerate(BOOK):
            world.orders.put(each, datetime(2026, 3, 1, 0, number, tzinfo=UTC))
        yield connected
    forget_world("reports")


def told(rows):
    """Rows as short as they can be written down: key, currency, orders, lines, value, unknown, open, unknown."""
    return [
        (
            row.key.isoformat() if isinstance(row.key, date) else row.key,
            *(row.currency, row.orders, row.lines),
            *(_amount(row.value, row.value_unknown), _amount(row.open_value, row.open_value_unknown)),
        )
        for row in rows
    ]


def _amount(value, unknown):
    known = "?" if value is None else format(value, "f")
    return f"{known} +{unknown}?" if unknown else known


@pytest.fixture(name="told")
def _told():
    return told
