"""A company: its tables, its series of numbers, and how it rounds."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

from .documents import Document, Kind, Line
from .masters import (
    Address,
    Code,
    Currency,
    Customer,
    Item,
    LedgerEntry,
    Location,
    PaymentTerms,
    Price,
    Unit,
    Variant,
    Vendor,
)
from .refusals import Refusal
from .tables import Table

if TYPE_CHECKING:
    from .world import World

_BY_NUMBER: Final = {"number": lambda row: row.number}
_BY_CODE: Final = {"code": lambda row: row.code}
_SERIES: Final = {
    "customer": ("C", 5),
    "vendor": ("V", 5),
    "item": ("", 4),
    "quote": ("S-QUO", 4),
    "order": ("S-ORD", 6),
    "invoice": ("S-INV", 6),
    "credit_memo": ("S-CRM", 4),
    "return_order": ("S-RET", 4),
    "shipment": ("S-SHPT", 6),
    "return_receipt": ("S-RCPT", 4),
    "posted invoice": ("PS-INV", 6),
    "posted credit_memo": ("PS-CR", 6),
    "purchase_order": ("P-ORD", 6),
    "purchase_invoice": ("P-INV", 6),
    "purchase_credit_memo": ("P-CRM", 4),
    "receipt": ("P-RCPT", 6),
    "posted purchase_invoice": ("PP-INV", 6),
    "posted purchase_credit_memo": ("PP-CR", 6),
}


class Company:
    """One legal entity with its own data; ``currency`` is the one that its books are kept in."""

    def __init__(
        self, world: World, name: str, currency: str, display_name: str = "", code: str = ""
    ) -> None:
        self.world, self.name, self.currency = world, name, currency
        self.display_name = display_name or name
        self.code = code or name[:4].lower()
        """A short name, where a product has one."""
        self.id = uuid5(NAMESPACE_URL, f"{world.name}/company/{name}")
        self.created = world.clock.now()
        self.rounding = Decimal("0.01")
        """What amounts in its own currency are rounded to."""
        self.address = Address(name=self.display_name)
        """Where purchases are delivered to."""
        self.accounts: dict[str, str] = {"6100": "Freight", "6800": "Packing"}
        """Ledger accounts that lines may name."""
        self.resources: dict[str, str] = {"LINA": "Fitter"}
        self.series: dict[str, tuple[str, int]] = dict(_SERIES)
        """Prefix and digits of numbers, by kind."""
        self._drawn: dict[str, int] = {}
        self.customers: Table[Customer] = self._table("Customer", _BY_NUMBER, "number")
        self.vendors: Table[Vendor] = self._table("Vendor", _BY_NUMBER, "number")
        self.items: Table[Item] = self._table("Item", _BY_NUMBER, "number")
        self.variants: Table[Variant] = self._table(
            "Item Variant", {"code": lambda row: (row.item, row.code), "item": lambda row: row.item}, "code"
        )
        self.units: Table[Unit] = self._table("Unit of Measure", _BY_CODE, "code")
        self.currencies: Table[Currency] = self._table("Currency", _BY_CODE, "code")
        self.locations: Table[Location] = self._table("Location", _BY_CODE, "code")
        self.payment_terms: Table[PaymentTerms] = self._table("Payment Terms", _BY_CODE, "code")
        self.payment_methods: Table[Code] = self._table("Payment Method", _BY_CODE, "code")
        self.shipment_methods: Table[Code] = self._table("Shipment Method", _BY_CODE, "code")
        self.agents: Table[Code] = self._table("Shipping Agent", _BY_CODE, "code")
        self.return_reasons: Table[Code] = self._table("Reason Code", _BY_CODE, "code")
        self.prices: Table[Price] = self._table("Sales Price", {"item": lambda row: row.item})
        self.ledger: Table[LedgerEntry] = self._table("Item Ledger Entry", {"item": lambda row: row.item})
        self.documents: Table[Document] = self._table(
            "Document",
            {
                "number": lambda row: (row.kind, row.posted, row.number),
                "kind": lambda row: row.kind,
                "order": lambda row: row.order,
                "order_number": lambda row: row.order_number,
                "partner": lambda row: row.partner,
                "external_number": lambda row: row.external_number,
            },
            "number",
        )
        self.archives: Table[Document] = self._table(
            "Document Archive", {"number": lambda row: (row.kind, row.number)}
        )
        """Copies of orders that were deleted; ``archived`` is their version."""
        self.lines: Table[Line] = self._table(
            "Line",
            {
                "document": lambda row: row.document,
                "object_number": lambda row: row.object_number,
                "lot": lambda row: row.lot,
            },
        )

        self._further: dict[str, Table[Code]] = {}

    def _table(self, name: str, indexes: dict[str, Any], unique: str = "") -> Table[Any]:
        return Table(self.world, self.name, name, indexes, unique)

    def tables(self) -> Iterable[Table[Any]]:
        """All tables."""
        return [value for value in vars(self).values() if isinstance(value, Table)] + [
            *self._further.values()
        ]

    def codes(self, name: str) -> Table[Code]:
        """A table of codes that one product has and no rule looks at; it is there once somebody asks for it."""
        if name not in self._further:
            self._further[name] = self._table(name, _BY_CODE, "code")
        return self._further[name]

    # ---------------------------------------------------------------- numbers

    def draw(self, series: str) -> str:
        """The next number of a series; it is gone whatever happens to what it was drawn for."""
        prefix, digits = self.series[series]
        return f"{prefix}{self.count(series) + 10 ** (digits - 1):0{digits}}"

    def count(self, series: str) -> int:
        """How many numbers a series has given, this one included; for products that write them in their own way."""
        self._drawn[series] = self._drawn.get(series, 0) + 1
        return self._drawn[series]

    # ---------------------------------------------------------------- look-ups

    def find(self, kind: Kind, number: str, *, posted: bool = False) -> Document | None:
        """A paper by its number."""
        return self.documents.by("number", (kind, posted, number))

    def lines_of(self, document: Document) -> list[Line]:
        """The lines of a paper, by their numbers."""
        return sorted(self.lines.where("document", document.id), key=lambda line: line.number)

    def partner_of(self, document: Document) -> Customer | Vendor:
        """The customer, or of a purchase the vendor."""
        return (
            self.vendors.row(document.partner)
            if document.is_purchase
            else self.customers.row(document.partner)
        )

    def known(self, table: Table[Any], code: str, field: str) -> str:
        """A code that is blank or in its table; otherwise a refusal."""
        if code and table.by("code", code) is None:
            raise Refusal("not_in_table", field=field, value=code, table=table.name)
        return code

    # ---------------------------------------------------------------- rounding

    def rounded(self, amount: Decimal, currency: str) -> Decimal:
        """An amount as the currency rounds it."""
        row = self.currencies.by("code", currency)
        step = self.rounding if row is None else row.rounding
        return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step

    def rounded_price(self, price: Decimal, currency: str) -> Decimal:
        """A unit price as it is kept."""
        row = self.currencies.by("code", currency)
        step = Decimal(1).scaleb(-self.world.settings.price_decimals) if row is None else row.price_rounding
        return ((price / step).quantize(Decimal(1), ROUND_HALF_UP) * step).normalize() + Decimal(0)
