"""A lease whose owner has died on this host is nobody's, although its parent has not asked for its end yet."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from erp_connect.journal import leases
from erp_connect.journal.records import Entry, State


def leased(owner: str, now: datetime) -> Entry:
    return Entry(
        system="s",
        key="k",
        operation="orders.create",
        fingerprint="1:abc",
        payload={},
        state=State.SENDING,
        stamp="ABC",
        correlation_id="c",
        created_at=now,
        owner=owner,
        lease_until=now + timedelta(seconds=60),
    )


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system does not show its processes")
def test_a_killed_process_that_nobody_has_waited_for_holds_nothing():
    process = subprocess.Popen(["sleep", "60"])
    now = datetime.now(UTC)
    entry = leased(f"{leases._place()}/{process.pid}/token", now)
    try:
        assert leases.held(entry, now)
        process.send_signal(signal.SIGKILL)
        give_up = time.monotonic() + 20
        while leases.held(entry, now) and time.monotonic() < give_up:
            time.sleep(0.01)
        assert process.returncode is None  # nobody has waited for it: its number is still taken
        os.kill(process.pid, 0)
        assert not leases.held(entry, now)
    finally:
        process.kill()
        process.wait()
