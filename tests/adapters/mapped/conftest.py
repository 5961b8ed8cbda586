"""The five foreign companies of ``tests/foreign``, each read through a mapping file of ours.

The README's tests write to each on SQLite, to one on PostgreSQL and to one on MariaDB; with ``ERP_CONNECT_MAPPED=all``,
as in ``.ci/run``, to each on every product.
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import erp_connect as ec
from erp_connect.testing.databases import new_database

from ...foreign import flat, floating, normalised, readonly_view, split
from ...foreign.ground import engine_of

MAPS = Path(__file__).parent / "maps"
SCHEMAS = {
    "normalised": normalised,
    "flat": flat,
    "split": split,
    "readonly_view": readonly_view,
    "floating": floating,
}
PRODUCTS = ("postgresql", "mariadb", "sqlite")
CELLS = [f"{name}-{product}" for name in SCHEMAS for product in PRODUCTS]


class Hands:
    """A clock whose hands stand still."""

    def __init__(self):
        self.time = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)

    def now(self):
        return self.time

    def monotonic(self):
        return self.time.timestamp()

    def sleep(self, seconds):
        pass


class Place:
    """A filled foreign database, and the mapping file that describes it."""

    def __init__(self, name, product, url, folder):
        self.name, self.product, self.schema = name, product, SCHEMAS[name]
        self.url = url if isinstance(url, str) else url.render_as_string(hide_password=False)
        self.engine = engine_of(self.url)
        self.mapping = folder / f"{name}.toml"
        self.mapping.write_text(mapping_of(name, product), encoding="utf-8")
        self.folder = folder
        self.schema.create(self.engine)

    def facts(self):
        with self.engine.connect() as connection:
            return self.schema.facts(connection)

    def check(self):
        """What must hold in this system after every write."""
        with self.engine.connect() as connection:
            self.schema.invariants(connection)

    def connect(self, **more):
        settings = {
            "mapping": str(self.mapping),
            "journal": f"sqlite:///{self.folder / 'journal.db'}",
            **more,
        }
        return ec.connect(self.url, **settings)


def mapping_of(name, product):
    """The file for this product: where SQL differs, a block for one product follows it."""
    text = (MAPS / f"{name}.toml").read_text(encoding="utf-8")
    own = MAPS / f"{name}-{product}.toml"
    if own.exists():
        text += own.read_text(encoding="utf-8")
    if product == "sqlite":
        text = re.sub(r"CONCAT\(([^()]*)\)", lambda found: " || ".join(found[1].split(", ")), text)
    return text


def made(request, folder, name, product):
    if product == "sqlite":
        yield Place(name, product, f"sqlite:///{folder / 'company.db'}", folder)
        return
    server = request.getfixturevalue("postgres_server" if product == "postgresql" else "mariadb_server_url")
    with new_database(server) as url:
        place = Place(name, product, url, folder)
        yield place
        place.engine.dispose()


@pytest.fixture(params=CELLS, scope="module")
def place(request, tmp_path_factory):
    """A company that the tests of a module only read."""
    name, product = request.param.split("-")
    yield from made(request, tmp_path_factory.mktemp(name), name, product)


@pytest.fixture
def erp(place):
    with place.connect(clock=Hands()) as client:
        yield client


WHOLE = os.environ.get("ERP_CONNECT_MAPPED") == "all"
WRITABLE = [
    cell
    for cell in CELLS
    if not cell.startswith("readonly_view")
    and (WHOLE or cell.endswith("-sqlite") or cell in ("normalised-postgresql", "floating-mariadb"))
]


@pytest.fixture(params=WRITABLE)
def ours(request, tmp_path):
    """A company of the test's own, which it may write to."""
    name, product = request.param.split("-")
    yield from made(request, tmp_path, name, product)


@pytest.fixture
def writing(ours):
    with ours.connect(clock=Hands(), writable=True) as client:
        yield client
