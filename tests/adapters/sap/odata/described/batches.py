"""Many requests in one: multipart/mixed with change sets, in and out (sap.md 4.3)."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from .refusing import Refused, malformed

if TYPE_CHECKING:
    from .gateway import Answer, Request


def read(request: Request) -> list[Request | list[Request]]:
    """The requests of a batch; those of a change set stand in a list of their own."""
    found: list[Request | list[Request]] = []
    for headers, body in _parts(request.headers.get("content-type", ""), request.body):
        if headers.get("content-type", "").startswith("multipart/mixed"):
            inner = _parts(headers["content-type"], body)
            found.append([_one(request, more, text) for more, text in inner])
        else:
            found.append(_one(request, headers, body))
    return found


def _boundary(content_type: str) -> bytes:
    told = re.fullmatch(r"multipart/mixed\s*;\s*boundary=\"?([^\";]+)\"?", content_type)
    if told is None:
        raise Refused(415, f"{content_type} is no multipart/mixed with a boundary")
    return told[1].encode()


def _parts(content_type: str, body: bytes) -> list[tuple[dict[str, str], bytes]]:
    line = b"--" + _boundary(content_type)
    pieces = body.split(line)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise malformed("The batch has no closing boundary")
    return [_split(piece.removeprefix(b"\r\n").removesuffix(b"\r\n")) for piece in pieces[1:-1]]


def _split(piece: bytes) -> tuple[dict[str, str], bytes]:
    head, empty, body = piece.partition(b"\r\n\r\n")
    if not empty:
        raise malformed("A part of the batch has no empty line after its headers")
    headers = {}
    for line in head.split(b"\r\n"):
        name, _, value = line.decode().partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, body


def _one(batch: Request, headers: dict[str, str], text: bytes) -> Request:
    if headers.get("content-type") != "application/http":
        raise malformed(f"A part of type {headers.get('content-type')}")
    if headers.get("content-transfer-encoding") != "binary":
        raise malformed("Content-Transfer-Encoding: binary is missing")
    line, _, rest = text.partition(b"\r\n")
    told = re.fullmatch(r"([A-Z]+) (\S+) HTTP/1\.1", line.decode())
    if told is None:
        raise malformed(f"No request line: {line.decode()}")
    more, body = ({}, rest[2:]) if rest.startswith(b"\r\n") else _split(rest)
    if "content-length" in more and len(body) < int(more["content-length"]):
        raise malformed("The part is shorter than its Content-Length")
    if "content-length" in more:
        body = body[: int(more["content-length"])]
    return type(batch)(told[1], told[2], more, body)


def written(answers: list[Answer | list[Answer]]) -> Answer:
    """The answer to a batch: 202, and one part for each request or one for a change set that failed."""
    body = b""
    for each in answers:
        body += b"--all\r\n"
        if isinstance(each, list):
            body += b"Content-Type: multipart/mixed; boundary=set\r\n\r\n"
            body += b"".join(b"--set\r\n" + _said(one) for one in each) + b"--set--\r\n"
        else:
            body += _said(each)
    body += b"--all--\r\n"
    return _made(answers, body)


def _made(answers: list[Answer | list[Answer]], body: bytes) -> Answer:
    from .gateway import Answer

    return Answer(202, {"content-type": "multipart/mixed; boundary=all"}, body)


def _said(answer: Answer) -> bytes:
    head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"
    told = {**answer.headers, "content-length": str(len(answer.body))}
    inner = "\r\n".join([head, *(f"{name}: {value}" for name, value in told.items())]).encode()
    inner += b"\r\n\r\n" + answer.body
    outer = f"Content-Type: application/http\r\nContent-Length: {len(inner)}\r\n"
    outer += "content-transfer-encoding: binary\r\n\r\n"
    return outer.encode() + inner + b"\r\n"
