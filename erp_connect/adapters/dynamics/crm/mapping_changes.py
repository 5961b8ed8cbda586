"""Amendments as the parts of one change set, each under the ETag of its own record (dynamics.md 4.2, 4.6).

The first part is the order itself, changed or written as it was: so all of it is refused where somebody else has
changed it meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ....errors import InvalidOrder, UnsupportedOperation
from ....models import (
    EMPTY,
    AddNote,
    Amendment,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    Discount,
    LineDraft,
    Order,
    OrderLine,
    SplitLine,
)
from ....rules.exact import multiply, quotient
from ....wire.odata import Operation
from ...services.cells import Body, guid, text
from ...services.gathering import GatheredParts
from ...successors import part_of
from .mapping_drafts import (
    address_out,
    charges_out,
    discount_out,
    discounts_out,
    line_out,
    price_out,
    terms_out,
)
from .mapping_orders import lines_of
from .office import LINES, ORDERS, Office, at, bound


class ChangeOfOrder(GatheredParts):
    """What is to be changed of one order."""

    order: Order

    def __init__(self, order: Order, office: Office, *, force: bool) -> None:
        rows = {guid(row, "salesorderdetailid"): row for row in lines_of(order.raw, office)}
        super().__init__(order, rows, force=force)
        self.office = office
        self._notes: list[str] | None = None

    @property
    def _quantity(self) -> str:
        return "quantity"

    def _change_address(self, change: ChangeAddress) -> None:
        for address, prefix in ((change.ship_to, "shipto"), (change.bill_to, "billto")):
            if address is not None:
                self._header |= address_out(address, prefix)

    def _make_more(self, amendment: Amendment) -> None:
        match amendment:
            case AddNote():
                self._notes = [*(self.order.notes if self._notes is None else self._notes), amendment.text]
                self._header["description"] = "\n".join(self._notes)
            case ChangePrice():
                self._line(str(amendment.line)).update(price_out(amendment.to, self.office))
            case ChangeDiscount():
                self._change_discount(str(amendment.line), amendment.to)
            case ChangeDate():
                if amendment.line is None:
                    self._header["requestdeliveryby"] = self.office.day_out(amendment.to, "requestdeliveryby")
                lines = [str(amendment.line)] if amendment.line is not None else [*self._rows]
                for line in lines:
                    said = self.office.day_out(amendment.to, "requestdeliveryby", LINES)
                    self._line(line)["requestdeliveryby"] = said
            case _:
                raise UnsupportedOperation(
                    f"dynamics+crm does not know {amendment.operation}",
                    why="no column of the table carries it",
                    operation=f"orders.{amendment.operation}",
                )

    def cancel(self, id: str) -> None:
        """Cancel a line: it goes."""
        self.order.line(id)
        self._take_away(id)

    def _change_discount(self, id: str, to: Any) -> None:
        line = self.order.line(id)
        if not isinstance(to, Discount):
            self._line(id)["manualdiscountamount"] = Decimal(0)
            return
        quantity = self._lines.get(id, {}).get("quantity", line.quantities.ordered)
        self._line(id).update(discount_out(to, line.price, quantity))

    def _change_header(self, change: ChangeHeader) -> None:
        said, fields = change.changes, self._header
        if "customer_po" in said:
            column = self.office.settings.po_column or "name"
            gone = said["customer_po"] is EMPTY
            # Every order must have a name: without the customer's number it is called by its own.
            fields[column] = (
                (self.order.number if column == "name" else None) if gone else said["customer_po"]
            )
        terms = {
            name: None if said.get(name) is EMPTY else said.get(name)
            for name in ("payment_terms", "delivery_terms")
        }
        codes = terms_out(terms["payment_terms"], terms["delivery_terms"], self.office)
        for name, column in (("payment_terms", "paymenttermscode"), ("delivery_terms", "freighttermscode")):
            if name in said:
                fields[column] = codes[column]
        if "discounts" in said:
            none = {"discountpercentage": Decimal(0), "discountamount": Decimal(0)}
            fields |= none | discounts_out(() if said["discounts"] is EMPTY else said["discounts"])
        if "charges" in said:
            none = {"freightamount": Decimal(0)}
            fields |= none | charges_out(() if said["charges"] is EMPTY else said["charges"])

    def _add_line(self, line: Any) -> None:
        if not isinstance(line, LineDraft):
            raise InvalidOrder("a sales order takes a LineDraft", operation="orders.add_line", path="line")
        super()._add_line(line)

    def _line_out(self, line: Any) -> Body:
        place = max((each.position for each in self.order.lines), default=0) + len(self._new) + 1
        return line_out(line, place, self.office)

    def _split(self, line: OrderLine, change: SplitLine) -> None:
        """A new line for a part, with its share of the discount."""
        body = self._line_out(part_of(line, change))
        self._leave(line, change)
        if line.discount is not None and line.discount.amount is not None:
            whole = line.discount.amount.amount
            share = quotient(multiply(whole, change.quantity), line.quantities.ordered)
            part = round(
                Decimal(share)
                if isinstance(share, Decimal)
                else Decimal(share.numerator) / share.denominator,
                2,
            )
            body["manualdiscountamount"] = part
            self._line(line.id)["manualdiscountamount"] = whole - part
        self._new.append((body, line.id, True))

    # -- the change set --------------------------------------------------------------------------------------

    def parts(self) -> list[Operation]:
        """The parts of the change set."""
        order = self.order.id
        return self._parts(
            at(ORDERS, order),
            {"name": text(self.order.raw, "name")},
            LINES,
            lambda line: at(LINES, line),
            {"salesorderid@odata.bind": bound(ORDERS, order)},
        )

    def replaced(self, after: Order) -> Mapping[str, tuple[str, ...]]:
        """Which lines took the place of which, by the order as it is afterwards."""
        return self._succeeded([line.id for line in after.lines if line.id not in self._rows], str)

    @property
    def replaces(self) -> bool:
        """Whether any line takes the place of another."""
        return any(line is not None for _, line, _ in self._new)


def cancellation(order: str, reason: str | None) -> Operation:
    """The action that cancels an order, and writes why (dynamics.md 4.4)."""
    return Operation(
        "POST", "CancelSalesOrder", {"OrderClose": _close(order, reason or "cancelled"), "Status": 4}
    )


def fulfilment(order: str, subject: str) -> Operation:
    """The action that marks a whole order as fulfilled; it is bound to the collection (dynamics.md 4.4)."""
    address = f"{ORDERS}/Microsoft.Dynamics.CRM.FulfillSalesOrder"
    return Operation("POST", address, {"OrderClose": _close(order, subject), "Status": 100001})


def _close(order: str, subject: str) -> Body:
    return {
        "@odata.type": "Microsoft.Dynamics.CRM.orderclose",
        "subject": subject[:200],
        "salesorderid@odata.bind": bound(ORDERS, order),
    }


__all__ = ["ChangeOfOrder", "cancellation", "fulfilment"]
