"""What does not go with the description of a service is refused, and the fault says so (dynamics.md 2.2, 2.4)."""

import pytest

from .conftest import Refused, a_line, envelope, lines_of, many, xml

ORDER = "urn:microsoft-dynamics-schemas/page/salesorder"


def create(nav, **fields):
    return nav("Create", SalesOrder=fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"External_Document_No": "A", "Sell_to_Customer_No": "10000"},
        {"Sell_to_Customer_No": "10000", "Colour": "red"},
        {"Sell_to_Customer_No": ["10000", "10000"]},
        {"Sell_to_Customer_No": {"No": "10000"}},
    ],
    ids=["order", "unknown", "twice", "nested"],
)
def test_elements_stand_in_the_order_of_the_schema(nav, fields):
    """2.2 field order"""
    with pytest.raises(Refused, match="invalid child element") as caught:
        create(nav, **fields)
    assert (caught.value.code, caught.value.status) == ("ServiceBrokerException", 500)
    assert nav.listed() == []


def test_a_server_may_ignore_what_is_out_of_order(nav, server):
    """The worse reading: the value is lost without a word."""
    server.settings.unexpected = "ignored"
    made = create(
        nav, Sell_to_Customer_No="10000", External_Document_No="A", Order_Date="2026-01-01", Colour="red"
    )
    assert (made["SalesOrder"]["Order_Date"], made["SalesOrder"]["External_Document_No"]) == (
        "2026-03-02",
        "A",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Order_Date", "02.03.2026"),
        ("Order_Date", "2026-02-30"),
        ("Prices_Including_VAT", "yes"),
        ("Shipping_Advice", "Whatever"),
        ("Prepayment_Percent", "1,5"),
        ("Prepayment_Percent", "NaN"),
    ],
)
def test_values_have_the_types_of_the_schema(nav, field, value):
    """2.4: dates YYYY-MM-DD, decimals with a dot, enums by their names"""
    with pytest.raises(Refused, match="not valid according to its datatype"):
        create(nav, Sell_to_Customer_No="10000", **{field: value})


def test_a_text_that_is_too_long_is_refused_and_not_cut(nav):
    with pytest.raises(Refused, match="less than or equal to 35") as caught:
        nav.create(a_line(), External_Document_No="X" * 36)
    assert caught.value.code == "NavNCLStringLengthExceededException"
    assert nav.create(a_line(), External_Document_No="X" * 35)["External_Document_No"] == "X" * 35


def test_codes_are_kept_in_capitals(nav):
    made = nav.create(a_line("valve-20"), External_Document_No="web-1a")
    assert (made["External_Document_No"], lines_of(made)[0]["No"]) == ("WEB-1A", "VALVE-20")


def test_what_nobody_can_write_is_refused(nav):
    with pytest.raises(Refused, match="read-only"):
        create(nav, Sell_to_Customer_No="10000", Status="Released")
    with pytest.raises(Refused, match="read-only"):
        nav.create(a_line(Quantity_Shipped="1"))


def test_numbers_come_from_the_series(nav):
    with pytest.raises(Refused, match="manually"):
        create(nav, No="MINE-1", Sell_to_Customer_No="10000")
    made = nav.create(a_line())
    with pytest.raises(Refused, match="rename"):
        nav.update(Key=made["Key"], No="MINE-1")


def test_an_order_without_a_customer_is_refused(nav):
    with pytest.raises(Refused, match="Sell-to Customer No") as caught:
        nav("Create", SalesOrder={"External_Document_No": "A"})
    assert caught.value.code == "NavTestFieldException"


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("Read", {}),
        ("Read", {"Number": "1"}),
        ("ReadMultiple", {"setSize": "0"}),
        ("ReadMultiple", {"filter": {"Field": "No", "Criteria": ""}}),
        ("ReadMultiple", {"filter": {"Field": "No"}, "setSize": "0"}),
        ("ReadMultiple", {"filter": {"Field": "Colour", "Criteria": ""}, "setSize": "0"}),
        ("ReadMultiple", {"filter": {"Field": "No", "Criteria": ""}, "setSize": "all"}),
        ("Create", {}),
        ("CreateMultiple", {"SalesOrder_List": ""}),
        ("Post", {}),
    ],
)
def test_parameters_are_as_described(nav, operation, fields):
    with pytest.raises(Refused) as caught:
        nav(operation, **fields)
    assert caught.value.code == "ServiceBrokerException"


def test_an_element_outside_the_namespace_is_unknown(nav):
    answer = nav.send("Read", '<No xmlns="urn:other">1</No>')
    assert answer.status_code == 500


def test_the_action_names_the_operation(nav):
    """2.1 SOAPAction"""
    for action in ("", f'"{ORDER}:Delete"'):
        assert nav.send("Read", xml(No="1"), SOAPAction=action).status_code == 500
    assert nav.send("Read", xml(No="1"), SOAPAction=f"{ORDER}:Read").status_code == 200


def test_what_is_no_soap_is_no_request(nav, session):
    url = f"{nav.base}/Page/SalesOrder"
    headers = {"Content-Type": "text/xml"}
    for body in ("", "<a", "<a/>", envelope(""), envelope("<a/><b/>")):
        assert session.post(url, data=body, headers=headers).status_code == 400
    read = envelope(f'<Read xmlns="{ORDER}"><No>1</No></Read>')
    assert session.post(url, data=read, headers={"Content-Type": "application/json"}).status_code == 415
    assert session.put(url, data=read, headers=headers).status_code == 405


@pytest.mark.parametrize(
    "declared",
    ['<!DOCTYPE a [<!ENTITY b "c">]>', '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'],
)
def test_document_types_are_not_taken(nav, session, declared):
    body = declared + envelope(f'<Read xmlns="{ORDER}"><No>1</No></Read>')
    headers = {"Content-Type": "text/xml", "SOAPAction": f"{ORDER}:Read"}
    assert session.post(f"{nav.base}/Page/SalesOrder", data=body, headers=headers).status_code == 400


def test_a_message_has_a_limit(nav, server):
    """2.1 message limit"""
    server.settings.message_limit = 100
    assert nav.send("Read", xml(No="1")).status_code == 413


def test_texts_may_hold_what_xml_forbids(nav, company, world):
    """2.4: for example &#x1F; inside the tracking text"""
    made = nav.create(a_line())
    order = company.find("order", made["No"])
    with world.unit():
        company.documents.put(type(order)(**{**vars(order), "tracking": "1Z\x1f9"}))
    answer = nav.send("Read", xml(No=made["No"]))
    assert "<Package_Tracking_No>1Z&#x1F;9</Package_Tracking_No>" in answer.text
    sent = nav.send(
        "Create", "<SalesOrder><Sell_to_Customer_Name>a&#x1F;</Sell_to_Customer_Name></SalesOrder>"
    )
    assert sent.status_code == 400


def test_an_empty_element_that_says_nil_was_not_sent(nav):
    made = nav.create(a_line(), External_Document_No="A")
    nil = '<External_Document_No xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'
    answer = nav.send("Update", f"<SalesOrder><Key>{made['Key']}</Key>{nil}</SalesOrder>")
    assert answer.status_code == 200
    assert nav.read(made["No"])["External_Document_No"] == "A"


def test_a_text_of_markup_comes_back_as_it_was(nav):
    made = nav.create(a_line(Description='5 < 6 & "7" <b>\u00e4\u4e2d'))
    assert many(lines_of(made))[0]["Description"] == '5 < 6 & "7" <b>\u00e4\u4e2d'


@pytest.mark.parametrize("line", [a_line(quantity="9" * 40), a_line(Unit_Price="9" * 40)])
def test_numbers_that_no_decimal_holds_are_refused(nav, line):
    with pytest.raises(Refused, match="Overflow"):
        nav.create(line)
    assert nav.listed() == []


def test_a_day_after_the_last_day_is_refused(nav):
    with pytest.raises(Refused, match="Overflow"):
        nav.create(a_line(), Document_Date="9999-12-31", Due_Date="")
