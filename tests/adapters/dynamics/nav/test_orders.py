"""Orders over NAV's pages: steps of a create, keys of records, names that the site has chosen (dynamics.md 2)."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.business import lines, ordering, posting
from erp_connect.testing.mocks.dynamics.nav.settings import Settings
from erp_connect.testing.mocks.dynamics.nav.web import NavServer

from .place import draft, place, valves


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


@pytest.fixture(params=["after", "together"])
def way(request):
    return request.param


def test_an_order_stands_in_the_company_as_it_was_said(company, tmp_path, way):
    quarry = ec.Address(
        name="Quarry 7", lines=("Gate B", "Yard 2"), city="Riga", postal_code="LV-1", country="LV"
    )
    said = draft(
        valves(12, price=eur("11.75"), description="as drawn", requested=date(2026, 4, 1)),
        valves(Decimal("2.5"), product="HOSE-20", warehouse="EAST", discount=ec.Discount(percent=Decimal(5))),
        ship_to=quarry,
        requested=date(2026, 3, 20),
        payment_terms="COD",
        delivery_terms="CIF",
        partial_shipment=False,
        notes=("leave at gate B",),
    )
    with place(company, tmp_path, create_lines=way) as site:
        receipt = site.erp.orders.create(said, key="one")
        order = receipt.order
        paper = company.find("order", order.number)
        assert (paper.external_number, paper.payment_terms, paper.shipment_method) == (
            "PO-4711",
            "COD",
            "CIF",
        )
        stands = [(line.object_number, line.quantity, line.price) for line in company.lines_of(paper)]
        assert stands[:2] == [("VALVE-20", 12, Decimal("11.75")), ("HOSE-20", Decimal("2.5"), Decimal("3.2"))]
        assert (order.ship_to, order.notes, order.lines[1].warehouse) == (quarry, said.notes, "EAST")
        assert [line.requested for line in order.lines] == [date(2026, 4, 1), date(2026, 3, 20)]
        assert receipt.differences == ()
        assert site.calls == (["Create", "Update", "Update"] if way == "after" else ["Create"])


def test_a_server_that_takes_no_filled_lines_is_served_step_by_step(company, tmp_path):
    server = NavServer(company.world, Settings(filled_lines_in_create=False))
    with place(company, tmp_path, server=server) as site:
        order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
        assert [(line.product, line.quantities.ordered) for line in order.lines] == [
            ("VALVE-20", 12),
            ("HOSE-20", 5),
        ]


def test_a_refused_line_leaves_no_header_behind(company, tmp_path, way):
    with place(company, tmp_path, create_lines=way) as site:
        with pytest.raises(errors.InvalidOrder) as caught:
            site.erp.orders.create(draft(valves(), valves(product="NO-SUCH")), key="one")
        assert caught.value.outcome == "not_applied"
        assert len(company.documents) == 0
        assert site.erp.orders.create(draft(), key="one").order.number


@pytest.mark.parametrize(
    "settings",
    [
        Settings(services={"Auftrag": 42, "Debitor": 21, "Artikel": 30}),
        Settings(lines_in_lists=False),
        Settings(blank_texts="empty"),
        Settings(default_line_type="Item"),
    ],
    ids=["names in another language", "lists without lines", "blank texts", "lines that begin as items"],
)
def test_a_server_may_differ(company, tmp_path, settings):
    names = {"order_service": "Auftrag", "customer_service": "Debitor", "item_service": "Artikel"}
    named = names if "Auftrag" in settings.services else {}
    with place(company, tmp_path, server=NavServer(company.world, settings), **named) as site:
        order = site.erp.orders.create(draft(valves(), notes=("ring",)), key="one").order
        assert [each.id for each in site.erp.orders.find(customer_po="PO-4711")] == [order.id]
        assert list(site.erp.orders.list()) == [order]
        assert order.notes == ("ring",)


def test_pages_that_are_not_published_make_their_verbs_not_offered(company, tmp_path):
    server = NavServer(company.world, Settings(services={"SalesOrder": 42}))
    with place(company, tmp_path, server=server) as site:
        known = site.erp.capabilities
        for name in ("customers.get", "purchase_orders.create", "shipments.of", "returns.create"):
            assert known.support(name) is ec.Support.NONE
            assert "_service" in known.why(name)
        assert site.erp.orders.create(draft(), key="one").order.number


def test_a_change_and_a_line_that_goes_are_made_under_the_keys_that_were_read(company, tmp_path):
    with place(company, tmp_path) as site:
        order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
        changed = site.erp.orders.amend(
            order,
            ec.ChangeQuantity(line=1, to=20),
            ec.CancelLine(line=2, reason="not needed"),
            ec.AddNote(text="ring"),
        ).order
        assert [(line.product, line.quantities.ordered) for line in changed.lines] == [("VALVE-20", 20)]
        assert changed.notes == ("ring",)
        with company.world.unit():
            paper = company.find("order", order.number)
            lines.change_line(company, company.lines_of(paper)[0], {"quantity": Decimal(7)})
        with pytest.raises(errors.VersionConflict):
            site.erp.orders.amend(changed, ec.ChangeQuantity(line=1, to=30))
        assert site.erp.orders.get(order.id).lines[0].quantities.ordered == 7


def test_a_released_order_refuses_what_it_must(company, tmp_path):
    with place(company, tmp_path) as site:
        order = site.erp.orders.create(draft(), key="one").order
        with company.world.unit():
            ordering.release(company, company.find("order", order.number))
        released = site.erp.orders.get(order.id)
        assert released.status is ec.OrderStatus.CONFIRMED
        with pytest.raises(errors.RequestRefused) as caught:
            site.erp.orders.amend(released, ec.ChangeQuantity(line=1, to=20))
        assert caught.value.outcome == "not_applied"


def test_goods_leave_by_the_sites_own_procedure_under_the_parcels_number(company, tmp_path):
    with place(company, tmp_path, ship="OrderProcessing.PostShipment(orderNo)") as site:
        order = site.erp.orders.create(draft(), key="one").order
        package = ec.Package(tracking_number="1Z999", carrier="DHL")
        shipment = site.erp.shipments.post(order, {1: 4}, [package]).stored
        assert [(line.order_line_id, line.quantity) for line in shipment.lines] == [("10000", 4)]
        assert (shipment.tracking_numbers, shipment.carrier) == (("1Z999",), "DHL")
        part = site.erp.orders.get(order.id)
        assert (part.status, part.lines[0].quantities.shipped) == (ec.OrderStatus.PARTLY_SHIPPED, 4)


def test_without_a_procedure_nothing_is_posted_and_that_is_said_beforehand(company, tmp_path):
    with place(company, tmp_path) as site:
        assert site.erp.capabilities.support("shipments.post") is ec.Support.NONE
        order = site.erp.orders.create(draft(), key="one").order
        with pytest.raises(errors.UnsupportedOperation):
            site.erp.shipments.post(order, {1: 4})


def test_an_order_that_is_gone_because_all_of_it_was_posted_is_completed(company, tmp_path):
    with place(company, tmp_path) as site:
        order = site.erp.orders.create(draft(customer_po=None), key="one").order
        with company.world.unit():
            posting.post(company, company.find("order", order.number))
        done = site.erp.orders.get(order.id)
        assert (done.status, done.id) == (ec.OrderStatus.COMPLETED, order.id)
        assert (
            site.erp.orders.create(draft(customer_po=None), key="one").order.status
            is ec.OrderStatus.COMPLETED
        )


def test_a_windows_account_signs_in_by_ntlm(company, tmp_path):
    server = NavServer(company.world, Settings(logons=("ntlm",)))
    with place(company, tmp_path, server=NavServer(company.world)) as site:
        site.server.settings.logons = ("ntlm",)
        with site.again(auth="ntlm", user="HOUSE\\ANNA") as erp:
            assert erp.orders.create(draft(), key="one").order.number
    assert server.settings.logons == ("ntlm",)


def test_a_wrong_key_is_told(company, tmp_path):
    with (
        place(company, tmp_path) as site,
        pytest.raises(errors.AuthenticationFailed),
        site.again(password="wr0ng") as erp,
    ):
        erp.ping()
