"""Error bodies in every shape that clients meet (sap.md 4.2, 4.5; 7, OData side)."""

import pytest

from erp_connect.testing.mocks.sap.odata.settings import Settings

GENERAL = "/IWBEP/CX_MGW_BUSI_EXCEPTION"
UNKNOWN = [{"Material": "999", "RequestedQuantity": "1"}]


@pytest.fixture
def refused(browser):
    """The answer to an order of a material that is not sold."""
    return lambda: browser.post("A_SalesOrder", browser.an_order(to_Item=UNKNOWN))


def test_a_full_body_has_the_application_and_every_detail(refused):
    error = refused().json()["error"]
    assert error["code"] == "V1/382"
    assert set(error["message"]) == {"lang", "value"}
    inner = error["innererror"]
    assert inner["application"]["service_id"] == "API_SALES_ORDER_SRV"
    assert set(inner) == {"application", "transactionid", "timestamp", "Error_Resolution", "errordetails"}
    [detail] = inner["errordetails"]
    assert (detail["code"], detail["severity"], detail["transition"]) == ("V1/382", "error", False)
    assert "999" in detail["message"]


@pytest.mark.parametrize("settings", [Settings(general_first=True)])
def test_the_cause_may_stand_among_the_details_only(refused):
    """sap.md 4.2: message.value is often only a general sentence"""
    error = refused().json()["error"]
    assert (error["code"], error["message"]["value"]) == (GENERAL, "An exception was raised")
    assert [d["code"] for d in error["innererror"]["errordetails"]] == ["V1/382"]


@pytest.mark.parametrize("settings", [Settings(errors="minimal")])
def test_a_minimal_body_has_code_and_text(refused):
    error = refused().json()["error"]
    assert set(error) == {"code", "message"}
    assert error["code"] == "V1/382"


@pytest.mark.parametrize("settings", [Settings(errors="wrong types")])
def test_members_may_have_the_wrong_type(refused):
    """sap.md 4.2: any member may be missing or of the wrong JSON type"""
    error = refused().json()["error"]
    assert isinstance(error["code"], int)
    assert isinstance(error["message"], list)
    assert isinstance(error["innererror"]["errordetails"], str)


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_page_in_html_comes_from_before_the_gateway(browser, network, status):
    """sap.md 4.2: before Gateway errors are HTML"""
    browser.fetch()
    network.refuse(status, "A_SalesOrder")
    answer = browser.post("A_SalesOrder", {})
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "x-csrf-token" not in answer.headers


def test_texts_follow_the_language_and_codes_do_not(browser):
    """sap.md 6, point 19"""
    german = browser.send("POST", "A_SalesOrder?sap-language=DE", browser.an_order(to_Item=UNKNOWN)).json()[
        "error"
    ]
    english = browser.post("A_SalesOrder", browser.an_order(to_Item=UNKNOWN)).json()["error"]
    assert german["code"] == english["code"]
    assert german["message"]["value"] != english["message"]["value"]


def test_version_4_has_a_flat_message_and_details_with_a_severity(browser4):
    """sap.md 4.5: errors"""
    items = [{"Product": "999", "RequestedQuantity": 1}]
    error = browser4.post("SalesOrder", browser4.an_order(_Item=items)).json()["error"]
    assert error["code"] == "V1/382"
    assert "999" in error["message"]
    [detail] = error["details"]
    assert (detail["code"], detail["@SAP__common.numericSeverity"]) == ("V1/382", 4)
