"""A mock SAP's function modules from another process: pyrfc's connection with a line between it and the system.

Every call of a connection's method is pickled, goes to the other process, and its answer comes back; so the system's
own work, and its memory, are not those of the program that is measured.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

from erp_connect.testing.mocks.sap import rfc
from erp_connect.testing.mocks.sap.world import World

SECRET = b"not a secret: a mock on this machine"
_FREE = frozenset({"get_function_description"})
"""What is asked once for a system, and counts as no trip."""


class Far:
    """A connection to the system behind ``address``, with what the library asks of one of pyrfc's."""

    def __init__(self, address: str, logon: dict[str, str]) -> None:
        self._line: Connection | None = Client(address, authkey=SECRET)
        self._asked("__init__", **logon)

    def _asked(self, method: str, *given: Any, **named: Any) -> Any:
        assert self._line is not None
        self._line.send((method, given, named))
        went_well, told = self._line.recv()
        if not went_well:
            raise told
        return told

    def call(self, function: str, options: dict[str, Any] | None = None, **parameters: Any) -> dict[str, Any]:
        """Call a function module."""
        answer: dict[str, Any] = self._asked("call", function, options, **parameters)
        return answer

    def get_function_description(self, name: str) -> Any:
        """The interface of a function module."""
        return self._asked("get_function_description", name)

    def reset_server_context(self) -> None:
        """A new ABAP session on the same connection."""
        self._asked("reset_server_context")

    def ping(self) -> None:
        """A sign of life."""
        self._asked("ping")

    @property
    def alive(self) -> bool:
        """Whether it is open."""
        return self._line is not None

    def close(self) -> None:
        """Log off."""
        if self._line is not None:
            self._line.close()
        self._line = None


def connector(address: str) -> Callable[..., Far]:
    """What the library is given as ``connector``."""
    return lambda **logon: Far(address, logon)


class Exchange:
    """The other end: serves connections to a world, each on a thread of its own; ``latency`` in seconds."""

    def __init__(self, world: World) -> None:
        self.latency = 0.0
        self.trips, self.served = 0, 0.0
        self._guard = threading.Lock()
        self._connection = rfc.connect_to(world)
        self._listener = Listener(authkey=SECRET)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens: a socket or pipe of this machine."""
        return str(self._listener.address)

    def _accept(self) -> None:
        while True:
            line = self._listener.accept()
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: Connection) -> None:
        connection: Any = None
        while True:
            try:
                method, given, named = line.recv()
            except EOFError:
                return
            if method not in _FREE:
                time.sleep(self.latency)
            began = time.thread_time()
            try:
                if method == "__init__":
                    connection, told = self._connection(**named), None
                else:
                    told = getattr(connection, method)(*given, **named)
                line.send((True, told))
            except Exception as failure:  # noqa: BLE001 - the other side has to hear of whatever it is
                line.send((False, failure))
            if method not in _FREE:
                self._note(time.thread_time() - began)

    def _note(self, took: float) -> None:
        with self._guard:
            self.trips += 1
            self.served += took

    def tell(self) -> dict[str, float]:
        """What was done since the last time."""
        with self._guard:
            told = {"trips": self.trips, "served": self.served}
            self.trips, self.served = 0, 0.0
        return told
