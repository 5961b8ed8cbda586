"""A company to run the command line against: a database of our own, or a memory back-end that breaks on demand."""

import json
import shutil
from decimal import Decimal

import pytest
from typer.testing import CliRunner

import erp_connect as ec
from erp_connect.adapters.memory.world import forget_world, shared_world
from erp_connect.cli.app import app


class Run:
    """``erp-connect`` with these arguments, in this process."""

    def __init__(self, target=None):
        self._runner = CliRunner()
        self._environment = {"ERP_CONNECT_TARGET": target or ""}

    def __call__(self, *arguments, code=0, text=None):
        result = self._runner.invoke(
            app, [str(each) for each in arguments], env=self._environment, input=text
        )
        assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert "Traceback" not in result.output
        return result

    def json(self, *arguments, code=0, text=None, seconds=False):
        """What stands on stdout, which must be one JSON document and nothing else; only ``seconds`` are floats."""
        told = self(*arguments, "--json", code=code, text=text).stdout
        return json.loads(told, parse_float=None if seconds else _no_float)


def _no_float(text):
    raise AssertionError(f"{text} is a float; decimals are text")


def furnish(erp):
    """Two customers and three products."""
    for number, name, blocked in (("10000", "Harbour Pumps Ltd", False), ("10001", "Quay Valves Ltd", True)):
        erp.customers.create(ec.CustomerDraft(number=number, name=name, blocked=blocked))
    for code, unit, amount in (
        ("VALVE-20", "H87", "9.85"),
        ("SEAL-20", "H87", "0.38"),
        ("HOSE", "MTR", "2.60"),
    ):
        price = ec.UnitPrice(amount=Decimal(amount), currency="EUR")
        erp.products.create(ec.ProductDraft(code=code, name=f"{code} [new]", unit=unit, price=price))


@pytest.fixture(autouse=True)
def a_home_of_its_own(tmp_path, monkeypatch):
    """Nothing of the machine's own profiles or journals, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path / "home"))
    for name in ("ERP_CONNECT_TARGET", "ERP_CONNECT_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def on():
    """The command line on any target, or on none: ``on("memory://cli")("orders", "list")``."""
    return Run


@pytest.fixture(scope="session")
def furnished_database(tmp_path_factory):
    """A database of our own schema, made by the command line, with a company in it; copied for every test."""
    file = tmp_path_factory.mktemp("company") / "orders.db"
    Run()("init", f"sqlite:///{file}", "--currency", "EUR")
    with ec.connect(f"sqlite:///{file}") as erp:
        furnish(erp)
    return file


@pytest.fixture
def target(furnished_database, tmp_path):
    """A database with a company in it, in the current folder."""
    shutil.copy(furnished_database, tmp_path / "orders.db")
    return "sqlite:///orders.db"


@pytest.fixture
def run(target):
    """The command line on that database."""
    return Run(target)


@pytest.fixture
def erp(target):
    """The same database through the library."""
    with ec.connect(target) as connected:
        yield connected


@pytest.fixture
def broken_world():
    """A memory back-end that commands of this process share, and that can be told to break."""
    with ec.connect("memory://cli") as connected:
        furnish(connected)
    yield shared_world("cli")
    forget_world("cli")


@pytest.fixture
def created(run):
    """An order of two lines; its number."""
    told = run.json(
        *("orders", "create", "--customer", "10000", "--po", "PO-1", "--currency", "EUR"),
        *("--line", "VALVE-20:12:H87", "--line", "HOSE:5:MTR"),
    )
    return told["stored"]["number"]
