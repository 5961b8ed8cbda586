"""Orders as BAPISDORDER_GETDETAILEDLIST gives them: many in one call, their rows sorted out again (sap.md 2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from ....errors import PermissionMissing
from ....wire.rfc import RfcFailure, one_of
from ..conventions import HEADER
from . import modules
from .office import Office

Row = Mapping[str, Any]

VIEW: Final[Mapping[str, str]] = {
    **dict.fromkeys(("HEADER", "ITEM", "SDSCHEDULE", "BUSINESS", "PARTNER", "ADDRESS"), "X"),
    **dict.fromkeys(("STATUS_H", "STATUS_I", "SDCOND", "TEXT", "FLOW"), "X"),
}
_TABLES: Final[Mapping[str, tuple[str, str]]] = {
    "headers": ("ORDER_HEADERS_OUT", "DOC_NUMBER"),
    "items": ("ORDER_ITEMS_OUT", "DOC_NUMBER"),
    "schedules": ("ORDER_SCHEDULES_OUT", "DOC_NUMBER"),
    "business": ("ORDER_BUSINESS_OUT", "SD_DOC"),
    "partners": ("ORDER_PARTNERS_OUT", "SD_DOC"),
    "addresses": ("ORDER_ADDRESS_OUT", "DOC_NUMBER"),
    "header_states": ("ORDER_STATUSHEADERS_OUT", "SD_DOC"),
    "item_states": ("ORDER_STATUSITEMS_OUT", "SD_DOC"),
    "conditions": ("ORDER_CONDITIONS_OUT", "SD_DOC"),
    "flows": ("ORDER_FLOWS_OUT", "SD_DOC"),
}
DELIVERY: Final = "J"
_IN_ONE_CONDITION: Final = 50
_BILLED: Final = frozenset({"M", "P"})
_CANCELS: Final = "N"
"""Categories of documents in the flow: invoice and debit memo, and the cancellation of one (sap.md 2.8)."""
INVOICES: Final = frozenset({"M", "N", "O", "P"})


@dataclass(slots=True)
class Details:
    """The rows of one order."""

    number: str
    headers: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    schedules: list[Row] = field(default_factory=list)
    business: list[Row] = field(default_factory=list)
    partners: list[Row] = field(default_factory=list)
    addresses: list[Row] = field(default_factory=list)
    header_states: list[Row] = field(default_factory=list)
    item_states: list[Row] = field(default_factory=list)
    conditions: list[Row] = field(default_factory=list)
    flows: list[Row] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)
    deliveries: dict[str, Delivery] = field(default_factory=dict)

    def of_header(self, rows: Sequence[Row]) -> Row:
        """The row that is about the whole order."""
        return next((row for row in rows if str(row.get("ITM_NUMBER") or HEADER) == HEADER), {})

    def of_item(self, rows: Sequence[Row], item: str) -> list[Row]:
        """The rows about one item."""
        return [row for row in rows if row["ITM_NUMBER"] == item]

    def by_item(self, rows: Sequence[Row]) -> dict[str, list[Row]]:
        """The rows by the item that they are about."""
        found: dict[str, list[Row]] = {}
        for row in rows:
            found.setdefault(row["ITM_NUMBER"], []).append(row)
        return found

    def delivery_numbers(self) -> list[str]:
        """The deliveries in the flow, in its order."""
        numbers = (row["SUBSSDDOC"] for row in self.flows if row["DOC_CAT_SD"] == DELIVERY)
        return list(dict.fromkeys(number for number in numbers if number))

    def invoice_numbers(self) -> dict[str, str]:
        """The billing documents in the flow with their category, in its order."""
        billed = (row for row in self.flows if row["DOC_CAT_SD"] in INVOICES)
        return {row["SUBSSDDOC"]: row["DOC_CAT_SD"] for row in billed}

    def delivered(self, item: str) -> Decimal:
        """What deliveries took over of an item, in the item's unit."""
        return sum((line.quantity for _, line in self._lines(item)), Decimal(0))

    def shipped(self, item: str) -> Decimal:
        """What of an item has left the house: goods issue, not the delivery document (sap.md 2.17)."""
        return sum((line.quantity for each, line in self._lines(item) if each.shipped_on), Decimal(0))

    def _lines(self, item: str) -> Iterable[tuple[Delivery, DeliveryLine]]:
        for delivery in self.deliveries.values():
            for line in delivery.lines:
                if (line.order, line.item) == (self.number, item):
                    yield delivery, line

    def billed(self, item: str) -> Decimal:
        """What of an item was billed and not cancelled, in the flow's own unit.

        An invoice follows the order or one of its deliveries, and some releases tell both: each line counts once.
        """
        if not self.flows:
            return Decimal(0)
        cancelled = {row["PRECSDDOC"] for row in self.flows if row["DOC_CAT_SD"] == _CANCELS}
        found = {
            (row["SUBSSDDOC"], row["SUBSITDOC"]): row["REF_QTY"]
            for row in self.flows
            if row["DOC_CAT_SD"] in _BILLED
            and row["SUBSSDDOC"] not in cancelled
            and item == self._order_item(row["PRECSDDOC"], row["PREDITDOC"])
        }
        return sum(found.values(), Decimal(0))

    def _order_item(self, document: str, item: str) -> str | None:
        if document in {self.number, ""}:
            return item
        delivery = self.deliveries.get(document)
        lines = delivery.lines if delivery is not None else ()
        return next((line.item for line in lines if line.number == item), None)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """An item of a delivery: of which order's item it is, and how much."""

    number: str
    order: str
    item: str
    material: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbound delivery; ``shipped_on`` is blank until its goods issue."""

    number: str
    header: Row
    lines: tuple[DeliveryLine, ...]

    @property
    def shipped_on(self) -> str:
        """The day of the goods issue, or blank."""
        return str(self.header.get("WADAT_IST") or "").strip("0")


def read_details(office: Office, numbers: Sequence[str], operation: str) -> dict[str, Details]:
    """The orders with these stored numbers, blocks of them in one call; an unknown one is left out."""
    found: dict[str, Details] = {}
    size = office.settings.block_size
    wanted = list(dict.fromkeys(numbers))
    for start in range(0, len(wanted), size):
        found |= _block(office, wanted[start : start + size], operation)
    return found


def _block(office: Office, numbers: Sequence[str], operation: str) -> dict[str, Details]:
    answer = office.read(
        modules.DETAILS,
        operation,
        not_requested=modules.BULKY,
        I_BAPI_VIEW=VIEW,
        SALES_DOCUMENTS=[{"VBELN": number} for number in numbers],
    )
    found = sorted_out(answer, numbers)
    deliveries = read_deliveries(
        office, [number for each in found.values() for number in each.delivery_numbers()], operation
    )
    for each in found.values():
        each.deliveries = {
            number: deliveries[number] for number in each.delivery_numbers() if number in deliveries
        }
    return found


def sorted_out(answer: Mapping[str, Any], numbers: Sequence[str]) -> dict[str, Details]:
    """The rows of an answer by order, in the order of ``numbers``; no RETURN says what is missing."""
    found = {number: Details(number) for number in numbers}
    for name, (table, key) in _TABLES.items():
        for row in answer.get(table) or ():
            if row[key] in found:
                getattr(found[row[key]], name).append(row)
    for row in answer.get("ORDER_TEXTLINES_OUT") or ():
        order = found.get(str(row["TEXT_NAME"])[:10])
        if order is not None:
            order.texts.append(row)
    return {number: each for number, each in found.items() if each.headers}


def read_deliveries(office: Office, numbers: Sequence[str], operation: str) -> dict[str, Delivery]:
    """The deliveries with these stored numbers, in one call; none for none (sap.md 2.10).

    By the list module, whose interface is not published whole, or by the tables where a release lacks it.
    """
    if not numbers:
        return {}
    wanted = list(dict.fromkeys(numbers))
    if office.pool.interfaces.offered(modules.DELIVERIES):
        headers, items = _by_module(office, wanted, operation)
    else:
        headers, items = _by_tables(office, wanted, operation)
    lines: dict[str, list[DeliveryLine]] = {}
    for row in items:
        line = DeliveryLine(
            row["POSNR"], row["VGBEL"], row["VGPOS"], row["MATNR"], row["LFIMG"], row["VRKME"]
        )
        lines.setdefault(row["VBELN"], []).append(line)
    return {row["VBELN"]: Delivery(row["VBELN"], row, tuple(lines.get(row["VBELN"], ()))) for row in headers}


def _by_module(office: Office, numbers: Sequence[str], operation: str) -> tuple[Sequence[Row], Sequence[Row]]:
    rows = [{"SIGN": "I", "OPTION": "EQ", "DELIV_NUMB_LOW": number} for number in numbers]
    answer = office.asked(
        modules.DELIVERIES, operation, IS_DLV_DATA_CONTROL={"ITEM": "X", "HEAD_STATUS": "X"}, IT_VBELN=rows
    )
    return answer["ET_DELIVERY_HEADER"], answer["ET_DELIVERY_ITEM"]


def _by_tables(office: Office, numbers: Sequence[str], operation: str) -> tuple[Sequence[Row], Sequence[Row]]:
    def read() -> tuple[Sequence[Row], Sequence[Row]]:
        headers: list[Row] = []
        items: list[Row] = []
        for start in range(0, len(numbers), _IN_ONE_CONDITION):
            where = one_of("VBELN", numbers[start : start + _IN_ONE_CONDITION])
            headers += office.tables.rows("LIKP", ["WADAT_IST", "BOLNR", "TRAID"], where, key=["VBELN"])
            columns = ["MATNR", "LFIMG", "VRKME", "VGBEL", "VGPOS"]
            items += office.tables.rows("LIPS", columns, where, key=["VBELN", "POSNR"])
        return headers, items

    def refused(failure: RfcFailure) -> tuple[Sequence[Row], Sequence[Row]]:
        raise PermissionMissing(
            "the order has deliveries, and neither a module nor a table tells what has left",
            operation=operation,
            native=failure.native,
            hint="have S_TABU_NAM granted for LIKP and LIPS",
        )

    return office.from_table(read, refused, operation)
