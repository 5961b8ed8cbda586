"""NTLM: a real handshake, bound to the connection as Windows does it; pyspnego checks the answers (dynamics.md 2.1)."""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from wsgiref.types import WSGIEnvironment

import spnego

_ACCOUNTS: Final = "NTLM_USER_FILE"
_CONNECTIONS: Final = 500


class Ntlm:
    """The handshakes of the open connections.  A connection is known by the client's address and port."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self._open: OrderedDict[str, spnego.ContextProxy] = OrderedDict()
        self._gate = threading.Lock()

    def user(self, environ: WSGIEnvironment) -> str:
        """Whom the connection of a request belongs to; blank before its handshake."""
        with self._gate:
            found = self._open.get(_connection(environ))
            whole = str(found.client_principal) if found is not None and found.complete else ""
        return whole.rpartition("\\")[2]

    def step(self, environ: WSGIEnvironment, token: str, users: Mapping[str, str]) -> str:
        """Take a token of the client; the challenge to answer with, or blank where the handshake is at its end."""
        place = _connection(environ)
        with self._gate, self._accounts(users):
            held = self._open.get(place)
            if held is None or held.complete:
                held = self._open[place] = spnego.server(protocol="ntlm")
            while len(self._open) > _CONNECTIONS:
                self._open.popitem(last=False)
            try:
                answer = held.step(base64.b64decode(token, validate=True))
            except (spnego.exceptions.SpnegoError, binascii.Error, ValueError):
                del self._open[place]
                return ""
        return base64.b64encode(answer).decode() if answer else ""

    @contextmanager
    def _accounts(self, users: Mapping[str, str]) -> Iterator[None]:
        """The users in a file, which is the only way in which pyspnego takes them."""
        before = os.environ.get(_ACCOUNTS)
        with tempfile.TemporaryDirectory(prefix="accounts") as folder:
            path = Path(folder) / "accounts"
            path.write_text("".join(f"{self.domain}:{name}:{secret}\n" for name, secret in users.items()))
            os.environ[_ACCOUNTS] = str(path)
            try:
                yield
            finally:
                os.environ.pop(_ACCOUNTS, None)
                if before is not None:
                    os.environ[_ACCOUNTS] = before


def _connection(environ: WSGIEnvironment) -> str:
    return f"{environ.get('REMOTE_ADDR', '')}:{environ.get('REMOTE_PORT', '')}"
