"""A company with customers, suppliers, products, prices and stock, on three real databases."""

import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from erp_connect.adapters.contract import Target, Write
from erp_connect.adapters.sql import SqlAdapter
from erp_connect.adapters.sql.migrate import init
from erp_connect.models import (
    Address,
    CustomerDraft,
    LineDraft,
    Money,
    OrderDraft,
    ProductDraft,
    ProductUnit,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    SupplierDraft,
    UnitPrice,
)
from erp_connect.models.product import ProductCode
from erp_connect.rules.stamps import make_stamp
from erp_connect.testing.databases import emptied, new_database

ADDRESS = Address(
    name="Anna Berg AG",
    lines=("Hafenstraße 3", "Tor 2"),
    city="Kiel",
    postal_code="24103",
    country="DE",
)


class Hands:
    """A clock whose hands the test turns."""

    def __init__(self):
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self):
        return self.time

    def monotonic(self):
        return self.time.timestamp()

    def sleep(self, seconds):
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    file = tmp_path_factory.mktemp("template") / "company.db"
    init(f"sqlite:///{file}", company="Nordlicht GmbH", currency="EUR", timezone="Europe/Berlin")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server):
    with new_database(postgres_server) as url:
        text = url.render_as_string(hide_password=False)
        init(text, company="Nordlicht GmbH", currency="EUR", timezone="Europe/Berlin")
        yield url.database


@pytest.fixture(scope="session")
def mariadb_company(mariadb_server_url):
    with new_database(mariadb_server_url) as url:
        text = url.render_as_string(hide_password=False)
        init(text, company="Nordlicht GmbH", currency="EUR", timezone="Europe/Berlin")
        yield text


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def system_url(request, tmp_path):
    """The URL of a fresh database of a company of its own, with nothing on file."""
    if request.param == "sqlite":
        file = tmp_path / "orders.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
    elif request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        with new_database(server, template=request.getfixturevalue("postgres_template")) as url:
            yield url.render_as_string(hide_password=False)
    else:
        url = request.getfixturevalue("mariadb_company")
        emptied(url, keep=("erp_counters", "erp_system", "erp_migrations", "erp_journal_about"))
        yield url


@pytest.fixture
def connect(clock):
    """Opens adapters, and closes them when the test is over."""
    opened = []

    def connect(url, **more):
        target = Target(
            scheme=url.partition(":")[0],
            url=url,
            masked=url,
            settings=SqlAdapter.Settings(),
            **{"clock": clock, "timeout": 10.0, **more},
        )
        adapter = SqlAdapter(target)
        opened.append(adapter)
        adapter.open()
        return adapter

    yield connect
    for adapter in opened:
        adapter.close()


@pytest.fixture
def erp(connect, system_url):
    """An adapter of a furnished company."""
    adapter = connect(system_url)
    furnish(adapter)
    return adapter


def furnish(adapter):
    world = adapter.world
    world.load(
        CustomerDraft(
            number="10000", name="Anna Berg AG", address=ADDRESS, currency="EUR", payment_terms="N30"
        ),
        CustomerDraft(
            number="20000",
            name="Limit Ltd",
            currency="EUR",
            credit_limit=Money(amount=1000, currency="EUR"),
            price_group="TRADE",
        ),
        CustomerDraft(number="30000", name="Blocked Inc", blocked=True, block_reason="unpaid"),
        SupplierDraft(number="S1", name="Ventil & Sohn", currency="EUR"),
        ProductDraft(
            code="VALVE-20",
            name="Valve 20 mm",
            unit="H87",
            tax_rate=19,
            price=UnitPrice(amount=Decimal("12.50"), currency="EUR"),
            codes=(ProductCode(kind="gtin", value="4006381333931"),),
            units=(ProductUnit(unit="XCT", factor=12),),
        ),
        ProductDraft(code="PIPE-1", name="Pipe", unit="MTR", price=UnitPrice(amount=3, currency="EUR")),
        ProductDraft(code="OLD-1", name="Old valve", unit="H87", blocked=True, superseded_by="VALVE-20"),
        ProductDraft(code="FREE-1", name="Nothing on file", unit="H87"),
    )
    world.set_stock("VALVE-20", "MAIN", 100)


@pytest.fixture
def write():
    """Makes what goes with a write: a key of its own each time, unless one is given."""
    keys = count(1)

    def write(operation="orders.create", key=None, **more):
        key = key or f"key-{next(keys)}"
        book = operation.partition(".")[0]
        return Write(
            key=key,
            stamp=make_stamp("test", book, key, 20),
            operation=operation,
            correlation_id=f"c-{key}",
            **more,
        )

    return write


@pytest.fixture
def order_draft():
    def order_draft(*lines, **more):
        if not lines:
            lines = (LineDraft(product="VALVE-20", quantity=10, unit="H87"),)
        return OrderDraft(
            **{"customer": "10000", "customer_po": "PO-1", "currency": "EUR", "lines": lines, **more}
        )

    return order_draft


@pytest.fixture
def purchase_draft():
    def purchase_draft(*lines, **more):
        if not lines:
            price = UnitPrice(amount=Decimal("7.25"), currency="EUR")
            lines = (PurchaseOrderLineDraft(product="VALVE-20", quantity=50, unit="H87", price=price),)
        return PurchaseOrderDraft(**{"supplier": "S1", "currency": "EUR", "lines": lines, **more})

    return purchase_draft


@pytest.fixture
def entered(erp, write, order_draft):
    """Enters an order, and gives it back as stored."""

    def entered(*lines, **more):
        return erp.orders.create(order_draft(*lines, **more), write()).stored

    return entered


@pytest.fixture
def berlin():
    return ZoneInfo("Europe/Berlin")
