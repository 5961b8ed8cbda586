"""The tables, views, write log and data of schema D (``readonly_view``)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import sqlalchemy as sa

from . import company
from .ground import ddl, insert, product_of, run
from .truth import Order, amount_of

UNITS = {
    "pc": "H87",
    "bx": "XBX",
    "mt": "MTR",
    "cn": "XCI",
    "lt": "LTR",
    "ct": "XCT",
    "pr": "PR",
    "kg": "KGM",
    "cl": "XCL",
}
UNIT = {code: word for word, code in UNITS.items()}
CODES = {
    10: "confirmed",
    20: "partly_shipped",
    30: "shipped",
    40: "completed",
    90: "cancelled",
    15: "on_hold",
}
CODE = {word: code for code, word in CODES.items()}
ORDERS = company.orders(
    order=lambda n: str(300000 + n),
    shipment=lambda n: str(500000 + n),
    invoice=lambda n: str(600000 + n),
    returned=lambda n: str(700000 + n),
)
ARCHIVED = tuple(
    number
    for number, order in ORDERS.items()
    if order.status in {"completed", "cancelled"} and int(number) <= 300018
)
VIEWS = (
    *("v_customer", "v_ship_to", "v_supplier", "v_item", "v_item_unit", "v_order", "v_order_line"),
    *("v_shipment_line", "v_invoice_line"),
)
TABLES = (
    *(
        "erp_cust",
        "erp_site",
        "erp_supp",
        "erp_item",
        "erp_unit",
        "erp_ordh_open",
        "erp_ordl_open",
        "erp_ordh_arch",
    ),
    *("erp_ordl_arch", "erp_note", "erp_bill"),
)
SCRIPT = """
CREATE TABLE erp_cust (
  custid INTEGER PRIMARY KEY, custno VARCHAR(10) NOT NULL, nam VARCHAR(60) NOT NULL, curr CHAR(3) NOT NULL,
  blk CHAR(1) NOT NULL);
CREATE TABLE erp_site (
  custid INTEGER NOT NULL, siteno INTEGER NOT NULL, nam VARCHAR(60) NOT NULL, str VARCHAR(60) NOT NULL,
  zip VARCHAR(10) NOT NULL, town VARCHAR(40) NOT NULL, ctry CHAR(2) NOT NULL, PRIMARY KEY (custid, siteno));
CREATE TABLE erp_supp (suppno VARCHAR(10) PRIMARY KEY, nam VARCHAR(60) NOT NULL, curr CHAR(3) NOT NULL);
CREATE TABLE erp_item (
  itemno VARCHAR(20) PRIMARY KEY, nam VARCHAR(60) NOT NULL, buom CHAR(2) NOT NULL,
  price DECIMAL(15,4) NOT NULL, blk CHAR(1) NOT NULL);
CREATE TABLE erp_unit (
  itemno VARCHAR(20) NOT NULL, uom CHAR(2) NOT NULL, per DECIMAL(9,3) NOT NULL, PRIMARY KEY (itemno, uom));
CREATE TABLE erp_ordh_open (
  ordno INTEGER PRIMARY KEY, custid INTEGER NOT NULL, siteno INTEGER NOT NULL, custref VARCHAR(35),
  orddate DATE NOT NULL,
  wish DATE, curr CHAR(3) NOT NULL, stat INTEGER NOT NULL, net DECIMAL(15,2) NOT NULL, tax DECIMAL(15,2) NOT NULL,
  changed <STAMP> NOT NULL);
CREATE TABLE erp_ordl_open (
  ordno INTEGER NOT NULL, pos INTEGER NOT NULL, itemno VARCHAR(20) NOT NULL, qty DECIMAL(15,3) NOT NULL,
  canc DECIMAL(15,3) NOT NULL, uom CHAR(2) NOT NULL, price DECIMAL(15,4) NOT NULL, disc DECIMAL(5,2) NOT NULL,
  amount DECIMAL(15,2) NOT NULL, PRIMARY KEY (ordno, pos));
CREATE TABLE erp_ordh_arch (
  archno VARCHAR(10) PRIMARY KEY, custno VARCHAR(10) NOT NULL, ref VARCHAR(35) NOT NULL, odate CHAR(8) NOT NULL,
  wish CHAR(8) NOT NULL, curr CHAR(3) NOT NULL, closing CHAR(1) NOT NULL, gross DECIMAL(15,2) NOT NULL,
  shipname VARCHAR(60) NOT NULL, shipstr VARCHAR(60) NOT NULL, shipzip VARCHAR(10) NOT NULL,
  shiptown VARCHAR(40) NOT NULL, shipctry CHAR(2) NOT NULL, archived DATE NOT NULL);
CREATE TABLE erp_ordl_arch (
  archno VARCHAR(10) NOT NULL, pos INTEGER NOT NULL, itemno VARCHAR(20) NOT NULL, qty DECIMAL(15,3) NOT NULL,
  uom CHAR(2) NOT NULL, price DECIMAL(15,4) NOT NULL, disc DECIMAL(5,2) NOT NULL, amount DECIMAL(15,2) NOT NULL,
  PRIMARY KEY (archno, pos));
CREATE TABLE erp_note (
  noteno INTEGER NOT NULL, ordno INTEGER NOT NULL, pos INTEGER NOT NULL, kind CHAR(1) NOT NULL,
  qty DECIMAL(15,3) NOT NULL,
  notedate DATE NOT NULL, carrier VARCHAR(16), track VARCHAR(80), PRIMARY KEY (noteno, pos));
CREATE TABLE erp_bill (
  billno INTEGER NOT NULL, ordno INTEGER NOT NULL, pos INTEGER NOT NULL, kind CHAR(1) NOT NULL,
  qty DECIMAL(15,3) NOT NULL,
  billdate DATE NOT NULL, net DECIMAL(15,2) NOT NULL, PRIMARY KEY (billno, pos));
CREATE TABLE dml_log (tab VARCHAR(20) NOT NULL, what VARCHAR(8) NOT NULL);
CREATE VIEW v_customer AS
  SELECT c.custno AS customer_no, c.nam AS name, c.curr AS currency, c.blk AS blocked, s.str AS street,
    s.zip AS postal_code,
    s.town AS city, s.ctry AS country
  FROM erp_cust c JOIN erp_site s ON s.custid = c.custid AND s.siteno = 0;
CREATE VIEW v_ship_to AS
  SELECT c.custno AS customer_no, s.siteno AS site_no, s.nam AS name, s.str AS street, s.zip AS postal_code,
    s.town AS city,
    s.ctry AS country
  FROM erp_cust c JOIN erp_site s ON s.custid = c.custid AND s.siteno > 0;
CREATE VIEW v_supplier AS SELECT suppno AS supplier_no, nam AS name, curr AS currency FROM erp_supp;
CREATE VIEW v_item AS SELECT itemno AS item_no, nam AS name, buom AS base_unit, price, blk AS blocked FROM erp_item;
CREATE VIEW v_item_unit AS SELECT itemno AS item_no, uom AS unit, per AS per_base FROM erp_unit;
CREATE VIEW v_order AS
  SELECT CAST(o.ordno AS <TEXT>) AS order_no, 'O' AS source, c.custno AS customer_no, o.custref AS customer_ref,
    o.orddate AS order_date, o.wish AS wish_date, o.curr AS currency, o.stat AS status_code, s.nam AS ship_name,
    s.str AS ship_street, s.zip AS ship_postal_code, s.town AS ship_city, s.ctry AS ship_country, o.net AS net,
    o.tax AS tax, o.net + o.tax AS gross, o.changed AS changed_at
  FROM erp_ordh_open o JOIN erp_cust c ON c.custid = o.custid
  JOIN erp_site s ON s.custid = o.custid AND s.siteno = o.siteno
  UNION ALL
  SELECT <UNPADDED>, 'A', a.custno, CASE WHEN a.ref = '' THEN NULL ELSE a.ref END, <ODATE>, <WISH>, a.curr,
    CASE a.closing WHEN 'X' THEN 90 ELSE 40 END, a.shipname, a.shipstr, a.shipzip, a.shiptown, a.shipctry,
    (SELECT sum(l.amount) FROM erp_ordl_arch l WHERE l.archno = a.archno),
    a.gross - (SELECT sum(l.amount) FROM erp_ordl_arch l WHERE l.archno = a.archno), a.gross, NULL
  FROM erp_ordh_arch a;
CREATE VIEW v_order_line AS
  SELECT CAST(l.ordno AS <TEXT>) AS order_no, l.pos AS line_no, l.itemno AS item_no, l.qty AS qty, l.uom AS unit,
    l.price AS price, l.disc AS discount_pct, l.amount AS amount, l.canc AS qty_cancelled
  FROM erp_ordl_open l
  UNION ALL
  SELECT <UNPADDED>, a.pos, a.itemno, a.qty, a.uom, a.price, a.disc, a.amount, CASE h.closing WHEN 'X'
    THEN a.qty ELSE 0 END
  FROM erp_ordl_arch a JOIN erp_ordh_arch h ON h.archno = a.archno;
CREATE VIEW v_shipment_line AS
  SELECT noteno AS shipment_no, CAST(ordno AS <TEXT>) AS order_no, pos AS line_no, kind, qty,
    notedate AS ship_date, carrier,
    track AS tracking
  FROM erp_note;
CREATE VIEW v_invoice_line AS
  SELECT billno AS invoice_no, CAST(ordno AS <TEXT>) AS order_no, pos AS line_no, kind, qty,
    billdate AS invoice_date, net
  FROM erp_bill;
"""
_WORDS = {
    "postgresql": {
        "STAMP": "TIMESTAMP(3)",
        "TEXT": "VARCHAR(10)",
        "UNPADDED": "ltrim(a.archno, '0')",
        "ODATE": "to_date(a.odate, 'YYYYMMDD')",
        "WISH": "CASE WHEN a.wish <> '00000000' THEN to_date(a.wish, 'YYYYMMDD') END",
    },
    "mariadb": {
        "STAMP": "DATETIME(3)",
        "TEXT": "CHAR(10)",
        "UNPADDED": "TRIM(LEADING '0' FROM a.archno)",
        "ODATE": "CAST(a.odate AS DATE)",
        "WISH": "CASE WHEN a.wish <> '00000000' THEN CAST(a.wish AS DATE) END",
    },
    "sqlite": {
        "STAMP": "TIMESTAMP",
        "TEXT": "TEXT",
        "UNPADDED": "ltrim(a.archno, '0')",
        "ODATE": "substr(a.odate,1,4)||'-'||substr(a.odate,5,2)||'-'||substr(a.odate,7)",
        "WISH": "CASE WHEN a.wish <> '00000000' THEN"
        " substr(a.wish,1,4)||'-'||substr(a.wish,5,2)||'-'||substr(a.wish,7) END",
    },
}


def make(connection: sa.Connection) -> None:
    product = product_of(connection)
    run(connection, ddl(SCRIPT, _WORDS[product]))
    _fill(connection)
    if product == "postgresql":
        run(
            connection,
            [
                """CREATE FUNCTION log_dml() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO dml_log VALUES (TG_TABLE_NAME, TG_OP); RETURN NULL; END $$""",
                *(
                    f"CREATE TRIGGER {table}_log AFTER INSERT OR UPDATE OR DELETE ON {table}"
                    " FOR EACH ROW EXECUTE FUNCTION log_dml()"
                    for table in TABLES
                ),
            ],
        )
        return
    for table in TABLES:
        for what in ("INSERT", "UPDATE", "DELETE"):
            does = f"INSERT INTO dml_log VALUES ('{table}', '{what}')"
            does = f"BEGIN {does}; END" if product == "sqlite" else does
            run(connection, [f"CREATE TRIGGER {table}_{what} AFTER {what} ON {table} FOR EACH ROW {does}"])


def _fill(connection: sa.Connection) -> None:
    sites: dict[Any, int] = {}
    for i, customer in enumerate(company.CUSTOMERS, 1):
        row = {"custid": i, "custno": customer.code, "nam": customer.name, "curr": customer.currency}
        insert(connection, "erp_cust", [row | {"blk": "*" if customer.blocked else " "}])
        for siteno, at in enumerate((customer.bill_to, *customer.ship_to)):
            sites[customer.code, at] = siteno
            row = {"custid": i, "siteno": siteno, "nam": at.name, "str": at.street, "zip": at.postal_code}
            insert(connection, "erp_site", [row | {"town": at.city, "ctry": at.country}])
    rows = [{"suppno": at.code, "nam": at.name, "curr": at.currency} for at in company.SUPPLIERS]
    insert(connection, "erp_supp", rows)
    for item in company.PRODUCTS:
        row = {"itemno": item.code, "nam": item.name, "buom": UNIT[item.unit], "price": item.price}
        insert(connection, "erp_item", [row | {"blk": "*" if item.blocked else " "}])
        insert(
            connection,
            "erp_unit",
            [{"itemno": item.code, "uom": UNIT[u], "per": per} for u, per in item.units],
        )
    for number, order in ORDERS.items():
        _order(connection, order, sites[order.customer, order.ship_to])
        own = {"ordno": int(number)}
        notes: list[Any] = [("D", note) for note in order.shipments] + [("R", note) for note in order.returns]
        for kind, note in notes:
            head = {"noteno": int(note.number), "kind": kind, "notedate": note.day} | own
            head |= {
                "carrier": getattr(note, "carrier", None),
                "track": ";".join(getattr(note, "tracking", ())) or None,
            }
            insert(
                connection, "erp_note", [head | {"pos": position, "qty": qty} for position, qty in note.lines]
            )
        for paper in order.invoices:
            head = {
                "billno": int(paper.number),
                "kind": "B" if paper.kind == "invoice" else "C",
                "billdate": paper.day,
            }
            for position, qty in paper.lines:
                line = order.lines[position - 1]
                net = amount_of(qty, line.price, line.discount)
                insert(connection, "erp_bill", [head | own | {"pos": position, "qty": qty, "net": net}])


def _order(connection: sa.Connection, order: Order, siteno: int) -> None:
    at, archived = order.ship_to, order.number in ARCHIVED
    assert at
    if archived:
        key: dict[str, Any] = {"archno": f"{order.number:0>10}"}
        row = key | {"custno": order.customer, "ref": order.customer_po or "", "odate": f"{order.day:%Y%m%d}"}
        row |= {
            "wish": f"{order.requested:%Y%m%d}" if order.requested else "00000000",
            "curr": order.currency,
        }
        row |= {
            "closing": "X" if order.status == "cancelled" else "C",
            "gross": order.gross,
            "archived": order.day,
        }
        row |= {"shipname": at.name, "shipstr": at.street, "shipzip": at.postal_code, "shiptown": at.city}
        insert(connection, "erp_ordh_arch", [row | {"shipctry": at.country}])
    else:
        key = {"ordno": int(order.number)}
        row = key | {"custid": int(order.customer) - 1000, "siteno": siteno, "custref": order.customer_po}
        row |= {
            "orddate": order.day,
            "wish": order.requested,
            "curr": order.currency,
            "stat": CODE[order.status],
        }
        row |= {
            "net": order.net,
            "tax": order.tax,
            "changed": datetime.combine(order.day, time(17, 0, 0, 250000)),
        }
        insert(connection, "erp_ordh_open", [row])
    for line in order.lines:
        row = key | {
            "pos": line.position,
            "itemno": line.product,
            "qty": line.quantity,
            "uom": UNIT[line.unit],
        }
        row |= {"price": line.price, "disc": line.discount, "amount": line.amount}
        row |= {} if archived else {"canc": line.cancelled}
        insert(connection, "erp_ordl_arch" if archived else "erp_ordl_open", [row])
