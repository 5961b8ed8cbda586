"""The fixtures of the pytest plugin, and what the plugin costs those who do not use it."""

import subprocess
import sys
from pathlib import Path

import pytest

import erp_connect as ec

pytest_plugins = ["pytester"]
PAGE = Path(__file__).parent.parent.parent / "docs" / "how-to" / "test-with-memory.md"


def test_a_connection_is_fresh(erp) -> None:
    assert isinstance(erp, ec.Client)
    assert list(erp.orders.list()) == []
    erp.customers.create(ec.CustomerDraft(number="10000", name="Harbour Pumps Ltd"))


def test_and_nothing_is_left_for_the_next_test(erp) -> None:
    assert list(erp.customers.list()) == []


@pytest.mark.parametrize("erp_like", ["bc", "sage200"], indirect=True)
def test_a_connection_has_the_limits_of_a_product(erp_like, request) -> None:
    assert erp_like.capabilities.field("order.customer_po").max_length in (35, 30)
    assert erp_like.capabilities.system == f"memory like {request.node.callspec.params['erp_like']}"


def test_without_a_product_it_has_none(erp_like) -> None:
    assert erp_like.capabilities.field("order.customer_po").max_length is None


def test_the_test_turns_the_clock(erp, erp_clock) -> None:
    before = erp_clock.now()
    stored = erp.customers.create(ec.CustomerDraft(number="10000", name="Harbour Pumps Ltd")).stored
    erp_clock.turn(days=3)
    changed = erp.customers.update(stored, name="Harbour Pumps plc").stored
    assert stored.modified_at == before
    assert (changed.modified_at - before).days == 3


def test_the_world_behind_the_connection_can_be_furnished(erp, erp_world) -> None:
    erp_world.load(ec.ProductDraft(code="VALVE-20", name="Ball valve 20 mm", unit="C62"))
    erp_world.set_stock("VALVE-20", "MAIN", 4)
    assert erp.stock.availability("VALVE-20", 1, "C62").available == 4


def test_a_connection_is_closed_at_the_end(pytester) -> None:
    pytester.makepyfile(
        """
        import erp_connect as ec
        import pytest
        kept = []

        def test_one(erp):
            kept.append(erp)

        def test_two():
            with pytest.raises(ec.errors.ConfigurationError):
                kept[0].orders.get("1")
        """
    )
    assert pytester.runpytest_inprocess("-p", "no:cacheprovider").parseoutcomes() == {"passed": 2}


def test_the_plugin_costs_nothing_before_a_fixture_is_asked_for() -> None:
    """Whoever has the library installed and tests something else must not wait for it."""
    code = "import sys, pytest; known = set(sys.modules); import pytest_erp_connect; print(*set(sys.modules) - known)"
    told = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert told.split() == ["pytest_erp_connect"]


def test_pytest_loads_the_plugin_by_itself(pytestconfig) -> None:
    assert pytestconfig.pluginmanager.get_plugin("erp_connect").__name__ == "pytest_erp_connect"


def test_the_examples_of_the_how_to_are_tests_that_pass(pytester) -> None:
    page = PAGE.read_text(encoding="utf-8")
    blocks = [block.partition("```")[0] for block in page.split("```python\n")[1:]]
    pytester.makepyfile(test_page="\n\n".join(blocks))
    outcomes = pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "-k", "not TestAcme or Claim or claim"
    ).parseoutcomes()
    assert "failed" not in outcomes
    assert "errors" not in outcomes
    assert outcomes["passed"] >= 70
