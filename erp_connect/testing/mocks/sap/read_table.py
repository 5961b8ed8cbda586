"""RFC_READ_TABLE: fixed-width rows of at most 512 characters (sap.md 2.16)."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from . import tables, where
from .errors import Raised
from .functions import Values, function_module
from .interface import Row, Scalar, has_structure, structure
from .session import Session

_WIDEST = 512


@function_module("RFC_READ_TABLE")
def read_table(session: Session, given: Values) -> Values:
    """Reads columns of one table; the reply's FIELDS say where each stands in a row."""
    world, name = session.world, given["QUERY_TABLE"]
    columns = tables.columns(name, long_material=world.settings.long_material)
    if name in world.settings.unreadable_tables:
        raise Raised("NOT_AUTHORIZED")
    if has_structure(name):
        raise Raised("TABLE_WITHOUT_DATA")
    if columns is None:
        raise Raised("TABLE_NOT_AVAILABLE", ("SV", "E", "029"), (name,))
    asked = [row["FIELDNAME"] for row in given["FIELDS"]] or list(columns)
    if any(column not in columns for column in asked):
        raise Raised("FIELD_NOT_VALID")
    fields, width = _layout([(column, columns[column]) for column in asked], given["DELIMITER"])
    if given["NO_DATA"] == "X":
        return {"FIELDS": fields, "DATA": []}
    if width > _WIDEST:
        raise Raised("DATA_BUFFER_EXCEEDED")
    try:
        wanted = where.parse("".join(row["TEXT"] for row in given["OPTIONS"]), columns)
    except where.NotValid:
        raise Raised("OPTION_NOT_VALID") from None
    found = [row for row in tables.rows(world, name) if wanted(row)]
    if world.settings.unstable_reads:
        world.table_reads += 1
        random.Random(world.table_reads).shuffle(found)
    first, count = given["ROWSKIPS"], given["ROWCOUNT"]
    page = found[first : first + count] if count else found[first:]
    data = [
        {"WA": given["DELIMITER"].join(_shown(columns[column], row[column]) for column in asked)}
        for row in page
    ]
    return {"FIELDS": fields, "DATA": data}


def _layout(columns: list[tuple[str, Scalar]], delimiter: str) -> tuple[list[Row], int]:
    fields, offset = [], 0
    for name, kind in columns:
        width = _width(kind)
        row = structure("RFC_DB_FLD").initial(
            FIELDNAME=name, OFFSET=f"{offset:06d}", LENGTH=f"{width:06d}", TYPE=kind.kind, FIELDTEXT=name
        )
        fields.append(row)
        offset += width + len(delimiter)
    return fields, offset - len(delimiter)


def _width(kind: Scalar) -> int:
    """Packed numbers need a place for the point and one for the sign."""
    return kind.length + (2 if kind.decimals else 1) if kind.kind == "P" else kind.length


def _shown(kind: Scalar, value: Any) -> str:
    if kind.kind == "P":
        number: Decimal = value
        text = f"{abs(number):.{kind.decimals}f}" + ("-" if number < 0 else " ")
        return text.rjust(_width(kind))
    return str(value)[: kind.length].ljust(kind.length)
