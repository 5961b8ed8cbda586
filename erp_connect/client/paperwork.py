"""What hangs on orders: stock, prices, shipments, invoices, goods receipts, returns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ..adapters.contract import OrderRef, PostsShipments
from ..errors import InvalidOrder, TransitionNotAllowed, UnsupportedOperation
from ..journal import Outcome, canonical
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
    Shipment,
    WriteReceipt,
    line_quantities,
)
from .arriving import canonical_number, posted_before, with_ids
from .context import Context, as_party, new_key
from .posting import Posting
from .reading import id_of, line_id, read_order
from .receipts import of_outcome


def where(order: OrderFields | str, context: Context, book: str = "orders") -> OrderRef:
    """An order as the documents that hang on it know it."""
    known: Any = order if isinstance(order, OrderFields) else read_order(context, book, id_of(order))
    party = known.supplier if isinstance(known, PurchaseOrder) else known.customer
    return OrderRef(id=known.id, number=known.number, party=party)


def _product(product: str | Ref | Product) -> str | Ref:
    named = as_party(product)
    if named is None:
        raise InvalidOrder("name a product", path="product")
    return named


def _quantity(quantity: Decimal | int) -> Decimal:
    if isinstance(quantity, bool) or not isinstance(quantity, Decimal | int):
        raise InvalidOrder(
            f"a quantity is a Decimal or an int, not {type(quantity).__name__}", path="quantity"
        )
    number = Decimal(quantity)
    if not number.is_finite() or number <= 0:
        raise InvalidOrder("a quantity is greater than zero", path="quantity")
    return number


class Stock:
    """What can be delivered: ``erp.stock``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def availability(
        self, product: str | Ref | Product, quantity: Decimal | int, unit: str, by: date | None = None
    ) -> Availability:
        """Whether a quantity (in ``unit``, Rec 20) can be delivered, and by when; ``available`` None: not on record."""
        from ..models.units import unit_code

        self._context.require("stock.availability")
        found: Availability = self._context.book("stock").availability(
            _product(product), _quantity(quantity), unit_code(unit), by
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
        from ..models.units import unit_code

        self._context.require("prices.quote")
        party = as_party(customer)
        if party is None:
            raise InvalidOrder("name a customer", path="customer")
        found: Quote = self._context.book("prices").quote(
            party, _product(product), _quantity(quantity), unit_code(unit), on
        )
        return found


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
        operation = "shipments.post"
        context = self._context
        context.require(operation, writes=True)
        shelf = context.book("shipments")
        if not isinstance(shelf, PostsShipments):
            raise UnsupportedOperation("this back-end posts no shipments", operation=operation)
        known: Order = read_order(context, "orders", id_of(order))
        parcels = (packages,) if isinstance(packages, Package) else tuple(packages)
        given = line_quantities(lines)
        payload = {
            "order": known.id,
            "lines": [[_said(each), canonical_number(each.quantity)] for each in given],
            "packages": canonical(parcels),
        }
        earlier = posted_before(context, operation, key, payload)
        wanted = with_ids(known, given) if earlier is None else ()
        if earlier is None and not wanted:
            raise TransitionNotAllowed(
                f"nothing is open any more to be shipped; the order is {known.status.value}",
                operation=operation,
            )
        here = where(known, context)
        wished = {str(each.line): each.quantity for each in wanted if each.quantity is not None}
        deed: Posting[Shipment] = Posting(
            context,
            operation,
            known,
            key or new_key(),
            payload,
            post=lambda write: shelf.post(known, wanted, parcels, write),
            documents=lambda: context.book("shipments").of(here),
            wished=wished,
        )
        if earlier is not None:
            return of_outcome(context, Outcome(deed.replay(earlier), earlier, replayed=True))
        return of_outcome(context, context.journal.write(deed))


def _said(each: LineQuantity) -> Any:
    return each.line if isinstance(each.line, str | int) else each.line.id


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


class Returns:
    """What comes back: ``erp.returns``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def create(self, draft: ReturnDraft, key: str | None = None) -> WriteReceipt[Return]:
        """Enter goods that the customer sends back; no lines means all that was shipped.

        Exactly once for each ``key``.  Raises ``InvalidOrder`` for more than was shipped.
        """
        operation = "returns.create"
        context = self._context
        context.require(operation, writes=True)
        shelf = context.book("returns")
        known: Order = read_order(context, "orders", id_of(draft.order))
        payload = {
            "order": known.id,
            "lines": [[_said(each), canonical_number(each.quantity)] for each in draft.lines],
            "reason": draft.reason,
            "custom": canonical(draft)["custom"] if draft.custom else None,
        }
        earlier = posted_before(context, operation, key, payload)
        wanted = draft.but(order=known.id, lines=_to_return(known, draft) if earlier is None else ())
        wished = {str(each.line): each.quantity for each in wanted.lines if each.quantity is not None}
        here = where(known, context)
        deed: Posting[Return] = Posting(
            context,
            operation,
            known,
            key or new_key(),
            payload,
            post=lambda write: shelf.create(wanted, write),
            documents=lambda: shelf.of(here),
            wished=wished,
            reason=draft.reason,
        )
        if earlier is not None:
            return of_outcome(context, Outcome(deed.replay(earlier), earlier, replayed=True))
        return of_outcome(context, context.journal.write(deed))

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
