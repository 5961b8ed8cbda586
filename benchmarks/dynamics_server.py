"""A mock Dynamics in a process of its own: ``bc``, ``fo``, ``crm`` or ``nav``."""

from __future__ import annotations

import sys
from dataclasses import replace

from erp_connect.testing.mocks.business.masters import NOBODY
from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.bc.web import BusinessCentral
from erp_connect.testing.mocks.dynamics.crm.organization import Organization
from erp_connect.testing.mocks.dynamics.crm.samples import plain_environment
from erp_connect.testing.mocks.dynamics.crm.web import Dataverse
from erp_connect.testing.mocks.dynamics.fo.samples import finance_world, usmf
from erp_connect.testing.mocks.dynamics.fo.web import FinanceOperations
from erp_connect.testing.mocks.dynamics.nav.web import NavServer

from .far_server import later, more_orders, serve_web


def main(kind: str) -> None:
    """Serve until standard input ends."""
    if kind == "crm":
        organization = plain_environment(World())
        server = Dataverse(organization)
        serve_web(
            server,
            lambda count: _more_records(organization, count),
            lambda url: {"token": server.tokens.token(url)},
        )
        return
    company = usmf(finance_world()) if kind == "fo" else harbour_trading(World())
    faces = {"bc": BusinessCentral, "fo": FinanceOperations, "nav": NavServer}
    serve_web(
        faces[kind](company.world),
        lambda count: more_orders(company, count),
        lambda _: {"company": str(company.id)},
    )


def _more_records(organization: Organization, count: int) -> None:
    """The same of the tables of Sales."""
    orders, details = organization.data["salesorder"], organization.data["salesorderdetail"]
    (model,) = orders
    lines = details.where("_salesorderid_value", model.id)
    for more in range(1, count):
        number = later(model.values["ordernumber"], more)
        order = orders.add(replace(model, id=NOBODY, values={**model.values, "ordernumber": number}))
        for line in lines:
            details.add(replace(line, id=NOBODY, values={**line.values, "_salesorderid_value": order.id}))


if __name__ == "__main__":
    main(sys.argv[1])
