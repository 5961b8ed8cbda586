"""The pytest plugin: fixtures for programs that write orders.

``erp`` is a connection to a fresh memory back-end, ``erp_like`` one with the limits of a product, ``erp_clock`` a clock
that the test turns, ``erp_world`` what lies behind the connection.

pytest loads this at every start, wherever the library is installed.  It therefore stands beside the package and not
in it, and imports nothing of it before a test asks for a fixture: who tests something else does not wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from erp_connect import Client
    from erp_connect.adapters.memory import World
    from erp_connect.testing.clocks import Hands


@pytest.fixture
def erp_clock() -> Hands:
    """A clock that stands at 2 March 2026, 9:00 UTC, until the test turns it: ``erp_clock.turn(days=3)``.

    A test that asks for it has its ``erp`` and ``erp_like`` go by it.
    """
    from erp_connect.testing.clocks import Hands

    return Hands()


@pytest.fixture
def erp(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A connection to a memory back-end that is empty, belongs to this test alone, and is closed at its end."""
    with _opened(request) as client:
        yield client


@pytest.fixture
def erp_like(request: pytest.FixtureRequest) -> Iterator[Client]:
    """The same with the limits of a product, named by indirect parametrisation (plain where none is named).

    ``@pytest.mark.parametrize("erp_like", ["bc", "x3", "rfc"], indirect=True)``
    """
    like = getattr(request, "param", None)
    with _opened(request, **({} if like is None else {"like": like})) as client:
        yield client


@pytest.fixture
def erp_world(request: pytest.FixtureRequest) -> World:
    """What lies behind this test's ``erp`` or ``erp_like``: stock, prices, and the switches in ``erp_world.faults``."""
    from erp_connect.adapters.memory import MemoryAdapter

    name = "erp_like" if "erp_like" in request.fixturenames else "erp"
    adapter = request.getfixturevalue(name)._context.adapter
    if not isinstance(adapter, MemoryAdapter):
        raise TypeError(f"{name} is no memory connection here: there is no world behind it")
    return adapter.world


def _opened(request: pytest.FixtureRequest, **settings: Any) -> Client:
    from erp_connect import connect

    if "erp_clock" in request.fixturenames:
        settings["clock"] = request.getfixturevalue("erp_clock")
    return connect("memory://", **settings)
