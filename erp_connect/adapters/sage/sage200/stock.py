"""What is in stock, and what it costs (sage.md 4.3, 6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from ....errors import InvalidOrder, NotFound
from ....models import Availability, Quote, Ref, UnitPrice
from ....rules.exact import quotient
from ...amounts import tidy
from ...answers import understands_answers
from ...services.cells import Row, number, text, whole, within
from ...services.share import in_unit, share_of
from .codes import number_of
from .office import Office
from .sides import SALES

_NOTHING: Final = Decimal(0)
_VIEWS: Final = "product_views"


class OfProducts:
    """Products by code or id, and their units."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def product(self, product: str | Ref, operation: str) -> Row:
        """The record of a product as it stands now, with its units; ``NotFound`` where there is none."""
        where = (
            f"id eq {number_of(product.id)}"
            if isinstance(product, Ref)
            else self.office.equal("code", product)
        )
        rows = self.office.api.page("products", filter=where, expand="units", top="2")
        if not rows:
            raise NotFound("there is no such product", operation=operation, path="product")
        return rows[0]

    def share(self, row: Row, unit: str, operation: str) -> Decimal:
        """How many stock units one such unit of a product is; ``UnmappedCode`` where nobody can tell."""
        stock = whole(row, "stock_unit_id")
        name = self.office.unit_names.name(stock) or ""
        base = self.office.units.ours(name) or name
        known = {
            each: factor
            for inner in within(row, "units")
            if (each := self._unit_of(inner)) and (factor := number(inner, "multiple_of_base_unit"))
        }
        wanted = self.office.units.theirs(unit)
        if wanted != name and wanted in known and name in known:
            share = quotient(known[wanted], known[name])
            if isinstance(share, Decimal):
                return share
        return Decimal(1) if wanted == name else share_of(base, unit, operation)

    def _unit_of(self, row: Mapping[str, object]) -> str:
        for inner in within(row, "unit"):
            if text(inner, "name"):
                return text(inner, "name")
        return self.office.unit_names.name(whole(row, "unit_id")) or ""


@understands_answers
class Stock(OfProducts):
    """What the warehouses hold of a product, all of them together; no date is told."""

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:  # noqa: ARG002
        """What is free and what is there.  ``NotFound`` without such a product."""
        operation = "stock.availability"
        with self.office.translated(operation):
            row = self.product(product, operation)
            share = self.share(row, unit, operation)
            where = f"product_id eq {whole(row, 'id')}"
            holdings = list(self.office.api.rows("warehouse_holdings", where=where))
        return Availability(
            product=text(row, "code"),
            unit=unit,
            requested=quantity,
            available=_total(holdings, "free_stock_available", share),
            on_hand=_total(holdings, "quantity_in_stock", share),
            reserved=_total(holdings, "quantity_allocated", share),
            incoming=_total(holdings, "quantity_on_order", share),
        )


def _total(holdings: list[Row], name: str, share: Decimal) -> Decimal | None:
    told = [found for row in holdings if (found := number(row, name)) is not None]
    return max(in_unit(sum(told, _NOTHING), share), _NOTHING) if told else None


@understands_answers
class Prices(OfProducts):
    """The list price of a product; prices that were agreed with a customer show in orders only."""

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The system's list price, in the company's own currency; none for an account in another one."""
        operation = "prices.quote"
        with self.office.translated(operation):
            row = self.product(product, operation)
            said = customer.upper() if isinstance(customer, str) else customer
            account = self.office.parties(SALES.party).named(said)
            if account is None:
                raise InvalidOrder("there is no such customer", path="customer", operation=operation)
            own = self.office.currencies.own
            theirs = self.office.currencies.code(whole(account, "currency_id"))
            price = self._listed(row) if own and own == theirs else None
            share = self.share(row, unit, operation)
        one = tidy(price * share) if price else None
        return Quote(
            customer=text(account, "reference"),
            product=text(row, "code"),
            quantity=quantity,
            unit=unit,
            price=UnitPrice(amount=one, currency=own) if one else None,
            includes_tax=self.office.taxed,
            on=on,
            source="list price",
        )

    def _listed(self, row: Row) -> Decimal | None:
        where = f"id eq {whole(row, 'id')}"
        for view in self.office.api.page(_VIEWS, filter=where, top="1"):
            return number(view, "selling_price") or number(view, "price") or None
        return None
