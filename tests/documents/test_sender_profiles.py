"""What is known about a sender's sheets: saved, edited by a person, and held to."""

from __future__ import annotations

import tomllib
from datetime import date

import openpyxl
import pytest

from erp_connect.documents import SenderProfile, read_orders
from erp_connect.errors import ConfigurationError, InvalidDocument

HEADINGS = ["Kd.-Nr.", "Bestell-\nnummer", "Teil", "Menge", "Einheit", "Währung", "Termin", "Status"]
ROWS = [
    ["10000", "B-1", "VENTIL", "1.234", "Stk", "EUR", "03/04/2026", "neu"],
    ["10000", "B-2", "VENTIL", "2,5", "Stk", "EUR", "31/12/2026", "storniert am 3.3."],
]


@pytest.fixture
def sheet(tmp_path):
    def make(rows=ROWS, headings=HEADINGS, above=()):
        book = openpyxl.Workbook()
        for line in (*above, headings, *rows):
            book.active.append(line)
        book.save(tmp_path / "orders.xlsx")
        return tmp_path / "orders.xlsx"

    return make


def profile(**more):
    return SenderProfile(columns={"Teil": "line.product"}, **more)


def test_how_a_sheet_was_read_is_saved_and_reads_the_next_one(sheet, tmp_path):
    first = read_orders(sheet(), profile=profile())
    file = first.profile.save(tmp_path / "senders" / "harbour.toml")
    known = SenderProfile.load(file)
    assert known == first.profile
    assert known.columns["Teil"] == "line.product"
    assert known.columns["Bestell- nummer"] == "customer_po"
    assert (known.decimal, known.date_order) == (",", "dmy")

    alone = [["10000", "B-3", "VENTIL", "1.234", "Stk", "EUR", "03/04/2026", "neu"]]
    assert len(read_orders(sheet(alone), profile=profile()).issues) == 2, "nothing in this sheet settles it"
    second = read_orders(sheet(alone), profile=file)
    assert not second.issues
    draft = second.orders[0].draft
    assert (draft.lines[0].quantity, draft.requested) == (1234, date(2026, 4, 3))


def test_a_saved_profile_is_toml_with_every_setting_explained(tmp_path):
    file = profile(sheet='Ord"ers\\ \u200b', skip=("Sum*",)).save(tmp_path / "a.toml")
    text = file.read_text(encoding="utf-8")
    assert tomllib.loads(text)["sheet"] == 'Ord"ers\\ \u200b'
    for setting in SenderProfile.model_fields:
        assert setting in text.split("\n\n")[0]


def test_constants_stand_in_for_what_the_sheet_does_not_say(sheet):
    rows = [["B-1", "VENTIL", 5, None]]
    path = sheet(rows, headings=["Bestellnummer", "Artikel", "Menge", "Währung"])
    known = SenderProfile(
        constants={"customer": "10000", "currency": "EUR", "line.unit": "PCE", "notes": "by mail"}
    )
    draft = read_orders(path, profile=known).orders[0].draft
    assert (draft.customer, draft.currency, draft.lines[0].unit, draft.notes) == (
        "10000",
        "EUR",
        "H87",
        ("by mail",),
    )


def test_a_blank_customer_in_a_column_of_customers_is_no_constant(sheet):
    rows = [ROWS[0], [None, *ROWS[1][1:]]]
    read = read_orders(sheet(rows), profile=profile(constants={"customer": "99"}))
    assert [issue.code for issue in read.issues if issue.place.cell == "A3"] == ["missing_value"]


def test_rows_are_left_out_by_rules(sheet):
    rows = [
        ["10000", "B-1", "VENTIL", 5, "Stk", "EUR", None, "neu"],
        ROWS[1],
        ["Fracht pauschal", None, None, 1],
    ]
    read = read_orders(
        sheet(rows), profile=profile(skip=("Fracht*",), skip_where={"Status": ("storniert*",)})
    )
    assert [order.key for order in read.orders] == ["10000/B-1"]
    assert [(run.first, run.last, run.reason) for run in read.left_out] == [(3, 4, "rule")]
    assert not read.issues


def test_a_blank_cell_means_the_value_above_only_where_the_profile_says_so(sheet):
    rows = [[*ROWS[0][:2], "A", 5, "Stk", "EUR"], [None, None, "B", 7, "Stk", "EUR"]]
    assert not read_orders(sheet(rows), profile=profile()).orders
    known = profile(fill_down=("customer", "customer_po"))
    (order,) = read_orders(sheet(rows), profile=known).orders
    assert [line.product for line in order.draft.lines] == ["A", "B"]


def test_columns_are_named_by_their_letters_or_not_read(sheet):
    headings = ["Nr.", "Nr.", "Nr.", "Menge", "Einheit", "Währung", "Wunschtermin", "x"]
    known = SenderProfile(
        columns={
            "column A": "customer",
            "column B": "customer_po",
            "column C": "line.product",
            "Wunschtermin": "-",
        }
    )
    read = read_orders(sheet([[*ROWS[1]]], headings=headings), profile=known)
    assert [order.key for order in read.orders] == ["10000/B-2"]
    assert read.orders[0].draft.requested is None
    assert read.matches[0].reasons == ("the profile names column A",)


def test_a_header_row_that_is_named_counts(sheet):
    above = [["Kunde", "Bestellnummer", "Artikel", "Menge", "Einheit", "Währung", "Termin", "Preis"]]
    path = sheet(above=above, rows=ROWS[1:])
    assert read_orders(path, profile=profile(header_row=2)).layout.row == 2
    with pytest.raises(InvalidDocument, match="row 7") as caught:
        read_orders(path, profile=profile(header_row=7))
    assert caught.value.code == "profile_differs"


def test_a_sheet_that_lost_a_column_of_the_profile_is_refused(sheet):
    with pytest.raises(InvalidDocument, match='"Charge"') as caught:
        read_orders(
            sheet(), profile=SenderProfile(columns={"Teil": "line.product", "Charge": "line.reference"})
        )
    assert caught.value.code == "profile_differs"


def test_an_option_counts_more_than_the_profile(sheet):
    rows = [[*ROWS[0][:3], "1.234", *ROWS[0][4:]]]
    known = profile(decimal=",", date_order="mdy")
    read = read_orders(sheet(rows), profile=known, date_order="dmy")
    assert read.orders[0].draft.requested == date(2026, 4, 3)
    assert read.orders[0].draft.lines[0].quantity == 1234


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("decimal = ';'", "decimal"),
        ("colums = {}", "colums"),
        ("[columns]\nTeil = 'line.produkt'", "line.product"),
        ("[columns]\nA = 'customer'\nB = 'customer'", "customer"),
        ("fill_down = ['line.quantity']", "quantity"),
        ("header_row = 0", "header_row"),
        ("x = [", "TOML"),
    ],
)
def test_a_wrong_profile_names_the_setting(tmp_path, text, said):
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said) as caught:
        SenderProfile.load(file)
    assert "wrong.toml" in str(caught.value)


@pytest.mark.parametrize(
    "known",
    [
        SenderProfile(constants={"currency": "EURO"}),
        SenderProfile(constants={"supplier": "S-1"}),
        SenderProfile(columns={"Teil": "line.supplier_product"}),
    ],
)
def test_a_profile_that_does_not_fit_the_orders_is_refused(sheet, known):
    with pytest.raises(ConfigurationError):
        read_orders(sheet(), profile=known)


def test_a_profile_that_is_not_there(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        SenderProfile.load(tmp_path / "none.toml")
