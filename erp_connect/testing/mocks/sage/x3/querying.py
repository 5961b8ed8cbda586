"""The left list: criteria on its columns, and how many rows come back (sage.md 2.11)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from .model import Field
from .office import Office
from .refusing import Refused
from .showing import Shower
from .streams import DECIMAL, day

_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<>": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


def found_rows(office: Office, shower: Shower, keys: list[tuple[str, str]], size: int) -> list[Any]:
    """The rows that pass all criteria, as many as were asked for."""
    if size < 1:
        raise Refused("size", value=size)
    tests = [test for key, value in keys if (test := _test(office, shower, key, value.strip()))]
    return [row for row in office.rows() if all(test(row) for test in tests)][:size]


def _test(office: Office, shower: Shower, key: str, value: str) -> Callable[[Any], bool] | None:
    columns = office.entity.columns
    name = columns[int(key) - 1] if key.isascii() and key.isdigit() and 0 < int(key) <= len(columns) else key
    found = office.entity.field(name)
    if name not in columns or found is None:
        if office.settings.unknown_criteria == "ignored":
            return None
        raise Refused("column", key=key)
    if value.strip("*") == "":
        return None
    sign = next((sign for sign in _OPERATORS if value.startswith(sign)), "=")
    wanted = value.removeprefix(sign) if value.startswith(sign) else value
    if "*" in wanted:
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("*")), re.DOTALL)
        hit = sign != "<>"
        return lambda row: (pattern.fullmatch(shower.column(found, row)) is not None) == hit
    right = _typed(found, wanted, office.settings.list_dates)
    compare = _OPERATORS[sign]
    return lambda row: compare(_typed(found, shower.column(found, row), office.settings.list_dates), right)


def _typed(found: Field, text: str, dates: str) -> Any:
    """A value that can be compared with others of its field; a date that is not there comes first."""
    if found.type == "char":
        return text
    if found.type == "date":
        return day(text, found.name, dates) or date.min
    if text and not DECIMAL.fullmatch(text):
        raise Refused("criterion", value=text)
    return float(text or 0)
