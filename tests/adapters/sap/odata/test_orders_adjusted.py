"""Orders as other releases and sites tell them: units of prices and papers, surcharges, bills that are none."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import OrderRef
from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.documents import Material
from erp_connect.testing.mocks.sap.odata.settings import Settings

from ..site import draft, valves
from .adjusted import adjusted

UNIT = ("ConditionQuantityUnit", "ConditionQuantitySAPUnit", "ConditionQuantityISOUnit")
ORDERED = ("RequestedQuantityUnit", "RequestedQuantitySAPUnit", "RequestedQuantityISOUnit")
FIXED = Settings(parts_creatable=False)


@pytest.fixture
def place(world, tmp_path):
    with adjusted(world, tmp_path) as (site, front):
        yield site, front


def created(site, *lines, **more):
    return site.erp.orders.create(draft(*lines, **more), key="order").order


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def told(row, names, *codes):
    row.update({name: code for name, code in zip(names, codes, strict=True) if name in row})


# -- what a price is for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["v2", pytest.param("v4", marks=pytest.mark.thorough)])
def test_a_price_for_a_kilogram_is_no_price_for_a_piece(world, tmp_path, version):
    with adjusted(world, tmp_path, service=version) as (site, front):
        order = created(site, valves(price=eur("9.90", 10)))
        assert site.erp.orders.get(order).lines[0].price == eur("9.90", 10)

        def by_weight(row):
            if row.get("ConditionType") == "PR00":
                told(row, UNIT, "KG", "KG", "KGM")

        front.change = by_weight
        found = site.erp.orders.get(order)
    assert found.lines[0].price is None
    assert "the price in position 1 is for KG" in found.warnings[0]
    assert found.complete


def test_a_price_for_a_kilogram_is_one_for_a_thousand_grams(place):
    site, front = place
    order = created(site, valves(price=eur("9.90")))

    def by_weight(row):
        if row.get("ConditionType") == "PR00":
            told(row, UNIT, "KG", "KG", "KGM")
        if "RequestedQuantity" in row:
            told(row, ORDERED, "G", "G", "GRM")

    front.change = by_weight
    line = site.erp.orders.get(order).lines[0]
    assert (line.unit, line.price) == ("GRM", eur("9.90", 1000))


def test_the_unit_of_a_price_is_sent_with_it(place):
    site, front = place
    order = created(site, valves(price=eur("9.90")))
    assert '"ConditionQuantityUnit": "PC"' in front.sent[-1]
    site.erp.orders.amend(order, ec.ChangePrice(line=1, to=eur("8.80")))
    assert "ConditionQuantityUnit" in front.sent[-1]


# -- surcharges ------------------------------------------------------------------------------------------------


def test_a_surcharge_in_the_type_of_a_discount_is_no_discount(place):
    site, front = place
    off = ec.Discount(percent=Decimal(5))
    money = ec.Discount(amount=ec.Money(amount=Decimal(2), currency="EUR"))
    order = created(site, valves(discount=off), valves(discount=money), discounts=[off])
    found = site.erp.orders.get(order)
    assert [line.discount for line in found.lines] == [off, money]
    assert found.discounts == (off,)

    def dearer(row):
        if row.get("ConditionType") in ("RA01", "RB00", "HA00"):
            row["ConditionRateValue"] = str(row["ConditionRateValue"]).lstrip("-")

    front.change = dearer
    found = site.erp.orders.get(order)
    assert [line.discount for line in found.lines] == [None, None]
    assert found.discounts == ()
    assert {warning.split(" raises")[0] for warning in found.warnings} == {
        f"the condition {kind}" for kind in ("RA01", "RB00", "HA00")
    }


# -- papers in other units -------------------------------------------------------------------------------------


def delivered_and_billed(site, world):
    order = created(site, valves(12))
    number = fulfilling.deliver(world, order.id)
    fulfilling.post_goods_issue(world, number)
    fulfilling.bill(world, number)
    return order


def test_what_has_left_in_a_unit_that_cannot_be_taken_into_the_orders_is_not_told(place, world):
    site, front = place
    order = delivered_and_billed(site, world)
    quantities = site.erp.orders.get(order).lines[0].quantities
    assert (quantities.shipped, quantities.invoiced) == (12, 12)

    def in_cartons(row):
        for much, unit in (
            ("ActualDeliveryQuantity", "DeliveryQuantityUnit"),
            ("BillingQuantity", "BillingQuantityUnit"),
        ):
            if much in row:
                row.update({much: "1.000", unit: "CT"})

    front.change = in_cartons
    quantities = site.erp.orders.get(order).lines[0].quantities
    assert (quantities.shipped, quantities.invoiced) == (None, None)
    (shipment,) = site.erp.shipments.of(order)
    assert [(line.quantity, line.unit) for line in shipment.lines] == [(1, "XCT")]
    with pytest.raises(errors.InvalidOrder):
        site.erp.returns.create(
            ec.ReturnDraft(order=order.id, lines=[ec.LineQuantity(line="10", quantity=1)], reason="damaged"),
            key="r",
        )

    def with_their_share(row):
        in_cartons(row)
        row.update(BaseUnit="PC")
        for stem in "Delivery", "Billing":
            row.update({f"{stem}ToBaseQuantityNmrtr": "12", f"{stem}ToBaseQuantityDnmntr": "1"})

    front.change = with_their_share
    quantities = site.erp.orders.get(order).lines[0].quantities
    assert (quantities.shipped, quantities.invoiced) == (12, 12)
    (shipment,) = site.erp.shipments.of(order)
    assert [(line.quantity, line.unit) for line in shipment.lines] == [(12, "C62")]


# -- bills that are none ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "listed", "invoiced"),
    [
        ({"SDDocumentCategory": "M"}, [False], 12),
        ({"SDDocumentCategory": "U"}, [], 0),
        ({"SDDocumentCategory": "5"}, [], 0),
        ({"SDDocumentCategory": "P"}, [False], 0),
        ({"CancelledBillingDocument": "90000001"}, [], 0),
        ({"BillingDocumentIsCancelled": True}, [True], 0),
    ],
)
def test_only_an_invoice_that_stands_bills_goods(place, world, marks, listed, invoiced):
    site, front = place
    order = delivered_and_billed(site, world)

    def marked(row):
        if "SDDocumentCategory" in row and "BillingDocument" in row:
            row.update(marks)

    front.change = marked
    assert [each.cancelled for each in site.erp.invoices.of(order)] == listed
    assert site.erp.orders.get(order).lines[0].quantities.invoiced == invoiced


# -- what a release takes with new orders only ------------------------------------------------------------------


def test_texts_and_conditions_that_cannot_be_added_are_refused_before_anything_is_sent(world, tmp_path):
    off = ec.Discount(percent=Decimal(5))
    with adjusted(world, tmp_path, FIXED) as (site, _):
        assert "comes with the order" in site.known.why("orders.add_note")
        assert "only where the line has" in site.known.why("orders.change_discount")
        order = created(site, valves(), valves(discount=off))
        sent = site.count("POST", "$batch")
        for change in (
            ec.AddNote(text="ring first"),
            ec.ChangeDiscount(line=1, to=off),
            ec.ChangeHeader(discounts=[off]),
        ):
            with pytest.raises(errors.UnsupportedOperation) as caught:
                site.erp.orders.amend(order, change)
            assert caught.value.outcome == "not_applied"
        assert site.count("POST", "$batch") == sent
        ten = ec.Discount(percent=Decimal(10))
        assert site.erp.orders.amend(order, ec.ChangeDiscount(line=2, to=ten)).order.lines[1].discount == ten


def test_a_part_for_another_day_is_refused_where_schedule_lines_are_read_only(world, tmp_path):
    day = world.clock.now().date()
    with adjusted(world, tmp_path, Settings(schedule_lines_writable=False)) as (site, _):
        order = created(site, valves(12))
        with pytest.raises((errors.MappingError, errors.UnsupportedOperation)):
            site.erp.orders.amend(
                order, ec.SplitLine(line=1, quantity=Decimal(5), requested=day.replace(year=2027))
            )
        book = site.books.orders
        moved = order.lines[0].but(requested=day.replace(year=2027))
        with pytest.raises(errors.LossyWrite):
            book.amend(order.but(lines=(moved,)), [ec.SplitLine(line="10", quantity=Decimal(5))], _write())
        assert site.count("POST", "$batch") == 0


def _write():
    from erp_connect.adapters.contract import Write

    return Write(key="k", stamp="S", operation="orders.split_line", correlation_id="c")


def test_a_rate_and_a_reference_that_are_longer_than_their_fields_are_refused_before_anything_is_sent(place):
    site, _ = place
    fine = ec.Discount(percent=Decimal("3.1234567891"))
    long = ec.Reference(kind="assignment", value="J" * 19)
    for given in {"lines": [valves(discount=fine)]}, {"discounts": [fine]}, {"references": [long]}:
        lines = given.pop("lines", [valves()])
        with pytest.raises(errors.LossyWrite):
            site.erp.orders.create(draft(*lines, **given), key=str(given))
    assert site.count("POST", "A_SalesOrder") == 0
    order = created(site)
    with pytest.raises(errors.LossyWrite):
        site.erp.orders.amend(order, ec.ChangeHeader(references=[long]))


def test_a_split_that_is_too_fine_is_refused_before_anything_is_sent(place):
    site, _ = place
    order = created(site, valves(12))
    with pytest.raises(errors.LossyWrite):
        site.erp.orders.amend(order, ec.SplitLine(line=1, quantity=Decimal("1.2345")))
    assert site.count("POST", "$batch") == 0


def test_the_sales_area_is_the_customers_only_one_where_the_settings_say_none(world, tmp_path):
    with adjusted(world, tmp_path, sales_org="", distribution_channel="", division="") as (site, _):
        created(site)
        world.sales_areas.add(("2000", "10", "00"))
        world.customers["0000001234"].areas = (("1000", "10", "00"), ("2000", "10", "00"))
        sent = site.count("POST", "A_SalesOrder")
        with pytest.raises(errors.ConfigurationError, match="1000/10/00, 2000/10/00"):
            site.erp.orders.create(draft(), key="second")
        assert site.count("POST", "A_SalesOrder") == sent
    (order,) = world.orders.values()
    assert [order.fields[name] for name in ("SALES_ORG", "DISTR_CHAN", "DIVISION")] == ["1000", "10", "00"]


@pytest.mark.parametrize("field", ["order.payment_terms", "order.references"])
def test_a_field_that_a_release_does_not_have_is_said_and_refused(world, tmp_path, field):
    absent = {"order.payment_terms": "CustomerPaymentTerms", "order.references": "AssignmentReference"}[field]
    given = {"payment_terms": "N30", "references": [ec.Reference(kind="assignment", value="J")]}
    name = field.partition(".")[2]
    with adjusted(world, tmp_path, Settings(absent=(f"A_SalesOrder/{absent}",))) as (site, _):
        assert absent in site.known.field(field).why
        with pytest.raises(errors.LossyWrite):
            site.erp.orders.create(draft(**{name: given[name]}), key="1")
        order = created(site)
        with pytest.raises((errors.LossyWrite, errors.UnsupportedOperation)):
            site.erp.orders.amend(order, ec.ChangeHeader(**{name: given[name]}))
        assert site.count("POST", "$batch") == 0


# -- pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "link", ["http://elsewhere.example/{}", "//elsewhere.example/{}", "https://{host}/{}", "ftp://{host}/{}"]
)
def test_a_link_that_leads_elsewhere_is_not_followed(world, tmp_path, link):
    with adjusted(world, tmp_path, Settings(page_size=1)) as (site, front):
        created(site)
        site.erp.orders.create(draft(), key="second")

        def elsewhere(row):
            if "__next" in row:
                row["__next"] = link.format(row["__next"].rpartition("/")[2], host=site.host)

        front.change = elsewhere
        with pytest.raises(errors.TransportError) as caught:
            list(site.erp.customers.list())
        assert caught.value.outcome == "not_applied"


@pytest.mark.parametrize("cut", ["/API_BUSINESS_PARTNER/", "/sap/opu"])
def test_a_link_without_a_host_is_followed(world, tmp_path, cut):
    with adjusted(world, tmp_path, Settings(page_size=1)) as (site, front):

        def relative(row):
            if "__next" in row:
                _, found, rest = row["__next"].partition(cut)
                row["__next"] = rest if cut.endswith("/") else found + rest

        front.change = relative
        assert sorted(each.id for each in site.erp.customers.list()) == ["1234", "ACME"]


def test_a_row_without_its_number_names_the_field_that_is_missing(place):
    site, front = place

    def nameless(row):
        if "BusinessPartnerCategory" in row:
            row.pop("Customer", None)

    front.change = nameless
    with pytest.raises(errors.ContractViolation, match="Customer") as caught:
        list(site.erp.customers.list())
    assert caught.value.outcome == "not_applied"
    order = created(site)

    def unnumbered(row):
        if "SalesOrderType" in row:
            row.pop("SalesOrder", None)

    front.change = unnumbered
    with pytest.raises(errors.ContractViolation, match="SalesOrder"):
        list(site.erp.orders.list())
    front.change = None
    assert [each.id for each in site.erp.orders.list()] == [order.id]


# -- completeness and versions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["v2", pytest.param("v4", marks=pytest.mark.thorough)])
def test_an_order_without_a_price_is_not_complete(world, tmp_path, version):
    world.add(Material("UNPRICED", "No price yet"))
    with adjusted(world, tmp_path, service=version) as (site, _):
        made = site.erp.orders.create(
            draft(valves(), ec.LineDraft(product="UNPRICED", quantity=1, unit="C62")), key="1"
        )
        assert not made.order.complete
        priced = site.erp.orders.amend(made.order, ec.ChangePrice(line=2, to=eur(3))).order
        assert priced.complete
        assert site.erp.orders.get(priced).complete


def test_a_change_is_not_made_without_a_version_to_hold_it_to_unless_it_is_forced(place, world):
    site, front = place
    order = created(site)
    plan = site.erp.orders.plan(order, ec.ChangeQuantity(line=1, to=3))

    def unversioned(row):
        row.pop("etag", None)

    front.change = unversioned
    loose = site.books.orders.get(order.id)
    assert loose.version is None
    for write in (
        lambda: site.books.orders.amend(loose, [ec.ChangeQuantity(line="10", to=Decimal(5))], _write()),
        lambda: site.books.orders.cancel(loose, None, _write()),
        lambda: site.books.orders.remove(loose, _write()),
    ):
        with pytest.raises(errors.ContractViolation) as caught:
            write()
        assert caught.value.outcome == "not_applied"
    assert site.count("POST", "$batch") == site.count("DELETE", "") == 0
    front.change = None
    assert site.erp.orders.apply(plan, force=True).order.lines[0].quantities.ordered == 3
    site.books.orders.remove(loose, _write())
    with pytest.raises(errors.NotFound):
        site.books.orders.get(OrderRef(id=order.id).id)


def test_services_that_are_not_active_are_not_asked_for_what_became_of_an_order(world, tmp_path):
    papers = {"API_OUTBOUND_DELIVERY_SRV", "API_BILLING_DOCUMENT_SRV"}
    with adjusted(world, tmp_path, Settings(inactive=papers)) as (site, _):
        order = created(site, valves(), valves(3))
        site.network.requests.clear()
        left = site.erp.orders.amend(order, ec.CancelLine(line=1, reason="no")).order
        assert [line.quantities.shipped for line in left.lines] == [None, None]
        assert left.lines[0].quantities.cancelled == 12
        assert site.erp.orders.cancel(left, "no").order.status is ec.OrderStatus.CANCELLED
        assert not any(each in path for each in papers for _, path in site.network.requests)
