"""Amendments as one call: the record under its key, with the lines that change under theirs (dynamics.md 2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ....errors import InvalidOrder, UnsupportedOperation
from ....models import (
    EMPTY,
    AddLine,
    AddNote,
    Amendment,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Discount,
    LineDraft,
    Order,
    PurchaseOrder,
    PurchaseOrderLineDraft,
    SplitLine,
    SubstituteProduct,
)
from ....rules.quantities import moved, open_quantity
from ...successors import part_of, substitute_for
from ..cells import Row, text
from .cells import NO_DAY, Body
from .mapping_drafts import address_out, discount_out, line_out, note_out, price_out
from .mapping_orders import EXTERNAL, SALES, Side, lines_of
from .office import KEY, Office


class ChangeOfOrder:
    """What is to be changed of one order, gathered from amendments in their order."""

    def __init__(self, order: Order | PurchaseOrder, side: Side, office: Office) -> None:
        self.order, self.side, self.office = order, side, office
        self._row: Row = order.raw
        self._name = side.name(office)
        self._rows = {text(row, "Line_No"): row for row in lines_of(order.raw, self._name, office)}
        self._header: Body = {}
        self._lines: dict[str, Body] = {}
        self._new: list[tuple[Body, str | None, bool]] = []
        """Record, the line that it goes on from, and whether that line stays as well."""
        self._gone: list[str] = []

    # -- the amendments --------------------------------------------------------------------------------------

    def make(self, amendment: Amendment) -> None:
        """Gather one amendment; raises for what an order has no place for."""
        match amendment:
            case ChangeHeader():
                self._change_header(amendment)
            case ChangeAddress():
                if amendment.ship_to is not None:
                    address = address_out(
                        amendment.ship_to, "Ship_to_", "order.ship_to", self.side, self.office
                    )
                    self._header |= address
            case AddNote():
                self._new.append((note_out(amendment.text, self.side, self.office), None, False))
            case AddLine():
                self._new.append((self._new_line(amendment.line), None, False))
            case SubstituteProduct():
                self._substitute(amendment)
            case SplitLine():
                self._split(amendment)
            case CancelLine():
                self.cancel(str(amendment.line))
            case _:
                self._make_of_line(amendment)

    def _make_of_line(self, amendment: Amendment) -> None:
        match amendment:
            case ChangeQuantity():
                self._line(str(amendment.line))["Quantity"] = amendment.to
            case ChangePrice():
                self._line(str(amendment.line))[self.side.price] = price_out(amendment.to, self.office)
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

    def cancel(self, id: str) -> None:
        """Cancel what is open of a line: it goes, or is lowered to what has moved."""
        gone = moved(self.order.line(id).quantities)
        if gone:
            self._line(id)["Quantity"] = gone
        else:
            self._lines.pop(id, None)
            self._gone.append(id)

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

    def _new_line(self, line: LineDraft | PurchaseOrderLineDraft) -> Body:
        fits = isinstance(line, LineDraft if self.side is SALES else PurchaseOrderLineDraft)
        if not fits:
            raise InvalidOrder("the line is one of another kind of order", path="line")
        if line.requested is None and self.order.requested is not None:
            line = line.but(requested=self.order.requested)
        return line_out(line, self.side, self.office)

    def _substitute(self, change: SubstituteProduct) -> None:
        line = self.order.line(str(change.line))
        new = substitute_for(line, change)
        self._new.append((line_out(new, self.side, self.office), line.id, False))
        self.cancel(line.id)

    def _split(self, change: SplitLine) -> None:
        line = self.order.line(str(change.line))
        new = part_of(line, change)
        self._new.append((line_out(new, self.side, self.office), line.id, True))
        self._line(line.id)["Quantity"] = line.quantities.ordered - change.quantity

    def _line(self, id: str) -> Body:
        return self._lines.setdefault(id, {})

    def _meant(self, line: Any) -> Sequence[str]:
        """The line that is named, or all that are still waited for."""
        if line is not None:
            return (str(line),)
        return [each.id for each in self.order.lines if open_quantity(each.quantities) > 0]

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
        return self.office.with_lines(self._name, {KEY: text(self._row, KEY), **header}, lines)

    @property
    def gone(self) -> Sequence[str]:
        """The ids of lines that go."""
        return self._gone

    def replaced(self, after: Row) -> dict[str, tuple[str, ...]]:
        """Which lines took the place of which, by the record as it is afterwards: new lines stand last."""
        rows = [text(row, "Line_No") for row in lines_of(after, self._name, self.office)]
        fresh = [line for line in rows if line not in self._rows]
        found: dict[str, tuple[str, ...]] = {}
        for (_, line, stays), id in zip(self._new, fresh, strict=False):
            if line is not None:
                found[line] = (line, id) if stays else (id,)
        return found


def keys_of(row: Mapping[str, Any], name: str, office: Office) -> Mapping[str, str]:
    """Keys of an order's lines by their numbers."""
    return {text(line, "Line_No"): text(line, KEY) for line in lines_of(row, name, office)}
