"""The order sheet: fields are put into it in the order in which they were sent, as into the product's view (3.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from ...business import stock
from ...business.documents import ZERO
from ...business.masters import Customer, Item, Location
from ...business.tables import Table
from .papers import NEW, address_out, customer_of, in_fiscal_period
from .refusing import Refused, unknown
from .resources import Desk

CODES: Final = {
    "DefaultPriceListCode": "Price list",
    "TaxGroup": "Tax group",
    **{f"Salesperson{n}": "Salesperson" for n in range(1, 6)},
}
"""Properties whose values are codes of one of the company's further tables."""


@dataclass
class LineSheet:
    """A line as it is entered."""

    desk: Desk
    usual: str
    """The order's location: the line's, until it has its own."""
    location: str = ""
    type: str = "Item"
    item: Item | None = None
    charge: str = ""
    description: str = ""
    unit: str = ""
    ordered: Decimal = ZERO
    shipped: Decimal = ZERO
    backordered: Decimal | None = None
    price: Decimal | None = None
    override: bool = False
    amount: Decimal = ZERO
    optional: list[dict[str, Any]] = field(default_factory=list)

    def put(self, name: str, value: Any) -> None:
        """Put a value into a field; what follows from it is overwritten."""
        match name:
            case "LineType":
                self._begin(value)
            case "Item":
                self._item(value)
            case "MiscellaneousChargesCode":
                self._charge(value)
            case "ExtendedAmount":
                self._only("Miscellaneous", name)
                self.amount = value
            case "Location":
                self._location(value)
            case "OrderUnitOfMeasure":
                self._unit(value)
            case "QuantityOrdered" | "QuantityShipped" | "QuantityBackordered":
                self._quantity(name, value)
            case "OrderUnitPrice" | "PricingUnitPrice":
                self._only("Item", name)
                self.price = value * (self._held() if name == "PricingUnitPrice" else 1)
            case "PriceOverride":
                self.override = value
            case "Description":
                self.description = value
            case "OrderDetailOptionalFields":
                self.optional = value

    def _only(self, type: str, name: str) -> None:
        if self.type != type or (type == "Item" and self.item is None):
            raise Refused("FieldInvalid", f"{name} cannot be entered for this line.")

    def _item(self, number: str) -> None:
        if self.type != "Item":
            if number:
                raise Refused("FieldInvalid", "Item cannot be entered for this line.")
            return
        item = self.desk.company.items.by("number", number)
        if item is None and self.desk.settings.unformatted_items:
            item = next((row for row in self.desk.company.items if unformatted(row.number) == number), None)
        if item is None:
            raise unknown("Item", number)
        if item.blocked:
            raise Refused("FieldInvalid", f"Item {number} is not active.")
        self._begin("Item")
        self.item, self.unit, self.description = item, item.unit, item.name

    def _begin(self, type: str) -> None:
        """Forget what was put so far: the line's type or item is another."""
        self.type, self.item = type, None
        self.charge = self.description = self.unit = ""
        self.location = self.usual
        self.ordered = self.shipped = self.amount = ZERO
        self.backordered = self.price = None
        self.override, self.optional = False, []

    def _charge(self, code: str) -> None:
        if not code and self.type == "Item":
            return
        self._only("Miscellaneous", "MiscellaneousChargesCode")
        row = self.desk.company.codes("Miscellaneous charge").by("code", code)
        if row is None:
            raise unknown("Miscellaneous charge", code)
        self.charge, self.description = code, row.name
        self.amount = row.extras.get("Amount", ZERO)

    def _location(self, code: str) -> None:
        if self.desk.company.locations.by("code", code) is None:
            raise unknown("Location", code)
        self.location = code
        if self.desk.settings.location_resets_quantity:
            self.ordered = self.shipped = ZERO
            self.backordered = None
        self._reprice()

    def _unit(self, unit: str) -> None:
        self._only("Item", "OrderUnitOfMeasure")
        assert self.item is not None
        if self.item.holds(unit) is None:
            raise Refused(
                "FieldInvalid", f"Unit of measure {unit} does not exist for item {self.item.number}."
            )
        self.unit = unit
        self._reprice()

    def _quantity(self, name: str, value: Decimal) -> None:
        self._only("Item", name)
        if value < 0:
            raise Refused("FieldInvalid", f"{name} cannot be negative.")
        match name:
            case "QuantityOrdered":
                self.ordered = value
                self._reprice()
            case "QuantityShipped":
                self.shipped = value
            case _:
                self.backordered = value

    def _held(self) -> Decimal:
        return self.item.holds(self.unit) or Decimal(1) if self.item is not None else Decimal(1)

    def _reprice(self) -> None:
        if not self.override:
            self.price = None


@dataclass
class OrderSheet:
    """An order as it is entered."""

    desk: Desk
    customer: Customer | None = None
    values: dict[str, Any] = field(default_factory=dict)
    lines: list[LineSheet] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """What the product says to it without refusing it."""

    def put(self, name: str, value: Any) -> None:
        """Put a value into a field; what follows from it is overwritten."""
        company = self.desk.company
        match name:
            case "CustomerNumber":
                self._customer(value)
            case "OrderNumber":
                self.values[name] = "" if value == NEW else value
            case "OrderDate":
                in_fiscal_period(self.desk, value)
                self.values[name] = value
            case "ShipToLocationCode":
                self._ship_to(value)
            case "DefaultLocationCode":
                self._known(company.locations, "Location", name, value)
            case "TermsCode":
                self._known(company.payment_terms, "Terms code", name, value)
            case "ShipViaCode":
                self._known(company.agents, "Ship-via code", name, value)
            case "OrderDetails":
                self.lines = [self._line(sent) for sent in value]
            case "OrderOptionalFields":
                optional_known(self.desk, value)
                self.values[name] = value
            case _ if name in CODES:
                self._known(company.codes(CODES[name]), CODES[name], name, value)
            case _:
                self.values[name] = value

    def _known(self, table: Table[Any], title: str, name: str, value: str) -> None:
        if value and table.by("code", value) is None:
            raise unknown(title, value)
        self.values[name] = value

    def _customer(self, number: str) -> None:
        customer = customer_of(self.desk, number)
        if customer.blocked == "all":
            raise Refused("General", f"Customer {number} is not active.")
        extras = customer.extras
        self.customer = customer
        self.values |= {
            **address_out(customer.address, extras, "BillTo"),
            **address_out(customer.address, extras, "ShipTo"),
            "BillToName": customer.name,
            "ShipToName": customer.name,
            "ShipToLocationCode": "",
            "DefaultLocationCode": customer.location or self._first_location(),
            "DefaultPriceListCode": extras.get("CustomerPriceList", ""),
            "TermsCode": customer.payment_terms,
            "TaxGroup": extras.get("TaxGroup", ""),
            "ShipViaCode": customer.agent,
            "Salesperson1": customer.salesperson,
        }
        for prefix in ("BillTo", "ShipTo"):
            self.values |= {f"{prefix}PhoneNumber": customer.phone, f"{prefix}Email": customer.email}

    def _first_location(self) -> str:
        first: Location | None = next(iter(self.desk.company.locations), None)
        return "" if first is None else first.code

    def _ship_to(self, code: str) -> None:
        customer = self._its_customer()
        self.values["ShipToLocationCode"] = code
        if not code:
            return
        row = self.desk.company.codes("Ship-to location").by("code", ship_to_key(customer.number, code))
        if row is None:
            raise unknown("Ship-to location", code)
        shown = {f"ShipTo{name}": value for name, value in row.extras.items()}
        self.values |= {name: value for name, value in shown.items() if name in SHIP_TO}
        self.values["ShipToName"] = row.name

    def _its_customer(self) -> Customer:
        if self.customer is None:
            raise Refused("RecordInvalid", "Customer number cannot be blank.")
        return self.customer

    def _line(self, sent: dict[str, Any]) -> LineSheet:
        self._its_customer()
        usual = self.values["DefaultLocationCode"]
        line = LineSheet(self.desk, usual, usual)
        for name, value in sent.items():
            line.put(name, value)
        self.warnings += _short_of_stock(self.desk, line)
        return line


SHIP_TO: Final = frozenset(address_out(Customer().address, {}, "ShipTo"))
"""The properties of an order's ship-to address."""


def ship_to_key(customer: str, code: str) -> str:
    """Under which code the table of ship-to locations keeps one of a customer."""
    return f"{customer}\n{code}"


def unformatted(number: str) -> str:
    """An item's number without its separators."""
    return number.replace("-", "").replace("/", "")


def optional_known(desk: Desk, fields: list[dict[str, Any]]) -> None:
    """Refuse optional fields that the site has not defined."""
    for each in fields:
        name = each.get("OptionalField", "")
        if desk.company.codes("Optional field").by("code", name) is None:
            raise unknown("Optional field", name)


def _short_of_stock(desk: Desk, line: LineSheet) -> list[str]:
    """Put on backorder what is not there to be shipped; what the product says to it."""
    if not line.shipped or line.item is None or desk.settings.short_stock == "allowed":
        return []
    held = line.item.holds(line.unit) or Decimal(1)
    there = stock.on_hand(desk.company, line.item.number, line.location) / held
    if line.shipped <= there:
        return []
    text = f"Quantity of item {line.item.number} at location {line.location} is not available."
    if desk.settings.short_stock == "refused":
        raise Refused("General", text)
    line.shipped = max(there, ZERO)
    return [f"{text} Quantity on backorder has been increased."]
