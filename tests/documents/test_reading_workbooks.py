"""A sheet of orders becomes drafts; each wrong cell is named, and stops its own order only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from erp_connect import keys
from erp_connect.documents import read_orders
from erp_connect.documents.headers import Heading, recognise
from erp_connect.errors import ConfigurationError, InvalidDocument
from erp_connect.models import Address, Discount, Place, Severity, UnitPrice

GOOD = ["10000", "PO-1", "VALVE-20", 5, "PCE", "EUR", 12.5]


def told(sheet):
    """Where, what, and in which field."""
    return [(issue.place.cell, issue.code, issue.path) for issue in sheet.issues]


# --------------------------------------------------------------------------- orders


def test_rows_with_one_customer_and_po_number_are_one_order_wherever_they_stand(workbook):
    sheet = read_orders(
        workbook(
            [
                ["10000", "PO-1", "VALVE-20", 5, "PCE", "EUR", 12.5],
                ["10001", "PO-1", "VALVE-20", 1, "PCE", "EUR", 12.5],
                ["10000", "PO-1", "PIPE-7", 2.5, "m", "EUR", None],
                ["10000", "PO-2", "PIPE-7", 1, "MTR", "EUR", 0],
            ]
        )
    )
    assert [(order.key, order.rows) for order in sheet.orders] == [
        ("10000/PO-1", (2, 4)),
        ("10001/PO-1", (3,)),
        ("10000/PO-2", (5,)),
    ]
    assert [line.unit for line in sheet.orders[0].draft.lines] == ["H87", "MTR"]
    assert sheet.orders[0].draft.lines[1].price is None
    assert sheet.orders[2].draft.lines[0].price == UnitPrice(amount=0, currency="EUR"), "zero is a price"


def test_a_good_sheet_gives_exact_drafts(workbook):
    headings = [
        "Customer number",
        "Customer PO",
        "Order date",
        "Requested date",
        "Currency",
        "Item no.",
        "Qty",
        "UoM",
        "Unit price",
        "Price per",
        "Discount %",
        "Description",
        "Line",
        "Notes",
        "Warehouse",
        "Payment terms",
        "Incoterms",
    ]
    day, wanted = date(2026, 11, 2), date(2026, 12, 31)
    sheet = read_orders(
        workbook(
            [
                [
                    "10000",
                    "4500001",
                    day,
                    wanted,
                    "EUR",
                    "VALVE-20",
                    5,
                    "PCE",
                    12.5,
                    100,
                    0.05,
                    "Valve",
                    10,
                    "ring",
                    "W1",
                    "N30",
                    "DAP",
                ],
                [
                    "10000",
                    "4500001",
                    day,
                    wanted,
                    "EUR",
                    "PIPE-7",
                    "2,5",
                    "MTR",
                    "1.234,50",
                    None,
                    "3 %",
                    None,
                    20,
                    "twice",
                    "W1",
                    "N30",
                    "DAP",
                ],
            ],
            headings=headings,
            formats={"K2": "0%"},
        )
    )
    assert not sheet.issues
    (order,) = sheet.orders
    draft = order.draft
    assert (draft.customer, draft.customer_po, draft.currency) == ("10000", "4500001", "EUR")
    assert (draft.order_date, draft.requested) == (day, date(2026, 12, 31)), (
        "a date on all lines is the order's"
    )
    assert (draft.warehouse, draft.payment_terms, draft.delivery_terms) == ("W1", "N30", "DAP")
    assert draft.notes == ("ring", "twice")
    valve, pipe = draft.lines
    assert valve.price == UnitPrice(amount=Decimal("12.5"), currency="EUR", per=100)
    assert valve.discount == Discount(percent=5), "5 % is stored as 0.05"
    assert (valve.reference, valve.description, valve.requested) == ("10", "Valve", None)
    assert (pipe.quantity, pipe.price, pipe.discount) == (
        Decimal("2.5"),
        UnitPrice(amount=Decimal("1234.5"), currency="EUR"),
        Discount(percent=3),
    )
    assert order.rows == (2, 3)
    assert (sheet.rows.filled, sheet.rows.good, sheet.rows.refused, sheet.rows.blank) == (2, 2, 0, 0)


def test_dates_and_warehouses_that_differ_stay_with_their_lines(workbook, headings):
    sheet = read_orders(
        workbook(
            [[*GOOD, date(2026, 12, 1), "W1"], [*GOOD, date(2026, 12, 2), None]],
            headings=[*headings, "Delivery date", "Warehouse"],
        )
    )
    draft = sheet.orders[0].draft
    assert (draft.requested, draft.warehouse) == (None, None)
    assert [line.requested for line in draft.lines] == [date(2026, 12, 1), date(2026, 12, 2)]
    assert [line.warehouse for line in draft.lines] == ["W1", None]


def test_the_key_is_the_one_that_bulk_writes_use(workbook):
    sheet = read_orders(workbook([["10/0", "PO%1", *GOOD[2:]]]))
    assert sheet.orders[0].key == keys.by_customer_po(sheet.orders[0].draft)
    assert sheet.order(sheet.orders[0].key) is sheet.orders[0]


def test_leading_zeros_come_back_from_the_number_format(workbook):
    sheet = read_orders(
        workbook(
            [[4711, 815, 20, *GOOD[3:]], [4711.0, 816, "020", *GOOD[3:]]],
            formats={"A2": "0000000000", "A3": "0000000000", "C2": "[$-407]000"},
        )
    )
    assert [(o.draft.customer, o.draft.customer_po, o.draft.lines[0].product) for o in sheet.orders] == [
        ("0000004711", "815", "020"),
        ("0000004711", "816", "020"),
    ]


def test_the_shipping_address_is_read_whole(workbook, headings):
    more = [
        "Ship-to name",
        "Ship-to street",
        "Ship-to postal code",
        "Ship-to city",
        "Ship-to country",
        "Ship-to region",
    ]
    sheet = read_orders(
        workbook([[*GOOD, "Works 2", "Quay 5", "01067", "Dresden", "DE", "SN"]], headings=headings + more)
    )
    assert sheet.orders[0].draft.ship_to == Address(
        name="Works 2", lines=["Quay 5"], city="Dresden", postal_code="01067", country="DE", region="SN"
    )
    assert sheet.orders[0].places["ship_to.city"].cell == "K2"


def test_bare_address_words_count_only_as_a_whole_address(workbook, headings):
    whole = ["Name", "Street", "Zip", "City", "Country"]
    sheet = read_orders(
        workbook([[*GOOD, "Works 2", "Quay 5", "01067", "Dresden", "DE"]], headings=headings + whole)
    )
    assert sheet.orders[0].draft.ship_to is not None
    part = read_orders(workbook([[*GOOD, "Dresden", "DE"]], headings=[*headings, "City", "Country"]))
    assert part.orders[0].draft.ship_to is None
    assert [column.heading for column in part.unknown_columns] == ["City", "Country"]


def test_half_an_address_is_an_issue_at_each_missing_cell(workbook, headings):
    more = ["Ship-to name", "Ship-to street", "Ship-to city", "Ship-to country"]
    sheet = read_orders(workbook([[*GOOD, None, "Quay 5", "Dresden", "XX"]], headings=headings + more))
    assert told(sheet) == [
        ("H2", "incomplete_address", "ship_to.name"),
        ("I2", "incomplete_address", "ship_to.postal_code"),
        ("K2", "unknown_country", "ship_to.country"),
    ]


def test_purchase_orders_are_read_by_supplier_and_our_own_number(workbook):
    sheet = read_orders(
        workbook(
            [
                ["S-1", "PB-7", "SCREW", 100, "PCE", "EUR", 3, "A-1"],
                ["S-1", "PB-7", "NUT", 100, "PCE", "EUR", 2, "A-2"],
            ],
            headings=[
                "Vendor",
                "PO number",
                "Product",
                "Qty",
                "Unit",
                "Currency",
                "Price",
                "Supplier item number",
            ],
        ),
        kind="purchase",
    )
    (order,) = sheet.orders
    assert order.key == "S-1/PB-7"
    assert order.draft.supplier == "S-1"
    assert [(r.kind, r.value) for r in order.draft.references] == [("purchase_order", "PB-7")]
    assert [line.supplier_product for line in order.draft.lines] == ["A-1", "A-2"]


def test_options_stand_in_for_columns_and_blank_cells(workbook):
    path = workbook(
        [["1", "A", "P", 1, None], ["1", "B", "P", 1, "kg"]],
        headings=["Customer", "PO", "Item no", "Qty", "Unit"],
    )
    sheet = read_orders(path, currency="EUR", unit="PCE")
    assert [(o.draft.currency, o.draft.lines[0].unit) for o in sheet.orders] == [
        ("EUR", "H87"),
        ("EUR", "KGM"),
    ]


@pytest.mark.parametrize(
    "options",
    [{"currency": "EURO"}, {"unit": "foo"}, {"date_order": "dym"}, {"decimal": ";"}, {"kind": "sale"}],
)
def test_a_wrong_option_is_named_before_anything_is_read(workbook, options):
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        read_orders(workbook([GOOD]), **options)


def test_the_first_visible_sheet_is_read_unless_one_is_named(tmp_path, headings):
    book = openpyxl.Workbook()
    book.active.title = "Lists"
    book.active.sheet_state = "hidden"
    for title, customer in (("Week 1", "10000"), ("Week 2", "10001")):
        sheet = book.create_sheet(title)
        sheet.append(headings)
        sheet.append([customer, *GOOD[1:]])
    book.save(tmp_path / "orders.xlsx")
    assert read_orders(tmp_path / "orders.xlsx").orders[0].draft.customer == "10000"
    named = read_orders(tmp_path / "orders.xlsx", sheet="Week 2")
    assert (named.sheet, named.orders[0].draft.customer) == ("Week 2", "10001")
    with pytest.raises(InvalidDocument, match="Week 2") as caught:
        read_orders(tmp_path / "orders.xlsx", sheet="week2")
    assert caught.value.code == "sheet_unknown"


# --------------------------------------------------------------------------- headings in four languages


DIALECTS = {
    "English": ["Cust. No.", "P.O. #", "SKU", "Qty.", "U/M", "Curr.", "Unit Price", "Due Date"],
    "German": [
        "Kd.-Nr.",
        "Bestell-Nr.",
        "Artikelnummer",
        "Menge",
        "ME",
        "Währung",
        "Einzelpreis",
        "Wunschtermin",
    ],
    "German without umlauts": [
        "KUNDENNUMMER",
        "BESTELLNUMMER",
        "ART-NR",
        "STUECKZAHL",
        "EINHEIT",
        "WAEHRUNG",
        "PREIS",
        "Gewuenschtes Lieferdatum",
    ],
    "French": [
        "N° client",
        "N° de commande",
        "Référence",
        "Qté",
        "Unité",
        "Devise",
        "Prix unitaire HT",
        "Date de livraison",
    ],
    "French in capitals": [
        "NUMERO CLIENT",
        "NUMERO DE COMMANDE",
        "CODE ARTICLE",
        "QUANTITE",
        "UNITE",
        "DEVISE",
        "PRIX",
        "LIVRAISON SOUHAITEE",
    ],
    "Spanish": [
        "Nº de cliente",
        "N.º de pedido",
        "Código de artículo",
        "Cantidad",
        "Ud.",
        "Divisa",
        "Precio unitario",
        "Fecha de entrega",
    ],
    "with line ends": [
        "Customer\nnumber",
        "PO\nnumber",
        "Product\ncode",
        "Quantity\n",
        " Unit ",
        "CURRENCY",
        "Net\nprice",
        "Requested\ndelivery date",
    ],
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_headings_are_known_in_four_languages(workbook, dialect):
    sheet = read_orders(workbook([[*GOOD, "2026-12-31"]], headings=DIALECTS[dialect]))
    assert not sheet.issues
    assert not sheet.unknown_columns
    draft = sheet.orders[0].draft
    assert (draft.customer, draft.customer_po, draft.currency, draft.requested) == (
        "10000",
        "PO-1",
        "EUR",
        date(2026, 12, 31),
    )
    assert draft.lines[0].price == UnitPrice(amount=Decimal("12.5"), currency="EUR")


def test_no_word_means_two_fields_with_equal_right():
    from erp_connect.documents.headers import _words

    for book in ("sales", "purchase"):
        for word, claims in _words(book).items():
            strong = [name for name, weak in claims if not weak]
            assert len(strong) <= 1, f"{word} means {strong}"
            assert len(claims) == 1 or strong, f"{word} means {claims}"


def test_a_better_heading_takes_the_field_from_a_vague_one():
    texts = ["Customer", "Customer PO", "Order number", "Item", "Product code", "Qty"]
    layout = recognise(1, [Heading(i, text, f"c{i}") for i, text in enumerate(texts, 1)], "sales")
    assert {c.field.name: c.heading.text for c in layout.columns} == {
        "customer": "Customer",
        "customer_po": "Customer PO",
        "line.product": "Product code",
        "line.quantity": "Qty",
    }
    assert [heading.text for heading in layout.unknown] == ["Order number", "Item"]


def test_the_header_row_may_stand_below_a_title(workbook, headings):
    sheet = read_orders(
        workbook([["Orders of the week"], [], ["Customer", "Order date"], headings, [], GOOD], headings=None)
    )
    assert sheet.orders[0].rows == (6,)
    assert sheet.rows.blank == 1


def test_unknown_columns_are_reported_with_the_nearest_field(workbook, headings):
    sheet = read_orders(workbook([[*GOOD, 7, "blue"]], headings=[*headings, "Discont", "Colour"]))
    discount, colour = sheet.unknown_columns
    assert (discount.heading, discount.place.cell, discount.suggestions[:1]) == (
        "Discont",
        "H1",
        ("Discount %",),
    )
    assert colour.suggestions == ()
    assert dict(sheet.orders[0].draft.custom) == {}, "nothing is kept that nobody asked for"


def test_unknown_columns_are_kept_when_the_caller_asks(workbook, headings):
    rows = [[*GOOD, "blue", 1.5], [*GOOD, "red", 1.5]]
    path = workbook(rows, headings=[*headings, "Colour", "Weight"])
    by_line = read_orders(path, keep_unknown="line").orders[0].draft
    assert [dict(line.custom) for line in by_line.lines] == [
        {"Colour": "blue", "Weight": Decimal("1.5")},
        {"Colour": "red", "Weight": Decimal("1.5")},
    ]
    by_order = read_orders(path, keep_unknown="order")
    assert told(by_order) == [("H3", "header_differs", "custom.Colour")]


def test_a_missing_column_names_what_was_found_and_what_is_accepted(workbook):
    with pytest.raises(InvalidDocument) as caught:
        read_orders(workbook([["1", "A", 5, "x"]], headings=["Kunde", "Bestellung", "Menge", "Foo"]))
    error = caught.value
    assert error.code == "columns_missing"
    assert "Currency, Product code, Unit are missing" in error.message
    assert 'A1 "Kunde"' in error.message
    assert 'D1 "Foo"' in error.message
    for word in ("product", "Artikelnummer", "code article", "artículo"):
        assert f'"{word}"' in error.hint
    assert "currency=" in error.hint


def test_two_columns_for_one_field_are_named_both(workbook, headings):
    with pytest.raises(InvalidDocument, match=r'A1 "Customer" and H1 "Kd.-Nr."') as caught:
        read_orders(workbook([[*GOOD, "10001"]], headings=[*headings, "Kd.-Nr."]))
    assert caught.value.code == "columns_doubled"


# --------------------------------------------------------------------------- wrong cells


WRONG_CELLS = {
    "D": [
        ("x", "not_a_number"),
        ("1.234", "ambiguous_number"),
        (0, "not_positive"),
        (-1, "not_positive"),
        ("0", "not_positive"),
        (None, "missing_value"),
        ("  ", "missing_value"),
        (True, "not_a_number"),
        (date(2026, 1, 5), "not_a_number"),
        (1 / 3, "too_many_digits"),
        ("9" * 30, "too_many_digits"),
        (10**30, "too_many_digits"),
        ("#REF!", "error_cell"),
        ("=1/0", "formula_not_calculated"),
    ],
    "C": [
        (None, "missing_value"),
        ("#N/A", "error_cell"),
        ("VAL\x0bVE", "control_character"),
        ("VALVE\u200b-20", "control_character"),
        (True, "not_text"),
        (date(2026, 3, 4), "not_text"),
        (12345678901234567, "too_many_digits"),
    ],
    "E": [("foo", "unknown_unit"), ("ST", "unknown_unit"), (None, "missing_value"), (7, "unknown_unit")],
    "F": [("EURO", "unknown_currency"), ("eur", "unknown_currency"), ("€", "unknown_currency")],
    "G": [(-0.01, "negative"), ("gratis", "not_a_number"), ("12.50 EUR", "not_a_number")],
    "H": [
        ("03/04/2026", "ambiguous_date"),
        ("asap", "not_a_date"),
        (46387, "not_a_date"),
        ("31.12.26", "two_digit_year"),
        (date(1900, 1, 5), "not_a_date"),
        ("30.02.2026", "not_a_date"),
    ],
    "I": [(101, "out_of_range"), (-1, "out_of_range"), ("a lot", "not_a_number")],
    "A": [(None, "missing_value"), ("#BEZUG!", "error_cell")],
}


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [(column, value, code) for column, cases in WRONG_CELLS.items() for value, code in cases],
)
def test_a_wrong_cell_is_named_and_stops_its_own_order_only(tmp_path, headings, column, value, code):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*headings, "Requested date", "Discount %"])
    sheet.append(GOOD)
    sheet.append(["10001", "PO-2", *GOOD[2:], "2026-12-31", 3])
    sheet.append(["10002", "PO-3", *GOOD[2:]])
    if isinstance(value, str) and "\x0b" in value:
        value = value.replace("\x0b", "_x000B_")  # as a workbook writes it
    sheet[f"{column}3"] = value
    book.save(tmp_path / "orders.xlsx")

    read = read_orders(tmp_path / "orders.xlsx")
    assert [order.draft.customer for order in read.orders] == ["10000", "10002"]
    assert [(issue.place.cell, issue.code) for issue in read.issues] == [(f"{column}3", code)]
    (issue,) = read.issues
    assert issue.severity is Severity.ERROR
    assert issue.fix
    assert issue.place == Place(file="orders.xlsx", sheet="Sheet", cell=f"{column}3")
    assert read.refused[0].rows == (3,)


def test_one_issue_never_hides_another(workbook, headings):
    sheet = read_orders(
        workbook(
            [
                ["10000", "PO-1", None, "x", "foo", "EURO", "free", "soon"],
                ["10000", "PO-1", "P", 0, "PCE", "EUR", -1, "2026-12-31"],
            ],
            headings=[*headings, "Requested date"],
        )
    )
    assert told(sheet) == [
        ("C2", "missing_value", "lines[0].product"),
        ("D2", "not_a_number", "lines[0].quantity"),
        ("E2", "unknown_unit", "lines[0].unit"),
        ("F2", "unknown_currency", "currency"),
        ("G2", "not_a_number", "lines[0].price"),
        ("H2", "not_a_date", "lines[0].requested"),
        ("D3", "not_positive", "lines[1].quantity"),
        ("G3", "negative", "lines[1].price"),
    ]
    assert not sheet.orders


def test_the_nearest_unit_and_currency_are_suggested(workbook):
    sheet = read_orders(workbook([["1", "A", "P", 1, "peices", "EURO", 1]]))
    unit, currency = sheet.issues
    assert "H87" in unit.expected
    assert currency.fix == "did you mean EUR?"
    assert "peices" not in unit.message, "what stands in the cell is kept apart from the message"
    assert unit.actual == "peices"


def test_options_settle_ambiguous_texts(workbook, headings):
    path = workbook([[*GOOD[:3], "1.234", *GOOD[4:], "03/04/2026"]], headings=[*headings, "Requested date"])
    assert [issue.code for issue in read_orders(path).issues] == ["ambiguous_number", "ambiguous_date"]
    german = read_orders(path, decimal=",", date_order="dmy").orders[0].draft
    assert (german.lines[0].quantity, german.requested) == (1234, date(2026, 4, 3))


def test_header_values_that_differ_within_an_order_are_named_at_the_cell(workbook, headings):
    terms = [*headings, "Payment terms"]
    sheet = read_orders(workbook([[*GOOD, "N30"], [*GOOD, None], [*GOOD, "N60"]], headings=terms))
    (issue,) = sheet.issues
    assert (issue.place.cell, issue.code, issue.path) == ("H4", "header_differs", "payment_terms")
    assert (issue.expected, issue.actual) == ("N30", "N60")
    assert "row 2" in issue.message


def test_a_text_longer_than_any_is_named_at_its_cell(workbook, with_part, headings):
    path = workbook([[*GOOD, "LONG"]], headings=[*headings, "Description"])
    long = with_part(
        path, "long.xlsx", xl__worksheets__sheet1=lambda xml: xml.replace(b"LONG", b"x" * 10_000_000)
    )
    (issue,) = read_orders(long).issues
    assert (issue.place.cell, issue.code) == ("H2", "text_too_long")
    assert len(issue.actual) <= 80


def test_an_unusually_small_discount_is_a_warning(workbook, headings):
    sheet = read_orders(workbook([[*GOOD, 0.05]], headings=[*headings, "Discount %"]))
    assert sheet.orders[0].draft.lines[0].discount == Discount(percent=Decimal("0.05"))
    assert [(issue.severity, issue.code) for issue in sheet.issues] == [(Severity.WARNING, "small_discount")]


# --------------------------------------------------------------------------- keys


def test_orders_without_a_po_number_need_one_unless_the_customer_has_no_other(workbook):
    sheet = read_orders(
        workbook(
            [
                ["10000", None, *GOOD[2:]],
                ["10000", None, *GOOD[2:]],
                ["10001", None, *GOOD[2:]],
                ["10002", "PO-1", *GOOD[2:]],
                ["10001", None, *GOOD[2:]],
            ]
        )
    )
    assert [(order.key, order.rows) for order in sheet.orders] == [("10000/", (2, 3)), ("10002/PO-1", (5,))]
    assert sheet.orders[0].draft.customer_po is None
    assert told(sheet) == [
        ("B2", "no_number", "customer_po"),
        ("B4", "key_missing", "customer_po"),
        ("B6", "key_missing", "customer_po"),
    ]


def test_a_row_that_lost_its_po_number_stops_the_order_that_it_seems_to_belong_to(workbook):
    sheet = read_orders(
        workbook(
            [
                ["10000", "PO-1", *GOOD[2:]],
                ["10000", None, *GOOD[2:]],
                ["10000", "PO-1", *GOOD[2:]],
                ["10001", "PO-2", *GOOD[2:]],
            ]
        )
    )
    assert [order.key for order in sheet.orders] == ["10001/PO-2"]
    assert sorted(order.rows for order in sheet.refused) == [(2, 4), (3,)]
    assert told(sheet) == [("B3", "key_missing", "customer_po")], "the cell is named once"


def test_a_row_without_a_po_number_spares_an_order_that_it_cannot_belong_to(workbook, headings):
    sheet = read_orders(
        workbook(
            [["10000", "PO-1", *GOOD[2:], "2026-11-02"], ["10000", None, *GOOD[2:], "2026-11-03"]],
            headings=[*headings, "Order date"],
        )
    )
    assert [order.key for order in sheet.orders] == ["10000/PO-1"]


def test_a_row_without_a_customer_stops_the_order_with_its_po_number(workbook):
    sheet = read_orders(
        workbook([["10000", "PO-1", *GOOD[2:]], ["10001", "PO-2", *GOOD[2:]], [None, "PO-1", *GOOD[2:]]])
    )
    assert [order.key for order in sheet.orders] == ["10001/PO-2"]
    assert told(sheet) == [("A4", "missing_value", "customer")]


def test_a_row_that_goes_on_below_an_order_without_its_key_stops_that_order(workbook):
    sheet = read_orders(
        workbook([["10000", "PO-1", *GOOD[2:]], [None, None, *GOOD[2:]], ["10001", "PO-2", *GOOD[2:]]])
    )
    assert [order.key for order in sheet.orders] == ["10001/PO-2"]
    assert told(sheet) == [("A3", "missing_value", "customer"), ("B3", "missing_value", "customer_po")]


# --------------------------------------------------------------------------- places


def test_each_value_knows_its_cell(workbook, headings):
    path = workbook([["9", "X", *GOOD[2:]], GOOD, GOOD], headings=headings)
    order = read_orders(path).order("10000/PO-1")
    assert order.places["lines[1].quantity"] == Place(file="orders.xlsx", sheet="Orders", cell="D4")
    assert order.places["customer_po"].cell == "B3"
    assert order.places.nearest("lines[1].price.amount") == (4, 7)
    assert order.places.nearest("order.customer_po") == (3, 2)
    assert order.places.nearest("lines[1].kind") == (4, None)
    assert order.places.nearest("contact.email") == (3, None)
    assert "lines[2].quantity" not in order.places
    assert len(list(order.places)) == len(order.places) == 3 + 2 * 4


# --------------------------------------------------------------------------- what spreadsheets do


def test_formulas_count_with_the_values_that_were_calculated(tmp_path, headings):
    book = xlsxwriter.Workbook(tmp_path / "orders.xlsx")
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, headings)
    for row, value in ((1, 7), (2, 0)):
        sheet.write_row(row, 0, [f"1000{row}", *GOOD[1:]])
        sheet.write_formula(row, 3, "=3+4", None, value)
    book.close()
    read = read_orders(tmp_path / "orders.xlsx")
    assert read.orders[0].draft.lines[0].quantity == 7
    assert told(read) == [("D3", "formula_not_calculated", "lines[0].quantity")], "0 stands in for a value"


def test_a_formula_without_a_value_is_named_also_where_the_cell_may_be_empty(workbook):
    sheet = read_orders(workbook([[*GOOD[:6], "=10*1.1"]]))
    assert told(sheet) == [("G2", "formula_not_calculated", "lines[0].price")]


def test_shared_strings_rich_text_and_merged_cells_are_read(tmp_path, headings):
    book = xlsxwriter.Workbook(tmp_path / "orders.xlsx")
    sheet = book.add_worksheet("Orders")
    bold = book.add_format({"bold": True})
    sheet.merge_range(0, 0, 0, 6, "Orders", bold)
    sheet.write_row(1, 0, headings)
    sheet.write_row(2, 0, GOOD)
    sheet.write_rich_string(2, 2, "VALVE", bold, "-20")
    book.close()
    assert read_orders(tmp_path / "orders.xlsx").orders[0].draft.lines[0].product == "VALVE-20"


def test_dates_of_the_1904_calendar_are_the_days_that_are_shown(tmp_path, headings):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append([*headings, "Requested date"])
    book.active.append([*GOOD, date(2026, 12, 31)])
    book.save(tmp_path / "orders.xlsx")
    assert read_orders(tmp_path / "orders.xlsx").orders[0].draft.requested == date(2026, 12, 31)


def test_blank_rows_between_and_behind_are_skipped(workbook):
    sheet = read_orders(workbook([[], GOOD, [None] * 7, ["  "], ["10001", *GOOD[1:]], [], [" ", " "]]))
    assert [order.rows for order in sheet.orders] == [(3,), (6,)]
    assert sheet.rows.blank >= 3


def test_a_million_empty_formatted_rows_are_not_walked_through(tmp_path, headings, monkeypatch):
    path = tmp_path / "orders.xlsx"
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Orders")
    grey = book.add_format({"bg_color": "gray"})
    sheet.write_row(0, 0, headings)
    sheet.write_row(1, 0, GOOD)
    for row in range(2, 200_000):
        sheet.write_blank(row, 0, None, grey)
    book.close()
    from openpyxl.worksheet._reader import WorkSheetParser

    parsed = []
    parse = WorkSheetParser.parse_row
    monkeypatch.setattr(WorkSheetParser, "parse_row", lambda self, row: parsed.append(1) or parse(self, row))
    read = read_orders(path)
    assert len(read.orders) == 1
    assert len(parsed) < 100


def test_more_rows_than_allowed_are_refused_before_they_are_kept(workbook):
    with pytest.raises(InvalidDocument) as caught:
        read_orders(workbook([GOOD] * 11), max_rows=10)
    assert caught.value.code == "rows_too_many"


def test_the_file_can_be_replaced_right_after_it_was_read(workbook):
    path = workbook([GOOD])
    read_orders(path)
    Path(path).unlink()
    assert not Path(path).exists()
