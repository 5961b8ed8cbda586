"""The conformance kit on a foreign schema: header, line, delivery and movement tables, soft deletes, counters."""

import uuid

import pytest

from erp_connect.testing import conformance

from ..foreign import split
from ..foreign.ground import exact
from .mapped_profiles import ONE_DATE, TWO_PLACES, WHOLE, MappedProfile, OnSchema, add, ask, run, split_line

ALIVE = {"row_version": 1, "is_deleted": False, "deleted_at": None}


class SplitProfile(MappedProfile):
    schema = split
    warehouses = ("KI01", "KI02")
    expected_failures = {  # noqa: RUF012 (the kit reads it)
        **split_line(ONE_DATE),
        "test_every_currency_is_rounded_to_its_own_places[CLF]": TWO_PLACES,
        "test_every_currency_is_rounded_to_its_own_places[KWD]": TWO_PLACES,
        "test_a_field_is_kept_or_its_loss_is_refused[order.custom]": "custom has the names of the mapping only",
    }

    def put_product(self, db, draft, units):
        row = {"id": self.number(), "item_no": draft.code, "name": draft.name}
        row |= {"base_unit": self.units[draft.unit], "sales_block": draft.blocked}
        add(db, "item", **row, base_price=draft.price.amount if draft.price else 0, **ALIVE)
        for unit, factor in units.items():
            add(db, "item_unit", item_id=row["id"], unit=unit, per_base=factor)

    def put_supplier(self, db, draft):
        row = {"id": self.number(), "supplier_no": draft.number, "name": draft.name}
        add(db, "supplier", **row, currency=draft.currency or "EUR", **ALIVE)

    def put_customer(self, db, draft, at):
        key = self.number()
        row = {"id": key, "name": at.name, "street": at.lines[0], "postal_code": at.postal_code}
        add(db, "address", **row, city=at.city, country=at.country)
        row = {"id": key, "customer_no": draft.number, "name": draft.name, "bill_to_id": key}
        add(db, "customer", **row, currency=draft.currency or "EUR", order_block=draft.blocked, **ALIVE)

    def deliver(self, db, order, lines):
        self.post(db, "DELIVERY", "DL", lines, sign=-1)

    def take_back(self, db, order, lines):
        return self.post(db, "RETURN", "RT", lines, sign=1)

    def post(self, db, kind, prefix, lines, *, sign):
        """A delivery or return with its movements; its number."""
        head = {"id": self.number(), "doc_no": self.taken(db, prefix), "kind": kind, "status": "SHIPPED"}
        add(db, "dl_header", **head, carrier="NORDPOST", ship_date=self.local().date(), **ALIVE)
        for line, quantity in lines.items():
            own = str(uuid.uuid4())
            add(db, "dl_line", id=own, delivery_id=head["id"], so_line_id=line, qty=quantity, **ALIVE)
            per = exact(
                ask(
                    db,
                    """SELECT u.per_base FROM so_line l
                    JOIN item_unit u ON u.item_id = l.item_id AND u.unit = l.unit WHERE l.id = :line""",
                    line=line,
                )
            )
            moved = {"id": self.number(), "kind": "RETURN" if sign > 0 else "ISSUE", "dl_line_id": own}
            add(db, "stock_movement", **moved, qty_base=sign * quantity * per, posted_at=self.local())
        return head["doc_no"]

    @staticmethod
    def taken(db, prefix):
        run(db, "UPDATE doc_counter SET last_no = last_no + 1 WHERE kind = :kind", kind=prefix)
        year = ask(db, "SELECT MAX(year) FROM doc_counter WHERE kind = :kind", kind=prefix)
        last = ask(db, "SELECT last_no FROM doc_counter WHERE kind = :k AND year = :y", k=prefix, y=year)
        return f"{prefix}-{year}-{last:06d}"

    def bill(self, db, order, lines):
        head = {"id": self.number(), "doc_no": self.taken(db, "IV"), "kind": "INVOICE"}
        add(db, "iv_header", **head, invoice_date=self.local().date(), **ALIVE)
        for line, quantity in lines.items():
            row = {"id": str(uuid.uuid4()), "invoice_id": head["id"], "so_line_id": line, "qty": quantity}
            add(db, "iv_line", **row, net=order.line(line).net.amount, **ALIVE)

    def touch(self, erp, order):
        with self.at_work() as db:
            run(db, "UPDATE so_header SET row_version = row_version + 1 WHERE id = :id", id=int(order.id))


@pytest.mark.thorough
class TestSplit(OnSchema, conformance.Everything):
    kind = SplitProfile


class TestSplitOnPostgreSQL(OnSchema, conformance.Everything):
    __test__ = WHOLE
    kind, product = SplitProfile, "postgresql"


class TestSplitOnMariaDB(OnSchema, conformance.Everything):
    __test__ = WHOLE
    kind, product = SplitProfile, "mariadb"
