"""The conformance kit on a foreign schema: quantities as floats, money in cents, keys that begin with the company."""

from zoneinfo import ZoneInfo

from erp_connect.testing import conformance

from ..foreign import floating
from .mapped_profiles import (
    ONE_DATE,
    WHOLE,
    MappedProfile,
    OnSchema,
    add,
    ask,
    run,
    split_line,
    suites,
)

CENTS = "this system keeps prices in whole cents, and refuses one that has more decimals"


class FloatingProfile(MappedProfile):
    schema = floating
    zone = ZoneInfo("Europe/Berlin")
    expected_failures = {  # noqa: RUF012 (the kit reads it)
        **split_line(ONE_DATE),
        "test_every_currency_is_rounded_to_its_own_places[CLF]": CENTS,
        "test_every_currency_is_rounded_to_its_own_places[KWD]": CENTS,
    }

    def local(self):
        return super().local().replace(microsecond=0)

    def put_customer(self, db, draft, at):
        key = {"co": "01", "custno": draft.number}
        row = {"cname": draft.name, "curr": draft.currency or "EUR", "stopped": "Y" if draft.blocked else "N"}
        add(db, "custmast", **key, **row)
        row = {"name": at.name, "street": at.lines[0], "postal_code": at.postal_code, "city": at.city}
        for number in (0, 1):
            add(db, "custaddr", **key, addrno=number, **row, country=at.country)

    def put_supplier(self, db, draft):
        row = {"vendno": draft.number, "vname": draft.name, "curr": draft.currency or "EUR"}
        add(db, "vendmast", co="01", **row)

    def put_product(self, db, draft, units):
        key = {"co": "01", "item_id": self.number()}
        price = draft.price.amount / draft.price.per if draft.price else 0
        per = 1 if price * 100 % 1 == 0 else 100
        row = {"desc": draft.name, "uom": self.units[draft.unit], "gone": "Y" if draft.blocked else "N"}
        add(db, "itemmast", **key, **row, price_cents=int(price * per * 100), price_per=per, weight=None)
        add(db, "itemcode", **key, code=draft.code, main="Y")
        for unit, factor in units.items():
            add(db, "itemuom", **key, uom=unit, factor=float(factor))

    def deliver(self, db, order, lines):
        self.note(db, order, lines, "N")
        gone = all(lines.get(line.id) == line.quantities.open for line in order.lines)
        run(
            db,
            "UPDATE ordhdr SET shipped = :flag, chg_ts = :now WHERE co = '01' AND ordno = :order",
            flag="Y" if gone else "N",
            now=str(self.local()),
            order=int(order.number),
        )

    def take_back(self, db, order, lines):
        return self.note(db, order, lines, "Y")

    def note(self, db, order, lines, back):
        number = self.paper("shplin", "shpno", db)
        head = {"co": "01", "shpno": number, "ordno": int(order.number), "is_return": back}
        head |= {"ship_ts": self.local(), "carrier": "NORDPOST", "track1": None, "track2": None}
        for line, quantity in lines.items():
            add(db, "shplin", **head, lineno=int(line), qty=float(quantity))
        return number

    @staticmethod
    def paper(table, column, db):
        return ask(db, f"SELECT MAX({column}) + 1 FROM {table} WHERE co = '01'")

    def bill(self, db, order, lines):
        number = self.paper("invlin", "invno", db)
        head = {
            "co": "01",
            "invno": number,
            "ordno": int(order.number),
            "credit": "N",
            "inv_ts": self.local(),
        }
        for line, quantity in lines.items():
            sold = order.line(line)
            row = {"lineno": int(line), "qty": float(quantity), "net_cents": int(sold.net.amount * 100)}
            add(db, "invlin", **head, **row)
        run(
            db, "UPDATE ordhdr SET invoiced = 'Y' WHERE co = '01' AND ordno = :order", order=int(order.number)
        )


class TestFloating(
    OnSchema, *suites(conformance.Creating, conformance.Amending, conformance.Money, conformance.Lifecycle)
):
    kind = FloatingProfile


class TestFloatingOnPostgreSQL(OnSchema, conformance.Everything):
    __test__ = WHOLE
    kind, product = FloatingProfile, "postgresql"


class TestFloatingOnMariaDB(OnSchema, *suites(conformance.Cancelling, conformance.Statuses)):
    kind, product = FloatingProfile, "mariadb"
