"""Orders as they are read: header, items, quantities, holds (sap.md 2.17, 4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....models import (
    Address,
    FrozenMapping,
    Hold,
    Money,
    Order,
    OrderLine,
    Quantities,
    Reference,
    ScheduleLine,
)
from ....rules.lateness import timeliness
from ....rules.status import standing
from ....wire.odata import Unreadable
from ...amounts import money_in, tidy
from ..conventions import positions
from .cells import Row, day, flag, instant, item_of, key, number, text, within
from .dialect import STAMP
from .fulfilment import Fulfilment
from .mapping_addresses import address_in
from .mapping_conditions import Taken
from .mapping_texts import text_in
from .office import Office
from .told_units import ORDERED, PRICED, ToldUnit, unit_of

ASSIGNMENT: Final = "assignment"
"""The kind of reference that an order keeps: one, in its assignment field."""
ITEM_REFERENCE: Final = "UnderlyingPurchaseOrderItem"
"""The customer's own number of an item, in version 2 only."""
SHIP_TO, BILL_TO = "WE", "RE"
_NO_ITEM: Final = frozenset({"", "0"})
_PENDING: Final = "A"
_DONE: Final = "C"
_INCOMPLETE: Final = frozenset({"A", "B"})
_COMPLETENESS: Final = ("HdrGeneralIncompletionStatus", "OvrlItmGeneralIncompletionSts")
_CREDIT_HELD: Final = frozenset({"B", "C"})
_STATES: Final = (
    *("OverallSDProcessStatus", "OverallDeliveryStatus", "OverallOrdReltdBillgStatus"),
    *("OverallSDDocumentRejectionSts", "TotalCreditCheckStatus"),
)
_ITEM_STATES: Final = (
    *("SDProcessStatus", "DeliveryStatus", "OrderRelatedBillingStatus", "SalesDocumentRjcnReason"),
)


def order_in(row: Row, fulfilment: Fulfilment, office: Office, etag: str | None = None) -> Order:
    """The order that a row says; what cannot be read in our words keeps its text, with a warning."""
    return _Reading(row, fulfilment, office).order(etag or etag_of(row))


def etag_of(row: Row) -> str | None:
    """The version that stands within a row."""
    metadata = row.get("__metadata")
    found = metadata.get("etag") if isinstance(metadata, dict) else row.get("@odata.etag")
    return found if isinstance(found, str) and found else None


def partner_of(row: Row, role: str, office: Office) -> Row | None:
    """The partner of an order in a role, by its internal code or by the one that people see."""
    settings = office.settings
    shown = {SHIP_TO: settings.ship_to_function, BILL_TO: settings.bill_to_function}[role]
    for partner in within(row, office.dialect.to_partners):
        internal = text(partner, "PartnerFunctionInternalCode")
        if internal == role or (not internal and text(partner, "PartnerFunction") in (shown, role)):
            return partner
    return None


def address_row(partner: Row, office: Office) -> Row | None:
    """The address of a partner; that without a representation of its own first."""
    if not office.dialect.to_addresses:
        return None
    rows = sorted(
        within(partner, office.dialect.to_addresses), key=lambda each: text(each, "AddressRepresentationCode")
    )
    return next(iter(rows), None)


class _Reading:
    """One order being read."""

    def __init__(self, row: Row, fulfilment: Fulfilment, office: Office) -> None:
        self.row = row
        self.id = key(row, "SalesOrder")
        if not self.id:
            raise Unreadable("it names no order")
        self.fulfilment = fulfilment
        self.office = office
        self.dialect = office.dialect
        self.currency = text(row, "TransactionCurrency")
        self.items = sorted(
            within(row, self.dialect.to_items), key=lambda item: text(item, "SalesOrderItem").zfill(6)
        )
        self.warnings: list[str] = []

    def order(self, version: str | None) -> Order:
        row = self.row
        lines = self.lines()
        holds = self.holds()
        told = standing(lines, holds=holds)
        lines = tuple(line.but(status=status) for line, status in zip(lines, told.lines, strict=True))
        plants = {line.warehouse for line in lines}
        customer = key(row, "SoldToParty")
        promised = [line.promised for line in lines if not line.quantities.cancelled]
        order = Order(
            id=self.id,
            number=self.id,
            version=version,
            status=told.status,
            currency=self.currency,
            lines=lines,
            customer=customer,
            customer_id=customer,
            customer_po=text(row, "PurchaseOrderByCustomer") or None,
            ship_to=self.address(SHIP_TO),
            bill_to=self.address(BILL_TO),
            order_date=day(row, "SalesOrderDate"),
            requested=day(row, "RequestedDeliveryDate"),
            promised=max((when for when in promised if when), default=None) if all(promised) else None,
            payment_terms=text(row, "CustomerPaymentTerms") or None,
            delivery_terms=self.delivery_terms(),
            warehouse=plants.pop() if len(plants) == 1 else None,
            partial_shipment=not flag(row, "CompleteDeliveryIsDefined"),
            discounts=self.header_discounts(),
            notes=text_in(within(row, self.dialect.to_texts), self.office.settings),
            references=self.references(),
            holds=holds,
            fulfilment=told.fulfilment,
            invoicing=told.invoicing,
            net=self.money(row, "TotalNetAmount"),
            native_status=_states(row, _STATES),
            stamp=text(row, STAMP) or None,
            complete=self.complete(lines),
            modified_at=instant(row, "LastChangeDateTime"),
            custom=self.office.order_fields.read(row),
            raw=FrozenMapping(row),
            warnings=tuple(dict.fromkeys(self.warnings)),
        )
        return order.but(timeliness=timeliness(order, self.office.today()))

    # -- the header ------------------------------------------------------------------------------------------

    def address(self, role: str) -> Address | None:
        partner = partner_of(self.row, role, self.office)
        row = None if partner is None else address_row(partner, self.office)
        return None if row is None else address_in(row, self.office.countries)

    def delivery_terms(self) -> str | None:
        place = text(self.row, "IncotermsLocation1") or text(self.row, "IncotermsTransferLocation")
        return f"{text(self.row, 'IncotermsClassification')} {place}".strip() or None

    def references(self) -> tuple[Reference, ...]:
        assigned = text(self.row, "AssignmentReference")
        return (Reference(kind=ASSIGNMENT, value=assigned),) if assigned else ()

    def header_discounts(self) -> Any:
        of_order = within(self.row, self.dialect.to_order_prices)
        of_items = [row for item in self.items for row in within(item, self.dialect.to_item_prices)]
        pricing = self.office.pricing
        return pricing.header_discounts_in(of_order, self.warnings) or pricing.header_discounts_in(
            of_items, self.warnings
        )

    def holds(self) -> tuple[Hold, ...]:
        row = self.row
        held: list[Hold] = []
        for kind, name in (("delivery", "DeliveryBlockReason"), ("billing", "HeaderBillingBlockReason")):
            if code := text(row, name):
                held.append(Hold(kind=kind, native=code))
        if text(row, "OverallSDProcessStatus") != _DONE:
            credit = text(row, "TotalCreditCheckStatus")
            if credit in _CREDIT_HELD:
                held.append(Hold(kind="credit", native=credit))
            if text(row, "SalesDocApprovalStatus") == _PENDING:
                held.append(Hold(kind="approval", native=_PENDING))
        return tuple(held)

    def complete(self, lines: Sequence[OrderLine]) -> bool:
        """Whether the system will process it: by its own marks where the release has them (sap.md 2.17: version 4).

        Version 2 has none.  What is known to leave an order unfinished is a line without a price (sap.md 2.18), so one
        that is open, wants a quantity and is worth nothing says so, with a warning.
        """
        marks = [text(self.row, name) for name in _COMPLETENESS if self.row.get(name) is not None]
        if marks:
            return _INCOMPLETE.isdisjoint(marks)
        unpriced = [str(line.position) for line in lines if _wants_a_price(line)]
        if unpriced:
            self.warnings.append(
                f"no price in position {', '.join(unpriced)}: the order counts as incomplete, of which this version "
                "of the service tells nothing"
            )
        return not unpriced

    def money(self, row: Row, name: str) -> Money | None:
        amount = number(row, name)
        return None if amount is None or not self.currency else money_in(amount, self.currency)

    # -- the items -------------------------------------------------------------------------------------------

    def lines(self) -> tuple[OrderLine, ...]:
        numbers = [item_of(item, "SalesOrderItem") for item in self.items]
        places = positions(numbers)
        return tuple(
            self.line(item, places[number]) for item, number in zip(self.items, numbers, strict=True)
        )

    def line(self, item: Row, position: int) -> OrderLine:
        id, parent = key(item, "SalesOrderItem"), key(item, "HigherLevelItem")
        schedules = sorted(
            within(item, self.dialect.to_schedules), key=lambda row: text(row, "ScheduleLine").zfill(4)
        )
        prices = within(item, self.dialect.to_item_prices)
        unit = unit_of(item, ORDERED, self.office)
        quantities = self.quantities(item, unit, schedules)
        pricing = self.office.pricing
        return OrderLine(
            id=id,
            position=position,
            product=key(item, self.dialect.product) or None,
            unit=self.unit(unit),
            quantities=quantities,
            price=pricing.price_in(prices, self.currency, self.priced_in(unit, position)),
            net=self.money(item, "NetAmount"),
            tax=self.money(item, "TaxAmount"),
            discount=pricing.discount_in(prices, self.currency, self.warnings),
            requested=day(item, "RequestedDeliveryDate") or _requested(schedules),
            promised=_promised(schedules, quantities),
            description=text(item, "SalesOrderItemText") or None,
            warehouse=text(item, self.dialect.plant) or None,
            reference=text(item, ITEM_REFERENCE) or None,
            parent_line=None if parent in _NO_ITEM else parent,
            schedule=_schedule(schedules),
            holds=_line_holds(item, id, schedules),
            native_status=_states(item, _ITEM_STATES),
            custom=self.office.item_fields.read(item),
        )

    def unit(self, unit: ToldUnit) -> str | None:
        if unit.code is None and unit.told:
            self.warnings.append(
                f"the unit {unit.told} is not known here; map it in the settings (units=...)"
            )
        return unit.code or unit.told or None

    def priced_in(self, unit: ToldUnit, position: int) -> Taken:
        """What a price is for, in the unit of the line: one for another unit is no price of the line's."""

        def taken(element: Row, per: Decimal) -> Decimal | None:
            priced = unit_of(element, PRICED, self.office)
            found = priced.taken_into(unit, per) if priced.told else per
            if found is None:
                self.warnings.append(
                    f"the price in position {position} is for {priced.code or priced.told}, and how many "
                    f"{unit.code or unit.told} that is, is not known here: the line shows no price"
                )
            return found

        return taken

    def quantities(self, item: Row, unit: ToldUnit, schedules: Sequence[Row]) -> Quantities:
        id, ordered = key(item, "SalesOrderItem"), number(item, "RequestedQuantity") or Decimal(0)
        confirmed = _sum(schedules, "ConfdOrderQtyByMatlAvailCheck")
        shipped = self.fulfilment.shipped_of(self.id, id, unit)
        billed = self.fulfilment.billed_of(self.id, id, unit)
        for told, counts, what in (
            (shipped, self.fulfilment.shipped, "has left"),
            (billed, self.fulfilment.billed, "was billed"),
        ):
            if told is None and counts is not None:
                self.warnings.append(
                    f"how much of item {id} {what} is told in another unit, and how many {unit.code or unit.told} "
                    "that is, is not known here"
                )
        delivered = max(_sum(schedules, "DeliveredQtyInOrderQtyUnit"), shipped or Decimal(0))
        rejected = bool(text(item, "SalesDocumentRjcnReason"))
        cancelled = max(ordered - delivered, Decimal(0)) if rejected else Decimal(0)
        return Quantities(
            ordered=ordered,
            confirmed=tidy(min(confirmed, ordered)),
            shipped=None if shipped is None else tidy(shipped),
            invoiced=None if billed is None else tidy(billed),
            cancelled=tidy(cancelled),
        )


def _wants_a_price(line: OrderLine) -> bool:
    free = line.price is None and not (line.net is not None and line.net.amount)
    return free and line.parent_line is None and line.quantities.open > 0


def _sum(rows: Sequence[Row], name: str) -> Decimal:
    return sum((number(row, name) or Decimal(0) for row in rows), Decimal(0))


def _wanted(row: Row) -> Decimal:
    return number(row, "ScheduleLineOrderQuantity") or Decimal(0)


def _confirmed(row: Row) -> Decimal:
    return number(row, "ConfdOrderQtyByMatlAvailCheck") or Decimal(0)


def _requested(schedules: Sequence[Row]) -> date | None:
    wanted = [row for row in schedules if _wanted(row)] or list(schedules)
    days = [when for row in wanted if (when := day(row, "RequestedDeliveryDate")) is not None]
    return min(days, default=None)


def _promised(schedules: Sequence[Row], quantities: Quantities) -> date | None:
    """The day on which the last of it is confirmed; ``None`` while not all of it is."""
    if not quantities.confirmed or quantities.confirmed < quantities.ordered:
        return None
    days = [day(row, "ConfirmedDeliveryDate") for row in schedules if _confirmed(row)]
    return max((when for when in days if when is not None), default=None)


def _schedule(schedules: Sequence[Row]) -> tuple[ScheduleLine, ...]:
    return tuple(
        ScheduleLine(
            quantity=_wanted(row) or _confirmed(row),
            requested=day(row, "RequestedDeliveryDate") if _wanted(row) else None,
            promised=day(row, "ConfirmedDeliveryDate") if _confirmed(row) else None,
        )
        for row in schedules
        if _wanted(row) or _confirmed(row)
    )


def _line_holds(item: Row, id: str, schedules: Sequence[Row]) -> tuple[Hold, ...]:
    held = []
    if billing := text(item, "ItemBillingBlockReason"):
        held.append(Hold(kind="billing", native=billing, line_id=id))
    blocks = [code for row in schedules if (code := text(row, "DelivBlockReasonForSchedLine"))]
    if blocks:
        held.append(Hold(kind="delivery", native=blocks[0], line_id=id))
    return tuple(held)


def _states(row: Row, names: Sequence[str]) -> str | None:
    return " ".join(f"{name}={text(row, name)}" for name in names if text(row, name)) or None
