"""Profiles and secrets: what the file, the environment and the keyring say."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from erp_connect.errors import ConfigurationError
from erp_connect.settings import dereferenced, load_profile, load_profiles, looks_secret, nearest

ENTRY = "keyring:erp/orders"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty; ``tmp_path / "home"`` is the configuration folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def environ(here: Path) -> dict[str, str]:
    return {"ERP_CONNECT_HOME": str(here.parent / "home")}


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


# -- where profiles stand ----------------------------------------------------------------------------------------


def test_a_profile_is_a_url_and_settings(here: Path, environ: dict[str, str]) -> None:
    file = write(
        here / "erp-connect.toml",
        "[profiles.prod]\nurl = 'sap+rfc://erp.example'\nclient = 100\nwritable = true\npool = 'SEED'\n",
    )
    prod = load_profile("prod", environ=environ)
    assert prod.url == "sap+rfc://erp.example"
    assert prod.place == str(file)
    assert prod.from_file["client"] == 100
    assert prod.from_file["writable"] is True
    assert prod.from_file["pool"] == "SEED"


def test_the_nearer_file_replaces_a_profile_as_a_whole(here: Path, environ: dict[str, str]) -> None:
    write(
        here.parent / "home" / "erp-connect.toml",
        "[profiles.prod]\nurl='a://far'\nclient='1'\n[profiles.test]\nurl='a://test'\n",
    )
    assert load_profile("prod", environ=environ).url == "a://far"
    write(here / "erp-connect.toml", "[profiles.prod]\nurl='a://near'\n")
    prod = load_profile("prod", environ=environ)
    assert prod.url == "a://near"
    assert "client" not in prod.from_file
    assert load_profile("test", environ=environ).url == "a://test"


def test_a_named_file_is_read_and_no_other(here: Path, environ: dict[str, str], tmp_path: Path) -> None:
    write(here / "erp-connect.toml", "[profiles.prod]\nurl='a://near'\n[profiles.local]\nurl='a://local'\n")
    named = write(tmp_path / "elsewhere.toml", "[profiles.prod]\nurl='a://named'\n")
    environ["ERP_CONNECT_CONFIG"] = str(named)
    assert load_profile("prod", environ=environ).url == "a://named"
    assert list(load_profiles(environ=environ)) == ["prod"]


def test_a_named_file_that_is_missing_is_an_error(environ: dict[str, str], tmp_path: Path) -> None:
    environ["ERP_CONNECT_CONFIG"] = str(tmp_path / "gone.toml")
    with pytest.raises(ConfigurationError, match=r"gone\.toml does not exist \(check ERP_CONNECT_CONFIG"):
        load_profiles(environ=environ)


def test_without_any_file_there_are_no_profiles(environ: dict[str, str]) -> None:
    assert load_profiles(environ=environ) == {}


def test_the_real_environment_is_read_by_default(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ERP_CONNECT_CONFIG", raising=False)
    monkeypatch.setenv("ERP_CONNECT_HOME", str(here))
    monkeypatch.setenv("ERP_PROFILES__NIGHTLY__URL", "a://night")
    assert load_profile("nightly").url == "a://night"


def test_the_users_configuration_folder_is_the_last_resort(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_config_dir", lambda name: str(here.parent / "home"))
    write(here.parent / "home" / "erp-connect.toml", "[profiles.prod]\nurl='a://user'\n")
    assert load_profile("prod", environ={}).url == "a://user"


# -- the environment ---------------------------------------------------------------------------------------------


def test_the_environment_overrides_single_fields(here: Path, environ: dict[str, str]) -> None:
    write(here / "erp-connect.toml", "[profiles.prod-eu]\nurl='a://file'\nclient='100'\nsysnr='00'\n")
    environ["ERP_PROFILES__PROD_EU__CLIENT"] = "200"
    prod = load_profile("prod-eu", environ=environ)
    assert prod.name == "prod-eu"
    assert prod.from_environment == {"client": "200"}
    assert prod.from_file["client"] == "100"
    assert prod.url == "a://file"


def test_a_profile_may_stand_in_the_environment_alone(environ: dict[str, str]) -> None:
    environ["ERP_PROFILES__CI__URL"] = "a://ci"
    assert load_profile("CI", environ=environ).url == "a://ci"


@pytest.mark.parametrize("text", ["0100", "1e5", "true", "null", '"quoted"', '{"a": 1}', "[1]", "  x "])
def test_what_the_environment_says_stays_as_it_was_written(environ: dict[str, str], text: str) -> None:
    environ["ERP_PROFILES__CI__PASSWORD"] = text
    environ["ERP_PROFILES__CI__URL"] = "a://ci"
    assert load_profile("ci", environ=environ).from_environment["password"] == text


def test_an_empty_variable_counts_as_none(here: Path, environ: dict[str, str]) -> None:
    write(here / "erp-connect.toml", "[profiles.prod]\nurl='a://file'\n")
    environ["ERP_PROFILES__PROD__URL"] = ""
    assert load_profile("prod", environ=environ).url == "a://file"


@pytest.mark.parametrize("name", ["prod_eu", "PROD-EU", "Prod_Eu"])
def test_case_and_dashes_in_a_name_do_not_matter(here: Path, environ: dict[str, str], name: str) -> None:
    write(here / "erp-connect.toml", "[profiles.prod-eu]\nurl='a://file'\n")
    assert load_profile(name, environ=environ).name == "prod-eu"


# -- what can be wrong -------------------------------------------------------------------------------------------


def test_a_misspelt_profile_is_told_the_nearest(here: Path, environ: dict[str, str]) -> None:
    write(here / "erp-connect.toml", "[profiles.production]\nurl='a://p'\n[profiles.test]\nurl='a://t'\n")
    with pytest.raises(
        ConfigurationError, match=r"no profile 'prodution'; did you mean 'production'\?"
    ) as refused:
        load_profile("prodution", environ=environ)
    assert "profiles known: production, test" in str(refused.value)


def test_a_target_that_is_neither_url_nor_name_is_not_repeated(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="neither a URL") as refused:
        load_profile("user:hunter2@host", environ=environ)
    assert "hunter2" not in str(refused.value)


def test_a_profile_needs_a_url(here: Path, environ: dict[str, str]) -> None:
    write(here / "erp-connect.toml", "[profiles.prod]\nclient='100'\n")
    with pytest.raises(ConfigurationError, match=r"'prod' in .*erp-connect\.toml has no url"):
        load_profile("prod", environ=environ)


def test_broken_toml_is_located_by_line_and_column(here: Path, environ: dict[str, str]) -> None:
    write(here / "erp-connect.toml", "[profiles.prod]\nurl = 'a://p'\npassword = hunter2\n")
    with pytest.raises(ConfigurationError, match=r"erp-connect\.toml: .*line 3, column 12") as refused:
        load_profiles(environ=environ)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_a_file_that_is_not_utf_8_is_refused_without_its_bytes(here: Path, environ: dict[str, str]) -> None:
    (here / "erp-connect.toml").write_bytes(b"[profiles.prod]\npassword='hunter2\xff'\n")
    with pytest.raises(ConfigurationError, match="not UTF-8") as refused:
        load_profiles(environ=environ)
    assert "hunter2" not in repr(refused.value)
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[profiles.prod]\npassword = ['hunter2']\n", r"profiles\.prod\.password: a text, number or boolean"),
        (
            "[profiles.prod.inner]\npassword = 'hunter2'\n",
            r"profiles\.prod\.inner: a text, number or boolean",
        ),
        ("[profiles]\nprod = 'hunter2'\n", r"profiles\.prod: "),
        ("profiles = 'hunter2'\n", "profiles: "),
    ],
)
def test_a_field_that_is_no_scalar_is_named_and_not_shown(
    here: Path, environ: dict[str, str], text: str, place: str
) -> None:
    write(here / "erp-connect.toml", text)
    with pytest.raises(ConfigurationError, match=place) as refused:
        load_profiles(environ=environ)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__context__ is None


def test_an_environment_that_cannot_be_read_is_not_repeated(environ: dict[str, str]) -> None:
    environ["ERP_PROFILES"] = "{hunter2"
    with pytest.raises(ConfigurationError, match="ERP_PROFILES is not readable") as refused:
        load_profiles(environ=environ)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__context__ is None


def test_a_profile_keeps_what_it_says_out_of_its_repr(here: Path, environ: dict[str, str]) -> None:
    write(here / "erp-connect.toml", "[profiles.prod]\nurl='a://u:hunter2@p'\npassword='hunter2'\n")
    environ["ERP_PROFILES__PROD__TOKEN"] = "hunter2"
    assert "hunter2" not in repr(load_profile("prod", environ=environ))


# -- references --------------------------------------------------------------------------------------------------


def test_a_reference_into_the_environment_is_followed() -> None:
    assert dereferenced("password", "env:ERP_PW", {"ERP_PW": "hunter2"}) == "hunter2"
    assert dereferenced("password", "plain", {}) == "plain"
    assert dereferenced("password", 5, {}) == 5


@pytest.mark.parametrize("environ", [{}, {"hunter2": ""}])
def test_a_variable_that_is_not_set_is_an_error_that_shows_no_name(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="'password' refers to an environment variable") as refused:
        dereferenced("password", "env:hunter2", environ)
    assert "hunter2" not in str(refused.value)


class Store:
    """A keyring that encrypts."""

    def __init__(self, entries: dict[tuple[str, str], str] | None = None) -> None:
        self.entries = entries or {}

    def get_password(self, service: str, user: str) -> str | None:
        return self.entries.get((service, user))


class PlaintextStore(Store):
    """Stores in clear text, as some packages for headless machines do."""


class Chain:
    """What the keyring package offers where it finds several."""

    def __init__(self, *backends: Store) -> None:
        self.backends = list(backends)


class Keyring(types.ModuleType):
    chosen: object = None

    def get_keyring(self) -> object:
        return self.chosen


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """The keyring package, installed for this test; what it found on the machine is ``chosen``."""
    package, errors = Keyring("keyring"), types.ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", package)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return package


def test_a_reference_into_the_keyring_is_followed(keyring: Keyring) -> None:
    keyring.chosen = Store({("erp", "orders"): "hunter2", ("erp/prod", "orders"): "other"})
    assert dereferenced("password", ENTRY) == "hunter2"
    assert dereferenced("password", "keyring:erp/prod/orders") == "other"


def test_an_entry_that_is_missing_is_an_error(keyring: Keyring) -> None:
    keyring.chosen = Store()
    with pytest.raises(ConfigurationError, match=r"no such entry \(store it with: keyring set"):
        dereferenced("password", ENTRY)


def test_a_keyring_that_stores_plain_text_is_refused(keyring: Keyring) -> None:
    keyring.chosen = PlaintextStore({("erp", "orders"): "hunter2"})
    with pytest.raises(ConfigurationError, match="none that encrypts"):
        dereferenced("password", ENTRY)


def test_a_chain_is_asked_where_it_encrypts(keyring: Keyring) -> None:
    plain, safe = PlaintextStore({("erp", "orders"): "leaked"}), Store({("erp", "orders"): "hunter2"})
    keyring.chosen = Chain(plain, Store(), safe)
    assert dereferenced("password", ENTRY) == "hunter2"
    keyring.chosen = Chain(plain)
    with pytest.raises(ConfigurationError, match="none that encrypts"):
        dereferenced("password", ENTRY)


def test_a_locked_keyring_is_an_error_that_names_its_kind(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = sys.modules["keyring.errors"].KeyringError

    class Locked(Store):
        def get_password(self, service: str, user: str) -> str | None:
            raise locked("the collection with hunter2 is locked")

    keyring.chosen = Locked()
    with pytest.raises(ConfigurationError, match="'password' refers to: KeyringError") as refused:
        dereferenced("password", ENTRY)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("reference", ["keyring:hunter2", "keyring:/hunter2", "keyring:hunter2/"])
def test_an_incomplete_reference_is_told_its_form_and_not_repeated(reference: str) -> None:
    with pytest.raises(ConfigurationError, match="keyring:service/user") as refused:
        dereferenced("password", reference)
    assert "hunter2" not in str(refused.value)


def test_without_the_package_the_error_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigurationError, match="pip install keyring"):
        dereferenced("password", ENTRY)


# -- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["password", "client_secret", "token", "API_KEY", "sig", "Authorization", "sslpassword", "odbc_connect"],
)
def test_names_of_secrets_are_known_by_sight(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["client", "sysnr", "company", "user", "design", "mapping"])
def test_ordinary_names_are_shown(name: str) -> None:
    assert not looks_secret(name)


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert nearest("EUROPE/BERLN", ["Europe/Berlin", "Asia/Tokyo"]) == "; did you mean 'Europe/Berlin'?"
    assert nearest("zzz", ["Europe/Berlin"]) == ""
