"""Ctrl-C strikes at any moment of a write: it is not swallowed, nobody waits for a lock that the dead call left, and
the same key stands for one order afterwards.

``ERP_CONNECT_STRIKES`` sets at how many moments, spread over the whole of a write (10; ``.ci/run`` takes 200).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

import erp_connect as ec
from erp_connect.interruption import put_down, uninterrupted
from erp_connect.models.amendments import amendment_to_json
from erp_connect.wire.sql import open_engine, writing

STRIKES = int(os.environ.get("ERP_CONNECT_STRIKES", "10"))
PLACES = {
    "sqlite": ("sqlite", None),
    "sqlite, journal in a file": ("sqlite", "sqlite"),
    "postgres": ("postgres", None),
    "mariadb, journal in a file": ("mariadb", "sqlite"),
}
AT_ONCE = 5.0
"""Seconds within which somebody gives up who waits for a lock: longer than any write here takes."""


@pytest.fixture(autouse=True)
def ctrl_c():
    """Ctrl-C raises, also where the tests were started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Striking:
    """Counts the moments at which Python looks for signals in what runs in it, and strikes at one of them.

    It looks when a function begins, and when one that is written in C has ended.
    """

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.steps = 0
        self.thrown = False
        self._hook = self._step  # kept: Python lends it to its callers without counting them

    def __enter__(self):
        sys.setprofile(self._hook)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _step(self, _frame, happened, _arg):
        if happened not in ("call", "c_return"):
            return
        self.steps += 1
        if self.steps == self.at:
            sys.setprofile(None)
            self.thrown = True
            signal.raise_signal(signal.SIGINT)


def draft(number, quantity=1):
    line = ec.LineDraft(product="VALVE-20", quantity=quantity, unit="H87")
    return ec.OrderDraft(customer="C-100", customer_po=f"PO-{number:05d}", currency="EUR", lines=[line])


def one(erp, number):
    return [erp.orders.create(draft(number), key=f"PO-{number:05d}")]


def many(erp, number):
    drafts = [draft(number), draft(number + 1), draft(number + 2)]
    result = erp.orders.create_many(drafts, ec.keys.by_customer_po)
    result.raise_for_failures()
    return result.succeeded


def amended(erp, number):
    receipt = erp.orders.create(draft(number), key=f"PO-{number:05d}")
    return [erp.orders.amend(receipt.order.id, ec.AddLine(line=draft(0, 2).lines[0]), key=f"more/{number}")]


@pytest.fixture
def dropped(monkeypatch):
    """What Python itself drops, because it struck in a finalizer or in a weak reference's callback."""
    kinds = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: kinds.append(unraisable.exc_type))
    return kinds


@pytest.mark.parametrize("write", [one, many, amended])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_write_that_is_struck_at_any_moment_is_done_once_by_the_next_call(place, write, company, dropped):
    stood = company(*place)
    with stood.connect(timeout=AT_ONCE) as erp:
        write(erp, 0)
        with Striking() as counted:
            write(erp, 10)
        thrown = struck = 0
        for strike in range(STRIKES):
            number = 20 + 10 * strike
            # Every other stride of a write, and in every round other moments of it.
            striking = Striking(at=1 + counted.steps * strike // STRIKES)
            try:
                with striking:
                    write(erp, number)
            except KeyboardInterrupt:
                struck += 1
            thrown += striking.thrown
            receipts = write(erp, number)
            assert {order.order.customer_po for order in receipts} <= set(stood.standing())
        assert thrown > STRIKES * 0.8  # the last moments of the counted write may lie behind another's end
        assert struck == thrown - dropped.count(KeyboardInterrupt)
        assert set(stood.standing().values()) == {1}
        assert not list(erp.journal.open())
    lines = dict(stood.rows("SELECT order_id, COUNT(*) FROM erp_order_lines GROUP BY order_id"))
    assert set(lines.values()) == {2 if write is amended else 1}
    assert len(lines) == sum(stood.standing().values()) == (STRIKES + 2) * (3 if write is many else 1)


def test_ctrl_c_strikes_through_at_every_moment_of_telling_an_amendment():
    added = ec.AddLine(line=draft(0, 2).lines[0])
    at = 1
    while True:
        striking = Striking(at)
        try:
            with striking:
                amendment_to_json(added)
        except KeyboardInterrupt:
            at += 1
            continue
        assert not striking.thrown, at
        break
    assert at > 10


@pytest.fixture
def shelf(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'shelf.db'}", timeout=AT_ONCE, create=True)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE shelf (box TEXT)"))
    yield engine
    engine.dispose()


def fill(engine, box):
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO shelf VALUES (:box)"), {"box": box})


def boxes(engine):
    with writing(engine) as connection:
        return [box for (box,) in connection.execute(text("SELECT box FROM shelf"))]


@pytest.mark.parametrize(("moment", "stands"), [("commit", ["first"]), ("checkin", ["first"]), ("begin", [])])
def test_an_interrupted_transaction_has_ended_when_the_interrupt_is_told(moment, stands, shelf):
    strikes = iter([signal.SIGINT])

    def strike(*_):
        for each in strikes:
            signal.raise_signal(each)

    event.listen(shelf, moment, strike)
    try:
        fill(shelf, "first")
    except KeyboardInterrupt:
        assert boxes(shelf) == stands  # at once, and inside of the handler
        fill(shelf, "second")
    else:
        pytest.fail("Ctrl-C was swallowed")
    assert boxes(shelf) == [*stands, "second"]


def strike_in_a_block(times, done):
    with uninterrupted():
        with uninterrupted():  # the inner block's end is not the outer one's
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        done.append("whole")


def test_a_signal_waits_for_the_end_of_the_block_and_a_second_one_does_not():
    done = []
    with pytest.raises(KeyboardInterrupt):
        strike_in_a_block(1, done)
    assert done == ["whole"]
    with pytest.raises(KeyboardInterrupt):
        strike_in_a_block(2, done)
    assert done == ["whole"]
    strike_in_a_block(0, done)
    assert done == ["whole", "whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_is_not_asked_about_signals():
    seen = []

    def work():
        with uninterrupted():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_what_an_interrupted_call_was_entering_is_put_down_and_a_plain_error_keeps_its_frames():
    left = []

    @contextmanager
    def held():
        try:
            yield
        finally:
            left.append("left")

    def struck(error):
        block = held()
        block.__enter__()  # as when the signal strikes before the with statement knows
        raise error

    for error, expected in ((KeyboardInterrupt(), ["left"]), (ValueError(), [])):
        left.clear()
        try:
            struck(error)
        except (KeyboardInterrupt, ValueError) as caught:
            put_down(caught)
            assert left == expected
