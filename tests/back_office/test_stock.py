"""A stock count says what lies there; it doubles nothing and forgets no order."""

import threading
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.back_office import BackOffice


def told(levels):
    return {level.warehouse: (level.on_hand, level.reserved) for level in levels}


def test_a_product_that_was_never_counted_has_no_record(office):
    assert office.stock("VALVE-20") == ()


def test_a_count_is_what_can_be_promised_from_then_on(office, erp):
    levels = office.set_stock("VALVE-20", 120, warehouse="MAIN")
    assert told(levels) == {"MAIN": (120, 0), None: (120, 0)}
    assert erp.stock.availability("VALVE-20", 100, "H87").available == 120


def test_counting_twice_is_counting_once(office):
    once = office.set_stock("VALVE-20", 120, warehouse="MAIN")
    assert office.set_stock("VALVE-20", 120, warehouse="MAIN") == once


def test_warehouses_are_counted_one_by_one(office):
    office.set_stock("VALVE-20", 120, warehouse="MAIN")
    office.set_stock("VALVE-20", 30, warehouse="NORTH")
    assert told(office.set_stock("VALVE-20", 0, warehouse="MAIN")) == {
        "MAIN": (0, 0),
        "NORTH": (30, 0),
        None: (30, 0),
    }


def test_goods_of_no_warehouse_count_for_the_company(office):
    assert told(office.set_stock("VALVE-20", 7)) == {None: (7, 0)}


def test_boxes_are_counted_as_what_is_in_them(office):
    (main, _) = office.set_stock("VALVE-20", 4, warehouse="MAIN", unit="XBX")
    assert (main.on_hand, main.unit) == (80, "H87")


def test_what_open_orders_reserve_stays_reserved(office, ordered):
    ordered(5)
    assert told(office.set_stock("VALVE-20", 20, warehouse="MAIN"))[None] == (20, 5)


def test_goods_that_left_are_gone_from_the_record(office, erp, ordered):
    office.set_stock("VALVE-20", 20, warehouse="MAIN")
    erp.shipments.post(ordered(5, warehouse="MAIN"), {1: 5})
    assert told(office.stock("VALVE-20"))[None] == (15, 0)


def test_a_count_can_hold_to_what_the_record_said(office, erp, ordered):
    office.set_stock("VALVE-20", 20, warehouse="MAIN")
    office.set_stock("VALVE-20", 18, warehouse="MAIN", was=20)
    erp.shipments.post(ordered(5, warehouse="MAIN"), {1: 5})
    with pytest.raises(ec.errors.VersionConflict, match="stock record"):
        office.set_stock("VALVE-20", 17, warehouse="MAIN", was=18)
    assert told(office.stock("VALVE-20"))["MAIN"][0] == 13


def test_a_count_whose_answer_was_lost_may_be_repeated(office):
    office.set_stock("VALVE-20", 20, warehouse="MAIN")
    for _ in range(2):
        assert told(office.set_stock("VALVE-20", 18, warehouse="MAIN", was=20))["MAIN"][0] == 18


@pytest.mark.parametrize(
    ("count", "more", "path"),
    [
        (12.5, {}, "on_hand"),
        (True, {}, "on_hand"),
        ("12", {}, "on_hand"),
        (-1, {}, "on_hand"),
        (Decimal("NaN"), {}, "on_hand"),
        (Decimal("1e30"), {}, "on_hand"),
        (Decimal("0.00000000001"), {}, "on_hand"),
        (1, {"unit": "KGM"}, "unit"),
        (1, {"unit": "no such unit"}, "unit"),
        (1, {"warehouse": " "}, "warehouse"),
        (1, {"warehouse": "*"}, "warehouse"),
        (1, {"was": 0.5}, "was"),
    ],
)
def test_what_is_no_count_is_refused_and_changes_nothing(office, count, more, path):
    before = office.set_stock("VALVE-20", 20, warehouse="MAIN")
    with pytest.raises(ec.errors.InvalidOrder) as refused:
        office.set_stock("VALVE-20", count, **{"warehouse": "MAIN", **more})
    assert refused.value.path == path
    assert office.stock("VALVE-20") == before


def test_an_unknown_product_cannot_be_counted(office):
    with pytest.raises(ec.errors.NotFound):
        office.set_stock("NOPE", 1)


def test_first_counts_of_several_warehouses_at_once_are_all_kept(office):
    places = [f"W{number}" for number in range(4)]
    failed = []

    def count(place):
        try:
            office.set_stock("VALVE-20", 10, warehouse=place)
        except ec.errors.ErpConnectError as error:
            failed.append(error)

    threads = [threading.Thread(target=count, args=(place,)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert told(office.stock("VALVE-20")) == {**dict.fromkeys(places, (10, 0)), None: (40, 0)}


def test_a_connection_that_only_reads_counts_nothing(target, erp):
    with ec.connect(target, read_only=True) as reader:
        office = BackOffice(reader)
        with pytest.raises(ec.errors.UnsupportedOperation, match="read_only"):
            office.set_stock("VALVE-20", 1)
        assert office.stock("VALVE-20") == ()


def test_a_connection_that_was_closed_counts_nothing(target):
    with ec.connect(target) as erp:
        office = BackOffice(erp)
    with pytest.raises(ec.errors.ConfigurationError, match="closed"):
        office.stock("VALVE-20")


def test_orders_that_come_in_during_a_count_are_all_reserved(office, erp, ordered):
    """A count changes the record that the orders wait for; it never takes it away from under them."""
    office.set_stock("VALVE-20", 100, warehouse="MAIN")
    failed = []

    def count():
        try:
            for number in range(8):
                office.set_stock("VALVE-20", 100 + number, warehouse="MAIN")
        except ec.errors.ErpConnectError as error:
            failed.append(error)

    counting = threading.Thread(target=count)
    counting.start()
    for number in range(8):
        ordered(1, po=f"PO-{number}", warehouse="MAIN")
    counting.join()
    assert failed == []
    assert told(office.stock("VALVE-20")) == {"MAIN": (107, 8), None: (107, 8)}
