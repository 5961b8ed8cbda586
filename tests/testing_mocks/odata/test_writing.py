"""What a strict OData server lets a client write, in both versions."""

import pytest

JSON = {"content_type": "application/json"}


def etag(counter, path="Orders('1')"):
    answer = counter.get(path)
    body = answer.json()
    return body["d"]["__metadata"]["etag"] if "d" in body else body["@odata.etag"]


def order_of(counter, number):
    return next(row for row in counter.shop.tables["Orders"] if row["Number"] == number)


def test_a_post_creates_with_location_and_entity(either):
    """sap.md 4.2: create"""
    answer = either.send("POST", "Orders", {"Party": "New", "Count": 3})
    assert answer.status_code == 201
    assert answer.headers["Location"] == "https://mock.shop/odata/Orders('16')"
    body = answer.json()
    assert body.get("d", body)["Number"] == "16"
    assert order_of(either, "16")["Count"] == 3


def test_a_deep_insert_creates_the_children_too(either):
    """sap.md 4.2: deep insert through navigation names, results or a plain array"""
    amount = {2: "1.5", 4: 1.5}[either.shop.version]
    lines = [{"Product": "000000000000000062", "Quantity": amount}, {"Product": "PUMP", "Quantity": amount}]
    answer = either.send("POST", "Orders", {"Party": "Deep", "Lines": lines}).json()
    shown = answer.get("d", answer)["Lines"]
    shown = shown["results"] if isinstance(shown, dict) else shown
    assert [line["Product"] for line in shown] == ["62", "PUMP"]
    if either.shop.version == 2:
        again = either.send("POST", "Orders", {"Party": "Deep", "Lines": {"results": lines}})
        assert len(again.json()["d"]["Lines"]["results"]) == 2
    else:
        assert (
            either.send("POST", "Orders", {"Party": "Deep", "Lines": {"results": lines}}).status_code == 400
        )


def test_the_children_may_be_left_out_of_the_answer(v2):
    v2.service.inserts_echoed = False
    answer = v2.send("POST", "Orders", {"Party": "Deep", "Lines": [{"Product": "62", "Quantity": "1"}]})
    assert "__deferred" in answer.json()["d"]["Lines"]


def test_children_are_created_through_their_parent_only(either):
    """sap.md 4.5: child sets are not insertable directly"""
    assert either.send("POST", "Lines", {"Line": "40"}).status_code == 405
    assert either.send("POST", "Orders('1')/Lines", {"Line": "40"}).status_code == 201
    assert "40" in [line["Line"] for line in either.rows("Orders('1')/Lines")]


def test_a_change_needs_the_current_etag(either):
    """sap.md 4.2: missing 428, stale 412"""
    old = etag(either)
    assert either.send("PATCH", "Orders('1')", {"Party": "B"}).status_code == 428
    assert either.send("PATCH", "Orders('1')", {"Party": "B"}, If_Match=old).status_code == 204
    stale = either.send("PATCH", "Orders('1')", {"Party": "C"}, If_Match=old)
    assert stale.status_code == 412
    assert order_of(either, "1")["Party"] == "B"
    assert either.send("PATCH", "Orders('1')", {"Party": "C"}, If_Match="*").status_code == 204
    assert order_of(either, "1")["Party"] == "C"


def test_a_missing_etag_may_be_answered_otherwise(either):
    """sap.md 10, point 6: 428 vs 400"""
    either.service.missing_if_match = 400
    assert either.send("PATCH", "Orders('1')", {"Party": "B"}).status_code == 400


def test_a_delete_needs_the_current_etag(either):
    assert either.send("DELETE", "Orders('2')").status_code == 428
    assert either.send("DELETE", "Orders('2')", If_Match='W/"old"').status_code == 412
    assert either.send("DELETE", "Orders('2')", If_Match=etag(either, "Orders('2')")).status_code == 204
    assert either.get("Orders('2')").status_code == 404


def test_a_childs_etag_is_the_roots_in_version_4_and_none_in_version_2(v2, v4):
    """sap.md 4.5: concurrency"""
    old = etag(v4)
    assert etag(v4, "Lines(Number='1',Line='10')") == old
    assert v4.send("PATCH", "Lines(Number='1',Line='10')", {"Quantity": 9}, If_Match=old).status_code == 204
    assert v4.send("PATCH", "Lines(Number='1',Line='20')", {"Quantity": 9}, If_Match=old).status_code == 412
    assert v2.send("PATCH", "Lines(Number='1',Line='10')", {"Quantity": "9"}).status_code == 204


def test_merge_is_of_version_2_and_may_be_tunnelled(v2, v4):
    """sap.md 4.2: update"""
    assert v2.send("MERGE", "Orders('1')", {"Count": 7}, If_Match="*").status_code == 204
    assert order_of(v2, "1")["Count"] == 7
    tunnelled = v2.send("POST", "Orders('1')", {"Count": 8}, If_Match="*", X_HTTP_Method="MERGE")
    assert tunnelled.status_code == 204
    assert order_of(v2, "1")["Count"] == 8
    assert v4.send("MERGE", "Orders('1')", {"Count": 7}, If_Match="*").status_code == 405


def test_put_replaces_everything_that_can_be_set(either):
    """sap.md 4.2: PUT replaces all"""
    assert either.send("PUT", "Orders('1')", {"Count": 5}, If_Match="*").status_code == 204
    order = order_of(either, "1")
    assert (order["Count"], order["Party"], order["Amount"]) == (5, "", None)
    assert order["Secret"] == "x"


def test_a_change_is_shown_when_asked_for(v4):
    answer = v4.send("PATCH", "Orders('1')", {"Count": 5}, If_Match="*", Prefer="return=representation")
    assert answer.status_code == 200
    assert answer.json()["Count"] == 5
    v4.service.changes_shown = True
    assert v4.send("PATCH", "Orders('1')", {"Count": 6}, If_Match="*").json()["Count"] == 6
    assert v4.send("POST", "Orders", {"Party": "x"}, Prefer="return=minimal").status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {"Nothing": "x"},
        {"Party": 5},
        {"Party": "x" * 41},
        {"Number": "12345678901"},
        {"Count": "5"},
        {"Paid": "true"},
        {"Uid": "no guid"},
        {"Secret": "x"},
        {"Number": None},
        {"Lines": [{"Nothing": "x"}]},
        {"Lines": "x"},
        {"Ordered": "yesterday"},
        ["no entity"],
    ],
)
def test_what_does_not_fit_the_model_is_refused(either, body):
    """Strictness: unknown names, wrong types, too long, not creatable"""
    assert either.send("POST", "Orders", body).status_code == 400
    assert len(either.shop.tables["Orders"]) == 15


def test_read_only_properties_may_be_ignored(either):
    either.service.read_only_refused = False
    assert either.send("POST", "Orders", {"Party": "x", "Secret": "y"}).status_code == 201
    assert "Secret" not in order_of(either, "16")


def test_version_2_takes_decimals_as_text_and_dates_as_ticks_only(v2):
    """sap.md 4.2: values"""
    assert v2.send("POST", "Orders", {"Amount": 1.5}).status_code == 400
    assert v2.send("POST", "Orders", {"Amount": "1.555"}).status_code == 400
    assert v2.send("POST", "Orders", {"Amount": "12345678.5"}).status_code == 400
    assert v2.send("POST", "Orders", {"Ordered": "2026-01-15"}).status_code == 400
    answer = v2.send("POST", "Orders", {"Amount": "1.5", "Ordered": "/Date(-86400000)/", "At": "PT1H"})
    assert answer.json()["d"]["Amount"] == "1.50"
    assert answer.json()["d"]["Ordered"] == "/Date(-86400000)/"
    assert answer.json()["d"]["At"] == "PT01H00M00S"


def test_version_4_takes_decimals_as_text_only_when_announced(v4):
    """sap.md 4.5: IEEE754Compatible"""
    exact = {"content_type": "application/json;IEEE754Compatible=true"}
    assert v4.send("POST", "Orders", {"Amount": "1.5"}).status_code == 400
    assert v4.send("POST", "Orders", {"Amount": 1.5}, **exact).status_code == 400
    assert v4.send("POST", "Orders", {"Amount": "1.5"}, **exact).json()["Amount"] == 1.5
    assert v4.send("POST", "Orders", {"Amount": 1.5}).json()["Amount"] == 1.5
    assert v4.send("POST", "Orders", {"Ordered": "/Date(0)/"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "Orders('1')"),
        ("PATCH", "Orders"),
        ("DELETE", "Orders"),
        ("PUT", "Orders('1')/Party"),
        ("BREW", "Orders"),
    ],
)
def test_methods_that_a_resource_does_not_have(either, method, path):
    assert either.send(method, path, {}, If_Match="*").status_code == 405


def test_a_read_only_set_refuses_every_write(v4):
    v4.shop.tables["Fixed"].append({"Number": "1", "Text": "t"})
    assert v4.send("POST", "Fixed", {}).status_code == 405
    assert v4.send("PATCH", "Fixed(Number='1',Text='t')", {}).status_code == 405
    assert v4.send("DELETE", "Fixed(Number='1',Text='t')").status_code == 405


def test_a_body_is_json(either):
    url = f"{either.root}/Orders"
    assert either.http.post(url, data="<x/>", headers={"Content-Type": "application/xml"}).status_code == 415
    assert either.http.post(url, data="{", headers={"Content-Type": "application/json"}).status_code == 400


def test_a_refusal_of_the_business_has_its_code(either):
    answer = either.send("POST", "Orders", {"Party": "refused"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "no_such_party"


def test_function_imports_are_called_by_their_method(v2):
    assert v2.http.get(f"{v2.root}/Close?Number='3'").status_code == 405
    assert v2.http.post(f"{v2.root}/Close?Number='0000000003'").json()["d"]["Paid"] is True
    assert v2.get("Print?Number='3'").json() == {"d": {"Print": {"Page": "order 3"}}}
    assert v2.get("Print").status_code == 400
    assert v2.get("Print?Number=3").status_code == 400
