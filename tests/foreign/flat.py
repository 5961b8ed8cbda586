"""B: one flat table of order lines from the days of ISAM files (see README.md, section ``flat``)."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from . import company, telling
from .ground import day, ddl, exact, hold, insert, product_of, run, select, transaction
from .truth import Address, Customer, Facts, Line, Order, Product, Supplier

PRODUCTS = ("postgresql", "mariadb", "sqlite")
UNITS = {
    "ST": "H87",
    "SCH": "XBX",
    "M": "MTR",
    "KAN": "XCI",
    "L": "LTR",
    "KAR": "XCT",
    "PR": "PR",
    "KG": "KGM",
    "RNG": "XCL",
}
UNIT = {code: word for word, code in UNITS.items()}
LETTERS = {
    "O": "confirmed",
    "T": "partly_shipped",
    "L": "shipped",
    "R": "completed",
    "S": "cancelled",
    "G": "on_hold",
}
LETTER = {word: letter for letter, word in LETTERS.items()}
NONE = "00000000"

ORDERS = company.orders(
    order=lambda n: str(410000 + n),
    shipment=lambda n: str(830000 + n),
    invoice=lambda n: str(990000 + n),
    returned=lambda n: str(860000 + n),
    position=lambda k: 10 * k,
    with_tax=False,
)

SCRIPT = """
CREATE TABLE lastno (kind CHAR(3) NOT NULL PRIMARY KEY, lastno INTEGER NOT NULL);
CREATE TABLE kunden (
  kdnr CHAR(10) NOT NULL PRIMARY KEY, name CHAR(30) NOT NULL, str CHAR(30) NOT NULL, plz CHAR(10) NOT NULL,
  ort CHAR(30) NOT NULL, land CHAR(2) NOT NULL, whg CHAR(3) NOT NULL, sperre CHAR(1) NOT NULL);
CREATE TABLE kundadr (
  kdnr CHAR(10) NOT NULL, lfdnr INTEGER NOT NULL, name CHAR(30) NOT NULL, str CHAR(30) NOT NULL, plz CHAR(10) NOT NULL,
  ort CHAR(30) NOT NULL, land CHAR(2) NOT NULL, PRIMARY KEY (kdnr, lfdnr));
CREATE TABLE lieferant (linr CHAR(10) NOT NULL PRIMARY KEY, name CHAR(30) NOT NULL, whg CHAR(3) NOT NULL);
CREATE TABLE artikel (
  artnr VARCHAR(20) NOT NULL PRIMARY KEY, bez CHAR(40) NOT NULL, meinh CHAR(3) NOT NULL,
  preis DECIMAL(13,4) NOT NULL, auslauf CHAR(1) NOT NULL);
CREATE TABLE arteinh (
  artnr VARCHAR(20) NOT NULL, einh CHAR(3) NOT NULL, umr DECIMAL(9,3) NOT NULL, PRIMARY KEY (artnr, einh));
CREATE TABLE aufpos (
  aufnr INTEGER NOT NULL, posnr INTEGER NOT NULL,
  kdnr CHAR(10) NOT NULL, bestnr CHAR(20) NOT NULL, auftdat CHAR(8) NOT NULL, wunschdat CHAR(8) NOT NULL,
  whg CHAR(3) NOT NULL, kopfst CHAR(1) NOT NULL,
  lname CHAR(30) NOT NULL, lstr CHAR(30) NOT NULL,
  lplz CHAR(10) NOT NULL, lort CHAR(30) NOT NULL, lland CHAR(2) NOT NULL,
  reftext CHAR(20) NOT NULL<LEN20>,
  artnr VARCHAR(20) NOT NULL, bez CHAR(40) NOT NULL, menge DECIMAL(15,3) NOT NULL, meinh CHAR(3) NOT NULL,
  vkeinh CHAR(3) NOT NULL, umr DECIMAL(9,3) NOT NULL, preis DECIMAL(13,4) NOT NULL, rabatt DECIMAL(5,2) NOT NULL,
  gelmenge DECIMAL(15,3) NOT NULL, bermenge DECIMAL(15,3) NOT NULL, stomenge DECIMAL(15,3) NOT NULL,
  posst CHAR(1) NOT NULL, PRIMARY KEY (aufnr, posnr));
CREATE INDEX aufpos_kdnr ON aufpos (kdnr);
CREATE TABLE lieferung (
  lsnr INTEGER NOT NULL, lspos INTEGER NOT NULL, lsart CHAR(1) NOT NULL, lsdat CHAR(8) NOT NULL,
  spedit CHAR(10) NOT NULL, trackno CHAR(30) NOT NULL, aufnr INTEGER NOT NULL, posnr INTEGER NOT NULL,
  menge DECIMAL(15,3) NOT NULL, PRIMARY KEY (lsnr, lspos));
CREATE TABLE rechnung (
  renr INTEGER NOT NULL, repos INTEGER NOT NULL, reart CHAR(1) NOT NULL, redat CHAR(8) NOT NULL,
  aufnr INTEGER NOT NULL, posnr INTEGER NOT NULL, menge DECIMAL(15,3) NOT NULL, PRIMARY KEY (renr, repos));
"""
AMOUNT = "round((a.menge - a.stomenge) * a.preis * (100 - a.rabatt) / 10000.0, 2)"
"""What a line comes to: it stands in no column."""


def create(engine_or_url: sa.Engine | sa.URL | str) -> None:
    with transaction(engine_or_url) as connection:
        on_sqlite = product_of(connection) == "sqlite"
        run(connection, ddl(SCRIPT, {"LEN20": " CHECK (length(reftext) <= 20)" if on_sqlite else ""}))
        _fill(connection)


def _number(code: str) -> str:
    return f"{code:>10}"


def _code(code: str) -> str:
    return f"{code:<20}"


def _text(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else NONE


def _place(address: Address, prefix: str = "") -> dict[str, Any]:
    widths = {"name": 30, "str": 30, "plz": 10, "ort": 30, "land": 2}
    values = (address.name, address.street, address.postal_code, address.city, address.country)
    return {
        prefix + name: f"{value:<{width}}"
        for (name, width), value in zip(widths.items(), values, strict=True)
    }


def _fill(connection: sa.Connection) -> None:
    for customer in company.CUSTOMERS:
        key = {"kdnr": _number(customer.code)}
        rest = {"whg": customer.currency, "sperre": "X" if customer.blocked else " "}
        insert(connection, "kunden", [key | _place(customer.bill_to) | rest])
        insert(
            connection,
            "kundadr",
            [key | {"lfdnr": i} | _place(at) for i, at in enumerate(customer.ship_to, 1)],
        )
    for supplier in company.SUPPLIERS:
        name = f"{supplier.name:<30}"
        insert(
            connection,
            "lieferant",
            [{"linr": _number(supplier.code), "name": name, "whg": supplier.currency}],
        )
    for product in company.PRODUCTS:
        code, gone = _code(product.code), "X" if product.blocked else " "
        row = {"artnr": code, "bez": f"{product.name:<40}", "meinh": f"{UNIT[product.unit]:<3}"}
        insert(connection, "artikel", [row | {"preis": product.price * 100, "auslauf": gone}])
        units = [{"artnr": code, "einh": f"{UNIT[unit]:<3}", "umr": ratio} for unit, ratio in product.units]
        insert(connection, "arteinh", units)
    for order in ORDERS.values():
        insert(connection, "aufpos", [_row(order, line) for line in order.lines])
        ratios = {line.position: company.ratio(line.product, line.unit) for line in order.lines}
        own = {"aufnr": int(order.number)}
        notes = [("L", note, note.carrier, ",".join(note.tracking), 1) for note in order.shipments]
        notes += [("R", note, "", "", -1) for note in order.returns]
        for kind, note, carrier, tracking, sign in notes:
            head = {
                "lsnr": int(note.number),
                "lsart": kind,
                "lsdat": _text(note.day),
                "spedit": f"{carrier:<10}",
            } | own
            rows = [
                head | {"lspos": i, "trackno": f"{tracking:<30}", "posnr": p, "menge": sign * q * ratios[p]}
                for i, (p, q) in enumerate(note.lines, 1)
            ]
            insert(connection, "lieferung", rows)
        for paper in order.invoices:
            head = {
                "renr": int(paper.number),
                "redat": _text(paper.day),
                "reart": "R" if paper.kind == "invoice" else "G",
            }
            rows = [
                head | own | {"repos": i, "posnr": p, "menge": q * ratios[p]}
                for i, (p, q) in enumerate(paper.lines, 1)
            ]
            insert(connection, "rechnung", rows)
    run(
        connection,
        [
            "INSERT INTO lastno SELECT 'AUF', max(aufnr) FROM aufpos",
            "INSERT INTO lastno SELECT 'LS', max(lsnr) FROM lieferung WHERE lsart = 'L'",
            "INSERT INTO lastno SELECT 'RS', max(lsnr) FROM lieferung WHERE lsart = 'R'",
            "INSERT INTO lastno SELECT 'RE', max(renr) FROM rechnung",
        ],
    )


def _row(order: Order, line: Line) -> dict[str, Any]:
    assert order.ship_to
    ratio = company.ratio(line.product, line.unit)
    open_ = line.quantity - line.cancelled - line.shipped
    if not line.quantity - line.cancelled:
        state = "S"
    elif order.status == "on_hold":
        state = "G"
    elif open_:
        state = "T" if line.shipped else "O"
    else:
        state = "R" if line.invoiced == line.shipped else "L"
    return {
        "aufnr": int(order.number),
        "posnr": line.position,
        "kdnr": _number(order.customer),
        "bestnr": f"{order.customer_po or '':<20}",
        "auftdat": _text(order.day),
        "wunschdat": _text(order.requested),
        "whg": order.currency,
        "kopfst": LETTER[order.status],
        **_place(order.ship_to, "l"),
        "reftext": " " * 20,
        "artnr": _code(line.product),
        "bez": f"{company.PRODUCT[line.product].name:<40}",
        "menge": line.quantity * ratio,
        "meinh": f"{UNIT[company.PRODUCT[line.product].unit]:<3}",
        "vkeinh": f"{UNIT[line.unit]:<3}",
        "umr": ratio,
        "preis": line.price / ratio * 100,
        "rabatt": line.discount,
        "gelmenge": line.shipped * ratio,
        "bermenge": line.invoiced * ratio,
        "stomenge": line.cancelled * ratio,
        "posst": state,
    }


PLACE = "{0}name AS name, {0}str AS street, {0}plz AS postal_code, {0}ort AS city, {0}land AS country"


def _written(text: str) -> date | None:
    return None if text == NONE else day(text)


def facts(connection: sa.Connection) -> Facts:
    """The truth by this module's own SQL."""
    told = Facts()
    for row in select(connection, f"SELECT kdnr, whg, sperre, {PLACE.format('')} FROM kunden"):
        places = select(
            connection,
            f"SELECT {PLACE.format('')} FROM kundadr WHERE kdnr = :kdnr ORDER BY lfdnr",
            kdnr=row.kdnr,
        )
        code, to = row.kdnr.strip(), tuple(map(telling.address, places))
        told.customers[code] = Customer(
            code, row.name.strip(), row.whg, row.sperre == "X", telling.address(row), to
        )
    for row in select(connection, "SELECT * FROM lieferant"):
        told.suppliers[row.linr.strip()] = Supplier(row.linr.strip(), row.name.strip(), row.whg)
    for row in select(connection, "SELECT a.*, round(preis / 100.0, 6) AS einzel FROM artikel a"):
        units = select(
            connection, "SELECT einh, umr FROM arteinh WHERE artnr = :artnr ORDER BY umr", artnr=row.artnr
        )
        ratios = tuple((UNITS[unit.einh.strip()], exact(unit.umr)) for unit in units)
        code, unit, gone = row.artnr.strip(), UNITS[row.meinh.strip()], row.auslauf == "X"
        told.products[code] = Product(code, row.bez.strip(), unit, ratios, exact(row.einzel), gone)
    for head in select(
        connection,
        f"""SELECT aufnr, kdnr, bestnr, auftdat, wunschdat, whg, kopfst, {PLACE.format("l")},
          (SELECT round(sum({AMOUNT}), 2) FROM aufpos a WHERE a.aufnr = h.aufnr) AS netto
        FROM aufpos h WHERE posnr = (SELECT min(posnr) FROM aufpos b WHERE b.aufnr = h.aufnr)""",
    ):
        told.orders[str(head.aufnr)] = _order(connection, head)
    return told


def _order(connection: sa.Connection, head: Any) -> Order:
    lines = f"""SELECT a.posnr AS position, a.artnr AS product, a.vkeinh AS unit, a.rabatt AS discount,
          {AMOUNT} AS amount, round(a.preis * a.umr / 100.0, 6) AS price,
          round(a.menge * 1.0 / a.umr, 6) AS quantity, round(a.gelmenge * 1.0 / a.umr, 6) AS shipped,
          round(a.bermenge * 1.0 / a.umr, 6) AS invoiced, round(a.stomenge * 1.0 / a.umr, 6) AS cancelled,
          (SELECT round(coalesce(-sum(l.menge), 0) * 1.0 / a.umr, 6) FROM lieferung l
            WHERE l.aufnr = a.aufnr AND l.posnr = a.posnr AND l.lsart = 'R') AS returned
        FROM aufpos a WHERE a.aufnr = :aufnr ORDER BY a.posnr"""
    notes = """SELECT l.lsnr AS number, l.lsdat AS day, l.spedit AS carrier, l.trackno AS tracking,
          l.posnr AS position, round(abs(l.menge) * 1.0 / a.umr, 6) AS quantity
        FROM lieferung l JOIN aufpos a ON a.aufnr = l.aufnr AND a.posnr = l.posnr
        WHERE l.aufnr = :aufnr AND l.lsart = :kind ORDER BY l.lsnr, l.lspos"""
    papers = """SELECT r.renr AS number, CASE r.reart WHEN 'R' THEN 'invoice' ELSE 'credit_note' END AS kind,
          r.redat AS day, r.posnr AS position, round(r.menge * 1.0 / a.umr, 6) AS quantity,
          round(r.menge * a.preis * (100 - a.rabatt) / 10000.0, 2) AS net
        FROM rechnung r JOIN aufpos a ON a.aufnr = r.aufnr AND a.posnr = r.posnr
        WHERE r.aufnr = :aufnr ORDER BY r.renr, r.repos"""
    key = head.aufnr
    return Order(
        str(key),
        head.kdnr.strip(),
        head.bestnr.strip() or None,
        _written(head.auftdat),
        _written(head.wunschdat),
        head.whg,
        LETTERS[head.kopfst],
        telling.address(head),
        telling.lines(select(connection, lines, aufnr=key), UNITS),
        exact(head.netto),
        shipments=telling.shipments(select(connection, notes, aufnr=key, kind="L")),
        invoices=telling.invoices(select(connection, papers, aufnr=key)),
        returns=telling.returns(select(connection, notes, aufnr=key, kind="R")),
    )


HEADER = (
    "kdnr",
    "bestnr",
    "auftdat",
    "wunschdat",
    "whg",
    "kopfst",
    "lname",
    "lstr",
    "lplz",
    "lort",
    "lland",
    "reftext",
)
_DAY = "20[0-9][0-9](0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
_NOT_A_DAY = {
    "postgresql": f"{{}} !~ '^{_DAY}$'",
    "mariadb": f"{{}} NOT REGEXP '^{_DAY}$'",
    "sqlite": "date(substr({0},1,4)||'-'||substr({0},5,2)||'-'||substr({0},7)) IS NULL",
}
_RIGHT = {"sqlite": "substr('          ' || trim(kdnr), -10)"}


def rules(product: str) -> dict[str, str]:
    bad, right = _NOT_A_DAY[product], _RIGHT.get(product, "lpad(trim(kdnr), 10)")
    many = " OR ".join(f"count(DISTINCT {name}) > 1" for name in HEADER)
    return {
        "no counter is behind": """SELECT kind, lastno FROM lastno JOIN (
            SELECT 'AUF' AS k, max(aufnr) AS top FROM aufpos UNION ALL SELECT 'RE', max(renr) FROM rechnung
            UNION ALL SELECT 'LS', max(lsnr) FROM lieferung WHERE lsart = 'L'
            UNION ALL SELECT 'RS', max(lsnr) FROM lieferung WHERE lsart = 'R') used ON k = kind WHERE lastno < top""",
        "header columns are the same in every row": f"SELECT aufnr FROM aufpos GROUP BY aufnr HAVING {many}",
        "customer numbers are right-aligned": f"SELECT aufnr, kdnr FROM aufpos WHERE kdnr <> {right}",
        "article codes are padded to 20": "SELECT aufnr, artnr FROM aufpos WHERE length(artnr) <> 20",
        "the customer exists": "SELECT aufnr, kdnr FROM aufpos WHERE kdnr NOT IN (SELECT kdnr FROM kunden)",
        "the article exists": "SELECT aufnr, artnr FROM aufpos WHERE artnr NOT IN (SELECT artnr FROM artikel)",
        "dates are eight digits of a day": f"""SELECT aufnr, auftdat, wunschdat FROM aufpos
            WHERE {bad.format("auftdat")}
            OR (wunschdat <> '{NONE}' AND {bad.format("wunschdat")})""",
        "units and factors are the article's": """SELECT a.aufnr, a.vkeinh, a.umr FROM aufpos a LEFT JOIN arteinh e
            ON e.artnr = a.artnr AND e.einh = a.vkeinh WHERE e.umr IS NULL OR e.umr <> a.umr""",
        "quantities count base units": """SELECT aufnr, posnr, menge FROM aufpos
            WHERE umr <> 1 AND (menge < umr OR round(menge * 1.0 / umr, 6) <> round(menge * 1.0 / umr, 0))""",
        "prices are per 100": """SELECT a.aufnr, a.preis FROM aufpos a JOIN artikel t ON t.artnr = a.artnr
            WHERE a.preis * 10 < t.preis OR a.preis > t.preis * 10""",
        "line numbers go in tens": "SELECT aufnr, posnr FROM aufpos WHERE posnr <= 0 OR posnr % 10 <> 0",
        "delivered is what the notes say": """SELECT aufnr, posnr, gelmenge FROM aufpos a WHERE round(gelmenge, 3) <> (
            SELECT round(coalesce(sum(menge), 0), 3) FROM lieferung l
            WHERE l.aufnr = a.aufnr AND l.posnr = a.posnr AND lsart = 'L')""",
        "invoiced is what the invoices say": """SELECT aufnr, posnr, bermenge FROM aufpos a
            WHERE round(bermenge, 3) <> (SELECT round(coalesce(sum(menge), 0), 3) FROM rechnung r
            WHERE r.aufnr = a.aufnr AND r.posnr = a.posnr AND reart = 'R')""",
        "every delivery has its order line": """SELECT lsnr FROM lieferung l WHERE NOT EXISTS (
            SELECT 1 FROM aufpos a WHERE a.aufnr = l.aufnr AND a.posnr = l.posnr)""",
        "the letter agrees with the quantities": """SELECT aufnr, posnr, posst FROM aufpos
            WHERE posst NOT IN ('O','T','L','R','S','G')
            OR (posst = 'S') <> (stomenge = menge) OR (posst = 'O' AND gelmenge <> 0)
            OR (posst IN ('L','R') AND round(gelmenge + stomenge - menge, 3) <> 0)
            OR (posst = 'R' AND bermenge <> gelmenge)""",
        "the header's letter agrees with the lines": """SELECT aufnr FROM aufpos GROUP BY aufnr, kopfst
            HAVING (kopfst = 'S') <> (min(posst) = 'S' AND max(posst) = 'S')
              OR (kopfst = 'G') <> (max(CASE posst WHEN 'G' THEN 1 ELSE 0 END) = 1)""",
    }


def invariants(connection: sa.Connection) -> None:
    """Raise ``RuleBrokenError`` when somebody wrote what this system cannot bear."""
    hold(connection, rules(product_of(connection)))
