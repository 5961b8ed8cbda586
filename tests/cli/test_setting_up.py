"""``init`` and ``capabilities``: before the first order."""

import sqlite3

import pytest
from typer.testing import CliRunner

import erp_connect as ec
from erp_connect.cli.app import app


def test_init_makes_a_database_that_orders_can_be_written_to(on, tmp_path):
    told = on().json("init", "sqlite:///new.db", "--company", "Valves Ltd", "--currency", "EUR")
    assert told["company"] == "Valves Ltd"
    with ec.connect("sqlite:///new.db") as erp:
        erp.ping()
    assert on().json("init", "sqlite:///new.db")["uuid"] == told["uuid"], "a second run changes nothing"
    with sqlite3.connect(tmp_path / "new.db") as connection:
        assert connection.execute("SELECT count(*) FROM erp_system").fetchone() == (1,)


def test_init_is_for_databases_only(on):
    assert "SQL database" in on()("init", "memory://", code=3).stderr
    assert (
        on().json("init", "sqlite:///new.db", "--currency", "EURO", code=3)["error"]["code"]
        == "configuration"
    )


def test_capabilities_are_told_without_traffic(on):
    told = on().json("capabilities", "memory://?like=bc", "--book", "orders", seconds=True)
    assert told["discovered"] is False
    assert told["operations"]["orders.create"]["support"] in ("native", "emulated")
    assert all(name.startswith("orders.") for name in told["operations"])
    table = on()("capabilities", "memory://?like=bc").stdout
    assert "orders.cancel" in table


def test_capabilities_can_be_asked_of_the_system_itself(on, target):
    assert on(target).json("capabilities", "--connect", seconds=True)["discovered"] is True


def test_fields_with_limits_are_listed(on):
    assert "order.customer_po" in on()("capabilities", "memory://?like=bc", "--fields").stdout


def test_the_version_is_told(on):
    from importlib.metadata import version

    assert on()("--version").stdout.strip() == version("erp-connect")


@pytest.mark.parametrize(
    ("typed", "completed"), [("ord", "orders"), ("orders am", "amend"), ("orders list --target sh", "shop")]
)
def test_the_shell_completes_commands_and_profiles(on, tmp_path, monkeypatch, typed, completed):
    (tmp_path / "erp-connect.toml").write_text('[profiles.shop]\nurl = "sqlite:///orders.db"\n')
    monkeypatch.setenv("_ERP_CONNECT_COMPLETE", "complete_bash")
    words = f"erp-connect {typed}"
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    assert completed in CliRunner().invoke(app, [], prog_name="erp-connect").stdout.split()


def test_init_says_how_the_company_lives_and_shows_it_again(on):
    said = (
        "--company",
        "Valves Ltd",
        "--currency",
        "EUR",
        "--rounding",
        "document",
        "--backorders",
        "forbid",
    )
    told = on().json("init", "sqlite:///new.db", *said, "--credit", "hold", "--timezone", "Europe/Berlin")
    assert (told["rounding"], told["backorders"], told["credit"]) == ("document", False, "hold")
    shown = on()("init", "sqlite:///new.db").stdout
    assert (
        "Valves Ltd, currency EUR, time zone Europe/Berlin, rounds the document, backorders forbidden"
        in shown
    )


def test_init_changes_settings_only_when_it_is_told_to(on):
    on()("init", "sqlite:///new.db", "--currency", "EUR")
    kept = on()("init", "sqlite:///new.db", "--currency", "EUR", "--rounding", "document", "--credit", "hold")
    assert "Not changed: rounding, credit." in kept.stderr
    assert "rounds each line" in kept.stdout
    changed = on()("init", "sqlite:///new.db", "--rounding", "document", "--credit", "hold", "--change")
    assert "Not changed" not in changed.stderr
    assert "currency EUR" in changed.stdout
    assert "rounds the document" in changed.stdout


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--rounding", "sometimes", 3),
        ("--credit", "ignore", 3),
        ("--timezone", "Berlin", 3),
        ("--company", " ", 3),
        ("--backorders", "yes", 2),
    ],
)
def test_init_refuses_nonsense_and_makes_nothing(on, tmp_path, option, value, code):
    on()("init", "sqlite:///new.db", option, value, code=code)
    assert not (tmp_path / "new.db").exists() or (tmp_path / "new.db").stat().st_size == 0


def test_the_companys_settings_are_shown_with_its_capabilities(on, target):
    told = on(target).json("capabilities", "--connect", seconds=True)
    assert told["company"]["currency"] == "EUR"
    assert "rounds each line" in on(target)("capabilities", "--connect").stdout
    assert "company" not in on(target).json("capabilities", seconds=True)
