"""``erp-connect report``: the figures in the terminal, for machines, and as a workbook."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook

import erp_connect as ec
from erp_connect.cli import reporting


@pytest.fixture
def book(erp):
    """Three orders: one a week late, one free of charge in yen, one cancelled."""
    today = erp._context.today()
    made = []
    for po, currency, price, requested in (
        ("PO-1", "EUR", "9.85", today - timedelta(days=7)),
        ("PO-2", "JPY", "0", today + timedelta(days=7)),
        ("PO-3", "EUR", "1.25", None),
    ):
        line = ec.LineDraft(
            product="VALVE-20",
            quantity=12,
            unit="H87",
            price=ec.UnitPrice(amount=Decimal(price), currency=currency),
        )
        draft = ec.OrderDraft(
            customer="10000",
            customer_po=po,
            currency=currency,
            order_date=date(2026, 3, 2),
            requested=requested,
            lines=[line],
        )
        made.append(erp.orders.create(draft, key=po).order)
    erp.orders.cancel(made[2], reason="customer withdrew")
    return made


def test_the_tables_answer_each_question(run, book):
    told = run("report").stdout
    for title in (
        *(
            "3 order(s) on",
            "Orders by status",
            "Orders by lateness",
            "Orders by customer",
            "Lines by product",
        ),
        *("Orders by day ordered", "Lines by day asked for", "Latest orders"),
    ):
        assert title in told
    late = next(row for row in told.splitlines() if "late by 4-7 days" in row)
    assert [cell.strip() for cell in late.split("│")[1:7]] == [
        "late by 4-7 days",
        "EUR",
        "1",
        "1",
        "118.20",
        "118.20",
    ]
    assert "█" * 24 in late
    latest = told[told.index("Latest orders") :]
    assert book[0].number in latest
    assert book[1].number not in latest


def test_machines_get_exact_decimals_as_text(run, book):
    told = run.json("report")
    assert (told["orders"], told["lines"], told["late_orders"]) == (3, 3, 1)
    assert [(row["currency"], row["value"], row["open_value"]) for row in told["totals"]] == [
        ("EUR", "118.2", "118.2"),
        ("JPY", "0", "0"),
    ]
    assert {row["key"] for row in told["by_status"]} == {"submitted", "cancelled"}
    assert told["by_order_day"][0]["key"] == "2026-03-02"
    assert [(late["number"], late["days"]) for late in told["latest"]] == [(book[0].number, 7)]


def test_the_filters_are_those_of_a_list_of_orders(run, book):
    assert run.json("report", "--status", "cancelled", "--status", "draft")["orders"] == 1
    assert run.json("report", "--customer", "10001")["orders"] == 0
    assert run.json("report", "--from", "2026-03-03")["orders"] == 0
    assert run.json("report", "--from", "2026-03-02", "--to", "2026-03-02")["orders"] == 3
    run("report", "--from", "yesterday", code=2)
    run("report", "--top", "0", code=2)


def test_a_workbook_is_written_beside_what_is_told(run, book, tmp_path):
    told = run("report", "--xlsx", "orders.xlsx").stdout
    assert "Workbook: orders.xlsx" in told
    sheet = load_workbook(tmp_path / "orders.xlsx")["Late orders"]
    assert sheet["A5"].value == book[0].number
    assert run.json("report", "--xlsx", "orders.xlsx")["orders"] == 3


def test_a_name_that_cannot_be_is_refused_before_anything_is_read(run, book, monkeypatch):
    monkeypatch.setattr(reporting, "opened", None)
    refused = run.json("report", "--xlsx", "orders.pdf", code=3)
    assert ".xlsx" in refused["error"]["message"]
    run("report", "--xlsx", "nowhere/orders.xlsx", code=3)


def test_an_empty_book_is_told_as_empty(run):
    assert run("report").stdout.startswith("0 order(s) on ")
    assert run.json("report")["totals"] == []


def test_only_so_many_are_shown_and_the_rest_is_counted(run, erp, book):
    for code in ("SEAL-20", "HOSE"):
        line = ec.LineDraft(
            product=code,
            quantity=1,
            unit="H87" if code == "SEAL-20" else "MTR",
            price=ec.UnitPrice(amount=1, currency="EUR"),
            requested=date(2026, 1, 2),
        )
        erp.orders.create(
            ec.OrderDraft(customer="10000", customer_po=code, currency="EUR", lines=[line]), key=code
        )
    told = run("report", "--top", "1").stdout
    assert "2 more in EUR" in told
    assert "2 more are late" in told


def test_bars_are_made_of_what_the_output_can_write(monkeypatch):
    class Narrow:
        encoding = "ascii"

    monkeypatch.setattr(reporting.sys, "stdout", Narrow())
    assert reporting._block() == "#"


def test_the_target_may_be_an_argument(on, target, book):
    assert on().json("report", target)["orders"] == 3
