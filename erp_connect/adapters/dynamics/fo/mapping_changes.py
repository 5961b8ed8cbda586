"""Amendments as the parts of one change set, each under the ETag of its own record (dynamics.md 3.2, 3.5).

The first part is the header, changed or written as it was: so all of it is refused where somebody else has changed the
header meanwhile.  Lines are added before any is taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import UnsupportedOperation
from ....models import (
    EMPTY,
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
    OrderLine,
    PlaceHold,
    PurchaseOrder,
    PurchaseOrderLineDraft,
    ReleaseHold,
    SplitLine,
)
from ....wire.http import Answer
from ....wire.odata import Operation
from ...services.cells import Body, text, whole
from ...services.gathering import GatheredParts, record_in
from ...successors import part_of
from .documents import line_id, lines_in
from .mapping_drafts import (
    address_out,
    contact_out,
    day_out,
    discount_out,
    discounts_out,
    line_out,
    price_out,
    warehouse_out,
    without_nothing,
    yes_out,
)
from .office import Office
from .sides import HOLD, LINE_STOPPED, OWN_NUMBER, SALES, STOPPED

_NO_DISCOUNT: Final = {"LineDiscountPercentage": Decimal(0), "LineDiscountAmount": Decimal(0)}


class ChangeOfOrder(GatheredParts):
    """What is to be changed of one order, of either side; ``book``: where it stands."""

    def __init__(self, order: Order | PurchaseOrder, book: Any, office: Office, *, force: bool) -> None:
        self.book, self.side, self.office = book, book.side, office
        rows = lines_in(order.raw)
        super().__init__(order, {line_id(row, self.side): row for row in rows}, force=force)
        counted = [
            whole(row, name) or 0
            for row in rows
            for name in {self.side.position, OWN_NUMBER, self.side.line_id} & set(row)
            if name != "InventoryLotId"
        ]
        self._next = max(counted, default=0) + 1

    @property
    def _quantity(self) -> str:
        return str(self.side.quantity)

    def _change_address(self, change: ChangeAddress) -> None:
        if change.ship_to is not None:
            self._header |= address_out(change.ship_to, self.office)

    def _make_more(self, amendment: Amendment) -> None:
        side = self.side
        match amendment:
            case PlaceHold() | ReleaseHold():
                self._hold(amendment)
            case ChangePrice():
                self._line(str(amendment.line)).update(price_out(amendment.to, side, self.office))
            case ChangeDiscount():
                line = self.order.line(str(amendment.line))
                self._line(line.id).update(
                    discount_out(amendment.to, line, self.office)
                    if isinstance(amendment.to, Discount)
                    else _NO_DISCOUNT
                )
            case ChangeDate():
                if amendment.line is None:
                    self._header[side.requested] = day_out(amendment.to)
                for id in self._meant(amendment.line):
                    self._line(id)[side.line_requested] = day_out(amendment.to)
            case ChangeWarehouse():
                if amendment.line is None:
                    self._header |= without_nothing(
                        warehouse_out(amendment.to, side.site, side.warehouse, self.office)
                    )
                for id in self._meant(amendment.line):
                    place = warehouse_out(amendment.to, side.line_site, side.line_warehouse, self.office)
                    self._line(id).update(without_nothing(place))
            case _:
                raise UnsupportedOperation(
                    f"dynamics+fo does not know {amendment.operation}",
                    why="no property of the entities carries it",
                    operation=amendment.operation,
                )

    def _change_header(self, change: ChangeHeader) -> None:
        said = change.changes
        texts = (
            ("customer_po", SALES.reference),
            ("supplier_reference", self.side.reference),
            ("payment_terms", "PaymentTermsName"),
            ("delivery_terms", self.side.delivery_terms),
        )
        for name, field in texts:
            if name in said:
                self._header[field] = "" if said[name] is EMPTY else said[name]
        if "prices_include_tax" in said:
            self._header["ArePricesIncludingSalesTax"] = yes_out(said["prices_include_tax"])
        if "contact" in said:
            self._header |= {"Email": ""} if said["contact"] is EMPTY else contact_out(said["contact"])
        if "discounts" in said:
            discounts = () if said["discounts"] is EMPTY else said["discounts"]
            self._header |= discounts_out(discounts) or {"TotalDiscountPercentage": Decimal(0)}

    def _hold(self, change: PlaceHold | ReleaseHold) -> None:
        """Processing is stopped, or goes on: of the whole order or of a line (dynamics.md 3.5)."""
        if change.kind != HOLD:
            raise UnsupportedOperation(
                f"there is no hold {change.kind}", why=f"the one there is: {HOLD}", operation=change.operation
            )
        stopped = yes_out(isinstance(change, PlaceHold))
        if change.line is None:
            self._header[STOPPED] = stopped
        else:
            self._line(str(change.line))[LINE_STOPPED] = stopped

    def _line_out(self, line: LineDraft | PurchaseOrderLineDraft) -> Body:
        if self.side is not SALES and isinstance(line, LineDraft):
            line = _of_purchase(line)
        body = line_out(
            line,
            self.order.id,
            self._next,
            self.side,
            self.office,
            requested=self.order.requested,
            place_of=self.order.warehouse,
        )
        self._next += 1
        return body

    def _split(self, line: OrderLine, change: SplitLine) -> None:
        new = part_of(line, change).but(custom=line.custom)
        self._new.append((self._line_out(new), line.id, True))
        self._leave(line, change)

    # -- the change set --------------------------------------------------------------------------------------

    def parts(self) -> list[Operation]:
        """The parts, in the order in which they run."""
        book, order = self.book, self.order.id
        as_it_was = {self.side.reference: text(self.order.raw, self.side.reference)}
        return self._parts(
            book.order_at(order), as_it_was, book.lines, lambda line: book.line_at(order, line)
        )

    def replaced(self, answers: Sequence[Answer]) -> dict[str, tuple[str, ...]]:
        """Which lines took the place of which, by the answers to the parts."""
        return self._succeeded(answers[1:], self._line_made)

    def _line_made(self, answer: Answer) -> str:
        try:
            return line_id(record_in(answer), self.side)
        except ValueError:
            return ""


def _of_purchase(line: LineDraft) -> PurchaseOrderLineDraft:
    known = PurchaseOrderLineDraft.model_fields
    return PurchaseOrderLineDraft(**{name: each for name, each in line if name in known and each is not None})
