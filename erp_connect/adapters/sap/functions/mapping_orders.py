"""Orders as they are read: header, items, quantities, holds (sap.md 2.8, 2.17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....models import (
    Contact,
    FrozenMapping,
    Hold,
    Money,
    Order,
    OrderLine,
    Quantities,
    Reference,
    ScheduleLine,
)
from ....models.base import trusted_but
from ....models.currencies import exponent
from ....rules.lateness import timeliness
from ....rules.status import standing
from ...amounts import money_in, tidy
from ...versions import fingerprint
from ..conventions import (
    HEADER,
    day_in,
    instant_in,
    material_in,
    positions,
    shown_key,
)
from .details import Details
from .mapping_addresses import address_in
from .mapping_conditions import discount_in, header_discounts_in, price_in
from .mapping_texts import text_in
from .office import Office

Row = Mapping[str, Any]
ASSIGNMENT: Final = "assignment"
"""The kind of reference that an order keeps: one, in its assignment field."""
_INCOMPLETE: Final = frozenset({"A", "B"})
_CREDIT_HELD: Final = frozenset({"B", "C"})
_NONE: Final = Decimal(0)
_THOUSANDTH: Final = Decimal("0.001")
_NO_ITEM: Final = frozenset({"", HEADER})


def order_in(details: Details, office: Office) -> Order:
    """The order that these rows say; what cannot be read in our words keeps its text, with a warning."""
    return _Reading(details, office).order()


class _Reading:
    """One order being read."""

    def __init__(self, details: Details, office: Office) -> None:
        self.details = details
        self.office = office
        self.settings = office.settings
        self.header = details.headers[0]
        self.business = details.of_header(details.business)
        self.state: Row = details.header_states[0] if details.header_states else {}
        self.currency = self.header["CURREN_ISO"] or self.header["CURRENCY"]
        self.places = exponent(self.currency) or 0
        self.warnings: list[str] = []

    def order(self) -> Order:
        header, business = self.header, self.business
        # Judged, so that what is no currency is refused for the lines as well.
        net = money_in(header["NET_VAL_HD"], self.currency)
        lines = self.lines()
        holds = self.holds()
        told = standing(lines, holds=holds)
        lines = tuple(
            trusted_but(line, status=status) for line, status in zip(lines, told.lines, strict=True)
        )
        plants = {line.warehouse for line in lines}
        sold_to = shown_key(header["SOLD_TO"])
        promised = [line.promised for line in lines if not line.quantities.cancelled]
        order = Order.trusted(
            id=shown_key(self.details.number),
            number=shown_key(self.details.number),
            status=told.status,
            currency=self.currency,
            lines=lines,
            customer=sold_to,
            customer_id=sold_to,
            customer_po=business.get("PURCH_NO_C") or header["PURCH_NO"] or None,
            ship_to=self.address("WE"),
            bill_to=self.address("RE"),
            order_date=day_in(header["DOC_DATE"]),
            requested=day_in(header["REQ_DATE_H"]),
            promised=max((day for day in promised if day), default=None) if all(promised) else None,
            payment_terms=business.get("PMNTTRMS") or None,
            delivery_terms=self.delivery_terms(),
            warehouse=plants.pop() if len(plants) == 1 else None,
            partial_shipment=header["COMPL_DLV"] != "X",
            discounts=header_discounts_in(self.details.conditions, self.settings),
            notes=text_in(self.details.texts, self.settings.note_text_id, self.details.number),
            references=self.references(),
            contact=self.contact(),
            holds=holds,
            fulfilment=told.fulfilment,
            invoicing=told.invoicing,
            net=net,
            native_status=self.native_status(),
            stamp=business.get(self.settings.stamp_field) or header.get(self.settings.stamp_field) or None,
            complete=not _INCOMPLETE & {self.state.get("GENINCOMHD"), self.state.get("TOTINCOMPL")},
            created_at=instant_in(header["REC_DATE"], header["REC_TIME"], self.office.zone),
            raw=FrozenMapping(
                {
                    "ORDER_HEADERS_OUT": header,
                    "ORDER_STATUSHEADERS_OUT": self.state,
                    "ORDER_ITEMS_OUT": self.details.items,
                }
            ),
            warnings=tuple(dict.fromkeys(self.warnings)),
        )
        # Amounts and days are checked as they are read; the fingerprint refuses a text that is none.
        return trusted_but(
            order, timeliness=timeliness(order, self.office.today()), version=fingerprint(order)
        )

    # -- the header ------------------------------------------------------------------------------------------

    def address(self, role: str) -> Any:
        partner = next(
            (
                row
                for row in self.details.partners
                if row["PARTN_ROLE"] == role and (row["ITM_NUMBER"] or HEADER) == HEADER
            ),
            None,
        )
        if partner is None:
            return None
        row = next((each for each in self.details.addresses if each["ADDRESS"] == partner["ADDRESS"]), None)
        return address_in(row, self.office.countries) if row is not None else None

    def delivery_terms(self) -> str | None:
        code = self.business.get("INCOTERMS1") or ""
        place = self.business.get("INCOTERMS2L") or self.business.get("INCOTERMS2") or ""
        return f"{code} {place}".strip() or None

    def references(self) -> tuple[Reference, ...]:
        assigned = str(self.header.get("ASS_NUMBER") or "").strip()
        return (Reference(kind=ASSIGNMENT, value=assigned),) if assigned else ()

    def contact(self) -> Contact | None:
        name = str(self.header.get("ORDERER_NA") or "").strip()
        if not name:
            return None
        return Contact(name=name, phone=self.header.get("TELEPHONE") or None)

    def holds(self) -> tuple[Hold, ...]:
        held: list[Hold] = []
        for kind, field in (("delivery", "DLV_BLOCK"), ("billing", "BILL_BLOCK")):
            if code := self.header[field]:
                held.append(Hold(kind=kind, native=code))
        credit = self.state.get("TOTSTATCCH") or ""
        if credit in _CREDIT_HELD and self.state.get("PRC_STAT_H") != "C":
            held.append(Hold(kind="credit", native=credit))
        return tuple(held)

    def native_status(self) -> str | None:
        names = ("PRC_STAT_H", "DLV_STAT_H", "BILLSTATUS", "OVERALLREJ", "TOTSTATCCH")
        return " ".join(f"{name}={self.state[name]}" for name in names if self.state.get(name)) or None

    # -- the items -------------------------------------------------------------------------------------------

    def lines(self) -> tuple[OrderLine, ...]:
        details = self.details
        items = sorted(details.items, key=lambda row: str(row["ITM_NUMBER"]))
        places = positions([row["ITM_NUMBER"] for row in items])
        schedules, conditions, states = (
            details.by_item(rows) for rows in (details.schedules, details.conditions, details.item_states)
        )
        return tuple(
            self.line(
                row,
                places[number],
                sorted(schedules.get(number, ()), key=lambda part: str(part["SCHED_LINE"])),
                conditions.get(number, ()),
                states.get(number, ()),
            )
            for row in items
            for number in (row["ITM_NUMBER"],)
        )

    def line(
        self,
        item: Row,
        position: int,
        schedules: Sequence[Row],
        conditions: Sequence[Row],
        states: Sequence[Row],
    ) -> OrderLine:
        number = item["ITM_NUMBER"]
        quantities = self.quantities(item, schedules)
        parent = item.get("HG_LV_ITEM") or ""
        return OrderLine.trusted(
            id=number,
            position=position,
            product=material_in(item) or None,
            unit=self.unit(item),
            quantities=quantities,
            price=price_in(conditions, item, self.currency, self.settings),
            net=Money.trusted(amount=tidy(item["NET_VALUE"], self.places), currency=self.currency),
            discount=discount_in(conditions, self.currency, self.settings),
            requested=_requested(schedules),
            promised=_promised(schedules, quantities),
            description=item["SHORT_TEXT"] or None,
            warehouse=item["PLANT"] or None,
            reference=item["PO_ITM_NO"] or None,
            parent_line=None if parent in _NO_ITEM else parent,
            schedule=_schedule(schedules),
            holds=_line_holds(item, schedules),
            native_status=_item_status(item, states[0] if states else {}),
        )

    def unit(self, item: Row) -> str | None:
        internal, iso = item["SALES_UNIT"], item["ISOCODUNIT"]
        found = self.office.units.ours(internal, iso)
        if found is None and internal:
            self.warnings.append(f"the unit {internal} is not known here; map it in the settings (units=...)")
            return str(internal)
        return found

    def quantities(self, item: Row, schedules: Sequence[Row]) -> Quantities:
        number = item["ITM_NUMBER"]
        ordered = item["REQ_QTY"] or sum((row["REQ_QTY"] for row in schedules), _NONE) or item["TARGET_QTY"]
        confirmed = sum((row["CONFIR_QTY"] for row in schedules), _NONE)
        shipped = self.details.shipped(number)
        rejected = bool(item["REA_FOR_RE"])
        cancelled = max(ordered - self.details.delivered(number), _NONE) if rejected else _NONE
        billed = self.details.billed(number)
        if billed:
            billed = (billed * _in_sales_units(item, schedules)).quantize(_THOUSANDTH)
        return Quantities.trusted(
            ordered=tidy(ordered),
            confirmed=tidy(min(confirmed, ordered)),
            shipped=tidy(shipped),
            invoiced=tidy(billed),
            cancelled=tidy(cancelled),
        )


def _requested(schedules: Sequence[Row]) -> Any:
    wanted = [row for row in schedules if row["REQ_QTY"]] or list(schedules)
    days = [day for row in wanted if (day := day_in(row["REQ_DATE"])) is not None]
    return min(days, default=None)


def _promised(schedules: Sequence[Row], quantities: Quantities) -> Any:
    """The day on which the last of it is confirmed; ``None`` while not all of it is."""
    if not quantities.confirmed or quantities.confirmed < quantities.ordered:
        return None
    days = [day_in(row["REQ_DATE"]) for row in schedules if row["CONFIR_QTY"]]
    return max((day for day in days if day is not None), default=None)


def _schedule(schedules: Sequence[Row]) -> tuple[ScheduleLine, ...]:
    return tuple(
        ScheduleLine.trusted(
            quantity=tidy(row["REQ_QTY"] or row["CONFIR_QTY"]),
            requested=day_in(row["REQ_DATE"]) if row["REQ_QTY"] else None,
            promised=day_in(row["REQ_DATE"]) if row["CONFIR_QTY"] else None,
        )
        for row in schedules
        if row["REQ_QTY"] or row["CONFIR_QTY"]
    )


def _line_holds(item: Row, schedules: Sequence[Row]) -> tuple[Hold, ...]:
    number = item["ITM_NUMBER"]
    held = [Hold(kind="billing", native=item["BILL_BLOCK"], line_id=number)] if item["BILL_BLOCK"] else []
    blocked = next((row["REQ_DLV_BL"] for row in schedules if row["REQ_DLV_BL"]), "")
    if blocked:
        held.append(Hold(kind="delivery", native=blocked, line_id=number))
    return tuple(held)


def _item_status(item: Row, state: Row) -> str | None:
    told = {name: state.get(name) for name in ("OVRPROCSTA", "DLV_STAT_I", "BILLSTATIT", "REJSTATIT")}
    told["REA_FOR_RE"] = item["REA_FOR_RE"]
    return " ".join(f"{name}={value}" for name, value in told.items() if value) or None


def _in_sales_units(item: Row, schedules: Sequence[Row]) -> Decimal:
    """How many sales units one base unit is: the flow counts base units (sap.md 2.10)."""
    if not item["BASE_UOM"] or item["BASE_UOM"] == item["SALES_UNIT"]:
        return Decimal(1)
    for row in schedules:
        if row["REQ_QTY"] and row["REQ_QTY1"]:
            share: Decimal = row["REQ_QTY"] / row["REQ_QTY1"]
            return share
    return Decimal(1)
