"""One company without an ERP, in memory and on three real databases."""

import shutil
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.adapters.memory import forget_world
from erp_connect.back_office import BackOffice, init
from erp_connect.testing.databases import emptied, new_database

SETTINGS = {"company": "Nordlicht GmbH", "currency": "EUR", "timezone": "Europe/Berlin"}


@pytest.fixture(autouse=True)
def a_home_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    file = tmp_path_factory.mktemp("template") / "company.db"
    init(f"sqlite:///{file}", **SETTINGS)
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server):
    with new_database(postgres_server) as url:
        init(url.render_as_string(hide_password=False), **SETTINGS)
        yield url.database


@pytest.fixture(scope="session")
def mariadb_company(mariadb_server_url):
    with new_database(mariadb_server_url) as url:
        text = url.render_as_string(hide_password=False)
        init(text, **SETTINGS)
        yield text


@pytest.fixture
def sqlite_url(sqlite_template, tmp_path):
    shutil.copy(sqlite_template, tmp_path / "orders.db")
    return f"sqlite:///{tmp_path / 'orders.db'}"


@pytest.fixture(params=["memory", "sqlite", "postgres", "mariadb"])
def target(request):
    """The URL of a system with nothing on file."""
    if request.param == "memory":
        yield "memory://back-office"
        forget_world("back-office")
    elif request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
    elif request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        with new_database(server, template=request.getfixturevalue("postgres_template")) as url:
            yield url.render_as_string(hide_password=False)
    else:
        url = request.getfixturevalue("mariadb_company")
        emptied(url, keep=("erp_counters", "erp_system", "erp_migrations", "erp_journal_about"))
        yield url


@pytest.fixture
def erp(target):
    with ec.connect(target) as connected:
        furnish(connected)
        yield connected


@pytest.fixture
def office(erp):
    return BackOffice(erp)


def furnish(erp):
    erp.customers.create(ec.CustomerDraft(number="10000", name="Harbour Pumps Ltd", currency="EUR"))
    erp.customers.create(ec.CustomerDraft(number="10001", name="Quay Valves Ltd", price_group="TRADE"))
    erp.products.create(
        ec.ProductDraft(
            code="VALVE-20",
            name="Ball valve 20 mm",
            unit="H87",
            tax_rate=19,
            price=ec.UnitPrice(amount=Decimal("12.50"), currency="EUR"),
            units=[ec.ProductUnit(unit="XBX", factor=20)],
        )
    )


@pytest.fixture
def ordered(erp):
    """Enters an order of so many valves."""

    def ordered(quantity, po="PO-1", **more):
        line = ec.LineDraft(product="VALVE-20", quantity=quantity, unit="H87", **more)
        draft = ec.OrderDraft(customer="10000", customer_po=po, currency="EUR", lines=[line])
        return erp.orders.create(draft, key=po).order

    return ordered


def eur(amount):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR")
