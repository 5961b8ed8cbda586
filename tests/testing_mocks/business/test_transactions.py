"""The core that four products share: what a transaction is, and what a row remembers."""

from dataclasses import replace
from decimal import Decimal

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.business import lines, ordering, posting, stock
from erp_connect.testing.mocks.business.refusals import Refusal
from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.world import World

from .conftest import NOTHING, VALVES, an_order


def test_an_error_takes_everything_back(world, company, order):
    before = list(company.lines)

    def fail():
        with world.unit():
            lines.add_line(company, order, VALVES)
            posting.post(company, company.documents.row(order.id))
            an_order(company, NOTHING)

    with pytest.raises(Refusal):
        fail()
    assert list(company.documents) == [order]
    assert list(company.lines) == before
    assert stock.on_hand(company, "VALVE-20") == 500


def test_an_inner_unit_is_a_savepoint(world, company):
    with world.unit():
        kept = an_order(company)
        with pytest.raises(Refusal), world.unit():
            an_order(company, NOTHING)
    assert [one.id for one in company.documents] == [kept.id]


def test_an_inner_unit_may_end_before_anything_was_done(world, company):
    with world.unit():
        with pytest.raises(Refusal), world.unit():
            raise Refusal("finished")
        kept = an_order(company)
    assert [one.id for one in company.documents] == [kept.id]


def test_a_commit_within_is_not_taken_back(world, company):
    def fail():
        with world.unit():
            an_order(company, external_number="KEPT")
            world.commit()
            an_order(company, NOTHING)

    with pytest.raises(Refusal):
        fail()
    assert [one.external_number for one in company.documents] == ["KEPT"]


def test_only_what_was_committed_is_told(world, company):
    heard = []
    world.listeners.append(heard.extend)
    with pytest.raises(Refusal), world.unit():
        an_order(company, VALVES, NOTHING)
    assert heard == []
    with world.unit():
        order = an_order(company)
    with world.unit():
        ordering.delete(company, order)
    documents = [change for change in heard if change.table is company.documents]
    assert documents[0].old is None
    assert documents[-1].new is None


def test_what_comes_late_is_seen_late(world, company):
    with world.unit() as unit:
        unit.late = 60
        an_order(company)
    assert list(company.documents) == []
    world.clock.sleep(60)
    world.settle()
    assert len(company.documents) == 1


def test_what_comes_late_is_lost_where_another_was_first(world, company, order):
    with world.unit() as unit:
        unit.late = 60
        ordering.change(company, order, {"salesperson": "JO"})
        an_order(company)
    with world.unit():
        ordering.change(company, company.documents.row(order.id), {"salesperson": "AL"})
    world.clock.sleep(60)
    world.settle()
    assert [one.salesperson for one in company.documents] == ["AL"]


def test_versions_grow_and_ids_stay(world, company, order):
    with world.unit():
        changed = ordering.change(company, order, {"salesperson": "JO"})
    assert changed.version > order.version
    assert (changed.id, changed.created) == (order.id, order.created)
    with world.unit():
        again = an_order(company)
    assert again.version > changed.version


def test_two_systems_of_one_name_give_the_same_ids():
    first, second = (harbour_trading(World(Hands())) for _ in range(2))
    assert [row.id for row in first.items] == [row.id for row in second.items]


def test_nobody_writes_what_another_holds(world, company, order):
    world.locked[order.id] = "ANNA"
    with pytest.raises(Refusal) as refused, world.unit():
        ordering.change(company, order, {"salesperson": "JO"})
    assert (refused.value.reason, refused.value.values["user"]) == ("record_locked", "ANNA")


def test_a_credit_limit_may_refuse_an_order(world, company):
    world.settings.credit_check = "refuse"
    customer = company.customers.by("number", "10000")
    company.customers.put(replace(customer, credit_limit=Decimal(100)))
    with world.unit():
        an_order(company)
    with pytest.raises(Refusal) as refused, world.unit():
        an_order(company)
    assert refused.value.reason == "credit_limit"
    assert len(company.documents) == 1


def test_orders_may_be_kept_when_they_are_finished(world, company, order):
    world.settings.deletes_finished = False
    with world.unit():
        posting.post(company, order)
    line = company.lines_of(company.documents.row(order.id))[0]
    assert (line.shipped, line.invoiced, line.open) == (4, 4, 0)


def test_a_return_order_takes_goods_back(world, company):
    customer = company.customers.by("number", "10000")
    with world.unit():
        back = ordering.create(company, "return_order", {"partner": customer.id}, [VALVES])
        posted = posting.post(company, back)
    assert (posted.moved.kind, posted.billed.kind) == ("return_receipt", "credit_memo")
    assert stock.on_hand(company, "VALVE-20") == 504


def test_what_is_promised_and_expected_is_counted_in_base_units(world, company):
    vendor = company.vendors.by("number", "V100")
    box = {**VALVES, "quantity": Decimal(2), "unit": "BOX"}
    with world.unit():
        an_order(company, VALVES, box)
        ordering.create(company, "purchase_order", {"partner": vendor.id}, [box])
    assert stock.promised(company, "VALVE-20") == 28
    assert stock.expected(company, "VALVE-20") == 24
