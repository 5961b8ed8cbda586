"""The benchmark of back-ends that are far away measures every job, and writes its page."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def distant(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import distant

    return distant


@pytest.mark.thorough
@pytest.mark.parametrize(
    "site",
    [
        "sap+rfc",
        "sap+odata",
        "dynamics+bc",
        "dynamics+fo",
        "dynamics+crm",
        "dynamics+nav",
        "sage+x3",
        "sage+200",
        "sage+300",
    ],
)
def test_every_job_on_every_back_end_has_its_figures(site, distant):
    family = site.partition("+")[0]
    assert site in {kind.name for kind in distant.FAMILIES[family].kinds}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.distant", family, "--only", site),
            *("--orders", "4" if site == "sage+x3" else "10", "--rounds", "1", "--listed", "40"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told = [line for line in done.stdout.splitlines() if line.startswith(f"| {site} ")]
    for job in ("create", "read"):
        assert any(f"{job} {4 if site == 'sage+x3' else 10} orders of 5 lines" in line for line in told)
    assert sum(" ms " in line for line in told) == (0 if site == "sage+x3" else 2)


@pytest.mark.thorough
def test_a_list_is_measured_near_and_far(distant):
    found = distant.listing(distant.FAMILIES["sap"].kinds[0], 40)
    assert [each["latency"] for each in found] == [0, distant.LATENCY]
    for each in found:
        assert len(each["mb"]) == 2
        assert min(each["mb"]) > 1
        assert each["ratio"] > 0
    assert len(distant.listing_rows(found)) == 2


def test_a_missed_goal_is_said_to_be_missed(distant):
    told = {
        "hand": {"wall": 1.0},
        "seconds": [2.0],
        "trips": 3,
        "bound": 1.0,
        "ratio": 2.0,
        "hand_cpu_us": 100.0,
        "cpu_us": 900.0,
    }
    found = [{"site": "sap+rfc", "orders": 1, "jobs": {"create": told}}]
    assert distant.rows(found)[0][-1] == "missed"
    assert distant.cpu_rows(found)[0][-2:] == ("800", "300: missed")
    found[0]["jobs"]["create"]["hand_cpu_us"] = 1000.0
    assert distant.cpu_rows(found)[0][-2:] == ("-100", "300: not to be compared")
