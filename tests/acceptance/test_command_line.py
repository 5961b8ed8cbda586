"""Issue 2, item 9: the same verbs in a terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect.cli import main


class Terminal:
    """Runs ``erp-connect`` in this process: exit code, what stands on stdout, what on stderr."""

    def __init__(self, capsys, monkeypatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["erp-connect", *map(str, arguments)])
        self._capsys.readouterr()
        try:
            code = main()
        except SystemExit as end:
            code = end.code
        out, err = self._capsys.readouterr()
        return int(code or 0), out, err

    def json(self, *arguments: object, code: int = 0) -> object:
        ended, out, err = self(*arguments, "--json")
        assert ended == code, err + out
        return json.loads(out)


@pytest.fixture
def erp_connect(capsys, monkeypatch) -> Terminal:
    return Terminal(capsys, monkeypatch)


@pytest.fixture
def target(sqlite_shop, monkeypatch) -> str:
    monkeypatch.setenv("ERP_CONNECT_TARGET", sqlite_shop)
    return sqlite_shop


ORDER = (
    "--customer",
    "10000",
    "--po",
    "PO-1",
    "--currency",
    "EUR",
    "--line",
    "VALVE-20:12:C62",
    "--line",
    "PUMP-1:2:C62",
)


def test_a_morning_in_a_terminal(erp_connect, tmp_path, shop) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert erp_connect("init", url, "--company", "Valve Trading", "--currency", "EUR")[0] == 0
    assert erp_connect("init", url)[0] == 0
    with ec.connect(url) as erp:
        shop.fill(erp)
    at = ("--target", url)
    assert erp_connect("orders", "check", *ORDER, *at)[0] == 0
    code, out, _ = erp_connect("orders", "create", *ORDER, *at)
    assert code == 0
    assert erp_connect("orders", "create", *ORDER, *at)[0] == 0
    listed = erp_connect.json("orders", "list", *at)
    assert len(listed) == 1
    number = listed[0]["number"]
    assert number in out
    shown = erp_connect.json("orders", "show", number, *at)
    assert shown["lines"][0]["quantities"]["ordered"] == "12"
    assert type(shown["net"]["amount"]) is str
    assert Decimal(shown["net"]["amount"]) == 1110
    planned = erp_connect.json(
        "orders", "amend", number, "--quantity", "1=10", "--reason", "called", "--plan", *at
    )
    assert planned
    assert erp_connect.json("orders", "show", number, *at) == shown
    assert erp_connect("orders", "amend", number, "--quantity", "1=10", "--reason", "called", *at)[0] == 0
    assert erp_connect.json("orders", "show", number, *at)["lines"][0]["quantities"]["ordered"] == "10"
    assert erp_connect("orders", "cancel", number, "--line", "2", "--reason", "not needed", *at)[0] == 0
    assert erp_connect("orders", "cancel", number, "--reason", "withdrawn", *at)[0] == 0
    tracked = erp_connect.json("orders", "track", number, *at)
    assert tracked["status"] == "cancelled"
    history = erp_connect.json("orders", "history", number, *at)
    assert [entry["operation"] for entry in history] == [
        "orders.create",
        *(entry["operation"] for entry in history[1:-1]),
        "orders.cancel",
    ]
    assert "called" in [entry["reason"] for entry in history]
    assert erp_connect("orders", "cancel", number, "--reason", "again", *at)[0] == 1
    assert "10000/PO-1" in [entry["key"] for entry in erp_connect.json("journal", "list", *at)]
    assert erp_connect.json("journal", "open", *at) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("orders", "show", "none"), 1),
        (
            (
                "orders",
                "create",
                "--customer",
                "99999",
                "--po",
                "1",
                "--currency",
                "EUR",
                "--line",
                "VALVE-20:1:C62",
            ),
            1,
        ),
        (
            (
                "orders",
                "create",
                "--customer",
                "10000",
                "--po",
                "1",
                "--currency",
                "EUR",
                "--line",
                "VALVE-20:-1:C62",
            ),
            (1, 2),
        ),
        (
            (
                "orders",
                "create",
                "--customer",
                "10000",
                "--po",
                "1",
                "--currency",
                "EUR",
                "--line",
                "VALVE-20:1.5e:C62",
            ),
            (1, 2),
        ),
        (("orders", "cancel", "none"), 2),
        (("orders", "nonsense"), 2),
        (("nonsense",), 2),
        (("orders", "list", "--target", "memry://"), 3),
        (("orders", "list", "--target", "sqlite:///not-there.db"), 3),
        (("orders", "list", "--set", "nonsense=1"), 3),
        (("orders", "list", "--target", "postgresql://nobody@127.0.0.1:9/none", "--set", "timeout=2"), 5),
        (("import", "not-there.xlsx"), (1, 2, 3)),
        (("journal", "show", "none"), 1),
        (("orders", "list", "--limit", "-1"), 2),
    ],
)
def test_exit_codes(erp_connect, target, arguments: tuple[str, ...], code: object) -> None:
    ended, out, err = erp_connect(*arguments)
    assert ended in (code if isinstance(code, tuple) else (code,)), (ended, err)
    assert err
    assert "Traceback" not in err + out


def test_a_refusal_is_json_for_machines(erp_connect, target) -> None:
    told = erp_connect.json("orders", "show", "none", code=1)
    assert told["error"]["code"] == "not_found"
    assert told["error"]["hint"]


def test_orders_as_json_on_the_way_in(erp_connect, target, tmp_path, shop) -> None:
    path = tmp_path / "orders.json"
    drafts = [shop.draft(f"PO-{n}").model_dump_json(exclude_unset=True) for n in range(3)]
    path.write_text(f"[{','.join(drafts)}]", encoding="utf-8")
    assert erp_connect("orders", "check", path)[0] == 0
    assert erp_connect("orders", "create", path)[0] == 0
    assert erp_connect("orders", "create", path)[0] == 0
    assert len(erp_connect.json("orders", "list")) == 3
    path.write_text('{"customer": "10000", "lines": [{"quantity": 1.5}]}', encoding="utf-8")
    assert erp_connect("orders", "create", path)[0] in {1, 2}
    path.write_text("not json", encoding="utf-8")
    assert erp_connect("orders", "create", path)[0] in {1, 2, 3}


def test_a_key_is_done_once(erp_connect, target) -> None:
    for _ in range(2):
        assert erp_connect("orders", "create", *ORDER, "--key", "mine")[0] == 0
    assert erp_connect("orders", "create", *ORDER, "--line", "SEAL-5:1:C62", "--key", "mine")[0] == 1
    assert len(erp_connect.json("orders", "list")) == 1
    assert erp_connect.json("journal", "show", "mine")["key"] == "mine"


def test_a_workbook_is_imported_corrected_and_imported_again(erp_connect, target, tmp_path) -> None:
    path = tmp_path / "orders.csv"
    good = "Customer,PO number,Currency,Product,Quantity,Unit\n10000,A-1,EUR,VALVE-20,12,pcs\n"
    path.write_text(good + "10000,A-2,EUR,VALVE-20,a dozen,pcs\n10000,A-3,EUR,NONE,1,pcs\n", encoding="utf-8")
    code, _, _ = erp_connect("import", path)
    assert code == 1
    (checked,) = [each for each in tmp_path.glob("orders*.csv") if each != path]
    said = checked.read_text(encoding="utf-8-sig").splitlines()
    assert "quantity" in said[2].lower() or "dozen" in said[2]
    assert "product" in said[3].lower()
    assert len(erp_connect.json("orders", "list")) == 1
    path.write_text(good + "10000,A-2,EUR,VALVE-20,12,pcs\n10000,A-3,EUR,PUMP-1,1,pcs\n", encoding="utf-8")
    assert erp_connect("import", path, "--dry-run")[0] == 0
    assert len(erp_connect.json("orders", "list")) == 1
    for _ in range(2):
        assert erp_connect("import", path)[0] == 0
        assert sorted(order["customer_po"] for order in erp_connect.json("orders", "list")) == [
            "A-1",
            "A-2",
            "A-3",
        ]


def test_what_a_system_can_do(erp_connect) -> None:
    code, out, _ = erp_connect("capabilities", "memory://?like=bc")
    assert code == 0
    assert "orders.create" in out
    told = erp_connect.json("capabilities", "memory://?like=bc")
    assert "orders.split_line" in json.dumps(told)


def test_secrets_are_not_repeated(erp_connect) -> None:
    for arguments in (
        ("orders", "list", "--target", "postgresql://anna:hunter2@127.0.0.1:9/none", "--set", "timeout=2"),
        ("orders", "list", "--target", "nosuch://anna:hunter2@host"),
        ("orders", "list", "--target", "memory://", "--set", "password=hunter2"),
        ("init", "nosuch://anna:hunter2@host"),
    ):
        code, out, err = erp_connect(*arguments)
        assert "hunter2" not in out + err
        assert code or "password" in arguments[-1]


def test_the_program_is_there_with_its_version() -> None:
    done = subprocess.run(
        ["erp-connect", "--version"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": f"{sys.prefix}/bin"},
    )
    assert done.returncode == 0
    assert done.stdout.strip()


def test_machines_get_nothing_but_json_and_people_no_progress_in_a_pipe(sqlite_shop, tmp_path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        "Customer,PO number,Currency,Product,Quantity,Unit\n10000,A-1,EUR,VALVE-20,12,pcs\n", encoding="utf-8"
    )
    done = subprocess.run(
        [f"{sys.prefix}/bin/erp-connect", "import", str(path), sqlite_shop, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    json.loads(done.stdout)
    assert "\x1b" not in done.stdout + done.stderr
