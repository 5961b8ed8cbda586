"""From a URL or a profile's name to an adapter and everything it is given."""

from __future__ import annotations

import gc
import importlib
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

import pytest
from pydantic import Field, SecretStr, field_validator, model_validator
from sqlalchemy.engine import make_url

from erp_connect.adapters import schemes
from erp_connect.adapters.contract import (
    Adapter,
    AdapterSettings,
    Capabilities,
    OperationSupport,
    Support,
    Target,
)
from erp_connect.adapters.registry import Destination, register, resolve, static_capabilities
from erp_connect.clock import SystemClock
from erp_connect.errors import ConfigurationError

SECRET = "hunter2-of-the-order-desk"


class AcmeAdapter(Adapter):
    """A back-end of the tests: its capabilities follow from its settings."""

    class Settings(AdapterSettings):
        client: str = Field(default="001", pattern=r"\d{3}")
        language: Literal["en", "de"] = "en"
        sales_org: str | None = None
        pages: int = Field(default=100, gt=0)
        freight: Decimal = Decimal(0)
        writable: bool = False
        company: str | None = None
        signing_key: SecretStr | None = None
        route: SecretStr | None = None
        api_key: str | None = None
        identity: ClassVar[tuple[str, ...]] = ("client", "company")

        @field_validator("sales_org", "api_key")
        @classmethod
        def _on_file(cls, value: str | None) -> str | None:
            if value is not None and value.startswith("bad"):
                raise ValueError(f"{value.upper()} is not on file")
            return value

        @model_validator(mode="after")
        def _together(self) -> AcmeAdapter.Settings:
            if self.writable and self.language == "de":
                raise ValueError(f"writable does not go with {self.language}, route {self.route!r}")
            return self

    @classmethod
    def static_capabilities(cls, target: Target) -> Capabilities:
        assert isinstance(target.settings, cls.Settings)
        writes = {"orders.create": OperationSupport()} if target.settings.writable else {}
        return Capabilities(system="Acme", operations={"orders.get": OperationSupport(), **writes})

    def open(self) -> None:
        raise AssertionError("resolving must not connect")

    def close(self) -> None: ...

    def ping(self) -> None: ...


class BooksAdapter(AcmeAdapter):
    """Stands in for the SQL adapter."""

    class Settings(AdapterSettings):
        mapping: str | None = None
        writable: bool = False


@pytest.fixture
def acme() -> Iterator[None]:
    with register("acme", AcmeAdapter):
        yield


@pytest.fixture
def books() -> Iterator[None]:
    with register("sql", BooksAdapter):
        yield


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment that knows the profile file in ``tmp_path`` and nothing else."""
    monkeypatch.chdir(tmp_path)
    return {"ERP_CONNECT_HOME": str(tmp_path / "nowhere")}


@pytest.fixture
def profile(tmp_path: Path, environ: dict[str, str]) -> Callable[..., None]:
    def write(**fields: str) -> None:
        lines = [f"{name} = {value}" for name, value in fields.items()]
        (tmp_path / "erp-connect.toml").write_text("\n".join(["[profiles.prod]", *lines]), encoding="utf-8")

    return write


def acme_settings(destination: Destination) -> AcmeAdapter.Settings:
    settings = destination.target.settings
    assert isinstance(settings, AcmeAdapter.Settings)
    return settings


def refused(target: str, **arguments: Any) -> ConfigurationError:
    """The error, after a look for the secret in everything that a log or a debugger's report would show."""
    with pytest.raises(ConfigurationError) as caught:
        resolve(target, **arguments)
    error = caught.value
    seen: BaseException | None = error
    while seen is not None:
        assert SECRET not in str(seen)
        assert SECRET not in repr(seen)
        seen = seen.__cause__ or seen.__context__
    assert SECRET not in "".join(traceback.format_exception(error))
    return error


# -- who serves a scheme -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("acme")
def test_a_registered_class_serves_its_scheme_until_it_is_undone() -> None:
    with register("acme+next", BooksAdapter):
        assert resolve("acme+next://h").adapter_class is BooksAdapter
    assert "no adapter is installed for the scheme 'acme+next'" in str(refused("acme+next://h"))
    assert resolve("ACME://h").adapter_class is AcmeAdapter


def test_a_registration_stays_when_nobody_keeps_what_it_returned() -> None:
    undo = register("acme", AcmeAdapter)
    try:
        gc.collect()
        assert resolve("acme://h").adapter_class is AcmeAdapter
        with pytest.raises(ConfigurationError, match="'acme' is registered already"):
            register("acme", BooksAdapter)
    finally:
        undo.close()


@pytest.mark.parametrize("scheme", ["", "Acme", "a b", "a:b", "3+x"])
def test_not_every_text_is_a_scheme(scheme: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a scheme"):
        register(scheme, AcmeAdapter)


@pytest.mark.usefixtures("acme", "books")
def test_a_misspelt_scheme_is_told_the_nearest_and_the_list() -> None:
    error = refused("postgressql://h/db")
    assert "no adapter is installed for the scheme 'postgressql'; did you mean 'postgresql'" in str(error)
    assert "acme" in str(error.hint)
    assert "mariadb, " in str(error.hint)
    assert "did you mean" not in str(refused("zzzz+9://h"))


@pytest.mark.parametrize(
    "scheme",
    [
        "sqlite",
        "postgresql",
        "postgres",
        "mysql",
        "mariadb",
        "mssql",
        "oracle",
        "mysql+pymysql",
        "postgresql+psycopg",
    ],
)
@pytest.mark.usefixtures("books")
def test_every_database_is_served_by_the_sql_adapter(scheme: str) -> None:
    assert resolve(f"{scheme}://h/db").adapter_class is BooksAdapter


@pytest.mark.usefixtures("books")
def test_sql_is_no_scheme_itself() -> None:
    assert "no adapter is installed for the scheme 'sql'" in str(refused("sql://h/db"))


# -- installed distributions -------------------------------------------------------------------------------------


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put a distribution on the path: its entry points, its requirements, and a module with this source."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def distribution(
        name: str,
        entries: str,
        *,
        requires: tuple[str, ...] = (),
        group: str = "erp_connect.adapters",
        **modules: str,
    ) -> None:
        info = site / f"{name.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n{needs}")
        (info / "entry_points.txt").write_text(f"[{group}]\n{entries}\n")
        for module, source in modules.items():
            (site / f"{module}.py").write_text(source)
            monkeypatch.delitem(sys.modules, module, raising=False)
        importlib.invalidate_caches()
        schemes._entry_points.cache_clear()  # a program that runs has looked already

    return distribution


STRANGER = """
from erp_connect.adapters.contract import Adapter, AdapterSettings

class WidgetAdapter(Adapter):
    class Settings(AdapterSettings):
        depot: str = "north"

    @classmethod
    def static_capabilities(cls, target): raise NotImplementedError
    def open(self): ...
    def close(self): ...
    def ping(self): ...
"""


def test_a_strangers_adapter_is_found_and_loaded_when_it_is_asked_for(install: Callable[..., None]) -> None:
    install("erp-widgets", "widgets = widget_house:WidgetAdapter", widget_house=STRANGER)
    with register("acme", AcmeAdapter):
        resolve("acme://h")
        assert "widget_house" not in sys.modules
        found = resolve("widgets://h?depot=south")
    assert found.adapter_class.__name__ == "WidgetAdapter"
    assert found.target.settings.model_dump() == {"depot": "south"}
    assert "did you mean 'widgets'?" in str(refused("widget://h"))


def test_two_distributions_that_claim_one_scheme_are_an_error(install: Callable[..., None]) -> None:
    install("erp-widgets", "widgets = widget_house:WidgetAdapter", widget_house=STRANGER)
    install("widgets-too", "widgets = widget_house:WidgetAdapter")
    error = refused("widgets://h")
    assert "'widgets' is claimed by erp-widgets 1.2 and by widgets-too 1.2" in str(error)
    assert "uninstall" in str(error.hint)


def test_a_database_claimed_by_a_stranger_is_an_error(install: Callable[..., None]) -> None:
    install("erp-lite", "sqlite = widget_house:WidgetAdapter", widget_house=STRANGER)
    assert "erp-connect " in str(refused("sqlite:///x.db"))
    assert "erp-lite 1.2" in str(refused("sqlite:///x.db"))


@pytest.mark.usefixtures("books")
def test_the_dialect_of_a_strange_database_goes_to_the_sql_adapter(install: Callable[..., None]) -> None:
    assert "no adapter is installed" in str(refused("frogdb+tongue://h/db"))
    install("frogdb", "frogdb.tongue = frogdb:Dialect", group="sqlalchemy.dialects")
    assert resolve("frogdb+tongue://h/db?jump=3").target.url == "frogdb+tongue://h/db?jump=3"


def test_a_missing_package_is_told_with_the_command_of_the_extra(install: Callable[..., None]) -> None:
    install(
        "erp-widgets",
        "widgets = widget_house:WidgetAdapter",
        requires=("requests", "widget-wire[fast]>=2 ; extra == 'wire'"),
        widget_house="import widget_wire\n" + STRANGER,
    )
    error = refused("widgets://h")
    assert "'widget_wire', which is not installed" in str(error)
    assert error.hint == "pip install 'erp-widgets[wire]'"


@pytest.mark.parametrize(
    ("entry", "requires", "source", "hint"),
    [
        ("widget_house:WidgetAdapter", ("widget-wire",), "import widget_wire", "pip install erp-widgets"),
        ("widget_house:WidgetAdapter [far]", (), "import widget_wire.deep", "pip install 'erp-widgets[far]'"),
        ("widget_house:WidgetAdapter", (), "import widget_wire", "pip install widget-wire"),
        ("widget_barn:WidgetAdapter", (), "", "pip install --force-reinstall erp-widgets"),
    ],
)
def test_what_is_missing_decides_the_command(
    install: Callable[..., None], entry: str, requires: tuple[str, ...], source: str, hint: str
) -> None:
    install("erp-widgets", f"widgets = {entry}", requires=requires, widget_house=source)
    assert refused("widgets://h").hint == hint


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise ImportError('libwidget.so: cannot open shared object file')", "libwidget.so: cannot open"),
        ("", "cannot be loaded"),
        ("WidgetAdapter = dict", "widget_house:WidgetAdapter of erp-widgets 1.2 is not an adapter"),
    ],
)
def test_an_adapter_that_cannot_be_loaded_says_why(
    install: Callable[..., None], source: str, said: str
) -> None:
    install("erp-widgets", "widgets = widget_house:WidgetAdapter", widget_house=source)
    assert said in str(refused("widgets://h"))


def test_our_own_adapters_are_found_the_way_a_strangers_is() -> None:
    from importlib.metadata import entry_points

    ours = {entry.name: entry for entry in entry_points(group="erp_connect.adapters")}
    assert ours["memory"].module == "erp_connect.adapters.memory"
    assert ours["sql"].module == "erp_connect.adapters.sql"


# -- precedence --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("acme")
def test_argument_before_url_before_environment_before_profile(
    profile: Callable[..., None], environ: dict[str, str]
) -> None:
    profile(url="'acme://h'", client="'104'")
    assert acme_settings(resolve("prod", environ=environ)).client == "104"
    environ["ERP_PROFILES__PROD__CLIENT"] = "103"
    assert acme_settings(resolve("prod", environ=environ)).client == "103"
    environ["ERP_PROFILES__PROD__URL"] = "acme://h?client=102"
    assert acme_settings(resolve("prod", environ=environ)).client == "102"
    assert acme_settings(resolve("prod", settings={"client": "101"}, environ=environ)).client == "101"
    assert acme_settings(resolve("prod", settings={"client": None}, environ=environ)).client == "102"


@pytest.mark.usefixtures("acme")
def test_the_options_of_a_connection_follow_the_same_order(
    profile: Callable[..., None], environ: dict[str, str]
) -> None:
    profile(
        url="'acme://h?timeout=30&actor=night+run'",
        timeout="40",
        timezone="'Europe/Berlin'",
        max_concurrency="7",
        read_only="true",
        system="'erp-prod'",
        company="'DE'",
        journal="'sqlite:///j.db'",
    )
    environ["ERP_PROFILES__PROD__COMPANY"] = "FR"
    found = resolve("prod", max_concurrency=2, environ=environ)
    assert found.target.timeout == 30
    assert found.target.timezone == ZoneInfo("Europe/Berlin")
    assert found.target.max_concurrency == 2
    assert found.target.company == "FR"
    assert (found.system, found.actor, found.journal) == ("erp-prod", "night run", "sqlite:///j.db")
    assert found.read_only is True


@pytest.mark.usefixtures("acme")
def test_without_a_word_the_defaults_hold() -> None:
    found = resolve("acme://h")
    assert (found.target.timeout, found.target.max_concurrency, found.target.timezone) == (60, None, None)
    assert (found.read_only, found.target.allow_insecure) == (False, False)
    assert (found.system, found.actor, found.journal, found.target.company) == (None, None, None, None)
    assert isinstance(found.target.clock, SystemClock)
    clock = SystemClock()
    assert resolve("acme://h", clock=clock).target.clock is clock


@pytest.mark.usefixtures("acme")
def test_a_false_that_was_not_said_does_not_open_what_the_url_closed() -> None:
    assert resolve("acme://h?read_only=yes", read_only=False).read_only is True
    assert resolve("acme://h?read_only=yes", read_only="no").read_only is False
    assert resolve("acme://h?allow_insecure=on").target.allow_insecure is True


@pytest.mark.usefixtures("acme")
def test_a_company_that_is_also_a_setting_reaches_both() -> None:
    found = resolve("acme://h?company=CRONUS")
    assert found.target.company == "CRONUS"
    assert acme_settings(found).company == "CRONUS"


@pytest.mark.usefixtures("acme")
def test_a_profiles_url_may_stand_in_the_environment(
    profile: Callable[..., None], environ: dict[str, str]
) -> None:
    profile(url="'env:ORDER_BOOK'")
    environ["ORDER_BOOK"] = "acme://ann:pw@h"
    assert resolve("prod", environ=environ).target.user == "ann"
    environ["ORDER_BOOK"] = SECRET
    assert "the url of the profile 'prod'" in str(refused("prod", environ=environ))


# -- what a value may be -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("acme")
def test_an_argument_is_the_same_as_its_text_in_the_url() -> None:
    as_text = resolve(
        "acme://h?client=100&pages=5&freight=0.10&writable=on&timeout=2.5&max_concurrency=3&timezone=Asia/Tokyo"
    )
    as_argument = resolve(
        "acme://h",
        timeout=Decimal("2.5"),
        max_concurrency=3,
        timezone=ZoneInfo("Asia/Tokyo"),
        settings={"client": 100, "pages": 5, "freight": Decimal("0.10"), "writable": True},
    )
    assert as_text.target.settings == as_argument.target.settings
    assert acme_settings(as_text).freight == Decimal("0.10")
    assert as_text.target.timeout == as_argument.target.timeout == 2.5
    assert as_text.target.timezone == as_argument.target.timezone
    assert as_text.target.max_concurrency == as_argument.target.max_concurrency == 3
    assert resolve("acme://h", timeout="2.5", max_concurrency="3").target.timeout == 2.5


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *((text, True) for text in ("true", "1", "yes", "on", "TRUE")),
        *((text, False) for text in ("false", "0", "no", "off")),
    ],
)
@pytest.mark.usefixtures("acme")
def test_the_words_for_yes_and_no(text: str, meant: bool) -> None:
    found = resolve(f"acme://h?read_only={text}&writable={text}")
    assert found.read_only is meant
    assert acme_settings(found).writable is meant


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"timeout": 0}, "'timeout' among the arguments has a wrong value: it should be greater than 0"),
        ({"timeout": "-1"}, "greater than 0"),
        ({"timeout": "inf"}, "finite"),
        ({"timeout": "soon"}, "a valid number"),
        ({"timeout": True}, "a number"),
        ({"max_concurrency": 0}, "greater than 0"),
        ({"max_concurrency": "1.5"}, "a valid integer"),
        ({"max_concurrency": True}, "a number"),
        ({"read_only": "maybe"}, "a valid boolean"),
        ({"timezone": "Europe/Berln"}, "time zone; did you mean 'Europe/Berlin'"),
        ({"timezone": "europe/BERLIN"}, "did you mean 'Europe/Berlin'"),
        ({"timezone": "xyzzy"}, "time zone, e.g. Europe/Berlin"),
        ({"timezone": "Europe"}, "name of a time zone"),
        ({"timezone": "../../etc/passwd"}, "name of a time zone"),
        ({"timezone": ""}, "name of a time zone"),
        ({"timezone": 5}, "name of a time zone"),
        ({"timezone": UTC}, "name of a time zone"),
        ({"actor": ""}, "at least 1 character"),
        ({"system": object()}, "a valid string"),
        (
            {"settings": {"pages": "many"}},
            "'pages' among the arguments has a wrong value: it should be a valid integer",
        ),
        ({"settings": {"language": "xx"}}, "'en' or 'de'"),
        ({"settings": {"client": "12"}}, "pattern"),
        (
            {"settings": {"password": 1234}},
            "'password' among the arguments has a wrong value: it should be a valid string",
        ),
    ],
)
@pytest.mark.usefixtures("acme")
def test_a_wrong_value_is_named_with_what_is_expected(arguments: dict[str, Any], said: str) -> None:
    assert said in str(refused("acme://h", **arguments))


@pytest.mark.usefixtures("acme")
def test_a_wrong_value_is_located(profile: Callable[..., None], environ: dict[str, str]) -> None:
    profile(url="'acme://h'", pages="0")
    assert "'pages' in the profile 'prod' of " in str(refused("prod", environ=environ))
    environ["ERP_PROFILES__PROD__PAGES"] = "0"
    assert "'pages' in the environment of the profile 'prod' has" in str(refused("prod", environ=environ))
    assert "'pages' in the URL has" in str(refused("acme://h?pages=0"))


def test_a_setting_that_must_be_given_is_asked_for() -> None:
    class Needy(AcmeAdapter):
        class Settings(AdapterSettings):
            pool: str

    with register("needy", Needy):
        assert "the setting 'pool' is missing: give it as an argument, as ?pool=..." in str(
            refused("needy://h")
        )
        assert resolve("needy://h?pool=SEED").target.settings.model_dump() == {"pool": "SEED"}


# -- names that nobody knows -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("acme")
def test_an_unknown_setting_is_told_the_nearest_and_where_it_stands(
    profile: Callable[..., None], environ: dict[str, str]
) -> None:
    error = refused("acme://h?cleint=100")
    assert "acme has no setting 'cleint', which stands in the URL; did you mean 'client'" in str(error)
    assert "sales_org" in str(error.hint)
    assert "max_concurrency" in str(error.hint)
    assert "among the arguments; did you mean 'max_concurrency'?" in str(
        refused("acme://h", settings={"max_concurency": 5})
    )
    profile(url="'acme://h'", passwrd=f"'{SECRET}'")
    assert "in the profile 'prod' of " in str(refused("prod", environ=environ))
    assert "did you mean 'password'?" in str(refused("prod", environ=environ))
    environ["ERP_PROFILES__PROD__TOKN"] = SECRET
    assert "'tokn', which stands in the environment of the profile 'prod'" in str(
        refused("prod", environ=environ)
    )


@pytest.mark.usefixtures("acme")
def test_a_name_that_may_be_a_piece_of_a_secret_is_not_shown() -> None:
    assert "part without '='" in str(refused(f"acme://h?password=a&{SECRET}"))
    assert "(not shown)" in str(refused(f"acme://h?password=a&!{SECRET}=x"))


@pytest.mark.usefixtures("acme")
def test_a_setting_that_stands_twice_is_refused() -> None:
    assert "'client' stands twice in the URL" in str(refused("acme://h?client=100&client=200"))
    assert "'user' stands twice" in str(refused("acme://ann@h?user=bob"))


# -- secrets -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("acme")
def test_credentials_arrive_and_are_shown_nowhere() -> None:
    found = resolve(
        f"acme://ann:{SECRET}@h:443/root?signing_key={SECRET}&route={SECRET}&api_key={SECRET}&client=100",
        journal=f"mysql://bob:{SECRET}@j/db",
        settings={
            "client_secret": SecretStr(SECRET),
            "token": SECRET,
            "client_id": "desk",
            "ca": "/etc/ca.pem",
        },
    )
    target = found.target
    assert (target.user, target.password) == ("ann", SECRET)
    assert (target.host, target.port, target.path) == ("h", 443, "/root")
    assert dict(target.credentials) == {
        "client_id": "desk",
        "client_secret": SECRET,
        "token": SECRET,
        "ca": "/etc/ca.pem",
    }
    settings = acme_settings(found)
    assert settings.api_key == SECRET
    assert settings.signing_key == settings.route == SecretStr(SECRET)
    assert target.masked == "acme://ann:***@h:443/root?signing_key=***&route=***&api_key=***&client=100"
    for shown in (found, target, settings):
        assert SECRET not in repr(shown)
        assert SECRET not in str(shown)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "client_id",
        "client_secret",
        "token",
        "certificate",
        "ca",
        "signing_key",
        "route",
        "api_key",
    ],
)
@pytest.mark.usefixtures("acme")
def test_a_secret_may_be_a_reference_in_every_place(
    profile: Callable[..., None], environ: dict[str, str], name: str
) -> None:
    environ["DESK"] = SECRET
    profile(url="'acme://h'", **{name: "'env:DESK'"})
    for found in (
        resolve("prod", environ=environ),
        resolve(f"acme://h?{name}=env:DESK", environ=environ),
        resolve("acme://h", settings={name: "env:DESK"}, environ=environ),
    ):
        held = {
            "password": found.target.password,
            **found.target.credentials,
            **found.target.settings.model_dump(),
        }
        value = held[name]
        assert (value.get_secret_value() if isinstance(value, SecretStr) else value) == SECRET
    assert f"'{name}' refers to an environment variable that is not set" in str(
        refused("acme://h", settings={name: f"env:{SECRET}"}, environ=environ)
    )


@pytest.mark.usefixtures("acme")
def test_a_reference_stands_in_for_the_password_in_a_url(environ: dict[str, str]) -> None:
    environ["DESK"] = "p@ss/word"
    target = resolve("acme://ann:env:DESK@h", environ=environ).target
    assert target.password == "p@ss/word"
    assert target.url == "acme://ann:p%40ss%2Fword@h"


@pytest.mark.usefixtures("acme")
def test_an_ordinary_setting_is_no_reference(environ: dict[str, str]) -> None:
    environ["DESK"] = SECRET
    assert acme_settings(resolve("acme://h?sales_org=env:DESK", environ=environ)).sales_org == "env:DESK"


@pytest.mark.usefixtures("acme")
def test_a_refusal_never_repeats_the_value() -> None:
    refused("acme://h", settings={"token": 5, "client": SECRET, "language": SECRET})
    refused(f"acme://h?pages={SECRET}&timeout={SECRET}&timezone={SECRET}&read_only={SECRET}")
    assert "'sales_org' in the URL has a wrong value: *** is not on file" in str(
        refused("acme://h?sales_org=bad-DE")
    )
    assert "'api_key' in the URL has a wrong value: it is not accepted" in str(
        refused("acme://h?api_key=badly")
    )
    error = refused(f"acme://h?writable=yes&language=de&route={SECRET}")
    assert "the settings do not go together: writable does not go with ***" in str(error)


@pytest.mark.usefixtures("acme")
def test_a_refusal_of_the_url_never_repeats_it() -> None:
    refused(f"acme://ann:{SECRET}@h:99999")
    refused(f"nobody://ann:{SECRET}@h?token={SECRET}")
    refused(f"ann:{SECRET}")


# -- databases ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("books")
def test_what_is_not_ours_in_a_database_url_is_left_to_the_driver() -> None:
    found = resolve(
        "postgresql://ann@h:5432/db?sslmode=require&system=desk&timezone=UTC&writable=yes&mapping=m.toml"
        "&options=-c%20search_path%3Dsales&timeout=5&journal=sqlite%3A%2F%2F%2Fj.db",
        settings={"password": "p@ss/w?rd"},
    )
    assert found.target.settings.model_dump() == {"mapping": "m.toml", "writable": True}
    assert (found.system, found.target.timeout) == ("desk", 5)
    driver = make_url(found.target.url)
    assert dict(driver.query) == {"sslmode": "require", "options": "-c search_path=sales"}
    assert (driver.username, driver.password, driver.host, driver.port) == ("ann", "p@ss/w?rd", "h", 5432)
    assert driver.database == "db"
    assert found.target.masked.startswith("postgresql://ann@h:5432/db?sslmode=require&system=desk")


@pytest.mark.usefixtures("books")
def test_user_and_password_from_elsewhere_replace_those_of_the_url(environ: dict[str, str]) -> None:
    found = resolve("mysql://ann:old@h/db", settings={"user": "bob", "password": "new"}, environ=environ)
    assert found.target.url == "mysql://bob:new@h/db"
    assert resolve("mysql://h/db?user=ann&password=pw").target.url == "mysql://ann:pw@h/db"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///orders.db",
        "sqlite:////srv/a@b.db",
        "sqlite:///file:x.db?mode=ro&uri=true",
        "postgresql:///db?host=/run/pg",
        "postgresql://h/db?host=a&host=b",
        "mysql://ann:pw@[::1]:3306/db?charset=utf8",
    ],
)
@pytest.mark.usefixtures("books")
def test_a_database_url_without_settings_of_ours_stays_as_it_is(url: str) -> None:
    assert make_url(resolve(url).target.url) == make_url(url)


@pytest.mark.usefixtures("books")
def test_a_slip_in_one_of_our_names_is_not_left_to_the_driver() -> None:
    assert "did you mean 'writable'?" in str(refused("sqlite:///x.db?writeable=yes"))
    assert "did you mean 'mapping'?" in str(refused("postgresql://h/db?maping=m.toml"))


@pytest.mark.usefixtures("books")
def test_a_drivers_parameter_belongs_into_the_url() -> None:
    error = refused("postgresql://h/db", settings={"sslmode": "require"})
    assert "has no setting 'sslmode', which stands among the arguments" in str(error)
    assert "the driver's own parameters stand in the URL's query" in str(error.hint)


# -- capabilities without traffic --------------------------------------------------------------------------------


@pytest.mark.usefixtures("acme")
def test_capabilities_follow_from_the_settings_without_traffic_or_secrets() -> None:
    assert static_capabilities("acme://h").support("orders.create") is Support.NONE
    locked_up = {"password": "env:NOT_SET_HERE", "token": "keyring:erp/desk"}
    assert (
        static_capabilities("acme://h?writable=yes", **locked_up).support("orders.create") is Support.NATIVE
    )
    assert (
        static_capabilities("acme://h", writable=True, company="X").support("orders.create") is Support.NATIVE
    )


@pytest.mark.usefixtures("books")
def test_telling_the_capabilities_of_a_database_makes_no_file(tmp_path: Path) -> None:
    told = static_capabilities(f"sqlite:///{tmp_path}/orders.db?writable=yes")
    assert told.support("orders.create") is Support.NATIVE
    assert list(tmp_path.iterdir()) == []
