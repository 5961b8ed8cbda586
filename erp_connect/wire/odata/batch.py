"""Many requests in one: multipart with change sets, and the JSON form of version 4; answers are told group by group.

The status of the whole says nothing about its parts.  A change set is all or nothing: one answer refuses it whole
(sap.md 4.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from requests.structures import CaseInsensitiveDict

from ..http import Answer
from .values import dumps, loads

__all__ = ["Group", "GroupAnswer", "Operation", "as_json", "as_multipart", "from_json", "from_multipart"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of a batch; ``address`` is relative to the service, ``body`` what JSON can say."""

    method: str
    address: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """What is done together or not at all; or a single read, which changes nothing (``atomic`` false)."""

    operations: tuple[Operation, ...]
    atomic: bool = True


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """What became of a group: an answer for each operation, or the one that refuses them all.

    Neither: the server has not said, because it stopped before (``answers`` empty, ``refused`` none).
    """

    answers: tuple[Answer, ...] = ()
    refused: Answer | None = None

    @property
    def done(self) -> bool:
        """Whether every operation of the group was executed and went well."""
        return self.refused is None and bool(self.answers) and all(answer.ok for answer in self.answers)


# ---------------------------------------------------------------- multipart


def as_multipart(groups: Sequence[Group]) -> tuple[str, bytes]:
    """The content type and the body of a batch; each atomic group is a change set."""
    boundary = f"batch_{uuid4().hex}"
    lines: list[bytes] = []
    content_id = 0
    for group in groups:
        lines.append(f"--{boundary}".encode())
        if not group.atomic:
            lines += _part(group.operations[0], None)
            continue
        inner = f"changeset_{uuid4().hex}"
        lines += [f"Content-Type: multipart/mixed; boundary={inner}".encode(), b""]
        for operation in group.operations:
            content_id += 1
            lines.append(f"--{inner}".encode())
            lines += _part(operation, content_id)
        lines += [f"--{inner}--".encode(), b""]
    lines += [f"--{boundary}--".encode(), b""]
    return f"multipart/mixed; boundary={boundary}", b"\r\n".join(lines)


def _part(operation: Operation, content_id: int | None) -> list[bytes]:
    body = b"" if operation.body is None else dumps(operation.body)
    head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id is not None:
        head.append(f"Content-ID: {content_id}")
    request = [f"{operation.method} {operation.address} HTTP/1.1"]
    headers = {"Accept": "application/json", **operation.headers}
    if operation.body is not None:
        headers = {"Content-Type": "application/json", **headers, "Content-Length": str(len(body))}
    request += [f"{name}: {value}" for name, value in headers.items()]
    return [*(line.encode() for line in (*head, "", *request, "")), body]


def from_multipart(answer: Answer, groups: Sequence[Group]) -> list[GroupAnswer]:
    """What became of each group, in their order.

    Raises ``ValueError`` for a body that is no batch, for answers that name another question than the one in their
    place, and for more of them than there were questions: then nobody knows which belongs to which.
    """
    parts = iter(_parts(answer.body, _boundary(answer.headers.get("Content-Type", ""))))
    found, first = [], 1
    for group in groups:
        found.append(_group_answer(next(parts, None), group, answer.url, first))
        first += len(group.operations) if group.atomic else 0
    if next(parts, None) is not None:
        raise ValueError("a batch has more answers than it had parts")
    return found


def _group_answer(
    part: tuple[Mapping[str, str], bytes] | None, group: Group, url: str, first: int
) -> GroupAnswer:
    """``first``: the Content-ID of the group's first operation."""
    if part is None:
        return GroupAnswer()
    headers, body = part
    if headers.get("Content-Type", "").lower().startswith("multipart/mixed"):
        answered = [
            (part, _http(each, url)) for part, each in _parts(body, _boundary(headers["Content-Type"]))
        ]
        inner = [each for _, each in answered]
        if len(inner) == len(group.operations):
            _see_to_the_order(answered, first)
            return GroupAnswer(tuple(inner))
        failed = [each for each in inner if not each.ok]
        if not failed:
            raise ValueError(f"a change set of {len(group.operations)} has {len(inner)} answers")
        return GroupAnswer(refused=failed[0])
    single = _http(body, url)
    if group.atomic and (not single.ok or len(group.operations) != 1):
        return GroupAnswer(refused=single)
    return GroupAnswer((single,))


def _see_to_the_order(answered: Sequence[tuple[Mapping[str, str], Answer]], first: int) -> None:
    """Answers that say which operation they are about are about the one in their place."""
    for place, (part, answer) in enumerate(answered):
        named = part.get("Content-ID") or answer.headers.get("Content-ID")
        if named is not None and named != str(first + place):
            raise ValueError("the answers of a batch stand in another order than its parts")


def _boundary(content_type: str) -> bytes:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "boundary":
            return b"--" + value.strip('"').encode("latin-1")
    raise ValueError("a batch is answered without multipart")


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[Mapping[str, str], bytes]]:
    """Headers and content of each part; what stands before the first boundary and after the last is nobody's."""
    content: list[bytes] | None = None
    for line in body.split(b"\n"):
        if line.rstrip(b"\r \t") in (boundary, boundary + b"--"):
            if content is not None:
                yield _headed(b"\n".join(content))
            content = []
            if line.rstrip(b"\r \t").endswith(b"--") and line.rstrip(b"\r \t") != boundary:
                return
        elif content is not None:
            content.append(line)
    raise ValueError("a batch's answer has no end")


def _headed(part: bytes) -> tuple[Mapping[str, str], bytes]:
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    rest = part
    while rest:
        line, _, rest = rest.partition(b"\n")
        if not line.strip():
            break
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip()] = value.strip()
    return headers, rest


def _http(content: bytes, url: str) -> Answer:
    """An HTTP answer that lies in a part: its status line, headers, and as much body as it says."""
    status_line, _, rest = content.lstrip(b"\r\n").partition(b"\n")
    words = status_line.decode("latin-1").split(None, 2)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
        raise ValueError("a part of a batch's answer holds no HTTP answer")
    headers, body = _headed(rest)
    length = headers.get("Content-Length", "")
    # Some servers count one line end more or less than they write: what is there is what was said.
    whole = body[: int(length)] if length.isdigit() and int(length) < len(body) else body
    return Answer(int(words[1]), headers, whole.removesuffix(b"\n").removesuffix(b"\r"), url)


# ---------------------------------------------------------------- JSON (version 4)


def as_json(groups: Sequence[Group]) -> tuple[str, bytes]:
    """The content type and the body of a batch in JSON."""
    requests: list[dict[str, Any]] = []
    for number, group in enumerate(groups):
        for index, operation in enumerate(group.operations):
            request: dict[str, Any] = {
                "id": f"{number}.{index}",
                "method": operation.method,
                "url": operation.address,
                "headers": {"Accept": "application/json", **operation.headers},
            }
            if operation.body is not None:
                request["headers"].setdefault("Content-Type", "application/json")
                request["body"] = operation.body
            if group.atomic:
                request["atomicityGroup"] = f"g{number}"
            requests.append(request)
    return "application/json", dumps({"requests": requests})


def from_json(answer: Answer, groups: Sequence[Group]) -> list[GroupAnswer]:
    """What became of each group, in their order, whatever the order of the answers.

    Raises ``ValueError`` for a body that is no batch.
    """
    body = loads(answer.body)
    said = body.get("responses") if isinstance(body, Mapping) else None
    if not isinstance(said, list):
        raise ValueError("a batch is answered without responses")
    by_id = {str(each.get("id")): each for each in said if isinstance(each, Mapping)}
    return [_json_group(number, group, by_id, answer.url) for number, group in enumerate(groups)]


def _json_group(number: int, group: Group, by_id: Mapping[str, Mapping[str, Any]], url: str) -> GroupAnswer:
    found = [by_id.get(f"{number}.{index}") for index in range(len(group.operations))]
    answers = [_json_answer(each, url) for each in found if each is not None]
    whole = by_id.get(f"g{number}")  # some servers answer for the group as one
    if whole is not None:
        answers.append(_json_answer(whole, url))
    failed = next((each for each in answers if not each.ok and each.status != 424), None)
    if group.atomic and (failed is not None or any(each.status == 424 for each in answers)):
        return GroupAnswer(refused=failed or answers[0])
    if len(answers) == len(group.operations):
        return GroupAnswer(tuple(answers))
    return GroupAnswer(refused=failed)  # it stopped there; or has not said what became of the rest


def _json_answer(said: Mapping[str, Any], url: str) -> Answer:
    status, given = said.get("status"), said.get("headers")
    if not isinstance(status, int):
        raise ValueError("a response of a batch has no status")
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    if isinstance(given, Mapping):
        headers.update({str(name): str(value) for name, value in given.items()})
    body = said.get("body")
    content = b"" if body is None else body.encode() if isinstance(body, str) else dumps(body)
    return Answer(status, headers, content, url)
