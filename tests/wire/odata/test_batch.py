"""Batches: what is sent, byte for byte, and what became of each group (sap.md 4.3)."""

import json
from decimal import Decimal
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from erp_connect.wire.http import Answer
from erp_connect.wire.odata import Group, Operation
from erp_connect.wire.odata.batch import as_json, as_multipart, from_json, from_multipart

EXACT = {"Content-Type": "application/json;IEEE754Compatible=true"}
READ = Group((Operation("GET", "A_SalesOrder('1')"),), atomic=False)
REJECT = Group(
    tuple(
        Operation(
            "PATCH",
            f"A_SalesOrderItem(SalesOrder='1',SalesOrderItem='{n}')",
            {"SalesDocumentRjcnReason": "Z1"},
            {"If-Match": "*"},
        )
        for n in (10, 20)
    )
)
CREATE = Group((Operation("POST", "A_SalesOrder", {"TotalNetAmount": Decimal("0.10"), "Name": "Söhne"}),))


def batch(body, content_type="multipart/mixed; boundary=b", status=202):
    return Answer(
        status, CaseInsensitiveDict({"Content-Type": content_type}), body, "https://erp.example/$batch"
    )


def crlf(text):
    return text.replace("\n", "\r\n").encode()


def test_every_part_is_what_an_independent_parser_reads():
    content_type, body = as_multipart([READ, REJECT, CREATE])
    whole = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=policy.HTTP)
    read, changes, create = whole.iter_parts()
    assert read.get_content_type() == "application/http"
    assert read["Content-Transfer-Encoding"] == "binary"
    assert (
        read.get_payload(decode=True) == b"GET A_SalesOrder('1') HTTP/1.1\r\nAccept: application/json\r\n\r\n"
    )
    assert [part["Content-ID"] for part in changes.iter_parts()] == ["1", "2"]
    second = list(changes.iter_parts())[1].get_payload(decode=True)
    head, _, cells = second.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"PATCH A_SalesOrderItem(SalesOrder='1',SalesOrderItem='20') HTTP/1.1"
    assert b"If-Match: *" in head
    assert json.loads(cells) == {"SalesDocumentRjcnReason": "Z1"}
    (made,) = create.iter_parts()
    cells = made.get_payload(decode=True).partition(b"\r\n\r\n")[2]
    assert cells == '{"TotalNetAmount": 0.10, "Name": "Söhne"}'.encode()
    assert b"Content-Length: %d" % len(cells) in made.get_payload(decode=True)
    assert b"\n" not in body.replace(b"\r\n", b"")


MULTIPART = crlf("""--b
Content-Type: application/http
Content-Length: 5
content-transfer-encoding: binary

HTTP/1.1 200 OK
Content-Type: application/json
Content-Length: 18

{"d": {"a": "b"}}

--b
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: application/http

HTTP/1.1 204 No Content


--c
Content-Type: application/http

HTTP/1.1 204 No Content
ETag: W/"2"


--c--

--b
Content-Type: application/http

HTTP/1.1 400 Bad Request
Content-Type: application/json

{"error": {"code": "V1/382"}}
--b--
""")


@pytest.mark.parametrize(
    "body", [MULTIPART, MULTIPART.replace(b"\r\n", b"\n"), b"preamble\r\n" + MULTIPART + b"\r\nepilogue"]
)
def test_each_group_has_its_own_end(body):
    read, rejected, created = from_multipart(batch(body), [READ, REJECT, CREATE])
    assert read.done
    assert json.loads(read.answers[0].body) == {"d": {"a": "b"}}
    assert rejected.done
    assert [each.status for each in rejected.answers] == [204, 204]
    assert rejected.answers[1].headers["etag"] == 'W/"2"'
    assert not created.done
    assert created.refused.status == 400
    assert json.loads(created.refused.body)["error"]["code"] == "V1/382"


def test_one_answer_refuses_a_whole_change_set():
    text = crlf("--b\nContent-Type: application/http\n\nHTTP/1.1 412 Precondition Failed\n\n{}\n--b--\n")
    (rejected,) = from_multipart(batch(text), [REJECT])
    assert (rejected.answers, rejected.refused.status, rejected.done) == ((), 412, False)


def test_a_refusal_inside_of_its_change_set_counts_for_all_of_it():
    text = crlf(
        "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nHTTP/1.1 400 Bad\n\n{}\n--c--\n\n--b--\n"
    )
    (rejected,) = from_multipart(batch(text), [REJECT])
    assert (rejected.refused.status, rejected.done) == (400, False)


def test_groups_that_the_server_did_not_come_to_have_no_end():
    text = crlf("--b\n\nHTTP/1.1 400 Bad\n\n{}\n--b--\n")
    first, second = from_multipart(batch(text), [CREATE, REJECT])
    assert first.refused.status == 400
    assert (second.answers, second.refused, second.done) == ((), None, False)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (crlf("--b\n\nHTTP/1.1 200 OK\n\n{}\n"), "multipart/mixed; boundary=b"),
        (crlf("--b\n\nnothing\n--b--\n"), "multipart/mixed; boundary=b"),
        (b"", "multipart/mixed; boundary=b"),
        (
            crlf(
                "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nHTTP/1.1 204 OK\n\n\n--c--\n\n--b--\n"
            ),
            "multipart/mixed; boundary=b",
        ),
    ],
)
def test_what_does_not_tell_the_end_of_each_request_is_no_answer(body, content_type):
    with pytest.raises(ValueError):  # noqa: PT011 (each has its own words)
        from_multipart(batch(body, content_type), [REJECT])


@given(
    st.lists(
        st.sampled_from(
            [
                b"--b",
                b"--b--",
                b"--c",
                b"--c--",
                b"",
                b"HTTP/1.1 200 OK",
                b"HTTP/1.1",
                b"Content-Type: multipart/mixed; boundary=c",
                b"Content-Length: 3",
                b"{}",
                b"\xff",
            ]
        ),
        max_size=14,
    )
)
def test_any_body_is_an_answer_or_told(lines):
    try:
        ends = from_multipart(batch(b"\r\n".join(lines)), [READ, REJECT])
    except ValueError:
        return
    assert len(ends) == 2


def test_the_json_form_names_each_request_and_its_group():
    content_type, body = as_json([READ, REJECT, CREATE])
    assert content_type == "application/json"
    said = json.loads(body, parse_float=Decimal)["requests"]
    assert [each["id"] for each in said] == ["0.0", "1.0", "1.1", "2.0"]
    assert [each.get("atomicityGroup") for each in said] == [None, "g1", "g1", "g2"]
    assert said[1]["headers"]["If-Match"] == "*"
    assert said[3]["body"] == {"TotalNetAmount": Decimal("0.10"), "Name": "Söhne"}


def json_answer(*responses):
    return batch(json.dumps({"responses": list(responses)}).encode(), "application/json", 200)


def test_answers_in_json_are_told_by_their_ids():
    read, rejected, created = from_json(
        json_answer(
            {"id": "2.0", "status": 201, "headers": {"etag": "x"}, "body": {"SalesOrder": "7"}},
            {"id": "1.1", "status": 204},
            {"id": "1.0", "status": 204},
            {"id": "0.0", "status": 200, "body": {"a": 1}},
        ),
        [READ, REJECT, CREATE],
    )
    assert read.done
    assert rejected.done
    assert created.done
    assert created.answers[0].headers["ETag"] == "x"
    assert json.loads(created.answers[0].body) == {"SalesOrder": "7"}


@pytest.mark.parametrize(
    "responses",
    [
        [{"id": "0.0", "status": 424}, {"id": "0.1", "status": 412, "body": {"error": {"code": "E"}}}],
        [{"id": "0.0", "status": 204}, {"id": "0.1", "status": 412, "body": {"error": {"code": "E"}}}],
        [{"id": "g0", "status": 412, "body": {"error": {"code": "E"}}}],
        [{"id": "0.0", "status": 412, "body": {"error": {"code": "E"}}}],
    ],
)
def test_a_group_in_json_is_refused_whole(responses):
    (rejected,) = from_json(json_answer(*responses), [REJECT])
    assert (rejected.answers, rejected.refused.status) == ((), 412)
    assert json.loads(rejected.refused.body)["error"]["code"] == "E"


def test_what_json_leaves_out_has_no_end():
    first, second = from_json(json_answer({"id": "0.0", "status": 500}), [CREATE, REJECT])
    assert first.refused.status == 500
    assert (second.answers, second.refused) == ((), None)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"responses": 5}', b'{"responses": [{"id": "0.0"}]}', b"<html>"]
)
def test_json_that_is_no_batch_is_told(body):
    with pytest.raises(ValueError):  # noqa: PT011 (each has its own words)
        from_json(batch(body, "application/json", 200), [CREATE])


def test_a_part_may_agree_on_another_content_type_for_itself():
    made = Group((Operation("POST", "SalesOrder", {"Net": "0.10"}, EXACT),))
    _, body = as_multipart([made])
    assert b"Content-Type: application/json;IEEE754Compatible=true\r\n" in body
    assert b"Content-Type: application/json\r\n" not in body
    _, body = as_json([made])
    assert json.loads(body)["requests"][0]["headers"]["Content-Type"] == EXACT["Content-Type"]


def change_set(*numbers):
    """The answer to a change set of one operation, for each order, named by its Content-ID."""
    return "".join(
        f"--b\nContent-Type: multipart/mixed; boundary=c{number}\n\n--c{number}\nContent-Type: application/http\n"
        f"Content-ID: {number}\n\nHTTP/1.1 201 Created\nContent-Type: application/json\n\n"
        f'{{"d": {{"SalesOrder": "{number}"}}}}\n--c{number}--\n'
        for number in numbers
    )


@pytest.mark.parametrize("numbers", [(2, 3), (2, 1, 3), (1, 3, 2), (1, 2, 3, 4)])
def test_an_answer_that_is_about_another_order_is_not_taken_for_this_one(numbers):
    with pytest.raises(ValueError, match="batch"):
        from_multipart(batch(crlf(change_set(*numbers) + "--b--\n")), [CREATE] * 3)


def test_answers_that_name_their_questions_in_order_are_taken():
    found = from_multipart(batch(crlf(change_set(1, 2, 3) + "--b--\n")), [CREATE] * 3)
    assert [json.loads(each.answers[0].body)["d"]["SalesOrder"] for each in found] == ["1", "2", "3"]
