"""What the books share: the session, the company, look-ups, the site's settings."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from ....clock import Clock
from ....errors import AuthenticationFailed, ConfigurationError, ErpConnectError, NotFound
from ....wire.http import Answer, HttpSession
from ....wire.odata import Refused, Unreadable, literal
from ...services.cells import Row, flag, text, whole
from ...services.units import Units
from .asking import SITES, Asking
from .codes import Listed, Records, number_of
from .currencies import Currencies
from .errors import translated
from .settings import Sage200Settings

_FAILED: Final = frozenset({403, 404, 405, 400})


class Office:
    """One company of one site as its books use it.  Safe for several threads."""

    def __init__(
        self, session: HttpSession, settings: Sage200Settings, clock: Clock, zone: ZoneInfo, *, root: str
    ) -> None:
        """``root``: the path of the API below the host."""
        self.settings, self.clock, self.zone = settings, clock, zone
        self.api = Asking(session, root, page_size=settings.page_size)
        self.api.why_not = self._why_not
        self.site = self.company = ""
        self.sets_status = settings.cancel_by == "status"
        """Whether the release has an endpoint for the status of orders."""
        self._rules: Row | None = None
        self._lock = threading.Lock()
        self.warehouses = Listed(self, "warehouses", "warehouse")
        self.unit_names = Listed(self, "units", "unit")
        self.units = Units(settings.units, lambda: dict.fromkeys(self.unit_names.names.values(), ""))
        self._units: dict[str, str | None] = {}
        self.currencies = Currencies(self)
        self.customers = Records(self, "customers", "reference", "id,reference,name,currency_id", "customer")
        self.suppliers = Records(self, "suppliers", "reference", "id,reference,name,currency_id", "supplier")
        self.products = Records(self, "products", "code", "id,code,name,stock_unit_id", "product")

    def unit_called(self, name: str) -> str | None:
        """Our code for one of the site's units; ``None`` where nobody knows."""
        if name not in self._units:
            self._units[name] = self.units.ours(name)
        return self._units[name]

    def parties(self, kind: str) -> Records:
        """The accounts of a kind, ``customer`` or ``supplier``."""
        return self.customers if kind == "customer" else self.suppliers

    def currency_of(self, row: Row, party: str) -> str:
        """The currency of an order; that of its account on releases which do not tell it of orders (sage.md 4.4)."""
        id = whole(row, "currency_id")
        account = None if id else self.parties(party).row(whole(row, f"{party}_id"))
        return self.currencies.code(id if account is None else whole(account, "currency_id"))

    def today(self) -> date:
        """The present day of the company."""
        return self.clock.now().astimezone(self.zone).date()

    # -- site and company ------------------------------------------------------------------------------------

    def sites(self, operation: str) -> Sequence[Row]:
        """The companies that this user may work for, each with its site."""
        with self.translated(operation):
            return self.api.page(SITES)

    def enter(self, company: str | None) -> None:
        """Choose site and company, by id or name; the only ones where none are named.

        Raises ``ConfigurationError`` with those that there are.
        """
        try:
            found = self.sites("open")
        except NotFound as failure:
            raise ConfigurationError(
                "there is no API of Sage 200 at this address",
                code="no_service",
                operation="open",
                hint="see whether edition= is right, or the path in the URL: .../accounts/v1",
                native=failure.native,
            ) from failure
        fitting = [row for row in found if self._is_meant(row, company)]
        if len(fitting) != 1:
            wanted = " and ".join(
                f"{what} {said!r}"
                for what, said in (("site", self.settings.site), ("company", company))
                if said
            )
            raise ConfigurationError(
                f"this sign-in may not work for {wanted}"
                if wanted and not fitting
                else "several sites and companies could be meant",
                code="no_company",
                operation="open",
                hint=f"give site= and company= one of: {_listed(found)}",
            )
        (row,) = fitting
        self.site, self.company = text(row, "site_id"), str(row.get("company_id", ""))
        self.api.company = {"X-Site": self.site, "X-Company": self.company}

    def _is_meant(self, row: Row, company: str | None) -> bool:
        site, said = self.settings.site.casefold(), (company or "").casefold()
        sites = {text(row, name).casefold() for name in ("site_id", "site_name", "site_short_name")}
        companies = {str(row.get("company_id", "")), text(row, "company_name").casefold()}
        return (not site or site in sites) and (not said or said in companies)

    def _why_not(self, answer: Answer) -> ErpConnectError | None:
        """What a 401 means: the token, or the headers that name site and company (sage.md 9, no. 23)."""
        try:
            found = self.api.page(SITES)
        except (ErpConnectError, Refused, Unreadable):
            return None
        native = [{"status": answer.status, "message": answer.text()[:500]}]
        mine = [
            row
            for row in found
            if text(row, "site_id") == self.site and str(row.get("company_id", "")) == self.company
        ]
        if mine:
            return AuthenticationFailed(
                "the system refused X-Site and X-Company although it lists them, or a token that has just expired",
                code="company_refused",
                hint="repeat the call; if that does not help, see whether the company is enabled for the API",
                native=native,
            )
        return ConfigurationError(
            "the sign-in is good, but it may not work for this site and company (X-Site, X-Company)",
            code="no_company",
            hint=f"give site= and company= one of: {_listed(found)}",
            native=native,
        )

    # -- the company's own rules -----------------------------------------------------------------------------

    @property
    def rules(self) -> Row:
        """The settings of sales orders, read once; an empty record where they are not told."""
        with self._lock:
            if self._rules is None:
                try:
                    self._rules = next(iter(self.api.page("sop_settings")), {})
                except Refused as failure:
                    if failure.answer.status not in _FAILED:
                        raise
                    self._rules = {}
            return self._rules

    @cached_property
    def numbers_itself(self) -> bool:
        """Whether the system makes the numbers of orders: else one has to be sent (sage.md 4.4)."""
        return self.settings.edition == "standard" or self.rules.get(
            "auto_generate_order_return_numbers"
        ) in (None, True)

    @cached_property
    def taxed(self) -> bool | None:
        """Whether prices include tax; ``None`` where nobody says."""
        name = "are_prices_tax_inclusive"
        return flag(self.rules, name) if name in self.rules else None

    def offers(self, path: str) -> bool:
        """Whether the release has this endpoint: asking for it with ``GET`` changes nothing (sage.md 4.3)."""
        try:
            self.api.send("GET", path, params={"$top": "1"})
        except Refused as failure:
            return failure.answer.status != 404
        return True

    def knows(self, path: str, field: str) -> bool:
        """Whether records of a kind have this field in this release."""
        try:
            self.api.page(path, select=f"id,{field}", top="1")
        except Refused as failure:
            if failure.answer.status == 400:
                return False
            raise
        return True

    # -- reading ---------------------------------------------------------------------------------------------

    def row(self, path: str, id: str, operation: str, *, expand: str = "") -> Row:
        """One record; ``NotFound`` for an id that cannot be one, or that nobody has."""
        number = number_of(id)
        if not number:
            raise NotFound("there is no such record", operation=operation)
        with self.translated(operation):
            found = self.api.get(f"{path}/{number}", expand=expand)
            if whole(found, "id") != number:
                raise Unreadable("it tells of another record than was asked for")
            return found

    @staticmethod
    def equal(name: str, value: str) -> str:
        """A condition: the text of a field is this one."""
        return f"{name} eq {literal(value, 'Edm.String', 4)}"

    def translated(self, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
        """Answers of failure inside leave as this library's errors, with what became of a write."""
        return translated(self.clock, operation, writes=writes)


def _listed(rows: Sequence[Mapping[str, object]]) -> str:
    told = sorted(
        f"site={text(row, 'site_name') or text(row, 'site_id')}, company={text(row, 'company_name')}"
        for row in rows
    )
    return "; ".join(told) or "none at all"
