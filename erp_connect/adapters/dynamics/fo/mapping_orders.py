"""Orders as they are read, of either side: header, lines, address (dynamics.md 3.4, 5.4, 5.5).

The version covers the header and each line, for each has an ETag of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ....models import (
    Address,
    Contact,
    Discount,
    Hold,
    Order,
    OrderLine,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    UnitPrice,
)
from ....rules.exact import multiply, quantum_of, quotient, rounded
from ....rules.lateness import timeliness
from ....rules.stamps import looks_like_stamp
from ....rules.status import standing
from ....wire.odata import Unreadable
from ...amounts import money_in, tidy
from ...services.cells import Row, instant, member, money, noon, number, text, whole, yes
from .countries import ours
from .dimensions import dimensions_in
from .documents import Document, line_id, version_of
from .moved import Moved
from .office import Office
from .sides import HOLD, LINE_STOPPED, PURCHASES, SALES, STAMP, STOPPED

_NOTHING: Final = Decimal(0)
_PROCESSING: Final[Mapping[str, OrderStatus]] = {
    "Active": OrderStatus.SUBMITTED,
    "Confirmed": OrderStatus.CONFIRMED,
    "Picked": OrderStatus.CONFIRMED,
    "PartiallyDelivered": OrderStatus.PARTLY_SHIPPED,
    "Delivered": OrderStatus.SHIPPED,
    "PartiallyInvoiced": OrderStatus.PARTLY_SHIPPED,
    "DeliveredPartiallyInvoiced": OrderStatus.SHIPPED,
    "Invoiced": OrderStatus.COMPLETED,
    "Canceled": OrderStatus.CANCELLED,
}
_SALES_STATUS: Final[Mapping[str, OrderStatus]] = {
    "Backorder": OrderStatus.SUBMITTED,
    "Delivered": OrderStatus.SHIPPED,
    "Invoiced": OrderStatus.COMPLETED,
    "Canceled": OrderStatus.CANCELLED,
}
_PURCHASE_STATUS: Final[Mapping[str, OrderStatus]] = {
    "Backorder": OrderStatus.SUBMITTED,
    "Received": OrderStatus.SHIPPED,
    "Invoiced": OrderStatus.COMPLETED,
    "Canceled": OrderStatus.CANCELLED,
}
_APPROVAL: Final[Mapping[str, OrderStatus]] = {
    "Draft": OrderStatus.DRAFT,
    "InReview": OrderStatus.DRAFT,
    "Rejected": OrderStatus.REJECTED,
    "Approved": OrderStatus.SUBMITTED,
    "InExternalReview": OrderStatus.SUBMITTED,
    "Finalized": OrderStatus.CONFIRMED,
    "Confirmed": OrderStatus.CONFIRMED,
}


def address_in(row: Row, prefix: str, office: Office) -> Address | None:
    """The address that fields say; ``None`` where they say too little to be one."""
    name = text(row, f"{prefix}Name")
    country = ours(
        text(row, f"{prefix}CountryRegionISOCode"),
        text(row, f"{prefix}CountryRegionId"),
        office.settings.countries,
    )
    if not name or country is None:
        return None
    number_ = text(row, f"{prefix}StreetNumber")
    street = [*text(row, f"{prefix}Street").splitlines(), *((number_,) if number_ else ())]
    return Address(
        name=name,
        lines=tuple(line for line in (each.strip() for each in street) if line),
        city=text(row, f"{prefix}City"),
        postal_code=text(row, f"{prefix}ZipCode"),
        country=country,
        region=text(row, f"{prefix}StateId") or None,
    )


def order_in(document: Document, office: Office, moved: Mapping[str, Moved]) -> Order:
    """The sales order that the rows say; ``moved``: what became of its lines, by their lots."""
    reading = Reading(document, office, moved)
    row = document.header
    stamp, email = text(row, STAMP), text(row, "Email")
    order = Order(
        **reading.header(),
        lines=reading.told(),
        customer=text(row, SALES.party),
        customer_id=text(row, SALES.party) or None,
        customer_name=text(row, SALES.party_name) or None,
        customer_po=text(row, SALES.reference) or None,
        stamp=stamp if looks_like_stamp(stamp) else None,
        ship_to=address_in(row, "DeliveryAddress", office),
        bill_to=address_in(row, "InvoiceAddress", office),
        prices_include_tax=yes(row, "ArePricesIncludingSalesTax"),
        payment_terms=text(row, "PaymentTermsName") or None,
        contact=Contact(name=email, email=email) if email else None,
        discounts=reading.discounts(),
        **reading.totals(),
    )
    return order.but(timeliness=timeliness(order, office.today()))


def purchase_order_in(document: Document, office: Office, moved: Mapping[str, Moved]) -> PurchaseOrder:
    """The purchase order that the rows say."""
    reading = Reading(document, office, moved)
    row = document.header
    reference = text(row, PURCHASES.reference)
    stamped = looks_like_stamp(reference)
    order = PurchaseOrder(
        **reading.header(),
        lines=tuple(PurchaseOrderLine(**dict(line)) for line in reading.told()),
        supplier=text(row, PURCHASES.party),
        supplier_id=text(row, PURCHASES.party) or None,
        supplier_name=text(row, PURCHASES.party_name) or None,
        supplier_reference=None if stamped else reference or None,
        stamp=reference if stamped else None,
    )
    return order.but(timeliness=timeliness(order, office.today()))


class Reading:
    """One order being read."""

    def __init__(self, document: Document, office: Office, moved: Mapping[str, Moved]) -> None:
        self.document, self.office, self.moved = document, office, moved
        self.row, self.side = document.header, document.side
        self.currency = text(self.row, "CurrencyCode")
        if not self.currency:
            raise Unreadable("it names no currency")
        self.taxed = yes(self.row, "ArePricesIncludingSalesTax")
        self.warnings: list[str] = []
        self.lines = tuple(self.line(each) for each in document.lines)
        self._standing = standing(self.lines, holds=self.holds(), native=self.native())

    def header(self) -> dict[str, Any]:
        """What both sides have."""
        row, side, office = self.row, self.side, self.office
        created = instant(row, "OrderCreationDateTime")
        return {
            "id": self.document.number,
            "number": self.document.number,
            "version": version_of(self.document),
            "status": self._standing.status,
            "currency": self.currency,
            "order_date": noon(row, "AccountingDate") if created is None else office.day_of(created),
            "created_at": created,
            "requested": noon(row, side.requested),
            "promised": noon(row, side.promised) or self.promise(),
            "delivery_terms": text(row, side.delivery_terms) or None,
            "warehouse": text(row, side.warehouse) or None,
            "holds": self.holds(),
            "fulfilment": self._standing.fulfilment,
            "invoicing": self._standing.invoicing,
            "native_status": self.native_word() or None,
            "raw": self.document.raw,
            "warnings": tuple(dict.fromkeys(self.warnings)),
        }

    def told(self) -> tuple[OrderLine, ...]:
        """The lines, each with its status."""
        return tuple(
            line.but(status=status) for line, status in zip(self.lines, self._standing.lines, strict=True)
        )

    def native_word(self) -> str:
        """The system's own word for where the order stands."""
        row = self.row
        if self.side is SALES:
            return member(row, "SalesOrderProcessingStatus") or member(row, "SalesOrderStatus")
        return member(row, "DocumentApprovalStatus") or member(row, "PurchaseOrderStatus")

    def native(self) -> OrderStatus:
        """Where the order stands by the system's word (dynamics.md 5.4)."""
        row = self.row
        if self.side is SALES:
            state = member(row, "SalesOrderStatus")
            told = _PROCESSING.get(member(row, "SalesOrderProcessingStatus"))
            found = told or _SALES_STATUS.get(state, OrderStatus.UNKNOWN)
            if found is OrderStatus.SUBMITTED and not self.lines:
                return OrderStatus.DRAFT
            return found
        found = _PURCHASE_STATUS.get(member(row, "PurchaseOrderStatus"), OrderStatus.UNKNOWN)
        approval = _APPROVAL.get(member(row, "DocumentApprovalStatus"))
        if approval is not None and found in {OrderStatus.SUBMITTED, OrderStatus.UNKNOWN}:
            return approval
        return found

    def holds(self) -> tuple[Hold, ...]:
        """Processing that is stopped; a purchase order in review waits for somebody's approval."""
        if yes(self.row, STOPPED):
            return (Hold(kind=HOLD, native=STOPPED),)
        state = member(self.row, "DocumentApprovalStatus")
        return (Hold(kind="approval", native=state),) if state == "InReview" else ()

    def discounts(self) -> tuple[Discount, ...]:
        """The percentage of the whole order."""
        percent = number(self.row, "TotalDiscountPercentage")
        return (Discount(percent=percent),) if percent else ()

    def totals(self) -> dict[str, Any]:
        """What the order comes to, where that has been calculated: otherwise the fields are zero (3.4)."""
        if not yes(self.row, "AreTotalsCalculated"):
            return {}
        gross = money(self.row, "OrderTotalAmount", self.currency)
        tax = money(self.row, "OrderTotalTaxAmount", self.currency)
        if gross is None or tax is None:
            return {}
        return {"gross": gross, "tax": tax, "net": money_in(gross.amount - tax.amount, self.currency)}

    def promise(self) -> Any:
        """The last of the lines' promised dates, where all have one."""
        days = [line.promised for line in self.lines]
        return max((each for each in days if each), default=None) if days and all(days) else None

    def line(self, row: Row) -> OrderLine:
        """One line, not yet with its status."""
        side = self.side
        id = line_id(row, side)
        amount = number(row, side.price)
        per = number(row, side.price_quantity) or Decimal(1)
        net = money(row, "LineAmount", self.currency)
        quantities = self.moved[id].quantities(number(row, side.quantity) or Decimal(0))
        return OrderLine(
            id=id,
            position=whole(row, side.position) or len(self.document.lines),
            product=text(row, "ItemNumber") or None,
            unit=self.unit(row),
            quantities=quantities,
            price=None if amount is None else UnitPrice(amount=amount, currency=self.currency, per=per),
            discount=self.discount(row),
            net=None if self.taxed else net,
            requested=noon(row, side.line_requested),
            promised=noon(row, side.line_promised),
            description=text(row, "LineDescription") or None,
            warehouse=text(row, side.line_warehouse) or None,
            reference=(text(row, "OrderLineReference") or None) if side is SALES else None,
            holds=(Hold(kind=HOLD, native=LINE_STOPPED),) if yes(row, LINE_STOPPED) else (),
            native_status=member(row, side.line_status) or None,
            custom=dimensions_in(row),
        )

    def unit(self, row: Row) -> str | None:
        """Our code for the unit; theirs, with a warning, where nobody knows it."""
        code = text(row, self.side.unit)
        found = self.office.units.ours(code)
        if found is None and code:
            self.warnings.append(f"the unit {code} is not known here; map it in the settings (units=...)")
            return code
        return found

    def discount(self, row: Row) -> Discount | None:
        """The discount of a line: a percentage, or what it makes of the line in all where the field is an amount.

        What the amount field counts is not confirmed (dynamics.md 9), and what it took off the line is told.
        """
        percent, amount = number(row, "LineDiscountPercentage"), number(row, "LineDiscountAmount")
        if not amount:
            return Discount(percent=percent) if percent else None
        per = number(row, self.side.price_quantity) or Decimal(1)
        price = multiply(
            number(row, self.side.price) or _NOTHING, number(row, self.side.quantity) or _NOTHING
        )
        before = rounded(quotient(price, per), quantum_of(self.currency))
        off = (
            before + (number(row, "FixedPriceCharges") or _NOTHING) - (number(row, "LineAmount") or _NOTHING)
        )
        return Discount(amount=money_in(tidy(off), self.currency)) if off > 0 else None
