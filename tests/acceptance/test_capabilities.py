"""Section 3: what a back-end can do, as data, before any traffic."""

from __future__ import annotations

import itertools
import types
import typing

import pytest
from pydantic import BaseModel

import erp_connect as ec

PRODUCTS = ["bc", "fo", "nav", "crm", "rfc", "odata", "soap", "x3", "sage200", "sage300"]
ORDER_VERBS = """
create get find list list_modified events simulate change_header change_quantity change_price change_date
change_discount change_warehouse change_address add_note add_line substitute_product split_line cancel_line cancel hold
release track
"""
OPERATIONS = [
    *(f"{book}.{verb}" for book in ("orders", "purchase_orders") for verb in ORDER_VERBS.split()),
    *("purchase_orders.confirm", "purchase_orders.receive", "shipments.of", "shipments.post", "invoices.of"),
    *(
        "goods_receipts.of",
        "returns.create",
        "returns.get",
        "returns.of",
        "stock.availability",
        "prices.quote",
    ),
    *(
        f"{book}.{verb}"
        for book in ("customers", "suppliers", "products")
        for verb in ("get", "find", "list", "create", "update")
    ),
]
URLS = ["memory://", *(f"memory://?like={product}" for product in PRODUCTS), "sqlite:///orders.db"]


@pytest.fixture(params=URLS)
def upper_bound(request) -> ec.Capabilities:
    return ec.capabilities(request.param)


def test_the_operations_are_a_closed_list(upper_bound) -> None:
    for name in OPERATIONS:
        support = upper_bound.support(name)
        assert isinstance(support, ec.Support)
        assert isinstance(upper_bound.conditional(name), ec.Conditional)
        upper_bound.cost(name)
        if support is not ec.Support.NATIVE:
            assert upper_bound.why(name), name


@pytest.mark.parametrize(
    "name", ["orders.delete", "orders", "", "Orders.create", "orders.receive", "stock.of"]
)
def test_an_operation_that_there_is_not_is_a_key_error(upper_bound, name: str) -> None:
    for ask in (upper_bound.support, upper_bound.why, upper_bound.conditional, upper_bound.cost):
        with pytest.raises(KeyError):
            ask(name)


def models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation):
        return list(itertools.chain.from_iterable(map(models_in, typing.get_args(annotation))))
    return []


DRAFTS = {
    "order": ec.OrderDraft,
    "purchase_order": ec.PurchaseOrderDraft,
    "customer": ec.CustomerDraft,
    "supplier": ec.SupplierDraft,
    "product": ec.ProductDraft,
    "return": ec.ReturnDraft,
}


@pytest.mark.parametrize("root", DRAFTS)
def test_every_field_of_every_draft_is_answered_for(upper_bound, root: str) -> None:
    for name in DRAFTS[root].model_fields:
        path = f"{root}.line" if name == "lines" and root != "return" else f"{root}.{name}"
        if name != "lines":
            limit = upper_bound.field(path).max_length
            assert limit is None or limit > 0, path


@pytest.mark.parametrize(
    ("root", "line"), [("order", ec.LineDraft), ("purchase_order", ec.PurchaseOrderLineDraft)]
)
def test_every_field_of_every_line_is_answered_for(upper_bound, root: str, line: type[BaseModel]) -> None:
    for name in line.model_fields:
        limit = upper_bound.field(f"{root}.line.{name}").max_length
        assert limit is None or limit > 0


def test_addresses_are_answered_for_part_by_part(upper_bound) -> None:
    for part in ec.Address.model_fields:
        assert hasattr(upper_bound.field(f"order.ship_to.{part}"), "max_length")


@pytest.mark.parametrize(
    "path", ["order.customer_number", "customer_po", "order.line", "order.lines.price", ""]
)
def test_a_path_that_no_draft_has_is_a_key_error(upper_bound, path: str) -> None:
    if path == "order.line":
        pytest.skip("the line as a whole may be asked for")
    with pytest.raises(KeyError):
        upper_bound.field(path)


def test_asking_makes_no_traffic_and_no_file(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    known = ec.capabilities("sqlite:///orders.db")
    assert known.support("orders.create") is ec.Support.NATIVE
    ec.capabilities("postgresql://nobody:secret@127.0.0.1:9/none")
    ec.capabilities("mariadb://nobody:secret@127.0.0.1:9/none")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_secret_of_an_asked_target_is_not_repeated() -> None:
    assert "hunter2" not in repr(ec.capabilities("postgresql://nobody:hunter2@127.0.0.1:9/none"))


def test_the_discovered_never_exceed_the_upper_bound(erp, url) -> None:
    bound, found = ec.capabilities(url), erp.capabilities
    rank = [ec.Support.NONE, ec.Support.EMULATED, ec.Support.NATIVE]
    for name in OPERATIONS:
        assert rank.index(found.support(name)) <= rank.index(bound.support(name)), name


def test_what_is_declared_is_frozen(upper_bound) -> None:
    with pytest.raises((AttributeError, TypeError)):
        upper_bound.system = "another"
    with pytest.raises((AttributeError, TypeError)):
        upper_bound.field("order.customer_po").max_length = 1
    with pytest.raises(TypeError):
        upper_bound.operations["orders.create"] = None


def test_the_stamps_field_and_the_customers_numbers_field_are_named(upper_bound) -> None:
    stamp = upper_bound.stamp("orders")
    assert stamp.po_field
    assert stamp.field or stamp.shared


def test_our_schema_enforces_versions_and_stamps(sqlite_shop) -> None:
    with ec.connect(sqlite_shop) as erp:
        assert erp.capabilities.conditional("orders.change_quantity") is ec.Conditional.ENFORCED
        assert erp.capabilities.stamp("orders").enforced


@pytest.fixture(params=[product for product in PRODUCTS if product != "soap"])
def like(request, shop, memory_url):
    """The shop's world as that product shows it: a world has one name, whatever it is looked at through."""
    with ec.connect(memory_url) as keeper:
        shop.fill(keeper)
        with ec.connect(f"{memory_url}?like={request.param}") as erp:
            yield erp


def test_what_is_not_supported_is_refused_before_anything_is_sent(shop, like) -> None:
    order = like.orders.create(shop.draft(), key="k").order
    deeds = {
        "orders.split_line": lambda: like.orders.amend(order, ec.SplitLine(line=1, quantity=2)),
        "orders.hold": lambda: like.orders.amend(order, ec.PlaceHold(kind="credit")),
        "orders.add_note": lambda: like.orders.amend(order, ec.AddNote(text="ring")),
        "orders.events": lambda: list(like.orders.events()),
        "stock.availability": lambda: like.stock.availability("VALVE-20", 1, "C62"),
        "prices.quote": lambda: like.prices.quote("10000", "VALVE-20", 1, "C62"),
        "purchase_orders.create": lambda: like.purchase_orders.create(shop.purchase(), key="p"),
        "returns.of": lambda: like.returns.of(order),
        "shipments.of": lambda: like.shipments.of(order),
    }
    before = like.orders.get(order)
    entries = len(list(like.journal.list()))
    for name, deed in deeds.items():
        if like.capabilities.support(name) is ec.Support.NONE:
            with pytest.raises(ec.errors.UnsupportedOperation) as raised:
                deed()
            assert raised.value.why == like.capabilities.why(name)
            assert raised.value.operation == name
            assert raised.value.outcome == "not_applied"
            assert isinstance(raised.value.alternatives, tuple)
    assert like.orders.get(order).version == before.version
    assert len(list(like.journal.list())) == entries


def test_a_value_that_cannot_be_held_is_refused_unless_the_loss_is_named(shop, like) -> None:
    limit = like.capabilities.field("order.customer_po").max_length
    if limit is None:
        pytest.skip("no limit is known")
    with pytest.raises(ec.errors.LossyWrite) as raised:
        like.orders.create(shop.draft("P" * (limit + 1)), key="long")
    assert raised.value.fields == ("order.customer_po",)
    assert raised.value.outcome == "not_applied"
    assert list(like.orders.list()) == []
    assert like.orders.create(shop.draft("P" * limit), key="long").order.customer_po == "P" * limit


def test_a_named_loss_is_in_the_receipt(shop, like) -> None:
    held = like.capabilities.field("order.notes").support is not ec.Support.NONE
    draft = shop.draft(notes=["ring at the gate"])
    if held:
        assert like.orders.create(draft, key="k").order.notes == ("ring at the gate",)
        return
    with pytest.raises(ec.errors.LossyWrite) as raised:
        like.orders.create(draft, key="k")
    assert raised.value.fields == ("order.notes",)
    receipt = like.orders.create(draft, key="k", allow_loss=["order.notes"])
    (lost,) = [each for each in receipt.differences if each.kind == "lost"]
    assert lost.path.startswith("order.notes")


def test_a_back_end_that_cannot_create_says_so_before_the_first_write(shop) -> None:
    with ec.connect("memory://?like=soap") as erp:
        assert erp.capabilities.support("orders.create") is ec.Support.NONE
        with pytest.raises(ec.errors.UnsupportedOperation) as raised:
            erp.orders.create(shop.draft(), key="k")
        assert raised.value.why == erp.capabilities.why("orders.create")
        assert list(erp.journal.list()) == []
