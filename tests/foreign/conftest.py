"""Every foreign schema on every database product that can hold it, filled once for a module's tests."""

import pytest

from erp_connect.testing.databases import new_database

from . import flat, floating, normalised, readonly_view, split
from .ground import engine_of

SCHEMAS = {
    "normalised": normalised,
    "flat": flat,
    "split": split,
    "readonly_view": readonly_view,
    "floating": floating,
}
CELLS = [f"{name}-{product}" for name, schema in SCHEMAS.items() for product in schema.PRODUCTS]


class Place:
    """A filled foreign database: its module, product, URL and owner's engine."""

    def __init__(self, name, product, url):
        self.name, self.product, self.url = name, product, url
        self.schema = SCHEMAS[name]
        self.engine = engine_of(url)

    def open(self):
        """A connection whose transaction is rolled back at the end, whatever was written."""
        return self.engine.connect()


@pytest.fixture(params=CELLS, scope="module")
def place(request, tmp_path_factory):
    name, product = request.param.split("-")
    if product == "sqlite":
        found = Place(name, product, f"sqlite:///{tmp_path_factory.mktemp(name) / 'company.db'}")
        found.schema.create(found.engine)
        yield found
        return
    server = request.getfixturevalue("postgres_server" if product == "postgresql" else "mariadb_server_url")
    with new_database(server) as url:
        found = Place(name, product, url)
        found.schema.create(found.engine)
        yield found
