"""The journal in a terminal: what was wished, and what became of it."""

import json


def test_every_write_stands_in_the_journal(run, created):
    run("orders", "amend", created, "--quantity", "1=10", "--key", "call-17")
    keys = [entry["key"] for entry in run.json("journal", "list")]
    assert keys[-2:] == ["10000/PO-1", "call-17"]
    assert "call-17" in run("journal", "list").stdout


def test_one_key_is_shown_with_what_was_wished(run, created):
    entry = run.json("journal", "show", "10000/PO-1")
    assert entry["state"] == "confirmed"
    assert entry["number"] == created
    assert entry["payload"]["customer_po"] == "PO-1"
    assert run.json("journal", "show", "no such key", code=1)["error"]["code"] == "not_found"


def test_nothing_is_open_after_a_quiet_day(run, created):
    assert run.json("journal", "open") == []
    assert run.json("journal", "recover") == {"settled": [], "reopened": [], "unknown": []}


def test_what_is_settled_cannot_be_resolved(run, created):
    assert run.json("journal", "resolve", "10000/PO-1", "--never-written", code=1)["error"]["code"]


def test_the_journal_is_exported_as_lines_of_json(run, created, tmp_path):
    run("journal", "export", "journal.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert "10000/PO-1" in [line["key"] for line in lines]
    assert len(run("journal", "export", "-").stdout.splitlines()) == len(lines)
    assert "exists" in run("journal", "export", "journal.jsonl", code=3).stderr


def test_young_entries_are_not_pruned(run, created):
    assert run.json("journal", "prune") == {"removed": 0}
    assert run.json("journal", "prune", "--older-than", "30") == {"removed": 0}


def test_the_journals_name_alone_lists_what_is_not_settled(run, on, target, created):
    assert run.json("journal") == []
    assert "Open writes: 0" in run("journal").output
    assert on().json("journal", "--target", target) == []
    assert "--target" in on()("journal", code=2).stderr
    help = run("journal", "--help").stdout
    assert "resolve" in help
    assert "unsettled" not in help


def test_an_option_before_the_command_is_not_taken_for_another_system(run, target):
    assert "unexpected" in run("journal", "--target", "memory://", "prune", code=2).stderr
