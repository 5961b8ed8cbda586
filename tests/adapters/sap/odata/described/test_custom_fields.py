"""Fields that a site has added to the order, as the description tells them."""

from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors

from .land import BOTH, described, furnished, land
from .orders import draft, pumps, valves

_HEADER = b"""
<Property Name="YY1_Site_SDH" Type="Edm.String" MaxLength="20"/>
<Property Name="YY1_Weight_SDH" Type="Edm.Decimal" Precision="13" Scale="3"/>
<Property Name="YY1_Urgent_SDH" Type="Edm.Boolean"/>
<Property Name="YY1_Due_SDH" Type="Edm.DateTime" Precision="0"/>
<Property Name="YY1_Count_SDH" Type="Edm.Int16"/>
<Property Name="YY1_Seen_SDH" Type="Edm.String" MaxLength="5" sap:creatable="false" sap:updatable="false"/>
<Property Name="YY1_Once_SDH" Type="Edm.String" MaxLength="5" sap:updatable="false"/>
"""
_ITEM = b'<Property Name="YY1_Colour_SDI" Type="Edm.String" MaxLength="10"/>'


def extended(document):
    """The description of a site that has added fields of its own."""
    for name, fields in ((b"A_SalesOrderType", _HEADER), (b"A_SalesOrderItemType", _ITEM)):
        start = document.find(b'EntityType Name="' + name + b'"')
        if start >= 0:
            place = document.index(b"<Property ", start)
            document = document[:place] + fields + document[place:]
    return document


@pytest.fixture(params=BOTH)
def site(request, tmp_path):
    told = [extended(document) for document in described(request.param)]
    with land(furnished(told), tmp_path) as found:
        yield found


def test_they_are_written_changed_and_cleared(site):
    custom = {
        "YY1_Site_SDH": "Quarry",
        "YY1_Weight_SDH": Decimal("12.345"),
        "YY1_Urgent_SDH": True,
        "YY1_Due_SDH": date(2026, 5, 1),
        "YY1_Count_SDH": 7,
        "YY1_Once_SDH": "x",
    }
    order = site.erp.orders.create(
        draft(valves(custom={"YY1_Colour_SDI": "red"}), custom=custom), key="one"
    ).order
    assert dict(order.custom).items() >= custom.items()
    assert dict(order.lines[0].custom) == {"YY1_Colour_SDI": "red"}
    new = {"YY1_Site_SDH": "Pit", "YY1_Due_SDH": ec.EMPTY}
    order = site.erp.orders.amend(order, ec.ChangeHeader(custom=new), key="two").order
    assert order.custom["YY1_Site_SDH"] == "Pit"
    assert order.custom.get("YY1_Due_SDH") is None
    added = ec.AddLine(line=pumps(1, custom={"YY1_Colour_SDI": "blue"}))
    assert site.erp.orders.amend(order, added, key="three").order.lines[1].custom["YY1_Colour_SDI"] == "blue"
    assert site.refused() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("YY1_Site_SDH", "x" * 21),
        ("YY1_Weight_SDH", Decimal("1.2345")),
        ("YY1_Weight_SDH", Decimal(10) ** 10),
        ("YY1_Count_SDH", 40000),
        ("YY1_Urgent_SDH", "yes"),
        ("YY1_Due_SDH", "soon"),
        ("YY1_Seen_SDH", "x"),
        ("YY1_Nope_SDH", "x"),
        ("SalesGroup", "001"),
    ],
)
def test_what_one_cannot_hold_is_refused_before_anything_is_sent(site, field, value):
    with pytest.raises(errors.LossyWrite):
        site.erp.orders.create(draft(custom={field: value}), key="one")
    assert site.books.rows["A_SalesOrder"] == []
    assert site.refused() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("YY1_Once_SDH", "y"), ("YY1_Site_SDH", "x" * 21), ("YY1_Weight_SDH", Decimal("1.2345"))],
)
def test_a_change_that_one_does_not_take_is_refused_before_anything_is_sent(site, field, value):
    order = site.erp.orders.create(draft(), key="one").order
    with pytest.raises(errors.LossyWrite):
        site.erp.orders.amend(order, ec.ChangeHeader(custom={field: value}), key="two")
    assert site.refused() == []
