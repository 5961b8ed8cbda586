"""The support matrix in the docs is what the command writes, and the kit has tried every claim in it."""

from pathlib import Path

from erp_connect.adapters.contract import OPERATIONS, Support
from erp_connect.testing import matrix

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / matrix.PAGE


def test_the_page_is_what_the_command_writes(tmp_path) -> None:
    (tmp_path / matrix.RESULTS).write_bytes(PAGE.with_name(matrix.RESULTS).read_bytes())
    matrix.main(["--page", str(tmp_path / "page.md")])
    written = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert written == PAGE.read_text(encoding="utf-8"), "run python -m erp_connect.testing.matrix"


def test_the_kit_has_exercised_every_claim() -> None:
    results = matrix.read_results(PAGE.with_name(matrix.RESULTS))
    for name, known in matrix.columns().items():
        claims = {operation for operation in OPERATIONS if known.support(operation) is not Support.NONE}
        assert claims == results[name], f"{name}: run the kit with ERP_CONNECT_KIT_RESULTS, then the command"


def test_every_operation_is_a_row_and_every_back_end_a_column() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    columns = list(matrix.columns())
    assert len(columns) == 23
    for operation in OPERATIONS:
        book, _, verb = operation.partition(".")
        start = lines.index(f"## {book.replace('_', ' ').capitalize()}")
        row = next(line for line in lines[start:] if line.startswith(f"| {verb} |"))
        assert row.count("|") == len(columns) + 2
