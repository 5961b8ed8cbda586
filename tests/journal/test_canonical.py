"""One wish, one text: however the text is made, it is the same one, because an order's fingerprint hangs on it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

import erp_connect as ec
from erp_connect.journal import canonical, draft_text, text_of

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and text
)
NUMBERS = st.decimals("0.001", 10**9, places=3) | st.sampled_from(
    [Decimal("1E+3"), Decimal("12.500"), Decimal(100), Decimal("7E-3")]
)
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
PRICES = st.none() | st.builds(
    ec.UnitPrice, amount=NUMBERS, currency=st.just("EUR"), per=st.sampled_from([1, Decimal(100), 1000])
)
DISCOUNTS = st.none() | st.builds(ec.Discount, percent=st.sampled_from([Decimal("2.50"), Decimal(10), 3]))
CUSTOM = st.dictionaries(
    st.sampled_from(["colour", "length", "since"]), WORDS | NUMBERS | st.booleans() | st.dates(), max_size=2
)
ADDRESSES = st.none() | st.builds(
    ec.Address,
    name=WORDS,
    lines=st.lists(WORDS, max_size=2),
    city=WORDS,
    country=st.just("DE"),
    postal_code=WORDS,
)
LINES = st.builds(
    ec.LineDraft,
    product=WORDS,
    quantity=NUMBERS,
    unit=st.sampled_from(["H87", "KGM"]),
    price=PRICES,
    discount=DISCOUNTS,
    requested=DAYS,
    description=st.none() | WORDS,
    custom=CUSTOM,
)
DRAFTS = st.builds(
    ec.OrderDraft,
    customer=WORDS,
    customer_po=WORDS,
    currency=st.just("EUR"),
    lines=st.lists(LINES, min_size=1, max_size=3),
    requested=DAYS,
    ship_to=ADDRESSES,
    prices_include_tax=st.none() | st.booleans(),
    notes=st.lists(WORDS, max_size=2),
    references=st.lists(st.builds(ec.Reference, kind=st.just("contract"), value=WORDS), max_size=1),
    custom=CUSTOM,
)


@settings(max_examples=150, deadline=None)
@given(draft=DRAFTS)
def test_a_draft_is_told_in_one_go_as_it_is_told_field_by_field(draft):
    assert draft_text(draft) == text_of(canonical(draft))


def test_the_text_of_a_wish_is_what_it_has_always_been():
    """Written down, because journals hold fingerprints of it for years."""
    draft = ec.OrderDraft(
        customer="10000",
        customer_po="PO 4711",
        currency="EUR",
        requested=date(2026, 3, 2),
        lines=[
            ec.LineDraft(
                product="VALVE-20",
                quantity=Decimal("12.50"),
                unit="H87",
                price=ec.UnitPrice(amount=Decimal("1E+2"), currency="EUR", per=100),
            )
        ],
    )
    assert draft_text(draft) == (
        '{"currency":"EUR","customer":"10000","customer_po":"PO 4711","lines":[{"price":{"amount":"100",'
        '"currency":"EUR","per":"100"},"product":"VALVE-20","quantity":"12.5","unit":"H87"}],"requested":"2026-03-02"}'
    )
