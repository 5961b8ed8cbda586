"""Posted documents of an order, and the order that they tell of once it is gone (dynamics.md 2.3, 5.1, 5.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from ...services.cells import Row, text, whole
from .cells import member, number
from .mapping_drafts import said
from .mapping_orders import EXTERNAL, LINE_STEP, SALES, address_in, lines_of, moved_date
from .office import Office, exact

ORDER: Final = "Order_No"


class Documents:
    """The posted documents of one kind."""

    def __init__(self, office: Office, name: str) -> None:
        """``name``: the page's service; blank where the site has published none."""
        self.office, self.name = office, name

    def where(self, conditions: Mapping[str, str], operation: str) -> list[Row]:
        """Documents that fulfil these conditions, oldest first; none where the page cannot be asked for one of them."""
        if not self.office.has(self.name) or not set(conditions) <= set(self.office.shape(self.name).fields):
            return []
        rows: list[Row] = list(self.office.where(self.name, conditions, operation))
        if self.office.shape(self.name).container and not any(self.lines(row) for row in rows):
            rows = [
                found
                for row in rows
                if (found := self.office.numbered(self.name, text(row, "No"), operation)) is not None
            ]
        return sorted(rows, key=lambda row: text(row, "No"))

    def of(self, order: str, operation: str) -> list[Row]:
        """The documents of an order."""
        return self.where({ORDER: exact(order)}, operation)

    def lines(self, row: Row) -> list[Row]:
        """The lines of a document on which something stands."""
        return [each for each in lines_of(row, self.name, self.office) if member(each, "Type")]


class Posted:
    """What was posted of sales orders."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.shipments = Documents(office, office.settings.shipment_service)
        self.invoices = Documents(office, office.settings.invoice_service)

    def matching(self, wanted: Find, external: str | None) -> list[Order]:
        """The orders of which only documents that match are left."""
        conditions: dict[str, str] = {}
        if wanted.number is not None:
            conditions[ORDER] = exact(wanted.number)
        if external is not None:
            conditions[EXTERNAL] = exact(external.upper())
        if wanted.party is not None:
            conditions[SALES.party] = exact(said(wanted.party))
        numbers = dict.fromkeys(
            text(row, ORDER)
            for documents in (self.shipments, self.invoices)
            for row in documents.where(conditions, "orders.find")
        )
        return [found for each in numbers if each and (found := self.order(each)) is not None]

    def order(self, number_: str) -> Order | None:
        """The order with this number as its documents tell it; ``None`` where it has none."""
        operation = "orders.get"
        shipments = self.shipments.of(number_, operation)
        invoices = self.invoices.of(number_, operation)
        papers = [*shipments, *invoices]
        if not papers:
            return None
        first = papers[0]
        currency = text(first, "Currency_Code") or self.office.currency
        rows = [line for row in shipments for line in self.shipments.lines(row)]
        billed = [line for row in invoices for line in self.invoices.lines(row)]
        lines = _lines(rows or billed, self.office, currency, "Unit_Price", sales=True)
        told = standing(lines)
        external = text(first, EXTERNAL)
        stamped = looks_like_stamp(external)
        order = Order(
            id=number_,
            number=number_,
            status=told.status,
            currency=currency,
            lines=tuple(line.but(status=each) for line, each in zip(lines, told.lines, strict=True)),
            customer=text(first, SALES.party),
            customer_id=text(first, SALES.party) or None,
            customer_name=text(first, SALES.party_name) or None,
            customer_po=None if stamped else external or None,
            stamp=external if stamped else None,
            order_date=moved_date(first),
            ship_to=address_in(first, "Ship_to_", self.office),
            fulfilment=told.fulfilment,
            invoicing=told.invoicing,
            native_status="posted",
            raw=FrozenMapping(first),
        )
        return order.but(timeliness=timeliness(order, self.office.today()))


class Received:
    """What was posted of purchase orders."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.receipts = Documents(office, office.settings.receipt_service)

    def order(self, number_: str) -> PurchaseOrder | None:
        """The order with this number as its receipts tell it; ``None`` where it has none."""
        receipts = self.receipts.of(number_, "purchase_orders.get")
        if not receipts:
            return None
        first = receipts[0]
        currency = text(first, "Currency_Code") or self.office.currency
        rows = [line for row in receipts for line in self.receipts.lines(row)]
        lines = _lines(rows, self.office, currency, "Direct_Unit_Cost", sales=False)
        told = standing(lines)
        order = PurchaseOrder(
            id=number_,
            number=number_,
            status=told.status,
            currency=currency,
            lines=tuple(
                PurchaseOrderLine(**dict(line.but(status=each)))
                for line, each in zip(lines, told.lines, strict=True)
            ),
            supplier=text(first, "Buy_from_Vendor_No"),
            order_date=moved_date(first),
            fulfilment=told.fulfilment,
            invoicing=told.invoicing,
            native_status="posted",
            raw=FrozenMapping(first),
        )
        return order.but(timeliness=timeliness(order, self.office.today()))


def _lines(rows: Sequence[Row], office: Office, currency: str, price: str, *, sales: bool) -> list[OrderLine]:
    """One line for each line number, with all that was posted of it."""
    by_number: dict[int, list[Row]] = {}
    for place, row in enumerate(rows, 1):
        if number(row, "Quantity"):
            by_number.setdefault(whole(row, "Line_No") or place * LINE_STEP, []).append(row)
    lines = []
    for place, (line, parts) in enumerate(sorted(by_number.items()), 1):
        first = parts[0]
        moved = sum((number(part, "Quantity") or Decimal(0) for part in parts), Decimal(0))
        one = number(first, price)
        step, odd = divmod(line, LINE_STEP)
        lines.append(
            OrderLine(
                id=str(line),
                position=place if odd or not step else step,
                product=text(first, "No") or None,
                unit=office.units.ours(text(first, "Unit_of_Measure_Code")),
                quantities=Quantities(
                    ordered=moved,
                    shipped=moved if sales else None,
                    delivered=None if sales else moved,
                    invoiced=moved,
                    cancelled=Decimal(0),
                ),
                price=None if one is None or not currency else UnitPrice(amount=one, currency=currency),
                description=text(first, "Description") or None,
            )
        )
    return lines
