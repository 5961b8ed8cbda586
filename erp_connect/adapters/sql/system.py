"""The one row that says whose database this is, and by which habits the company lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import index
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from ...errors import ConfigurationError
from ...rules.back_office import CompanySettings
from ...rules.facts import Policy, Rounding
from ...wire.sql import reading, rows_of
from .errors import INIT_HINT, RESTORE, translated
from .schema import SCHEMA_VERSION, SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemInfo:
    """One company's system: ``uuid`` tells it from every other, wherever its database is moved to."""

    uuid: str
    schema_version: int
    company: str | None
    currency: str | None
    timezone: str
    rounding: str
    backorders: bool
    credit: str
    created_at: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the company's dates are meant."""
        return ZoneInfo(self.timezone)

    @property
    def settings(self) -> CompanySettings:
        """The company's habits as it has chosen them."""
        return CompanySettings(**{name: getattr(self, name) for name in CompanySettings.__slots__})

    @property
    def policy(self) -> Policy:
        """The company's habits as the rules want them."""
        return Policy(
            rounding=Rounding(self.rounding),
            backorders=self.backorders,
            credit="hold" if self.credit == "hold" else "refuse",
        )


def open_system(engine: Engine) -> SystemInfo:
    """The system that this database holds, by one statement.

    Raises ``ConfigurationError`` for a database without our tables, for one that ``erp-connect init`` has to
    migrate first, and for one that a newer version of this library has migrated.
    """
    with translated(), reading(engine) as connection:
        info = read_system(connection)
    if info is None:
        raise ConfigurationError(
            "this database holds our tables, but no company yet", code="not_initialised", hint=INIT_HINT
        )
    _check(info)
    if info.schema_version > SCHEMA_VERSION:
        raise newer_schema(info.schema_version)
    if info.schema_version < SCHEMA_VERSION:
        raise ConfigurationError(
            f"the tables of this database have version {info.schema_version}, this library needs "
            f"{SCHEMA_VERSION}",
            code="schema_outdated",
            hint="bring them up to date with: erp-connect init URL",
        )
    return info


def read_system(connection: Connection) -> SystemInfo | None:
    """The system's row, whatever its version; ``None`` when there is none."""
    columns = [SYSTEM.c[name] for name in SystemInfo.__slots__]
    rows = rows_of(connection, sa.select(*columns))
    return SystemInfo(**rows[0]._mapping) if rows else None


def _check(info: SystemInfo) -> None:
    """``ConfigurationError`` where somebody has written what this library cannot take for an answer."""
    column, hint = "schema_version", RESTORE
    try:
        index(info.schema_version)
        for column, of in (("timezone", "zone"), ("rounding", "policy")):
            hint = f"set it anew with: erp-connect init URL --change --{column} ..."
            getattr(info, of)
    except (ValueError, KeyError, TypeError):
        path = f"{SYSTEM.name}.{column}"
        raise ConfigurationError(
            f"{path} holds what is none", code="stored_value", path=path, hint=hint
        ) from None


def newer_schema(version: object) -> ConfigurationError:
    """What is said when the database is ahead of the library."""
    return ConfigurationError(
        f"the tables of this database have version {version}; this library knows up to {SCHEMA_VERSION}",
        code="schema_newer",
        hint="install the newer erp-connect that migrated it",
    )
