"""The addresses of an order's partners over OData (sap.md 4.4), and what function modules show of them."""

import re

import pytest

WHOLE = {
    "CorrespondenceLanguage": "DE",
    "AddresseeFullName": "Building site seven, north gate",
    "OrganizationName1": "Building site",
    "OrganizationName2": "North gate",
    "OrganizationName3": "Crane",
    "OrganizationName4": "Container",
    "CityName": "Kiel",
    "DistrictName": "Gaarden",
    "PostalCode": "24143",
    "StreetPrefixName1": "Hall 2",
    "StreetPrefixName2": "Ramp 3",
    "StreetName": "Werftstrasse",
    "StreetSuffixName1": "Yard",
    "StreetSuffixName2": "Berth 4",
    "HouseNumber": "110a",
    "Country": "DE",
    "Region": "01",
    "FormOfAddress": "0003",
    "TaxJurisdiction": "DE24143",
    "TransportZone": "D000020000",
    "POBox": "4711",
    "POBoxPostalCode": "24100",
    "EmailAddress": "gate@site.example",
    "MobilePhoneCountry": "DE",
    "MobileNumber": "0151 700700",
    "PhoneNumberCountry": "DE",
    "PhoneNumber": "0431 700",
    "PhoneExtensionNumber": "12",
    "FaxNumberCountry": "DE",
    "FaxAreaCodeSubscriberNumber": "0431 701",
    "FaxExtensionNumber": "13",
}
LONGEST = {"StreetName": 60, "HouseNumber": 10, "DistrictName": 40, "EmailAddress": 241, "PhoneNumber": 30}


def at(number, role="SH"):
    return (
        f"A_SalesOrderPartnerAddress(SalesOrder='{number}',"
        f"PartnerFunction='{role}',AddressRepresentationCode='')"
    )


def shown_by_rfc(clerk, number, role="WE"):
    """The address of a partner in the answer of BAPISDORDER_GETDETAILEDLIST."""
    answer = clerk.read(number.zfill(10), view=["PARTNER", "ADDRESS"])
    [partner] = [row for row in answer["ORDER_PARTNERS_OUT"] if row["PARTN_ROLE"] == role]
    return next(row for row in answer["ORDER_ADDRESS_OUT"] if row["ADDRESS"] == partner["ADDRESS"])


@pytest.fixture
def number(browser):
    return browser.ordered()


def test_every_property_is_changed_and_shown(browser, number):
    """sap.md lines 837 and 879: the properties of A_SalesOrderPartnerAddress, changed by PATCH"""
    text = browser.get("$metadata").text
    described = text.split('<EntityType Name="A_SalesOrderPartnerAddressType"')[1].split("</EntityType>")[0]
    keys = {"SalesOrder", "PartnerFunction", "AddressRepresentationCode"}
    assert set(re.findall(r'<Property Name="(\w+)"', described)) == WHOLE.keys() | keys
    assert browser.patch(at(number), WHOLE).status_code == 204
    shown = browser.read(at(number))
    assert {name: shown[name] for name in WHOLE} == WHOLE


@pytest.mark.parametrize("name", WHOLE)
def test_one_property_is_changed_and_the_others_stay(browser, number, name):
    """sap.md lines 760 and 879: PATCH of single properties"""
    before = browser.read(at(number))
    assert browser.patch(at(number), {name: WHOLE[name]}).status_code == 204
    after = browser.read(at(number))
    assert after[name] == WHOLE[name]
    followers = {"OrganizationName1": {"AddresseeFullName"}}.get(name, set())
    assert {one for one in before if before[one] != after[one]} <= {name} | followers


def test_only_the_address_of_that_role_changes(world, browser, number):
    """sap.md line 837: the role is part of the key; the customer's master keeps its own"""
    assert browser.read(at(number, "SP"))["StreetName"] == "Quay 1"
    assert browser.patch(at(number), WHOLE).status_code == 204
    assert browser.read(at(number, "SP"))["StreetName"] == "Quay 1"
    assert world.customers["0000001235"].street == "Quay 9"


@pytest.mark.parametrize("name", LONGEST)
def test_no_property_takes_more_than_its_length(browser, number, name):
    """sap.md lines 840 to 843: the lengths"""
    assert browser.patch(at(number), {name: "x" * LONGEST[name]}).status_code == 204
    assert browser.patch(at(number), {name: "x" * (LONGEST[name] + 1)}).status_code == 400
    assert browser.read(at(number))[name] == "x" * LONGEST[name]


def test_an_address_is_emptied_by_blank_and_by_null(browser, number):
    """sap.md line 753: initial strings are blank"""
    assert browser.patch(at(number), WHOLE).status_code == 204
    assert browser.patch(at(number), {"PhoneNumber": "", "EmailAddress": None}).status_code == 204
    shown = browser.read(at(number))
    assert (shown["PhoneNumber"], shown["EmailAddress"], shown["CityName"]) == ("", "", "Kiel")


def test_an_address_is_never_created(browser):
    """sap.md line 783: neither creatable nor deletable, within an order or on its own"""
    partner = {"PartnerFunction": "SH", "Customer": "1235", "to_Address": {"results": [WHOLE]}}
    refused = browser.post("A_SalesOrder", browser.an_order(to_Partner={"results": [partner]}))
    assert refused.status_code == 400
    number = browser.ordered()
    under = f"A_SalesOrderHeaderPartner(SalesOrder='{number}',PartnerFunction='SH')/to_Address"
    assert browser.post(under, WHOLE).status_code == 405
    assert browser.post("A_SalesOrderPartnerAddress", WHOLE).status_code == 405
    assert browser.send("DELETE", at(number)).status_code == 405


def test_function_modules_show_what_they_have_fields_for(browser, clerk, number):
    """sap.md lines 478 to 483: BAPISDCOAD; no e-mail address there, a shorter street"""
    assert browser.patch(at(number), WHOLE).status_code == 204
    shown = shown_by_rfc(clerk, number)
    expected = {
        "NAME": "Building site",
        "NAME_2": "North gate",
        "NAME_3": "Crane",
        "NAME_4": "Container",
        "CITY": "Kiel",
        "DISTRICT": "Gaarden",
        "POSTL_CODE": "24143",
        "COUNTRY": "DE",
        "REGION": "01",
        "PO_BOX": "4711",
        "POBX_PCD": "24100",
        "TELEPHONE": "0431 70012",
        "FAX_NUMBER": "0431 70113",
        "LANGU": "D",
        "LANGU_ISO": "DE",
        "TRANSPZONE": "D000020000",
        "TAXJURCODE": "DE24143",
        "STREET": "Werftstrasse 110a",
    }
    assert {name: shown[name] for name in expected} == expected
    longest = {name: "x" * length for name, length in LONGEST.items()}
    assert browser.patch(at(number), longest).status_code == 204
    shown = shown_by_rfc(clerk, number)
    assert (shown["STREET"], shown["DISTRICT"], shown["TELEPHONE"]) == ("x" * 35, "x" * 35, "x" * 16)


def test_the_service_shows_what_a_function_module_entered(browser, clerk):
    """sap.md lines 242, 300 to 307: an address by its link, or in the partner's own row"""
    sold_to = {"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}
    ship_to = {"PARTN_ROLE": "WE", "PARTN_NUMB": "0000001235"}
    address = {
        "ADDR_NO": "0000000001",
        "NAME": "Site 7",
        "CITY": "Kiel",
        "COUNTRY": "DE",
        "LANGU": "D",
        "STREET": "Werftstrasse",
        "HOUSE_NO": "110a",
        "E_MAIL": "gate@site.example",
        "TEL1_NUMBR": "0431 700",
        "TEL1_EXT": "12",
        "POSTL_COD2": "24100",
    }
    linked = clerk.ordered(
        ORDER_PARTNERS=[sold_to, ship_to | {"ADDR_LINK": "0000000001"}], PARTNERADDRESSES=[address]
    )
    shown = browser.read(at(linked.lstrip("0")))
    expected = {
        "StreetName": "Werftstrasse",
        "HouseNumber": "110a",
        "EmailAddress": "gate@site.example",
        "PhoneNumber": "0431 700",
        "PhoneExtensionNumber": "12",
        "POBoxPostalCode": "24100",
        "CorrespondenceLanguage": "DE",
        "AddresseeFullName": "Site 7",
    }
    assert {name: shown[name] for name in expected} == expected
    own = {"NAME": "Site 8", "CITY": "Kiel", "COUNTRY": "DE", "DISTRICT": "Gaarden", "TELEPHONE": "0431 77"}
    inline = clerk.ordered(ORDER_PARTNERS=[sold_to, ship_to | own])
    shown = browser.read(at(inline.lstrip("0")))
    assert (shown["OrganizationName1"], shown["DistrictName"], shown["PhoneNumber"]) == (
        "Site 8",
        "Gaarden",
        "0431 77",
    )
