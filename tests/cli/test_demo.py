"""The demo keeps its word, and says so when it does not."""

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook

import erp_connect as ec
from erp_connect.cli import importing
from erp_connect.cli.demo.faults import KINDS
from erp_connect.cli.demo.workbook import planned
from erp_connect.models import Severity

DAY = date(2026, 11, 25)


def test_forty_faults_of_twelve_kinds_are_planted_in_three_hundred_orders():
    book = planned(DAY)
    assert len(book.orders) == 300
    assert len(book.faults) == 40
    assert len({fault.kind for fault in book.faults}) == len(KINDS) == 12
    assert len({fault.order for fault in book.faults}) == 40, "one fault an order"
    assert len({(order.house.number, order.customer_po) for order in book.orders}) == 300


def test_the_same_day_makes_the_same_workbook():
    first, second = planned(DAY), planned(DAY)
    assert first.wrong == second.wrong
    assert [order.rows for order in first.orders] == [order.rows for order in second.orders]


def demo(folder, *arguments):
    environment = {**os.environ, "ERP_CONNECT_HOME": str(folder / "home")}
    return subprocess.run(
        [sys.executable, "-c", "from erp_connect.cli import main; main()", "demo", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=280,
    )


def counted(folder, table):
    with closing(sqlite3.connect(folder / "orders.db")) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.mark.timeout(300)
@pytest.mark.runs_the_demo
def test_a_morning_in_an_empty_folder_once_more_and_after_somebody_doubled_an_order(tmp_path):
    first = demo(tmp_path, "--json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert told["kept"] is True
    assert told["broken"] == []
    assert Counter(fault["code"] for fault in told["planted"] if fault["found"]) == {
        kind.code: kind.times for kind in KINDS
    }
    assert [(each["created"], each["already_there"], each["not_imported"]) for each in told["imports"]] == [
        (260, 0, 40),
        (40, 260, 0),
        (0, 300, 0),
    ]
    assert counted(tmp_path, "erp_orders") == told["orders"] == 300
    assert counted(tmp_path, "erp_shipments") == told["done"]["shipments"] > 50
    assert told["done"]["orders cancelled"] == told["by_status"]["cancelled"] == 5
    assert set(told["net"]) == {"EUR", "GBP", "USD"}
    assert told["late_lines"] > 0
    for name in ("orders.xlsx", "orders.checked.xlsx", "orders.fixed.xlsx", "orders.fixed.checked.xlsx"):
        assert (tmp_path / name).exists()
    checked = load_workbook(tmp_path / "orders.checked.xlsx")["Orders"]
    assert [cell.value for cell in checked[1]][-3:] == ["Result", "Errors", "Key"]

    second = demo(tmp_path)
    assert second.returncode == 0, second.stderr
    assert "nothing was doubled" in second.stdout
    assert counted(tmp_path, "erp_orders") == 300
    assert counted(tmp_path, "erp_shipments") == told["done"]["shipments"]
    with ec.connect(f"sqlite:///{tmp_path / 'orders.db'}") as erp:
        orders = list(erp.orders.list())
        assert len({(order.customer, order.customer_po) for order in orders}) == 300
        shipped = next(order for order in orders if order.lines[0].quantities.shipped)
        assert all(shipment.packages[0].tracking_number for shipment in erp.orders.track(shipped).shipments)
        assert list(erp.journal.open()) == []
        double_behind_its_back(erp, next(each for each in orders if each.status is ec.OrderStatus.SUBMITTED))

    third = demo(tmp_path)
    assert third.returncode != 0, "a demo that cannot fail shows nothing"
    assert "Traceback" not in third.stderr
    with ec.connect(f"sqlite:///{tmp_path / 'orders.db'}") as erp:
        stands = {order.id: order.version for order in erp.orders.list()}
    assert len(stands) == 301
    assert [order.id for order in orders if stands[order.id] != order.version] == []


def double_behind_its_back(erp, order):
    lines = [
        ec.LineDraft(product=line.product, quantity=line.quantities.ordered, unit=line.unit)
        for line in order.lines
    ]
    draft = ec.OrderDraft(
        customer=order.customer, customer_po=order.customer_po, currency=order.currency, lines=lines
    )
    erp.orders.create(draft, key="behind its back")


@pytest.mark.timeout(300)
@pytest.mark.runs_the_demo
def test_a_workbook_of_somebody_else_gives_findings_and_no_crash(tmp_path):
    (tmp_path / "theirs.csv").write_text(
        "Customer;PO number;Currency;Product code;Quantity;Unit\n"
        "10020;X-1;EUR;VALVE-20;12;pcs\n"
        "10020;X-2;EUR;UNHEARD-OF;12;pcs\n"
        "99999;X-3;EUR;VALVE-20;12;pcs\n"
    )
    result = demo(tmp_path, "--workbook", "theirs.csv", "--json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["imports"][0]["created"] == 1
    assert told["imports"][0]["not_imported"] == 2
    assert counted(tmp_path, "erp_orders") == 1
    checked = (tmp_path / "theirs.checked.csv").read_text()
    assert "no such product is on file" in checked
    assert "no such customer is on file" in checked


def test_a_workbook_that_the_demo_did_not_make_is_left_alone(on, tmp_path):
    (tmp_path / "orders.xlsx").write_bytes(b"somebody else's")
    assert "did not make" in on()("demo", code=3).stderr
    assert (tmp_path / "orders.xlsx").read_bytes() == b"somebody else's"
    assert on().json("demo", "--workbook", "none.xlsx", code=3)["error"]["code"] == "configuration"


# ------------------------------------------------------------------ the demo notices when the library does not work


def without(kind):
    """The reader of workbooks, blind for one kind of fault: what it finds of it becomes a remark."""
    read = importing.read_orders

    def blind(path, **options):
        sheet = read(path, **options)

        def dimmed(issue):
            return replace(issue, severity=Severity.WARNING, code="seen") if issue.code == kind else issue

        refused = tuple(replace(each, issues=tuple(map(dimmed, each.issues))) for each in sheet.refused)
        return replace(sheet, refused=refused, issues=tuple(map(dimmed, sheet.issues)))

    return blind


@pytest.mark.timeout(300)
@pytest.mark.runs_the_demo
@pytest.mark.thorough
def test_a_library_that_misses_refuses_and_doubles_makes_the_demo_fail(on, monkeypatch):
    """Three sabotages in one morning: a fault unseen, good rows refused, and an import without keys."""
    check, create = importing._checked, importing._create

    def sterner(erp, sheet, order):
        return tuple(
            replace(each, severity=Severity.ERROR) if each.code == "stock_short" else each
            for each in check(erp, sheet, order)
        )

    def twice(erp, fit, terminal, created, there):
        failed = create(erp, fit, terminal, created, there)
        for order in fit[:3]:
            erp.orders.create(order.draft)
        return failed

    monkeypatch.setattr(importing, "read_orders", without("not_a_date"))
    monkeypatch.setattr(importing, "_checked", sterner)
    monkeypatch.setattr(importing, "_create", twice)
    told = on().json("demo", code=1, seconds=True)
    assert told["kept"] is False
    assert {fault["code"] for fault in told["planted"] if not fault["found"]} == {"not_a_date"}
    assert any("was not found as not_a_date" in each for each in told["broken"])
    assert any("a good order" in each and "stock_short" in each for each in told["broken"])
    assert any("stand twice in the database" in each for each in told["broken"])
