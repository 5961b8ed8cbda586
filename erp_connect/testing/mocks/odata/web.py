"""OData services behind WSGI: which service a path belongs to, and how a request becomes a call."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, quote
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from .calls import Call, Reply
from .server import Service


class Host:
    """Services by their paths.  Subclasses decide who is let in."""

    def __init__(self, services: dict[str, Service] | None = None) -> None:
        self.services = services or {}
        """By the path of the service root, without a slash at its end."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A WSGI application."""
        request = Request(environ)
        return self.respond(request)(environ, start_response)

    def respond(self, request: Request) -> Response:
        """The answer to a request."""
        path = raw_path(request)
        for prefix, service in self.services.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                call = called(request, prefix, path)
                return self.admitted(request, service, call)
        return self.nowhere(request)

    def admitted(self, request: Request, service: Service, call: Call) -> Response:
        """The answer of the service that the request is for."""
        return response(service.answer(call))

    def nowhere(self, request: Request) -> Response:
        """The answer where no service is."""
        return Response("Not found", 404, mimetype="text/plain")


def raw_path(request: Request) -> str:
    """The path as it was sent, still percent-encoded."""
    uri: str = request.environ.get("REQUEST_URI") or quote(request.path)
    if "://" in uri:
        uri = "/" + uri.split("://", 1)[1].partition("/")[2]
    return uri.partition("?")[0]


def called(request: Request, prefix: str, path: str) -> Call:
    """The request as a call on the service at the prefix."""
    query = request.query_string.decode("latin-1")
    return Call(
        method=request.method,
        path=path[len(prefix) :].lstrip("/"),
        query=parse_qsl(query, keep_blank_values=True),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(),
        root=f"{request.scheme}://{request.host}{prefix}/",
    )


def response(reply: Reply) -> Response:
    """A reply as HTTP."""
    answer = Response(reply.body, reply.status, reply.headers)
    if "Content-Type" not in reply.headers:
        answer.headers.pop("Content-Type", None)
    return answer
