"""Confirming despatches: quantities in stock units, consignments beside them (sage.md 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import ErpConnectError, InvalidOrder, LossyWrite, TransportError, UnmappedCode
from ....models import LineQuantity, Order, Package, Shipment
from ....rules.exact import multiply, quotient
from ....rules.quantities import open_quantity
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ...services.cells import Body, Row, number, whole, within
from .mapping_drafts import day_out
from .papers import BETWEEN, ShipmentsOf

_DESPATCH: Final = "sop_confirm_despatch"
"""Never read: a list of what is ready may lock its orders (sage.md 4.4)."""
_WIDEST: Final = 60


@understands_answers
class Shipments(ShipmentsOf):
    """Shipments of an order, to read and to post."""

    def post(
        self, order: Order, lines: Sequence[LineQuantity], packages: Sequence[Package], write: Write
    ) -> Written[Shipment]:
        """Confirm the despatch of these quantities, with one consignment for all packages."""
        operation = "shipments.post"
        ref = OrderRef(id=order.id, number=order.number)
        row = self.order(ref, operation)
        body: Body = {
            "sop_order_return_id": whole(row, "id"),
            "despatch_receipt_date": day_out(self.office.today()),
            "items": self._items(order, lines, row),
        }
        if packages:
            body["tracking_items"] = [self._tracking(packages, row)]
        before = {each.id for each in self.of(ref)}
        write.sending("confirm the despatch")
        with self.office.translated(operation, writes=True):
            self.office.api.write("POST", _DESPATCH, body)
        shipment = self._made(ref, before, operation)
        write.made(shipment.id, shipment.number)
        return Written(id=shipment.id, stored=shipment)

    def _items(self, order: Order, lines: Sequence[LineQuantity], row: Row) -> list[Body]:
        rows = {str(whole(line, "id")): line for line in within(row, "lines")}
        items: list[Body] = []
        for place, each in enumerate(lines):
            line = order.line(each.line)
            still = open_quantity(line.quantities)
            much = still if each.quantity is None else each.quantity
            if much > still or line.id not in rows:
                raise InvalidOrder(
                    f"no more than {still} of this line can be despatched",
                    operation="shipments.post",
                    path=f"lines[{place}].quantity",
                )
            items.append({"id": int(line.id), "quantity": in_stock_units(much, rows[line.id])})
        return items

    def _tracking(self, packages: Sequence[Package], row: Row) -> Body:
        """One entry for each order is all there is: several numbers stand in it, one beside the other."""
        numbers = BETWEEN.join(each.tracking_number for each in packages if each.tracking_number)
        carriers = {each.carrier for each in packages if each.carrier}
        if len(numbers) > _WIDEST or len(carriers) > 1:
            raise LossyWrite(
                f"a despatch has one courier, and {_WIDEST} characters for consignment numbers",
                fields=("packages",),
                path="packages",
                hint="post what each courier takes by itself",
            )
        weights = [each.weight for each in packages if each.weight is not None]
        body: dict[str, Any] = {
            "sop_order_return_id": whole(row, "id"),
            "consignment_no": numbers or None,
            "pieces": len(packages),
            "weight": sum(weights, Decimal(0)) if weights else None,
        }
        for carrier in carriers:
            body["courier_id"] = self._courier(carrier)
        return {name: value for name, value in body.items() if value is not None}

    def _courier(self, carrier: str) -> int:
        known = {name.casefold(): id for name, id in self.office.settings.couriers.items()}
        id = known.get(carrier.casefold(), "")
        if not (id.isascii() and id.isdecimal()):
            raise UnmappedCode(
                f"the system wants the id of a courier, and nobody has said that of {carrier}",
                path="packages.carrier",
                hint=f"say it by the setting couriers={carrier}=ID",
            )
        return int(id)

    def _made(self, order: OrderRef, before: set[str], operation: str) -> Shipment:
        """The despatch that has come into being; with several at once nobody can say which is ours."""
        try:
            made = [each for each in self.of(order) if each.id not in before]
        except ErpConnectError as failure:
            failure.outcome = "unknown"  # it was despatched; as what could not be seen
            raise
        if len(made) != 1:
            raise TransportError(
                f"the system shows {len(made)} new despatches after it has taken one",
                operation=operation,
                outcome="unknown",
                code="not_visible",
            )
        return made[0]


def in_stock_units(much: Decimal, line: Row) -> Decimal:
    """A quantity of a line in the unit in which stock is kept; ``InvalidOrder`` where it does not come out even."""
    ordered, stocked = number(line, "line_quantity"), number(line, "stock_unit_line_quantity")
    if not ordered or not stocked or ordered == stocked:
        return much
    if much == ordered:
        return stocked
    found = quotient(multiply(much, stocked), ordered)
    if isinstance(found, Decimal) and found == round(found, 5):
        return found
    raise InvalidOrder(
        f"{much} of this line does not come out even in the unit in which its stock is kept",
        operation="shipments.post",
        path="lines.quantity",
    )


__all__ = ["Shipments", "in_stock_units"]
