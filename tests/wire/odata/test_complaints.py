"""Everything that a back-end says is found, in whatever shape it comes (sap.md 4.2, 4.5, 4.7)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from erp_connect.wire.http import Answer
from erp_connect.wire.odata.complaints import Complaint, complaints, messages_of_success


def answer(body, content_type="application/json", status=400, **headers):
    content = (
        body
        if isinstance(body, bytes)
        else body.encode()
        if isinstance(body, str)
        else json.dumps(body).encode()
    )
    named = CaseInsensitiveDict(
        {"Content-Type": content_type, **{name.replace("_", "-"): v for name, v in headers.items()}}
    )
    return Answer(status, named, content, "https://erp.example/x")


def said(*args, **named):
    return [(each.code, each.message) for each in complaints(answer(*args, **named))]


SECOND = {
    "error": {
        "code": "/IWBEP/CX_MGW_BUSI_EXCEPTION",
        "message": {"lang": "en", "value": "An exception was raised"},
        "innererror": {
            "transactionid": "1",
            "errordetails": [
                {
                    "code": "V1/382",
                    "message": "Material X is not defined",
                    "propertyref": "",
                    "severity": "error",
                    "target": "to_Item",
                },
                {"code": "V1/028", "message": "Material has a status", "severity": "warning"},
            ],
        },
    }
}


def test_a_body_of_version_2_with_its_details():
    assert said(SECOND) == [
        ("/IWBEP/CX_MGW_BUSI_EXCEPTION", "An exception was raised"),
        ("V1/382", "Material X is not defined"),
        ("V1/028", "Material has a status"),
    ]
    found = complaints(answer(SECOND))
    assert [(each.severity, each.target) for each in found] == [
        ("error", ""),
        ("error", "to_Item"),
        ("warning", ""),
    ]


def test_a_body_of_version_4_with_its_details():
    body = {
        "error": {
            "code": "V1/042",
            "message": "Order 4711 is being processed by user X",
            "target": "SalesOrder",
            "details": [{"code": "V1/028", "message": "status", "@SAP__common.numericSeverity": 3}],
        }
    }
    assert complaints(answer(body)) == (
        Complaint("Order 4711 is being processed by user X", "V1/042", "error", "SalesOrder"),
        Complaint("status", "V1/028", "warning"),
    )


def test_causes_of_causes_are_read():
    body = {
        "error": {
            "code": "",
            "message": "An error has occurred.",
            "innererror": {
                "message": "Write failed",
                "type": "System.Error",
                "internalexception": {"message": "Customer 10 is on hold", "type": "Infolog"},
            },
        }
    }
    assert said(body) == [
        ("", "An error has occurred."),
        ("System.Error", "Write failed"),
        ("Infolog", "Customer 10 is on hold"),
    ]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ({"error": {"message": "only this"}}, "application/json", [("", "only this")]),
        ({"error": {"code": "V1/302"}}, "application/json", [("V1/302", "V1/302")]),
        (
            {"error": "invalid_client", "error_description": "expired"},
            "application/json",
            [("invalid_client", "expired")],
        ),
        ({"Message": "An error"}, "application/json", [("", "An error")]),
        ("CSRF token validation failed", "text/plain", [("", "CSRF token validation failed")]),
        (
            "<html><head><style>b{}</style></head><body><h1>Logon&nbsp;failed</h1><script>x()</script></body></html>",
            "text/html",
            [("", "Logon failed")],
        ),
        (
            (
                '<?xml version="1.0"?><error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
                "<code>V1/382</code><message xml:lang='en'>No &lt;material&gt;</message></error>"
            ),
            "application/xml",
            [("V1/382", "No <material>")],
        ),
    ],
)
def test_every_other_shape(body, content_type, expected):
    assert said(body, content_type) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 5, "message": ["x"], "innererror": "text"}},
        {"error": {"code": {}, "message": {"value": {"a": 1}}, "innererror": {"errordetails": "text"}}},
        {"error": {"innererror": {"errordetails": {"results": [5, None, {"message": 7}]}}}},
        {"error": [1, 2]},
        {"error": None},
        [],
        b"",
        b"{",
        b"<",
        b"\xff\xfe\x00",
    ],
)
def test_members_of_the_wrong_kind_do_no_harm(body):
    found = complaints(answer(body, status=500))
    assert found
    assert all(isinstance(each.message, str) and each.message for each in found)


def test_an_answer_without_a_word_is_told_by_its_status():
    assert said(b"", status=502) == [("", "the server answered with 502 and said nothing")]


def test_no_message_is_longer_than_people_read():
    (only,) = complaints(answer("x" * 10_000, "text/plain"))
    assert len(only.message) == 500


def test_xml_that_wants_to_read_files_reads_none(tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    document = (
        f'<!DOCTYPE e [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]><error><message>a&x;b</message></error>'
    )
    assert "hunter2" not in str(said(document, "application/xml"))


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "code",
                    "message",
                    "value",
                    "innererror",
                    "errordetails",
                    "details",
                    "results",
                    "severity",
                    "numericSeverity",
                    "x",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(json_like)
def test_whatever_is_said_there_is_something_to_show(body):
    assert complaints(answer({"error": body}))


@given(
    st.binary(max_size=60),
    st.sampled_from(["application/json", "application/xml", "text/html", "text/plain; charset=klingon"]),
)
def test_whatever_bytes_come_there_is_something_to_show(body, content_type):
    assert complaints(answer(b"<" + body, content_type))
    assert complaints(answer(body, content_type))


# ---------------------------------------------------------------- what a success says


def test_the_message_of_a_success_stands_in_its_header():
    header = json.dumps(
        {
            "code": "V1/555",
            "message": "incomplete",
            "severity": "warning",
            "target": "",
            "details": [{"code": "V1/849", "message": "credit", "severity": "error"}],
        }
    )
    found = messages_of_success(answer({}, status=201, sap_message=header))
    assert [(each.code, each.severity) for each in found] == [("V1/555", "warning"), ("V1/849", "error")]


def test_messages_of_version_4_stand_in_the_entity():
    body = {
        "SAP__Messages": [
            {"code": "V1/028", "message": "status", "numericSeverity": 3},
            {"code": "V1/311", "message": "saved", "numericSeverity": 1},
        ]
    }
    found = messages_of_success(answer(body, status=201), body)
    assert [(each.code, each.severity) for each in found] == [("V1/028", "warning"), ("V1/311", "success")]


@pytest.mark.parametrize("header", ["no json", "[]", "5", "{"])
def test_a_header_of_another_form_does_no_harm(header):
    assert len(messages_of_success(answer({}, status=200, sap_message=header))) <= 1
