"""One table with every column type, on three real databases."""

import pytest
import sqlalchemy as sa

from erp_connect.wire.sql import (
    BusinessDate,
    ExactDecimal,
    ExactText,
    JsonText,
    RowId,
    UtcInstant,
    open_engine,
    writing,
)

METADATA = sa.MetaData()
CUSTOMERS = sa.Table(
    "wire_customers",
    METADATA,
    sa.Column("number", ExactText(20), primary_key=True),
)
ORDERS = sa.Table(
    "wire_orders",
    METADATA,
    sa.Column("id", RowId, primary_key=True, autoincrement=False),
    sa.Column("stamp", ExactText(20)),
    sa.Column("customer", ExactText(20), sa.ForeignKey("wire_customers.number", name="fk_wire_customer")),
    sa.Column("amount", ExactDecimal(28, 10)),
    sa.Column("due", BusinessDate),
    sa.Column("at", UtcInstant),
    sa.Column("note", ExactText()),
    sa.Column("custom", JsonText),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.UniqueConstraint("stamp", name="uq_wire_stamp"),
    sa.CheckConstraint("id > 0", name="ck_wire_id"),
)


@pytest.fixture
def orders():
    return ORDERS


@pytest.fixture
def customers():
    return CUSTOMERS


@pytest.fixture
def metadata():
    return METADATA


@pytest.fixture
def opened():
    """Opens engines, and closes them when the test is over."""
    engines = []

    def open_one(url, **options):
        engines.append(open_engine(url, **{"timeout": 5, **options}))
        return engines[-1]

    yield open_one
    for engine in engines:
        engine.dispose()


@pytest.fixture
def engine(database_url, opened):
    """An engine on a fresh database that has the tables, and one customer."""
    engine = opened(database_url, create=True)
    with writing(engine) as connection:
        METADATA.create_all(connection)
        connection.execute(sa.insert(CUSTOMERS), {"number": "10000"})
    return engine
