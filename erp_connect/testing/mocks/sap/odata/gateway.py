"""The HTTP side of the system: logon, cookie session and CSRF token, clients, and the services by their paths.

Sections of the reference: sap.md 4.1, 4.2 and 4.7.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from werkzeug.wrappers import Request, Response

from ...odata.calls import Call, Reply, json_reply
from ...odata.edmx import Annotations
from ...odata.errors import ODataError
from ...odata.model import EntitySet, Model, Property, Version, described, spelled
from ...odata.reading import Reading
from ...odata.server import Service
from ...odata.source import Row, Source
from ...odata.web import Host, called, raw_path, response
from ..logon import Doorman
from ..messages import Message
from ..world import World
from .refusing import body, message_header, sap_messages
from .settings import Settings
from .source import SapSource

V2_ROOT: Final = "/sap/opu/odata/sap/"
V4_ROOT: Final = "/sap/opu/odata4/sap/"
_SAFE: Final = {"GET", "HEAD", "OPTIONS"}
_PARTS: Final = frozenset({"A_SalesOrderText", "A_SalesOrderHeaderPrElement", "A_SalesOrderItemPrElement"})
_LANGUAGES: Final = {"EN": "E", "DE": "D"}


class SapAnnotations(Annotations):
    """The attributes that SAP adds to metadata of version 2."""

    def root(self) -> str:
        """The namespace."""
        return ' xmlns:sap="http://www.sap.com/Protocols/SAPData"'

    def property(self, entity_set: EntitySet, property: Property) -> str:
        """How keys are shown, and what cannot be sent."""
        text = f' sap:display-format="{property.display}"' if property.display else ""
        if not property.creatable:
            text += ' sap:creatable="false"'
        if not property.updatable and property.name not in entity_set.keys:
            text += ' sap:updatable="false"'
        return text

    def entity_set(self, entity_set: EntitySet) -> str:
        """What cannot be done to a set; one that takes entities through their parent is creatable (sap.md 4.4)."""
        creatable = (entity_set.creatable or entity_set.insertable_through) and not entity_set.nested_only
        flags = {"creatable": creatable, "updatable": entity_set.updatable}
        flags |= {"deletable": entity_set.deletable, "addressable": entity_set.addressable}
        return "".join(f' sap:{flag}="false"' for flag, value in flags.items() if not value)


class SapAnnotationsV4(Annotations):
    """The messages that every entity of version 4 carries."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def members(self, entity_set: EntitySet) -> str:
        """Where they stand."""
        return f'<Property Name="SAP__Messages" Type="Collection({self.namespace}.SAP__Message)" Nullable="false"/>'

    def types(self) -> str:
        """What one is."""
        members = dict.fromkeys(("code", "message", "target", "longtextUrl"), "Edm.String")
        members |= {"additionalTargets": "Collection(Edm.String)", "transition": "Edm.Boolean"}
        members |= {"numericSeverity": "Edm.Byte"}
        inner = "".join(f'<Property Name="{name}" Type="{kind}"/>' for name, kind in members.items())
        return f'<ComplexType Name="SAP__Message">{inner}</ComplexType>'


class _ReadingV4(Reading):
    """Adds the messages that belong to an entity."""

    def extras(self, entity_set: EntitySet, row: Row) -> dict[str, Any]:
        """``SAP__Messages``: what was said about the header, nothing about the rest."""
        told = getattr(self.source, "messages", []) if len(entity_set.keys) == 1 else []
        return {"SAP__Messages": sap_messages(told)}


class SapService(Service):
    """One service: its rows come from a source, its refusals look like SAP's."""

    def __init__(self, gateway: Gateway, name: str, model: Model, source: type[SapSource]) -> None:
        super().__init__(model)
        self.gateway, self.name, self.source = gateway, name, source
        settings = gateway.settings
        self.page_size = settings.page_size
        self.missing_if_match = settings.missing_if_match
        self.json_by_default = model.version == 4
        self.changes_shown = settings.changes_shown
        self.inserts_echoed = settings.deep_insert_echoed
        self.read_only_refused = settings.read_only_refused
        self.computed = frozenset() if model.version == 2 else frozenset({"SAP__Messages"})
        self.annotations = SapAnnotations() if model.version == 2 else SapAnnotationsV4(model.namespace)

    def open(self, call: Call) -> SapSource:
        """A session of the caller."""
        user, language = call.context["user"], call.context["language"]
        return self.source(self.gateway.world, self.gateway.settings, self.model, user, language)

    def refusal(self, error: ODataError, call: Call) -> Reply:
        """An error body of this version, as full as the settings say."""
        now = self.gateway.world.now()
        content = body(error, self.version, self.name, now, self.gateway.settings)
        return self.json(error.status, content, call)

    def reading(self, call: Call, source: Source) -> Reading:
        """With messages on entities in version 4."""
        plain = super().reading(call, source)
        if self.version == 2:
            return plain
        return _ReadingV4(plain.model, source, plain.root, plain.decimals_as_text, plain.page_size)

    def finish(self, call: Call, reply: Reply, source: Source) -> Reply:
        """Messages beside success go into a header in version 2."""
        told: list[Message] = getattr(source, "messages", [])
        if told and self.version == 2:
            reply.headers["sap-message"] = message_header(told)
        return reply


@dataclass
class _Visitor:
    """A session over HTTP, with its token."""

    user: str
    token: str
    until: datetime


class Gateway(Host):
    """The WSGI application of one system."""

    def __init__(self, world: World, settings: Settings | None = None) -> None:
        super().__init__()
        self.world, self.settings = world, settings or Settings()
        self._visitors: dict[str, _Visitor] = {}
        self._drawn = itertools.count(1)
        self._doorman = Doorman(world, self.settings.lock_user_after)
        for path, name, version, namespace, source in _offered():
            text = files(__package__).joinpath("services", f"{name.partition(';')[0]}.txt").read_text("utf-8")
            model = self._as_released(described(text, namespace, version))
            self.services[path] = SapService(self, name.partition(";")[0], model, source)

    def _as_released(self, model: Model) -> Model:
        model = model.without(*self.settings.absent)
        custom = self.world.custom_fields
        for name, fields in (
            ("A_SalesOrder", custom["header"]),
            ("A_SalesOrderItem", custom["item"]),
            ("SalesOrder", custom["header"]),
            ("SalesOrderItem", custom["item"]),
        ):
            if name in model.sets:
                own = model.sets[name].properties
                own.update({n: spelled(f"{n}:{kind}") for n, kind in fields.items()})
        lines = model.sets.get("A_SalesOrderScheduleLine")
        if lines is not None and not self.settings.schedule_lines_writable:
            lines.creatable = lines.updatable = lines.deletable = lines.insertable_through = False
        if not self.settings.parts_creatable:
            for name in _PARTS & model.sets.keys():
                model.sets[name].nested_only = True
        return model

    # ---------------------------------------------------------------- requests

    def respond(self, request: Request) -> Response:
        """Let a request in, or say why not."""
        path = raw_path(request)
        user = self._doorman.admitted(request, self.settings.default_client)
        if user is None:
            return self._doorman.turned_away()
        for prefix, service in sorted(self.services.items(), key=lambda entry: -len(entry[0])):
            if path == prefix or path.startswith(f"{prefix}/"):
                call = called(request, prefix, path)
                language = request.args.get("sap-language") or request.headers.get("Accept-Language", "EN")
                call.context = {"user": user, "language": _LANGUAGES.get(language[:2].upper(), "E")}
                return self.admitted(request, service, call)
        return self.nowhere(request)

    def admitted(self, request: Request, service: Service, call: Call) -> Response:
        """The answer of a service, once token and authorisation are in order."""
        assert isinstance(service, SapService)
        if service.name in self.settings.inactive:
            return self.nowhere(request)
        if request.method == "HEAD" and self.settings.head_refused:
            return Response("", 405, mimetype="text/plain")
        user = call.context["user"]
        visitor = self._visitor(request, user)
        if request.method not in _SAFE:
            if visitor is None or request.headers.get("X-CSRF-Token") != visitor.token:
                refusal = Response("CSRF token validation failed", 403, mimetype="text/plain")
                refusal.headers["x-csrf-token"] = "Required"
                return refusal
            if service.name in self.settings.forbidden:
                error = ODataError(403, "not_authorised", "You are not authorised to do this")
                return response(service.refusal(error, call))
        answer = response(service.answer(call))
        if request.method in _SAFE and request.headers.get("X-CSRF-Token", "").lower() == "fetch":
            self._hand_out(answer, user, visitor, request)
        return answer

    def nowhere(self, request: Request) -> Response:
        """A service that is not there, or not active."""
        text = f"No service found for {raw_path(request)}"
        content = {"error": {"code": "/IWFND/MED/170", "message": {"lang": "en", "value": text}}}
        return response(json_reply(404, content, "application/json"))

    # ---------------------------------------------------------------- sessions and tokens

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return f"SAP_SESSIONID_{self.world.sysid}_{self.world.client}"

    def end_sessions(self) -> None:
        """Every session ends now, and its token with it."""
        self._visitors.clear()

    def _visitor(self, request: Request, user: str) -> _Visitor | None:
        visitor = self._visitors.get(request.cookies.get(self.cookie, ""))
        if visitor is None or visitor.user != user or visitor.until <= self.world.now():
            return None
        visitor.until = self._expiry()
        return visitor

    def _expiry(self) -> datetime:
        return self.world.now() + timedelta(seconds=self.settings.session_seconds)

    def _hand_out(self, answer: Response, user: str, visitor: _Visitor | None, request: Request) -> None:
        if visitor is None:
            number = next(self._drawn)
            ident, token = f"session-{number:08}", f"token-{number:08}=="
            visitor = self._visitors[ident] = _Visitor(user, token, self._expiry())
            answer.set_cookie(self.cookie, ident, path="/", httponly=True)
            answer.set_cookie("sap-usercontext", f"sap-client={self.world.client}", path="/")
        answer.headers["x-csrf-token"] = visitor.token


Offer = tuple[str, str, Version, str, type[SapSource]]


def _offered() -> list[Offer]:
    """Path, name, version, namespace and source of every service."""
    from .billing import Billing
    from .deliveries import Deliveries
    from .orders import Orders
    from .partners import Partners
    from .products import Products
    from .purchases import Purchases
    from .returns import Returns

    v2: list[tuple[str, type[SapSource]]] = [
        ("API_SALES_ORDER_SRV", Orders),
        ("API_OUTBOUND_DELIVERY_SRV;v=0002", Deliveries),
        ("API_BILLING_DOCUMENT_SRV", Billing),
        ("API_BUSINESS_PARTNER", Partners),
        ("API_PRODUCT_SRV", Products),
        ("API_MATERIAL_STOCK_SRV", Products),
        ("API_CUSTOMER_RETURN_SRV", Returns),
        ("API_PURCHASEORDER_PROCESS_SRV", Purchases),
    ]
    offers: list[Offer] = [(f"{V2_ROOT}{n}", n, 2, n.partition(";")[0], source) for n, source in v2]
    path = f"{V4_ROOT}api_salesorder/srvd_a2x/sap/salesorder/0001"
    namespace = "com.sap.gateway.srvd_a2x.api_salesorder.v0001"
    return [*offers, (path, "CE_SALESORDER_0001", 4, namespace, Orders)]


__all__ = ["Gateway", "SapService"]
