"""What is in stock, and what it costs, as the item's card says (dynamics.md 5.1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ....errors import NotFound
from ....models import Availability, Quote, Ref, UnitPrice
from ...amounts import tidy
from ...answers import understands_answers
from ...services.cells import Row, text
from ...services.share import in_unit, share_of
from .cells import flag, number
from .masters import Items
from .office import Office


@understands_answers
class Stock:
    """The inventory on the card: one total, no dates."""

    def __init__(self, office: Office, items: Items) -> None:
        self.office, self.items = office, items

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:  # noqa: ARG002
        """What is on hand.  ``NotFound`` without such an item, ``UnmappedCode`` for a unit of unknown size."""
        operation = "stock.availability"
        row = _item(self.items, product, operation)
        share = share_of(self.office.units.ours(text(row, "Base_Unit_of_Measure")) or "", unit, operation)
        held = number(row, "Inventory")
        on_hand = None if held is None else in_unit(held, share)
        return Availability(
            product=text(row, "No"),
            unit=unit,
            requested=quantity,
            available=None if on_hand is None else max(on_hand, Decimal(0)),
            on_hand=on_hand,
        )


@understands_answers
class Prices:
    """The price on the card, which is not the customer's."""

    def __init__(self, office: Office, items: Items) -> None:
        self.office, self.items = office, items

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The price on the card.  ``NotFound`` for an item that is not there."""
        operation = "prices.quote"
        row = _item(self.items, product, operation)
        share = share_of(self.office.units.ours(text(row, "Base_Unit_of_Measure")) or "", unit, operation)
        price, own = number(row, "Unit_Price"), self.office.currency
        return Quote(
            customer=customer.id if isinstance(customer, Ref) else customer,
            product=text(row, "No"),
            quantity=quantity,
            unit=unit,
            price=UnitPrice(amount=tidy(price * share), currency=own) if price and own else None,
            includes_tax=flag(row, "Price_Includes_VAT"),
            on=on,
            source="item card",
        )


def _item(items: Items, product: str | Ref, operation: str) -> Row:
    row = items.named_row(product, operation)
    if row is None:
        raise NotFound("there is no such product", operation=operation, path="product")
    return row
