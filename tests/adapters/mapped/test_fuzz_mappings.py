"""400 spoilt mapping files: each is read or refused with its place and a hint, within bounds of time and memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from ...within_bounds import told_by

PROGRAM = Path(__file__).with_name("fuzzing.py")
KEPT = json.loads(Path(__file__).with_name("kept_mappings.json").read_text(encoding="utf-8"))
MOST_MEMORY = 300 << 20
"""Resident bytes of a process that connects with one mapping file after the other, whatever is wrong with them."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bounds of time and memory need POSIX")


def connected(folder, *inputs, program=PROGRAM):
    return told_by(program, *inputs, folder=folder)


def test_a_spoilt_mapping_is_read_or_refused_with_its_place_and_writes_nothing(tmp_path):
    told = connected(tmp_path, 0, 400)
    assert told["failures"] == []
    assert sum(told["outcomes"].values()) == 400
    assert told["peak"] < MOST_MEMORY
    # Inputs that are all refused at once, or all read, would prove little.
    assert 30 < told["outcomes"]["read"] < 200


def test_what_once_went_wrong_goes_right(tmp_path):
    told = connected(tmp_path, "kept")
    assert [KEPT[failure["number"]]["why"] + failure["why"] for failure in told["failures"]] == []
    assert sum(told["outcomes"].values()) == len(KEPT)
    assert "read" not in told["outcomes"], "each of them is a mistake that must be told"


def test_the_watch_finds_hangs_tracebacks_hunger_and_errors_without_a_place(tmp_path):
    """The measuring itself: a reader that is slow, wrong, greedy or curt is caught."""
    program = tmp_path / "faulty.py"
    program.write_text(
        f"import json, sys\nfrom pathlib import Path\nsys.path.insert(0, {str(PROGRAM.parent)!r})\n"
        "import fuzzing\nimport erp_connect as ec\nfrom erp_connect.errors import MappingError\n"
        "fuzzing.SECONDS = 0.3\n"
        "real, number = ec.connect, iter(range(-len(fuzzing.SCHEMAS), 10))\n"
        "def faulty(*args, **settings):\n"
        "    match next(number):\n"
        "        case 0:\n            while True: pass\n"
        "        case 1:\n            raise KeyError('table')\n"
        "        case 2:\n            len(bytearray(2 << 30))\n"
        "        case 3:\n            raise MappingError('something is wrong')\n"
        "    return real(*args, **settings)\n"
        "ec.connect = faulty\n"
        "print(json.dumps(fuzzing.run(range(5), Path(sys.argv[1]))))\n",
        encoding="utf-8",
    )
    told = connected(tmp_path, program=program)
    said = {failure["number"]: failure["why"].strip().splitlines()[-1] for failure in told["failures"]}
    assert [*said] == [0, 1, 2, 3]
    assert said[0].endswith("Hang")
    assert said[1] == "KeyError: 'table'"
    assert said[2] == "MemoryError"
    assert "says too little" in said[3]
    assert sum(told["outcomes"].values()) == 1
