"""What the tests of the models order: one plain line and one plain order, with a word changed where a test needs it."""

import pickle
from decimal import Decimal

import pytest
from hypothesis import settings

from erp_connect.models import (
    Address,
    Charge,
    Contact,
    Discount,
    Hold,
    LineDraft,
    Money,
    Order,
    OrderDraft,
    OrderLine,
    OrderStatus,
    Quantities,
    Reference,
    UnitPrice,
)

settings.register_profile("models", max_examples=60, deadline=None)
settings.load_profile("models")


@pytest.fixture(scope="session")
def in_another_process():
    """What arrives when a value is sent to another process."""
    return lambda value: pickle.loads(pickle.dumps(value))  # noqa: S301 (we pickled it ourselves)


@pytest.fixture
def line():
    def make(**changes):
        return LineDraft(**{"product": "VALVE-20", "quantity": 10, "unit": "H87", **changes})

    return make


@pytest.fixture
def draft(line):
    def make(**changes):
        plain = {"customer": "10000", "customer_po": "PO 4711", "currency": "EUR", "lines": [line()]}
        return OrderDraft(**{**plain, **changes})

    return make


@pytest.fixture
def full_draft(draft, line):
    eur = Money(amount=Decimal("7.50"), currency="EUR")
    return draft(
        lines=[
            line(
                price=UnitPrice(amount=Decimal("12.50"), currency="EUR", per=100),
                discount=Discount(percent=Decimal("2.5")),
                custom={"colour": "red", "length": Decimal("1.20"), "count": 3, "sample": True},
            )
        ],
        ship_to=Address(name="Gate 3", lines=["Dock Road 1"], city="Hull", postal_code="HU1", country="UK"),
        discounts=[Discount(amount=eur)],
        charges=[Charge(code="FREIGHT", amount=eur)],
        notes=["call before delivery"],
        references=[Reference(kind="contract", value="C-9")],
        contact=Contact(name="Order desk"),
        prices_include_tax=False,
    )


@pytest.fixture
def order():
    """An order as a back-end holds it, built as an adapter builds it."""

    def make(**changes):
        lines = tuple(
            OrderLine.trusted(
                id=f"L{number}",
                position=number * 10,
                product="VALVE-20",
                unit="H87",
                quantities=Quantities.trusted(ordered=Decimal(10), shipped=Decimal(number)),
                price=UnitPrice.trusted(amount=Decimal("12.50"), currency="EUR"),
                holds=(Hold(kind="credit"),),
            )
            for number in (1, 2)
        )
        plain = {
            "id": "42",
            "number": "SO-1",
            "status": OrderStatus.CONFIRMED,
            "currency": "EUR",
            "lines": lines,
        }
        return Order.trusted(**{**plain, "customer": "10000", **changes})

    return make
