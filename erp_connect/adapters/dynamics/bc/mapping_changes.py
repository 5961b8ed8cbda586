"""Amendments as the parts of one transaction, each under the ETag of its own record (dynamics.md 1.11 to 1.13).

The first part is the header, changed or written as it was: so all of it is refused where somebody else has changed
the order's amounts meanwhile.  Lines are added before any is taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

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
from ....models.base import Empty
from ....rules.quantities import moved, open_quantity
from ....wire.http import Answer
from ....wire.odata import Operation
from ....wire.odata.values import loads
from ...successors import part_of, substitute_for
from ..cells import Body, Row, etag, guid, text, within
from .mapping_drafts import (
    address_out,
    code_out,
    day_out,
    discount_out,
    discounts_out,
    line_out,
    note_out,
    price_out,
    terms_out,
    without_nothing,
)
from .mapping_orders import EXTERNAL, SALES, Side
from .office import Office

ANY: Final = "*"
"""Whatever version is there (dynamics.md 1.13)."""
_TERMS: Final = ("payment_terms", "delivery_terms")
_NO_TERMS: Final = "00000000-0000-0000-0000-000000000000"
_UNTOUCHED: Final[Mapping[str, str]] = {SALES.orders: EXTERNAL}
"""What is written as it was where the header does not change; other pages: the party's number."""


class ChangeOfOrder:
    """What is to be changed of one order, gathered from amendments in their order."""

    def __init__(self, order: Order | PurchaseOrder, side: Side, office: Office, *, force: bool) -> None:
        self.order, self.side, self.office, self.force = order, side, office, force
        self._row: Row = order.raw
        self._rows = {guid(row, "id"): row for row in within(order.raw, side.lines)}
        self._header: Body = {}
        self._lines: dict[str, Body] = {}
        self._new: list[tuple[Body, str | None, bool]] = []
        """Body, the line that it goes on from, and whether that line stays as well."""
        self._gone: list[str] = []

    # -- the amendments --------------------------------------------------------------------------------------

    def make(self, amendment: Amendment) -> None:
        """Gather one amendment; raises for what an order has no place for."""
        match amendment:
            case ChangeHeader():
                self._change_header(amendment)
            case ChangeAddress():
                self._change_address(amendment)
            case AddNote():
                self._new.append((note_out(amendment.text), None, False))
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
                self._line(str(amendment.line))["quantity"] = amendment.to
            case ChangePrice():
                self._line(str(amendment.line))[self.side.price] = price_out(amendment.to, self.office)
            case ChangeDiscount():
                self._line(str(amendment.line)).update(_discount(amendment.to))
            case ChangeDate():
                if amendment.line is None:
                    self._header[self._requested] = day_out(amendment.to)
                for line in self._meant(amendment.line):
                    self._line(line)[self.side.requested] = day_out(amendment.to)
            case ChangeWarehouse():
                for line in self._meant(amendment.line):
                    self._line(line)["locationId"] = self.office.locations.id(amendment.to)
            case _:
                raise UnsupportedOperation(
                    f"dynamics+bc does not know {amendment.operation}",
                    why="no property of the page carries it",
                    operation=amendment.operation,
                )

    def cancel(self, id: str) -> None:
        """Cancel what is open of a line: it goes, or is lowered to what has moved (dynamics.md 5.1)."""
        gone = moved(self.order.line(id).quantities)
        if gone:
            self._line(id)["quantity"] = gone
        else:
            self._lines.pop(id, None)
            self._gone.append(id)

    def _change_header(self, change: ChangeHeader) -> None:
        said = change.changes
        fields = self._header
        if "customer_po" in said:
            fields[EXTERNAL] = "" if said["customer_po"] is EMPTY else code_out(said["customer_po"])
        if "order_date" in said:
            fields["orderDate"] = "0001-01-01" if said["order_date"] is EMPTY else day_out(said["order_date"])
        for name, field in (
            ("prices_include_tax", "pricesIncludeTax"),
            ("partial_shipment", "partialShipping"),
        ):
            if name in said:
                fields[field] = said[name]
        for name, field in (("payment_terms", "paymentTermsId"), ("delivery_terms", "shipmentMethodId")):
            if said.get(name) is EMPTY:
                fields[field] = _NO_TERMS
        payment, delivery = (None if said.get(name) is EMPTY else said.get(name) for name in _TERMS)
        fields |= without_nothing(terms_out(payment, delivery, self.office))
        if "discounts" in said:
            discounts = () if said["discounts"] is EMPTY else said["discounts"]
            fields |= discounts_out(discounts, self._row, self.side, self.order.currency)

    def _change_address(self, change: ChangeAddress) -> None:
        if change.ship_to is not None:
            self._header |= address_out(change.ship_to, "shipTo", "order.ship_to")

    def _new_line(self, line: LineDraft | PurchaseOrderLineDraft) -> Body:
        fits = isinstance(line, LineDraft if self.side is SALES else PurchaseOrderLineDraft)
        if not fits:
            raise InvalidOrder("the line is one of another kind of order", path="line")
        if line.requested is None and self.order.requested is not None:
            line = line.but(requested=self.order.requested)
        return line_out(line, self.side, self.office)

    def _substitute(self, change: SubstituteProduct) -> None:
        """A line with the new product for what is open, and the old one cancelled."""
        line = self.order.line(str(change.line))
        new = substitute_for(line, change)
        self._new.append((line_out(new, self.side, self.office), line.id, False))
        self.cancel(line.id)

    def _split(self, change: SplitLine) -> None:
        line = self.order.line(str(change.line))
        new = part_of(line, change)
        self._new.append((line_out(new, self.side, self.office), line.id, True))
        self._line(line.id)["quantity"] = line.quantities.ordered - change.quantity

    # -- lines -----------------------------------------------------------------------------------------------

    @property
    def _requested(self) -> str:
        return "requestedDeliveryDate" if self.side is SALES else "requestedReceiptDate"

    def _line(self, id: str) -> Body:
        return self._lines.setdefault(id, {})

    def _meant(self, line: Any) -> Sequence[str]:
        """The line that is named, or all that are still waited for."""
        if line is not None:
            return (str(line),)
        return [each.id for each in self.order.lines if open_quantity(each.quantities) > 0]

    # -- the transaction -------------------------------------------------------------------------------------

    def parts(self) -> list[Operation]:
        """The parts, in the order in which they run."""
        side, order = self.side, self.order.id
        header = self._header or self._as_it_was()
        lines = self.office.at(side.lines).rpartition("/")[2]
        parent = self.office.at(side.orders, order)
        return [
            Operation("PATCH", parent, header, self._held(self._row)),
            *(Operation("POST", f"{parent}/{lines}", body) for body, _, _ in self._new),
            *(
                Operation("PATCH", self.office.at(side.lines, id), body, self._held(self._rows.get(id, {})))
                for id, body in self._lines.items()
                if body
            ),
            *(
                Operation("DELETE", self.office.at(side.lines, id), None, self._held(self._rows.get(id, {})))
                for id in self._gone
            ),
        ]

    def replaced(self, answers: Sequence[Answer]) -> dict[str, tuple[str, ...]]:
        """Which lines took the place of which, by the answers to the parts."""
        found: dict[str, tuple[str, ...]] = {}
        for (_, line, stays), answer in zip(self._new, answers[1:], strict=False):
            if line is None:
                continue
            try:
                made = loads(answer.body)
            except ValueError:
                continue
            id = guid(made, "id") if isinstance(made, Mapping) else ""
            if id:
                found[line] = (line, id) if stays else (id,)
        return found

    def _as_it_was(self) -> Body:
        field = _UNTOUCHED.get(self.side.orders, self.side.party)
        return {field: text(self._row, field)}

    def _held(self, row: Row) -> dict[str, str]:
        """The version that a part holds to."""
        return {"If-Match": ANY if self.force else etag(row) or ANY}


def _discount(to: Discount | Empty) -> Body:
    return discount_out(to) if isinstance(to, Discount) else {"discountPercent": Decimal(0)}
