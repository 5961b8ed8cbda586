"""What follows an order: deliveries, invoices, receipts of goods, where the site has published them (sage.md 2.15)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import ErpConnectError, InvalidOrder
from ....models import (
    FrozenMapping,
    GoodsReceipt,
    GoodsReceiptLine,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    LineQuantity,
    Money,
    Order,
    OrderLine,
    Package,
    PurchaseOrder,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    UnitPrice,
)
from ....rules.quantities import open_quantity
from ....wire.adonix import Record
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from .cells import amount, day, exact, text
from .changing import PurchaseOrders, SalesOrders
from .following import Documents, line_of
from .mapping_drafts import refuse_homeless
from .mapping_orders import identified
from .office import Office, Strategy

_NOT_VALIDATED: Final = "1"
_NOT_POSTED: Final = "1"


@understands_answers
class Shipments:
    """What left for an order, with the parcel's number where the site has a field for it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.orders = SalesOrders(office)
        self.documents = Documents(office, "delivery")

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The deliveries of an order, oldest first."""
        operation = "shipments.of"
        known = self.orders.get(order.id)
        with self.office.translated(operation):
            return tuple(self._shipment(record, known) for record in self.records(known, operation))

    def records(self, order: Order, operation: str) -> list[Record]:
        """The deliveries as they stand, oldest first."""
        documents, number = self.documents, order.number or order.id
        sought = {"order": number, "customer": order.customer}
        return documents.of(sought, lambda record: number in documents.said(record, "order"), operation)

    def _shipment(self, record: Record, order: Order) -> Shipment:
        documents, shape = self.documents, self.documents.shape
        number, validated = shape.text(record, "number"), shape.text(record, "validated")
        tracking, carrier = shape.text(record, "tracking"), shape.text(record, "carrier")
        status = {"1": ShipmentStatus.PLANNED, "2": ShipmentStatus.SHIPPED}.get(
            validated, ShipmentStatus.UNKNOWN
        )
        taken: set[str] = set()
        package = Package.trusted(tracking_number=tracking or None, carrier=carrier or None)
        return Shipment.trusted(
            id=number,
            number=number,
            order_id=order.id,
            status=status,
            shipped_on=day({"": shape.text(record, "shipped_on")}, ""),
            carrier=carrier or None,
            packages=(package,) if tracking else (),
            lines=tuple(
                ShipmentLine.trusted(
                    order_line_id=line_of(cell("order_line"), cell("product"), order.lines, taken),
                    quantity=exact(cell("quantity") or "0"),
                    product=cell("product") or None,
                    unit=self.office.unit(cell("unit")),
                )
                for cell in map(documents.reader, documents.lines(record))
                if cell("order") in {"", order.number}
            ),
            native_status=f"CFMFLG {validated}" if validated else None,
            raw=FrozenMapping(record),
        )


@understands_answers
class PostingShipments(Shipments):
    """The same, with deliveries that are saved."""

    def post(
        self, order: Order, lines: Sequence[LineQuantity], packages: Sequence[Package], write: Write
    ) -> Written[Shipment]:
        """Save a delivery; where the site has a strategy for it, one that is not validated yet is validated."""
        operation, shape = "shipments.post", self.documents.shape
        wanted = _wanted(order, lines, operation)
        ids = {id: row for id, _, row in identified(self._order_rows(order), self.orders.shape, self.office)}
        sites = {line.warehouse or order.warehouse or self.office.settings.site for line, _ in wanted}
        if len(sites) > 1:
            raise InvalidOrder(
                f"these lines leave from {len(sites)} sites",
                operation=operation,
                hint="post what leaves from each site apart",
            )
        values = {
            "warehouse": sites.pop() or None,
            "type": self.office.settings.delivery_type or None,
            "site": self.orders.shape.text(order.raw, "site") or self.office.settings.site or None,
            "customer": order.customer,
            **self._parcel(packages),
        }
        refuse_homeless(values, shape.header, shape.header_custom, "shipment")
        rows = [
            (place, shape.cells(self._line(order, line, much, ids)))
            for place, (line, much) in enumerate(wanted, 1)
        ]
        groups = shape.groups(values)
        for block, fields in shape.counted(len(rows)).items():
            groups.setdefault(block, {}).update(fields)
        write.sending("save the delivery")
        record, reply = self.office.save("delivery", groups, rows, operation)
        with self.office.translated(operation, writes=True):
            number = shape.text(record, "number")
            if not number:
                raise ValueError("it names no delivery")
        write.made(number, number)
        record = self._validated(record, number, write, operation)
        with self.office.translated(operation, writes=True):
            shipment = self._shipment(record, order)
        return Written(id=number, stored=shipment, warnings=(*reply.notes, *self._dropped(packages)))

    def _order_rows(self, order: Order) -> list[dict[str, Any]]:
        return self.orders.shape.rows(order.raw)

    def _line(self, order: Order, line: OrderLine, much: Decimal, rows: dict[str, Any]) -> dict[str, Any]:
        unit = self.orders.shape.lines.get("unit")
        return {
            "product": line.product,
            "unit": text(rows.get(line.id, {}), "" if unit is None else unit.field) or None,
            "quantity": much,
            "order": order.number,
            "order_line": line.id if "id" in self.orders.shape.lines else None,
        }

    def _parcel(self, packages: Sequence[Package]) -> dict[str, Any]:
        first = packages[0] if packages else None
        if first is None:
            return {}
        known = {"tracking": first.tracking_number, "carrier": first.carrier}
        return {word: value for word, value in known.items() if word in self.documents.shape.header}

    def _dropped(self, packages: Sequence[Package]) -> tuple[str, ...]:
        """What of the packages has no place: the goods leave all the same, and it is told."""
        told = []
        if len(packages) > 1:
            told.append("one package of a delivery is kept")
        if any(each.tracking_number for each in packages) and "tracking" not in self.documents.shape.header:
            told.append("the tracking number is not kept: name the site's own field (tracking_field=)")
        return tuple(told)

    def _validated(self, record: Record, number: str, write: Write, operation: str) -> Record:
        said = self.office.settings.validate_strategy
        if not said or self.documents.shape.text(record, "validated") != _NOT_VALIDATED:
            return record
        try:
            write.sending("validate the delivery")
            Strategy(said).carry_out(self.office, "delivery", number, operation)
        except ErpConnectError as failure:
            if failure.outcome == "not_applied":
                failure.outcome = "partial"
            raise
        return self.office.read("delivery", number, operation)


@understands_answers
class Invoices:
    """What was billed for an order, and given back."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.orders = SalesOrders(office)
        self.documents = Documents(office, "invoice")

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The posted invoices and credit memos of an order, oldest first."""
        operation, documents = "invoices.of", self.documents
        known = self.orders.get(order.id)
        number = known.number or known.id
        papers = {number}
        if self.office.has("delivery"):
            shipments = Shipments(self.office)
            shape = shipments.documents.shape
            papers |= {shape.text(each, "number") for each in shipments.records(known, operation)}
        shape = documents.shape

        def fits(record: Record) -> bool:
            if shape.text(record, "posted") == _NOT_POSTED:
                return False
            named = documents.said(record, "order")
            if named:
                return number in named
            return bool((documents.said(record, "origin") | documents.said(record, "delivery")) & papers)

        sought = {"order": number, "customer": known.customer, "billed": known.customer}
        found = documents.of(sought, fits, operation)
        memos = self._given_back(found, known, operation)
        with self.office.translated(operation):
            return tuple(self._invoice(record, known) for record in (*found, *memos))

    def _given_back(self, invoices: list[Record], order: Order, operation: str) -> list[Record]:
        """Credit memos that name an invoice of the order as what they come from."""
        shape, documents = self.documents.shape, self.documents
        numbers = {shape.text(each, "number") for each in invoices}
        if not numbers or "origin" not in shape.header:
            return []
        sought = {"customer": order.customer, "billed": order.customer}
        return documents.of(
            sought,
            lambda record: (
                shape.text(record, "origin") in numbers and shape.text(record, "number") not in numbers
            ),
            operation,
        )

    def _invoice(self, record: Record, order: Order) -> Invoice:
        documents, shape = self.documents, self.documents.shape
        number, currency = shape.text(record, "number"), shape.text(record, "currency") or order.currency
        memo = shape.text(record, "type") in self.office.settings.credit_types
        net, gross = (amount({"": shape.text(record, word)}, "", currency) for word in ("net", "gross"))
        taken: set[str] = set()
        return Invoice.trusted(
            id=number,
            number=number,
            kind=InvoiceKind.CREDIT_MEMO if memo else InvoiceKind.INVOICE,
            order_ids=(order.id,),
            customer=shape.text(record, "customer") or shape.text(record, "billed") or None,
            currency=currency or None,
            invoiced_on=day({"": shape.text(record, "invoiced_on")}, ""),
            net=net,
            gross=gross,
            tax=None
            if net is None or gross is None
            else Money.trusted(amount=gross.amount - net.amount, currency=currency),
            lines=tuple(
                InvoiceLine.trusted(
                    order_line_id=line_of(cell("order_line"), cell("product"), order.lines, taken),
                    product=cell("product") or None,
                    description=cell("description") or cell("shown") or None,
                    quantity=exact(cell("quantity") or "0"),
                    unit=self.office.unit(cell("unit")),
                    price=_price(cell("price"), currency),
                    net=amount({"": cell("net")}, "", currency),
                )
                for cell in map(documents.reader, documents.lines(record))
                if cell("product")
            ),
            raw=FrozenMapping(record),
        )


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
        received_on=day({"": shape.text(record, "received_on")}, ""),
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
            for place, (line, much) in enumerate(_wanted(order, lines, operation), 1)
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


def _wanted(
    order: Order | PurchaseOrder, lines: Sequence[LineQuantity], operation: str
) -> list[tuple[OrderLine, Decimal]]:
    """Lines and how much of them; ``InvalidOrder`` for more than is open, which X3 itself may take."""
    named = lines or tuple(
        LineQuantity(line=line.id) for line in order.lines if open_quantity(line.quantities) > 0
    )
    found: list[tuple[OrderLine, Decimal]] = []
    for place, each in enumerate(named):
        line = order.line(each.line)
        left = open_quantity(line.quantities)
        much = left if each.quantity is None else each.quantity
        if much > left:
            raise InvalidOrder(
                f"no more than {left} of this line is open",
                operation=operation,
                path=f"lines[{place}].quantity",
            )
        found.append((line, much))
    if not found:
        raise InvalidOrder("nothing of the order is open", operation=operation)
    return found


def _price(said: str, currency: str) -> UnitPrice | None:
    return UnitPrice.trusted(amount=exact(said), currency=currency) if said and currency else None


__all__ = ["GoodsReceipts", "Invoices", "PostingShipments", "ReceivingPurchaseOrders", "Shipments"]
