"""Garbage never breaks the mock, and never moves what stands in the books."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erp_connect.testing.mocks.sage.sage200.catalogue import RESOURCES

NAMES = sorted(RESOURCES)
FIELDS = sorted({name for resource in RESOURCES.values() for name in resource.fields})
LINE_FIELDS = sorted(
    {*RESOURCES["sop_order_lines"].fields, "unit_buying_price", "unit_buying_price_overridden"}
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["EnumLineTypeStandard", "EnumDocumentStatusCancelled", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=8,
)
WORDS = st.sampled_from(
    [
        "eq",
        "and",
        "or",
        "(",
        ")",
        "'x'",
        "5",
        "contains(",
        ",",
        "document_no",
        "id",
        "2026-01-01",
        "null",
        "true",
    ]
)
OPTIONS = st.sampled_from(["$filter", "$orderby", "$top", "$skip", "$select", "$expand", "$count", "x"])
BOOKS = ("customers", "documents", "lines", "items", "ledger")


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.sampled_from([*NAMES, "sop_orders_status", "sop_orders_new", "sop_orders_duplicate", "%00", "x y"]),
    st.sampled_from(["", "/1", "/26001", "/0", "/x", "/9999999999999999999", "/26004/sop_order_lines"]),
    st.dictionaries(OPTIONS, st.lists(WORDS, max_size=7).map(" ".join), max_size=3),
    VALUES,
)
def test_garbage(sage, company, method, name, tail, options, value):
    before = {table: list(getattr(company, table)) for table in BOOKS}
    query = "&".join(f"{option}={text}" for option, text in options.items())
    answer = sage(method, f"{name}{tail}?{query}", None if method in {"GET", "DELETE"} else value)
    assert answer.status_code < 500, answer.text
    if answer.status_code != 200:
        assert {table: list(getattr(company, table)) for table in BOOKS} == before


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(
        ["sop_orders", "sop_returns", "pop_orders", "customers", "products", "sop_confirm_despatch"]
    ),
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4),
    st.dictionaries(st.sampled_from(LINE_FIELDS), VALUES, max_size=4),
)
def test_garbage_within_good_bodies(sage, company, name, header, line):
    """What is created is whole, what is refused is nothing: also where most of it is right."""
    before = {table: list(getattr(company, table)) for table in BOOKS}
    base = {**sage.body(sage.a_line() | line), "supplier_id": sage.number("suppliers", "reference", "V100")}
    sage.server.settings.unknown_fields = "ignored"
    answer = sage("POST", name, base | header)
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 400:
        assert {table: list(getattr(company, table)) for table in BOOKS} == before
    elif "document_no" in answer.json():
        again = sage("PUT", f"{name}/{answer.json()['id']}", base | header)
        assert again.status_code in {200, 400}, again.text
