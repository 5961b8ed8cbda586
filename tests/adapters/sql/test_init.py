"""erp-connect init: the schema is made whole, once, by whoever comes first; and what is no system says so."""

import subprocess
import sys

import pytest
import sqlalchemy as sa

from erp_connect.adapters.sql.migrate import check, init, prepare, schema_version
from erp_connect.adapters.sql.schema import METADATA, SCHEMA_VERSION, SYSTEM
from erp_connect.adapters.sql.system import open_system
from erp_connect.errors import ConfigurationError, TransportError
from erp_connect.wire.sql import open_engine, writing


@pytest.fixture
def engine(database_url):
    engine = open_engine(database_url, timeout=20, create=True)
    yield engine
    engine.dispose()


def test_it_makes_a_company_that_can_be_opened(engine, database_url):
    made = init(database_url, company="Nordlicht GmbH", currency="EUR", timezone="Europe/Berlin")
    assert (made.company, made.currency, made.timezone) == ("Nordlicht GmbH", "EUR", "Europe/Berlin")
    assert (made.schema_version, made.rounding, made.backorders) == (SCHEMA_VERSION, "line", True)
    assert open_system(engine) == made
    assert schema_version(engine) == SCHEMA_VERSION


def test_running_it_again_changes_nothing(engine, database_url):
    first = init(database_url, company="Nordlicht GmbH", currency="EUR")
    again = init(database_url, company="Another", currency="USD")
    assert again == first == open_system(engine)


def test_two_companies_have_two_identities(tmp_path):
    one, two = (init(f"sqlite:///{tmp_path / name}.db") for name in ("one", "two"))
    assert one.uuid != two.uuid


_INIT = "import sys; from erp_connect.adapters.sql.migrate import init; print(init(sys.argv[1]).uuid)"


@pytest.mark.timeout(240)
def test_four_processes_at_once_make_one_system(database_url, engine):
    if engine.dialect.name == "sqlite":
        engine.connect().close()
    children = [
        subprocess.Popen([sys.executable, "-c", _INIT, database_url], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = [child.communicate(timeout=200)[0].strip() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0, 0]
    assert set(answers) == {open_system(engine).uuid}


def test_the_migrations_lead_to_the_schema_that_the_code_uses(engine):
    prepare(engine)
    assert check(engine) == ()


def test_a_table_that_somebody_changed_is_named(engine):
    prepare(engine)
    with writing(engine) as connection:
        connection.execute(sa.text("ALTER TABLE erp_orders ADD COLUMN colour VARCHAR(10)"))
    (difference,) = check(engine)
    assert "erp_orders" in difference
    assert "colour" in difference


def test_a_database_without_our_tables_names_init(engine):
    assert schema_version(engine) is None
    with pytest.raises(ConfigurationError, match="erp-connect init"):
        open_system(engine)


def test_a_database_of_a_newer_version_is_left_alone(engine):
    prepare(engine)
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE erp_migrations SET version_num = '0999'"))
        connection.execute(sa.update(SYSTEM).values(schema_version=999))
    for attempt in (prepare, open_system):
        with pytest.raises(ConfigurationError, match="install the newer erp-connect") as refused:
            attempt(engine)
        assert refused.value.code == "schema_newer"


def test_a_database_of_an_older_version_wants_to_be_migrated(engine):
    prepare(engine)
    with writing(engine) as connection:
        connection.execute(sa.update(SYSTEM).values(schema_version=0))
    with pytest.raises(ConfigurationError, match="erp-connect init"):
        open_system(engine)


def test_tables_that_are_half_there_are_refused_and_not_completed(engine):
    with writing(engine) as connection:
        METADATA.tables["erp_parties"].create(connection)
    with pytest.raises(ConfigurationError, match="only partly there") as refused:
        prepare(engine)
    assert refused.value.code == "schema_damaged"


def test_a_table_that_was_dropped_later_is_noticed(engine):
    prepare(engine)
    with writing(engine) as connection:
        connection.execute(sa.text("DROP TABLE erp_packages"))
    with pytest.raises(ConfigurationError, match="erp_packages"):
        prepare(engine)


@pytest.mark.parametrize("answer", [{"currency": "EURO"}, {"timezone": "Berlin"}])
def test_a_company_without_a_real_currency_or_zone_is_refused(sqlite_url, answer):
    with pytest.raises(ConfigurationError):
        init(sqlite_url, **answer)


def test_a_server_that_does_not_answer_is_no_configuration_mistake():
    with pytest.raises(TransportError) as refused:
        init("postgresql://127.0.0.1:9/orders", timeout=2)
    assert refused.value.outcome == "not_applied"


def test_connecting_does_not_load_the_migration_tool():
    loaded = "import sys, erp_connect.adapters.sql; print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
