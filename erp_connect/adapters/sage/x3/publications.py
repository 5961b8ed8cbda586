"""The publications of a site, each described once under the name that the settings give it (sage.md 2.10)."""

from __future__ import annotations

import threading

from ....clock import Clock
from ....errors import ConfigurationError, RequestRefused, TransportError
from ....wire.adonix import WebService, description_in
from .errors import Translating
from .names import KINDS, names_of
from .settings import X3Settings
from .shapes import Shape, shape_of


class Publications:
    """What a site has published.  Safe for several threads."""

    def __init__(self, service: WebService, settings: X3Settings, clock: Clock) -> None:
        self.service, self.settings, self.clock = service, settings, clock
        self.translated = Translating(settings, clock)
        self._shapes: dict[str, Shape] = {}
        self._reading = threading.Lock()

    def shape(self, kind: str) -> Shape:
        """A publication by its kind, described once; ``ConfigurationError`` for what the site has not published."""
        with self._reading:
            found = self._shapes.get(kind)
            if found is None:
                found = self._shapes[kind] = self._described(kind)
            return found

    def has(self, kind: str) -> bool:
        """Whether the site has published it under the name in the settings."""
        if not self.named(kind):
            return False
        try:
            return bool(self.shape(kind).header)
        except ConfigurationError as failure:
            if failure.code == "no_service":
                return False
            raise

    def named(self, kind: str) -> str:
        """The public name in the settings; blank where none is given."""
        return str(getattr(self.settings, f"{kind}_service"))

    def _described(self, kind: str) -> Shape:
        name, operation = self.named(kind), "getDescription"
        if not name:
            raise ConfigurationError(
                f"the site has named no web service for {KINDS[kind].object}",
                code="no_service",
                hint=f"give {kind}_service=",
            )
        try:
            with self.translated(operation):
                reply = self.service.call(operation, {"publicName": name})
                description = description_in(reply.result or "")
        except (RequestRefused, TransportError) as failure:
            if not isinstance(failure, RequestRefused) and failure.code not in {
                "unexplained",
                "refused_by_warning",
            }:
                raise
            raise ConfigurationError(
                f"{name} cannot be described, so pool, folder or publication are not what the settings say",
                code="not_described",
                hint="read native; see to pool=, and start the pool anew after publishing",
                native=failure.native,
            ) from failure
        settings = self.settings
        return shape_of(name, names_of(kind, settings), description, settings.fields, settings.custom)
