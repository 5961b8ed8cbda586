"""Descriptions of services on disk, so that a program that runs each night does not fetch megabytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Final

from ...clock import Clock, SystemClock
from ..http import HttpSession
from .complaints import complaints
from .metadata import Model, parse

__all__ = ["described"]

_FRESH: Final = 24 * 3600.0
"""Seconds for which a kept description is taken as it is."""


def described(
    session: HttpSession, address: str, *, folder: Path | None, clock: Clock | None = None
) -> Model:
    """The model of a service, from ``folder`` where it was kept within a day, else asked for and kept there.

    A kept description is confirmed by its ETag where the server gives one.  What cannot be read or kept there is
    fetched each time.  Raises ``ValueError`` for a document that is none, with what the server says, and the session's
    errors.
    """
    now = (clock or SystemClock()).now().timestamp()
    file = None if folder is None else folder / (_name(session, address) + ".edmx")
    kept, tag, age = _kept(file, now)
    if kept is not None and 0 <= age < _FRESH:
        try:
            return parse(kept)
        except ValueError:
            tag = ""
    headers = {"Accept": "application/xml"} | ({"If-None-Match": tag} if kept is not None and tag else {})
    answer = session.send("GET", address, headers=headers)
    if answer.status == 304 and kept is not None:
        _keep(file, kept, tag, now)
        return parse(kept)
    if not answer.ok:
        raise ValueError(f"no $metadata ({answer.status}): {complaints(answer)[0].message}")
    model = parse(answer.body)
    _keep(file, answer.body, answer.headers.get("ETag", ""), now)
    return model


def _name(session: HttpSession, address: str) -> str:
    return hashlib.sha256(f"{session.root}\n{address}".encode()).hexdigest()[:32]


def _kept(file: Path | None, now: float) -> tuple[bytes | None, str, float]:
    """The document, its ETag, and its age in seconds."""
    if file is None:
        return None, "", 0.0
    try:
        head, _, document = file.read_bytes().partition(b"\n")
        said = json.loads(head)
        if said["sha256"] != hashlib.sha256(document).hexdigest():
            return None, "", 0.0
        return document, str(said["etag"]), now - float(said["fetched"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, "", 0.0


def _keep(file: Path | None, document: bytes, tag: str, now: float) -> None:
    if file is None:
        return
    head = json.dumps({"etag": tag, "fetched": now, "sha256": hashlib.sha256(document).hexdigest()})
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as whole:
                whole.write(head.encode() + b"\n" + document)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError:
        return  # it is fetched again next time
