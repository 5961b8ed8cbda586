"""The life of an order after it is entered: shipments, invoices, returns; suppliers' confirmations and receipts."""

from datetime import date
from decimal import Decimal

import pytest

from erp_connect.adapters.contract import OrderRef
from erp_connect.errors import (
    DuplicateReference,
    InvalidOrder,
    NotFound,
    TransitionNotAllowed,
    VersionConflict,
)
from erp_connect.models import (
    EventKind,
    LineConfirmation,
    LineDraft,
    LineQuantity,
    OrderStatus,
    Package,
    Progress,
    PurchaseOrderLineDraft,
    ReturnDraft,
    Timeliness,
    UnitPrice,
)
from erp_connect.models.returns import ReturnStatus
from erp_connect.models.shipment import ShipmentStatus

PARCEL = Package(tracking_number="1Z999", carrier="UPS", sscc="340123450000000018", weight=Decimal("2.5"))


def valve(quantity=10, **more):
    return LineDraft(**{"product": "VALVE-20", "quantity": quantity, "unit": "H87", **more})


def ship(erp, write, order, *lines, **more):
    return erp.shipments.post(order, lines, [PARCEL], write("shipments.post", **more)).stored


def stock(erp):
    found = erp.stock.availability("VALVE-20", Decimal(1), "H87", None)
    return found.on_hand, found.reserved


def test_a_part_shipment_lowers_stock_and_is_tracked(erp, write, entered):
    order = entered(valve(10), valve(5), requested=date(2026, 3, 20))
    shipment = ship(erp, write, order, LineQuantity(line=order.lines[0].id, quantity=4))
    assert (shipment.status, shipment.shipped_on) == (ShipmentStatus.SHIPPED, date(2026, 3, 2))
    assert (shipment.packages, shipment.carrier) == ((PARCEL,), "UPS")
    assert [(part.order_line_id, part.quantity) for part in shipment.lines] == [(order.lines[0].id, 4)]
    after = erp.orders.get(order.id)
    assert (after.status, after.fulfilment) == (OrderStatus.PARTLY_SHIPPED, Progress.PARTIAL)
    assert stock(erp) == (96, 11)
    tracking = erp.orders.track(OrderRef(id=order.id))
    assert tracking.shipments == (shipment,)
    assert tracking.lines[0].tracking_numbers == ("1Z999",)
    assert [event.kind for event in tracking.events] == [EventKind.CREATED, EventKind.SHIPPED]
    assert tracking.timeliness is Timeliness.ON_TIME


def test_goods_in_cartons_leave_stock_in_pieces(erp, write, entered):
    order = entered(valve(2, unit="XCT"))
    assert stock(erp) == (100, 24)
    ship(erp, write, order)
    assert stock(erp) == (76, 0)


def test_a_shipped_and_invoiced_order_is_completed(erp, write, entered):
    order = entered(valve(10))
    ship(erp, write, order)
    assert erp.orders.get(order.id).status is OrderStatus.SHIPPED
    invoice = erp.invoices.post(order.id)
    after = erp.orders.get(order.id)
    assert (after.status, after.invoicing) == (OrderStatus.COMPLETED, Progress.COMPLETE)
    assert (invoice.gross.amount, invoice.order_ids, invoice.customer) == (
        Decimal("148.75"),
        (order.id,),
        "10000",
    )
    assert erp.invoices.of(OrderRef(id=order.id)) == [invoice]
    kinds = [event.kind for event in erp.orders.events(None)]
    assert kinds == [EventKind.CREATED, EventKind.SHIPPED, EventKind.INVOICED, EventKind.COMPLETED]


def test_the_same_shipment_is_not_posted_twice(erp, write, entered):
    order = entered(valve(10))
    line = order.lines[0].id
    ship(erp, write, order, LineQuantity(line=line, quantity=1), key="s1")
    now = erp.orders.get(order.id)
    with pytest.raises(DuplicateReference) as refused:
        ship(erp, write, now, LineQuantity(line=line, quantity=1), key="s1")
    assert refused.value.code == "stamp_taken"
    assert len(erp.shipments.of(OrderRef(id=order.id))) == 1
    assert stock(erp) == (99, 9)


def test_a_shipment_holds_to_the_version_of_the_order(erp, write, entered):
    order = entered(valve(10))
    ship(erp, write, order, LineQuantity(line=order.lines[0].id, quantity=1))
    with pytest.raises(VersionConflict):
        ship(erp, write, order, LineQuantity(line=order.lines[0].id, quantity=1))


def test_more_than_is_open_does_not_leave(erp, write, entered):
    order = entered(valve(10))
    with pytest.raises(InvalidOrder):
        ship(erp, write, order, LineQuantity(line=order.lines[0].id, quantity=11))
    assert erp.shipments.of(OrderRef(id=order.id)) == ()
    assert erp.orders.get(order.id) == order


def test_goods_come_back_as_a_return(erp, write, entered):
    order = entered(valve(10))
    ship(erp, write, order)
    draft = ReturnDraft(order=order.id, lines={order.lines[0].id: 3}, reason="leaks", custom={"case": "C-1"})
    mine = write("returns.create")
    back = erp.returns.create(draft, mine).stored
    assert (back.status, back.reason, back.custom["case"]) == (ReturnStatus.REQUESTED, "leaks", "C-1")
    assert erp.returns.get(back.id) == back
    assert erp.returns.of(OrderRef(id=order.id)) == [back]
    assert erp.returns.find(mine.stamp) == [back]
    assert erp.orders.get(order.id).lines[0].quantities.returned == 3
    with pytest.raises(InvalidOrder):
        erp.returns.create(
            ReturnDraft(order=order.id, lines={order.lines[0].id: 8}, reason="more"), write("returns.create")
        )


def test_papers_of_an_order_that_does_not_exist_are_not_found(erp):
    for book in (erp.shipments, erp.invoices, erp.returns, erp.goods_receipts):
        with pytest.raises(NotFound):
            book.of(OrderRef(id="123"))
    with pytest.raises(NotFound):
        erp.returns.get("123")


def test_a_purchase_order_is_confirmed_and_received_in_parts(erp, write, purchase_draft):
    order = erp.purchase_orders.create(purchase_draft(), write("purchase_orders.create")).stored
    assert (order.number, order.supplier, order.supplier_name) == ("400001", "S1", "Ventil & Sohn")
    assert order.net.amount == Decimal("362.5")
    line = order.lines[0].id
    confirmation = LineConfirmation(line=line, quantity=50, date=date(2026, 3, 30))
    confirmed = erp.purchase_orders.confirm(order, [confirmation], write("purchase_orders.confirm")).stored
    assert (confirmed.status, confirmed.lines[0].promised) == (OrderStatus.CONFIRMED, date(2026, 3, 30))
    expected = erp.stock.availability("VALVE-20", Decimal(140), "H87", date(2026, 4, 1))
    assert (expected.incoming, expected.available, expected.promised) == (50, 150, date(2026, 3, 30))
    receipt = erp.purchase_orders.receive(
        confirmed, [LineQuantity(line=line, quantity=20)], write("purchase_orders.receive", key="r1")
    ).stored
    assert [(part.order_line_id, part.quantity) for part in receipt.lines] == [(line, 20)]
    assert erp.goods_receipts.of(OrderRef(id=order.id)) == [receipt]
    after = erp.purchase_orders.get(order.id)
    assert after.lines[0].quantities.delivered == 20
    found = erp.stock.availability("VALVE-20", Decimal(1), "H87", None)
    assert (found.on_hand, found.incoming) == (120, 30)
    with pytest.raises(DuplicateReference):
        erp.purchase_orders.receive(
            after, [LineQuantity(line=line, quantity=20)], write("purchase_orders.receive", key="r1")
        )
    with pytest.raises(InvalidOrder):
        erp.purchase_orders.receive(
            after, [LineQuantity(line=line, quantity=31)], write("purchase_orders.receive")
        )


def test_what_is_on_order_promises_a_day_for_what_is_missing(erp, write, purchase_draft, order_draft):
    order = erp.purchase_orders.create(
        purchase_draft(requested=date(2026, 4, 10)), write("purchase_orders.create")
    ).stored
    sale = erp.orders.create(order_draft(valve(120)), write()).stored
    assert sale.lines[0].promised == order.requested == date(2026, 4, 10)


def test_sales_and_purchases_are_books_of_their_own(erp, write, order_draft, purchase_draft):
    sale = erp.orders.create(order_draft(), write()).stored
    price = UnitPrice(amount=2, currency="EUR")
    bought = erp.purchase_orders.create(
        purchase_draft(
            PurchaseOrderLineDraft(
                product="PIPE-1", quantity=10, unit="MTR", price=price, supplier_product="R-77"
            ),
            supplier_reference="Q-5",
        ),
        write("purchase_orders.create"),
    ).stored
    assert (bought.supplier_reference, bought.lines[0].supplier_product) == ("Q-5", "R-77")
    assert erp.purchase_orders.get(bought.id) == bought
    with pytest.raises(NotFound):
        erp.purchase_orders.get(sale.id)
    assert [event.order_id for event in erp.orders.events(None)] == [sale.id]
    assert [event.order_id for event in erp.purchase_orders.events(None)] == [bought.id]


def test_a_held_order_does_not_leave(erp, write, entered):
    from erp_connect.models import PlaceHold

    order = entered(valve(10))
    held = erp.orders.amend(order, [PlaceHold(kind="credit")], write("orders.amend")).stored
    with pytest.raises(TransitionNotAllowed):
        ship(erp, write, held)
    assert stock(erp) == (100, 10)
