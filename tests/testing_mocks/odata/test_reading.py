"""What a strict OData server answers to GET, in both versions."""

from decimal import Decimal

import pytest
from lxml import etree


def test_version_2_wraps_in_d_and_writes_decimals_and_dates_as_text(v2):
    """sap.md 4.2: envelope, values"""
    order = v2.get("Orders('2')").json()["d"]
    assert order["Amount"] == "21.00"
    assert order["Ordered"] == "/Date(1767312000000)/"
    assert order["Changed"] == "/Date(1768471202000+0000)/"
    assert order["At"] == "PT12H34M56S"
    assert order["Paid"] is False
    assert order["Weight"] is None
    assert order["Lines"] == {"__deferred": {"uri": "https://mock.shop/odata/Orders('2')/Lines"}}
    assert order["__metadata"]["uri"] == "https://mock.shop/odata/Orders('2')"
    assert order["__metadata"]["type"] == "Shop.OrdersType"
    assert order["__metadata"]["etag"] == "W/\"datetimeoffset'2026-01-15T10%3A00%3A02.0000000Z'\""


def test_version_4_writes_numbers_and_iso_dates(v4):
    """sap.md 4.5: dates, decimals"""
    answer = v4.get("Orders('2')")
    order = answer.json(parse_float=Decimal)
    assert order["Amount"] == Decimal("21.00")
    assert '"Amount":21.00' in answer.text
    assert order["Ordered"] == "2026-01-02"
    assert order["Changed"] == "2026-01-15T10:00:02Z"
    assert order["@odata.context"].endswith("$metadata#Orders/$entity")
    assert order["@odata.etag"] == answer.headers["ETag"]
    assert "Lines" not in order


def test_version_4_writes_decimals_as_text_when_asked(v4):
    """sap.md 4.5: IEEE754Compatible"""
    answer = v4.get("Orders('2')", headers={"Accept": "application/json;IEEE754Compatible=true"})
    assert answer.json()["Amount"] == "21.00"
    assert "IEEE754Compatible=true" in answer.headers["Content-Type"]


def test_keys_are_found_with_and_without_leading_zeros_and_shown_without(either):
    """sap.md 4.2: keys, accept both on input"""
    assert either.numbers("Orders?$filter=Number eq '0000000004'") == ["4"]
    padded, plain = either.get("Orders('0000000004')"), either.get("Orders('4')")
    assert padded.json() == plain.json()
    assert either.get("Lines(Number='1',Line='000020')").status_code == 200


@pytest.mark.parametrize(
    ("filter", "numbers"),
    [
        ("Number eq '3' or Number eq '1'", ["1", "3"]),
        ("not (Amount gt 21) and Paid eq false", ["2"]),
        ("Party eq 'O''Brien %26 Söhne'", ["3"]),
        ("startswith(Party,'O') and Amount le 31.5", ["3"]),
        ("tolower(Party) eq 'party 1' and Count lt 4", ["1"]),
        ("Weight eq null", ["2"]),
        ("Number gt '9' and Count le 11", ["10", "11"]),
        ("length(Party) gt 10", ["3"]),
        ("year(Changed) eq 2026 and Count eq 5", ["5"]),
        ("substring(Party,1,5) eq 'arty ' and Count eq 2", ["2"]),
        ("indexof(Party,'Brien') eq 2", ["3"]),
        ("floor(Amount) eq 10", ["1"]),
        ("concat(Party,'!') eq 'Party 0!' and Count lt 3", ["2"]),
    ],
)
def test_filters_of_both_versions(either, filter, numbers):
    assert either.numbers(f"Orders?$filter={filter}") == numbers


@pytest.mark.parametrize(
    ("filter", "numbers"),
    [
        ("substringof('Brien',Party) eq true", ["3"]),
        ("substringof('Brien',Party)", ["3"]),
        ("Ordered eq datetime'2026-01-04T00:00:00'", ["4"]),
        ("Changed gt datetimeoffset'2026-01-15T10:00:14Z'", ["15"]),
        ("Amount eq 10.50M", ["1"]),
        ("At eq time'PT12H34M56S' and Count eq 1L", ["1"]),
        ("Uid eq guid'00000000-0000-0000-0000-000000000007'", ["7"]),
        ("replace(Party,'Party','X') eq 'X 1' and Count le 1", ["1"]),
    ],
)
def test_filters_of_version_2(v2, filter, numbers):
    """sap.md 4.2: URL literals, query"""
    assert v2.numbers(f"Orders?$filter={filter}") == numbers


@pytest.mark.parametrize(
    ("filter", "numbers"),
    [
        ("contains(Party,'Brien')", ["3"]),
        ("Number in ('3','0000000005')", ["3", "5"]),
        ("Ordered eq 2026-01-04", ["4"]),
        ("Changed gt 2026-01-15T10:00:14Z", ["15"]),
        ("At eq 12:34:56 and Count eq 1", ["1"]),
        ("Uid eq 00000000-0000-0000-0000-000000000007", ["7"]),
        ("Lines/any(l:l/Product eq '62' and l/Quantity eq 2)", ["1"]),
        ("Lines/any() and Lines/all(l:l/Quantity gt 0)", ["1"]),
        ("date(Changed) eq 2026-01-15 and Count eq 4", ["4"]),
    ],
)
def test_filters_of_version_4(v4, filter, numbers):
    """sap.md 4.5: query"""
    assert v4.numbers(f"Orders?$filter={filter}") == numbers


@pytest.mark.parametrize(
    "query",
    [
        "$filter=contains(Party,'x')",
        "$filter=Number in ('1')",
        "$filter=Ordered eq 2026-01-04",
        "$filter=Lines/any(l:l/Product eq '62')",
        "$filter=Changed gt datetime'2026-01-15T10:00:14'",
        "$count=true",
        "$expand=Lines($select=Line)",
        "$search=x",
    ],
)
def test_version_2_does_not_know_what_version_4_knows(v2, query):
    """sap.md 4.2: no contains, no in"""
    v2.refused(f"Orders?{query}")


@pytest.mark.parametrize(
    "query",
    [
        "$filter=substringof('x',Party)",
        "$filter=Ordered eq datetime'2026-01-04T00:00:00'",
        "$filter=Amount eq 10.50M",
        "$inlinecount=allpages",
        "$expand=Lines/Order",
        "$select=Lines/Line",
    ],
)
def test_version_4_does_not_know_what_version_2_knows(v4, query):
    v4.refused(f"Orders?{query}")


def test_version_4_says_what_it_does_not_offer(v4):
    assert v4.get("Orders?$apply=aggregate($count as n)").status_code == 501


@pytest.mark.parametrize(
    "query",
    [
        "$filter=Nothing eq 'x'",
        "$filter=Party eq 5",
        "$filter=Amount eq '5'",
        "$filter=Party eq 'x",
        "$filter=Party eq",
        "$filter=(Party eq 'x'",
        "$filter=Party eq 'x' and",
        "$filter=length(Amount) eq 2",
        "$select=Nothing",
        "$expand=Nothing",
        "$orderby=Nothing",
        "$orderby=Party sideways",
        "$top=-1",
        "$skip=x",
        "$skiptoken=forged",
        "$nonsense=1",
    ],
)
def test_what_cannot_be_understood_is_refused(either, query):
    """Strictness: an unknown name, a wrong type, a broken expression"""
    either.refused(f"Orders?{query}")


def test_order_top_skip_and_count(either):
    assert either.numbers("Orders?$orderby=Party desc,Number desc&$top=3&$skip=1") == ["13", "11", "9"]
    assert either.numbers("Orders?$orderby=Weight,Count desc&$top=2") == ["2", "15"]
    assert either.get("Orders/$count").text == "15"
    assert either.get("Orders/$count?$filter=Count gt 10").text == "5"


def test_the_whole_count_does_not_depend_on_top(v2, v4):
    assert v2.get("Orders?$top=2&$inlinecount=allpages").json()["d"]["__count"] == "15"
    assert v4.get("Orders?$top=2&$count=true").json()["@odata.count"] == 15


def test_version_2_expands_paths_and_selects_through_them(v2):
    """sap.md 4.2: expanded to-many"""
    order = v2.get("Orders('1')?$expand=Lines/Order&$select=Number,Lines/Line,Lines/Order").json()["d"]
    assert set(order) == {"__metadata", "Number", "Lines"}
    lines = order["Lines"]["results"]
    assert [line["Line"] for line in lines] == ["10", "20", "30"]
    assert lines[0]["Order"]["Number"] == "1"
    assert "Product" not in lines[0]


def test_in_version_2_what_is_expanded_and_not_selected_does_not_come(v2):
    assert "Lines" not in v2.get("Orders('1')?$expand=Lines&$select=Number").json()["d"]


def test_version_4_expands_with_nested_options(v4):
    """sap.md 4.5: nested $expand"""
    nested = "$filter=Quantity gt 1;$orderby=Line desc;$select=Line;$expand=Order;$count=true"
    query = f"$select=Number&$expand=Lines({nested})"
    order = v4.get(f"Orders('1')?{query}").json()
    assert [line["Line"] for line in order["Lines"]] == ["30", "20"]
    assert order["Lines@odata.count"] == 2
    assert order["Lines"][0]["Order"]["Party"] == "Party 1"
    assert "Amount" not in order
    assert order["Lines"][0]["@odata.etag"] == order["@odata.etag"]


def test_paths_lead_to_children_properties_and_counts(either):
    assert [line["Line"] for line in either.rows("Orders('1')/Lines")] == ["10", "20", "30"]
    assert either.get("Orders('1')/Lines/$count").text == "3"
    assert either.get("Orders('1')/Lines(Number='1',Line='20')/Order/Party/$value").text == "Party 1"
    body = either.get("Orders('1')/Party").json()
    assert body.get("value", body.get("d", {}).get("Party")) == "Party 1"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Nothing", 404),
        ("Orders('99')", 404),
        ("Orders('1')/Nothing", 404),
        ("Orders/Lines", 404),
        ("Orders(1)", 400),
        ("Orders(Number='1',Line='2')", 400),
        ("Lines('1')", 400),
        ("Orders('1'", 400),
        ("Orders('1')?$top=1", 400),
        ("Orders?$format=atom", 406),
    ],
)
def test_wrong_addresses(either, path, status):
    either.refused(path, status)


def test_a_set_that_cannot_be_addressed_is_refused(v2):
    assert v2.get("Notes").status_code == 405


def test_without_an_accept_for_json_the_answer_depends_on_the_service(v2):
    """sap.md 4.2: content"""
    assert v2.get("Orders('1')", headers={"Accept": "*/*"}).status_code == 200
    v2.service.json_by_default = False
    assert v2.get("Orders('1')", headers={"Accept": "*/*"}).status_code == 406
    assert v2.get("Orders('1')?$format=json", headers={"Accept": "*/*"}).status_code == 200


def test_pages_are_linked_and_whole(either):
    """sap.md 7: __next paging"""
    either.service.page_size = 4
    seen, url, pages = [], f"{either.root}/Orders?$orderby=Count desc&$filter=Count gt 2", 0
    while url:
        body = either.http.get(url).json()
        page = body.get("d", body)
        rows = page["results"] if "results" in page else page["value"]
        assert len(rows) <= 4
        seen += [row["Number"] for row in rows]
        url, pages = page.get("__next") or page.get("@odata.nextLink"), pages + 1
    assert seen == [str(n) for n in range(15, 2, -1)]
    assert pages == 4


def test_a_page_may_be_smaller_when_the_client_prefers_it(v4):
    body = v4.get("Orders", headers={"Prefer": "odata.maxpagesize=2"}).json()
    assert len(body["value"]) == 2
    assert "$skiptoken=2" in body["@odata.nextLink"]


def test_an_unchanged_entity_is_not_sent_again(either):
    etag = either.get("Orders('1')").headers["ETag"]
    again = either.get("Orders('1')", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert either.get("Orders('2')", headers={"If-None-Match": etag}).status_code == 200


def test_metadata_tell_types_keys_and_navigations(either):
    text = either.get("$metadata", headers={"Accept": "*/*"}).text
    root = etree.fromstring(text.encode())
    [kind] = root.xpath("//*[local-name()='EntityType'][@Name='OrdersType']")
    properties = {e.get("Name"): e for e in kind.xpath("*[local-name()='Property']")}
    assert properties["Number"].get("Nullable") == "false"
    assert properties["Amount"].get("Precision") == "9"
    assert properties["Amount"].get("Scale") == "2"
    assert properties["Party"].get("MaxLength") == "40"
    assert "NavigationProperty" in text
    assert ("Org.OData.Capabilities.V1.InsertRestrictions" in text) is (either.shop.version == 4)


def test_the_service_document_lists_what_can_be_addressed(v2, v4):
    assert v2.get("").json()["d"]["EntitySets"] == ["Orders", "Lines"]
    assert [entry["name"] for entry in v4.get("").json()["value"]] == ["Orders", "Lines", "Fixed"]


def test_a_release_without_a_set_or_property_has_no_way_to_it(v2):
    """sap.md 4.4: tolerate absence"""
    v2.service.model = v2.service.model.without("Lines", "Orders/Weight")
    order = v2.get("Orders('1')").json()["d"]
    assert "Weight" not in order
    assert "Lines" not in order
    assert v2.get("Lines").status_code == 404
    v2.refused("Orders?$filter=Weight eq 1M")


def test_a_filter_may_follow_a_way_to_one_entity(either):
    assert len(either.rows("Lines?$filter=Order/Party eq 'Party 1' and Quantity gt 1")) == 2
    assert either.rows("Lines?$filter=Order/Party eq 'Party 0'") == []
    either.refused("Orders?$filter=Lines/Product eq '62'")
    either.refused("Lines?$filter=Order eq '1'")


@pytest.mark.parametrize("query", ["$top=1&$top=2", "$select=Number,Lines/Line", "$filter=Party gt 5"])
def test_options_that_contradict_themselves(either, query):
    either.refused(f"Orders?{query}")


def test_counts_are_asked_for_in_the_words_of_the_version(v2, v4):
    v2.refused("Orders?$inlinecount=some")
    assert "__count" not in v2.get("Orders?$inlinecount=none").json()["d"]
    v4.refused("Orders?$count=maybe")
    v4.refused("Orders?$expand=Lines($top=1")
    v4.refused("Orders?$expand=Lines($nonsense=1)")
    assert "@odata.count" not in v4.get("Orders?$count=false").json()


def test_a_star_selects_all_properties(either):
    body = either.get("Orders('1')?$select=*").json()
    assert {"Number", "Party", "Weight"} <= set(body.get("d", body))


def test_another_path_is_nobodys(v2):
    assert v2.http.get("https://mock.shop/elsewhere").status_code == 404
