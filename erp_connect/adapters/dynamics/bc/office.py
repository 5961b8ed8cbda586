"""What the books share: the session, the company, the description, the code lists, the site's settings."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from ....clock import Clock
from ....errors import ConfigurationError, ErpConnectError, NotFound, TransportError
from ....models.currencies import is_currency
from ....wire.http import Answer, HttpSession
from ....wire.odata import Entity, Group, Model, Operation, Property, Refused, Service, literal
from ....wire.odata.values import dumps
from ...services.cells import Row, guid, mappings, text
from ...services.units import Units
from ..settings import BusinessCentralSettings
from .codes import CodeList
from .errors import refusal, translated
from .variants import Variants

_SNAPSHOT: Final = {"Isolation": "snapshot"}
"""All parts of a batch in one transaction (dynamics.md 1.15)."""


class Office:
    """One company of one system as its books use it.  Safe for several threads."""

    def __init__(
        self,
        session: HttpSession,
        settings: BusinessCentralSettings,
        clock: Clock,
        zone: ZoneInfo,
        *,
        root: str,
        cache: Path | None = None,
    ) -> None:
        """``root``: the path of the API below the host; ``cache``: the folder for its description, if any."""
        self.session, self.settings, self.clock, self.zone = session, settings, clock, zone
        self.root = root.strip("/")
        page = f"odata.maxpagesize={settings.page_size}"
        self.api = Service(session, self.root, 4, headers={"Prefer": page}, cache=cache, clock=clock)
        self._company: Row | None = None
        self._currency: str | None = None
        self._lock = threading.Lock()

    def today(self) -> date:
        """The present day of the company."""
        return self.clock.now().astimezone(self.zone).date()

    # -- the company -----------------------------------------------------------------------------------------

    def companies(self, operation: str = "companies") -> Sequence[Row]:
        """All companies of the environment that this user may see."""
        with self.translated(operation):
            return [row for page in self.api.pages("companies") for row in page]

    def enter(self, named: str | None) -> None:
        """Choose the company, by id, name or display name; the only one where none is named.

        Raises ``ConfigurationError`` with the names that there are.
        """
        found = self.companies("open")
        wanted = (named or "").casefold()
        fitting = [
            row
            for row in found
            if not wanted or wanted in {text(row, name).casefold() for name in ("id", "name", "displayName")}
        ]
        if len(fitting) != 1:
            names = ", ".join(sorted(text(row, "name") for row in found)) or "none at all"
            raise ConfigurationError(
                f"the environment has no company {named!r}" if named else "no company was named",
                code="no_company",
                hint=f"give company= one of: {names}",
            )
        self._company = fitting[0]

    @property
    def company_id(self) -> str:
        """The id of the company."""
        return guid(self._company or {}, "id")

    @property
    def currency(self) -> str:
        """The company's own currency: as the settings say, or the system; blank where neither does.

        What is no currency's code is told, and asked for again: an answer may have been damaged on its way.
        """
        if self.settings.currency:
            return self.settings.currency
        if self._currency is None:
            if "companyInformation" not in self.model.sets:
                return ""
            said = next((text(row, "currencyCode") for row in self.rows("companyInformation")), "")
            if said and not is_currency(said):
                return said
            self._currency = said
        return self._currency

    # -- where things are ------------------------------------------------------------------------------------

    def at(self, entity_set: str, id: str = "") -> str:
        """The address of a set of the company, or of one record in it."""
        where = f"companies({self.company_id})/{entity_set}"
        return f"{where}({literal(UUID(id), 'Edm.Guid', 4)})" if id else where

    @property
    def model(self) -> Model:
        """What the API says of itself; ``ConfigurationError`` where it cannot be had."""
        try:
            return self.api.model
        except ValueError as failure:
            raise ConfigurationError(
                f"the description of the API cannot be read: {failure}",
                operation="open",
                code="no_service",
                hint="see whether the address, tenant and environment are right",
            ) from failure

    def known(self, entity_set: str) -> Mapping[str, Property]:
        """The properties that a set has in this release; none where it has no such set."""
        found = self.model.sets.get(entity_set)
        return {} if found is None else found.properties

    # -- reading ---------------------------------------------------------------------------------------------

    def rows(self, entity_set: str, *, where: str = "", expand: str = "", **options: str) -> Iterator[Row]:
        """The rows of a set of the company, page by page.  Not with ``top``: it would end the pages (1.4)."""
        params = {f"${name}": value for name, value in options.items() if value}
        if where:
            params["$filter"] = where
        if expand:
            params["$expand"] = expand
        for page in self.api.pages(self.at(entity_set), params):
            yield from mappings(page)

    def row(self, entity_set: str, id: str, operation: str, *, expand: str = "") -> Entity:
        """One record; ``NotFound`` for an id that cannot be one, or that nobody has."""
        if not is_guid(id):
            raise NotFound("there is no such record", operation=operation)
        with self.translated(operation):
            return self.api.get(self.at(entity_set, id), {"$expand": expand} if expand else None)

    # -- code lists ------------------------------------------------------------------------------------------

    @cached_property
    def payment_terms(self) -> CodeList:
        """Payment terms by code."""
        return CodeList(self, "paymentTerms", "payment_terms")

    @cached_property
    def delivery_terms(self) -> CodeList:
        """Delivery terms, which are called shipment methods there (dynamics.md 1.9)."""
        return CodeList(self, "shipmentMethods", "delivery_terms")

    @cached_property
    def locations(self) -> CodeList:
        """Warehouses by code."""
        return CodeList(self, "locations", "warehouse")

    @cached_property
    def return_reasons(self) -> CodeList:
        """Reasons of returns by code."""
        return CodeList(self, "customerReturnReasons", "reason")

    @cached_property
    def variants(self) -> Variants:
        """Variants of items by code."""
        return Variants(self)

    @cached_property
    def units(self) -> Units:
        """Units of measure in both directions."""
        return Units(self.settings.units, self._unit_codes)

    def _unit_codes(self) -> Mapping[str, str]:
        """International codes of units by the company's own."""
        rows = self.rows("unitsOfMeasure", select="code,internationalStandardCode")
        return {text(row, "code"): text(row, "internationalStandardCode") for row in rows}

    # -- writing ---------------------------------------------------------------------------------------------

    def together(self, parts: Sequence[Operation], operation: str) -> tuple[Answer, ...]:
        """Send parts that stand or fall together, which the caller has announced; their answers.

        One part goes by itself, more as one batch with snapshot isolation.  That tells of success for parts that ran
        before one was refused although all were taken back (dynamics.md 1.15): the answer counts as a whole.
        """
        with self.translated(operation, writes=True):
            if len(parts) == 1:
                (part,) = parts
                answer = self.session.send(
                    part.method,
                    self.api.path + part.address,
                    headers={
                        "Accept": "application/json",
                        "Content-Type": "application/json",
                        **part.headers,
                    },
                    body=None if part.body is None else dumps(part.body),
                )
                if not answer.ok:
                    raise Refused(answer)
                return (answer,)
            (told,) = self.api.batch(
                [Group(tuple(parts), atomic=False)], form="json", headers=_SNAPSHOT, goes_on=False
            )
        if told.done:
            return told.answers
        failed = told.refused or next((each for each in told.answers if not each.ok), None)
        if failed is None:
            raise TransportError(
                "the system has not said what became of the change", operation=operation, outcome="unknown"
            )
        raise self.refused(failed, operation)

    def each(self, parts: Sequence[Operation], operation: str) -> list[Answer | ErpConnectError]:
        """Send parts in one batch, each a transaction of its own; what became of each, in their order.

        Raises where the batch as a whole failed.
        """
        groups = [Group((part,), atomic=False) for part in parts]
        with self.translated(operation, writes=True):
            answers = self.api.batch(groups, form="json")
        return [
            TransportError(
                "the system has not said what became of the record", operation=operation, outcome="unknown"
            )
            if not told.answers
            else told.answers[0]
            if told.answers[0].ok
            else self.refused(told.answers[0], operation)
            for told in answers
        ]

    def refused(self, answer: Answer, operation: str) -> ErpConnectError:
        """The error for an answer of failure to a write."""
        return refusal(answer, self.clock, operation=operation, writes=True)

    def translated(self, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
        """Answers of failure inside leave as this library's errors, with what became of a write."""
        return translated(self.clock, operation, writes=writes)


def is_guid(id: str) -> bool:
    """Whether a text can be the id of a record."""
    try:
        UUID(id)
    except ValueError:
        return False
    return True


def equal(name: str, value: str) -> str:
    """A condition: the text of a property is this one."""
    return f"{name} eq {literal(value, 'Edm.String', 4)}"


def one_of(name: str, values: Sequence[str]) -> str:
    """A condition: the text of a property is one of these; a filter may not say ``or`` of two fields, of one it may."""
    return "(" + " or ".join(equal(name, value) for value in values) + ")"
