"""Spans of OpenTelemetry: one for each call, with what it was and how it ended, and nothing of what was sent."""

import socket

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from erp_connect.errors import TransportError
from erp_connect.wire.http import HttpSession, Transport


@pytest.fixture(scope="module")
def exporter():
    found = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(found))
    trace.set_tracer_provider(provider)
    yield found
    provider.shutdown()


def test_a_call_is_a_client_span_inside_of_the_callers(exporter, serving):
    server = serving(lambda _: (404, {}, b"{}"))
    session = HttpSession(server.url)
    with trace.get_tracer("job").start_as_current_span("sync orders"):
        session.send("GET", "orders('1')", params={"secret": "s3cret"})
    session.close()
    call, job = exporter.get_finished_spans()
    assert call.parent.span_id == job.context.span_id
    assert call.kind is trace.SpanKind.CLIENT
    told = dict(call.attributes)
    assert told.pop("server.address").startswith("127.0.0.1:")
    assert told == {
        "http.request.method": "GET",
        "url.path": "/orders('1')",
        "http.response.status_code": 404,
    }


def test_a_call_that_fails_is_a_span_with_its_error(exporter):
    exporter.clear()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    session = HttpSession(f"http://127.0.0.1:{port}/", transport=Transport(attempts=1))
    with pytest.raises(TransportError):
        session.send("GET", "orders")
    session.close()
    (call,) = exporter.get_finished_spans()
    assert not call.status.is_ok
    assert "http.response.status_code" not in call.attributes
