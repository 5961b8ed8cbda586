"""Amendments as the parts of one transaction, each under the ETag of its own record (dynamics.md 1.11 to 1.13).

The first part is the header, changed or written as it was: so all of it is refused where somebody else has changed
the order's amounts meanwhile.  Lines are added before any is taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

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
    Ref,
    SplitLine,
    SubstituteProduct,
)
from ....models.base import Empty
from ....wire.http import Answer
from ....wire.odata import Operation
from ...amounts import price_of_one
from ...services.cells import Body, Row, guid, text, within
from ...services.gathering import GatheredParts, record_in
from .mapping_drafts import (
    address_out,
    code_out,
    day_out,
    discount_out,
    discounts_out,
    line_out,
    note_out,
    terms_out,
    without_nothing,
)
from .mapping_orders import EXTERNAL, SALES, Side
from .office import Office
from .variants import VARIANT_ID

_TERMS: Final = ("payment_terms", "delivery_terms")
_NO_TERMS: Final = "00000000-0000-0000-0000-000000000000"
_UNTOUCHED: Final[Mapping[str, str]] = {SALES.orders: EXTERNAL}
"""What is written as it was where the header does not change; other pages: the party's number."""


class ChangeOfOrder(GatheredParts):
    """What is to be changed of one order, of either side."""

    def __init__(self, order: Order | PurchaseOrder, side: Side, office: Office, *, force: bool) -> None:
        super().__init__(order, {guid(row, "id"): row for row in within(order.raw, side.lines)}, force=force)
        self.side, self.office = side, office

    def make(self, amendment: Amendment) -> None:
        """Gather one amendment; a line that goes on with the same product goes on with its variant."""
        super().make(amendment)
        if isinstance(amendment, SplitLine | SubstituteProduct):
            row = self._rows.get(self.order.line(str(amendment.line)).id, {})
            variant = guid(row, VARIANT_ID)
            if variant and (isinstance(amendment, SplitLine) or _is(amendment.to, row)):
                self._new[-1][0][VARIANT_ID] = variant

    @property
    def _quantity(self) -> str:
        return "quantity"

    def _make_more(self, amendment: Amendment) -> None:
        match amendment:
            case AddNote():
                self._new.append((note_out(amendment.text), None, False))
            case ChangePrice():
                self._line(str(amendment.line))[self.side.price] = price_of_one(
                    amendment.to, self.office.settings.price_scale
                )
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
            fields |= discounts_out(discounts, self.order.raw, self.side, self.order.currency)

    def _change_address(self, change: ChangeAddress) -> None:
        if change.ship_to is not None:
            self._header |= address_out(change.ship_to, "shipTo", "order.ship_to")

    def _line_out(self, line: LineDraft | PurchaseOrderLineDraft) -> Body:
        return line_out(line, self.side, self.office)

    @property
    def _requested(self) -> str:
        return "requestedDeliveryDate" if self.side is SALES else "requestedReceiptDate"

    def parts(self) -> list[Operation]:
        """The parts, in the order in which they run."""
        field = _UNTOUCHED.get(self.side.orders, self.side.party)
        parent = self.office.at(self.side.orders, self.order.id)
        lines = self.office.at(self.side.lines).rpartition("/")[2]
        return self._parts(
            parent,
            {field: text(self.order.raw, field)},
            f"{parent}/{lines}",
            lambda line: self.office.at(self.side.lines, line),
        )

    def replaced(self, answers: Sequence[Answer]) -> dict[str, tuple[str, ...]]:
        """Which lines took the place of which, by the answers to the parts."""
        return self._succeeded(answers[1:], lambda answer: guid(record_in(answer), "id"))


def _is(product: str | Ref, row: Row) -> bool:
    """Whether a line stands for this product."""
    if isinstance(product, Ref):
        return product.id.lower() == guid(row, "itemId")
    return product.upper() == text(row, "lineObjectNumber").upper()


def _discount(to: Discount | Empty) -> Body:
    return discount_out(to) if isinstance(to, Discount) else {"discountPercent": Decimal(0)}
