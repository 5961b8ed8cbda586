"""The network between the library and a real database server breaks in the middle of a write.

``ERP_CONNECT_CUTS=all`` cuts at more messages of each write; ``.ci/run`` does so.
"""

from __future__ import annotations

import contextlib
import os

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

import erp_connect as ec
from erp_connect.adapters.sql.migrate import init
from erp_connect.testing.cutting import Cut, CutWire
from erp_connect.wire.sql import open_engine, reading

AT_ONCE = (Cut.RESET_BEFORE, Cut.RESET_IN_REQUEST, Cut.SWALLOW_REPLY, Cut.RESET_IN_REPLY)
SILENT = (Cut.HOLD_REPLY, Cut.HALF_OPEN)
PLACES = (
    "journal beside the orders",
    pytest.param("journal in a file", marks=pytest.mark.thorough),
    "only the journal",
)


def line(quantity=5):
    return ec.LineDraft(product="VALVE-20", quantity=quantity, unit="H87")


def draft(po):
    return ec.OrderDraft(customer="C-100", customer_po=po, currency="EUR", lines=[line()])


class Office:
    """A company's database, its journal, one of them or both on a server behind a wire of ours; and a direct line."""

    def __init__(self, wire: CutWire, orders: str, journal: str | None, *, only_the_journal: bool) -> None:
        self.wire = wire
        self.url = orders if only_the_journal else self._through_the_wire(orders)
        elsewhere = self._through_the_wire(journal) if only_the_journal else journal
        self.journal = {"journal": elsewhere} if elsewhere else {}
        init(orders, currency="EUR")
        with ec.connect(orders) as erp:
            erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill & Sons"), key="customer")
            price = ec.UnitPrice(amount=12, currency="EUR")
            erp.products.create(
                ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87", price=price), key="product"
            )
        self.direct = open_engine(orders)

    def _through_the_wire(self, url: str) -> str:
        direct = make_url(url)
        asked = direct.difference_update_query(["host"])
        if direct.get_backend_name() != "postgresql":
            asked = asked.update_query_dict({"read_timeout": "3"})
        return asked.set(host="127.0.0.1", port=self.wire.port).render_as_string(hide_password=False)

    @contextlib.contextmanager
    def open(self):
        """A connection whose pool is warm: what is sent from now on belongs to the write."""
        self.wire.mend()
        with ec.connect(self.url, timeout=1, **self.journal) as erp:
            erp.orders.create(draft("warm"), key="warm")
            erp.orders.get(erp.orders.find(key="warm")[0].id)
            self.wire.count()
            yield erp

    def standing(self, po: str) -> list[int]:
        """The ids of the orders with this PO number, past the library."""
        with reading(self.direct) as connection:
            found = connection.execute(
                sa.text("SELECT id FROM erp_orders WHERE their_number = :po"), {"po": po}
            )
            return list(found.scalars())

    def lines(self, po: str) -> int:
        """How many lines orders with this PO number have."""
        sql = "SELECT COUNT(*) FROM erp_order_lines l JOIN erp_orders o ON l.order_id = o.id WHERE o.their_number = :po"
        with reading(self.direct) as connection:
            return connection.execute(sa.text(sql), {"po": po}).scalar_one()


@pytest.fixture(params=["postgres", "mariadb"])
def server(request):
    return request.param


@pytest.fixture(params=PLACES)
def office(request, server, tmp_path):
    url = request.getfixturevalue(f"{server}_url")
    at = make_url(url)
    upstream = f"{at.query['host']}/.s.PGSQL.5432" if "host" in at.query else (at.host, at.port or 3306)
    file = f"sqlite:///{tmp_path / 'other.db'}"
    orders, journal = {
        "journal beside the orders": (url, None),
        "journal in a file": (url, file),
        "only the journal": (file, url),
    }[request.param]
    with CutWire(upstream) as wire:
        opened = Office(wire, orders, journal, only_the_journal=orders == file)
        yield opened
        opened.direct.dispose()


def moments(office, write):
    """The messages of a write at which the network is cut: the first and the last; with ``all`` three more."""
    with office.open() as erp:
        write(erp, "measured")
        count = office.wire.messages
    assert count >= 4
    more = {count // 2, count - 2, count - 1} if os.environ.get("ERP_CONNECT_CUTS") == "all" else set()
    return sorted({1, count} | more)


def told_truly(office, po, error, stood):
    """An error's outcome against what stands there."""
    possible = {"not_applied": [0], "applied": [1], "unknown": [0, 1]}[error.outcome]
    assert stood in possible, (po, error)
    if error.outcome == "unknown":
        assert error.retryable or error.retry_after is not None or error.hint


def cut_and_tried_again(office, how, moment, write, stands):
    """Cut the network at a message of the write; then, over a network that is back, the same call again."""
    po = f"{how}/{moment}"
    with office.open() as erp:
        office.wire.cut(how, after=moment)
        error = None
        try:
            first = write(erp, po)
        except ec.errors.ErpConnectError as failure:
            error = failure
        assert office.wire.is_cut
        office.wire.mend()
        stood = stands(po)
        if error is None:
            assert (stood, first.replayed) == (1, False)
        else:
            told_truly(office, po, error, stood)
        again = write(erp, po)
        assert stands(po) == 1
        assert again.replayed is (stood == 1)
    with office.open() as later:
        assert later.recover().unknown == ()
        assert list(later.journal.open()) == []


def create(erp, po):
    return erp.orders.create(draft(po), key=po)


def create_many(erp, po):
    """Three orders, of which the second is looked at."""
    names = [f"{po}/before", po, f"{po}/after"]
    result = erp.orders.create_many(map(draft, names), names)
    for failure in result.failed:
        raise failure.error
    return result.succeeded[1]


def amend(erp, po):
    order_id = erp.orders.find(customer_po=po)[0].id
    return erp.orders.amend(order_id, ec.AddLine(line=line(2)), key=f"amend/{po}")


@pytest.mark.parametrize("write", [create, create_many])
@pytest.mark.parametrize("how", AT_ONCE)
def test_an_order_is_made_once_however_the_network_breaks(office, how, write):
    for moment in moments(office, write):
        cut_and_tried_again(office, how, moment, write, lambda po: len(office.standing(po)))


@pytest.mark.parametrize("how", AT_ONCE)
def test_a_change_is_made_once_however_the_network_breaks(office, how):
    with office.open() as erp:
        create(erp, "measured")
    for moment in moments(office, amend):
        with office.open() as erp:
            create(erp, f"{how}/{moment}")
        cut_and_tried_again(office, how, moment, amend, lambda po: office.lines(po) - 1)


@pytest.mark.parametrize("how", SILENT)
def test_a_network_that_falls_silent_is_given_up(office, how):
    with office.open() as erp:
        create(erp, "measured")
        last = office.wire.messages
    cut_and_tried_again(office, how, last, create, lambda po: len(office.standing(po)))


def test_an_answer_that_trickles_is_an_answer(office):
    with office.open() as erp:
        office.wire.trickle(64, 0.001)
        receipt = create(erp, "slow")
        assert not receipt.replayed
        assert [str(id) for id in office.standing("slow")] == [receipt.order.id]
        assert create(erp, "slow").replayed


def test_a_server_that_accepts_and_says_nothing_is_told_before_anything_is_sent(office):
    office.wire.mend()
    office.wire.cut(Cut.HALF_OPEN)
    with (
        pytest.raises((ec.errors.TransportError, ec.errors.JournalUnavailable)) as refused,
        ec.connect(office.url, timeout=1, **office.journal) as erp,
    ):
        create(erp, "asked")
    assert refused.value.outcome == "not_applied"
    assert office.standing("asked") == []
