"""Orders that are gone because all of them was posted: rebuilt from their documents (dynamics.md 1.10, 1.12).

Posted documents know their order by its number, and its lines by their line numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ....models import (
    FrozenMapping,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Quantities,
    UnitPrice,
)
from ....rules.lateness import timeliness
from ....rules.stamps import looks_like_stamp
from ....rules.status import standing
from ...contract import Find
from ...services.cells import Row, day, guid, member, number, text, whole, within
from .mapping_orders import COMMENT, EXTERNAL, LINE_STEP, address_in
from .office import Office, equal
from .variants import VARIANT_ID, variant_in

SHIPMENTS: Final = "salesShipments"
SHIPMENT_LINES: Final = "salesShipmentLines"
RECEIPTS: Final = "purchaseReceipts"
RECEIPT_LINES: Final = "purchaseReceiptLines"
INVOICES: Final = "salesInvoices"
INVOICE_LINES: Final = "salesInvoiceLines"
UNPOSTED: Final = frozenset({"Draft", "In Review"})
"""States of an invoice that is still being written."""


class Posted:
    """What was posted of sales orders."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def numbers(self, wanted: Find, party: Sequence[str]) -> Sequence[str]:
        """The numbers of orders whose posted documents match."""
        conditions = list(party)
        if wanted.number is not None:
            conditions.append(equal("orderNumber", wanted.number))
        external = (wanted.customer_po, wanted.stamp)
        conditions += [equal(EXTERNAL, each.upper()) for each in external if each is not None]
        where = " and ".join(conditions)
        found: dict[str, None] = {}
        for entity_set in (INVOICES, SHIPMENTS):
            for row in self.office.rows(entity_set, where=where):
                if number_ := text(row, "orderNumber"):
                    found[number_] = None
        return tuple(found)

    def shipments(self, order: str) -> Sequence[Row]:
        """The posted shipments of an order, oldest first, with their lines."""
        where = equal("orderNumber", order)
        rows = list(self.office.rows(SHIPMENTS, where=where, expand=SHIPMENT_LINES))
        return sorted(rows, key=lambda row: text(row, "number"))

    def invoices(self, order: str) -> Sequence[Row]:
        """The posted invoices of an order, oldest first, with their lines."""
        where = equal("orderNumber", order)
        rows = [
            row
            for row in self.office.rows(INVOICES, where=where, expand=INVOICE_LINES)
            if member(row, "status") not in UNPOSTED
        ]
        return sorted(rows, key=lambda row: text(row, "number"))

    def order(self, order: str, id: str | None = None) -> Order | None:
        """The order with this number as its documents tell it; ``None`` where it has none."""
        shipments, invoices = self.shipments(order), self.invoices(order)
        papers = [*invoices, *shipments]
        if not papers:
            return None
        first = papers[0]
        currency = next(
            (found for row in papers if (found := text(row, "currencyCode"))), self.office.currency
        )
        rows = [line for row in shipments for line in within(row, SHIPMENT_LINES)]
        billed = [line for row in invoices for line in within(row, INVOICE_LINES)]
        lines = _lines(rows or billed, self.office, currency, billed)
        told = standing(lines)
        external = text(first, EXTERNAL)
        stamped = looks_like_stamp(external)
        rebuilt = Order(
            id=id or next((known for row in invoices if (known := guid(row, "orderId"))), order),
            number=order,
            status=told.status,
            currency=currency,
            lines=tuple(line.but(status=each) for line, each in zip(lines, told.lines, strict=True)),
            customer=text(first, "customerNumber"),
            customer_id=guid(first, "customerId") or None,
            customer_name=text(first, "customerName") or None,
            customer_po=None if stamped else external or None,
            stamp=external if stamped else None,
            order_date=day(first, "invoiceDate"),
            ship_to=address_in(first, "shipTo"),
            fulfilment=told.fulfilment,
            invoicing=told.invoicing,
            native_status="posted",
            raw=FrozenMapping(first),
        )
        return rebuilt.but(timeliness=timeliness(rebuilt, self.office.today()))


class Received:
    """What was posted of purchase orders."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def receipts(self, order: str) -> Sequence[Row]:
        """The posted receipts of an order, oldest first, with their lines."""
        rows = list(self.office.rows(RECEIPTS, where=equal("orderNumber", order), expand=RECEIPT_LINES))
        return sorted(rows, key=lambda row: text(row, "number"))

    def order(self, order: str, id: str) -> PurchaseOrder | None:
        """The order with this number as its receipts tell it; ``None`` where it has none."""
        receipts = self.receipts(order)
        if not receipts:
            return None
        first = receipts[0]
        currency = text(first, "currencyCode") or self.office.currency
        rows = [line for row in receipts for line in within(row, RECEIPT_LINES)]
        lines = _lines(rows, self.office, currency, (), sales=False)
        told = standing(lines)
        rebuilt = PurchaseOrder(
            id=id,
            number=order,
            status=told.status,
            currency=currency,
            lines=tuple(
                PurchaseOrderLine(**dict(line.but(status=each)))
                for line, each in zip(lines, told.lines, strict=True)
            ),
            supplier=text(first, "vendorNumber"),
            supplier_name=text(first, "vendorName") or None,
            order_date=day(first, "invoiceDate"),
            ship_to=address_in(first, "shipTo"),
            fulfilment=told.fulfilment,
            invoicing=told.invoicing,
            native_status="posted",
            raw=FrozenMapping(first),
        )
        return rebuilt.but(timeliness=timeliness(rebuilt, self.office.today()))


def _lines(
    rows: Sequence[Row], office: Office, currency: str, billed: Sequence[Row], *, sales: bool = True
) -> list[OrderLine]:
    """One line for each line number, with all that was posted of it; variants stand on ``billed`` lines only."""
    variant_ids = {whole(row, "sequence") or 0: guid(row, VARIANT_ID) for row in billed}
    variants = office.variants.codes(variant_ids.values())
    by_number: dict[int, list[Row]] = {}
    for row in rows:
        if member(row, "lineType") != COMMENT and number(row, "quantity"):
            by_number.setdefault(whole(row, "sequence") or 0, []).append(row)
    lines = []
    for place, (sequence, parts) in enumerate(sorted(by_number.items()), 1):
        first = parts[0]
        moved = sum((number(part, "quantity") or Decimal(0) for part in parts), Decimal(0))
        price = number(first, "unitPrice" if sales else "unitCost")
        step, odd = divmod(sequence, LINE_STEP)
        lines.append(
            OrderLine(
                id=str(sequence),
                position=place if odd or not step else step,
                product=text(first, "lineObjectNumber") or None,
                unit=office.units.ours(text(first, "unitOfMeasureCode")),
                quantities=Quantities(
                    ordered=moved,
                    shipped=moved if sales else None,
                    delivered=None if sales else moved,
                    invoiced=moved,
                    cancelled=Decimal(0),
                ),
                price=None if price is None or not currency else UnitPrice(amount=price, currency=currency),
                description=text(first, "description") or None,
                custom=variant_in(variants.get(variant_ids.get(sequence, ""))),
                requested=day(first, "shipmentDate" if sales else "expectedReceiptDate"),
            )
        )
    return lines
