"""The journal as people use it: what is open, settling by looking, a person's word, retention, erasure, export."""

from __future__ import annotations

import io
import json

import pytest

import erp_connect as ec


def unanswered(shop, erp, key, fault="lose_request"):
    """A create of which nobody knows the end."""
    getattr(shop.faults, fault)("orders.create")
    shop.faults.lose_request("orders.find")
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(customer_po=key), key=key)


def test_recovery_tells_settled_reopened_and_unknown_apart(shop):
    erp = shop.connect("late_commit")
    unanswered(shop, erp, "arrived", "lose_reply")
    shop.later(301)
    shop.faults.commit_late("orders.create", 10_000)
    shop.faults.lose_request("orders.find")
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(customer_po="got lost"), key="got lost")
    shop.later(301)
    unanswered(shop, erp, "still running")
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(customer_po="still running"), key="still running")
    before = len(shop.standing)
    report = erp.recover()
    assert (report.settled, report.reopened, report.unknown) == (
        ("arrived",),
        ("got lost",),
        ("still running",),
    )
    assert len(shop.standing) == before
    assert [entry.key for entry in erp.journal.open()] == ["still running"]
    assert erp.orders.create(shop.order(customer_po="arrived"), key="arrived").replayed


def test_recovery_leaves_alone_what_somebody_is_at_work_on(shop):
    erp, rival = shop.connect("late_commit"), shop.connect("late_commit")
    reports = []
    shop.faults.rival("orders.create", lambda: reports.append(rival.recover()))
    erp.orders.create(shop.order(), key="k")
    assert reports == [ec.RecoveryReport()]


def test_recovery_goes_on_after_an_entry_that_it_cannot_read(shop):
    erp = shop.connect("late_commit")
    for key in ("one", "two"):
        unanswered(shop, erp, key, "lose_reply")
    store = erp._context.journal._store
    spoilt = erp.journal.show("one")
    store._rows[spoilt.system, "one"] = spoilt.but(payload={"from": "another version"})
    report = erp.recover()
    assert (report.settled, report.unknown) == (("two",), ("one",))


def test_recovery_when_the_back_end_is_away_changes_nothing(shop):
    erp = shop.connect("late_commit")
    unanswered(shop, erp, "k", "lose_reply")
    shop.faults.lose_request("orders.find", times=None)
    assert erp.recover().unknown == ("k",)
    shop.faults.clear()
    assert erp.recover().settled == ("k",)


LOOKED_UP_BY = {
    "orders.amend": "orders.get",
    "orders.cancel": "orders.get",
    "shipments.post": "shipments.of",
    "customers.create": "customers.find",
    "products.update": "products.get",
    "purchase_orders.create": "purchase_orders.find",
}


@pytest.mark.parametrize(
    "write",
    [
        lambda shop, erp, order: erp.orders.amend(order.id, ec.ChangeQuantity(line=1, to=9), key="k"),
        lambda shop, erp, order: erp.orders.cancel(order.id, "no", key="k"),
        lambda shop, erp, order: erp.shipments.post(order.id, {1: 2}, key="k"),
        lambda shop, erp, order: erp.customers.create(ec.CustomerDraft(number="C-2", name="Two"), key="k"),
        lambda shop, erp, order: erp.products.update(erp.products.find("PUMP-5")[0], name="Pump V", key="k"),
        lambda shop, erp, order: erp.purchase_orders.create(shop.purchase(), key="k"),
    ],
    ids=["amend", "cancel", "ship", "customer", "product", "purchase"],
)
def test_every_kind_of_write_is_settled_after_a_lost_answer(shop, write):
    erp = shop.connect("no_version")
    order = erp.orders.create(shop.order()).order
    for verb, read in LOOKED_UP_BY.items():
        shop.lose_reply_and_sight(verb, read)
    with pytest.raises(ec.errors.OutcomeUnknown):
        write(shop, erp, order)
    shop.faults.clear()
    assert erp.journal.show("k").state == "unknown"
    assert erp.recover().settled == ("k",)
    assert write(shop, erp, order).replayed


# -- a person's word -------------------------------------------------------------------------------------


def test_a_person_says_that_it_does_not_exist(shop):
    erp = shop.connect("no_search")
    shop.faults.lose_request("orders.create")
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(), key="k")
    assert erp.journal.resolve("k").state == "refused"
    assert not erp.orders.create(shop.order(), key="k").replayed
    assert len(shop.standing) == 1


def test_a_person_says_which_order_it_is(shop):
    erp = shop.connect("no_search")
    shop.faults.lose_reply("orders.create")
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(), key="k")
    with pytest.raises(ec.errors.NotFound):
        erp.journal.resolve("k", "no such order")
    (standing,) = shop.standing
    settled = erp.journal.resolve("k", standing.id)
    assert (settled.state, settled.entity_id, settled.number) == ("confirmed", standing.id, standing.number)
    assert erp.orders.find(key="k") == (standing,)
    with pytest.raises(ec.errors.TransitionNotAllowed):
        erp.journal.resolve("k")


def test_a_person_says_which_shipment_it_is(shop):
    erp = shop.connect("no_version")
    order = erp.orders.create(shop.order()).order
    shop.lose_reply_and_sight("shipments.post", "shipments.of")
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.shipments.post(order, {1: 2}, key="k")
    with pytest.raises(ec.errors.NotFound):
        erp.journal.resolve("k", "no such shipment")
    (shipment,) = shop.world.shipments.all()
    erp.journal.resolve("k", shipment.id)
    assert erp.shipments.post(order, {1: 2}, key="k").stored == shipment


def test_nobody_resolves_what_is_under_way(shop):
    erp, rival = shop.connect(), shop.connect()

    def resolve():
        with pytest.raises(ec.errors.KeyInProgress):
            rival.journal.resolve("k")

    shop.faults.rival("orders.create", resolve)
    erp.orders.create(shop.order(), key="k")
    with pytest.raises(ec.errors.NotFound):
        erp.journal.resolve("no such key")


# -- keeping ---------------------------------------------------------------------------------------------


def test_old_entries_go_and_open_ones_stay(shop):
    erp = shop.connect("no_search")
    erp.orders.create(shop.order(customer_po="old"), key="old")
    with pytest.raises(ec.errors.InvalidOrder):
        erp.orders.create(shop.order(customer="NOBODY"), key="refused")
    shop.faults.lose_request("orders.create")
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(customer_po="open"), key="open")
    shop.later(401 * 86_400)
    erp.orders.create(shop.order(customer_po="new"), key="new")
    assert erp.journal.prune(500) == 0
    assert erp.journal.prune() == 2
    assert [entry.key for entry in erp.journal.list()] == ["open", "new"]


def test_a_customer_is_forgotten_and_his_keys_still_guard(shop):
    erp = shop.connect("bc", actor="Ada")
    shop.world.load(ec.CustomerDraft(number="C-200", name="Other"))
    site = ec.Address(name="Secret site", lines=("Hidden 1",), city="Ulm", postal_code="89073", country="DE")
    draft = shop.order(ship_to=site, customer_po="PO-secret")
    customer = erp.customers.find("C-100")[0]
    placed = erp.orders.create(draft, key="create").order
    by_id = erp.orders.create(draft.but(customer=ec.Ref(id=customer.id)), key="by id").order
    erp.orders.amend(placed.id, ec.ChangeHeader(customer_po="PO-secret-2"), key="amend")
    erp.shipments.post(placed.id, {placed.lines[0].id: 2}, key="ship")
    erp.orders.cancel(by_id, "Secret reason", key="cancel")
    erp.customers.update(customer, email="secret@example.com", key="update")
    other = erp.orders.create(shop.order(customer="C-200", customer_po="PO-other"), key="other").order

    assert erp.journal.erase(customer) == 6
    left = "\n".join(erp.journal.export())
    assert "ecret" not in left
    assert "Hidden" not in left
    assert "PO-other" in left

    assert erp.orders.create(draft, key="create").replayed
    assert erp.orders.amend(placed.id, ec.ChangeHeader(customer_po="PO-secret-2"), key="amend").replayed
    assert erp.shipments.post(placed.id, {placed.lines[0].id: 2}, key="ship").replayed
    with pytest.raises(ec.errors.KeyReused):
        erp.orders.create(draft.but(customer_po="PO-3"), key="create")
    gone = erp.orders.get(by_id.id)
    assert gone.status is ec.OrderStatus.CANCELLED
    assert (gone.customer_po, gone.cancel_reason) == (None, None)
    assert [line.quantities.ordered for line in gone.lines] == [5]
    assert erp.orders.get(other.id).customer_po == "PO-other"


def test_what_is_open_is_not_erased(shop):
    erp = shop.connect("no_search")
    shop.faults.lose_reply("orders.create")
    with pytest.raises(ec.errors.OutcomeUnknown):
        erp.orders.create(shop.order(), key="k")
    assert erp.journal.erase("C-100") == 0
    assert erp.journal.show("k").payload["customer"] == "C-100"


def test_the_export_is_a_line_of_json_for_each_write(shop, erp):
    for n in range(3):
        erp.orders.create(shop.order(customer_po=f"PO-{n}"), key=f"k{n}")
    told = [json.loads(line) for line in erp.journal.export()]
    assert [(each["key"], each["state"]) for each in told] == [(f"k{n}", "confirmed") for n in range(3)]
    file = io.StringIO()
    assert erp.journal.export(file) == 3
    assert [json.loads(line) for line in file.getvalue().splitlines()] == told
    assert erp.journal.export(io.StringIO()) == 3


def test_a_refusal_is_noted_by_its_code_and_not_by_its_words(shop, erp):
    with pytest.raises(ec.errors.CustomerBlocked):
        erp.orders.create(shop.order(customer="C-900"), key="k")
    entry = erp.journal.show("k")
    assert entry.state == "refused"
    assert entry.result == {"error": {"kind": "CustomerBlocked", "code": "customer_blocked"}}
