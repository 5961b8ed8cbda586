"""A person's sign-in, kept for several processes and hosts: one renews it, sealed, and nothing is lost."""

import signal
import subprocess
import sys
import threading
from base64 import urlsafe_b64encode
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
import requests
import sqlalchemy as sa
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from erp_connect.clock import SystemClock
from erp_connect.errors import ConfigurationError, TransportError
from erp_connect.journal import sign_ins
from erp_connect.journal.opening import journal_place
from erp_connect.journal.sign_ins import InKeyring, KeptSignIn, SealedHere
from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sage.sage200.samples import sage_world
from erp_connect.testing.mocks.sage.sage200.settings import Settings
from erp_connect.testing.mocks.sage.sage200.web import Sage200
from erp_connect.testing.mocks.serving import serve
from erp_connect.wire.http import KeptTokens

KEY = urlsafe_b64encode(bytes(range(32))).decode()
TOLD = "anna order-robot https://id.example/token"


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def url(request):
    return request.getfixturevalue(f"{request.param}_url")


def kept_at(url, *, key=KEY, told=TOLD, clock=None):
    return KeptSignIn(told, SealedHere(key), url=url, clock=clock or SystemClock())


def test_what_a_person_has_begun_is_found_by_everybody(url):
    until = SystemClock().now().replace(microsecond=0) + timedelta(minutes=5)
    kept_at(url).begin(KeptTokens("r0"))
    with kept_at(url).alone() as found:
        assert found == KeptTokens("r0")
    one = kept_at(url)
    with one.alone() as found:
        one.keep(KeptTokens("r1", "a1", until), found)
    with kept_at(url).alone() as found:
        assert found == KeptTokens("r1", "a1", until)
    with kept_at(url, told="ben order-robot https://id.example/token").alone() as found:
        assert found is None


def test_a_new_sign_in_takes_the_place_of_the_old_one(url):
    kept_at(url).begin(KeptTokens("r0"))
    kept_at(url).begin(KeptTokens("r9"))
    with kept_at(url).alone() as found:
        assert found == KeptTokens("r9")


def test_looking_makes_no_file(tmp_path):
    file = tmp_path / "no" / "journal.db"
    with kept_at(f"sqlite:///{file}").alone() as found:
        assert found is None
    assert not file.parent.exists()


def test_the_database_does_not_know_the_tokens(tmp_path):
    file = tmp_path / "journal.db"
    kept_at(f"sqlite:///{file}").begin(KeptTokens("refresh-me-4711", "access-me-4711"))
    bytes_on_disk = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"order-robot" in bytes_on_disk
    assert b"4711" not in bytes_on_disk


def test_another_key_opens_nothing_and_loses_nothing(sqlite_url):
    kept_at(sqlite_url).begin(KeptTokens("r0"))
    other = urlsafe_b64encode(bytes(32)).decode()
    with (
        pytest.raises(ConfigurationError, match="sealed with another token_key"),
        kept_at(sqlite_url, key=other).alone(),
    ):
        pass
    with kept_at(sqlite_url).alone() as found:
        assert found == KeptTokens("r0")


def test_what_is_sealed_for_one_is_not_taken_for_another(sqlite_url):
    kept_at(sqlite_url).begin(KeptTokens("r0"))
    kept_at(sqlite_url, told="ben").begin(KeptTokens("r1"))
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        sealed = dict(connection.execute(sa.text("SELECT told, sealed FROM erp_sign_ins")).all())
        connection.execute(
            sa.text("UPDATE erp_sign_ins SET sealed = :sealed WHERE told = 'ben'"), {"sealed": sealed[TOLD]}
        )
    engine.dispose()
    with (
        pytest.raises(ConfigurationError, match="another token_key"),
        kept_at(sqlite_url, told="ben").alone(),
    ):
        pass


def test_a_key_that_is_none_is_told_with_how_to_make_one(sqlite_url):
    with pytest.raises(ConfigurationError, match="token_key is no key") as caught:
        kept_at(sqlite_url, key="hunter2").begin(KeptTokens("r0"))
    assert "urlsafe_b64encode" in caught.value.hint
    assert "hunter2" not in str(caught.value)


# ---------------------------------------------------------------- one at a time


def test_whoever_comes_second_waits_until_the_first_has_finished(url):
    clock = Hands()
    kept_at(url, clock=clock).begin(KeptTokens("r0"))
    first, second = kept_at(url, clock=clock), kept_at(url, clock=clock)
    with first.alone() as held:
        before = clock.monotonic()
        entered = threading.Event()
        seen = []

        def wait_for_it():
            with second.alone() as found:
                seen.append(found)
                entered.set()

        waiting = threading.Thread(target=wait_for_it)
        waiting.start()
        assert not entered.wait(0.05)
        first.keep(KeptTokens("r1"), held)
    waiting.join(10)
    assert seen == [KeptTokens("r1")]
    assert clock.monotonic() > before


def test_a_host_that_has_gone_holds_it_until_its_lease_ends_and_then_changes_nothing_more(url, monkeypatch):
    clock = Hands()
    kept_at(url, clock=clock).begin(KeptTokens("r0"))
    monkeypatch.setattr(sign_ins, "owner", lambda: "elsewhere:1:1/77/abc")
    gone = kept_at(url, clock=clock)
    with gone.alone() as old:
        monkeypatch.undo()
        began, here = clock.monotonic(), kept_at(url, clock=clock)
        with here.alone() as found:
            assert clock.monotonic() - began >= 75  # 60 seconds for a renewal, and the grace of every lease
            here.keep(KeptTokens("r1"), found)
        gone.keep(KeptTokens("late"), old)
    with kept_at(url, clock=clock).alone() as found:
        assert found == KeptTokens("r1")


def test_what_came_late_is_kept_where_nobody_has_renewed_since(url, monkeypatch):
    clock = Hands()
    kept_at(url, clock=clock).begin(KeptTokens("r0"))
    slow = kept_at(url, clock=clock)
    with slow.alone() as found:
        clock.turn(minutes=10)
        slow.keep(KeptTokens("r1"), found)
    with kept_at(url, clock=clock).alone() as found:
        assert found == KeptTokens("r1")


@pytest.mark.parametrize("minutes", [-45, 5])
def test_a_host_whose_clock_is_wrong_does_not_renew_at_the_same_time(sqlite_url, monkeypatch, minutes):
    right = Hands()
    wrong = Hands(right.now() + timedelta(minutes=minutes))
    kept_at(sqlite_url, clock=right).begin(KeptTokens("r0"))
    monkeypatch.setattr(sign_ins, "owner", lambda: "elsewhere:1:1/77/abc")
    with kept_at(sqlite_url, clock=right).alone():
        monkeypatch.undo()
        with kept_at(sqlite_url, clock=wrong).alone() as found:
            assert 75 <= wrong.monotonic() <= 80  # as long as any renewal may take, by its own clock
            assert found == KeptTokens("r0")


def test_an_interrupt_while_it_is_being_taken_leaves_it_to_others(sqlite_url, monkeypatch):
    clock = Hands()
    kept_at(sqlite_url, clock=clock).begin(KeptTokens("r0"))
    struck = kept_at(sqlite_url, clock=clock)
    taken = struck._taken

    def strikes(*arguments):
        taken(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(struck, "_taken", strikes)
    with pytest.raises(KeyboardInterrupt), struck.alone():
        pass
    with kept_at(sqlite_url, clock=clock).alone() as found:
        assert found == KeptTokens("r0")
    assert clock.monotonic() == 0


@pytest.mark.parametrize("safe", [SealedHere(KEY), InKeyring()], ids=["sealed", "keyring"])
def test_a_new_sign_in_outlives_a_renewal_of_the_old_one_that_is_under_way(url, drawer, safe):
    slow = KeptSignIn(TOLD, safe, url=url, clock=SystemClock())
    slow.begin(KeptTokens("r0"))
    with slow.alone() as found:
        KeptSignIn(TOLD, safe, url=url, clock=SystemClock()).begin(KeptTokens("r9"))
        slow.keep(KeptTokens("r1"), found)
    with slow.alone() as found:
        assert found == KeptTokens("r9")


def child(*arguments):
    told = [sys.executable, str(Path(__file__).with_name("signing_child.py")), *arguments]
    return subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_process_that_is_killed_holds_it_no_longer(url):
    kept_at(url).begin(KeptTokens("r0"))
    with child("dies", TOLD, KEY, url) as process:
        assert process.wait(60) == -signal.SIGKILL
    clock = Hands(SystemClock().now())
    with kept_at(url, clock=clock).alone() as found:
        assert found == KeptTokens("r0")
    assert clock.monotonic() == 0  # the lease would have lasted another minute


def test_four_processes_renew_a_token_that_is_good_for_one_use_once(url):
    server = Sage200(sage_world(), Settings(reuse_ends_all=True))
    with serve(server, threads=8) as sage, ExitStack() as running:
        kept_at(url).begin(KeptTokens(first_refresh_token(sage)))
        children = [running.enter_context(child("signs", TOLD, KEY, url, sage)) for _ in range(4)]
        assert [each.stdout.readline() for each in children] == ["ready\n"] * 4
        for each in children:
            each.stdin.write("go\n")
            each.stdin.flush()
        signatures = {each.stdout.readline().strip() for each in children}
        assert len(signatures) == 1
        assert server.sage_id.whose(signatures.pop()) == "orders@harbour.example"
        assert len(server.sage_id._refresh) == 2  # the first one, and the one that came for it


def first_refresh_token(sage):
    asked = {
        "audience": "s200ukipd/sage200",
        "response_type": "code",
        "client_id": "order-robot",
        "redirect_uri": "http://localhost/callback",
        "scope": "openid offline_access",
    }
    came = requests.get(f"{sage}/authorize", params=asked, allow_redirects=False, timeout=10)
    code = came.headers["Location"].rpartition("code=")[2]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "order-robot",
        "client_secret": "s3cret",
        "redirect_uri": "http://localhost/callback",
    }
    return requests.post(f"{sage}/oauth/token", data=form, timeout=10).json()["refresh_token"]


# ---------------------------------------------------------------- when the place fails


def test_a_database_out_of_reach_is_told_before_anything_is_sent(tmp_path):
    (tmp_path / "journal.db").write_bytes(b"no database at all" * 100)
    with (
        pytest.raises(TransportError, match="out of reach") as caught,
        kept_at(f"sqlite:///{tmp_path / 'journal.db'}").alone(),
    ):
        pass
    assert caught.value.outcome == "not_applied"


def test_tokens_for_a_file_that_has_gone_are_not_taken_for_kept(tmp_path):
    file = tmp_path / "journal.db"
    one = kept_at(f"sqlite:///{file}")
    one.begin(KeptTokens("r0"))
    with one.alone() as found:
        aside = {each: each.with_name(f"{each.name}-aside") for each in tmp_path.iterdir()}
        for here, there in aside.items():
            here.rename(there)
        with pytest.raises(TransportError, match="has gone") as caught:
            one.keep(KeptTokens("r1"), found)
        for here, there in aside.items():
            there.rename(here)
    assert caught.value.outcome == "not_applied"
    one.keep(KeptTokens("r1"), found)
    with one.alone() as found:
        assert found == KeptTokens("r1")


def test_a_folder_that_cannot_be_made_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("ERP_CONNECT_HOME", str(tmp_path / "file" / "below"))
    kept = KeptSignIn(TOLD, SealedHere(KEY), url=journal_place, clock=SystemClock())
    with pytest.raises(TransportError, match="out of reach"):
        kept.begin(KeptTokens("r0"))


# ---------------------------------------------------------------- the keyring


class Drawer(KeyringBackend):
    """A keyring that keeps its secrets for as long as the test."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.secrets = {}
        self.locked = False

    def get_password(self, service, username):
        if self.locked:
            raise KeyringLocked("locked")
        return self.secrets.get((service, username))

    def set_password(self, service, username, password):
        if self.locked:
            raise KeyringLocked("locked")
        self.secrets[service, username] = password


@pytest.fixture
def drawer():
    before, drawer = keyring.get_keyring(), Drawer()
    keyring.set_keyring(drawer)
    yield drawer
    keyring.set_keyring(before)


def in_keyring(url):
    return KeptSignIn(TOLD, InKeyring(), url=url, clock=SystemClock())


def test_without_a_key_the_keyring_keeps_what_gets_the_next_tokens(sqlite_url, tmp_path, drawer):
    in_keyring(sqlite_url).begin(KeptTokens("r0"))
    one = in_keyring(sqlite_url)
    with one.alone() as found:
        one.keep(KeptTokens("r1", "a1"), found)
    with in_keyring(sqlite_url).alone() as found:
        assert found == KeptTokens("r1")
    assert [service for service, _ in drawer.secrets] == ["erp-connect"]
    assert b"r1" not in (tmp_path / "orders.db").read_bytes()


def test_another_machines_keyring_is_told_apart_from_nobody_has_signed_in(sqlite_url, drawer):
    in_keyring(sqlite_url).begin(KeptTokens("r0"))
    drawer.secrets.clear()
    with (
        pytest.raises(ConfigurationError, match="not in this machine's keyring"),
        in_keyring(sqlite_url).alone(),
    ):
        pass


def test_a_locked_keyring_is_told(sqlite_url, drawer):
    in_keyring(sqlite_url).begin(KeptTokens("r0"))
    drawer.locked = True
    with pytest.raises(ConfigurationError, match="KeyringLocked"), in_keyring(sqlite_url).alone():
        pass


def test_a_keyring_that_asks_for_longer_than_the_lease_lasts_renews_nothing(sqlite_url, drawer, monkeypatch):
    clock = Hands()
    slow = KeptSignIn(TOLD, InKeyring(), url=sqlite_url, clock=clock)
    slow.begin(KeptTokens("r0"))
    monkeypatch.setattr(drawer, "get_password", lambda *_: clock.turn(minutes=2) or "r0")
    with pytest.raises(TransportError, match="too late to renew") as caught, slow.alone():
        pass
    assert caught.value.outcome == "not_applied"
    monkeypatch.undo()
    with slow.alone() as found:
        assert found == KeptTokens("r0")


def test_what_a_locked_keyring_did_not_take_is_put_there_later(sqlite_url, drawer):
    one = in_keyring(sqlite_url)
    one.begin(KeptTokens("r0"))
    with one.alone() as found:
        drawer.locked = True
        with pytest.raises(ConfigurationError, match="KeyringLocked"):
            one.keep(KeptTokens("r1"), found)
    drawer.locked = False
    one.keep(KeptTokens("r1"), found)
    with one.alone() as found:
        assert found == KeptTokens("r1")


def test_a_sign_in_on_another_machine_does_not_lose_this_ones_tokens(sqlite_url, drawer):
    here = in_keyring(sqlite_url)
    here.begin(KeptTokens("r0"))
    with here.alone() as found:
        ours, drawer.secrets = drawer.secrets, {}
        in_keyring(sqlite_url).begin(KeptTokens("of the other machine"))
        drawer.secrets = ours
        here.keep(KeptTokens("r1"), found)
    with here.alone() as found:
        assert found == KeptTokens("r1")


@pytest.mark.parametrize(("first", "then"), [(in_keyring, kept_at), (kept_at, in_keyring)])
def test_whoever_looks_in_the_wrong_place_is_told_which_is_the_right_one(sqlite_url, drawer, first, then):
    first(sqlite_url).begin(KeptTokens("r0"))
    with pytest.raises(ConfigurationError, match="token_key"), then(sqlite_url).alone():
        pass


def test_a_machine_without_a_keyring_is_told_what_to_do_instead(sqlite_url):
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    try:
        with pytest.raises(ConfigurationError, match="none that encrypts") as caught:
            in_keyring(sqlite_url).begin(KeptTokens("r0"))
    finally:
        keyring.set_keyring(before)
    assert "token_key" in caught.value.hint
