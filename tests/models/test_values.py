"""Values are frozen, hashable and comparable, whichever way they were built."""

import copy
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from erp_connect.models import (
    EMPTY,
    Empty,
    FrozenMapping,
    Hold,
    LineDraft,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    Place,
    Places,
    ProductDraft,
    Quantities,
    Reference,
    UnitPrice,
)


def test_a_value_cannot_be_changed(draft):
    asked = draft()
    with pytest.raises(ValidationError):
        asked.currency = "USD"
    with pytest.raises(ValidationError):
        del asked.currency
    assert isinstance(asked.lines, tuple)
    with pytest.raises(TypeError):
        asked.custom["colour"] = "red"
    with pytest.raises(AttributeError):
        asked.custom._data = {}


def test_what_is_given_as_lists_and_ints_is_kept_as_tuples_and_decimals(draft, line):
    asked = draft(lines=[line(quantity=3)], notes=["a"], references=[Reference(kind="a", value="b")])
    assert asked.lines[0].quantity == Decimal(3)
    assert isinstance(asked.lines[0].quantity, Decimal)
    assert asked.notes == ("a",)
    assert isinstance(asked.references, tuple)


def test_equal_values_are_one_key(draft):
    assert len({draft(), draft(), draft(customer_po="other")}) == 2
    assert draft() == draft()
    assert Money(amount=Decimal("1.0"), currency="EUR") == Money(amount=1, currency="EUR")
    assert hash(Money(amount=Decimal("1.0"), currency="EUR")) == hash(Money(amount=1, currency="EUR"))


def test_what_an_adapter_builds_is_what_a_constructor_builds(in_another_process):
    built = OrderLine(
        id="L1",
        position=10,
        product="A",
        unit="H87",
        quantities=Quantities(ordered=5),
        price=UnitPrice(amount=1, currency="EUR"),
    )
    trusted = OrderLine.trusted(
        id="L1",
        position=10,
        product="A",
        unit="H87",
        quantities=Quantities.trusted(ordered=Decimal(5)),
        price=UnitPrice.trusted(amount=Decimal(1), currency="EUR"),
    )
    assert trusted == built
    assert hash(trusted) == hash(built)
    assert repr(trusted) == repr(built)
    assert trusted.model_dump_json() == built.model_dump_json()
    assert in_another_process(trusted) == built
    assert copy.deepcopy(trusted) == built
    with pytest.raises(ValidationError):
        trusted.position = 20


def test_trusted_values_are_taken_by_word_but_not_under_any_name():
    with pytest.raises(TypeError, match="missing names: currency; unknown names: none"):
        Money.trusted(amount=Decimal(1))
    with pytest.raises(TypeError, match="missing names: currency; unknown names: curency"):
        Money.trusted(amount=Decimal(1), curency="EUR")
    with pytest.raises(TypeError, match="missing names: none; unknown names: curency"):
        Money.trusted(amount=Decimal(1), currency="EUR", curency="EUR")


def test_a_class_derived_from_another_knows_its_own_fields():
    class Labelled(Money):
        label: str = "plain"

    assert Money.trusted(amount=Decimal(1), currency="EUR").currency == "EUR"
    assert Labelled.trusted(amount=Decimal(1), currency="EUR").label == "plain"
    assert Money.trusted(amount=Decimal(1), currency="EUR") == Money(amount=1, currency="EUR")


def test_but_changes_what_is_named_and_checks_it(draft, line):
    asked = draft()
    changed = asked.but(customer_po=None, notes=["call"], lines=[line(quantity=5)])
    assert (changed.customer_po, changed.notes, changed.customer) == (None, ("call",), "10000")
    assert isinstance(changed.lines, tuple)
    assert asked.customer_po == "PO 4711"
    assert asked.but() == asked
    for wrong in ({"currency": "eur"}, {"lines": []}, {"curency": "EUR"}, {"notes": "call"}):
        with pytest.raises(ValidationError):
            asked.but(**wrong)


def test_but_still_holds_an_order_to_one_currency(draft, line):
    asked = draft(lines=[line(price=UnitPrice(amount=1, currency="EUR"))])
    with pytest.raises(ValidationError) as caught:
        asked.but(currency="USD")
    assert caught.value.errors()[0]["loc"] == ("lines", 0, "price")


def test_but_keeps_the_class_and_what_was_left_out(order, line):
    assert type(order().but(number="SO-2")) is Order
    assert line().but(quantity=2).model_fields_set == {"product", "quantity", "unit"}
    assert order(raw={"VBELN": "42"}).but(number="SO-2").raw["VBELN"] == "42"


def test_an_order_is_known_by_its_id(order):
    assert hash(order()) == hash(order(number="other"))
    assert order() != order(number="other")
    assert order() == order(raw={"VBELN": "42"})
    assert order() != "42"
    assert len({order(), order(raw={"a": 1})}) == 1


def test_a_line_is_found_by_id_position_or_its_earlier_form(order):
    held = order()
    assert held.line("L2") is held.lines[1]
    assert held.line(20) is held.lines[1]
    earlier = held.lines[1].but(warehouse="OLD")
    assert held.line(earlier) is held.lines[1]
    for wrong in ("L9", 30, True):
        with pytest.raises(KeyError, match="its positions are 10, 20"):
            held.line(wrong)


def test_what_is_open_of_a_line_is_never_below_zero():
    assert Quantities(ordered=10).open == 10
    assert Quantities(ordered=10, shipped=4, cancelled=2).open == 4
    assert Quantities(ordered=10, shipped=12).open == 0


def test_what_is_not_reported_is_not_zero():
    assert Quantities(ordered=10).shipped is None
    assert Quantities(ordered=10, shipped=0).shipped == 0


# ------------------------------------------------------------------------------------------- EMPTY and custom fields


def test_empty_is_one_thing_and_says_no(in_another_process):
    assert Empty() is EMPTY
    assert not EMPTY
    assert repr(EMPTY) == "EMPTY"
    assert in_another_process(EMPTY) is EMPTY
    assert copy.deepcopy(EMPTY) is EMPTY


def test_a_new_record_has_nothing_to_clear(draft):
    with pytest.raises(ValidationError) as caught:
        draft(custom={"colour": EMPTY})
    assert caught.value.errors()[0]["type"] == "nothing_to_clear"
    assert caught.value.errors()[0]["loc"] == ("custom", "colour")
    with pytest.raises(ValidationError):
        draft(customer_po=EMPTY)


def test_none_is_never_written(draft):
    assert draft(custom={"colour": None, "size": 3}) == draft(custom={"size": 3})
    assert Order.trusted(
        id="1", status=OrderStatus.DRAFT, currency="EUR", lines=(), customer="1", custom=FrozenMapping({"a": None})
    ).custom == {"a": None}  # fmt: skip


def test_every_custom_field_that_is_wrong_is_named(draft):
    with pytest.raises(ValidationError) as caught:
        draft(custom={"a": 1.5, "b": [1], "c": "\x00", "d": 10**40, "ok": "x", 7: "x", "e": Decimal("NaN")})
    assert {told["loc"][-1]: told["type"] for told in caught.value.errors()} == {
        "a": "custom_type",
        "b": "custom_type",
        "c": "control_character",
        "d": "too_many_digits",
        "[key]": "not_a_text",
        "e": "finite_number",
    }
    with pytest.raises(ValidationError):
        draft(custom=[("a", 1)])


def test_a_frozen_mapping_is_a_mapping_like_any_other(in_another_process):
    fields = FrozenMapping({"a": 1, "b": 2})
    assert fields == {"b": 2, "a": 1}
    assert dict(fields) == {"a": 1, "b": 2}
    assert (len(fields), list(fields), "a" in fields, fields.get("c")) == (2, ["a", "b"], True, None)
    assert hash(fields) == hash(FrozenMapping({"b": 2, "a": 1}))
    assert fields != [("a", 1)]
    assert in_another_process(fields) == fields
    for change in (lambda: setattr(fields, "x", 1), lambda: delattr(fields, "_data")):
        with pytest.raises(AttributeError):
            change()


def test_the_caller_s_mapping_may_change_afterwards(draft):
    mine = {"colour": "red"}
    asked = draft(custom=mine)
    mine["colour"] = "blue"
    assert asked.custom["colour"] == "red"


def test_a_line_number_is_whole():
    for wrong in (1.0, True, "1", 2**70):
        with pytest.raises(ValidationError):
            Place(line=wrong)


@pytest.mark.parametrize("text", ["2026-03-31", "2026-03-31T10:00:00", "2026-13-31T10:00:00Z", "T", "now"])
def test_in_json_an_instant_is_a_date_a_time_and_a_zone(text):
    with pytest.raises(ValidationError) as caught:
        Hold.model_validate_json(f'{{"kind": "credit", "since": "{text}"}}')
    assert caught.value.errors()[0]["type"] in ("instant_expected", "naive_instant")


def test_in_python_an_instant_is_a_datetime():
    for wrong in ("2026-03-31T10:00:00Z", 1774944000, datetime.now(UTC).date()):
        with pytest.raises(ValidationError) as caught:
            Hold(kind="credit", since=wrong)
        assert caught.value.errors()[0]["type"] == "instant_expected"


def test_instants_are_kept_in_utc():
    hold = Hold(kind="credit", since=datetime.fromisoformat("2026-03-31T10:00:00+02:00"))
    assert hold.since == datetime(2026, 3, 31, 8, tzinfo=UTC)
    assert hold.since.tzinfo is UTC


# ------------------------------------------------------------------------------------------- where a value came from


def test_a_place_reads_as_people_say_it():
    assert str(Place(file="orders.xlsx", sheet="March", cell="C7")) == "March!C7"
    assert str(Place(cell="C7")) == "C7"
    assert str(Place(file="orders.csv", line=12)) == "orders.csv, line 12"
    assert str(Place(line=12, column=3)) == "file, line 12, column 3"
    assert str(Place(file="orders.csv")) == "orders.csv"
    assert str(Place()) == "unknown place"


def test_what_is_missing_is_shown_where_it_should_stand():
    places = Places(
        {"order": Place(line=1), "order.lines[2]": Place(line=4), "order.lines[2].unit": Place(cell="D4")}
    )
    assert str(places.nearest("order.lines[2].unit")) == "D4"
    assert places.nearest("order.lines[2].price.amount") == Place(line=4)
    assert places.nearest("order.lines[22].unit") == Place(line=1)
    assert places.nearest("order.customer_po") == Place(line=1)
    assert places.nearest("customer.name") is None
    assert (len(places), next(iter(places)), places["order"]) == (3, "order", Place(line=1))


def test_words_of_the_trade_may_be_written_as_texts(line):
    assert line(kind="service") == line(kind="service")
    assert line(kind="service").kind == "service"
    with pytest.raises(ValidationError):
        line(kind="gift")


def test_prices_read_as_people_say_them():
    assert str(Money(amount=Decimal("1E+3"), currency="EUR")) == "1000 EUR"
    assert str(UnitPrice(amount=Decimal("12.50"), currency="EUR", per=100)) == "12.50 EUR per 100"
    assert str(UnitPrice(amount=Decimal("12.50"), currency="EUR")) == "12.50 EUR"


def test_what_a_product_is_called():
    draft = ProductDraft(code="VALVE-20", name="Valve", unit="Stck")
    assert draft.unit == "H87"
    assert LineDraft(product="VALVE-20", quantity=1, unit=" kg ").unit == "KGM"
