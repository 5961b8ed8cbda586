"""Answers of X3, damaged at random: they are read or refused, and no write is done twice."""

import pytest

from erp_connect import errors

from ...damage import Damage, chance
from ...repeating import sooner_or_later
from .place import draft, new_server, place, valves

pytestmark = pytest.mark.thorough

TIMES = 60
"""Damaged answers for each thing that is read."""
TEXTS = ("", " ", "X", "-1", "20261345", "1E400", "NaN", "0" * 400, "ÄÖ", "]]&gt;", "&amp;lt;")
READ = {
    "get": lambda erp, order: erp.orders.get(order.id),
    "find": lambda erp, order: erp.orders.find(customer_po=order.customer_po),
    "list": lambda erp, _: list(erp.orders.list()),
    "shipments": lambda erp, order: erp.shipments.of(order),
    "invoices": lambda erp, order: erp.invoices.of(order),
    "customer": lambda erp, _: erp.customers.find(number="10000"),
    "product": lambda erp, _: erp.products.find(code="VALVE-20"),
    "price": lambda erp, _: erp.prices.quote("10000", "VALVE-20", 1, "C62"),
}


class Spoilt(Damage):
    """The same for documents within documents: fields, attributes, whole elements, the end."""

    def _xml(self, body):
        text = body.decode()
        kind = self.luck.randrange(5)
        if kind == 0:
            at = self.luck.randrange(len(text))
            return text[:at].encode()
        import re

        found = list(re.finditer(r'<FLD NAME="(\w+)"[^>]*>([^<]*)</FLD>', text))
        found = [each for each in found if each[1] not in self.named]
        if kind in {1, 2} and found:
            one = self.luck.choice(found)
            instead = "" if kind == 1 else one[0].replace(f">{one[2]}<", f">{self.luck.choice(TEXTS)}<")
            return (text[: one.start()] + instead + text[one.end() :]).encode()
        pieces = list(re.finditer(r"</?(GRP|TAB|LIN|LST|status|messages|resultXml|FLD)\b[^>]*>", text))
        if pieces:
            one = self.luck.choice(pieces)
            return (text[: one.start()] + text[one.end() :]).encode()
        return text.encode()


def damaged(company):
    return Spoilt(new_server(company), chance(), "soap-generic", {"SOHNUM", "SDHNUM", "WW_MODSTAMP"})


@pytest.mark.parametrize("read", list(READ))
def test_a_damaged_answer_is_read_or_refused(company, tmp_path, read):
    damage = damaged(company)
    with place(company, tmp_path, server=damage) as site:
        order = site.erp.orders.create(draft(valves(), valves(3, product="HOSE-20")), key="order").order
        site.erp.shipments.post(order, {1: 2})
        outcomes = set()
        READ[read](site.erp, order)
        damage.method = "POST"
        for _ in range(TIMES):
            try:
                READ[read](site.erp, order)
            except errors.ErpConnectError as failure:
                outcomes.add(failure.outcome)
        damage.method = None
        READ[read](site.erp, order)
    assert outcomes <= {"not_applied"}


def test_a_damaged_answer_to_a_write_makes_no_second_order(company, clock, tmp_path):
    damage = damaged(company)
    with place(company, tmp_path, server=damage) as site:
        for number in range(TIMES // 2):
            key = f"DAMAGED/{number}"
            damage.method = "POST"
            try:
                site.erp.orders.create(draft(customer_po=key), key=key)
            except errors.ErpConnectError:
                damage.method = None
                sooner_or_later(
                    lambda key=key: site.erp.orders.create(draft(customer_po=key), key=key), clock
                )
            damage.method = None
    assert len(company.documents) == TIMES // 2
