"""The tables, guards and data of schema A (``normalised``)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time
from itertools import count
from typing import Any

import sqlalchemy as sa

from . import company
from .ground import ddl, insert, product_of, run
from .truth import Customer, Order, amount_of

UNITS = {
    "pcs": "H87",
    "box100": "XBX",
    "m": "MTR",
    "l": "LTR",
    "can5": "XCI",
    "pair": "PR",
    "carton12": "XCT",
    "kg": "KGM",
    "coil220": "XCL",
}
UNIT = {code: word for word, code in UNITS.items()}
CATEGORY = {"pcs": 1, "box100": 1, "m": 2, "coil220": 2, "l": 3, "can5": 3, "pair": 4, "carton12": 4, "kg": 5}
STATES = {"confirmed": "sale", "partly_shipped": "sale", "shipped": "sale", "completed": "done"} | {
    "cancelled": "cancel",
    "on_hold": "waiting",
}
ORDERS = company.orders(
    order=lambda n: f"S{n:05}",
    shipment=lambda n: f"OUT/{n:05}",
    invoice=lambda n: f"INV/2026/{n:04}",
    returned=lambda n: f"IN/{n:05}",
    position=lambda k: 10 * k,
)

SCRIPT = """
CREATE TABLE user_account (id <ID>, login VARCHAR(32) NOT NULL UNIQUE);
CREATE TABLE currency (id <ID>, code CHAR(3) NOT NULL UNIQUE);
CREATE TABLE country (id <ID>, code CHAR(2) NOT NULL UNIQUE);
CREATE TABLE progress (id <ID>, code VARCHAR(16) NOT NULL UNIQUE);
CREATE TABLE location (id <ID>, code VARCHAR(16) NOT NULL UNIQUE, type VARCHAR(16) NOT NULL);
CREATE TABLE uom (
  id <ID>, name VARCHAR(16) NOT NULL UNIQUE, category_id INTEGER NOT NULL,
  ratio NUMERIC(12,6) NOT NULL CHECK (ratio > 0));
CREATE TABLE tax (id <ID>, code VARCHAR(8) NOT NULL UNIQUE, rate NUMERIC(6,3) NOT NULL);
CREATE TABLE partner (
  id <ID>, code VARCHAR(16) NOT NULL UNIQUE, name VARCHAR(64) NOT NULL,
  currency_id INTEGER NOT NULL REFERENCES currency (id),
  is_customer BOOLEAN NOT NULL, is_supplier BOOLEAN NOT NULL, sale_blocked BOOLEAN NOT NULL,
  active BOOLEAN NOT NULL, <AUDIT>);
CREATE TABLE partner_address (
  id <ID>, partner_id INTEGER NOT NULL REFERENCES partner (id),
  type VARCHAR(16) NOT NULL CHECK (type IN ('invoice', 'delivery')), sequence INTEGER NOT NULL,
  name VARCHAR(64) NOT NULL,
  street VARCHAR(64), zip VARCHAR(16), city VARCHAR(64), country_id INTEGER REFERENCES country (id),
  active BOOLEAN NOT NULL, <AUDIT>);
CREATE TABLE product_template (
  id <ID>, name VARCHAR(64) NOT NULL, list_price NUMERIC(16,6) NOT NULL,
  uom_id INTEGER NOT NULL REFERENCES uom (id), <AUDIT>);
CREATE TABLE product_template_uom (
  template_id INTEGER NOT NULL REFERENCES product_template (id), uom_id INTEGER NOT NULL REFERENCES uom (id),
  PRIMARY KEY (template_id, uom_id));
CREATE TABLE product (
  id <ID>, template_id INTEGER NOT NULL REFERENCES product_template (id), code VARCHAR(32) NOT NULL UNIQUE,
  variant VARCHAR(32) NOT NULL, active BOOLEAN NOT NULL, <AUDIT>);
CREATE TABLE sale_order (
  id <ID>, number VARCHAR(16) NOT NULL UNIQUE, partner_id INTEGER NOT NULL REFERENCES partner (id),
  invoice_address_id INTEGER NOT NULL REFERENCES partner_address (id),
  delivery_address_id INTEGER NOT NULL REFERENCES partner_address (id),
  client_ref VARCHAR(64), origin VARCHAR(64), order_date <STAMP> NOT NULL, commitment_date DATE,
  currency_id INTEGER NOT NULL REFERENCES currency (id),
  state VARCHAR(16) NOT NULL CHECK (state IN ('draft', 'waiting', 'sale', 'done', 'cancel')),
  delivery_progress_id INTEGER NOT NULL REFERENCES progress (id),
  invoice_progress_id INTEGER NOT NULL REFERENCES progress (id),
  amount_untaxed NUMERIC(16,2) NOT NULL, amount_tax NUMERIC(16,2) NOT NULL, amount_total NUMERIC(16,2) NOT NULL,
  note TEXT, <AUDIT>);
CREATE TABLE sale_line (
  id <ID>, order_id INTEGER NOT NULL REFERENCES sale_order (id), sequence INTEGER NOT NULL,
  product_id INTEGER NOT NULL REFERENCES product (id), name VARCHAR(128) NOT NULL,
  quantity NUMERIC(16,3) NOT NULL CHECK (quantity > 0), qty_cancelled NUMERIC(16,3) NOT NULL,
  uom_id INTEGER NOT NULL REFERENCES uom (id), price_unit NUMERIC(16,6) NOT NULL,
  discount NUMERIC(5,2) NOT NULL, price_subtotal NUMERIC(16,2) NOT NULL, price_tax NUMERIC(16,2) NOT NULL, <AUDIT>,
  CHECK (qty_cancelled BETWEEN 0 AND quantity));
CREATE TABLE sale_line_tax (
  line_id INTEGER NOT NULL REFERENCES sale_line (id), tax_id INTEGER NOT NULL REFERENCES tax (id),
  PRIMARY KEY (line_id, tax_id));
CREATE TABLE picking (
  id <ID>, number VARCHAR(16) NOT NULL UNIQUE, kind VARCHAR(16) NOT NULL, state VARCHAR(16) NOT NULL,
  carrier VARCHAR(16), tracking VARCHAR(128), origin VARCHAR(64), date_done <STAMP>, <AUDIT>);
CREATE TABLE stock_move (
  id <ID>, picking_id INTEGER REFERENCES picking (id), product_id INTEGER NOT NULL REFERENCES product (id),
  quantity NUMERIC(16,3) NOT NULL, uom_id INTEGER NOT NULL REFERENCES uom (id),
  state VARCHAR(16) NOT NULL CHECK (state IN ('assigned', 'done', 'cancel')),
  from_id INTEGER NOT NULL REFERENCES location (id), to_id INTEGER NOT NULL REFERENCES location (id),
  origin VARCHAR(64) NOT NULL, split_from_id INTEGER REFERENCES stock_move (id), <AUDIT>);
CREATE TABLE invoice (
  id <ID>, number VARCHAR(16) UNIQUE, type VARCHAR(16) NOT NULL CHECK (type IN ('out_invoice', 'out_refund')),
  state VARCHAR(16) NOT NULL, invoice_date DATE, partner_id INTEGER NOT NULL REFERENCES partner (id), <AUDIT>);
CREATE TABLE invoice_line (
  id <ID>, invoice_id INTEGER NOT NULL REFERENCES invoice (id), origin VARCHAR(64) NOT NULL,
  quantity NUMERIC(16,3) NOT NULL, uom_id INTEGER NOT NULL REFERENCES uom (id),
  subtotal NUMERIC(16,2) NOT NULL, <AUDIT>);
"""
_AUDIT = (
    "create_uid INTEGER NOT NULL REFERENCES user_account (id), create_date <STAMP> NOT NULL,"
    " write_uid INTEGER NOT NULL REFERENCES user_account (id), write_date <STAMP> NOT NULL"
)
WORDS = {
    "postgresql": {"ID": "SERIAL PRIMARY KEY", "STAMP": "TIMESTAMP(6)", "INT": "integer"},
    "mariadb": {"ID": "INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY", "STAMP": "DATETIME(6)", "INT": "signed"},
    "sqlite": {"ID": "INTEGER PRIMARY KEY AUTOINCREMENT", "STAMP": "TIMESTAMP", "INT": "integer"},
}
_STEPS = (
    *("draft>waiting", "draft>sale", "draft>cancel", "waiting>sale", "waiting>cancel"),
    *("sale>waiting", "sale>done", "sale>cancel"),
)
_STEP = str(_STEPS)
"""The ways of the state machine, as a list in SQL."""
GUARDS = {
    "postgresql": [
        f"""CREATE FUNCTION sale_order_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN {_STEP} THEN
              RAISE EXCEPTION 'no way from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
            END IF; RETURN NEW; END $$""",
        "CREATE TRIGGER sale_order_step BEFORE UPDATE ON sale_order FOR EACH ROW EXECUTE FUNCTION sale_order_step()",
        "CREATE SEQUENCE sale_number_seq START WITH {next}",
    ],
    "mariadb": [
        f"""CREATE TRIGGER sale_order_step BEFORE UPDATE ON sale_order FOR EACH ROW
            IF NEW.state <> OLD.state AND CONCAT(OLD.state, '>', NEW.state) NOT IN {_STEP} THEN
              SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no way to this state'; END IF""",
        "CREATE SEQUENCE sale_number_seq START WITH {next} NOCACHE",
    ],
    "sqlite": [
        f"""CREATE TRIGGER sale_order_step BEFORE UPDATE ON sale_order
            WHEN NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN {_STEP}
            BEGIN SELECT RAISE(ABORT, 'no way to this state'); END""",
        "CREATE TABLE doc_sequence (code VARCHAR(16) NOT NULL PRIMARY KEY, number_next INTEGER NOT NULL)",
        "INSERT INTO doc_sequence VALUES ('sale.order', {next})",
    ],
}


IDS = (
    "partner",
    "partner_address",
    "product_template",
    "product",
    "sale_order",
    "sale_line",
    "picking",
    "stock_move",
    "invoice",
    "invoice_line",
)


def make(connection: sa.Connection) -> None:
    product = product_of(connection)
    run(connection, ddl(SCRIPT.replace("<AUDIT>", _AUDIT), WORDS[product]))
    _Filling(connection).fill()
    run(connection, [guard.replace("{next}", str(len(ORDERS) + 1)) for guard in GUARDS[product]])
    if product == "postgresql":
        for table in IDS:
            run(connection, [f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"])


OPENED = datetime.fromisoformat("2026-01-02 08:00:00")


class _Filling:
    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.ids: dict[str, Any] = defaultdict(lambda: count(1))
        self.key: dict[Any, int] = {}

    def add(self, table: str, key: Any = None, /, **columns: Any) -> int:
        id = next(self.ids[table])
        insert(self.connection, table, [{"id": id} | columns])
        if key is not None:
            self.key[table, key] = id
        return id

    def audited(self, table: str, key: Any = None, /, at: datetime = OPENED, **columns: Any) -> int:
        stamps = {"create_uid": 1, "create_date": at, "write_uid": 2, "write_date": at}
        return self.add(table, key, **columns, **stamps)

    def fill(self) -> None:
        for login in ("setup", "clerk", "integration"):
            self.add("user_account", login, login=login)
        for code in ("EUR", "CHF", "GBP"):
            self.add("currency", code, code=code)
        for code in ("DE", "CH", "NL", "GB", "IE"):
            self.add("country", code, code=code)
        for code in ("nothing", "partial", "full"):
            self.add("progress", code, code=code)
        for code, kind in (
            ("STOCK", "internal"),
            ("OUTPUT", "internal"),
            ("CUST", "customer"),
            ("SUPP", "supplier"),
        ):
            self.add("location", code, code=code, type=kind)
        ratios = {unit: ratio for product in company.PRODUCTS for unit, ratio in product.units}
        for word, code in UNITS.items():
            self.add("uom", code, name=word, category_id=CATEGORY[word], ratio=ratios[code])
        for code, rate in company.RATES.items():
            self.add("tax", code, code=code, rate=rate)
        self.partners()
        for product in company.PRODUCTS:
            name, _, variant = product.name.rpartition(" ")
            template = self.audited(
                "product_template", name=name, list_price=product.price, uom_id=self.key["uom", product.unit]
            )
            for unit, _ in product.units:
                row = {"template_id": template, "uom_id": self.key["uom", unit]}
                insert(self.connection, "product_template_uom", [row])
            self.audited(
                *("product", product.code),
                template_id=template,
                code=product.code,
                variant=variant,
                active=not product.blocked,
            )
        for order in ORDERS.values():
            self.order(order)

    def partners(self) -> None:
        for party in (*company.CUSTOMERS, *company.SUPPLIERS):
            sold = isinstance(party, Customer)
            flags = {"is_customer": sold, "is_supplier": not sold, "active": True}
            currency, blocked = self.key["currency", party.currency], sold and party.blocked
            own = {"code": party.code, "name": party.name, "currency_id": currency, "sale_blocked": blocked}
            partner = self.audited("partner", party.code, **own, **flags)
            if not sold:
                continue
            for i, at in enumerate((party.bill_to, *party.ship_to, party.bill_to)):
                # The last row is a delivery address that was given up: it stays, inactive.
                kind, active = "delivery" if i else "invoice", i <= len(party.ship_to)
                where = {"street": at.street, "zip": at.postal_code, "city": at.city, "name": at.name}
                self.audited(
                    *("partner_address", (party.code, kind, at) if active else None),
                    **{"partner_id": partner, "type": kind, "sequence": i, "active": active, **where},
                    country_id=self.key["country", at.country],
                )

    def order(self, order: Order) -> None:
        customer = next(c for c in company.CUSTOMERS if c.code == order.customer)
        delivery = {"partly_shipped": "partial", "shipped": "full", "completed": "full"}.get(
            order.status, "nothing"
        )
        invoicing = "nothing"
        if any(line.invoiced for line in order.lines):
            invoicing = "full" if order.status == "completed" else "partial"
        at = datetime.combine(order.day, time(9, 30))
        own = self.audited(
            *("sale_order", order.number, at),
            number=order.number,
            partner_id=self.key["partner", order.customer],
            invoice_address_id=self.key["partner_address", (customer.code, "invoice", customer.bill_to)],
            delivery_address_id=self.key["partner_address", (customer.code, "delivery", order.ship_to)],
            client_ref=order.customer_po,
            order_date=at,
            commitment_date=order.requested,
            currency_id=self.key["currency", order.currency],
            state=STATES[order.status],
            delivery_progress_id=self.key["progress", delivery],
            invoice_progress_id=self.key["progress", invoicing],
            amount_untaxed=order.net,
            amount_tax=order.tax,
            amount_total=order.gross,
        )
        for line in order.lines:
            id = self.audited(
                *("sale_line", (order.number, line.position), at),
                order_id=own,
                sequence=line.position,
                product_id=self.key["product", line.product],
                quantity=line.quantity,
                qty_cancelled=line.cancelled,
                uom_id=self.key["uom", line.unit],
                price_unit=line.price,
                discount=line.discount,
                price_subtotal=line.amount,
                name=company.PRODUCT[line.product].name,
                price_tax=company.tax_of(order.customer, line),
            )
            codes = company.taxes(order.customer, line.product)
            rows = [{"line_id": id, "tax_id": self.key["tax", code]} for code in codes]
            insert(self.connection, "sale_line_tax", rows)
        self.movements(order)
        for paper in order.invoices:
            kind = "out_invoice" if paper.kind == "invoice" else "out_refund"
            own = self.audited(
                *("invoice", paper.number),
                number=paper.number,
                type=kind,
                state="posted",
                invoice_date=paper.day,
                partner_id=self.key["partner", order.customer],
            )
            for position, quantity in paper.lines:
                line = next(at for at in order.lines if at.position == position)
                self.audited(
                    "invoice_line",
                    invoice_id=own,
                    origin=self.origin(order, position),
                    quantity=quantity,
                    uom_id=self.key["uom", line.unit],
                    subtotal=amount_of(quantity, line.price, line.discount),
                )
        if order.invoices:  # and a draft that counts for nothing yet
            row = {"number": None, "type": "out_invoice", "state": "draft", "invoice_date": None}
            own = self.audited("invoice", **row, partner_id=self.key["partner", order.customer])
            line = order.lines[0]
            row = {"quantity": line.quantity, "uom_id": self.key["uom", line.unit], "subtotal": line.amount}
            self.audited("invoice_line", **row, invoice_id=own, origin=self.origin(order, line.position))

    def origin(self, order: Order, position: int) -> str:
        return f"sale.line,{self.key['sale_line', (order.number, position)]}"

    def move(
        self, order: Order, position: int, quantity: Any, way: str, state: str, picking: int | None
    ) -> None:
        """A movement counts the product's base unit, whatever the line was sold in."""
        line = next(at for at in order.lines if at.position == position)
        product = company.PRODUCT[line.product]
        from_, to = way.split(">")
        self.audited(
            "stock_move",
            picking_id=picking,
            product_id=self.key["product", product.code],
            state=state,
            quantity=quantity * company.ratio(product.code, line.unit),
            uom_id=self.key["uom", product.unit],
            origin=self.origin(order, position),
            from_id=self.key["location", from_],
            to_id=self.key["location", to],
        )

    def movements(self, order: Order) -> None:
        for i, shipment in enumerate(order.shipments):
            done = {
                "state": "done",
                "origin": order.number,
                "date_done": datetime.combine(shipment.day, time(15)),
            }
            taken = self.audited(
                "picking",
                number=f"PICK/{order.number}/{i}",
                kind="internal",
                carrier=None,
                tracking=None,
                **done,
            )
            tracking = ", ".join(shipment.tracking)
            row = {"number": shipment.number, "carrier": shipment.carrier, "tracking": tracking}
            out = self.audited("picking", **row, kind="outgoing", **done)
            for position, quantity in shipment.lines:
                self.move(order, position, quantity, "STOCK>OUTPUT", "done", taken)
                self.move(order, position, quantity, "OUTPUT>CUST", "done", out)
        for paper in order.returns:
            done = {
                "state": "done",
                "origin": order.number,
                "date_done": datetime.combine(paper.day, time(15)),
            }
            row = {"number": paper.number, "kind": "incoming", "carrier": None, "tracking": None}
            back = self.audited("picking", **row, **done)
            for position, quantity in paper.lines:
                self.move(order, position, quantity, "CUST>STOCK", "done", back)
        for line in order.lines:
            waiting = line.quantity - line.cancelled - line.shipped
            if waiting and order.status != "on_hold":
                self.move(order, line.position, waiting, "OUTPUT>CUST", "assigned", None)
            if line.cancelled:
                self.move(order, line.position, line.cancelled, "OUTPUT>CUST", "cancel", None)
        # Goods from a supplier whose purchase line has the same number as our first sale line.
        if order.number == "S00001":
            self.audited(
                "stock_move",
                picking_id=None,
                product_id=1,
                quantity=500,
                uom_id=1,
                state="done",
                from_id=self.key["location", "SUPP"],
                to_id=self.key["location", "CUST"],
                origin="purchase.line,1",
            )
