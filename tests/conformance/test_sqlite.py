"""The conformance kit on our own schema in a SQLite file."""

import tempfile
from pathlib import Path

import pytest

from erp_connect.adapters.sql.migrate import init
from erp_connect.testing import conformance
from erp_connect.testing.conformance.databases import DatabaseProfile

IN_MEMORY = Path("/dev/shm")


class TestSQLite(conformance.Everything):
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def database(cls):
        with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
            url = f"sqlite:///{folder}/orders.db"
            init(url)
            cls.profile = DatabaseProfile(url, name="SQLite")
            yield
