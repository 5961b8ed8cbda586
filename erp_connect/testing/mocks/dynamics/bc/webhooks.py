"""Subscriptions, and the notifications that go out to them (dynamics.md 1.17)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import requests

from ...business.company import Company
from ...business.documents import Document, Line
from ...business.tables import Change
from ...business.world import World
from ...odata.calls import Call, Reply, json_reply
from ...odata.errors import ODataError
from ...odata.model import Model
from ...odata.values import loads
from .master_fields import MASTERS
from .papers import KINDS
from .refusing import not_found
from .settings import Settings

SUPPORTED: Final = (
    *("salesOrders", "salesInvoices", "salesQuotes", "salesCreditMemos", "items", "customers", "vendors"),
    *("currencies", "shipmentMethods", "unitsOfMeasure"),
)
"""Neither shipments nor purchase orders (dynamics.md 1.17)."""
_RESOURCE: Final = re.compile(r"/?api/v2\.0/companies\(([0-9a-fA-F-]{36})\)/(\w+)")
_KEY: Final = re.compile(r"subscriptions(?:\('((?:[^']|'')*)'\))?")
_SETS: Final = {kind: name for name, kind in KINDS.items()}
_TABLE_SETS: Final = {master.table: name for name, master in MASTERS.items()}
_RETRIED: Final = frozenset({408, 429, *range(500, 600)})
_PATIENCE: Final = timedelta(hours=36)
_numbers: Final = itertools.count(1)


@dataclass(frozen=True)
class Subscription:
    """Who wants to be told of what, until when."""

    id: str
    url: str
    resource: str
    company: str
    entity_set: str
    state: str
    user: str
    expires: datetime
    modified: datetime
    version: int = 1


@dataclass
class _Told:
    """What waits for one subscription: the kind of change by entity, and since when."""

    since: datetime
    changes: dict[str, tuple[str, datetime]] = field(default_factory=dict)


class Webhooks:
    """The subscriptions of an environment.

    Changes are gathered by the mock's clock and go out with the next request, or by ``flush``; ``session`` is what
    they are sent with.
    """

    def __init__(self, world: World, settings: Settings) -> None:
        self.world, self.settings = world, settings
        self.session = requests.Session()
        self.session.trust_env = False
        self.subscriptions: dict[str, Subscription] = {}
        self._waiting: dict[str, _Told] = {}
        world.listeners.append(self._heard)

    # ---------------------------------------------------------------- notifications

    def _heard(self, changes: Sequence[Change]) -> None:
        for change in changes:
            for subscription in self.subscriptions.values():
                told = _entity(change, subscription)
                if told is not None:
                    waiting = self._waiting.setdefault(subscription.id, _Told(change.at))
                    ident, kind = told
                    before = waiting.changes.get(ident, ("", change.at))[0]
                    kind = "created" if before == "created" and kind == "updated" else kind
                    waiting.changes[ident] = (kind, change.at)

    def flush(self, *, now: bool = False) -> int:
        """Send what has been gathered long enough, or with ``now`` everything; how many notifications went out."""
        with self.world.gate:
            self._expire()
            due = {}
            for ident, waiting in list(self._waiting.items()):
                age = self.world.clock.now() - waiting.since
                if now or age >= timedelta(seconds=self.settings.collected_for):
                    due[ident] = self._waiting.pop(ident)
        sent = 0
        for ident, waiting in due.items():
            subscription = self.subscriptions.get(ident)
            if subscription is not None:
                sent += self._send(subscription, waiting)
        return sent

    def _expire(self) -> None:
        present = self.world.clock.now()
        self.subscriptions = {k: s for k, s in self.subscriptions.items() if s.expires > present}

    def _send(self, subscription: Subscription, waiting: _Told) -> int:
        values = self._values(subscription, waiting)
        try:
            answer = self.session.post(
                subscription.url, json={"value": values}, timeout=10, allow_redirects=False
            )
            status = answer.status_code
        except requests.RequestException:
            status = 503
        if status in _RETRIED and self.world.clock.now() - waiting.since < _PATIENCE:
            self._waiting.setdefault(subscription.id, waiting)
            return 0
        if not 200 <= status < 300:
            self.subscriptions.pop(subscription.id, None)
            return 0
        return len(values)

    def _values(self, subscription: Subscription, waiting: _Told) -> list[dict[str, str]]:
        common = {
            "subscriptionId": subscription.id,
            "clientState": subscription.state,
            "expirationDateTime": _instant(subscription.expires),
        }
        if len(waiting.changes) > self.settings.collection_from:
            since = min(at for _, at in waiting.changes.values())
            resource = f"{subscription.resource}?$filter=lastModifiedDateTime ge {_instant(since)}"
            last = _instant(self.world.clock.now())
            told = {"resource": resource, "changeType": "collection", "lastModifiedDateTime": last}
            return [common | told]
        return [
            common
            | {
                "resource": f"{subscription.resource}({ident})",
                "changeType": kind,
                "lastModifiedDateTime": _instant(at),
            }
            for ident, (kind, at) in waiting.changes.items()
        ]

    # ---------------------------------------------------------------- subscriptions

    def answer(self, call: Call) -> Reply:
        """The answer to a call on ``subscriptions``."""
        self._expire()
        found = _KEY.fullmatch(call.path.replace("%27", "'"))
        if found is None:
            raise not_found("subscriptions")
        if found[1] is None:
            return self._all(call)
        subscription = self.subscriptions.get(found[1].replace("''", "'"))
        if subscription is None:
            raise not_found("subscriptions")
        match call.method:
            case "GET":
                return _json(200, _shown(subscription))
            case "PATCH":
                self._matching(call, subscription)
                return _json(200, _shown(self._renewed(call, subscription)))
            case "DELETE":
                self._matching(call, subscription)
                del self.subscriptions[subscription.id]
                return Reply(204)
        raise ODataError(405, "BadRequest_MethodNotAllowed", "The method is not allowed.")

    def _all(self, call: Call) -> Reply:
        if call.method == "GET":
            context = f"{call.root}$metadata#subscriptions"
            values = [_shown(one) for one in self.subscriptions.values()]
            return _json(200, {"@odata.context": context, "value": values})
        if call.method != "POST":
            raise ODataError(405, "BadRequest_MethodNotAllowed", "The method is not allowed.")
        if len(self.subscriptions) >= self.settings.subscriptions:
            raise ODataError(400, "BadRequest", "There are too many subscriptions.")
        subscription = self._asked(call)
        self._shake_hands(subscription)
        self.subscriptions[subscription.id] = subscription
        return _json(201, _shown(subscription))

    def _asked(self, call: Call) -> Subscription:
        body = _body(call)
        url, resource = str(body.get("notificationUrl", "")), str(body.get("resource", ""))
        state = str(body.get("clientState") or "")
        found = _RESOURCE.fullmatch(resource)
        company = next(
            (c for c in self.world.companies.values() if found and str(c.id) == found[1].lower()), None
        )
        if found is None or company is None or found[2] not in SUPPORTED:
            raise ODataError(400, "BadRequest", f"The resource '{resource}' does not support webhooks.")
        if not url:
            raise ODataError(
                400, "BadRequest_RequiredParamNotProvided", "Field 'notificationUrl' must not be blank."
            )
        if len(state) > 2048:
            raise ODataError(400, "Application_StringExceededLength", "The clientState is too long.")
        now = self.world.clock.now()
        expires = now + timedelta(days=self.settings.subscription_days)
        return Subscription(
            f"subscription{next(_numbers):04}",
            url,
            resource,
            company.name,
            found[2],
            state,
            call.context.get("user", ""),
            expires,
            now,
        )

    def _renewed(self, call: Call, subscription: Subscription) -> Subscription:
        body = _body(call) if call.body else {}
        now = self.world.clock.now()
        renewed = replace(
            subscription,
            url=str(body.get("notificationUrl") or subscription.url),
            state=str(body.get("clientState") or subscription.state),
            expires=now + timedelta(days=self.settings.subscription_days),
            modified=now,
            version=subscription.version + 1,
        )
        self._shake_hands(renewed)
        self.subscriptions[renewed.id] = renewed
        return renewed

    def _shake_hands(self, subscription: Subscription) -> None:
        token = f"validate-{subscription.id}-{subscription.version}"
        try:
            answer = self.session.post(
                subscription.url, params={"validationToken": token}, timeout=10, allow_redirects=False
            )
        except requests.RequestException as error:
            raise ODataError(400, "BadRequest", "The notification URL does not answer.") from error
        if answer.status_code != 200 or answer.text.strip() != token:
            raise ODataError(400, "BadRequest", "The notification URL did not return the validation token.")

    @staticmethod
    def _matching(call: Call, subscription: Subscription) -> None:
        wanted = call.header("if-match")
        if not wanted:
            text = "Could not validate the client concurrency token required by the service."
            raise ODataError(400, "BadRequest_InvalidToken", text)
        if wanted not in {"*", _etag(subscription)}:
            raise ODataError(409, "Request_EntityChanged", "Another user has already changed the record.")


def supported(call: Call, model: Model) -> Reply:
    """What ``webhookSupportedResources`` answers."""
    if call.path != "webhookSupportedResources" or call.method != "GET":
        raise not_found(call.path)
    values = [{"resource": f"v2.0/companies/{name}"} for name in SUPPORTED if name in model.sets]
    return _json(200, {"value": values})


def _entity(change: Change, subscription: Subscription) -> tuple[str, str] | None:
    """Which entity of the subscribed set a change is one of, and what became of it."""
    row = change.row
    kind = "created" if change.old is None else "deleted" if change.new is None else "updated"
    if change.table.company != subscription.company:
        return None
    if isinstance(row, Document):
        return (str(row.id), kind) if _SETS.get(row.kind) == subscription.entity_set else None
    if isinstance(row, Line):
        # Edits of lines are told of the paper, also where its own row stays as it is.
        company: Company = change.table.world.companies[subscription.company]
        paper = company.documents.get(row.document)
        here = paper is not None and _SETS.get(paper.kind) == subscription.entity_set
        return (str(row.document), "updated") if here else None
    tables = vars(change.table.world.companies[subscription.company])
    name = next((name for name, table in tables.items() if table is change.table), "")
    return (str(row.id), kind) if _TABLE_SETS.get(name) == subscription.entity_set else None


def _body(call: Call) -> dict[str, Any]:
    body = loads(call.body)
    if not isinstance(body, dict):
        raise ODataError(400, "BadRequest", "Invalid Request Body")
    return body


def _etag(subscription: Subscription) -> str:
    return f'W/"{subscription.id}-{subscription.version}"'


def _instant(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}"


def _shown(subscription: Subscription) -> dict[str, Any]:
    return {
        "@odata.etag": _etag(subscription),
        "subscriptionId": subscription.id,
        "notificationUrl": subscription.url,
        "resource": subscription.resource,
        "userId": subscription.user,
        "lastModifiedDateTime": _instant(subscription.modified),
        "clientState": subscription.state,
        "expirationDateTime": _instant(subscription.expires),
    }


def _json(status: int, value: Any) -> Reply:
    return json_reply(status, value, "application/json; odata.metadata=minimal", OData_Version="4.0")
