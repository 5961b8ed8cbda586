"""Orders as they are read, of either side: header, lines, quantities (dynamics.md 1.7, 1.8, 1.11, 5.4).

Comment lines are the order's notes.  The version covers the header and each line, for each has an ETag of its own and
the header's misses changes of dates and texts (dynamics.md 1.13).
"""

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
from ...services.cells import Row, day, etag, flag, guid, instant, member, money, number, text, whole, within
from .office import Office
from .variants import VARIANT_ID, variant_in

LINE_STEP: Final = 10000
COMMENT: Final = "Comment"
EXTERNAL: Final = "externalDocumentNumber"
"""The one reference of an order: the customer's number, or the stamp where there is none (dynamics.md 5.3)."""
_KINDS: Final[Mapping[str, LineKind]] = {"Item": LineKind.ITEM, "Resource": LineKind.SERVICE}
_STATES: Final[Mapping[str, OrderStatus]] = {
    "Draft": OrderStatus.DRAFT,
    "In Review": OrderStatus.DRAFT,
    "Open": OrderStatus.CONFIRMED,
}
"""``Draft`` is the ledger's open, ``Open`` its released (dynamics.md 1.11)."""


@dataclass(frozen=True, slots=True)
class Side:
    """What the sales and the purchasing page call the same things."""

    draft: str
    """What the paths of a draft's fields begin with."""
    orders: str
    lines: str
    price: str
    moved: str
    moving: str
    requested: str
    party: str
    party_id: str
    party_name: str


SALES: Final = Side(
    draft="order",
    orders="salesOrders",
    lines="salesOrderLines",
    price="unitPrice",
    moved="shippedQuantity",
    moving="shipQuantity",
    requested="shipmentDate",
    party="customerNumber",
    party_id="customerId",
    party_name="customerName",
)
PURCHASES: Final = Side(
    draft="purchase_order",
    orders="purchaseOrders",
    lines="purchaseOrderLines",
    price="directUnitCost",
    moved="receivedQuantity",
    moving="receiveQuantity",
    requested="expectedReceiptDate",
    party="vendorNumber",
    party_id="vendorId",
    party_name="vendorName",
)


def order_in(row: Row, office: Office, promised: Mapping[str, date] | None = None) -> Order:
    """The sales order that a row with its lines says; ``promised``: dates by line number, from a page of the site's."""
    reading = _Reading(row, SALES, office, promised or {})
    external = text(row, EXTERNAL)
    stamped = looks_like_stamp(external)
    order = Order(
        **reading.header(),
        lines=reading.told(),
        customer=text(row, "customerNumber"),
        customer_id=guid(row, "customerId") or None,
        customer_name=text(row, "customerName") or None,
        customer_po=None if stamped else external or None,
        stamp=external if stamped else None,
        requested=day(row, "requestedDeliveryDate"),
        partial_shipment=flag(row, "partialShipping") if "partialShipping" in row else None,
        bill_to=address_in(row, "billTo"),
    )
    return order.but(timeliness=timeliness(order, office.today()))


def purchase_order_in(row: Row, office: Office) -> PurchaseOrder:
    """The purchase order that a row with its lines says."""
    reading = _Reading(row, PURCHASES, office, {})
    order = PurchaseOrder(
        **reading.header(),
        lines=tuple(PurchaseOrderLine(**dict(line)) for line in reading.told()),
        supplier=text(row, "vendorNumber"),
        supplier_id=guid(row, "vendorId") or None,
        supplier_name=text(row, "vendorName") or None,
        requested=day(row, "requestedReceiptDate"),
    )
    return order.but(timeliness=timeliness(order, office.today()))


def version_of(row: Row, lines: Sequence[Row]) -> str | None:
    """One version for header and lines; ``None`` where the answer tells none."""
    own = etag(row)
    if own is None:
        return None
    told = [own, *sorted(f"{guid(line, 'id')}={etag(line)}" for line in lines)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:24]


def address_in(row: Row, prefix: str) -> Address | None:
    """The address that a document's fields say; ``None`` where they say too little to be one."""
    name = text(row, f"{prefix}Name")
    try:
        country = country_code(text(row, f"{prefix}Country"))
    except UnknownCode:
        return None
    if not name:
        return None
    lines = [text(row, f"{prefix}AddressLine1"), text(row, f"{prefix}AddressLine2")]
    while lines and not lines[-1]:
        lines.pop()
    return Address(
        name=name,
        lines=tuple(lines),
        city=text(row, f"{prefix}City"),
        postal_code=text(row, f"{prefix}PostCode"),
        country=country,
        region=text(row, f"{prefix}State") or None,
        contact=text(row, f"{prefix}Contact") or None,
    )


def positions(rows: Sequence[Row]) -> Mapping[str, int]:
    """Positions by line id: the line number by the step; one off the step is counted on from the highest."""
    found: dict[str, int] = {}
    odd: list[str] = []
    for row in rows:
        place, rest = divmod(whole(row, "sequence") or 0, LINE_STEP)
        if place and not rest:
            found[guid(row, "id")] = place
        else:
            odd.append(guid(row, "id"))
    highest = max(found.values(), default=0)
    return found | {id: highest + step for step, id in enumerate(odd, 1)}


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Lines as the document shows them."""
    return sorted(rows, key=lambda row: whole(row, "sequence") or 0)


def discount_in(row: Row, side: Side, currency: str) -> Discount | None:
    """The discount of a line: the percentage where it says the amount exactly, otherwise the amount."""
    percent, amount = number(row, "discountPercent"), number(row, "discountAmount")
    if not percent and not amount:
        return None
    before = multiply(number(row, side.price) or Decimal(0), number(row, "quantity") or Decimal(0))
    if percent and (
        amount is None
        or amount == rounded(quotient(multiply(before, percent), Decimal(100)), quantum_of(currency))
    ):
        return Discount(percent=percent)
    if not currency:
        return Discount(percent=percent) if percent else None
    return Discount(amount=Money(amount=amount or Decimal(0), currency=currency))


class _Reading:
    """One order being read."""

    def __init__(self, row: Row, side: Side, office: Office, promised: Mapping[str, date]) -> None:
        self.row, self.side, self.office, self.promised = row, side, office, promised
        self.id = guid(row, "id")
        if not self.id:
            raise Unreadable("it names no order")
        self.currency = text(row, "currencyCode") or office.currency
        if not self.currency:
            raise Unreadable("it names no currency, and the company's own is not known; set currency=")
        self.rows = in_order(within(row, side.lines))
        self.warnings: list[str] = []
        self._places = positions(self.rows)
        self._variants = office.variants.codes(guid(each, VARIANT_ID) for each in self.rows)
        self.lines = tuple(self.line(each) for each in self.rows if member(each, "lineType") != COMMENT)
        native = _STATES.get(member(row, "status"), OrderStatus.UNKNOWN)
        self._standing = standing(self.lines, holds=self.holds(), native=native)

    def header(self) -> dict[str, Any]:
        """What both sides have."""
        row, office = self.row, self.office
        holds = self.holds()
        places = {line.warehouse for line in self.lines}
        return {
            "id": self.id,
            "number": text(row, "number") or None,
            "version": version_of(row, self.rows),
            "status": self._standing.status,
            "currency": self.currency,
            "ship_to": address_in(row, "shipTo"),
            "order_date": day(row, "orderDate"),
            "prices_include_tax": flag(row, "pricesIncludeTax") if "pricesIncludeTax" in row else None,
            "payment_terms": office.payment_terms.code(guid(row, "paymentTermsId")),
            "delivery_terms": office.delivery_terms.code(guid(row, "shipmentMethodId")),
            "warehouse": places.pop() if len(places) == 1 else None,
            "discounts": self.discounts(),
            "notes": tuple(
                note
                for each in self.rows
                if member(each, "lineType") == COMMENT and (note := text(each, "description"))
            ),
            "holds": holds,
            "fulfilment": self._standing.fulfilment,
            "invoicing": self._standing.invoicing,
            "net": money(row, "totalAmountExcludingTax", self.currency),
            "tax": money(row, "totalTaxAmount", self.currency),
            "gross": money(row, "totalAmountIncludingTax", self.currency),
            "native_status": member(row, "status") or None,
            "modified_at": instant(row, "lastModifiedDateTime"),
            "promised": self.promise(),
            "raw": FrozenMapping(row),
            "warnings": tuple(dict.fromkeys(self.warnings)),
        }

    def told(self) -> tuple[OrderLine, ...]:
        """The lines, each with its status."""
        return tuple(
            line.but(status=status) for line, status in zip(self.lines, self._standing.lines, strict=True)
        )

    def holds(self) -> tuple[Hold, ...]:
        """An order in review waits for somebody's approval."""
        state = member(self.row, "status")
        return (Hold(kind="approval", native=state),) if state == "In Review" else ()

    def discounts(self) -> tuple[Discount, ...]:
        amount = number(self.row, "discountAmount")
        if not amount:
            return ()
        return (Discount(amount=Money(amount=amount, currency=self.currency)),)

    def promise(self) -> date | None:
        days = [line.promised for line in self.lines]
        return max((each for each in days if each), default=None) if days and all(days) else None

    def line(self, row: Row) -> OrderLine:
        id, side = guid(row, "id"), self.side
        if not id:
            raise Unreadable("it names no line")
        amount = number(row, side.price)
        return OrderLine(
            id=id,
            position=self._places[id],
            product=text(row, "lineObjectNumber") or None,
            kind=_KINDS.get(member(row, "lineType"), LineKind.CHARGE),
            unit=self.unit(row),
            quantities=self.quantities(row),
            price=None if amount is None else UnitPrice(amount=amount, currency=self.currency),
            discount=discount_in(row, side, self.currency),
            net=money(row, "netAmount", self.currency),
            tax=money(row, "netTaxAmount", self.currency),
            requested=day(row, side.requested),
            promised=self.promised.get(str(whole(row, "sequence"))) or self.promised.get(""),
            description=text(row, "description") or None,
            warehouse=self.office.locations.code(guid(row, "locationId")),
            custom=variant_in(self._variants.get(guid(row, VARIANT_ID))),
            native_status=member(row, "lineType") or None,
        )

    def unit(self, row: Row) -> str | None:
        code = text(row, "unitOfMeasureCode")
        found = self.office.units.ours(code)
        if found is None and code:
            self.warnings.append(f"the unit {code} is not known here; map it in the settings (units=...)")
            return code
        return found

    def quantities(self, row: Row) -> Quantities:
        ordered = number(row, "quantity") or Decimal(0)
        moved = number(row, self.side.moved)
        sales = self.side is SALES
        return Quantities(
            ordered=ordered,
            shipped=moved if sales else None,
            delivered=None if sales else moved,
            invoiced=number(row, "invoicedQuantity"),
            cancelled=Decimal(0),
        )
