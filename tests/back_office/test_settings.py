"""How a company lives is said at its first day, shown afterwards, and changed on purpose only."""

import subprocess
import sys
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.back_office import BackOffice, init

from .conftest import furnish


def settings_of(target):
    with ec.connect(target) as erp:
        return BackOffice(erp).settings


def test_a_new_company_lives_as_it_was_told(tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    said = {
        "company": "Quay Valves Ltd",
        "currency": "GBP",
        "timezone": "Europe/London",
        "rounding": "document",
        "backorders": False,
        "credit": "hold",
    }
    init(url, **said)
    told = settings_of(url)
    assert {name: getattr(told, name) for name in said} == said


def test_a_company_that_is_there_keeps_its_settings(sqlite_url):
    before = settings_of(sqlite_url)
    answered = init(sqlite_url, company="Another", currency="USD", rounding="document", backorders=False)
    assert answered.settings == before == settings_of(sqlite_url)


def test_settings_are_changed_on_purpose(sqlite_url):
    before = init(sqlite_url)
    after = init(sqlite_url, rounding="document", credit="hold", change=True)
    assert (after.rounding, after.credit) == ("document", "hold")
    assert (after.uuid, after.company, after.timezone) == (before.uuid, before.company, before.timezone)
    assert settings_of(sqlite_url) == after.settings


@pytest.mark.parametrize(
    "nonsense",
    [
        {"company": "  "},
        {"company": "x" * 201},
        {"company": "two\nlines"},
        {"currency": "EURO"},
        {"currency": "eur"},
        {"timezone": "Berlin"},
        {"timezone": "../etc/localtime"},
        {"timezone": "Europe"},
        {"rounding": "sometimes"},
        {"backorders": "yes"},
        {"credit": "ignore"},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(sqlite_url, nonsense):
    before = settings_of(sqlite_url)
    with pytest.raises(ec.errors.ConfigurationError) as refused:
        init(sqlite_url, **nonsense, change=True)
    assert refused.value.hint
    assert settings_of(sqlite_url) == before


def lines(*prices):
    return [
        ec.LineDraft(
            product="VALVE-20",
            quantity=1,
            unit="H87",
            price=ec.UnitPrice(amount=Decimal(price), currency="EUR"),
        )
        for price in prices
    ]


def order(erp, po, prices):
    draft = ec.OrderDraft(customer="10000", customer_po=po, currency="EUR", lines=lines(*prices))
    return erp.orders.create(draft).order


def test_amounts_are_rounded_where_the_company_rounds(sqlite_url):
    with ec.connect(sqlite_url) as erp:
        furnish(erp)
        assert order(erp, "PO-1", ["0.125", "0.125"]).net.amount == Decimal("0.26")
    init(sqlite_url, rounding="document", change=True)
    with ec.connect(sqlite_url) as erp:
        assert order(erp, "PO-2", ["0.125", "0.125"]).net.amount == Decimal("0.25")


def test_a_company_without_backorders_orders_no_more_than_there_is(sqlite_url):
    init(sqlite_url, backorders=False, change=True)
    with ec.connect(sqlite_url) as erp:
        furnish(erp)
        BackOffice(erp).set_stock("VALVE-20", 0)
        assert erp.capabilities.backorders is False
        with pytest.raises(ec.errors.InsufficientStock):
            order(erp, "PO-1", ["1"])


def test_above_the_limit_an_order_is_held_where_the_company_holds(sqlite_url):
    init(sqlite_url, credit="hold", change=True)
    with ec.connect(sqlite_url) as erp:
        furnish(erp)
        (customer,) = erp.customers.find(number="10000")
        erp.customers.update(customer, credit_limit=ec.Money(amount=1, currency="EUR"))
        assert order(erp, "PO-1", ["50"]).status is ec.OrderStatus.ON_HOLD


def test_the_memory_adapter_shows_the_settings_that_it_plays():
    with ec.connect("memory://?rounding=document&backorders=no&credit=hold&currency=USD") as erp:
        told = BackOffice(erp).settings
    assert (told.rounding, told.backorders, told.credit, told.currency) == ("document", False, "hold", "USD")


def test_what_is_no_database_has_no_tables_to_make():
    with pytest.raises(ec.errors.ConfigurationError, match="SQL database"):
        init("memory://")


def test_where_an_erp_keeps_the_stock_there_is_no_back_office(monkeypatch):
    """Any adapter that has no world behind it."""
    with ec.connect("memory://") as erp:
        monkeypatch.delattr(erp._context.adapter, "world")
        with pytest.raises(ec.errors.UnsupportedOperation, match="no back office") as refused:
            BackOffice(erp)
    assert "ERP" in refused.value.why


def test_looking_at_the_back_office_loads_no_database():
    loaded = "import sys, erp_connect.back_office; print({'sqlalchemy', 'alembic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
