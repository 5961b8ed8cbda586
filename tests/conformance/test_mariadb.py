"""The conformance kit on our own schema in MariaDB; skipped, with the reason, where no server listens."""

import pytest

from erp_connect.adapters.sql.migrate import init
from erp_connect.testing import conformance
from erp_connect.testing.conformance.databases import DatabaseProfile
from erp_connect.testing.databases import new_database


class TestMariaDB(conformance.Everything):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def database(cls, mariadb_server_url):
        with new_database(mariadb_server_url) as url:
            init(url)
            cls.profile = DatabaseProfile(url.render_as_string(hide_password=False), name="MariaDB")
            yield
