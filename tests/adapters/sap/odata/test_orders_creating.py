"""Creating over OData: what is sent, what an answer means, one order whatever breaks (sap.md 2.19, 4.3, 4.4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Certainty
from erp_connect.testing.mocks.sap.documents import Customer
from erp_connect.testing.mocks.sap.messages import Message
from erp_connect.testing.mocks.sap.odata.settings import Settings

from ..site import draft, sooner_or_later, valves
from .place import place

ORDERS = {"v2": "A_SalesOrder", "v4": "SalesOrder"}


@pytest.fixture(params=["v2", pytest.param("v4", marks=pytest.mark.thorough)])
def version(request):
    return request.param


@pytest.fixture
def site(world, tmp_path, version):
    with place(world, tmp_path, service=version) as found:
        yield found


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def quarry(**more):
    given = {"lines": ("Gate B", "Yard 2"), "city": "Penryn", "postal_code": "TR10 9EH", "country": "GB"}
    return ec.Address(name="Quarry Site 7", **{**given, **more})


def test_an_order_stands_in_the_system_as_it_was_said(site, world):
    said = draft(
        valves(12, price=eur("11.75"), requested=date(2026, 4, 1), description="as drawn"),
        ec.LineDraft(product="PUMP-1", quantity=Decimal("2.5"), unit="C62", warehouse="2000"),
        requested=date(2026, 3, 20),
        payment_terms="N30",
        delivery_terms="DAP Penryn",
        partial_shipment=False,
        discounts=(ec.Discount(percent=Decimal(3)),),
        references=(ec.Reference(kind="assignment", value="JOB-7"),),
        notes=("leave at gate B\nand ring", "x" * 300),
    )
    receipt = site.erp.orders.create(said, key="po-4711")
    order = receipt.order
    stored = world.order(order.id)
    assert (stored.sold_to, stored.type, stored.fields["PURCH_NO_C"]) == ("0000001234", "TA", "PO-4711")
    assert [(item.material, item.quantity, item.fields["PLANT"]) for item in stored.items] == [
        ("000000000000000062", 12, "1000"),
        ("PUMP-1", Decimal("2.5"), "2000"),
    ]
    assert [line.date for line in stored.items[0].schedule][:1] == ["20260401"]
    assert (order.id, order.number) == (stored.number.lstrip("0"),) * 2
    assert order.lines[0].price == eur("11.75")
    assert order.notes == said.notes
    assert order.discounts == said.discounts
    assert order.references == said.references
    assert (order.payment_terms, order.delivery_terms, order.partial_shipment) == ("N30", "DAP Penryn", False)
    assert [(line.id, line.position, line.product) for line in order.lines] == [
        ("10", 1, "62"),
        ("20", 2, "PUMP-1"),
    ]
    assert [line.requested for line in order.lines] == [date(2026, 4, 1), date(2026, 3, 20)]
    assert receipt.differences == ()


def test_a_create_is_one_request_and_one_to_read_it_back(site, version):
    site.erp.orders.create(draft(), key="warm")
    site.network.requests.clear()
    site.erp.orders.create(draft(customer_po="PO-2"), key="one")
    assert [method for method, _ in site.network.requests] == ["POST", "GET"]


def test_the_stamp_stands_in_the_second_reference_and_finds_the_order(site, world):
    order = site.erp.orders.create(draft(), key="one").order
    assert order.stamp
    assert world.order(order.id).fields["PURCH_NO_S"] == order.stamp
    assert [each.id for each in site.erp.orders.find(key="one")] == [order.id]


def test_an_address_of_the_orders_own_is_written_after_it_in_version_2(world, tmp_path):
    world.add(Customer("77", "Mill", street="High Street", house_number="12a", country="GB", city="Leith"))
    with place(world, tmp_path) as site:
        receipt = site.erp.orders.create(
            draft(customer="77", ship_to=quarry(), bill_to=quarry(lines=())), key="one"
        )
        order = receipt.order
        assert (order.ship_to, order.bill_to) == (quarry(), quarry(lines=()))
        assert receipt.differences == ()
        assert world.order(order.id).partner("WE").address["STREET"] == "Gate B"


def test_an_order_whose_address_is_refused_is_taken_back(world, tmp_path):
    with place(world, tmp_path) as site:
        site.network.refuse(400, "$batch", "POST")
        with pytest.raises(errors.InvalidOrder) as caught:
            site.erp.orders.create(draft(ship_to=quarry()), key="one")
        assert caught.value.outcome == "not_applied"
        assert world.orders == {}
        assert site.erp.orders.create(draft(ship_to=quarry()), key="one").order.ship_to == quarry()
    assert len(world.orders) == 1


def test_version_4_has_no_addresses_and_says_so_before_anything_is_sent(world, tmp_path):
    with place(world, tmp_path, service="v4") as site:
        with pytest.raises(errors.LossyWrite):
            site.erp.orders.create(draft(ship_to=quarry()), key="one")
        assert site.known.support("orders.change_address") is ec.Support.NONE
    assert world.orders == {}


def test_fields_of_key_users_go_out_and_come_back_with_their_types(world, tmp_path, version):
    world.custom_fields["header"] = {
        "YY1_Site_SDH": "S20",
        "YY1_Weight_SDH": "D13.3",
        "YY1_Urgent_SDH": "B",
        "YY1_Due_SDH": "dt" if version == "v2" else "date",
    }
    world.custom_fields["item"] = {"YY1_Colour_SDI": "S10"}
    custom = {
        "YY1_Site_SDH": "Quarry",
        "YY1_Weight_SDH": Decimal("12.345"),
        "YY1_Urgent_SDH": True,
        "YY1_Due_SDH": date(2026, 5, 1),
    }
    with place(world, tmp_path, service=version) as site:
        receipt = site.erp.orders.create(
            draft(valves(custom={"YY1_Colour_SDI": "red"}), custom=custom), key="one"
        )
        assert receipt.order.custom == custom
        assert receipt.order.lines[0].custom == {"YY1_Colour_SDI": "red"}
        assert receipt.differences == ()
        changed = site.erp.orders.amend(
            receipt.order,
            ec.ChangeHeader(custom={"YY1_Site_SDH": ec.EMPTY, "YY1_Weight_SDH": Decimal("1.5")}),
        ).order
        assert "YY1_Site_SDH" not in changed.custom
        assert changed.custom["YY1_Weight_SDH"] == Decimal("1.5")
        for wrong in ({"YY1_Unknown_SDH": "x"}, {"YY1_Site_SDH": "x" * 21}, {"YY1_Weight_SDH": "heavy"}):
            with pytest.raises(errors.LossyWrite) as caught:
                site.erp.orders.create(draft(customer_po="PO-2", custom=wrong), key=str(wrong))
            assert caught.value.outcome == "not_applied"
    assert len(world.orders) == 1


def test_amounts_are_exact_in_every_currency(site):
    for currency, amount in (("JPY", "1000"), ("KWD", "1.234"), ("EUR", "123456789.01")):
        price = ec.UnitPrice(amount=Decimal(amount), currency=currency, per=100)
        order = site.erp.orders.create(
            draft(valves(200, price=price), currency=currency, customer_po=currency), key=currency
        ).order
        assert order.lines[0].price == price
        assert order.net == ec.Money(amount=2 * Decimal(amount), currency=currency)


def test_a_user_exits_error_beside_the_saved_order_is_a_warning(site, world):
    world.exit_rows = [Message("E", "Z_EOR_ERR_ITM", "001", "please check the route")]
    receipt = site.erp.orders.create(draft(), key="one")
    assert len(world.orders) == 1
    assert any("Z_EOR_ERR_ITM 001" in each.message for each in receipt.warnings)


# -- refusals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", ["full", "minimal", "wrong types"])
@pytest.mark.parametrize("general_first", [False, True])
def test_a_refusal_saves_nothing_and_is_told_by_its_number(world, tmp_path, version, told, general_first):
    gateway = Settings(errors=told, general_first=general_first)
    with place(world, tmp_path, gateway, service=version) as site:
        with pytest.raises(errors.RequestRefused) as caught:
            site.erp.orders.create(draft(ec.LineDraft(product="404", quantity=1, unit="C62")), key="one")
        assert caught.value.outcome == "not_applied"
        assert caught.value.native
        if told == "full":
            assert caught.value.code == "product_unknown"
        assert world.orders == {}
        assert site.erp.orders.create(draft(), key="one").order.customer_po == "PO-4711"


def test_credit_that_refuses_and_credit_that_holds(site, world):
    world.customers["0000001234"].credit_limit = Decimal(10)
    order = site.erp.orders.create(draft(), key="held").order
    assert [hold.kind for hold in order.holds] == ["credit"]
    assert order.status is ec.OrderStatus.ON_HOLD
    world.settings.credit_check = "E"
    with pytest.raises(errors.CreditBlocked):
        site.erp.orders.create(draft(customer_po="PO-2"), key="refused")
    assert len(world.orders) == 1


def test_the_systems_own_duplicate_check(site, world):
    world.settings.duplicate_check = "E"
    site.erp.orders.create(draft(), key="first")
    with pytest.raises(errors.DuplicateReference):
        site.erp.orders.create(draft(), key="second")
    assert len(world.orders) == 1


def test_a_user_who_may_only_read_is_told_so(world, tmp_path, version):
    name = {"v2": "API_SALES_ORDER_SRV", "v4": "CE_SALESORDER_0001"}[version]
    with place(world, tmp_path, Settings(forbidden={name}), service=version) as site:
        with pytest.raises(errors.PermissionMissing) as caught:
            site.erp.orders.create(draft(), key="one")
        assert caught.value.outcome == "not_applied"
    assert world.orders == {}


# -- what breaks -----------------------------------------------------------------------------------------------

BREAKS = {
    "request lost": lambda network, where: network.lose_request(where, "POST"),
    "reply lost": lambda network, where: network.lose_reply(where, "POST"),
    "half an answer": lambda network, where: network.cut_body(20, where, "POST"),
    "too late, executed": lambda network, where: network.hang(2.5, where, "POST"),
    "too late, not executed": lambda network, where: network.hang(2.5, where, "POST", executed=False),
    "500 before": lambda network, where: network.refuse(500, where, "POST"),
    "500 after": lambda network, where: network.refuse(500, where, "POST", executed=True),
    "502 after": lambda network, where: network.refuse(502, where, "POST", executed=True),
    "504 after": lambda network, where: network.refuse(504, where, "POST", executed=True),
    "a page instead of the answer": lambda network, where: network.refuse(200, where, "POST", executed=True),
    "429 before": lambda network, where: network.throttle(3, where, "POST"),
    "429 after": lambda network, where: network.throttle(3, where, "POST", executed=True),
    "503 after, until a date": lambda network, where: network.throttle(
        datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC), where, "POST", status=503, executed=True
    ),
    "429 that names no time": lambda network, where: network.throttle(None, where, "POST", executed=True),
    "token refused": lambda network, where: network.refuse(
        403, where, "POST", headers={"x-csrf-token": "Required"}
    ),
}


def patience(breaks):
    """Seconds for which the client waits: few where the answer comes too late."""
    return 1.5 if "too late" in breaks else 60


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_there_is_exactly_one_order(world, clock, tmp_path, version, breaks):
    with place(world, tmp_path, service=version, timeout=patience(breaks)) as site:
        site.erp.orders.find(customer_po="warm")
        BREAKS[breaks](site.network, ORDERS[version])
        receipt = sooner_or_later(
            lambda: site.erp.orders.create(draft(), key="po-4711"), clock, in_doubt=True
        )
        clock.sleep(1000)
        assert [order.number for order in world.orders.values()] == [receipt.order.id.zfill(10)]
        assert receipt.order.stamp


@pytest.mark.parametrize("breaks", ["reply lost", "500 after", "429 after"])
def test_a_create_whose_order_stands_is_settled_at_once_by_its_stamp(site, world, version, breaks):
    BREAKS[breaks](site.network, ORDERS[version])
    receipt = site.erp.orders.create(draft(), key="one")
    assert [order.number for order in world.orders.values()] == [receipt.order.id.zfill(10)]


@pytest.mark.parametrize("breaks", ["request lost", "500 before", "429 before"])
def test_a_create_of_which_nothing_is_seen_stays_unknown_for_the_window(site, version, breaks):
    BREAKS[breaks](site.network, ORDERS[version])
    with pytest.raises(errors.OutcomeUnknown) as caught:
        site.erp.orders.create(draft(), key="one")
    assert 0 < caught.value.retry_after <= 610


def test_a_session_that_has_ended_costs_a_new_token_and_no_second_order(world, tmp_path, clock, version):
    with place(world, tmp_path, Settings(session_seconds=60, head_refused=True), service=version) as site:
        site.erp.orders.create(draft(), key="one")
        clock.sleep(3600)
        site.erp.orders.create(draft(customer_po="PO-2"), key="two")
    assert len(world.orders) == 2


# -- releases --------------------------------------------------------------------------------------------------


def test_a_release_without_the_second_reference_looks_for_customer_and_order_number(world, tmp_path, clock):
    gateway = Settings(absent=("A_SalesOrder/PurchaseOrderByShipToParty",))
    with place(world, tmp_path, gateway) as site:
        assert site.known.certainty("orders") is Certainty.MATCHED
        site.network.lose_reply("A_SalesOrder", "POST")
        receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock, in_doubt=True)
        assert [order.number for order in world.orders.values()] == [receipt.order.id.zfill(10)]


def test_a_release_without_addresses_and_with_fixed_schedule_lines_declares_less(world, tmp_path):
    gateway = Settings(absent=("A_SalesOrderPartnerAddress",), schedule_lines_writable=False)
    with place(world, tmp_path, gateway) as site:
        for operation in ("orders.change_address", "orders.change_date"):
            assert site.known.support(operation) is ec.Support.NONE
            assert site.known.why(operation)
        with pytest.raises(errors.LossyWrite):
            site.erp.orders.create(draft(ship_to=quarry()), key="one")
        order = site.erp.orders.create(draft(), key="two").order
        assert (
            site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5)).order.lines[0].quantities.ordered
            == 5
        )


def test_a_release_without_the_long_place_of_terms_takes_the_short_one(world, tmp_path):
    gateway = Settings(absent=("A_SalesOrder/IncotermsLocation1", "A_SalesOrder/IncotermsLocation2"))
    with place(world, tmp_path, gateway) as site:
        order = site.erp.orders.create(draft(delivery_terms="DAP Penryn"), key="one").order
        assert order.delivery_terms == "DAP Penryn"


def test_an_answer_to_a_create_without_its_lines_is_no_matter(world, tmp_path):
    with place(world, tmp_path, Settings(deep_insert_echoed=False)) as site:
        assert len(site.erp.orders.create(draft(), key="one").order.lines) == 1


# -- many ------------------------------------------------------------------------------------------------------


def test_many_orders_share_a_batch_and_end_one_by_one(site, world):
    drafts = [draft(customer_po=f"PO-{n}") for n in range(20)]
    drafts[7] = draft(ec.LineDraft(product="404", quantity=1, unit="C62"), customer_po="PO-7")
    result = site.erp.orders.create_many(drafts, ec.keys.by_customer_po)
    assert [failure.index for failure in result.failed] == [7]
    assert site.count("POST", "$batch") == 1
    assert sorted(each.fields["PURCH_NO_C"] for each in world.orders.values()) == sorted(
        f"PO-{n}" for n in range(20) if n != 7
    )


@pytest.mark.parametrize("breaks", list(BREAKS))
def test_a_batch_that_breaks_makes_each_order_once(world, clock, tmp_path, version, breaks):
    drafts = [draft(customer_po=f"PO-{n}") for n in range(5)]
    with place(world, tmp_path, service=version, timeout=patience(breaks)) as site:
        site.erp.orders.find(customer_po="warm")
        BREAKS[breaks](site.network, "$batch")
        for _ in range(5):
            result = site.erp.orders.create_many(drafts, ec.keys.by_customer_po)
            if not result.failed:
                break
            clock.sleep(620)
        assert len(result.succeeded) == 5
        assert sorted(each.fields["PURCH_NO_C"] for each in world.orders.values()) == [
            f"PO-{n}" for n in range(5)
        ]


def test_those_with_an_address_of_their_own_are_made_beside_the_batch(world, tmp_path):
    drafts = [draft(customer_po="PO-0"), draft(customer_po="PO-1", ship_to=quarry())]
    with place(world, tmp_path) as site:
        result = site.erp.orders.create_many(drafts, ec.keys.by_customer_po)
        assert [each.order.customer_po for each in result.succeeded] == ["PO-0", "PO-1"]
        assert result.succeeded[1].order.ship_to == quarry()
    assert len(world.orders) == 2


def test_threads_share_one_session_and_make_one_order_each(site, world):
    with ThreadPoolExecutor(8) as threads:
        made = list(
            threads.map(
                lambda n: site.erp.orders.create(draft(customer_po=f"PO-{n}"), key=str(n)).order.customer_po,
                range(24),
            )
        )
    assert made == [f"PO-{n}" for n in range(24)]
    assert sorted(each.fields["PURCH_NO_C"] for each in world.orders.values()) == sorted(made)
    assert site.count("HEAD", "") == 1
