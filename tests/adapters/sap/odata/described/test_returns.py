"""Returns on services that the descriptions make."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors

from .land import BOTH, delivered, described, furnished, land, real
from .orders import draft


@pytest.fixture(params=BOTH)
def site(request, tmp_path):
    with land(furnished(described(request.param)), tmp_path, return_reasons="damaged=102") as found:
        yield found


@pytest.fixture
def order(site):
    """Twelve valves, of which ten have left."""
    order = site.erp.orders.create(draft(), key="order").order
    delivered(site.books, order.id, "10", Decimal(10))
    return order


def back(order, quantity, reason="damaged"):
    return ec.ReturnDraft(order=order.id, lines={"10": quantity}, reason=reason)


def test_a_return_is_entered_and_read(site, order):
    made = site.erp.returns.create(back(order, 3), key="one").stored
    found = site.erp.returns.get(made.id)
    assert (found.id, found.order_id, found.reason) == (made.id, order.id, "damaged")
    assert [(line.order_line_id, line.quantity, line.unit) for line in found.lines] == [("10", 3, "C62")]
    assert [each.id for each in site.erp.returns.of(order.id)] == [made.id]
    (row,) = site.books.rows["A_CustomerReturn"]
    assert (row["SDDocumentReason"], row["ReferenceSDDocument"]) == ("102", order.id)
    assert site.refused() == []


def test_a_return_whose_answer_is_lost_is_entered_once(site, order):
    site.gateway.lost.append(("POST", "A_CustomerReturn"))
    site.erp.returns.create(back(order, 3), key="one")
    assert site.erp.returns.create(back(order, 3), key="one").replayed
    assert len(site.books.rows["A_CustomerReturn"]) == 1


def test_no_more_comes_back_than_has_left(site, order):
    site.erp.returns.create(back(order, 3), key="one")
    with pytest.raises(errors.InvalidOrder):
        site.erp.returns.create(back(order, 8), key="two")
    assert len(site.books.rows["A_CustomerReturn"]) == 1
    assert site.refused() == []


@pytest.mark.parametrize("kind", [pytest.param("bare", marks=real)])
def test_without_deliveries_no_return_is_offered_and_the_reason_given(kind, tmp_path):
    with land(furnished(described(kind)), tmp_path) as site:
        assert site.erp.capabilities.support("returns.create") is ec.Support.NONE
        assert "DELIVERY" in site.erp.capabilities.why("returns.create")
        order = site.erp.orders.create(draft(), key="order").order
        assert list(site.erp.returns.of(order.id)) == []
        assert site.refused() == []


def test_what_the_system_changes_of_a_return_is_told(site, order):
    site.trade.at_most["A_CustomerReturnItem"] = Decimal(2)
    receipt = site.erp.returns.create(back(order, 7), key="one")
    assert [line.quantity for line in receipt.stored.lines] == [2]
    assert receipt.differences != ()
