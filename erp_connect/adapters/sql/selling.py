"""What can be delivered, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from pydantic import ValidationError
from sqlalchemy import Connection

from ...errors import InvalidOrder, NotFound
from ...models import Availability, Customer, Finding, Product, Quote, Ref, Severity
from ...rules.pricing import quote
from ...rules.quantities import availability
from .facts import Known, products_by
from .mapping_orders import SALES
from .office import Office
from .reading import native_ids
from .stock import StockRows


class Stock:
    """What can be delivered."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:
        """What is free of a product in all warehouses; nothing on record means ``None``."""
        with self.office.reading("stock.availability") as connection, _in_a_sold_unit():
            known = _product(connection, product)
            stock = StockRows.of(connection, {int(known.id): known}, lock=False)
            total = stock.levels.get((known.number or known.id, None))
            levels = [] if total is None else [total]
            return availability(known, quantity, unit, levels, by, today=self.office.today())


class Prices:
    """What it costs."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The price for this customer on the day; ``price`` is ``None`` when none is on file."""
        with self.office.reading("prices.quote") as connection, _in_a_sold_unit():
            known = Known.of(
                connection, self.office, SALES, parties=[customer], products=[product], lock=False
            )
            party, sold = known.party(customer), known.product(product)
            if not isinstance(party, Customer):
                raise NotFound("there is no such customer")
            if sold is None:
                raise NotFound("there is no such product")
            facts = known.facts(customer, [product])
            return quote(party, sold, quantity, unit, facts=facts, on=on)


def _product(connection: Connection, said: str | Ref) -> Product:
    if isinstance(said, Ref):
        found = products_by(connection, (), list(native_ids([said.id])))[1]
    else:
        found = products_by(connection, [said])[0]
    for product in found.values():
        return product
    raise NotFound("there is no such product")


@contextmanager
def _in_a_sold_unit() -> Iterator[None]:
    try:
        yield
    except ValidationError:
        raise
    except ValueError as error:
        finding = Finding(code="unit_not_sold", severity=Severity.ERROR, path="unit", message=str(error))
        raise InvalidOrder(str(error), findings=(finding,), code="unit_not_sold", path="unit") from error
