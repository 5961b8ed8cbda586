"""Orders in a database of our own: the key, the order and the result are one commit."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal

import pytest
import sqlalchemy as sa

import erp_connect as ec
from erp_connect.adapters.sql.migrate import init


def line(product="VALVE-20", quantity=5):
    return ec.LineDraft(product=product, quantity=quantity, unit="H87")


def order(*lines, **more):
    given = {"customer": "C-100", "customer_po": "PO-1", "currency": "EUR"}
    return ec.OrderDraft(**{**given, "lines": lines or (line(),), **more})


@pytest.fixture
def url(database_url):
    init(database_url, currency="EUR")
    with ec.connect(database_url) as erp:
        erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill & Sons"))
        price = ec.UnitPrice(amount=Decimal("12.50"), currency="EUR")
        erp.products.create(ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87", price=price))
    return database_url


@pytest.fixture
def erp(url):
    with ec.connect(url) as connection:
        yield connection


def keys(erp, state="confirmed"):
    return [
        entry.key
        for entry in erp.journal.list()
        if entry.state == state and not entry.key.startswith("once/")
    ]


def standing(erp):
    return list(erp.orders.list())


def test_the_journal_stands_beside_the_orders(url, erp):
    first = erp.orders.create(order(), key="k")
    with ec.connect(url) as later:
        again = later.orders.create(order(), key="k")
        assert again.replayed
        assert again.order == first.order
        assert keys(later) == ["k"]
    engine = (
        sa.create_engine(erp._context.adapter.engine.url) if "sqlite" in url else erp._context.adapter.engine
    )
    assert {"erp_journal", "erp_journal_about"} <= set(sa.inspect(engine).get_table_names())


def test_another_content_is_refused_and_a_refusal_is_noted(erp):
    with pytest.raises(ec.errors.InvalidOrder):
        erp.orders.create(order(line("NO-SUCH")), key="k")
    assert keys(erp, "refused") == ["k"]
    erp.orders.create(order(), key="k")
    with pytest.raises(ec.errors.KeyReused):
        erp.orders.create(order(line(quantity=9)), key="k")
    assert keys(erp) == ["k"]
    assert len(standing(erp)) == 1


def test_every_write_is_made_once(erp):
    placed = erp.orders.create(order(line(quantity=10)), key="create").order
    for _ in range(2):
        erp.orders.amend(placed.id, ec.AddLine(line=line(quantity=3)), key="amend")
        erp.orders.cancel(placed.id, "too many", lines=[2], key="cancel")
        erp.shipments.post(placed.id, {1: 4}, key="ship")
        erp.returns.create(ec.ReturnDraft(order=placed.id, lines={1: 1}, reason="damaged"), key="return")
        erp.customers.update(erp.customers.find("C-100")[0], name="Mill Ltd", key="update")
    (stands,) = standing(erp)
    assert [(q.ordered, q.cancelled, q.shipped) for q in (each.quantities for each in stands.lines)] == [
        (10, 0, 4),
        (3, 3, 0),
    ]
    assert len(erp.shipments.of(stands)) == len(erp.returns.of(stands)) == 1
    assert [entry.operation for entry in erp.history(placed)] == [
        "orders.create",
        "orders.amend",
        "orders.cancel",
        "shipments.post",
        "returns.create",
    ]


def test_a_version_that_moved_is_a_conflict_and_the_key_stays_free(url, erp):
    placed = erp.orders.create(order()).order
    with ec.connect(url) as rival:
        rival.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=7))
    with pytest.raises(ec.errors.VersionConflict) as conflict:
        erp.orders.amend(placed, ec.ChangeQuantity(line=1, to=9), key="k")
    assert ("order.lines[0].quantity", 5, 7) in [(d.path, d.sent, d.stored) for d in conflict.value.diff]
    assert (
        erp.orders.amend(placed.id, ec.ChangeQuantity(line=1, to=9), key="k")
        .order.lines[0]
        .quantities.ordered
        == 9
    )


# -- the commit is not answered ------------------------------------------------------------


def lose_commits(erp, monkeypatch, *, applied, times=1):
    """Let the next commits go unanswered, applied or not."""
    adapter = erp._context.adapter
    begin = type(adapter).transaction
    left = [times]

    @contextmanager
    def transaction(self):
        unanswered = ec.errors.TransportError("the connection broke during commit", outcome="unknown")
        with begin(self) as connection:
            yield connection
            if left[0] and not applied:
                left[0] -= 1
                raise unanswered
        if left[0] and applied:
            left[0] -= 1
            raise unanswered

    monkeypatch.setattr(type(adapter), "transaction", transaction)


@pytest.mark.parametrize("applied", [True, False])
def test_a_commit_that_was_not_answered_is_settled_by_the_row_of_its_key(erp, monkeypatch, applied):
    lose_commits(erp, monkeypatch, applied=applied)
    receipt = erp.orders.create(order(), key="k")
    assert not receipt.replayed
    assert [each.id for each in standing(erp)] == [receipt.order.id]
    assert keys(erp) == ["k"]


@pytest.mark.parametrize("applied", [True, False])
def test_a_change_whose_commit_was_not_answered_is_made_once(erp, monkeypatch, applied):
    placed = erp.orders.create(order()).order
    lose_commits(erp, monkeypatch, applied=applied)
    erp.orders.amend(placed, ec.AddLine(line=line(quantity=1)), key="k")
    assert [each.quantities.ordered for each in standing(erp)[0].lines] == [5, 1]


@pytest.mark.parametrize("applied", [True, False])
def test_a_block_whose_commit_was_not_answered_is_written_once(erp, monkeypatch, applied):
    lose_commits(erp, monkeypatch, applied=applied)
    drafts = [order(customer_po=f"PO-{n}") for n in range(20)]
    result = erp.orders.create_many(drafts, ec.keys.by_customer_po)
    assert not result.failed
    assert not any(receipt.replayed for receipt in result.succeeded)
    assert len(standing(erp)) == 20


def test_a_database_that_never_answers_leaves_the_end_open(erp, monkeypatch):
    lose_commits(erp, monkeypatch, applied=True, times=100)
    with pytest.raises(ec.errors.OutcomeUnknown) as unknown:
        erp.orders.create(order(), key="k")
    assert unknown.value.key == "k"
    monkeypatch.undo()
    assert erp.orders.create(order(), key="k").replayed
    assert len(standing(erp)) == 1


# -- many ------------------------------------------------------------


def test_in_bulk_the_good_ones_are_written_and_the_bad_ones_noted(erp):
    drafts = [order(customer_po=f"PO-{n}") for n in range(30)]
    wrong = [draft.but(customer="NOBODY") if n % 10 == 3 else draft for n, draft in enumerate(drafts)]
    row_keys = [f"row {n:02d}" for n in range(30)]
    first = erp.orders.create_many(wrong, row_keys)
    assert [failure.index for failure in first.failed] == [3, 13, 23]
    assert keys(erp, "refused") == ["row 03", "row 13", "row 23"]
    second = erp.orders.create_many(drafts, row_keys)
    assert [n for n, receipt in enumerate(second.succeeded) if not receipt.replayed] == [3, 13, 23]
    assert len(standing(erp)) == 30
    assert erp.orders.create_many([drafts[0].but(customer_po="PO-x")], ["row 00"]).failed[0].error.code == (
        "key_reused"
    )


def test_clients_importing_the_same_rows_at_once_divide_them(url):
    drafts = [order(customer_po=f"PO-{n}") for n in range(60)]
    start = threading.Barrier(3)

    def run(turn):
        turned = drafts[turn * 20 :] + drafts[: turn * 20]
        with ec.connect(url) as erp:
            start.wait()
            return erp.orders.create_many(turned, ec.keys.by_customer_po)

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(run, range(3)))
    assert [failure.error for result in results for failure in result.failed] == []
    assert sum(not receipt.replayed for result in results for receipt in result.succeeded) == 60
    with ec.connect(url) as erp:
        assert len(standing(erp)) == 60


def test_threads_with_one_key_make_one_order(erp):
    start = threading.Barrier(6)

    def create(_):
        start.wait()
        return erp.orders.create(order(), key="k")

    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(create, range(6)))
    assert len({receipt.order.id for receipt in receipts}) == 1
    assert sum(not receipt.replayed for receipt in receipts) == 1
    assert len(standing(erp)) == 1


def test_a_rival_that_waits_too_long_is_told_that_the_key_is_in_use(url, erp):
    book = erp._context.adapter.orders
    create = book.create
    told = []

    def slow(draft, write):
        written = create(draft, write)
        with ec.connect(url, timeout=1) as rival, pytest.raises(ec.errors.ErpConnectError) as refused:
            rival.orders.create(order(), key="k")
        told.append(refused.value)
        return written

    book.create = slow
    erp.orders.create(order(), key="k")
    assert told[0].retryable
    assert told[0].outcome == "not_applied"
    assert len(standing(erp)) == 1


# -- a process dies ------------------------------------------------------------

DIES = {
    "before the commit": (
        "create = type(adapter.orders).create\n"
        "type(adapter.orders).create = lambda *given: (create(*given), os._exit(9))"
    ),
    "after the commit": (
        "told = erp._context.journal._told\nerp._context.journal._told = lambda *given: os._exit(9)"
    ),
}
PROGRAM = """
import os, sys, erp_connect as ec
erp = ec.connect(sys.argv[1], **({"journal": sys.argv[2]} if sys.argv[2] else {}))
adapter = erp._context.adapter
LINE = ec.LineDraft(product="VALVE-20", quantity=5, unit="H87")
ORDER = ec.OrderDraft(customer="C-100", customer_po="PO-1", currency="EUR", lines=[LINE])
"""


@pytest.mark.parametrize("moment", DIES)
@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_a_dead_process_began_is_there_whole_or_not_at_all(url, tmp_path, moment, elsewhere):
    journal = f"sqlite:///{tmp_path}/journal.db" if elsewhere else ""
    program = f'{PROGRAM}{DIES[moment]}\nerp.orders.create(ORDER, key="k")'
    done = subprocess.run(
        [sys.executable, "-c", program, url, journal], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (9, "")
    with ec.connect(url, **({"journal": journal} if journal else {})) as erp:
        stood = len(standing(erp))
        assert stood == (1 if elsewhere or moment == "after the commit" else 0)
        if elsewhere:
            assert erp.recover().unknown == ()
        receipt = erp.orders.create(order(), key="k")
        assert [each.id for each in standing(erp)] == [receipt.order.id]
        assert receipt.replayed is bool(stood)
