"""The conformance kit on a foreign schema: views on an ERP, by an account that may only read.

The ERP's own people write what the kit wants to read and strike it from the log of writes: what stands there after a
test was written by the library.
"""

from contextlib import contextmanager

from erp_connect.testing import conformance

from ..foreign import readonly_view
from ..foreign.ground import exact
from ..foreign.truth import amount_of
from .mapped_profiles import READING, TWO_PLACES, WHOLE, MappedProfile, OnSchema, add, ask, run, suites


class ReadonlyViewProfile(MappedProfile):
    schema = readonly_view
    writable = False
    minimum = READING
    expected_failures = {  # noqa: RUF012 (the kit reads it)
        "test_every_currency_is_rounded_to_its_own_places[CLF]": TWO_PLACES,
        "test_every_currency_is_rounded_to_its_own_places[KWD]": TWO_PLACES,
    }

    @contextmanager
    def account(self):
        with readonly_view.reader(self.engine) as url:
            yield url.render_as_string(hide_password=False)

    @contextmanager
    def at_work(self):
        """A transaction of somebody who may write, and whose writes are no trespass."""
        with self.owner() as db:
            assert ask(db, "SELECT COUNT(*) FROM dml_log") == 0, "somebody wrote who may only read"
            yield db
            run(db, "DELETE FROM dml_log")

    def put_customer(self, db, draft, at):
        key = {"custid": self.number()}
        add(db, "erp_cust", **key, custno=draft.number, nam=draft.name, curr=draft.currency or "EUR", blk=" ")
        row = {"nam": at.name, "str": at.lines[0], "zip": at.postal_code, "town": at.city, "ctry": at.country}
        for site in (0, 1):
            add(db, "erp_site", **key, siteno=site, **row)

    def put_supplier(self, db, draft):
        add(db, "erp_supp", suppno=draft.number, nam=draft.name, curr=draft.currency or "EUR")

    def put_product(self, db, draft, units):
        price = draft.price.amount / draft.price.per if draft.price else 0
        row = {"itemno": draft.code, "nam": draft.name, "buom": self.units[draft.unit], "price": price}
        add(db, "erp_item", **row, blk="*" if draft.blocked else " ")
        for unit, per in units.items():
            add(db, "erp_unit", itemno=draft.code, uom=unit, per=per)

    def put_order(self, erp, draft):
        with self.at_work() as db:
            number = ask(db, "SELECT MAX(ordno) + 1 FROM erp_ordh_open")
            customer = ask(
                db,
                "SELECT custid FROM erp_cust WHERE custno = :no",
                no=getattr(draft.customer, "id", draft.customer),
            )
            site = 1
            if draft.ship_to:
                at, site = draft.ship_to, 2
                row = {"nam": at.name, "str": at.lines[0], "zip": at.postal_code, "town": at.city}
                add(db, "erp_site", custid=customer, siteno=site, **row, ctry=at.country)
            net = sum(self.put_line(db, number, at, line) for at, line in enumerate(draft.lines, 1))
            row = {"ordno": number, "custid": customer, "siteno": site, "custref": draft.customer_po}
            row |= {"orddate": draft.order_date or self.local().date(), "wish": draft.requested}
            row |= {"curr": draft.currency, "stat": 10, "net": net, "tax": 0, "changed": self.local()}
            add(db, "erp_ordh_open", **row)
        return str(number)

    def put_line(self, db, order, position, line):
        """A line of an order, and what it comes to."""
        product = getattr(line.product, "id", line.product)
        price = exact(ask(db, "SELECT price FROM erp_item WHERE itemno = :no", no=product))
        if line.price:
            price = line.price.amount / line.price.per
        discount = line.discount.percent if line.discount else 0
        if price >= 10**11 or line.quantity >= 10**12:
            raise conformance.NotOffered(
                "no column of this system takes such a number, and the views do not tell"
            )
        amount = amount_of(line.quantity, price, discount)
        row = {"ordno": order, "pos": position, "itemno": product, "qty": line.quantity, "canc": 0}
        add(db, "erp_ordl_open", **row, uom=self.units[line.unit], price=price, disc=discount, amount=amount)
        return amount

    def deliver(self, db, order, lines):
        self.note(db, order, lines, "D", "NORDPOST")
        gone = all(lines.get(line.id) == line.quantities.open for line in order.lines)
        self.state(db, order, 30 if gone else 20)

    def take_back(self, db, order, lines):
        return self.note(db, order, lines, "R", None)

    def note(self, db, order, lines, kind, carrier):
        number = ask(db, "SELECT MAX(noteno) + 1 FROM erp_note")
        head = {"noteno": number, "ordno": int(order.id), "kind": kind, "notedate": self.local().date()}
        for line, quantity in lines.items():
            add(db, "erp_note", **head, pos=int(line), qty=quantity, carrier=carrier, track=None)
        return number

    def bill(self, db, order, lines):
        number = ask(db, "SELECT MAX(billno) + 1 FROM erp_bill")
        head = {"billno": number, "ordno": int(order.id), "kind": "B", "billdate": self.local().date()}
        for line, quantity in lines.items():
            add(db, "erp_bill", **head, pos=int(line), qty=quantity, net=order.line(line).net.amount)
        self.state(db, order, 40)

    @staticmethod
    def state(db, order, code):
        run(db, "UPDATE erp_ordh_open SET stat = :code WHERE ordno = :no", code=code, no=int(order.id))


class TestReadonlyView(OnSchema, *suites(conformance.Finding, conformance.Fulfilling, conformance.Money)):
    kind = ReadonlyViewProfile


class TestReadonlyViewOnPostgreSQL(OnSchema, conformance.Everything):
    __test__ = WHOLE
    kind, product = ReadonlyViewProfile, "postgresql"


class TestReadonlyViewOnMariaDB(OnSchema, conformance.Everything):
    __test__ = WHOLE
    kind, product = ReadonlyViewProfile, "mariadb"
