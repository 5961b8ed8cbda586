"""Numbers handed out in advance: keys of rows that a bulk insert is about to write, all known beforehand.

PostgreSQL and MariaDB count with sequences, so writers do not wait for each other; a number taken by a
transaction that fails is lost.  Elsewhere a row of the counters' table counts, held until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, Table

from .types import ExactText

__all__ = ["counters_table", "create_counters", "reserve", "reserve_in_commit_order"]


def counters_table(metadata: MetaData, name: str) -> Table:
    """The table of counters, one row each."""
    return sa.Table(
        name,
        metadata,
        sa.Column("name", ExactText(60), primary_key=True),
        sa.Column("next", sa.BigInteger(), nullable=False),
    )


def counts_natively(connection: Connection) -> bool:
    """Whether numbers come from sequences here."""
    dialect = connection.dialect
    return dialect.name in ("postgresql", "mariadb") or bool(getattr(dialect, "is_mariadb", False))


def create_counters(
    connection: Connection, counters: Table, starts: Mapping[str, int], in_commit_order: Sequence[str] = ()
) -> None:
    """Make what :func:`reserve` counts with: ``starts`` gives each counter's first number.

    ``in_commit_order`` names those that :func:`reserve_in_commit_order` is for.
    """
    for name, first in starts.items():
        if counts_natively(connection) and name not in in_commit_order:
            connection.execute(sa.schema.CreateSequence(sa.Sequence(name, start=first)))
        else:
            connection.execute(sa.insert(counters), {"name": name, "next": first})


def reserve(connection: Connection, counters: Table, name: str, count: int) -> Sequence[int]:
    """Take the next ``count`` numbers: ascending and nobody else's, not always without gaps.

    Belongs to a writing transaction.  Raises ``KeyError`` for a counter that was not created.
    """
    if count <= 0:
        return ()
    dialect = connection.dialect
    if not counts_natively(connection):
        return reserve_in_commit_order(connection, counters, name, count)
    quoted = dialect.identifier_preparer.quote(name)
    if dialect.name == "postgresql":
        statement = f"SELECT nextval('{quoted}') FROM generate_series(1, {count:d})"  # noqa: S608 (our own names)
    else:
        statement = f"SELECT nextval({quoted}) FROM seq_1_to_{count:d}"  # noqa: S608 (our own names)
    return sorted(row[0] for row in connection.exec_driver_sql(statement))


def reserve_in_commit_order(connection: Connection, counters: Table, name: str, count: int) -> Sequence[int]:
    """Take the next ``count`` numbers so that whoever sees one committed sees all lower ones too.

    The counter stays locked until the transaction ends: take these numbers last.
    """
    where = counters.c.name == name
    connection.execute(sa.update(counters).where(where).values(next=counters.c.next + count))
    after = connection.execute(sa.select(counters.c.next).where(where)).scalar()
    if after is None:
        raise KeyError(f"no counter is named {name!r}")
    return range(after - count, after)
