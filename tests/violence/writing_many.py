"""A bulk write that is interrupted again and again: a program of its own, started by ``test_bulk_interrupted.py``.

It imports the library once and forks a writer for each run, so that a start costs milliseconds.  It talks in lines of
JSON: what it is told on standard input, what has happened on standard output.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import erp_connect as ec

PATIENCE = 60.0
"""Seconds, beside :data:`PER_ORDER`, after which a writer that has not ended is stuck."""
PER_ORDER = 0.02
INTERRUPTED = 130
"""What a program ends with that was interrupted by Ctrl-C."""


def draft(number: int) -> ec.OrderDraft:
    line = ec.LineDraft(product="VALVE-20", quantity=number % 7 + 1, unit="H87")
    return ec.OrderDraft(customer="C-100", customer_po=f"PO-{number:05d}", currency="EUR", lines=[line])


class Nursery:
    """Forks writers of the same orders, one after the other."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.random = random.Random(told["seed"])
        self.notes = os.open(Path(told["folder"]) / "notes", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.living: int | None = None

    def write(self, first: int, count: int, progress: int) -> None:
        """Create so many orders, in the forked child; says how far it is on a pipe."""

        def told(done: int, total: int | None) -> None:
            assert total == count
            os.write(progress, f"{done}\n".encode())

        journal = {"journal": self.told["journal"]} if self.told["journal"] else {}
        with ec.connect(self.told["url"], timeout=20, **journal) as erp:
            drafts = [draft(number) for number in range(first, first + count)]
            os.write(progress, b"ready\n")
            result = erp.orders.create_many(drafts, ec.keys.by_customer_po, progress=told)
        result.raise_for_failures()
        ends = {
            "succeeded": len(result.succeeded),
            "replayed": sum(receipt.replayed for receipt in result.succeeded),
            "in_order": [receipt.order.customer_po for receipt in result.succeeded]
            == [each.customer_po for each in drafts],
        }
        self.note(op="ended", **ends)

    def note(self, **what: Any) -> None:
        os.write(self.notes, (json.dumps(what) + "\n").encode())

    def run(
        self, first: int, count: int, *, blow: signal.Signals | None = None, after: float = 0.0
    ) -> dict[str, Any]:
        """One writer: how far it was, told by itself, how it ended, and the most memory that it held."""
        reads, writes = os.pipe()
        pid = self.living = os.fork()
        if pid == 0:
            self._child(first, count, reads, writes)
        os.close(writes)
        with os.fdopen(reads, "rb") as progress:
            assert progress.readline() == b"ready\n", "the writer has failed; see the notes"
            began = time.monotonic()
            if blow is not None:
                time.sleep(after)
                os.kill(pid, blow)
            give_up = time.monotonic() + PATIENCE + PER_ORDER * count
            far = b""
            while select.select([progress], [], [], max(give_up - time.monotonic(), 0))[0]:
                piece = os.read(progress.fileno(), 65_536)
                if not piece:
                    break
                far += piece
            else:
                os.kill(pid, signal.SIGUSR1)  # tells on standard error where it is
                time.sleep(1)
                raise RuntimeError("a writer is stuck")
        _, status, used = os.wait4(pid, 0)
        self.living = None
        return {
            "told": [int(line) for line in far.split()],
            "code": os.waitstatus_to_exitcode(status),
            "seconds": time.monotonic() - began,
            "peak": used.ru_maxrss * 1024,
        }

    def _child(self, first: int, count: int, reads: int, writes: int) -> None:
        code = 1
        try:
            os.close(reads)
            faulthandler.register(signal.SIGUSR1, all_threads=True)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.write(first, count, writes)
            code = 0
        except KeyboardInterrupt:
            code = INTERRUPTED
        except BaseException:  # noqa: BLE001 (a child reports everything, and never returns)
            self.note(op="failed", why=traceback.format_exc())
        finally:
            os._exit(code)

    def stop(self) -> None:
        if self.living is not None:
            with suppress(ProcessLookupError):
                os.kill(self.living, signal.SIGKILL)
                os.waitpid(self.living, 0)


def say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    nursery = Nursery(json.loads(sys.stdin.readline()))
    try:
        while line := sys.stdin.readline():
            wanted = json.loads(line)
            blow = signal.Signals[wanted.pop("blow")] if "blow" in wanted else None
            say(**nursery.run(**wanted, blow=blow))
    finally:
        nursery.stop()


if __name__ == "__main__":
    main()
