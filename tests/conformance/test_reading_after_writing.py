"""A write that has been answered, and a way that breaks before what it made could be read: nothing is done twice.

Books in other codes than ours (terms, units, sites) may have to be asked for to understand an answer; that such a
question fails says nothing about the write.
"""

import pytest

import erp_connect as ec
from erp_connect.errors import ErpConnectError, TransportError
from erp_connect.testing.conformance.suite import Suite
from erp_connect.wire.http import HttpSession

from .test_dynamics_bc import BusinessCentralProfile
from .test_dynamics_crm import SalesProfile
from .test_dynamics_fo import FinanceOperationsProfile
from .test_dynamics_nav import NavProfile
from .test_sage_200 import Sage200Profile
from .test_sage_300 import Sage300Profile
from .test_sage_x3 import X3Profile
from .test_sap_odata import SapODataProfile, SapODataV4Profile

ALWAYS = 10**6
LOST = [1, 2, 3, 5, ALWAYS]
"""How many readings behind a write are lost."""


class Way:
    """What is between the library and the system: after a write it loses so many of the readings that follow."""

    def __init__(self):
        self.losing = 0
        self.left = 0

    def lose(self, readings):
        self.losing, self.left = readings, 0

    def heal(self):
        self.losing = self.left = 0


@pytest.fixture
def way(monkeypatch):
    way, sent = Way(), HttpSession.send

    def send(self, method, address, *, reads=None, **more):
        if method in {"GET", "HEAD"} if reads is None else reads:
            if way.left > 0:
                way.left -= 1
                raise TransportError("the way is broken", outcome="not_applied")
            return sent(self, method, address, reads=reads, **more)
        answer = sent(self, method, address, reads=reads, **more)
        if answer.ok:
            way.left = way.losing
        return answer

    monkeypatch.setattr(HttpSession, "send", send)
    return way


@pytest.mark.thorough
class ReadingAfterWriting(Suite):
    """For every way in which readings after a write are lost."""

    __test__ = False
    customer = "10000"
    """One of the sample company, with terms, a site and an address that its orders take over."""
    currency = "EUR"

    @pytest.mark.parametrize("lost", LOST)
    def test_an_order_is_created_once(self, desk, way, lost):
        draft, key = desk.draft(desk.line(), desk.line(desk.pump, 2)), desk.key()
        self.done(desk, way, lost, lambda erp: erp.orders.create(draft, key=key), lambda: len(desk.mine()))
        (order,) = desk.mine()
        assert [line.quantities.ordered for line in order.lines] == [12, 2]

    @pytest.mark.parametrize("lost", LOST)
    def test_an_order_with_what_its_customer_brings_along_is_created_once(self, desk, way, lost):
        if not self.customer:
            pytest.skip("the sample company has no customer with terms")

        def there():
            return len(list(desk.erp.orders.list(customer=self.customer)))

        draft, key = desk.draft(customer=self.customer, currency=self.currency), desk.key()
        self.done(desk, way, lost, lambda erp: erp.orders.create(draft, key=key), there)
        assert there() == 1

    @pytest.mark.parametrize("lost", LOST)
    def test_orders_of_a_bulk_are_created_once(self, desk, way, lost):
        customer = self.customer or desk.customer
        drafts = [desk.draft(customer=customer, currency=self.currency) for _ in range(3)]
        keys = {draft.customer_po: desk.key() for draft in drafts}

        def written(erp):
            erp.orders.create_many(drafts, lambda each: keys[each.customer_po]).raise_for_failures()

        def there():
            return len(list(desk.erp.orders.list(customer=customer)))

        self.done(desk, way, lost, written, there)
        assert there() == 3

    @pytest.mark.parametrize("lost", LOST)
    def test_a_line_is_added_once(self, desk, way, lost):
        desk.needs("orders.add_line")
        order, key = desk.order(), desk.key()
        added = ec.AddLine(line=desk.line(desk.pump, 2))
        self.done(
            desk,
            way,
            lost,
            lambda erp: erp.orders.amend(order, added, key=key),
            lambda: len(desk.erp.orders.get(order.id).lines) - 1,
        )
        assert [line.quantities.ordered for line in desk.erp.orders.get(order.id).lines] == [12, 2]

    @pytest.mark.parametrize("lost", LOST)
    def test_goods_leave_once(self, desk, way, lost):
        desk.needs("shipments.post")
        desk.stock(desk.valve, 100)
        order, key = desk.order(), desk.key()

        def gone():
            return desk.erp.orders.get(order.id).lines[0].quantities.shipped or 0

        self.done(desk, way, lost, lambda erp: erp.shipments.post(order, {1: 5}, key=key), gone)
        assert gone() == 5

    @pytest.mark.parametrize("lost", LOST)
    def test_goods_come_back_once(self, desk, way, lost):
        desk.needs("returns.create", "returns.of", "shipments.post")
        desk.stock(desk.valve, 100)
        order, key = desk.order(), desk.key()
        desk.erp.shipments.post(order, {1: 5})
        back = ec.ReturnDraft(order=order.id, lines=[ec.LineQuantity(line=1, quantity=2)], reason="damaged")
        self.done(
            desk,
            way,
            lost,
            lambda erp: erp.returns.create(back, key=key),
            lambda: len(desk.erp.returns.of(order)),
        )
        assert len(desk.erp.returns.of(order)) == 1

    def done(self, desk, way, lost, write, there):
        """Write while readings are lost, and with the same key again until it is said to be done.

        By a connection that has asked for nothing yet: what it does not know it has to ask for.  ``there`` counts what
        has come of it.
        """
        erp = desk.connect()
        way.lose(lost)
        refused = None
        try:
            write(erp)
        except ErpConnectError as failure:
            refused = failure
        way.heal()
        if refused is not None and refused.outcome == "not_applied":
            assert there() == 0, refused
        for _ in range(3):
            try:
                write(erp)
            except ErpConnectError:
                desk.wait(3600)
            else:
                return
        write(erp)


def suite(profile, **facts):
    return type(
        f"Test{type(profile).__name__.removesuffix('Profile')}",
        (ReadingAfterWriting,),
        {"__test__": True, "profile": profile, **facts},
    )


TestBusinessCentral = suite(BusinessCentralProfile())
TestFinanceOperations = suite(FinanceOperationsProfile())
TestNav = suite(NavProfile())
TestSales = suite(SalesProfile())
TestSapOData = suite(SapODataProfile(), customer="")
TestSapODataV4 = suite(SapODataV4Profile(), customer="")
TestX3 = suite(X3Profile())
TestSage200 = suite(Sage200Profile())
TestSage300 = suite(Sage300Profile())
