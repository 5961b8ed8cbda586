"""The conformance kit on our own schema in PostgreSQL."""

import pytest

from erp_connect.adapters.sql.migrate import init
from erp_connect.testing import conformance
from erp_connect.testing.conformance.databases import DatabaseProfile
from erp_connect.testing.databases import new_database


class TestPostgreSQL(conformance.Everything):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def database(cls, postgres_server):
        with new_database(postgres_server) as url:
            init(url)
            cls.profile = DatabaseProfile(url.render_as_string(hide_password=False), name="PostgreSQL")
            yield
