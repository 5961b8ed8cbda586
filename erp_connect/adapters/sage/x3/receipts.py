"""What arrived for a purchase order: receipts of goods, where the site has published them (sage.md 2.15)."""

from __future__ import annotations

from collections.abc import Sequence

from ....models import FrozenMapping, GoodsReceipt, GoodsReceiptLine, LineQuantity, PurchaseOrder
from ....wire.adonix import Record
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from .cells import as_day, exact, text
from .changing import PurchaseOrders
from .following import Documents, line_of, wanted
from .mapping_drafts import refuse_homeless
from .mapping_orders import identified
from .office import Office


@understands_answers
class GoodsReceipts:
    """What arrived for a purchase order."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.orders = PurchaseOrders(office)
        self.documents = Documents(office, "receipt")

    def of(self, order: OrderRef) -> Sequence[GoodsReceipt]:
        """The receipts of a purchase order, oldest first."""
        operation, documents = "goods_receipts.of", self.documents
        known = self.orders.get(order.id)
        number = known.number or known.id
        sought = {"order": number, "supplier": known.supplier}
        found = documents.of(sought, lambda record: number in documents.said(record, "order"), operation)
        with self.office.translated(operation):
            return tuple(receipt_in(record, known, documents) for record in found)


def receipt_in(record: Record, order: PurchaseOrder, documents: Documents) -> GoodsReceipt:
    """The receipt of goods that a record says."""
    shape, taken = documents.shape, set[str]()
    number = shape.text(record, "number")
    return GoodsReceipt.trusted(
        id=number,
        number=number,
        order_id=order.id,
        received_on=as_day(shape.text(record, "received_on")),
        lines=tuple(
            GoodsReceiptLine.trusted(
                order_line_id=line_of(cell("order_line"), cell("product"), order.lines, taken),
                quantity=exact(cell("quantity") or "0"),
                product=cell("product") or None,
                unit=documents.office.unit(cell("unit")),
            )
            for cell in map(documents.reader, documents.lines(record))
            if cell("order") in {"", order.number}
        ),
        raw=FrozenMapping(record),
    )


@understands_answers
class ReceivingPurchaseOrders(PurchaseOrders):
    """The purchase order book, where the site has published receipts of goods."""

    def receive(
        self, order: PurchaseOrder, lines: Sequence[LineQuantity], write: Write
    ) -> Written[GoodsReceipt]:
        """Save a receipt of goods for these lines."""
        operation, documents = "purchase_orders.receive", Documents(self.office, "receipt")
        shape, own = documents.shape, self.shape
        rows_of = {id: row for id, _, row in identified(own.rows(order.raw), own, self.office)}
        unit = own.lines.get("unit")
        rows = [
            (
                place,
                shape.cells(
                    {
                        "order": order.number,
                        "order_line": line.id if "id" in own.lines else None,
                        "product": line.product,
                        "unit": text(rows_of.get(line.id, {}), "" if unit is None else unit.field) or None,
                        "quantity": much,
                    }
                ),
            )
            for place, (line, much) in enumerate(wanted(order, lines, operation), 1)
        ]
        values = {
            "supplier": order.supplier,
            "warehouse": order.warehouse or own.text(order.raw, "site") or self.office.settings.site or None,
        }
        refuse_homeless(values, shape.header, shape.header_custom, "goods_receipt")
        groups = shape.groups(values)
        for block, fields in shape.counted(len(rows)).items():
            groups.setdefault(block, {}).update(fields)
        write.sending("save the receipt")
        record, reply = self.office.save("receipt", groups, rows, operation)
        with self.office.translated(operation, writes=True):
            receipt = receipt_in(record, order, documents)
            if not receipt.id:
                raise ValueError("it names no receipt")
        write.made(receipt.id, receipt.number)
        return Written(id=receipt.id, stored=receipt, warnings=reply.notes)
