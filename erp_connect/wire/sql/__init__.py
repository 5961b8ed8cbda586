"""SQL on the wire: engines, exact column types, streaming and bulk, and what errors mean.  Knows no order."""

from .bulk import insert_many, update_many
from .conditions import among
from .engines import is_memory, open_engine, reading, sqlite_file, writing
from .streaming import keyset_pages, stream, stream_blocks
from .swift import Alone, Prepared
from .trouble import CommitUnanswered, Diagnosis, Trouble, ValueDoesNotFit, classify
from .types import (
    BusinessDate,
    ExactDecimal,
    ExactText,
    JsonReady,
    JsonText,
    RowId,
    UtcInstant,
    canonical_json,
)
from .unreadable import UnreadableCell, rows_of

__all__ = [
    "Alone",
    "BusinessDate",
    "CommitUnanswered",
    "Diagnosis",
    "ExactDecimal",
    "ExactText",
    "JsonReady",
    "JsonText",
    "Prepared",
    "RowId",
    "Trouble",
    "UnreadableCell",
    "UtcInstant",
    "ValueDoesNotFit",
    "among",
    "canonical_json",
    "classify",
    "insert_many",
    "is_memory",
    "keyset_pages",
    "open_engine",
    "reading",
    "rows_of",
    "sqlite_file",
    "stream",
    "stream_blocks",
    "update_many",
    "writing",
]
