"""``erp-connect login``: a person signs in once, in a browser that comes back to this machine."""

import json
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path
from time import monotonic

import pytest
import requests

from erp_connect.errors import AuthenticationFailed
from erp_connect.testing.mocks.sage.sage200.samples import harbour_trading, sage_world
from erp_connect.testing.mocks.sage.sage200.settings import Settings
from erp_connect.testing.mocks.sage.sage200.web import Sage200
from erp_connect.testing.mocks.serving import serve

KEY = urlsafe_b64encode(bytes(range(32))).decode()


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A company on a mock Sage 200, and a profile that leads there."""
    world = sage_world()
    harbour_trading(world)
    server = Sage200(world, Settings())
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        back = f"http://127.0.0.1:{asked.getsockname()[1]}/callback"
    server.sage_id.applications["order-robot"].redirects.add(back)
    monkeypatch.setenv("TOKEN_KEY", KEY)
    with serve(server) as url:
        server.url = url
        lines = {
            "url": f"sage+200://{url.removeprefix('http://')}{server.settings.base}?tls=off",
            "client_id": "order-robot",
            "client_secret": "s3cret",
            "authorize_url": f"{url}/authorize?audience=s200ukipd/sage200",
            "token_url": f"{url}/oauth/token",
            "redirect_url": back,
            "token_key": "env:TOKEN_KEY",
            "timezone": "UTC",
        }
        told = "\n".join(f'{name} = "{value}"' for name, value in lines.items())
        (tmp_path / "erp-connect.toml").write_text(f"[profiles.office]\n{told}\n", encoding="utf-8")
        yield server


def begun(*arguments):
    """``erp-connect login`` in a process of its own, and the address that it shows."""
    told = [sys.executable, "-c", "from erp_connect.cli import main; main()", "login", "office", *arguments]
    process = subprocess.Popen(
        told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for line in process.stderr:
        if line.startswith("http"):
            return process, line.strip()
    raise AssertionError(process.communicate())


def test_a_person_signs_in_once_and_connections_renew_by_themselves(office):
    import erp_connect as ec

    process, address = begun("--no-browser", "--json")
    with process:
        assert "You are signed in" in requests.get(address, timeout=10).text
        assert process.wait(30) == 0
        assert json.loads(process.stdout.read())["kept"].startswith("sealed in ")
    for _ in range(3):
        with ec.connect("office") as erp:
            assert list(erp.orders.list()) == []
        office.sage_id.expire()


def test_what_a_browser_says_is_no_result(office, monkeypatch):
    monkeypatch.setenv("BROWSER", "echo %s")
    process, address = begun("--json")
    with process:
        requests.get(address, timeout=10)
        assert list(json.loads(process.stdout.read())) == ["kept"]
        assert process.wait(30) == 0


def test_a_connection_whose_journal_is_in_memory_finds_the_sign_in_too(office):
    import erp_connect as ec

    process, address = begun("--no-browser", "--set", "journal=sqlite://")
    with process:
        requests.get(address, timeout=10)
        assert process.wait(30) == 0
    for journal in ("sqlite://", None):
        with ec.connect("office", journal=journal) as erp:
            assert list(erp.orders.list()) == []


def test_the_address_can_be_pasted_where_the_browser_cannot_come_back(office):
    process, address = begun("--paste")
    ended = requests.get(address, allow_redirects=False, timeout=10).headers["Location"]
    out, _ = process.communicate(f"{ended}\n", timeout=30)
    assert process.returncode == 0
    assert "Signed in; kept sealed in " in out


def test_an_address_of_another_sign_in_is_refused(office):
    process, _ = begun("--paste")
    out, errors = process.communicate("http://127.0.0.1:1/callback?code=forged&state=guessed\n", timeout=30)
    assert (process.returncode, out) == (4, "")
    assert "this answer belongs to another sign-in" in errors


def test_before_it_a_connection_says_what_to_do(office):
    import erp_connect as ec

    with pytest.raises(AuthenticationFailed, match="nobody has signed in") as caught:
        ec.connect("office")
    assert "erp-connect login" in caught.value.hint


def test_after_a_person_has_taken_it_back_a_connection_says_what_to_do(office):
    import erp_connect as ec

    process, address = begun("--no-browser")
    with process:
        requests.get(address, timeout=10)
        assert process.wait(30) == 0
    office.sage_id.withdraw()
    with pytest.raises(AuthenticationFailed, match="invalid_grant") as caught:
        ec.connect("office")
    assert "erp-connect login" in caught.value.hint


def test_a_journal_that_is_no_url_is_told_without_repeating_it(office, on):
    told = on("")("login", "office", "--set", "journal=no:url/hunter2", code=3)
    assert "journal= is no database URL" in told.stderr
    assert "hunter2" not in told.stderr


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("token_key=", "token_key is no key"),
        ("token_key=hunter2", "token_key is no key"),
        ("token_url=", "token_url is not set"),
        ("authorize_url=http://id.example/authorize", "authorize_url would be asked without encryption"),
        ("redirect_url=http://127.0.0.1:port/", "redirect_url does not lead to this machine"),
    ],
)
def test_settings_that_let_nothing_be_kept_are_told_before_a_person_signs_in(office, on, setting, told):
    ended = on("")("login", "office", "--no-browser", "--patience", "1", "--set", setting, code=3)
    assert told in ended.stderr
    assert "hunter2" not in ended.stderr


def test_a_machine_without_a_keyring_is_told_before_a_person_signs_in(office, on, monkeypatch):
    import keyring
    import keyring.backends.fail

    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    profile = Path("erp-connect.toml")
    profile.write_text(profile.read_text().replace('token_key = "env:TOKEN_KEY"\n', ""))
    told = on("")("login", "office", "--no-browser", "--patience", "1", code=3)
    assert "none that encrypts" in told.stderr
    assert "set token_key" in told.stderr


def test_codes_for_another_device_are_asked_for_as_everything_of_this_target_is(office, on):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"device_url=http://127.0.0.1:{silent.getsockname()[1]}/device"
        began = monotonic()
        told = on("")("login", "office", "--device", "--set", address, "--set", "timeout=0.2", code=5)
        assert monotonic() - began < 5
    assert "has not answered" in told.stderr


def test_a_system_that_nobody_signs_in_to_is_told(run):
    told = run("login", "sqlite:///orders.db", code=3)
    assert "nobody signs in to sqlite:// here" in told.stderr
