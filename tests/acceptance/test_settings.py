"""Section 3: targets, profiles, settings with their precedence, and secrets that nobody sees."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import erp_connect as ec


@pytest.fixture
def profiles(tmp_path, monkeypatch):
    def write(text: str) -> None:
        folder = tmp_path / "desk"
        folder.mkdir(exist_ok=True)
        (folder / "erp-connect.toml").write_text(text, encoding="utf-8")
        monkeypatch.chdir(folder)

    return write


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("memry://", "memory"),
        ("sqllite:///orders.db", "sqlite"),
        ("postgressql://h/d", "postgresql"),
        ("http://example.com", ""),
        ("", ""),
        ("no-such-profile", ""),
        ("://", ""),
        ("memory://?like=bx", "bc"),
        ("memory://?lik=bc", "like"),
        ("sqlite:///orders.db?writeable=yes", "writable"),
    ],
)
def test_a_target_that_there_is_not_names_the_nearest(target: str, said: str) -> None:
    with pytest.raises(ec.errors.ConfigurationError) as raised:
        ec.connect(target)
    assert said in str(raised.value)
    assert raised.value.hint
    with pytest.raises(ec.errors.ConfigurationError):
        ec.capabilities(target)


def test_an_unknown_setting_names_the_nearest() -> None:
    with pytest.raises(ec.errors.ConfigurationError, match="like"):
        ec.connect("memory://", liek="bc")


@pytest.mark.parametrize("scheme", ["sap+rfc", "sage+x3", "sage+200", "sage+intacct"])
def test_what_cannot_be_reached_as_it_is_told_says_so_and_keeps_the_password(scheme: str) -> None:
    with pytest.raises(ec.errors.ConfigurationError) as raised:
        ec.connect(f"{scheme}://user@host", password="hunter2")
    assert "hunter2" not in str(raised.value) + repr(raised.value)


def test_every_argument_also_takes_the_text_of_a_url(shop) -> None:
    with (
        ec.connect("memory://", read_only="true", timeout="5", max_concurrency="2", like="bc") as erp,
        pytest.raises(ec.errors.ErpConnectError),
    ):
        erp.orders.create(shop.draft(), key="k")
    with ec.connect(
        "memory://?read_only=true&timeout=5&timezone=Europe/Berlin&company=1&actor=anna&like=bc"
    ) as erp:
        assert erp.capabilities == ec.capabilities("memory://?like=bc") or erp.capabilities.discovered


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": "soon"},
        {"timeout": -1},
        {"timeout": 0},
        {"max_concurrency": 0},
        {"max_concurrency": "many"},
        {"read_only": "perhaps"},
        {"timezone": "Mars/Olympus"},
        {"journal": "not a url"},
        {"like": "bx"},
    ],
)
def test_a_setting_that_makes_no_sense_is_a_configuration_error(settings: dict[str, object]) -> None:
    with pytest.raises(ec.errors.ConfigurationError) as raised:
        ec.connect("memory://", **settings)
    assert next(iter(settings)) in str(raised.value)


def like_of(erp: ec.Client) -> str:
    return erp.capabilities.system


def test_an_argument_goes_before_the_url_that_before_the_environment_that_before_the_profile(
    profiles, monkeypatch
) -> None:
    profiles(
        '[profiles.north]\nurl = "memory://"\nlike = "crm"\n\n[profiles.south]\nurl = "memory://?like=bc"\n'
    )
    kinds = {name: like_of(ec.connect(f"memory://?like={name}")) for name in ("crm", "bc", "x3", "fo")}
    assert len(set(kinds.values())) == 4
    assert like_of(ec.connect("north")) == kinds["crm"]
    monkeypatch.setenv("ERP_PROFILES__NORTH__LIKE", "x3")
    monkeypatch.setenv("ERP_PROFILES__SOUTH__LIKE", "x3")
    assert like_of(ec.connect("north")) == kinds["x3"]
    assert like_of(ec.connect("south")) == kinds["bc"]
    assert like_of(ec.connect("south", like="fo")) == kinds["fo"]
    assert like_of(ec.connect("north", like="fo")) == kinds["fo"]


def test_a_profile_that_there_is_not_names_the_nearest(profiles) -> None:
    profiles('[profiles.production]\nurl = "memory://"\n')
    ec.connect("production").close()
    with pytest.raises(ec.errors.ConfigurationError, match="production"):
        ec.connect("prodution")


@pytest.mark.parametrize("text", ["[profiles.x\n", "[profiles.x]\n", "[profiles.x]\nurl = 7\n", "\ufffe\x00"])
def test_a_broken_profile_file_is_a_configuration_error(profiles, text: str) -> None:
    profiles(text)
    with pytest.raises(ec.errors.ConfigurationError):
        ec.connect("x")


def test_a_secret_may_stand_in_the_environment(profiles, monkeypatch, postgres_url) -> None:
    monkeypatch.setenv("MY_PASSWORD", "hunter2-secret")
    profiles('[profiles.db]\nurl = "postgresql://nobody@127.0.0.1:9/none"\npassword = "env:MY_PASSWORD"\n')
    with pytest.raises(ec.errors.ErpConnectError) as raised:
        ec.connect("db", timeout=2).ping()
    assert "hunter2-secret" not in str(raised.value) + repr(raised.value)


# ---------------------------------------------------------------- secrets


SECRET = "hunter2-Zwölf/@:?&=x"
QUOTED = "hunter2-Zw%C3%B6lf%2F%40%3A%3F%26%3Dx"


@pytest.mark.parametrize(
    "target",
    [
        f"postgresql://anna:{QUOTED}@127.0.0.1:9/none",
        f"mariadb://anna:{QUOTED}@127.0.0.1:9/none",
        f"postgresql://anna@127.0.0.1:9/none?password={QUOTED}",
        f"sap+rfc://anna:{QUOTED}@host?sysnr=00",
        f"nosuch://anna:{QUOTED}@host",
        f"memory://anna:{QUOTED}@host?liek=bc",
        f"memory://?token={QUOTED}&liek=bc",
        f"postgresql://anna:{QUOTED}@127.0.0.1:notaport/none",
        f"postgresql://anna:{QUOTED}@[::1/none",
    ],
)
def test_a_secret_in_a_url_is_never_said(target: str, caplog, capsys) -> None:
    caplog.set_level(0)
    said = []
    try:
        erp = ec.connect(target, timeout=2)
        said.append(repr(erp) + str(erp) + erp.system)
        erp.ping()
    except ec.errors.ErpConnectError as error:
        said += [str(error), repr(error), str(error.hint), str(error.system)]
        said += [str(cause) for cause in (error.__cause__, error.__context__) if cause]
    said += [record.getMessage() for record in caplog.records if record.name.startswith("erp_connect")]
    said += list(capsys.readouterr())
    assert said
    for secret in (SECRET, QUOTED, "hunter2"):
        assert secret not in "\n".join(said)


@pytest.mark.parametrize("name", ["password", "token", "client_secret", "user", "client_id"])
def test_a_secret_given_as_an_argument_is_never_said(name: str, caplog) -> None:
    caplog.set_level(0)
    said = []
    for target in ("postgresql://127.0.0.1:9/none", "memory://", "nosuch://host", "sqlite:///none.db"):
        try:
            with ec.connect(target, timeout=2, **{name: SECRET}) as erp:
                said.append(repr(erp) + erp.system)
                erp.ping()
        except ec.errors.ErpConnectError as error:
            said.append(str(error) + repr(error))
    said += [record.getMessage() for record in caplog.records]
    assert SECRET not in "\n".join(said) or name in {"user", "client_id"}
    assert "hunter2" not in "\n".join(said) or name in {"user", "client_id"}


# ---------------------------------------------------------------- a database of ours, or not


def test_a_database_without_our_tables_names_init(tmp_path, sqlite_url) -> None:
    import sqlite3

    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE something (id INTEGER)")
    connection.close()
    with pytest.raises(ec.errors.ConfigurationError, match="erp-connect init"):
        ec.connect(f"sqlite:///{path}").ping()
    with pytest.raises(ec.errors.ConfigurationError, match="erp-connect init"):
        ec.connect(sqlite_url).ping()
    assert not (tmp_path / "orders.db").exists()


def test_a_database_that_cannot_be_reached(shop) -> None:
    for target in ("postgresql://nobody@127.0.0.1:9/none", "mariadb://nobody@127.0.0.1:9/none"):
        with pytest.raises(ec.errors.TransportError) as raised, ec.connect(target, timeout=2) as erp:
            erp.orders.create(shop.draft(), key="k")
        assert raised.value.outcome == "not_applied"


def test_init_twice_is_harmless(make_schema, database_url, shop) -> None:
    make_schema(database_url)
    with ec.connect(database_url) as erp:
        system = erp.system
        shop.fill(erp).orders.create(shop.draft(), key="k")
    make_schema(database_url, company="Another name")
    with ec.connect(database_url) as erp:
        assert erp.system == system
        assert [order.customer_po for order in erp.orders.list()] == ["PO-4711"]
        erp.ping()


@pytest.mark.parametrize("scheme", ["mysql", "mariadb+pymysql", "mysql+pymysql"])
def test_mysql_and_mariadb_mean_one_driver(mariadb_shelf, scheme: str) -> None:
    with (
        ec.connect(mariadb_shelf.url) as erp,
        ec.connect(mariadb_shelf.url.replace("mariadb", scheme, 1)) as same,
    ):
        assert same.system == erp.system


def test_postgresql_means_psycopg(postgres_shelf) -> None:
    named = postgres_shelf.url.replace("postgresql", "postgresql+psycopg", 1)
    with ec.connect(postgres_shelf.url) as erp, ec.connect(named) as same:
        assert same.system == erp.system


def test_init_in_many_processes_at_once(tmp_path) -> None:
    program = (
        "import sys\nfrom erp_connect.adapters.sql.migrate import init\n"
        "init(sys.argv[1], company='Valve Trading', currency='EUR')\n"
        "import erp_connect as ec\nwith ec.connect(sys.argv[1]) as erp: print(erp.system)\n"
    )
    url = f"sqlite:///{tmp_path / 'together.db'}"
    running = [
        subprocess.Popen([sys.executable, "-c", program, url], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    systems = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert len(systems) == 1


# ---------------------------------------------------------------- what a connection is told


def test_read_only_refuses_every_write(shop, url) -> None:
    with ec.connect(url) as erp:
        order = erp.orders.create(shop.draft(), key="k").order
        purchase = erp.purchase_orders.create(shop.purchase(), key="p").stored
        customer = erp.customers.find(number="10000")[0]
        entries = [entry.key for entry in erp.journal.list()]
    with ec.connect(url, read_only=True) as reader:
        assert reader.orders.get(order.id) == order
        assert reader.orders.check(shop.draft("PO-2")) is not None
        plan = reader.orders.plan(order, ec.AddNote(text="x"))
        for write in (
            lambda: reader.orders.create(shop.draft("PO-2"), key="2"),
            lambda: reader.orders.apply(plan),
            lambda: reader.orders.amend(order, ec.AddNote(text="x")),
            lambda: reader.orders.cancel(order, reason="x"),
            lambda: reader.shipments.post(order, None),
            lambda: reader.returns.create(ec.ReturnDraft(order=order.id, lines={1: 1}, reason="x")),
            lambda: reader.purchase_orders.create(shop.purchase()),
            lambda: reader.purchase_orders.receive(purchase, None),
            lambda: reader.purchase_orders.confirm(purchase, {1: date(2026, 12, 24)}),
            lambda: reader.customers.create(ec.CustomerDraft(number="30000", name="x")),
            lambda: reader.customers.update(customer.id, name="x"),
        ):
            with pytest.raises(ec.errors.ErpConnectError) as raised:
                write()
            assert raised.value.outcome == "not_applied"
            assert raised.value.retryable is False
        failed = reader.orders.create_many
        try:
            result = failed([shop.draft("PO-2")], ["2"])
        except ec.errors.ErpConnectError:
            pass
        else:
            assert result.succeeded == ()
        assert reader.orders.get(order.id) == order
        assert [entry.key for entry in reader.journal.list()] == entries


def test_days_are_those_of_the_companys_zone(shop, hand_clock) -> None:
    hand_clock.at = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    with ec.connect("memory://", timezone="Asia/Tokyo", clock=hand_clock) as erp:
        order = shop.fill(erp).orders.create(shop.draft(), key="k").order
        assert order.order_date == date(2026, 3, 3)
        assert order.created_at == hand_clock.at
    with ec.connect("memory://", timezone=ZoneInfo("America/New_York"), clock=hand_clock) as erp:
        assert shop.fill(erp).orders.create(shop.draft(), key="k").order.order_date == date(2026, 3, 2)


def test_the_companys_zone_is_the_one_that_init_was_told(make_schema, sqlite_url, shop, hand_clock) -> None:
    make_schema(sqlite_url, timezone="Asia/Tokyo")
    hand_clock.at = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    with ec.connect(sqlite_url, clock=hand_clock) as erp:
        assert shop.fill(erp).orders.create(shop.draft(), key="k").order.order_date == date(2026, 3, 3)


def test_an_instant_in_another_zone_is_the_same_instant(shop, url, hand_clock) -> None:
    from datetime import timezone

    with ec.connect(url, clock=hand_clock) as erp:
        erp.orders.create(shop.draft(), key="k")
        east = timezone(timedelta(hours=9))
        assert len(list(erp.orders.list(modified_since=datetime(2026, 3, 2, 16, 59, tzinfo=east)))) == 1
        assert list(erp.orders.list(modified_since=datetime(2026, 3, 2, 17, 1, tzinfo=east))) == []


def test_a_company_is_named(memory_url, sqlite_shop) -> None:
    with ec.connect(sqlite_shop) as erp:
        companies = erp.companies()
        assert [company.name for company in companies] == ["Valve Trading"]
    with ec.connect(sqlite_shop, company=companies[0].id) as erp:
        erp.ping()
    with pytest.raises(ec.errors.ErpConnectError):
        ec.connect(sqlite_shop, company="No such company").ping()


def test_a_closed_connection_says_so(shop, url) -> None:
    erp = ec.connect(url)
    erp.close()
    erp.close()
    for call in (
        lambda: erp.orders.get("1"),
        erp.ping,
        lambda: erp.orders.create(shop.draft(), key="k"),
        lambda: list(erp.orders.list()),
        lambda: list(erp.journal.list()),
    ):
        with pytest.raises(ec.errors.ErpConnectError):
            call()


def test_worlds_of_one_name_are_one(shop, memory_url) -> None:
    with ec.connect(memory_url) as here, ec.connect(memory_url) as there, ec.connect("memory://") as alone:
        order = shop.fill(here).orders.create(shop.draft(), key="k").order
        assert there.orders.get(order.id) == order
        assert there.orders.create(shop.draft(), key="k").replayed
        assert list(alone.orders.list()) == []


def test_the_journal_of_memory_leaves_no_file(shop, own_home) -> None:
    with ec.connect("memory://") as erp:
        shop.fill(erp).orders.create(shop.draft(), key="k")
    assert not own_home.exists() or [path for path in own_home.rglob("*") if path.is_file()] == []


def test_secrets_given_to_a_database_do_not_enter_its_identity(postgres_shop) -> None:
    with ec.connect(postgres_shop) as one, ec.connect(postgres_shop, password="something") as two:
        assert one.system == two.system


def test_two_companies_on_two_schemas_are_two_systems(make_schema, tmp_path, shop) -> None:
    systems = set()
    for name in ("a", "b"):
        url = make_schema(f"sqlite:///{tmp_path / name}.db")
        with ec.connect(url) as erp:
            systems.add(erp.system)
    assert len(systems) == 2


def test_a_moved_file_is_the_same_system(sqlite_shop, tmp_path, shop) -> None:
    with ec.connect(sqlite_shop) as erp:
        system = erp.system
        erp.orders.create(shop.draft(), key="k")
    (tmp_path / "orders.db").rename(tmp_path / "moved.db")
    with ec.connect(f"sqlite:///{tmp_path / 'moved.db'}") as erp:
        assert erp.system == system
        assert erp.orders.create(shop.draft(), key="k").replayed
