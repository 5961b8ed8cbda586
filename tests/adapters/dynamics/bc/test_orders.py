"""Orders in Business Central: what is sent, what is held to, what becomes of them (dynamics.md 1.7 to 1.13, 5.3)."""

import threading
import time
from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.business import lines, ordering, posting
from erp_connect.testing.mocks.dynamics.bc.web import BusinessCentral

from .place import draft, place, valves


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def the_paper(company, order):
    return company.find("order", order.number)


def test_an_order_stands_in_the_company_as_it_was_said(site, company):
    quarry = ec.Address(
        name="Quarry 7",
        lines=("Gate B", "Yard 2"),
        city="Penryn",
        postal_code="TR10",
        country="GB",
        contact="Gate",
    )
    said = draft(
        valves(12, price=eur("1175", per=100), description="as drawn", requested=date(2026, 4, 1)),
        valves(Decimal("2.5"), product="hose-20", warehouse="EAST", discount=ec.Discount(percent=Decimal(5))),
        ship_to=quarry,
        requested=date(2026, 3, 20),
        payment_terms="COD",
        delivery_terms="CIF",
        partial_shipment=False,
        notes=("leave at gate B",),
    )
    receipt = site.erp.orders.create(said, key="one")
    order = receipt.order
    paper = the_paper(company, order)
    assert (paper.external_number, paper.payment_terms, paper.shipment_method) == ("PO-4711", "COD", "CIF")
    stands = [(line.object_number, line.quantity, line.price) for line in company.lines_of(paper)]
    assert stands[:2] == [("VALVE-20", 12, Decimal("11.75")), ("HOSE-20", Decimal("2.5"), Decimal("3.2"))]
    assert order.lines[0].price == eur("11.75")
    assert [line.position for line in order.lines] == [1, 2]
    assert [line.requested for line in order.lines] == [date(2026, 4, 1), date(2026, 3, 20)]
    assert (order.ship_to, order.notes, order.lines[1].warehouse) == (quarry, said.notes, "EAST")
    assert (order.payment_terms, order.delivery_terms, order.partial_shipment) == ("COD", "CIF", False)
    assert order.status is ec.OrderStatus.DRAFT
    assert [(each.path, each.stored) for each in receipt.differences] == [
        ("order.lines[1].product", "HOSE-20")
    ]


def test_a_create_is_one_request_and_its_answer_is_the_record(site):
    site.erp.orders.create(draft(), key="warm")
    site.network.requests.clear()
    site.erp.orders.create(draft(customer_po="PO-2"), key="one")
    assert [method for method, _ in site.network.requests] == ["POST"]


def test_the_po_number_owns_the_one_reference_and_the_stamp_takes_it_where_there_is_none(site, company):
    with_po = site.erp.orders.create(draft(), key="one").order
    without = site.erp.orders.create(draft(customer_po=None), key="two").order
    assert (with_po.customer_po, with_po.stamp) == ("PO-4711", None)
    assert (without.customer_po, the_paper(company, without).external_number) == (None, without.stamp)
    assert [each.id for each in site.erp.orders.find(key="two")] == [without.id]


@pytest.mark.parametrize("price", [eur("10", per=3), eur("0.000001")])
def test_a_price_that_the_ledger_cannot_say_is_refused_before_anything_is_sent(site, company, price):
    with pytest.raises(errors.LossyWrite):
        site.erp.orders.create(draft(valves(price=price)), key="one")
    assert "POST" not in [method for method, _ in site.network.requests]


def test_a_discount_in_per_cent_becomes_the_amount_that_the_header_holds(site, company):
    said = draft(valves(price=eur("10")), discounts=(ec.Discount(percent=Decimal("2.5")),))
    receipt = site.erp.orders.create(said, key="one")
    assert receipt.order.discounts == (ec.Discount(amount=ec.Money(amount=Decimal("3.00"), currency="EUR")),)
    assert receipt.order.net == ec.Money(amount=Decimal("117.00"), currency="EUR")
    assert [each.path for each in receipt.differences] != []


def test_a_bulk_of_orders_is_one_batch_and_each_is_judged_by_itself(site, company):
    drafts = [draft(customer_po=f"PO-{number}") for number in range(10)]
    drafts[4] = draft(valves(product="NO-SUCH"), customer_po="PO-4")
    site.erp.orders.find(customer_po="warm")
    site.network.requests.clear()
    result = site.erp.orders.create_many(drafts, keys=lambda each: each.customer_po)
    assert len(result.succeeded) == 9
    assert [(failed.index, type(failed.error).__name__) for failed in result.failed] == [(4, "InvalidOrder")]
    assert (
        sum(1 for method, path in site.network.requests if method == "POST" and path.endswith("$batch")) == 1
    )
    assert len(company.documents) == 9


# -- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (draft(customer="30000"), errors.CustomerBlocked),
        (draft(valves(product="OLD-1")), errors.ProductBlocked),
        (draft(customer="99999"), errors.InvalidOrder),
        (draft(valves(product="NO-SUCH")), errors.InvalidOrder),
    ],
    ids=["blocked customer", "blocked item", "no customer", "no item"],
)
@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_what_is_behind_a_refusal_is_seen_in_the_records_whatever_the_language(
    company, tmp_path, site, said, error, language
):
    with site.again(language=language) as erp:
        with pytest.raises(error) as caught:
            erp.orders.create(said, key="one")
        assert caught.value.outcome == "not_applied"
        assert len(company.documents) == 0


# -- changes -----------------------------------------------------------------------------------------------------


def test_a_change_of_several_lines_is_one_transaction(site, company):
    order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
    site.network.requests.clear()
    changed = site.erp.orders.amend(
        order,
        ec.ChangeQuantity(line=1, to=20),
        ec.ChangePrice(line=2, to=eur("2.90")),
        ec.AddNote(text="ring"),
    ).order
    assert [line.quantities.ordered for line in changed.lines] == [20, 5]
    assert (changed.lines[1].price, changed.notes) == (eur("2.9"), ("ring",))
    assert [path for path in site.sent("POST") if path.endswith("$batch")] != []
    assert len([1 for method, _ in site.network.requests if method in {"POST", "PATCH", "DELETE"}]) == 1


def test_one_refused_part_takes_all_back_although_the_answer_tells_of_successes(site, company):
    """1.15: after a rollback the parts that ran first still show 200 and 201."""
    order = site.erp.orders.create(draft(), key="one").order
    with pytest.raises(errors.RequestRefused) as caught:
        site.erp.orders.amend(
            order, ec.ChangeQuantity(line=1, to=20), ec.AddLine(line=valves(product="NO-SUCH")), key="two"
        )
    assert caught.value.outcome == "not_applied"
    assert site.erp.orders.get(order.id).lines[0].quantities.ordered == 12


def test_a_change_holds_to_the_version_of_what_it_was_planned_on(site, company):
    order = site.erp.orders.create(draft(), key="one").order
    with company.world.unit():
        paper = the_paper(company, order)
        (line,) = company.lines_of(paper)
        lines.change_line(company, line, {"quantity": Decimal(7)})
    with pytest.raises(errors.VersionConflict) as caught:
        site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=20))
    assert any("quantit" in each.path for each in caught.value.diff)
    assert site.erp.orders.get(order.id).lines[0].quantities.ordered == 7


def test_a_released_order_refuses_what_it_must_and_takes_the_rest(site, company):
    """1.11: no call reopens it."""
    order = site.erp.orders.create(draft(), key="one").order
    with company.world.unit():
        ordering.release(company, the_paper(company, order))
    released = site.erp.orders.get(order.id)
    assert (released.status, released.native_status) == (ec.OrderStatus.CONFIRMED, "Open")
    with pytest.raises(errors.TransitionNotAllowed) as caught:
        site.erp.orders.amend(released, ec.ChangeQuantity(line=1, to=20))
    assert caught.value.outcome == "not_applied"
    changed = site.erp.orders.amend(released, ec.ChangeHeader(customer_po="PO-NEW")).order
    assert changed.customer_po == "PO-NEW"


def test_an_order_in_review_is_on_hold(site, company):
    order = site.erp.orders.create(draft(), key="one").order
    with company.world.unit():
        ordering.request_approval(company, the_paper(company, order))
    assert site.erp.orders.get(order.id).status is ec.OrderStatus.ON_HOLD


def test_a_split_and_a_substitute_say_which_lines_took_the_place(site):
    order = site.erp.orders.create(draft(valves(price=eur("9"))), key="one").order
    split = site.erp.orders.amend(order, ec.SplitLine(line=1, quantity=5, requested=date(2026, 5, 1))).order
    assert [(line.quantities.ordered, line.price) for line in split.lines] == [(7, eur("9")), (5, eur("9"))]
    other = site.erp.orders.amend(split, ec.SubstituteProduct(line=split.lines[1].id, to="HOSE-20")).order
    assert [line.product for line in other.lines] == ["VALVE-20", "HOSE-20"]


# -- the end -----------------------------------------------------------------------------------------------------


def test_a_cancelled_order_is_deleted_and_remembered(site, company):
    order = site.erp.orders.create(draft(), key="one").order
    gone = site.erp.orders.cancel(order, "not needed").order
    assert gone.status is ec.OrderStatus.CANCELLED
    assert len(company.documents) == 0
    assert site.erp.orders.get(order.id).status is ec.OrderStatus.CANCELLED
    assert site.erp.orders.find(number=order.number)[0].cancel_reason == "not needed"


def test_an_order_that_is_gone_because_all_of_it_was_posted_is_completed(site, company):
    """1.12: 404 and posted documents: completed; the client never posted it itself."""
    order = site.erp.orders.create(draft(customer_po=None), key="one").order
    with company.world.unit():
        posting.post(company, the_paper(company, order))
    done = site.erp.orders.get(order.id)
    assert (done.status, done.id, done.number) == (ec.OrderStatus.COMPLETED, order.id, order.number)
    assert [(line.product, line.quantities.shipped) for line in done.lines] == [("VALVE-20", 12)]
    assert site.erp.orders.find(number=order.number) == (done,)
    assert site.erp.orders.create(draft(customer_po=None), key="one").order.status is ec.OrderStatus.COMPLETED


def test_a_lost_answer_is_settled_although_the_order_was_posted_meanwhile(site, company, clock):
    """5.3: posted documents are asked as well, or the retry would make a second order."""
    site.erp.orders.find(customer_po="warm")
    site.network.lose_reply("salesOrders", "POST")
    site.network.lose_reply("salesOrders", "GET", times=9)
    with pytest.raises(errors.OutcomeUnknown):
        site.erp.orders.create(draft(customer_po=None), key="one")
    site.network.clear()
    with company.world.unit():
        posting.post(company, next(iter(company.documents)))
    receipt = site.erp.orders.create(draft(customer_po=None), key="one")
    assert receipt.order.status is ec.OrderStatus.COMPLETED
    assert [each.kind for each in company.documents if each.kind == "order"] == []


def test_what_has_left_and_is_not_billed_keeps_the_order(site, company):
    """1.12: an order with goods shipped and not invoiced cannot be deleted: what is open is cancelled."""
    order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
    with company.world.unit():
        paper = the_paper(company, order)
        first, second = company.lines_of(paper)
        lines.change_line(company, first, {"to_ship": Decimal(4)})
        lines.change_line(company, company.lines.row(second.id), {"to_ship": Decimal(0)})
        posting.post(company, company.documents.row(paper.id), invoice=False)
    left = site.erp.orders.cancel(order.id, "not needed").order
    assert [(line.product, line.quantities.shipped) for line in left.lines if line.quantities.shipped] == [
        ("VALVE-20", 4)
    ]
    assert all(line.quantities.open == 0 for line in left.lines)


class Watched:
    """A server that notices how many requests are in it at once."""

    def __init__(self, server):
        self.server, self.most, self.inside = server, 0, 0
        self.guard = threading.Lock()

    def __call__(self, environ, start):
        with self.guard:
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            time.sleep(0.05)
            return list(self.server(environ, start))
        finally:
            with self.guard:
                self.inside -= 1


@pytest.mark.parametrize("twice", [False, True])
def test_blocks_go_side_by_side_but_not_where_a_key_comes_twice(twice, company, tmp_path):
    watched = Watched(BusinessCentral(company.world))
    with place(company, tmp_path, watched, block_size=2) as site:
        site.erp.orders.find(number="none")
        watched.most = 0
        wanted = [f"PO-{number}" for number in (*range(7), *([0] if twice else []))]
        made = site.erp.orders.create_many(
            [draft(customer_po=number) for number in wanted], ec.keys.by_customer_po
        )
    made.raise_for_failures()
    assert [receipt.order.customer_po for receipt in made.succeeded] == wanted
    assert [receipt.replayed for receipt in made.succeeded] == [False] * 7 + [True] * twice
    assert len(company.documents) == 7
    assert (watched.most > 1) is not twice


def test_no_wave_of_blocks_is_much_smaller_than_the_others(company, tmp_path):
    told = []
    with place(company, tmp_path, BusinessCentral(company.world), block_size=2) as site:
        site.erp.orders.create_many(
            [draft(customer_po=f"PO-{number}") for number in range(9)],
            ec.keys.by_customer_po,
            progress=lambda *far: told.append(far),
        ).raise_for_failures()
    assert told == [(5, 9), (9, 9)]  # eight at once, and then one alone, would take as long as these
