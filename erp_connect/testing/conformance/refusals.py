"""Errors: each says what became of the write, can be carried to another process, and tells no secrets."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from ... import errors
from ...errors import ErpConnectError, UnsupportedOperation
from ...models import ChangeQuantity, OrderStatus
from .desk import SKIPPED, Desk
from .suite import Suite

_SECRET = "Zebra Confidential"
_OUTCOMES = {"not_applied", "applied", "partial", "unknown"}


def _stale(desk: Desk) -> Any:
    desk.needs("orders.change_quantity")
    order = desk.order()
    desk.connect().orders.amend(order.id, ChangeQuantity(line=order.lines[0].id, to=20))
    return desk.erp.orders.amend(order, ChangeQuantity(line=order.lines[0], to=5))


def _twice(desk: Desk) -> Any:
    desk.needs("orders.cancel")
    order = desk.order()
    desk.erp.orders.cancel(order, f"{_SECRET} withdrew")
    return desk.erp.orders.cancel(order.id, f"{_SECRET} withdrew")


def _reused(desk: Desk) -> Any:
    key = desk.key()
    desk.create(desk.draft(), key=key)
    return desk.create(desk.draft(desk.line(quantity=1)), key=key)


def _lost(desk: Desk) -> Any:
    if desk.capabilities.stamp("orders").enforced or not desk.capabilities.stamp("orders").searchable:
        pytest.skip(SKIPPED)  # where the back-end refuses a second one, a lost request is simply sent again
    desk.wire.lose_request("orders.create")
    return desk.create(desk.draft(), key=desk.key())


TROUBLE: dict[str, Callable[[Desk], Any]] = {
    "unknown customer": lambda desk: desk.create(desk.draft(customer="C404404")),
    "unknown product": lambda desk: desk.create(desk.draft(desk.line("P404404"))),
    "unknown order": lambda desk: desk.erp.orders.get("no-such-id"),
    "nothing to find": lambda desk: desk.erp.orders.find(),
    "stale order": _stale,
    "cancelled twice": _twice,
    "key reused": _reused,
    "request lost": _lost,
}


class Refusals(Suite):
    """The errors of an adapter."""

    @pytest.mark.parametrize("trouble", sorted(TROUBLE))
    def test_an_error_says_what_happened_and_can_be_carried_about(self, desk: Desk, trouble: str) -> None:
        desk.__dict__["customer"] = desk.new_customer(name=_SECRET)
        with pytest.raises(ErpConnectError) as caught:
            TROUBLE[trouble](desk)
        error = caught.value
        assert type(error).__name__ in errors.__all__, "not one of the library's own errors"
        assert error.outcome in _OUTCOMES
        assert error.code
        assert error.operation, "an error says during what it happened"
        assert isinstance(error.retryable, bool)
        assert error.retry_after is None or error.retry_after >= 0
        assert _SECRET not in str(error)
        assert "Zebra" not in str(error)
        told = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes)
        assert type(told) is type(error)
        assert str(told) == str(error)
        assert (told.outcome, told.code, told.hint, told.operation) == (
            error.outcome,
            error.code,
            error.hint,
            error.operation,
        )

    def test_a_read_only_connection_writes_nothing(self, desk: Desk) -> None:
        order = desk.order()
        reader = desk.connect(read_only=True)
        desk.wire.calls.clear()
        with pytest.raises(UnsupportedOperation):
            reader.orders.create(desk.draft(), key=desk.key())
        if desk.can("orders.cancel"):
            with pytest.raises(UnsupportedOperation):
                reader.orders.cancel(order.id, "withdrawn")
        assert desk.wire.calls == []
        assert reader.orders.get(order.id).status is not OrderStatus.CANCELLED

    def test_a_closed_connection_says_so(self, desk: Desk) -> None:
        erp = desk.connect()
        erp.close()
        erp.close()
        with pytest.raises(errors.ConfigurationError):
            erp.orders.get("1")

    def test_no_secret_stands_in_what_is_printed(self, desk: Desk) -> None:
        shown = f"{desk.erp!r} {desk.erp.system} {desk.capabilities!r}"
        for name, value in desk.profile.settings.items():
            if name in ("password", "client_secret", "token") and isinstance(value, str):
                assert value not in shown

    def test_the_back_end_answers_to_a_ping(self, desk: Desk) -> None:
        desk.erp.ping()
        assert all(company.id and company.name for company in desk.erp.companies())
