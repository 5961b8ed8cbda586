"""The conformance kit on the mock SAP system, over RFC."""

from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from erp_connect.client import connect
from erp_connect.models import CustomerDraft, ProductDraft
from erp_connect.models.currencies import exponent
from erp_connect.testing import conformance
from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sap import fulfilling, rfc
from erp_connect.testing.mocks.sap.documents import Customer, Material, alpha
from erp_connect.testing.mocks.sap.world import World

LATER = "not offered over RFC in this version"
MEMORY = Path("/dev/shm")
UNITS = {"C62": "ST", "XBX": "KRT", "XCT": "KAR", "KGM": "KG", "MTR": "M", "LTR": "L"}


LESS = {
    **dict.fromkeys(
        (
            *("purchase_orders.create", "purchase_orders.get", "purchase_orders.change_quantity"),
            *("purchase_orders.change_price", "purchase_orders.change_date", "purchase_orders.receive"),
        ),
        f"purchase orders are {LATER}",
    ),
    **dict.fromkeys(("returns.create", "returns.get", "returns.of"), f"returns are {LATER}"),
}


class Turned:
    """The clock of a system that goes by the clock of whoever works on it."""

    def __init__(self):
        self.hands = Hands()

    def now(self):
        return self.hands.now()

    def monotonic(self):
        return self.hands.monotonic()

    def sleep(self, seconds):
        self.hands.sleep(seconds)


class SapRfcProfile(conformance.AdapterProfile):
    name = "sap+rfc"
    scheme = "sap+rfc"
    target = (
        "sap+rfc://DEMO@mock?sysnr=00&client=100&sales_org=1000&distribution_channel=10&division=00"
        "&rejection_reason=Z1&units=XBX%3DKRT&message_classes=V1%20777%3Dcustomer_blocked"
    )
    controls_clock = True
    warehouses = ("1000", "2000")
    declares_less = MappingProxyType(LESS)

    @contextmanager
    def backend(self):
        clock = Turned()
        world = self.world = World(clock)
        world.units["KRT"] = "BX"
        world.settings.message_numbers["customer_blocked"] = ("V1", "777")
        world.currency_decimals = lambda currency: exponent(currency) or 0
        connection = rfc.connect_to(world)
        with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {"journal": f"sqlite:///{folder}/journal.db", "timezone": "UTC"}
                secret = {"password": "welcome", "connector": connection}
                return connect(self.target, **{**given, **secret, **more})

            yield to_world

    def put_on_file(self, erp, draft):
        if isinstance(draft, CustomerDraft):
            self.world.add(_customer(draft))
        elif isinstance(draft, ProductDraft):
            material = _material(draft)
            self.world.add(material)
            if draft.price is not None:
                price = draft.price.amount / draft.price.per
                self.world.prices[material.number, draft.price.currency] = price
        else:
            raise conformance.NotOffered("suppliers")

    def put_stock(self, erp, product, quantity):
        self.world.stock[alpha(product, 18), self.warehouses[0]] = quantity

    def put_price(self, erp, product, price, *, customer, quantity_from):
        if quantity_from:
            raise conformance.NotOffered("the mock has no scales")
        material, amount = alpha(product, 18), price.amount / price.per
        if customer is None:
            self.world.prices[material, price.currency] = amount
        else:
            self.world.customer_prices[alpha(customer), material, price.currency] = amount

    def ship(self, erp, order, lines):
        number = fulfilling.deliver(self.world, order.id, lines)
        fulfilling.post_goods_issue(self.world, number)

    def invoice(self, erp, order):
        billed = {line.delivery for _, line in self.world.invoices_of(alpha(order.id))}
        for delivery, _ in list(self.world.deliveries_of(alpha(order.id))):
            if delivery.number not in billed:
                billed.add(delivery.number)
                fulfilling.bill(self.world, delivery.number)


def _customer(draft):
    address = draft.address
    return Customer(
        draft.number,
        draft.name,
        street=address.lines[0] if address and address.lines else "",
        postal_code=address.postal_code if address else "",
        city=address.city if address else "",
        country=address.country if address else "DE",
        currency=draft.currency or "EUR",
        order_block="01" if draft.blocked else "",
        credit_limit=draft.credit_limit.amount if draft.credit_limit else None,
    )


def _material(draft):
    return Material(
        draft.code,
        draft.name,
        unit=UNITS[draft.unit],
        units={UNITS[each.unit]: Decimal(each.factor) for each in draft.units},
        plants=(*SapRfcProfile.warehouses, "ABCD"),
    )


class TestSapRfc(conformance.Everything):
    profile = SapRfcProfile()
