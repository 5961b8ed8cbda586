"""What is noted stays noted, whoever asks again, and only by whom the row belongs to."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from erp_connect.journal.records import OPEN, State
from erp_connect.journal.store import Change, Wanted

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SYSTEM = "sap:prd/100"

pytestmark = pytest.mark.timeout(60)


def change(entry, **values):
    return Change(entry=entry, values=values)


def test_an_entry_comes_back_as_it_was_noted(open_store, entry):
    noted = entry(
        "k",
        before={"lines": [1, None, True, "ä€😀"]},
        reason="Größe\nfalsch",
        lease_until=NOON + timedelta(microseconds=1),
        result={"tombstone": {"id": "1"}},
    )
    open_store().insert([noted])
    assert open_store().read(SYSTEM, ["k", "other"]) == {"k": noted}


def test_a_key_is_noted_once(open_store, entry):
    first, second = entry("k"), entry("k", payload={"other": 1})
    assert open_store().insert([first]) == frozenset()
    assert open_store().insert([second]) == {"k"}
    assert open_store().read(SYSTEM, ["k"])["k"] == first


def test_of_many_only_the_new_ones_are_noted(store, entry):
    store.insert([entry(f"k{n}") for n in range(0, 1200, 3)])
    there = store.insert([entry(f"k{n}", fingerprint="new") for n in range(1200)])
    assert there == {f"k{n}" for n in range(0, 1200, 3)}
    found = store.read(SYSTEM, [f"k{n}" for n in range(1200)])
    assert len(found) == 1200
    assert sum(each.fingerprint == "new" for each in found.values()) == 800


def test_keys_differ_by_every_character_and_by_system(store, entry):
    keys = ["a", "A", "a ", " a", "ä", "a\u0308", "x" * 900 + "1", "x" * 900 + "2", "1", "01", "'; --"]
    store.insert([entry(key) for key in keys])
    assert store.insert([entry("a", system="another")]) == frozenset()
    assert set(store.read(SYSTEM, keys)) == set(keys)


def test_whoever_has_been_replaced_changes_nothing_any_more(store, entry):
    mine = entry("k")
    store.insert([mine])
    assert store.change([change(mine, fence=2, owner="a rival")]) == frozenset()
    assert store.change([change(mine, state=State.CONFIRMED)]) == {"k"}
    now = store.read(SYSTEM, ["k"])["k"]
    assert (now.state, now.owner, now.fence) == (State.INTENDED, "a rival", 2)
    assert store.delete([mine]) == 0
    assert store.delete([now]) == 1
    assert store.read(SYSTEM, ["k"]) == {}


def test_of_many_changes_those_to_rows_that_are_somebody_elses_now_are_left_out(store, entry):
    mine = {key: entry(key) for key in ("a", "b", "c", "d")}
    store.insert(list(mine.values()))
    store.change([change(mine["b"], fence=2, owner="a rival")])
    ends = [
        change(mine["a"], state=State.CONFIRMED, fence=2, result={"tombstone": {"id": "7"}}, entity_id="7"),
        change(mine["b"], state=State.CONFIRMED, fence=2, result=None, entity_id="8"),
        change(mine["c"], state=State.REFUSED, fence=2, settled_at=NOON),
        change(mine["d"], state=State.CONFIRMED, fence=2, result=None, entity_id="9"),
        change(entry("never noted"), state=State.CONFIRMED, fence=2, result=None, entity_id="10"),
    ]
    assert store.change(ends) == {"b", "never noted"}
    now = store.read(SYSTEM, [*mine, "never noted"])
    assert {key: (row.state, row.entity_id, row.fence) for key, row in now.items()} == {
        "a": (State.CONFIRMED, "7", 2),
        "b": (State.INTENDED, None, 2),
        "c": (State.REFUSED, None, 2),
        "d": (State.CONFIRMED, "9", 2),
    }
    assert (now["b"].owner, now["c"].settled_at, now["d"].result) == ("a rival", NOON, None)
    assert [row.key for row in store.select(Wanted(system=SYSTEM, tombstones=True))] == ["a"]


def test_several_changes_of_one_row_follow_one_another(store, entry):
    mine = entry("k")
    store.insert([mine])
    steps = [
        change(mine, fence=2),
        change(mine.but(fence=2), fence=3, number="N"),
        change(mine, number="late"),
    ]
    assert store.change(steps) == {"k"}
    assert (store.read(SYSTEM, ["k"])["k"].fence, store.read(SYSTEM, ["k"])["k"].number) == (3, "N")


def test_entries_are_told_oldest_first_and_as_wanted(store, entry):
    noted = [
        entry("a", entity_id="4711", number="SO-1", party="C-100"),
        entry("b", operation="orders.cancel", entity_id="4711", state=State.CONFIRMED, settled_at=NOON,
              result={"tombstone": {"id": "4711"}}),
        entry("c", operation="purchase_orders.create", entity_id="4711"),
        entry("d", operation="ordersx.create", state=State.UNKNOWN),
        entry("e", system="another", entity_id="4711"),
    ]  # fmt: skip
    store.insert(noted)

    def keys(**wanted):
        return [each.key for each in store.select(Wanted(system=SYSTEM, **wanted))]

    assert keys() == ["a", "b", "c", "d"]
    assert keys(book="orders") == ["a", "b"]
    assert keys(book="orders", entity_id="4711") == ["a", "b"]
    assert keys(states=OPEN) == ["a", "c", "d"]
    assert keys(party="C-100") == ["a"]
    assert keys(number="SO-1") == ["a"]
    assert keys(tombstones=True) == ["b"]
    assert keys(settled_before=NOON + timedelta(seconds=1)) == ["b"]
    assert keys(settled_before=NOON) == []


def test_the_order_of_writes_is_kept_when_the_clock_stands_still(store, entry):
    noted = [entry(f"k{n}", created_at=NOON) for n in range(50)]
    for each in noted:
        store.insert([each])
    assert [each.key for each in store.select(Wanted(system=SYSTEM))] == [each.key for each in noted]


@pytest.mark.parametrize("impossible", ["x\x00", "\ud800", "x" * 100_000])
def test_nothing_is_on_record_under_an_id_that_cannot_exist(store, entry, impossible):
    store.insert([entry()])
    for wanted in ({"entity_id": impossible}, {"party": impossible}, {"number": impossible}):
        assert list(store.select(Wanted(system=SYSTEM, **wanted))) == []
    assert store.read(SYSTEM, [impossible]) == {}


def test_a_tombstone_that_comes_with_a_change_is_found(store, entry):
    mine = entry("k")
    store.insert([mine])
    store.change([change(mine, result={"tombstone": {"id": "1"}})])
    assert [each.key for each in store.select(Wanted(system=SYSTEM, tombstones=True))] == ["k"]


def test_many_entries_are_streamed_while_somebody_writes(store, entry):
    store.insert([entry(f"k{n:04d}") for n in range(2500)])
    seen = 0
    for each in store.select(Wanted(system=SYSTEM)):
        seen += 1
        if seen % 500 == 0:
            store.change([change(each, state=State.CONFIRMED)])
    assert seen == 2500


def test_of_rivals_for_one_key_exactly_one_gets_it(open_store, entry):
    entries = [entry("k", correlation_id=f"rival {n}") for n in range(8)]
    start = threading.Barrier(8)

    def insert(mine):
        store = open_store()
        start.wait()
        return store.insert([mine])

    with ThreadPoolExecutor(8) as pool:
        there = list(pool.map(insert, entries))
    assert there.count(frozenset()) == 1
    winner = entries[there.index(frozenset())]
    assert open_store().read(SYSTEM, ["k"])["k"].correlation_id == winner.correlation_id


def test_overlapping_blocks_of_rivals_divide_the_keys(open_store, entry):
    blocks = [[entry(f"k{n}", correlation_id=str(rival)) for n in range(60)] for rival in range(4)]
    for rival, block in enumerate(blocks):
        block[:] = block[rival * 15 :] + block[: rival * 15]  # each begins elsewhere
    start = threading.Barrier(4)

    def insert(block):
        store = open_store()
        start.wait()
        return len(block) - len(store.insert(block))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(insert, blocks)) == 60
    assert len(open_store().read(SYSTEM, [f"k{n}" for n in range(60)])) == 60


def test_of_rivals_for_many_leases_each_is_taken_over_once(open_store, entry):
    mine = [entry(f"k{n}") for n in range(40)]
    open_store().insert(mine)
    start = threading.Barrier(4)

    def take(rival):
        store = open_store()
        start.wait()
        in_another_order = mine[rival * 10 :] + mine[: rival * 10]
        lost = store.change([change(each, fence=2, owner=f"rival {rival}") for each in in_another_order])
        return len(mine) - len(lost)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(4))) == 40


def test_of_rivals_for_one_lease_exactly_one_takes_it_over(open_store, entry):
    mine = entry("k")
    open_store().insert([mine])
    start = threading.Barrier(6)

    def take(rival):
        store = open_store()
        start.wait()
        return store.change([change(mine, fence=2, owner=f"rival {rival}")])

    with ThreadPoolExecutor(6) as pool:
        lost = list(pool.map(take, range(6)))
    assert lost.count(frozenset()) == 1
