"""What mocks over the trading company are told behind an adapter's back, whatever the product."""

from dataclasses import replace
from decimal import Decimal

from erp_connect.models import CustomerDraft, ProductDraft
from erp_connect.models.currencies import exponent
from erp_connect.testing import conformance
from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.business import posting
from erp_connect.testing.mocks.business.masters import (
    Address,
    Code,
    Currency,
    Customer,
    Item,
    Location,
    PaymentTerms,
    Price,
    Unit,
    Vendor,
)
from erp_connect.testing.mocks.business.samples import harbour_trading
from erp_connect.testing.mocks.business.stock import set_on_hand
from erp_connect.testing.mocks.business.world import World

UNITS = {
    "C62": "PCS",
    "H87": "PCS",
    "EA": "PCS",
    "XBX": "BOX",
    "KGM": "KG",
    "MTR": "M",
    "LTR": "L",
    "XCT": "CTN",
}
MORE_UNITS = (("KG", "KGM"), ("M", "MTR"), ("L", "LTR"), ("CTN", "CT"))
MORE_TERMS = ("N30", "N60", "ABCDEFGHJK")
MORE_DELIVERY_TERMS = ("DAP", "FCA", "ABCDEFGHJK")
LONG_WAREHOUSE = "ABCDEFGHJK"
CURRENCIES = {"KWD": "0.001", "CLF": "0.0001", "GBP": "0.01"}


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


def new_world(clock, settings=None):
    world = World(clock, settings) if settings is not None else World(clock)
    company = harbour_trading(world)
    furnished(company)
    return world, company


def furnished(company):
    """What the kit finds on file beside the samples."""
    for code, standard in MORE_UNITS:
        company.units.add(Unit(code=code, name=code.title(), standard=standard))
    for code in MORE_TERMS:
        company.payment_terms.add(PaymentTerms(code=code, name=code))
    for code in MORE_DELIVERY_TERMS:
        company.shipment_methods.add(Code(code=code, name=code))
    company.locations.add(Location(code=LONG_WAREHOUSE, name="A long code"))
    for code, step in CURRENCIES.items():
        company.currencies.add(Currency(code=code, name=code, rounding=Decimal(step)))


class TradingProfile(conformance.AdapterProfile):
    """A profile whose ``backend`` sets ``world`` and ``company``."""

    controls_clock = True
    warehouses = ("MAIN", "EAST")

    def put_on_file(self, erp, draft):
        with self.world.unit():
            if isinstance(draft, CustomerDraft):
                self.company.customers.add(_party(Customer, draft))
            elif isinstance(draft, ProductDraft):
                self._put_product(draft)
            else:
                self.company.vendors.add(_party(Vendor, draft))

    def _put_product(self, draft):
        company = self.company
        item = Item(
            number=draft.code,
            name=draft.name,
            unit=UNITS.get(draft.unit, draft.unit),
            units={UNITS.get(each.unit, each.unit): each.factor for each in draft.units},
            blocked=draft.blocked,
        )
        if draft.price is not None:
            one = draft.price.amount / draft.price.per
            if draft.price.currency == company.currency:
                item = replace(item, price=one)
            else:
                self._know(draft.price.currency)
                company.prices.add(Price(item=draft.code, currency=draft.price.currency, price=one))
        company.items.add(item)

    def _know(self, currency):
        company = self.company
        if currency != company.currency and company.currencies.by("code", currency) is None:
            step = Decimal(1).scaleb(-(exponent(currency) or 0))
            company.currencies.add(
                Currency(code=currency, name=currency, rounding=step, price_rounding=step / 1000)
            )

    def put_stock(self, erp, product, quantity):
        with self.world.unit():
            set_on_hand(self.company, product.upper(), quantity, self.warehouses[0])

    def put_price(self, erp, product, price, *, customer, quantity_from):
        company = self.company
        with self.world.unit():
            company.prices.add(
                Price(
                    item=product.upper(),
                    customer=customer or "",
                    currency="" if price.currency == company.currency else price.currency,
                    price=price.amount / price.per,
                    minimum=quantity_from,
                )
            )

    def touch(self, erp, order):
        with self.world.unit():
            row = self._paper(order)
            self.company.documents.put(replace(row, extras={**row.extras, "printed": str(row.version)}))

    def invoice(self, erp, order):
        with self.world.unit():
            posting.post(self.company, self._paper(order), ship=False, invoice=True)

    def _paper(self, order):
        return self.company.find("order", order.number)


def _party(kind, draft):
    fields = {
        "number": draft.number,
        "name": draft.name,
        "currency": draft.currency or "",
        "blocked": "all" if draft.blocked else "",
        "email": draft.email or "",
        "phone": draft.phone or "",
    }
    if draft.address is not None:
        lines = (*draft.address.lines, "", "")
        fields["address"] = Address(
            line1=lines[0],
            line2=lines[1],
            city=draft.address.city,
            postal_code=draft.address.postal_code,
            country=draft.address.country,
        )
    if draft.credit_limit is not None:
        fields["credit_limit"] = draft.credit_limit.amount
    return kind(**fields)
