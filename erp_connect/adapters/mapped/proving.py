"""Whether the SQL of a section runs: asked when the connection is opened, so that no order finds it out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from .errors import DATABASE_ERRORS, understood
from .plans import Ground, Plan

__all__ = ["prove"]


def prove(connection: Connection, ground: Ground, *plans: Plan) -> None:
    """Ask each section for one row; ``MappingError`` naming the section that the database does not understand."""
    for plan in plans:
        try:
            rows = _one(connection, plan)
        except DATABASE_ERRORS as exc:
            native = understood(exc).native
            said = str(native[-1]) if native else ""
            error = ground.file.wrong(plan.path, f"the database does not understand this section: {said}")
            error.native = native
            raise error from exc
        if rows:
            _learn_kinds(plan, rows)


def _one(connection: Connection, plan: Plan) -> Any:
    with connection.begin_nested():
        return plan.fetch(connection, plan.conditions(), order_by=(), limit=1)


def _learn_kinds(plan: Plan, rows: Any) -> None:
    """What a key of a query, or a number that is an expression, is made of shows in the first row."""
    for place, key in enumerate(plan.keys):
        if key.kind is None:
            cell = rows[0][place]
            kind = "integer" if isinstance(cell, int) else "text"
            plan.keys[place] = replace(key, kind=kind)
    plan.values(
        rows[0], []
    )  # a floating-point number without decimals, or an instant without a zone, is refused
    for name, place, *_ in plan.readers:
        field, cell = plan.fields[name], rows[0][place]
        if field.column is None and field.cell.kind == "text" and isinstance(cell, int):
            plan.fields[name] = replace(field, source=field.source.model_copy(update={"type": "integer"}))
