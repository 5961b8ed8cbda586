"""A service's description: read in both versions, kept on disk, fetched anew when it is old."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_connect.testing.clocks import Hands
from erp_connect.wire.http import HttpSession, Transport
from erp_connect.wire.odata import Service
from erp_connect.wire.odata.metadata import parse

SECOND = b"""<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"
  xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" xmlns:sap="http://www.sap.com/Protocols/SAPData">
 <edmx:DataServices m:DataServiceVersion="2.0"><Schema Namespace="SHOP" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">
  <EntityType Name="OrderType" sap:content-version="1">
   <Key>
   <PropertyRef Name="Order"/></Key>
   <Property Name="Order" Type="Edm.String" Nullable="false" MaxLength="10" sap:creatable="false"/>
   <Property Name="Net" Type="Edm.Decimal" Precision="16" Scale="3" sap:updatable="false"/>
   <Property Name="YY1_Route_SDH" Type="Edm.String" MaxLength="Max"/>
   <NavigationProperty Name="to_Item" Relationship="SHOP.assoc_1" FromRole="From" ToRole="To"/>
  </EntityType>
  <EntityType Name="ItemType"><Key>
   <PropertyRef Name="Order"/>
   <PropertyRef Name="Item"/></Key>
   <Property Name="Order" Type="Edm.String" Nullable="false"/>
   <Property Name="Item" Type="Edm.String" Nullable="false"/>
  </EntityType>
  <Association Name="assoc_1">
   <End Type="SHOP.OrderType" Role="From"/>
   <End Type="SHOP.ItemType" Role="To"/></Association>
  <EntityContainer Name="C">
   <EntitySet Name="A_Order" EntityType="SHOP.OrderType"/>
   <EntitySet Name="A_Item" EntityType="SHOP.ItemType" sap:creatable="false" sap:updatable="true"/></EntityContainer>
 </Schema></edmx:DataServices></edmx:Edmx>"""
FOURTH = b"""<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
 <Schema Namespace="com.shop" Alias="SELF" xmlns="http://docs.oasis-open.org/odata/ns/edm">
  <EntityType Name="Base"><Key>
   <PropertyRef Name="Id"/></Key>
   <Property Name="Id" Type="Edm.Guid" Nullable="false"/>
  </EntityType>
  <EntityType Name="Order" BaseType="com.shop.Base">
   <Property Name="Net" Type="Edm.Decimal" Scale="variable" Precision="15"/>
   <NavigationProperty Name="_Item" Type="Collection(com.shop.Base)"/>
  </EntityType>
  <EntityContainer Name="C">
   <EntitySet Name="Orders" EntityType="com.shop.Order"/>
   <EntitySet Name="Lost" EntityType="com.shop.Nobody"/></EntityContainer>
 </Schema></edmx:DataServices></edmx:Edmx>"""


def test_version_2_with_what_sap_adds():
    model = parse(SECOND)
    order = model.sets["A_Order"]
    assert (model.version, order.name, order.key) == (2, "OrderType", ("Order",))
    assert order.navigations == {"to_Item": "ItemType"}
    assert model.sets["A_Item"].key == ("Order", "Item")
    assert [model.allows("A_Item", what) for what in ("creatable", "updatable", "deletable")] == [
        False,
        True,
        True,
    ]
    assert model.allows("A_Order", "creatable")
    number, net, custom = order.properties.values()
    assert (number.max_length, number.nullable, number.allows("creatable"), number.allows("updatable")) == (
        10,
        False,
        False,
        True,
    )
    assert (net.precision, net.scale, net.allows("creatable"), net.allows("updatable")) == (
        16,
        3,
        True,
        False,
    )
    assert (custom.name, custom.max_length, custom.annotations) == ("YY1_Route_SDH", None, {})
    assert order.types["Net"] == "Edm.Decimal"


def test_version_4_with_inheritance():
    model = parse(FOURTH)
    order = model.sets["Orders"]
    assert (model.version, order.key) == (4, ("Id",))
    assert list(order.properties) == ["Id", "Net"]
    assert (order.properties["Net"].precision, order.properties["Net"].scale) == (15, None)
    assert order.navigations == {"_Item": "Base"}
    assert "Lost" not in model.sets


@pytest.mark.parametrize(
    "document", [b"", b"<html/>", b"<edmx:Edmx/>", b"{}", SECOND[:-20], b"<Edmx><Sch/></Edmx>"]
)
def test_what_describes_nothing_is_told(document):
    with pytest.raises(ValueError, match="metadata"):
        parse(document)


def test_types_that_inherit_from_one_another_in_a_circle_do_no_harm():
    document = FOURTH.replace(
        b'<EntityType Name="Base">', b'<EntityType Name="Base" BaseType="com.shop.Order">'
    )
    assert set(parse(document).sets["Orders"].properties) == {"Id", "Net"}


def test_no_file_is_read_for_an_entity(tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    document = FOURTH.replace(
        b"<edmx:Edmx ", f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]><edmx:Edmx '.encode(), 1
    )
    document = document.replace(b'Name="Lost"', b'Name="Lost&e;"')
    with pytest.raises(ValueError, match="metadata"):
        parse(document)


@given(st.data())
def test_a_spoilt_document_is_read_or_told(data):
    start = data.draw(st.integers(0, len(SECOND) - 1))
    spoilt = (
        SECOND[:start] + data.draw(st.binary(max_size=4)) + SECOND[start + data.draw(st.integers(0, 30)) :]
    )
    with contextlib.suppress(ValueError):
        assert parse(spoilt).version in (2, 4)


# ---------------------------------------------------------------- on disk


@pytest.fixture
def service(serving, tmp_path):
    """A service with its server, whose clock a test turns: ``open_one()`` is the program started anew."""
    server = serving(lambda request: (200, {"ETag": '"1"'}, SECOND))
    clock = Hands()
    opened = []

    def open_one(folder=tmp_path / "cache"):
        session = HttpSession(server.url, transport=Transport(attempts=1), clock=clock)
        opened.append(session)
        return Service(session, "sap/SHOP", 2, cache=folder, clock=clock)

    open_one.server, open_one.clock, open_one.folder = server, clock, tmp_path / "cache"
    yield open_one
    for session in opened:
        session.close()


def test_a_description_is_fetched_once_a_day(service):
    for _ in range(3):
        assert "A_Order" in service().model.sets
    assert [request.path for request in service.server.seen] == ["/sap/SHOP/$metadata"]
    service.clock.turn(hours=25)
    service.server.answer = lambda request: (
        (304, {}, b"") if request.headers["If-None-Match"] == '"1"' else None
    )
    assert "A_Order" in service().model.sets
    assert "A_Order" in service().model.sets
    assert len(service.server.seen) == 2


def test_a_description_that_was_changed_is_taken(service):
    assert "A_Item" in service().model.sets
    service.clock.turn(hours=25)
    service.server.answer = lambda _: (200, {"ETag": '"2"'}, SECOND.replace(b'"A_Item"', b'"A_Line"'))
    assert "A_Line" in service().model.sets


@pytest.mark.parametrize(
    "harm", [lambda b: b"", lambda b: b[:-40], lambda b: b.replace(b"A_Item", b"A_Evil"), lambda b: b"\n"]
)
def test_a_damaged_file_is_fetched_anew(service, harm):
    service().model  # noqa: B018
    (file,) = service.folder.iterdir()
    file.write_bytes(harm(file.read_bytes()))
    assert set(service().model.sets) == {"A_Order", "A_Item"}
    assert len(service.server.seen) == 2


def test_without_a_folder_or_with_one_that_cannot_be_written_it_is_fetched(service, tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file" / "below"):
        assert "A_Order" in service(folder).model.sets
    assert len(service.server.seen) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_service_that_is_not_active_is_told_with_its_words(service):
    body = b'{"error": {"code": "/IWFND/MED/170", "message": {"value": "No service found"}}}'
    service.server.answer = lambda _: (404, {"Content-Type": "application/json"}, body)
    with pytest.raises(ValueError, match=r"404.*No service found"):
        service().model  # noqa: B018
