"""``mock``: ERPs that are none, on a real socket, to develop and test against."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ConfigurationError
from .options import AsJson
from .terminal import Terminal

if TYPE_CHECKING:
    from ..testing.mocks.sap.world import World

__all__ = ["dynamics", "sage", "sap"]

_PATH = "sap/opu/odata/sap/API_SALES_ORDER_SRV"
Port = Annotated[int, typer.Option(min=0, max=65535, help="Where to listen on loopback; 0: a free port.")]


class Dynamics(StrEnum):
    """Which of the products called Dynamics."""

    BC = "bc"
    CRM = "crm"
    FO = "fo"
    NAV = "nav"


class Sage(StrEnum):
    """Which of the products called Sage."""

    X3 = "x3"
    SAGE_200 = "200"
    SAGE_300 = "300"


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


def dynamics(
    product: Annotated[
        Dynamics,
        typer.Option(
            help="bc: Business Central; crm: Dynamics 365 Sales; fo: Finance & Operations; nav: NAV."
        ),
    ] = Dynamics.BC,
    port: Port = 0,
    as_json: AsJson = False,
) -> None:
    """Serve a mock Dynamics on loopback, with a small company in memory, until Ctrl-C."""
    _serve(product, port, as_json=as_json)


def sage(
    product: Annotated[
        Sage, typer.Option(help="x3: X3's SOAP web services; 200: Sage 200; 300: Sage 300's Web API.")
    ] = Sage.X3,
    port: Port = 0,
    as_json: AsJson = False,
) -> None:
    """Serve a mock Sage on loopback, with a small company in memory, until Ctrl-C."""
    _serve(product, port, as_json=as_json)


def _serve(product: Dynamics | Sage, port: int, *, as_json: bool) -> None:
    terminal = Terminal(as_json)
    try:
        from ..testing.mocks import faces
        from ..testing.mocks.serving import serve

        face = faces.DYNAMICS[product]() if isinstance(product, Dynamics) else faces.SAGE[product]()
    except ImportError as missing:
        raise _not_installed() from missing
    with serve(face.app, threads=16, port=port) as url:
        told = {name: f"{url}/{path}" for name, path in face.paths.items()} | face.facts
        if as_json:
            terminal.result({"product": str(product), **told})
        else:
            typer.echo(f"{face.title} listens at {told['url']}")
            for name, value in told.items():
                typer.echo(f"  {name.replace('_', ' ')}: {value}")
            typer.echo("Nothing is kept.  Ctrl-C ends it.")
        _until_ctrl_c()


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
