"""Profiles and secrets: what the file, the environment and the keyring say, and how secrets stay out of sight.

A profile is a table ``[profiles.NAME]`` in ``erp-connect.toml``: a ``url`` and any settings of its scheme.  Single
fields are overridden by the environment: ``ERP_PROFILES__NAME__FIELD``.  Instead of a secret, any source may hold
a reference to it: ``env:NAME`` or ``keyring:service/user``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from .errors import ConfigurationError

Scalar = str | int | float | bool
"""What a profile's field can be."""

FILE_NAME: Final = "erp-connect.toml"
CREDENTIALS: Final = ("client_id", "client_secret", "token", "certificate", "ca")
REFERABLE: Final = frozenset({"user", "password", "journal", *CREDENTIALS})
"""Settings in which ``env:`` and ``keyring:`` are references; so they are in a profile's ``url``, and in every
setting that its scheme types as secret or that has a secret's name."""

_SECRET_NAME = re.compile(
    r"pass|pwd|secret|token|key|credential|certificate|signature|^sig$|auth|assertion|pin$|odbc_connect",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(env|keyring):(.+)", re.DOTALL)
_PROFILE_NAME = re.compile(r"[\w.-]{1,64}")


def looks_secret(name: str) -> bool:
    """Whether values under this name are masked wherever they are shown (rather one too many)."""
    return _SECRET_NAME.search(name) is not None


def shown(name: str) -> str:
    """A name out of the caller's input, quoted, if it is one; what is no name could be a torn piece of a secret."""
    return repr(name) if _PROFILE_NAME.fullmatch(name) else "(not shown)"


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """``; did you mean ...?`` for a name that is not known, or nothing."""
    words = {word.casefold(): word for word in sorted(known)}
    close = get_close_matches(name[:64].casefold(), words, n=2, cutoff=cutoff)
    return f"; did you mean {' or '.join(repr(words[word]) for word in close)}?" if close else ""


# ---------------------------------------------------------------------------------------------------------------
# References to secrets
# ---------------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """The text inside a secret's wrapper; anything else as it is."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def dereferenced(name: str, value: Any, environ: Mapping[str, str] | None = None) -> Any:
    """What ``env:NAME`` or ``keyring:service/user`` in the setting ``name`` stands for; other values as they are.

    Raises :class:`ConfigurationError` when the variable or the entry does not exist, or when only a keyring that
    stores plain text is there.
    """
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    source, rest = found.groups()
    return _from_environment(name, rest, environ) if source == "env" else _from_keyring(name, rest)


def _from_environment(name: str, variable: str, environ: Mapping[str, str] | None) -> str:
    value = (os.environ if environ is None else environ).get(variable, "")
    if not value:
        # A reference that leads nowhere may be a real secret that only begins like one: its text is not repeated.
        raise ConfigurationError(
            f"the setting '{name}' refers to an environment variable that is not set, or is empty",
            hint=f"set the variable that 'env:' in '{name}' names",
        )
    return value


def _from_keyring(name: str, entry: str) -> str:
    service, _, user = entry.rpartition("/")
    if not service or not user:
        raise ConfigurationError(
            f"the setting '{name}' holds an incomplete reference into the keyring",
            hint="write it as keyring:service/user",
        )
    backends = keyrings(f"the setting '{name}' refers to the keyring")
    refusal: type[Exception] = import_module("keyring.errors").KeyringError
    for each in backends:
        try:
            value = each.get_password(service, user)
        except (refusal, OSError, RuntimeError) as failure:
            problem = type(failure).__name__
            break
        if value:
            return str(value)
    else:
        problem = "it has no such entry"
    raise ConfigurationError(
        f"the keyring did not give what the setting '{name}' refers to: {problem}",
        hint="store it with: keyring set SERVICE USER",
    )


def keyrings(why: str) -> list[Any]:
    """The keyrings of this machine that encrypt, at least one.

    Raises :class:`ConfigurationError`, which begins with ``why``, where there is none.
    """
    try:
        keyring: Any = import_module("keyring")
    except ImportError:
        raise ConfigurationError(
            f"{why}, and the package keyring is not installed",
            hint="pip install keyring, or give the secret by an environment variable with env:NAME",
        ) from None
    backend = keyring.get_keyring()
    backends = [each for each in getattr(backend, "backends", None) or [backend] if _is_safe(each)]
    if not backends:
        raise ConfigurationError(
            f"{why}, and this machine has none that encrypts",
            hint="set up a keyring that encrypts, or give the secret by an environment variable with env:NAME",
        )
    return backends


def _is_safe(backend: object) -> bool:
    origin = f"{type(backend).__module__}.{type(backend).__qualname__}".lower()
    return not any(word in origin for word in ("plaintext", "backends.fail", "backends.null"))


# ---------------------------------------------------------------------------------------------------------------
# Profiles
# ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A target by name.  What it says stays out of ``repr``: it may hold secrets in any field."""

    name: str
    place: str
    """The file that it stands in, or ``the environment``."""
    from_environment: Mapping[str, Scalar] = field(default_factory=dict, repr=False)
    """Its settings as ``ERP_PROFILES__NAME__FIELD`` gives them: they go before the file's."""
    from_file: Mapping[str, Scalar] = field(default_factory=dict, repr=False)
    url: str | None = field(default=None, repr=False)


def load_profiles(*, environ: Mapping[str, str] | None = None) -> dict[str, Profile]:
    """Every profile there is, by name.

    Read is the file that ``ERP_CONNECT_CONFIG`` names, and nothing else; without it ``erp-connect.toml`` in the
    current folder, then in ``ERP_CONNECT_HOME`` or the user's configuration folder, where the nearer file's
    profile replaces the other's as a whole.  Upper and lower case, ``-`` and ``_`` in names are the same.
    Raises :class:`ConfigurationError` for a file that is missing or cannot be read.
    """
    environ = os.environ if environ is None else environ
    profiles: dict[str, Profile] = {}
    for file in _files(environ):
        for name, fields in _read(file, environ).items():
            url = _url(fields)
            profiles.setdefault(
                canonical(name), Profile(name=name, place=str(file), from_file=fields, url=url)
            )
    for name, fields in _read(None, environ).items():
        known = profiles.get(canonical(name))
        profiles[canonical(name)] = Profile(
            name=known.name if known else name,
            place=known.place if known else "the environment",
            from_environment={**(known.from_environment if known else {}), **fields},
            from_file=known.from_file if known else {},
            url=_url(fields) or (known.url if known else None),
        )
    return {profile.name: profile for profile in profiles.values()}


def load_profile(name: str, *, environ: Mapping[str, str] | None = None) -> Profile:
    """The profile of this name; :class:`ConfigurationError` names the nearest ones when there is none."""
    if not _PROFILE_NAME.fullmatch(name):
        raise ConfigurationError(
            "the target is neither a URL (scheme://...) nor the name of a profile",
            hint="a URL has '://' after its scheme; a profile's name has letters, digits, '-', '_' and '.'",
        )
    profiles = {canonical(each): profile for each, profile in load_profiles(environ=environ).items()}
    found = profiles.get(canonical(name))
    if found is None:
        names = ", ".join(sorted(profile.name for profile in profiles.values())) or "none"
        raise ConfigurationError(
            f"there is no profile '{name}'{nearest(canonical(name), profiles)}",
            hint=f"profiles known: {names}; they are tables [profiles.NAME] in {FILE_NAME}",
        )
    if not found.url:
        raise ConfigurationError(
            f"the profile '{found.name}' in {found.place} has no url", hint="add url = '...'"
        )
    return found


def canonical(name: str) -> str:
    """A profile's name as names are compared: a shell cannot set a variable with '-' in its name."""
    return name.casefold().replace("-", "_")


def _url(fields: Mapping[str, Scalar]) -> str | None:
    return str(fields["url"]) if "url" in fields else None


def _files(environ: Mapping[str, str]) -> list[Path]:
    named = environ.get("ERP_CONNECT_CONFIG")
    if named:
        if not Path(named).is_file():
            raise ConfigurationError(
                f"the profile file {named} does not exist", hint="check ERP_CONNECT_CONFIG"
            )
        return [Path(named)]
    home = environ.get("ERP_CONNECT_HOME")
    if not home:
        from platformdirs import user_config_dir

        home = user_config_dir("erp-connect")
    return [file for file in (Path.cwd() / FILE_NAME, Path(home) / FILE_NAME) if file.is_file()]


def _read(file: Path | None, environ: Mapping[str, str]) -> dict[str, dict[str, Scalar]]:
    """The profiles that one source has: the file, or without one the environment."""
    from pydantic import ValidationError
    from pydantic_settings import (
        BaseSettings,
        EnvSettingsSource,
        PydanticBaseSettingsSource,
        SettingsConfigDict,
        SettingsError,
        TomlConfigSettingsSource,
    )

    class Profiles(BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix="ERP_", env_nested_delimiter="__", extra="ignore", hide_input_in_errors=True
        )
        profiles: dict[str, dict[str, Scalar]] = {}

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: Any, **__: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            if file is not None:
                return (TomlConfigSettingsSource(settings_cls, file),)
            source = EnvSettingsSource(settings_cls)
            source.env_vars = {name.lower(): value for name, value in environ.items() if value}
            return (source,)

    try:
        return Profiles().profiles
    except ValidationError as refusal:
        # The errors hold what was given, which may be a secret: only their places leave this function.
        places = sorted({".".join(str(part) for part in error["loc"][:3]) for error in refusal.errors()})
        problem = f"{', '.join(places)}: a text, number or boolean is expected"
    except SettingsError:
        problem = "ERP_PROFILES is not readable"
    except (ValueError, OSError) as failure:
        # TOML errors tell line and column; an undecodable file would repeat its bytes.
        problem = "not UTF-8" if isinstance(failure, UnicodeError) else str(failure)
    raise ConfigurationError(f"profiles cannot be read from {file or 'the environment'}: {problem}")
