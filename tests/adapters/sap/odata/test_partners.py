"""Customers by the business partner service (sap.md 2.14, 4.6)."""

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sap.documents import Customer
from erp_connect.testing.mocks.sap.odata.settings import Settings

from ..site import sooner_or_later
from .place import place

SERVICE = "API_BUSINESS_PARTNER"


def test_a_customer_is_read_with_address_and_currency_in_one_call(world, tmp_path):
    with place(world, tmp_path) as site:
        before = site.count("GET", SERVICE)
        found = site.erp.customers.get("1234")
        assert site.count("GET", SERVICE) == before + 1
    assert (found.id, found.number, found.name) == ("1234", "1234", "Harbour Pumps Ltd")
    assert found.address == ec.Address(
        name="Harbour Pumps Ltd", lines=("Dock 4",), city="Leith", postal_code="EH6 6JJ", country="GB"
    )
    assert found.currency == "EUR"
    assert found.blocked is False


def test_a_house_number_kept_apart_stands_behind_its_street(world, tmp_path):
    world.add(Customer("77", "Mill", street="High Street", house_number="12a", country="GB", city="Leith"))
    with place(world, tmp_path) as site:
        assert site.erp.customers.get("77").address.lines == ("High Street 12a",)


def test_customers_are_found_by_number_with_or_without_zeros_and_by_their_exact_name(world, tmp_path):
    world.add(Customer("80", "Acme Rockets", country="DE"), Customer("81", "O'Hara & Sons", country="DE"))
    with place(world, tmp_path) as site:
        find = site.erp.customers.find
        assert [each.id for each in find(number="1234")] == ["1234"]
        assert [each.id for each in find(number="0000001234")] == ["1234"]
        assert [each.id for each in find(name="Acme Rockets")] == ["80", "ACME"]
        assert [each.id for each in find(name="O'Hara & Sons")] == ["81"]
        assert list(find(name="Acme")) == []
        assert list(find(number="4711")) == []
        assert list(find(number="12345678901")) == []
        assert list(find(number="1234", name="Acme Rockets")) == []
        with pytest.raises(errors.NotFound):
            site.erp.customers.get("4711")


@pytest.mark.parametrize("page_size", [None, 1, 3])
def test_every_customer_is_listed_once_however_small_the_pages(world, tmp_path, page_size):
    world.add(*(Customer(str(number), f"Number {number}", country="DE") for number in range(500, 507)))
    with place(world, tmp_path, Settings(page_size=page_size)) as site:
        numbers = [each.number for each in site.erp.customers.list()]
    assert sorted(numbers) == sorted(["1234", "ACME", *(str(number) for number in range(500, 507))])


def test_what_blocks_a_customer_is_told(world, tmp_path):
    world.add(Customer("90", "Slow Payers", country="DE", order_block="01"))
    with place(world, tmp_path) as site:
        found = site.erp.customers.get("90")
    assert found.blocked is True
    assert found.block_reason == "order block 01"


def test_the_currency_of_another_sales_area_is_not_the_customers(world, tmp_path):
    area = ("2000", "10", "00")
    world.sales_areas.add(area)
    world.add(Customer("91", "Elsewhere", country="US", currency="USD", areas=(area,)))
    with place(world, tmp_path) as site:
        assert site.erp.customers.get("91").currency is None
    with place(world, tmp_path, sales_org="2000") as site:
        assert site.erp.customers.get("91").currency == "USD"


@pytest.mark.parametrize("operation", ["customers.create", "products.update", "suppliers.create"])
def test_what_is_not_offered_says_why(world, tmp_path, operation):
    with place(world, tmp_path) as site:
        assert site.known.support(operation) is ec.Support.NONE
        assert site.known.why(operation)


def test_a_service_that_nobody_activated_is_found_out_before_it_is_needed(world, tmp_path):
    with place(world, tmp_path, Settings(inactive={SERVICE})) as site:
        assert site.known.support("customers.get") is ec.Support.NONE
        assert SERVICE in site.known.why("customers.get")
        assert site.known.support("products.get") is ec.Support.NATIVE
        sent = len(site.network.requests)
        with pytest.raises(errors.UnsupportedOperation):
            site.erp.customers.get("1234")
        assert len(site.network.requests) == sent


def test_a_read_is_repeated_when_the_line_breaks(world, tmp_path):
    with place(world, tmp_path) as site:
        site.network.lose_reply(SERVICE, times=2)
        assert site.erp.customers.get("1234").id == "1234"


def test_a_customer_is_renamed_and_blocked_in_one_request(world, tmp_path):
    with place(world, tmp_path) as site:
        before = site.erp.customers.get("1234")
        after = site.erp.customers.update(before, name="Harbour Works", blocked=True, key="new").stored
        assert site.count("POST", "$batch") == 1
        assert (after.name, after.blocked, after.block_reason) == ("Harbour Works", True, "order block 01")
        assert world.customers["0000001234"].order_block == "01"
        assert site.erp.customers.update(before, name="Harbour Works", blocked=True, key="new").replayed
        free = site.erp.customers.update("1234", blocked=False).stored
        assert (free.name, free.blocked) == ("Harbour Works", False)


def test_what_is_not_changed_here_is_refused_and_a_customer_that_never_was_is_not_found(world, tmp_path):
    with place(world, tmp_path) as site:
        with pytest.raises(errors.LossyWrite):
            site.erp.customers.update("1234", payment_terms="N30")
        with pytest.raises(errors.LossyWrite):
            site.erp.customers.update("1234", name="x" * 41)
        with pytest.raises(errors.NotFound):
            site.erp.customers.update("4711", blocked=True)
        assert site.count("POST", "$batch") == 0


@pytest.mark.parametrize("executed", [True, False])
def test_an_unanswered_update_is_made_in_the_end(world, tmp_path, executed):
    with place(world, tmp_path) as site:
        (site.network.lose_reply if executed else site.network.lose_request)("$batch", "POST")
        receipt = sooner_or_later(
            lambda: site.erp.customers.update("1234", blocked=True, key="stop"), world.clock, in_doubt=True
        )
        assert receipt.stored.blocked is True
    assert world.customers["0000001234"].order_block == "01"
