"""How a mock is reached: mounted on a ``requests`` session in this process, or behind a real socket."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPMessage
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from wsgiref.types import WSGIApplication

import requests
from cheroot import wsgi
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from ...clock import Clock, SystemClock
from .network import PAUSE, Cut

_LOOKS_UP = 0.05
"""Seconds after which an idle server looks whether it is to stop."""


class _TimeOver(Exception):
    """The client has stopped waiting."""


class InProcess(BaseAdapter):
    """Carries requests to a WSGI application without a socket.

    Time-outs are honoured against ``clock``: whoever waits too long gets ``requests.ReadTimeout``.
    """

    def __init__(self, app: WSGIApplication, clock: Clock | None = None) -> None:
        super().__init__()
        self.app, self.clock = app, clock or SystemClock()
        self._builder = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Answer as the application does, or fail as the network does."""
        limit = timeout[1] if isinstance(timeout, tuple) else timeout
        environ = self._environ(request)
        environ[PAUSE] = self._pausing(limit)
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started[:] = [status, headers]

        arrived: list[bytes] = []
        try:
            answer = self.app(environ, start_response)
            try:
                for piece in answer:
                    arrived.append(piece)  # noqa: PERF402 - what came before a cut has arrived
            finally:
                close = getattr(answer, "close", None)
                if close is not None:
                    close()
        except _TimeOver:
            text = f"{urlsplit(request.url or '').hostname}: no answer within {limit} seconds"
            raise requests.ReadTimeout(text, request=request) from None
        except Cut:
            if not started:
                raise requests.ConnectionError("the connection was cut", request=request) from None
        return self._response(request, started[0], started[1], b"".join(arrived), stream=stream)

    def close(self) -> None:
        """Nothing to close."""

    def _pausing(self, limit: float | None) -> Callable[[float], None]:
        def pause(seconds: float) -> None:
            if limit is not None and seconds > limit:
                self.clock.sleep(limit)
                raise _TimeOver
            self.clock.sleep(seconds)

        return pause

    def _environ(self, request: requests.PreparedRequest) -> dict[str, Any]:
        parts = urlsplit(request.url or "")
        sent: Any = request.body or b""
        body: bytes = sent.encode() if isinstance(sent, str) else sent
        if not isinstance(sent, str | bytes):
            body = sent.read() if hasattr(sent, "read") else b"".join(sent)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
            "QUERY_STRING": parts.query,
            "REQUEST_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
            "SERVER_NAME": parts.hostname,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": parts.netloc.rpartition("@")[2],
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers.items():
            text = value.decode("latin-1") if isinstance(value, bytes) else value
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = text
        environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    def _response(
        self,
        request: requests.PreparedRequest,
        status: str,
        headers: list[tuple[str, str]],
        body: bytes,
        *,
        stream: bool,
    ) -> requests.Response:
        message = HTTPMessage()
        for name, value in headers:
            message[name] = value
        code, _, reason = status.partition(" ")
        raw = HTTPResponse(
            body=io.BytesIO(body),
            headers=HTTPHeaderDict(headers),
            status=int(code),
            reason=reason or HTTPStatus(int(code)).phrase,
            preload_content=False,
            request_method=request.method,
            enforce_content_length=True,
            original_response=_Original(message),  # type: ignore[arg-type]
        )
        response = self._builder.build_response(request, raw)
        if not stream:
            _ = response.content
        return response


class _Original:
    """Where ``requests`` looks for cookies."""

    def __init__(self, message: HTTPMessage) -> None:
        self.msg = message

    def isclosed(self) -> bool:
        """Always: the body is read."""
        return True

    def close(self) -> None:
        """Nothing to close."""


def mount(
    session: requests.Session, url: str, app: WSGIApplication, clock: Clock | None = None
) -> requests.Session:
    """Let everything under the URL go to the application, in this process; the session comes back."""
    session.mount(url, InProcess(app, clock))
    return session


class _CuttingGateway(wsgi.Gateway_10):
    """Ends the connection where the application says that it was cut."""

    def respond(self) -> None:
        response = None
        try:
            response = self.req.server.wsgi_app(self.env, self.start_response)
            for chunk in filter(None, response):
                self.write(chunk)
            self.req.ensure_headers_sent()
        except Cut:
            self.req.close_connection = True
            self.req.sent_headers = True
            self.req.chunked_write = False
            self._reset()
        finally:
            close = getattr(response, "close", None)
            if close is not None:
                close()

    def _reset(self) -> None:
        connection = self.req.conn
        with contextlib.suppress(OSError):
            connection.wfile.flush()
            connection.socket.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serve(app: WSGIApplication, threads: int = 4, port: int = 0) -> Iterator[str]:
    """The application behind a real socket on loopback, at a free port where none is named; its URL."""
    server = wsgi.Server(
        ("127.0.0.1", port), app, numthreads=threads, server_name="localhost", shutdown_timeout=1
    )
    server.gateway = _CuttingGateway
    server.expiration_interval = _LOOKS_UP  # so long does it take at most to stop
    server.prepare()
    thread = threading.Thread(target=server.serve, name="mock-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()
