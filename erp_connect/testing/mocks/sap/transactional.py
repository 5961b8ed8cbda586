"""Transactional RFC: a unit of calls that is executed once for its id, and answers nothing (sap.md 1.8)."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from typing import Any

from .errors import Dumped, ExternalRuntimeError, Raised, RFCError, RFCLibError, from_sdk
from .functions import Values, run
from .interface import FunctionModule
from .session import Session
from .world import World

SUBMIT = "fill_and_submit_unit"
"""The name that faults know the submission by."""


class TransactionalCalls(ABC):
    """The part of a connection that submits units; background units (bgRFC) do not work, as with pyrfc."""

    world: World
    _unit: str = ""

    def initialize_unit(self, background: bool = True) -> dict[str, Any]:
        """A new unit with an id of its own; one at a time on a connection."""
        self._usable()
        if self._unit:
            raise RFCError("There is already an active unit on this connection")
        if background:
            raise from_sdk(ExternalRuntimeError, 17, "RFC_NOT_FOUND", "bgRFC is not available")
        self._unit = uuid.uuid4().hex[:24].upper()
        return {"background": False, "id": self._unit, "queued": False}

    def fill_and_submit_unit(
        self,
        unit: dict[str, Any],
        calls: list[tuple[str, dict[str, Any]]],
        queue_names: list[str] | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Execute the calls and commit, unless a unit of this id was executed before and not confirmed."""
        for value, kind, name in ((unit, dict, "unit"), (calls, list, "calls")):
            if type(value) is not kind:
                raise TypeError(f"Parameter '{name}' not valid. {kind} required, received", type(value))
        if queue_names is not None and type(queue_names) is not list:
            raise TypeError("Parameter 'queue_names' not valid. list required, received", type(queue_names))
        session = self._usable()
        if self._unit not in {"", unit["id"]}:
            raise RFCError("There is already another active unit on this connection")
        self._unit = unit["id"]
        filled = []
        for name, params in calls:
            module = self._module(name, session)
            filled.append((module, self._sent(module, params, [])))
        self._submit(session, str(unit["id"]), filled)
        return unit | {"queued": bool(queue_names)}

    def _submit(self, caller: Session, number: str, calls: list[tuple[FunctionModule, Values]]) -> None:
        with self.world.gate:
            before = self.world.faults.strike("before", SUBMIT)
            if before is not None:
                raise self._after_failure(before)
            if number not in self.world.executed_units:
                self._execute(Session(self.world, caller.user, caller.language), calls)
                self.world.executed_units.add(number)
            after = self.world.faults.strike("after", SUBMIT)
            if after is not None:
                raise self._after_failure(after)

    def _execute(self, session: Session, calls: list[tuple[FunctionModule, Values]]) -> None:
        try:
            for module, sent in calls:
                if module.name == "BAPI_TRANSACTION_COMMIT":
                    raise Dumped("BLOCKED_COMMIT")
                run(session, module, sent)
        except Raised as raised:
            session.roll_back()
            raise raised.over_rfc() from None
        except Dumped as dumped:
            session.roll_back()
            raise self._after_failure(dumped.over_rfc()) from None
        session.commit(wait=True)

    def confirm_unit(self, unit: dict[str, Any]) -> None:
        """The caller has noted the success: the system forgets the id, and would execute it again."""
        self._usable()
        self.world.executed_units.discard(str(unit["id"]))
        self._unit = ""

    def destroy_unit(self, unit: dict[str, Any]) -> None:
        """Give the unit up on this side."""
        self._usable()
        self._unit = ""

    # What the connection brings along.

    @abstractmethod
    def _usable(self) -> Session: ...

    @abstractmethod
    def _module(self, name: str, session: Session) -> FunctionModule: ...

    @abstractmethod
    def _sent(self, module: FunctionModule, params: Values, silent: list[str]) -> Values: ...

    @abstractmethod
    def _after_failure(self, error: RFCLibError) -> RFCLibError: ...
