"""One event for each call in the log, and one span where OpenTelemetry is installed; neither holds what was sent."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit

__all__ = ["Call", "observed"]

_log: Final = logging.getLogger("erp_connect.wire.http")


class Call:
    """What is noted of one request."""

    def __init__(self, method: str, url: str) -> None:
        parts = urlsplit(url)
        self.method, self.host, self.path = method, parts.netloc.rpartition("@")[2], parts.path
        self.status: int | None = None
        self.received = 0
        """Bytes of the body."""
        self.seconds = 0.0


@contextmanager
def observed(call: Call) -> Iterator[None]:
    """Log the call when the block ends, at DEBUG, and lay a client span around it; the query is never noted."""
    tracer = _tracer()
    try:
        if tracer is None:
            yield
        else:
            with _span(tracer, call):
                yield
    finally:
        _tell(call)


@contextmanager
def _span(tracer: Any, call: Call) -> Iterator[None]:
    kind = import_module("opentelemetry.trace").SpanKind.CLIENT
    attributes = {"http.request.method": call.method, "server.address": call.host, "url.path": call.path}
    with tracer.start_as_current_span(call.method, kind=kind, attributes=attributes) as span:
        yield
        if call.status is not None:
            span.set_attribute("http.response.status_code", call.status)


def _tell(call: Call) -> None:
    if _log.isEnabledFor(logging.DEBUG):
        _log.debug(
            "%s %s: %s, %d bytes in %.0f ms",
            call.method,
            call.path,
            call.status,
            call.received,
            call.seconds * 1000,
            extra={
                "http_method": call.method,
                "http_host": call.host,
                "http_path": call.path,
                "http_status": call.status,
                "http_bytes": call.received,
                "http_seconds": call.seconds,
            },
        )


@cache
def _tracer() -> Any:
    try:
        return import_module("opentelemetry.trace").get_tracer("erp_connect")
    except ImportError:
        return None
