"""An account that may read views and nothing else is enough, and a SQLite file is left as it was found."""

import hashlib
from pathlib import Path

import pytest

import erp_connect as ec
from erp_connect.errors import UnsupportedOperation

from .conftest import PRODUCTS, Hands, made


@pytest.fixture(params=PRODUCTS)
def views(request, tmp_path):
    yield from made(request, tmp_path, "readonly_view", request.param)


def test_views_are_read_by_an_account_without_any_other_right(views):
    with views.schema.reader(views.engine) as url:
        target = url.render_as_string(hide_password=False)
        settings = {"mapping": str(views.mapping), "journal": f"sqlite:///{views.folder / 'journal.db'}"}
        with ec.connect(target, clock=Hands(), writable=True, **settings) as erp:
            orders = {order.number: order.status.value for order in erp.orders.list()}
            assert orders == {order.number: order.status for order in views.facts().orders.values()}
            assert erp.capabilities.why("orders.create") == "the mapping says of orders: read_only = true"
            with pytest.raises(UnsupportedOperation):
                erp.orders.cancel("300001", "by mistake")
    views.check()


def test_reading_leaves_a_sqlite_file_as_it_was(tmp_path, request):
    (place,) = made(request, tmp_path, "split", "sqlite")
    file = Path(place.engine.url.database)
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    with place.connect(clock=Hands()) as erp:
        assert len(list(erp.orders.list())) == 36
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    assert not file.with_name(f"{file.name}-wal").exists()
