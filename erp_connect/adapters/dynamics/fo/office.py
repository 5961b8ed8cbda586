"""What the books share: the session, the data area, the sets that the release shows, the site's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import cached_property
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from ....clock import Clock
from ....errors import ConfigurationError, ErpConnectError, NotFound, TransportError
from ....wire.http import Answer, HttpSession
from ....wire.odata import Entity, Group, Operation, Refused, Service, key_of, literal
from ....wire.odata.values import dumps
from ...services.cells import Row, text
from ...services.units import Units
from ..settings import FinanceOperationsSettings
from .errors import refusal, translated

AREA: Final = "dataAreaId"
_ALL_AREAS: Final = {"cross-company": "true"}
"""Without it only the user's own company is read (dynamics.md 3.2)."""
_LEGAL_ENTITIES: Final = "LegalEntities"
_PORTION: Final = 20
"""How many values are named in one condition: addresses have a length."""
_JSON: Final = {"Accept": "application/json", "Content-Type": "application/json"}


class Office:
    """One data area of one system as its books use it.  Safe for several threads."""

    def __init__(
        self,
        session: HttpSession,
        settings: FinanceOperationsSettings,
        clock: Clock,
        zone: ZoneInfo,
        *,
        root: str,
    ) -> None:
        """``root``: the path of the service below the host."""
        self.session, self.settings, self.clock, self.zone = session, settings, clock, zone
        self.api = Service(session, root, 4, clock=clock)
        self.area = ""
        self.sets: frozenset[str] = frozenset()

    def today(self) -> date:
        """The present day of the company."""
        return self.clock.now().astimezone(self.zone).date()

    def day_of(self, moment: datetime) -> date:
        """The day of an instant, where the company is."""
        return moment.astimezone(self.zone).date()

    # -- the company -----------------------------------------------------------------------------------------

    def enter(self, named: str | None) -> None:
        """Read which sets there are, and choose the data area; the only one where none is named.

        The description of all sets is tens of megabytes, so their list is asked for and not that (dynamics.md 3.1).
        Raises ``ConfigurationError`` with the names that there are.
        """
        self.sets = frozenset(self.listed_sets())
        found = self.legal_entities()
        areas = [text(row, "LegalEntityId") for row in found]
        fitting = [area for area in areas if not named or area.casefold() == named.casefold()]
        if len(fitting) == 1:
            self.area = fitting[0].lower()
        elif named and not areas:
            self.area = named.lower()  # the user may not see the list, or the release has none
        else:
            raise ConfigurationError(
                f"the system has no legal entity {named!r}" if named else "no legal entity was named",
                code="no_company",
                hint=f"give company= one of: {', '.join(sorted(areas)) or 'none at all'}",
            )

    def listed_sets(self) -> Sequence[str]:
        """The names of the entity sets that this release shows."""
        with self.translated("open"):
            return [text(row, "name") for page in self.api.pages("") for row in page]

    def legal_entities(self, operation: str = "companies") -> Sequence[Row]:
        """All legal entities that this user may see."""
        if _LEGAL_ENTITIES not in self.sets:
            return ()
        with self.translated(operation):
            return [row for page in self.api.pages(_LEGAL_ENTITIES, _ALL_AREAS) for row in page]

    @cached_property
    def units(self) -> Units:
        """Units of measure in both directions."""
        return Units(self.settings.units, self._listed_units if "UnitsOfMeasure" in self.sets else None)

    def symbols(self) -> Sequence[str]:
        """The symbols of all units; none where the release does not show them."""
        if "UnitsOfMeasure" not in self.sets:
            return ()
        with self.translated("units"):
            pages = self.api.pages("UnitsOfMeasure", {"$select": "UnitSymbol"})
            return tuple(text(row, "UnitSymbol") for page in pages for row in page)

    def _listed_units(self) -> Mapping[str, str]:
        """Nothing tells which international code a symbol is (dynamics.md 3.3)."""
        return dict.fromkeys(self.symbols(), "")

    def site_of(self, warehouse: str | None) -> str:
        """The site of a warehouse as the settings say; the settings' own where they name none for it."""
        return self.settings.sites.get(warehouse or "", "") or self.settings.site

    # -- where things are ------------------------------------------------------------------------------------

    def at(self, entity_set: str, **keys: str | int) -> str:
        """The address of a record of the data area: every part of its key is named (dynamics.md 3.2)."""
        said = {AREA: self.area, **keys}
        types = {name: "Edm.Int64" if isinstance(key, int) else "Edm.String" for name, key in said.items()}
        return f"{entity_set}{key_of(said, types, 4)}?cross-company=true"

    def action(self, address: str, name: str) -> str:
        """The address of an action on a record, which only an extension has (dynamics.md 3.5)."""
        return f"{address.partition('?')[0]}/Microsoft.Dynamics.DataEntities.{name}"

    # -- reading ---------------------------------------------------------------------------------------------

    def pages(self, entity_set: str, *, where: str = "", **options: str) -> Iterator[list[dict[str, Any]]]:
        """The rows of a set in the data area, page by page."""
        params = {**_ALL_AREAS, "$filter": equal(AREA, self.area) + (f" and {where}" if where else "")}
        params |= {f"${name}": value for name, value in options.items() if value}
        return self.api.pages(entity_set, params)

    def rows(self, entity_set: str, *, where: str = "", **options: str) -> Iterator[Row]:
        """The rows of a set in the data area."""
        for page in self.pages(entity_set, where=where, **options):
            yield from page

    def rows_of(self, entity_set: str, name: str, values: Sequence[str], **options: str) -> Iterator[Row]:
        """The rows in which a property is one of these values, so many named in one request; none without a value.

        An asterisk in a condition stands for anything (dynamics.md 3.2): what does not fit is left out.
        """
        wanted = {value.casefold() for value in values}
        rest = iter(values)
        while portion := list(islice(rest, _PORTION)):
            where = "(" + " or ".join(equal(name, value) for value in portion) + ")"
            for row in self.rows(entity_set, where=where, **options):
                if text(row, name).casefold() in wanted:
                    yield row

    def row(self, address: str, operation: str, *, expand: str = "") -> Entity:
        """One record; ``NotFound`` where there is none."""
        with self.translated(operation):
            found = self.api.get(address, {"$expand": expand} if expand else None)
        if text(found, AREA).casefold() != self.area:
            raise NotFound("there is no such record", operation=operation)
        return found

    # -- writing ---------------------------------------------------------------------------------------------

    def together(self, parts: Sequence[Operation], operation: str) -> tuple[Answer, ...]:
        """Send parts that stand or fall together, which the caller has announced; their answers.

        One part goes by itself, more as one change set, which is one transaction (dynamics.md 3.2).
        """
        with self.translated(operation, writes=True):
            if len(parts) == 1:
                (part,) = parts
                answer = self.session.send(
                    part.method,
                    self.api.path + part.address,
                    headers={**_JSON, **part.headers},
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
            raise self.unsaid(operation)
        raise self.refused(failed, operation)

    def each(
        self, groups: Sequence[Sequence[Operation]], operation: str
    ) -> list[tuple[Answer, ...] | ErpConnectError]:
        """Send groups in one batch, each a transaction of its own; what became of each, in their order.

        Raises where the batch as a whole failed.
        """
        with self.translated(operation, writes=True):
            told = self.api.batch([Group(tuple(group)) for group in groups])
        verdicts: list[tuple[Answer, ...] | ErpConnectError] = []
        for answer in told:
            failed = answer.refused or next((each for each in answer.answers if not each.ok), None)
            if answer.done:
                verdicts.append(answer.answers)
            else:
                verdicts.append(self.unsaid(operation) if failed is None else self.refused(failed, operation))
        return verdicts

    def unsaid(self, operation: str) -> TransportError:
        """The error for a part of a batch of which the answer tells nothing."""
        return TransportError(
            "the system has not said what became of the change", operation=operation, outcome="unknown"
        )

    def refused(self, answer: Answer, operation: str) -> ErpConnectError:
        """The error for an answer of failure to a write."""
        return refusal(answer, self.clock, self.settings, operation=operation, writes=True)

    def translated(self, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
        """Answers of failure inside leave as this library's errors, with what became of a write."""
        return translated(self.clock, self.settings, operation, writes=writes)


def equal(name: str, value: str) -> str:
    """A condition: the text of a property is this one, or fits where it has an asterisk in it."""
    return f"{name} eq {literal(value, 'Edm.String', 4)}"


def other_than(name: str, enumeration: str, member: str) -> str:
    """A condition: the member of an enumeration is another one; a bare text would be refused (dynamics.md 3.2)."""
    return f"{name} ne Microsoft.Dynamics.DataEntities.{enumeration}'{member}'"
