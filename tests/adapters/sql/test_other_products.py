"""SQL Server and Oracle: no server at hand, so what would be sent to them is looked at."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, oracle
from sqlalchemy.schema import CreateIndex, CreateTable

from erp_connect.adapters.sql.mapping_orders import PURCHASES, SALES
from erp_connect.adapters.sql.schema import METADATA, ORDERS


def _sql_server():
    dialect = mssql.dialect(deprecate_large_types=True)
    dialect.server_version_info = (16,)  # what a connection would find out
    return dialect


def _text(statement, dialect):
    return " ".join(str(statement.compile(dialect=dialect)).split())


@pytest.mark.parametrize("dialect", [_sql_server(), oracle.dialect()], ids=["mssql", "oracle"])
def test_every_table_and_index_can_be_made(dialect):
    for table in METADATA.sorted_tables:
        assert f"CREATE TABLE {table.name}" in _text(CreateTable(table), dialect)
        for index in table.indexes:
            assert f" INDEX {index.name} ON {table.name}" in _text(CreateIndex(index), dialect)


def test_names_are_short_enough_for_every_product():
    names = [table.name for table in METADATA.sorted_tables]
    for table in METADATA.sorted_tables:
        names += [index.name for index in table.indexes]
        names += [str(constraint.name) for constraint in table.constraints]
    assert max(map(len, names)) <= 63  # PostgreSQL; MySQL 64, SQL Server and Oracle 128


def test_many_rows_may_have_no_stamp_on_sql_server():
    (unique,) = [index for index in ORDERS.indexes if index.unique]
    assert _text(CreateIndex(unique), _sql_server()) == (
        "CREATE UNIQUE INDEX ix_erp_orders_stamp ON erp_orders (stamp) WHERE stamp IS NOT NULL"
    )


@pytest.mark.parametrize("side", [SALES, PURCHASES], ids=["sales", "purchases"])
def test_a_page_is_cut_by_the_database(side):
    key = side.table.c.id
    page = side.select().where(key > sa.bindparam("after")).order_by(key).limit(500)
    assert "SELECT TOP" in _text(page, _sql_server())
    assert _text(page, oracle.dialect()).endswith("ROWS ONLY")
