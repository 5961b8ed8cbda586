"""The tables, guards and data of schema C (``split``)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from . import company
from .ground import ddl, insert, product_of, run
from .truth import Order, amount_of

UNITS = {
    "EA": "H87",
    "BOX": "XBX",
    "M": "MTR",
    "CAN": "XCI",
    "L": "LTR",
    "CTN": "XCT",
    "PR": "PR",
    "KG": "KGM",
    "COIL": "XCL",
}
UNIT = {code: word for word, code in UNITS.items()}
STATUS = {
    "confirmed": "RELEASED",
    "partly_shipped": "PART_DELIVERED",
    "shipped": "DELIVERED",
    "completed": "CLOSED",
    "cancelled": "CANCELLED",
    "on_hold": "BLOCKED",
}
ORDERS = company.orders(
    order=lambda n: f"SO-2026-{n + 100:06}",
    shipment=lambda n: f"DL-2026-{n + 200:06}",
    invoice=lambda n: f"IV-2026-{n + 300:06}",
    returned=lambda n: f"RT-2026-{n:06}",
)
VOCABULARIES = {
    "so_status": "'ENTERED', 'RELEASED', 'BLOCKED', 'PART_DELIVERED', 'DELIVERED', 'CLOSED', 'CANCELLED'",
    "so_channel": "'WEB', 'EDI', 'PHONE'",
    "dl_status": "'PICKING', 'SHIPPED', 'VOID'",
    "dl_kind": "'DELIVERY', 'RETURN'",
    "mv_kind": "'ISSUE', 'REVERSAL', 'RETURN'",
    "iv_kind": "'INVOICE', 'CREDIT'",
}
_SOFT = "row_version INTEGER NOT NULL, is_deleted BOOLEAN NOT NULL, deleted_at <STAMP>"
SCRIPT = """
CREATE TABLE doc_counter (
  kind CHAR(2) NOT NULL, year INTEGER NOT NULL, prefix VARCHAR(4) NOT NULL, last_no INTEGER NOT NULL,
  PRIMARY KEY (kind, year));
CREATE TABLE address (
  id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(64) NOT NULL, street VARCHAR(64) NOT NULL,
  postal_code VARCHAR(16) NOT NULL,
  city VARCHAR(64) NOT NULL, country CHAR(2) NOT NULL);
CREATE TABLE customer (
  id INTEGER NOT NULL PRIMARY KEY, customer_no VARCHAR(16) NOT NULL UNIQUE, name VARCHAR(64) NOT NULL,
  currency CHAR(3) NOT NULL, order_block BOOLEAN NOT NULL, bill_to_id INTEGER NOT NULL REFERENCES address (id), <SOFT>);
CREATE TABLE customer_ship_to (
  customer_id INTEGER NOT NULL REFERENCES customer (id), address_id INTEGER NOT NULL REFERENCES address (id),
  PRIMARY KEY (customer_id, address_id));
CREATE TABLE supplier (
  id INTEGER NOT NULL PRIMARY KEY, supplier_no VARCHAR(16) NOT NULL UNIQUE, name VARCHAR(64) NOT NULL,
  currency CHAR(3) NOT NULL, <SOFT>);
CREATE TABLE item (
  id INTEGER NOT NULL PRIMARY KEY, item_no VARCHAR(32) NOT NULL UNIQUE, name VARCHAR(64) NOT NULL,
  base_unit VARCHAR(4) NOT NULL,
  base_price DECIMAL(15,4) NOT NULL, sales_block BOOLEAN NOT NULL, <SOFT>);
CREATE TABLE item_unit (
  item_id INTEGER NOT NULL REFERENCES item (id), unit VARCHAR(4) NOT NULL, per_base DECIMAL(9,3) NOT NULL,
  PRIMARY KEY (item_id, unit));
CREATE TABLE so_header (
  id <ID>, doc_no VARCHAR(16) NOT NULL UNIQUE, external_ref VARCHAR(64) UNIQUE,
  customer_id INTEGER NOT NULL REFERENCES customer (id), bill_to_id INTEGER NOT NULL REFERENCES address (id),
  ship_name VARCHAR(64) NOT NULL, ship_street VARCHAR(64) NOT NULL, ship_postal_code VARCHAR(16) NOT NULL,
  ship_city VARCHAR(64) NOT NULL, ship_country CHAR(2) NOT NULL,
  customer_po VARCHAR(35), order_date DATE NOT NULL, requested_date DATE, currency CHAR(3) NOT NULL,
  status <so_status> NOT NULL, channel <so_channel> NOT NULL, warehouse_code CHAR(4) NOT NULL,
  entered_by VARCHAR(16) NOT NULL,
  net_total DECIMAL(15,2) NOT NULL, tax_total DECIMAL(15,2) NOT NULL, gross_total DECIMAL(15,2) NOT NULL,
  created_at <STAMP> NOT NULL, updated_at <STAMP> NOT NULL, <SOFT>);
CREATE TABLE so_line (
  id CHAR(36) NOT NULL PRIMARY KEY, header_id INTEGER NOT NULL REFERENCES so_header (id), line_no INTEGER NOT NULL,
  item_id INTEGER NOT NULL REFERENCES item (id), qty DECIMAL(15,3) NOT NULL CHECK (qty > 0),
  qty_cancelled DECIMAL(15,3) NOT NULL, unit VARCHAR(4) NOT NULL, unit_price DECIMAL(15,4) NOT NULL,
  discount_pct DECIMAL(5,2) NOT NULL, line_net DECIMAL(15,2) NOT NULL, line_tax DECIMAL(15,2) NOT NULL, <SOFT>);
CREATE TABLE status_history (
  header_id INTEGER NOT NULL REFERENCES so_header (id), seq INTEGER NOT NULL, from_status <so_status>,
  to_status <so_status> NOT NULL, changed_at <STAMP> NOT NULL, changed_by VARCHAR(16) NOT NULL,
  PRIMARY KEY (header_id, seq));
CREATE TABLE dl_header (
  id INTEGER NOT NULL PRIMARY KEY, doc_no VARCHAR(16) NOT NULL UNIQUE, kind <dl_kind> NOT NULL,
  status <dl_status> NOT NULL,
  carrier VARCHAR(16), ship_date DATE, <SOFT>);
CREATE TABLE dl_package (
  delivery_id INTEGER NOT NULL REFERENCES dl_header (id), package_no INTEGER NOT NULL, tracking_no VARCHAR(32) NOT NULL,
  PRIMARY KEY (delivery_id, package_no));
CREATE TABLE dl_line (
  id CHAR(36) NOT NULL PRIMARY KEY, delivery_id INTEGER NOT NULL REFERENCES dl_header (id),
  so_line_id CHAR(36) NOT NULL REFERENCES so_line (id), qty DECIMAL(15,3) NOT NULL, <SOFT>);
CREATE TABLE stock_movement (
  id INTEGER NOT NULL PRIMARY KEY, kind <mv_kind> NOT NULL, dl_line_id CHAR(36) NOT NULL REFERENCES dl_line (id),
  qty_base DECIMAL(15,3) NOT NULL, posted_at <STAMP> NOT NULL);
CREATE TABLE iv_header (
  id INTEGER NOT NULL PRIMARY KEY, doc_no VARCHAR(16) NOT NULL UNIQUE, kind <iv_kind> NOT NULL,
  invoice_date DATE NOT NULL, <SOFT>);
CREATE TABLE iv_line (
  id CHAR(36) NOT NULL PRIMARY KEY, invoice_id INTEGER NOT NULL REFERENCES iv_header (id),
  so_line_id CHAR(36) NOT NULL REFERENCES so_line (id), qty DECIMAL(15,3) NOT NULL, net DECIMAL(15,2) NOT NULL, <SOFT>);
"""
_WORDS = {
    "postgresql": {
        "ID": "INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
        "STAMP": "TIMESTAMP WITH TIME ZONE",
    },
    "mariadb": {"ID": "INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY", "STAMP": "DATETIME(6)"},
    "sqlite": {"ID": "INTEGER PRIMARY KEY", "STAMP": "TIMESTAMP"},
}


def make(connection: sa.Connection) -> None:
    product = product_of(connection)
    words = dict(_WORDS[product])
    script = SCRIPT.replace("<SOFT>", _SOFT)
    for name, values in VOCABULARIES.items():
        if product == "postgresql":
            run(connection, [f"CREATE TYPE {name} AS ENUM ({values})"])
        words[name] = {"postgresql": name, "mariadb": f"ENUM({values})"}.get(product, "VARCHAR(16)")
        if product == "sqlite":
            for column in ("status", "channel", "kind", "to_status"):
                script = script.replace(
                    f" {column} <{name}> NOT NULL",
                    f" {column} VARCHAR(16) NOT NULL CHECK ({column} IN ({values}))",
                )
    run(connection, ddl(script, words))
    _fill(connection)
    run(connection, _guards(product))


def _guards(product: str) -> list[str]:
    """No hard delete; every update raises the row's version by one; a deleted order is not touched again."""
    made = []
    for table in ("so_header", "so_line"):
        deleted = " OR OLD.is_deleted" if table == "so_header" else ""
        wrong = f"NEW.row_version <> OLD.row_version + 1{deleted}"
        if product == "postgresql":
            made += [
                f"""CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                  IF TG_OP = 'DELETE'
                    THEN RAISE EXCEPTION 'soft delete only' USING ERRCODE = 'restrict_violation'; END IF;
                  IF {wrong} THEN RAISE EXCEPTION 'stale row version' USING ERRCODE = 'serialization_failure'; END IF;
                  RETURN NEW; END $$""",
                (
                    f"CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table} "
                    f" FOR EACH ROW EXECUTE FUNCTION {table}_guard()"
                ),
            ]
        elif product == "mariadb":
            signal = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT ="
            made += [
                f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} FOR EACH ROW {signal} 'soft delete only'",
                (
                    f"CREATE TRIGGER {table}_step BEFORE UPDATE ON {table} "
                    f" FOR EACH ROW IF {wrong} THEN {signal} 'stale row version'; END IF"
                ),
            ]
        else:
            made += [
                (
                    f"CREATE TRIGGER {table}_keep BEFORE DELETE ON {table} BEGIN"
                    f" SELECT RAISE(ABORT, 'soft delete only'); END"
                ),
                f"""CREATE TRIGGER {table}_step BEFORE UPDATE ON {table} WHEN {wrong}
                  BEGIN SELECT RAISE(ABORT, 'stale row version'); END""",
            ]
    return made


def key(*parts: Any) -> str:
    """The UUID of a row: the same on every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, parts))))


ALIVE: dict[str, Any] = {"row_version": 1, "is_deleted": False, "deleted_at": None}


def at(order: Order, days: int = 0) -> datetime:
    return datetime.combine(order.day + timedelta(days=days), time(8, 15), UTC)


def _fill(connection: sa.Connection) -> None:
    addresses, places = count(1), {}
    for i, customer in enumerate(company.CUSTOMERS, 1):
        for role, place in [("bill", customer.bill_to), *(("ship", place) for place in customer.ship_to)]:
            id = places[customer.code, role, place] = next(addresses)
            row = {"id": id, "name": place.name, "street": place.street, "postal_code": place.postal_code}
            insert(connection, "address", [row | {"city": place.city, "country": place.country}])
        row = {"id": i, "customer_no": customer.code, "name": customer.name, "currency": customer.currency}
        bill = places[customer.code, "bill", customer.bill_to]
        insert(connection, "customer", [row | {"order_block": customer.blocked, "bill_to_id": bill} | ALIVE])
        rows = [
            {"customer_id": i, "address_id": places[customer.code, "ship", place]}
            for place in customer.ship_to
        ]
        insert(connection, "customer_ship_to", rows)
    for i, supplier in enumerate(company.SUPPLIERS, 1):
        row = {"id": i, "supplier_no": supplier.code, "name": supplier.name, "currency": supplier.currency}
        insert(connection, "supplier", [row | ALIVE])
    for i, item in enumerate(company.PRODUCTS, 1):
        row = {"id": i, "item_no": item.code, "name": item.name, "base_unit": UNIT[item.unit]}
        insert(connection, "item", [row | {"base_price": item.price, "sales_block": item.blocked} | ALIVE])
        rows = [{"item_id": i, "unit": UNIT[unit], "per_base": ratio} for unit, ratio in item.units]
        insert(connection, "item_unit", rows)
    papers, movements = count(1), count(1)
    for i, order in enumerate(ORDERS.values(), 1):
        bill = next(id for (code, role, _), id in places.items() if (code, role) == (order.customer, "bill"))
        _order(connection, i, order, bill)
        _deliveries(connection, order, papers, movements)
        for paper in order.invoices:
            kind = "INVOICE" if paper.kind == "invoice" else "CREDIT"
            head = {"id": next(papers), "doc_no": paper.number, "kind": kind, "invoice_date": paper.day}
            insert(connection, "iv_header", [head | ALIVE])
            for position, quantity in paper.lines:
                line = order.lines[position - 1]
                row = {
                    "id": key(paper.number, position),
                    "invoice_id": head["id"],
                    "so_line_id": key(order.number, position),
                }
                net = amount_of(quantity, line.price, line.discount)
                insert(connection, "iv_line", [row | {"qty": quantity, "net": net} | ALIVE])
    _deleted(connection, len(ORDERS) + 1)
    tops = {"SO": 139, "DL": 200 + sum(len(o.shipments) for o in ORDERS.values()), "RT": 2}
    tops["IV"] = 300 + sum(len(o.invoices) for o in ORDERS.values())
    rows = [{"kind": kind, "year": 2026, "prefix": f"{kind}-", "last_no": top} for kind, top in tops.items()]
    insert(connection, "doc_counter", [*rows, {"kind": "SO", "year": 2025, "prefix": "SO-", "last_no": 8812}])
    if product_of(connection) == "postgresql":
        run(
            connection,
            ["SELECT setval(pg_get_serial_sequence('so_header', 'id'), (SELECT max(id) FROM so_header))"],
        )


def _header(order: Order, bill_to: int) -> dict[str, Any]:
    place = order.ship_to
    assert place
    return {
        "doc_no": order.number,
        "customer_id": int(order.customer) - 1000,
        "bill_to_id": bill_to,
        "ship_name": place.name,
        "ship_street": place.street,
        "ship_postal_code": place.postal_code,
        "ship_city": place.city,
        "ship_country": place.country,
        "customer_po": order.customer_po,
        "order_date": order.day,
        "requested_date": order.requested,
        "currency": order.currency,
        "status": STATUS[order.status],
        "channel": "EDI",
        "warehouse_code": "KI01",
        "entered_by": "clerk",
        "net_total": order.net,
        "tax_total": order.tax,
        "gross_total": order.gross,
        "created_at": at(order),
        "updated_at": at(order, 6),
    }


def _order(connection: sa.Connection, id: int, order: Order, bill_to: int) -> None:
    insert(connection, "so_header", [{"id": id} | _header(order, bill_to) | ALIVE])
    rows = []
    for line in order.lines:
        item = 1 + [product.code for product in company.PRODUCTS].index(line.product)
        row = {
            "id": key(order.number, line.position),
            "header_id": id,
            "line_no": line.position,
            "item_id": item,
        }
        row |= {
            "qty": line.quantity,
            "qty_cancelled": line.cancelled,
            "unit": UNIT[line.unit],
            "unit_price": line.price,
        }
        row |= {
            "discount_pct": line.discount,
            "line_net": line.amount,
            "line_tax": company.tax_of(order.customer, line),
        }
        rows.append(row | ALIVE)
    if id % 6 == 1:  # a line that was taken back: another has its number now
        gone = {"is_deleted": True, "deleted_at": at(order, 1), "row_version": 2}
        rows.append(rows[0] | {"id": key(order.number, "gone")} | gone)
    insert(connection, "so_line", rows)
    steps = ["ENTERED", "RELEASED"]
    steps += {"RELEASED": [], "CLOSED": ["DELIVERED", "CLOSED"]}.get(
        STATUS[order.status], [STATUS[order.status]]
    )
    history = [
        {
            "header_id": id,
            "seq": i,
            "from_status": before,
            "to_status": to,
            "changed_at": at(order, i),
            "changed_by": "clerk",
        }
        for i, (before, to) in enumerate(zip([None, *steps], steps, strict=False), 1)
    ]
    insert(connection, "status_history", history)


def _deliveries(connection: sa.Connection, order: Order, papers: count[int], movements: count[int]) -> None:
    notes: list[Any] = [("DELIVERY", "SHIPPED", note, note.carrier) for note in order.shipments]
    notes += [("RETURN", "SHIPPED", note, None) for note in order.returns]
    for kind, status, note, carrier in notes:
        head = {"id": next(papers), "doc_no": note.number, "kind": kind, "status": status, "carrier": carrier}
        insert(connection, "dl_header", [head | {"ship_date": note.day} | ALIVE])
        for i, tracking in enumerate(getattr(note, "tracking", ()), 1):
            insert(
                connection,
                "dl_package",
                [{"delivery_id": head["id"], "package_no": i, "tracking_no": tracking}],
            )
        for position, quantity in note.lines:
            line = order.lines[position - 1]
            id, base = key(note.number, position), quantity * company.ratio(line.product, line.unit)
            row = {
                "id": id,
                "delivery_id": head["id"],
                "so_line_id": key(order.number, position),
                "qty": quantity,
            }
            insert(connection, "dl_line", [row | ALIVE])
            moved = [("RETURN", base)] if kind == "RETURN" else [("ISSUE", -base)]
            if position == 1 and kind == "DELIVERY":  # booked by mistake, reversed, booked again
                moved += [("REVERSAL", base), ("ISSUE", -base)]
            for what, qty in moved:
                row = {"id": next(movements), "kind": what, "dl_line_id": id, "qty_base": qty}
                insert(connection, "stock_movement", [row | {"posted_at": at(order, 4)}])
    for status, gone in (
        ("VOID", False),
        ("PICKING", False),
        ("SHIPPED", True),
    ):  # three that have moved nothing
        if order.status == "partly_shipped":
            head = {
                "id": next(papers),
                "doc_no": f"{status[0]}-{order.number}",
                "kind": "DELIVERY",
                "status": status,
            }
            dead = ALIVE | ({"is_deleted": True, "deleted_at": at(order, 5)} if gone else {})
            insert(connection, "dl_header", [head | {"carrier": None, "ship_date": None} | dead])
            row = {"id": key(head["doc_no"]), "delivery_id": head["id"], "so_line_id": key(order.number, 1)}
            insert(connection, "dl_line", [row | {"qty": order.lines[0].quantity / 2} | dead])


def _deleted(connection: sa.Connection, id: int) -> None:
    """Three orders that were deleted: their rows stay, and nobody may touch them."""
    for n, order in enumerate(list(ORDERS.values())[:3]):
        gone = {"is_deleted": True, "deleted_at": at(order, 2), "updated_at": at(order, 2), "row_version": 3}
        number = f"SO-2026-{137 + n:06}"
        insert(connection, "so_header", [{"id": id + n} | _header(order, 1) | {"doc_no": number} | gone])
        del gone["updated_at"]
        line = {"header_id": id + n, "line_no": 1, "item_id": 1, "qty": 1, "qty_cancelled": 0, "unit": "EA"}
        line |= {"unit_price": 1, "discount_pct": 0, "line_net": 1, "line_tax": 0, "id": key(number, 1)}
        insert(connection, "so_line", [line | gone])
