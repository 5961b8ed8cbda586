"""`import erp_connect` pays for pydantic and for nothing heavier."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    *("sqlalchemy", "alembic", "lxml", "openpyxl", "xlsxwriter", "zeep", "odata", "requests", "tenacity"),
    *("typer", "rich", "pydantic_settings", "platformdirs", "psycopg", "pymysql", "pytest", "hypothesis"),
)


def loaded_by(program: str) -> set[str]:
    # -I: neither the current folder nor the environment lends a module.
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys\n{program}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "program", ["import erp_connect", "import erp_connect.errors", "from erp_connect import *"]
)
def test_importing_the_library_loads_no_heavy_package(program: str) -> None:
    loaded = loaded_by(program)
    assert "erp_connect" in loaded
    assert loaded.isdisjoint(HEAVY), f"{program!r} loads {sorted(loaded & set(HEAVY))}"


def test_an_order_in_memory_needs_no_database_library() -> None:
    loaded = loaded_by(
        "import erp_connect as ec\n"
        "with ec.connect('memory://') as erp:\n"
        "    erp.customers.create(ec.CustomerDraft(number='10000', name='Harbour Pumps'))\n"
        "    assert [customer.number for customer in erp.customers.list()] == ['10000']\n"
    )
    assert loaded.isdisjoint({"sqlalchemy", "alembic", "lxml", "openpyxl", "typer", "rich"})
