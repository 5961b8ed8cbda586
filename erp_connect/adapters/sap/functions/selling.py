"""Stock and prices (sap.md 2.4, 2.13)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....errors import ConfigurationError, NotFound, UnmappedCode
from ....models import Availability, LineDraft, OrderDraft, Product, Quote, Ref
from ....models.units import same_unit
from ....wire.rfc import RfcFailure, equal
from ...amounts import money_in, tidy
from ...answers import understands_answers
from ..conventions import day_in, material_number, stored_material
from ..wording import said
from . import modules
from .mapping_conditions import price_in
from .masters import Products
from .office import Office
from .simulating import SalesOrders, simulated

_NOT_CHECKED: Final = "N"
_ANY_CURRENCY: Final = "EUR"
"""A draft names a currency; it is not sent, so that the customer's own counts."""


@understands_answers
class Stock:
    """What can be delivered: the availability check of sales, over the plants that stock the product."""

    def __init__(self, office: Office, products: Products) -> None:
        self.office = office
        self.products = products

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:
        """Whether the quantity is free by then, and if not, when; ``available`` is ``None`` where nothing is checked.

        ``NotFound`` for a product that is not on file, ``UnmappedCode`` for a unit that is not its own and not in
        the settings: this module takes internal units only.
        """
        operation = "stock.availability"
        code = said(product)
        known = self._known(code, operation)
        internal = self._internal(known, unit, operation)
        answers = [
            (plant, self._asked(code, plant, internal, quantity, by, operation))
            for plant in self._plants(code, operation)
        ]
        checked = [(plant, answer) for plant, answer in answers if answer["DIALOGFLAG"] != _NOT_CHECKED]
        free = [(plant, max(answer["AV_QTY_PLT"], Decimal(0))) for plant, answer in checked]
        return Availability(
            product=known.number or known.id,
            unit=unit,
            requested=quantity,
            available=tidy(sum((much for _, much in free), Decimal(0))) if free else None,
            warehouse=free[0][0] if len(free) == 1 else None,
            promised=_promised([answer for _, answer in checked], quantity),
        )

    def _known(self, code: str, operation: str) -> Product:
        found = self.products.find(number=code)
        if not found:
            raise NotFound("there is no such product", operation=operation, path="product")
        return found[0]

    def _internal(self, product: Product, unit: str, operation: str) -> str:
        mapped = self.office.units.internal(unit)
        if mapped is not None:
            return mapped
        own = str(product.raw.get("BASE_UOM") or "")
        if product.unit is not None and own and same_unit(product.unit, unit):
            return own
        raise UnmappedCode(
            f"the system's own code for the unit {unit} is not known",
            code="unit_unmapped",
            operation=operation,
            path="unit",
            hint=f"map it in the settings: units={unit}=YOUR_INTERNAL_CODE",
        )

    def _plants(self, code: str, operation: str) -> list[str]:
        """The plant of the settings, or those that have a stock record of the product."""
        if self.office.settings.plant:
            return [self.office.settings.plant]

        def refused(failure: RfcFailure) -> list[str]:
            raise ConfigurationError(
                "which plants stock the product is not to be seen, because the table MARD may not be read",
                operation=operation,
                native=failure.native,
                hint="give plant as a setting",
            )

        return self.office.from_table(lambda: self._stocked_in(code), refused, operation)

    def _stocked_in(self, code: str) -> list[str]:
        where = equal("MATNR", stored_material(code))
        rows = self.office.tables.rows("MARD", ["WERKS"], where, key=["MATNR", "WERKS", "LGORT"])
        return sorted({str(row["WERKS"]) for row in rows})

    def _asked(
        self, code: str, plant: str, unit: str, quantity: Decimal, by: date | None, operation: str
    ) -> dict[str, Any]:
        wanted = {"REQ_DATE": by or self.office.today(), "REQ_QTY": quantity}
        named = material_number(code)
        material = named.get("MATERIAL", "")
        more = {} if material else {"MATERIAL_EVG": {"MATERIAL_EXT": named["MATERIAL_LONG"]}}
        return self.office.asked(
            modules.AVAILABILITY,
            operation,
            PLANT=plant,
            MATERIAL=material,
            UNIT=unit,
            WMDVSX=[wanted],
            WMDVEX=[],
            **more,
        )


def _promised(answers: list[dict[str, Any]], quantity: Decimal) -> date | None:
    """The earliest day by which one plant confirms all of it."""
    days = []
    for answer in answers:
        rows = [row for row in answer["WMDVEX"] if row["COM_QTY"]]
        if sum((row["COM_QTY"] for row in rows), Decimal(0)) < quantity:
            continue
        last = max((day for row in rows if (day := day_in(row["COM_DATE"])) is not None), default=None)
        if last is not None:
            days.append(last)
    return min(days, default=None)


@understands_answers
class Prices:
    """What it costs: the price that a simulated order of one line finds, which is the customer's own."""

    def __init__(self, office: Office, orders: SalesOrders) -> None:
        self.office = office
        self.orders = orders

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The price for this customer and quantity; ``price`` is ``None`` when none is on file."""
        operation = "prices.quote"
        draft = OrderDraft(
            customer=customer,
            customer_po=None,
            currency=_ANY_CURRENCY,
            lines=[LineDraft(product=product, quantity=quantity, unit=unit)],
            order_date=on,
        )
        answer = simulated(self.orders, draft, operation, currency=None)
        row = answer["ORDER_ITEMS_OUT"][0]
        currency = row["CURR_ISO"] or row["CURRENCY"] or draft.currency
        price = price_in(answer["ORDER_CONDITION_EX"], {}, currency, self.office.settings)
        return Quote(
            customer=said(customer),
            product=said(product),
            quantity=quantity,
            unit=unit,
            price=price,
            net=money_in(row["NET_VALUE1"], currency) if price is not None else None,
            on=on,
            source="simulation",
        )
