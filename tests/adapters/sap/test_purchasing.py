"""Purchase orders over RFC: values with flags, dates, units, what finds them again, exactly one (sap.md 2.15, 2.16)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Certainty, Support
from erp_connect.testing.mocks.sap import rfc

from .site import sooner_or_later

CREATE = "BAPI_PO_CREATE1"
CHANGE = "BAPI_PO_CHANGE"
DETAILS = "BAPI_PO_GETDETAIL1"
COMMIT = "BAPI_TRANSACTION_COMMIT"
COMPANY = {"company_code": "1000", "purchasing_org": "1000", "purchasing_group": "001"}
DAY = date(2026, 4, 1)


@pytest.fixture
def world(world):
    world.vendors |= {"0000000777", "WORKS"}
    world.settings.unreadable_tables |= {"EKKO"}
    return world


@pytest.fixture
def buyer(connect):
    return connect(**COMPANY)


@pytest.fixture
def rich(world):
    """A release with the fields that most have beside those of the reference."""
    world.settings.more_fields = {
        "BAPIMEPOHEADER": {"OUR_REF": "C12", "REF_1": "C12"},
        "BAPIMEPOITEM": {"PRICE_UNIT": "P5.0", "PO_UNIT_ISO": "C3", "NO_MORE_GR": "C1", "FINAL_INV": "C1"},
    }
    return world


@pytest.fixture
def stamped(connect, rich):
    """A client on such a release that may read the header table."""
    rich.settings.unreadable_tables -= {"EKKO"}
    return connect(**COMPANY)


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def line(quantity=12, **more):
    given = {"product": "62", "unit": "C62", "price": eur("11.75"), **more}
    return ec.PurchaseOrderLineDraft(quantity=quantity, **given)


def draft(*lines, **more):
    given = {"supplier": "777", "currency": "EUR", "requested": DAY, **more}
    return ec.PurchaseOrderDraft(**given, lines=lines or (line(),))


def bought(erp, *lines, **more):
    return erp.purchase_orders.create(draft(*lines, **more)).stored


def stored(world, order):
    return world.purchase_orders[order.id]


# -- creating ------------------------------------------------------------------------------------------------------


def test_a_purchase_order_stands_in_the_system_as_it_was_said(buyer, world):
    pump = line(
        Decimal("2.5"), product="PUMP-1", price=eur("240"), warehouse="2000", requested=date(2026, 5, 4)
    )
    receipt = buyer.purchase_orders.create(draft(line(warehouse="1000"), pump, order_date=date(2026, 3, 2)))
    order, there = receipt.stored, stored(world, receipt.stored)
    assert (there.supplier, there.currency) == ("0000000777", "EUR")
    belongs_to = ("CompanyCode", "PurchaseOrderType", "PurchasingOrganization", "PurchasingGroup")
    assert [there.fields[name] for name in belongs_to] == ["1000", "NB", "1000", "001"]
    assert [(item.number, item.material, item.quantity, item.unit, item.plant) for item in there.items] == [
        ("00010", "000000000000000062", 12, "ST", "1000"),
        ("00020", "PUMP-1", Decimal("2.5"), "ST", "2000"),
    ]
    assert (order.supplier, order.order_date, order.status) == ("777", date(2026, 3, 2), "submitted")
    assert [(each.id, each.position, each.product, each.unit) for each in order.lines] == [
        ("00010", 1, "62", "C62"),
        ("00020", 2, "PUMP-1", "C62"),
    ]
    assert [each.requested for each in order.lines] == [DAY, date(2026, 5, 4)]
    assert [each.price for each in order.lines] == [eur("11.75"), eur("240")]
    # The order as a whole has no date of its own: it is told where all lines agree.
    assert [each.path for each in receipt.differences] == ["purchase_order.requested"]


@pytest.mark.parametrize(
    "form", ["%d.%m.%Y", "%m/%d/%Y", "%m-%d-%Y", "%Y.%m.%d", "%Y/%m/%d", "%Y-%m-%d", None]
)
def test_a_date_is_understood_in_whatever_form_the_user_has(buyer, world, form):
    world.settings.purchase_dates_internal = form is None
    world.settings.user_dates = form or world.settings.user_dates
    day = date(2026, 12, 11)
    receipt = buyer.purchase_orders.create(draft(requested=day))
    assert receipt.differences == ()
    assert receipt.stored.requested == receipt.stored.lines[0].requested == day


def test_a_price_for_a_hundred_needs_a_release_that_holds_it(buyer, world):
    with pytest.raises(errors.LossyWrite) as caught:
        bought(buyer, line(price=eur("1175", per=100)))
    assert caught.value.outcome == "not_applied"
    assert world.purchase_orders == {}


def test_where_the_release_holds_it_a_price_for_a_hundred_is_kept(stamped):
    assert bought(stamped, line(price=eur("1175", per=100))).lines[0].price == eur("1175", per=100)


def test_a_unit_that_is_neither_mapped_nor_the_materials_own_is_refused(buyer, connect, world):
    with pytest.raises(errors.UnmappedCode) as caught:
        bought(buyer, line(unit="XCT"))
    assert (caught.value.path, caught.value.outcome) == ("lines[0].unit", "not_applied")
    assert world.purchase_orders == {}
    order = bought(connect(**COMPANY, units="XCT=KAR"), line(unit="XCT"))
    assert stored(world, order).items[0].unit == "KAR"
    assert order.lines[0].unit == "XCT"


def test_a_refusal_names_the_cause_not_what_stands_beside_it(buyer, world):
    with pytest.raises(errors.InvalidOrder) as caught:
        bought(buyer, line(product="404"))
    assert caught.value.code == "product_unknown"
    assert caught.value.outcome == "not_applied"
    with pytest.raises(errors.RequestRefused) as caught:
        bought(buyer, supplier="404")
    assert "BAPI 001" not in str(caught.value)
    assert world.purchase_orders == {}


def test_without_company_and_purchasing_organisation_nothing_is_created(erp):
    assert erp.capabilities.support("purchase_orders.create") is Support.NONE
    assert "company_code" in erp.capabilities.why("purchase_orders.create")
    with pytest.raises(errors.UnsupportedOperation):
        bought(erp)


# -- what a release and a user can do ------------------------------------------------------------------------------


def test_the_reference_alone_finds_an_order_by_its_number_only(buyer):
    known, order = buyer.capabilities, bought(buyer)
    assert known.certainty("purchase_orders") is Certainty.ASKED
    assert "EKKO" in known.why("purchase_orders.list")
    assert [each.id for each in buyer.purchase_orders.find(number=order.number)] == [order.id]
    assert buyer.purchase_orders.find(number="4711") == ()
    with pytest.raises(errors.PermissionMissing):
        buyer.purchase_orders.find(supplier="777")
    for asked in ({}, {"modified_since": datetime(2026, 1, 1, tzinfo=UTC)}):
        with pytest.raises(errors.UnsupportedOperation):
            list(buyer.purchase_orders.list(**asked))
    with pytest.raises(errors.LossyWrite):
        bought(buyer, supplier_reference="Q-17")


def test_a_system_without_the_modules_says_so(connect, world):
    class Without(rfc.connect_to(world)):
        def get_function_description(self, name):
            return super().get_function_description(
                "Z_UNKNOWN" if name in {CHANGE, "BAPI_CUSTOMERRETURN_CREATE"} else name
            )

    known = connect(**COMPANY, connector=Without).capabilities
    assert known.support("purchase_orders.create") is Support.NATIVE
    for operation in ("purchase_orders.change_quantity", "purchase_orders.cancel", "returns.create"):
        assert "does not have" in known.why(operation)


def test_a_closed_table_leaves_the_stamp_where_people_can_see_it(connect, rich):
    erp = connect(**COMPANY)
    order = bought(erp, supplier_reference="Q-17")
    assert erp.capabilities.certainty("purchase_orders") is Certainty.ASKED
    assert order.supplier_reference == "Q-17"
    assert len(order.stamp) == 12
    assert stored(rich, order).fields["OUR_REF"] == order.stamp


def test_the_header_table_lists_orders_and_finds_them_by_key_supplier_and_their_number(stamped):
    key = "po/1"
    first = stamped.purchase_orders.create(draft(supplier_reference="Q-17"), key=key).stored
    other = bought(stamped, supplier="WORKS", order_date=date(2026, 1, 5))
    book = stamped.purchase_orders
    assert stamped.capabilities.certainty("purchase_orders") is Certainty.STAMPED
    assert [each.id for each in book.find(key=key)] == [first.id]
    assert [each.id for each in book.find(supplier="777")] == [first.id]
    assert [each.id for each in book.find(supplier="WORKS")] == [other.id]
    assert book.find(supplier="404") == ()
    assert [each.id for each in book.list()] == [first.id, other.id]
    assert [each.id for each in book.list(supplier="WORKS")] == [other.id]
    assert [each.id for each in book.list(ordered_to=date(2026, 1, 31))] == [other.id]
    assert [each.id for each in book.list(limit=1)] == [first.id]


def test_orders_of_another_purchasing_organisation_are_not_listed(stamped, connect, rich):
    bought(stamped)
    elsewhere = connect(**{**COMPANY, "purchasing_org": "2000"})
    assert list(elsewhere.purchase_orders.list()) == []


def test_a_refusal_that_is_known_to_mean_something_else_is_not_taken_for_absence(buyer, connect, world):
    with pytest.raises(errors.NotFound):
        buyer.purchase_orders.get("4711")
    knowing = connect(**COMPANY, message_classes="06 999=locked")
    with pytest.raises(errors.RecordLocked):
        knowing.purchase_orders.get("4711")
    world.faults.message(DETAILS)
    with pytest.raises(errors.ErpConnectError) as caught:
        buyer.purchase_orders.get("4711")
    assert not isinstance(caught.value, errors.NotFound)


def test_the_marks_of_an_item_tell_what_arrived_and_was_billed(stamped, rich):
    order = bought(stamped, line(), line(3))
    items = stored(rich, order).items
    items[0].fields["NO_MORE_GR"] = "X"
    assert stamped.purchase_orders.get(order.id).status == "partly_shipped"
    items[1].fields["NO_MORE_GR"] = "X"
    assert stamped.purchase_orders.get(order.id).status == "shipped"
    for item in items:
        item.fields["FINAL_INV"] = "X"
    assert stamped.purchase_orders.get(order.id).status == "completed"


# -- changing and cancelling ---------------------------------------------------------------------------------------


def test_several_changes_are_one_call_and_each_is_kept(buyer, world):
    order = bought(buyer, line(), line(2, product="PUMP-1"))
    later = date(2026, 6, 1)
    changed = buyer.purchase_orders.amend(
        order,
        ec.ChangeQuantity(line=1, to=20),
        ec.ChangePrice(line=1, to=eur("9.90")),
        ec.ChangeDate(line=2, to=later),
        ec.ChangeWarehouse(line=2, to="2000"),
        ec.AddLine(line=line(3, requested=later)),
    ).stored
    there = stored(world, order)
    assert [item.quantity for item in there.items] == [20, 2, 3]
    assert [each.requested for each in changed.lines] == [DAY, later, later]
    assert [sum(part.quantity for part in each.schedule) for each in changed.lines] == [20, 2, 3]
    assert changed.lines[0].price == eur("9.90")
    assert there.items[1].plant == "2000"
    assert changed.lines[2].id == "00030"
    assert [item.deleted for item in there.items] == [False, False, False]


def test_the_suppliers_number_is_changed_where_the_release_has_it(stamped, buyer):
    order = bought(stamped, supplier_reference="Q-17")
    told = stamped.purchase_orders.amend(order, ec.ChangeHeader(supplier_reference="Q-18")).stored
    assert told.supplier_reference == "Q-18"
    assert told.stamp == order.stamp
    gone = stamped.purchase_orders.amend(told, ec.ChangeHeader(supplier_reference=ec.EMPTY)).stored
    assert gone.supplier_reference is None


def test_a_substitute_is_added_and_the_old_item_gets_the_mark(buyer, world):
    order = bought(buyer)
    changed = buyer.purchase_orders.amend(
        order, ec.SubstituteProduct(line=1, to="PUMP-1", price=eur("240"), reason="sold out")
    ).stored
    assert [item.deleted for item in stored(world, order).items] == [True, False]
    assert [(each.product, each.quantities.open) for each in changed.lines] == [("62", 0), ("PUMP-1", 12)]


def test_a_split_moves_a_part_to_an_item_of_its_own(buyer):
    later = date(2026, 6, 1)
    changed = buyer.purchase_orders.amend(
        bought(buyer), ec.SplitLine(line=1, quantity=5, requested=later)
    ).stored
    assert [(each.quantities.ordered, each.requested) for each in changed.lines] == [(7, DAY), (5, later)]


def test_several_delivery_dates_give_from_the_last_one_and_none_is_emptied(buyer, world):
    order = bought(buyer)
    item = stored(world, order).items[0]
    item.schedule[0].quantity = Decimal(5)
    item.schedule.append(type(item.schedule[0])("0002", "20260601", Decimal(7)))
    changed = buyer.purchase_orders.amend(order.id, ec.ChangeQuantity(line="00010", to=6)).stored
    assert [part.quantity for part in changed.lines[0].schedule] == [5, 1]
    with pytest.raises(errors.UnsupportedOperation):
        buyer.purchase_orders.amend(changed, ec.ChangeQuantity(line="00010", to=5))
    assert stored(world, order).items[0].quantity == 6


def test_cancelled_items_stay_with_their_mark(buyer, world):
    order = bought(buyer, line(), line(3))
    part = buyer.purchase_orders.cancel(order, "not needed", lines=[2]).stored
    assert [item.deleted for item in stored(world, order).items] == [False, True]
    assert [each.quantities.open for each in part.lines] == [12, 0]
    gone = buyer.purchase_orders.cancel(part, "found it cheaper").stored
    assert gone.status is ec.OrderStatus.CANCELLED
    with pytest.raises(errors.TransitionNotAllowed):
        buyer.purchase_orders.cancel(gone, "again")


def test_a_locked_order_can_be_tried_again(buyer, world):
    order = bought(buyer)
    world.open_in_dialog(order.id, "MILLER")
    with pytest.raises(errors.RecordLocked) as caught:
        buyer.purchase_orders.amend(order, ec.ChangeQuantity(line=1, to=3))
    assert (caught.value.retryable, caught.value.outcome) == (True, "not_applied")
    world.leave_dialog(order.id)
    assert (
        buyer.purchase_orders.amend(order, ec.ChangeQuantity(line=1, to=3)).stored.lines[0].quantities.ordered
        == 3
    )


def test_a_rivals_change_is_a_conflict_and_nothing_is_overwritten(buyer, connect, world):
    order = bought(buyer)
    connect(**COMPANY).purchase_orders.amend(order.id, ec.ChangeQuantity(line="00010", to=30))
    with pytest.raises(errors.VersionConflict):
        buyer.purchase_orders.amend(order, ec.ChangeQuantity(line=1, to=3))
    with pytest.raises(errors.VersionConflict):
        buyer.purchase_orders.cancel(order, "too late")
    assert stored(world, order).items[0].quantity == 30


# -- exactly once --------------------------------------------------------------------------------------------------

BREAKS = {
    "request lost (1)": lambda faults, function: faults.lose_request(function),
    "reply lost (1)": lambda faults, function: faults.lose_reply(function),
    "dump before (3)": lambda faults, function: faults.dump(function),
    "dump after (3)": lambda faults, function: faults.dump(function, moment="after"),
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
def test_whatever_breaks_there_is_exactly_one_purchase_order(stamped, rich, clock, function, breaks):
    BREAKS[breaks](rich.faults, function)

    def nothing_stands():
        assert rich.purchase_orders == {}

    receipt = sooner_or_later(
        lambda: stamped.purchase_orders.create(draft(), key="po"),
        clock,
        in_doubt=function == COMMIT,  # before the COMMIT nothing is in doubt
        refused=nothing_stands,
    )
    clock.sleep(1000)
    rich.settle()
    assert list(rich.purchase_orders) == [receipt.stored.id]


def test_an_order_that_the_module_hides_is_not_taken_for_absent(connect, rich, clock):
    hidden = []

    class Hiding(rfc.connect_to(rich)):
        def call(self, function, *args, **parameters):
            if function == DETAILS and hidden:
                parameters["PURCHASEORDER"] = "4711"
            return super().call(function, *args, **parameters)

    rich.settings.unreadable_tables -= {"EKKO"}
    erp = connect(**COMPANY, connector=Hiding)
    hidden.append(True)
    rich.faults.lose_reply(COMMIT)
    for _ in range(3):
        with pytest.raises(errors.ErpConnectError) as caught:
            erp.purchase_orders.create(draft(), key="po")
        assert caught.value.outcome == "unknown"
        clock.sleep(2000)
    with pytest.raises(errors.PermissionMissing):
        list(erp.purchase_orders.list())
    hidden.clear()
    order = erp.purchase_orders.create(draft(), key="po").stored
    assert list(rich.purchase_orders) == [order.id]


def test_without_a_stamp_a_lost_reply_to_the_commit_is_settled_by_the_number(buyer, world):
    world.faults.lose_reply(COMMIT)
    order = buyer.purchase_orders.create(draft(), key="po").stored
    assert list(world.purchase_orders) == [order.id]


def test_without_a_stamp_a_commit_of_which_nothing_is_seen_is_never_sent_again(buyer, world, clock):
    world.faults.lose_request(COMMIT)
    for _ in range(3):
        with pytest.raises(errors.OutcomeUnknown):
            buyer.purchase_orders.create(draft(), key="po")
        clock.sleep(2000)
    assert world.purchase_orders == {}


@pytest.mark.parametrize("function", [CHANGE, COMMIT])
@pytest.mark.parametrize("breaks", list(BREAKS))
def test_whatever_breaks_a_line_is_added_once(buyer, world, clock, function, breaks):
    order = bought(buyer)
    BREAKS[breaks](world.faults, function)
    sooner_or_later(
        lambda: buyer.purchase_orders.amend(order.id, ec.AddLine(line=line(3)), key="add"),
        clock,
        in_doubt=function == COMMIT,
    )
    clock.sleep(1000)
    assert [item.quantity for item in stored(world, order).items] == [12, 3]


def test_an_update_that_the_system_ends_saves_nothing_and_says_so(buyer, world):
    world.faults.terminate_update()
    with pytest.raises(errors.RequestRefused) as caught:
        buyer.purchase_orders.create(draft(), key="po")
    assert caught.value.outcome == "not_applied"
    assert world.purchase_orders == {}
    assert buyer.purchase_orders.create(draft(), key="po").stored
    assert len(world.purchase_orders) == 1
