"""D: views on an ERP's open and archived orders, for a reader (see README.md, section ``readonly_view``)."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

import sqlalchemy as sa

from . import readonly_view_tables, telling
from .ground import day, engine_of, exact, hold, product_of, run, select, transaction
from .readonly_view_tables import CODES, ORDERS, UNITS, VIEWS
from .truth import Customer, Facts, Order, Product, Supplier

__all__ = ["ORDERS", "PRODUCTS", "create", "facts", "invariants", "reader", "rules"]

PRODUCTS = ("postgresql", "mariadb", "sqlite")


def create(engine_or_url: sa.Engine | sa.URL | str) -> None:
    with transaction(engine_or_url) as connection:
        readonly_view_tables.make(connection)


@contextlib.contextmanager
def reader(engine_or_url: sa.Engine | sa.URL | str) -> Iterator[sa.URL]:
    """The URL of somebody who may read the views and nothing else; the account is gone afterwards.

    On SQLite the file is opened read-only, and its tables can be seen.
    """
    url = engine_or_url.url if isinstance(engine_or_url, sa.Engine) else sa.make_url(engine_or_url)
    if url.get_backend_name() == "sqlite":
        yield sa.make_url(f"sqlite:///file:{url.database}?mode=ro&uri=true")
        return
    owner = engine_of(url)
    name, password, views = f"reader_{uuid.uuid4().hex[:10]}", uuid.uuid4().hex, ", ".join(VIEWS)
    postgres = url.get_backend_name() == "postgresql"
    account = name if postgres else f"'{name}'@'%'"
    with owner.begin() as connection:
        if postgres:
            run(
                connection,
                [f"CREATE ROLE {name} LOGIN PASSWORD '{password}'", f"GRANT SELECT ON {views} TO {name}"],
            )
        else:
            grants = [f"GRANT SELECT ON `{url.database}`.{view} TO {account}" for view in VIEWS]
            run(connection, [f"CREATE USER {account} IDENTIFIED BY '{password}'", *grants])
    try:
        yield url.set(username=name, password=password)
    finally:
        with owner.begin() as connection:
            run(
                connection,
                [f"DROP OWNED BY {name}", f"DROP ROLE {name}"] if postgres else [f"DROP USER {account}"],
            )


def _sum(view: str, kind: str) -> str:
    return f"""(SELECT round(coalesce(sum(x.qty), 0), 6) FROM {view} x
        WHERE x.order_no = l.order_no AND x.line_no = l.line_no AND x.kind = '{kind}')"""


LINES = f"""SELECT l.line_no AS position, l.item_no AS product, l.qty AS quantity, l.unit, l.price,
      l.discount_pct AS discount, l.amount, l.qty_cancelled AS cancelled, {_sum("v_shipment_line", "D")} AS shipped,
      {_sum("v_shipment_line", "R")} AS returned, {_sum("v_invoice_line", "B")} AS invoiced
    FROM v_order_line l WHERE l.order_no = :number ORDER BY l.line_no"""
NOTES = """SELECT shipment_no AS number, ship_date AS day, carrier, coalesce(tracking, '') AS tracking,
      line_no AS position, qty AS quantity
    FROM v_shipment_line WHERE order_no = :number AND kind = :kind ORDER BY shipment_no, line_no"""
BILLS = """SELECT invoice_no AS number, CASE kind WHEN 'B' THEN 'invoice' ELSE 'credit_note' END AS kind,
      invoice_date AS day, line_no AS position, qty AS quantity, net
    FROM v_invoice_line WHERE order_no = :number ORDER BY invoice_no, line_no"""
HEADS = """SELECT o.*, ship_name AS name, ship_street AS street, ship_postal_code AS postal_code, ship_city AS city,
      ship_country AS country FROM v_order o"""


def facts(connection: sa.Connection) -> Facts:
    """The truth by this module's own SQL, on the views alone: a reader can ask for it, too."""
    told = Facts()
    for row in select(connection, "SELECT * FROM v_customer"):
        query = "SELECT * FROM v_ship_to WHERE customer_no = :code ORDER BY site_no"
        to = tuple(map(telling.address, select(connection, query, code=row.customer_no)))
        told.customers[row.customer_no] = Customer(
            *(row.customer_no, row.name, row.currency, row.blocked == "*", telling.address(row)), to
        )
    for row in select(connection, "SELECT * FROM v_supplier"):
        told.suppliers[row.supplier_no] = Supplier(row.supplier_no, row.name, row.currency)
    for row in select(connection, "SELECT * FROM v_item"):
        query = "SELECT unit, per_base FROM v_item_unit WHERE item_no = :code ORDER BY per_base"
        ratios = tuple(
            (UNITS[at.unit], exact(at.per_base)) for at in select(connection, query, code=row.item_no)
        )
        price, blocked = exact(row.price), row.blocked == "*"
        told.products[row.item_no] = Product(
            row.item_no, row.name, UNITS[row.base_unit], ratios, price, blocked
        )
    for row in select(connection, HEADS):
        number = row.order_no
        net, tax, gross = (round(exact(value), 2) for value in (row.net, row.tax, row.gross))
        told.orders[number] = Order(
            *(
                number,
                row.customer_no,
                row.customer_ref,
                day(row.order_date),
                day(row.wish_date),
                row.currency,
            ),
            *(CODES[row.status_code], telling.address(row)),
            *(telling.lines(select(connection, LINES, number=number), UNITS), net, tax, gross),
            shipments=telling.shipments(select(connection, NOTES, number=number, kind="D"), ";"),
            invoices=telling.invoices(select(connection, BILLS, number=number)),
            returns=telling.returns(select(connection, NOTES, number=number, kind="R")),
        )
    return told


RULES = {
    "nobody wrote": "SELECT tab, what, count(*) FROM dml_log GROUP BY tab, what",
    "an order is open or archived": "SELECT order_no FROM v_order GROUP BY order_no HAVING count(*) > 1",
    "every order is seen": """SELECT (SELECT count(*) FROM v_order) AS seen WHERE (SELECT count(*) FROM v_order) <>
        (SELECT count(*) FROM erp_ordh_open) + (SELECT count(*) FROM erp_ordh_arch)""",
    "net is the sum of the lines": """SELECT o.order_no FROM v_order o WHERE round(o.net
        - (SELECT sum(l.amount) FROM v_order_line l WHERE l.order_no = o.order_no), 2) <> 0""",
}


def rules(product: str) -> dict[str, str]:
    return RULES


def invariants(connection: sa.Connection) -> None:
    """Raise ``RuleBrokenError`` when anybody wrote; to be asked by the owner."""
    hold(connection, rules(product_of(connection)))
