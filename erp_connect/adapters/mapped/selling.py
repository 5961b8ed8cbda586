"""What can be delivered, and what it costs, out of foreign rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from ...errors import InvalidOrder, NotFound
from ...models import Availability, Finding, Product, Quote, Ref, Severity, UnitPrice
from ...rules.facts import Facts, PriceEntry, PriceList, StockLevel, stock_by_place
from ...rules.pricing import quote
from ...rules.quantities import availability
from .format import PRICE_FIELDS, STOCK_FIELDS, Rows
from .masters import Customers, Products
from .office import Office
from .plans import Ground, Plan

ZERO = Decimal(0)
ONE = Decimal(1)


class Stock:
    """What can be delivered."""

    def __init__(self, office: Office, ground: Ground, rows: Rows, products: Products) -> None:
        self.office = office
        self.products = products
        self.plan = Plan(ground, rows, "stock", STOCK_FIELDS)
        for name in ("product", "on_hand"):
            if name not in self.plan.fields:
                raise ground.file.wrong("stock.fields", f"there is no {name}")

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:
        """What is free of a product in all warehouses; nothing on record means ``None``."""
        with self.office.reading("stock.availability") as connection, _in_a_sold_unit():
            known = product_said(self.products, connection, product)
            levels = self.levels(connection, known)
            total = stock_by_place(levels).get((known.number or known.id, None))
            return availability(
                known, quantity, unit, [] if total is None else [total], by, today=self.office.today()
            )

    def levels(self, connection: Connection, product: Product) -> list[StockLevel]:
        """The stock records of a product."""
        conditions = self.plan.conditions()
        number = product.number or product.id
        self.plan.fields["product"].condition(conditions, number)
        found: list[StockLevel] = []
        for row in self.plan.fetch(connection, conditions, order_by=()):
            said = self.plan.values(row, [])
            found.append(
                StockLevel(
                    product=number,
                    unit=said.get("unit") or product.unit or "",
                    warehouse=said.get("warehouse"),
                    on_hand=said.get("on_hand", ZERO),
                    reserved=said.get("reserved", ZERO),
                    incoming=said.get("incoming"),
                    incoming_on=said.get("incoming_on"),
                )
            )
        return found


class Prices:
    """What it costs."""

    def __init__(
        self, office: Office, ground: Ground, rows: Rows, customers: Customers, products: Products
    ) -> None:
        self.office = office
        self.customers = customers
        self.products = products
        self.currency = ground.file.currency
        self.plan = Plan(ground, rows, "prices", PRICE_FIELDS)
        for name in ("product", "amount"):
            if name not in self.plan.fields:
                raise ground.file.wrong("prices.fields", f"there is no {name}")

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The price for this customer on the day; ``price`` is ``None`` when none is on file."""
        with self.office.reading("prices.quote") as connection, _in_a_sold_unit():
            party = next(iter(self.customers.said(connection, [customer]).values()), None)
            if party is None:
                raise NotFound("there is no such customer")
            sold = product_said(self.products, connection, product)
            facts = Facts(
                today=self.office.today(),
                party=party,
                products={sold.number or sold.id: sold},
                prices=PriceList(self.entries(connection, [sold])),
                currency=party.currency or self.currency,
            )
            return quote(party, sold, quantity, unit, facts=facts, on=on)

    def entries(self, connection: Connection, products: Sequence[Product]) -> Iterator[PriceEntry]:
        """The price entries of these products."""
        by_number = {product.number or product.id: product for product in products}
        field = self.plan.fields["product"]
        conditions = self.plan.conditions()
        conditions.among(field.sql, [native for number in by_number for native in field.sayable(number)])
        for row in self.plan.fetch(connection, conditions, order_by=()):
            said: dict[str, Any] = self.plan.values(row, [])
            product = by_number.get(said.get("product", ""))
            currency = said.get("currency") or self.currency
            if product is None or currency is None or said.get("amount") is None:
                continue
            yield PriceEntry(
                product=product.number or product.id,
                unit=said.get("unit") or product.unit or "",
                amount=UnitPrice.trusted(amount=said["amount"], currency=currency, per=said.get("per", ONE)),
                customer=said.get("customer"),
                price_group=said.get("price_group"),
                quantity_from=said.get("quantity_from", ZERO),
                valid_from=said.get("valid_from"),
                valid_to=said.get("valid_to"),
                includes_tax=bool(said.get("includes_tax")),
            )


def product_said(products: Products, connection: Connection, said: str | Ref) -> Product:
    """The product that somebody names; ``NotFound`` when it is not on file."""
    for product in products.said(connection, [said]).values():
        return product
    raise NotFound("there is no such product")


@contextmanager
def _in_a_sold_unit() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        finding = Finding(code="unit_not_sold", severity=Severity.ERROR, path="unit", message=str(error))
        raise InvalidOrder(str(error), findings=(finding,), code="unit_not_sold", path="unit") from error
