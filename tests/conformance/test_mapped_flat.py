"""The conformance kit on a foreign schema: one flat table, codes of a fixed width, no NULL, no version."""

from zoneinfo import ZoneInfo

from erp_connect.testing import conformance

from ..foreign import flat
from ..foreign.ground import exact
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

BY_UNIT = "how many decimals fit depends on the unit's factor: what this unit has no room for is refused at its line"
RECKONED = "no amount stands anywhere: this system reckons all of them to two decimals"


class FlatProfile(MappedProfile):
    schema = flat
    zone = ZoneInfo("Europe/Berlin")
    expected_failures = {  # noqa: RUF012 (the kit reads it)
        **split_line(ONE_DATE),
        "test_a_price_keeps_every_digit_that_fits": BY_UNIT,
        "test_a_quantity_keeps_every_digit_that_fits": BY_UNIT,
        "test_every_currency_is_rounded_to_its_own_places[CLF]": RECKONED,
        "test_every_currency_is_rounded_to_its_own_places[KWD]": RECKONED,
    }
    not_asked = {  # noqa: RUF012 (read once)
        "prices are per 100": "the rule guesses by the article's price, and the kit agrees on any price it likes",
    }

    def place(self, at):
        return {
            "name": f"{at.name:<30}",
            "str": f"{at.lines[0]:<30}",
            "plz": f"{at.postal_code:<10}",
            "ort": f"{at.city:<30}",
            "land": at.country,
        }

    def put_customer(self, db, draft, at):
        key = {"kdnr": f"{draft.number:>10}"}
        row = {**self.place(at), "name": f"{draft.name:<30}", "sperre": "X" if draft.blocked else " "}
        add(db, "kunden", **key, **row, whg=draft.currency or "EUR")
        add(db, "kundadr", **key, lfdnr=1, **self.place(at))

    def put_supplier(self, db, draft):
        row = {"linr": f"{draft.number:>10}", "name": f"{draft.name:<30}"}
        add(db, "lieferant", **row, whg=draft.currency or "EUR")

    def put_product(self, db, draft, units):
        code, price = f"{draft.code:<20}", draft.price.amount * 100 / draft.price.per if draft.price else 0
        row = {"artnr": code, "bez": f"{draft.name:<40}", "meinh": f"{self.units[draft.unit]:<3}"}
        add(db, "artikel", **row, preis=price, auslauf="X" if draft.blocked else " ")
        for unit, ratio in units.items():
            add(db, "arteinh", artnr=code, einh=f"{unit:<3}", umr=ratio)

    def note(self, db, order, lines, kind, sign):
        """A delivery note, or one of goods that came back; its number."""
        counter = {"L": "LS", "R": "RS"}[kind]
        number = self.taken(db, counter)
        for place, (line, quantity) in enumerate(lines.items(), 1):
            head = {"lsnr": number, "lspos": place, "lsart": kind, "lsdat": f"{self.local():%Y%m%d}"}
            row = {**key_of(order, line), "menge": sign * quantity * self.ratio(db, order, line)}
            add(db, "lieferung", **head, spedit=f"{'NORDPOST':<10}", trackno=" " * 30, **row)
        return number

    def taken(self, db, kind):
        run(db, "UPDATE lastno SET lastno = lastno + 1 WHERE kind = :kind", kind=kind)
        return ask(db, "SELECT lastno FROM lastno WHERE kind = :kind", kind=kind)

    @staticmethod
    def ratio(db, order, line):
        query = "SELECT umr FROM aufpos WHERE aufnr = :aufnr AND posnr = :posnr"
        return exact(ask(db, query, **key_of(order, line)))

    def letters(self, db, order):
        """The letters of an order and its lines, as the system sets them after every paper."""
        run(
            db,
            """UPDATE aufpos SET posst = CASE WHEN menge = stomenge THEN 'S' WHEN menge - stomenge > gelmenge
            THEN CASE WHEN gelmenge > 0 THEN 'T' ELSE 'O' END WHEN bermenge = gelmenge THEN 'R' ELSE 'L' END
            WHERE aufnr = :order""",
            order=int(order.id),
        )
        states = db.exec_driver_sql(f"SELECT posst FROM aufpos WHERE aufnr = {int(order.id)}").scalars()
        found = set(states) - {"S"}
        letter = found.pop() if len(found) == 1 else "T" if found - {"O"} else "O"
        run(db, "UPDATE aufpos SET kopfst = :letter WHERE aufnr = :order", letter=letter, order=int(order.id))

    def moved(self, db, order, lines, column):
        for line, quantity in lines.items():
            run(
                db,
                f"UPDATE aufpos SET {column} = {column} + :quantity WHERE aufnr = :aufnr AND posnr = :posnr",
                quantity=str(quantity * self.ratio(db, order, line)),
                **key_of(order, line),
            )
        self.letters(db, order)

    def deliver(self, db, order, lines):
        self.note(db, order, lines, "L", 1)
        self.moved(db, order, lines, "gelmenge")

    def take_back(self, db, order, lines):
        return self.note(db, order, lines, "R", -1)

    def bill(self, db, order, lines):
        number = self.taken(db, "RE")
        for place, (line, quantity) in enumerate(lines.items(), 1):
            head = {"renr": number, "repos": place, "reart": "R", "redat": f"{self.local():%Y%m%d}"}
            add(db, "rechnung", **head, **key_of(order, line), menge=quantity * self.ratio(db, order, line))
        self.moved(db, order, lines, "bermenge")


def key_of(order, line):
    return {"aufnr": int(order.id), "posnr": int(line)}


class TestFlat(
    OnSchema, *suites(conformance.Creating, conformance.Finding, conformance.Amending, conformance.Lifecycle)
):
    kind = FlatProfile


class TestFlatOnPostgreSQL(OnSchema, conformance.Everything):
    __test__ = WHOLE
    kind, product = FlatProfile, "postgresql"


class TestFlatOnMariaDB(OnSchema, conformance.Everything):
    __test__ = WHOLE
    kind, product = FlatProfile, "mariadb"
