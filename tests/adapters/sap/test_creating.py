"""Creating over RFC: what is sent, what an answer means, and exactly one order whatever breaks (sap.md 2.3, 2.19)."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sap.documents import Customer
from erp_connect.testing.mocks.sap.messages import Message

from .site import draft, sooner_or_later, valves

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
COMMIT = "BAPI_TRANSACTION_COMMIT"


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def test_an_order_stands_in_the_system_as_it_was_said(erp, world):
    address = ec.Address(
        name="Quarry Site 7", lines=("Gate B",), city="Penryn", postal_code="TR10 9EH", country="GB"
    )
    said = draft(
        valves(12, price=eur("11.75"), requested=date(2026, 4, 1), reference="10"),
        ec.LineDraft(product="PUMP-1", quantity=Decimal("2.5"), unit="C62", warehouse="2000"),
        ship_to=address,
        requested=date(2026, 3, 20),
        payment_terms="N30",
        delivery_terms="DAP Penryn",
        partial_shipment=False,
        notes=("leave at gate B\nand ring", "x" * 300),
        contact=ec.Contact(name="R. Pascoe", phone="0100 200300"),
    )
    receipt = erp.orders.create(said, key="po-4711")
    order = receipt.order
    stored = world.order(order.id)
    assert (stored.sold_to, stored.type, stored.fields["PURCH_NO_C"]) == ("0000001234", "TA", "PO-4711")
    assert [(item.material, item.quantity, item.fields["PLANT"]) for item in stored.items] == [
        ("000000000000000062", 12, "1000"),
        ("PUMP-1", Decimal("2.5"), "2000"),
    ]
    assert [line.date for line in stored.items[0].schedule][:1] == ["20260401"]
    assert stored.partner("WE").address["STREET"] == "Gate B"
    assert order.id == order.number == stored.number.lstrip("0")
    assert order.ship_to == address
    assert order.lines[0].price == eur("11.75")
    assert order.notes == said.notes
    assert order.contact == said.contact
    assert (order.payment_terms, order.delivery_terms, order.partial_shipment) == ("N30", "DAP Penryn", False)
    assert [(line.id, line.position, line.product) for line in order.lines] == [
        ("000010", 1, "62"),
        ("000020", 2, "PUMP-1"),
    ]
    assert receipt.differences == ()


def test_the_stamp_stands_in_the_second_reference_and_finds_the_order(erp, world):
    order = erp.orders.create(draft(), key="one").order
    reference = world.order(order.id).fields["REF_1"]
    assert len(reference) == 12
    assert order.stamp == reference
    assert [each.id for each in erp.orders.find(key="one")] == [order.id]


def test_the_commit_waits(erp, world):
    world.settings.update_delay = 3600
    order = erp.orders.create(draft(), key="one").order
    assert world.orders[order.id.zfill(10)]


def test_an_order_with_gaps_is_saved_and_told_to_be_incomplete(erp, world):
    world.prices.clear()
    receipt = erp.orders.create(draft(), key="one")
    assert not receipt.order.complete
    assert receipt.warnings
    assert len(world.orders) == 1


def test_an_error_of_a_user_exit_beside_saved_is_a_warning(erp, world):
    world.exit_rows = [Message("E", "Z_EOR_ERR_ITM", "001", "please check the route")]
    receipt = erp.orders.create(draft(), key="one")
    assert len(world.orders) == 1
    assert any("Z_EOR_ERR_ITM 001" in warning.message for warning in receipt.warnings)


def test_a_refusal_saves_nothing_and_names_cause_and_line(erp, world):
    with pytest.raises(errors.InvalidOrder) as caught:
        erp.orders.create(draft(valves(), ec.LineDraft(product="404", quantity=1, unit="C62")), key="one")
    assert caught.value.outcome == "not_applied"
    assert caught.value.code == "product_unknown"
    assert caught.value.path == "lines[1]"
    assert {row["number"] for row in caught.value.native} >= {"382", "248", "219"}
    assert world.orders == {}
    assert erp.orders.create(draft(), key="one").order.customer_po == "PO-4711"


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (lambda world: world.sales_areas.clear(), errors.ConfigurationError),
        (lambda world: world.customers.clear(), errors.InvalidOrder),
        (lambda world: world.add(Customer("1234", "Harbour", order_block="01")), errors.InvalidOrder),
    ],
)
def test_what_is_not_set_up_or_blocked_is_told_from_the_message_number(erp, world, prepare, error):
    prepare(world)
    with pytest.raises(error) as caught:
        erp.orders.create(draft(), key="one")
    assert caught.value.outcome == "not_applied"


def test_credit_that_refuses_and_credit_that_holds(erp, world):
    world.customers["0000001234"].credit_limit = Decimal(10)
    order = erp.orders.create(draft(), key="held").order
    assert [hold.kind for hold in order.holds] == ["credit"]
    assert order.status is ec.OrderStatus.ON_HOLD
    world.settings.credit_check = "E"
    with pytest.raises(errors.CreditBlocked):
        erp.orders.create(draft(customer_po="PO-2"), key="refused")


def test_the_systems_own_duplicate_check(erp, world):
    world.settings.duplicate_check = "W"
    erp.orders.create(draft(), key="first")
    assert any("V4 115" in each.message for each in erp.orders.create(draft(), key="second").warnings)
    world.settings.duplicate_check = "E"
    with pytest.raises(errors.DuplicateReference):
        erp.orders.create(draft(), key="third")
    assert len(world.orders) == 2


def test_an_update_that_the_system_ends_saves_nothing_and_says_so(erp, world):
    world.faults.terminate_update()
    with pytest.raises(errors.RequestRefused) as caught:
        erp.orders.create(draft(), key="one")
    assert caught.value.outcome == "not_applied"
    assert world.orders == {}


BREAKS = {
    "request lost (1)": lambda faults, function: faults.lose_request(function),
    "reply lost (1)": lambda faults, function: faults.lose_reply(function),
    "dump before (3)": lambda faults, function: faults.dump(function),
    "dump after (3)": lambda faults, function: faults.dump(function, moment="after"),
    "message before (4)": lambda faults, function: faults.message(function),
    "message after (4)": lambda faults, function: faults.message(function, moment="after"),
    "cancelled, it went on (7)": lambda faults, function: faults.hang(function, 100),
    "cancelled, it did not run (7)": lambda faults, function: faults.hang(function, 100, executed=False),
    "reply and reconnect lost": lambda faults, function: (
        faults.lose_reply(function),
        faults.refuse_connections(),
    ),
}


@pytest.mark.parametrize("function", [CREATE, COMMIT])
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_there_is_exactly_one_order(erp, world, clock, function, breaks):
    BREAKS[breaks](world.faults, function)

    def call():
        return erp.orders.create(draft(), key="po-4711")

    def nothing_stands():
        assert world.orders == {}

    # Before the COMMIT nothing is in doubt.
    receipt = sooner_or_later(call, clock, in_doubt=function == COMMIT, refused=nothing_stands)
    clock.sleep(1000)
    world.settle()
    assert [order.number for order in world.orders.values()] == [receipt.order.id.zfill(10)]


def test_a_lost_commit_whose_order_stands_is_settled_at_once_by_its_number(erp, world):
    world.faults.lose_reply(COMMIT)
    receipt = erp.orders.create(draft(), key="one")
    assert len(world.orders) == 1
    assert receipt.order.stamp


def test_a_lost_commit_of_which_nothing_is_seen_stays_unknown_for_the_window(erp, world):
    world.faults.lose_request(COMMIT)
    with pytest.raises(errors.OutcomeUnknown) as caught:
        erp.orders.create(draft(), key="one")
    assert 0 < caught.value.retry_after <= 600


def test_threads_through_the_pool_make_one_order_each(erp, world):
    drafts = [draft(customer_po=f"PO-{n}") for n in range(30)]
    result = erp.orders.create_many(drafts, ec.keys.by_customer_po, workers=8)
    assert len(result.succeeded) == 30
    assert sorted(o.fields["PURCH_NO_C"] for o in world.orders.values()) == sorted(
        f"PO-{n}" for n in range(30)
    )


def test_amounts_are_real_in_every_currency(erp, world):
    # 2.2: type A amounts are not shifted; the tables' are.
    for currency, amount in (("JPY", "1000"), ("KWD", "1.234")):
        price = ec.UnitPrice(amount=Decimal(amount), currency=currency)
        order = erp.orders.create(
            draft(valves(2, price=price), currency=currency, customer_po=currency), key=currency
        ).order
        assert order.lines[0].price == price
        assert order.net == ec.Money(amount=2 * Decimal(amount), currency=currency)
