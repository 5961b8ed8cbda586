"""The journal's tables, made at first use, and the refusal of a journal that a newer version wrote."""

from __future__ import annotations

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


def make(engine: sa.Engine) -> None:
    """Make the tables where they are missing, also when several processes do it at once.

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
    """Whether the tables have been made; ``JournalUnavailable`` for a form that this version does not know."""
    known = _number(engine)
    if known not in (None, SCHEMA):
        raise JournalUnavailable(
            f"the journal has form {known}, this version of erp_connect knows form {SCHEMA}",
            hint="use the newer version of erp_connect that wrote it; nothing was changed",
        )
    return known is not None


def _number(engine: sa.Engine) -> int | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(about.name):
            return None
        number: int | None = connection.scalar(sa.select(about.c.schema_number))
        return number
