"""Orders over SOAP: by the site's wrappers exactly once, or refused before anything is sent (sap.md 2.19 and 3)."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.messages import Message
from erp_connect.testing.mocks.sap.soap.settings import Settings

from ..site import draft, sooner_or_later, valves
from .place import SETTINGS, WRAPPERS, place

CREATE, CHANGE = "Z_ORDER_CREATE", "Z_ORDER_CHANGE"


@pytest.fixture
def site(world, tmp_path):
    with place(world, tmp_path) as found:
        yield found


def test_an_order_is_written_by_the_wrapper_and_read_back(site, world):
    said = draft(
        valves(12, requested=date(2026, 4, 1)),
        ec.LineDraft(product="PUMP-1", quantity=Decimal("2.5"), unit="C62", warehouse="2000"),
        notes=("leave at gate B",),
        payment_terms="N30",
    )
    receipt = site.erp.orders.create(said, key="one")
    stored = world.order(receipt.order.id)
    assert [(item.material, item.quantity) for item in stored.items] == [
        ("000000000000000062", 12),
        ("PUMP-1", Decimal("2.5")),
    ]
    assert receipt.differences == ()
    assert receipt.order.lines[0].requested == date(2026, 4, 1)
    assert receipt.order.notes == ("leave at gate B",)
    assert receipt.order.net.amount == Decimal(750)
    again = site.erp.orders.create(said, key="one")
    assert (again.replayed, again.order.id, len(world.orders)) == (True, receipt.order.id, 1)


def test_an_order_is_changed_and_cancelled_by_the_wrapper(site, world):
    order = site.erp.orders.create(draft(valves(), valves(3)), key="one").order
    changed = site.erp.orders.amend(
        order, ec.ChangeQuantity(line=1, to=20), ec.ChangeHeader(customer_po="PO-9")
    )
    assert [item.quantity for item in world.order(order.id).items] == [20, 3]
    gone = site.erp.orders.cancel(changed.order, "withdrawn").order
    assert gone.status is ec.OrderStatus.CANCELLED
    assert {item.rejection for item in world.order(order.id).items} == {"Z1"}


def test_what_was_shipped_and_billed_is_told(site, world):
    order = site.erp.orders.create(draft(valves(12)), key="one").order
    number = fulfilling.deliver(world, order.id, {"000010": Decimal(5)})
    fulfilling.post_goods_issue(world, number)
    fulfilling.bill(world, number)
    tracking = site.erp.orders.track(order.id)
    assert tracking.status is ec.OrderStatus.PARTLY_SHIPPED
    assert [line.quantity for line in site.erp.shipments.of(order.id)[0].lines] == [5]
    assert len(site.erp.invoices.of(order.id)) == 1


def test_without_a_wrapper_nothing_is_written_and_nothing_is_sent(world, tmp_path):
    """sap.md 3, line 719: refused, with an error that names the wrapper (line 713)."""
    with place(world, tmp_path, wrapped=False) as site:
        order = ec.OrderDraft.model_validate(draft())
        assert site.erp.capabilities.support("orders.create") is ec.Support.NONE
        sent = len(site.network.requests)
        with pytest.raises(errors.UnsupportedOperation, match="BAPI_SALESORDER_CREATEFROMDAT2"):
            site.erp.orders.create(order, key="one")
        assert len(site.network.requests) == sent
    assert world.orders == {}


def test_what_can_be_done_is_told_before_anything_is_sent():
    url = "sap+soap://DEMO@sap.example"
    reads = ec.capabilities(url)
    assert {reads.support(name) for name in ("orders.get", "orders.list", "orders.simulate")} <= {
        ec.Support.NATIVE,
        ec.Support.EMULATED,
    }
    writes = ("orders.create", "orders.cancel", "orders.hold", "returns.create", "purchase_orders.create")
    assert {reads.support(name) for name in writes} == {ec.Support.NONE}
    some = ec.capabilities(f"{url}?wrappers=BAPI_SALESORDER_CHANGE%3DZ_CHANGE")
    assert some.support("orders.cancel") is not ec.Support.NONE
    assert some.support("orders.create") is ec.Support.NONE


def test_a_wrapper_that_the_system_does_not_have_is_told_when_connecting(world, tmp_path):
    with (
        pytest.raises(errors.ConfigurationError, match="Z_NO_SUCH"),
        place(world, tmp_path, wrappers="BAPI_SALESORDER_CHANGE=Z_NO_SUCH"),
    ):
        pass


@pytest.mark.parametrize(
    ("soap", "more", "error"),
    [
        (Settings(), {"password": "wrong"}, errors.AuthenticationFailed),
        (Settings(), {"client": "200"}, errors.AuthenticationFailed),
        (Settings(inactive={"wsdl11"}), {}, errors.ConfigurationError),
        (Settings(inactive={"rfc"}), {}, errors.ConfigurationError),
    ],
    ids=["password", "client", "descriptions", "calls"],
)
def test_a_door_that_is_shut_is_told_with_what_to_do(world, tmp_path, soap, more, error):
    """sap.md 3, lines 684 (403, a node that is not active) and 707 (401)."""
    with pytest.raises(error) as caught, place(world, tmp_path, soap, **more) as site:
        site.erp.ping()
    assert caught.value.hint


@pytest.mark.parametrize("shape", ["error", "exception"])
def test_a_module_that_may_not_be_called_is_a_missing_permission(world, tmp_path, shape):
    """sap.md 3, line 707: missing S_RFC is a fault."""
    soap = Settings(fault=shape)
    with place(world, tmp_path, soap) as site:
        order = site.erp.orders.create(draft(), key="one").order
        soap.forbidden = {"BAPISDORDER_GETDETAILEDLIST"}
        with pytest.raises(errors.PermissionMissing):
            site.erp.orders.get(order.id)


def test_a_refusal_is_a_refusal_and_nothing_stands(site, world):
    with pytest.raises(errors.RequestRefused) as caught:
        site.erp.orders.create(draft(ec.LineDraft(product="404", quantity=1, unit="C62")), key="one")
    assert caught.value.outcome == "not_applied"
    assert world.orders == {}


def test_texts_with_control_characters_are_read(site, world):
    """sap.md 3, line 705: they stand in texts, and break XML."""
    world.materials["PUMP-1"].text = "Pump\x07 big"
    assert {product.name for product in site.erp.products.list()} >= {"Pump\ufffd big"}


# -- what breaks -------------------------------------------------------------------------------------------------


def break_it(site, kind, module, *, after):
    faults, network = site.world.faults, site.network
    match kind:
        case "line":
            (faults.lose_reply if after else faults.lose_request)(module)
        case "dump":
            faults.dump(module, moment="after" if after else "before")
        case "message":
            faults.message(module, moment="after" if after else "before")
        case "cut":
            (network.lose_reply if after else network.lose_request)("/soap/rfc", "POST")
        case "error page":
            network.refuse(500, "/soap/rfc", "POST", executed=after)
        case "page":
            network.refuse(502, "/soap/rfc", "POST", executed=after)
        case "throttled":
            network.throttle(3, "/soap/rfc", "POST", status=503, executed=after)
        case "torn":
            network.cut_body(300, "/soap/rfc", "POST")
        case "another page":
            network.refuse(200, "/soap/rfc", "POST", executed=after)


BREAKS = ["line", "dump", "message", "cut", "error page", "page", "throttled", "torn", "another page"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", BREAKS)
def test_whatever_breaks_a_create_there_is_one_order(site, world, clock, kind, after):
    """sap.md 2.19, line 668: an unknown outcome is looked up, and never sent again blindly."""
    site.erp.customers.get("1234")
    break_it(site, kind, CREATE, after=after)
    receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock, in_doubt=True)
    clock.sleep(2000)
    world.settle()
    assert [order.number.lstrip("0") for order in world.orders.values()] == [receipt.order.id]


@pytest.mark.thorough
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", BREAKS)
def test_whatever_breaks_a_change_it_is_made_once(site, world, clock, kind, after):
    order = site.erp.orders.create(draft(), key="one").order
    add = ec.AddLine(line=valves(3))

    def spoil(call):
        break_it(site, kind, CHANGE, after=after)
        return sooner_or_later(call, clock, in_doubt=True)

    spoil(lambda: site.erp.orders.amend(order.id, add, key="add"))
    clock.sleep(2000)
    world.settle()
    assert [item.quantity for item in world.order(order.id).items] == [12, 3]


def test_an_update_that_is_broken_off_is_a_refusal_and_can_be_repeated(site, world):
    world.faults.terminate_update()
    with pytest.raises(errors.ErpConnectError) as caught:
        site.erp.orders.create(draft(), key="one")
    assert caught.value.outcome == "not_applied"
    assert site.erp.orders.create(draft(), key="one").order.id
    assert len(world.orders) == 1


def test_a_success_beside_a_refusal_is_settled_by_looking(site, world, clock):
    """sap.md 2.18, line 657: a user exit's error stands beside "saved"; that it has committed is not said"""
    world.user_exit_messages = [Message("E", "Z_EOR_ERR_ITM", "001", "not today")]
    receipt = sooner_or_later(lambda: site.erp.orders.create(draft(), key="one"), clock, in_doubt=True)
    assert [order.number.lstrip("0") for order in world.orders.values()] == [receipt.order.id]


def test_a_read_is_repeated_when_the_line_breaks(site):
    order = site.erp.orders.create(draft(), key="one").order
    site.network.lose_reply("/soap/rfc", "POST")
    assert site.erp.orders.get(order.id) == order


def test_the_path_of_the_url_replaces_the_usual_one(world, tmp_path):
    with place(world, tmp_path) as site, pytest.raises(errors.ErpConnectError):
        ec.connect(f"sap+soap://DEMO@{site.host}/other/soap", password="welcome", **SETTINGS)


def test_every_wrapper_of_the_settings_is_one_that_writes(site):
    assert set(WRAPPERS.values()) == set(site.world.settings.wrappers)
