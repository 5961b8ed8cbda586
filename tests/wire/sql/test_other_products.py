"""SQL Server and Oracle: no server at hand, so the statements themselves are compared."""

import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle
from sqlalchemy.schema import CreateTable

from erp_connect.wire.sql import BusinessDate, ExactDecimal, ExactText, JsonText, RowId, UtcInstant

ORDERS = sa.Table(
    "orders",
    sa.MetaData(),
    sa.Column("id", RowId, primary_key=True, autoincrement=False),
    sa.Column("stamp", ExactText(20), unique=True),
    sa.Column("amount", ExactDecimal(28, 10)),
    sa.Column("due", BusinessDate),
    sa.Column("at", UtcInstant),
    sa.Column("note", ExactText()),
    sa.Column("custom", JsonText),
)
PAGE = sa.select(ORDERS.c.id).where(ORDERS.c.id > 7).order_by(ORDERS.c.id).limit(500)


def _text(statement, dialect):
    compiled = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())


def _sql_server():
    dialect = mssql.dialect(deprecate_large_types=True)
    dialect.server_version_info = (16,)  # what a connection would find out
    return dialect


def test_sql_server():
    assert _text(CreateTable(ORDERS), _sql_server()) == (
        "CREATE TABLE orders ( id BIGINT NOT NULL, stamp NVARCHAR(20) COLLATE Latin1_General_100_BIN2 NULL, "
        "amount NUMERIC(28, 10) NULL, due DATE NULL, at DATETIME2(6) NULL, "
        "note NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL, custom NVARCHAR(max) NULL, "
        "PRIMARY KEY (id), UNIQUE (stamp) )"
    )
    assert _text(PAGE, _sql_server()) == (
        "SELECT TOP 500 orders.id FROM orders WHERE orders.id > 7 ORDER BY orders.id"
    )


def test_oracle():
    assert _text(CreateTable(ORDERS), oracle.dialect()) == (
        "CREATE TABLE orders ( id NUMBER(19) NOT NULL, stamp VARCHAR2(20 CHAR), amount NUMERIC(28, 10), due DATE, "
        "at TIMESTAMP, note CLOB, custom CLOB, PRIMARY KEY (id), UNIQUE (stamp) )"
    )
    assert _text(PAGE, oracle.dialect()) == (
        "SELECT orders.id FROM orders WHERE orders.id > 7 ORDER BY orders.id FETCH FIRST 500 ROWS ONLY"
    )


def test_mysql_compares_byte_by_byte():
    assert "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin" in _text(
        CreateTable(ORDERS), mysql.dialect()
    )
