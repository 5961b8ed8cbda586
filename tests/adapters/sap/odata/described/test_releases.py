"""Releases differ: what a description does not have, or marks as read-only, is not sent (sap.md 8)."""

import re
from datetime import date

import pytest

import erp_connect as ec
from erp_connect import errors

from .land import described, furnished, land, real
from .orders import draft, pumps, valves

pytestmark = [pytest.mark.thorough, real]
REFUSED = (errors.LossyWrite, errors.UnsupportedOperation)
ASSIGNED = (ec.Reference(kind="assignment", value="JOB-7"),)


def changed(document, entity, name, mark):
    """A description without a property (``mark`` "gone"), or with one that is marked as not allowing something."""
    start = document.find(b'EntityType Name="' + entity.encode() + b'"')
    if start < 0:
        return document
    told = re.compile(rb'<Property Name="' + name.encode() + rb'"[^>]*/>').search(document, start)
    assert told is not None
    marked = b"<Property sap:" + mark.encode() + b'="false" '
    new = b"" if mark == "gone" else told[0].replace(b"<Property ", marked)
    return document[: told.start()] + new + document[told.end() :]


@pytest.fixture
def release(tmp_path):
    """Opens a client on a system whose description is changed so."""
    opened = []

    def another(entity, name, mark):
        documents = [changed(document, entity, name, mark) for document in described("real")]
        opened.append(land(furnished(documents), tmp_path))
        return opened[-1].__enter__()

    yield another
    for each in opened:
        each.__exit__(None, None, None)


@pytest.mark.parametrize("mark", ["gone", "creatable"])
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("CustomerPaymentTerms", {"payment_terms": "N30"}),
        ("IncotermsClassification", {"delivery_terms": "DAP Penryn"}),
        ("AssignmentReference", {"references": ASSIGNED}),
        ("CompleteDeliveryIsDefined", {"partial_shipment": False}),
        ("ProductionPlant", {"lines": (valves(warehouse="1000"),)}),
        ("SalesOrderItemText", {"lines": (valves(description="as drawn"),)}),
    ],
)
def test_an_order_is_created_without_the_field_and_refused_with_it(release, name, more, mark):
    entity = "A_SalesOrderItemType" if "lines" in more else "A_SalesOrderType"
    site = release(entity, name, mark)
    site.erp.orders.create(draft(), key="plain")
    with pytest.raises(REFUSED):
        site.erp.orders.create(draft(**more), key="with")
    assert site.refused() == []


@pytest.mark.parametrize(
    ("name", "amendment"),
    [
        ("CustomerPaymentTerms", ec.ChangeHeader(payment_terms="N60")),
        ("IncotermsClassification", ec.ChangeHeader(delivery_terms="FCA Leith")),
        ("AssignmentReference", ec.ChangeHeader(references=ASSIGNED)),
        ("CompleteDeliveryIsDefined", ec.ChangeHeader(partial_shipment=False)),
        ("DeliveryBlockReason", ec.PlaceHold(kind="delivery")),
        ("HeaderBillingBlockReason", ec.PlaceHold(kind="billing")),
        ("ProductionPlant", ec.ChangeWarehouse(line=1, to="2000")),
    ],
)
def test_a_field_that_cannot_be_changed_is_never_sent_in_a_change(release, name, amendment):
    entity = "A_SalesOrderItemType" if name == "ProductionPlant" else "A_SalesOrderType"
    site = release(entity, name, "updatable")
    order = site.erp.orders.create(draft(), key="plain").order
    with pytest.raises(REFUSED):
        site.erp.orders.amend(order, amendment, key="change")
    assert site.refused() == []


def test_a_change_is_held_to_its_version_though_the_customers_number_is_read_only(release):
    site = release("A_SalesOrderType", "PurchaseOrderByCustomer", "updatable")
    order = site.erp.orders.create(draft(), key="plain").order
    site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5), key="first")
    with pytest.raises(errors.VersionConflict):
        site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=6), key="second")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("PurchaseOrderByCustomer", {"customer_po": "PO-4711"}),
        ("AssignmentReference", {"reference": "JOB-7"}),
    ],
)
def test_what_cannot_be_filtered_by_is_not_asked_for(release, name, asked):
    site = release("A_SalesOrderType", name, "filterable")
    site.erp.orders.create(draft(references=ASSIGNED), key="plain")
    try:
        assert len(site.erp.orders.find(**asked)) == 1
    except errors.UnsupportedOperation:
        assert site.refused() == []


def test_dates_that_cannot_be_filtered_by_are_compared_by_us_or_not_offered(release):
    site = release("A_SalesOrderType", "SalesOrderDate", "filterable")
    order = site.erp.orders.create(draft(order_date=date(2026, 1, 10)), key="old").order
    site.erp.orders.create(draft(), key="new")
    try:
        assert [each.id for each in site.erp.orders.list(ordered_to=date(2026, 1, 10))] == [order.id]
    except errors.UnsupportedOperation:
        assert site.refused() == []


def test_a_product_is_found_where_the_release_has_no_gtin(release):
    site = release("A_ProductType", "ProductStandardID", "gone")
    assert [each.code for each in site.erp.products.find(code="PUMP-1")] == ["PUMP-1"]
    order = site.erp.orders.create(draft(), key="plain").order
    assert len(site.erp.orders.amend(order, ec.AddLine(line=pumps(1)), key="add").order.lines) == 2
    assert site.refused() == []
