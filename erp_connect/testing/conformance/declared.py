"""What is declared: closed lists, bounds that hold, the minimum of the product, and no claim that nobody has tried."""

from __future__ import annotations

import inspect
import json
import os
import pickle
from pathlib import Path
from typing import Any, Final

import pytest

from ...adapters import contract
from ...adapters.contract import (
    OPERATIONS,
    Amends,
    Cancels,
    Capabilities,
    Confirms,
    OnCancel,
    PostsShipments,
    Receives,
    ReportsEvents,
    Simulates,
    StampKind,
    Support,
    field_paths,
)
from ...errors import UnsupportedOperation
from .desk import Desk
from .exercises import EXERCISES, ask
from .suite import Suite
from .wire import BOOKS

RESULTS: Final = "ERP_CONNECT_KIT_RESULTS"
"""Environment variable: a folder in which the run notes every claim that was exercised and held."""
_RANK: Final = {Support.NONE: 0, Support.EMULATED: 1, Support.NATIVE: 1}
_ORDER_BOOKS: Final = ("orders", "purchase_orders")


class Claims(Suite):
    """Every operation: either it works, or asking for it is refused before anything is sent."""

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_a_claim_is_kept(self, desk: Desk, operation: str) -> None:
        if not desk.can(operation):
            self._refused(desk, operation)
            return
        try:
            EXERCISES[operation](desk, operation.partition(".")[0])
        except pytest.skip.Exception:
            pytest.fail(
                f"{operation} is claimed and cannot be tried: the profile has to furnish what it takes"
            )
        assert operation in desk.wire.exercised, "the exercise never reached the adapter"
        note(desk.profile.name, operation)

    @staticmethod
    def _refused(desk: Desk, operation: str) -> None:
        call = ask(desk, operation)
        known = desk.capabilities.operation(operation)
        assert known.why, f"{operation} is NONE and nothing says why"
        if call is None:
            return
        desk.wire.calls.clear()
        with pytest.raises(UnsupportedOperation) as caught:
            call()
        assert desk.wire.calls == [], "something was sent before the refusal"
        assert caught.value.why
        assert caught.value.outcome == "not_applied"
        assert caught.value.operation is not None


def note(profile: str, operation: str) -> None:
    """Note a claim that was exercised, where the run is asked to."""
    folder = os.environ.get(RESULTS)
    if folder:
        file = Path(folder) / f"{profile.replace(' ', '-')}.{os.getpid()}.jsonl"
        with file.open("a", encoding="utf-8") as notes:
            notes.write(json.dumps({"profile": profile, "operation": operation}) + "\n")


class Declared(Suite):
    """The capabilities as data."""

    def test_capabilities_are_settled_and_can_be_carried_about(self, desk: Desk) -> None:
        known = desk.capabilities
        assert known.discovered
        assert pickle.loads(pickle.dumps(known)) == known  # noqa: S301 (our own bytes)
        assert known.system

    def test_names_are_from_the_closed_lists(self, desk: Desk) -> None:
        known = desk.capabilities
        assert set(known.operations) <= set(OPERATIONS)
        assert set(known.fields) <= set(field_paths())
        assert set(known.stamps) <= set(BOOKS)
        with pytest.raises(KeyError):
            known.support("orders.creat")
        with pytest.raises(KeyError):
            known.field("order.colour")

    def test_what_is_not_native_says_why(self, desk: Desk) -> None:
        known = desk.capabilities
        silent = [
            name for name in OPERATIONS if known.support(name) is not Support.NATIVE and not known.why(name)
        ]
        assert silent == []
        fields = [
            path
            for path, field in known.fields.items()
            if field.support is not Support.NATIVE and not field.why
        ]
        assert fields == []

    def test_the_static_bound_holds(self, desk: Desk) -> None:
        bound, known = desk.profile.static_capabilities(), desk.capabilities
        assert not bound.discovered
        wider = [name for name in OPERATIONS if _RANK[known.support(name)] > _RANK[bound.support(name)]]
        assert wider == [], "discovered more than the static bound allows"
        for path in field_paths():
            most, has = bound.field(path), known.field(path)
            assert _RANK[has.support] <= _RANK[most.support], path
            for limit in ("max_length", "integer_digits", "scale"):
                outer, inner = getattr(most, limit), getattr(has, limit)
                assert outer is None or (inner is not None and inner <= outer), f"{path}: {limit}"

    def test_the_products_minimum_is_offered(self, desk: Desk) -> None:
        profile, known = desk.profile, desk.capabilities
        missing = {name for name in profile.minimum if known.support(name) is Support.NONE}
        assert missing <= set(profile.declares_less), f"less than the minimum: {sorted(missing)}"
        assert all(reason.strip() for reason in profile.declares_less.values())
        assert set(profile.declares_less) <= missing, (
            "a reason for declaring less stands beside something offered"
        )

    def test_expected_failures_name_tests_and_give_reasons(self, desk: Desk) -> None:
        for name, reason in desk.profile.expected_failures.items():
            assert hasattr(type(self), name.partition("[")[0]), f"there is no test {name}"
            assert reason.strip(), f"{name}: an expected failure needs a reason"

    def test_stamps_can_be_written_where_they_are_declared(self, desk: Desk) -> None:
        for book in _ORDER_BOOKS:
            policy = desk.capabilities.stamp(book)
            if not desk.can(f"{book}.create"):
                continue
            if policy.kind is not StampKind.NONE:
                assert policy.max_length is None or policy.max_length >= 12, "too short for 60 bits"
                assert policy.field
            if policy.shared:
                assert policy.field == policy.po_field
            assert policy.execution_window >= 0
            assert policy.visibility_delay >= 0

    def test_the_stamp_is_in_the_order_where_it_has_a_field(self, desk: Desk) -> None:
        policy = desk.capabilities.stamp("orders")
        order = desk.order()
        if policy.kind is StampKind.FIELD and not policy.shared:
            assert order.stamp, "the stamp was lost"
        if policy.kind is StampKind.ID:
            assert order.stamp in (order.id, order.number)

    def test_sizes_and_costs_make_sense(self, desk: Desk) -> None:
        known = desk.capabilities
        assert known.block_size >= 1
        assert known.concurrency >= 1
        for name, support in known.operations.items():
            assert support.cost.calls >= (0 if support.support is Support.NONE else 1), name
        if known.on_cancel is OnCancel.GONE:
            assert desk.can("orders.cancel") or desk.can("orders.cancel_line")


_ABILITIES: Final = {
    "simulate": Simulates,
    "events": ReportsEvents,
    "cancel": Cancels,
    "cancel_line": Cancels,
    "confirm": Confirms,
    "receive": Receives,
}


class Signatures(Suite):
    """The books have the methods that the capabilities promise, and call them as the contract does."""

    def test_claimed_abilities_are_there(self, desk: Desk) -> None:
        adapter: Any = desk.erp._context.adapter
        for name in OPERATIONS:
            book, _, verb = name.partition(".")
            if not desk.can(name):
                continue
            held = getattr(adapter, book)
            assert held is not None, f"{name} is claimed and there is no book {book}"
            if book in _ORDER_BOOKS and verb.startswith(
                ("change_", "add_", "split_", "substitute_", "hold", "release")
            ):
                assert isinstance(held, Amends), name
            elif book in _ORDER_BOOKS and verb in _ABILITIES:
                assert isinstance(held, _ABILITIES[verb]), name
            elif name == "shipments.post":
                assert isinstance(held, PostsShipments)
            elif book not in _ORDER_BOOKS:
                assert callable(getattr(held, verb, None)), name

    def test_methods_take_what_the_contract_gives(self, desk: Desk) -> None:
        adapter: Any = desk.erp._context.adapter
        wrong: list[str] = []
        for name in BOOKS:
            held = getattr(adapter, name, None)
            book = getattr(held, "_book", held)  # the kit's stand-in takes anything: look behind it
            for protocol in _protocols_of(name, held):
                for verb, promised in _methods(protocol):
                    wrong += _differing(f"{name}.{verb}", promised, getattr(type(book), verb))
        assert wrong == []


def _protocols_of(name: str, held: Any) -> list[type]:
    fixed = {
        "stock": contract.StockBook,
        "prices": contract.PriceBook,
        "shipments": contract.ShipmentBook,
        "invoices": contract.InvoiceBook,
        "goods_receipts": contract.GoodsReceiptBook,
        "returns": contract.ReturnBook,
        **dict.fromkeys(("customers", "suppliers", "products"), contract.MasterBook),
    }
    if held is None:
        return []
    abilities: tuple[Any, ...] = (
        *(contract.OrderBook, contract.CreatesBlocks, Amends, Cancels, contract.Tracks, Simulates),
        *(contract.SimulatesChanges, ReportsEvents, contract.FindsStamps, contract.ReadsBlocks),
        *(contract.FindsPosted, contract.Resumes, contract.Removes, Confirms, Receives),
    )
    if name in _ORDER_BOOKS:
        return [ability for ability in abilities if isinstance(held, ability)]
    more = [PostsShipments] if name == "shipments" and isinstance(held, PostsShipments) else []
    return [fixed[name], *more]


def _methods(protocol: type) -> list[tuple[str, Any]]:
    return [
        (name, member)
        for name, member in vars(protocol).items()
        if not name.startswith("_") and callable(member)
    ]


def _differing(name: str, promised: Any, has: Any) -> list[str]:
    want, got = inspect.signature(promised).parameters, inspect.signature(has).parameters
    wanted = [(each.name, each.kind) for each in want.values()]
    given = [(each.name, each.kind) for each in list(got.values())[: len(wanted)]]
    rest = list(got.values())[len(wanted) :]
    if wanted != given:
        return [f"{name} takes {[name for name, _ in given]}, not {[name for name, _ in wanted]}"]
    needed = [each.name for each in rest if each.default is each.empty and each.kind is each.KEYWORD_ONLY]
    return [f"{name} needs {needed} besides"] if needed else []


def bound_of(profile: Any) -> Capabilities:
    """The static capabilities of a profile (for the support matrix)."""
    known: Capabilities = profile.static_capabilities()
    return known
