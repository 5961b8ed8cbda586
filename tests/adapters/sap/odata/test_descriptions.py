"""Descriptions of services are fetched once a day, not for every connection."""

import pytest

from erp_connect.adapters.keeping import folder_for

from .place import place


def fetched(stood):
    return stood.count("GET", "/$metadata")


@pytest.mark.parametrize(("kept", "again"), [("cache", 0), ("off", None), ("", None)])
def test_a_second_connection_reads_the_description_that_was_kept(world, tmp_path, kept, again):
    folder = str(tmp_path / kept) if kept == "cache" else kept
    with place(world, tmp_path, metadata_cache=folder) as stood:
        first = fetched(stood)
        assert first > 0
        with stood.again(metadata_cache=folder):
            assert fetched(stood) - first == (first if again is None else again)


def test_of_this_machine_nothing_is_kept_unless_a_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path))
    assert folder_for("localhost", "") is folder_for("127.0.0.1", "") is None
    assert folder_for("127.0.0.1", str(tmp_path / "here")) == tmp_path / "here"
    assert folder_for("sap.example", "") == tmp_path / "cache"
    assert folder_for("sap.example", "off") is None
