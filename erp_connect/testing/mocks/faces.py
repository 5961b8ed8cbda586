"""The mock products that ``erp-connect mock`` serves: what each is called, where it answers, how to get in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from .business.company import Company

__all__ = ["DYNAMICS", "SAGE", "Face"]


@dataclass(frozen=True)
class Face:
    """A mock that is about to be served: what it is, where below the address it answers, how to get in."""

    title: str
    app: WSGIApplication
    paths: dict[str, str]
    facts: dict[str, str]


def _business_central() -> Face:
    from .business.samples import harbour_trading
    from .business.world import World
    from .dynamics.bc.web import BusinessCentral

    world = World()
    company = harbour_trading(world)
    server = BusinessCentral(world)
    settings = server.settings
    user, key = next(iter(settings.users.items()))
    client_id, secret = next(iter(server.tokens.applications.items()))
    paths = {
        "url": f"{settings.instance}/api/v2.0/",
        "cloud_url": f"v2.0/{settings.tenant}/{settings.environment}/api/v2.0/",
        "token_url": f"{settings.tenant}/oauth2/v2.0/token",
    }
    facts = {
        "user": user,
        "password": key,
        "client_id": client_id,
        "client_secret": secret,
        "company": company.name,
    } | _goods(company)
    return Face("A mock Business Central", server, paths, facts)


def _finance_operations() -> Face:
    from .dynamics.fo.samples import finance_world, usmf
    from .dynamics.fo.web import FinanceOperations

    world = finance_world()
    company = usmf(world)
    server = FinanceOperations(world)
    client_id, secret = next(iter(server.tokens.applications.items()))
    paths = {"url": "data/", "token_url": f"{server.tokens.tenant}/oauth2/v2.0/token"}
    facts = {
        "client_id": client_id,
        "client_secret": secret,
        "company": company.code,
    } | _goods(company)
    return Face("A mock Finance & Operations", server, paths, facts)


def _nav() -> Face:
    from .business.samples import harbour_trading
    from .business.world import World
    from .dynamics.nav.web import NavServer

    world = World()
    company = harbour_trading(world)
    server = NavServer(world)
    settings = server.settings
    user, password = next(iter(settings.users.items()))
    facts = {
        "user": user,
        "domain": settings.domain,
        "password": password,
        "company": company.name,
        "services": ", ".join(settings.services),
        "codeunits": ", ".join(settings.codeunits),
    } | _goods(company)
    return Face("A mock Dynamics NAV", server, {"url": f"{settings.instance}/WS/"}, facts)


def _sales() -> Face:
    from .business.world import World
    from .dynamics.crm.samples import prepared_environment
    from .dynamics.crm.web import ROOT, Dataverse

    organization = prepared_environment(World())
    server = Dataverse(organization)
    client_id, secret = next(iter(server.tokens.applications.items()))

    def numbers(table: str, column: str) -> str:
        rows = (organization.row(table, row) for row in organization.data[table])
        return ", ".join(str(row[column]) for row in rows if row.get(column))

    paths = {"url": f"{ROOT.strip('/')}/", "token_url": f"{server.tokens.tenant}/oauth2/v2.0/token"}
    facts = {
        "client_id": client_id,
        "client_secret": secret,
        "customers": numbers("account", "accountnumber"),
        "products": numbers("product", "productnumber"),
    }
    return Face("A mock Dynamics 365 Sales", server, paths, facts)


DYNAMICS: Final[dict[str, Callable[[], Face]]] = {
    "bc": _business_central,
    "crm": _sales,
    "fo": _finance_operations,
    "nav": _nav,
}


def _x3() -> Face:
    from .sage.x3.samples import folder, subprograms, x3_world
    from .sage.x3.settings import Settings
    from .sage.x3.web import SageX3

    world = x3_world()
    company = folder(world)
    settings = Settings(subprograms=subprograms())
    server = SageX3(world, settings)
    user, password = next(iter(settings.users.items()))
    facts = {"user": user, "password": password, "pool": next(iter(settings.pools))}
    paths = {"url": "soap-generic/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC"}
    return Face("A mock Sage X3", server, paths, facts | _goods(company))


def _sage_200() -> Face:
    from .sage.sage200.samples import harbour_trading, sage_world
    from .sage.sage200.settings import Settings
    from .sage.sage200.web import Sage200

    world = sage_world()
    company = harbour_trading(world)
    settings = Settings()
    server = Sage200(world, settings)
    client_id, application = next(iter(server.sage_id.applications.items()))
    paths = {"url": f"{settings.base.strip('/')}/", "authorize_url": "authorize", "token_url": "oauth/token"}
    facts = {"client_id": client_id, "client_secret": application.secret}
    return Face("A mock Sage 200", server, paths, facts | server.headers(company.name) | _goods(company))


def _sage_300() -> Face:
    from .business.world import World
    from .sage.sage300.samples import sample_company
    from .sage.sage300.settings import Settings
    from .sage.sage300.web import Sage300

    world = World()
    company = sample_company(world)
    settings = Settings()
    user, password = next(iter(settings.users.items()))
    facts = {"user": user, "password": password, "company": company.name}
    paths = {"url": f"Sage300WebApi/v1.0/-/{company.name}/"}
    return Face("A mock Sage 300", Sage300(world, settings), paths, facts | _goods(company))


def _goods(company: Company) -> dict[str, str]:
    return {
        "customers": ", ".join(customer.number for customer in company.customers),
        "products": ", ".join(item.number for item in company.items),
    }


SAGE: Final[dict[str, Callable[[], Face]]] = {
    "x3": _x3,
    "200": _sage_200,
    "300": _sage_300,
}
