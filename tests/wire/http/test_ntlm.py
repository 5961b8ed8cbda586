"""NTLM on a real socket: the handshake with a server that checks it by a library of its own."""

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import spnego

from erp_connect.wire.http import HttpSession, Transport, ntlm


class Domain(BaseHTTPRequestHandler):
    """A server that knows one account; the handshake belongs to the connection, as in Windows."""

    protocol_version = "HTTP/1.1"
    handshake = None

    def do_GET(self):
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        if not kind:
            if self.handshake is not None and self.handshake.complete:
                self._answer(200, None, self.handshake.client_principal.encode())
            else:
                self._answer(401, "NTLM")
            return
        if self.handshake is None or self.handshake.complete:
            self.handshake = spnego.server(protocol="ntlm")
        try:
            challenge = self.handshake.step(base64.b64decode(token))
        except spnego.exceptions.SpnegoError:
            self.handshake = None
            self._answer(401, "NTLM")
            return
        if challenge is not None:
            self._answer(401, f"NTLM {base64.b64encode(challenge).decode()}")
            return
        self._answer(200, None, self.handshake.client_principal.encode())

    def _answer(self, status, challenge, body=b""):
        self.send_response(status)
        if challenge is not None:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing on the terminal."""


@pytest.fixture
def domain(tmp_path, monkeypatch):
    accounts = tmp_path / "accounts"
    accounts.write_text("HOUSE:clerk:open sesame\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(accounts))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Domain)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("password", "status"), [("open sesame", 200), ("wrong", 401)])
def test_the_handshake_lets_in_who_knows_the_password(domain, password, status):
    session = HttpSession(domain, auth=ntlm("HOUSE\\clerk", password), transport=Transport(attempts=1))
    try:
        answer = session.send("GET", "orders")
        again = session.send("GET", "orders")
    finally:
        session.close()
    assert (answer.status, again.status) == (status, status)
    if status == 200:
        assert answer.body == b"HOUSE\\clerk"
