"""A stream that is read ahead gives the same steps, the same errors, and stops when it is left."""

import threading
from functools import partial

import pytest

from erp_connect.wire.reading_ahead import in_turn, one_ahead


def test_the_next_step_is_begun_while_one_is_looked_at():
    begun = [threading.Event() for _ in range(3)]

    def steps():
        for number, event in enumerate(begun):
            event.set()
            yield number

    reading = one_ahead(steps())
    assert next(reading) == 0
    assert begun[1].wait(5)
    assert not begun[2].is_set()
    assert list(reading) == [1, 2]


def test_an_error_is_raised_in_the_place_of_its_step():
    def steps():
        yield 1
        raise OSError("the line broke")

    reading = one_ahead(steps())
    assert next(reading) == 1
    with pytest.raises(OSError, match="the line broke"):
        next(reading)


def test_a_stream_that_is_left_begins_no_further_step():
    seen = []

    def steps():
        for number in range(100):
            seen.append(number)
            yield number

    reading = one_ahead(steps())
    assert next(reading) == 0
    reading.close()
    assert seen in ([0], [0, 1])
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("erp-connect-ahead")]


def test_calls_are_under_way_together_and_come_in_their_order():
    both = threading.Barrier(2, timeout=5)

    def call(number):
        both.wait()
        return number

    assert list(in_turn((partial(call, number) for number in range(4)), 2)) == [0, 1, 2, 3]


def test_no_more_calls_are_begun_than_may_be_under_way():
    begun = []

    def call(number):
        begun.append(number)
        return number

    reading = in_turn((partial(call, number) for number in range(100)), 2)
    assert next(reading) == 0
    reading.close()
    assert max(begun) <= 2
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("erp-connect-ahead")]


def test_what_a_call_raises_is_raised_in_its_place():
    def call(number):
        if number == 1:
            raise OSError("the line broke")
        return number

    reading = in_turn((partial(call, number) for number in range(3)), 2)
    assert next(reading) == 0
    with pytest.raises(OSError, match="the line broke"):
        next(reading)
