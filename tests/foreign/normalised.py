"""A: an ERP with integer keys, text references and stock movements (see README.md, section ``normalised``)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from . import normalised_tables, telling
from .ground import day, ddl, exact, hold, product_of, select, transaction
from .normalised_tables import IDS, ORDERS, UNITS, WORDS
from .truth import Customer, Facts, Order, Product, Supplier

__all__ = ["ORDERS", "PRODUCTS", "create", "facts", "invariants", "rules"]

PRODUCTS = ("postgresql", "mariadb", "sqlite")


def create(engine_or_url: sa.Engine | sa.URL | str) -> None:
    with transaction(engine_or_url) as connection:
        normalised_tables.make(connection)


_LINE = "CASE WHEN {0}.origin LIKE 'sale.line,%' THEN CAST(substr({0}.origin, 11) AS <INT>) END"
"""The sale line of a text reference; without the CASE another document's reference is a cast error."""


def _moved(way: str) -> str:
    return f"""(SELECT round(coalesce(sum(m.quantity * mu.ratio), 0) * 1.0 / u.ratio, 6)
        FROM stock_move m JOIN uom mu ON mu.id = m.uom_id JOIN location t ON t.id = m.{way}
        WHERE {_LINE.format("m")} = l.id AND m.state = 'done' AND t.type = 'customer')"""


FACTS = {
    "address": """SELECT a.name, a.street, a.zip AS postal_code, a.city, c.code AS country, a.type
        FROM partner_address a JOIN country c ON c.id = a.country_id WHERE a.active
          AND a.partner_id = :id ORDER BY a.sequence""",
    "order": """SELECT o.id, o.number, p.code AS customer, o.client_ref, o.order_date,
          o.commitment_date, c.code AS currency,
          CASE WHEN o.state = 'draft' THEN 'draft' WHEN o.state = 'cancel' THEN 'cancelled'
            WHEN o.state = 'waiting' THEN 'on_hold'
            WHEN o.state = 'done' THEN 'completed' WHEN dp.code = 'full' THEN 'shipped'
            WHEN dp.code = 'partial' THEN 'partly_shipped' ELSE 'confirmed' END AS status,
          a.name, a.street, a.zip AS postal_code, a.city, ac.code AS country,
          o.amount_untaxed, o.amount_tax, o.amount_total
        FROM sale_order o JOIN partner p ON p.id = o.partner_id JOIN currency c ON c.id = o.currency_id
        JOIN progress dp ON dp.id = o.delivery_progress_id JOIN partner_address a ON a.id = o.delivery_address_id
        JOIN country ac ON ac.id = a.country_id""",
    "lines": f"""SELECT l.sequence AS position, p.code AS product, l.quantity, u.name AS unit,
      l.price_unit AS price, l.discount,
          l.price_subtotal AS amount, {_moved("to_id")} AS shipped, {_moved("from_id")} AS returned,
          (SELECT round(coalesce(sum(i.quantity * iu.ratio), 0) * 1.0 / u.ratio, 6) FROM invoice_line i
            JOIN invoice h ON h.id = i.invoice_id JOIN uom iu ON iu.id = i.uom_id
            WHERE {_LINE.format("i")} = l.id AND h.state = 'posted' AND h.type = 'out_invoice') AS invoiced,
          l.qty_cancelled AS cancelled
        FROM sale_line l JOIN product p ON p.id = l.product_id JOIN uom u ON u.id = l.uom_id
        WHERE l.order_id = :id ORDER BY l.sequence""",
    "movements": f"""SELECT k.number, k.date_done AS day, k.carrier, k.tracking, l.sequence AS position,
          round(m.quantity * mu.ratio * 1.0 / u.ratio, 6) AS quantity
        FROM stock_move m JOIN picking k ON k.id = m.picking_id JOIN uom mu ON mu.id = m.uom_id
        JOIN sale_line l ON l.id = {_LINE.format("m")} JOIN uom u ON u.id = l.uom_id
        WHERE l.order_id = :id AND m.state = 'done' AND k.kind = :kind ORDER BY k.number, l.sequence""",
    "invoices": f"""SELECT h.number, CASE h.type WHEN 'out_invoice' THEN 'invoice' ELSE 'credit_note' END AS kind,
          h.invoice_date AS day, l.sequence AS position, round(i.quantity * iu.ratio * 1.0 / u.ratio, 6) AS quantity,
          i.subtotal AS net
        FROM invoice_line i JOIN invoice h ON h.id = i.invoice_id JOIN uom iu ON iu.id = i.uom_id
        JOIN sale_line l ON l.id = {_LINE.format("i")} JOIN uom u ON u.id = l.uom_id
        WHERE l.order_id = :id AND h.state = 'posted' ORDER BY h.number, l.sequence""",
}


def facts(connection: sa.Connection) -> Facts:
    """The truth by this module's own SQL."""
    told, words = Facts(), WORDS[product_of(connection)]

    def ask(name: str, **values: Any) -> list[Any]:
        return select(connection, FACTS[name].replace("<INT>", words["INT"]), **values)

    parties = """SELECT p.*, c.code AS currency FROM partner p JOIN currency c ON c.id = p.currency_id
        WHERE p.active ORDER BY p.code"""
    for row in select(connection, parties):
        if row.is_supplier:
            told.suppliers[row.code] = Supplier(row.code, row.name, row.currency)
            continue
        places: dict[str, list[Any]] = {"invoice": [], "delivery": []}
        for place in ask("address", id=row.id):
            places[place.type].append(telling.address(place))
        told.customers[row.code] = Customer(
            *(row.code, row.name, row.currency, bool(row.sale_blocked)),
            places["invoice"][0],
            tuple(places["delivery"]),
        )
    products = """SELECT p.code, t.id, t.name, p.variant, u.name AS unit, t.list_price, p.active FROM product p
        JOIN product_template t ON t.id = p.template_id JOIN uom u ON u.id = t.uom_id"""
    sold = """SELECT u.name, u.ratio FROM product_template_uom s JOIN uom u ON u.id = s.uom_id
        WHERE s.template_id = :id ORDER BY u.ratio"""
    for row in select(connection, products):
        ratios = tuple((UNITS[unit.name], exact(unit.ratio)) for unit in select(connection, sold, id=row.id))
        name, price = f"{row.name} {row.variant}", exact(row.list_price)
        told.products[row.code] = Product(row.code, name, UNITS[row.unit], ratios, price, not row.active)
    for row in ask("order"):
        told.orders[row.number] = Order(
            *(row.number, row.customer, row.client_ref, day(row.order_date), day(row.commitment_date)),
            *(row.currency, row.status, telling.address(row), telling.lines(ask("lines", id=row.id), UNITS)),
            *(exact(row.amount_untaxed), exact(row.amount_tax), exact(row.amount_total)),
            shipments=telling.shipments(ask("movements", id=row.id, kind="outgoing")),
            invoices=telling.invoices(ask("invoices", id=row.id)),
            returns=telling.returns(ask("movements", id=row.id, kind="incoming")),
        )
    return told


_LAST = {
    "postgresql": "(SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM sale_number_seq)",
    "mariadb": "(SELECT next_not_cached_value - 1 FROM sale_number_seq)",
    "sqlite": "(SELECT number_next - 1 FROM doc_sequence WHERE code = 'sale.order')",
}
RULES = {
    "the number sequence is not behind": "SELECT max(number) FROM sale_order"
    " HAVING max(CAST(substr(number, 2) AS <INT>)) > <LAST>",
    "order numbers look like S00001": "SELECT number FROM sale_order WHERE number NOT LIKE 'S_____'",
    "order totals are the sum of the lines": """SELECT o.number FROM sale_order o
        LEFT JOIN sale_line l ON l.order_id = o.id
        GROUP BY o.id, o.number, o.amount_untaxed, o.amount_tax, o.amount_total
        HAVING round(coalesce(sum(l.price_subtotal), 0) - o.amount_untaxed, 2) <> 0
          OR round(coalesce(sum(l.price_tax), 0) - o.amount_tax, 2) <> 0
          OR round(o.amount_untaxed + o.amount_tax - o.amount_total, 2) <> 0""",
    "subtotals are quantity by price": """SELECT id FROM sale_line WHERE round(price_subtotal
        - round((quantity - qty_cancelled) * price_unit * (100 - discount) / 100.0, 2), 2) <> 0""",
    "taxes follow the tax codes": """SELECT l.id FROM sale_line l LEFT JOIN sale_line_tax x ON x.line_id = l.id
        LEFT JOIN tax t ON t.id = x.tax_id GROUP BY l.id, l.price_tax, l.price_subtotal
        HAVING count(t.id) = 0 OR round(l.price_tax - round(l.price_subtotal * sum(t.rate) / 100.0, 2), 2) <> 0""",
    "every order has a line": """SELECT number FROM sale_order o
        WHERE NOT EXISTS (SELECT 1 FROM sale_line l WHERE l.order_id = o.id)""",
    "addresses are the customer's, of their type, in use": """SELECT o.number FROM sale_order o
        JOIN partner_address i ON i.id = o.invoice_address_id JOIN partner_address d ON d.id = o.delivery_address_id
        WHERE i.partner_id <> o.partner_id OR d.partner_id <> o.partner_id
          OR i.type <> 'invoice' OR d.type <> 'delivery'
          OR NOT i.active OR NOT d.active""",
    "units are the product's": """SELECT l.id FROM sale_line l JOIN product p ON p.id = l.product_id WHERE NOT EXISTS
        (SELECT 1 FROM product_template_uom s WHERE s.template_id = p.template_id AND s.uom_id = l.uom_id)""",
    "text references lead to a line": f"""SELECT id FROM stock_move m WHERE m.origin LIKE 'sale.line,%'
        AND {_LINE.format("m")} NOT IN (SELECT id FROM sale_line)""",
    "delivery progress agrees with the movements": f"""SELECT o.number FROM sale_order o
        JOIN progress g ON g.id = o.delivery_progress_id JOIN (
          SELECT l.order_id, min(CASE WHEN {_moved("to_id")} + l.qty_cancelled < l.quantity
            THEN 0 ELSE 1 END) AS complete,
            max({_moved("to_id")}) AS most FROM sale_line l JOIN uom u ON u.id = l.uom_id GROUP BY l.order_id) s
        ON s.order_id = o.id WHERE o.state <> 'cancel' AND g.code <>
          CASE WHEN s.most = 0 THEN 'nothing' WHEN s.complete = 1 THEN 'full' ELSE 'partial' END""",
    "the order is written when its lines are": """SELECT o.number FROM sale_order o
        JOIN sale_line l ON l.order_id = o.id WHERE l.write_date > o.write_date OR o.write_date < o.create_date""",
    "line sequences are the line's own": """SELECT order_id, sequence FROM sale_line
        GROUP BY order_id, sequence HAVING count(*) > 1""",
}


def rules(product: str) -> dict[str, str]:
    words = WORDS[product] | {"LAST": _LAST[product]}
    found = {rule: " ".join(ddl(query, words)) for rule, query in RULES.items()}
    if product == "postgresql":
        behind = (
            f"SELECT '{table}' WHERE (SELECT last_value FROM {table}_id_seq) < (SELECT max(id) FROM {table})"
            for table in IDS
        )
        found["the id sequences are not behind"] = " UNION ALL ".join(behind)
    return found


def invariants(connection: sa.Connection) -> None:
    """Raise ``RuleBrokenError`` when somebody wrote what this system cannot bear."""
    hold(connection, rules(product_of(connection)))
