"""Where the journal stands, when it is made, and that nothing is sent while it cannot be written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import erp_connect as ec
from erp_connect.adapters.memory import MemoryAdapter
from erp_connect.adapters.registry import register

CUSTOMER = ec.CustomerDraft(number="C-100", name="Mill & Sons")
PRODUCT = ec.ProductDraft(code="VALVE-20", name="Valve", unit="H87")
ORDER = ec.OrderDraft(
    customer="C-100",
    customer_po="PO-1",
    currency="EUR",
    lines=[ec.LineDraft(product="VALVE-20", quantity=5, unit="H87")],
)


class Remote(MemoryAdapter):
    """A back-end that keeps no journal of its own."""


@pytest.fixture
def remote():
    """A scheme whose journal is this machine's file."""
    with register("remote", Remote):
        yield


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The folder of the journal's file, which does not exist yet."""
    folder = tmp_path / "not yet" / "ä home"
    monkeypatch.setenv("ERP_CONNECT_HOME", str(folder))
    return folder


def connect(**settings):
    erp = ec.connect("remote://", **settings)
    erp._context.adapter.world.load(CUSTOMER, PRODUCT)
    return erp


@pytest.mark.usefixtures("remote")
def test_the_file_is_made_by_the_first_write_and_not_by_reading(home):
    with connect() as erp:
        erp.orders.list()
        with pytest.raises(ec.errors.NotFound):
            erp.orders.get("no such")
        assert erp.orders.find(key="k") == ()
        assert erp.history("no such") == ()
        assert list(erp.journal.list()) == []
        assert erp.recover() == ec.RecoveryReport()
        assert not home.exists()
        erp.orders.create(ORDER, key="k")
        assert [entry.key for entry in erp.journal.list()] == ["k"]
    assert (home / "journal.db").is_file()


@pytest.mark.usefixtures("remote")
def test_without_a_name_for_it_the_file_is_in_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("ERP_CONNECT_HOME", raising=False)
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name: str(tmp_path / name))
    with connect() as erp:
        erp.orders.create(ORDER, key="k")
    assert (tmp_path / "erp-connect" / "journal.db").is_file()


@pytest.mark.usefixtures("remote", "home")
def test_another_place_is_named_by_a_url(tmp_path):
    url = f"sqlite:///{tmp_path}/elsewhere.db"
    with connect(journal=url, system="prd") as erp:
        first = erp.orders.create(ORDER, key="k").order
        with connect(journal=url, system="prd") as other:
            with pytest.raises(
                ec.errors.NotFound
            ):  # that world has not this order, and the journal says it was made
                other.orders.create(ORDER, key="k")
            assert other.journal.show("k").entity_id == first.id


def test_each_world_in_memory_has_a_journal_of_its_own():
    with ec.connect("memory://") as one, ec.connect("memory://") as two:
        for erp in (one, two):
            erp._context.adapter.world.load(CUSTOMER, PRODUCT)
            assert not erp.orders.create(ORDER, key="k").replayed


@pytest.mark.usefixtures("remote", "home")
def test_keys_belong_to_a_system_and_a_company(tmp_path):
    url = f"sqlite:///{tmp_path}/shared.db"
    for settings in ({"system": "a"}, {"system": "b"}, {"system": "a", "company": "x"}):
        with connect(journal=url, **settings) as erp:
            assert not erp.orders.create(ORDER, key="k").replayed
            assert len(list(erp.journal.list())) == 1


@pytest.mark.parametrize("wrong", ["no url", "sqlite", "postgresql://user:hunter2@"])
def test_what_is_no_url_is_told_at_once_and_not_repeated(wrong):
    try:
        ec.connect("memory://", journal=wrong).orders.create(ORDER)
    except (ec.errors.ConfigurationError, ec.errors.JournalUnavailable) as refused:
        assert "hunter2" not in str(refused)  # noqa: PT017 (either may say so)
    else:
        raise AssertionError("it was accepted")


# -- unavailable ------------------------------------------------------------


def refuses_to_send(erp):
    with pytest.raises(ec.errors.JournalUnavailable) as refused:
        erp.orders.create(ORDER, key="k")
    assert refused.value.outcome == "not_applied"
    assert refused.value.hint
    result = erp.orders.create_many  # a bulk write is not begun either
    with pytest.raises(ec.errors.JournalUnavailable):
        result([ORDER], ["k"])
    assert erp._context.adapter.world.orders.all() == ()
    return refused.value


@pytest.mark.usefixtures("remote")
def test_a_folder_that_cannot_be_made_stops_the_write(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path / "file" / "folder"))
    with connect() as erp:
        refuses_to_send(erp)


@pytest.mark.usefixtures("remote")
def test_something_else_in_the_files_place_stops_the_write(home):
    (home / "journal.db").mkdir(parents=True)
    with connect() as erp:
        refuses_to_send(erp)


def test_a_folder_that_does_not_exist_stops_the_write(tmp_path):
    with ec.connect("memory://", journal=f"sqlite:///{tmp_path}/no/such/journal.db") as erp:
        refuses_to_send(erp)


def test_a_damaged_file_stops_the_write_and_is_left_alone(tmp_path):
    file = tmp_path / "journal.db"
    file.write_bytes(b"this is no database, but it may be all that is left of one " * 100)
    before = file.read_bytes()
    with ec.connect("memory://", journal=f"sqlite:///{file}") as erp:
        refused = refuses_to_send(erp)
    assert "corrupted" in str(refused)
    assert file.read_bytes() == before


def test_a_journal_of_a_newer_version_stops_the_write(tmp_path):
    file = tmp_path / "journal.db"
    with ec.connect("memory://", journal=f"sqlite:///{file}") as erp:
        erp.customers.create(CUSTOMER, key="c")
    with sqlite3.connect(file) as database:
        database.execute("UPDATE erp_journal_about SET schema_number = 99")
    database.close()
    with ec.connect("memory://", journal=f"sqlite:///{file}") as erp:
        assert "newer version" in str(refuses_to_send(erp))


def test_a_server_that_does_not_answer_stops_the_write():
    pytest.importorskip("psycopg")
    with ec.connect("memory://", journal="postgresql://nobody@127.0.0.1:1/none", timeout=2) as erp:
        refuses_to_send(erp)


def test_a_journal_that_is_locked_for_too_long_stops_the_write(tmp_path):
    file = tmp_path / "journal.db"
    with ec.connect("memory://", journal=f"sqlite:///{file}", timeout=1) as erp:
        erp._context.adapter.world.load(CUSTOMER, PRODUCT)
        erp.orders.create(ORDER, key="first")
        rival = sqlite3.connect(file, isolation_level=None)
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(ec.errors.JournalUnavailable):
            erp.orders.create(ORDER, key="second")
        rival.rollback()
        rival.close()
        erp.orders.create(ORDER, key="second")
        assert len(erp._context.adapter.world.orders.all()) == 2


# -- many processes ------------------------------------------------------------

WRITES_ONE = """
import sys, erp_connect as ec
erp = ec.connect("memory://", journal=sys.argv[1], system="prd")
print("ready", flush=True)
sys.stdin.readline()
erp.customers.create(ec.CustomerDraft(number="C-100", name="Mill & Sons"), key=sys.argv[2])
erp.close()
"""


@pytest.mark.parametrize("database", ["sqlite", "postgres", "mariadb"])
def test_processes_that_make_the_tables_at_once_all_write(request, database):
    url = request.getfixturevalue(f"{database}_url")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITES_ONE, url, f"process {n}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda process: process.communicate("go\n"), processes))
    assert [stderr for _, stderr in ends] == [""] * 4
    with ec.connect("memory://", journal=url, system="prd") as erp:
        assert sorted(entry.key for entry in erp.journal.list()) == [f"process {n}" for n in range(4)]
