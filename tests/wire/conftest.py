"""A real HTTP server on a real socket, whose answers a test says beforehand."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest


class Server(ThreadingHTTPServer):
    """Keeps every request; ``answer(request)`` gives status, headers and body, or writes to the wire itself."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.seen = []
        self.at_work = self.most_at_work = 0
        self.counting = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request, client_address):
        """A client that hangs up is what some tests want."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _any(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        with self.server.counting:
            # A copy: the handler goes on to the next request of its connection.
            self.server.seen.append(
                SimpleNamespace(command=self.command, path=self.path, headers=self.headers, body=self.body)
            )
            self.server.at_work += 1
            self.server.most_at_work = max(self.server.most_at_work, self.server.at_work)
        try:
            said = self.server.answer(self)
        finally:
            with self.server.counting:
                self.server.at_work -= 1
        if said is None:
            return
        status, headers, body = said
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = _any  # noqa: N815 (the names that http.server looks for)

    def log_message(self, *_):
        pass

    def hang_up(self):
        """Close the connection without an answer."""
        self.close_connection = True


@pytest.fixture
def serving():
    """Start servers: ``serving(answer)``."""
    started = []

    def start(answer):
        server = Server(answer)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()
