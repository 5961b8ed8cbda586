"""``connect()`` and ``capabilities()``: from a URL or a profile's name to a connection."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ..adapters.contract import Adapter, Capabilities
from ..adapters.registry import Destination, resolve, static_capabilities
from ..clock import Clock
from ..journal.opening import open_journal
from .clocks import checked_clock
from .connection import Client
from .context import Context


def connect(
    target: str,
    *,
    company: str | None = None,
    system: str | None = None,
    timezone: str | ZoneInfo | None = None,
    timeout: Decimal | float | str | None = None,
    max_concurrency: int | str | None = None,
    read_only: bool | str = False,
    actor: str | None = None,
    journal: str | None = None,
    clock: Clock | None = None,
    allow_insecure: bool | str = False,
    **settings: Any,
) -> Client:
    """Open a connection to a back-end.

    ``target`` is a URL (``"sqlite:///orders.db"``, ``"memory://"``, ...) or a profile's name from
    ``erp-connect.toml``.  Every argument also takes the text that it would have in a URL; an argument goes before
    the URL, that before the environment, that before the profile.  ``settings`` are the scheme's own.

    ``system`` names the system that keys belong to, together with ``company`` (default: scheme, host, port, path and
    the settings that tell one system from another).  ``timeout`` is in seconds.  ``journal`` is any SQLAlchemy URL
    that keeps the journal elsewhere.  ``read_only`` refuses every write before any traffic.  ``actor`` stands in the
    audit trail.  ``clock`` is what the library goes by instead of the machine's clock, for tests: ``now()`` (aware),
    ``monotonic()`` and ``sleep(seconds)``.

    Raises ``ConfigurationError``, ``AccessError`` and ``TransportError``; nothing is written.
    """
    found = resolve(
        target,
        company=company,
        system=system,
        timezone=timezone,
        timeout=timeout,
        max_concurrency=max_concurrency,
        read_only=read_only,
        actor=actor,
        journal=journal,
        clock=checked_clock(clock),
        allow_insecure=allow_insecure,
        settings=settings,
    )
    known = found.target
    if getattr(known.settings, "by_person", False) and "token" not in known.credentials:
        from .signing_in import signed_in

        known = signed_in(found)
    adapter = found.adapter_class(known)
    try:
        adapter.open()
        name = _named(found, adapter)
        book = open_journal(
            adapter, system=name, clock=found.target.clock, url=found.journal, timeout=found.target.timeout
        )
    except BaseException:
        adapter.close()
        raise
    return Client(
        Context(
            adapter=adapter,
            journal=book,
            clock=found.target.clock,
            system=name,
            timeout=found.target.timeout,
            actor=found.actor,
            read_only=found.read_only,
        )
    )


def _named(found: Destination, adapter: Adapter) -> str:
    """What keys and stamps belong to: two companies of one system are two."""
    if found.system is None:
        return adapter.identity
    return f"{found.system}/{found.target.company}" if found.target.company else found.system


def capabilities(target: str, **settings: Any) -> Capabilities:
    """The most that a target can do, told without traffic: the static upper bound."""
    return static_capabilities(target, **settings)
