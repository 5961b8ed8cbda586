"""What hangs on orders: stock, prices, shipments, invoices, goods receipts, returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic_core import to_json

from ..adapters.contract import OrderRef, PostsShipments, Write, Written
from ..errors import TransitionNotAllowed, UnsupportedOperation
from ..journal import canonical
from ..models import (
    Availability,
    Customer,
    GoodsReceipt,
    Invoice,
    LineQuantities,
    LineQuantity,
    Order,
    OrderFields,
    Package,
    Product,
    PurchaseOrder,
    Quote,
    Ref,
    Return,
    ReturnDraft,
    ReturnLine,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    WriteReceipt,
    line_quantities,
)
from . import arguments, fitting
from .arriving import order_ref, with_ids
from .context import Context
from .posting import Paper, post, posting_payload, quantities_of
from .reading import id_of, line_id, read_order
from .remembering import model_from_plain


def where(order: OrderFields | str, context: Context, book: str = "orders") -> OrderRef:
    """An order as the documents that hang on it know it."""
    order_id = id_of(order, book)
    return order_ref(order if isinstance(order, OrderFields) else read_order(context, book, order_id))


def _named(value: object, path: str, operation: str) -> str | Ref:
    named = arguments.party(value, path, operation)
    if named is None:
        raise arguments.refused(path, "a number, a Ref or the record itself", value, operation)
    return named


class Stock:
    """What can be delivered: ``erp.stock``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def availability(
        self, product: str | Ref | Product, quantity: Decimal | int, unit: str, by: date | None = None
    ) -> Availability:
        """Whether a quantity (in ``unit``, Rec 20) can be delivered, and by when; ``available`` None: not on record."""
        operation = "stock.availability"
        self._context.require(operation)
        found: Availability = self._context.book("stock").availability(
            _named(product, "product", operation),
            arguments.quantity(quantity, operation),
            arguments.unit(unit, operation),
            arguments.day(by, "by", operation),
        )
        return found


class Prices:
    """What it costs: ``erp.prices``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def quote(
        self,
        customer: str | Ref | Customer,
        product: str | Ref | Product,
        quantity: Decimal | int,
        unit: str,
        on: date | None = None,
    ) -> Quote:
        """The back-end's own price for this customer, product and quantity; ``price`` None: none is on file."""
        operation = "prices.quote"
        self._context.require(operation)
        found: Quote = self._context.book("prices").quote(
            _named(customer, "customer", operation),
            _named(product, "product", operation),
            arguments.quantity(quantity, operation),
            arguments.unit(unit, operation),
            arguments.day(on, "on", operation),
        )
        return found


class Shipping(Paper[Shipment]):
    """Shipments of sales orders."""

    operation = "shipments.post"
    stamped_in = "shipments"
    orders = "orders"
    entity = Shipment

    def send(self, order: Any, lines: Any, payload: Any, write: Write) -> Written[Shipment]:
        """Post the goods issue."""
        shelf = self.context.book("shipments")
        if not isinstance(shelf, PostsShipments):
            raise UnsupportedOperation("this back-end posts no shipments", operation=self.operation)
        packages = tuple(model_from_plain(Package, each) for each in payload["packages"])
        return shelf.post(order, lines, packages, write)

    @property
    def listed(self) -> bool:
        """Whether shipments can be listed."""
        return self.context.supports("shipments.of")

    def of(self, order: Any) -> Sequence[Shipment]:
        """The shipments of an order."""
        return tuple(self.context.book("shipments").of(order_ref(order)))

    def moved(self, line: Any) -> Decimal:
        """What has left."""
        return line.quantities.shipped or Decimal(0)

    def bare(self, id: str, order: Any, lines: Mapping[str, Decimal]) -> Shipment:
        """The lines that have moved."""
        parts = tuple(ShipmentLine(order_line_id=line, quantity=much) for line, much in lines.items())
        return Shipment(id=id, order_id=order.id, status=ShipmentStatus.SHIPPED, lines=parts)


class Shipments:
    """What left: ``erp.shipments``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, order: Order | str) -> Sequence[Shipment]:
        """The shipments of an order, oldest first."""
        self._context.require("shipments.of")
        return tuple(self._context.book("shipments").of(where(order, self._context)))

    def post(
        self,
        order: Order | str,
        lines: LineQuantities = None,
        packages: Sequence[Package] | Package = (),
        *,
        key: str | None = None,
    ) -> WriteReceipt[Shipment]:
        """Post goods that leave, as a warehouse does: ``{line: quantity}``, or ``None`` for all that is open.

        Quantities are in the line's unit.  A repeated call with the same key posts once.  Raises
        ``TransitionNotAllowed`` for a held or cancelled order, ``InvalidOrder`` for more than is open.
        """
        context = self._context
        paper = Shipping(context)
        context.require(paper.operation, writes=True)
        parcels = (packages,) if isinstance(packages, Package) else tuple(packages)
        given = line_quantities(lines)
        known: Order = read_order(context, "orders", id_of(order, "orders"))

        def wished(current: Order) -> dict[str, Decimal]:
            found = quantities_of(with_ids(current, given))
            if not found:
                raise TransitionNotAllowed(
                    f"nothing is open any more to be shipped; the order is {current.status.value}",
                    operation=paper.operation,
                )
            return found

        payload = posting_payload(known, given, packages=parcels)
        return post(context, paper, known, wished, key, payload)


class Invoices:
    """What was billed: ``erp.invoices``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, order: Order | str) -> Sequence[Invoice]:
        """The invoices and credit memos of an order, oldest first."""
        self._context.require("invoices.of")
        return tuple(self._context.book("invoices").of(where(order, self._context)))


class GoodsReceipts:
    """What arrived: ``erp.goods_receipts``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, order: PurchaseOrder | str) -> Sequence[GoodsReceipt]:
        """The goods receipts of a purchase order, oldest first."""
        self._context.require("goods_receipts.of")
        return tuple(self._context.book("goods_receipts").of(where(order, self._context, "purchase_orders")))


class Returning(Paper[Return]):
    """Returns of sales orders."""

    operation = "returns.create"
    stamped_in = "returns"
    orders = "orders"
    entity = Return

    def send(self, order: Any, lines: Any, payload: Any, write: Write) -> Written[Return]:
        """Enter the return."""
        draft = ReturnDraft.restored(to_json({**payload, "lines": None})).but(lines=lines)
        written: Written[Return] = self.context.book("returns").create(draft, write)
        return written

    @property
    def listed(self) -> bool:
        """Whether returns can be listed."""
        return self.context.supports("returns.of")

    def of(self, order: Any) -> Sequence[Return]:
        """The returns of an order."""
        return tuple(self.context.book("returns").of(order_ref(order)))

    def stamped(self, stamp: str) -> Sequence[Return]:
        """The returns that carry a stamp."""
        return tuple(self.context.book("returns").find(stamp))

    def moved(self, line: Any) -> Decimal:
        """What has come back."""
        return line.quantities.returned or Decimal(0)

    def bare(self, id: str, order: Any, lines: Mapping[str, Decimal]) -> Return:
        """The lines that have moved."""
        parts = tuple(ReturnLine(order_line_id=line, quantity=much) for line, much in lines.items())
        return Return(id=id, order_id=order.id, lines=parts)


class Returns:
    """What comes back: ``erp.returns``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def create(self, draft: ReturnDraft, key: str | None = None) -> WriteReceipt[Return]:
        """Enter goods that the customer sends back; no lines means all that was shipped.

        Exactly once for each ``key``.  Raises ``InvalidOrder`` for more than was shipped.
        """
        context = self._context
        paper = Returning(context)
        context.require(paper.operation, writes=True)
        lost = fitting.losses(draft, context.capabilities, "return")
        # A reason is free text and advisory: the adapter maps it, or takes the site's own.
        fitting.refuse_losses([each for each in lost if each.path != "return.reason"], (), paper.operation)
        known: Order = read_order(context, "orders", id_of(draft.order, "orders"))
        said = canonical(draft)
        payload = posting_payload(
            known, draft.lines, **{name: said[name] for name in ("reason", "custom") if name in said}
        )

        def wished(current: Order) -> dict[str, Decimal]:
            return quantities_of(_to_return(current, draft))

        return post(context, paper, known, wished, key, payload, reason=draft.reason)

    def get(self, id: str) -> Return:
        """The return with this id; ``NotFound`` when there is none."""
        self._context.require("returns.get")
        found: Return = self._context.book("returns").get(id)
        return found

    def of(self, order: Order | str) -> Sequence[Return]:
        """The returns of an order, oldest first."""
        self._context.require("returns.of")
        return tuple(self._context.book("returns").of(where(order, self._context)))


def _to_return(order: Order, draft: ReturnDraft) -> tuple[LineQuantity, ...]:
    """Lines by id with their quantities; what was shipped and has not come back where none is given."""
    given = draft.lines or [
        LineQuantity(line=line.id) for line in order.lines if _returnable(order, line.id) > 0
    ]
    if not given:
        raise TransitionNotAllowed("nothing of this order was shipped that could come back", path="lines")
    named = [each.but(line=line_id(order, each.line)) for each in given]
    return tuple(
        each if each.quantity is not None else each.but(quantity=_returnable(order, str(each.line)))
        for each in named
    )


def _returnable(order: Order, line: str) -> Decimal:
    quantities = order.line(line).quantities
    left = (quantities.shipped or Decimal(0)) - (quantities.returned or Decimal(0))
    return max(left, Decimal(0))
