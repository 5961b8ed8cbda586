"""Orders on Sage 300: entered as on the screen, read back, found, listed, followed (sage.md 3.3, 3.5, 6.3)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sage.sage300 import desktop
from erp_connect.testing.mocks.sage.sage300.web import Sage300

from .place300 import draft, euros, place, valves

SHED = ec.Address(
    name="Shed 4",
    lines=("Dock Road 1", "Gate B", "c/o Mill", "second floor"),
    city="Leith",
    postal_code="EH6 6JJ",
    country="GB",
    region="SCT",
    contact="R. Pascoe",
    phone="0100 200300",
    email="gate@example.org",
)


def standing(site, order):
    return site.company.find("order", order.number)


def test_an_order_stands_in_the_company_as_it_was_said(site):
    said = draft(
        valves(price=euros("9.99"), warehouse="EAST", description="as drawn"),
        valves(2, unit="XBX"),
        order_date=date(2026, 2, 20),
        requested=date(2026, 4, 1),
        payment_terms="COD",
        notes=("leave at the gate",),
        ship_to=SHED,
        charges=(ec.Charge(code="FREIGHT", amount=ec.Money(amount=Decimal("18.10"), currency="EUR")),),
    )
    receipt = site.erp.orders.create(said, key="one")
    assert receipt.differences == ()
    order = receipt.order
    paper = standing(site, order)
    assert (paper.external_number, paper.order_date, paper.requested) == (
        "PO-4711",
        date(2026, 2, 20),
        date(2026, 4, 1),
    )
    assert paper.ship_address.line1 == "Dock Road 1"
    first, second, freight = site.company.lines_of(paper)
    assert (first.object_number, first.quantity, first.price, first.location) == (
        "VALVE-20",
        12,
        Decimal("9.99"),
        "EAST",
    )
    assert (second.quantity, second.unit, second.price) == (2, "BOX", 150)
    assert freight.amount_net == Decimal("18.10")
    assert (order.ship_to, order.notes, order.payment_terms) == (SHED, ("leave at the gate",), "COD")
    assert order.charges == said.charges
    assert [(line.id, line.position, line.unit) for line in order.lines] == [
        ("32", 1, "C62"),
        ("64", 2, "XBX"),
    ]
    assert site.erp.orders.get(order.id) == order


def test_properties_go_in_the_order_of_the_screen(site):
    """sage.md 3.3: the customer before what differs from his card, a line from its item to its price."""
    site.erp.orders.create(
        draft(valves(price=euros("9.99"), warehouse="EAST"), ship_to=SHED, warehouse="MAIN"), key="one"
    )
    (body,) = site.sent("POST", "OE/OEOrders")
    names = list(body)
    assert names[0] == "CustomerNumber"
    assert names.index("OrderDetails") > max(
        names.index(name)
        for name in ("DefaultLocationCode", "ShipToCity", "OrderDate", "PurchaseOrderNumber")
    )
    (line,) = body["OrderDetails"]
    assert list(line) == [
        *("LineType", "Item", "Location", "OrderUnitOfMeasure", "QuantityOrdered"),
        *("PriceOverride", "OrderUnitPrice"),
    ]
    assert body["OrderDetails"][0]["OrderUnitPrice"] == Decimal("9.99")


def test_a_price_that_is_not_said_is_the_systems_own(site):
    (line,) = site.erp.orders.create(draft(valves(unit="XBX")), key="one").order.lines
    assert line.price.amount == 150
    (body,) = site.sent("POST", "OE/OEOrders")
    assert not {"PriceOverride", "OrderUnitPrice"} & set(body["OrderDetails"][0])


def test_a_price_for_a_hundred_is_one_of_one(site):
    (line,) = site.erp.orders.create(draft(valves(price=euros("12.3456", per=100))), key="one").order.lines
    assert (line.price.amount, line.price.per) == (Decimal("0.123456"), 1)
    with pytest.raises(errors.LossyWrite):
        site.erp.orders.create(draft(valves(price=euros("1", per=3))), key="two")


def test_an_order_in_another_currency_than_the_customers_is_refused_before_it_is_sent(site):
    """sage.md 6.3: its prices would be taken for amounts of the customer's currency."""
    dollars = ec.UnitPrice(amount=Decimal(10), currency="USD")
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.create(draft(valves(price=dollars), currency="USD"), key="one")
    assert (caught.value.path, caught.value.outcome) == ("order.currency", "not_applied")
    assert site.sent("POST", "OE/OEOrders") == []


def test_a_customers_currency_is_asked_for_once(site):
    for number in range(3):
        site.erp.orders.create(draft(customer_po=f"PO-{number}"), key=str(number))
    assert len(site.asked("GET", "AR/ARCustomers")) == 1


def test_lines_wanted_on_one_day_are_an_order_wanted_on_it(site):
    day = date(2026, 4, 9)
    order = site.erp.orders.create(draft(valves(requested=day), valves(1, requested=day)), key="one").order
    assert order.requested == day
    with pytest.raises(errors.LossyWrite) as caught:
        site.erp.orders.create(
            draft(valves(requested=day), valves(1, requested=day + timedelta(days=1))), key="two"
        )
    assert caught.value.fields == ("order.line.requested",)
    assert len(site.company.documents) == 1


@pytest.mark.parametrize(
    ("more", "lost"),
    [
        ({"delivery_terms": "DAP"}, "order.delivery_terms"),
        ({"partial_shipment": True}, "order.partial_shipment"),
        ({"references": (ec.Reference(kind="project", value="P1"),)}, "order.references"),
        ({"custom": {"cost_centre": "1"}}, "order.custom"),
        ({"notes": ("one", "two")}, "order.notes"),
        ({"notes": ("one\ntwo",)}, "order.notes"),
        ({"ship_to": SHED.but(lines=("1", "2", "3", "4", "5"))}, "order.ship_to.lines"),
        ({"discounts": (ec.Discount(percent=Decimal(2)),)}, "order.discounts"),
    ],
)
def test_what_the_product_cannot_hold_is_refused_before_anything_is_sent(site, more, lost):
    with pytest.raises(errors.LossyWrite) as caught:
        site.erp.orders.create(draft(**more), key="one")
    assert caught.value.fields == (lost,)
    assert site.sent("POST", "OE/OEOrders") == []


def test_optional_fields_hold_references_and_fields_of_a_site(company, tmp_path):
    """sage.md 3.5: those of a line need the number that the line will have."""
    settings = {"references": "shop=WEBREF", "custom_fields": "channel=CHANNEL", "line_reference": "CHANNEL"}
    with place(company, tmp_path, **settings) as site:
        said = draft(
            valves(),
            valves(1, reference="L-2"),
            references=(ec.Reference(kind="shop", value="W-77"),),
            custom={"channel": "edi"},
        )
        receipt = site.erp.orders.create(said, key="one")
        assert receipt.differences == ()
        assert receipt.order.references == said.references
        assert dict(receipt.order.custom) == {"channel": "edi"}
        assert [line.reference for line in receipt.order.lines] == [None, "L-2"]
        assert [each.id for each in site.erp.orders.find(reference="W-77")] == [receipt.order.id]
        assert list(site.erp.orders.find(reference="W-78")) == []


def test_a_field_of_a_site_holds_text(company, tmp_path):
    with place(company, tmp_path, custom_fields="channel=CHANNEL") as site:
        for custom in ({"channel": 4}, {"colour": "red"}):
            with pytest.raises(errors.LossyWrite):
                site.erp.orders.create(draft(custom=custom), key="one")
    assert len(company.documents) == 0


def test_customer_and_product_may_be_named_by_their_ids(site):
    order = site.erp.orders.create(
        draft(
            valves(product=ec.Ref(id="A11050"), quantity=1),
            valves(product="a1-105/0", quantity=1),
            customer=ec.Ref(id="10000"),
        ),
        key="one",
    ).order
    assert [line.product for line in order.lines] == ["A1-105/0", "A1-105/0"]


@pytest.mark.parametrize(
    ("said", "kind", "path"),
    [
        (draft(customer="99999"), errors.InvalidOrder, "order.customer"),
        (draft(customer="30000"), errors.CustomerBlocked, "order.customer"),
        (draft(valves(), valves(product="NOSUCH")), errors.InvalidOrder, "order.lines[1].product"),
        (draft(valves(product="OLD-1")), errors.ProductBlocked, "order.lines[0].product"),
    ],
)
def test_a_refusal_is_told_as_what_the_cards_say_is_behind_it(site, said, kind, path):
    with pytest.raises(kind) as caught:
        site.erp.orders.create(said, key="one")
    assert (caught.value.path, caught.value.outcome) == (path, "not_applied")
    assert len(site.company.documents) == 0


def test_all_sentences_of_a_refusal_reach_the_user(site):
    """sage.md 3.6: one text holds several of them, warnings among the error."""
    said = "Order date is in no fiscal period.\nPrice list has expired.\r\n" + "x" * 900
    site.server.refuse("FieldInvalid", said, "OE/OEOrders", "POST")
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.create(draft(), key="one")
    told = [each["message"] for each in caught.value.native if "message" in each]
    assert told == ["Order date is in no fiscal period.", "Price list has expired.", "x" * 900]
    assert {"status": 409, "code": "FieldInvalid"} in caught.value.native


def test_an_order_with_a_blank_in_its_number_is_asked_for_by_its_very_number(site):
    for number in ("PO 4711", "PO+4711", "PO%204711"):
        site.erp.orders.create(draft(customer_po=number), key=number)
    for number in ("PO 4711", "PO+4711", "PO%204711"):
        assert [each.customer_po for each in site.erp.orders.find(customer_po=number)] == [number]


@pytest.mark.parametrize("id", ["", "x", "-1", "1 or 1 eq 1", "1)", "\u0661", "99", "1" * 40])
def test_what_cannot_be_an_id_is_not_found(site, id):
    if id:
        with pytest.raises(errors.NotFound):
            site.erp.orders.get(id)
    with pytest.raises(errors.NotFound):
        site.erp.orders.get(f"{id}'")


# -- how it stands -----------------------------------------------------------------------------------------------


def test_an_order_is_followed_from_the_desk_of_others(site):
    """sage.md 6.3."""
    order = site.erp.orders.create(draft(valves(5)), key="one").order

    def told():
        found = site.erp.orders.get(order.id)
        return found.status, found.lines[0].quantities.shipped, found.lines[0].quantities.open

    assert told() == (ec.OrderStatus.CONFIRMED, 0, 5)
    desktop.hold(site.company, standing(site, order))
    assert told()[0] is ec.OrderStatus.ON_HOLD
    desktop.hold(site.company, standing(site, order), held=False)
    desktop.ship(site.company, standing(site, order), {32: Decimal(2)})
    assert told() == (ec.OrderStatus.PARTLY_SHIPPED, 2, 3)
    tracking = site.erp.orders.track(order.id)
    assert (tracking.status, tracking.lines[0].shipped) == (ec.OrderStatus.PARTLY_SHIPPED, 2)
    desktop.ship(site.company, standing(site, order))
    assert told() == (ec.OrderStatus.SHIPPED, 5, 0)
    desktop.invoice(site.company, standing(site, order))
    assert told() == (ec.OrderStatus.COMPLETED, 5, 0)


@pytest.mark.parametrize(("left", "status"), [(0, ec.OrderStatus.CANCELLED), (2, ec.OrderStatus.COMPLETED)])
def test_what_others_have_given_up_is_cancelled(site, left, status):
    """sage.md 6.3: an order that is complete with nothing shipped."""
    order = site.erp.orders.create(draft(valves(5)), key="one").order
    if left:
        desktop.ship(site.company, standing(site, order), {32: Decimal(left)})
    desktop.cancel(site.company, standing(site, order))
    found = site.erp.orders.get(order.id)
    assert (found.status, found.lines[0].quantities.cancelled, found.lines[0].quantities.open) == (
        status,
        5 - left,
        0,
    )


def test_totals_are_told_where_the_settings_say_what_they_are(company, tmp_path):
    """sage.md 6.3, 10: nothing says whether OrderTotal is with tax."""
    with place(company, tmp_path) as site:
        order = site.erp.orders.create(draft(), key="one").order
        assert (order.net, order.gross) == (None, None)
        with site.again(order_total="gross") as other:
            assert other.orders.get(order.id).gross.amount == Decimal("180.00")
            assert other.orders.get(order.id).net is None


def test_countries_are_read_as_people_write_them(company, tmp_path):
    with place(company, tmp_path, countries="CA=Dominion of Canada") as site:
        for code, said in (("CA", "Dominion of Canada"), ("GB", "GB")):
            order = site.erp.orders.create(draft(ship_to=SHED.but(country=code)), key=code).order
            assert standing(site, order).ship_address.country == said
            assert order.ship_to.country == code


def test_a_version_moves_with_what_counts(site):
    order = site.erp.orders.create(draft(), key="one").order
    assert site.erp.orders.get(order.id).version == order.version
    desktop.hold(site.company, standing(site, order))
    assert site.erp.orders.get(order.id).version != order.version


@pytest.mark.parametrize(
    "change",
    [
        lambda erp, order: erp.orders.amend(order, ec.ChangeQuantity(line=1, to=3)),
        lambda erp, order: erp.orders.cancel(order, "not needed"),
        lambda erp, order: erp.orders.cancel(order, "not needed", lines=[1]),
        lambda erp, order: erp.orders.amend(order, ec.PlaceHold(kind="credit")),
        lambda erp, _: list(erp.orders.list(modified_since=datetime(2026, 1, 1, tzinfo=UTC))),
        lambda erp, _: list(erp.orders.events()),
        lambda erp, order: erp.shipments.post(order, None),
        lambda erp, _: erp.suppliers.find(number="V100"),
    ],
)
def test_what_the_web_api_does_not_offer_is_refused_before_traffic(site, change):
    """sage.md 3.4: orders are entered and read."""
    order = site.erp.orders.create(draft(), key="one").order
    before = len(site.recorder.asked)
    with pytest.raises(errors.UnsupportedOperation) as caught:
        change(site.erp, order)
    assert caught.value.why
    assert len(site.recorder.asked) == before


def test_a_customer_whose_card_the_user_may_not_read_is_told(company, tmp_path):
    server = Sage300(company.world)
    server.settings.rights["WEBUSER"] = frozenset({"OE"})
    with place(company, tmp_path, server=server) as site:
        with pytest.raises(errors.PermissionMissing) as caught:
            site.erp.orders.create(draft(), key="one")
        assert "Web API right" in caught.value.hint
    assert len(company.documents) == 0
