"""The journal's file is damaged, or may not be written: nothing is sent or doubled, and what can be read is told."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

import erp_connect as ec
from erp_connect.adapters.memory.world import forget_world
from erp_connect.adapters.sql.adapter import SqlAdapter
from erp_connect.cli.app import app
from erp_connect.wire.sql import sqlite_file

KEYS = [f"PO-{number:03d}" for number in range(120)]
PAGE = 4096
LEAF = 0x0D
"""The first byte of a page that holds rows."""


class Journal:
    """A journal's file that confirms the orders of ``KEYS``, and what it said while it was whole."""

    def __init__(self, place) -> None:
        self.place = place
        self.file = sqlite_file(place.journal)
        with place.connect() as erp:
            erp.orders.create_many(map(place.draft, KEYS), KEYS).raise_for_failures()
            self.said = {json.loads(line)["key"]: line for line in erp.journal.export()}
        self.whole = self.file.read_bytes()
        self.standing = place.standing()

    def hurt(self, at: int, garbage: bytes) -> None:
        self.file.write_bytes(self.whole[:at] + garbage + self.whole[at + len(garbage) :])

    def cut(self, length: int) -> None:
        self.file.write_bytes(self.whole[:length])

    def pages_of_rows(self) -> dict[int, int]:
        """Where pages of entries begin, and how many entries each has."""
        starts = range(PAGE, len(self.whole), PAGE)
        counted = {at: int.from_bytes(self.whole[at + 3 : at + 5]) for at in starts if self.whole[at] == LEAF}
        return {at: count for at, count in counted.items() if count > 1}

    def heal(self) -> None:
        """What the hint asks for: the file comes back from a backup."""
        self.file.write_bytes(self.whole)
        with self.place.connect() as erp:
            again = erp.orders.create_many(map(self.place.draft, KEYS), KEYS)
            again.raise_for_failures()
            assert all(receipt.replayed for receipt in again.succeeded)


@pytest.fixture
def without_unique_stamps(monkeypatch):
    """The back-end takes any order: only the journal guards against doubles."""
    from dataclasses import replace

    from erp_connect.adapters.sql.creating import Creating

    guarded = SqlAdapter.static_capabilities.__func__

    def static_capabilities(cls, target):
        known = guarded(cls, target)
        stamps = {book: replace(policy, enforced=False) for book, policy in known.stamps.items()}
        return replace(known, stamps=stamps)

    monkeypatch.setattr(SqlAdapter, "static_capabilities", classmethod(static_capabilities))
    monkeypatch.setattr(Creating, "_stamps_on_file", lambda *_: set())


@pytest.fixture
def journal(company, without_unique_stamps):
    place = company("sqlite", "sqlite")
    with contextlib.closing(sqlite3.connect(sqlite_file(place.url))) as database:
        database.execute("DROP INDEX ix_erp_orders_stamp")
    return Journal(place)


def refused(act) -> ec.errors.JournalUnavailable:
    """The refusal of a write whose journal cannot be used: what, where, and what to do."""
    with pytest.raises(ec.errors.JournalUnavailable) as told:
        act()
    assert told.value.outcome == "not_applied"
    assert told.value.place in str(told.value)
    assert told.value.hint in str(told.value)
    return told.value


def sends_nothing(journal) -> list[ec.errors.JournalUnavailable]:
    """No key is written again, and no new one, by itself or with others."""
    place, before = journal.place, journal.file.read_bytes()
    with place.connect() as erp:
        told = [
            refused(lambda: erp.orders.create(place.draft("new"), key="new")),
            refused(lambda: erp.orders.create(place.draft(KEYS[7]), key=KEYS[7])),
            refused(lambda: erp.orders.create_many(map(place.draft, KEYS), KEYS)),
        ]
    assert place.standing() == journal.standing
    assert journal.file.read_bytes() == before, "what may be all that is left of it was written into"
    return told


def command(place, *words) -> tuple[int, str, str]:
    ended = CliRunner().invoke(app, ["journal", *words, "-t", place.url, "-s", f"journal={place.journal}"])
    return ended.exit_code, ended.stdout, ended.stderr


def what_can_be_read_is_told(journal, folder) -> int:
    """How many entries are listed and exported, each as it was, before the error."""
    exported = folder / "exported.jsonl"
    code, _, said = command(journal.place, "export", str(exported))
    assert (code, "JournalUnavailable" in said or "journal" in said) == (5, True)
    lines = exported.read_text("utf-8").splitlines()
    assert {json.loads(line)["key"]: line for line in lines}.items() <= journal.said.items()
    assert len(set(lines)) == len(lines)
    code, listed, _ = command(journal.place, "list", "--json")
    assert (code, len(json.loads(listed))) == (5, len(lines))
    code, listed, said = command(journal.place, "list")
    assert code == 5
    assert str(journal.file) in said.replace("\n", "")
    assert not lines or f"Journal: {len(lines)}" in listed
    return len(lines)


# -- the bytes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("garbage", ["zeros", "noise"])
def test_a_page_of_entries_is_lost_and_no_other_entry(journal, tmp_path, garbage):
    pages = journal.pages_of_rows()
    assert len(pages) > 10
    for at in random.Random(3).sample(sorted(pages), 4):
        journal.hurt(at, bytes(PAGE) if garbage == "zeros" else random.Random(at).randbytes(PAGE))
        for told in sends_nothing(journal):
            assert told.code == "journal_damaged"
            assert "backup" in told.hint
        assert what_can_be_read_is_told(journal, tmp_path) == len(KEYS) - pages[at]
        (tmp_path / "exported.jsonl").unlink()
        journal.heal()
    assert set(journal.place.standing().values()) == {1}


def test_wherever_the_file_is_overwritten_no_order_is_made_twice(journal, record_property):
    """A hundred damages of any size at any place; what SQLite itself would not notice, an index, too."""
    chance = random.Random(20260302)
    ends = Counter()
    for _ in range(100):
        size = chance.choice((16, 64, 512, PAGE))
        at = chance.randrange(len(journal.whole) - size)
        journal.hurt(at, chance.choice((bytes, chance.randbytes))(size))
        with journal.place.connect(timeout=1) as erp:
            for key in chance.sample(KEYS, 10):
                try:
                    receipt = erp.orders.create(journal.place.draft(key), key=key)
                    ends["replayed" if receipt.replayed else "made again"] += 1
                except ec.errors.ErpConnectError as failure:
                    ends[failure.code, failure.outcome] += 1
    assert journal.place.standing() == journal.standing
    damaged = ends["journal_damaged", "not_applied"]
    assert ends.keys() == {("journal_damaged", "not_applied"), "replayed"}
    assert damaged > 100
    assert ends["replayed"] > 100, "damage in what was never used is none"
    journal.heal()
    record_property("figures", f"100 damages, 1,000 calls: {damaged} refused, {ends['replayed']} replayed")


def test_an_entry_that_holds_what_nobody_has_written_is_not_believed(journal, tmp_path):
    """One byte of a key in its row: SQLite notices nothing."""
    place = journal.place
    journal.hurt(journal.whole.index(b"PO-050orders.create"), b"PO-O50")
    with place.connect() as erp:
        lost = []
        for key in KEYS:
            try:
                assert erp.orders.create(place.draft(key), key=key).replayed
            except ec.errors.JournalUnavailable as failure:
                lost.append((key, failure.code, failure.outcome))
    assert lost == [("PO-050", "journal_damaged", "not_applied")]
    assert place.standing() == journal.standing
    assert what_can_be_read_is_told(journal, tmp_path) == len(KEYS) - 1


@pytest.mark.parametrize("length", ["a few bytes", "half a page", "half of it", "all but a page"])
def test_a_file_that_was_cut_off(journal, tmp_path, length):
    journal.cut(
        {
            "a few bytes": 50,
            "half a page": PAGE // 2,
            "half of it": len(journal.whole) // 2 // PAGE * PAGE,
            "all but a page": len(journal.whole) - PAGE,
        }[length]
    )
    for told in sends_nothing(journal):
        assert told.code == "journal_damaged"
    what_can_be_read_is_told(journal, tmp_path)
    journal.heal()


def test_a_file_that_is_no_database(journal, tmp_path):
    journal.file.write_bytes(b"Dear customer, " * 1000)
    for told in sends_nothing(journal):
        assert told.code == "journal_damaged"
    assert what_can_be_read_is_told(journal, tmp_path) == 0
    assert journal.file.read_bytes() == b"Dear customer, " * 1000


# -- the place -------------------------------------------------------------------------------------------------


@pytest.fixture
def folder():
    """A folder that other users can look into."""
    made = Path(tempfile.mkdtemp(prefix="erp-connect-"))
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


@contextlib.contextmanager
def somebody_else():
    """This process as a user who owns nothing; root may write whatever the permissions say."""
    if not hasattr(os, "seteuid"):
        pytest.skip("this system has no users to be")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def remembers(erp, key):
    draft = ec.OrderDraft(
        customer="C-100",
        customer_po=key,
        currency="EUR",
        lines=[ec.LineDraft(product="VALVE-20", quantity=1, unit="H87")],
    )
    return erp.orders.create(draft, key=key)


@pytest.fixture
def world():
    """A back-end that outlives its connections."""
    with ec.connect("memory://guarded") as erp:
        erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill & Sons"), key="customer")
        erp.products.create(ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87"), key="product")
    yield "memory://guarded"
    forget_world("guarded")


@pytest.mark.parametrize("closed", ["file", "folder", "file and folder"])
def test_a_journal_that_may_not_be_written_sends_nothing_and_forgets_nothing(world, folder, closed):
    file = folder / "journal.db"
    with ec.connect(world, journal=f"sqlite:///{file}") as erp:
        first = remembers(erp, "first").order.id
    file.chmod(0o444 if "file" in closed else 0o666)
    folder.chmod(0o555 if "folder" in closed else 0o777)
    with ec.connect(world, journal=f"sqlite:///{file}", timeout=1) as erp, somebody_else():
        told = refused(lambda: remembers(erp, "second"))
        assert "read only" in str(told)
        assert "writable" in told.hint
        refused(lambda: remembers(erp, "first"))
        assert len(list(erp.orders.list())) == 1
    folder.chmod(0o755)
    file.chmod(0o644)
    with ec.connect(world, journal=f"sqlite:///{file}") as erp:
        assert remembers(erp, "first").order.id == first
        assert not remembers(erp, "second").replayed


def test_a_journal_that_may_not_be_made_sends_nothing(world, folder):
    folder.chmod(0o555)
    with ec.connect(world, journal=f"sqlite:///{folder}/journal.db", timeout=1) as erp, somebody_else():
        assert str(folder / "journal.db") in str(refused(lambda: remembers(erp, "first")))
        assert list(erp.orders.list()) == []
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_missing_sends_nothing(world, folder):
    with ec.connect(world, journal=f"sqlite:///{folder}/no/such/journal.db") as erp:
        assert "folder" in refused(lambda: remembers(erp, "first")).hint
        assert list(erp.orders.list()) == []
    assert list(folder.iterdir()) == []
