"""The gateway on a socket: logon, sessions and their CSRF tokens (sap.md 4.2, CSRF)."""

import base64
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from .gateway import Answer, Gateway, Request

_LOGON = "Basic " + base64.b64encode(b"DEMO:welcome").decode()
_SESSION = "SAP_SESSIONID_STD_100"
_READS = ("GET", "HEAD")


class _Door:
    """Lets requests in that are signed and, when they write, carry their session's token."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._tokens: dict[str, str] = {}

    def answer(self, request: Request) -> Answer:
        if request.headers.get("authorization", "").casefold() != _LOGON.casefold():
            page = b"<html><body>Logon failed</body></html>"
            return Answer(401, {"www-authenticate": "Basic", "content-type": "text/html"}, page)
        if dict(parse_qsl(urlsplit(request.target).query)).get("sap-client", "100") != "100":
            return Answer(
                401, {"content-type": "text/html"}, b"<html><body>Client not available</body></html>"
            )
        if self._gateway.forget_sessions:
            self._gateway.forget_sessions = False
            self._tokens.clear()
        cookie = SimpleCookie(request.headers.get("cookie", ""))
        session = cookie[_SESSION].value if _SESSION in cookie else ""
        token = request.headers.get("x-csrf-token", "")
        if request.method not in _READS and (not session or self._tokens.get(session) != token):
            told = {"x-csrf-token": "Required", "content-type": "text/plain"}
            return Answer(403, told, b"CSRF token validation failed")
        given = {}
        if session not in self._tokens:
            session = secrets.token_hex(8)
            self._tokens[session] = secrets.token_hex(8)
            given["set-cookie"] = f"{_SESSION}={session}; path=/; HttpOnly"
        if token.casefold() == "fetch":
            given["x-csrf-token"] = self._tokens[session]
        told = Request("GET", request.target, request.headers) if request.method == "HEAD" else request
        answer = self._gateway.answer(told)
        return Answer(answer.status, {**answer.headers, **given}, answer.body)


@contextmanager
def served(gateway: Gateway) -> Iterator[str]:
    """The gateway on a port of this machine: ``host:port``."""
    door = _Door(gateway)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _do(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = door.answer(Request(self.command, self.path, headers, self.rfile.read(length)))
            if gateway.hang_up_on(self.command, self.path):
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    for method in ("GET", "HEAD", "POST", "PATCH", "MERGE", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._do)

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A fault of ours (or a client that hung up) is kept for the end of the trial."""
            if not isinstance(sys.exc_info()[1], ConnectionError):
                gateway.failures.append(sys.exc_info()[1])

    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
