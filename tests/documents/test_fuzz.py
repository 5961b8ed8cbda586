"""About 1,500 spoilt sheets of orders: each is read or refused with a place, within bounds of time and memory."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import sys
import zipfile
from pathlib import Path

import pytest

from ..within_bounds import told_by
from .fuzzing import WORKBOOKS, packed, unpacked

PROGRAM = Path(__file__).with_name("fuzzing.py")
MOST_MEMORY = 400 << 20
"""Resident bytes of a process that reads small sheets, whatever is wrong with them."""
KEPT = json.loads(Path(__file__).with_name("kept.json").read_text(encoding="utf-8"))
"""Inputs that once went wrong, as [kind, number]; they are made again and read at every run."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bounds of time and memory need POSIX")


def read(kind, first, count, folder):
    return told_by(PROGRAM, kind, first, count, folder=folder)


@pytest.mark.parametrize(
    ("kind", "first", "count"),
    [("csv", 0, 700), ("workbook", 0, 390), ("workbook", 390, 390), ("other", 0, 24)],
    ids=str,
)
def test_a_spoilt_sheet_is_read_or_refused_with_a_place(tmp_path, kind, first, count):
    if kind == "other" and importlib.util.find_spec("python_calamine") is None:
        pytest.skip("the extra 'workbooks' is not installed")
    told = read(kind, first, count, tmp_path)
    assert told["failures"] == []
    assert sum(told["outcomes"].values()) == count
    assert told["peak"] < MOST_MEMORY
    # Inputs that are all refused at once, or all read, would prove little.
    assert count // 10 < told["outcomes"]["read"] < count - count // 10
    assert len(told["outcomes"]) > 2


@pytest.mark.parametrize(("kind", "number"), KEPT, ids=str)
def test_what_once_went_wrong_goes_right(tmp_path, kind, number):
    assert read(kind, number, 1, tmp_path)["failures"] == []


def test_an_input_is_made_of_its_kind_and_number_alone():
    """What is kept by its number must be the same tomorrow."""
    for make in WORKBOOKS:
        content = packed(unpacked(make()))
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            assert {each.date_time for each in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            told = re.findall(rb"\d{4}-\d\d-\d\dT[\d:]+Z", package.read("docProps/core.xml"))
        assert set(told) == {b"2026-01-01T00:00:00Z"}


def test_the_watch_finds_hangs_tracebacks_and_hunger(tmp_path):
    """The measuring itself: a reader that is slow, wrong or greedy is caught."""
    program = tmp_path / "faulty.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(PROGRAM.parent)!r})\n"
        "import fuzzing, json\nfrom pathlib import Path\n"
        "fuzzing.SECONDS = 0.2\n"
        "real = fuzzing.outcome\n"
        "def faulty(path):\n"
        "    number = int(path.stem.rpartition('-')[2]) if '-' in path.stem else -1\n"
        "    if number == 0:\n        while True: pass\n"
        "    if number == 1:\n        raise KeyError('row')\n"
        "    if number == 2:\n        len(bytearray(2 << 30))\n"
        "    return real(path)\n"
        "fuzzing.outcome = faulty\n"
        "print(json.dumps(fuzzing.run('csv', 0, 4, Path(sys.argv[1]))))\n",
        encoding="utf-8",
    )
    told = told_by(program, folder=tmp_path)
    said = {failure["number"]: failure["why"].strip().splitlines()[-1] for failure in told["failures"]}
    assert [*said] == [0, 1, 2]
    assert said[0].endswith("Hang")
    assert said[1] == "KeyError: 'row'"
    assert said[2] == "MemoryError"
    assert sum(told["outcomes"].values()) == 1
