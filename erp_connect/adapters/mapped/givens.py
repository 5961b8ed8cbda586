"""Values of columns that no field has: constants, settings, the present instant, other fields, the site's SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .format import Source
from .natives import codec
from .plans import Ground, Plan
from .tables import Column

__all__ = ["Context", "Given", "Sql", "givens"]


@dataclass(frozen=True, slots=True)
class Sql:
    """A value that the database itself works out."""

    text: str


@dataclass(slots=True, kw_only=True)
class Context:
    """What a value may depend on: what the row says, in our words and in native ones, and when."""

    said: Mapping[str, Any]
    now: datetime
    natives: dict[str, Any] = field(default_factory=dict)
    """Parameters of the site's SQL: fields by name, ``key``, and ``order_…`` for those of a line's order."""


@dataclass(frozen=True, slots=True)
class Given:
    """A column and what it gets."""

    column: Column
    value: Callable[[Context], Any]
    kind: str = "constant"
    """``constant``, ``setting``, ``now``, ``field``, or ``sql``: the database works it out from what stands there."""


def givens(ground: Ground, plan: Plan, said: Mapping[str, Any], path: str) -> list[Given]:
    """The columns that ``on_insert``, ``on_update`` or ``set`` names, each with how its value comes about."""
    return list(_givens(ground, plan, said, path))


def _givens(ground: Ground, plan: Plan, said: Mapping[str, Any], path: str) -> Iterable[Given]:
    for name, value in said.items():
        at = f"{path}.{name}"
        if plan.table is None:
            raise ground.file.wrong(at, "a query cannot be written to")
        column = plan.table.column(name, plan.failing(at))
        if not isinstance(value, Mapping):
            yield Given(column, _constant(_typed(value, column)))
            continue
        rest = {
            key: each
            for key, each in value.items()
            if key not in ("field", "setting", "now", "sql", "default")
        }
        kinds = [key for key in ("field", "setting", "now", "sql") if key in value]
        if len(kinds) != 1:
            raise ground.file.wrong(
                at, "give one of sql, field, setting and now", f'for example {name} = {{ field = "net" }}'
            )
        try:
            source = Source.model_validate({"column": name, **rest})
        except ValueError:
            raise ground.file.wrong(at, f"unknown keys among: {', '.join(rest)}") from None
        (kind,) = kinds
        yield Given(column, _value(ground, kind, value, source, column, at), kind)


def _value(
    ground: Ground, kind: str, value: Mapping[str, Any], source: Source, column: Column, at: str
) -> Callable[[Context], Any]:
    if kind == "sql":
        text = str(value["sql"])
        return lambda _: Sql(text)
    if kind == "setting":
        name = str(value["setting"])
        if name not in ground.settings:
            raise ground.file.wrong(
                at, f"there is no setting {name}", f"[settings] {name} = ..., or connect(company=...)"
            )
        return _constant(_typed(ground.settings[name], column))
    if kind == "now":
        cell = codec(
            source,
            "date" if column.kind == "date" else "instant",
            column,
            at,
            zone=ground.file.zone,
            lenient_floats=True,
        )
        return lambda context: cell.write(context.now)
    name, default = str(value["field"]), value.get("default")
    cell = codec(source, "plain", column, at, zone=ground.file.zone, lenient_floats=True)

    def of_field(context: Context) -> Any:
        ours = context.said.get(name)
        return cell.write(default if ours is None else ours)

    return of_field


def _constant(value: Any) -> Callable[[Context], Any]:
    return lambda _: value


def _typed(value: Any, column: Column) -> Any:
    if column.kind == "boolean" and isinstance(value, int):
        return bool(value)
    if column.kind in ("text", "enum") and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value
