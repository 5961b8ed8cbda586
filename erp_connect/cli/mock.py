"""``mock``: ERPs that are none, on a real socket, to develop and test against."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ..errors import ConfigurationError
from .options import AsJson
from .terminal import Terminal

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from ..testing.mocks.sap.world import World

__all__ = ["Product", "dynamics", "sap"]

_PATH = "sap/opu/odata/sap/API_SALES_ORDER_SRV"


class Product(StrEnum):
    """Which of the products called Dynamics."""

    BC = "bc"
    CRM = "crm"
    FO = "fo"
    NAV = "nav"


Port = Annotated[int, typer.Option(min=0, max=65535, help="Where to listen on loopback; 0: a free port.")]


def sap(port: Port = 0, as_json: AsJson = False) -> None:
    """Serve a mock SAP system on loopback, with a small company in memory, until Ctrl-C: OData services and SOAP."""
    terminal = Terminal(as_json)
    try:
        from ..testing.mocks.sap.soap.face import RFC
        from ..testing.mocks.sap.web import WebServer
        from ..testing.mocks.serving import serve
    except ImportError as missing:
        raise _not_installed() from missing
    world = _company()
    with serve(WebServer(world), port=port) as url:
        if as_json:
            terminal.result({"url": f"{url}/", "user": "demo", "password": "welcome", "client": world.client})
        else:
            typer.echo(
                f"A mock SAP system listens at {url}/, client {world.client}, user demo, password welcome."
            )
            typer.echo(
                f"Its sales orders: {url}/{_PATH}/ with customers {', '.join(map(_short, world.customers))}"
            )
            typer.echo(
                f"and products {', '.join(map(_short, world.materials))}.  Its function modules: {url}{RFC}"
            )
            typer.echo("Nothing is kept.  Ctrl-C ends it.")
        _until_ctrl_c()


@dataclass(frozen=True)
class _Face:
    """A mock that is about to be served: what it is, where below the address it answers, how to get in."""

    title: str
    app: WSGIApplication
    paths: dict[str, str]
    facts: dict[str, str]


def dynamics(
    product: Annotated[
        Product,
        typer.Option(
            help="bc: Business Central; crm: Dynamics 365 Sales; fo: Finance & Operations; nav: NAV."
        ),
    ] = Product.BC,
    port: Port = 0,
    as_json: AsJson = False,
) -> None:
    """Serve a mock Dynamics on loopback, with a small company in memory, until Ctrl-C."""
    terminal = Terminal(as_json)
    try:
        from ..testing.mocks.serving import serve

        face = _FACES[product]()
    except ImportError as missing:
        raise _not_installed() from missing
    with serve(face.app, threads=16, port=port) as url:
        told = {name: f"{url}/{path}" for name, path in face.paths.items()} | face.facts
        if as_json:
            terminal.result({"product": product.value, **told})
        else:
            typer.echo(f"{face.title} listens at {told['url']}")
            for name, value in told.items():
                typer.echo(f"  {name.replace('_', ' ')}: {value}")
            typer.echo("Nothing is kept.  Ctrl-C ends it.")
        _until_ctrl_c()


def _business_central() -> _Face:
    from ..testing.mocks.business.samples import harbour_trading
    from ..testing.mocks.business.world import World
    from ..testing.mocks.dynamics.bc.web import BusinessCentral

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
        "customers": ", ".join(customer.number for customer in company.customers),
        "products": ", ".join(item.number for item in company.items),
    }
    return _Face("A mock Business Central", server, paths, facts)


def _finance_operations() -> _Face:
    from ..testing.mocks.dynamics.fo.samples import finance_world, usmf
    from ..testing.mocks.dynamics.fo.web import FinanceOperations

    world = finance_world()
    company = usmf(world)
    server = FinanceOperations(world)
    client_id, secret = next(iter(server.tokens.applications.items()))
    paths = {"url": "data/", "token_url": f"{server.tokens.tenant}/oauth2/v2.0/token"}
    facts = {
        "client_id": client_id,
        "client_secret": secret,
        "company": company.code,
        "customers": ", ".join(customer.number for customer in company.customers),
        "products": ", ".join(item.number for item in company.items),
    }
    return _Face("A mock Finance & Operations", server, paths, facts)


def _nav() -> _Face:
    from ..testing.mocks.business.samples import harbour_trading
    from ..testing.mocks.business.world import World
    from ..testing.mocks.dynamics.nav.web import NavServer

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
        "customers": ", ".join(customer.number for customer in company.customers),
        "products": ", ".join(item.number for item in company.items),
    }
    return _Face("A mock Dynamics NAV", server, {"url": f"{settings.instance}/WS/"}, facts)


def _sales() -> _Face:
    from ..testing.mocks.business.world import World
    from ..testing.mocks.dynamics.crm.samples import prepared_environment
    from ..testing.mocks.dynamics.crm.web import ROOT, Dataverse

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
    return _Face("A mock Dynamics 365 Sales", server, paths, facts)


_FACES: Final[dict[Product, Callable[[], _Face]]] = {
    Product.BC: _business_central,
    Product.CRM: _sales,
    Product.FO: _finance_operations,
    Product.NAV: _nav,
}


def _until_ctrl_c() -> None:
    sys.stdout.flush()  # whoever has started us through a pipe waits for it
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


def _not_installed() -> ConfigurationError:
    return ConfigurationError(
        "the mock servers need packages that a plain install does not have",
        hint="pip install 'erp-connect[testing]'",
        code="missing_dependency",
    )


def _short(key: str) -> str:
    return key.lstrip("0")


def _company() -> World:
    from decimal import Decimal

    from ..testing.mocks.sap.documents import Customer, Material
    from ..testing.mocks.sap.world import World

    world = World()
    world.add(
        Customer("10000", "Harbour Pumps", "Quay 1", "20457", "Hamburg"),
        Customer("20000", "Mill & Sons", "Dock 4", "EH6 6JJ", "Leith", country="GB"),
        Material("VALVE-20", "Ball valve 20 mm"),
        Material("HOSE-20", "Hose 20 mm", unit="M"),
    )
    for product, price in (("VALVE-20", "12.50"), ("HOSE-20", "3.20")):
        world.prices[product, "EUR"] = Decimal(price)
        world.stock[product, "1000"] = Decimal(500)
    return world
