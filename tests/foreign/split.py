"""C: header, line, delivery and movement tables with soft deletes and counters (see README.md, section ``split``)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from . import split_tables, telling
from .ground import day, exact, hold, product_of, select, transaction
from .split_tables import ORDERS, STATUS, UNITS
from .truth import Customer, Facts, Order, Product, Supplier

__all__ = ["ORDERS", "PRODUCTS", "create", "facts", "invariants", "rules"]

PRODUCTS = ("postgresql", "mariadb", "sqlite")
WORDS = {word: ours for ours, word in STATUS.items()} | {"ENTERED": "draft"}


def create(engine_or_url: sa.Engine | sa.URL | str) -> None:
    with transaction(engine_or_url) as connection:
        split_tables.make(connection)


_SHIPPED = """(SELECT round(coalesce(sum(d.qty), 0), 6) FROM dl_line d JOIN dl_header h ON h.id = d.delivery_id
    WHERE d.so_line_id = l.id AND h.kind = '{kind}' AND h.status = 'SHIPPED' AND NOT h.is_deleted
      AND NOT d.is_deleted)"""
LINES = f"""SELECT l.line_no AS position, i.item_no AS product, l.qty AS quantity, l.unit, l.unit_price AS price,
      l.discount_pct AS discount, l.line_net AS amount, l.qty_cancelled AS cancelled,
      {_SHIPPED.format(kind="DELIVERY")} AS shipped, {_SHIPPED.format(kind="RETURN")} AS returned,
      (SELECT round(coalesce(sum(v.qty), 0), 6) FROM iv_line v JOIN iv_header h ON h.id = v.invoice_id
        WHERE v.so_line_id = l.id AND h.kind = 'INVOICE' AND NOT h.is_deleted AND NOT v.is_deleted) AS invoiced
    FROM so_line l JOIN item i ON i.id = l.item_id WHERE l.header_id = :id AND NOT l.is_deleted ORDER BY l.line_no"""
NOTES = """SELECT h.id, h.doc_no AS number, h.ship_date AS day, coalesce(h.carrier, '') AS carrier, '' AS tracking,
      l.line_no AS position, d.qty AS quantity
    FROM dl_line d JOIN dl_header h ON h.id = d.delivery_id JOIN so_line l ON l.id = d.so_line_id
    WHERE l.header_id = :id AND h.kind = :kind AND h.status = 'SHIPPED' AND NOT h.is_deleted AND NOT d.is_deleted
    ORDER BY h.doc_no, l.line_no"""
PACKAGES = """SELECT h.doc_no, p.tracking_no FROM dl_package p JOIN dl_header h ON h.id = p.delivery_id
    ORDER BY h.doc_no, p.package_no"""
INVOICES = """SELECT h.doc_no AS number, CASE h.kind WHEN 'INVOICE' THEN 'invoice' ELSE 'credit_note' END AS kind,
      h.invoice_date AS day, l.line_no AS position, v.qty AS quantity, v.net
    FROM iv_line v JOIN iv_header h ON h.id = v.invoice_id JOIN so_line l ON l.id = v.so_line_id
    WHERE l.header_id = :id AND NOT h.is_deleted AND NOT v.is_deleted ORDER BY h.doc_no, l.line_no"""
HEADERS = """SELECT h.*, c.customer_no, h.ship_name AS name, h.ship_street AS street, h.ship_postal_code AS postal_code,
      h.ship_city AS city, h.ship_country AS country
    FROM so_header h JOIN customer c ON c.id = h.customer_id WHERE NOT h.is_deleted"""


def facts(connection: sa.Connection) -> Facts:
    """The truth by this module's own SQL."""
    told = Facts()
    for row in select(connection, "SELECT * FROM customer WHERE NOT is_deleted"):
        bill = select(connection, "SELECT * FROM address WHERE id = :id", id=row.bill_to_id)[0]
        query = """SELECT a.* FROM address a JOIN customer_ship_to s ON s.address_id = a.id
            WHERE s.customer_id = :id ORDER BY a.id"""
        to = tuple(map(telling.address, select(connection, query, id=row.id)))
        told.customers[row.customer_no] = Customer(
            *(row.customer_no, row.name, row.currency, bool(row.order_block)), telling.address(bill), to
        )
    for row in select(connection, "SELECT * FROM supplier WHERE NOT is_deleted"):
        told.suppliers[row.supplier_no] = Supplier(row.supplier_no, row.name, row.currency)
    for row in select(connection, "SELECT * FROM item WHERE NOT is_deleted"):
        query = "SELECT unit, per_base FROM item_unit WHERE item_id = :id ORDER BY per_base"
        ratios = tuple(
            (UNITS[unit.unit], exact(unit.per_base)) for unit in select(connection, query, id=row.id)
        )
        price, blocked = exact(row.base_price), bool(row.sales_block)
        told.products[row.item_no] = Product(
            row.item_no, row.name, UNITS[row.base_unit], ratios, price, blocked
        )
    packages: dict[str, list[str]] = {}
    for row in select(connection, PACKAGES):
        packages.setdefault(row.doc_no, []).append(row.tracking_no)
    for row in select(connection, HEADERS):
        told.orders[row.doc_no] = _order(connection, row, packages)
    return told


def _order(connection: sa.Connection, row: Any, packages: dict[str, list[str]]) -> Order:
    shipments = telling.shipments(select(connection, NOTES, id=row.id, kind="DELIVERY"))
    return Order(
        *(
            row.doc_no,
            row.customer_no,
            row.customer_po,
            day(row.order_date),
            day(row.requested_date),
            row.currency,
        ),
        *(
            WORDS[row.status],
            telling.address(row),
            telling.lines(select(connection, LINES, id=row.id), UNITS),
        ),
        *(exact(row.net_total), exact(row.tax_total), exact(row.gross_total)),
        shipments=tuple(replace(at, tracking=tuple(packages.get(at.number, ()))) for at in shipments),
        invoices=telling.invoices(select(connection, INVOICES, id=row.id)),
        returns=telling.returns(select(connection, NOTES, id=row.id, kind="RETURN")),
    )


RULES = {
    "no counter is behind": """SELECT c.kind, c.year, c.last_no FROM doc_counter c JOIN (
        SELECT doc_no FROM so_header UNION ALL SELECT doc_no FROM dl_header UNION ALL SELECT doc_no FROM iv_header) d
        ON d.doc_no LIKE <LIKE> WHERE length(d.doc_no) <> 14 OR substr(d.doc_no, 9) > <PADDED>""",
    "numbers have the counter's form": """SELECT doc_no FROM so_header WHERE doc_no NOT LIKE 'SO-____-______'
        OR substr(doc_no, 4, 4) NOT IN ('2025', '2026')""",
    "header totals are the sum of the live lines": """SELECT h.doc_no FROM so_header h
        LEFT JOIN so_line l ON l.header_id = h.id AND NOT l.is_deleted WHERE NOT h.is_deleted
        GROUP BY h.id, h.doc_no, h.net_total, h.tax_total, h.gross_total
        HAVING round(coalesce(sum(l.line_net), 0) - h.net_total, 2) <> 0
          OR round(coalesce(sum(l.line_tax), 0) - h.tax_total, 2) <> 0
          OR round(h.net_total + h.tax_total - h.gross_total, 2) <> 0""",
    "line amounts are quantity by price": """SELECT id FROM so_line WHERE round(line_net
        - round((qty - qty_cancelled) * unit_price * (100 - discount_pct) / 100.0, 2), 2) <> 0""",
    "every live order has a live line": """SELECT doc_no FROM so_header h WHERE NOT is_deleted
        AND NOT EXISTS (SELECT 1 FROM so_line l WHERE l.header_id = h.id AND NOT l.is_deleted)""",
    "live line numbers are given once": """SELECT header_id, line_no FROM so_line WHERE NOT is_deleted
        GROUP BY header_id, line_no HAVING count(*) > 1""",
    "the history ends at the status": """SELECT h.doc_no, h.status FROM so_header h LEFT JOIN status_history s
        ON s.header_id = h.id AND s.seq = (SELECT max(seq) FROM status_history x WHERE x.header_id = h.id)
        WHERE NOT h.is_deleted AND (s.to_status IS NULL OR s.to_status <> h.status)""",
    "the history has no gap": """SELECT s.header_id, s.seq FROM status_history s LEFT JOIN status_history p
        ON p.header_id = s.header_id AND p.seq = s.seq - 1
        WHERE s.seq > 1 AND (p.seq IS NULL OR p.to_status <> s.from_status) OR s.seq = 1
          AND s.from_status IS NOT NULL""",
    "deleted means a flag and a time": """SELECT doc_no FROM so_header WHERE is_deleted <> (deleted_at IS NOT NULL)
        UNION ALL SELECT id FROM so_line WHERE is_deleted <> (deleted_at IS NOT NULL)""",
    "what is deleted is as it was": """SELECT 'orders', count(*) FROM so_header WHERE is_deleted AND row_version = 3
        AND updated_at = deleted_at AND doc_no IN ('SO-2026-000137', 'SO-2026-000138', 'SO-2026-000139')
        HAVING count(*) <> 3
        UNION ALL SELECT 'their lines', count(*) FROM so_line
        WHERE is_deleted AND row_version = 3 AND header_id BETWEEN 37 AND 39 HAVING count(*) <> 3
        UNION ALL SELECT 'other lines', count(*) FROM so_line
        WHERE is_deleted AND row_version = 2 AND header_id <= 36 AND header_id % 6 = 1 HAVING count(*) < 6""",
    "a deleted order has no live line": """SELECT h.doc_no FROM so_header h JOIN so_line l ON l.header_id = h.id
        WHERE h.is_deleted AND NOT l.is_deleted""",
    "line keys are lower-case UUIDs": """SELECT id FROM so_line WHERE length(id) <> 36 OR <BINARY> <> lower(id)
        OR id NOT LIKE '________-____-____-____-____________'""",
    "units are the item's": """SELECT l.id FROM so_line l WHERE NOT EXISTS
        (SELECT 1 FROM item_unit u WHERE u.item_id = l.item_id AND u.unit = l.unit)""",
    "the billing address is the customer's": """SELECT h.doc_no FROM so_header h JOIN customer c ON c.id = h.customer_id
        WHERE h.bill_to_id <> c.bill_to_id AND NOT h.is_deleted""",
    "movements agree with the delivery lines": """SELECT d.id FROM dl_line d JOIN dl_header h ON h.id = d.delivery_id
        JOIN so_line l ON l.id = d.so_line_id JOIN item_unit u ON u.item_id = l.item_id AND u.unit = l.unit
        LEFT JOIN stock_movement m ON m.dl_line_id = d.id
        GROUP BY d.id, d.qty, d.is_deleted, h.status, h.kind, u.per_base
        HAVING round(coalesce(sum(m.qty_base), 0) - CASE WHEN h.status <> 'SHIPPED' OR d.is_deleted THEN 0
          WHEN h.kind = 'RETURN' THEN d.qty * u.per_base ELSE -d.qty * u.per_base END, 3) <> 0""",
}
_WORDS = {
    "postgresql": {
        "LIKE": "c.prefix || c.year || '-%'",
        "PADDED": "lpad(CAST(c.last_no AS text), 6, '0')",
        "BINARY": "id",
    },
    "mariadb": {
        "LIKE": "CONCAT(c.prefix, c.year, '-%')",
        "PADDED": "lpad(c.last_no, 6, '0')",
        "BINARY": "BINARY id",
    },
    "sqlite": {"LIKE": "c.prefix || c.year || '-%'", "PADDED": "printf('%06d', c.last_no)", "BINARY": "id"},
}


def rules(product: str) -> dict[str, str]:
    found = dict(RULES)
    for word, meaning in _WORDS[product].items():
        found = {rule: query.replace(f"<{word}>", meaning) for rule, query in found.items()}
    if product == "postgresql":
        found["the id sequence is not behind"] = """SELECT max(id) FROM so_header HAVING max(id) >
            (SELECT last_value FROM so_header_id_seq)"""
    return found


def invariants(connection: sa.Connection) -> None:
    """Raise ``RuleBrokenError`` when somebody wrote what this system cannot bear."""
    hold(connection, rules(product_of(connection)))
