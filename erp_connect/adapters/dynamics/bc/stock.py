"""What is in stock, and what it costs (dynamics.md 1.9, 5.1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ....errors import NotFound
from ....models import Availability, Discount, Money, Quote, Ref, UnitPrice
from ....wire.odata import Operation
from ....wire.odata.values import loads
from ...amounts import tidy
from ...answers import understands_answers
from ...services.cells import Body, Row, etag, flag, guid, number, text, within
from ...services.share import in_unit, share_of
from .items import Items
from .mapping_drafts import party_out
from .mapping_orders import SALES, discount_in
from .office import Office

_QUOTES, _QUOTE_LINES = "salesQuotes", "salesQuoteLines"


@understands_answers
class Stock:
    """One total of an item over all locations; what other orders need is not taken off, and no date is told."""

    def __init__(self, office: Office, items: Items) -> None:
        self.office, self.items = office, items

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:  # noqa: ARG002
        """What is on hand.  ``NotFound`` without such an item, ``UnmappedCode`` for a unit of unknown size."""
        operation = "stock.availability"
        row = self.items.named(product, operation)
        if row is None:
            raise NotFound("there is no such product", operation=operation, path="product")
        with self.office.translated(operation):
            share = share_of(
                self.office.units.ours(text(row, "baseUnitOfMeasureCode")) or "", unit, operation
            )
            counted = text(row, "type") in {"Inventory", ""}
            held = number(row, "inventory") if counted else None
        on_hand = None if held is None else in_unit(held, share)
        return Availability(
            product=text(row, "number"),
            unit=unit,
            requested=quantity,
            available=None if on_hand is None else max(on_hand, Decimal(0)),
            on_hand=on_hand,
        )


@understands_answers
class Prices:
    """The price on an item's card; with ``price_by_quote`` the customer's own, out of a quote that is deleted again."""

    def __init__(self, office: Office, items: Items) -> None:
        self.office, self.items = office, items

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The system's own price.  ``NotFound`` for an item that is not there."""
        operation = "prices.quote"
        row = self.items.named(product, operation)
        if row is None:
            raise NotFound("there is no such product", operation=operation, path="product")
        if self.office.settings.price_by_quote:
            return self._asked(customer, quantity, unit, on, row)
        own, price = self.office.currency, number(row, "unitPrice")
        with self.office.translated(operation):
            share = share_of(
                self.office.units.ours(text(row, "baseUnitOfMeasureCode")) or "", unit, operation
            )
        one = tidy(price * share) if price else None
        return Quote(
            customer=customer.id if isinstance(customer, Ref) else customer,
            product=text(row, "number"),
            quantity=quantity,
            unit=unit,
            price=UnitPrice(amount=one, currency=own) if one and own else None,
            includes_tax=flag(row, "priceIncludesTax"),
            on=on,
            source="item card",
        )

    def _asked(self, customer: str | Ref, quantity: Decimal, unit: str, on: date | None, row: Row) -> Quote:
        office, operation = self.office, "prices.quote"
        line: Body = {
            "lineType": "Item",
            "lineObjectNumber": text(row, "number"),
            "quantity": quantity,
            "unitOfMeasureCode": office.units.theirs(unit),
        }
        body = {
            **party_out(customer, SALES),
            "documentDate": (on or office.today()).isoformat(),
            _QUOTE_LINES: [line],
        }
        address = f"{office.at(_QUOTES)}?$expand={_QUOTE_LINES}"
        (answer,) = office.together([Operation("POST", address, body)], operation)
        made = loads(answer.body)
        try:
            told = next(iter(within(made, _QUOTE_LINES)), {})
            currency = text(made, "currencyCode") or office.currency
            price, net = number(told, "unitPrice"), number(told, "amountExcludingTax")
            return Quote(
                customer=text(made, "customerNumber"),
                product=text(row, "number"),
                quantity=quantity,
                unit=unit,
                price=UnitPrice(amount=price, currency=currency) if price else None,
                discount=_discount(told, currency),
                net=Money(amount=net, currency=currency) if net else None,
                on=on,
                source="quote",
            )
        finally:
            held = {"If-Match": etag(made) or "*"}
            office.together(
                [Operation("DELETE", office.at(_QUOTES, guid(made, "id")), None, held)], operation
            )


def _discount(line: Row, currency: str) -> Discount | None:
    return discount_in(line, SALES, currency)
