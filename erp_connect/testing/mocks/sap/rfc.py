"""A drop-in for ``pyrfc.Connection`` over a mock system (sap.md 1.2 to 1.7).

``connect_to(world)`` gives the class; ``as_pyrfc(world)`` a module to put in the place of ``pyrfc``.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from types import ModuleType, TracebackType
from typing import Any, Final, Self

from . import (  # noqa: F401 - they register modules
    buying,
    changing,
    customizing,
    delivering,
    errors,
    masters,
    ordering,
    probing,
    read_table,
    reading,
    returning,
    simulating,
)
from .description import FunctionDescription, description
from .errors import (
    ABAPApplicationError,
    ABAPRuntimeError,
    CommunicationError,
    Dumped,
    ExternalRuntimeError,
    InterpreterKilled,
    LogonError,
    Raised,
    RFCError,
    RFCLibError,
    from_sdk,
    invalid_handle,
    no_such_field,
    no_such_module,
)
from .functions import Values, described, run
from .interface import FunctionModule
from .marshal import Inward, Outward, set_locale_radix
from .session import Session
from .transactional import TransactionalCalls
from .world import World

_CONFIG: Final[dict[str, Any]] = {
    "dtime": False,
    "return_import_params": False,
    "rstrip": True,
    "check_date": True,
    "check_time": True,
    "timeout": None,
}
_HANDLES = itertools.count(94_000_000, 4096)
LANGUAGES: Final = {"EN": "E", "DE": "D", "FR": "F", "ES": "S", "NL": "N", "IT": "I"}


class Connection(TransactionalCalls):
    """A connection as pyrfc's: opened by its constructor, stateful, and strict about types."""

    world: World

    def __init__(self, config: dict[str, Any] | None = None, **params: Any) -> None:
        self._options = dict(_CONFIG)
        for name, value in (config or {}).items():
            if name not in _CONFIG:
                raise RFCError(f"Connection configuration option '{name}' is not supported")
            self._options[name] = value
        if not params:
            raise RFCError("Connection parameters missing")
        for name, value in params.items():
            if type(value) is not str:
                text = f"Connection parameter '{name}' value is not string"
                raise InterpreterKilled(text) if self.world.settings.non_string_kills else RFCError(text)
        self._params: dict[str, str] = params
        self._session: Session | None = None
        self._handle = 0
        self._broken = False
        self._busy = threading.Lock()
        self.open()

    # ---------------------------------------------------------------- life

    def open(self) -> None:
        """Log on: a new ABAP session."""
        params = self._params
        if "dest" in params:
            params = self.world.destinations.get(params["dest"], {}) | params
        if not {"ashost", "mshost", "wshost", "gwhost"} & params.keys():
            text = "Parameter ASHOST, GWHOST, MSHOST or SERVER_PORT is missing."
            raise from_sdk(ExternalRuntimeError, 20, "RFC_INVALID_PARAMETER", text)
        with self.world.gate:
            error = self.world.faults.strike("open")
            if error is not None:
                raise error
            if not self._known(params):
                raise LogonError(
                    "Name or password is incorrect (repeat logon)", 2, "RFC_LOGON_FAILURE", *[""] * 7
                )
            most = self.world.settings.conversations
            if len(self.world.connected) >= most:
                text = f"max no of {most} conversations exceeded"
                raise from_sdk(CommunicationError, 1, "RFC_COMMUNICATION_FAILURE", text)
            language = params.get("lang", "EN").upper()
            user = params.get("user", params.get("snc_partnername", "")).upper()[:12]
            self._session = Session(self.world, user, LANGUAGES.get(language, language[:1]))
            self.world.connected.add(self._session.number)
        self._handle = next(_HANDLES)
        self._broken = False

    def _known(self, params: dict[str, str]) -> bool:
        if params.get("client", self.world.client) != self.world.client:
            return False
        if "snc_partnername" in params:
            return True
        return "passwd" in params and self.world.users.get(params.get("user", "").upper()) == params["passwd"]

    def close(self) -> None:
        """Log off; what is not committed is gone.  Closing twice does nothing."""
        if self._session is not None:
            with self.world.gate:
                self._session.lose()
        self._session = None
        self._handle = 0

    def free(self) -> None:
        """As ``close``."""
        self.close()

    def reopen(self) -> None:
        """Close, and log on again."""
        self.close()
        self.open()

    def reset_server_context(self) -> None:
        """A fresh ABAP session on the same handle: memory, locks and pending changes are gone."""
        session = self._usable()
        with self.world.gate:
            session.lose()
            self._session = Session(self.world, session.user, session.language)
            self.world.connected.add(self._session.number)

    def ping(self) -> None:
        """Ask the system for a sign of life.  After a failure the connection is of no use until ``reopen``."""
        session = self._usable()
        error = self.world.faults.strike("ping")
        if error is not None:
            self._break(session)
            raise error

    def is_valid(self) -> bool:
        """Whether the SDK still holds the handle for good."""
        return self.alive and not self._broken

    @property
    def alive(self) -> bool:
        """Only whether there is a handle; a dead line does not show."""
        return self._handle != 0

    @property
    def handle(self) -> int:
        """The SDK's handle; 0 when closed."""
        return self._handle

    @property
    def options(self) -> dict[str, Any]:
        """The configuration of this connection."""
        return dict(self._options)

    @property
    def version(self) -> dict[str, int]:
        """The SDK's version."""
        return {"major": 7500, "minor": 0, "patchLevel": 12}

    def __bool__(self) -> bool:
        return self.alive

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get_connection_attributes(self) -> dict[str, str]:
        """Who is connected with whom; empty when disconnected."""
        if self._session is None:
            return {}
        return {
            "dest": self._params.get("dest", ""),
            "host": "client",
            "partnerHost": "mock",
            "sysNumber": self._params.get("sysnr", "00"),
            "sysId": self.world.sysid,
            "client": self.world.client,
            "user": self._session.user,
            "language": self._session.language,
            "isoLanguage": {v: k for k, v in LANGUAGES.items()}.get(self._session.language, ""),
            "trace": "0",
            "codepage": "4103",
            "partnerCodepage": "4103",
            "rfcRole": "C",
            "type": "E",
            "rel": "753",
            "partnerType": "3",
            "partnerRel": "755",
            "kernelRel": "785",
            "active_unit": "",
        }

    # ---------------------------------------------------------------- interfaces

    def get_function_description(self, func_name: str) -> FunctionDescription:
        """The interface of a function module; the name is taken in capitals here, and only here."""
        return description(self._module(func_name.upper(), self._usable()))

    def func_desc_remove(self, sysid: str, func_name: str) -> None:
        """Forget an interface that was looked up."""
        self.world.described.discard(func_name)

    def _module(self, name: str, session: Session) -> FunctionModule:
        if name not in self.world.described:
            error = self.world.faults.strike("metadata", name)
            if error is not None:
                self._break(session)
                raise error
        module = described(self.world, name)
        if module is None:
            raise no_such_module(name)
        self.world.described.add(name)
        return module

    def _usable(self) -> Session:
        if self._session is None or self._broken:
            raise invalid_handle()
        return self._session

    def _break(self, session: Session) -> None:
        with self.world.gate:
            session.lose()
        self._broken = True

    # ---------------------------------------------------------------- calls

    def call(self, func_name: str, options: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
        """Call a function module; everything it exports, changes or fills comes back, in interface order.

        After any error but a classic exception or a refused input the session is a new one: what was pending is
        gone, though the connection is "alive".
        """
        if type(func_name) is not str:
            text = "Remote function module name must be unicode string, received:"
            raise RFCError(text, func_name, type(func_name))
        if not self.alive:
            raise RFCError(
                f"Remote function module '{func_name}' invocation rejected because the connection is closed"
            )
        with self._alone():
            session = self._usable()
            module = self._module(func_name, session)
            wanted = options or {}
            silent = wanted.get("not_requested", [])
            silent = [silent] if isinstance(silent, str) else silent
            sent = self._sent(module, params, silent)
            answer = self._invoke(session, module, sent, wanted.get("timeout", self._options["timeout"]))
            return self._received(module, answer, silent)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._busy.acquire(blocking=False):
            raise invalid_handle()
        try:
            yield
        finally:
            self._busy.release()

    def _sent(self, module: FunctionModule, params: Values, silent: list[str]) -> Values:
        for name in (*silent, *params):
            if name not in module.parameters:
                raise no_such_field(name)
        settings = self.world.settings
        inward = Inward(
            check_date=self._options["check_date"],
            check_time=self._options["check_time"],
            overlong=settings.overlong,
            round_decimals=settings.round_decimals,
        )
        return {name: inward.parameter(module.parameters[name], value) for name, value in params.items()}

    def _received(self, module: FunctionModule, answer: Values, silent: list[str]) -> Values:
        outward = Outward(dtime=self._options["dtime"], rstrip=self._options["rstrip"])
        shown = {
            name: parameter
            for name, parameter in module.parameters.items()
            if parameter.direction != "import" or self._options["return_import_params"]
        }
        return {
            name: outward.parameter(parameter, parameter.initial if name in silent else answer[name])
            for name, parameter in shown.items()
        }

    def _invoke(
        self, session: Session, module: FunctionModule, sent: Values, timeout: float | None
    ) -> Values:
        faults = self.world.faults
        with self.world.gate:
            before = faults.strike("before", module.name)
            if before is not None:
                raise self._after_failure(before)
            hang = faults.spend("hang", module.name)
        if hang is not None and timeout is not None and hang.seconds > timeout:
            self._abandon(session, module, sent, hang.seconds if hang.executed else None)
            self.world.clock.sleep(timeout)
            raise self._canceled()
        if hang is not None:
            self.world.clock.sleep(hang.seconds)
        with self.world.gate:
            try:
                answer = run(session, module, sent)
            except Raised as raised:
                raise raised.over_rfc() from None
            except Dumped as dumped:
                raise self._after_failure(dumped.over_rfc()) from None
            after = faults.strike("after", module.name)
            if after is not None:
                raise self._after_failure(after)
            return answer

    def _abandon(self, session: Session, module: FunctionModule, sent: Values, takes: float | None) -> None:
        """The system goes on with a call whose caller has given up."""
        if takes is not None:
            session.takes = takes
            with self.world.gate, contextlib.suppress(Raised, Dumped):
                run(session, module, sent)

    def _canceled(self) -> RFCLibError:
        old = self._handle
        kind = (
            CommunicationError if self.world.settings.canceled_error == "CommunicationError" else RFCLibError
        )
        failed = self._after_failure(from_sdk(kind, 7, "RFC_CANCELED", ""))
        if failed.code != 7:
            return failed
        text = f"Connection was canceled: {old}. New handle: {self._handle}"
        return from_sdk(kind, 7, "RFC_CANCELED", text)

    def _after_failure(self, error: RFCLibError) -> RFCLibError:
        """The silent reconnect: a new session under the same object, or the error of the new logon."""
        if isinstance(error, ABAPApplicationError):
            return error
        if self._session is not None:
            with self.world.gate:
                self._session.lose()
        try:
            self.open()
        except RFCLibError as failed:
            self._session, self._handle = None, 0
            return failed
        return error


def connect_to(world: World) -> type[Connection]:
    """The class ``Connection`` whose instances log on to this system."""
    return type("Connection", (Connection,), {"world": world})


def as_pyrfc(world: World) -> ModuleType:
    """A module with pyrfc's names, for ``sys.modules["pyrfc"]``."""
    module = ModuleType("pyrfc")
    names = (
        *("RFCError", "RFCLibError", "ABAPApplicationError", "ABAPRuntimeError", "LogonError"),
        *(
            "CommunicationError",
            "ExternalRuntimeError",
            "ExternalApplicationError",
            "ExternalAuthorizationError",
        ),
    )
    contents = {name: getattr(errors, name) for name in names}
    module.__dict__.update(contents, Connection=connect_to(world), set_locale_radix=set_locale_radix)
    return module


__all__ = ["ABAPRuntimeError", "Connection", "as_pyrfc", "connect_to"]
