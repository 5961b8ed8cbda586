"""What to write beside each row of a checked copy: how it went, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import ErpConnectError
from ..models.findings import Finding, Severity
from .order_sheet import OrderSheet, RefusedOrder, SheetOrder, row_and_column

__all__ = ["RowResult", "row_results"]

NOT_IMPORTED: Final = "not imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """The texts for one row, and the numbers of its wrong columns (the first is 1), which are filled red.

    ``key`` names the row's order: under it the journal knows what became of it (``erp-connect journal show KEY``).
    """

    result: str
    errors: str = ""
    key: str = ""
    wrong: tuple[int, ...] = ()

    @property
    def texts(self) -> tuple[str, str, str]:
        """What stands in the columns of a checked copy."""
        return self.result, self.errors, self.key


def row_results(
    sheet: OrderSheet[Any],
    *,
    written: Mapping[str, str] | None = None,
    failed: Mapping[str, ErpConnectError | Iterable[Finding]] | None = None,
    otherwise: str = "checked",
) -> dict[int, RowResult]:
    """The results of all rows, by row number, as ``write_checked_copy`` takes them.

    ``written`` says by key what became of an order ("created as 100012"); ``failed`` what a check found, or which
    error the create raised; the other good orders get ``otherwise``.  Findings are put at the cells that their paths
    were read from; an error without a path stands in the order's first row.
    """
    written, failed = written or {}, failed or {}
    results: dict[int, RowResult] = {}
    for refused in sheet.refused:
        _spread(results, refused, NOT_IMPORTED, _located(refused.issues))
    warnings: dict[int, list[Finding]] = {}
    for issue in sheet.issues:
        if issue.severity is not Severity.ERROR:
            warnings.setdefault(row_and_column(issue.place)[0], []).append(issue)
    for order in sheet.orders:
        known = [found for row in order.rows for found in _located(warnings.get(row, ()))]
        trouble = failed.get(order.key)
        if trouble is None:
            _spread(results, order, written.get(order.key, otherwise), known)
        else:
            found = [*known, *_placed(order, trouble)]
            stopped = isinstance(trouble, ErpConnectError) or any(
                each.severity is Severity.ERROR for _, _, each in found
            )
            _spread(results, order, NOT_IMPORTED if stopped else written.get(order.key, otherwise), found)
    return results


_Located = tuple[int, int | None, Finding]


def _located(issues: Iterable[Finding]) -> list[_Located]:
    return [(*row_and_column(issue.place), issue) for issue in issues]


def _placed(order: SheetOrder[Any], trouble: ErpConnectError | Iterable[Finding]) -> list[_Located]:
    """Each finding at the row and column that its path was read from."""
    if isinstance(trouble, ErpConnectError):
        found: tuple[Finding, ...] = tuple(getattr(trouble, "findings", ()))
        fields: tuple[str, ...] = tuple(getattr(trouble, "fields", ()))
        if not found:
            found = tuple(_finding(trouble, path) for path in fields or (trouble.path or "",))
    else:
        found = tuple(trouble)
    return [(*order.places.nearest(each.path), each) for each in found]


def _finding(error: ErpConnectError, path: str) -> Finding:
    return Finding(code=error.code, severity=Severity.ERROR, path=path, message=error.message, fix=error.hint)


def _spread(
    results: dict[int, RowResult], order: RefusedOrder | SheetOrder[Any], result: str, found: list[_Located]
) -> None:
    """Each row of the order its own texts; a right row of a wrong order says which row is wrong."""
    of_row: dict[int, list[_Located]] = {}
    for each in found:
        of_row.setdefault(each[0], []).append(each)
    wrong_rows = sorted({row for row, _, each in found if each.severity is Severity.ERROR})
    key = "" if "?" in order.key.split("/") else order.key  # nobody knows whose the row is
    for row in order.rows:
        mine = of_row.get(row, [])
        texts = dict.fromkeys(_text(each) for _, _, each in mine)
        if result == NOT_IMPORTED and row not in wrong_rows and wrong_rows:
            others = ", ".join(map(str, wrong_rows[:5])) + (" and others" if len(wrong_rows) > 5 else "")
            texts[f"this row is right, but its order is written whole or not at all: see row {others}"] = None
        wrong = sorted({column for _, column, each in mine if column and each.severity is Severity.ERROR})
        results[row] = RowResult(result=result, errors="; ".join(texts), key=key, wrong=tuple(wrong))


def _text(issue: Finding) -> str:
    said = issue.message if issue.severity is Severity.ERROR else f"note: {issue.message}"
    return f"{said} ({issue.fix})" if issue.fix else said
