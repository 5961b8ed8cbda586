"""What is in stock and what it costs: subprograms of the site's, mapped by the settings (sage.md 2.15)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from ....errors import ConfigurationError, NotFound
from ....models import Availability, Discount, LineDraft, OrderDraft, Quote, Ref, UnitPrice
from ...amounts import tidy
from ...answers import understands_answers
from ...services.share import in_unit, share_of
from .cells import as_day, exact, flat, said, text
from .creating import Simulating
from .finding import FindingSales
from .office import Office, named
from .products import Products

_VALUE: Final = "value of an unsaved order"


class _Subprogram:
    """One subprogram of the site's, by our words."""

    def __init__(self, office: Office, which: Literal["stock", "price"]) -> None:
        self.office = office
        self.name, self._inputs, self._outputs = office.settings.subprogram(which)
        self._which = which

    def ask(self, values: dict[str, Any], operation: str) -> dict[str, str]:
        """What it answers, by our words; parameters that the settings do not name are not given."""
        told = {
            self._inputs[word]: said(value)
            for word, value in values.items()
            if word in self._inputs and value is not None
        }
        if not told or not self._outputs:
            raise ConfigurationError(
                f"nobody has said what {self.name} takes and answers",
                operation=operation,
                hint=f"{self._which}_inputs=item=..., {self._which}_outputs=quantity=...",
            )
        record = self.office.run(self.name, told, operation)
        fields = flat(record)
        for block in record.values():
            if isinstance(block, list) and block:
                fields = {**block[0], **fields}
        return {word: text(fields, place.rpartition(".")[2]) for word, place in self._outputs.items()}


@understands_answers
class Stock:
    """What the site's subprogram says, in the product's stock unit."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.products = Products(office)

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:
        """What is free.  ``NotFound`` without such a product, ``UnmappedCode`` for a unit of unknown size."""
        operation = "stock.availability"
        item = self.products.get(named(product))
        share = share_of(item.unit or "", unit, operation)
        site = self.office.settings.site
        asked = {"item": item.id, "site": site or None, "quantity": tidy(quantity * share), "by": by}
        told = _Subprogram(self.office, "stock").ask(asked, operation)

        def much(word: str) -> Decimal | None:
            return in_unit(exact(told[word]), share) if told.get(word) else None

        on_hand, available = much("quantity"), much("available")
        free = available if available is not None else on_hand
        return Availability(
            product=item.id,
            unit=unit,
            requested=quantity,
            available=None if free is None else max(free, Decimal(0)),
            on_hand=on_hand,
            reserved=much("reserved"),
            warehouse=site or None,
            promised=as_day(told.get("date", "")),
        )


class _Valuing(FindingSales, Simulating):
    """The button that values an unsaved order."""


@understands_answers
class Prices:
    """The customer's own price: by the site's subprogram, else by valuing an unsaved order of one line."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.products = Products(office)

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """What it costs.  ``NotFound`` for a product or customer that is not there."""
        operation, settings = "prices.quote", self.office.settings
        who, what = named(customer), named(product)
        currency = self._currency(who, operation)
        if not settings.price:
            return self._valued(who, what, quantity, unit, on, currency)
        if self.office.has("product"):
            self.products.get(what)
        asked = {
            "customer": who,
            "item": what,
            "site": settings.site or None,
            "quantity": quantity,
            "unit": self.office.units.theirs(unit),
            "currency": currency or None,
            "on": on,
        }
        told = _Subprogram(self.office, "price").ask(asked, operation)
        amount, own = told.get("price", ""), told.get("currency") or currency
        percent = exact(told["discount"]) if told.get("discount") else Decimal(0)
        return Quote(
            customer=who,
            product=what,
            quantity=quantity,
            unit=unit,
            price=UnitPrice(amount=exact(amount), currency=own) if amount and exact(amount) and own else None,
            discount=Discount(percent=percent) if percent > 0 else None,
            on=on,
            source=settings.price,
        )

    def _currency(self, who: str, operation: str) -> str:
        """The customer's currency, where customers are published."""
        if not self.office.has("customer"):
            return self.office.settings.currency
        record = self.office.read("customer", who, operation)
        return self.office.shape("customer").text(record, "currency") or self.office.settings.currency

    def _valued(
        self, who: str, what: str, quantity: Decimal, unit: str, on: date | None, currency: str
    ) -> Quote:
        line = LineDraft(product=what, quantity=quantity, unit=unit)
        draft = OrderDraft(customer=who, customer_po=None, currency=currency, lines=[line], order_date=on)
        order = _Valuing(self.office).simulate(draft).order
        if not order.lines:
            raise NotFound("there is no such product", operation="prices.quote", path="product")
        first = order.lines[0]
        price = first.price
        return Quote(
            customer=who,
            product=what,
            quantity=quantity,
            unit=unit,
            price=price if price is not None and price.amount else None,
            discount=first.discount,
            net=first.net,
            includes_tax=order.prices_include_tax,
            on=on,
            source=_VALUE,
        )
