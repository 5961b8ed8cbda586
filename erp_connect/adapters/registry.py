"""From a URL or a profile's name to an adapter: which class serves the scheme, and what it is given.

The scheme finds the class (:mod:`.schemes`), and the class says which settings there are.  Each setting may stand in
four places, and the first that names it wins: an argument, the URL, the environment
(``ERP_PROFILES__NAME__FIELD``), the profile in ``erp-connect.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from ..clock import Clock, SystemClock
from ..errors import ConfigurationError
from ..settings import (
    CREDENTIALS,
    REFERABLE,
    dereferenced,
    load_profile,
    looks_secret,
    nearest,
    plain,
    shown,
)
from .contract import Adapter, AdapterSettings, Capabilities, Target
from .schemes import adapter_at, adapter_class, register, speaks_sql
from .url import Url

__all__ = ["Destination", "register", "resolve", "static_capabilities"]

M = TypeVar("M", bound=BaseModel)


# ---------------------------------------------------------------------------------------------------------------
# What every scheme understands
# ---------------------------------------------------------------------------------------------------------------


def _zone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("zone", "it should be the name of a time zone, e.g. Europe/Berlin")
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        guess = nearest(value, available_timezones()) or ", e.g. Europe/Berlin"
        raise PydanticCustomError(
            "zone", "it should be the name of a time zone{guess}", {"guess": guess}
        ) from None


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("number", "it should be a number")
    return value


Said = Annotated[str, Field(min_length=1)]


class _Common(BaseModel):
    """What :func:`resolve` takes for every scheme, apart from the scheme's own settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    company: Said | None = None
    system: Said | None = None
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] | None = None
    timeout: Annotated[float, BeforeValidator(_no_bool), Field(gt=0, allow_inf_nan=False)] = 60.0
    max_concurrency: Annotated[int, BeforeValidator(_no_bool), Field(gt=0)] | None = None
    read_only: bool = False
    actor: Said | None = None
    journal: Annotated[Said | None, Field(repr=False)] = None
    allow_insecure: bool = False
    user: str | None = None
    password: Annotated[str | None, Field(repr=False)] = None
    client_id: Annotated[str | None, Field(repr=False)] = None
    client_secret: Annotated[str | None, Field(repr=False)] = None
    token: Annotated[str | None, Field(repr=False)] = None
    certificate: Annotated[str | None, Field(repr=False)] = None
    ca: Annotated[str | None, Field(repr=False)] = None


# ---------------------------------------------------------------------------------------------------------------
# Resolving
# ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a connection leads: the adapter's class, what it is given, and what the client keeps to itself."""

    adapter_class: type[Adapter]
    target: Target
    system: str | None = None
    """The identity that keys and stamps belong to, instead of the adapter's own."""
    journal: str | None = field(default=None, repr=False)
    """The URL of the journal's database: it may hold a password."""
    actor: str | None = None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one source says, and how a message calls the source."""

    place: str
    values: Mapping[str, object] = field(repr=False)


def resolve(
    target: str,
    *,
    company: str | None = None,
    system: str | None = None,
    timezone: str | ZoneInfo | None = None,
    timeout: Decimal | float | str | None = None,
    max_concurrency: int | str | None = None,
    read_only: bool | str | None = None,
    actor: str | None = None,
    journal: str | None = None,
    clock: Clock | None = None,
    allow_insecure: bool | str | None = None,
    settings: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Destination:
    """Settle a URL or a profile's name, and everything that goes with it; nothing is sent or opened.

    ``settings`` are the scheme's own and the credentials.  ``None`` stands for "not given"; so does ``False`` for
    ``read_only`` and ``allow_insecure``, whose default it is: the text ``"false"`` overrides a URL or profile.
    ``timeout`` is in seconds.  ``env:NAME`` and ``keyring:service/user`` are looked up now.

    Raises :class:`ConfigurationError` for an unknown profile, scheme or setting, with the nearest ones, and for a
    value of the wrong kind; no value is ever repeated in it.
    """
    return _resolved(
        target,
        {
            "company": company,
            "system": system,
            "timezone": timezone,
            "timeout": timeout,
            "max_concurrency": max_concurrency,
            "read_only": read_only or None,
            "actor": actor,
            "journal": journal,
            "allow_insecure": allow_insecure or None,
            **(settings or {}),
        },
        environ=environ,
        clock=clock,
    )


def static_capabilities(target: str, **settings: object) -> Capabilities:
    """The most that a URL or profile can do, without traffic; references to secrets are not followed."""
    found = _resolved(target, settings, follow=False)
    return found.adapter_class.static_capabilities(found.target)


def _resolved(
    target: str,
    arguments: Mapping[str, object],
    *,
    environ: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    follow: bool = True,
) -> Destination:
    layers = [_Layer("among the arguments", {k: plain(v) for k, v in arguments.items() if v is not None})]
    if "://" in target:
        url = Url.parse(target)
    else:
        profile = load_profile(target, environ=environ)
        text = dereferenced("url", profile.url, environ)
        if "://" not in text:
            raise ConfigurationError(
                f"the url of the profile '{profile.name}' in {profile.place} is no URL",
                hint="a URL has '://' after its scheme, e.g. sqlite:///orders.db",
            )
        url = Url.parse(text)
        by_name = f"the profile '{profile.name}'"
        layers.append(_Layer(f"in the environment of {by_name}", _without_url(profile.from_environment)))
        layers.append(_Layer(f"in {by_name} of {profile.place}", _without_url(profile.from_file)))
    found = adapter_class(url.scheme)
    own = found.Settings.model_fields
    known = {*_Common.model_fields, *own}
    layers.insert(1, _Layer("in the URL", _of_url(url, known, passing=speaks_sql(url.scheme))))
    secret = {name for name in own if _is_secret(found.Settings, name)}

    given: dict[str, Any] = {}
    place: dict[str, str] = {}
    for layer in layers:
        for name, value in layer.values.items():
            if name not in known:
                raise _unknown(name, layer.place, url.scheme, own)
            if name not in given:
                place[name] = layer.place
                if name not in REFERABLE and name not in secret:
                    given[name] = _as_text(value)
                else:  # a number is no secret: 007 or 1e5 would not come out as written
                    given[name] = dereferenced(name, value, environ) if follow else value

    other = found.served_elsewhere(given)
    if other is not None:
        found = adapter_at(other)
    common = _validated(_Common, given, place, secret)
    return Destination(
        adapter_class=found,
        target=Target(
            scheme=url.scheme,
            url=url.text(user=common.user, password=common.password, without=known),
            masked=url.masked(secret),
            host=url.host,
            port=url.port,
            path=url.path,
            user=common.user,
            password=common.password,
            settings=_validated(found.Settings, given, place, secret),
            credentials=MappingProxyType(
                {name: getattr(common, name) for name in CREDENTIALS if getattr(common, name) is not None}
            ),
            company=common.company,
            timezone=common.timezone,
            timeout=common.timeout,
            max_concurrency=common.max_concurrency,
            allow_insecure=common.allow_insecure,
            clock=clock or SystemClock(),
        ),
        system=common.system,
        journal=common.journal,
        actor=common.actor,
        read_only=common.read_only,
    )


def _of_url(url: Url, known: Collection[str], *, passing: bool) -> dict[str, object]:
    """The settings that a URL names.  ``passing``: what is not ours belongs to the driver and is left to it."""
    values: dict[str, object] = {}
    if url.user is not None:
        values["user"] = url.user
    if url.password is not None:
        values["password"] = url.password
    for each in url.query:
        if each.value is None:
            raise ConfigurationError(
                "the query of the URL has a part without '='", hint="name=value; write '&' in a value as %26"
            )
        # A name this close to one of ours is a slip, which the driver would ignore or refuse in its own words.
        if passing and each.name not in known and not nearest(each.name, known, cutoff=0.9):
            continue
        if each.name in values:
            raise ConfigurationError(
                f"the setting {shown(each.name)} stands twice in the URL", hint="remove one of them"
            )
        values[each.name] = each.value
    return values


def _without_url(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name != "url"}


def _as_text(value: object) -> object:
    """Numbers as the text that a URL would have: ``client=100`` and ``?client=100`` are the same."""
    return str(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


def _is_secret(settings: type[AdapterSettings], name: str) -> bool:
    annotation = settings.model_fields[name].annotation
    return looks_secret(name) or annotation is SecretStr or SecretStr in get_args(annotation)


def _unknown(name: str, place: str, scheme: str, own: Collection[str]) -> ConfigurationError:
    common = ", ".join(_Common.model_fields)
    driver = "; the driver's own parameters stand in the URL's query" if speaks_sql(scheme) else ""
    return ConfigurationError(
        f"{scheme} has no setting {shown(name)}, which stands {place}{nearest(name, {*_Common.model_fields, *own})}",
        hint=f"settings of {scheme}: {', '.join(own) or 'none'}; of every scheme: {common}{driver}",
    )


# ---------------------------------------------------------------------------------------------------------------
# Checking values, and refusing them without repeating them
# ---------------------------------------------------------------------------------------------------------------


def _validated(
    model: type[M], given: Mapping[str, Any], place: Mapping[str, str], secret: Collection[str]
) -> M:
    mine = {name: value for name, value in given.items() if name in model.model_fields}
    try:
        return model.model_validate(mine)
    except ValidationError as refusal:
        problems = refusal.errors(include_context=False, include_input=False)
    quotable = {} if model is _Common else mine  # our own words quote nothing
    # Raised outside the handler: the refusal holds what was given, and must not travel along as context.
    raise ConfigurationError(
        "; ".join(dict.fromkeys(_problem(each, quotable, place, secret) for each in problems))
    )


def _problem(
    error: Mapping[str, Any], given: Mapping[str, Any], place: Mapping[str, str], secret: Collection[str]
) -> str:
    name = str(error["loc"][0]) if error["loc"] else None
    expected = str(error["msg"]).replace("Input should", "it should", 1)
    if "url" not in error or error["type"] in {"value_error", "assertion_error"}:
        # Not pydantic's words but those of an adapter's author, who may quote the value.
        expected = "it is not accepted" if name in secret else _unquoted(expected, given)
    if name is None:
        return f"the settings do not go together: {expected}"
    if error["type"] == "missing":
        return f"the setting '{name}' is missing: give it as an argument, as ?{name}=... in the URL, or in the profile"
    return f"the setting '{name}' {place.get(name, 'by default')} has a wrong value: {expected}"


def _unquoted(words: str, given: Mapping[str, Any]) -> str:
    words = words.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    for text in sorted((str(value) for value in given.values()), key=len, reverse=True):
        if text:
            words = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", "***", words, flags=re.IGNORECASE)
    return words
