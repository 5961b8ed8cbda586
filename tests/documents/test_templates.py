"""A blank workbook says what one system takes, lets nothing else in, and is imported as it is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

import erp_connect as ec
from erp_connect.adapters.contract import FieldSupport, Support
from erp_connect.documents import BOOKS, LANGUAGES, read_orders, write_template
from erp_connect.documents.fields import Holds, fields_of
from erp_connect.documents.headers import Heading, recognise
from erp_connect.documents.headings import heading
from erp_connect.errors import InvalidDocument

FILLED = {
    "customer": "0000471",
    "supplier": "0000815",
    "customer_po": "007",
    "number": "008",
    "order_date": datetime(2026, 11, 25),  # noqa: DTZ001 (a day, as openpyxl writes it)
    "currency": "EUR",
    "line.product": "00020",
    "line.quantity": 12,
    "line.unit": "H87",
    "line.price": 9.85,
    "line.discount": 5,
    "line.requested": datetime(2026, 12, 31),  # noqa: DTZ001
}


@pytest.fixture
def erp():
    with ec.connect("memory://") as client:
        for number, currency, blocked in (("0000471", "GBP", False), ("10001", None, True)):
            client.customers.create(
                ec.CustomerDraft(number=number, name=f"No. {number}", currency=currency, blocked=blocked)
            )
        client.suppliers.create(ec.SupplierDraft(number="0000815", name="Valve Works"))
        client.products.create(
            ec.ProductDraft(
                code="00020",
                name="Valve",
                unit="H87",
                units=[ec.ProductUnit(unit="XBX", factor=Decimal(20))],
                price=ec.UnitPrice(amount=Decimal("9.85"), currency="EUR"),
            )
        )
        client.products.create(ec.ProductDraft(code="OLD", name="Old", unit="KGM", blocked=True))
        yield client


@pytest.fixture
def template(tmp_path):
    """Writes a template and opens it: the sheet, and each field's column."""

    def template(capabilities, **options):
        path = tmp_path / "template.xlsx"
        path.unlink(missing_ok=True)
        assert write_template(path, capabilities, **options) == path
        sheet = openpyxl.load_workbook(path).active
        names = {
            heading(field.name, options.get("language", "en")): field.name
            for field in fields_of(options.get("kind", "sales"))
        }
        return sheet, {names[cell.value.removesuffix(" *")]: cell for cell in sheet[1]}

    return template


def checks(sheet):
    """Column letters to the check of the first row and the last one."""
    found = {}
    for check in sheet.data_validations.dataValidation:
        left, top, right, bottom = range_boundaries(str(check.sqref))
        assert (top, left) == (2, right)
        assert bottom >= 1_000
        found[openpyxl.utils.get_column_letter(left)] = check
    return found


def group_of(sheet, cell):
    """What is said of the cell's column; neighbours that are alike are stored as one group."""
    groups = sheet.column_dimensions.values()
    return next(group for group in groups if group.min <= cell.column <= group.max)


def offered(sheet, check):
    """The codes of a drop-down."""
    name, _, area = check.formula1.partition("!")
    cells = sheet.parent[name.lstrip("=")][area.replace("$", "")]
    return [row[0].value for row in (cells if isinstance(cells, tuple) else ((cells,),))]


@pytest.mark.parametrize("kind", BOOKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headings_of_every_language_are_read_as_what_they_are(kind, language):
    fields = fields_of(kind)
    row = [Heading(at, heading(field.name, language) + " *", "") for at, field in enumerate(fields, start=1)]
    layout = recognise(1, row, kind)
    assert [column.field for column in layout.columns] == list(fields)
    assert not layout.doubled
    assert not layout.unknown
    for field in fields:  # each by itself as well, without the whole sheet to help
        two = [Heading(1, heading(field.name, language), ""), Heading(2, heading("line.unit", language), "")]
        if field.name != "line.unit":
            assert field in [column.field for column in recognise(1, two, kind).columns]


@pytest.mark.parametrize("kind", BOOKS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("like", ["", "?like=bc", "?like=x3", "?like=crm", "?like=odata", "?like=sage200"])
def test_a_template_that_was_filled_in_is_imported_without_an_issue(template, tmp_path, kind, language, like):
    with ec.connect(f"memory://{like}") as erp:
        sheet, columns = template(erp.capabilities, kind=kind, language=language)
    for name, cell in columns.items():
        if name in FILLED:
            sheet.cell(2, cell.column, FILLED[name])
    sheet.parent.save(tmp_path / "filled.xlsx")
    read = read_orders(tmp_path / "filled.xlsx", kind=kind)
    assert not read.issues
    assert not read.unknown_columns
    (order,) = read.orders
    assert order.key == ("0000471/007" if kind == "sales" else "0000815/008")
    (line,) = order.draft.lines
    assert (line.product, line.quantity, line.unit) == ("00020", 12, "H87")
    assert line.price == ec.UnitPrice(amount=Decimal("9.85"), currency="EUR")
    assert (order.draft.order_date, order.draft.requested) == (date(2026, 11, 25), date(2026, 12, 31))


def test_a_blank_template_holds_no_order(template, tmp_path, erp):
    template(erp.capabilities)
    read = read_orders(tmp_path / "template.xlsx")
    assert (read.orders, read.refused, read.issues, read.rows.filled) == ((), (), (), 0)


def test_codes_are_text_and_required_columns_are_marked(template, erp):
    sheet, columns = template(erp.capabilities)
    starred = {name for name, cell in columns.items() if cell.value.endswith(" *")}
    assert starred == {field.name for field in fields_of("sales") if field.required}
    colours = {name: cell.fill.fgColor.rgb for name, cell in columns.items()}
    assert len({colours[name] for name in starred}) == 1
    assert {colours[name] for name in starred}.isdisjoint(colours[name] for name in columns.keys() - starred)
    formats = {name: group_of(sheet, cell).number_format for name, cell in columns.items()}
    for field in fields_of("sales"):
        if field.holds in (Holds.CODE, Holds.TEXT, Holds.UNIT):
            assert formats[field.name] == "@", f"{field.name} would lose its zeros"
    assert formats["line.requested"] == "yyyy-mm-dd"
    assert formats["line.quantity"] == "General"
    assert sheet.freeze_panes == "A2"


def test_what_is_typed_is_checked(template, erp):
    limits = {
        "order.customer_po": FieldSupport(max_length=20),
        "order.line.quantity": FieldSupport(scale=0),
        "order.line.price": FieldSupport(scale=4, integer_digits=9),
        "order.payment_terms": FieldSupport(values=("N30", "N60")),
    }
    sheet, columns = template(erp.capabilities.narrowed(fields=limits))
    found = {name: checks(sheet).get(cell.column_letter) for name, cell in columns.items()}

    def rule(name):
        check = found[name]
        return check.type, check.operator, check.formula1, check.errorStyle

    assert rule("customer_po") == ("textLength", "lessThanOrEqual", "20", None)
    assert rule("line.quantity") == ("whole", "greaterThan", "0", None)
    assert rule("line.price") == ("decimal", "greaterThanOrEqual", "0", None)
    assert (found["line.discount"].formula1, found["line.discount"].formula2) == ("0", "100")
    assert found["line.requested"].type == "date"
    assert found["payment_terms"].type == "list"
    assert found["payment_terms"].errorStyle is None, "another word is stopped"
    assert offered(sheet, found["payment_terms"]) == ["N30", "N60"]
    assert found["line.description"] is None
    assert "At most 20 characters." in columns["customer_po"].comment.text
    assert "At most 4 decimals." in columns["line.price"].comment.text
    assert "20 characters" in found["customer_po"].error


def test_codes_of_the_system_are_offered(template, erp):
    sheet, columns = template(
        erp.capabilities, parties=erp.customers.list(), products=erp.products.list(), language="de"
    )
    found = checks(sheet)
    lists = {
        name: offered(sheet, found[columns[name].column_letter])
        for name in ("customer", "line.product", "line.unit", "currency", "ship_to.country")
    }
    assert lists["customer"] == ["0000471"], "blocked ones are left out"
    assert lists["line.product"] == ["00020"]
    assert lists["line.unit"] == ["H87", "XBX"], "the units that the products have"
    assert lists["currency"][:2] == ["EUR", "GBP"], "those in use stand first"
    assert "USD" in lists["currency"]
    assert "DE" in lists["ship_to.country"]
    assert found[columns["line.product"].column_letter].errorStyle == "warning", "a new product can be right"
    assert sheet.parent["Lists"].sheet_state == "hidden"


def test_codes_of_the_system_are_offered_as_they_are(template, erp):
    codes = ["<r>1</r>", "=1+1", "_x0041_", "a & b"]
    products = [ec.Product(id=code, number=code, name="x", unit="H87") for code in codes]
    sheet, columns = template(erp.capabilities, products=products)
    told = offered(sheet, checks(sheet)[columns["line.product"].column_letter])
    assert [code.strip().replace("_x005F_", "_") for code in told] == sorted(codes)


def test_a_column_that_the_system_cannot_hold_is_hidden_and_says_why(template, erp):
    nowhere = FieldSupport(support=Support.NONE, why="orders have no such field")
    fields = {
        "order.notes": nowhere,
        "order.line.warehouse": nowhere,
        "order.line.requested": nowhere,
        "order.requested": nowhere,
        "order.customer_po": nowhere,
        "order.ship_to": nowhere,
    }
    sheet, columns = template(erp.capabilities.narrowed(fields=fields))
    addresses = {name for name in columns if name.startswith("ship_to.")}
    # The warehouse can be held for the whole order; without the number nothing could be imported at all.
    hidden = {name for name, cell in columns.items() if group_of(sheet, cell).hidden}
    assert hidden == {"notes", "line.requested", *addresses}
    assert "orders have no such field" in columns["notes"].comment.text


@pytest.mark.parametrize("name", ["template.csv", "none/template.xlsx", "taken.xlsx", "folder.xlsx"])
def test_a_template_never_replaces_anything(tmp_path, erp, name):
    (tmp_path / "taken.xlsx").write_text("filled in by somebody")
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(InvalidDocument) as caught:
        write_template(tmp_path / name, erp.capabilities)
    assert caught.value.code.startswith("target_")
    assert caught.value.hint
    assert (tmp_path / "taken.xlsx").read_text() == "filled in by somebody"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder.xlsx", "taken.xlsx"]
