"""Subscriptions to changes of orders: made, renewed before their three days are over, taken away (dynamics.md 1.17)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from ....errors import NotFound
from ....wire.odata import Operation, literal
from ...services.cells import Row, etag, instant, text
from .mapping_orders import SALES
from .office import Office

_SET = "subscriptions"
_OPERATION = "orders.events"


class Subscription:
    """One subscription to the orders of a company; kept by the system under an id of its own."""

    def __init__(self, office: Office, url: str, state: str) -> None:
        """``state`` comes back with every notification: nothing else says that one is genuine."""
        self._office, self._url, self._state = office, url, state
        self._row: Row | None = None

    @property
    def ends(self) -> datetime | None:
        """When it ends; ``None`` while there is none."""
        return None if self._row is None else instant(self._row, "expirationDateTime")

    def make(self) -> None:
        """Subscribe; the system calls the address before it answers, so whoever answers there must be up."""
        with self._office.translated(_OPERATION, writes=True):
            self._row = self._office.api.create(_SET, self._body())

    def renew(self) -> None:
        """Let it begin anew; one that is gone meanwhile is made again."""
        if self._row is None:
            self.make()
            return
        try:
            with self._office.translated(_OPERATION, writes=True):
                self._row = self._office.api.update(self._where, self._body(), etag(self._row) or "*")
        except NotFound:
            self._row = None
            self.make()

    def remove(self) -> None:
        """Take it away; harmless where there is none."""
        if self._row is None:
            return
        part = Operation("DELETE", self._where, None, {"If-Match": etag(self._row) or "*"})
        with suppress(NotFound):
            self._office.together([part], _OPERATION)
        self._row = None

    @property
    def _where(self) -> str:
        return f"{_SET}({literal(text(self._row or {}, 'subscriptionId'), 'Edm.String', 4)})"

    def _body(self) -> dict[str, str]:
        resource = f"api/v2.0/{self._office.at(SALES.orders)}"
        return {"notificationUrl": self._url, "resource": resource, "clientState": self._state}
