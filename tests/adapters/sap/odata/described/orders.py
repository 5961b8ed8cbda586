"""The orders and changes that the trials use."""

from decimal import Decimal

import erp_connect as ec

DISCOUNT = ec.Discount(percent=Decimal(5))


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def valves(quantity=12, **more):
    return ec.LineDraft(product="VALVE-20", quantity=quantity, unit="C62", **more)


def pumps(quantity=2, **more):
    return ec.LineDraft(product="PUMP-1", quantity=quantity, unit="C62", **more)


def draft(*lines, **more):
    given = {"customer": "1234", "customer_po": "PO-4711", "currency": "EUR", "lines": lines or (valves(),)}
    return ec.OrderDraft(**{**given, **more})


MORE = (
    ec.ChangeQuantity(line=1, to=5, reason="less"),
    ec.ChangePrice(line=1, to=eur("9.99")),
    ec.ChangePrice(line=2, to=eur("999", 100)),
    ec.ChangeDiscount(line=1, to=ec.Discount(percent=Decimal(7))),
    ec.ChangeDiscount(line=1, to=ec.EMPTY),
    ec.ChangeWarehouse(to="2000"),
    ec.ChangeWarehouse(line=2, to="2000"),
    ec.SubstituteProduct(line=1, to="PUMP-1"),
    ec.SplitLine(line=2, quantity=1, warehouse="2000"),
    ec.AddLine(line=pumps(1, price=eur("200"), discount=DISCOUNT, warehouse="2000", description="odd one")),
    ec.AddNote(text="call before"),
    ec.ChangeHeader(
        customer_po="PO-9", payment_terms="N60", delivery_terms="FCA Leith", partial_shipment=False
    ),
    ec.ChangeHeader(customer_po=ec.EMPTY, payment_terms=ec.EMPTY),
    ec.ChangeHeader(discounts=(ec.Discount(percent=Decimal(4)),)),
    ec.ChangeHeader(discounts=ec.EMPTY),
    ec.ChangeHeader(references=(ec.Reference(kind="assignment", value="J9"),)),
    ec.CancelLine(line=2, reason="no need"),
)
"""A change of every kind that an order with a discount, a note and a discount of the whole takes."""
