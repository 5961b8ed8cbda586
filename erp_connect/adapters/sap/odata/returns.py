"""Returns of customers (sap.md 2.12, 4.6)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import InvalidOrder, NotFound
from ....models import (
    FrozenMapping,
    LineQuantity,
    Return,
    ReturnDraft,
    ReturnLine,
    ReturnStatus,
    ShipmentLine,
    ShipmentStatus,
)
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ..conventions import fits_key
from . import asking, services
from .cells import Row, day, key, number_of, quantity, text, within
from .deliveries import Shipments
from .office import Office
from .ordered import Ordered, area_of, ordered
from .told_units import ORDERED, much_of

_RETURNS: Final = "A_CustomerReturn"
_ITEMS: Final = "A_CustomerReturnItem"
_STAMP: Final = "PurchaseOrderByCustomer"
_DONE: Final = "C"


@understands_answers
class Returns:
    """Goods that customers send back: returns orders with reference to the order's items."""

    def __init__(self, office: Office, shipments: Shipments) -> None:
        self.office = office
        self.shipments = shipments

    # -- reading ---------------------------------------------------------------------------------------------

    def get(self, id: str) -> Return:
        """By number; ``NotFound`` when there is none."""
        operation = "returns.get"
        found = self._where(asking.equal("CustomerReturn", id), operation) if fits_key(id) else ()
        if not found:
            raise NotFound("there is no such return", operation=operation)
        return found[0]

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The returns whose items refer to the order, oldest first."""
        operation = "returns.of"
        known = ordered(self.office, order.id, operation)
        with self.office.translated(operation):
            service = self.office.service(services.RETURNS)
            mine = asking.rows(service, _ITEMS, where=asking.equal("ReferenceSDDocument", order.id))
            numbers = sorted({text(row, "CustomerReturn") for row in mine})
            rows = asking.rows_of(service, _RETURNS, "CustomerReturn", numbers, expand="to_Item")
            found = [self._return(row, known) for row in rows]
        return tuple(sorted(found, key=lambda each: each.id.zfill(10)))

    def find(self, stamp: str) -> Sequence[Return]:
        """The returns that carry this stamp."""
        return self._where(asking.equal(_STAMP, stamp), "returns.find")

    def _where(self, condition: str, operation: str) -> Sequence[Return]:
        with self.office.translated(operation):
            service = self.office.service(services.RETURNS)
            rows = list(asking.rows(service, _RETURNS, where=condition, expand="to_Item"))
        return [self._return(row, self._known(row, operation)) for row in rows]

    def _known(self, row: Row, operation: str) -> Ordered:
        """The order that a return refers to; one that refers to an invoice is told in its own units."""
        number = _order_of(row)
        try:
            return ordered(self.office, number, operation)
        except NotFound:
            return Ordered(number, {}, self.office)

    def _return(self, row: Row, known: Ordered) -> Return:
        id, code = key(row, "CustomerReturn"), text(row, "SDDocumentReason")
        words = {theirs: ours for ours, theirs in self.office.settings.return_reasons.items()}
        return Return(
            id=id,
            number=id,
            order_id=known.number,
            status=_status(row),
            reason=words.get(code, code) or None,
            requested_on=day(row, "CustomerReturnDate") or day(row, "CreationDate"),
            lines=tuple(
                _line(item, known)
                for item in sorted(
                    within(row, "to_Item"), key=lambda item: text(item, "CustomerReturnItem").zfill(6)
                )
            ),
            stamp=text(row, _STAMP) or None,
            native_status=text(row, "OverallSDProcessStatus") or None,
            raw=FrozenMapping(row),
        )

    # -- writing ---------------------------------------------------------------------------------------------

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return with its items in one request, ``write.stamp`` in its purchase order number.

        ``InvalidOrder`` for more than has left and not come back.  A request without an answer is ``unknown``; whether
        it was executed is told by the stamp.
        """
        operation = "returns.create"
        order = OrderRef(id=draft.order if isinstance(draft.order, str) else draft.order.id)
        known = ordered(self.office, order.id, operation)
        self._refuse_too_much(draft.lines, order, known)
        area = area_of(self.office, order.id, operation)
        body = self._body(draft, area, known, write.stamp)
        service = self.office.service(services.RETURNS)
        write.sending("enter the return")
        with self.office.translated(operation, writes=True):
            made = service.create(_RETURNS, body)
            id = number_of(made, "CustomerReturn")
        write.made(id, id)
        return Written(id=id, warnings=asking.told(made))

    def _body(self, draft: ReturnDraft, area: dict[str, str], known: Ordered, stamp: str) -> dict[str, Any]:
        settings = self.office.settings
        reason = settings.return_reasons.get(draft.reason) or settings.return_reason
        return {
            "CustomerReturnType": settings.return_type,
            **area,
            **({"SDDocumentReason": reason} if reason else {}),
            _STAMP: stamp,
            "ReferenceSDDocument": known.number,
            "to_Item": {"results": [_item_body(line, known) for line in draft.lines]},
        }

    def _refuse_too_much(self, lines: Sequence[LineQuantity], order: OrderRef, known: Ordered) -> None:
        left: dict[str, Decimal] = {}
        counted: list[ShipmentLine | ReturnLine] = []
        for shipment in self.shipments.of(order):
            if shipment.status is ShipmentStatus.SHIPPED:
                counted += shipment.lines
                _count(left, shipment.lines, 1)
        for back in self.of(order):
            if back.status is not ReturnStatus.CANCELLED:
                counted += back.lines
                _count(left, back.lines, -1)
        unclear = {each.order_line_id: each.unit for each in counted if not known.is_own(each)}
        for index, line in enumerate(lines):
            if str(line.line) in unclear:
                raise InvalidOrder(
                    f"how much of a line has left or come back is told in {unclear[str(line.line)]}, which cannot be "
                    "taken into the line's own unit",
                    code="unit_unmapped",
                    operation="returns.create",
                    path=f"lines[{index}].quantity",
                )
            wanted, most = line.quantity or Decimal(0), left.get(str(line.line), Decimal(0))
            if wanted > most:
                raise InvalidOrder(
                    f"more comes back of a line than has left: {wanted:f} of {most:f}",
                    code="more_than_shipped",
                    operation="returns.create",
                    path=f"lines[{index}].quantity",
                )


def _count(total: dict[str, Decimal], lines: Sequence[ShipmentLine | ReturnLine], sign: int) -> None:
    for line in lines:
        total[line.order_line_id] = total.get(line.order_line_id, Decimal(0)) + sign * line.quantity


def _order_of(row: Row) -> str:
    """The order that a return refers to, by its items or as a whole."""
    referred = (key(item, "ReferenceSDDocument") for item in within(row, "to_Item"))
    return next((each for each in referred if each), "") or key(row, "ReferenceSDDocument")


def _status(row: Row) -> ReturnStatus:
    if text(row, "OverallSDDocumentRejectionSts") == _DONE:
        return ReturnStatus.CANCELLED
    done = text(row, "OverallSDProcessStatus") == _DONE
    return ReturnStatus.CREDITED if done else ReturnStatus.REQUESTED


def _line(item: Row, known: Ordered) -> ReturnLine:
    place = key(item, "ReferenceSDDocumentItem")
    quantity, unit = known.told(much_of(item, ORDERED, ORDERED, known.office), place)
    return ReturnLine(
        order_line_id=place,
        quantity=quantity,
        product=key(item, "Material") or None,
        unit=unit,
    )


def _item_body(line: LineQuantity, known: Ordered) -> dict[str, Any]:
    item = str(line.line)
    if item not in known.items or line.quantity is None:
        raise InvalidOrder("the order has no such line", operation="returns.create", path="lines")
    return {
        "Material": known.product(item),
        "RequestedQuantity": quantity(line.quantity),
        "RequestedQuantityUnit": known.shown_unit(item),
        "ReferenceSDDocument": known.number,
        "ReferenceSDDocumentItem": item,
    }
