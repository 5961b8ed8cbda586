"""Returns as return orders, which there are from version 29 on, or as credit memos (dynamics.md 1.7, 1.9, 5.1)."""

from dataclasses import replace

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Support
from erp_connect.adapters.dynamics.bc.return_orders import takes_new
from erp_connect.models import ReturnStatus
from erp_connect.testing.mocks.business import posting
from erp_connect.testing.mocks.dynamics.bc import web
from erp_connect.testing.mocks.dynamics.bc.settings import Settings
from erp_connect.testing.mocks.dynamics.bc.web import BusinessCentral

from .place import draft, place, valves


@pytest.fixture
def server(company):
    return BusinessCentral(company.world, Settings(version=29))


@pytest.fixture
def site(company, server, tmp_path):
    with place(company, tmp_path, server=server, metadata_cache="off") as found:
        yield found


def shipped(erp, *lines, key="one", leaving=1, **more):
    """An order of which all but a piece of each line has left."""
    order = erp.orders.create(draft(*lines, **more), key=key).order
    erp.shipments.post(order, {each.position: each.quantities.ordered - leaving for each in order.lines})
    return erp.orders.get(order.id)


def back(order, quantity=3, reason="DEFECT"):
    return ec.ReturnDraft(order=order.id, lines={order.lines[0].id: quantity}, reason=reason)


def papers(company, kind):
    return [each for each in company.documents if each.kind == kind]


def received(company, quantity=None):
    """The warehouse takes back what a return order says, or a part of it."""
    (paper,) = papers(company, "return_order")
    with company.world.unit():
        if quantity is not None:
            for line in company.lines_of(paper):
                if line.counts:
                    company.lines.put(replace(line, to_ship=quantity, to_invoice=quantity))
        posting.post(company, paper)


def test_goods_come_back_by_a_return_order(site, company):
    order = shipped(site.erp, valves(), valves(5, product="HOSE-20"), leaving=0)
    stored = site.erp.returns.create(back(order), key="two").stored
    (paper,) = papers(company, "return_order")
    goods = [line for line in company.lines_of(paper) if line.counts]
    assert [(line.object_number, line.quantity, line.price) for line in goods] == [
        ("VALVE-20", 3, order.lines[0].price.amount)
    ]
    assert (paper.external_number, papers(company, "credit_memo")) == (stored.stamp, [])
    assert (stored.order_id, stored.number) == (order.id, paper.number)
    assert (stored.status, stored.reason) == (ReturnStatus.REQUESTED, "DEFECT")
    assert [(line.order_line_id, line.quantity, line.received) for line in stored.lines] == [
        (order.lines[0].id, 3, 0)
    ]
    assert site.erp.returns.get(stored.id) == stored
    assert [each.id for each in site.erp.returns.of(order)] == [stored.id]


def test_a_return_whose_answer_is_lost_is_entered_once(site, company, clock):
    order = shipped(site.erp)
    site.network.lose_reply("salesReturnOrders", "POST")
    try:
        receipt = site.erp.returns.create(back(order), key="two")
    except errors.OutcomeUnknown as unknown:
        clock.sleep((unknown.retry_after or 0) + 1)
        receipt = site.erp.returns.create(back(order), key="two")
    (paper,) = papers(company, "return_order")
    assert receipt.stored.number == paper.number


def test_a_return_that_was_posted_before_its_answer_came_is_not_entered_again(site, company, clock):
    order = shipped(site.erp)
    site.network.lose_reply("salesReturnOrders", "POST")
    try:
        site.erp.returns.create(back(order), key="two")
    except errors.OutcomeUnknown as unknown:
        clock.sleep((unknown.retry_after or 0) + 1)
    received(company)
    receipt = site.erp.returns.create(back(order), key="two")
    assert (receipt.stored.status, receipt.stored.lines[0].quantity) == (ReturnStatus.CREDITED, 3)
    assert (papers(company, "return_order"), len(papers(company, "credit_memo"))) == ([], 1)


def test_no_more_comes_back_than_has_left_whatever_became_of_what_came_before(site, company):
    order = shipped(site.erp)
    site.erp.returns.create(back(order, 10), key="two")
    with pytest.raises(errors.InvalidOrder):
        site.erp.returns.create(back(order), key="three")
    received(company, 4)
    with pytest.raises(errors.InvalidOrder):
        site.erp.returns.create(back(order), key="four")
    received(company)
    with pytest.raises(errors.InvalidOrder):
        site.erp.returns.create(back(order), key="five")
    assert papers(company, "return_order") == []
    site.erp.returns.create(back(order, 1), key="six")
    assert len(papers(company, "return_order")) == 1


def test_a_return_order_tells_what_has_arrived_and_then_is_a_credit_memo(site, company):
    order = shipped(site.erp)
    stored = site.erp.returns.create(back(order, 10), key="two").stored
    received(company, 4)
    (part,) = site.erp.returns.of(order)
    assert [(line.quantity, line.received) for line in part.lines] == [(10, 4)]
    assert part.status is ReturnStatus.REQUESTED
    received(company)
    assert (papers(company, "return_order"), len(papers(company, "credit_memo"))) == ([], 2)
    (found,) = site.erp.returns.of(order)
    assert (found.id, found.stamp, found.order_id) == (stored.id, stored.stamp, order.id)
    assert (found.status, found.reason) == (ReturnStatus.CREDITED, "DEFECT")
    assert [(line.order_line_id, line.quantity, line.received) for line in found.lines] == [
        (order.lines[0].id, 10, 10)
    ]
    assert site.erp.returns.get(stored.id) == found
    again = site.erp.returns.create(back(order, 10), key="two")
    assert (again.replayed, again.stored) == (True, found)


def test_a_return_of_another_order_of_the_customer_is_not_this_ones(site, company):
    first, second = shipped(site.erp), shipped(site.erp, customer_po="PO-2", key="other")
    site.erp.returns.create(back(first), key="two")
    assert site.erp.returns.of(second) == ()


# -- which of the two ------------------------------------------------------------------------------------------


def test_before_version_29_it_is_a_credit_memo(site, company, server):
    server.settings.version = 26
    order = shipped(site.erp)
    with site.again(metadata_cache="off") as older:
        assert "credit memo" in older.capabilities.operation("returns.create").why
        older.returns.create(back(order), key="two")
    assert [len(papers(company, kind)) for kind in ("return_order", "credit_memo")] == [0, 1]


def test_a_site_may_stay_with_credit_memos(site, company):
    order = shipped(site.erp)
    with site.again(returns_as="credit_memo", metadata_cache="off") as settled:
        settled.returns.create(back(order), key="two")
    (memo,) = papers(company, "credit_memo")
    assert (papers(company, "return_order"), memo.applies_to) == ([], papers(company, "invoice")[0].id)


def test_return_orders_that_are_for_reading_only_are_not_written(site, company, server):
    server.settings.return_orders = "read"
    order = shipped(site.erp)
    site.erp.returns.create(back(order), key="two")
    assert [len(papers(company, kind)) for kind in ("return_order", "credit_memo")] == [0, 1]
    assert "salesReturnOrders" not in site.sent("POST")
    with site.again(returns_as="return_order", metadata_cache="off") as strict:
        with pytest.raises(errors.UnsupportedOperation) as caught:
            strict.returns.create(back(order), key="three")
        assert "takes none" in caught.value.why
        found = {each.path: each.severity for each in strict._context.adapter.examine(limit=10)}
        assert found["returns_as"] == "error"
    assert len(papers(company, "credit_memo")) == 1


def test_return_orders_that_are_demanded_and_not_there_are_told_beforehand(site, server):
    server.settings.version = 26
    with site.again(returns_as="return_order", metadata_cache="off") as older:
        assert older.capabilities.support("returns.create") is Support.NONE


@pytest.mark.parametrize(
    "missing", ["salesReturnOrders/externalDocumentNumber", "salesReturnOrderLines/description"]
)
def test_return_orders_that_could_not_be_found_again_are_not_written(site, company, monkeypatch, missing):
    whole = web.api_model
    monkeypatch.setattr(web, "api_model", lambda *given, **more: whole(*given, **more).without(missing))
    with site.again(metadata_cache="off") as poorer:
        order = shipped(poorer)
        poorer.returns.create(back(order), key="two")
    assert [len(papers(company, kind)) for kind in ("return_order", "credit_memo")] == [0, 1]


def test_a_variant_comes_back_by_a_credit_memo_for_a_return_order_names_none(site, company):
    order = shipped(site.erp, valves(4, product="PUMP-A", custom={"variant": "RED"}))
    site.erp.returns.create(back(order), key="two")
    (memo,) = papers(company, "credit_memo")
    assert [line.variant for line in company.lines_of(memo)] == ["RED"]
    strictly = site.again(returns_as="return_order", metadata_cache="off")
    with strictly as strict, pytest.raises(errors.UnsupportedOperation):
        strict.returns.create(back(order, 1), key="three")
    assert papers(company, "return_order") == []


def test_returns_of_before_the_release_was_new_are_still_known(site, company, server):
    server.settings.version = 26
    order = shipped(site.erp)
    with site.again(metadata_cache="off") as older:
        older.returns.create(back(order, 10), key="two")
    server.settings.version = 29
    with site.again(metadata_cache="off") as newer:
        assert [each.lines[0].quantity for each in newer.returns.of(order)] == [10]
        with pytest.raises(errors.InvalidOrder):
            newer.returns.create(back(order), key="three")
        newer.returns.create(back(order, 1), key="four")
        assert sorted(each.lines[0].quantity for each in newer.returns.of(order)) == [1, 10]


def test_what_a_set_takes_is_told_within_it_or_apart_from_it():
    barred = (
        '<Annotation Term="Org.OData.Capabilities.V1.InsertRestrictions"><Record>'
        '<PropertyValue Property="Insertable" Bool="{}" /></Record></Annotation>'
    )
    schema = '<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm">{}</Schema>'
    told = {"a": barred.format("false"), "b": barred.format("true")}
    sets = "".join(f'<EntitySet Name="{name}">{said}</EntitySet>' for name, said in told.items())
    within = schema.format(sets)
    apart = schema.format(f'<Annotations Target="N.C/a">{barred.format("false")}</Annotations>')
    for said in (within, apart):
        assert [takes_new(said.encode(), name) for name in ("a", "b")] == [False, True]
