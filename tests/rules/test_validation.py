"""What is found wrong with a draft before it is written: code, severity, path, remedy, and the error it becomes."""

import pickle
from datetime import date, timedelta
from decimal import Decimal

import pytest

from erp_connect.errors import (
    CreditBlocked,
    CustomerBlocked,
    InsufficientStock,
    InvalidOrder,
    PriceMismatch,
    ProductBlocked,
)
from erp_connect.models import Discount, LineKind, Money, PurchaseOrderLineDraft, Ref, Severity
from erp_connect.rules.facts import Policy, PriceEntry, StockLevel, stock_by_place
from erp_connect.rules.validation import examine, refuse

E, W, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@pytest.fixture
def found(shop):
    """The findings of a draft of these lines, as (code, severity, path)."""

    def look(*lines, facts=None, draft=None, **more):
        wanted = draft or shop.draft(*lines, **more)
        return [(f.code, f.severity, f.path) for f in examine(wanted, facts or shop.facts())]

    return look


@pytest.fixture
def one(shop):
    """The only finding of this code."""

    def look(code, *lines, facts=None, draft=None, **more):
        wanted = draft or shop.draft(*lines, **more)
        (only,) = [f for f in examine(wanted, facts or shop.facts()) if f.code == code]
        return only

    return look


def test_a_good_order_has_nothing_to_show(shop, found):
    assert found(shop.line(), shop.line("PIPE-3", 4, "MTR")) == []


def test_an_order_for_a_product_by_any_of_its_codes_is_good(shop, found):
    assert found(shop.line("4006381333931")) == []
    assert found(shop.line(Ref(id="p1"))) == []


def test_an_unknown_customer(shop, one):
    finding = one("customer_unknown", facts=shop.facts(party=None, suggestions={"10000": ["10001", "10010"]}))
    assert (finding.severity, finding.path, finding.actual) == (E, "customer", "10000")
    assert finding.fix == "did you mean 10001 or 10010?"
    by_id = one("customer_unknown", facts=shop.facts(party=None), customer=Ref(id="c9"))
    assert (by_id.actual, by_id.fix) == ("c9", "put the customer on file first, or correct the number")


def test_a_blocked_customer(shop, one):
    blocked = shop.customer.but(blocked=True, block_reason="insolvent")
    finding = one("customer_blocked", facts=shop.facts(party=blocked))
    assert (finding.severity, finding.path, finding.actual) == (E, "customer", "insolvent")


def test_nowhere_to_deliver_to(shop, found):
    homeless = shop.facts(party=shop.customer.but(address=None))
    assert found(facts=homeless) == [("address_missing", W, "ship_to")]
    assert found(facts=homeless, ship_to=shop.address) == []
    assert found(facts=shop.facts(party=shop.customer.but(address=None, ship_to=(shop.address,)))) == []


def test_an_unknown_product_is_shown_with_the_nearest_codes(shop, one):
    finding = one("product_unknown", shop.line("VALVE-2O"), shop.line())
    assert (finding.severity, finding.path, finding.actual) == (E, "lines[0].product", "VALVE-2O")
    assert finding.fix == "did you mean VALVE-20?"
    told = one("product_unknown", shop.line("X"), facts=shop.facts(suggestions={"X": ["X-1"]}))
    assert told.fix == "did you mean X-1?"
    far = one("product_unknown", shop.line(Ref(id="77")))
    assert (far.actual, far.fix) == ("77", "put the product on file first, or correct the code")


def test_texts_and_charges_need_not_be_on_file(shop, found):
    words = shop.line("as agreed", 1, "C62", kind=LineKind.TEXT)
    freight = shop.line("FREIGHT", 1, "C62", kind=LineKind.CHARGE, price=shop.price(20))
    assert found(shop.line(), words, freight) == []


def test_a_blocked_product_names_its_successor(shop, one):
    gone = shop.valve.but(blocked=True, superseded_by="VALVE-21")
    facts = shop.facts(products={"VALVE-20": gone})
    finding = one("product_blocked", facts=facts)
    assert (finding.severity, finding.path, finding.expected) == (E, "lines[0].product", "VALVE-21")
    assert finding.fix == "order VALVE-21 instead"
    alone = one("product_blocked", facts=shop.facts(products={"VALVE-20": gone.but(superseded_by=None)}))
    assert "another product" in alone.fix


def test_a_product_with_a_successor_is_only_pointed_out(shop, one):
    old = shop.valve.but(superseded_by="VALVE-21")
    finding = one("product_superseded", facts=shop.facts(products={"VALVE-20": old}))
    assert (finding.severity, finding.fix) == (W, "order VALVE-21 instead")


def test_a_unit_in_which_the_product_is_not_sold(shop, one, found):
    finding = one("unit_not_sold", shop.line(unit="KGM"))
    assert (finding.severity, finding.path, finding.actual) == (E, "lines[0].unit", "KGM")
    assert finding.expected == ("H87", "XCT", "XPX")
    assert finding.fix == "order it in H87 or XCT or XPX"
    assert found(shop.line(quantity=1, unit="XCT"), shop.line(quantity=1, unit="EA")) == []


@pytest.mark.parametrize("unit", ["H87", "EA", "XCT"])
def test_half_a_piece_or_carton_is_not_sold(shop, one, unit):
    finding = one("quantity_not_whole", shop.line(quantity=Decimal("1.5"), unit=unit))
    assert (finding.severity, finding.path) == (E, "lines[0].quantity")


def test_half_a_metre_is_and_so_is_half_an_hour_of_work(shop, found):
    assert found(shop.line("PIPE-3", Decimal("1.5"), "MTR")) == []
    work = shop.line("BOLT-8", Decimal("1.5"), "H87", kind=LineKind.SERVICE)
    assert found(work) == []
    assert found(shop.line(quantity=Decimal("3.000"))) == []


def test_no_price_on_file_is_a_warning(shop, found):
    assert ("price_missing", W, "lines[0].price") in found(shop.line("ODD-1", 1))
    assert "price_missing" not in [code for code, *_ in found(shop.line("ODD-1", 1, price=shop.price(3)))]


def test_an_expected_price_that_is_not_the_price(shop, one):
    wrong = shop.line(expected_price=shop.price("12.00"))
    finding = one("price_mismatch", wrong)
    assert (finding.severity, finding.path) == (E, "lines[0].expected_price")
    assert (finding.expected, finding.actual) == (shop.price("12.00"), shop.price("12.50"))
    (accepted,) = examine(shop.draft(wrong), shop.facts(), on_price_mismatch="accept")
    assert accepted.severity is W


def test_an_expected_price_may_be_said_per_hundred(shop, found):
    assert found(shop.line(expected_price=shop.price("1250", per=100))) == []


def test_an_expected_price_is_held_against_the_price_agreed(shop, found):
    agreed = shop.line(price=shop.price("9"), expected_price=shop.price("12.50"))
    assert ("price_mismatch", E, "lines[0].expected_price") in found(agreed)


def test_the_price_list_of_the_order_date_counts(shop, found):
    spring = PriceEntry(product="VALVE-20", unit="H87", amount=shop.price(10), valid_from=date(2026, 4, 1))
    facts = shop.facts(prices=[spring])
    line = shop.line(expected_price=shop.price(10))
    assert found(line, facts=facts) == []
    assert [code for code, *_ in found(line, facts=facts, order_date=date(2026, 3, 31))] == ["price_mismatch"]


def test_a_discount_that_is_more_than_the_line(shop, one, found):
    off = Discount(amount=Money(amount=126, currency="EUR"))
    finding = one("discount_too_high", shop.line(discount=off))
    assert (finding.severity, finding.path) == (E, "lines[0].discount")
    assert found(shop.line(discount=Discount(amount=Money(amount=125, currency="EUR")))) == []


def test_an_amount_beyond_what_any_back_end_holds(shop, one):
    finding = one("amount_too_large", shop.line(quantity=10**12, price=shop.price(10**6)))
    assert (finding.severity, finding.path) == (E, "lines[0].quantity")


def test_less_in_stock_than_ordered(shop, one):
    allowed = one("stock_short", shop.line(quantity=56))
    assert (allowed.severity, allowed.path, allowed.expected, allowed.actual) == (
        W,
        "lines[0].quantity",
        56,
        55,
    )
    never = shop.facts(policy=Policy(backorders=False))
    refused = one("stock_short", shop.line(quantity=5, unit="XCT"), facts=never, warehouse="MAIN")
    assert (refused.severity, refused.actual) == (E, 4)
    assert refused.fix


def test_two_lines_share_one_stock(shop, found):
    codes = found(shop.line(quantity=50), shop.line(quantity=6, unit="EA"))
    assert ("stock_short", W, "lines[1].quantity") in codes


def test_the_warehouse_of_the_line_counts_before_the_orders(shop, found):
    assert found(shop.line(quantity=6, warehouse="MAIN"), warehouse="NORTH") == []
    assert found(shop.line(quantity=6), warehouse="NORTH") == [("stock_short", W, "lines[0].quantity")]
    assert found(shop.line(quantity=6), warehouse="WEST") == [("stock_unknown", W, "lines[0].quantity")]


def test_stock_kept_in_another_unit_is_reckoned_over(shop, found):
    cartons = stock_by_place([StockLevel(product="VALVE-20", unit="XCT", on_hand=Decimal(2))])
    facts = shop.facts(stock=cartons)
    assert found(shop.line(quantity=24), facts=facts) == []
    assert found(shop.line(quantity=25), facts=facts) == [("stock_short", W, "lines[0].quantity")]
    wrong = found(shop.line(unit="KGM"), facts=facts)
    assert [code for code, *_ in wrong] == ["unit_not_sold", "price_missing"]


def test_no_stock_record_is_a_warning(shop, found):
    assert found(shop.line("BOLT-8", 100)) == [("stock_unknown", W, "lines[0].quantity")]
    assert found(shop.line("BOLT-8", 100, kind=LineKind.SERVICE)) == []


@pytest.mark.parametrize(
    ("policy", "severity"), [(Policy(), E), (Policy(credit="hold"), W)], ids=["refuse", "hold"]
)
def test_above_the_credit_limit(shop, one, policy, severity):
    tight = shop.customer.but(credit_limit=Money(amount=200, currency="EUR"))
    facts = shop.facts(party=tight, policy=policy, credit_used=Money(amount=60, currency="EUR"))
    finding = one("credit_exceeded", facts=facts)  # 125 net, 148.75 gross
    assert (finding.severity, finding.path) == (severity, "customer")
    assert (finding.expected.amount, finding.actual.amount) == (200, Decimal("148.75"))


def test_up_to_the_credit_limit_and_where_it_cannot_be_told(shop, found):
    def credit(limit, used=None):
        party = shop.customer.but(credit_limit=limit)
        return found(facts=shop.facts(party=party, credit_used=used))

    assert credit(Money(amount=Decimal("148.75"), currency="EUR")) == []
    assert credit(Money(amount=1, currency="USD")) == []
    assert credit(Money(amount=1, currency="EUR"), Money(amount=1, currency="USD")) == []
    assert credit(None) == [("credit_limit_missing", INFO, "customer")]
    tight = shop.customer.but(credit_limit=Money(amount=1, currency="EUR"))
    assert "credit_exceeded" not in [
        c for c, *_ in found(shop.line("ODD-1", 1), facts=shop.facts(party=tight))
    ]


def test_dates_that_look_wrong(shop, found):
    past, future = shop.today - timedelta(1), shop.today + timedelta(1)
    assert found(requested=past) == [("requested_past", W, "requested")]
    assert found(shop.line(requested=past)) == [("requested_past", W, "lines[0].requested")]
    assert found(order_date=future) == [("order_date_future", W, "order_date")]
    assert found(order_date=past, requested=shop.today) == []


def test_two_lines_with_one_reference_cannot_be_told_apart(shop, one):
    finding = one(
        "reference_duplicate", shop.line(reference="10"), shop.line("PIPE-3", 1, "MTR", reference="10")
    )
    assert (finding.severity, finding.path, finding.actual) == (E, "lines[1].reference", "10")


def test_the_same_product_twice_may_be_meant(shop, found):
    assert found(shop.line(), shop.line("4006381333931", 3)) == [
        ("product_repeated", INFO, "lines[1].product")
    ]
    assert found(shop.line(), shop.line(quantity=1, unit="XCT")) == []


def test_with_the_entered_order_at_hand_the_findings_are_the_same(shop):
    from erp_connect.rules.entering import enter

    tight = shop.facts(party=shop.customer.but(credit_limit=Money(amount=1, currency="EUR")))
    draft = shop.draft(shop.line(expected_price=shop.price(1)), shop.line("BOLT-8", 7), shop.line("NO", 1))
    entered = enter(draft, tight, id="1", number="1", line_ids=["1", "2", "3"], now=shop.now)
    assert examine(draft, tight, entered=entered) == examine(draft, tight)
    plain = shop.draft(shop.line(expected_price=shop.price(1)), shop.line("BOLT-8", 7))
    entered = enter(plain, tight, id="1", number="1", line_ids=["1", "2"], now=shop.now)
    assert examine(plain, tight, entered=entered) == examine(plain, tight)


@pytest.mark.parametrize("policy", [Policy(), Policy(backorders=False)], ids=["backorders", "none"])
def test_looking_for_errors_only_finds_every_error(shop, policy):
    good, late = shop.line(), date(2026, 1, 1)
    wrong = [
        shop.draft(good, requested=late, order_date=date(2027, 1, 1)),
        shop.draft(shop.line(quantity=500), shop.line("ODD-1", 1, reference="a"), shop.line(reference="a")),
        shop.draft(shop.line("NO"), shop.line(unit="KGM", requested=late)),
    ]
    for party in (shop.customer, shop.customer.but(credit_limit=None), None):
        facts = shop.facts(policy=policy, party=party)
        for draft in wrong:
            every = [f for f in examine(draft, facts) if f.severity is E]
            assert [f for f in examine(draft, facts, errors_only=True) if f.severity is E] == every


# --------------------------------------------------------------------------- purchase orders


def test_a_purchase_order_asks_for_neither_stock_nor_credit(shop, found):
    draft = shop.purchase_draft()
    assert found(draft=draft, facts=shop.facts(party=shop.supplier, stock={})) == []


def test_what_is_wrong_with_a_purchase_order(shop, found):
    bare = PurchaseOrderLineDraft(product="VALVE-20", quantity=1, unit="H87")
    wrong = bare.but(price=shop.price(7), expected_price=shop.price(6), requested=date(2026, 1, 1))
    draft = shop.purchase_draft(bare, wrong, bare.but(product="NO"))
    blocked = shop.supplier.but(blocked=True)
    assert found(draft=draft, facts=shop.facts(party=blocked)) == [
        ("supplier_blocked", E, "supplier"),
        ("price_missing", W, "lines[0].price"),
        ("price_mismatch", E, "lines[1].expected_price"),
        ("requested_past", W, "lines[1].requested"),
        ("product_unknown", E, "lines[2].product"),
        ("product_repeated", INFO, "lines[1].product"),
    ]
    assert found(draft=shop.purchase_draft(), facts=shop.facts(party=None)) == [
        ("supplier_unknown", E, "supplier")
    ]


# --------------------------------------------------------------------------- refusals


def refusal(draft, facts):
    with pytest.raises(InvalidOrder.__bases__[0]) as raised:
        refuse(examine(draft, facts), operation="orders.create")
    return raised.value


def test_warnings_refuse_nothing(shop):
    refuse(examine(shop.draft(shop.line("BOLT-8", 1), requested=date(2026, 1, 1)), shop.facts()))


CLASSES = [
    ("customer blocked", CustomerBlocked, "customer_blocked", "customer"),
    ("product blocked", ProductBlocked, "product_blocked", "lines[0].product"),
    ("no stock", InsufficientStock, "insufficient_stock", "lines[0].quantity"),
    ("no credit", CreditBlocked, "credit_blocked", "customer"),
    ("price", PriceMismatch, "price_mismatch", "lines[0].expected_price"),
    ("unknown product", InvalidOrder, "product_unknown", "lines[0].product"),
    ("unknown customer", InvalidOrder, "customer_unknown", "customer"),
    ("unit", InvalidOrder, "unit_not_sold", "lines[0].unit"),
]


@pytest.mark.parametrize(("case", "kind", "code", "path"), CLASSES, ids=[row[0] for row in CLASSES])
def test_each_refusal_has_its_class_code_path_and_remedy(shop, case, kind, code, path):
    tight = shop.customer.but(credit_limit=Money(amount=1, currency="EUR"))
    draft, facts = {
        "customer blocked": (shop.draft(), shop.facts(party=shop.customer.but(blocked=True))),
        "product blocked": (shop.draft(), shop.facts(products={"VALVE-20": shop.valve.but(blocked=True)})),
        "no stock": (shop.draft(shop.line(quantity=500)), shop.facts(policy=Policy(backorders=False))),
        "no credit": (shop.draft(), shop.facts(party=tight)),
        "price": (shop.draft(shop.line(expected_price=shop.price(1))), shop.facts()),
        "unknown product": (shop.draft(shop.line("NO")), shop.facts()),
        "unknown customer": (shop.draft(), shop.facts(party=None)),
        "unit": (shop.draft(shop.line(unit="KGM")), shop.facts()),
    }[case]
    error = refusal(draft, facts)
    assert type(error) is kind
    assert (error.code, error.path, error.operation) == (code, path, "orders.create")
    assert error.hint
    assert error.outcome == "not_applied"
    assert not error.retryable
    assert "10000" not in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 (our own bytes)


def test_errors_of_several_kinds_are_one_invalid_order_with_all_of_them(shop):
    draft = shop.draft(*(shop.line(f"NO-{n}") for n in range(6)), shop.line(unit="KGM"))
    error = refusal(draft, shop.facts(party=shop.customer.but(blocked=True)))
    assert type(error) is InvalidOrder
    assert (error.code, error.path, len(error.findings)) == ("invalid_order", "customer", 8)
    assert "8 errors" in str(error)
    assert "and 3 more" in str(error)


def test_a_price_mismatch_brings_both_prices(shop):
    error = refusal(shop.draft(shop.line(expected_price=shop.price(1))), shop.facts())
    assert [(f.expected.amount, f.actual.amount) for f in error.findings] == [(1, Decimal("12.50"))]
