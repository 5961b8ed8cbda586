"""The companies' rows behind ``/data``: which company, which book, and what a refusal becomes (dynamics.md 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from ...business.company import Company
from ...business.refusals import Refusal
from ...business.world import World
from ...odata.model import Model
from ...odata.source import Row
from . import clerk
from .book import Book
from .headers import Headers
from .lines import Lines
from .masters import Codes, Parties, Products
from .model import blank
from .postings import Confirmations, Invoices, Reports, Tracking
from .refusing import Verb, dangling, missing, worded
from .settings import Settings
from .shapes import HEADERS, LINES
from .stock import Agreements, OnHand

BOOKS: Final[dict[str, type[Book]]] = {
    **dict.fromkeys(HEADERS, Headers),
    **dict.fromkeys(LINES, Lines),
    **dict.fromkeys(("SalesOrderConfirmationHeaders", "SalesOrderConfirmationLines"), Confirmations),
    "PackingSlipTrackingInformation": Tracking,
    **dict.fromkeys(("CustPackingSlipJourBiEntities", "CustPackingSlipTransBiEntities"), Reports),
    **dict.fromkeys(("SalesTableBiEntities", "SalesLineBiEntities"), Reports),
    **dict.fromkeys(("SalesInvoiceHeadersV2", "SalesInvoiceHeadersV4"), Invoices),
    **dict.fromkeys(("SalesInvoiceV2Lines", "SalesInvoiceV4Lines"), Invoices),
    **dict.fromkeys(("CustomersV3", "VendorsV2"), Parties),
    **dict.fromkeys(("ReleasedProductsV2", "ReleasedProductVariantsV2"), Products),
    **dict.fromkeys(("WarehousesOnHandV2", "InventorySitesOnHandV2"), OnHand),
    "SalesPriceAgreements": Agreements,
    **dict.fromkeys(("UnitsOfMeasure", "DeliveryMode", "LegalEntities"), Codes),
}


class DataSource:
    """All companies of the system; ``home`` is the caller's own, ``across`` says whether others are seen too."""

    def __init__(
        self, world: World, settings: Settings, model: Model, home: str = "", *, across: bool = True
    ) -> None:
        self.world, self.settings, self.model = world, settings, model
        self.home, self.across = home, across

    def seen(self, home: str, *, across: bool) -> DataSource:
        """The same, as one caller sees it."""
        return DataSource(self.world, self.settings, self.model, home, across=across)

    def company(self, code: str) -> Company | None:
        """The company of a data area."""
        found = (one for one in self.world.companies.values() if one.code.lower() == code.lower())
        return next(found, None)

    def _book(self, name: str) -> Book:
        return BOOKS[name](self.settings, self.model)

    # ---------------------------------------------------------------- reading

    def rows(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The rows of the caller's company, or of all."""
        book = self._book(entity_set)
        return (row for one in self._companies(entity_set) for row in book.rows(one, entity_set, where))

    def listed(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The same, for pages of a list."""
        name = (self.home, self.across, entity_set, *where.items())
        return self.world.lists.kept(name, self.world.moment, lambda: self.rows(entity_set, where))

    def _companies(self, entity_set: str) -> Sequence[Company]:
        own = self.company(self.home)
        if self.across and "dataAreaId" in self.model.sets[entity_set].properties:
            return list(self.world.companies.values())
        return [own] if own is not None else []

    # ---------------------------------------------------------------- writing

    def create(self, entity_set: str, sent: Row) -> Row:
        """A new entity in the company that is named, or in the caller's."""
        code = sent.get("dataAreaId") or self.home
        company = self.company(code)
        if company is None:
            raise dangling(self.settings, entity_set, "dataAreaId", code, "Legal entities")
        with self._worded(entity_set):
            return self._book(entity_set).create(company, entity_set, self._blanked(entity_set, sent))

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        """Change what was sent."""
        with self._worded(entity_set):
            self._book(entity_set).change(self._owner(row), entity_set, row, self._blanked(entity_set, sent))

    def remove(self, entity_set: str, row: Row) -> None:
        """Delete an entity."""
        with self._worded(entity_set, "Delete"):
            self._book(entity_set).remove(self._owner(row), entity_set, row)

    def act(self, entity_set: str, row: Row, action: str) -> None:
        """Run an action of the site's own on an order (dynamics.md 3.5)."""
        company = self._owner(row)
        with self._worded(entity_set):
            order = company.documents.row(row["@id"])
            match self.settings.actions[action]:
                case "confirm":
                    clerk.confirm(company, order)
                case "cancel":
                    clerk.cancel(company, order)

    def call(self, operation: str, arguments: Row) -> Row:
        """Nothing: there are no function imports."""
        raise missing()

    def _blanked(self, entity_set: str, sent: Row) -> Row:
        """What was sent, with blanks for nulls."""
        properties = self.model.sets[entity_set].properties
        return {n: blank(properties[n], self.settings) if v is None else v for n, v in sent.items()}

    def _owner(self, row: Row) -> Company:
        company = self.company(row["dataAreaId"])
        if company is None:
            raise missing()
        return company

    @contextmanager
    def _worded(self, entity_set: str, verb: Verb = "Write") -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            raise worded(refusal, entity_set, self.settings, verb) from refusal
