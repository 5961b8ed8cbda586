"""What networks and gateways do to an HTTP request, as switches in front of a WSGI application."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Literal
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PAUSE = "erp_connect.pause"
"""Where the carrier of a request leaves the function that passes the time; without one, time itself passes."""

Moment = Literal["before", "after", "body", "hang"]


class Cut(Exception):
    """The connection is gone; carriers turn it into what their client would see."""


@dataclass
class Trouble:
    """One failure that waits for its request."""

    moment: Moment
    path: str = ""
    """A part of the request's path."""
    method: str = ""
    times: int = 1
    seconds: float = 0
    executed: bool = True
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    keep: int = 0
    """How many bytes of the body still arrive."""

    def strikes(self, environ: WSGIEnvironment) -> bool:
        """Whether this request is the one."""
        return self.path in environ["PATH_INFO"] and self.method in {"", environ["REQUEST_METHOD"]}


class Network:
    """A WSGI application behind a network that can be made to fail; each switch is spent by what it hits."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app
        self.latency = 0.0
        """Seconds that every answer takes."""
        self.requests: list[tuple[str, str]] = []
        """Method and path of everything that arrived."""
        self._waiting: list[Trouble] = []
        self._spending = threading.Lock()

    # ---------------------------------------------------------------- switches

    def lose_request(self, path: str = "", method: str = "", times: int = 1) -> None:
        """The connection breaks before the request arrives: nothing executed."""
        self._waiting.append(Trouble("before", path, method, times))

    def lose_reply(self, path: str = "", method: str = "", times: int = 1) -> None:
        """The connection breaks after the request was executed."""
        self._waiting.append(Trouble("after", path, method, times))

    def cut_body(self, keep: int, path: str = "", method: str = "", times: int = 1) -> None:
        """Of the answer's body only so many bytes arrive."""
        self._waiting.append(Trouble("body", path, method, times, keep=keep))

    def hang(
        self, seconds: float, path: str = "", method: str = "", *, executed: bool = True, times: int = 1
    ) -> None:
        """The answer comes after so many seconds; not executed, only the end of the connection does."""
        self._waiting.append(Trouble("hang", path, method, times, seconds, executed))

    def refuse(
        self,
        status: int,
        path: str = "",
        method: str = "",
        *,
        executed: bool = False,
        times: int = 1,
        headers: dict[str, str] | None = None,
        body: str = "",
    ) -> None:
        """A gateway answers in the application's place, in HTML; ``executed`` says whether it was asked first."""
        page = body or f"<html><body><h1>{status} {_phrase(status)}</h1></body></html>"
        shown = {"Content-Type": "text/html; charset=utf-8"} | (headers or {})
        trouble = Trouble("before", path, method, times, status=status, headers=shown, body=page.encode())
        trouble.moment = "after" if executed else "before"
        self._waiting.append(trouble)

    def throttle(
        self,
        retry_after: int | datetime | None = None,
        path: str = "",
        method: str = "",
        *,
        status: int = 429,
        executed: bool = False,
        times: int = 1,
    ) -> None:
        """Too many requests, or unavailable; ``Retry-After`` in seconds, as a date, or not at all."""
        headers = {}
        if isinstance(retry_after, datetime):
            headers["Retry-After"] = format_datetime(retry_after, usegmt=True)
        elif retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        self.refuse(status, path, method, executed=executed, times=times, headers=headers)

    def clear(self) -> None:
        """Set all switches back."""
        self._waiting.clear()
        self.latency = 0.0

    # ---------------------------------------------------------------- the application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, unless a switch forbids it."""
        pause: Callable[[float], None] = environ.get(PAUSE, time.sleep)
        self.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if self.latency:
            pause(self.latency)
        trouble = self._spend(environ)
        if trouble is None:
            return self.app(environ, start_response)
        if trouble.moment == "before" or not trouble.executed:
            if trouble.seconds:
                pause(trouble.seconds)
            return _instead(trouble, start_response)
        status, headers, body = called(self.app, environ)
        match trouble.moment:
            case "after":
                return _instead(trouble, start_response)
            case "hang":
                pause(trouble.seconds)
        start_response(status, headers)
        return _torn(body, trouble.keep) if trouble.moment == "body" else [body]

    def _spend(self, environ: WSGIEnvironment) -> Trouble | None:
        with self._spending:
            for trouble in self._waiting:
                if trouble.strikes(environ):
                    trouble.times -= 1
                    if not trouble.times:
                        self._waiting.remove(trouble)
                    return trouble
        return None


def _instead(trouble: Trouble, start_response: StartResponse) -> Iterable[bytes]:
    if not trouble.status:
        raise Cut
    headers = trouble.headers | {"Content-Length": str(len(trouble.body))}
    start_response(f"{trouble.status} {_phrase(trouble.status)}", list(headers.items()))
    return [trouble.body]


def _phrase(status: int) -> str:
    """What a status is called; gateways have some of their own, such as 522 and 524."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Gateway Error"


def _torn(body: bytes, keep: int) -> Iterator[bytes]:
    yield body[:keep]
    raise Cut


def called(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status, headers and whole body of an application's answer."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        started[:] = [status, headers]
        return None

    answer = app(environ, start_response)
    try:
        body = b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    return started[0], started[1], body
