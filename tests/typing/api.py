"""The public names as a user's type checker sees them: read by mypy, never run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import assert_type

import erp_connect as ec

with ec.connect("sqlite:///orders.db", actor="Ada", timeout="30", read_only=False) as erp:
    assert_type(erp, ec.Client)
    assert_type(erp.capabilities, ec.Capabilities)
    assert_type(erp.capabilities.support("orders.cancel"), ec.Support)
    assert_type(erp.capabilities.conditional("orders.cancel"), ec.Conditional)
    assert_type(erp.capabilities.field("order.customer_po").max_length, int | None)
    assert_type(erp.companies(), Sequence[ec.Company])
    assert_type(erp.recover(), ec.RecoveryReport)

assert_type(ec.capabilities("memory://?like=bc"), ec.Capabilities)

price = ec.UnitPrice(amount=Decimal("12.50"), currency="EUR")
line = ec.LineDraft(product="VALVE-20", quantity=12, unit="C62", price=price, custom={"colour": "red"})
address = ec.Address(name="Site", lines=["Dock 2"], city="Ulm", postal_code="89073", country="DE")
draft = ec.OrderDraft(
    customer=ec.Ref(id="4711"),
    customer_po=None,
    currency="EUR",
    lines=[line],
    ship_to=address,
    requested=date(2026, 4, 1),
    notes=["ring twice"],
    references=[ec.Reference(kind="shop", value="W-1")],
)

# -- sales orders

findings = erp.orders.check(draft)
assert_type(findings, ec.Findings)
assert_type(findings.errors, tuple[ec.Finding, ...])

receipt = erp.orders.create(draft, key="k", allow_loss=["order.notes"], on_price_mismatch="accept")
assert_type(receipt, ec.WriteReceipt[ec.Order])
assert_type(receipt.order, ec.Order)
assert_type(receipt.differences, tuple[ec.Difference, ...])

batch = erp.orders.create_many([draft], ec.keys.by_customer_po, workers=4)
assert_type(batch, ec.BatchResult[ec.Order])
assert_type(batch.succeeded, tuple[ec.WriteReceipt[ec.Order], ...])
assert_type(batch.failed, tuple[ec.BatchFailure, ...])
erp.orders.create_many((draft for _ in range(2)), iter(["a", "b"]))
erp.orders.create_many([draft], ec.keys.by_reference("shop"))

order = erp.orders.get("1")
assert_type(order, ec.Order)
assert_type(order.lines[0].quantities.shipped, Decimal | None)
assert_type(order.status, ec.OrderStatus)
assert_type(erp.orders.find(customer="10000", customer_po="PO-1"), Sequence[ec.Order])
assert_type(
    erp.orders.list(modified_since=datetime(2026, 1, 1, tzinfo=UTC), status=["submitted"]),
    Iterator[ec.Order],
)
assert_type(erp.orders.list(status=ec.OrderStatus.SUBMITTED), Iterator[ec.Order])

plan = erp.orders.plan(
    order,
    ec.ChangeQuantity(line=1, to=10, reason="customer called"),
    ec.ChangeQuantity(line=order.lines[0], to=Decimal("1.5")),
    ec.ChangeAddress(ship_to=address),
    ec.ChangeHeader(payment_terms=ec.EMPTY),
    ec.AddLine(line=line),
    ec.CancelLine(line="7", reason="no"),
    key="plan",
)
assert_type(plan, ec.Plan[ec.Order])
assert_type(plan.price_effect, ec.Money | None)
assert_type(erp.orders.apply(plan, force=True), ec.WriteReceipt[ec.Order])
assert_type(erp.orders.amend("1", ec.AddNote(text="x"), key="k"), ec.WriteReceipt[ec.Order])
assert_type(erp.orders.cancel(order, "no", lines=[1, "7", order.lines[0]]), ec.WriteReceipt[ec.Order])
assert_type(erp.orders.apply_many([plan]), ec.BatchResult[ec.Order])
assert_type(erp.orders.track(order), ec.Tracking)
assert_type(erp.orders.events(since=None), Iterator[ec.OrderEvent])
assert_type(erp.history(order), Sequence[ec.HistoryEntry])

# -- purchase orders

bought = erp.purchase_orders.create(
    ec.PurchaseOrderDraft(
        supplier="S-1",
        currency="EUR",
        lines=[ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=40, unit="H87")],
    )
)
assert_type(bought, ec.WriteReceipt[ec.PurchaseOrder])
assert_type(erp.purchase_orders.find(supplier="S-1"), Sequence[ec.PurchaseOrder])
assert_type(
    erp.purchase_orders.confirm(bought.order, {1: date(2026, 4, 1)}, key="c"),
    ec.WriteReceipt[ec.PurchaseOrder],
)
assert_type(erp.purchase_orders.receive("1", {1: 15}), ec.WriteReceipt[ec.GoodsReceipt])
assert_type(erp.goods_receipts.of("1"), Sequence[ec.GoodsReceipt])

# -- master data

assert_type(erp.customers.create(ec.CustomerDraft(number="1", name="x")), ec.WriteReceipt[ec.Customer])
assert_type(erp.customers.update("1", key="u", name="y", email=ec.EMPTY), ec.WriteReceipt[ec.Customer])
assert_type(erp.customers.find(number="1"), Sequence[ec.Customer])
assert_type(erp.suppliers.get("1"), ec.Supplier)
assert_type(erp.products.find(code="VALVE-20"), Sequence[ec.Product])
assert_type(erp.products.list(), Iterator[ec.Product])

# -- what hangs on orders

assert_type(erp.stock.availability("VALVE-20", 5, "H87", by=date(2026, 4, 1)), ec.Availability)
assert_type(erp.prices.quote("10000", ec.Ref(id="1"), Decimal(5), "H87"), ec.Quote)
assert_type(
    erp.shipments.post(order, {1: 4}, [ec.Package(tracking_number="T", weight=2)], key="s"),
    ec.WriteReceipt[ec.Shipment],
)
assert_type(erp.shipments.of(order), Sequence[ec.Shipment])
assert_type(erp.invoices.of("1"), Sequence[ec.Invoice])
returned = ec.ReturnDraft(order=order, lines={order.lines[0]: 1}, reason="damaged")
assert_type(erp.returns.create(returned, key="r"), ec.WriteReceipt[ec.Return])
assert_type(erp.returns.of(order), Sequence[ec.Return])

# -- the journal

for entry in erp.journal.open():
    assert_type(entry.key, str)
assert_type(erp.journal.export(), Iterator[str])
assert_type(erp.journal.prune(), int)
assert_type(erp.journal.erase("10000"), int)
erp.journal.resolve("k", order_id="1")

# -- what a type checker must refuse

erp.orders.create(draft, kee="k")  # type: ignore[call-arg]
ec.LineDraft(product="VALVE-20", quantity=1.5, unit="H87")  # type: ignore[arg-type]
ec.OrderDraft(customer="1", currency="EUR", lines=[line])  # type: ignore[call-arg]
erp.purchase_orders.create(draft)  # type: ignore[arg-type]
erp.orders.apply(erp.purchase_orders.plan("1", ec.AddNote(text="x")))  # type: ignore[arg-type]
