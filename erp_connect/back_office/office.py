"""The back office of one connection: stock, price lists, invoices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, Protocol, TypeVar, Unpack, runtime_checkable

from ..client import Client, arguments
from ..client.context import checked_key
from ..client.reading import id_of
from ..errors import ErpConnectError, NotFound, UnsupportedOperation
from ..models import Customer, Invoice, Order, Product, UnitPrice
from ..rules.back_office import CompanySettings, PriceCase
from ..rules.facts import PriceEntry, StockLevel
from ..rules.stamps import make_stamp

__all__ = ["BackOffice"]

T = TypeVar("T")
_TRIES: Final = 4
"""How often a write is begun at most that another transaction got in the way of."""


class _World(Protocol):
    """What lies behind the orders of a company of our own."""

    def stock_of(self, product: str) -> Sequence[StockLevel]: ...

    def set_stock(
        self,
        product: str,
        warehouse: str | None,
        on_hand: Decimal | int,
        *,
        unit: str | None = None,
        was: Decimal | int | None = None,
    ) -> None: ...

    def price_list(self, product: str) -> Sequence[PriceEntry]: ...

    def set_price(self, product: str, amount: UnitPrice, **case: Unpack[PriceCase]) -> None: ...

    def remove_price(self, product: str, entry: PriceEntry) -> bool: ...


class _Invoices(Protocol):
    def post(self, order_id: str, stamp: str | None = None) -> Invoice: ...


@runtime_checkable
class _OfOurOwn(Protocol):
    """An adapter of a system that we keep ourselves."""

    @property
    def world(self) -> _World: ...

    @property
    def invoices(self) -> _Invoices: ...

    @property
    def company_settings(self) -> CompanySettings: ...


class BackOffice:
    """What a company without an ERP does besides its orders, on one connection.

    Works on our own SQL schema and on ``memory://``; for any other system it raises ``UnsupportedOperation``, because
    there the ERP does it.  Safe for several threads, as the connection is.  Every write is one transaction, is read
    back, and may be repeated: counts and prices say how it is and not by how much it changes, and an invoice bills
    nothing twice.
    """

    def __init__(self, erp: Client) -> None:
        context = erp._context
        context.ensure_open()
        adapter: object = context.adapter
        if not isinstance(adapter, _OfOurOwn):
            raise UnsupportedOperation(
                f"{context.capabilities.system} has no back office here",
                why="an ERP keeps stock, prices and invoices itself",
                alternatives=("stock.availability", "prices.quote", "invoices.of"),
                system=context.system,
            )
        self._context = context
        self._adapter = adapter
        self._world = adapter.world

    @property
    def settings(self) -> CompanySettings:
        """The company's settings, as they stood when the connection was opened; ``init(change=True)`` changes them."""
        return self._adapter.company_settings

    # -- stock ---------------------------------------------------------------------------------------------

    def stock(self, product: str | Product) -> Sequence[StockLevel]:
        """What lies where, in the product's base unit; at the end, with ``warehouse`` None, all of it together.

        Empty where nothing is on record: such a product is not counted, and refuses no order.
        """
        self._context.ensure_open()
        return tuple(self._world.stock_of(_code(product, "stock.of")))

    def set_stock(
        self,
        product: str | Product,
        on_hand: Decimal | int,
        *,
        warehouse: str | None = None,
        unit: str | None = None,
        was: Decimal | int | None = None,
    ) -> Sequence[StockLevel]:
        """Enter a count: so much lies in this warehouse (None: in none in particular) now.

        ``on_hand`` is in the base unit, or in ``unit`` (Rec 20).  ``was`` (in the base unit) holds the count to what
        the record said when you looked: ``VersionConflict`` when goods have moved since.  Answers with the stock as
        it stands then.  Goods that arrive and leave are booked by ``purchase_orders.receive`` and ``shipments.post``.

        Raises ``NotFound`` for an unknown product, ``InvalidOrder`` for what is no count or no unit of the product.
        Safe to repeat.
        """
        operation = "stock.set"
        code = _code(product, operation)
        place = _name(warehouse, "warehouse", operation)
        in_unit = None if unit is None else arguments.unit(unit, operation)
        self._write(operation, lambda: self._world.set_stock(code, place, on_hand, unit=in_unit, was=was))
        return self.stock(code)

    # -- prices --------------------------------------------------------------------------------------------

    def prices(self, product: str | Product) -> Sequence[PriceEntry]:
        """The product's price list.  A customer's own price goes first, then the price group's, then everybody's."""
        self._context.ensure_open()
        return tuple(self._world.price_list(_code(product, "prices.of")))

    def set_price(
        self,
        product: str | Product,
        price: UnitPrice,
        *,
        unit: str | None = None,
        customer: str | Customer | None = None,
        price_group: str | None = None,
        quantity_from: Decimal | int = 0,
        valid_from: date | None = None,
        valid_to: date | None = None,
        includes_tax: bool = False,
    ) -> Sequence[PriceEntry]:
        """Put a price on the list: for everybody, for one customer, or for a price group.

        It is the price of the base unit, or of ``unit``; from ``quantity_from`` of that unit on; on both days of
        ``valid_from`` and ``valid_to`` too.  It takes the place of the price for the same case (customer or group,
        unit, quantity, days, currency).  Answers with the product's whole list as it stands then.  Orders that are
        written already keep their prices.

        Raises ``NotFound`` for an unknown product or customer, ``InvalidOrder`` for nonsense.  Safe to repeat.
        """
        operation = "prices.set"
        code = _code(product, operation)
        case = PriceCase(
            unit=None if unit is None else arguments.unit(unit, operation),
            customer=None if customer is None else _code(customer, operation, "customer"),
            price_group=_name(price_group, "price_group", operation),
            quantity_from=quantity_from,
            valid_from=arguments.day(valid_from, "valid_from", operation),
            valid_to=arguments.day(valid_to, "valid_to", operation),
            includes_tax=includes_tax,
        )
        self._write(operation, lambda: self._world.set_price(code, price, **case))
        return self.prices(code)

    def remove_price(self, entry: PriceEntry) -> bool:
        """Take a price, as :meth:`prices` shows it, off the list; false when it is not there any more."""
        if not isinstance(entry, PriceEntry):
            raise arguments.refused("entry", "a PriceEntry as prices() shows it", entry, "prices.remove")
        return self._write("prices.remove", lambda: self._world.remove_price(entry.product, entry))

    # -- invoices ------------------------------------------------------------------------------------------

    def post_invoice(self, order: Order | str, *, key: str | None = None) -> Invoice:
        """Bill what has been shipped of an order and is on no invoice yet.

        With the same ``key`` it is done once, and later calls answer with that invoice; without one, a repeated call
        finds nothing left to bill.  Raises ``NotFound``, ``TransitionNotAllowed`` where there is nothing to bill, and
        ``KeyReused`` for a key that stands for another order's invoice.
        """
        operation = "invoices.post"
        order_id = id_of(order, "orders")
        stamp = None if key is None else make_stamp(self._context.system, operation, checked_key(key))
        return self._write(operation, lambda: self._adapter.invoices.post(order_id, stamp))

    # -- what the writes have in common --------------------------------------------------------------------

    def _write(self, operation: str, action: Callable[[], T]) -> T:
        """Do it, again where another transaction got in the way; each of these writes may be repeated."""
        context = self._context
        context.ensure_open()
        if context.read_only:
            why = "this connection was opened with read_only=True"
            raise UnsupportedOperation(
                f"{operation} would write, and {why}", why=why, operation=operation, system=context.system
            )
        for attempt in range(1, _TRIES + 1):
            try:
                return action()
            except ErpConnectError as error:
                error.system = error.system or context.system
                error.operation = operation
                if not error.retryable or error.outcome != "not_applied" or attempt == _TRIES:
                    raise
                context.clock.sleep(error.retry_after or 0.05 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")


def _code(said: object, operation: str, path: str = "product") -> str:
    """What people call a product or customer."""
    named = said.number if isinstance(said, Product | Customer) else said
    if not isinstance(named, str):
        raise arguments.refused(path, "a number or the record itself", said, operation)
    if not named.strip():
        raise NotFound(f"there is no {path} without a number", operation=operation)
    return named


def _name(said: object, path: str, operation: str) -> str | None:
    """A warehouse's or price group's name; ``None`` where it was left out.  A star stands for "none" in our tables."""
    named = arguments.text(said, path, operation)
    if named is not None and (named.strip() in ("", "*") or len(named) > 50 or not named.isprintable()):
        raise arguments.refused(path, "a name of 1 to 50 characters on one line", said, operation)
    return named
