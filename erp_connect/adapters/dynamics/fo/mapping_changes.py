"""Amendments as the parts of one change set, each under the ETag of its own record (dynamics.md 3.2, 3.5).

The first part is the header, changed or written as it was: so all of it is refused where somebody else has changed the
header meanwhile.  Lines are added before any is taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import InvalidOrder, UnsupportedOperation
from ....models import (
    EMPTY,
    AddLine,
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
    PlaceHold,
    PurchaseOrder,
    PurchaseOrderLineDraft,
    ReleaseHold,
    SplitLine,
    SubstituteProduct,
)
from ....rules.quantities import moved, open_quantity
from ....wire.http import Answer
from ....wire.odata import Operation
from ....wire.odata.values import loads
from ...successors import part_of, substitute_for
from ..cells import Body, Row, etag, text, whole
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


class ChangeOfOrder:
    """What is to be changed of one order, gathered from amendments in their order; ``book``: where it stands."""

    def __init__(self, order: Order | PurchaseOrder, book: Any, office: Office, *, force: bool) -> None:
        self.order, self.book, self.office, self.force = order, book, office, force
        self.side = book.side
        rows = lines_in(order.raw)
        self._rows: dict[str, Row] = {line_id(row, self.side): row for row in rows}
        counted = [
            whole(row, name) or 0
            for row in rows
            for name in {self.side.position, OWN_NUMBER, self.side.line_id} & set(row)
            if name != "InventoryLotId"
        ]
        self._next = max(counted, default=0) + 1
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
                if amendment.ship_to is not None:
                    self._header |= address_out(amendment.ship_to, self.office)
            case AddLine():
                self._add(amendment.line, None, stays=False)
            case SubstituteProduct():
                self._substitute(amendment)
            case SplitLine():
                self._split(amendment)
            case CancelLine():
                self.cancel(str(amendment.line))
            case PlaceHold() | ReleaseHold():
                self._hold(amendment)
            case _:
                self._make_of_line(amendment)

    def _make_of_line(self, amendment: Amendment) -> None:
        side = self.side
        match amendment:
            case ChangeQuantity():
                self._line(str(amendment.line))[side.quantity] = amendment.to
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

    def cancel(self, id: str) -> None:
        """Cancel what is open of a line: it goes, or is lowered to what has moved (dynamics.md 3.5)."""
        gone = moved(self.order.line(id).quantities)
        if gone:
            self._line(id)[self.side.quantity] = gone
        else:
            self._lines.pop(id, None)
            self._gone.append(id)

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

    def _add(self, line: LineDraft | PurchaseOrderLineDraft, after: str | None, *, stays: bool) -> None:
        if not isinstance(line, LineDraft if self.side is SALES else PurchaseOrderLineDraft):
            raise InvalidOrder("the line is one of another kind of order", path="line")
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
        self._new.append((body, after, stays))

    def _substitute(self, change: SubstituteProduct) -> None:
        """A line with the new product for what is open, and the old one cancelled."""
        line = self.order.line(str(change.line))
        new = substitute_for(line, change)
        self._add(self._fitting(new), line.id, stays=False)
        self.cancel(line.id)

    def _split(self, change: SplitLine) -> None:
        line = self.order.line(str(change.line))
        new = part_of(line, change).but(custom=line.custom)
        self._add(self._fitting(new), line.id, stays=True)
        self._line(line.id)[self.side.quantity] = line.quantities.ordered - change.quantity

    def _fitting(self, line: LineDraft) -> LineDraft | PurchaseOrderLineDraft:
        if self.side is SALES:
            return line
        known = PurchaseOrderLineDraft.model_fields
        return PurchaseOrderLineDraft(
            **{name: each for name, each in line if name in known and each is not None}
        )

    # -- lines -----------------------------------------------------------------------------------------------

    def _line(self, id: str) -> Body:
        return self._lines.setdefault(id, {})

    def _meant(self, line: Any) -> Sequence[str]:
        """The line that is named, or all that are still waited for."""
        if line is not None:
            return (str(line),)
        return [each.id for each in self.order.lines if open_quantity(each.quantities) > 0]

    # -- the change set --------------------------------------------------------------------------------------

    def parts(self) -> list[Operation]:
        """The parts, in the order in which they run."""
        book, order = self.book, self.order.id
        header = self._header or {self.side.reference: text(self.order.raw, self.side.reference)}
        return [
            Operation("PATCH", book.order_at(order), header, self._held(self.order.raw)),
            *(Operation("POST", book.lines, body) for body, _, _ in self._new),
            *(
                Operation("PATCH", book.line_at(order, id), body, self._held(self._rows.get(id, {})))
                for id, body in self._lines.items()
                if body
            ),
            *(
                Operation("DELETE", book.line_at(order, id), None, self._held(self._rows.get(id, {})))
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
                id = line_id(made, self.side) if isinstance(made, Mapping) else ""
            except ValueError:
                continue
            if id:
                found[line] = (line, id) if stays else (id,)
        return found

    def _held(self, row: Row) -> dict[str, str]:
        """The version that a part holds to."""
        return {"If-Match": "*" if self.force else etag(row) or "*"}
