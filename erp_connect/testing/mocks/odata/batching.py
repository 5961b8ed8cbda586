"""``$batch``: multipart with change sets, and in version 4 JSON with atomicity groups.

Line ends are CRLF, and each part says ``Content-Type`` and ``Content-Transfer-Encoding``; anything else is refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from .calls import Call, Reply, inner_call, json_reply
from .errors import ODataError, malformed
from .values import dumps, loads

if TYPE_CHECKING:
    from .server import Service
    from .source import Source

_WRITES: Final = {"POST", "PUT", "PATCH", "MERGE", "DELETE"}
_boundaries = itertools.count(1)


def answered(service: Service, call: Call) -> Reply:
    """The answers to everything in a batch."""
    kind, _, parameters = call.header("content-type").partition(";")
    if kind.strip().lower() == "application/json" and service.version == 4:
        return _json(service, call)
    if kind.strip().lower() != "multipart/mixed":
        raise ODataError(415, "unsupported_media_type", "a batch is multipart/mixed")
    return _multipart(service, call, _boundary(parameters))


def _goes_on(service: Service, call: Call) -> bool:
    preferences = {part.strip().lower() for part in call.header("prefer").split(",")}
    asked = {"odata.continue-on-error", "continue-on-error", "odata.continue-on-error=true"}
    return service.version == 2 or bool(preferences & (asked | {"continue-on-error=true"}))


def _together(service: Service, calls: list[Call]) -> list[Reply] | Reply:
    """The answers of a change set, or the one refusal of all."""
    contents: dict[str, str] = {}
    replies = []
    at = calls[0]
    try:
        with service.open(at) as source:
            for at in calls:
                replies.append(_one(service, at, source, contents))
    except ODataError as error:
        return _named(service.refusal(error, at), at)
    return replies


def _one(service: Service, call: Call, source: Source, contents: dict[str, str]) -> Reply:
    if call.path.startswith("$"):
        name, slash, rest = call.path[1:].partition("/")
        if name not in contents:
            raise malformed(f"${name} is no content of this change set")
        call.path = contents[name] + slash + rest
    call.context = call.context | {f"${name}": path for name, path in contents.items()}
    reply = service.done(call, source)
    location = reply.headers.get("Location") or reply.headers.get("OData-EntityId", "")
    if call.header("content-id") and location:
        contents[call.header("content-id")] = location[len(call.root) :]
    return _named(reply, call)


def _named(reply: Reply, call: Call) -> Reply:
    if call.header("content-id"):
        reply.headers["Content-ID"] = call.header("content-id")
    return reply


# ---------------------------------------------------------------- multipart


@dataclass
class _Part:
    headers: dict[str, str]
    body: bytes


def _boundary(parameters: str) -> bytes:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "boundary" and value:
            return value.strip('"').encode()
    raise malformed("multipart/mixed needs a boundary")


def _headers(lines: list[bytes]) -> dict[str, str]:
    found = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not name or name != name.strip():
            raise malformed(f"invalid header in a batch: {line!r}")
        found[name.lower()] = value.strip()
    return found


def _head_and_body(text: bytes) -> tuple[list[bytes], bytes]:
    head, blank, body = text.partition(b"\r\n\r\n")
    if not blank:
        raise malformed("an empty line has to follow the headers in a batch")
    if b"\n" in head.replace(b"\r\n", b""):
        raise malformed("lines of a batch end in CRLF")
    return head.split(b"\r\n"), body


def _parts(body: bytes, boundary: bytes) -> Iterator[_Part]:
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise malformed("the batch is not closed by its boundary")
    for piece in pieces[1:-1]:
        if not piece.startswith(b"\r\n"):
            raise malformed("lines of a batch end in CRLF")
        lines, content = _head_and_body(piece[2:])
        yield _Part(_headers(lines), content)


def _multipart(service: Service, call: Call, boundary: bytes) -> Reply:
    answers: list[bytes] = []
    status = 202 if service.version == 2 else 200
    for part in list(_parts(call.body, boundary)):
        kind, _, parameters = part.headers.get("content-type", "").partition(";")
        if kind.strip().lower() == "multipart/mixed":
            replies = _change_set(service, call, part, _boundary(parameters))
            failed = isinstance(replies, Reply)
            answers.append(_written(replies) if isinstance(replies, Reply) else _nested(replies))
        else:
            single = _call_in(part, call)
            if single.method in _WRITES and service.version == 2:
                raise malformed("writes stand in change sets")
            reply = service.answer(single)
            failed = reply.status >= 400
            answers.append(_written(reply))
        if failed and not _goes_on(service, call):
            status = service.batch_stopped_status or status
            break
    mark = f"response_{next(_boundaries)}"
    return Reply(status, _joined(mark, answers), {"Content-Type": f"multipart/mixed; boundary={mark}"})


def _change_set(service: Service, call: Call, part: _Part, boundary: bytes) -> list[Reply] | Reply:
    calls = []
    for inner in _parts(part.body, boundary):
        if not inner.headers.get("content-id") and service.version == 4:
            raise malformed("requests in a change set have a Content-ID")
        single = _call_in(inner, call)
        if single.method not in _WRITES:
            raise malformed("a change set contains writes only")
        single.headers.setdefault("content-id", inner.headers.get("content-id", ""))
        calls.append(single)
    return _together(service, calls) if calls else []


def _call_in(part: _Part, call: Call) -> Call:
    if part.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/http":
        raise malformed("a part of a batch is application/http")
    if part.headers.get("content-transfer-encoding", "").lower() != "binary":
        raise malformed("a part of a batch has Content-Transfer-Encoding: binary")
    lines, body = _head_and_body(part.body)
    words = lines[0].decode("latin-1").split(" ")
    if len(words) != 3 or words[2] != "HTTP/1.1":
        raise malformed(f"invalid request line {lines[0]!r}")
    headers = _headers(lines[1:])
    if "content-length" in headers:
        body = body[: int(headers["content-length"])]
    return inner_call(call, words[0], words[1], headers, body.rstrip(b"\r\n"))


def _written(reply: Reply) -> bytes:
    head = b"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    content_id = reply.headers.get("Content-ID", "")
    if content_id:
        head += f"Content-ID: {content_id}\r\n".encode()
    phrase = HTTPStatus(reply.status).phrase
    shown = reply.headers | {"Content-Length": str(len(reply.body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in shown.items() if name != "Content-ID")
    status = f"HTTP/1.1 {reply.status} {phrase}\r\n"
    return head + b"\r\n" + status.encode() + lines.encode() + b"\r\n" + reply.body


def _nested(replies: list[Reply]) -> bytes:
    mark = f"changes_{next(_boundaries)}"
    body = _joined(mark, [_written(reply) for reply in replies])
    head = f"Content-Type: multipart/mixed; boundary={mark}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _joined(mark: str, parts: list[bytes]) -> bytes:
    lines = [b"--" + mark.encode() + b"\r\n" + part + b"\r\n" for part in parts]
    return b"".join(lines) + b"--" + mark.encode() + b"--\r\n"


# ---------------------------------------------------------------- JSON


@dataclass
class _Group:
    name: str
    calls: list[tuple[str, Call]] = field(default_factory=list)


def _json(service: Service, call: Call) -> Reply:
    body = loads(call.body)
    wanted = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(wanted, list):
        raise malformed("a batch in JSON has requests")
    groups: list[_Group] = []
    for entry in wanted:
        ident, group, single = _entry(entry, call)
        if group and groups and groups[-1].name == group:
            groups[-1].calls.append((ident, single))
        else:
            groups.append(_Group(group, [(ident, single)]))
    answers: list[dict[str, Any]] = []
    for unit in groups:
        results = _group(service, unit)
        answers += results
        if any(one["status"] >= 400 for one in results) and not _goes_on(service, call):
            break
    kind = "application/json;odata.metadata=minimal;charset=utf-8"
    return json_reply(200, {"responses": answers}, kind, OData_Version="4.0")


def _entry(entry: Any, call: Call) -> tuple[str, str, Call]:
    try:
        ident, method, url = str(entry["id"]), str(entry["method"]).upper(), str(entry["url"])
    except (KeyError, TypeError):
        raise malformed("a request in a batch has id, method and url") from None
    headers = {"accept": "application/json"} | {
        k.lower(): str(v) for k, v in entry.get("headers", {}).items()
    }
    content = b""
    if "body" in entry:
        content = dumps(entry["body"]).encode()
        headers.setdefault("content-type", "application/json")
    headers["content-id"] = ident
    return ident, str(entry.get("atomicityGroup", "")), inner_call(call, method, url, headers, content)


def _group(service: Service, unit: _Group) -> list[dict[str, Any]]:
    calls = [single for _, single in unit.calls]
    if not unit.name:
        return [_entry_out(unit.calls[0][0], "", service.answer(calls[0]))]
    replies = _together(service, calls)
    if isinstance(replies, list):
        pairs = zip(unit.calls, replies, strict=True)
        return [_entry_out(ident, unit.name, reply) for (ident, _), reply in pairs]
    culprit = replies.headers.get("Content-ID", "")
    failed = Reply(424)
    return [_entry_out(ident, unit.name, replies if ident == culprit else failed) for ident, _ in unit.calls]


def _entry_out(ident: str, group: str, reply: Reply) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": ident, "status": reply.status}
    if group:
        shown["atomicityGroup"] = group
    shown["headers"] = {n.lower(): v for n, v in reply.headers.items() if n != "Content-ID"}
    if reply.body:
        is_json = "json" in reply.headers.get("Content-Type", "")
        shown["body"] = loads(reply.body) if is_json else reply.body.decode()
    return shown
