"""What the mock SAP system is told behind an adapter's back, whatever the transport."""

from decimal import Decimal

from erp_connect.models import CustomerDraft, ProductDraft
from erp_connect.models.currencies import exponent
from erp_connect.testing import conformance
from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sap import fulfilling
from erp_connect.testing.mocks.sap.documents import Customer, Material, Vendor, alpha
from erp_connect.testing.mocks.sap.world import World

UNITS = {"C62": "ST", "XBX": "KRT", "XCT": "KAR", "KGM": "KG", "MTR": "M", "LTR": "L"}


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


def new_world(clock):
    world = World(clock)
    world.units["KRT"] = "BX"
    world.settings.message_numbers["customer_blocked"] = ("V1", "777")
    world.currency_decimals = lambda currency: exponent(currency) or 0
    return world


class SapProfile(conformance.AdapterProfile):
    """A profile whose ``backend`` sets ``world``."""

    controls_clock = True
    warehouses = ("1000", "2000")

    def put_on_file(self, erp, draft):
        if isinstance(draft, CustomerDraft):
            self.world.add(_customer(draft))
        elif isinstance(draft, ProductDraft):
            material = self._material(draft)
            self.world.add(material)
            if draft.price is not None:
                price = draft.price.amount / draft.price.per
                self.world.prices[material.number, draft.price.currency] = price
        else:
            self.put_supplier(draft)

    def put_supplier(self, draft):
        number = alpha(draft.number)
        self.world.vendors.add(number)
        self.world.vendor_cards[number] = Vendor(
            number, draft.name, currency=draft.currency or "EUR", purchasing_blocked=draft.blocked
        )

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
        wanted = None if lines is None else {alpha(line, 6): quantity for line, quantity in lines.items()}
        number = fulfilling.deliver(self.world, order.id, wanted)
        fulfilling.post_goods_issue(self.world, number)

    def invoice(self, erp, order):
        billed = {line.delivery for _, line in self.world.invoices_of(alpha(order.id))}
        for delivery, _ in list(self.world.deliveries_of(alpha(order.id))):
            if delivery.number not in billed:
                billed.add(delivery.number)
                fulfilling.bill(self.world, delivery.number)

    def _material(self, draft):
        return Material(
            draft.code,
            draft.name,
            unit=UNITS[draft.unit],
            units={UNITS[each.unit]: Decimal(each.factor) for each in draft.units},
            plants=(*self.warehouses, "ABCD"),
        )


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
