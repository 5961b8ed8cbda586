"""Whose world it is: private, shared by name, one for each company; and what the adapter loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

from erp_connect.adapters.memory import MemoryAdapter, World, forget_world
from erp_connect.errors import NotFound
from erp_connect.models import AddNote, ChangeHeader, CustomerDraft


def test_a_private_world_is_nobody_elses(open_shop) -> None:
    one, other = open_shop(), open_shop()
    order = one.create()
    assert one.adapter.identity != other.adapter.identity
    with pytest.raises(NotFound):
        other.orders.get(order.id)


def test_connections_with_one_name_share_a_world(open_shop) -> None:
    one, other = open_shop("shared"), open_shop("shared")
    order = one.create()
    assert one.adapter.identity == other.adapter.identity == "memory:shared"
    other.amend(order, AddNote(text="from the other desk"))
    assert one.orders.get(order.id).notes == ("from the other desk",)


def test_a_named_world_outlives_its_connections(open_shop) -> None:
    one = open_shop("lasting")
    order = one.create()
    one.adapter.close()
    one.adapter.close()
    assert open_shop("lasting").orders.get(order.id) == order
    forget_world("lasting")
    assert open_shop("lasting").all() == []


def test_two_products_may_work_on_one_world(open_shop) -> None:
    plain, product = open_shop("both"), open_shop("both", like="fo")
    order = product.create()
    plain.ship(plain.orders.get(order.id))
    shipped = product.orders.get(order.id)
    assert shipped.lines[0].quantities.shipped == 5
    noted = product.amend(shipped, ChangeHeader(customer_po="PO-9"))
    assert plain.orders.get(order.id).customer_po == "PO-9"
    assert len({order.version, shipped.version, noted.version}) == 3


def test_every_company_has_a_world_of_its_own(open_shop) -> None:
    north, south = open_shop("group", company="north"), open_shop("group", company="south")
    north.create()
    assert south.all() == []
    assert north.adapter.identity != south.adapter.identity
    assert [(each.id, each.current) for each in south.adapter.companies()] == [
        ("north", False),
        ("south", True),
    ]
    assert [each.id for each in open_shop().adapter.companies()] == ["default"]


def test_master_data_is_loaded_in_bulk_and_loading_again_replaces_it(shop) -> None:
    before = shop.adapter.customers.find(number="C-100")[0]
    shop.world.load(CustomerDraft(number="C-100", name="Renamed"))
    (after,) = shop.adapter.customers.find(number="C-100")
    assert (after.id, after.name) == (before.id, "Renamed")


def test_the_package_offers_its_parts_by_name() -> None:
    import erp_connect.adapters.memory as room

    assert room.MemoryAdapter is MemoryAdapter
    assert room.World is World
    assert room.Faults.__name__ == "Faults"
    with pytest.raises(AttributeError):
        room.Nothing  # noqa: B018 (asking for the name is the test)


def test_the_adapter_loads_no_database_library() -> None:
    code = (
        "import sys; from erp_connect.adapters.memory import MemoryAdapter; "
        "print([m for m in ('sqlalchemy', 'lxml', 'requests', 'openpyxl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
