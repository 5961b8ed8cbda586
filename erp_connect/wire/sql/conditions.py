"""Conditions that each database gets in the form that it plans best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

__all__ = ["among"]


def among(connection: Connection, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a column holds one of these values.

    On PostgreSQL they go as one array: the same statement however many they are, which is planned once.
    """
    if connection.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(values), sa.ARRAY(column.type)))
    return column.in_(values)
