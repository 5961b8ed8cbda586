"""Orders and their lines, written and read by raw requests (dynamics.md 4.2, 4.3; 4.9, points 1, 2, 4, 5)."""

from decimal import Decimal
from uuid import uuid4

import pytest

from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .conftest import KNOWN, ROOT, a_line, an_order, ident, refused


def amounts(row, *names):
    return [row[name] for name in names]


# ---------------------------------------------------------------- point 1: answers to a create


def test_a_new_order_is_answered_without_content_and_with_its_address(crm):
    """4.9 point 1"""
    answer = crm("POST", "salesorders", an_order())
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["OData-EntityId"] == f"{ROOT}salesorders({ident(answer)})"
    assert "Location" not in answer.headers
    assert crm.paper(ident(answer))["name"] == "WEB-1001"


def test_who_prefers_it_gets_the_order_back(crm):
    """4.9 point 1"""
    path = "salesorders?$select=name,totalamount&$expand=order_details($select=quantity)"
    body = an_order(order_details=[a_line()])
    answer = crm("POST", path, body, Prefer="return=representation")
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "return=representation"
    stored = answer.json(parse_float=Decimal)
    assert (stored["name"], stored["totalamount"]) == ("WEB-1001", 50)
    assert [line["quantity"] for line in stored["order_details"]] == [4]
    assert stored["salesorderid"] == ident(answer)


def test_a_change_is_answered_with_the_order_where_that_is_preferred(crm):
    order = crm.order()
    body = {"description": "by the gate"}
    assert crm("PATCH", f"salesorders({order})", body).status_code == 204
    answer = crm("PATCH", f"salesorders({order})?$select=description", body, Prefer="return=representation")
    assert (answer.status_code, answer.json()["description"]) == (200, "by the gate")


def test_the_client_may_choose_the_id(crm):
    """4.2"""
    chosen = str(uuid4())
    assert crm.created("salesorders", an_order(salesorderid=chosen)) == chosen
    again = crm("POST", "salesorders", an_order(salesorderid=chosen))
    assert refused(again)[:2] == (412, "0x80040237")


def test_the_server_gives_a_number_where_none_is_sent(crm):
    """4.3"""
    first, second = (crm.paper(crm.order())["ordernumber"] for _ in range(2))
    assert first.startswith("ORD-")
    assert first != second
    assert crm.paper(crm.order(ordernumber="MINE-1"))["ordernumber"] == "MINE-1"


def test_order_numbers_are_not_unique(crm):
    """9: CE uniqueness of ordernumber"""
    crm.order(ordernumber="MINE-1")
    crm.order(ordernumber="MINE-1")
    assert len(crm.rows("salesorders?$filter=ordernumber eq 'MINE-1'")) == 2


@pytest.mark.parametrize("settings", [Settings(order_number_unique=True)])
def test_order_numbers_can_be_unique(crm):
    crm.order(ordernumber="MINE-1")
    assert crm("POST", "salesorders", an_order(ordernumber="MINE-1")).status_code == 412


def test_an_order_and_its_lines_are_one_transaction(crm):
    """4.2: deep insert"""
    body = an_order(order_details=[a_line(), a_line(product="GASKET-1")])
    status, _, text = refused(crm("POST", "salesorders", body))
    assert (status, text) == (400, "You can only add active products.")
    assert crm.rows("salesorders") == []
    assert crm.rows("salesorderdetails") == []


@pytest.mark.parametrize("settings", [Settings(lines_navigation="salesorder_details")])
def test_the_way_to_the_lines_can_have_another_name(crm):
    """9: CE collection navigation name"""
    order = crm.created("salesorders", an_order(salesorder_details=[a_line()]))
    assert len(crm.rows(f"salesorders({order})/salesorder_details")) == 1
    assert crm("POST", "salesorders", an_order(order_details=[a_line()])).status_code == 400


# ---------------------------------------------------------------- point 2: upsert and its guards


def test_a_patch_of_what_is_not_there_makes_it(crm):
    """4.9 point 2"""
    chosen = uuid4()
    answer = crm("PATCH", f"salesorders({chosen})", an_order())
    assert (answer.status_code, ident(answer)) == (204, str(chosen))
    assert crm.paper(chosen)["name"] == "WEB-1001"
    assert crm("PATCH", f"salesorders({chosen})", {"name": "WEB-2"}).status_code == 204
    assert crm.paper(chosen)["name"] == "WEB-2"


def test_if_match_star_changes_and_never_makes(crm):
    """4.9 point 2"""
    chosen = uuid4()
    answer = crm("PATCH", f"salesorders({chosen})", an_order(), If_Match="*")
    assert refused(answer) == (404, "0x80040217", f"salesorder With Id = {chosen} Does Not Exist")
    assert crm.rows("salesorders") == []
    order = crm.order()
    assert crm("PATCH", f"salesorders({order})", {"name": "WEB-2"}, If_Match="*").status_code == 204


def test_if_none_match_star_makes_and_never_changes(crm):
    """4.9 point 2"""
    order = crm.order()
    answer = crm("PATCH", f"salesorders({order})", an_order(name="OTHER"), If_None_Match="*")
    assert refused(answer) == (412, "0x80060892", "A record with matching key values already exists.")
    assert crm.paper(order)["name"] == "WEB-1001"
    assert crm("PATCH", f"salesorders({uuid4()})", an_order(), If_None_Match="*").status_code == 204


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"name": "MINE"}), ("DELETE", None)])
def test_a_stale_version_is_refused(crm, method, body):
    """4.2, 4.9 point 2"""
    order = crm.order()
    seen = crm.paper(order)["@odata.etag"]
    assert seen.startswith('W/"4700')
    crm("PATCH", f"salesorders({order})", {"name": "THEIRS"})
    answer = crm(method, f"salesorders({order})", body, If_Match=seen)
    text = "The version of the existing record doesn't match the RowVersion property provided."
    assert refused(answer) == (412, "0x80060882", text)
    assert crm.paper(order)["name"] == "THEIRS"
    now = crm.paper(order)["@odata.etag"]
    assert crm(method, f"salesorders({order})", body, If_Match=now).status_code == 204


def test_a_version_is_not_asked_for(crm):
    """0: optimistic lock is optional"""
    order = crm.order()
    assert crm("DELETE", f"salesorders({order})").status_code == 204
    assert crm("GET", f"salesorders({order})").status_code == 404
    assert crm.rows("salesorderdetails") == []


# ---------------------------------------------------------------- point 4: the customer


def test_the_customer_is_read_by_its_column_and_two_ways(crm):
    """4.9 point 4"""
    order = crm.order()
    stored = crm.read(f"salesorders({order})?$expand=customerid_account($select=name),customerid_contact")
    assert "customerid" not in stored
    assert stored["_customerid_value"] == stored["_accountid_value"] == KNOWN["account/10000"]
    assert stored["customerid_account"]["name"] == "Harbour Pumps"
    assert stored["customerid_contact"] is None
    assert stored["_contactid_value"] is None


def test_a_contact_can_be_the_customer(crm):
    way = {
        "customerid_account__bind": None,
        "customerid_contact__bind": f"/contacts({KNOWN['contact/workshop']})",
    }
    stored = crm.paper(crm.order(**way))
    assert stored["_customerid_value"] == stored["_contactid_value"] == KNOWN["contact/workshop"]
    assert stored["_accountid_value"] is None


@pytest.mark.parametrize("name", ["customerid", "Customerid_Account", "customer"])
def test_no_plain_property_is_called_like_the_customer(crm, name):
    """4.9 point 4"""
    status, code, text = refused(crm("POST", "salesorders", an_order(**{name: KNOWN["account/10000"]})))
    assert (status, code) == (400, "0x80048d19")
    assert name in text


def test_the_column_that_is_read_cannot_be_written(crm):
    answer = crm("POST", "salesorders", an_order(_customerid_value=KNOWN["account/10000"]))
    assert answer.status_code == 400
    assert "Use Navigation properties" in answer.text


def test_an_order_has_a_customer(crm):
    answer = crm("POST", "salesorders", an_order(customerid_account__bind=None))
    assert refused(answer) == (400, "0x80040203", "You should specify a parent contact or account.")


# ---------------------------------------------------------------- point 5: amounts


def test_totals_follow_the_lines(crm):
    """4.9 point 5"""
    order = crm.order({"quantity": 4, "manualdiscountamount": 5, "tax": 9.5}, {"product": "PUMP-1"})
    first, second = crm.lines(order)
    assert amounts(first, "priceperunit", "baseamount", "extendedamount") == [
        Decimal("12.5"),
        50,
        Decimal("54.5"),
    ]
    assert amounts(second, "priceperunit", "extendedamount") == [480, 1920]
    paper = crm.paper(order)
    names = ("totallineitemamount", "totallineitemdiscountamount", "totaltax", "totalamount")
    assert amounts(paper, *names) == [1965, 5, Decimal("9.5"), Decimal("1974.5")]

    crm("PATCH", f"salesorderdetails({second['salesorderdetailid']})", {"quantity": 1})
    assert crm.paper(order)["totalamount"] == Decimal("534.5")
    crm("DELETE", f"salesorderdetails({second['salesorderdetailid']})")
    assert crm.paper(order)["totalamount"] == Decimal("54.5")


def test_discounts_and_freight_of_the_order(crm):
    order = crm.order(discountpercentage=10, discountamount=1, freightamount=7)
    paper = crm.paper(order)
    names = ("totallineitemamount", "totaldiscountamount", "totalamountlessfreight", "totalamount")
    assert amounts(paper, *names) == [50, 6, 44, 51]


def test_totals_that_are_sent_are_passed_over(crm):
    """4.3: computed"""
    order = crm.order(totalamount=1, totallineitemamount=1)
    assert crm.paper(order)["totalamount"] == 50


@pytest.mark.parametrize("settings", [Settings(computed_refused=True)])
def test_totals_that_are_sent_can_be_refused(crm):
    assert crm("POST", "salesorders", an_order(totalamount=1)).status_code == 400


def test_a_price_counts_only_where_the_line_overrides_the_list(crm):
    """4.3: price override needs ispriceoverridden"""
    order = crm.order({"priceperunit": 10}, {"priceperunit": 10, "ispriceoverridden": True})
    assert [line["priceperunit"] for line in crm.lines(order)] == [Decimal("12.5"), 10]
    line = crm.lines(order)[0]["salesorderdetailid"]
    crm("PATCH", f"salesorderdetails({line})", {"priceperunit": 9, "ispriceoverridden": True})
    assert crm.lines(order)[0]["extendedamount"] == 36


def test_prices_are_rounded_without_a_word(crm):
    order = crm.order({"priceperunit": 1.23456, "ispriceoverridden": True})
    assert crm.lines(order)[0]["priceperunit"] == Decimal("1.23")


@pytest.mark.parametrize("settings", [Settings(money_decimals=4, quantity_decimals=1)])
def test_an_environment_can_keep_other_decimals(crm):
    order = crm.order({"quantity": 2.25, "priceperunit": 1.23456, "ispriceoverridden": True})
    line = crm.lines(order)[0]
    assert amounts(line, "quantity", "priceperunit") == [Decimal("2.3"), Decimal("1.2346")]


def test_a_write_in_product_has_its_own_name_and_price(crm):
    """4.3"""
    write_in = {
        "product": None,
        "isproductoverridden": True,
        "productdescription": "Crate",
        "priceperunit": 3,
    }
    line = crm.lines(crm.order(write_in))[0]
    assert amounts(line, "extendedamount", "productdescription", "_productid_value") == [12, "Crate", None]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ({"uomid__bind": None}, "The unit id is missing."),
        ({"productid__bind": None}, "The product id is missing."),
        (
            {"product": None, "isproductoverridden": True},
            "The product description of a write-in product is missing.",
        ),
        ({"isproductoverridden": True, "productdescription": "X"}, "A write-in product has no product id."),
        ({"quantity": None}, "Required field 'quantity' is missing from salesorderdetail."),
    ],
)
def test_lines_that_are_refused(crm, line, text):
    assert refused(crm("POST", "salesorders", an_order(order_details=[a_line(**line)])))[2] == text


def test_another_unit_has_another_price(crm):
    assert crm.lines(crm.order({"unit": "box", "quantity": 1}))[0]["priceperunit"] == 125


def test_what_the_price_list_does_not_have_costs_nothing_and_says_so(crm):
    order = crm.order({"product": "HOSE-8"})
    assert amounts(crm.lines(order)[0], "priceperunit", "pricingerrorcode") == [0, 11]
    assert crm.paper(order)["pricingerrorcode"] == 1
    assert crm.lines(crm.order(pricelevelid__bind=None))[0]["pricingerrorcode"] == 2


@pytest.mark.parametrize("settings", [Settings(prices_required=True)])
def test_what_the_price_list_does_not_have_can_be_refused(crm):
    assert crm("POST", "salesorders", an_order(order_details=[a_line("HOSE-8")])).status_code == 400


def test_another_price_list_gives_other_prices(crm):
    """Locked prices stay."""
    body = {
        "name": "Campaign",
        "transactioncurrencyid@odata.bind": f"/transactioncurrencies({KNOWN['transactioncurrency/EUR']})",
    }
    campaign = crm.created("pricelevels", body)
    item = {
        "amount": 11,
        "pricelevelid@odata.bind": f"/pricelevels({campaign})",
        "productid@odata.bind": f"/products({KNOWN['product/VALVE-20']})",
        "uomid@odata.bind": f"/uoms({KNOWN['uom/piece']})",
    }
    crm.created("productpricelevels", item)
    change = {"pricelevelid@odata.bind": f"/pricelevels({campaign})"}
    free, locked = crm.order(), crm.order()
    assert crm("POST", "LockSalesOrderPricing", {"SalesOrderId": locked}).status_code == 204
    for order in (free, locked):
        assert crm("PATCH", f"salesorders({order})", change).status_code == 204
    assert [crm.paper(order)["totalamount"] for order in (free, locked)] == [44, 50]
    assert crm.lines(locked)[0]["salesorderispricelocked"] is True


def test_base_amounts_are_in_the_currency_of_the_environment(crm):
    """4.3: each with a _base twin"""
    dollars = {
        "pricelevelid__bind": f"/pricelevels({KNOWN['pricelevel/USD']})",
        "transactioncurrencyid__bind": f"/transactioncurrencies({KNOWN['transactioncurrency/USD']})",
    }
    paper = crm.paper(crm.order(**dollars))
    assert amounts(paper, "totalamount", "totalamount_base") == [55, 50]
    assert paper["exchangerate"] == Decimal("1.1")


def test_price_list_and_order_have_one_currency(crm):
    answer = crm(
        "POST", "salesorders", an_order(pricelevelid__bind=f"/pricelevels({KNOWN['pricelevel/USD']})")
    )
    assert refused(answer)[2] == "The currency of the record does not match the currency of the price list."


# ---------------------------------------------------------------- lines


def test_lines_are_added_changed_and_deleted_on_their_own(crm):
    order = crm.order()
    body = a_line("SEAL-5", quantity=10, salesorderid__bind=f"/salesorders({order})", lineitemnumber=7)
    added = crm.created("salesorderdetails", body)
    through = crm.created(f"salesorders({order})/order_details", a_line("PUMP-1", quantity=1))
    assert [line["lineitemnumber"] for line in crm.lines(order)] == [1, 7, 8]
    assert crm.paper(order)["totalamount"] == 50 + 32 + 480
    crm("PATCH", f"salesorderdetails({added})", {"requestdeliveryby": "2026-05-01T00:00:00Z"})
    assert crm.lines(order)[1]["requestdeliveryby"] == "2026-05-01T00:00:00Z"
    crm("DELETE", f"salesorderdetails({through})")
    assert crm.paper(order)["totalamount"] == 82


def test_what_a_line_was_shipped_is_a_plain_number(crm):
    """4.3: plain numbers nobody maintains"""
    order = crm.order()
    line = crm.lines(order)[0]
    assert amounts(line, "quantityshipped", "quantitycancelled") == [None, None]
    crm(
        "PATCH",
        f"salesorderdetails({line['salesorderdetailid']})",
        {"quantityshipped": 99, "quantitycancelled": 1},
    )
    assert amounts(crm.lines(order)[0], "quantityshipped", "quantitycancelled") == [99, 1]


def test_a_line_that_changes_nothing_of_the_totals_leaves_the_version_of_the_order(crm):
    order = crm.order()
    seen = crm.paper(order)["@odata.etag"]
    line = crm.lines(order)[0]["salesorderdetailid"]
    crm("PATCH", f"salesorderdetails({line})", {"description": "later"})
    assert crm.paper(order)["@odata.etag"] == seen
    crm("PATCH", f"salesorderdetails({line})", {"quantity": 5})
    assert crm.paper(order)["@odata.etag"] != seen


def test_a_column_is_read_written_and_cleared_by_its_own_address(crm):
    order = crm.order()
    assert crm("PUT", f"salesorders({order})/description", {"value": "gate 3"}).status_code == 204
    assert crm.read(f"salesorders({order})/description")["value"] == "gate 3"
    assert crm("DELETE", f"salesorders({order})/description").status_code == 204
    assert crm.paper(order)["description"] is None


def test_null_and_blank_clear_a_column(crm):
    order = crm.order(description="x", emailaddress="a@harbour.example")
    crm("PATCH", f"salesorders({order})", {"description": None, "emailaddress": ""})
    assert amounts(crm.paper(order), "description", "emailaddress") == [None, None]
