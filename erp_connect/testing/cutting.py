"""A network that breaks on demand: a TCP proxy on loopback between a client and its server.

::

    with CutWire(("127.0.0.1", 5432)) as wire:
        erp = ec.connect(f"postgresql://user@127.0.0.1:{wire.port}/orders")
        wire.cut(Cut.SWALLOW_REPLY, after=3)     # the third message from now on arrives, its answer does not
        ...
        wire.mend()                              # the network is back

A *message* is what the client sends before it waits for an answer.  Cuts are made once, at the message that
``after`` counts to (from 1); from then on the network is down (see :class:`Cut`) until :meth:`CutWire.mend`.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterator
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

__all__ = ["Cut", "CutWire"]

_SIZE: Final = 65_536
_TICK: Final = 0.02
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER so that closing sends a reset."""


class Cut(StrEnum):
    """How the network breaks."""

    RESET_BEFORE = "reset before"
    """The message does not arrive; both sides are reset, and new connections too."""
    RESET_IN_REQUEST = "reset in request"
    """Half of the message arrives, then as above."""
    SWALLOW_REPLY = "swallow reply"
    """The message arrives, its answer does not; the client is reset, and new connections too."""
    RESET_IN_REPLY = "reset in reply"
    """The message arrives, half of its answer comes back, then as above."""
    HOLD_REPLY = "hold reply"
    """The message arrives, and no answer ever comes; connections stay open and new ones are accepted in silence."""
    HALF_OPEN = "half open"
    """The message does not arrive, otherwise as above: whoever is asked is not there, and nobody says so."""


_HOLDS: Final = frozenset({Cut.HOLD_REPLY, Cut.HALF_OPEN})
_ARRIVES: Final = frozenset({Cut.SWALLOW_REPLY, Cut.RESET_IN_REPLY, Cut.HOLD_REPLY})


class CutWire:
    """A proxy to ``upstream``: a host and port, or the path of a Unix socket.  Use as a context manager.

    Listens on 127.0.0.1 at :attr:`port`.  Everything is passed on as it comes until :meth:`cut` or :meth:`trickle`.
    """

    def __init__(self, upstream: tuple[str, int] | str) -> None:
        self._upstream = upstream
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_TICK)
        self.port: int = self._listener.getsockname()[1]
        self._lines: list[_Line] = []
        self._closed = False
        self._down: Cut | None = None
        self._planned: tuple[Cut, int] | None = None
        self._messages = 0
        self._piece: int | None = None
        self._tick = 0.0
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    # -- what a test says ----------------------------------------------------------------------------------

    @property
    def messages(self) -> int:
        """How many messages clients have sent since the last :meth:`cut`, :meth:`count` or :meth:`mend`."""
        return self._messages

    @property
    def is_cut(self) -> bool:
        """Whether a planned cut has been made, and not mended."""
        return self._down is not None

    def count(self) -> None:
        """Count messages from here."""
        with self._lock:
            self._messages = 0

    def cut(self, how: Cut, *, after: int = 1) -> None:
        """Break the network at the message with this number, counted from now."""
        with self._lock:
            self._planned, self._messages = (how, after), 0

    def trickle(self, size: int, seconds: float) -> None:
        """Let answers drip: ``size`` bytes, a pause of ``seconds``, and so on."""
        with self._lock:
            self._piece, self._tick = size, seconds

    def mend(self) -> None:
        """The network is back; connections from before are gone."""
        with self._lock:
            self._down = self._planned = self._piece = None
            self._messages = 0
            lines, self._lines = self._lines, []
        for line in lines:
            line.reset()

    def close(self) -> None:
        """End everything."""
        self._closed = True
        self._acceptor.join()
        self._listener.close()
        self.mend()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- what the lines ask --------------------------------------------------------------------------------

    def _message(self) -> Cut | None:
        """A message has begun: the cut that it meets, if any."""
        with self._lock:
            if self._down is not None:
                return self._down if self._down in _HOLDS else Cut.RESET_BEFORE
            self._messages += 1
            if self._planned is not None and self._messages >= self._planned[1]:
                self._down, self._planned = self._planned[0], None
                return self._down
            return None

    def _drip(self) -> tuple[int | None, float]:
        return self._piece, self._tick

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._take(client)

    def _take(self, client: socket.socket) -> None:
        line = _Line(client, self)
        with self._lock:
            down = self._down
            self._lines.append(line)
        if down in _HOLDS:
            return  # accepted, and never answered
        if down is not None or not line.connect(self._upstream):
            line.reset()
            return
        threading.Thread(target=line.run, daemon=True).start()


class _Line:
    """One connection of a client, and the one to the server that belongs to it."""

    def __init__(self, client: socket.socket, wire: CutWire) -> None:
        self._client = client
        self._server: socket.socket | None = None
        self._wire = wire
        self._answered = True
        """Whether the server has spoken since the client's last message began."""
        self._cut: Cut | None = None

    def connect(self, upstream: tuple[str, int] | str) -> bool:
        """Reach the server."""
        try:
            if isinstance(upstream, str):
                self._server = socket.socket(socket.AF_UNIX)
                self._server.connect(upstream)
            else:
                self._server = socket.create_connection(upstream)
        except OSError:
            return False
        return True

    def reset(self) -> None:
        """End both connections, the client's with a reset."""
        with contextlib.suppress(OSError):
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        for end in (self._client, self._server):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR) if end is self._server else None
                with contextlib.suppress(OSError):
                    end.close()

    def run(self) -> None:
        """Pass bytes on until one side ends, or the network does."""
        assert self._server is not None
        with contextlib.suppress(OSError, ValueError), selectors.DefaultSelector() as ready:
            ready.register(self._client, selectors.EVENT_READ)
            ready.register(self._server, selectors.EVENT_READ)
            for end in self._speaking(ready):
                data = end.recv(_SIZE)
                if not data:
                    break
                goes_on = self._asked(data) if end is self._client else self._told(data)
                if not goes_on:
                    break
        if self._cut not in _HOLDS:
            self.reset()

    @staticmethod
    def _speaking(ready: selectors.DefaultSelector) -> Iterator[socket.socket]:
        while True:
            for key, _ in ready.select():
                assert isinstance(key.fileobj, socket.socket)
                yield key.fileobj

    def _asked(self, data: bytes) -> bool:
        """The client has sent something."""
        assert self._server is not None
        if self._answered:
            self._answered = False
            self._cut = self._wire._message()
        elif self._cut is None and self._wire.is_cut:
            self._cut = Cut.RESET_BEFORE
        if self._cut is None or self._cut in _ARRIVES:
            self._server.sendall(data)
            return True
        if self._cut is Cut.RESET_IN_REQUEST:
            self._server.sendall(data[: len(data) // 2])
        return self._cut is Cut.HALF_OPEN

    def _told(self, data: bytes) -> bool:
        """The server has answered."""
        self._answered = True
        if self._cut in _HOLDS:
            return True
        if self._cut is Cut.RESET_IN_REPLY:
            self._client.sendall(data[: len(data) // 2])
            time.sleep(_TICK)  # let it arrive: a reset would overtake it
        if self._cut is not None:
            return False
        piece, pause = self._wire._drip()
        for start in range(0, len(data), piece or len(data)):
            self._client.sendall(data[start : start + (piece or len(data))])
            if piece:
                time.sleep(pause)
        return True
