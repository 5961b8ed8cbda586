"""What is in stock, and what it costs (dynamics.md 3.4, 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from ....errors import NotFound
from ....models import Availability, Quote, Ref, UnitPrice
from ....models.units import same_unit
from ...amounts import tidy
from ...answers import understands_answers
from ...services.cells import Row, noon, number, text
from ...services.share import in_unit, share_of
from .office import Office
from .products import NUMBER, Products

ON_HAND: Final = "WarehousesOnHandV2"
AGREEMENTS: Final = "SalesPriceAgreements"


@understands_answers
class Stock:
    """What all warehouses together have, without what is reserved or on order for others; no date is told.

    An order does not reserve what it needs unless it says so (dynamics.md 3.5), so its quantity is taken off as well.
    """

    def __init__(self, office: Office, products: Products) -> None:
        self.office, self.products = office, products

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:  # noqa: ARG002
        """What is free.  ``NotFound`` without such a product, ``UnmappedCode`` for a unit of unknown size."""
        operation = "stock.availability"
        row = _known(self.products.named(product, operation), operation)
        with self.office.translated(operation):
            base = self.office.units.ours(text(row, "InventoryUnitSymbol")) or ""
            share = share_of(base, unit, operation)
            rows = [*self.office.rows_of(ON_HAND, NUMBER, [text(row, NUMBER)])]
        free, promised = _sum(rows, "AvailableOnHandQuantity", share), _sum(rows, "OnOrderQuantity", share)
        return Availability(
            product=text(row, NUMBER),
            unit=unit,
            requested=quantity,
            available=None if free is None else max(free - (promised or Decimal(0)), Decimal(0)),
            on_hand=_sum(rows, "OnHandQuantity", share),
            reserved=_sum(rows, "ReservedOnHandQuantity", share),
            incoming=_sum(rows, "OrderedQuantity", share),
        )


@understands_answers
class Prices:
    """The trade agreement that fits best, else the released product's own price."""

    def __init__(self, office: Office, products: Products) -> None:
        self.office, self.products = office, products

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The system's own price.  ``NotFound`` for a product that is not there.

        Of agreements that hold for the quantity and the day the customer's own come first, then those for everybody;
        among them the lowest price, as the system finds it.
        """
        operation = "prices.quote"
        row = _known(self.products.named(product, operation), operation)
        account = customer.id if isinstance(customer, Ref) else customer
        with self.office.translated(operation):
            currency = self._currency_of(account) or self.office.settings.currency
            agreed = sorted(
                self._agreed(text(row, NUMBER), account, quantity, unit, on or self.office.today()),
                key=lambda each: (each[0], each[1].amount / each[1].per),
            )
            fitting = [price for _, price in agreed if price.currency == currency or not currency]
            price = fitting[0] if fitting else self._own(row, unit, operation, currency)
        return Quote(
            customer=account,
            product=text(row, NUMBER),
            quantity=quantity,
            unit=unit,
            price=price,
            on=on,
            source="trade agreement" if fitting else "released product",
        )

    def _currency_of(self, customer: str) -> str:
        if "CustomersV3" not in self.office.sets:
            return ""
        rows = [*self.office.rows_of("CustomersV3", "CustomerAccount", [customer])]
        return text(rows[0], "SalesCurrencyCode") if rows else ""

    def _agreed(
        self, product: str, customer: str, quantity: Decimal, unit: str, day: date
    ) -> Iterator[tuple[int, UnitPrice]]:
        if AGREEMENTS not in self.office.sets:
            return
        for row in self.office.rows_of(AGREEMENTS, NUMBER, [product]):
            party, group = text(row, "CustomerAccountNumber"), text(row, "PriceCustomerGroupCode")
            if group or (party and party.casefold() != customer.casefold()):
                continue
            low, high = number(row, "FromQuantity") or Decimal(0), number(row, "ToQuantity") or Decimal(0)
            if quantity < low or (high and quantity >= high):
                continue
            first, last = noon(row, "PriceApplicableFromDate"), noon(row, "PriceApplicableToDate")
            if (first and day < first) or (last and day > last):
                continue
            symbol = text(row, "QuantityUnitySymbol")
            theirs = self.office.units.ours(symbol)
            if symbol and (theirs is None or not same_unit(theirs, unit)):
                continue
            price = _price(row, "Price", text(row, "PriceCurrencyCode"))
            if price is not None:
                yield (0 if party else 1), price

    def _own(self, row: Row, unit: str, operation: str, currency: str) -> UnitPrice | None:
        """The released product's price, in the legal entity's currency where the settings say that."""
        own = self.office.settings.currency
        if not own or currency != own:
            return None
        base = self.office.units.ours(text(row, "SalesUnitSymbol")) or ""
        price = _price(row, "SalesPrice", own)
        share = share_of(base, unit, operation)
        return None if price is None else price.model_copy(update={"amount": tidy(price.amount * share)})


def _price(row: Row, name: str, currency: str) -> UnitPrice | None:
    amount, per = number(row, name), number(row, "SalesPriceQuantity") or Decimal(1)
    return UnitPrice(amount=amount, currency=currency, per=per) if amount and currency else None


def _known(row: Row | None, operation: str) -> Row:
    if row is None:
        raise NotFound("there is no such product", operation=operation, path="product")
    return row


def _sum(rows: list[Row], name: str, share: Decimal) -> Decimal | None:
    if not rows:
        return None
    total = sum((number(row, name) or Decimal(0) for row in rows), Decimal(0))
    return in_unit(total, share)
