"""The checked copy: the user's own file again, with what became of each row beside it."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from ..errors import InvalidDocument
from .csvfile import records
from .defusing import defused
from .headers import OURS
from .opening import FileKind, kind_of_file
from .order_sheet import OrderSheet
from .patching import patch_workbook
from .results import RowResult
from .whole import whole_file

__all__ = ["write_checked_copy"]


def write_checked_copy(
    source: OrderSheet[Any], target: str | os.PathLike[str], results: Mapping[int, RowResult]
) -> Path:
    """Write a copy of the file that ``source`` was read from, with what became of each row; returns its path.

    ``results`` maps row numbers (see ``row_results``) to the texts and to the cells that are filled red.  The columns
    "Result", "Errors" and "Key" stand right of everything, or take the place of those of an earlier checked copy.  Of a
    workbook all other parts stay byte for byte what they were; of a csv file each record stays as it was written.

    The copy appears whole or not at all, replaces an older one, and never the source.  Raises ``InvalidDocument`` when
    the target cannot be, or when the source was changed since it was read; ``ValueError`` for results of rows that the
    sheet does not have.
    """
    path = Path(target)
    _check(source, path, results)
    with whole_file(path, source.path.stat().st_mode & 0o777) as file:
        if source.read_as is None:
            patch_workbook(
                source.path,
                file,
                sheet=source.sheet or "",
                header_row=source.layout.row,
                our_columns=source.layout.results,
                results=results,
            )
        else:
            encoding, delimiter = source.read_as
            _write_csv(source, file, encoding, delimiter, results)
    return path


def _check(source: OrderSheet[Any], target: Path, results: Mapping[int, RowResult]) -> None:
    def refused(code: str, message: str, hint: str) -> InvalidDocument:
        return InvalidDocument(message, code=code, hint=hint, place=target.name)

    if (
        source.read_as is None
        and source.path.exists()
        and kind_of_file(source.path) is FileKind.OTHER_WORKBOOK
    ):
        raise refused(
            "copy_impossible",
            "of this kind of file no copy can be written that keeps the rest of it",
            "save it as .xlsx and read that",
        )
    try:
        status = source.path.stat()
    except OSError:
        raise refused("source_changed", "the file that was read is gone", "read the file again") from None
    if (status.st_size, status.st_mtime_ns) != source.unchanged:
        raise refused(
            "source_changed", "the file was changed since it was read", "read it again, then write the copy"
        )
    if target.is_dir() or not target.parent.is_dir():
        raise refused(
            "target_folder", "the copy needs the name of a file in a folder that exists", "give another path"
        )
    if target.exists() and target.samefile(source.path):
        raise refused(
            "target_is_source", "the copy would replace the file that was read", "give the copy another name"
        )
    if target.suffix.lower() != source.path.suffix.lower():
        raise refused(
            "target_suffix",
            "the copy must have the same kind of name as the file that was read",
            f"let its name end in {source.path.suffix}",
        )
    known = {row for order in source.orders for row in order.rows}
    known.update(row for refused_order in source.refused for row in refused_order.rows)
    strangers = sorted(set(results) - known)
    if strangers:
        raise ValueError(f"the sheet has no orders in the rows {strangers[:5]}")


def _write_csv(
    source: OrderSheet[Any],
    file: IO[bytes],
    encoding: str,
    delimiter: str,
    results: Mapping[int, RowResult],
) -> None:
    ours = source.layout.results
    count = len(ours or OURS)
    width = 0
    out = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="", write_through=True)
    for record in records(source.path, encoding, delimiter):
        if record.line == source.layout.row:
            width = ours[0] - 1 if ours else len(record.fields)
        if record.line < source.layout.row or not record.text:
            out.write(record.text + record.end)
            continue
        result = results.get(record.line)
        texts = OURS if record.line == source.layout.row else ("",) * count
        if result is not None:
            texts = tuple(defused(text) for text in result.texts)
        if len(record.fields) <= width:
            # As it was written, with empty fields up to the new columns.
            begun = record.text + delimiter * (width - len(record.fields))
            out.write(begun + delimiter + _quoted(texts[:count], delimiter) + record.end)
        else:
            behind = record.fields[width + count :] if ours else record.fields[width:]
            fields = (*record.fields[:width], *texts[:count], *behind)
            out.write(_quoted(fields, delimiter) + record.end)
    out.detach()


def _quoted(fields: Sequence[str], delimiter: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow(fields)
    return line.getvalue()
