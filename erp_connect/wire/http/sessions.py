"""Requests to one back-end: signed, limited, patient, and never to anybody else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import tenacity
from requests.adapters import BaseAdapter, HTTPAdapter
from tenacity import RetryCallState, Retrying
from urllib3.exceptions import HTTPError

from ...clock import Clock, SystemClock
from ...errors import ConfigurationError, TransportError
from ..throttling import retry_after
from .addresses import resolved
from .answers import Answer
from .auth import Auth
from .csrf import HEADER, CsrfToken, Fetch
from .gate import Gate
from .tracing import Call, observed
from .trouble import Late, TooLarge, told

__all__ = ["HttpSession", "Transport"]

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PASSING: Final = frozenset({429, 502, 503, 504})
"""Statuses after which a request that only reads is worth repeating."""
_CHUNK: Final = 64 * 1024
_UNTOLD_PAUSE: Final = 1.0
"""Seconds to wait after a 429 that does not say how long."""


@dataclass(frozen=True, kw_only=True)
class Transport:
    """How to get to a server: times in seconds, sizes in bytes.

    The environment's proxies, certificates and ``.netrc`` are not looked at: what is not said here is not used.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    """The longest silence of a server that is to answer."""
    timeout: float = 120.0
    """A whole call, with its pauses and repetitions."""
    proxy: str | None = None
    ca: str | None = None
    """A file with the certificates of the authorities that are trusted; those of certifi otherwise."""
    certificate: str | tuple[str, str] | None = None
    """The client's certificate: a file with the key in it, or two files."""
    max_bytes: int = 256 * 1024 * 1024
    """The largest body, unpacked, that is read."""
    attempts: int = 4
    """How often a request that only reads is sent at most."""
    adapter: BaseAdapter | None = None
    """Carries the requests in the place of sockets, for a server in the same process."""


class HttpSession:
    """A pool of connections to the server of ``root``; safe for threads.

    In a forked child it begins anew and leaves the parent's connections alone: two processes that read from one would
    take each other's answers for their own.

    Requests that only read are repeated, within their time, after a lost connection, a 429, 502, 503 or 504; any other
    request is sent once, but for a 401 or a refused CSRF token, after which credentials are renewed: then the server
    has executed nothing.  A ``Retry-After`` holds for all requests of the back-end.
    """

    def __init__(
        self,
        root: str,
        *,
        auth: Auth | None = None,
        csrf: CsrfToken | None = None,
        gate: Gate | None = None,
        transport: Transport | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """``headers`` and ``params`` go with every request."""
        self.root = root
        self.gate = gate or Gate(8, clock)
        self._auth = auth
        self._csrf = csrf
        self._transport = transport or Transport()
        self._clock: Clock = clock or SystemClock()
        self._host = urlsplit(root).netloc.rpartition("@")[2]
        self._headers, self._params = dict(headers or {}), dict(params or {})
        self._inherited: list[requests.Session] = []
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._pool = requests.Session()
        self._pool.trust_env = False
        self._pool.headers.update(self._headers)
        self._pool.params = self._params
        adapter = self._transport.adapter or HTTPAdapter(pool_maxsize=self.gate.cap)
        for scheme in ("https://", "http://"):
            self._pool.mount(scheme, adapter)

    def _begin_anew(self) -> None:
        """After a fork: the parent's connections stay open, and what its threads hold is nobody's here."""
        self._inherited.append(self._pool)
        self.gate = Gate(self.gate.cap, self._clock, rate=self.gate.rate)
        if self._csrf is not None:
            self._csrf = CsrfToken(self._csrf.address)
        self._begin()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def send(
        self,
        method: str,
        address: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        reads: bool | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Send a request and read its whole answer, whatever its status.

        ``address`` is relative to the root, or a link of this server; ``reads`` says that a POST changes nothing (a
        batch of queries).  Raises ``TransportError`` with ``outcome="unknown"`` where a request that may change
        something was sent and not answered, else with ``not_applied``; ``Throttled`` where the server's pause lasts
        longer than the call may; ``AuthenticationFailed`` and ``ConfigurationError`` before anything was sent.
        """
        if self._process != os.getpid():
            self._begin_anew()
        request = requests.Request(
            method, resolved(self.root, address), params=params, headers=dict(headers or {}), data=body
        )
        repeatable = method in _READING if reads is None else reads
        deadline = self._clock.monotonic() + (self._transport.timeout if timeout is None else timeout)

        def attempt() -> Answer:
            with self.gate.admitted(deadline):
                answer = self._signed(request, deadline, repeatable=repeatable)
            self._heed(answer)
            return answer

        if not repeatable:
            return attempt()
        return self._repeating(attempt, deadline)

    # ---------------------------------------------------------------- again

    def _repeating(self, attempt: Callable[[], Answer], deadline: float) -> Answer:
        def wait(state: RetryCallState) -> float:
            pause: float = tenacity.wait_random_exponential(multiplier=0.25, max=10)(state)
            return max(min(pause, deadline - self._clock.monotonic()), 0.0)

        def last(state: RetryCallState) -> Any:
            return None if state.outcome is None else state.outcome.result()

        def enough(state: RetryCallState) -> bool:
            return state.attempt_number >= self._transport.attempts or self._clock.monotonic() >= deadline

        again = Retrying(
            stop=enough,
            wait=wait,
            retry=tenacity.retry_any(
                tenacity.retry_if_exception(_is_passing),
                tenacity.retry_if_result(lambda answer: answer.status in _PASSING),
            ),
            sleep=self._clock.sleep,
            retry_error_callback=last,
        )
        answer: Answer = again(attempt)
        return answer

    def _heed(self, answer: Answer) -> None:
        """Have all requests wait as long as the server asks for."""
        if answer.status not in {429, 503}:
            return
        said = retry_after(answer.headers.get("Retry-After"), self._clock.now())
        if said is not None or answer.status == 429:
            self.gate.pause(_UNTOLD_PAUSE if said is None else said)

    # ---------------------------------------------------------------- once

    def _signed(self, request: requests.Request, deadline: float, *, repeatable: bool) -> Answer:
        """Send with credentials; once more where they were refused and could be renewed."""
        guard = None if request.method in _READING else self._csrf
        token: str | None = None
        if guard is not None:
            had = guard.current(self._fetching(deadline))
            if isinstance(had, Answer):
                return replace(had, unsent=True)
            token = had
        answer = self._authorised(request, deadline, repeatable=repeatable, token=token)
        if guard is None or token is None or not guard.refused(answer):
            return answer
        had = guard.renewed(token, self._fetching(deadline))
        if isinstance(had, Answer):
            return replace(had, unsent=True)
        return self._authorised(request, deadline, repeatable=repeatable, token=had)

    def _fetching(self, deadline: float) -> Fetch:
        address = "" if self._csrf is None else self._csrf.address

        def fetch(method: str, headers: Mapping[str, str]) -> Answer:
            request = requests.Request(method, resolved(self.root, address), headers=dict(headers))
            # It is sent before the write that needs the token, of which nothing has left yet.
            return self._authorised(request, deadline, repeatable=True, token=None)

        return fetch

    def _authorised(
        self, request: requests.Request, deadline: float, *, repeatable: bool, token: str | None
    ) -> Answer:
        answer, used = self._once(request, deadline, repeatable=repeatable, token=token)
        if answer.status == 401 and self._auth is not None and self._auth.renew(used):
            answer, _ = self._once(request, deadline, repeatable=repeatable, token=token)
        return answer

    def _once(
        self, request: requests.Request, deadline: float, *, repeatable: bool, token: str | None
    ) -> tuple[Answer, str | None]:
        """The answer, and the ``Authorization`` that the request had."""
        transport = self._transport
        request.auth = self._auth
        try:
            prepared = self._pool.prepare_request(request)
        except requests.exceptions.RequestException as failure:
            raise told(failure, self._host, repeatable=True) from failure
        if token is not None:
            prepared.headers[HEADER] = token
        call = Call(str(prepared.method), str(prepared.url))
        began = self._clock.monotonic()
        left = deadline - began
        if left <= 0:
            raise told(Late(), self._host, repeatable=True)
        with observed(call):
            try:
                response = self._pool.send(
                    prepared,
                    timeout=(min(transport.connect_timeout, left), min(transport.read_timeout, left)),
                    verify=True if transport.ca is None else transport.ca,
                    cert=transport.certificate,
                    proxies={}
                    if transport.proxy is None
                    else dict.fromkeys(("http", "https"), transport.proxy),
                    stream=True,
                    allow_redirects=False,
                )
                with response:
                    call.status = response.status_code
                    body = self._body(response, deadline)
            except (requests.exceptions.RequestException, HTTPError, OSError, Late, TooLarge) as failure:
                raise told(failure, self._host, repeatable=repeatable) from failure
            finally:
                call.seconds = self._clock.monotonic() - began
            call.received = len(body)
        if response.is_redirect:
            raise self._moved(response.headers.get("Location", ""))
        answer = Answer(response.status_code, response.headers, body, str(prepared.url))
        used = prepared.headers.get("Authorization")
        return answer, None if used is None else str(used)

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        """The whole body, as long as it is neither too large nor too late."""
        most = self._transport.max_bytes
        found = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            found += chunk
            if len(found) > most:
                raise TooLarge(f"more than {most:,} bytes")
            if self._clock.monotonic() > deadline:
                raise Late
        return bytes(found)

    def _moved(self, location: str) -> ConfigurationError:
        parts = urlsplit(location)
        where = f" to {parts.netloc.rpartition('@')[2]}{parts.path}" if location else ""
        return ConfigurationError(
            f"{self._host} sends us away{where}: a page to sign in, or another address",
            hint="give the address of the service itself, and credentials that it takes",
            code="redirected",
        )


def _is_passing(failure: BaseException) -> bool:
    """Whether a request that reads is worth repeating at once: the way failed, and may hold the next time."""
    return (
        isinstance(failure, TransportError)
        and failure.retryable
        and failure.code in {"no_answer", "unreachable"}
    )
