"""The conformance kit on a foreign schema: an ERP with integer keys, text references and stock movements."""

from erp_connect.testing import conformance

from ..foreign import normalised
from .mapped_profiles import (
    ONE_DATE,
    TWO_PLACES,
    WHOLE,
    MappedProfile,
    OnSchema,
    add,
    ask,
    run,
    split_line,
    suites,
)


class NormalisedProfile(MappedProfile):
    schema = normalised
    expected_failures = {  # noqa: RUF012 (the kit reads it)
        **split_line(ONE_DATE),
        "test_every_currency_is_rounded_to_its_own_places[CLF]": TWO_PLACES,
        "test_every_currency_is_rounded_to_its_own_places[KWD]": TWO_PLACES,
    }
    words = {'box100 = "XBX"': 'box10 = "XBX", box100 = "XBX"'}  # noqa: RUF012 (the kit's boxes hold ten)

    def prepare(self, db):
        add(db, "uom", id=90, name="box10", category_id=1, ratio=10)
        for at, code in enumerate(("JPY", "KWD", "CLF")):
            add(db, "currency", id=90 + at, code=code)
        self.units["XBX"] = "box10"

    def audited(self, db, table, **row):
        """A new row of the clerk's, and its id."""
        now = self.local()
        row |= {"create_uid": 2, "create_date": now, "write_uid": 2, "write_date": now}
        add(db, table, **row)
        return ask(db, f"SELECT MAX(id) FROM {table}")

    def put_product(self, db, draft, units):
        ids = {word: ask(db, "SELECT id FROM uom WHERE name = :word", word=word) for word in units}
        price = draft.price.amount if draft.price else 0
        base = ids[self.units[draft.unit]]
        template = self.audited(db, "product_template", name=draft.name, list_price=price, uom_id=base)
        for unit in ids.values():
            add(db, "product_template_uom", template_id=template, uom_id=unit)
        own = {"template_id": template, "code": draft.code, "variant": "A", "active": not draft.blocked}
        self.audited(db, "product", **own)

    def put_partner(self, db, number, draft, **flags):
        currency = ask(db, "SELECT id FROM currency WHERE code = :code", code=draft.currency or "EUR")
        row = {"code": number, "name": draft.name, "currency_id": currency, "active": True, **flags}
        return self.audited(db, "partner", **row)

    def put_supplier(self, db, draft):
        self.put_partner(db, draft.number, draft, is_customer=False, is_supplier=True, sale_blocked=False)

    def put_customer(self, db, draft, at):
        flags = {"is_customer": True, "is_supplier": False, "sale_blocked": draft.blocked}
        partner = self.put_partner(db, draft.number, draft, **flags)
        country = ask(db, "SELECT id FROM country WHERE code = :code", code=at.country)
        row = {"name": at.name, "street": at.lines[0], "zip": at.postal_code, "city": at.city}
        for sequence, kind in enumerate(("invoice", "delivery")):
            row |= {"partner_id": partner, "type": kind, "sequence": sequence, "active": True}
            self.audited(db, "partner_address", **row, country_id=country)

    def deliver(self, db, order, lines):
        self.move(db, lines, "outgoing", "OUTPUT", "CUST")
        run(
            db,
            """UPDATE sale_order SET delivery_progress_id = (SELECT id FROM progress WHERE code = :code),
            write_date = :now WHERE id = :id""",
            code="full"
            if all(lines.get(each.id) == each.quantities.open for each in order.lines)
            else "partial",
            now=str(self.local()),
            id=int(order.id),
        )

    def take_back(self, db, order, lines):
        return self.move(db, lines, "incoming", "CUST", "STOCK")

    def move(self, db, lines, kind, from_, to):
        number = f"KIT/{self.number()}"
        row = {"number": number, "kind": kind, "carrier": "NORDPOST", "tracking": None, "origin": None}
        note = self.audited(db, "picking", **row, state="done", date_done=self.local())
        places = {
            f"{way}_id": ask(db, "SELECT id FROM location WHERE code = :code", code=code)
            for way, code in (("from", from_), ("to", to))
        }
        for line, quantity in lines.items():
            sold = {
                name: ask(db, f"SELECT {name} FROM sale_line WHERE id = :id", id=int(line))
                for name in ("product_id", "uom_id")
            }
            row = {"picking_id": note, "quantity": quantity, "state": "done", "origin": f"sale.line,{line}"}
            self.audited(db, "stock_move", **row, **sold, **places)
        return number

    def bill(self, db, order, lines):
        partner = ask(db, "SELECT partner_id FROM sale_order WHERE id = :id", id=int(order.id))
        row = {"number": f"KIT/{self.number()}", "type": "out_invoice", "state": "posted"}
        paper = self.audited(db, "invoice", **row, invoice_date=self.local().date(), partner_id=partner)
        for line, quantity in lines.items():
            sold = {
                name: ask(db, f"SELECT {name} FROM sale_line WHERE id = :id", id=int(line))
                for name in ("uom_id", "price_subtotal")
            }
            row = {"invoice_id": paper, "origin": f"sale.line,{line}", "quantity": quantity}
            self.audited(db, "invoice_line", **row, uom_id=sold["uom_id"], subtotal=sold["price_subtotal"])
        run(db, "UPDATE sale_order SET state = 'done' WHERE id = :id", id=int(order.id))

    def touch(self, erp, order):
        with self.at_work() as db:
            now = str(self.local())
            run(db, "UPDATE sale_order SET write_date = :now WHERE id = :id", now=now, id=int(order.id))


class TestNormalised(
    OnSchema,
    *suites(conformance.Creating, conformance.Amending, conformance.Fulfilling, conformance.Lifecycle),
):
    kind = NormalisedProfile


class TestNormalisedOnPostgreSQL(OnSchema, *suites(conformance.Cancelling, conformance.Statuses)):
    kind, product = NormalisedProfile, "postgresql"


class TestNormalisedOnMariaDB(OnSchema, conformance.Everything):
    __test__ = WHOLE
    kind, product = NormalisedProfile, "mariadb"
