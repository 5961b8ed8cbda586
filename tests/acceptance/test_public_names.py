"""Section 3: the names, and how they are called."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import erp_connect as ec

CALLS = {
    "connect": "target, *, company=None, system=None, timezone=None, timeout=None, max_concurrency=None,"
    " read_only=False, actor=None, journal=None, clock=None, allow_insecure=False, **settings",
    "orders.check": "draft",
    "orders.create": "draft, key=None, allow_loss=(), on_price_mismatch='refuse', resume=False",
    "orders.create_many": "drafts, keys, workers=None, progress=None, allow_loss=()",
    "orders.get": "order",
    "orders.find": "number=None, customer_po=None, customer=None, key=None, reference=None",
    "orders.list": "modified_since=None, ordered_from=None, ordered_to=None, status=None, customer=None,"
    " limit=None",
    "orders.plan": "order, *amendments, key=None, allow_loss=()",
    "orders.apply": "plan, force=False",
    "orders.amend": "order, *amendments, key=None, allow_loss=()",
    "orders.cancel": "order, reason, lines=None, key=None",
    "orders.track": "order",
    "orders.events": "since=None",
    "orders.apply_many": "plans",
    "purchase_orders.confirm": "order, lines, *, key=None",
    "purchase_orders.receive": "order, lines, *, key=None",
    "purchase_orders.plan": "order, *amendments, key=None, allow_loss=()",
    "purchase_orders.cancel": "order, reason, lines=None, key=None",
    "customers.find": "number=None, name=None",
    "customers.create": "draft, key=None",
    "customers.update": "id, *, key=None, **fields",
    "suppliers.find": "number=None, name=None",
    "products.find": "code=None, name=None",
    "products.update": "id, *, key=None, **fields",
    "stock.availability": "product, quantity, unit, by=None",
    "prices.quote": "customer, product, quantity, unit, on=None",
    "shipments.of": "order",
    "invoices.of": "order",
    "goods_receipts.of": "order",
    "returns.create": "draft, key=None",
    "returns.of": "order",
    "journal.show": "key",
    "journal.resolve": "key, order_id=None",
    "journal.erase": "customer",
}
VERBS = {
    "orders": "check create create_many get find list plan apply amend cancel track events apply_many",
    "purchase_orders": "check create create_many get find list plan apply amend cancel track events"
    " apply_many confirm receive",
    "customers": "get find list create update",
    "suppliers": "get find list create update",
    "products": "get find list create update",
    "shipments": "of post",
    "returns": "create get of",
    "journal": "list open show resolve prune export erase",
}


def said(function: object) -> str:
    """The parameters without their types, the way the design writes them."""
    parts = []
    starred = False
    for name, each in inspect.signature(function).parameters.items():
        if each.kind is each.KEYWORD_ONLY and not starred:
            starred = True
            parts.append("*")
        elif each.kind is each.VAR_POSITIONAL:
            starred = True
        bare = {each.VAR_POSITIONAL: f"*{name}", each.VAR_KEYWORD: f"**{name}"}.get(each.kind, name)
        parts.append(bare if each.default is each.empty else f"{bare}={each.default!r}")
    return ", ".join(parts)


@pytest.mark.parametrize("path", CALLS)
def test_a_call_takes_what_the_design_says(path: str) -> None:
    with ec.connect("memory://") as erp:
        room, _, verb = path.rpartition(".")
        owner = getattr(erp, room) if room else ec
        assert said(getattr(owner, verb)) == CALLS[path]


@pytest.mark.parametrize("room", VERBS)
def test_every_verb_is_there(room: str) -> None:
    with ec.connect("memory://") as erp:
        missing = [verb for verb in VERBS[room].split() if not callable(getattr(getattr(erp, room), verb))]
        assert missing == []


def test_purchase_orders_are_a_class_of_their_own() -> None:
    with ec.connect("memory://") as erp:
        assert not isinstance(erp.purchase_orders, type(erp.orders))
        assert not isinstance(erp.orders, type(erp.purchase_orders))


@pytest.mark.parametrize(
    ("kind", "required", "optional"),
    [
        (
            "OrderDraft",
            "customer customer_po currency lines",
            (
                "ship_to bill_to order_date requested prices_include_tax payment_terms delivery_terms warehouse"
                " partial_shipment discounts charges notes references contact custom"
            ),
        ),
        (
            "LineDraft",
            "product quantity unit",
            "price expected_price requested description kind discount warehouse reference custom",
        ),
        ("CustomerDraft", "number name", ""),
        ("SupplierDraft", "number name", ""),
        ("ProductDraft", "code name unit", ""),
        ("PurchaseOrderDraft", "supplier", ""),
        ("Address", "name lines city postal_code country", "region"),
        ("ReturnDraft", "order lines reason", ""),
        ("Ref", "id", ""),
        ("UnitPrice", "amount currency", "per"),
        ("Money", "amount currency", ""),
    ],
)
def test_constructors_take_keywords_only(kind: str, required: str, optional: str) -> None:
    parameters = inspect.signature(getattr(ec, kind)).parameters
    assert {each.kind for each in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    must = {name for name, each in parameters.items() if each.default is each.empty}
    assert set(required.split()) <= must
    assert must == set(required.split()) or kind == "PurchaseOrderDraft"
    assert set(optional.split()) <= set(parameters) - must


def test_a_draft_cannot_be_made_from_positions() -> None:
    with pytest.raises(TypeError):
        ec.OrderDraft("10000", "PO-1", "EUR", [])


def test_the_customers_order_number_may_be_none_but_must_be_said(shop) -> None:
    assert shop.draft(None).customer_po is None
    with pytest.raises(ValueError, match="customer_po"):
        ec.OrderDraft(customer="10000", currency="EUR", lines=shop.draft().lines)


def test_all_amendments_are_amendments() -> None:
    kinds = (
        *(
            ec.AddLine,
            ec.ChangeQuantity,
            ec.ChangePrice,
            ec.ChangeDate,
            ec.ChangeDiscount,
            ec.ChangeWarehouse,
        ),
        *(ec.SubstituteProduct, ec.SplitLine, ec.ChangeAddress, ec.ChangeHeader, ec.AddNote, ec.CancelLine),
        *(ec.PlaceHold, ec.ReleaseHold),
    )
    assert all(issubclass(kind, ec.Amendment) for kind in kinds)


STATUSES = "CANCELLED REJECTED COMPLETED ON_HOLD SHIPPED PARTLY_SHIPPED CONFIRMED SUBMITTED DRAFT UNKNOWN"


def test_statuses_come_in_the_order_in_which_they_hold() -> None:
    assert " ".join(status.name for status in ec.OrderStatus) == STATUSES
    assert [support.name for support in ec.Support] == ["NATIVE", "EMULATED", "NONE"]
    assert [each.name for each in ec.Conditional] == ["ENFORCED", "CHECKED", "NONE"]


NAMES = """
connect capabilities OrderDraft LineDraft CustomerDraft SupplierDraft ProductDraft Order OrderLine Customer Supplier
Product Shipment Package Invoice Return Address Money UnitPrice Hold Reference Ref AddLine ChangeQuantity ChangePrice
ChangeDate ChangeDiscount ChangeWarehouse SubstituteProduct SplitLine ChangeAddress ChangeHeader AddNote CancelLine
PlaceHold ReleaseHold Amendment EMPTY PurchaseOrderDraft PurchaseOrderLineDraft PurchaseOrder ReturnDraft GoodsReceipt
Availability Quote Discount Charge Contact Difference BatchFailure Client Conditional OrderStatus WriteReceipt Plan
Tracking Findings Finding BatchResult OrderEvent Capabilities Support keys errors
"""


def test_the_public_list_holds_every_name_of_the_design() -> None:
    assert set(NAMES.split()) <= set(ec.__all__)


def test_importing_loads_no_driver_and_no_format_library() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", "import sys, erp_connect; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    heavy = "sqlalchemy alembic lxml openpyxl xlsxwriter zeep odata requests typer rich psycopg pymysql pyrfc"
    assert loaded.isdisjoint(heavy.split())
    assert {"erp_connect", "pydantic"} <= loaded


def test_a_receipt_says_what_is_stored_under_two_names(shop, memory_url) -> None:
    with ec.connect(memory_url) as erp:
        receipt = shop.fill(erp).orders.create(shop.draft(), key="k")
    assert isinstance(receipt, ec.WriteReceipt)
    assert receipt.order is receipt.stored
    assert isinstance(receipt.stored, ec.Order)
    assert receipt.key == "k"
    assert receipt.replayed is False
    assert receipt.differences == ()
    assert isinstance(receipt.correlation_id, str)
    assert receipt.correlation_id
    assert ec.WriteReceipt[ec.Order]


def test_frozen_results_are_frozen_dataclasses() -> None:
    import dataclasses

    for kind in (ec.Findings, ec.BatchResult, ec.BatchFailure):
        assert dataclasses.is_dataclass(kind)
        assert kind.__dataclass_params__.frozen


def test_a_finding_says_what_where_and_how_to_mend_it(shop, memory_url) -> None:
    with ec.connect(memory_url) as erp:
        findings = shop.fill(erp).orders.check(shop.draft(customer="99999"))
    assert isinstance(findings, ec.Findings)
    every = list(findings)
    assert {*findings.errors, *findings.warnings} <= set(every)
    (first, *_) = findings.errors
    for name in ("code", "severity", "path", "message", "expected", "actual", "fix"):
        assert hasattr(first, name)
    assert first.path == "customer" or first.path.endswith(".customer")
    with pytest.raises(ec.errors.InvalidOrder) as raised:
        findings.raise_for_errors()
    assert raised.value.outcome == "not_applied"


def test_a_good_draft_has_nothing_to_raise(shop, memory_url) -> None:
    with ec.connect(memory_url) as erp:
        findings = shop.fill(erp).orders.check(shop.draft())
        findings.raise_for_errors()
        assert tuple(findings.errors) == ()
        assert list(erp.orders.list()) == []
