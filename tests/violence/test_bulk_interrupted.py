"""``create_many`` is killed and interrupted at random moments, and started again: it creates exactly what is missing.

``ERP_CONNECT_BULK`` sets the number of orders (600; ``.ci/run`` writes 10,000); ``ERP_CONNECT_SEED`` repeats a run's
random choices (not the machine's).
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

import pytest

import erp_connect as ec

PROGRAM = Path(__file__).with_name("writing_many.py")
COUNT = int(os.environ.get("ERP_CONNECT_BULK", "600"))
SMALL = COUNT // 10
BLOWS = ("SIGKILL", "SIGINT", "SIGKILL", "SIGINT", "SIGKILL", "SIGINT")
PER_ORDER = 16 * 1024
"""Bytes that a receipt, its order and its draft may take: what a bulk write holds is its result."""
BESIDES = 4 * 2**20
"""Bytes for a block of 500 on its way, which the smaller run, with which this one is compared, has not."""
PLACES = {
    "sqlite": ("sqlite", None),
    "postgres": ("postgres", None),
    "mariadb": ("mariadb", None),
    "postgres, journal in a file": ("postgres", "sqlite"),
    "sqlite, journal in a file": ("sqlite", "sqlite"),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize(
    "place",
    [
        pytest.param(place, id=name, marks=[pytest.mark.thorough] if "in a file" in name else [])
        for name, place in PLACES.items()
    ],
)
def test_a_bulk_write_that_is_interrupted_creates_exactly_the_missing_ones(
    place, company, start, tmp_path, record_property
):
    seed = int(os.environ.get("ERP_CONNECT_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"ERP_CONNECT_SEED={seed}\n")
    chance = random.Random(seed)
    stood = company(*place)
    folder = tmp_path / "notes"
    folder.mkdir()
    writers = start(PROGRAM, folder, url=stood.url, journal=stood.journal, seed=seed)

    def run(first, count, **blow):
        writers.go(json.dumps({"first": first, "count": count, **blow}))
        return writers.says()

    began = time.monotonic()
    small = run(COUNT, SMALL)
    assert (small["code"], small["told"][-1]) == (0, SMALL)
    took = small["seconds"] * COUNT / SMALL
    steps = []
    for number, blow in enumerate(BLOWS):
        before, noted = standing_of(stood), noted_of(stood)
        # Somewhere in what is left, so that later blows find something to strike.
        left = took * (1 - before / COUNT) / (len(BLOWS) - number)
        ended = run(0, COUNT, blow=blow, after=chance.uniform(0, 2 * left))
        starts_where_it_stopped(ended, noted)
        assert ended["code"] in ({"SIGKILL": -9, "SIGINT": 130}[blow], 0), "\n".join(writers.failures())
        each_stands_at_most_once(stood)
        assert noted <= noted_of(stood) <= standing_of(stood)
        steps.append(standing_of(stood))

    before, noted = standing_of(stood), noted_of(stood)
    last = run(0, COUNT)
    assert last["code"] == 0, writers.failures()
    starts_where_it_stopped(last, noted)
    assert last["told"][-1] == COUNT
    ended = [note for note in writers.notes() if note["op"] == "ended"][-1]
    assert (ended["succeeded"], ended["replayed"], ended["in_order"]) == (COUNT, before, True)

    every_order_stands_once(stood)
    nothing_is_open(stood)
    grown = last["peak"] - small["peak"]
    assert grown < PER_ORDER * (COUNT - SMALL) + BESIDES
    record_property(
        "figures",
        f"{COUNT:,} orders, {len(BLOWS)} blows, after which stood {', '.join(f'{step:,}' for step in steps)};"
        f" peak memory {last['peak'] / 2**20:.0f} MiB, {small['peak'] / 2**20:.0f} MiB with {SMALL:,} orders"
        f" ({grown / 1024 / (COUNT - SMALL):.1f} KiB more for each); seed {seed}, {time.monotonic() - began:.0f} s",
    )


def standing_of(company):
    """How many of the orders stand that are interrupted again and again."""
    return company.rows(f"SELECT COUNT(*) FROM erp_orders WHERE their_number < 'PO-{COUNT:05d}'")[0][0]


def noted_of(company):
    """How many of them the journal has confirmed."""
    sql = "SELECT COUNT(*) FROM erp_journal WHERE operation = 'orders.create' AND state = 'confirmed'"
    return company.journal_rows(sql)[0][0] - SMALL


def starts_where_it_stopped(ended, noted):
    """The first that a run tells is how many are confirmed already, and from there it goes up."""
    told = ended["told"]
    assert told == sorted(told)
    assert not told or not noted or told[0] == noted


def each_stands_at_most_once(company):
    assert set(company.standing().values()) <= {1}
    assert company.whole()


def every_order_stands_once(company):
    assert company.standing() == {f"PO-{number:05d}": 1 for number in range(COUNT + SMALL)}
    assert company.whole()
    assert len(company.stamps()) == COUNT + SMALL


def nothing_is_open(company):
    with company.connect() as erp:
        assert erp.recover() == ec.RecoveryReport()
        assert list(erp.journal.open()) == []
