"""The client and the mock SAP were written apart from the same page: what one says the other understands."""

from datetime import datetime
from decimal import Decimal

import pytest

from erp_connect.testing.mocks.sap.documents import Customer, Material
from erp_connect.testing.mocks.sap.odata.gateway import Gateway
from erp_connect.testing.mocks.sap.world import World
from erp_connect.testing.mocks.serving import InProcess, serve
from erp_connect.wire.http import Basic, CsrfToken, HttpSession, Transport
from erp_connect.wire.odata import Group, Operation, Refused, Service, from_json, key_of, to_json

PATH = "sap/opu/odata/sap/API_SALES_ORDER_SRV"
VALVE = "62".zfill(18)


@pytest.fixture
def world():
    world = World()
    world.add(Customer("1234", "Harbour Pumps"), Material("62", "Ball valve"))
    world.prices[VALVE, "EUR"] = Decimal("12.50")
    world.stock[VALVE, "1000"] = Decimal(100)
    return world


@pytest.fixture(params=["in this process", "on a socket"])
def service(request, world):
    gateway = Gateway(world)
    more = {"auth": Basic("demo", "welcome"), "csrf": CsrfToken(PATH + "/"), "params": {"sap-client": "100"}}
    if request.param == "in this process":
        session = HttpSession("https://mock.sap/", transport=Transport(adapter=InProcess(gateway)), **more)
        yield Service(session, PATH, 2)
    else:
        with serve(gateway) as url:
            session = HttpSession(url + "/", **more)
            yield Service(session, PATH, 2)
            session.close()
    session.close()


def order(*quantities):
    return {
        "SalesOrderType": "OR",
        "SalesOrganization": "1000",
        "DistributionChannel": "10",
        "OrganizationDivision": "00",
        "SoldToParty": "1234",
        "PurchaseOrderByCustomer": "PO 1",
        "RequestedDeliveryDate": to_json(datetime.fromisoformat("2026-12-24"), "Edm.DateTime", 2),
        "to_Item": {"results": [{"Material": "62", "RequestedQuantity": str(each)} for each in quantities]},
    }


def at(service, number):
    return "A_SalesOrder" + key_of({"SalesOrder": number}, service.model.sets["A_SalesOrder"].types, 2)


def test_an_order_is_created_read_changed_and_rejected(service, world):
    made = service.create("A_SalesOrder", order(5, 7))
    types = service.model.sets["A_SalesOrder"].types
    assert from_json(made["TotalNetAmount"], types["TotalNetAmount"]) == Decimal("150.00")
    where = at(service, made["SalesOrder"])
    read = service.get(where, {"$expand": "to_Item"})
    assert [row["RequestedQuantity"] for row in read["to_Item"]["results"]] == ["5.000", "7.000"]
    assert (
        from_json(read["RequestedDeliveryDate"], types["RequestedDeliveryDate"]).date().isoformat()
        == "2026-12-24"
    )
    assert service.update(where, {"PurchaseOrderByCustomer": "PO 2"}, read.etag) == {}
    assert world.order(made["SalesOrder"]).fields["PURCH_NO_C"] == "PO 2"
    rejecting = [
        Operation(
            "PATCH",
            f"A_SalesOrderItem(SalesOrder='{made['SalesOrder']}',SalesOrderItem='{item}')",
            {"SalesDocumentRjcnReason": "Z1"},
            {"If-Match": "*"},
        )
        for item in (10, 20)
    ]
    (rejected,) = service.batch([Group(tuple(rejecting))])
    assert rejected.done
    assert [item.rejection for item in world.order(made["SalesOrder"]).items] == ["Z1", "Z1"]


def test_a_stale_change_is_refused_and_one_without_a_tag_as_well(service):
    where = at(service, service.create("A_SalesOrder", order(1))["SalesOrder"])
    for tag, status in ((None, 428), ('W/"old"', 412)):
        with pytest.raises(Refused, match=str(status)):
            service.update(where, {"PurchaseOrderByCustomer": "PO 2"}, tag)


def test_of_a_batch_each_group_ends_by_itself(service, world):
    number = service.create("A_SalesOrder", order(1))["SalesOrder"]
    read, refused, made = service.batch(
        [
            Group((Operation("GET", at(service, number)),), atomic=False),
            Group((Operation("POST", "A_SalesOrder", order(1) | {"SalesOrderType": "XX"}),)),
            Group((Operation("POST", "A_SalesOrder", order(2)),)),
        ]
    )
    assert read.done
    assert refused.refused.status == 400
    assert made.done
    assert len(world.orders) == 2


def test_a_refusal_names_the_message_of_the_back_end(service):
    with pytest.raises(Refused) as caught:
        service.create("A_SalesOrder", order(1) | {"SoldToParty": "9"})
    assert caught.value.answer.status == 400
    assert "VP/204" in [each.code for each in caught.value.complaints]


def test_all_pages_are_followed(service):
    numbers = [service.create("A_SalesOrder", order(1))["SalesOrder"] for _ in range(7)]
    rows = [row for page in service.pages("A_SalesOrder", {"$select": "SalesOrder"}) for row in page]
    assert [row["SalesOrder"] for row in rows] == numbers
