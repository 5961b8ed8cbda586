"""Preparing the next block while one is written: nothing is begun that nobody asked for, and no result is lost."""

from __future__ import annotations

import threading

import pytest

from erp_connect.client.working import prepared_ahead


def test_the_next_is_prepared_while_one_is_worked_on():
    prepared = threading.Event()

    def prepare(item):
        if item == 2:
            prepared.set()
        return item * 10

    def work(item):
        assert item != 10 or prepared.wait(20), "the second was not prepared meanwhile"
        return item + 1

    assert list(prepared_ahead(prepare, work, [1, 2, 3])) == [(1, 11), (2, 21), (3, 31)]


def test_whoever_stops_at_a_result_has_begun_no_other():
    worked = []
    for item, _ in prepared_ahead(str, worked.append, iter([1, 2, 3])):
        assert worked == [str(each) for each in range(1, item + 1)]
        if item == 2:
            break
    assert worked == ["1", "2"]


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_what_cannot_be_prepared_is_told_after_the_results_before_it(broken):
    def prepare(item):
        if item == broken:
            raise ValueError(f"no {item}")
        return item

    results = []
    with pytest.raises(ValueError, match=f"no {broken}"):
        results.extend(prepared_ahead(prepare, str, [1, 2, 3]))
    assert [item for item, _ in results] == list(range(1, broken))


def test_items_that_end_in_an_error_are_told_up_to_there():
    def items():
        yield "a"
        raise LookupError("the sheet ends here")

    results = []
    with pytest.raises(LookupError, match="ends here"):
        results.extend(prepared_ahead(str.upper, str.lower, items()))
    assert results == [("a", "a")]


def test_one_alone_is_worked_on_where_the_caller_is():
    where = []
    list(prepared_ahead(str, lambda _: where.append(threading.current_thread()), [1]))
    assert where == [threading.current_thread()]
    assert list(prepared_ahead(str, str, [])) == []
