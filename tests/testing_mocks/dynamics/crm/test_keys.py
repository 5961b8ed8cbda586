"""Alternate keys: addresses, duplicates, and an index that is built by and by (dynamics.md 4.5; 4.9, point 8)."""

import pytest

from erp_connect.testing.mocks.dynamics.crm.samples import plain_environment
from erp_connect.testing.mocks.dynamics.crm.settings import Settings

from .conftest import CRM, ROOT, an_order, ident, refused

KEYS = "EntityDefinitions(LogicalName='salesorder')/Keys"


def test_an_order_is_addressed_by_its_reference(crm):
    """4.9 point 8"""
    order = crm.order(erp_externalref="WEB-1001")
    assert crm.read("salesorders(erp_externalref='WEB-1001')")["salesorderid"] == order
    lines = crm.rows("salesorders(erp_externalref='WEB-1001')/order_details")
    assert [line["quantity"] for line in lines] == [4]
    assert crm("DELETE", "salesorders(erp_externalref='WEB-1001')").status_code == 204
    text = "A record with the specified key values does not exist in salesorder entity"
    assert refused(crm("GET", "salesorders(erp_externalref='WEB-1001')")) == (404, "0x80040217", text)


def test_an_upsert_by_reference_makes_one_order_only(crm):
    """5.3: PATCH upsert with If-None-Match"""
    path = "salesorders(erp_externalref='WEB-1001')"
    first = crm("PATCH", path, an_order(), If_None_Match="*")
    assert first.status_code == 204
    assert crm.read(path)["erp_externalref"] == "WEB-1001"
    again = crm("PATCH", path, an_order(name="SECOND"), If_None_Match="*")
    assert refused(again) == (412, "0x80060892", "A record with matching key values already exists.")
    assert crm.paper(ident(first))["name"] == "WEB-1001"
    assert crm("PATCH", path, {"name": "THIRD"}).status_code == 204
    assert len(crm.rows("salesorders")) == 1
    assert (
        crm("PATCH", "salesorders(erp_externalref='OTHER')", {"name": "X"}, If_Match="*").status_code == 404
    )


def test_a_duplicate_by_a_post(crm):
    """4.9 point 8"""
    crm.order(erp_externalref="WEB-1001")
    status, code, text = refused(crm("POST", "salesorders", an_order(erp_externalref="WEB-1001")))
    assert (status, code) == (412, "0x80060892")
    assert "erp_externalref_key" in text
    assert len(crm.rows("salesorders")) == 1


@pytest.mark.parametrize("settings", [Settings(duplicate_code="0x80040237", duplicate_status=400)])
def test_a_duplicate_can_look_otherwise(crm):
    """4.5: from SQL, ?"""
    crm.order(erp_externalref="WEB-1001")
    answer = crm("POST", "salesorders", an_order(erp_externalref="WEB-1001"))
    assert refused(answer) == (400, "0x80040237", "Cannot insert duplicate key.")


def test_a_change_must_not_make_a_duplicate_either(crm):
    crm.order(erp_externalref="WEB-1")
    other = crm.order(erp_externalref="WEB-2")
    assert crm("PATCH", f"salesorders({other})", {"erp_externalref": "WEB-1"}).status_code == 412
    assert crm("PATCH", f"salesorders({other})", {"erp_externalref": "WEB-2"}).status_code == 204


def test_rows_without_a_value_are_no_duplicates(crm):
    crm.order()
    crm.order()
    assert len(crm.rows("salesorders?$filter=erp_externalref eq null")) == 2


@pytest.mark.parametrize("character", list("/<>*%&:\\?+"))
def test_characters_that_break_an_address(crm, character):
    """4.5"""
    crm.order(erp_externalref=f"A{character}B")
    quoted = f"%{ord(character):02X}"
    answer = crm("GET", f"salesorders(erp_externalref='A{quoted}B')")
    assert answer.status_code == 400
    assert crm("PATCH", f"salesorders(erp_externalref='A{quoted}B')", {"name": "X"}).status_code == 400


def test_columns_that_are_no_key(crm):
    crm.order()
    answer = crm("GET", "salesorders(name='WEB-1001')")
    text = "The specified key attributes are not a defined key for the salesorder entity"
    assert refused(answer) == (400, "0x80060888", text)


class TestKeysByAndBy:
    """4.5: Pending, In Progress, Active, Failed; use only when Active"""

    @pytest.fixture
    def settings(self):
        return Settings(key_activation=60)

    def status(self, crm, table="salesorder"):
        return [
            key["EntityKeyIndexStatus"] for key in crm.rows(f"EntityDefinitions(LogicalName='{table}')/Keys")
        ]

    def define(self, crm, *columns, table="salesorder"):
        body = {"SchemaName": "erp_key", "KeyAttributes": list(columns)}
        return crm("POST", f"EntityDefinitions(LogicalName='{table}')/Keys", body)

    def test_a_new_key_works_when_its_index_is_built(self, crm, clock):
        answer = self.define(crm, "erp_customerpo", "customerid")
        assert answer.status_code == 204
        assert answer.headers["OData-EntityId"].startswith(f"{ROOT}{KEYS}(")
        order = crm.order(erp_customerpo="PO-1")
        customer = crm.paper(order)["_customerid_value"]
        path = f"salesorders(erp_customerpo='PO-1',_customerid_value={customer})"

        assert self.status(crm) == ["Active", "Pending"]
        assert crm("GET", path).status_code == 400
        clock.turn(seconds=31)
        assert self.status(crm) == ["Active", "InProgress"]
        clock.turn(seconds=30)
        assert self.status(crm) == ["Active", "Active"]
        assert crm.read(path)["salesorderid"] == order
        assert crm("POST", "salesorders", an_order(erp_customerpo="PO-1")).status_code == 412

    def test_a_key_over_duplicates_fails(self, crm, clock):
        for _ in range(2):
            crm.order(erp_customerpo="PO-1")
        self.define(crm, "erp_customerpo")
        clock.turn(seconds=61)
        assert self.status(crm) == ["Active", "Failed"]
        assert crm("GET", "salesorders(erp_customerpo='PO-1')").status_code == 400

    def test_limits_of_keys(self, crm):
        assert self.define(crm, "nothing").status_code == 400
        assert self.define(crm, "ispricelocked").status_code == 400
        for _ in range(9):
            assert self.define(crm, "ordernumber").status_code == 204
        assert self.define(crm, "ordernumber").status_code == 400


class TestWithoutPreparation:
    """4.5: most tables come without alternate keys"""

    @pytest.fixture
    def organization(self, world, settings):
        return plain_environment(world, settings)

    def test_there_are_no_keys_and_no_columns_for_references(self, crm):
        assert crm.rows(KEYS) == []
        assert crm("POST", "salesorders", an_order(erp_externalref="WEB-1")).status_code == 400
        assert crm("GET", "accounts(accountnumber='10000')").status_code == 400
        assert crm("GET", "salesorders(erp_externalref='WEB-1')").status_code == 400


def test_what_the_definitions_tell(crm):
    """4.1"""
    told = crm.read("EntityDefinitions(LogicalName='salesorder')?$expand=Attributes,Keys")
    assert (told["EntitySetName"], told["PrimaryIdAttribute"]) == ("salesorders", "salesorderid")
    assert [key["KeyAttributes"] for key in told["Keys"]] == [["erp_externalref"]]
    by_name = {one["LogicalName"]: one for one in told["Attributes"]}
    assert by_name["name"]["MaxLength"] == 300
    assert by_name["requestdeliveryby"]["DateTimeBehavior"] == {"Value": "UserLocal"}
    assert by_name["customerid"]["Targets"] == ["account", "contact"]
    assert by_name["totalamount"]["IsValidForUpdate"] is False
    assert by_name["statecode"]["AttributeType"] == "State"
    assert by_name["erp_externalref"]["@odata.type"] == f"#{CRM}.StringAttributeMetadata"


def test_definitions_of_tables_that_are_not_there(crm):
    assert crm("GET", "EntityDefinitions(LogicalName='msdyn_purchaseorder')").status_code == 404
    assert crm.rows("EntityDefinitions?$filter=LogicalName eq 'msdyn_purchaseorder'") == []
    assert len(crm.rows("EntityDefinitions")) == 16
    assert len(crm.rows("EntityDefinitions(LogicalName='orderclose')/Attributes")) > 5
    assert crm("PATCH", "EntityDefinitions(LogicalName='account')", {}).status_code == 405
