"""Which adapter class serves a scheme: registered in this process, or installed with an entry point.

A distribution declares its adapters in the entry-point group ``erp_connect.adapters``, ours like anybody's.  A
class is loaded when the first URL asks for it.
"""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ..errors import ConfigurationError
from ..settings import nearest, shown
from .contract import Adapter

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["adapter_at", "adapter_class", "register", "speaks_sql"]

ENTRY_POINTS: Final = "erp_connect.adapters"
"""The group in which a distribution declares its adapters: ``scheme = "package.module:Class"``."""
SQL: Final = "sql"
"""The entry point that serves every scheme of SQLAlchemy; it is no scheme itself."""
SQL_SCHEMES: Final = frozenset({"sqlite", "postgresql", "postgres", "mysql", "mariadb", "mssql", "oracle"})
"""The usual ones, each also with ``+driver``."""

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+._-]*")
_registered: Final[dict[str, type[Adapter]]] = {}


def register(scheme: str, adapter_class: type[Adapter]) -> ExitStack:
    """Let this class serve ``scheme`` in this process, without packaging; before any installed adapter.

    The registration stays, or ends with the block in ``with register(...):``, or with ``close()`` of what is
    returned.  Raises :class:`ConfigurationError` when the scheme is registered already.
    """
    if not _SCHEME.fullmatch(scheme):
        raise ConfigurationError(
            f"{shown(scheme)} cannot be a scheme", hint="lower-case letters, digits, '+', '.', '-' and '_'"
        )
    if scheme in _registered:
        raise ConfigurationError(f"the scheme '{scheme}' is registered already", hint="choose another name")
    _registered[scheme] = adapter_class
    undone = ExitStack()
    undone.callback(_registered.pop, scheme, None)
    return undone


def adapter_class(scheme: str) -> type[Adapter]:
    """The class that serves a scheme, loaded now if need be.

    Raises :class:`ConfigurationError` for a scheme that nobody or more than one distribution serves, and for an
    adapter that cannot be loaded, with the command that installs what it lacks.
    """
    served_by = (scheme, SQL) if speaks_sql(scheme) else (scheme,)
    for name in served_by:
        if name in _registered and scheme != SQL:
            return _registered[name]
    claims = [entry for entry in _installed() if entry.name in served_by and scheme != SQL]
    if not claims:
        raise ConfigurationError(
            f"no adapter is installed for the scheme '{scheme}'{nearest(scheme, _schemes())}",
            hint=f"schemes here: {', '.join(_schemes())}; others come with a package that serves them",
        )
    if len(claims) > 1:
        raise ConfigurationError(
            f"the scheme '{scheme}' is claimed by {' and by '.join(sorted(map(_named, claims)))}",
            hint="uninstall all but one of them",
        )
    return _loaded(claims[0])


def adapter_at(place: str) -> type[Adapter]:
    """The class at ``"module:Class"``, which an adapter has named to serve in its place."""
    from importlib.metadata import EntryPoint

    return _loaded(EntryPoint(name=place, value=place, group=ENTRY_POINTS))


def speaks_sql(scheme: str) -> bool:
    """Whether a scheme is SQLAlchemy's: one of the usual products, or of an installed dialect."""
    product = scheme.partition("+")[0]
    if product in SQL_SCHEMES:
        return True
    if scheme in _registered or any(entry.name == scheme for entry in _installed()):
        return False
    dialects = {entry.name for entry in _entry_points("sqlalchemy.dialects", tuple(sys.path))}
    return product in dialects or scheme.replace("+", ".") in dialects


def _installed() -> tuple[EntryPoint, ...]:
    return _entry_points(ENTRY_POINTS, tuple(sys.path))


@lru_cache(maxsize=8)
def _entry_points(group: str, where: tuple[str, ...]) -> tuple[EntryPoint, ...]:  # noqa: ARG001 (part of the memory)
    """The group's entry points; looked for once, and again when the places to look in have changed."""
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))


def _schemes() -> list[str]:
    names = {entry.name for entry in _installed()} | _registered.keys()
    return sorted((names - {SQL}) | (SQL_SCHEMES if SQL in names else set()))


def _named(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def _loaded(entry: EntryPoint) -> type[Adapter]:
    try:
        found = entry.load()
    except ModuleNotFoundError as missing:
        raise ConfigurationError(
            f"the adapter '{entry.name}' of {_named(entry)} needs the package of the module "
            f"'{missing.name}', which is not installed",
            hint=_installing(entry, (missing.name or "").partition(".")[0]),
        ) from missing
    except (ImportError, AttributeError) as failure:
        raise ConfigurationError(
            f"the adapter '{entry.name}' of {_named(entry)} cannot be loaded: {failure}",
            hint="install that package anew, and check that the vendor's libraries it needs are in place",
        ) from failure
    if not (isinstance(found, type) and issubclass(found, Adapter)):
        raise ConfigurationError(
            f"{entry.value} of {_named(entry)} is not an adapter",
            hint="an adapter is a subclass of erp_connect.adapters.contract.Adapter",
        )
    return found


def _installing(entry: EntryPoint, module: str) -> str:
    """The command that installs a missing module: the extra that brings it, as its distribution declares."""
    dist = entry.dist.name if entry.dist else None
    if dist is None or module == entry.module.partition(".")[0]:
        return f"pip install --force-reinstall {dist or module}"
    for requirement in (entry.dist.requires if entry.dist else None) or ():
        package = re.match(r"[\w.-]+", requirement)
        if package is None or _normal(package[0]) != _normal(module):
            continue
        extra = re.search(r"""extra\s*==\s*["']([^"']+)""", requirement)
        return f"pip install '{dist}[{extra[1]}]'" if extra else f"pip install {dist}"
    if entry.extras:
        return f"pip install '{dist}[{','.join(entry.extras)}]'"
    return f"pip install {_normal(module)}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
