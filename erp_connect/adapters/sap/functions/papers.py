"""Deliveries and invoices of an order (sap.md 2.10, 2.11)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import NotFound, PermissionMissing
from ....models import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Package,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from ....wire.rfc import RfcFailure, one_of
from ...amounts import money_in, tidy
from ...answers import understands_answers
from ...contract import OrderRef
from ..conventions import day_in, fits_key, material_in, shown_key, stored_key, unshifted
from .details import Delivery, Details, read_details
from .office import Office

_DELIVERY_TABLE: Final = "LIKP"
_CREDITS: Final = "O"
_CANCELLATION: Final = "N"


def _details_of(office: Office, order: OrderRef, operation: str) -> Details:
    number = stored_key(order.id)
    found = read_details(office, [number], operation).get(number) if fits_key(order.id) else None
    if found is None:
        raise NotFound("there is no such order", operation=operation)
    return found


@understands_answers
class Shipments:
    """What left for an order."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def of(self, order: OrderRef) -> Sequence[Shipment]:
        """The deliveries of an order, oldest first; one is SHIPPED when its goods issue is posted."""
        operation = "shipments.of"
        details = _details_of(self.office, order, operation)
        numbers = {line["ITM_NUMBER"]: line for line in details.items}
        elsewhere = self._from_table(sorted(details.deliveries), operation)
        return tuple(
            self._shipment(delivery, details, numbers, elsewhere.get(number, {}))
            for number, delivery in sorted(details.deliveries.items())
        )

    def _shipment(
        self, delivery: Delivery, details: Details, items: dict[str, Any], more: dict[str, Any]
    ) -> Shipment:
        header = {**delivery.header, **more}
        tracking = self._tracking(header)
        lines = [line for line in delivery.lines if line.order == details.number]
        return Shipment(
            id=shown_key(delivery.number),
            number=shown_key(delivery.number),
            order_id=shown_key(details.number),
            status=ShipmentStatus.SHIPPED if delivery.shipped_on else ShipmentStatus.PLANNED,
            shipped_on=day_in(delivery.header.get("WADAT_IST")),
            packages=(Package(tracking_number=tracking),) if tracking else (),
            lines=tuple(
                ShipmentLine(
                    order_line_id=line.item,
                    quantity=tidy(line.quantity),
                    product=material_in(items.get(line.item, {"MATERIAL": line.material})),
                    unit=self._unit(line.unit, items.get(line.item, {})),
                )
                for line in lines
            ),
            native_status=header.get("WBSTK") or None,
        )

    def _unit(self, unit: str, item: Any) -> str | None:
        iso = item.get("ISOCODUNIT", "") if item.get("SALES_UNIT") == unit else ""
        return self.office.units.ours(unit, iso) or unit or None

    def _tracking(self, header: dict[str, Any]) -> str | None:
        """The first locator that is filled (sap.md 2.10: where it stands is the site's habit)."""
        for locator in self.office.settings.tracking_locators:
            found = str(header.get(locator.rpartition("-")[2]) or "").strip()
            if found:
                return found
        return None

    def _from_table(self, numbers: Sequence[str], operation: str) -> dict[str, dict[str, Any]]:
        """Locators that are named with the delivery table (``LIKP-LIFEX``) are read from there."""
        columns = [
            locator.rpartition("-")[2]
            for locator in self.office.settings.tracking_locators
            if locator.startswith(f"{_DELIVERY_TABLE}-")
        ]
        if not columns or not numbers:
            return {}

        def read() -> dict[str, dict[str, Any]]:
            rows = self.office.tables.rows(_DELIVERY_TABLE, columns, one_of("VBELN", numbers), key=["VBELN"])
            return {str(row["VBELN"]): row for row in rows}

        def refused(_: RfcFailure) -> dict[str, dict[str, Any]]:
            return {}

        return self.office.from_table(read, refused, operation)


@understands_answers
class Invoices:
    """What was billed for an order: the documents of its flow, read from the billing tables."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def of(self, order: OrderRef) -> Sequence[Invoice]:
        """The invoices and credit memos of an order, oldest first; tax and what is paid are not told there.

        ``PermissionMissing`` where VBRK or VBRP may not be read and something was billed.
        """
        operation = "invoices.of"
        details = _details_of(self.office, order, operation)
        kinds = {number: kind for number, kind in details.invoice_numbers().items() if kind != _CANCELLATION}
        if not kinds:
            return ()
        return self.office.from_table(
            lambda: self._read(details, kinds), lambda failure: self._refused(failure, operation), operation
        )

    @staticmethod
    def _refused(failure: RfcFailure, operation: str) -> Sequence[Invoice]:
        raise PermissionMissing(
            "the order was billed, and the tables VBRK and VBRP may not be read",
            operation=operation,
            native=failure.native,
            hint="have S_TABU_NAM granted for VBRK and VBRP",
        )

    def _read(self, details: Details, kinds: dict[str, str]) -> Sequence[Invoice]:
        where = one_of("VBELN", sorted(kinds))
        columns = ["FKDAT", "WAERK", "KUNRG", "FKSTO", "NETWR"]
        headers = self.office.tables.rows("VBRK", columns, where, key=["VBELN"])
        rows = self.office.tables.rows(
            "VBRP",
            ["MATNR", "FKIMG", "VRKME", "NETWR", "AUBEL", "AUPOS"],
            where,
            key=["VBELN", "POSNR"],
        )
        return tuple(
            self._invoice(header, rows, details, kinds)
            for header in sorted(headers, key=lambda row: str(row["VBELN"]))
        )

    def _invoice(
        self,
        header: dict[str, Any],
        rows: Sequence[dict[str, Any]],
        details: Details,
        kinds: dict[str, str],
    ) -> Invoice:
        number, currency = str(header["VBELN"]), str(header["WAERK"])
        mine = sorted((row for row in rows if row["VBELN"] == number), key=lambda row: str(row["POSNR"]))
        orders = dict.fromkeys(str(row["AUBEL"]) for row in mine)
        return Invoice(
            id=shown_key(number),
            number=shown_key(number),
            kind=InvoiceKind.CREDIT_MEMO if kinds.get(number) == _CREDITS else InvoiceKind.INVOICE,
            order_ids=tuple(shown_key(each) for each in orders if each),
            customer=shown_key(str(header["KUNRG"])) or None,
            currency=currency,
            invoiced_on=day_in(header["FKDAT"]),
            cancelled=header["FKSTO"] == "X",
            net=money_in(unshifted(Decimal(header["NETWR"]), currency), currency),
            lines=tuple(self._line(row, currency, details) for row in mine),
        )

    def _line(self, row: dict[str, Any], currency: str, details: Details) -> InvoiceLine:
        mine = row["AUBEL"] == details.number
        item = next((each for each in details.items if mine and each["ITM_NUMBER"] == row["AUPOS"]), {})
        iso = item.get("ISOCODUNIT", "") if item.get("SALES_UNIT") == row["VRKME"] else ""
        unit = str(row["VRKME"])
        return InvoiceLine(
            order_line_id=str(row["AUPOS"]) if mine else None,
            product=shown_key(str(row["MATNR"])) or None,
            quantity=tidy(Decimal(row["FKIMG"])),
            unit=self.office.units.ours(unit, iso) or unit or None,
            net=money_in(unshifted(Decimal(row["NETWR"]), currency), currency),
        )
