"""What the books share: the session, the tables, the records that orders point at, the settings (dynamics.md 4.1)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from ....clock import Clock
from ....errors import (
    ConfigurationError,
    ErpConnectError,
    InvalidOrder,
    NotFound,
    TransportError,
    UnmappedCode,
)
from ....models import OrderDraft, Ref
from ....models.codes import UnknownCode
from ....models.units import same_unit, unit_code
from ....wire.http import Answer, HttpSession
from ....wire.odata import Entity, Group, Model, Operation, Property, Refused, Service, literal
from ....wire.odata.values import dumps
from ...services.cells import Row, guid, instant, mappings, text
from ...services.units import Units
from ..settings import SalesSettings
from .errors import refusal, translated

VERSIONS: Final = {"OData-MaxVersion": "4.0", "OData-Version": "4.0"}
ORDERS: Final = "salesorders"
LINES: Final = "salesorderdetails"
ACCOUNTS: Final = "accounts"
PRODUCTS: Final = "products"
_PORTION: Final = 50
"""Records that are looked up in one request."""


class Office:
    """One environment as its books use it.  Safe for several threads."""

    def __init__(
        self,
        session: HttpSession,
        settings: SalesSettings,
        clock: Clock,
        zone: ZoneInfo,
        *,
        root: str,
        cache: Path | None = None,
    ) -> None:
        self.session, self.settings, self.clock, self.zone = session, settings, clock, zone
        page = f"odata.maxpagesize={settings.page_size}"
        self.api = Service(
            session, root.strip("/"), 4, headers={**VERSIONS, "Prefer": page}, cache=cache, clock=clock
        )
        self._known: dict[tuple[str, str], Row | None] = {}
        self._lists: dict[str, Row] | None = None
        self._looking = threading.Lock()

    def today(self) -> date:
        """The present day of the company."""
        return self.clock.now().astimezone(self.zone).date()

    @property
    def model(self) -> Model:
        """What the environment says of itself; ``ConfigurationError`` where it cannot be had."""
        try:
            return self.api.model
        except ValueError as failure:
            raise ConfigurationError(
                f"the description of the environment cannot be read: {failure}",
                operation="open",
                code="no_service",
            ) from failure

    def known(self, entity_set: str) -> Mapping[str, Property]:
        """The columns of a table in this environment; none where it has no such table."""
        found = self.model.sets.get(entity_set)
        return {} if found is None else found.properties

    # -- reading ---------------------------------------------------------------------------------------------

    def rows(self, entity_set: str, *, where: str = "", **options: str) -> Iterator[Row]:
        """The rows of a table, page by page."""
        params = {f"${name}": value for name, value in options.items() if value}
        if where:
            params["$filter"] = where
        for page in self.api.pages(entity_set, params):
            yield from mappings(page)

    def row(self, entity_set: str, id: str, operation: str, *, expand: str = "") -> Entity:
        """One record; ``NotFound`` for an id that cannot be one, or that nobody has."""
        if not is_guid(id):
            raise NotFound("there is no such record", operation=operation)
        with self.translated(operation):
            return self.api.get(at(entity_set, id), {"$expand": expand} if expand else None)

    # -- records that orders point at ------------------------------------------------------------------------

    def account(self, customer: str | Ref) -> Row | None:
        """The account of a customer's number or id; ``None`` where there is none."""
        return self._looked_up(ACCOUNTS, "accountnumber", customer)

    def product(self, product: str | Ref) -> Row | None:
        """The product of a number or id; ``None`` where there is none."""
        return self._looked_up(PRODUCTS, "productnumber", product)

    def currency(self, code: str) -> str:
        """The id of a currency; ``UnmappedCode`` for one that the environment does not have."""
        row = self._looked_up("transactioncurrencies", "isocurrencycode", code)
        if row is None:
            raise UnmappedCode(f"the environment has no currency {code}", path="currency")
        return guid(row, "transactioncurrencyid")

    def price_list(self, account: Row, code: str) -> str | None:
        """The id of the price list of an order in this currency: the customer's, the site's, or the first there is.

        A list of another currency is none: the system refuses it.  ``ConfigurationError`` for one that is not there.
        """
        lists = self._price_lists()
        currency = self.currency(code)
        fitting = {
            id: row for id, row in lists.items() if guid(row, "_transactioncurrencyid_value") == currency
        }
        own, named = guid(account, "_defaultpricelevelid_value"), self.settings.price_list
        if own in fitting:
            return own
        if named:
            found = next((id for id, row in lists.items() if text(row, "name") == named), None)
            if found is None:
                raise ConfigurationError(f"there is no price list {named!r}", code="no_price_list")
            if found in fitting:
                return found
        return next(iter(fitting), None)

    def _price_lists(self) -> Mapping[str, Row]:
        with self._looking:
            if self._lists is None:
                rows = self.rows("pricelevels", where="statecode eq 0", orderby="name")
                self._lists = {guid(row, "pricelevelid"): row for row in rows}
            return self._lists

    def unit(self, unit: str, product: Row) -> str:
        """The id of a unit, in the unit group of a product; ``InvalidOrder`` where it has none."""
        group = guid(product, "_defaultuomscheduleid_value")
        codes = self._units_of(group)
        if unit in self.settings.units:
            wanted = self.settings.units[unit].casefold()
            fitting = [id for id, name in codes.items() if name.casefold() == wanted]
        else:
            fitting = [id for id, name in codes.items() if _same(self.units.ours(name), unit)]
        if not fitting:
            raise InvalidOrder(
                f"the product has no unit for {unit}",
                code="unit_unmapped",
                path="unit",
                hint=f"say which it is by the setting units={unit}=NAME; it has {', '.join(sorted(codes.values()))}",
            )
        own = guid(product, "_defaultuomid_value")
        return own if own in fitting else fitting[0]

    @cached_property
    def units(self) -> Units:
        """What units are called, in both directions."""
        return Units(self.settings.units)

    def _units_of(self, group: str) -> Mapping[str, str]:
        with self._looking:
            key = ("uoms", group)
            if key not in self._known:
                where = f"_uomscheduleid_value eq {group}" if group else ""
                rows = self.rows("uoms", where=where)
                self._known[key] = {guid(row, "uomid"): text(row, "name") for row in rows}
            found = self._known[key]
        return {} if found is None else {str(id): str(name) for id, name in found.items()}

    def _looked_up(self, entity_set: str, column: str, named: str | Ref) -> Row | None:
        """A record by a column or its id, remembered once it was found."""
        key = (entity_set, f"id {named.id}" if isinstance(named, Ref) else f"{column} {named}")
        with self._looking:
            found = self._known.get(key)
            if found is None:
                if isinstance(named, Ref):
                    where = f"{_ids[entity_set]} eq {named.id}" if is_guid(named.id) else ""
                else:
                    where = equal(column, named)
                with self.translated("look up"):
                    found = next(iter([*self.rows(entity_set, where=where)]), None) if where else None
                if found is not None:
                    self._known[key] = found
            return found

    def look_up_ahead(self, drafts: Iterable[OrderDraft]) -> None:
        """Remember the customers and products of many orders: a request for a portion of them, not for each."""
        orders = list(drafts)
        self._look_up_all(ACCOUNTS, "accountnumber", (each.customer for each in orders))
        self._look_up_all(PRODUCTS, "productnumber", (line.product for each in orders for line in each.lines))

    def _look_up_all(self, entity_set: str, column: str, named: Iterable[str | Ref]) -> None:
        with self._looking:
            texts = dict.fromkeys(each for each in named if isinstance(each, str))
            wanted = [each for each in texts if (entity_set, f"{column} {each}") not in self._known]
            for start in range(0, len(wanted), _PORTION):
                portion = wanted[start : start + _PORTION]
                found: dict[str, Row] = {}
                with self.translated("look up"):
                    for row in self.rows(
                        entity_set, where=" or ".join(equal(column, each) for each in portion)
                    ):
                        found.setdefault(text(row, column).casefold(), row)
                for each in portion:
                    if each.casefold() in found:
                        self._known[entity_set, f"{column} {each}"] = found[each.casefold()]

    @contextmanager
    def doubting(self) -> Iterator[None]:
        """What goes wrong inside may come from what was remembered: it is asked anew the next time."""
        try:
            yield
        except Exception:
            self.forget()
            raise

    def forget(self) -> None:
        """Ask anew: something that was remembered may have changed."""
        with self._looking:
            self._known.clear()
            self._lists = None

    # -- days ------------------------------------------------------------------------------------------------

    def day_out(self, when: date | None, column: str, entity_set: str = ORDERS) -> str | None:
        """A day as a column's cell: its own kind, or the beginning of the day here in UTC (dynamics.md 4.2)."""
        if when is None:
            return None
        kind = self.known(entity_set).get(column)
        if kind is not None and kind.type == "Edm.Date":
            return when.isoformat()
        begins = datetime.combine(when, time(), self.zone).astimezone(UTC)
        return begins.strftime("%Y-%m-%dT%H:%M:%SZ")

    def day_in(self, row: Row, column: str) -> date | None:
        """The day of a column, whatever its kind."""
        said = row.get(column)
        if isinstance(said, str) and len(said) == len("2026-01-31"):
            return date.fromisoformat(said)
        found = instant(row, column)
        return None if found is None else found.astimezone(self.zone).date()

    # -- writing ---------------------------------------------------------------------------------------------

    def together(self, parts: Sequence[Operation], operation: str) -> tuple[Answer, ...]:
        """Send parts that stand or fall together, which the caller has announced: one alone, more as a change set."""
        with self.translated(operation, writes=True):
            if len(parts) == 1:
                (part,) = parts
                answer = self.session.send(
                    part.method,
                    self.api.path + part.address,
                    headers={
                        **VERSIONS,
                        "Accept": "application/json",
                        "Content-Type": "application/json",
                        **part.headers,
                    },
                    body=None if part.body is None else dumps(part.body),
                )
                if not answer.ok:
                    raise Refused(answer)
                return (answer,)
            (told,) = self.api.batch([Group(tuple(parts))])
        if told.done:
            return told.answers
        failed = told.refused or next((each for each in told.answers if not each.ok), None)
        if failed is None:
            raise TransportError(
                "the system has not said what became of the change", operation=operation, outcome="unknown"
            )
        raise self.refused(failed, operation)

    def each(self, parts: Sequence[Operation], operation: str) -> list[Answer | ErpConnectError]:
        """Send parts in one batch, each a change set of its own; what became of each, in their order."""
        with self.translated(operation, writes=True):
            answers = self.api.batch([Group((part,)) for part in parts])
        found: list[Answer | ErpConnectError] = []
        for told in answers:
            failed = told.refused or next((each for each in told.answers if not each.ok), None)
            if failed is not None:
                found.append(self.refused(failed, operation))
            elif told.answers:
                found.append(told.answers[0])
            else:
                found.append(
                    TransportError(
                        "the system has not said what became of the record",
                        operation=operation,
                        outcome="unknown",
                    )
                )
        return found

    def refused(self, answer: Answer, operation: str) -> ErpConnectError:
        """The error for an answer of failure to a write."""
        return refusal(answer, self.clock, operation=operation, writes=True)

    def translated(self, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
        """Answers of failure inside leave as this library's errors, with what became of a write."""
        return translated(self.clock, operation, writes=writes)


_ids: Final = {
    ACCOUNTS: "accountid",
    PRODUCTS: "productid",
    "pricelevels": "pricelevelid",
    "transactioncurrencies": "transactioncurrencyid",
}


def at(entity_set: str, id: str) -> str:
    """The address of one record."""
    return f"{entity_set}({literal(UUID(id), 'Edm.Guid', 4)})"


def bound(entity_set: str, id: str) -> str:
    """What a lookup is bound to (dynamics.md 4.2)."""
    return f"/{entity_set}({id})"


def id_of(stamp: str) -> str:
    """The id that an order with this stamp has: the same for the same write, so that there is never a second."""
    return str(uuid5(NAMESPACE_URL, f"urn:erp-connect:{stamp}"))


def is_guid(id: str) -> bool:
    """Whether a text can be the id of a record."""
    try:
        UUID(id)
    except ValueError:
        return False
    return True


def equal(name: str, value: str) -> str:
    """A condition: the text of a column is this one."""
    return f"{name} eq {literal(value, 'Edm.String', 4)}"


def _same(found: str | None, unit: str) -> bool:
    try:
        return found is not None and same_unit(unit_code(found), unit)
    except UnknownCode:
        return False


__all__ = ["ACCOUNTS", "LINES", "ORDERS", "PRODUCTS", "Office", "at", "bound", "equal", "id_of", "is_guid"]
