"""The conformance kit on the mock Dataverse, over its Web API."""

from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest

from erp_connect.client import connect
from erp_connect.models import CustomerDraft, ProductDraft
from erp_connect.models.currencies import exponent
from erp_connect.testing import conformance
from erp_connect.testing.mocks.business.world import World
from erp_connect.testing.mocks.dynamics.crm.samples import plain_environment
from erp_connect.testing.mocks.dynamics.crm.selling import created
from erp_connect.testing.mocks.dynamics.crm.web import Dataverse
from erp_connect.testing.mocks.serving import serve

from .trading_profiles import Turned

MEMORY = Path("/dev/shm")
UNITS = {
    "C62": "Piece",
    "H87": "Piece",
    "EA": "Piece",
    "XBX": "Box",
    "KGM": "Kilogram",
    "MTR": "Metre",
    "LTR": "Litre",
}
_WHOLE = "an order is fulfilled as a whole"
_HELD = "the system takes orders of accounts on credit hold: it is for people to see"
FAILS = {
    **dict.fromkeys(
        (
            "test_a_part_that_has_left_shows",
            "test_never_less_than_what_has_left",
            "test_more_than_is_open_is_not_shipped",
            "test_what_has_left_stays_when_the_rest_of_a_line_is_cancelled",
            "test_what_has_left_stays_when_the_order_is_cancelled",
        ),
        _WHOLE,
    ),
    **dict.fromkeys(
        (
            "test_every_currency_is_rounded_to_its_own_places[CLF]",
            "test_every_currency_is_rounded_to_its_own_places[KWD]",
            "test_a_price_per_hundred_is_per_hundred",
        ),
        "amounts have two decimals in this environment",
    ),
    "test_a_customers_address_and_terms_are_kept": "an account has one name, and its address bears that",
    "test_a_blocked_customer_is_refused_as_blocked": _HELD,
    "test_blocking_a_customer_stops_the_next_order": _HELD,
}


class SalesProfile(conformance.AdapterProfile):
    name = "dynamics+crm"
    scheme = "dynamics+crm"
    controls_clock = True
    expected_failures = MappingProxyType(FAILS)

    @property
    def target(self):
        return self._at("127.0.0.1")

    def _at(self, host):
        return (
            f"dynamics+crm://{host}?tls=off&payment_codes=N30%3D1,N60%3D2&freight_codes=DAP%3D1,FCA%3D2"
            "&units=KGM%3DKilogram,MTR%3DMetre,LTR%3DLitre"
        )

    @contextmanager
    def backend(self):
        clock = Turned()
        self.organization = plain_environment(World(clock))
        with self.organization.world.unit():
            self._put_units()
        server = Dataverse(self.organization)
        with (
            serve(server) as url,
            TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        ):
            target = self._at(url.removeprefix("http://"))

            def to_world(**more):
                clock.hands = more.get("clock", clock.hands)
                given = {
                    "journal": f"sqlite:///{folder}/journal.db",
                    "timezone": "UTC",
                    "client_id": "order-robot",
                    "client_secret": "s3cret",
                    "token_url": f"{url}/harbour.example/oauth2/v2.0/token",
                    "scope": f"{url}/.default",
                }
                return connect(target, **{**given, **more})

            yield to_world

    # -- behind the adapter's back ---------------------------------------------------------------------------

    def put_on_file(self, erp, draft):
        if isinstance(draft, CustomerDraft):
            with self.organization.world.unit():
                self._price_list(draft.currency or "EUR", self._currency(draft.currency or "EUR"))
            super().put_on_file(erp, draft)
        elif isinstance(draft, ProductDraft):
            with self.organization.world.unit():
                self._put_product(draft)
        else:
            raise conformance.NotOffered("there are no suppliers")

    def _put_units(self):
        organization = self.organization
        for name in ("Kilogram", "Metre", "Litre"):
            group = created(
                organization,
                "uomschedule",
                {"name": name, "baseuomname": name},
                organization.ident(f"uomschedule/{name}"),
            ).id
            values = {"name": name, "quantity": Decimal(1), "_uomscheduleid_value": group}
            created(organization, "uom", values, organization.ident(f"uom/{name}"))

    def _put_product(self, draft):
        organization = self.organization
        unit = self._row("uom", "name", UNITS.get(draft.unit, draft.unit))
        product = created(
            organization,
            "product",
            {
                "name": draft.name,
                "productnumber": draft.code,
                "quantitydecimal": 5,
                "_defaultuomid_value": unit.id,
                "_defaultuomscheduleid_value": organization.row("uom", unit)["_uomscheduleid_value"],
            },
            organization.ident(f"product/{draft.code}"),
        )
        if draft.blocked:
            organization.put("product", product, {"statecode": 1, "statuscode": 2})
        if draft.price is not None:
            self._put_price(product.id, unit.id, draft.price)

    def _put_price(self, product, unit, price):
        currency = self._currency(price.currency)
        listed = self._price_list(price.currency, currency)
        created(
            self.organization,
            "productpricelevel",
            {
                "amount": price.amount / price.per,
                "pricingmethodcode": 1,
                "_pricelevelid_value": listed,
                "_productid_value": product,
                "_uomid_value": unit,
                "_transactioncurrencyid_value": currency,
            },
            self.organization.ident(f"price/{product}/{price.currency}"),
        )

    def _currency(self, code):
        row = self._row("transactioncurrency", "isocurrencycode", code)
        if row is not None:
            return row.id
        return created(
            self.organization,
            "transactioncurrency",
            {
                "currencyname": code,
                "isocurrencycode": code,
                "currencysymbol": code,
                "exchangerate": Decimal(1),
                "currencyprecision": exponent(code) or 0,
            },
            self.organization.ident(f"transactioncurrency/{code}"),
        ).id

    def _price_list(self, code, currency):
        row = self._row("pricelevel", "name", f"Standard {code}")
        if row is not None:
            return row.id
        return created(
            self.organization,
            "pricelevel",
            {"name": f"Standard {code}", "_transactioncurrencyid_value": currency},
            self.organization.ident(f"pricelevel/{code}"),
        ).id

    def _row(self, table, column, value):
        organization = self.organization
        return next(
            (row for row in organization.data[table] if organization.row(table, row).get(column) == value),
            None,
        )

    def put_price(self, erp, product, price, *, customer, quantity_from):
        if customer or quantity_from:
            raise conformance.NotOffered("a price list is for everybody and every quantity")
        with self.organization.world.unit():
            row = self._row("product", "productnumber", product)
            self._put_price(row.id, self.organization.row("product", row)["_defaultuomid_value"], price)


@pytest.mark.thorough
class TestSales(conformance.Everything):
    profile = SalesProfile()
