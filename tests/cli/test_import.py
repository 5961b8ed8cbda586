"""A workbook of orders into a database, and back to whoever sent it."""

import signal
from contextlib import contextmanager

import pytest
from openpyxl import Workbook, load_workbook

from erp_connect.cli.exit_codes import ExitCode
from erp_connect.cli.terminal import Terminal

HEADER = ["Customer number", "PO number", "Currency", "Product code", "Quantity", "Unit", "Expected price"]


def write(path, *rows):
    book = Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture
def orders(tmp_path):
    """Five orders, three of them wrong: an unknown product, another price, and a quantity that is a word."""
    return write(
        tmp_path / "orders.xlsx",
        ["10000", "PO-1", "EUR", "VALVE-20", 12, "pcs", 9.85],
        ["10000", "PO-1", "EUR", "HOSE", 5, "MTR", None],
        ["10000", "A/2", "EUR", "SEAL-20", 100, "pcs", None],
        ["10000", "PO-3", "EUR", "VALV-20", 1, "pcs", None],
        ["10000", "PO-4", "EUR", "VALVE-20", 1, "pcs", 8.00],
        ["10000", "PO-5", "EUR", "VALVE-20", "twelve", "pcs", None],
    )


def test_good_orders_are_created_and_wrong_ones_come_back_with_their_cells(run, erp, orders, tmp_path):
    told = run.json("import", orders, code=ExitCode.REFUSED)
    assert list(told["created"]) == ["10000/PO-1", "10000/A%2F2"]
    found = {
        finding["place"]["cell"]: finding["code"]
        for each in told["not_imported"].values()
        for finding in each
    }
    assert found["D5"] == "product_unknown"
    assert found["G6"] == "price_mismatch"
    assert found["E7"] == "not_a_number"
    assert {order.customer_po for order in erp.orders.list()} == {"PO-1", "A/2"}
    copy = load_workbook(tmp_path / "orders.checked.xlsx").active
    numbers = list(told["created"].values())
    assert [copy.cell(row, 8).value for row in (2, 3, 4)] == [
        f"created as {numbers[0]}",
        f"created as {numbers[0]}",
        f"created as {numbers[1]}",
    ]
    assert copy.cell(5, 8).value == "not imported"
    assert "no such product" in copy.cell(5, 9).value


def test_after_the_correction_only_what_is_missing_is_created(run, erp, orders, tmp_path):
    run("import", orders, code=1)
    book = load_workbook(tmp_path / "orders.checked.xlsx")
    book.active["D5"], book.active["G6"], book.active["E7"] = "VALVE-20", 9.85, 12
    book.save(tmp_path / "corrected.xlsx")
    told = run.json("import", "corrected.xlsx")
    assert list(told["created"]) == ["10000/PO-3", "10000/PO-4", "10000/PO-5"]
    assert len(told["already_there"]) == 2
    third = run.json("import", "corrected.xlsx")
    assert third["created"] == {}
    assert len(list(erp.orders.list())) == 5


def test_a_row_that_was_changed_after_its_import_is_refused_and_not_written_twice(run, erp, tmp_path):
    first = write(tmp_path / "first.xlsx", ["10000", "PO-1", "EUR", "VALVE-20", 12, "pcs", None])
    run("import", first)
    changed = write(tmp_path / "changed.xlsx", ["10000", "PO-1", "EUR", "VALVE-20", 13, "pcs", None])
    told = run.json("import", changed, code=1)
    (finding,) = told["not_imported"]["10000/PO-1"]
    assert finding["code"] == "key_reused"
    assert "amend" in finding["fix"]
    assert [order.lines[0].quantities.ordered for order in erp.orders.list()] == [12]
    dry = run.json("import", changed, "--dry-run", code=1)
    assert [each["code"] for each in dry["not_imported"]["10000/PO-1"]] == ["key_reused"]
    assert dry["already_there"] == {}
    (order,) = erp.orders.list()
    assert run.json("import", first, "--dry-run")["already_there"] == {"10000/PO-1": order.number}


def test_a_dry_run_writes_the_checked_copy_and_nothing_else(run, erp, orders, tmp_path):
    told = run.json("import", orders, "--dry-run", code=1)
    assert told["ready"] == ["10000/PO-1", "10000/A%2F2"]
    assert list(erp.orders.list()) == []
    assert load_workbook(tmp_path / "orders.checked.xlsx").active.cell(2, 8).value == "ready"


def test_the_copy_goes_where_it_is_wanted_or_nowhere(run, orders, tmp_path):
    run("import", orders, "--dry-run", "--copy", "answer.xlsx", code=1)
    assert (tmp_path / "answer.xlsx").exists()
    run("import", orders, "--dry-run", "--no-copy", code=1)
    assert not (tmp_path / "orders.checked.xlsx").exists()


def test_csv_files_are_imported_too(run, tmp_path):
    (tmp_path / "orders.csv").write_text("Kunde;Bestellnummer;Artikel;Menge\n10000;X1;VALVE-20;12\n")
    told = run.json("import", "orders.csv", "--currency", "EUR", "--unit", "H87")
    assert list(told["created"]) == ["10000/X1"]
    assert "created as" in (tmp_path / "orders.checked.csv").read_text()


def test_the_target_may_stand_behind_the_file_or_in_an_option(on, target, orders):
    on()("import", orders, target, "--dry-run", code=1)
    on()("import", orders, "--target", target, "--dry-run", code=1)


def test_people_read_what_became_of_the_file(run, orders):
    said = run("import", orders, code=1).stdout
    assert "2 created" in said
    assert "3 not imported" in said
    assert "Orders!D5" in said or "D5" in said
    assert "orders.checked.xlsx" in said


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.xlsx", None, ExitCode.CONFIGURATION),
        ("broken.xlsx", b"this is no workbook", ExitCode.REFUSED),
        ("empty.csv", b"", ExitCode.REFUSED),
        ("letter.csv", b"Dear Sirs,\nplease send us twelve valves\n", ExitCode.REFUSED),
    ],
)
def test_a_file_that_is_no_sheet_of_orders_is_one_clear_error(run, tmp_path, name, content, code):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    error = run.json("import", name, code=code)["error"]
    assert error["message"]
    assert error["hint"]


def test_orders_of_a_workbook_can_be_checked_alone(run, erp, orders):
    told = run.json("orders", "check", orders, code=1)
    assert told["errors"] == 3
    assert list(erp.orders.list()) == []


def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(run, erp, tmp_path, monkeypatch):
    many = max(erp.capabilities.block_size, 100) + 50
    rows = [["10000", f"PO-{number}", "EUR", "VALVE-20", 1, "pcs", None] for number in range(many)]
    file = write(tmp_path / "many.xlsx", *rows)

    @contextmanager
    def pressed_after_the_first_block(self, what, total=None):
        yield lambda done, of: signal.raise_signal(signal.SIGINT) if what == "Creating orders" else None

    # Programs that are started in the background are born deaf to Ctrl-C, tests too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(Terminal, "progress", pressed_after_the_first_block)
            stopped = run("import", file, code=ExitCode.INTERRUPTED)
    finally:
        signal.signal(signal.SIGINT, before)
    assert "Run the same command again" in stopped.stderr
    begun = len(list(erp.orders.list()))
    assert 0 < begun < many
    told = run.json("import", file)
    assert len(told["created"]) == many - begun
    assert len(list(erp.orders.list())) == many


def test_a_copy_that_cannot_be_is_refused_before_anything_is_created(run, erp, orders):
    for name in ("answer.csv", "no such folder/answer.xlsx", orders):
        assert run.json("import", orders, "--copy", name, code=ExitCode.CONFIGURATION)["error"]["hint"]
    assert list(erp.orders.list()) == []


# --------------------------------------------------------------------------- messy workbooks and their senders


@pytest.fixture
def messy(tmp_path):
    """A sender's own sheet: a title, headings of their own, texts for numbers and dates, a total, a second sheet."""

    def make(*rows, name="messy.xlsx"):
        book = Workbook()
        sheet = book.active
        sheet.append(["Bestellungen"])
        sheet.append(["Bestellnr.", "Teil", "Menge", "ME", "Liefertermin"])
        for row in rows:
            sheet.append(row)
        sheet.append(["Summe", None, 999])
        other = book.create_sheet("Week 2")
        other.append(HEADER)
        other.append(["10000", "X", "EUR", "VALVE-20", 1, "pcs", None])
        book.save(tmp_path / name)
        return tmp_path / name

    return make


PROFILE = """
decimal = ","
[columns]
"Bestellnr." = "customer_po"
"Teil" = "line.product"
[constants]
customer = "10000"
currency = "EUR"
"""


def test_explain_shows_each_column_with_its_reason_and_imports_nothing(on, messy, tmp_path):
    (tmp_path / "harbour.toml").write_text(PROFILE, encoding="utf-8")
    file = messy(
        ["B-1", "VALVE-20", "1.234", "Stk", "03/04/2026"], ["B-1", "VALVE-20", "2", "Stk", "31/12/2026"]
    )
    told = on().json("import", file, "--explain", "--sheet", "Sheet", "--profile", "harbour.toml")
    assert (told["sheet"], told["header_row"], told["orders"]) == ("Sheet", 2, 1)
    columns = {each["field"]: each for each in told["columns"]}
    assert columns["line.product"]["place"]["cell"] == "B2"
    assert columns["line.product"]["reasons"] == ['the profile names "Teil"']
    assert "31/12/2026" in columns["line.requested"]["reasons"][1]
    assert [(run["first"], run["reason"]) for run in told["left_out"]] == [(5, "total")]
    said = on()("import", file, "--explain", "--sheet", "Sheet", "--profile", "harbour.toml").stdout
    assert "Product code" in said
    assert "Nothing was imported" in said


def test_explain_ends_with_1_when_a_cell_is_wrong(on, messy, tmp_path):
    (tmp_path / "harbour.toml").write_text(PROFILE, encoding="utf-8")
    file = messy(["B-1", "VALVE-20", "2", "Stk", "03/04/2026"])
    told = on().json("import", file, "--explain", "--sheet", "Sheet", "--profile", "harbour.toml", code=1)
    assert [finding["place"]["cell"] for finding in told["findings"]] == ["E3"]


def test_a_profile_is_saved_and_reads_the_senders_next_file(run, erp, messy, tmp_path):
    (tmp_path / "senders").mkdir()
    (tmp_path / "senders" / "harbour.toml").write_text(PROFILE, encoding="utf-8")
    rest = ("--sheet", "Sheet", "--profile", "harbour")
    first = messy(["B-1", "VALVE-20", "12", "Stk", "31/12/2030"])
    told = run.json("import", first, *rest, "--save-profile")
    assert list(told["created"]) == ["10000/B-1"]
    assert told["profile"].endswith("harbour.toml")
    second = messy(["B-2", "VALVE-20", "1.000", "Stk", "31/12/2030"], name="next.xlsx")
    run.json("import", second, *rest)
    assert {order.lines[0].quantities.ordered for order in erp.orders.list()} == {12, 1000}


def test_a_new_profile_goes_to_the_users_folder(on, orders, tmp_path):
    told = on().json("import", orders, "--explain", "--profile", "new", "--save-profile", code=1)
    assert told["profile"] == str(tmp_path / "home" / "senders" / "new.toml")
    assert '"PO number" = "customer_po"' in (tmp_path / "home" / "senders" / "new.toml").read_text()


@pytest.mark.parametrize("name", ["unknown", "a/b", "missing.toml"])
def test_a_profile_that_is_not_there_is_a_wrong_setting(on, orders, name):
    assert on().json("import", orders, "--explain", "--profile", name, code=ExitCode.CONFIGURATION)["error"][
        "hint"
    ]


def test_saving_a_profile_without_a_name_is_a_misuse(run, orders):
    run("import", orders, "--save-profile", code=ExitCode.MISUSE)


def test_rows_and_sheets_that_were_not_read_are_told(run, tmp_path):
    book = Workbook()
    for title in ("Week 1", "Week 2"):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.append(["10000", f"PO {title}", "EUR", "VALVE-20", 1, "pcs", None])
        sheet.append(["Total", None, None, None, 1])
    book.save(tmp_path / "weeks.xlsx")
    said = run("import", "weeks.xlsx").stdout
    assert "1 created" in said
    assert "a total: row 3" in said
    assert "Week 2" in said


def test_hidden_rows_are_imported_when_asked_for(run, tmp_path):
    file = write(tmp_path / "hidden.xlsx", ["10000", "PO-1", "EUR", "VALVE-20", 1, "pcs", None])
    book = load_workbook(file)
    book.active.row_dimensions[2].hidden = True
    book.save(file)
    assert run.json("import", file)["created"] == {}
    assert list(run.json("import", file, "--hidden", "read")["created"]) == ["10000/PO-1"]
