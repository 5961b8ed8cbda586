"""Bad input on the command line: each case its own message and exit code, and never a traceback."""

import pytest

from erp_connect.cli.exit_codes import ExitCode
from erp_connect.errors import AuthenticationFailed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ordres", "list"], "Did you mean 'orders'"),
        (["orders", "lst"], "Did you mean 'list'"),
        (["orders", "list", "--custmer", "1"], "--customer"),
        (["orders", "list", "--status", "lost"], "partly_shipped"),
        (["orders", "list", "--from", "tomorrow"], "2026-12-31"),
        (["orders", "list", "--modified-since", "2026-01-01"], "zone"),
        (["orders", "create"], "--customer"),
        (
            ["orders", "create", "--customer", "1", "--currency", "EUR", "--line", "VALVE"],
            "PRODUCT:QUANTITY:UNIT",
        ),
        (["orders", "create", "--customer", "1", "--currency", "EUR", "--line", "A:twelve:H87"], "twelve"),
        (["orders", "create", "--customer", "1", "--currency", "EUR", "--line", "A:NaN:H87"], "NaN"),
        (["orders", "create", "drafts.json", "--customer", "1"], "not both"),
        (["orders", "cancel", "1"], "--reason"),
        (["journal", "resolve", "k"], "--never-written"),
        (["journal", "resolve", "k", "--never-written", "--order", "1"], "--never-written"),
        (["orders", "list", "--set", "timeout"], "NAME=VALUE"),
        (["capabilities", "--book", "ordres"], "purchase_orders"),
    ],
)
def test_what_is_not_understood_ends_with_2_and_says_what_is(run, arguments, said):
    assert said in run(*arguments, code=ExitCode.MISUSE).stderr


def test_amend_without_a_change_says_how(run, created):
    assert "--quantity 1=10" in run("orders", "amend", created, code=2).stderr
    assert "LINE=VALUE" in run("orders", "amend", created, "--quantity", "10", code=2).stderr
    assert "--reason" in run("orders", "amend", created, "--cancel-line", "1", code=2).stderr


def test_the_target_must_be_named(on):
    assert "ERP_CONNECT_TARGET" in on()("orders", "list", code=2).stderr
    assert "ERP_CONNECT_TARGET" in on()("capabilities", code=2).stderr


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("sqlte:///orders.db", "sqlite"),
        ("sqlite:///empty.db", "init"),
        ("nowhere", "no profile 'nowhere'"),
        ("memory://?lke=bc", "like"),
    ],
)
def test_a_wrong_target_ends_with_3_and_a_hint(on, target, said):
    error = on()("orders", "list", "--target", target, code=ExitCode.CONFIGURATION)
    assert said in error.stderr
    told = on().json("orders", "list", "--target", target, code=ExitCode.CONFIGURATION)["error"]
    assert told["code"]
    assert told["outcome"] == "not_applied"


def test_a_profile_names_a_target(on, target, tmp_path):
    (tmp_path / "erp-connect.toml").write_text(f'[profiles.shop]\nurl = "{target}"\n')
    assert on().json("orders", "list", "--target", "shop") == []
    assert "did you mean 'shop'" in on()("orders", "list", "--target", "shpo", code=3).stderr


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (ExitCode.RETRY_LATER, ["--target", "postgresql://me:s3cret-word@127.0.0.1:1/none"]),
        (
            ExitCode.RETRY_LATER,
            ["--target", "postgresql://me@127.0.0.1:1/none", "--set", "password=env:PASSWORD"],
        ),
        (ExitCode.CONFIGURATION, ["--target", "memory://", "--set", "pasword=s3cret-word"]),
        (ExitCode.MISUSE, ["--target", "memory://", "--set", "s3cret-word"]),
    ],
)
def test_secrets_are_never_shown(on, monkeypatch, code, arguments):
    monkeypatch.setenv("PASSWORD", "s3cret-word")
    assert "s3cret-word" not in on()("orders", "list", *arguments, code=code).output


def test_a_database_that_is_not_there_ends_with_5(on):
    error = on().json(
        "orders",
        "list",
        "--target",
        "postgresql://me@127.0.0.1:1/none?connect_timeout=2",
        code=ExitCode.RETRY_LATER,
        seconds=True,
    )["error"]
    assert error["retryable"] is True


def test_a_lock_ends_with_5_and_a_repeat_goes_through(on, broken_world):
    run = on("memory://cli")
    number = run.json(
        "orders",
        "create",
        "--customer",
        "10000",
        "--po",
        "P",
        "--currency",
        "EUR",
        "--line",
        "VALVE-20:1:H87",
    )["stored"]["number"]
    order = run.json("orders", "show", number)
    broken_world.faults.lock(order["id"])
    run("orders", "amend", number, "--quantity", "1=2", code=ExitCode.RETRY_LATER)
    broken_world.faults.clear()
    run("orders", "amend", number, "--quantity", "1=2")


def test_a_reply_that_is_lost_ends_with_6_and_the_same_command_settles_it(on, broken_world):
    run = on("memory://cli?like=late_commit")
    command = (
        "orders",
        "create",
        "--customer",
        "10000",
        "--po",
        "P",
        "--currency",
        "EUR",
        "--line",
        "VALVE-20:1:H87",
    )
    broken_world.faults.commit_late("orders.create*", 1)
    error = run.json(*command, code=ExitCode.OUTCOME_UNKNOWN, seconds=True)["error"]
    assert error["key"] == "10000/P"
    assert "another key" in error["hint"]
    assert [entry["key"] for entry in run.json("journal", "open", code=ExitCode.OUTCOME_UNKNOWN)] == [
        "10000/P"
    ]
    assert [entry["key"] for entry in run.json("journal")] == ["10000/P"]
    assert "10000/P" in run("journal").stdout


def test_a_user_who_is_not_let_in_ends_with_4(on, broken_world):
    broken_world.faults.refuse("orders.list", AuthenticationFailed("user or password was not accepted"))
    assert on("memory://cli").json("orders", "list", code=ExitCode.ACCESS) == []
