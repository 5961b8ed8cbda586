"""What ``like=`` plays, product by product and habit by habit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.adapters.contract import (
    Amends,
    Cancels,
    Confirms,
    CreatesBlocks,
    Find,
    FindsPosted,
    FindsStamps,
    Listing,
    OnCancel,
    OrderBook,
    OrderRef,
    PostsShipments,
    ReadsBlocks,
    Receives,
    Removes,
    ReportsEvents,
    Resumes,
    Simulates,
    SimulatesChanges,
    Sought,
    StampKind,
    Support,
    Tracks,
)
from erp_connect.adapters.memory.profiles import LIKES, profile, weak
from erp_connect.errors import (
    ConfigurationError,
    DuplicateReference,
    InvalidOrder,
    LossyWrite,
    NotFound,
    RequestRefused,
    TransitionNotAllowed,
    UnsupportedOperation,
)
from erp_connect.models import (
    AddLine,
    AddNote,
    CancelLine,
    ChangeHeader,
    ChangeQuantity,
    Contact,
    CustomerDraft,
    EventKind,
    LineQuantity,
    OrderStatus,
    Package,
    PlaceHold,
    ProductDraft,
    ReturnDraft,
)

EVERY = (*LIKES, *sorted(weak()))
WRITING = tuple(like for like in EVERY if like != "soap")
"""SOAP without wrappers writes nothing."""


@pytest.mark.parametrize("like", EVERY)
def test_the_connection_declares_what_the_profile_says(open_shop, like) -> None:
    shop = open_shop(like=like)
    capabilities = shop.adapter.capabilities
    assert capabilities.discovered
    assert capabilities.system == f"memory like {like}"
    assert isinstance(shop.orders, OrderBook)
    for name in ("purchase_orders", "customers", "suppliers", "products", "stock", "prices"):
        offered = any(
            known.support is not Support.NONE
            for operation, known in capabilities.operations.items()
            if operation.startswith(f"{name}.")
        )
        assert (getattr(shop.adapter, name) is not None) == offered, name


@pytest.mark.parametrize("like", WRITING)
def test_an_order_is_made_read_found_and_listed(open_shop, like) -> None:
    shop = open_shop(like=like)
    order = shop.create(shop.draft(shop.line(quantity=4), shop.line("PUMP-5", 1)))
    assert [line.product for line in order.lines] == ["VALVE-20", "PUMP-5"]
    assert order.net.amount == Decimal("290.00")
    assert order.status is OrderStatus.SUBMITTED
    assert [line.position for line in order.lines] == [1, 2]
    assert shop.orders.find(Find(number=order.number)) == (order,)
    if shop.adapter.capabilities.stamp("orders").visibility_delay:
        shop.clock.sleep(60)
    assert shop.all(party="C-100") == [order]


@pytest.mark.parametrize("like", WRITING)
def test_the_stamp_stands_where_the_product_has_a_place_for_it(open_shop, like) -> None:
    shop = open_shop(like=like)
    policy = shop.adapter.capabilities.stamp("orders")
    with_po, without = shop.write(), shop.write()
    first = shop.orders.get(shop.orders.create(shop.draft(customer_po="PO-1"), with_po).id)
    second = shop.orders.get(shop.orders.create(shop.draft(customer_po=None), without).id)
    shop.clock.sleep(policy.visibility_delay)
    if policy.kind is StampKind.NONE:
        assert (first.stamp, second.stamp) == (None, None)
        with pytest.raises(UnsupportedOperation):
            shop.orders.find(Find(stamp=with_po.stamp))
        return
    assert second.stamp == without.stamp
    assert shop.orders.find(Find(stamp=without.stamp)) == (second,)
    assert first.stamp == (None if policy.shared else with_po.stamp)
    assert shop.orders.find(Find(party="C-100", customer_po="PO-1")) == (first,)
    if policy.kind is StampKind.ID:
        assert first.id == with_po.stamp


@pytest.mark.parametrize("like", WRITING)
def test_a_second_order_with_the_stamp_is_refused_only_where_the_product_does(open_shop, like) -> None:
    shop = open_shop(like=like)
    write = shop.write()
    shop.orders.create(shop.draft(), write)
    if shop.adapter.capabilities.stamp("orders").enforced:
        with pytest.raises(DuplicateReference):
            shop.orders.create(shop.draft(), write)
    else:
        shop.orders.create(shop.draft(), write)


@pytest.mark.parametrize("like", EVERY)
def test_what_the_product_cannot_do_is_refused_with_its_reason(open_shop, like) -> None:
    shop = open_shop(like=like)
    capabilities = shop.adapter.capabilities
    calls = {
        "orders.create": lambda: shop.orders.create(shop.draft(), shop.write()),
        "orders.simulate": lambda: shop.orders.simulate(shop.draft()),
        "orders.events": lambda: shop.orders.events(None),
        "orders.track": lambda: shop.orders.track(OrderRef(id="order-1")),
        "orders.list_modified": lambda: shop.orders.list(Listing(modified_since=shop.clock.now())),
    }
    refused = {name for name in calls if capabilities.support(name) is Support.NONE}
    for name in refused:
        with pytest.raises(UnsupportedOperation) as caught:
            calls[name]()
        assert caught.value.why == capabilities.why(name)
        assert caught.value.operation == name
    assert refused or like not in ("soap", "fo", "nav", "x3", "sage300", "bc", "crm")


@pytest.mark.parametrize("like", [like for like in WRITING if like not in ("x3", "sage300")])
def test_a_cancelled_order_is_kept_or_gone_as_declared(open_shop, like) -> None:
    shop = open_shop(like=like)
    order = shop.create()
    answer = shop.orders.cancel(order, None, shop.write("orders.cancel", reason="withdrawn"))
    if shop.adapter.capabilities.on_cancel is OnCancel.GONE:
        assert answer is None
        with pytest.raises(NotFound):
            shop.orders.get(order.id)
        assert shop.orders.posted(shop.ref(order)) is None
    else:
        assert answer.id == order.id
        assert shop.orders.get(order.id).status is OrderStatus.CANCELLED


@pytest.mark.parametrize("like", [like for like in WRITING if like != "sage300"])
def test_a_cancelled_line_is_kept_lowered_or_gone_as_declared(open_shop, like) -> None:
    shop = open_shop(like=like)
    order = shop.create(shop.draft(shop.line(quantity=4), shop.line("PUMP-5", 1)))
    shop.orders.cancel(order, [order.lines[0].id], shop.write("orders.cancel", reason="not needed"))
    left = shop.orders.get(order.id)
    assert left.net.amount == 240
    match shop.adapter.capabilities.on_cancel_line.value:
        case "kept":
            assert [(q.quantities.ordered, q.quantities.cancelled) for q in left.lines] == [(4, 4), (1, 0)]
        case "lowered":
            assert [q.quantities.ordered for q in left.lines] == [0, 1]
        case "gone":
            assert [line.product for line in left.lines] == ["PUMP-5"]


@pytest.mark.parametrize("like", WRITING)
def test_a_version_moves_with_the_content(open_shop, like) -> None:
    shop = open_shop(like=like)
    order = shop.create()
    if like == "no_version":
        assert order.version is None
        return
    assert order.version is not None
    if shop.adapter.capabilities.support("orders.change_quantity") is Support.NONE:
        return
    changed = shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=8))
    assert changed.version != order.version


def test_a_pack_of_tokens_moves_only_where_a_record_moved(open_shop) -> None:
    shop = open_shop(like="bc")
    order = shop.create(shop.draft(shop.line(), shop.line("PUMP-5", 1)))
    changed = shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=8))
    before, after = order.version.split(), changed.version.split()
    assert before[2] == after[2]
    assert before[1] != after[1]


def test_a_fingerprint_comes_back_with_the_content(open_shop) -> None:
    shop = open_shop(like="rfc")
    order = shop.create()
    line = order.lines[0].id
    changed = shop.amend(order, ChangeQuantity(line=line, to=8))
    assert shop.amend(changed, ChangeQuantity(line=line, to=5)).version == order.version
    shop.adapter.touch(order.id)
    assert shop.orders.get(order.id).version == order.version


def test_without_a_version_the_last_write_wins(open_shop) -> None:
    shop = open_shop(like="no_version")
    order = shop.create()
    line = order.lines[0].id
    shop.amend(order, ChangeQuantity(line=line, to=8))
    assert shop.amend(order, ChangeQuantity(line=line, to=9)).lines[0].quantities.ordered == 9


@pytest.mark.parametrize("like", ["rfc", "crm", "half_made"])
def test_some_products_answer_with_a_number_only(open_shop, like) -> None:
    shop = open_shop(like=like)
    written = shop.orders.create(shop.draft(), shop.write())
    assert written.stored is None
    assert shop.orders.get(written.id).id == written.id


@pytest.mark.parametrize("like", EVERY)
def test_a_book_has_the_abilities_of_its_product_and_no_others(open_shop, like) -> None:
    shop = open_shop(like=like)
    profile = shop.adapter._profile
    book = shop.orders
    for ability in (Amends, Cancels, Tracks, Simulates, ReportsEvents, ReadsBlocks):
        assert isinstance(book, ability)
    assert isinstance(book, CreatesBlocks) == (profile.block_size > 1)
    assert isinstance(book, Resumes) == isinstance(book, Removes) == profile.creates_in_steps
    assert isinstance(book, FindsStamps) == profile.orders.searchable
    assert isinstance(book, FindsPosted) == (profile.on_cancel is OnCancel.GONE)
    assert isinstance(book, SimulatesChanges) == (like in ("rfc", "soap") or like in weak())
    assert not isinstance(book, Confirms | Receives)
    if shop.purchase_orders is not None:
        assert isinstance(shop.purchase_orders, Confirms)
        assert isinstance(shop.purchase_orders, Receives)
    if shop.adapter.shipments is not None:
        assert isinstance(shop.adapter.shipments, PostsShipments)


# ---------------------------------------------------------------------------------------------- storing


def test_values_are_normalised_without_a_word(open_shop) -> None:
    shop = open_shop(like="sage200")
    shop.world.load(CustomerDraft(number="MILL", name="Mill"))
    order = shop.create(shop.draft(customer="mill"))
    assert order.customer == "MILL"
    assert shop.orders.find(Find(party="mill", customer_po="PO-1")) == (order,)
    assert shop.all(party="mill") == [order]
    assert shop.adapter.customers.find(number="mill")[0].number == "MILL"
    assert shop.adapter.prices.quote("mill", "VALVE-20", Decimal(1), "H87", None).customer == "MILL"
    made = shop.adapter.customers.create(
        CustomerDraft(number="works", name="Works"), shop.write("customers.create")
    )
    assert shop.adapter.customers.get(made.id).number == "WORKS"


@pytest.mark.parametrize(
    ("like", "changes", "path"),
    [
        ("rfc", {"customer_po": "P" * 36}, "customer_po"),
        ("bc", {"payment_terms": "ELEVEN CHAR"}, "payment_terms"),
        ("sage300", {"customer_po": "P" * 23}, "customer_po"),
    ],
)
def test_what_is_too_long_is_refused(open_shop, like, changes, path) -> None:
    shop = open_shop(like=like)
    with pytest.raises(InvalidOrder) as caught:
        shop.orders.create(shop.draft(**changes), shop.write())
    assert (caught.value.code, caught.value.path) == ("too_long", path)
    assert shop.all() == []


def test_lines_are_bounded_too(open_shop) -> None:
    shop = open_shop(like="rfc")
    with pytest.raises(InvalidOrder) as caught:
        shop.orders.create(
            shop.draft(shop.line(quantity="0.0001"), shop.line(reference="SEVENCH")), shop.write()
        )
    assert [(f.code, f.path) for f in caught.value.findings] == [
        ("too_many_decimals", "lines[0].quantity"),
        ("too_long", "lines[1].reference"),
    ]
    with pytest.raises(InvalidOrder) as caught:
        shop.orders.create(shop.draft(shop.line(kind="charge")), shop.write())
    assert caught.value.code == "value_not_allowed"


def test_amendments_are_bounded_like_drafts(open_shop) -> None:
    shop = open_shop(like="rfc")
    order = shop.create()
    for change, path in (
        (ChangeQuantity(line=order.lines[0].id, to=Decimal("0.0001")), "line.quantity"),
        (AddLine(line=shop.line(reference="SEVENCH")), "line.reference"),
        (ChangeHeader(customer_po="P" * 36), "customer_po"),
    ):
        with pytest.raises(InvalidOrder) as caught:
            shop.amend(order, change)
        assert caught.value.path == path
    assert shop.orders.get(order.id) == order


def test_what_has_no_place_is_refused_unless_the_loss_is_allowed(open_shop) -> None:
    shop = open_shop(like="bc")
    draft = shop.draft(shop.line(reference="L-1"), contact=Contact(name="Sam", phone="1"))
    with pytest.raises(LossyWrite) as caught:
        shop.orders.create(draft, shop.write())
    assert caught.value.fields == ("order.contact.name", "order.line.reference")
    allowed = shop.write(allow_loss=frozenset({"order.contact", "order.line.reference"}))
    order = shop.orders.get(shop.orders.create(draft, allowed).id)
    assert order.lines[0].reference is None


def test_what_the_product_fills_in_itself_is_not_taken_from_the_draft(open_shop) -> None:
    shop = open_shop(like="sage200")
    order = shop.create(shop.draft(payment_terms="N60", prices_include_tax=True))
    assert (order.payment_terms, order.prices_include_tax) == ("N30", False)
    late = open_shop(like="fo").draft(order_date=date(2026, 1, 1))
    other = open_shop(like="fo")
    assert other.create(late).order_date == other.clock.now().date()


def test_an_order_without_a_price_is_saved_incomplete_where_the_product_does(open_shop) -> None:
    shop = open_shop(like="rfc")
    written = shop.orders.create(shop.draft(shop.line("BARE-1", 1)), shop.write())
    assert not written.complete
    assert written.warnings
    assert not shop.orders.get(written.id).complete
    plain = open_shop()
    assert plain.orders.create(plain.draft(plain.line("BARE-1", 1)), plain.write()).complete


def test_an_order_over_the_limit_is_saved_with_a_hold_where_the_product_does(open_shop) -> None:
    shop = open_shop(like="odata")
    assert shop.create(shop.draft(shop.line("PUMP-5", 50))).status is OrderStatus.ON_HOLD


def test_kinds_of_hold_are_the_products_own(open_shop) -> None:
    shop = open_shop(like="rfc")
    order = shop.create()
    assert shop.amend(order, PlaceHold(kind="delivery")).status is OrderStatus.ON_HOLD
    with pytest.raises(UnsupportedOperation, match="delivery, billing"):
        shop.amend(shop.orders.get(order.id), PlaceHold(kind="legal"))


def test_a_number_looks_as_the_product_writes_it(open_shop) -> None:
    assert open_shop(like="bc").create().number == "SO-000001"
    assert open_shop(like="sage300").create().number == "ORD000000000001"


def test_ids_of_lines_shift_on_x3_when_a_line_goes(open_shop) -> None:
    shop = open_shop(like="x3", backorders="yes")
    order = shop.create(shop.draft(shop.line(quantity=4), shop.line("PUMP-5", 1)))
    assert [line.id for line in order.lines] == ["1", "2"]
    shop.world.orders.put(order.but(lines=order.lines[1:]), shop.clock.now())
    changed = shop.amend(order, ChangeQuantity(line="2", to=3), force=True)
    assert [(line.id, line.product) for line in changed.lines] == [("1", "PUMP-5")]


# ---------------------------------------------------------------------------------------------- steps


@pytest.mark.parametrize("like", ["half_made", "fo", "nav"])
def test_a_refused_line_leaves_the_header_behind(open_shop, like) -> None:
    shop = open_shop(like=like)
    steps, made = [], []
    write = shop.write(sending=steps.append, made=lambda native, number: made.append(native))
    draft = shop.draft(shop.line(), shop.line("OLD-1"), shop.line("PUMP-5", 1))
    with pytest.raises(RequestRefused) as caught:
        shop.orders.create(draft, write)
    assert caught.value.outcome == "partial"
    assert len(steps) == 3
    (half,) = shop.all()
    assert made == [half.id]
    assert [line.product for line in half.lines] == ["VALVE-20"]


@pytest.mark.parametrize("like", ["half_made", "fo", "nav"])
def test_a_half_made_order_is_completed_with_a_corrected_draft(open_shop, like) -> None:
    shop = open_shop(like=like)
    write = shop.write()
    with pytest.raises(RequestRefused):
        shop.orders.create(shop.draft(shop.line(), shop.line("OLD-1")), write)
    (half,) = shop.all()
    done = shop.orders.resume(half, shop.draft(shop.line(), shop.line("PUMP-5", 1)), write)
    assert [line.product for line in shop.orders.get(done.id).lines] == ["VALVE-20", "PUMP-5"]
    again = shop.orders.resume(half, shop.draft(shop.line(), shop.line("PUMP-5", 1)), write)
    assert len(shop.orders.get(again.id).lines) == 2


def test_missing_lines_are_told_by_their_reference(open_shop) -> None:
    shop = open_shop(like="half_made")
    write = shop.write()
    first, second = shop.line(reference="A"), shop.line("PUMP-5", 1, reference="B")
    order = shop.create(shop.draft(second))
    shop.orders.resume(order, shop.draft(first, second), write)
    assert [line.reference for line in shop.orders.get(order.id).lines] == ["B", "A"]


@pytest.mark.parametrize("like", ["half_made", "fo", "nav"])
def test_a_half_made_order_can_be_removed_while_nothing_is_posted(open_shop, like) -> None:
    shop = open_shop(like=like)
    with pytest.raises(RequestRefused):
        shop.orders.create(shop.draft(shop.line(), shop.line("OLD-1")), shop.write())
    (half,) = shop.all()
    shop.orders.remove(half, shop.write("orders.remove"))
    assert shop.all() == []
    with pytest.raises(NotFound):
        shop.orders.remove(half, shop.write("orders.remove"))


def test_an_order_that_was_shipped_is_not_removed(open_shop) -> None:
    shop = open_shop(like="half_made")
    order = shop.create()
    shop.ship(order)
    with pytest.raises(TransitionNotAllowed):
        shop.orders.remove(order, shop.write("orders.remove"))


def test_a_refused_header_leaves_nothing(open_shop) -> None:
    shop = open_shop(like="half_made")
    with pytest.raises(InvalidOrder) as caught:
        shop.orders.create(shop.draft(customer="C-404"), shop.write())
    assert caught.value.outcome == "not_applied"
    assert shop.all() == []


def test_lines_saved_one_after_another_leave_the_earlier_ones(open_shop) -> None:
    shop = open_shop(like="sage200")
    order = shop.create()
    with pytest.raises(RequestRefused) as caught:
        shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=8), AddLine(line=shop.line("OLD-1")))
    assert caught.value.outcome == "partial"
    assert shop.orders.get(order.id).lines[0].quantities.ordered == 8


# ---------------------------------------------------------------------------------------------- blocks


def test_in_a_block_that_is_one_transaction_one_refusal_undoes_all(open_shop) -> None:
    shop = open_shop(like="nav")
    before = shop.create()
    block = [(shop.draft(), shop.write()), (shop.draft(customer="C-404"), shop.write())]
    neighbour, refused = shop.orders.create_block(block)
    assert (neighbour.code, neighbour.outcome, neighbour.retryable) == (
        "neighbour_refused",
        "not_applied",
        True,
    )
    assert isinstance(refused, InvalidOrder)
    assert [order.id for order in shop.all()] == [before.id]
    assert shop.world.levels("VALVE-20")[None].reserved == 5
    assert shop.adapter.customers.find(number="C-100")[0].credit_used == before.gross


def test_a_block_of_headers_and_lines_keeps_what_was_made(open_shop) -> None:
    shop = open_shop(like="fo")
    block = [
        (shop.draft(), shop.write()),
        (shop.draft(shop.line(), shop.line("OLD-1")), shop.write()),
    ]
    whole, half = shop.orders.create_block(block)
    assert shop.orders.get(whole.id)
    assert half.outcome == "partial"
    assert len(shop.all()) == 2


# ---------------------------------------------------------------------------------------------- posting


def test_on_business_central_a_shipped_order_is_invoiced_and_gone(open_shop) -> None:
    shop = open_shop(like="bc")
    write = shop.write()
    order = shop.orders.get(shop.orders.create(shop.draft(customer_po=None), write).id)
    written = shop.ship(order, packages=(Package(tracking_number="1Z"),))
    assert written.stored.packages == ()
    assert written.warnings
    with pytest.raises(NotFound, match="posted"):
        shop.orders.get(order.id)
    assert shop.all() == []
    done = shop.orders.posted(shop.ref(order))
    assert done.status is OrderStatus.COMPLETED
    assert [line.quantities.ordered for line in done.lines] == [5]
    assert shop.orders.posted(OrderRef(id="unknown", number=order.number)) == done
    assert shop.orders.posted(OrderRef(id="unknown", number="SO-404")) is None
    assert shop.orders.find(Find(number=order.number)) == (done,)
    assert shop.orders.by_stamp([Sought(stamp=write.stamp)]) == {write.stamp: [done]}
    assert shop.orders.track(shop.ref(order)).status is OrderStatus.COMPLETED
    (invoice,) = shop.adapter.invoices.of(shop.ref(order))
    assert invoice.net == order.net
    draft = ReturnDraft(order=order.id, lines={order.lines[0].id: 5}, reason="damaged")
    shop.adapter.returns.create(draft, shop.write("returns.create"))
    with pytest.raises(RequestRefused):
        shop.adapter.returns.create(draft, shop.write("returns.create"))


def test_a_fulfilment_that_cannot_be_read_back_is_told_in_the_answer(open_shop) -> None:
    shop = open_shop(like="crm")
    order = shop.create()
    assert shop.ship(order).stored.order_id == order.id
    with pytest.raises(UnsupportedOperation):
        shop.adapter.shipments.of(shop.ref(order))
    assert shop.orders.track(shop.ref(order)).shipments == ()


def test_cancelling_the_rest_of_a_posted_order_completes_it(open_shop) -> None:
    shop = open_shop(like="bc")
    order = shop.create()
    shop.ship(order, LineQuantity(line=order.lines[0].id, quantity=2))
    part = shop.orders.get(order.id)
    assert shop.orders.cancel(part, None, shop.write("orders.cancel", reason="enough")) is None
    done = shop.orders.posted(shop.ref(order))
    assert done.status is OrderStatus.COMPLETED
    assert done.lines[0].quantities.ordered == 2


def test_what_was_shipped_and_not_invoiced_cannot_be_deleted(open_shop) -> None:
    name = "yard"
    plain, shop = open_shop(name), open_shop(name, like="nav")
    order = shop.create()
    plain.ship(order, LineQuantity(line=order.lines[0].id, quantity=2), packages=())
    with pytest.raises(TransitionNotAllowed):
        shop.orders.cancel(
            shop.orders.get(order.id), None, shop.write("orders.cancel", reason="x", force=True)
        )


def test_on_finance_and_operations_a_part_shipped_order_is_lowered(open_shop) -> None:
    plain, shop = open_shop("dock"), open_shop("dock", like="fo")
    order = shop.create()
    plain.ship(order, LineQuantity(line=order.lines[0].id, quantity=2))
    left = shop.orders.cancel(
        shop.orders.get(order.id), None, shop.write("orders.cancel", reason="x", force=True)
    ).stored
    assert left.status is OrderStatus.SHIPPED
    assert left.lines[0].quantities.ordered == 2


# ---------------------------------------------------------------------------------------------- seeing


def test_a_search_that_lags_shows_an_order_later_and_its_number_at_once(open_shop) -> None:
    shop = open_shop(like="lagging_search")
    order = shop.create()
    assert shop.orders.find(Find(stamp=order.stamp)) == ()
    assert shop.orders.by_stamp([Sought(stamp=order.stamp)]) == {}
    assert shop.orders.find(Find(number=order.number)) == (order,)
    assert shop.orders.get(order.id) == order
    shop.clock.sleep(30)
    assert shop.orders.find(Find(stamp=order.stamp)) == (order,)


def test_a_list_that_lies_shows_yesterdays_truth_for_a_while(open_shop) -> None:
    shop = open_shop(like="lying_list")
    order = shop.create()
    assert shop.all() == []
    shop.clock.sleep(30)
    shop.amend(order, ChangeQuantity(line=order.lines[0].id, to=8))
    assert shop.all()[0].lines[0].quantities.ordered == 5
    assert shop.orders.get(order.id).lines[0].quantities.ordered == 8
    shop.clock.sleep(30)
    assert shop.all()[0].lines[0].quantities.ordered == 8


def test_where_changes_are_dated_by_day_more_comes_than_was_asked_for(open_shop) -> None:
    shop = open_shop(like="rfc")
    order = shop.create()
    shop.clock.sleep(3600)
    assert shop.all(modified_since=shop.clock.now()) == [order]
    assert open_shop(like="odata").all(modified_since=shop.clock.now()) == []


def test_events_made_from_the_last_change_do_not_see_what_is_gone(open_shop) -> None:
    shop = open_shop(like="bc")
    order = shop.create()
    assert [event.kind for event in shop.orders.events(None)] == [EventKind.CREATED]
    shop.orders.cancel(order, None, shop.write("orders.cancel", reason="x"))
    assert list(shop.orders.events(None)) == []


def test_purchase_orders_without_a_reference_field_cannot_be_searched_by_one(open_shop) -> None:
    shop = open_shop(like="bc")
    order = shop.buy()
    assert order.stamp is None
    assert shop.purchase_orders.find(Find(party="S-200")) == (order,)
    with pytest.raises(UnsupportedOperation):
        shop.purchase_orders.find(Find(customer_po="X"))


# ---------------------------------------------------------------------------------------------- settings


def test_an_unknown_product_is_refused_with_the_nearest_one(open_shop) -> None:
    with pytest.raises(ConfigurationError, match="sage200"):
        open_shop(like="sage20")
    with pytest.raises(ConfigurationError, match="late_commit"):
        open_shop(like="late_comit")


def test_notes_are_refused_where_there_are_none(open_shop) -> None:
    shop = open_shop(like="fo")
    order = shop.create()
    with pytest.raises(UnsupportedOperation, match="no note"):
        shop.amend(order, AddNote(text="hello"))


def test_a_line_cancelled_by_amendment_follows_the_product(open_shop) -> None:
    shop = open_shop(like="bc")
    order = shop.create(shop.draft(shop.line(), shop.line("PUMP-5", 1)))
    changed = shop.amend(order, CancelLine(line=order.lines[0].id, reason="no"))
    assert [line.product for line in changed.lines] == ["PUMP-5"]


def test_products_are_put_on_file_where_the_product_allows_it(open_shop) -> None:
    shop = open_shop(like="crm")
    made = shop.adapter.products.create(
        ProductDraft(code="NEW-1", name="New", unit="H87"), shop.write("products.create")
    )
    assert made.stored is None
    assert shop.adapter.products.get(made.id).number == "NEW-1"
    with pytest.raises(UnsupportedOperation):
        open_shop(like="fo").adapter.products.create(
            ProductDraft(code="NEW-1", name="New", unit="H87"), shop.write("products.create")
        )


def test_a_create_in_steps_is_declared_as_such():
    profiles = [profile(like) for like in (*LIKES, *weak())]
    assert [each.name for each in profiles if each.creates_in_steps] == ["fo", "nav", "half_made"]
    for each in profiles:
        if each.creates_in_steps:
            for book in ("orders", "purchase_orders"):
                assert not each.operations[f"{book}.create"].atomic, (each.name, book)
    assert profile("half_made").operations["orders.create"].cost.of(lines=5) == 6
