"""Amendments as one call: the record under its key, with the lines that change under theirs (dynamics.md 2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ....errors import UnsupportedOperation
from ....models import (
    EMPTY,
    AddNote,
    Amendment,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeWarehouse,
    Discount,
    LineDraft,
    Order,
    PurchaseOrder,
    PurchaseOrderLineDraft,
)
from ...amounts import price_of_one
from ...services.cells import Row, text
from ...services.gathering import Gathering
from .cells import NO_DAY, Body
from .mapping_drafts import address_out, discount_out, line_out, note_out
from .mapping_orders import EXTERNAL, Side, lines_of
from .office import KEY, Office


class ChangeOfOrder(Gathering):
    """What is to be changed of one order, of either side."""

    def __init__(self, order: Order | PurchaseOrder, side: Side, office: Office) -> None:
        self.side, self.office = side, office
        self._name = side.name(office)
        super().__init__(
            order, {text(row, "Line_No"): row for row in lines_of(order.raw, self._name, office)}
        )

    @property
    def _quantity(self) -> str:
        return "Quantity"

    def _change_address(self, change: ChangeAddress) -> None:
        if change.ship_to is not None:
            self._header |= address_out(change.ship_to, "Ship_to_", "order.ship_to", self.side, self.office)

    def _make_more(self, amendment: Amendment) -> None:
        match amendment:
            case AddNote():
                self._new.append((note_out(amendment.text, self.side, self.office), None, False))
            case ChangePrice():
                self._line(str(amendment.line))[self.side.price] = price_of_one(
                    amendment.to, self.office.settings.price_scale
                )
            case ChangeDiscount():
                none: Body = {"Line_Discount_Percent": Decimal(0)}
                to = amendment.to
                self._line(str(amendment.line)).update(discount_out(to) if isinstance(to, Discount) else none)
            case ChangeDate():
                if amendment.line is None:
                    self._header[self.side.requested] = amendment.to
                for line in self._meant(amendment.line):
                    self._line(line)[self.side.line_requested] = amendment.to
            case ChangeWarehouse():
                if amendment.line is None:
                    self._header["Location_Code"] = amendment.to
                for line in self._meant(amendment.line):
                    self._line(line)["Location_Code"] = amendment.to
            case _:
                raise UnsupportedOperation(
                    f"dynamics+nav does not know {amendment.operation}",
                    why="no element of the page carries it",
                    operation=amendment.operation,
                )

    def _change_header(self, change: ChangeHeader) -> None:
        said = change.changes
        names = {
            "customer_po": EXTERNAL,
            "supplier_reference": "Vendor_Order_No",
            "payment_terms": "Payment_Terms_Code",
            "delivery_terms": "Shipment_Method_Code",
        }
        for name, field in names.items():
            if name in said:
                # Fields of codes hold capitals only: what is sent is what will stand there.
                self._header[field] = "" if said[name] is EMPTY else said[name].upper()
        if "order_date" in said:
            self._header["Order_Date"] = NO_DAY if said["order_date"] is EMPTY else said["order_date"]
        if "prices_include_tax" in said:
            self._header["Prices_Including_VAT"] = said["prices_include_tax"]
        if "partial_shipment" in said:
            self._header["Shipping_Advice"] = "Partial" if said["partial_shipment"] else "Complete"

    def _line_out(self, line: LineDraft | PurchaseOrderLineDraft) -> Body:
        return line_out(line, self.side, self.office)

    # -- the calls -------------------------------------------------------------------------------------------

    def record(self) -> Body | None:
        """What Update is called with; ``None`` where only lines go."""
        lines = [
            {KEY: text(self._rows.get(id, {}), KEY), **self.office.line_fitting(self._name, body)}
            for id, body in self._lines.items()
            if body
        ]
        lines += [body for body, _, _ in self._new]
        header = self.office.fitting(self._name, self._header)
        if not header and not lines:
            return None
        return self.office.with_lines(self._name, {KEY: text(self.order.raw, KEY), **header}, lines)

    @property
    def gone(self) -> Sequence[str]:
        """The ids of lines that go."""
        return self._gone

    def replaced(self, after: Row) -> dict[str, tuple[str, ...]]:
        """Which lines took the place of which, by the record as it is afterwards: new lines stand last."""
        rows = [text(row, "Line_No") for row in lines_of(after, self._name, self.office)]
        return self._succeeded([line for line in rows if line not in self._rows], str)


def keys_of(row: Mapping[str, Any], name: str, office: Office) -> Mapping[str, str]:
    """Keys of an order's lines by their numbers."""
    return {text(line, "Line_No"): text(line, KEY) for line in lines_of(row, name, office)}
