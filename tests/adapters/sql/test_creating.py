"""Entering orders: what is stored, what is refused, and that one refusal does not touch its neighbours."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from erp_connect.adapters.contract import Find, Listing
from erp_connect.errors import (
    CreditBlocked,
    CustomerBlocked,
    DuplicateReference,
    InvalidOrder,
    ProductBlocked,
    RecordLocked,
    TransportError,
)
from erp_connect.models import (
    Address,
    Charge,
    Contact,
    Discount,
    FrozenMapping,
    LineDraft,
    Money,
    OrderStatus,
    ProductDraft,
    Ref,
    Reference,
    UnitPrice,
)
from erp_connect.wire.sql import writing

EUR12 = UnitPrice(amount=Decimal("12.50"), currency="EUR")


def valve(quantity=10, **more):
    return LineDraft(**{"product": "VALVE-20", "quantity": quantity, "unit": "H87", **more})


def test_an_order_is_stored_with_number_prices_totals_and_dates(erp, write, order_draft):
    order = erp.orders.create(order_draft(valve(10)), write()).stored
    (line,) = order.lines
    assert order.id == order.number
    assert int(order.number) > 100000
    assert order.version == "1"
    assert (order.customer, order.customer_name, order.customer_po) == ("10000", "Anna Berg AG", "PO-1")
    assert (order.payment_terms, order.ship_to.city, order.order_date) == ("N30", "Kiel", date(2026, 3, 2))
    assert (line.position, line.product, line.price, line.description) == (
        1,
        "VALVE-20",
        EUR12,
        "Valve 20 mm",
    )
    assert (order.net.amount, order.tax.amount, order.gross.amount) == (
        Decimal(125),
        Decimal("23.75"),
        Decimal("148.75"),
    )
    assert (order.status, order.created_at) == (OrderStatus.SUBMITTED, datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert (line.quantities.allocated, line.quantities.backordered) == (10, 0)


def test_what_was_answered_is_what_is_read_afterwards(erp, write, order_draft):
    written = erp.orders.create(
        order_draft(valve(10), valve(Decimal("0.5"), product="PIPE-1", unit="MTR")), write()
    )
    assert erp.orders.get(written.id) == written.stored


def test_every_field_of_a_draft_comes_back(erp, write, order_draft):
    custom = {"project": "P-7", "weight": Decimal("1.20"), "due": date(2026, 5, 1), "count": 3, "vip": True}
    draft = order_draft(
        valve(
            Decimal("2.5"),
            product="PIPE-1",
            unit="MTR",
            price=UnitPrice(amount=Decimal("99.95"), currency="EUR", per=100),
            requested=date(2026, 4, 1),
            description="as drawn \u2014 \u00d8 20",
            discount=Discount(percent=Decimal("2.5"), code="SPRING"),
            warehouse="MAIN",
            reference="10",
            custom={"colour": "red"},
        ),
        ship_to=Address(
            name="Site", lines=(), city="Oslo", postal_code="0150", country="NO", gln="4000001000005"
        ),
        bill_to=Address(name="Books", lines=("Box 7",), city="Bern", postal_code="3000", country="CH"),
        order_date=date(2026, 3, 1),
        requested=date(2026, 4, 2),
        prices_include_tax=True,
        payment_terms="N14",
        delivery_terms="DAP",
        warehouse="MAIN",
        partial_shipment=False,
        discounts=(Discount(amount=Money(amount=Decimal("1.50"), currency="EUR")),),
        charges=(Charge(code="FREIGHT", amount=Money(amount=9, currency="EUR"), description="pallet"),),
        notes=("ring the bell", "second note"),
        references=(Reference(kind="contract", value="C-1"), Reference(kind="shop", value="W-9")),
        contact=Contact(name="Desk 3", email="desk@example.com"),
        custom=custom,
    )
    order = erp.orders.create(draft, write()).stored
    same = (
        *("ship_to", "bill_to", "order_date", "requested", "prices_include_tax", "payment_terms"),
        *("delivery_terms", "warehouse", "partial_shipment", "discounts", "charges", "notes", "references"),
        *("contact", "customer_po", "currency"),
    )
    assert {name: getattr(order, name) for name in same} == {name: getattr(draft, name) for name in same}
    assert order.custom == FrozenMapping(custom)
    sent, (line,) = draft.lines[0], order.lines
    same = ("price", "requested", "description", "discount", "warehouse", "reference", "custom", "unit")
    assert {name: getattr(line, name) for name in same} == {name: getattr(sent, name) for name in same}
    assert line.quantities.ordered == Decimal("2.5")
    read = erp.orders.get(order.id)
    assert read == order
    assert {name: str(value) for name, value in read} == {name: str(value) for name, value in order}


_MEDDLING = {
    "sqlite": (
        (
            "CREATE TRIGGER meddles AFTER INSERT ON {table} BEGIN"
            " UPDATE {table} SET {column} = 'MEDDLED' WHERE id = NEW.id; END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.{column} := 'MEDDLED'; RETURN NEW; END $$"
        ),
        "CREATE TRIGGER meddles BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION meddle()",
    ),
    "mysql": ("CREATE TRIGGER meddles BEFORE INSERT ON {table} FOR EACH ROW SET NEW.{column} = 'MEDDLED'",),
}


@pytest.mark.parametrize(
    ("table", "column"), [("erp_orders", "their_number"), ("erp_order_lines", "description")]
)
def test_what_the_database_makes_of_a_row_is_what_is_answered(erp, write, order_draft, table, column):
    """A trigger of somebody else's: the answer tells what stands there, not what was sent."""
    dialect = erp.engine.dialect.name
    with writing(erp.engine) as connection:
        for statement in _MEDDLING["mysql" if dialect == "mariadb" else dialect]:
            connection.exec_driver_sql(statement.format(table=table, column=column))
    try:
        order = erp.orders.create(order_draft(valve(1), customer_po="PO-9"), write()).stored
        told = order.customer_po if column == "their_number" else order.lines[0].description
        assert told == "MEDDLED"
        assert erp.orders.get(order.id) == order
    finally:
        with writing(erp.engine) as connection:
            owner = f" ON {table}" if dialect == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER meddles{owner}")


def test_a_product_is_known_by_any_of_its_codes_and_a_party_by_its_id(erp, write, order_draft):
    customer = erp.customers.find(number="10000")[0]
    product = erp.products.find(number="VALVE-20")[0]
    draft = order_draft(
        valve(1, product="4006381333931"), valve(1, product=Ref(id=product.id)), customer=Ref(id=customer.id)
    )
    order = erp.orders.create(draft, write()).stored
    assert [line.product for line in order.lines] == ["VALVE-20", "VALVE-20"]
    assert order.customer == "10000"


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"customer": "99999"}, InvalidOrder, "customer_unknown"),
        ({"customer": "30000"}, CustomerBlocked, "customer_blocked"),
        ({"lines": [valve(product="NOPE")]}, InvalidOrder, "product_unknown"),
        ({"lines": [valve(product="OLD-1")]}, ProductBlocked, "product_blocked"),
        ({"lines": [valve(unit="KGM")]}, InvalidOrder, "unit_not_sold"),
        ({"customer": "20000", "lines": [valve(100)]}, CreditBlocked, "credit_exceeded"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_leaves_nothing(erp, write, order_draft, change, error, code):
    with pytest.raises(error) as refused:
        erp.orders.create(order_draft(**change), write())
    assert refused.value.outcome == "not_applied"
    assert (refused.value.system, refused.value.operation) == ("sql", "orders.create")
    assert [finding.code for finding in getattr(refused.value, "findings", ())] in ([code], [])
    assert erp.orders.find(Find(customer_po="PO-1")) == []
    assert list(erp.orders.events(None)) == []


def test_an_unknown_product_gets_the_nearest_code_as_a_remedy(erp, write, order_draft):
    with pytest.raises(InvalidOrder) as refused:
        erp.orders.create(order_draft(valve(product="VALVE-2O")), write())
    assert "VALVE-20" in refused.value.findings[0].fix


def test_of_a_block_only_the_wrong_orders_are_refused(erp, write, order_draft):
    drafts = [
        order_draft(customer_po="A"),
        order_draft(customer_po="B", customer="99999"),
        order_draft(customer_po="C"),
        order_draft(valve(product="OLD-1"), customer_po="D"),
        order_draft(customer_po="E"),
    ]
    verdicts = erp.orders.create_block([(draft, write()) for draft in drafts])
    assert [type(v).__name__ for v in verdicts] == [
        "Written",
        "InvalidOrder",
        "Written",
        "ProductBlocked",
        "Written",
    ]
    assert [v.stored.customer_po for v in verdicts if hasattr(v, "stored")] == ["A", "C", "E"]
    assert [order.customer_po for order in erp.orders.list(Listing())] == ["A", "C", "E"]


def test_stock_goes_to_the_first_in_the_block_and_the_rest_is_backordered(erp, write, order_draft):
    verdicts = erp.orders.create_block([(order_draft(valve(60)), write()) for _ in range(2)])
    first, second = (v.stored.lines[0].quantities for v in verdicts)
    assert (first.allocated, first.backordered) == (60, 0)
    assert (second.allocated, second.backordered) == (40, 20)
    assert erp.stock.availability("VALVE-20", Decimal(1), "H87", None).reserved == 120


def test_credit_is_used_up_order_by_order_within_a_block(erp, write, order_draft):
    each = [(order_draft(valve(30), customer="20000"), write()) for _ in range(3)]  # 446.25 EUR with tax
    verdicts = erp.orders.create_block(each)
    assert [type(v).__name__ for v in verdicts] == ["Written", "Written", "CreditBlocked"]
    assert erp.customers.find(number="20000")[0].credit_used == Money(
        amount=Decimal("892.50"), currency="EUR"
    )


def test_an_allocation_without_an_end_is_kept_as_far_as_a_column_goes(erp, write, order_draft):
    erp.world.load(ProductDraft(code="POWDER", name="Powder", unit="KGM"))
    erp.world.set_stock("POWDER", "MAIN", 5)
    draft = order_draft(valve(20, product="POWDER", unit="LBR"))  # 5 kg are 11.0231131092... pounds
    (line,) = erp.orders.create(draft, write()).stored.lines
    assert line.quantities.allocated == Decimal("11.0231131092")
    assert line.quantities.allocated + line.quantities.backordered == 20
    assert erp.stock.availability("POWDER", Decimal(1), "KGM", None).reserved == Decimal("9.0718474")


def test_what_is_not_on_file_refuses_nothing(erp, write, order_draft):
    order = erp.orders.create(order_draft(valve(5, product="FREE-1")), write()).stored
    (line,) = order.lines
    assert (line.price, order.net) == (None, None)
    assert (line.quantities.allocated, line.quantities.backordered) == (0, 5)


def test_the_database_itself_refuses_the_same_stamp_twice(erp, write, order_draft):
    first = erp.orders.create(order_draft(), write(key="k1"))
    with pytest.raises(DuplicateReference) as refused:
        erp.orders.create(order_draft(), write(key="k1"))
    assert refused.value.code == "stamp_taken"
    stamp = write(key="k1").stamp
    assert [order.id for order in erp.orders.find(Find(stamp=stamp))] == [first.id]


def test_a_rival_with_the_same_stamp_loses_to_the_unique_index(erp, connect, system_url, write, order_draft):
    """The look beforehand sees nothing of a rival that has not committed: the index decides."""
    if erp.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: there is no such rival")
    rival = connect(system_url, timeout=2.0)
    with erp.transaction() as connection:
        erp.orders.create(order_draft(), write(key="k1", transaction=connection))
        with pytest.raises((RecordLocked, TransportError)) as lost:
            rival.orders.create(order_draft(), write(key="k1"))
        assert lost.value.outcome == "not_applied"
    with pytest.raises(DuplicateReference):
        rival.orders.create(order_draft(), write(key="k1"))
    assert len(list(erp.orders.list(Listing()))) == 1


def test_a_block_of_many_orders_is_stored_in_its_order(erp, write, order_draft):
    drafts = [order_draft(valve(1), valve(2), customer_po=f"PO-{n}") for n in range(501)]
    verdicts = erp.orders.create_block([(draft, write()) for draft in drafts])
    assert [v.stored.customer_po for v in verdicts] == [draft.customer_po for draft in drafts]
    assert [[line.quantities.ordered for line in v.stored.lines] for v in verdicts] == [[1, 2]] * 501


def test_in_the_journals_transaction_nothing_stands_until_its_commit(erp, write, order_draft):
    class ChangedMyMind(Exception):
        pass

    def enter_and_roll_back():
        with erp.transaction() as connection:
            erp.orders.create(order_draft(), write(transaction=connection))
            raise ChangedMyMind

    with pytest.raises(ChangedMyMind):
        enter_and_roll_back()
    assert list(erp.orders.list(Listing())) == []
    assert erp.stock.availability("VALVE-20", Decimal(1), "H87", None).reserved == 0
    with erp.transaction() as connection:
        erp.orders.create(order_draft(), write(transaction=connection))
    assert len(list(erp.orders.list(Listing()))) == 1


def test_simulating_tells_everything_and_leaves_nothing(erp, order_draft):
    simulation = erp.orders.simulate(order_draft(valve(120)))
    assert simulation.order.gross.amount == Decimal("1785.00")
    assert simulation.order.lines[0].quantities.backordered == 20
    assert simulation.messages
    assert list(erp.orders.list(Listing())) == []
    assert erp.stock.availability("VALVE-20", Decimal(1), "H87", None).reserved == 0


def test_the_write_is_announced_before_and_named_after(erp, write, order_draft):
    said = []
    noting = {
        "sending": lambda step: said.append(("sending", step)),
        "made": lambda order, number: said.append(("made", order, number)),
    }
    order = erp.orders.create(order_draft(), write(**noting)).stored
    assert said == [("sending", "orders.create"), ("made", order.id, order.number)]


def cut_off(erp, connection):
    """The server ends the session behind the connection's back."""
    ask, kill = {
        "postgresql": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend({})"),
        "mariadb": ("SELECT connection_id()", "KILL {}"),
    }[erp.engine.dialect.name]
    own = connection.execute(sa.text(ask)).scalar()
    with erp.engine.connect() as other:
        other.execute(sa.text(kill.format(own)))


@pytest.mark.parametrize("system_url", ["postgres", "mariadb"], indirect=True)
def test_a_connection_lost_before_the_commit_means_that_nothing_was_applied(erp, write, order_draft):
    def write_and_be_cut_off():
        with erp.transaction() as connection:
            cut_off(erp, connection)
            erp.orders.create(order_draft(), write(transaction=connection))

    with pytest.raises(TransportError) as lost:
        write_and_be_cut_off()
    assert (lost.value.outcome, lost.value.retryable) == ("not_applied", True)
    assert list(erp.orders.list(Listing())) == []
    assert erp.orders.create(order_draft(), write()).stored.number  # and the next one goes through


@pytest.mark.parametrize("system_url", ["postgres", "mariadb"], indirect=True)
def test_a_connection_lost_at_the_commit_leaves_the_outcome_unknown(erp, write, order_draft):
    mine = write()

    def write_and_be_cut_off():
        with erp.transaction() as connection:
            erp.orders.create(order_draft(), replace(mine, transaction=connection))
            cut_off(erp, connection)

    with pytest.raises(TransportError) as lost:
        write_and_be_cut_off()
    assert lost.value.outcome == "unknown"
    assert erp.orders.find(Find(stamp=mine.stamp)) == []  # looking up settles it
