"""What a URL says: scheme, user, host, path and query; and how it is shown without its secrets.

The same grammar as SQLAlchemy's: user and password are percent-encoded, ``#`` has no meaning, and a password may
hold a bare ``/``, ``?`` or ``@`` as long as that cannot be taken for something else.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote, unquote_plus

from ..errors import ConfigurationError
from ..settings import looks_secret

_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+._-]*)://(.*)", re.DOTALL)
_HOST: Final = re.compile(r"(?:\[([^\[\]\s]+)\]|([^:\[\]\s]*))(?::(\d{0,5}))?")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_ENCODE: Final = "write '@' as %40, '/' as %2F, '?' as %3F and '&' as %26 in user, password and values"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One ``name=value`` of a query; ``raw`` as it was written."""

    raw: str = field(repr=False)
    name: str
    value: str | None = field(repr=False)
    """``None`` where there is no ``=``."""


@dataclass(frozen=True, slots=True)
class Url:
    """A URL in its parts.  User and password are decoded; the path is as it was written."""

    scheme: str
    user: str | None
    password: str | None = field(repr=False)
    host: str | None
    port: int | None
    path: str
    query: tuple[Parameter, ...] = field(repr=False)
    """Not in the ``repr``: a bare ``&`` in a secret makes a name of its rest."""

    @classmethod
    def parse(cls, text: str) -> Url:
        """Take a URL apart; :class:`ConfigurationError`, which repeats nothing of it, when that is impossible."""
        found = _URL.fullmatch(text)
        if found is None:
            raise ConfigurationError(
                "the URL does not begin with a scheme and '://'", hint="e.g. sqlite:///orders.db"
            )
        if _UNPRINTABLE.search(text):
            raise ConfigurationError(
                f"the {found[1].lower()} URL holds a control character",
                hint="look for a line end that was copied along; encode what is meant, as in %0A",
            )
        scheme, rest = found.groups()
        userinfo, rest = _userinfo(rest)
        user, colon, password = userinfo.partition(":") if userinfo is not None else (None, "", "")
        end = _end_of_authority(rest)
        path, _, query = rest[end:].partition("?")
        place = _HOST.fullmatch(rest[:end])
        port = int(place[3]) if place and place[3] else None
        if place is None or (port is not None and not 0 < port < 65536):
            raise ConfigurationError(
                f"host and port of the {scheme.lower()} URL are not readable",
                hint=f"host:port, a port up to 65535, an IPv6 address in brackets; {_ENCODE}",
            )
        return cls(
            scheme=scheme.lower(),
            user=unquote(user) if user else None,
            password=unquote(password) if colon else None,
            host=place[1] or place[2] or None,
            port=port,
            path=path,
            query=tuple(_parameter(piece) for piece in query.split("&") if piece),
        )

    def text(self, *, user: str | None, password: str | None, without: Collection[str] = ()) -> str:
        """The URL with this user and password, and without these parameters; the others stay as written."""
        query = "&".join(each.raw for each in self.query if each.name not in without)
        return self._joined(user, None if password is None else quote(password, safe=""), query)

    def masked(self, secret: Collection[str] = ()) -> str:
        """The URL for people: ``***`` for the password and for parameters that look like secrets or are named."""
        query = "&".join(_masked(each, secret) for each in self.query)
        return self._joined(self.user, None if self.password is None else "***", query)

    def _joined(self, user: str | None, password: str | None, query: str) -> str:
        userinfo = "" if user is None else quote(user, safe="")
        if password is not None:
            userinfo += f":{password}"
        if userinfo:
            userinfo += "@"
        host = f"[{self.host}]" if self.host and ":" in self.host else self.host or ""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{userinfo}{host}{port}{self.path}{'?' if query else ''}{query}"


def masked_url(url: str) -> str:
    """A URL for people and logs: passwords, and parameters that look like secrets, are ``***``."""
    try:
        return Url.parse(url).masked()
    except ConfigurationError:
        found = _URL.fullmatch(url)
        return f"{found[1].lower()}://***" if found else "***"


def _masked(parameter: Parameter, secret: Collection[str]) -> str:
    name, value = parameter.name, parameter.value
    if value is None:  # torn off a value by a bare '&'
        return "***"
    if name in secret or looks_secret(name) or "-----BEGIN" in value:
        return f"{name}=***"
    return f"{name}={masked_url(value)}" if "://" in value else parameter.raw


def _parameter(piece: str) -> Parameter:
    name, mark, value = piece.partition("=")
    return Parameter(raw=piece, name=unquote_plus(name), value=unquote_plus(value) if mark else None)


def _end_of_authority(rest: str) -> int:
    return min((rest.find(mark) for mark in "/?" if mark in rest), default=len(rest))


def _userinfo(rest: str) -> tuple[str | None, str]:
    """User and password as written, and what follows their ``@``."""
    authority = rest[: _end_of_authority(rest)]
    if "@" in authority:
        at = authority.rindex("@")
        return rest[:at], rest[at + 1 :]
    colon = authority.find(":")
    if colon < 0 or authority.startswith("[") or "@" not in rest:
        return None, rest
    # 'user:pa/ss@host' or 'host:8080/pa@th'?  What cannot be a port is the beginning of a password.
    after = authority[colon + 1 :]
    if after and not after.isdigit():
        at = rest.index("@")
        return rest[:at], rest[at + 1 :]
    if "@" in rest.partition("?")[0]:
        raise ConfigurationError("the URL can be read in two ways: '/' before '@'", hint=_ENCODE)
    return None, rest
