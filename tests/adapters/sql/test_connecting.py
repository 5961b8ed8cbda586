"""Opening a connection: whose database it is, what it can do, and what is said when it is none of ours."""

import threading
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from erp_connect.adapters import contract
from erp_connect.adapters.contract import OPERATIONS, Conditional, Listing, StampKind, Support
from erp_connect.adapters.registry import resolve
from erp_connect.adapters.sql import SqlAdapter
from erp_connect.adapters.sql.migrate import init
from erp_connect.adapters.sql.system import open_system
from erp_connect.errors import ConfigurationError, LossyWrite, TransportError
from erp_connect.models import LineDraft


def test_the_identity_is_the_systems_own_wherever_the_database_lies(connect, system_url):
    one, other = connect(system_url), connect(system_url)
    assert one.identity == other.identity == f"sql:{open_system(one.engine).uuid}"
    assert [company.name for company in one.companies()] == ["Nordlicht GmbH"]
    one.ping()


def test_a_url_leads_to_this_adapter():
    for scheme in ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle", "postgresql+psycopg"):
        found = resolve(f"{scheme}://host/name" if scheme != "sqlite" else "sqlite:///orders.db")
        assert found.adapter_class is SqlAdapter


def test_everything_is_native_and_every_change_is_held_to_its_version(erp):
    found = erp.capabilities
    assert {found.support(name) for name in OPERATIONS} == {Support.NATIVE}
    for name in ("change_quantity", "cancel", "cancel_line", "add_note", "hold"):
        assert found.conditional(f"orders.{name}") is Conditional.ENFORCED
    assert found.conditional("shipments.post") is Conditional.ENFORCED
    assert found.discovered
    stamp = found.stamp("orders")
    assert (stamp.kind, stamp.enforced, stamp.searchable, stamp.shared) == (
        StampKind.FIELD,
        True,
        True,
        False,
    )


def test_the_books_have_every_ability(erp):
    abilities = (
        *("OrderBook", "CreatesBlocks", "Amends", "Cancels", "Tracks", "Simulates", "SimulatesChanges"),
        *("ReportsEvents", "FindsStamps", "ReadsBlocks"),
    )
    for ability in abilities:
        assert isinstance(erp.orders, getattr(contract, ability)), ability
        assert isinstance(erp.purchase_orders, getattr(contract, ability)), ability
    for ability in ("Confirms", "Receives"):
        assert isinstance(erp.purchase_orders, getattr(contract, ability))
        assert not isinstance(erp.orders, getattr(contract, ability))
    assert isinstance(erp.shipments, contract.PostsShipments)
    assert isinstance(erp, contract.Transactional)


def test_lengths_are_those_of_the_columns(erp, write, order_draft):
    found = erp.capabilities
    assert found.field("order.customer_po").max_length == 100
    assert found.field("order.line.reference").max_length == 100
    assert (found.field("order.line.quantity").integer_digits, found.field("order.line.quantity").scale) == (
        18,
        10,
    )
    assert found.field("order.notes").max_length is None
    with pytest.raises(LossyWrite) as refused:
        erp.orders.create(order_draft(customer_po="X" * 101), write())
    assert "XXX" not in str(refused.value)
    assert list(erp.orders.list(Listing())) == []


def test_a_database_that_is_not_ours_names_init(connect, database_url):
    engine = sa.create_engine(database_url) if database_url.startswith("sqlite") else None
    if engine is not None:
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE somebody_elses (id INTEGER)"))
        engine.dispose()
    with pytest.raises(ConfigurationError, match="erp-connect init"):
        connect(database_url)


def test_a_file_that_is_not_there_names_init_and_is_not_made(connect, tmp_path):
    with pytest.raises(ConfigurationError, match="erp-connect init"):
        connect(f"sqlite:///{tmp_path / 'orders.db'}")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_listen_is_worth_another_try(connect):
    with pytest.raises(TransportError) as refused:
        connect("postgresql://127.0.0.1:9/orders", timeout=2.0)
    assert (refused.value.retryable, refused.value.outcome) == (True, "not_applied")


def test_a_database_in_memory_is_ready_at_once_and_shared_by_threads(connect, write, order_draft):
    erp = connect("sqlite://")
    from .conftest import furnish

    furnish(erp)
    threads = [
        threading.Thread(target=erp.orders.create, args=(order_draft(customer_po=f"PO-{n}"), write()))
        for n in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(erp.orders.list(Listing()))) == 5
    assert erp.capabilities.concurrency == 1


def test_another_company_is_not_served(connect, system_url):
    connect(system_url, company="Nordlicht GmbH")
    with pytest.raises(ConfigurationError, match="another company"):
        connect(system_url, company="Someone Else")


def test_the_callers_zone_decides_the_day_where_it_is_given(connect, tmp_path, clock, write, order_draft):
    from .conftest import furnish

    url = f"sqlite:///{tmp_path / 'far.db'}"
    init(url)
    erp = connect(url, timezone=ZoneInfo("Pacific/Auckland"))
    furnish(erp)
    clock.sleep(3 * 3600)  # 12:00 UTC on 2 March is already the 3rd in Auckland
    assert erp.orders.create(order_draft(), write()).stored.order_date.day == 3


def test_a_policy_without_backorders_refuses_what_is_not_there(connect, tmp_path, write, order_draft):
    from erp_connect.adapters.sql.schema import SYSTEM
    from erp_connect.errors import InsufficientStock
    from erp_connect.wire.sql import open_engine, writing

    from .conftest import furnish

    url = f"sqlite:///{tmp_path / 'strict.db'}"
    init(url)
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(sa.update(SYSTEM).values(backorders=False))
    engine.dispose()
    erp = connect(url)
    furnish(erp)
    assert erp.capabilities.backorders is False
    with pytest.raises(InsufficientStock):
        erp.orders.create(order_draft(LineDraft(product="VALVE-20", quantity=101, unit="H87")), write())


def test_an_instance_that_is_not_open_says_so():
    found = resolve("sqlite:///orders.db")
    erp = found.adapter_class(found.target)
    with pytest.raises(ConfigurationError, match="not open"):
        erp.ping()
    erp.close()
