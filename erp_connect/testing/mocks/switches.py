"""What the mock servers have in common: the way in, and switches that strike the next request that they fit."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from typing import Generic, TypeVar
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from .network import PAUSE


@dataclass
class Switch(ABC):
    """Waits for so many requests, each told by where it goes and what it does; blank fits all."""

    where: str
    what: str
    times: int
    _: KW_ONLY
    late: float = 0.0
    """Seconds that the request takes; what it did is seen only then."""

    @abstractmethod
    def strikes(self, where: str, what: str) -> bool:
        """Whether a request is one of those."""


class PathSwitch(Switch):
    """By a part of the path, and the method."""

    def strikes(self, where: str, what: str) -> bool:
        """Whether a request is one of those."""
        return self.where in where and self.what in {"", what}


class CallSwitch(Switch):
    """By the name of the service, and the operation."""

    def strikes(self, where: str, what: str) -> bool:
        """Whether a call is one of those."""
        return self.where in {"", where} and self.what in {"", what}


W = TypeVar("W", bound=Switch)
P = TypeVar("P", bound=PathSwitch)


class MockServer(ABC, Generic[W]):
    """A WSGI application with switches, each of which is spent in the order in which they were set."""

    def __init__(self) -> None:
        self._waiting: list[W] = []
        self._spending = threading.Lock()

    def clear(self) -> None:
        """Set all switches back."""
        self._waiting.clear()

    def _spend(self, where: str, what: str) -> W | None:
        """The switch that strikes this request, if any; it is spent by it."""
        with self._spending:
            for waiting in self._waiting:
                if waiting.strikes(where, what):
                    waiting.times -= 1
                    if not waiting.times:
                        self._waiting.remove(waiting)
                    return waiting
        return None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A WSGI application."""
        pause: Callable[[float], None] = environ.get(PAUSE, time.sleep)
        return self.respond(Request(environ), pause)(environ, start_response)

    @abstractmethod
    def respond(self, request: Request, pause: Callable[[float], None] = time.sleep) -> Response:
        """The answer to a request."""


class RestServer(MockServer[P]):
    """One whose switches go by path and method."""

    def __init__(self, switch: Callable[..., P]) -> None:
        """``switch``: what makes one of path, method and times."""
        super().__init__()
        self._switch = switch

    def commit_late(self, seconds: float, path: str = "", method: str = "", times: int = 1) -> None:
        """The next such request takes so long, and what it did is seen only then, also if nobody waits for it."""
        self._waiting.append(self._switch(path, method, times, late=seconds))
