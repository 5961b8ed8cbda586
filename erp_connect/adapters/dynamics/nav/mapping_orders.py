"""Orders as they are read, of either side: header, lines, quantities (dynamics.md 2.3, 5.4, 5.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....models import (
    Address,
    Discount,
    FrozenMapping,
    Hold,
    LineKind,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    Quantities,
    UnitPrice,
)
from ....models.codes import UnknownCode
from ....models.countries import country_code
from ....rules.exact import multiply, quantum_of, quotient, rounded
from ....rules.lateness import timeliness
from ....rules.stamps import looks_like_stamp
from ....rules.status import standing
from ....wire.odata import Unreadable
from ...services.cells import Row, text, whole
from .cells import day, flag, member, money, number, within
from .office import KEY, Office

LINE_STEP: Final = 10000
EXTERNAL: Final = "External_Document_No"
"""The one reference of a sales document: the customer's number, or the stamp where there is none (5.3)."""
_COUNTRIES: Final = ("Country_Region_Code", "Country_Code")
_KINDS: Final[Mapping[str, LineKind]] = {"Item": LineKind.ITEM, "Resource": LineKind.SERVICE}
_STATES: Final[Mapping[str, OrderStatus]] = {
    "Open": OrderStatus.DRAFT,
    "Pending_Approval": OrderStatus.DRAFT,
    "Released": OrderStatus.CONFIRMED,
    "Pending_Prepayment": OrderStatus.CONFIRMED,
}
_WAITING: Final = {"Pending_Approval": "approval", "Pending_Prepayment": "prepayment"}


@dataclass(frozen=True, slots=True)
class Side:
    """What the sales and the purchasing page call the same things."""

    book: str
    service: str
    """The setting that names the page."""
    party: str
    party_name: str
    price: str
    moved: str
    moving: str
    requested: str
    line_requested: str

    def name(self, office: Office) -> str:
        """The name of the page's service."""
        return str(getattr(office.settings, self.service))


SALES: Final = Side(
    book="orders",
    service="order_service",
    party="Sell_to_Customer_No",
    party_name="Sell_to_Customer_Name",
    price="Unit_Price",
    moved="Quantity_Shipped",
    moving="Qty_to_Ship",
    requested="Requested_Delivery_Date",
    line_requested="Requested_Delivery_Date",
)
PURCHASES: Final = Side(
    book="purchase_orders",
    service="purchase_service",
    party="Buy_from_Vendor_No",
    party_name="Buy_from_Vendor_Name",
    price="Direct_Unit_Cost",
    moved="Quantity_Received",
    moving="Qty_to_Receive",
    requested="Requested_Receipt_Date",
    line_requested="Requested_Receipt_Date",
)


def order_in(row: Row, office: Office) -> Order:
    """The sales order that a record says."""
    reading = _Reading(row, SALES, office)
    external = text(row, EXTERNAL)
    stamped = looks_like_stamp(external)
    order = Order(
        **reading.header(),
        lines=reading.told(),
        customer=text(row, SALES.party),
        customer_id=text(row, SALES.party) or None,
        customer_name=text(row, SALES.party_name) or None,
        customer_po=None if stamped else external or None,
        stamp=external if stamped else None,
        partial_shipment={"Partial": True, "Complete": False}.get(member(row, "Shipping_Advice")),
    )
    return order.but(timeliness=timeliness(order, office.today()))


def purchase_order_in(row: Row, office: Office) -> PurchaseOrder:
    """The purchase order that a record says."""
    reading = _Reading(row, PURCHASES, office)
    order = PurchaseOrder(
        **reading.header(),
        lines=tuple(PurchaseOrderLine(**dict(line)) for line in reading.told()),
        supplier=text(row, PURCHASES.party),
        supplier_id=text(row, PURCHASES.party) or None,
        supplier_name=text(row, PURCHASES.party_name) or None,
        supplier_reference=text(row, "Vendor_Order_No") or None,
    )
    return order.but(timeliness=timeliness(order, office.today()))


def address_in(row: Row, prefix: str, office: Office) -> Address | None:
    """The address that a document's elements say; ``None`` where they say too little to be one."""
    name = text(row, f"{prefix}Name")
    said = next(
        (found for each in _COUNTRIES if (found := text(row, prefix + each))), office.settings.country
    )
    try:
        country = country_code(said)
    except UnknownCode:
        return None
    if not name:
        return None
    lines = [text(row, f"{prefix}Address"), text(row, f"{prefix}Address_2")]
    while lines and not lines[-1]:
        lines.pop()
    return Address(
        name=name,
        lines=tuple(lines),
        city=text(row, f"{prefix}City"),
        postal_code=text(row, f"{prefix}Post_Code"),
        country=country,
        region=text(row, f"{prefix}County") or None,
        contact=text(row, f"{prefix}Contact") or None,
    )


def lines_of(row: Row, name: str, office: Office) -> list[Row]:
    """The lines of a record, as the document shows them."""
    shape = office.shape(name)
    return sorted(within(row, shape.container, shape.line), key=lambda each: whole(each, "Line_No") or 0)


def discount_in(row: Row, price: str, currency: str) -> Discount | None:
    """The discount of a line: the percentage where it says the amount exactly, otherwise the amount."""
    percent, amount = number(row, "Line_Discount_Percent"), number(row, "Line_Discount_Amount")
    if not percent and not amount:
        return None
    before = multiply(number(row, price) or Decimal(0), number(row, "Quantity") or Decimal(0))
    if percent and (
        amount is None
        or amount == rounded(quotient(multiply(before, percent), Decimal(100)), quantum_of(currency))
    ):
        return Discount(percent=percent)
    return Discount(amount=Money(amount=amount or Decimal(0), currency=currency))


def positions(rows: Sequence[Row]) -> Mapping[str, int]:
    """Positions by line number: that number by the step; one off the step is counted on from the highest."""
    found: dict[str, int] = {}
    odd: list[str] = []
    for row in rows:
        line = text(row, "Line_No")
        place, rest = divmod(int(line or 0), LINE_STEP)
        if place and not rest:
            found[line] = place
        else:
            odd.append(line)
    highest = max(found.values(), default=0)
    return found | {line: highest + step for step, line in enumerate(odd, 1)}


class _Reading:
    """One order being read."""

    def __init__(self, row: Row, side: Side, office: Office) -> None:
        self.row, self.side, self.office = row, side, office
        self.id = text(row, "No")
        if not self.id:
            raise Unreadable("it names no order")
        self.currency = text(row, "Currency_Code") or office.currency
        if not self.currency:
            raise Unreadable("it names no currency; set currency= to the company's own")
        self.rows = lines_of(row, side.name(office), office)
        self.goods = [each for each in self.rows if member(each, "Type")]
        self.warnings: list[str] = []
        places = positions(self.rows)
        self.lines = tuple(self.line(each, places[text(each, "Line_No")]) for each in self.goods)
        native = _STATES.get(member(row, "Status"), OrderStatus.UNKNOWN)
        self._standing = standing(self.lines, holds=self.holds(), native=native)

    def header(self) -> dict[str, Any]:
        """What both sides have."""
        row = self.row
        places = {line.warehouse for line in self.lines}
        promised = [line.promised for line in self.lines]
        known = max((each for each in promised if each), default=None) if promised and all(promised) else None
        return {
            "id": self.id,
            "number": self.id,
            "version": self.version(),
            "status": self._standing.status,
            "currency": self.currency,
            "ship_to": address_in(row, "Ship_to_", self.office),
            "order_date": day(row, "Order_Date") or day(row, "Document_Date"),
            "requested": day(row, self.side.requested),
            "promised": day(row, "Promised_Delivery_Date") or known,
            "prices_include_tax": flag(row, "Prices_Including_VAT"),
            "payment_terms": text(row, "Payment_Terms_Code") or None,
            "delivery_terms": text(row, "Shipment_Method_Code") or None,
            "warehouse": text(row, "Location_Code") or (places.pop() if len(places) == 1 else None),
            "notes": tuple(
                note for each in self.rows if not member(each, "Type") and (note := text(each, "Description"))
            ),
            "holds": self.holds(),
            "fulfilment": self._standing.fulfilment,
            "invoicing": self._standing.invoicing,
            "net": self.total("Total_Amount_Excl_VAT"),
            "tax": self.total("Total_VAT_Amount"),
            "gross": self.total("Total_Amount_Incl_VAT"),
            "native_status": member(row, "Status") or None,
            "raw": FrozenMapping(row),
            "warnings": tuple(dict.fromkeys(self.warnings)),
        }

    def told(self) -> tuple[OrderLine, ...]:
        """The lines, each with its status."""
        told = zip(self.lines, self._standing.lines, strict=True)
        return tuple(line.but(status=status) for line, status in told)

    def version(self) -> str | None:
        """One version for header and lines, for each has a key of its own (dynamics.md 2.2)."""
        own = text(self.row, KEY)
        if not own:
            return None
        keys = [own, *sorted(text(each, KEY) for each in self.rows)]
        return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:24]

    def holds(self) -> tuple[Hold, ...]:
        state = member(self.row, "Status")
        return (Hold(kind=_WAITING[state], native=state),) if state in _WAITING else ()

    def total(self, name: str) -> Money | None:
        """A total of the document, which each of its lines tells."""
        return next((found for each in self.rows if (found := money(each, name, self.currency))), None)

    def line(self, row: Row, position: int) -> OrderLine:
        side = self.side
        price = number(row, side.price)
        if price is None and side.price in self.office.shape(side.name(self.office)).line_fields:
            price = Decimal(0)
        return OrderLine(
            id=text(row, "Line_No"),
            position=position,
            product=text(row, "No") or None,
            kind=_KINDS.get(member(row, "Type"), LineKind.CHARGE),
            unit=self.unit(row),
            quantities=self.quantities(row),
            price=None if price is None else UnitPrice(amount=price, currency=self.currency),
            discount=discount_in(row, side.price, self.currency),
            net=money(row, "Line_Amount", self.currency),
            requested=day(row, side.line_requested)
            or day(row, "Shipment_Date")
            or day(row, "Expected_Receipt_Date"),
            promised=day(row, "Promised_Delivery_Date") or day(row, "Promised_Receipt_Date"),
            description=text(row, "Description") or None,
            warehouse=text(row, "Location_Code") or None,
            native_status=member(row, "Type") or None,
        )

    def unit(self, row: Row) -> str | None:
        code = text(row, "Unit_of_Measure_Code")
        found = self.office.units.ours(code)
        if found is None and code:
            self.warnings.append(f"the unit {code} is not known here; map it in the settings (units=...)")
            return code
        return found

    def quantities(self, row: Row) -> Quantities:
        ordered = number(row, "Quantity") or Decimal(0)
        moved = number(row, self.side.moved) or Decimal(0)
        sales = self.side is SALES
        return Quantities(
            ordered=ordered,
            shipped=moved if sales else None,
            delivered=None if sales else moved,
            invoiced=number(row, "Quantity_Invoiced") or Decimal(0),
            allocated=number(row, "Reserved_Quantity"),
            cancelled=Decimal(0),
        )


def moved_date(row: Row) -> date | None:
    """When a posted document was posted."""
    return day(row, "Posting_Date") or day(row, "Document_Date")
