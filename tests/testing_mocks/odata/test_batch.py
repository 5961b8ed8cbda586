"""``$batch``: multipart with change sets in both versions, JSON in version 4 (sap.md 4.3)."""

import pytest


def part(method, url, body="", content_id="", *, encoding=True, **headers):
    """A request inside a batch."""
    lines = ["Content-Type: application/http"]
    lines += ["Content-Transfer-Encoding: binary"] if encoding else []
    lines += [f"Content-ID: {content_id}"] if content_id else []
    inner = [f"{method} {url} HTTP/1.1", "Accept: application/json"]
    inner += ["Content-Type: application/json"] if body else []
    inner += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", *inner, "", body])


def change_set(*parts, mark="changes"):
    inside = "".join(f"--{mark}\r\n{one}\r\n" for one in parts)
    return f"Content-Type: multipart/mixed; boundary={mark}\r\n\r\n{inside}--{mark}--\r\n"


def post(counter, *parts, **headers):
    body = "".join(f"--b1\r\n{one}\r\n" for one in parts) + "--b1--\r\n"
    named = {"Content-Type": "multipart/mixed; boundary=b1"} | headers
    return counter.http.post(f"{counter.root}/$batch", data=body.encode(), headers=named)


def statuses(answer):
    return [int(line.split(" ")[1]) for line in answer.text.split("\r\n") if line.startswith("HTTP/1.1 ")]


def parties(counter):
    return [row["Party"] for row in counter.shop.tables["Orders"][15:]]


def test_reads_and_change_sets_are_answered_in_order(either):
    answer = post(
        either,
        part("GET", "Orders('1')"),
        change_set(
            part("POST", "Orders", '{"Party": "A"}', "1"),
            part("PATCH", "Orders('2')", '{"Count": 9}', "2", If_Match="*"),
        ),
        part("GET", "Orders/$count"),
    )
    assert answer.status_code == {2: 202, 4: 200}[either.shop.version]
    assert statuses(answer) == [200, 201, 204, 200]
    assert "Content-ID: 1" in answer.text
    assert answer.text.split("\r\n")[-3] == "16"
    assert parties(either) == ["A"]


def test_a_change_set_is_done_wholly_or_not_at_all_and_answers_once(either):
    """sap.md 4.3: one failure yields one error response, 202 outside"""
    answer = post(
        either,
        change_set(
            part("POST", "Orders", '{"Party": "A"}', "1"),
            part("POST", "Orders", '{"Party": "refused"}', "2"),
            part("POST", "Orders", '{"Party": "C"}', "3"),
        ),
    )
    assert statuses(answer) == [400]
    assert "no_such_party" in answer.text
    assert parties(either) == []


def test_version_2_goes_on_after_a_failure_and_version_4_when_it_is_asked_to(v2, v4):
    """sap.md 4.3; OData 4: continue-on-error"""
    parts = [part("GET", "Orders('99')"), part("GET", "Orders('1')")]
    assert statuses(post(v2, *parts)) == [404, 200]
    assert statuses(post(v4, *parts)) == [404]
    assert statuses(post(v4, *parts, Prefer="odata.continue-on-error")) == [404, 200]


def test_a_part_may_refer_to_what_an_earlier_one_created(either):
    """sap.md 4.3: $<Content-ID> within the change set"""
    answer = post(
        either,
        change_set(
            part("POST", "Orders", '{"Party": "A"}', "1"), part("POST", "$1/Lines", '{"Line": "10"}', "2")
        ),
    )
    assert statuses(answer) == [201, 201]
    assert [line["Line"] for line in either.rows("Orders('16')/Lines")] == ["10"]
    answer = post(either, change_set(part("POST", "$7/Lines", '{"Line": "10"}', "2")))
    assert statuses(answer) == [400]


def test_addresses_are_relative_or_of_this_service(either):
    assert statuses(post(either, part("GET", f"{either.root}/Orders('1')"))) == [200]
    assert statuses(post(either, part("GET", "/odata/Orders('1')"))) == [200]
    assert post(either, part("GET", "https://elsewhere/Orders('1')")).status_code == 400


@pytest.mark.parametrize(
    "broken",
    [
        lambda body: body.replace("\r\n", "\n"),
        lambda body: body.replace("--b1--\r\n", ""),
        lambda body: body.replace("binary\r\n\r\n", "binary\r\n"),
        lambda body: body.replace("Content-Transfer-Encoding: binary\r\n", ""),
        lambda body: body.replace("application/http", "text/plain"),
        lambda body: body.replace(" HTTP/1.1", ""),
    ],
    ids=["line ends", "not closed", "no empty line", "no encoding", "no http", "no request line"],
)
def test_the_form_has_to_be_right(either, broken):
    """sap.md 4.3: CRLF, empty line after headers, Content-Transfer-Encoding"""
    body = f"--b1\r\n{part('GET', 'Orders')}\r\n--b1--\r\n"
    headers = {"Content-Type": "multipart/mixed; boundary=b1"}
    assert either.http.post(f"{either.root}/$batch", data=body.encode(), headers=headers).status_code < 300
    answer = either.http.post(f"{either.root}/$batch", data=broken(body).encode(), headers=headers)
    assert answer.status_code == 400


def test_writes_outside_and_reads_inside_change_sets_are_refused(v2):
    """sap.md 4.3: writes sit in a nested multipart"""
    assert post(v2, part("POST", "Orders", "{}")).status_code == 400
    assert post(v2, change_set(part("GET", "Orders", content_id="1"))).status_code == 400
    assert parties(v2) == []


def test_a_batch_is_posted_as_multipart(either):
    assert either.get("$batch").status_code == 405
    assert either.http.post(f"{either.root}/$batch", data="x").status_code == 415


def requests_of(*entries):
    return {"requests": [{"id": str(i), **entry} for i, entry in enumerate(entries, 1)]}


def test_version_4_takes_batches_in_json(v4):
    """sap.md 4.5: JSON $batch"""
    body = requests_of(
        {"method": "GET", "url": "Orders('1')"},
        {"method": "POST", "url": "Orders", "body": {"Party": "A"}, "atomicityGroup": "g"},
        {
            "method": "PATCH",
            "url": "Orders('1')",
            "headers": {"If-Match": "*"},
            "body": {"Count": 5},
            "atomicityGroup": "g",
        },
    )
    answers = v4.send("POST", "$batch", body).json()["responses"]
    assert [(a["id"], a["status"]) for a in answers] == [("1", 200), ("2", 201), ("3", 204)]
    assert answers[0]["body"]["Number"] == "1"
    assert answers[1]["atomicityGroup"] == "g"
    assert answers[1]["body"]["Party"] == "A"


def test_an_atomicity_group_fails_as_a_whole(v4):
    body = requests_of(
        {"method": "POST", "url": "Orders", "body": {"Party": "A"}, "atomicityGroup": "g"},
        {"method": "POST", "url": "Orders", "body": {"Party": "refused"}, "atomicityGroup": "g"},
        {"method": "GET", "url": "Orders('1')"},
    )
    answers = v4.send("POST", "$batch", body).json()["responses"]
    assert [(a["id"], a["status"]) for a in answers] == [("1", 424), ("2", 400)]
    assert parties(v4) == []
    answers = v4.send("POST", "$batch", body, Prefer="continue-on-error").json()["responses"]
    assert [a["status"] for a in answers] == [424, 400, 200]


def test_version_2_does_not_take_batches_in_json(v2):
    assert v2.send("POST", "$batch", requests_of({"method": "GET", "url": "Orders"})).status_code == 415


def test_a_batch_has_a_boundary_and_whole_headers(either):
    url, body = f"{either.root}/$batch", f"--b1\r\n{part('GET', 'Orders')}\r\n--b1--\r\n"
    assert either.http.post(url, data=body, headers={"Content-Type": "multipart/mixed"}).status_code == 400
    quoted = {"Content-Type": 'multipart/mixed; boundary="b1"'}
    assert either.http.post(url, data=body, headers=quoted).status_code < 300
    wrong = body.replace("Accept: application/json", "Accept application/json")
    assert either.http.post(url, data=wrong, headers=quoted).status_code == 400
    assert post(either, part("GET", "/elsewhere/Orders")).status_code == 400


def test_what_follows_the_announced_length_of_a_body_does_not_count(either):
    body = '{"Party": "A"}'
    inside = part("POST", "Orders", body + "   ", "1", Content_Length=str(len(body)))
    assert statuses(post(either, change_set(inside))) == [201]
    assert parties(either) == ["A"]


def test_requests_of_a_change_set_are_named_in_version_4(v4):
    assert post(v4, change_set(part("POST", "Orders", "{}"))).status_code == 400
    broken = {"requests": [{"method": "GET"}]}
    assert v4.send("POST", "$batch", broken).status_code == 400
    assert v4.send("POST", "$batch", {}).status_code == 400
