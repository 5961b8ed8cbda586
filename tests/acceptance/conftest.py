"""The shop of the acceptance tests: one small company, on file in every back-end, seen from outside only."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

import erp_connect as ec
from erp_connect.testing.databases import new_database

HARBOUR = ec.Address(
    name="Harbour Pumps Ltd", lines=["Quay 7"], city="Bristol", postal_code="BS1 4RN", country="GB"
)


def euro(amount: str, per: int = 1) -> ec.UnitPrice:
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


class Shop:
    """Makes drafts, and puts on file what they speak of."""

    euro = staticmethod(euro)
    address = HARBOUR

    @staticmethod
    def draft(po: str | None = "PO-4711", quantity: object = 12, **changes: object) -> ec.OrderDraft:
        said = {
            "customer": "10000",
            "customer_po": po,
            "currency": "EUR",
            "lines": [ec.LineDraft(product="VALVE-20", quantity=quantity, unit="C62", price=euro("12.50"))],
        }
        return ec.OrderDraft(**{**said, **changes})

    @staticmethod
    def line(product: str = "VALVE-20", quantity: object = 12, **changes: object) -> ec.LineDraft:
        return ec.LineDraft(**{"product": product, "quantity": quantity, "unit": "C62", **changes})

    def long_draft(self, po: str | None = "PO-4712", **changes: object) -> ec.OrderDraft:
        lines = [
            self.line(quantity=12, price=euro("12.50")),
            self.line("PUMP-1", 2, price=euro("480")),
            self.line("SEAL-5", 100, price=euro("9.90", per=100)),
        ]
        return self.draft(po, lines=lines, **changes)

    @staticmethod
    def purchase(**changes: object) -> ec.PurchaseOrderDraft:
        said = {
            "supplier": "V-100",
            "currency": "EUR",
            "lines": [
                ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=50, unit="C62", price=euro("7.25"))
            ],
        }
        return ec.PurchaseOrderDraft(**{**said, **changes})

    @staticmethod
    def fill(erp: ec.Client) -> ec.Client:
        erp.customers.create(
            ec.CustomerDraft(number="10000", name="Harbour Pumps Ltd", address=HARBOUR, currency="EUR"),
            key="customer/10000",
        )
        erp.customers.create(ec.CustomerDraft(number="20000", name="Lakeside Works"), key="customer/20000")
        erp.suppliers.create(ec.SupplierDraft(number="V-100", name="Foundry North"), key="supplier/V-100")
        for code, name, price in (
            ("VALVE-20", "Ball valve 20 mm", "12.50"),
            ("PUMP-1", "Pump", "480"),
            ("SEAL-5", "Seal", "0.10"),
        ):
            erp.products.create(
                ec.ProductDraft(code=code, name=name, unit="C62", price=euro(price)), key=f"product/{code}"
            )
        return erp


class HandClock:
    """A clock whose hands a test turns: ``connect(clock=...)``."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.turn(seconds=seconds)

    def turn(self, **span: float) -> None:
        step = timedelta(**span)
        self.at += step
        self.seconds += step.total_seconds()


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """No profile, key or journal of the person who runs the tests."""
    for name in ("ERP_CONNECT_CONFIG",):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
def memory_url() -> str:
    return f"memory://{uuid.uuid4().hex}"


def made(url: str, **given: object) -> str:
    from erp_connect.adapters.sql.migrate import init

    init(url, **{"company": "Valve Trading", "currency": "EUR", "timezone": "Europe/Berlin", **given})
    return url


@pytest.fixture
def make_schema():
    """``erp-connect init`` as a function."""
    return made


@pytest.fixture
def postgres_shop(postgres_url, shop) -> str:
    with ec.connect(made(postgres_url)) as erp:
        shop.fill(erp)
    return postgres_url


class Shelf:
    """A database with the shop on file, put back as it was after each test: making one anew takes a second."""

    def __init__(self, url: str) -> None:
        with ec.connect(made(url)) as erp:
            Shop.fill(erp)
        self.url = url
        self._engine = sa.create_engine(
            url.replace("postgresql:", "postgresql+psycopg:").replace("mariadb:", "mariadb+pymysql:"),
            poolclass=sa.NullPool,
        )
        self._tables = sa.MetaData()
        self._tables.reflect(self._engine)
        with self._engine.connect() as connection:
            self._rows = {
                table: [dict(row) for row in connection.execute(table.select()).mappings()]
                for table in self._tables.sorted_tables
            }

    def put_back(self) -> None:
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                names = ", ".join(f'"{table.name}"' for table in self._rows)
                connection.exec_driver_sql(f"TRUNCATE {names}")
            else:
                connection.exec_driver_sql("SET foreign_key_checks = 0")
                for table in self._rows:
                    connection.execute(table.delete())
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(table.insert(), rows)


@contextlib.contextmanager
def shelf_on(server: object) -> Iterator[Shelf]:
    with new_database(server) as database:
        yield Shelf(database.render_as_string(hide_password=False))


@pytest.fixture(scope="session")
def postgres_shelf(postgres_server) -> Iterator[Shelf]:
    """The shop on PostgreSQL."""
    with shelf_on(postgres_server) as shelf:
        yield shelf


@pytest.fixture(scope="session")
def mariadb_shelf(mariadb_server_url) -> Iterator[Shelf]:
    """The shop on MariaDB."""
    with shelf_on(mariadb_server_url) as shelf:
        yield shelf


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory) -> Path:
    """A SQLite file with the shop on file, to be copied."""
    path = tmp_path_factory.mktemp("model") / "model.db"
    with ec.connect(made(f"sqlite:///{path}")) as erp:
        Shop.fill(erp)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def sqlite_shop(sqlite_model, tmp_path) -> str:
    """A SQLite file with the shop on file."""
    shutil.copyfile(sqlite_model, tmp_path / "orders.db")
    return f"sqlite:///{tmp_path / 'orders.db'}"


@pytest.fixture(params=["memory", "sqlite", "postgres", "mariadb"])
def url(request, shop) -> str:
    """A back-end with the shop on file: the test runs once on each."""
    if request.param == "memory":
        target = request.getfixturevalue("memory_url")
        with ec.connect(target) as erp:
            shop.fill(erp)
            yield target
    elif request.param == "sqlite":
        yield request.getfixturevalue("sqlite_shop")
    else:
        shelf = request.getfixturevalue(f"{request.param}_shelf")
        yield shelf.url
        shelf.put_back()


@pytest.fixture
def erp(url):
    """A connection to such a back-end."""
    with ec.connect(url) as client:
        yield client
