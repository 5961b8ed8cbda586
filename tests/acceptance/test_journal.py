"""Section 6, item 10: the journal is the audit trail, and it can forget people."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

import erp_connect as ec


def test_history_tells_who_when_why_before_and_after(shop, url, hand_clock) -> None:
    with ec.connect(url, actor="anna", clock=hand_clock) as erp:
        order = erp.orders.create(shop.draft(), key="k").order
        hand_clock.turn(hours=1)
        erp.orders.amend(order, ec.ChangeQuantity(line=1, to=10, reason="customer called"))
    with ec.connect(url, actor="bert", clock=hand_clock) as erp:
        hand_clock.turn(hours=1)
        erp.orders.cancel(order.id, reason="customer withdrew")
        created, amended, cancelled = erp.history(order.id)
        assert [entry.actor for entry in (created, amended, cancelled)] == ["anna", "anna", "bert"]
        assert [entry.reason for entry in (amended, cancelled)] == ["customer called", "customer withdrew"]
        assert created.operation == "orders.create"
        assert cancelled.operation == "orders.cancel"
        assert created.at < amended.at < cancelled.at
        assert created.at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
        assert amended.before
        assert amended.after
        assert erp.history("no-such-order") == () or list(erp.history("no-such-order")) == []


def test_the_journal_shows_its_entries(shop, erp) -> None:
    order = erp.orders.create(shop.draft(), key="k").order
    entry = erp.journal.show("k")
    assert (entry.key, entry.operation, entry.entity_id) == ("k", "orders.create", order.id)
    assert [each.key for each in erp.journal.list() if each.operation.startswith("orders")] == ["k"]
    assert list(erp.journal.open()) == []
    with pytest.raises(ec.errors.NotFound):
        erp.journal.show("none")
    assert erp.recover() == ec.RecoveryReport()


def test_settled_entries_go_after_400_days_and_not_before(shop, url, hand_clock) -> None:
    with ec.connect(url, clock=hand_clock) as erp:
        erp.orders.create(shop.draft(), key="old")
        hand_clock.turn(days=399)
        assert erp.journal.prune() == 0 or erp.journal.show("old")
        hand_clock.turn(days=2)
        erp.orders.create(shop.draft("PO-2"), key="new")
        erp.journal.prune()
        assert "old" not in [entry.key for entry in erp.journal.list()]
        assert erp.journal.show("new")


def test_a_customer_is_erased_from_the_journal_and_nothing_is_doubled(shop, erp) -> None:
    person = "Eleonora Quartermain"
    address = ec.Address(name=person, lines=["Lane 1"], city="Bath", postal_code="BA1", country="GB")
    draft = shop.draft(ship_to=address, notes=[f"for {person}"])
    order = erp.orders.create(draft, key="k").order
    erp.orders.amend(order, ec.ChangeAddress(ship_to=address), ec.AddNote(text=f"{person} called"))
    other = erp.orders.create(shop.draft("PO-2", customer="20000", notes=[person]), key="other").order

    def told() -> str:
        file = io.StringIO()
        erp.journal.export(file)
        return file.getvalue()

    assert told().count(person) > 1
    assert erp.journal.erase("10000") > 0
    assert [line for line in told().splitlines() if person in line and '"other"' not in line] == []
    assert erp.journal.show("other").entity_id == other.id
    with_same_key = erp.orders.create(draft, key="k")
    assert with_same_key.replayed
    assert with_same_key.order.id == order.id


def test_the_journal_is_exported_as_lines_of_json(shop, erp, tmp_path) -> None:
    erp.orders.create(shop.draft(), key="k")
    path = tmp_path / "journal.jsonl"
    with path.open("w", encoding="utf-8") as file:
        number = erp.journal.export(file)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == number
    assert "k" in [line["key"] for line in lines]


def test_stamps_are_plain_letters_and_differ_by_key_and_system(shop, memory_url) -> None:
    stamps = set()
    for system in ("one", "two"):
        with ec.connect("memory://", system=system) as erp:
            shop.fill(erp)
            for key in ("a", "b"):
                order = erp.orders.create(shop.draft(f"PO-{key}"), key=key).order
                stamps.add(order.stamp)
                assert set(order.stamp) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
                assert len(order.stamp) * 5 >= 60
    assert len(stamps) == 4


def test_a_system_has_keys_of_its_own(shop, memory_url) -> None:
    with ec.connect(memory_url, system="north") as north, ec.connect(memory_url, system="south") as south:
        shop_order = shop.fill(north).orders.create(shop.draft(), key="k").order
        assert north.system != south.system
        assert [order.id for order in north.orders.find(key="k")] == [shop_order.id]
        assert [order.id for order in south.orders.list()] == [shop_order.id]
        assert list(south.orders.find(key="k")) == []
