"""The examples run, and do what they say."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from openpyxl import Workbook, load_workbook

import erp_connect as ec
from erp_connect.adapters.memory.world import forget_world, shared_world
from erp_connect.adapters.sql.migrate import init

EXAMPLES = Path(__file__).parent.parent / "examples"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(folder, name, *arguments, text=""):
    return subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments],
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=110,
    )


@pytest.fixture
def company(tmp_path, monkeypatch):
    """A database with a customer and a product; its URL."""
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path / "home"))
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    init(url, currency="EUR")
    with ec.connect(url) as erp:
        erp.customers.create(ec.CustomerDraft(number="10000", name="Harbour Pumps Ltd"))
        price = ec.UnitPrice(amount=Decimal("9.85"), currency="EUR")
        erp.products.create(ec.ProductDraft(code="VALVE-20", name="Ball valve", unit="H87", price=price))
    return url


def workbook(path, *rows):
    book = Workbook()
    for row in (["Customer", "PO number", "Currency", "Product", "Quantity", "Unit"], *rows):
        book.active.append(row)
    book.save(path)


@pytest.mark.runs_the_demo
def test_the_internal_tool_asks_before_it_changes_an_order(company, tmp_path):
    with ec.connect(company) as erp:
        line = ec.LineDraft(product="VALVE-20", quantity=12, unit="H87")
        erp.orders.create(ec.OrderDraft(customer="10000", customer_po="PO-1", currency="EUR", lines=[line]))
        tool = ("amend_an_order", company, "PO-1", "1", "10", "customer called")
        assert run(tmp_path, *tool, text="n\n").returncode == 0
        assert erp.orders.find(customer_po="PO-1")[0].lines[0].quantities.ordered == 12
        done = run(tmp_path, *tool, text="y\n")
        assert done.returncode == 0, done.stderr
        assert "-19.7" in done.stdout
        assert erp.orders.find(customer_po="PO-1")[0].lines[0].quantities.ordered == 10
    assert "0 orders" in run(tmp_path, "amend_an_order", company, "PO-9", "1", "10", "x").stderr


@pytest.mark.runs_the_demo
def test_the_nightly_import_answers_every_workbook_and_doubles_nothing(company, tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    workbook(
        folder / "monday.xlsx",
        ["10000", "PO-1", "EUR", "VALVE-20", 12, "pcs"],
        ["10000", "PO-2", "EUR", "VALVE-21", 12, "pcs"],
    )
    for _ in range(2):
        night = run(tmp_path, "nightly_import", company, str(folder))
        assert night.returncode == 1, night.stderr
        assert "1 stand, 1 to correct" in night.stdout
    answer = load_workbook(folder / "monday.answer.xlsx").active
    assert answer.cell(2, 7).value.startswith("order ")
    assert "no such product" in answer.cell(3, 8).value
    with ec.connect(company) as erp:
        assert len(list(erp.orders.list())) == 1


def test_the_nightly_import_repeats_what_only_needs_time(tmp_path):
    example = loaded("nightly_import")
    workbook(tmp_path / "monday.xlsx", ["10000", "PO-1", "EUR", "VALVE-20", 12, "pcs"])
    waited: list[float] = []
    with ec.connect("memory://night") as erp:
        world = shared_world("night")
        world.load(
            ec.CustomerDraft(number="10000", name="Harbour Pumps Ltd"),
            ec.ProductDraft(code="VALVE-20", name="Ball valve", unit="H87"),
        )
        world.faults.throttle("orders.create*", retry_after=600)
        ends = example.import_file(
            erp, tmp_path / "monday.xlsx", tmp_path / "answer.xlsx", wait=waited.append
        )
        assert ends == (1, 0, 0)
        assert waited == [600]
        assert len(list(erp.orders.list())) == 1
    forget_world("night")


@pytest.mark.runs_the_demo
def test_the_test_suite_passes(tmp_path):
    suite = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)),
            str(EXAMPLES / "test_my_program.py"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert suite.returncode == 0, suite.stdout
    assert "3 passed" in suite.stdout
