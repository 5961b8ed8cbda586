"""What the books share: the session, its services, the site's settings."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date
from functools import cached_property
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from ....clock import Clock
from ....errors import ConfigurationError, ErpConnectError, TransportError
from ....wire.http import Answer, HttpSession
from ....wire.odata import Group, GroupAnswer, Model, Property, Refused, Service
from ...contract import Write
from ..conventions import Countries, Units
from ..messages import Meanings
from ..settings import ODataSettings
from . import services
from .custom_fields import CustomFields
from .dialect import STAMP, V2, V4
from .errors import refusal, translated
from .mapping_conditions import Pricing

_V4_PATHS: Final = {services.ORDERS_V4: "api_salesorder/srvd_a2x/sap/salesorder/0001"}
"""Services of version 4, below the root of that version (sap.md 4.1)."""
_EXACT: Final = dict.fromkeys(("Accept", "Content-Type"), "application/json;IEEE754Compatible=true")
"""Version 4 says and takes decimals as text only where that is agreed (sap.md 4.5)."""


def path_of(name: str, settings: ODataSettings, root: str = "") -> str:
    """The path of a service below the host; ``root`` replaces that of the version that was chosen."""
    newer = name in _V4_PATHS
    chosen = newer == (settings.service == "v4")
    usual = settings.v4_root if newer else settings.v2_root
    below = (root if chosen else "").strip("/") or usual.strip("/")
    return f"{below}/{_V4_PATHS.get(name, name)}"


class Office:
    """One system as its books use it.  Safe for several threads."""

    def __init__(
        self,
        session: HttpSession,
        settings: ODataSettings,
        clock: Clock,
        zone: ZoneInfo | None,
        *,
        root: str = "",
        cache: Path | None = None,
    ) -> None:
        """``root`` replaces the path of the settings, for the services of the version that was chosen.

        ``cache``: the folder in which their descriptions are kept, if in any.
        """
        self.session = session
        self.settings = settings
        self.clock = clock
        self.zone = zone
        self.units = Units(settings.units)
        self.countries = Countries(settings.countries)
        self.meanings = Meanings(settings.message_classes)
        self.dialect = V4 if settings.service == "v4" else V2
        """How the sales order service is spoken to."""
        self.closed: frozenset[str] = frozenset()
        """Services that are not active, or closed to this user, as the opening of the connection has found."""
        self._root, self._cache = root, cache
        self._services: dict[str, Service] = {}
        self._opening = threading.Lock()

    def today(self) -> date:
        """The present day of the company."""
        return self.clock.now().astimezone(self.zone or UTC).date()

    # -- services --------------------------------------------------------------------------------------------

    def path(self, name: str) -> str:
        """The path of a service below the host."""
        return path_of(name, self.settings, self._root)

    def greet(self, name: str) -> Answer:
        """Ask a service whether it is there; it answers with the names of its sets.  Raises ``Refused``."""
        answer = self.session.send("GET", f"{self.path(name)}/", headers={"Accept": "application/json"})
        if not answer.ok:
            raise Refused(answer)
        return answer

    def service(self, name: str) -> Service:
        """A service by its technical name; the same one for all who ask."""
        with self._opening:
            known = self._services.get(name)
            if known is None:
                newer = name in _V4_PATHS
                known = Service(
                    self.session,
                    self.path(name),
                    4 if newer else 2,
                    headers=_EXACT if newer else None,
                    cache=self._cache,
                    clock=self.clock,
                )
                self._services[name] = known
            return known

    def model(self, name: str, operation: str) -> Model:
        """What a service says of itself; ``ConfigurationError`` where it cannot be had."""
        try:
            return self.service(name).model
        except ValueError as failure:
            raise ConfigurationError(
                f"the description of {name} cannot be read: {failure}",
                operation=operation,
                code="no_service",
                hint="have the service activated, and see whether v2_root and v4_root are right",
            ) from failure

    # -- the sales order service -----------------------------------------------------------------------------

    @property
    def orders(self) -> Service:
        """The sales order service in the version that was chosen."""
        return self.service(self.dialect.service)

    @cached_property
    def orders_model(self) -> Model:
        """What the sales order service says of itself in this release."""
        return self.model(self.dialect.service, "open")

    def known(self, entity_set: str) -> Mapping[str, Property]:
        """The properties that a set of the sales order service has in this release; none where it has no such set."""
        found = self.orders_model.sets.get(entity_set)
        return {} if found is None else found.properties

    @property
    def stamps(self) -> bool:
        """Whether this release has the field that takes the stamp, and lets it be written and searched."""
        held = self.known(self.dialect.order).get(STAMP)
        return held is not None and held.allows("creatable") and held.allows("filterable")

    @property
    def schedules_change(self) -> bool:
        """Whether schedule lines can be changed in this release (sap.md 4.5: in version 4 they never can)."""
        return self.dialect.version == 2 and self.orders_model.allows(self.dialect.schedule, "updatable")

    @cached_property
    def pricing(self) -> Pricing:
        """Prices and discounts of orders."""
        known = self.orders_model.sets.get(self.dialect.item_price)
        return Pricing(self.dialect, known, self.settings)

    @cached_property
    def order_fields(self) -> CustomFields:
        """Fields that key users have added to orders."""
        return CustomFields(self.dialect, self.orders_model.sets.get(self.dialect.order), "order.custom")

    @cached_property
    def item_fields(self) -> CustomFields:
        """Fields that key users have added to items."""
        return CustomFields(self.dialect, self.orders_model.sets.get(self.dialect.item), "order.line.custom")

    # -- what goes wrong -------------------------------------------------------------------------------------

    def translated(self, operation: str | None, *, writes: bool = False) -> AbstractContextManager[None]:
        """Answers of failure inside leave as this library's errors, with what became of a write."""
        return translated(self.meanings, self.clock, operation, writes=writes)

    # -- changing --------------------------------------------------------------------------------------------

    def exact(self) -> dict[str, str]:
        """The headers of a part of a batch with decimals as text."""
        return dict(_EXACT) if self.dialect.version == 4 else {}

    def changed(
        self, service: Service, groups: Sequence[Group], write: Write, *, step: str, operation: str
    ) -> list[tuple[Answer, ...] | ErpConnectError]:
        """Announce change sets and send them, as :meth:`batched`."""
        write.sending(step)
        return self.batched(service, groups, operation)

    def batched(
        self, service: Service, groups: Sequence[Group], operation: str
    ) -> list[tuple[Answer, ...] | ErpConnectError]:
        """Send change sets that the caller has announced; for each the answers of its parts, or what became of it.

        Each is all or nothing (sap.md 4.3).  One of which the answer does not tell is ``unknown``.  Raises where the
        batch as a whole failed.
        """
        with self.translated(operation, writes=True):
            answers = service.batch(groups, form="json" if service.version == 4 else "multipart")
        return [self._judged(each, operation) for each in answers]

    def _judged(self, told: GroupAnswer, operation: str) -> tuple[Answer, ...] | ErpConnectError:
        if told.done:
            return told.answers
        failed = told.refused or next((part for part in told.answers if not part.ok), None)
        if failed is not None:
            return refusal(failed, self.meanings, self.clock, operation=operation, writes=True)
        return TransportError(
            "the system has not said what became of the change", operation=operation, outcome="unknown"
        )
