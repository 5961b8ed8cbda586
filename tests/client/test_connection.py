"""Opening and closing, several threads and processes, and what a connection never shows."""

from __future__ import annotations

import os
import pickle
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

import erp_connect as ec


def test_a_closed_connection_says_so_everywhere(shop):
    with shop.connect() as erp:
        placed = erp.orders.create(shop.order(), key="k").order
    erp.close()
    calls = [
        lambda: erp.orders.get(placed),
        lambda: erp.orders.create(shop.order()),
        lambda: erp.orders.create_many([], []),
        lambda: erp.orders.check(shop.order()),
        lambda: erp.orders.find(key="k"),
        lambda: list(erp.orders.list()),
        erp.customers.list,
        lambda: erp.history(placed),
        erp.journal.list,
        lambda: erp.journal.show("k"),
        lambda: erp.journal.resolve("k"),
        erp.journal.export,
        erp.recover,
        erp.ping,
        erp.companies,
    ]
    for call in calls:
        with pytest.raises(ec.errors.ConfigurationError, match="closed"):
            call()


def test_connections_to_one_world_share_orders_and_keys(shop):
    first = shop.connect().orders.create(shop.order(), key="k")
    again = shop.connect().orders.create(shop.order(), key="k")
    assert again.replayed
    assert again.order == first.order


def test_companies_of_one_world_share_nothing(shop):
    one, two = shop.connect(company="ONE"), shop.connect(company="TWO")
    for erp in (one, two):
        erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill"), key="customer")
        erp.products.create(ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87"), key="product")
        assert not erp.orders.create(shop.order(), key="k").replayed
    assert {company.id for company in one.companies()} >= {"ONE", "TWO"}
    assert one.system != two.system


def test_a_system_of_ones_own_name_still_tells_companies_apart(shop):
    systems = {shop.connect(system="prd", company=company).system for company in ("ONE", "TWO", None)}
    assert len(systems) == 3


def test_a_connection_is_used_by_many_threads_at_once(shop, erp):
    def day(n):
        placed = erp.orders.create(shop.order(customer_po=f"PO-{n}"), key=f"create {n}").order
        erp.orders.amend(placed, ec.ChangeQuantity(line=1, to=n + 1), key=f"amend {n}")
        erp.shipments.post(placed.id, key=f"ship {n}")
        return erp.orders.find(customer_po=f"PO-{n}")[0].lines[0].quantities.shipped

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(day, range(40))) == [n + 1 for n in range(40)]
    assert len(shop.standing) == 40


def test_a_world_without_a_name_is_seen_by_nobody_else(shop):
    with ec.connect("memory://") as one, ec.connect("memory://") as two:
        one.customers.create(ec.CustomerDraft(number="C-100", name="Mill"))
        assert list(two.customers.list()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_process_goes_on_with_the_journal_of_its_parent(shop, sqlite_url):
    erp = shop.connect(journal=sqlite_url)
    erp.orders.create(shop.order(), key="parent")
    child = os.fork()
    if child == 0:  # pragma: no cover (in another process)
        status = 1
        try:
            done = erp.orders.create(shop.order(), key="parent").replayed
            erp.orders.create(shop.order(customer_po="PO-2"), key="child")
            status = 0 if done else 2
        except BaseException:  # noqa: BLE001 (nothing may leave the child)
            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    erp.orders.create(shop.order(customer_po="PO-3"), key="parent again")
    assert [entry.key for entry in erp.journal.list()] == ["parent", "child", "parent again"]
    assert len({entry.key for entry in erp.journal.list()}) == 3


def test_a_live_thread_of_this_process_is_never_taken_for_dead(shop):
    first, second = shop.connect(timeout=30), shop.connect(timeout=30)
    seen = []

    def rival():
        with pytest.raises(ec.errors.KeyInProgress) as refused:
            second.orders.create(shop.order(), key="k")
        seen.append(refused.value)

    shop.faults.rival("orders.create", rival)
    first.orders.create(shop.order(), key="k")
    assert len(seen) == len(shop.standing) == 1


# -- secrets ---------------------------------------------------------------------------------------------


def test_nothing_that_is_shown_of_a_connection_holds_a_secret(shop, sqlite_url):
    erp = ec.connect(f"memory://ann:hunter2@{shop.name}", token="t0ps3cret", journal=sqlite_url)
    shown = "".join(map(repr, (erp, erp.capabilities, erp._context.adapter.target))) + erp.system
    erp.close()
    assert "hunter2" not in shown
    assert "t0ps3cret" not in shown


def test_an_error_says_nothing_about_the_customer_and_survives_a_pickle(shop, erp):
    address = ec.Address(name="Ann Private", lines=("1 Home",), city="Ulm", postal_code="1", country="DE")
    for spoil in (
        lambda: erp.orders.create(shop.order(shop.line("NO-SUCH"), ship_to=address)),
        lambda: erp.orders.create(shop.order(customer="C-900", ship_to=address)),
        lambda: shop.connect("bc").orders.create(
            shop.order(ship_to=address.but(lines=("Ann Private " * 30,)))
        ),
    ):
        with pytest.raises(ec.errors.ErpConnectError) as failure:
            spoil()
        assert "Private" not in str(failure.value)
        assert failure.value.operation == "orders.create"
        assert failure.value.hint
        copied = pickle.loads(pickle.dumps(failure.value))  # noqa: S301 (our own)
        assert (type(copied), str(copied)) == (type(failure.value), str(failure.value))


def test_each_end_of_a_write_is_logged_without_its_content(shop, erp, caplog):
    with caplog.at_level("INFO", "erp_connect.journal"):
        receipt = erp.orders.create(shop.order(customer_po="PO-private"), key="k")
        erp.orders.create(shop.order(customer_po="PO-private"), key="k")
        with pytest.raises(ec.errors.CustomerBlocked):
            erp.orders.create(shop.order(customer="C-900"), key="refused")
    ends = [(record.operation, record.key, record.entity_id) for record in caplog.records]
    assert ends == [
        ("orders.create", "k", receipt.order.id),
        ("orders.create", "k", receipt.order.id),
        ("orders.create", "refused", None),
    ]
    assert {record.system for record in caplog.records} == {erp.system}
    assert not any("private" in str(vars(record)) for record in caplog.records)


def test_a_setting_that_does_not_exist_is_named_with_the_nearest(shop):
    with pytest.raises(ec.errors.ConfigurationError, match="like"):
        ec.connect("memory://", liek="bc")
