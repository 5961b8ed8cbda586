"""Workbooks as customers send them, made for each test."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

HEADINGS = ["Customer", "PO number", "Product", "Quantity", "Unit", "Currency", "Price"]


@pytest.fixture
def headings() -> list[str]:
    return list(HEADINGS)


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write rows to a workbook; ``formats`` maps cells to number formats."""

    def make(
        rows: Iterable[Sequence[Any]],
        *,
        headings: Sequence[str] | None = HEADINGS,
        name: str = "orders.xlsx",
        formats: dict[str, str] | None = None,
    ) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "Orders"
        if headings is not None:
            sheet.append(list(headings))
        for row in rows:
            sheet.append(list(row))
        for cell, number_format in (formats or {}).items():
            sheet[cell].number_format = number_format
        path = tmp_path / name
        book.save(path)
        return path

    return make


@pytest.fixture
def with_part() -> Callable[..., Path]:
    """Copy a workbook with some parts written anew (bytes, or a function of the old bytes)."""

    def change(path: Path, name: str, **parts: bytes | Callable[[bytes], bytes]) -> Path:
        target = path.with_name(name)
        changed = {part.replace("__", "/") + ".xml": new for part, new in parts.items()}
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new_file:
            for info in old.infolist():
                content = old.read(info)
                new = changed.pop(info.filename, None)
                if callable(new):
                    content = new(content)
                elif new is not None:
                    content = new
                new_file.writestr(info, content)
        assert not changed, f"the workbook has no parts {list(changed)}"
        return target

    return change
