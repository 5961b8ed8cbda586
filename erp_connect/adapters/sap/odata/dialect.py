"""The sales order service in its two versions: every difference between them stands here (sap.md 4.4, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from ....wire.odata import Model, Version, key_of, literal, to_json
from . import services

Body = dict[str, Any]
STAMP: Final = "PurchaseOrderByShipToParty"
"""The second reference of an order in either version, which takes the stamp (sap.md 2.19, 4.4)."""
WHATEVER: Final = "*"
"""The version of whoever writes over whatever is there."""
AS_IT_STANDS: Final[Mapping[str, str]] = {"If-Match": WHATEVER}
"""For parts of a change set behind the one that names the version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """Names and habits of one version.  A set or way that it does not have is ``""``."""

    version: Version
    service: str
    order: str
    item: str
    schedule: str
    address: str
    text: str
    order_price: str
    item_price: str
    to_items: str
    to_schedules: str
    to_partners: str
    to_addresses: str
    to_texts: str
    to_order_prices: str
    to_item_prices: str
    product: str
    plant: str
    dates_at_items: bool
    """Whether an item has a date of its own; otherwise it stands in the schedule lines only."""
    deletes: bool
    """Whether an order can be deleted."""

    # -- bodies and conditions ---------------------------------------------------------------------------

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> Any:
        """Nested rows of a deep insert."""
        return {"results": list(rows)} if self.version == 2 else list(rows)

    def cell(self, value: Any, edm: str) -> Any:
        """A value as a cell of a body; decimals are text, so that nobody makes a float of them."""
        return to_json(value, edm, self.version, decimals_as_text=True)

    def number(self, much: Decimal) -> Any:
        """A quantity or an amount as a cell."""
        return self.cell(much, "Edm.Decimal")

    def day(self, when: date) -> Any:
        """A date as a cell."""
        return self.cell(*self._dated(when))

    def since_day(self, name: str, sign: str, when: date) -> str:
        """A condition on a date: ``ge`` or ``le``."""
        return f"{name} {sign} {literal(*self._dated(when), self.version)}"

    def since(self, name: str, when: datetime) -> str:
        """A condition: changed then or later."""
        return f"{name} ge {literal(when, 'Edm.DateTimeOffset', self.version)}"

    def _dated(self, when: date) -> tuple[Any, str]:
        if self.version == 2:
            return datetime.combine(when, time()), "Edm.DateTime"
        return when, "Edm.Date"

    def at(self, entity_set: str, **keys: str) -> str:
        """The address of an entity."""
        return entity_set + key_of(keys, dict.fromkeys(keys, "Edm.String"), self.version)

    # -- reading -------------------------------------------------------------------------------------------

    def expanded(self, model: Model) -> str:
        """What is read with an order, as far as this release knows it."""
        of_order = self._known(model, self.order)
        of_item = [
            each for each in (self.to_schedules, self.to_item_prices) if each in self._known(model, self.item)
        ]
        wanted = [each for each in (self.to_texts, self.to_order_prices) if each in of_order]
        if self.version == 4:
            inner = f"($expand={','.join(of_item)})" if of_item else ""
            return ",".join([f"{self.to_items}{inner}", self.to_partners, *wanted])
        wanted += [self.to_items, *(f"{self.to_items}/{each}" for each in of_item), self.to_partners]
        if self.address in model.sets:
            wanted.append(f"{self.to_partners}/{self.to_addresses}")
        return ",".join(wanted)

    @staticmethod
    def _known(model: Model, entity_set: str) -> Mapping[str, str]:
        known = model.sets.get(entity_set)
        return {} if known is None else known.navigations


V2: Final = Dialect(
    version=2,
    service=services.ORDERS,
    order="A_SalesOrder",
    item="A_SalesOrderItem",
    schedule="A_SalesOrderScheduleLine",
    address="A_SalesOrderPartnerAddress",
    text="A_SalesOrderText",
    order_price="A_SalesOrderHeaderPrElement",
    item_price="A_SalesOrderItemPrElement",
    to_items="to_Item",
    to_schedules="to_ScheduleLine",
    to_partners="to_Partner",
    to_addresses="to_Address",
    to_texts="to_Text",
    to_order_prices="to_PricingElement",
    to_item_prices="to_PricingElement",
    product="Material",
    plant="ProductionPlant",
    dates_at_items=False,
    deletes=True,
)
V4: Final = Dialect(
    version=4,
    service=services.ORDERS_V4,
    order="SalesOrder",
    item="SalesOrderItem",
    schedule="SalesOrderScheduleLine",
    address="",
    text="SalesOrderText",
    order_price="SalesOrderPricingElement",
    item_price="SalesOrderItemPricingElement",
    to_items="_Item",
    to_schedules="_ScheduleLine",
    to_partners="_Partner",
    to_addresses="",
    to_texts="_Text",
    to_order_prices="_PricingElement",
    to_item_prices="_ItemPricingElement",
    product="Product",
    plant="Plant",
    dates_at_items=True,
    deletes=False,
)
