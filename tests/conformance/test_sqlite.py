"""The conformance kit on our own schema in a SQLite file."""

import pytest

from erp_connect.adapters.sql.migrate import init
from erp_connect.testing import conformance
from erp_connect.testing.conformance.databases import DatabaseProfile


class TestSqlite(conformance.Everything):
    @pytest.fixture(scope="class", autouse=True)
    def database(self, request, tmp_path_factory):
        url = f"sqlite:///{tmp_path_factory.mktemp('kit') / 'orders.db'}"
        init(url)
        request.cls.profile = DatabaseProfile(url, name="SQLite")
