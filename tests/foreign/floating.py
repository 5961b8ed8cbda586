"""E: quantities as floats, money in cents, composite keys, local time (see README.md, section ``floating``)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa

from . import company, telling
from .ground import day, ddl, exact, hold, insert, product_of, run, select, transaction
from .truth import Customer, Facts, Order, Product, Supplier, amount_of

PRODUCTS = ("postgresql", "mariadb", "sqlite")
CO = "01"
UNITS = {
    "E": "H87",
    "B": "XBX",
    "M": "MTR",
    "C": "XCI",
    "L": "LTR",
    "K": "XCT",
    "P": "PR",
    "KG": "KGM",
    "R": "XCL",
}
UNIT = {code: word for word, code in UNITS.items()}
ORDERS = company.orders(
    order=lambda n: str(7000 + n),
    shipment=lambda n: str(8000 + n),
    invoice=lambda n: str(9000 + n),
    returned=lambda n: str(8500 + n),
    with_tax=False,
)
_FLAG = "CHAR(1) NOT NULL CHECK ({0} IN ('Y', 'N'))"
SCRIPT = """
CREATE TABLE custmast (
  co CHAR(2) NOT NULL, custno VARCHAR(10) NOT NULL, cname VARCHAR(40) NOT NULL, curr CHAR(3) NOT NULL,
  stopped <FLAG stopped>, PRIMARY KEY (co, custno));
CREATE TABLE custaddr (
  co CHAR(2) NOT NULL, custno VARCHAR(10) NOT NULL, addrno INTEGER NOT NULL, name VARCHAR(40) NOT NULL,
  street VARCHAR(40) NOT NULL, postal_code VARCHAR(10) NOT NULL, city VARCHAR(40) NOT NULL, country CHAR(2) NOT NULL,
  PRIMARY KEY (co, custno, addrno));
CREATE TABLE vendmast (
  co CHAR(2) NOT NULL, vendno VARCHAR(10) NOT NULL, vname VARCHAR(40) NOT NULL, curr CHAR(3) NOT NULL,
  PRIMARY KEY (co, vendno));
CREATE TABLE itemmast (
  co CHAR(2) NOT NULL, item_id INTEGER NOT NULL, <desc> VARCHAR(40) NOT NULL, uom VARCHAR(2) NOT NULL,
  price_cents INTEGER NOT NULL, price_per INTEGER NOT NULL, gone <FLAG gone>, weight <FLOAT>,
  PRIMARY KEY (co, item_id));
CREATE TABLE itemcode (
  co CHAR(2) NOT NULL, item_id INTEGER NOT NULL, code VARCHAR(20) NOT NULL, main <FLAG main>, PRIMARY KEY (co, code));
CREATE TABLE itemuom (
  co CHAR(2) NOT NULL, item_id INTEGER NOT NULL, uom VARCHAR(2) NOT NULL, factor <DOUBLE> NOT NULL,
  PRIMARY KEY (co, item_id, uom));
CREATE TABLE ordhdr (
  co CHAR(2) NOT NULL, ordno INTEGER NOT NULL, custno VARCHAR(10) NOT NULL, addrno INTEGER NOT NULL, po_no VARCHAR(30),
  ord_ts <STAMP> NOT NULL, req_ts <STAMP>, curr CHAR(3) NOT NULL, cancelled <FLAG cancelled>, on_hold <FLAG on_hold>,
  shipped <FLAG shipped>, invoiced <FLAG invoiced>, total_cents BIGINT NOT NULL, remark VARCHAR(60),
  chg_ts <STAMP> NOT NULL,
  PRIMARY KEY (co, ordno));
CREATE TABLE ordlin (
  co CHAR(2) NOT NULL, ordno INTEGER NOT NULL, lineno INTEGER NOT NULL, item_id INTEGER NOT NULL, qty <DOUBLE> NOT NULL,
  qty_canc <DOUBLE> NOT NULL, uom VARCHAR(2) NOT NULL, price_cents INTEGER NOT NULL, price_per INTEGER NOT NULL,
  disc_bp INTEGER NOT NULL, amt_cents BIGINT NOT NULL, PRIMARY KEY (co, ordno, lineno));
CREATE TABLE shplin (
  co CHAR(2) NOT NULL, shpno INTEGER NOT NULL, ordno INTEGER NOT NULL, lineno INTEGER NOT NULL, qty <DOUBLE> NOT NULL,
  is_return <FLAG is_return>, ship_ts <STAMP> NOT NULL, carrier VARCHAR(10), track1 VARCHAR(20), track2 VARCHAR(20),
  PRIMARY KEY (co, shpno, lineno));
CREATE TABLE invlin (
  co CHAR(2) NOT NULL, invno INTEGER NOT NULL, ordno INTEGER NOT NULL, lineno INTEGER NOT NULL, qty <DOUBLE> NOT NULL,
  credit <FLAG credit>, inv_ts <STAMP> NOT NULL, net_cents BIGINT NOT NULL, PRIMARY KEY (co, invno, lineno));
"""
_WORDS = {
    "postgresql": {"DOUBLE": "DOUBLE PRECISION", "FLOAT": "REAL", "STAMP": "TIMESTAMP(0)", "desc": '"desc"'},
    "mariadb": {"DOUBLE": "DOUBLE", "FLOAT": "FLOAT", "STAMP": "DATETIME", "desc": "`desc`"},
    "sqlite": {"DOUBLE": "DOUBLE", "FLOAT": "FLOAT", "STAMP": "TIMESTAMP", "desc": '"desc"'},
}
_RANGE = [
    "CREATE TABLE numrange (co CHAR(2) NOT NULL PRIMARY KEY, last_no INTEGER NOT NULL)",
    "INSERT INTO numrange SELECT co, max(ordno) FROM ordhdr GROUP BY co",
]
GUARDS = {
    "postgresql": [
        *_RANGE,
        """CREATE FUNCTION next_ordno(p_co text) RETURNS integer LANGUAGE sql AS
          $$ UPDATE numrange SET last_no = last_no + 1 WHERE co = p_co RETURNING last_no $$""",
        """CREATE PROCEDURE take_ordno(IN p_co text, INOUT p_no integer) LANGUAGE plpgsql AS
          $$ BEGIN p_no := next_ordno(p_co); END $$""",
        """CREATE FUNCTION ordhdr_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.chg_ts < OLD.chg_ts THEN

            RAISE EXCEPTION 'changed before it was changed' USING ERRCODE = 'check_violation'; END IF;
            RETURN NEW; END $$""",
        "CREATE TRIGGER ordhdr_step BEFORE UPDATE ON ordhdr FOR EACH ROW EXECUTE FUNCTION ordhdr_step()",
    ],
    "mariadb": [
        *_RANGE,
        """CREATE FUNCTION next_ordno(p_co CHAR(2)) RETURNS INTEGER NOT DETERMINISTIC MODIFIES SQL DATA BEGIN
          DECLARE taken INTEGER; UPDATE numrange SET last_no = last_no + 1 WHERE co = p_co;
          SELECT last_no INTO taken FROM numrange WHERE co = p_co; RETURN taken; END""",
        """CREATE PROCEDURE take_ordno(IN p_co CHAR(2), OUT p_no INTEGER) BEGIN SET p_no = next_ordno(p_co); END""",
        """CREATE TRIGGER ordhdr_step BEFORE UPDATE ON ordhdr FOR EACH ROW IF NEW.chg_ts < OLD.chg_ts THEN
          SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'changed before it was changed'; END IF""",
    ],
    "sqlite": [
        """CREATE TRIGGER ordhdr_step BEFORE UPDATE ON ordhdr WHEN NEW.chg_ts < OLD.chg_ts
          BEGIN SELECT RAISE(ABORT, 'changed before it was changed'); END""",
    ],
}


def create(engine_or_url: sa.Engine | sa.URL | str) -> None:
    with transaction(engine_or_url) as connection:
        product, script = product_of(connection), SCRIPT
        for flag in (
            "stopped",
            "gone",
            "main",
            "cancelled",
            "on_hold",
            "shipped",
            "invoiced",
            "is_return",
            "credit",
        ):
            script = script.replace(f"<FLAG {flag}>", _FLAG.format(flag))
        run(connection, ddl(script, _WORDS[product]))
        for co in (CO, "02"):
            _masters(connection, co)
        for order in ORDERS.values():
            _order(connection, CO, order)
        for order in list(ORDERS.values())[:3]:  # the same numbers in another company: other orders
            _order(connection, "02", order)
        run(connection, ["UPDATE ordhdr SET po_no = 'OTHER COMPANY' WHERE co = '02'", *GUARDS[product]])


def _flag(value: bool) -> str:
    return "Y" if value else "N"


def _per(price: Any) -> int:
    return 100 if price * 100 % 1 else 1


def _masters(connection: sa.Connection, co: str) -> None:
    for customer in company.CUSTOMERS:
        key = {"co": co, "custno": customer.code}
        row = key | {"cname": customer.name, "curr": customer.currency, "stopped": _flag(customer.blocked)}
        insert(connection, "custmast", [row])
        rows = [key | {"addrno": i} | vars(at) for i, at in enumerate((customer.bill_to, *customer.ship_to))]
        insert(connection, "custaddr", rows)
    rows = [{"co": co, "vendno": at.code, "vname": at.name, "curr": at.currency} for at in company.SUPPLIERS]
    insert(connection, "vendmast", rows)
    for i, item in enumerate(company.PRODUCTS, 1):
        key, per = {"co": co, "item_id": 100 + i}, _per(item.price)
        row = key | {"desc": item.name, "uom": UNIT[item.unit], "price_cents": int(item.price * per * 100)}
        insert(
            connection,
            "itemmast",
            [row | {"price_per": per, "gone": _flag(item.blocked), "weight": 12345.678 / i}],
        )
        codes = [{"code": item.code, "main": "Y"}, {"code": f"400000000{i:04}", "main": "N"}]
        insert(connection, "itemcode", [key | code for code in codes])
        rows = [key | {"uom": UNIT[unit], "factor": float(factor)} for unit, factor in item.units]
        insert(connection, "itemuom", rows)


def _order(connection: sa.Connection, co: str, order: Order) -> None:
    n = int(order.number)
    key: dict[str, Any] = {"co": co, "ordno": n}
    customer = next(c for c in company.CUSTOMERS if c.code == order.customer)
    # Half an hour after and a quarter before midnight: another day wherever these are taken for UTC.
    at = datetime.combine(order.day, time(0, 30) if n % 2 else time(23, 45))
    row = key | {
        "custno": order.customer,
        "addrno": 1 + customer.ship_to.index(order.ship_to),
        "po_no": order.customer_po,
    }
    row |= {"ord_ts": at, "req_ts": datetime.combine(order.requested, time()) if order.requested else None}
    row |= {"cancelled": _flag(order.status == "cancelled"), "on_hold": _flag(order.status == "on_hold")}
    row |= {
        "shipped": _flag(order.status in {"shipped", "completed"}),
        "invoiced": _flag(order.status == "completed"),
    }
    row |= {"curr": order.currency, "total_cents": int(order.net * 100), "remark": None, "chg_ts": at}
    insert(connection, "ordhdr", [row])
    for line in order.lines:
        per, item = _per(line.price), 101 + [item.code for item in company.PRODUCTS].index(line.product)
        row = key | {
            "lineno": line.position,
            "item_id": item,
            "qty": float(line.quantity),
            "uom": UNIT[line.unit],
        }
        row |= {
            "qty_canc": float(line.cancelled),
            "price_cents": int(line.price * per * 100),
            "price_per": per,
        }
        insert(
            connection,
            "ordlin",
            [row | {"disc_bp": int(line.discount * 100), "amt_cents": int(line.amount * 100)}],
        )
    for shipment in order.shipments:
        tracks = [*shipment.tracking, None]
        head = key | {"shpno": int(shipment.number), "is_return": "N", "carrier": shipment.carrier}
        head |= {
            "ship_ts": datetime.combine(shipment.day, time(16)),
            "track1": tracks[0],
            "track2": tracks[1],
        }
        insert(
            connection,
            "shplin",
            [head | {"lineno": position, "qty": float(q)} for position, q in shipment.lines],
        )
    for back in order.returns:
        head = key | {
            "shpno": int(back.number),
            "is_return": "Y",
            "carrier": None,
            "track1": None,
            "track2": None,
        }
        head |= {"ship_ts": datetime.combine(back.day, time(0, 10))}
        insert(
            connection, "shplin", [head | {"lineno": position, "qty": float(q)} for position, q in back.lines]
        )
    for paper in order.invoices:
        head = key | {"invno": int(paper.number), "credit": _flag(paper.kind == "credit_note")}
        for position, quantity in paper.lines:
            line = order.lines[position - 1]
            cents = int(amount_of(quantity, line.price, line.discount) * 100)
            row = head | {"inv_ts": datetime.combine(paper.day, time(23, 59, 59)), "lineno": position}
            insert(connection, "invlin", [row | {"qty": float(quantity), "net_cents": cents}])


def _exact(column: str) -> str:
    """The declared scale of every quantity: three decimals."""
    return f"round(CAST({column} AS DECIMAL(18,3)), 3)"


def _sum(table: str, where: str) -> str:
    return f"""(SELECT {_exact("coalesce(sum(x.qty), 0)")} FROM {table} x
        WHERE x.co = l.co AND x.ordno = l.ordno AND x.lineno = l.lineno AND {where})"""


_SHIPPED = _sum("shplin", "x.is_return = 'N'")
LINES = f"""SELECT l.lineno AS position, c.code AS product, l.uom AS unit, {_exact("l.qty")} AS quantity,
      round(l.price_cents / (100.0 * l.price_per), 6) AS price, round(l.disc_bp / 100.0, 2) AS discount,
      round(l.amt_cents / 100.0, 2) AS amount, {_exact("l.qty_canc")} AS cancelled, {_SHIPPED} AS shipped,
      {_sum("shplin", "x.is_return = 'Y'")} AS returned, {_sum("invlin", "x.credit = 'N'")} AS invoiced
    FROM ordlin l JOIN itemcode c ON c.co = l.co AND c.item_id = l.item_id AND c.main = 'Y'
    WHERE l.co = '{CO}' AND l.ordno = :ordno ORDER BY l.lineno"""
NOTES = f"""SELECT s.shpno AS number, s.ship_ts AS day, coalesce(s.carrier, '') AS carrier, s.track1, s.track2,
      s.lineno AS position, {_exact("s.qty")} AS quantity, '' AS tracking
    FROM shplin s WHERE s.co = '{CO}' AND s.ordno = :ordno AND s.is_return = :back ORDER BY s.shpno, s.lineno"""
TRACKS = f"SELECT DISTINCT shpno, track1, track2 FROM shplin WHERE co = '{CO}' AND ordno = :ordno"
BILLS = f"""SELECT i.invno AS number, CASE i.credit WHEN 'Y' THEN 'credit_note' ELSE 'invoice' END AS kind,
      i.inv_ts AS day, i.lineno AS position, {_exact("i.qty")} AS quantity, round(i.net_cents / 100.0, 2) AS net
    FROM invlin i WHERE i.co = '{CO}' AND i.ordno = :ordno ORDER BY i.invno, i.lineno"""
HEADS = f"""SELECT h.*, a.name, a.street, a.postal_code, a.city, a.country, round(h.total_cents / 100.0, 2) AS net,
      CASE WHEN h.cancelled = 'Y' THEN 'cancelled' WHEN h.on_hold = 'Y' THEN 'on_hold'
        WHEN h.invoiced = 'Y' THEN 'completed'
        WHEN h.shipped = 'Y' THEN 'shipped' WHEN EXISTS (SELECT 1 FROM shplin s WHERE s.co = h.co AND s.ordno = h.ordno)
        THEN 'partly_shipped' ELSE 'confirmed' END AS status
    FROM ordhdr h JOIN custaddr a ON a.co = h.co AND a.custno = h.custno AND a.addrno = h.addrno WHERE h.co = '{CO}'"""


def facts(connection: sa.Connection) -> Facts:
    """The truth of company 01 by this module's own SQL."""
    told = Facts()
    for row in select(connection, f"SELECT * FROM custmast WHERE co = '{CO}'"):
        query = f"SELECT * FROM custaddr WHERE co = '{CO}' AND custno = :code ORDER BY addrno"
        bill, *to = map(telling.address, select(connection, query, code=row.custno))
        told.customers[row.custno] = Customer(
            row.custno, row.cname, row.curr, row.stopped == "Y", bill, tuple(to)
        )
    for row in select(connection, f"SELECT * FROM vendmast WHERE co = '{CO}'"):
        told.suppliers[row.vendno] = Supplier(row.vendno, row.vname, row.curr)
    items = f"""SELECT i.*, c.code, round(i.price_cents / (100.0 * i.price_per), 6) AS price FROM itemmast i
        JOIN itemcode c ON c.co = i.co AND c.item_id = i.item_id AND c.main = 'Y' WHERE i.co = '{CO}'"""
    for row in select(connection, items):
        query = f"""SELECT uom, {_exact("factor")} AS factor FROM itemuom
            WHERE co = '{CO}' AND item_id = :id ORDER BY factor"""
        ratios = tuple((UNITS[at.uom], exact(at.factor)) for at in select(connection, query, id=row.item_id))
        name, gone = row._mapping["desc"], row.gone == "Y"
        told.products[row.code] = Product(row.code, name, UNITS[row.uom], ratios, exact(row.price), gone)
    for row in select(connection, HEADS):
        told.orders[str(row.ordno)] = _read(connection, row)
    return told


def _read(connection: sa.Connection, row: Any) -> Order:
    tracks = {str(at.shpno): at for at in select(connection, TRACKS, ordno=row.ordno)}
    shipments = tuple(
        replace(at, tracking=tuple(t for t in (tracks[at.number].track1, tracks[at.number].track2) if t))
        for at in telling.shipments(select(connection, NOTES, ordno=row.ordno, back="N"))
    )
    return Order(
        *(str(row.ordno), row.custno, row.po_no, day(row.ord_ts), day(row.req_ts), row.curr, row.status),
        *(
            telling.address(row),
            telling.lines(select(connection, LINES, ordno=row.ordno), UNITS),
            exact(row.net),
        ),
        shipments=shipments,
        invoices=telling.invoices(select(connection, BILLS, ordno=row.ordno)),
        returns=telling.returns(select(connection, NOTES, ordno=row.ordno, back="Y")),
    )


_REST = {
    "postgresql": "{0} <> CAST(round(CAST({0} AS numeric), 3) AS double precision)",
    "mariadb": "{0} <> round({0}, 3)",
    "sqlite": "{0} <> round({0}, 3)",
}


def rules(product: str) -> dict[str, str]:
    """Amounts of a billion and more are beyond the floats in which SQLite reckons: they are not judged."""
    rest = _REST[product]
    found = {
        "quantities have no rest after three decimals": f"""SELECT ordno, lineno, qty, qty_canc FROM ordlin
            WHERE {rest.format("qty")} OR {rest.format("qty_canc")} OR qty <= 0 OR qty_canc < 0 OR qty_canc > qty""",
        "line amounts are quantity by price, in cents": f"""SELECT ordno, lineno, amt_cents FROM ordlin
          WHERE amt_cents < 100000000000 AND amt_cents <>
            round({_exact("qty - qty_canc")} * price_cents * (10000 - disc_bp) / (10000.0 * price_per), 0)""",
        "order totals are the sum of the lines": """SELECT h.co, h.ordno FROM ordhdr h LEFT JOIN ordlin l
            ON l.co = h.co AND l.ordno = h.ordno GROUP BY h.co, h.ordno, h.total_cents
            HAVING count(l.lineno) = 0 OR sum(l.amt_cents) <> h.total_cents""",
        "every line has its order": """SELECT l.co, l.ordno FROM ordlin l LEFT JOIN ordhdr h
            ON h.co = l.co AND h.ordno = l.ordno WHERE h.ordno IS NULL""",
        "every line's item and unit exist": """SELECT l.ordno, l.item_id FROM ordlin l LEFT JOIN itemuom u
            ON u.co = l.co AND u.item_id = l.item_id AND u.uom = l.uom WHERE u.uom IS NULL""",
        "every order's customer and address exist": """SELECT h.ordno, h.custno FROM ordhdr h LEFT JOIN custaddr a
            ON a.co = h.co AND a.custno = h.custno AND a.addrno = h.addrno WHERE a.addrno IS NULL OR a.addrno = 0""",
        "the cancelled flag agrees with the lines": """SELECT h.ordno FROM ordhdr h JOIN ordlin l
            ON l.co = h.co AND l.ordno = h.ordno GROUP BY h.co, h.ordno, h.cancelled
            HAVING (h.cancelled = 'Y') <> (min(l.qty - l.qty_canc) = 0 AND max(l.qty - l.qty_canc) = 0)""",
        "the shipped flag agrees with the shipments": f"""SELECT h.ordno FROM ordhdr h JOIN ordlin l
            ON l.co = h.co AND l.ordno = h.ordno WHERE h.co = '{CO}' AND h.shipped = 'Y'
            AND {_SHIPPED} <> {_exact("l.qty - l.qty_canc")}""",
        "the other company is as it was": """SELECT 'orders', count(*) FROM ordhdr
            WHERE co = '02' AND po_no = 'OTHER COMPANY'
            AND ordno BETWEEN 7001 AND 7003 HAVING count(*) <> 3 OR sum(total_cents) <> 563989
            UNION ALL SELECT 'lines', count(*) FROM ordlin WHERE co = '02' HAVING count(*) <> 9""",
    }
    if product == "sqlite":
        found["versions are local time in whole seconds"] = """SELECT ordno, chg_ts FROM ordhdr
            WHERE length(chg_ts) <> 19 OR datetime(chg_ts) IS NULL OR datetime(chg_ts) <> chg_ts"""
    else:
        found["the number range is not behind"] = """SELECT n.co, n.last_no FROM numrange n
            WHERE n.last_no < (SELECT max(ordno) FROM ordhdr h WHERE h.co = n.co)"""
    return found


def invariants(connection: sa.Connection) -> None:
    """Raise ``RuleBrokenError`` when somebody wrote what this system cannot bear."""
    hold(connection, rules(product_of(connection)))
