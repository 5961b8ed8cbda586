"""Products and their stock by the product and stock services (sap.md 4.6)."""

from decimal import Decimal

import pytest

from erp_connect import errors
from erp_connect.adapters.sap.conventions import Countries, Units
from erp_connect.adapters.sap.odata.mapping_products import product_in
from erp_connect.adapters.sap.settings import ODataSettings
from erp_connect.models import ProductUnit
from erp_connect.testing.mocks.sap.documents import Material
from erp_connect.testing.mocks.sap.odata.settings import Settings

from .place import place


class Desk:
    """What a mapping asks of the office."""

    def __init__(self, **settings):
        self.settings = ODataSettings(**settings)
        self.units = Units(self.settings.units)
        self.countries = Countries(self.settings.countries)


def test_a_product_is_read_with_its_unit_and_description(world, tmp_path):
    with place(world, tmp_path) as site:
        found = site.erp.products.get("62")
    assert (found.id, found.code, found.name, found.unit) == ("62", "62", "Ball valve 20 mm", "C62")
    assert found.blocked is False


def test_products_are_found_by_code_in_any_capitals_and_by_their_exact_description(world, tmp_path):
    world.add(Material("PUMP-2", "Pump"), Material("PUMP-3", "Pump, small"))
    with place(world, tmp_path) as site:
        find = site.erp.products.find
        assert [each.id for each in find(code="pump-1")] == ["PUMP-1"]
        assert [each.id for each in find(code="000000000000000062")] == ["62"]
        assert [each.id for each in find(name="Pump")] == ["PUMP-1", "PUMP-2"]
        assert list(find(name="Pum")) == []
        assert list(find(code="PUMP")) == []
        assert list(find(code="X" * 41)) == []
        with pytest.raises(errors.NotFound):
            site.erp.products.get("PUMP")


@pytest.mark.parametrize("page_size", [None, 2])
def test_every_product_is_listed_once(world, tmp_path, page_size):
    codes = [f"V-{number}" for number in range(7)]
    world.add(*(Material(code, "Valve") for code in codes))
    with place(world, tmp_path, Settings(page_size=page_size)) as site:
        assert sorted(each.code for each in site.erp.products.list()) == sorted(["62", "PUMP-1", *codes])


def test_a_unit_that_nobody_knows_is_kept_with_a_warning_until_the_site_names_it(world, tmp_path):
    world.units["ZK9"] = ""
    world.add(Material("ODD", "Odd one", unit="ZK9"))
    with place(world, tmp_path) as site:
        found = site.erp.products.get("ODD")
        assert found.unit == "ZK9"
        assert found.warnings
    with place(world, tmp_path, units="XKG=ZK9") as site:
        found = site.erp.products.get("ODD")
        assert (found.unit, found.warnings) == ("XKG", ())


def test_a_row_with_all_that_newer_releases_tell():
    row = {
        "Product": "VALVE-20",
        "BaseUnit": "PC",
        "GrossWeight": "250.000",
        "WeightUnit": "G",
        "ProductStandardID": "4012345000009",
        "IsMarkedForDeletion": True,
        "to_Description": {
            "results": [
                {"Language": "DE", "ProductDescription": "Kugelhahn"},
                {"Language": "EN", "ProductDescription": "Ball valve"},
            ]
        },
        "to_ProductUnitsOfMeasure": {
            "results": [
                {"AlternativeUnit": "PC", "QuantityNumerator": "1", "QuantityDenominator": "1"},
                {"AlternativeUnit": "KAR", "QuantityNumerator": "12", "QuantityDenominator": "1"},
                {"AlternativeUnit": "KG", "QuantityNumerator": "4", "QuantityDenominator": "1"},
                {"AlternativeUnit": "ZZZ", "QuantityNumerator": "7", "QuantityDenominator": "1"},
            ]
        },
    }
    found = product_in(row, Desk())
    assert (found.name, found.unit, found.weight, found.blocked) == (
        "Ball valve",
        "C62",
        Decimal("0.25"),
        True,
    )
    assert [(code.kind, code.value) for code in found.codes] == [("gtin", "4012345000009")]
    assert found.units == (ProductUnit(unit="XCT", factor=12), ProductUnit(unit="KGM", factor=4))
    assert product_in(row, Desk(language="DE")).name == "Kugelhahn"
    assert product_in({**row, "GrossWeight": "0.000", "WeightUnit": ""}, Desk()).weight is None


# -- stock -----------------------------------------------------------------------------------------------------


def test_stock_is_what_lies_in_all_plants_or_in_the_one_of_the_settings(world, tmp_path):
    world.stock["000000000000000062", "2000"] = Decimal("20.5")
    with place(world, tmp_path) as site:
        found = site.erp.stock.availability("62", 110, "C62")
        assert (found.available, found.on_hand, found.warehouse) == (Decimal("120.5"), Decimal("120.5"), None)
        assert found.enough is True
        assert site.known.support("stock.availability").value == "emulated"
    with place(world, tmp_path, plant="2000") as site:
        found = site.erp.stock.availability("62", 110, "C62")
        assert (found.available, found.warehouse, found.enough) == (Decimal("20.5"), "2000", False)


def test_stock_below_zero_is_nothing_that_could_be_promised(world, tmp_path):
    world.stock["000000000000000062", "1000"] = Decimal(-3)
    with place(world, tmp_path) as site:
        found = site.erp.stock.availability("62", 1, "C62")
    assert (found.available, found.on_hand) == (0, -3)


def test_weights_are_told_in_the_unit_asked_for_and_the_last_piece_of_a_thousandth_is_not(world, tmp_path):
    world.add(Material("OIL", "Gear oil", unit="KG"))
    world.stock["OIL", "1000"] = Decimal("2.0004")
    with place(world, tmp_path) as site:
        assert site.erp.stock.availability("OIL", 1, "KGM").available == Decimal(2)
        assert site.erp.stock.availability("OIL", 1, "GRM").available == Decimal("2000.4")


def test_a_unit_whose_size_is_not_on_file_is_not_guessed(world, tmp_path):
    with place(world, tmp_path) as site, pytest.raises(errors.UnmappedCode) as caught:
        site.erp.stock.availability("62", 1, "XBX")
    assert caught.value.code == "unit_unmapped"


def test_stock_of_a_product_that_is_not_on_file_is_not_found(world, tmp_path):
    with place(world, tmp_path) as site, pytest.raises(errors.NotFound):
        site.erp.stock.availability("NO-SUCH", 1, "C62")
