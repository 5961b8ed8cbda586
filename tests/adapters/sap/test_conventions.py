"""Keys, dates, units, amounts, texts and messages as SAP writes them (sap.md 2.1, 2.2, 2.18)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from erp_connect import errors
from erp_connect.adapters.sap import conventions as c
from erp_connect.adapters.sap.conventions import positions
from erp_connect.adapters.sap.functions.mapping_texts import text_in, text_out
from erp_connect.adapters.sap.messages import Meanings, messages_in, worth_telling
from erp_connect.adapters.sap.settings import RfcSettings


@pytest.mark.parametrize(
    ("shown", "stored"),
    [("1234", "0000001234"), ("ACME", "ACME"), ("12A", "12A"), ("0000001234", "0000001234")],
)
def test_numbers_are_padded_and_words_are_not(shown, stored):
    assert c.stored_key(shown) == stored
    assert c.stored_key(c.shown_key(stored)) == stored


def test_materials_are_padded_to_eighteen_and_long_ones_have_their_own_field():
    assert c.material_number("62") == {"MATERIAL": "0" * 16 + "62"}
    assert c.material_number("valve-20") == {"MATERIAL": "VALVE-20"}
    assert c.material_number("X" * 30) == {"MATERIAL_LONG": "X" * 30}
    assert c.material_in({"MATERIAL": "", "MATERIAL_LONG": "X" * 30}) == "X" * 30


def test_initial_dates_are_none_and_instants_need_a_zone():
    assert c.day_in("20260115") == date(2026, 1, 15)
    assert [c.day_in(text) for text in ("", "00000000", "20269999", "        ")] == [None] * 4
    assert c.instant_in("20260115", "120000", None) is None
    berlin = c.instant_in("20260115", "120000", ZoneInfo("Europe/Berlin"))
    assert berlin == datetime(2026, 1, 15, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("held", "currency", "means"),
    [("10.00", "JPY", "1000"), ("12.34", "KWD", "1.234"), ("9.90", "EUR", "9.90")],
)
def test_amounts_of_tables_are_shifted_by_their_currency(held, currency, means):
    assert c.unshifted(Decimal(held), currency) == Decimal(means)


def test_units_go_by_iso_and_by_the_sites_own_map_first():
    units = c.Units({"XBX": "KI"})
    assert units.fields("XBX", "TARGET_QU", "T_UNIT_ISO") == {"TARGET_QU": "KI"}
    assert units.fields("C62", "TARGET_QU", "T_UNIT_ISO") == {"T_UNIT_ISO": "PCE"}
    assert units.fields("XCT", "TARGET_QU", "T_UNIT_ISO") == {"T_UNIT_ISO": "CT"}
    assert [units.ours("KI", ""), units.ours("ST", "PCE"), units.ours("KAR", "CT")] == ["XBX", "C62", "XCT"]
    assert units.ours("KG", "KGM") == "KGM"
    assert units.ours("ZZ", "") is None


def test_positions_are_item_numbers_by_ten_and_others_are_counted_on():
    assert positions(["000010", "000030", "000011"]) == {"000010": 1, "000030": 3, "000011": 4}


@pytest.mark.parametrize(
    "note", ["short", "a\nb\n\nc", "x" * 500, "word " * 80 + "end", " leading", "\U0001f6a2" * 100]
)
def test_a_note_comes_back_as_it_was_whatever_its_length(note):
    rows = text_out([note, "another"], "0001", "EN")
    assert all(len(row["TEXT_LINE"].encode("utf-16-le")) <= 264 for row in rows)
    lines = [
        {
            "TEXT_NAME": "0000000001",
            "TEXT_ID": row["TEXT_ID"],
            "LINE_CNT": f"{n:08d}",
            "LINE": row["TEXT_LINE"].rstrip(),
            "FORMAT_COL": row["FORMAT_COL"],
        }
        for n, row in enumerate(rows)
    ]
    assert text_in(lines, "0001", "0000000001") == (note, "another")


def test_return_is_read_in_all_its_forms():
    table = [
        {"TYPE": "E", "ID": "V1", "NUMBER": "382", "MESSAGE": "x", "PARAMETER": "SALES_ITEM_IN", "ROW": 2}
    ]
    (message,) = messages_in(table)
    assert (message.ident, message.path) == (("V1", "382"), "lines[1]")
    assert messages_in({"TYPE": "E", "CODE": "V1302", "MESSAGE": "x"})[0].ident == ("V1", "302")
    assert messages_in({"TYPE": "", "CODE": ""}) == messages_in(None) == messages_in([]) == ()


def test_a_site_names_its_own_messages_and_a_slip_is_refused():
    row = {"TYPE": "E", "ID": "Z1", "NUMBER": "042", "MESSAGE": "besetzt"}
    assert isinstance(Meanings({}).refusal(messages_in([row])), errors.InvalidOrder)
    site = RfcSettings.model_validate({"message_classes": "Z1 042=locked"})
    assert isinstance(Meanings(site.message_classes).refusal(messages_in([row])), errors.RecordLocked)
    with pytest.raises(errors.ConfigurationError, match="message_classes"):
        Meanings({"Z1 042": "lokced"})


def test_the_cause_counts_and_not_the_epilogue():
    rows = [
        {"TYPE": "S", "ID": "V4", "NUMBER": "233", "MESSAGE": ""},
        {"TYPE": "E", "ID": "V4", "NUMBER": "248", "MESSAGE": ""},
        {"TYPE": "E", "ID": "V1", "NUMBER": "042", "MESSAGE": "locked"},
        {"TYPE": "E", "ID": "V4", "NUMBER": "219", "MESSAGE": ""},
    ]
    refusal = Meanings({}).refusal(messages_in(rows))
    assert isinstance(refusal, errors.RecordLocked)
    assert len(refusal.native) == 4
    assert worth_telling(messages_in(rows)) == ("E V1 042: locked",)


def test_settings_take_the_texts_of_a_url():
    settings = RfcSettings.model_validate(
        {"sysnr": "0", "client": "100", "units": "XBX=KI", "language": "DE"}
    )
    assert (settings.sysnr, settings.client, dict(settings.units)) == ("00", "100", {"XBX": "KI"})
    for wrong in ({"client": "X"}, {"units": "XBX"}, {"stamp_field": "NAME"}, {"colour": "red"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            RfcSettings.model_validate(wrong)
