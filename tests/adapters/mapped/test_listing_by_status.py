"""A list of orders of some statuses: the database leaves out what cannot be one of them, and never one that can."""

import pytest
import sqlalchemy as sa

from erp_connect.adapters.mapped.reading import OrderPlan
from erp_connect.models import OrderStatus

from .conftest import PRODUCTS, made

EXPRESSIONS = ("normalised", "floating")
"""Companies whose native word is an expression, of which no column tells the type: all is read."""
OPEN = ("draft", "submitted", "confirmed", "on_hold")


@pytest.fixture
def read(monkeypatch):
    """How many orders each page was read with."""
    pages = []
    page = OrderPlan.page

    def counted(plan, connection, conditions, *, limit=None):
        found = page(plan, connection, conditions, limit=limit)
        pages.append(len(found[0]))
        return found

    monkeypatch.setattr(OrderPlan, "page", counted)
    return pages


def test_a_list_by_status_has_every_order_of_that_status(place, erp):
    every = list(erp.orders.list())
    for status in OrderStatus:
        wanted = [each.id for each in every if each.status is status]
        assert [each.id for each in erp.orders.list(status=status)] == wanted
    assert [each.id for each in erp.orders.list(status=OPEN)] == [
        each.id for each in every if each.status.value in OPEN
    ]


def test_orders_that_are_done_by_their_own_word_are_not_read(place, erp, read):
    every = list(erp.orders.list())
    all_read = sum(read)
    assert all_read == len(every)
    read.clear()
    found = list(erp.orders.list(status=OPEN))
    if place.name in EXPRESSIONS:
        assert sum(read) == all_read
    else:
        done = [each for each in every if each.status.value == "completed"]
        assert done
        assert len(found) <= sum(read) <= all_read - len(done)


@pytest.fixture(params=PRODUCTS)
def letters(request, tmp_path):
    """The company whose statuses are letters, for the test alone."""
    yield from made(request, tmp_path, "flat", request.param)


@pytest.mark.parametrize(("code", "status"), [("r", "submitted"), ("?", "submitted"), ("R ", "completed")])
def test_a_word_that_only_looks_like_one_of_the_codes_hides_no_order(letters, code, status):
    """A database may take "r" for "R", and the mapping has a word for "R" alone."""
    with letters.connect() as erp:
        fresh = next(
            each
            for each in erp.orders.list(status="confirmed")
            if not any(line.quantities.shipped for line in each.lines)
        )
    with letters.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE aufpos SET kopfst = :code WHERE aufnr = :number"),
            {"code": code, "number": fresh.number},
        )
    with letters.connect() as erp:
        assert erp.orders.get(fresh.id).status.value == status
        assert fresh.id in {each.id for each in erp.orders.list(status=status)}
        assert fresh.id not in {each.id for each in erp.orders.list(status="confirmed")}
