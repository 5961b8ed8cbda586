"""A process dies between any two steps of a write: the next one finds out what is true, and doubles nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

import erp_connect as ec
from erp_connect.adapters.contract import Write

SHOP = """
import os, sys, erp_connect as ec
LINE = ec.LineDraft(product="VALVE-20", quantity=5, unit="H87")
ORDER = ec.OrderDraft(customer="C-100", customer_po="PO-1", currency="EUR", lines=[LINE])
def shop(journal, like, **settings):
    erp = ec.connect("memory://", like=like, journal=journal, system="prd", **settings)
    erp._context.adapter.world.load(
        ec.CustomerDraft(number="C-100", name="Mill & Sons"),
        ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87"),
    )
    return erp
"""
exec(SHOP)  # noqa: S102 (the same shop here as in the process that dies)

DIES = {
    "before anything is sent": "adapter.orders.create = lambda *_: os._exit(9)",
    "before the request arrives": 'adapter.world.faults.rival("orders.create*", lambda: os._exit(9))',
    "before the answer leaves": (
        "keep = adapter.world.keep_order\n"
        "adapter.world.keep_order = lambda *order: (keep(*order), os._exit(9))"
    ),
    "before the answer is noted": (
        "store = erp._context.journal._store\n"
        "change = store.change\n"
        "store.change = lambda changes: os._exit(9) if any(\n"
        '    "settled_at" in each.values for each in changes) else change(changes)'
    ),
}
STANDS = {"before the answer leaves", "before the answer is noted"}
CALLS = {
    "create": 'erp.orders.create(ORDER, key="k")',
    "create_many": 'erp.orders.create_many([ORDER], ["k"])',
}


class Later:
    """The machine's clock, put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return self.now().timestamp()

    def sleep(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


def die(moment, journal, like, call):
    program = f"{SHOP}\nerp = shop(sys.argv[1], sys.argv[2])\nadapter = erp._context.adapter\n"
    program += f"{DIES[moment]}\n{CALLS[call]}\nraise SystemExit('still alive')"
    done = subprocess.run(
        [sys.executable, "-c", program, journal, like], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (9, "")


def as_the_back_end_has_it(erp, moment):
    """This process's world is the back-end: the order stands there where the request had arrived."""
    entry = erp.journal.show("k")
    if moment in STANDS:
        write = Write(key="k", stamp=entry.stamp, operation=entry.operation, correlation_id="c")
        erp._context.adapter.orders.create(ORDER, write)  # noqa: F821 (from SHOP)


@pytest.fixture
def journal(sqlite_url):
    return sqlite_url


@pytest.mark.parametrize(
    ("like", "call"), [("enforced", "create"), ("late_commit", "create_many"), ("one_reference", "create")]
)
@pytest.mark.parametrize("moment", DIES)
def test_the_next_process_makes_or_finds_exactly_one_order(journal, moment, like, call):
    if (moment, call) == ("before anything is sent", "create_many"):
        call = "create"  # a block is noted as being sent before the adapter is called at all
    die(moment, journal, like, call)
    clock = Later()
    with shop(journal, like, clock=clock) as erp:  # noqa: F821
        as_the_back_end_has_it(erp, moment)
        try:
            receipt = erp.orders.create(ORDER, key="k")  # noqa: F821
        except ec.errors.OutcomeUnknown as unknown:
            assert moment not in STANDS
            clock.sleep(unknown.retry_after + 1)
            receipt = erp.orders.create(ORDER, key="k")  # noqa: F821
        standing = erp._context.adapter.world.orders.all()
        assert [order.id for order in standing] == [receipt.order.id]
        assert list(erp.journal.open()) == []


@pytest.mark.parametrize(
    ("moment", "report"),
    [
        ("before anything is sent", "reopened"),
        ("before the request arrives", "unknown"),
        ("before the answer leaves", "settled"),
        ("before the answer is noted", "settled"),
    ],
)
def test_recovery_settles_by_looking_and_sends_nothing(journal, moment, report):
    die(moment, journal, "late_commit", "create")
    clock = Later()
    with shop(journal, "late_commit", clock=clock) as erp:  # noqa: F821
        as_the_back_end_has_it(erp, moment)
        stood = len(erp._context.adapter.world.orders.all())
        assert getattr(erp.recover(), report) == ("k",)
        assert len(erp._context.adapter.world.orders.all()) == stood
        clock.sleep(1000)
        later = erp.recover()
        assert later.reopened == (("k",) if report == "unknown" else ())
        assert later.unknown == ()
        assert erp.orders.create(ORDER, key="k").replayed is (report == "settled")  # noqa: F821
        assert len(erp._context.adapter.world.orders.all()) == 1


def test_a_dead_owner_is_replaced_at_once(journal):
    die("before anything is sent", journal, "enforced", "create")
    with shop(journal, "enforced", timeout=2) as erp:  # noqa: F821
        assert erp.journal.show("k").lease_until > datetime.now(UTC) + timedelta(seconds=30)
        assert not erp.orders.create(ORDER, key="k").replayed  # noqa: F821


def test_a_change_of_a_dead_process_is_settled_from_what_it_noted(journal):
    program = f"""{SHOP}
erp = shop(sys.argv[1], "no_version")
order = erp.orders.create(ORDER, key="k").order
erp._context.adapter.world.faults.rival("orders.amend", lambda: os._exit(9))
erp.orders.amend(order, ec.AddLine(line=LINE), key="amend")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, journal], capture_output=True, text=True, check=False
    )
    assert done.returncode == 9
    clock = Later()
    with shop(journal, "no_version", clock=clock) as erp:  # noqa: F821
        as_the_back_end_has_it(erp, "before the answer leaves")
        add = ec.AddLine(line=LINE)  # noqa: F821
        order_id = erp.journal.show("k").entity_id
        assert erp.recover().unknown == ("amend",)
        clock.sleep(1000)
        assert erp.recover().reopened == ("amend",)
        erp.orders.amend(order_id, add, key="amend")
        assert erp.orders.amend(order_id, add, key="amend").replayed
        (standing,) = erp._context.adapter.world.orders.all()
        assert len(standing.lines) == 2


TWO = f"""{SHOP}
erp = shop(sys.argv[1], "enforced", timeout=20)
print("ready", flush=True)
sys.stdin.readline()
try:
    erp.orders.create(ORDER, key="k")
except ec.errors.NotFound:
    pass  # the other process made it, in its own world
print(len(erp._context.adapter.world.orders.all()), flush=True)
"""


@pytest.mark.parametrize("database", ["sqlite", "postgres", "mariadb"])
def test_two_processes_with_one_key_send_once(request, database):
    url = request.getfixturevalue(f"{database}_url")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TWO, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate() for process in processes]
    assert [stderr for _, stderr in ends] == [""] * 3
    assert sorted(int(stdout) for stdout, _ in ends) == [0, 0, 1]
