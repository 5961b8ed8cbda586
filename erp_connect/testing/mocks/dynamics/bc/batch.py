"""``$batch`` with the traps that it has here (dynamics.md 1.15)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

from ...business.world import World
from ...odata.calls import Call, Reply, inner_call, json_reply
from ...odata.errors import ODataError
from ...odata.values import dumps, loads
from .settings import Settings

Answering = Callable[[Call], Reply]
_CONTINUING: Final = frozenset(
    {"odata.continue-on-error", "continue-on-error", "odata.continue-on-error=true", "continue-on-error=true"}
)
_WRITES: Final = re.compile(rb"^(?:POST|PATCH|PUT|DELETE) ", re.MULTILINE)
_CHANGE_SET: Final = re.compile(rb"Content-Type:\s*multipart/mixed;\s*boundary=\"?([^\s\";]+)", re.IGNORECASE)


class _Undo(Exception):
    """A part of a snapshot has failed."""


def answered(call: Call, answer: Answering, world: World, settings: Settings) -> Reply:
    """The answers to the parts of a batch in JSON: outside it is 200 whatever becomes of them."""
    entries = _entries(call, settings)
    going_on = any(part.strip().lower() in _CONTINUING for part in call.header("prefer").split(","))
    snapshot = call.header("isolation").strip().lower() == "snapshot"
    answers: list[dict[str, Any]] = []
    if not snapshot:
        _run(entries, call, answer, answers, going_on=going_on)
    else:
        try:
            with world.unit():
                if not _run(entries, call, answer, answers, going_on=going_on):
                    raise _Undo
        except _Undo:
            pass  # all is undone, and yet what ran before the failure is shown as done
    kind = "application/json; odata.metadata=minimal; odata.streaming=true"
    return json_reply(200, {"responses": answers}, kind, OData_Version="4.0")


def _entries(call: Call, settings: Settings) -> list[dict[str, Any]]:
    body = loads(call.body)
    entries = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ODataError(400, "BadRequest", "Invalid Request Body")
    if len(entries) > settings.batch_size:
        text = f"The number of operations in the batch exceeds the limit of {settings.batch_size}."
        raise ODataError(400, "BadRequest", text)
    return entries


def _run(
    entries: list[dict[str, Any]],
    call: Call,
    answer: Answering,
    answers: list[dict[str, Any]],
    *,
    going_on: bool,
) -> bool:
    good = True
    for entry in entries:
        reply = answer(_part(entry, call))
        answers.append(_shown(entry, reply))
        if reply.status >= 400:
            good = False
            if not going_on:
                break
    return good


def _part(entry: dict[str, Any], call: Call) -> Call:
    try:
        method, url = str(entry["method"]).upper(), str(entry["url"])
    except KeyError as missing:
        raise ODataError(400, "BadRequest", "Invalid Request Body") from missing
    given = entry.get("headers") or {}
    headers = {"accept": "application/json"} | {str(k).lower(): str(v) for k, v in given.items()}
    content = dumps(entry["body"]).encode() if entry.get("body") is not None else b""
    return inner_call(call, method, url, headers, content)


def _shown(entry: dict[str, Any], reply: Reply) -> dict[str, Any]:
    names = {"location", "content-type", "odata-version"}
    headers = {name.lower(): value for name, value in reply.headers.items() if name.lower() in names}
    shown: dict[str, Any] = {"id": entry.get("id"), "status": reply.status, "headers": headers}
    if reply.body:
        shown["body"] = (
            loads(reply.body) if "json" in headers.get("content-type", "") else reply.body.decode()
        )
    return shown


def too_many_in_a_change_set(body: bytes) -> bool:
    """Whether a change set of a batch in parts has more than one write, which is refused as a whole."""
    for boundary in _CHANGE_SET.findall(body):
        _, _, inside = body.partition(b"--" + boundary)
        if len(_WRITES.findall(inside.partition(b"--" + boundary + b"--")[0])) > 1:
            return True
    return False


def multipart(call: Call, answer: Answering) -> Reply:
    """The answers to the parts of a batch in ``multipart/mixed``, one operation each."""
    if too_many_in_a_change_set(call.body):
        text = (
            "Multiple requests within the same change set are not supported by Microsoft Dynamics 365 Business"
            " Central OData web services."
        )
        raise ODataError(500, "Internal_ServerError", text)
    mark = f"batchresponse_{uuid4()}"
    pieces = []
    for method, url, headers, body in _requests(call.body):
        reply = answer(inner_call(call, method, url, headers, body))
        head = f"HTTP/1.1 {reply.status} X\r\n" + "".join(f"{n}: {v}\r\n" for n, v in reply.headers.items())
        inner = head.encode() + b"\r\n" + reply.body
        start = f"--{mark}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        pieces.append(start.encode() + inner + b"\r\n")
        if reply.status >= 400:
            break
    body = b"".join(pieces) + f"--{mark}--\r\n".encode()
    return Reply(200, body, {"Content-Type": f"multipart/mixed; boundary={mark}"})


_REQUEST: Final = re.compile(
    rb"^(GET|POST|PATCH|PUT|DELETE) (\S+) HTTP/1\.1\r?\n((?:[^\r\n]+\r?\n)*)\r?\n?(.*?)(?=\r?\n--|\Z)",
    re.MULTILINE | re.DOTALL,
)


def _requests(body: bytes) -> list[tuple[str, str, dict[str, str], bytes]]:
    found = []
    for method, url, head, content in _REQUEST.findall(body):
        lines = [line.partition(":") for line in head.decode("latin-1").splitlines() if line]
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        found.append((method.decode(), url.decode("latin-1"), headers, content.strip()))
    return found
