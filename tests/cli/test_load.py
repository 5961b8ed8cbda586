"""``load``: the first day of a company, from the sheets that it has."""

from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

import erp_connect as ec
from erp_connect.back_office import BackOffice

PRODUCTS = """Product code,Name,Unit,List price,Tax %,EAN,Package unit,Quantity per package
VALVE-20,Ball valve 20 mm,H87,12.50,19,4006381333931,XBX,20
HOSE,Hose,MTR,2.60,,,,
"""
CUSTOMERS = """Customer number,Name,Street,City,Postal code,Country,Currency,Credit limit,Price group
10000,Harbour Pumps Ltd,4 Quay Road,Bristol,BS1 6XL,GB,GBP,5000,TRADE
10001,Nordlicht Wärme AG,,,,,,,
"""
PRICES = """Product,Price,Customer,From quantity,Valid from
VALVE-20,12.00,,,
VALVE-20,11.00,10000,100,2026-01-01
"""
STOCK = """Product,On hand,Warehouse
VALVE-20,120,MAIN
HOSE,12.5,MAIN
"""


@pytest.fixture
def shop(on, tmp_path):
    """The command line on a company with nothing on file."""
    on()("init", "sqlite:///shop.db", "--currency", "EUR")
    return on("sqlite:///shop.db")


@pytest.fixture
def books():
    """The company through the library."""
    with ec.connect("sqlite:///shop.db") as erp:
        yield erp


@pytest.fixture
def sheets(tmp_path):
    """Writes csv files, and gives the options that name them."""

    def sheets(**texts):
        options = []
        for name, text in texts.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
            options += [f"--{name}", f"{name}.csv"]
        return options

    return sheets


def counts(reports):
    return {each["kind"]: (each["created"], each["changed"], each["unchanged"]) for each in reports}


def test_a_company_is_ready_for_orders_after_one_command(shop, sheets, books):
    told = shop.json("load", *sheets(stock=STOCK, prices=PRICES, customers=CUSTOMERS, products=PRODUCTS))
    assert counts(told) == {
        "products": (2, 0, 0),
        "customers": (2, 0, 0),
        "prices": (2, 0, 0),
        "stock": (2, 0, 0),
    }
    (valve,) = books.products.find("4006381333931")
    assert (valve.number, valve.tax_rate, valve.units[0].factor) == ("VALVE-20", 19, 20)
    (customer,) = books.customers.find("10000")
    assert customer.address.city == "Bristol"
    assert customer.credit_limit == ec.Money(amount=5000, currency="GBP")
    office = BackOffice(books)
    assert office.prices("VALVE-20")[1].valid_from == date(2026, 1, 1)
    assert office.stock("HOSE")[0].on_hand == Decimal("12.5")
    shop(
        "orders",
        "create",
        "--customer",
        "10001",
        "--po",
        "PO-1",
        "--currency",
        "EUR",
        "--line",
        "VALVE-20:3:H87",
    )


def test_loading_again_changes_nothing(shop, sheets):
    options = sheets(products=PRODUCTS, customers=CUSTOMERS, prices=PRICES, stock=STOCK)
    shop("load", *options)
    assert counts(shop.json("load", *options)) == {
        "products": (0, 0, 2),
        "customers": (0, 0, 2),
        "prices": (0, 0, 2),
        "stock": (0, 0, 2),
    }


def test_what_the_sheet_says_is_changed_and_the_rest_stays(shop, sheets, books):
    shop("load", *sheets(products=PRODUCTS, customers=CUSTOMERS, prices=PRICES, stock=STOCK))
    told = shop.json(
        "load",
        *sheets(
            products="Code,Name,Unit,Price\nVALVE-20,Ball valve DN 20,H87,\n",
            customers="Number,Name,City,Email\n10000,Harbour Pumps Ltd,Bath,orders@harbour.example\n",
            prices="Product,Price\nVALVE-20,13\n",
            stock="Product,On hand,Warehouse\nVALVE-20,100,MAIN\n",
        ),
    )
    assert set(counts(told).values()) == {(0, 1, 0)}
    (valve,) = books.products.find("VALVE-20")
    assert (valve.name, valve.price.amount) == ("Ball valve DN 20", Decimal("12.5"))
    (customer,) = books.customers.find("10000")
    assert (customer.address.city, customer.address.lines) == ("Bath", ("4 Quay Road",))
    assert customer.price_group == "TRADE"
    office = BackOffice(books)
    assert [entry.amount.amount for entry in office.prices("VALVE-20")] == [11, 13]
    assert office.stock("VALVE-20")[0].on_hand == 100


def test_wrong_rows_are_left_out_with_their_cells_and_the_others_stand(shop, sheets, books):
    told = shop.json(
        "load",
        *sheets(
            products="Code,Name,Unit,Price\nVALVE-20,Valve,H87,12\nHOSE,Hose,,1\nSEAL,Seal,Lightyear,1\n",
            customers=(
                "Number,Name,Street,City,Country\n10000,Half an address,1 Road,,GB\n"
                "10001,One,,,\n10001,Another,,,\n10002,Good,,,\n"
            ),
            prices="Product,Price,Customer\nVALVE-20,-1,\nNOPE,1,\nVALVE-20,10,99999\nVALVE-20,11,\n",
            stock="Product,On hand,Unit\nVALVE-20,1,KGM\n",
        ),
        code=1,
    )
    found = {
        each["kind"]: [
            (issue["code"], issue["place"]["line"], issue["place"]["column"]) for issue in each["findings"]
        ]
        for each in told
    }
    assert found == {
        "products": [("missing_value", 3, 3), ("unknown_unit", 4, 3)],
        "customers": [("missing_value", 2, None), ("row_doubled", 3, 1), ("row_doubled", 4, 1)],
        "prices": [("negative", 2, 2), ("not_found", 3, None), ("not_found", 4, None)],
        "stock": [("unit_not_sold", 2, 3)],
    }
    assert counts(told) == {
        "products": (1, 0, 0),
        "customers": (1, 0, 0),
        "prices": (1, 0, 0),
        "stock": (0, 0, 0),
    }
    assert [each.number for each in books.customers.list()] == ["10002"]


def test_a_german_workbook_is_understood(shop, tmp_path, books):
    book = Workbook()
    sheet = book.active
    sheet.append(["Artikelstamm 2026"])
    sheet.append(["Artikelnummer", "Bezeichnung", "Einheit", "Listenpreis", "Währung", "MwSt %", "Farbe"])
    sheet.append(["VENTIL-20", "Kugelhahn 20 mm", "Stück", 12.5, "EUR", 0.19, "rot"])
    sheet["F3"].number_format = "0%"
    book.save(tmp_path / "artikel.xlsx")
    shown = shop("load", "--products", "artikel.xlsx")
    assert "1 created" in shown.stdout
    assert "Farbe" in shown.stderr
    (product,) = books.products.find("VENTIL-20")
    assert (product.unit, product.price.amount, product.tax_rate) == ("H87", Decimal("12.5"), 19)


def test_what_could_be_read_in_two_ways_is_settled_by_the_column_or_by_what_is_known_of_the_sender(
    shop, sheets, books, tmp_path
):
    shop("load", *sheets(products=PRODUCTS))
    counted = "Product;On hand\nHOSE;1.234\nVALVE-20;{}\n"
    (report,) = shop.json("load", *sheets(stock=counted.format("12")), code=1)
    assert [(each["path"], each["place"]["line"]) for each in report["findings"]] == [("on_hand", 2)]
    shop("load", *sheets(stock=counted.format("12,0")))
    assert BackOffice(books).stock("HOSE")[0].on_hand == 1234
    (tmp_path / "sender.toml").write_text('decimal = "."\n', encoding="utf-8")
    shop("load", *sheets(stock=counted.format("12")), "--profile", "sender.toml")
    assert BackOffice(books).stock("HOSE")[0].on_hand == Decimal("1.234")


def test_a_file_that_is_no_sheet_stops_before_anything_is_written(shop, sheets, books):
    told = shop.json("load", *sheets(products=PRODUCTS, stock="Colour,Taste\nred,sweet\n"), code=1)
    assert told["error"]["code"] == "header_missing"
    assert list(books.products.list()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "at least one sheet"),
        (("--stock", "nope.csv"), 3, "no file"),
        (("--stock", "stock.csv", "--decimal", ";"), 2, "--decimal"),
        (("--stock", "stock.csv", "--date-order", "dym"), 2, "--date-order"),
    ],
)
def test_misuse_is_told(shop, sheets, arguments, code, said):
    sheets(stock=STOCK)
    assert said in shop("load", *arguments, code=code).stderr


def test_an_amount_without_a_currency_is_refused_where_the_company_has_none(on, sheets):
    on()("init", "sqlite:///bare.db")
    told = on("sqlite:///bare.db").json("load", *sheets(products=PRODUCTS), code=1)
    assert {issue["path"] for issue in told[0]["findings"]} == {"currency"}


def test_two_columns_of_one_name_are_not_guessed_at(shop, sheets):
    told = shop.json("load", *sheets(stock="Product,On hand,On hand\nVALVE-20,1,2\n"), code=1)
    assert told["error"]["code"] == "columns_doubled"


def test_a_connection_that_only_reads_loads_nothing(shop, sheets):
    shop("load", *sheets(products=PRODUCTS, stock=STOCK))
    shop("load", *sheets(stock="Product,On hand\nVALVE-20,1\n"), "--set", "read_only=yes", code=1)
