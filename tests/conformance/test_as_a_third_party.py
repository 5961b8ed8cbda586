"""The kit as the author of another adapter runs it: suites alone, expected failures, reasons, notes."""

import pytest

from erp_connect.adapters.contract import Support
from erp_connect.testing.conformance import MemoryProfile
from erp_connect.testing.conformance.declared import RESULTS
from erp_connect.testing.matrix import gather

pytest_plugins = ["pytester"]

THEIRS = """
from erp_connect.testing import conformance

class Profile(conformance.MemoryProfile):
    {more}

class TestTheirs(conformance.{suite}):
    profile = Profile({like})
"""


def run(pytester: pytest.Pytester, suite: str, more: str = "pass", like: str = "") -> dict[str, int]:
    pytester.makepyfile(THEIRS.format(suite=suite, more=more, like=like))
    return pytester.runpytest_inprocess("-p", "no:cacheprovider").parseoutcomes()


def test_a_suite_runs_alone(pytester) -> None:
    assert run(pytester, "Dates")["passed"] >= 10


def test_what_is_not_offered_is_skipped(pytester) -> None:
    outcomes = run(pytester, "Purchasing", like='"crm"')
    assert outcomes["skipped"] >= 8
    assert "failed" not in outcomes


def test_an_expected_failure_that_passes_fails(pytester) -> None:
    more = "expected_failures = {'test_an_id_that_cannot_exist_is_not_found': 'we think so'}"
    more += "\n    def __init__(self): super().__init__(expected_failures=self.expected_failures)"
    outcomes = run(pytester, "Finding", more)
    assert outcomes["failed"] == 1


def test_an_expected_failure_that_fails_is_expected(pytester) -> None:
    more = "expected_failures = {'test_every_currency_is_rounded_to_its_own_places[JPY]': 'no yen here'}"
    more += "\n    def __init__(self): super().__init__(expected_failures=self.expected_failures)"
    more += "\n    def connect(self, **more): raise AssertionError"
    more += """
    def backend(self):
        from contextlib import contextmanager
        @contextmanager
        def weak():
            with conformance.MemoryProfile.backend(self) as connect:
                def connected(**more):
                    client = connect(**more)
                    create = client.orders.create
                    def refusing(draft, **more):
                        assert draft.currency != "JPY"
                        return create(draft, **more)
                    client.orders.create = refusing
                    return client
                yield connected
        return weak()
"""
    outcomes = run(pytester, "Money", more)
    assert outcomes["xfailed"] == 1
    assert "failed" not in outcomes


def test_an_expected_failure_needs_a_test_and_a_reason(pytester) -> None:
    more = "expected_failures = {'test_of_our_dreams': 'some day'}"
    more += "\n    def __init__(self): super().__init__(expected_failures=self.expected_failures)"
    assert run(pytester, "Declared", more)["failed"] == 1


def test_less_than_the_minimum_needs_a_reason(pytester) -> None:
    more = "minimum = frozenset({'orders.hold', 'orders.create'})"
    assert run(pytester, "Declared", more, like='"bc"')["failed"] == 1
    more += "\n    declares_less = {'orders.hold': 'the page service has no hold'}"
    assert "failed" not in run(pytester, "Declared", more, like='"bc"')


def test_claims_are_noted_for_the_support_matrix(pytester, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(RESULTS, str(tmp_path))
    run(pytester, "Claims", like='"x3"')
    noted = gather(tmp_path)
    claims = MemoryProfile("x3").static_capabilities()
    assert noted == {
        "x3": {name for name, known in claims.operations.items() if known.support is not Support.NONE}
    }
