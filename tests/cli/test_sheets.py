"""``template`` and ``export`` on the command line, and a workbook's way there and back."""

from datetime import date

import pytest
from openpyxl import load_workbook

import erp_connect as ec
from erp_connect.cli.exit_codes import ExitCode
from erp_connect.documents import read_orders


@pytest.fixture
def filled(tmp_path):
    """Fills in a template: a row for each dictionary of headings."""

    def fill(name, *rows):
        book = load_workbook(tmp_path / name)
        columns = {cell.value.removesuffix(" *"): cell.column for cell in book.active[1]}
        for number, row in enumerate(rows, start=2):
            for heading, value in row.items():
                book.active.cell(number, columns[heading], value)
        book.save(tmp_path / name)

    return fill


def row(po, product="VALVE-20", quantity=12):
    return {
        "Customer number": "10000",
        "Customer PO number": po,
        "Currency": "EUR",
        "Product code": product,
        "Quantity": quantity,
        "Unit": "H87",
    }


def test_a_template_is_filled_in_imported_and_exported(run, erp, target, filled, tmp_path):
    assert run.json("template", target, "orders.xlsx") == {"file": "orders.xlsx"}
    filled("orders.xlsx", row("007"), row("007", "SEAL-20", 100), row("008"))
    told = run.json("import", "orders.xlsx")
    assert list(told["created"]) == ["10000/007", "10000/008"]
    assert told["not_imported"] == {}
    assert run.json("export", "orders", target, "out.xlsx") == {"file": "out.xlsx", "rows": 3}
    again = read_orders(tmp_path / "out.xlsx")
    assert [order.key for order in again.orders] == ["10000/007", "10000/008"]


def test_a_template_with_codes_offers_what_the_system_knows(run, target, tmp_path):
    run("template", target, "orders.xlsx", "--with-codes", "--language", "de")
    book = load_workbook(tmp_path / "orders.xlsx")
    codes = {cell.value for column in book["Lists"].columns for cell in column}
    assert {"10000", "VALVE-20", "HOSE", "MTR"} <= codes
    assert "10001" not in codes, "that customer is blocked"
    assert book.sheetnames[0] == "Aufträge"


def test_a_template_without_codes_asks_the_system_for_nothing(on, tmp_path):
    on()("template", "postgresql://nobody@127.0.0.1:1/none", "orders.xlsx", "--kind", "purchase")
    assert load_workbook(tmp_path / "orders.xlsx").active["A1"].value == "Supplier number *"


def test_moved_rows_are_already_there_and_new_ones_are_created(run, erp, target, filled, tmp_path):
    run("template", target, "orders.xlsx")
    filled("orders.xlsx", row("A"), row("A", "SEAL-20", 100), row("B", quantity="twelve"))
    first = run.json("import", "orders.xlsx", code=ExitCode.REFUSED)
    number = first["created"]["10000/A"]
    filled("orders.checked.xlsx", row("A", "SEAL-20", 100), row("C"), row("A"), row("B", quantity=12))
    told = run.json("import", "orders.checked.xlsx")
    assert told["already_there"] == {"10000/A": number}
    assert set(told["created"]) == {"10000/B", "10000/C"}
    copy = load_workbook(tmp_path / "orders.checked.checked.xlsx").active
    header = [cell.value for cell in copy[1]]
    assert header[-3:] == ["Result", "Errors", "Key"]
    assert header.count("Result") == 1
    rows = [[cell.value for cell in each][-3:] for each in copy.iter_rows(min_row=2, max_row=5)]
    assert [each[2] for each in rows] == ["10000/A", "10000/C", "10000/A", "10000/B"]
    assert rows[0] == [f"already there as {number}", None, "10000/A"]
    assert rows[3][0] == f"created as {told['created']['10000/B']}"
    assert len(list(erp.orders.list())) == 3


def test_the_filters_choose_the_orders(run, erp, created, target, tmp_path):
    draft = ec.OrderDraft(
        customer="10000",
        customer_po="PO-2",
        currency="EUR",
        order_date=date(2026, 1, 2),
        lines=[ec.LineDraft(product="VALVE-20", quantity=1, unit="H87")],
    )
    erp.orders.create(draft, key="PO-2")

    def exported(*options):
        run("export", "orders", target, "out.csv", *options)
        return {order.draft.customer_po for order in read_orders(tmp_path / "out.csv").orders}

    run("export", "orders", target, "out.csv")
    assert exported() == {"PO-1", "PO-2"}
    assert exported("--to", "2026-01-31") == {"PO-2"}
    assert exported("--from", "2026-02-01") == {"PO-1"}
    assert exported("--status", "submitted", "--customer", "10000", "--limit", "1") < {"PO-1", "PO-2"}
    assert exported("--modified-since", "2020-01-01T00:00Z") == {"PO-1", "PO-2"}


def test_shipments_are_exported(run, erp, created, target, tmp_path):
    (order,) = erp.orders.find(number=created)
    erp.shipments.post(order, {1: 2}, packages=[ec.Package(tracking_number="0034")])
    assert run.json("export", "shipments", target, "out.xlsx", "--language", "de")["rows"] == 1
    sheet = load_workbook(tmp_path / "out.xlsx").active
    told = {sheet.cell(1, column).value: sheet.cell(2, column).value for column in range(1, 20)}
    assert (told["ERP-Auftrag"], told["Menge"], told["Sendungsnummern"]) == (created, 2, "0034")


def test_the_target_may_stand_in_the_environment_or_an_option(run, on, created, target):
    run("export", "orders", "one.csv")
    on()("export", "orders", "--target", target, "two.csv")
    on()("export", "orders", "two.csv", code=ExitCode.MISUSE)
    run("export", "orders", target, "three.csv", "four.csv", code=ExitCode.MISUSE)


def test_purchase_orders_are_exported(run, erp, target, tmp_path):
    erp.suppliers.create(ec.SupplierDraft(number="70000", name="Valve Works"))
    draft = ec.PurchaseOrderDraft(
        supplier="70000",
        currency="EUR",
        lines=[ec.PurchaseOrderLineDraft(product="VALVE-20", quantity=5, unit="H87")],
    )
    number = erp.purchase_orders.create(draft, key="B-1").order.number
    run("export", "orders", target, "out.csv", "--kind", "purchase", "--supplier", "70000")
    (order,) = read_orders(tmp_path / "out.csv", kind="purchase").orders
    assert order.key == f"70000/{number}"
    run("export", "orders", target, "out.csv", "--supplier", "70000", code=ExitCode.MISUSE)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["out.pdf"], ExitCode.CONFIGURATION),
        (["none/out.xlsx"], ExitCode.CONFIGURATION),
        (["out.xlsx", "--language", "xx"], ExitCode.MISUSE),
        (["out.xlsx", "--from", "soon"], ExitCode.MISUSE),
        (["out.xlsx", "--modified-since", "2026-01-01T00:00"], ExitCode.MISUSE),
        (["out.xlsx", "--kind", "both"], ExitCode.MISUSE),
    ],
)
def test_misuse_is_told_and_writes_nothing(run, target, tmp_path, options, code):
    run("export", "orders", target, *options, code=code)
    assert not list(tmp_path.glob("out*"))


def test_a_workbook_that_is_there_is_never_replaced_by_a_template(run, target, tmp_path):
    (tmp_path / "orders.xlsx").write_text("filled in")
    said = run("template", target, "orders.xlsx", code=ExitCode.CONFIGURATION).stderr
    assert "already" in said
    assert (tmp_path / "orders.xlsx").read_text() == "filled in"
