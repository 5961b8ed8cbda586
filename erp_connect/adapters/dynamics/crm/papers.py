"""Invoices of an order, and marking it as fulfilled: no shipment is kept (dynamics.md 4.4, 4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ....errors import UnsupportedOperation
from ....models import (
    FrozenMapping,
    Invoice,
    InvoiceLine,
    LineQuantity,
    Order,
    Package,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    UnitPrice,
)
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.cells import Row, guid, instant, money, number, text, whole, within
from .mapping_changes import fulfilment
from .office import Office, is_guid

_EXPANDED: Final = (
    "invoice_details($expand=productid($select=productnumber),uomid($select=name)),"
    "transactioncurrencyid($select=isocurrencycode),customerid_account($select=accountnumber)"
)
_PAID, _CANCELED = 2, 3


@understands_answers
class Invoices:
    """What was billed for an order."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The invoices of an order, oldest first."""
        operation = "invoices.of"
        if not is_guid(order.id):
            return ()
        with self.office.translated(operation):
            where = f"_salesorderid_value eq {order.id}"
            rows = list(self.office.rows("invoices", where=where, expand=_EXPANDED, orderby="createdon"))
            return tuple(self._invoice(row, order.id) for row in rows)

    def _invoice(self, row: Row, order: str) -> Invoice:
        currency = text(next(iter(within(row, "transactioncurrencyid")), {}), "isocurrencycode")
        account = next(iter(within(row, "customerid_account")), {})
        state = whole(row, "statecode")
        return Invoice(
            id=guid(row, "invoiceid"),
            number=text(row, "invoicenumber") or None,
            order_ids=(order,),
            customer=text(account, "accountnumber") or None,
            currency=currency or None,
            invoiced_on=self.office.day_in(row, "createdon"),
            due_on=self.office.day_in(row, "duedate"),
            paid=state == _PAID or None,
            cancelled=state == _CANCELED,
            net=money(row, "totalamountlessfreight", currency),
            tax=money(row, "totaltax", currency),
            gross=money(row, "totalamount", currency),
            lines=tuple(self._line(line, currency) for line in within(row, "invoice_details")),
            created_at=instant(row, "createdon"),
            raw=FrozenMapping(row),
        )

    def _line(self, row: Row, currency: str) -> InvoiceLine:
        product, unit = next(iter(within(row, "productid")), {}), next(iter(within(row, "uomid")), {})
        price = number(row, "priceperunit")
        return InvoiceLine(
            order_line_id=guid(row, "_salesorderdetailid_value") or None,
            product=text(product, "productnumber") or None,
            description=text(row, "productdescription") or None,
            quantity=number(row, "quantity"),
            unit=self.office.units.ours(text(unit, "name")),
            price=None if price is None or not currency else UnitPrice(amount=price, currency=currency),
            net=money(row, "baseamount", currency),
        )


@understands_answers
class Shipments:
    """Marking an order as fulfilled, whole; shipments themselves are not kept."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def of(self, order: OrderRef) -> Sequence[Shipment]:  # noqa: ARG002 (there are none of any)
        """Nothing: there are no shipments."""
        raise UnsupportedOperation(
            "shipments are not kept", why="there is no table for them", operation="shipments.of"
        )

    def post(
        self, order: Order, lines: Sequence[LineQuantity], packages: Sequence[Package], write: Write
    ) -> Written[Shipment]:
        """Mark the whole order as fulfilled; ``UnsupportedOperation`` for a part of it."""
        operation = "shipments.post"
        wanted = {str(order.line(each.line).id): each.quantity for each in lines}
        every = all(
            line.id in wanted and wanted[line.id] in (None, line.quantities.open) for line in order.lines
        )
        if wanted and not every:
            raise UnsupportedOperation(
                "an order is fulfilled as a whole",
                why="no quantity is kept of what has left",
                operation=operation,
            )
        write.sending("fulfil the order")
        self.office.together([fulfilment(order.id, "fulfilled")], operation)
        write.made(order.id, order.number)
        lost = ("packages and tracking numbers are not kept by this back-end",) if packages else ()
        return Written(id=order.id, stored=_of_all(order), warnings=lost)


def _of_all(order: Order) -> Shipment:
    """What stands for the shipment that nobody keeps: all that was open of the order."""
    return Shipment(
        id=order.id,
        order_id=order.id,
        status=ShipmentStatus.SHIPPED,
        lines=tuple(
            ShipmentLine(
                order_line_id=line.id, quantity=line.quantities.open, product=line.product, unit=line.unit
            )
            for line in order.lines
        ),
    )
