"""Writers of one company that are killed at random moments: a program of its own, started by ``test_killing.py``.

It imports the library once and forks a writer whenever one is wanted, so that a start costs milliseconds.  It
talks in lines of JSON: what it is told on standard input, what it has done on standard output.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import erp_connect as ec
from erp_connect.adapters.sql import adapter as sql_adapter
from erp_connect.adapters.sql.creating import Creating

AT_ONCE = 4
"""Writers that work at the same time."""
PER_KILL = 2
"""New keys for each kill."""
BEHIND, AHEAD = 16, 6
"""The window of keys that writers choose from, around the newest."""
PATIENCE = 90.0
"""Seconds after which a writer that has not finished is stuck."""


def customer_po(number: int) -> str:
    return f"PO-{number:05d}"


def is_amended(number: int) -> bool:
    return number % 2 == 0


def is_cancelled(number: int) -> bool:
    return number % 3 == 0


def line(quantity: int) -> ec.LineDraft:
    return ec.LineDraft(product="VALVE-20", quantity=quantity, unit="H87")


def draft(number: int) -> ec.OrderDraft:
    return ec.OrderDraft(
        customer="C-100", customer_po=customer_po(number), currency="EUR", lines=[line(number % 7 + 1)]
    )


def without_guard(execution_window: float) -> None:
    """Let the back-end take a second order with the same stamp, and say so: only the journal guards it now."""
    guarded = sql_adapter.SqlAdapter.static_capabilities.__func__

    def static_capabilities(cls: type[Any], target: Any) -> Any:
        known = guarded(cls, target)
        stamps = {
            book: replace(policy, enforced=False, execution_window=execution_window)
            for book, policy in known.stamps.items()
        }
        return replace(known, stamps=stamps)

    sql_adapter.SqlAdapter.static_capabilities = classmethod(static_capabilities)
    Creating._stamps_on_file = lambda *_: set()


class Writer:
    """One process that creates, amends and cancels, and reports what it was confirmed."""

    def __init__(self, erp: ec.Client, notes: int, seed: int) -> None:
        self.erp = erp
        self.notes = notes
        self.random = random.Random(seed)

    def note(self, **what: Any) -> None:
        # One short write to a file opened for appending: whole or not at all, whoever is killed.
        os.write(self.notes, (json.dumps(what) + "\n").encode())

    def patiently(self, act: Any) -> Any:
        """What a program does that takes the library at its word: the same call again while it may be repeated."""
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except ec.errors.ErpConnectError as error:
                again = error.retryable or error.outcome == "unknown"
                if not again or time.monotonic() > give_up:
                    raise
                self.note(op="again", why=error.code)
                time.sleep(min(error.retry_after or 0.05, 2.0))

    def create(self, numbers: list[int]) -> dict[int, str]:
        if len(numbers) == 1:
            (number,) = numbers
            receipts = [
                self.patiently(lambda: self.erp.orders.create(draft(number), key=customer_po(number)))
            ]
        else:
            receipts = self.patiently(lambda: self._many(numbers))
        made = {}
        for receipt in receipts:
            self.note(op="create", key=receipt.key, id=receipt.order.id, replayed=receipt.replayed)
            made[int(receipt.key[3:])] = receipt.order.id
        return made

    def _many(self, numbers: list[int]) -> Any:
        result = self.erp.orders.create_many(map(draft, numbers), map(customer_po, numbers))
        for failure in result.failed:
            raise failure.error
        return result.succeeded

    def finish(self, number: int, order_id: str) -> None:
        if is_amended(number):
            self._change(
                "amend",
                number,
                lambda key: self.erp.orders.amend(order_id, ec.AddLine(line=line(2)), key=key),
            )
        if is_cancelled(number):
            self._change("cancel", number, lambda key: self.erp.orders.cancel(order_id, "withdrawn", key=key))

    def _change(self, op: str, number: int, act: Any) -> None:
        key = f"{op}/{number}"
        receipt = self.patiently(lambda: act(key))
        self.note(op=op, key=key, id=receipt.order.id, replayed=receipt.replayed)

    def work(self, first: int, last: int) -> None:
        """Take keys of a window in any order, until killed."""
        nursery = os.getppid()
        while os.getppid() == nursery:  # nobody is left to kill us otherwise
            start = self.random.randrange(first, last)
            many = self.random.random() < 0.4
            made = self.create(list(range(start, min(start + (5 if many else 1), last))))
            for number, order_id in made.items():
                self.finish(number, order_id)

    def finish_all(self, count: int) -> None:
        """Bring every order to its end, in an order of this writer's own."""
        numbers = list(range(count))
        self.random.shuffle(numbers)
        for start in range(0, count, 100):
            for number, order_id in self.create(numbers[start : start + 100]).items():
                self.finish(number, order_id)


class Nursery:
    """Forks writers and kills them."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.seed: int = told["seed"]
        self.random = random.Random(self.seed)
        self.folder = Path(told["folder"])
        self.notes = os.open(self.folder / "notes", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.living: set[int] = set()
        self.born = 0
        if told["unguarded"] is not None:
            without_guard(told["unguarded"])
        journal = {"journal": told["journal"]} if told["journal"] else {}
        self.erp = ec.connect(told["url"], timeout=10, **journal)
        # One of everything: a writer that is forked later has its statements ready, and has to open a pool of its own.
        self.erp.customers.find("C-100")
        first = Writer(self.erp, self.notes, self.seed)
        for number, order_id in {**first.create([0]), **first.create([1, 2])}.items():
            first.finish(number, order_id)

    def fork(self, task: Any) -> int:
        self.born += 1
        seed = self.seed * 100_000 + self.born
        pid = os.fork()
        if pid:
            self.living.add(pid)
            return pid
        code = 1
        try:
            task(Writer(self.erp, self.notes, seed))
            code = 0
        except BaseException:  # noqa: BLE001 (a child reports everything, and never returns)
            os.write(
                self.notes, (json.dumps({"op": "failed", "why": traceback.format_exc()}) + "\n").encode()
            )
        finally:
            os._exit(code)

    def kill(self, kills: int) -> None:
        """Kill so many writers, each replaced at once; at the end all that are left at one blow."""
        for done in range(kills):
            while len(self.living) < min(AT_ONCE, kills - done):
                newest = done * PER_KILL
                first, last = max(newest - BEHIND, 0), newest + AHEAD
                self.fork(lambda writer, a=first, z=last: writer.work(a, z))
            if kills - done >= AT_ONCE:
                time.sleep(self.random.expovariate(1 / 0.05))
            victim = self.random.choice(sorted(self.living))
            os.kill(victim, signal.SIGKILL)
            _, status = os.waitpid(victim, 0)
            self.living.discard(victim)
            if not os.WIFSIGNALED(status):
                raise RuntimeError("a writer ended by itself; see the notes")

    def all_end(self) -> None:
        """Wait until every writer has ended by itself; one that hangs is an error."""
        give_up = time.monotonic() + PATIENCE
        while self.living:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid:
                self.living.discard(pid)
                if status:
                    raise RuntimeError("a writer failed; see the notes")
            elif time.monotonic() > give_up:
                for stuck in self.living:
                    os.kill(stuck, signal.SIGKILL)
                raise RuntimeError("a writer is stuck")
            else:
                time.sleep(0.01)

    def recover(self) -> dict[str, int]:
        """What somebody does who finds the ruins; repeated as long as it says that time will tell."""
        counted = {"settled": 0, "reopened": 0}
        give_up = time.monotonic() + PATIENCE
        while True:
            report = self.erp.recover()
            counted["settled"] += len(report.settled)
            counted["reopened"] += len(report.reopened)
            if not report.unknown or time.monotonic() > give_up:
                return {**counted, "unknown": len(report.unknown)}
            time.sleep(0.2)


def say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    told = json.loads(sys.stdin.readline())
    nursery = Nursery(told)
    count = told["kills"] * PER_KILL + AHEAD
    try:
        began = time.monotonic()
        nursery.kill(told["kills"])
        say(step="recovered", keys=count, **nursery.recover())
        if not sys.stdin.readline():
            return  # nobody asks any more
        for _ in range(2):
            nursery.fork(lambda writer: writer.finish_all(count))
        nursery.all_end()
        say(step="finished", writers=nursery.born, seconds=time.monotonic() - began)
    finally:
        for pid in nursery.living:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        nursery.erp.close()


if __name__ == "__main__":
    main()
