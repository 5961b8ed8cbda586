"""The journal's tables: made at first use, brought up to date, and refused where a newer version wrote them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Final

import sqlalchemy as sa

from ..errors import JournalUnavailable
from ..wire.sql import ExactText, JsonText, Trouble, UtcInstant, classify, writing
from .records import ID_LENGTH

SCHEMA: Final = 1
"""Number of the tables' form; it rises when the form changes."""

metadata = sa.MetaData()

about = sa.Table(
    "erp_journal_about",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("schema_number", sa.Integer, nullable=False),
)

entries = sa.Table(
    "erp_journal",
    metadata,
    sa.Column("row_id", ExactText(64), primary_key=True),
    sa.Column("system", ExactText(200), nullable=False),
    sa.Column("key", ExactText(), nullable=False),
    sa.Column("operation", ExactText(60), nullable=False),
    sa.Column("fingerprint", ExactText(80), nullable=False),
    sa.Column("payload", JsonText),
    sa.Column("state", ExactText(20), nullable=False),
    sa.Column("stamp", ExactText(32), nullable=False),
    sa.Column("correlation_id", ExactText(40), nullable=False),
    sa.Column("created_at", UtcInstant, nullable=False),
    sa.Column("serial", sa.BigInteger, nullable=False),
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("owner", ExactText(200)),
    sa.Column("lease_until", UtcInstant),
    sa.Column("sent_at", UtcInstant),
    sa.Column("settled_at", UtcInstant),
    sa.Column("entity_id", ExactText(ID_LENGTH)),
    sa.Column("number", ExactText(ID_LENGTH)),
    sa.Column("party", ExactText(ID_LENGTH)),
    sa.Column("actor", ExactText()),
    sa.Column("reason", ExactText()),
    sa.Column("before", JsonText),
    sa.Column("result", JsonText),
    sa.Column("has_tombstone", sa.SmallInteger, nullable=False),
    sa.Index("ix_erp_journal_entity", "entity_id"),
    sa.Index("ix_erp_journal_state", "state"),
    sa.Index("ix_erp_journal_created", "created_at", "serial", "row_id"),
)


Step = Callable[[sa.Connection], None]
STEPS: Final[Mapping[int, Step]] = {}
"""How the tables come from one form (the key) to the next.

MariaDB commits after each change of a table: a step that was cut is made again, and has to bear that.
"""


def make(engine: sa.Engine) -> None:
    """Make the tables where they are missing, also when several processes do it at once, or bring them up to date.

    Raises ``JournalUnavailable`` for a journal whose form this version does not know.
    """
    for attempt in range(5):
        if _number(engine) is not None:
            break
        try:
            with writing(engine) as connection:
                metadata.create_all(connection)
                if connection.scalar(sa.select(sa.func.count()).select_from(about)) == 0:
                    connection.execute(sa.insert(about), [{"id": 1, "schema_number": SCHEMA}])
        except sa.exc.DBAPIError as failure:
            # Another process was quicker: what it makes is what we wanted.
            found = classify(failure).trouble
            made_by_a_rival = found in (Trouble.UNIQUE, Trouble.CONFLICT, Trouble.OTHER, Trouble.LOCK_TIMEOUT)
            if not made_by_a_rival or attempt == 4:
                raise
    if not are_there(engine):
        raise JournalUnavailable("the journal's tables cannot be made", hint="look at the database's rights")


def are_there(engine: sa.Engine) -> bool:
    """Whether the tables have been made; those of an older form are brought up to date, nothing being lost.

    Raises ``JournalUnavailable`` for a form that this version does not know.
    """
    known = _number(engine)
    if known is None:
        return False
    _refuse_unknown(known)
    if known < SCHEMA:
        _bring_up(engine)
    return True


def _refuse_unknown(known: int) -> None:
    told = f"the journal has form {known}, this version of erp_connect knows form {SCHEMA}"
    if known > SCHEMA:
        raise JournalUnavailable(
            told, hint="use the newer version of erp_connect that wrote it; nothing was changed"
        )
    if any(form not in STEPS for form in range(known, SCHEMA)):
        raise JournalUnavailable(
            told, hint="bring it up to date with an older version of erp_connect first; nothing was changed"
        )


def _bring_up(engine: sa.Engine) -> None:
    with writing(engine) as connection, _alone(connection):
        while (known := connection.scalar(_NUMBER.with_for_update()) or 0) < SCHEMA:
            STEPS[known](connection)
            connection.execute(sa.update(about).values(schema_number=known + 1))


@contextmanager
def _alone(connection: sa.Connection) -> Iterator[None]:
    """One process at a time: elsewhere the lock on the number's row does it, MariaDB gives that up after each step."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        yield
        return
    name = sha256(f"erp_journal:{connection.engine.url.database}".encode()).hexdigest()[:15]
    if connection.scalar(sa.select(sa.func.get_lock(name, _PATIENCE))) != 1:
        raise JournalUnavailable("another process is bringing the journal up to date", retryable=True)
    try:
        yield
    finally:
        connection.execute(sa.select(sa.func.release_lock(name)))


def _number(engine: sa.Engine) -> int | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(about.name):
            return None
        number: int | None = connection.scalar(_NUMBER)
        return number


_NUMBER: Final = sa.select(about.c.schema_number)
_PATIENCE: Final = 60
"""Seconds to wait for a process that is bringing the journal up to date."""
