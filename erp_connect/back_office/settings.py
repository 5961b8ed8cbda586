"""Making the tables of a company, and saying how it lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..adapters.registry import resolve
from ..adapters.schemes import speaks_sql
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..adapters.sql.system import SystemInfo

__all__ = ["init"]


def init(
    target: str,
    *,
    company: str | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    rounding: Literal["line", "document"] | None = None,
    backorders: bool | None = None,
    credit: Literal["refuse", "hold"] | None = None,
    change: bool = False,
) -> SystemInfo:
    """Make our own tables in a SQL database, or bring them up to date, and put the company on file.

    ``target`` is a database's URL or a profile's name.  ``currency`` is an ISO 4217 code for what has none of its own,
    ``timezone`` an IANA name (default UTC), ``rounding`` says whether amounts are rounded on each line (default) or on
    the document, ``backorders`` whether more may be ordered than there is (default: yes), ``credit`` whether an order
    above the customer's limit is refused (default) or stored and held.

    A company that is there already keeps its settings, and the answer shows them; ``change=True`` puts the ones given
    in their place.  A change holds for connections that are opened afterwards and for what they write from then on.
    Safe to repeat.  Raises ``ConfigurationError`` for settings that make no sense, for what is no SQL database, and for
    tables that are damaged or newer than this library.
    """
    found = resolve(target).target
    if not speaks_sql(found.scheme):
        raise ConfigurationError(
            f"init makes tables in a SQL database, and {found.scheme}:// is none",
            hint="a system of another kind needs no init; for our own schema give e.g. sqlite:///orders.db",
        )
    from ..adapters.sql.migrate import init as make_tables

    return make_tables(
        found.url,
        company=company,
        currency=currency,
        timezone=timezone,
        rounding=rounding,
        backorders=backorders,
        credit=credit,
        change=change,
    )
