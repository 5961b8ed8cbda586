"""What the books share: the company, its resources, its currency and units, and whether the server is awake."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from ....clock import Clock
from ....errors import (
    ConfigurationError,
    InvalidOrder,
    NotFound,
    PermissionMissing,
    Throttled,
    TransportError,
    UnsupportedOperation,
)
from ....models import Ref
from ....models.codes import UnknownCode
from ....models.countries import COUNTRIES, country_code
from ....wire.http import HttpSession
from ...services.cells import Row, text
from ...services.units import Units
from .asking import Asking, text_key
from .conditions import Where, equal
from .errors import translated
from .settings import Sage300Settings

ORDERS: Final = "OE/OEOrders"
INVOICES: Final = "OE/OEInvoices"
NOTES: Final = "OE/OECreditDebitNotes"
CUSTOMERS: Final = "AR/ARCustomers"
ITEMS: Final = "IC/ICItems"
PRICES: Final = "IC/ICItemPricing"
UNITS: Final = "IC/ICUnitsOfMeasure"
PURCHASES: Final = "PO/POPurchaseOrders"
RECEIPTS: Final = "PO/POReceipts"
RECEIVED: Final = "PO/POGetReceipts"
COMPANY: Final = "CS/CSCompanyProfile"
STOCKS: Final = ("IC/ICLocationDetails", "IC/ICItemLocations")
"""Resources that some releases have and the manual does not list (sage.md 3.4)."""
Offered = Mapping[str, frozenset[str]]
"""What a server offers: verbs in small letters by resource (``OE/OEOrders``)."""
_ABSENT: Final = (NotFound, PermissionMissing, UnsupportedOperation)
_CURRENCIES: Final = ("HomeCurrency", "FunctionalCurrency")
"""What profiles of companies call their currency."""
_NAP: Final = 1.0
"""Seconds between two questions to a server that is starting."""
_REMEMBERED: Final = 5_000
"""Customers and items of which the currency and number are kept in mind."""
_NAMES: Final[Mapping[str, str]] = {name.casefold(): code for code, name in COUNTRIES.items()}


class Office:
    """One company of one installation as its books use it.  Safe for several threads."""

    def __init__(
        self, session: HttpSession, settings: Sage300Settings, clock: Clock, zone: ZoneInfo, *, root: str
    ) -> None:
        """``root``: the path of the company below the host."""
        self.settings, self.clock, self.zone = settings, clock, zone
        self.asking = Asking(session, root, self._heard)
        self.offered: Offered | None = None
        """What the server says it offers; ``None`` where it does not say."""
        self.stock: str | None = None
        """The resource that tells stock; ``None`` where there is none."""
        self._last: float | None = None
        self._currencies: dict[str, str] = {}
        self._vendors: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._lock = threading.Lock()

    def today(self) -> date:
        """The present day of the company."""
        return self.clock.now().astimezone(self.zone).date()

    def translated(self, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
        """Answers of failure inside leave as this library's errors, with what became of a write."""
        return translated(self.clock, operation, writes=writes)

    def offers(self, resource: str, verb: str = "get") -> bool:
        """Whether the server has a resource, as far as it says what it has."""
        return self.offered is None or verb in self.offered.get(resource, frozenset())

    # -- awake -----------------------------------------------------------------------------------------------

    def _heard(self) -> None:
        self._last = self.clock.monotonic()

    def wake(self, operation: str) -> None:
        """One cheap question, repeated while the application starts: that takes longer than a call may (3.1).

        Before a write this keeps a sleeping server from turning it into one whose outcome nobody knows.
        """
        until = self.clock.monotonic() + self.settings.warm_up
        while True:
            try:
                self.ask(operation)
            except TransportError as failure:
                starting = failure.code == "no_answer" or isinstance(failure, Throttled)
                if not starting or self.clock.monotonic() >= until:
                    raise
                self.clock.sleep(failure.retry_after or _NAP)
            else:
                return

    def ask(self, operation: str) -> None:
        """One cheap question."""
        with self.translated(operation):
            for _ in self.asking.rows(ORDERS, select="OrderNumber", top=1):
                break

    def awake(self, operation: str) -> None:
        """Wake the server where it has not been heard of for so long that it has gone to sleep."""
        last = self._last
        if last is None or self.clock.monotonic() - last >= self.settings.idle_minutes * 60:
            self.wake(operation)

    # -- the company -----------------------------------------------------------------------------------------

    @cached_property
    def profile(self) -> Row:
        """The company's profile; empty where the user may not read it."""
        try:
            with self.translated("open"):
                return next(iter(self.asking.few(COMPANY, Where())), {})
        except _ABSENT:
            return {}

    @cached_property
    def currency(self) -> str:
        """The company's own currency: as the settings say, or its profile; blank where neither does."""
        told = (text(self.profile, name) for name in _CURRENCIES)
        return self.settings.currency or next(filter(None, told), "")

    @cached_property
    def units(self) -> Units:
        """Units of measure in both directions."""
        return Units(self.settings.units, self._unit_codes)

    def _unit_codes(self) -> Mapping[str, str]:
        """What the site's units are by their looks: ``Ea.`` is ``Ea``, which is each (sage.md 3.5)."""
        try:
            with self.translated("open"):
                codes = [text(row, "UnitOfMeasure") for row in self.asking.rows(UNITS)]
        except _ABSENT:
            return {}
        return {code: code.rstrip(".") for code in codes if code}

    # -- customers and items ---------------------------------------------------------------------------------

    def customer(self, number: str, operation: str) -> Row | None:
        """A customer's card; ``None`` where there is none."""
        with self.translated(operation):
            found = self.asking.few(CUSTOMERS, equal("CustomerNumber", number))
        return next((row for row in found if text(row, "CustomerNumber") == number), None)

    def currency_of(self, customer: str, operation: str) -> str:
        """The currency in which a customer orders, which nothing on an order can change (sage.md 6.3).

        ``InvalidOrder`` for a customer who is not there; ``ConfigurationError`` where nobody tells the currency.
        """
        known = self._currencies.get(customer)
        if known is not None:
            return known
        row = self.customer(customer, operation)
        if row is None:
            raise InvalidOrder("there is no such customer", operation=operation, path="order.customer")
        found = text(row, "CurrencyCode") or self.currency
        if not found:
            raise ConfigurationError(
                "neither the customer nor the company tells its currency",
                code="no_currency",
                operation=operation,
                hint="give currency=, the company's own",
            )
        return _remembered(self._currencies, customer, found, self._lock)

    def vendors_currency(self, vendor: str, operation: str) -> str:
        """The currency of a vendor as an earlier order of his tells it, for no card does; blank where there is none."""
        known = self._vendors.get(vendor, "")
        if not known:
            with self.translated(operation):
                for row in self.asking.rows(PURCHASES, equal("Vendor", vendor), top=1):
                    known = text(row, "Currency")
        return _remembered(self._vendors, vendor, known, self._lock) if known else ""

    def item_number(self, product: str | Ref, operation: str) -> str:
        """The formatted number of an item, which lines name; an id is the number without its separators.

        ``InvalidOrder`` for an id that is not there.
        """
        if not isinstance(product, Ref):
            return product.upper()
        known = self._numbers.get(product.id)
        if known is not None:
            return known
        try:
            with self.translated(operation):
                row = self.asking.row(ITEMS, text_key(product.id))
        except NotFound as absent:
            raise InvalidOrder("there is no such product", operation=operation, path="product") from absent
        found = text(row, "ItemNumber") or text(row, "UnformattedItemNumber")
        return _remembered(self._numbers, product.id, found, self._lock)

    # -- words -----------------------------------------------------------------------------------------------

    def unit_in(self, code: str, warnings: list[str]) -> str | None:
        """Our code of a unit; the site's own, with a warning, where nobody knows it."""
        found = self.units.ours(code)
        if found is None and code:
            warnings.append(f"the unit {code} is not known here; map it in the settings (units=...)")
            return code
        return found

    def country_out(self, code: str) -> str:
        """What addresses of the site say for a country."""
        return self.settings.countries.get(code, code)

    def country_in(self, said: str) -> str | None:
        """The code of what an address says: a word of the site's, a code or an English name; ``None`` for another."""
        for ours, theirs in self.settings.countries.items():
            if theirs.casefold() == said.casefold():
                return ours
        try:
            return country_code(said.upper() if len(said) == 2 else said)
        except UnknownCode:
            return _NAMES.get(said.casefold())


def _remembered(memory: dict[str, str], name: str, found: str, lock: threading.Lock) -> str:
    with lock:
        if len(memory) >= _REMEMBERED:
            memory.clear()
        memory[name] = found
    return found
