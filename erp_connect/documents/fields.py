"""Which fields of an order a column can fill, and what kind of value each one holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, get_args

__all__ = ["BOOKS", "FIELDS", "Book", "Field", "Holds", "fields_of"]

Book = Literal["sales", "purchase"]
"""Whether the rows are sales orders (what customers ask of us) or purchase orders (what we ask of suppliers)."""
BOOKS: Final[tuple[Book, ...]] = get_args(Book)


class Holds(Enum):
    """What stands in the cells of a column."""

    CODE = "a number, code or name"
    TEXT = "text"
    QUANTITY = "a number greater than zero"
    PRICE = "a number, zero or more"
    PERCENT = "a percentage from 0 to 100"
    DATE = "a date"
    CURRENCY = "an ISO 4217 currency code"
    UNIT = "a unit of measure"
    COUNTRY = "a country"
    ANYTHING = "whatever it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an order: ``name`` is its path in the draft, with ``line.`` in front of what belongs to a line."""

    name: str
    title: str
    holds: Holds
    book: Book | None = None
    """Only in this book; ``None``: in both."""
    required: bool = False
    option: str | None = None
    """The argument of ``read_orders`` that stands in for a missing column or a blank cell."""

    @property
    def of_line(self) -> bool:
        """Whether the value belongs to the line of the row, not to the whole order."""
        return self.name.startswith("line.")

    def path(self, line: int) -> str:
        """The path in the draft, for the line at this index."""
        return f"lines[{line}].{self.name[5:]}" if self.of_line else self.name


def _field(name: str, title: str, holds: Holds = Holds.CODE, **more: object) -> Field:
    return Field(name=name, title=title, holds=holds, **more)  # type: ignore[arg-type]


FIELDS: Final[tuple[Field, ...]] = (
    _field("customer", "Customer number", book="sales", required=True),
    _field("customer_po", "Customer PO number", book="sales", required=True),
    _field("supplier", "Supplier number", book="purchase", required=True),
    _field("number", "Purchase order number", book="purchase", required=True),
    _field("supplier_reference", "Supplier reference", book="purchase"),
    _field("order_date", "Order date", Holds.DATE),
    _field("currency", "Currency", Holds.CURRENCY, required=True, option="currency"),
    _field("line.product", "Product code", required=True),
    _field("line.quantity", "Quantity", Holds.QUANTITY, required=True),
    _field("line.unit", "Unit", Holds.UNIT, required=True, option="unit"),
    _field("line.price", "Price", Holds.PRICE),
    _field("line.price.per", "Price per", Holds.QUANTITY),
    _field("line.expected_price", "Expected price", Holds.PRICE),
    _field("line.discount", "Discount %", Holds.PERCENT),
    _field("line.requested", "Requested date", Holds.DATE),
    _field("line.description", "Description", Holds.TEXT),
    _field("line.reference", "Line reference"),
    _field("line.supplier_product", "Supplier product code", book="purchase"),
    _field("line.warehouse", "Warehouse"),
    _field("ship_to.name", "Ship-to name", Holds.TEXT),
    _field("ship_to.street", "Ship-to street", Holds.TEXT),
    _field("ship_to.street2", "Ship-to street 2", Holds.TEXT),
    _field("ship_to.city", "Ship-to city", Holds.TEXT),
    _field("ship_to.postal_code", "Ship-to postal code", Holds.TEXT),
    _field("ship_to.country", "Ship-to country", Holds.COUNTRY),
    _field("ship_to.region", "Ship-to region", Holds.TEXT),
    _field("payment_terms", "Payment terms"),
    _field("delivery_terms", "Delivery terms"),
    _field("notes", "Notes", Holds.TEXT),
)
"""Every field that a column can fill.  A date or warehouse that is the same on all lines is lifted to the order."""


def fields_of(book: Book) -> tuple[Field, ...]:
    """The fields that a sheet of this book can have."""
    return tuple(field for field in FIELDS if field.book in (None, book))
