"""Sales orders over a page service: create, read, change, delete, by Key (dynamics.md 2.2, 2.3)."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.serving import serve

from .conftest import Caller, Refused, a_line, lines_of, xml


def test_an_order_is_created_with_its_lines_and_read_by_number(nav):
    """2.4: the example; 2.2: Create answers the record as it is stored."""
    made = nav.create(a_line(), a_line("HOSE-20", "2.5"), External_Document_No="WEB-1001")
    assert made == nav.read(made["No"])
    assert (made["Sell_to_Customer_Name"], made["External_Document_No"]) == ("Harbour Pumps", "WEB-1001")
    assert (made["Status"], made["Shipping_Advice"], made["Job_Queue_Status"]) == (
        "Open",
        "Partial",
        "_blank_",
    )
    lines = lines_of(made)
    assert [(line["Line_No"], line["No"], line["Quantity"]) for line in lines] == [
        ("10000", "VALVE-20", "4"),
        ("20000", "HOSE-20", "2.5"),
    ]
    assert [Decimal(line["Unit_Price"]) for line in lines] == [Decimal("12.5"), Decimal("3.2")]
    assert {(line["Total_Amount_Excl_VAT"], line["Total_VAT_Amount"]) for line in lines} == {("58", "11.6")}


def test_blank_texts_are_left_out_and_blank_dates_are_in_the_year_one(nav):
    """2.4: blank date 0001-01-01."""
    made = nav.create(a_line())
    assert "External_Document_No" not in made
    assert made["Requested_Delivery_Date"] == "0001-01-01"


def test_blank_texts_may_be_answered_as_empty_elements(nav, server):
    server.settings.blank_texts = "empty"
    assert nav.create(a_line())["External_Document_No"] == ""


def test_a_missing_order_is_an_empty_result_and_no_fault(nav):
    """2.2 missing record"""
    assert nav.read("S-ORD999999") is None
    assert nav("ReadByRecId", recId="Sales Header: Order,S-ORD999999") == ""


def test_what_is_read_by_is_a_filter(nav):
    """2.2 Read argument: filter characters have to be escaped."""
    first, second = nav.create(a_line()), nav.create(a_line())
    assert nav.read("S-ORD*")["No"] == first["No"]
    assert nav.read(f"<>{first['No']}")["No"] == second["No"]
    assert nav.read("'S-ORD*'") is None


def test_a_number_with_filter_characters_has_to_be_quoted(nav):
    for number in ("A&B", "A"):
        nav("Create", "Customer", Customer={"No": number, "Name": number})
    assert nav.read("A&B", "Customer") is None
    assert nav.read("A|B", "Customer")["No"] == "A"
    assert nav.read("'A&B'", "Customer")["No"] == "A&B"


def test_of_two_who_change_the_same_record_one_is_told(nav, server, session):
    made = nav.create(a_line())
    with serve(server) as url, ThreadPoolExecutor(2) as pool:
        caller = Caller(session, f"{url}/DynamicsNAV80/WS/Harbour%20Trading")
        changes = [xml(SalesOrder={"Key": made["Key"], "External_Document_No": text}) for text in "AB"]
        answers = list(pool.map(lambda inner: caller.send("Update", inner), changes))
    assert sorted(answer.status_code for answer in answers) == [200, 500]


def test_a_record_id_leads_back_to_the_order(nav):
    made = nav.create(a_line())
    ident = nav("GetRecIdFromKey", Key=made["Key"])["GetRecIdFromKey_Result"]
    assert nav("ReadByRecId", recId=ident)["SalesOrder"] == made


def test_only_what_was_sent_changes_and_an_empty_element_blanks(nav):
    """2.2 only changed fields"""
    made = nav.create(a_line(), External_Document_No="WEB-1", Requested_Delivery_Date="2026-05-01")
    moved = nav.update(Key=made["Key"], Requested_Delivery_Date="2026-05-08")
    assert moved["Requested_Delivery_Date"] == "2026-05-08"
    assert moved["External_Document_No"] == "WEB-1"
    blanked = nav.update(Key=moved["Key"], External_Document_No="", Requested_Delivery_Date="0001-01-01")
    assert "External_Document_No" not in blanked
    assert blanked["Requested_Delivery_Date"] == "0001-01-01"
    assert lines_of(blanked)[0]["Quantity"] == "4"


def test_an_update_needs_the_key(nav):
    """2.2 Update without Key: the record is found by Key, not by number."""
    made = nav.create(a_line())
    with pytest.raises(Refused):
        nav.update(No=made["No"], External_Document_No="X")
    assert nav.read(made["No"]) == made


def test_every_write_gives_a_new_key_and_the_old_one_is_stale(nav):
    """2.2 Key; 2.4 stale Key"""
    made = nav.create(a_line())
    moved = nav.update(Key=made["Key"], External_Document_No="A")
    assert moved["Key"] != made["Key"]
    assert nav("IsUpdated", Key=made["Key"])["IsUpdated_Result"] == "true"
    assert nav("IsUpdated", Key=moved["Key"])["IsUpdated_Result"] == "false"
    for operation, fields in (
        ("Update", {"SalesOrder": {"Key": made["Key"], "External_Document_No": "B"}}),
        ("Delete", {"Key": made["Key"]}),
    ):
        with pytest.raises(
            Refused, match=r"Other user has modified Sales Header: Order,S-ORD\d+\."
        ) as caught:
            nav(operation, **fields)
        assert caught.value.status == 500
    assert nav.read(made["No"])["External_Document_No"] == "A"


def test_an_order_that_was_deleted_meanwhile_does_not_exist(nav):
    """2.4 deleted meanwhile"""
    made = nav.create(a_line())
    assert nav("Delete", Key=made["Key"])["Delete_Result"] == "true"
    with pytest.raises(Refused, match=r"Sales Header No\. S-ORD\d+ does not exist\.") as caught:
        nav.update(Key=made["Key"], External_Document_No="B")
    assert caught.value.code == "NavCSideRecordNotFoundException"
    assert nav.read(made["No"]) is None


@pytest.mark.parametrize("key", ["", "nonsense", "4;AAAA;1;"])
def test_what_is_no_key_is_refused(nav, key):
    with pytest.raises(Refused):
        nav("Delete", Key=key)


def test_empty_lines_get_numbers_first_and_content_afterwards(nav, server):
    """2.2 header and lines: the way of older servers, which refuse filled lines in Create."""
    server.settings.filled_lines_in_create = False
    with pytest.raises(Refused):
        nav.create(a_line())
    assert nav.listed() == []
    made = nav.create()
    with_lines = nav.update(Key=made["Key"], SalesLines={"Sales_Order_Line": [{}, {}]})
    first, second = lines_of(with_lines)
    assert (first["Line_No"], second["Line_No"], first["Type"]) == ("10000", "20000", "_blank_")
    done = nav.update(
        Key=with_lines["Key"],
        SalesLines={
            "Sales_Order_Line": [
                {"Key": first["Key"], **a_line()},
                {"Key": second["Key"], **a_line("HOSE-20")},
            ]
        },
    )
    assert [(line["No"], line["Quantity"]) for line in lines_of(done)] == [
        ("VALVE-20", "4"),
        ("HOSE-20", "4"),
    ]


def test_lines_are_changed_by_their_own_keys_and_others_stay(nav):
    made = nav.create(a_line(), a_line("HOSE-20"))
    first, second = lines_of(made)
    moved = nav.update(
        Key=made["Key"],
        SalesLines={"Sales_Order_Line": [{"Key": second["Key"], "Quantity": "9"}, a_line("PUMP-A", "1")]},
    )
    assert [(line["No"], line["Quantity"]) for line in lines_of(moved)] == [
        ("VALVE-20", "4"),
        ("HOSE-20", "9"),
        ("PUMP-A", "1"),
    ]
    with pytest.raises(Refused, match="Other user has modified"):
        nav.update(
            Key=moved["Key"], SalesLines={"Sales_Order_Line": [{"Key": second["Key"], "Quantity": "1"}]}
        )
    other = nav.create(a_line())
    with pytest.raises(Refused, match="belongs to another"):
        nav.update(
            Key=other["Key"], SalesLines={"Sales_Order_Line": [{"Key": first["Key"], "Quantity": "1"}]}
        )


def test_deleting_a_line_leaves_the_header_key_stale(nav):
    """2.2 after Delete_SalesLines"""
    made = nav.create(a_line(), a_line("HOSE-20"))
    answer = nav("Delete_SalesLines", SalesLines_Key=lines_of(made)[0]["Key"])
    assert answer["Delete_SalesLines_Result"] == "true"
    with pytest.raises(Refused, match="Other user has modified"):
        nav.update(Key=made["Key"], External_Document_No="B")
    assert [line["No"] for line in lines_of(nav.read(made["No"]))] == ["HOSE-20"]


def test_a_refused_line_takes_the_whole_order_back(nav):
    """One call, one transaction: no header without its lines."""
    with pytest.raises(Refused) as caught:
        nav.create(a_line(), a_line("NOTHING"))
    assert caught.value.code == "NavCSideRecordNotFoundException"
    assert caught.value.text == "The Item does not exist. Identification fields and values: No.='NOTHING'"
    assert nav.listed() == []


def test_several_orders_are_one_transaction(nav):
    """2.2 Multiple operations"""
    good = {"Sell_to_Customer_No": "10000", "External_Document_No": "A"}
    bad = {"Sell_to_Customer_No": "99999"}
    with pytest.raises(Refused, match="The Customer does not exist"):
        nav("CreateMultiple", SalesOrder_List={"SalesOrder": [good, bad]})
    assert nav.listed() == []
    made = nav("CreateMultiple", SalesOrder_List={"SalesOrder": [good, good | {"External_Document_No": "B"}]})
    first, second = made["SalesOrder_List"]["SalesOrder"]
    changes = [
        {"Key": first["Key"], "External_Document_No": "C"},
        {"Key": first["Key"], "External_Document_No": "D"},
    ]
    with pytest.raises(Refused, match="Other user has modified"):
        nav("UpdateMultiple", SalesOrder_List={"SalesOrder": changes})
    assert nav.read(first["No"])["External_Document_No"] == "A"
    changes[1]["Key"] = second["Key"]
    done = nav("UpdateMultiple", SalesOrder_List={"SalesOrder": changes})["SalesOrder_List"]["SalesOrder"]
    assert [order["External_Document_No"] for order in done] == ["C", "D"]


def test_the_reference_is_not_unique(nav):
    """5.3: External_Document_No carries the reference, and nothing enforces it."""
    nav.create(a_line(), External_Document_No="WEB-1")
    nav.create(a_line(), External_Document_No="WEB-1")
    assert len(nav.listed(External_Document_No="WEB-1")) == 2


def test_a_line_without_a_type_has_no_quantity(nav, server):
    """A quantity that nobody would deliver is refused, not dropped."""
    with pytest.raises(Refused, match="Type must not be"):
        nav.create({"Description": "Call first", "Quantity": "3"})
    with pytest.raises(Refused, match="Standard Text"):
        nav.create({"No": "VALVE-20", "Quantity": "3"})
    made = nav.create(a_line(), {"Description": "Call first"})
    assert lines_of(made)[1]["Description"] == "Call first"
    server.settings.default_line_type = "Item"
    assert lines_of(nav.create({"No": "VALVE-20", "Quantity": "3"}))[0]["Quantity"] == "3"


def test_prices_and_discounts_come_as_they_were_sent(nav):
    made = nav.create(a_line(Unit_Price="11.12345", Line_Discount_Percent="10"))
    (line,) = lines_of(made)
    assert (line["Unit_Price"], line["Line_Discount_Percent"]) == ("11.12345", "10")
    assert (line["Line_Discount_Amount"], line["Line_Amount"]) == ("4.45", "40.04")


def test_a_record_that_was_read_may_be_sent_back_whole(nav):
    """Read-only fields are refused only where they would change."""
    made = nav.create(a_line())
    line = lines_of(made)[0]
    sent_back = nav.update(Key=made["Key"], SalesLines={"Sales_Order_Line": [line | {"Quantity": "5"}]})
    assert lines_of(sent_back)[0]["Quantity"] == "5"
    line = lines_of(sent_back)[0]
    with pytest.raises(Refused, match="read-only"):
        nav.update(Key=sent_back["Key"], SalesLines={"Sales_Order_Line": [line | {"Quantity_Shipped": "1"}]})


def test_a_currency_is_blank_for_the_companys_own(nav):
    """5.5 currency"""
    assert "Currency_Code" not in nav.create(a_line())
    made = nav.create(a_line(), Sell_to_Customer_No="20000")
    assert made["Currency_Code"] == "USD"


def test_addresses_of_an_order_are_put_over_the_customers(nav):
    made = nav.create(a_line(), Ship_to_Name="Quay office", Ship_to_City="Ventspils")
    shown = [made[f"Ship_to_{name}"] for name in ("Name", "Address", "City")]
    assert shown == ["Quay office", "Quay 1", "Ventspils"]
    assert made["Sell_to_City"] == "Riga"
