"""A company whose orders and whose journal stand where a test says, and what SQL says of them."""

from __future__ import annotations

import contextlib
import itertools
import json
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import erp_connect as ec
from erp_connect.adapters.sql.migrate import init
from erp_connect.wire.sql import open_engine, reading


@dataclass(frozen=True)
class Company:
    """The tables of a company with a customer and a product, and its journal if that stands elsewhere."""

    url: str
    journal: str | None = None

    def fit_out(self) -> None:
        init(self.url, currency="EUR")
        with ec.connect(self.url) as erp:
            erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill & Sons"), key="customer")
            price = ec.UnitPrice(amount=12, currency="EUR")
            erp.products.create(
                ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87", price=price), key="product"
            )

    def connect(self, **settings: Any) -> ec.Client:
        elsewhere = {"journal": self.journal} if self.journal else {}
        return ec.connect(self.url, **{"timeout": 5, **elsewhere, **settings})

    @staticmethod
    def draft(po: str, lines: int = 1) -> ec.OrderDraft:
        """An order of so many lines, each of which takes some room."""
        wanted = [
            ec.LineDraft(product="VALVE-20", quantity=number % 7 + 1, unit="H87") for number in range(lines)
        ]
        return ec.OrderDraft(customer="C-100", customer_po=po, currency="EUR", lines=wanted)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the orders' database says, past the library."""
        return rows_of(self.url, sql)

    def journal_rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the journal's database says, past the library."""
        return rows_of(self.journal or self.url, sql)

    def standing(self) -> Counter[str]:
        """How many orders have each PO number."""
        return Counter(po for (po,) in self.rows("SELECT their_number FROM erp_orders"))

    def stamps(self) -> set[str]:
        """The stamps of all orders."""
        return {stamp for (stamp,) in self.rows("SELECT stamp FROM erp_orders")}

    def whole(self, lines: int = 1) -> bool:
        """Whether every order has all its lines, and every line its order."""
        counted = self.rows("SELECT order_id, COUNT(*) FROM erp_order_lines GROUP BY order_id")
        orders = {order for (order,) in self.rows("SELECT id FROM erp_orders")}
        return dict.fromkeys(orders, lines) == dict(counted)


def rows_of(url: str, sql: str) -> list[tuple[Any, ...]]:
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]
    finally:
        engine.dispose()


class Program:
    """A program beside this one that forks writers and ends them; the two talk in lines of JSON."""

    def __init__(self, program: Path, folder: Path, told: dict[str, Any]) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.go(json.dumps({**told, "folder": str(folder)}))

    def go(self, line: str = "go") -> None:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def says(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            _, stderr = self._process.communicate()
            raise AssertionError("\n".join([stderr, *self.failures()]))
        return json.loads(line)

    def notes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "notes").read_text("utf-8").splitlines()]

    def failures(self) -> list[str]:
        return [note["why"] for note in self.notes() if note["op"] == "failed"]

    def end(self) -> None:
        """Wait until it has ended."""
        self._process.communicate()
        assert self._process.returncode == 0

    def stop(self) -> None:
        """End it and its writers, whatever they are doing."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def start(company):
    """Starts programs, which do not outlive the test; ``company``: nor do its databases outlive them."""
    with contextlib.ExitStack() as stack:

        def started(program: Path, folder: Path, **told: Any) -> Program:
            running = Program(program, folder, told)
            stack.callback(running.stop)
            return running

        yield started


@pytest.fixture
def new_place(request, tmp_path):
    """Makes empty databases on a product, as many as are asked for."""
    from erp_connect.testing.databases import new_database

    numbers = itertools.count()
    with contextlib.ExitStack() as stack:

        def made(product: str) -> str:
            if product == "sqlite":
                return f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"
            name = {"postgres": "postgres_server", "mariadb": "mariadb_server_url"}[product]
            url = stack.enter_context(new_database(request.getfixturevalue(name)))
            return url.render_as_string(hide_password=False)

        yield made


@pytest.fixture
def company(new_place):
    """Fits out a company: its orders on one product, its journal beside them or in a database of its own."""

    def fitted_out(orders: str, journal: str | None = None) -> Company:
        made = Company(new_place(orders), new_place(journal) if journal else None)
        made.fit_out()
        return made

    return fitted_out
