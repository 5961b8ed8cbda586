"""What the kit's runs on the foreign schemas share: the company on one database product, its owner, its rules.

The README's tests run the whole kit on ``split``, and on the other four the suites that try what is peculiar to them,
all on SQLite; besides, two suites on PostgreSQL (``normalised``) and two on MariaDB (``floating``).  The whole kit on
every schema and product is ``ERP_CONNECT_MAPPED=all pytest tests/conformance -k test_mapped``.
"""

import shutil
import tempfile
import uuid
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

import erp_connect as ec
from erp_connect.models import Address, CustomerDraft, ProductDraft
from erp_connect.testing import conformance
from erp_connect.testing.databases import new_database

from ..adapters.mapped.conftest import WHOLE, mapping_of
from ..foreign.ground import engine_of, hold, insert

READING = frozenset({f"orders.{verb}" for verb in ("get", "find", "list", "track")})
WRITING = READING | {f"orders.{verb}" for verb in ("create", "cancel")}
KIEL = Address(name="Harbour Pumps Ltd", lines=("Kai 1",), city="Kiel", postal_code="24103", country="DE")
ONE_DATE = "this system has one date for the whole order, and refuses another one for a line of its own"
TWO_PLACES = "this system keeps amounts with two decimals, and refuses an order whose total has more"


class MappedProfile(conformance.AdapterProfile):
    """A foreign company, as its own people know it; they write in SQL, each schema's profile says how.

    ``schema`` is the module in ``tests/foreign``, ``units`` its words for the kit's units.  ``words`` are what the
    kit's company has otherwise in its mapping.  ``not_asked`` are rules of the schema that the kit's business breaks,
    with the reason.
    """

    name = "mapped"
    schema = None
    words = {}  # noqa: RUF012 (each schema has its own)
    not_asked = {}  # noqa: RUF012 (each schema has its own)
    writable = True
    minimum = WRITING
    zone = UTC

    def __init__(self, product, folder, url=None):
        self.product, self.folder, self.shared = product, folder, url is not None
        self.units = {code: word for word, code in self.schema.UNITS.items()}
        self.units["C62"] = self.units["H87"]
        self.next_id = 1000
        text = mapping_of(self.schema.__name__.rpartition(".")[2], product)
        for word, meant in {'"H87"': '"C62"', **self.words}.items():
            assert word in text, f"the mapping does not say {word}"
            text = text.replace(word, meant)
        self.mapping = folder / "company.toml"
        self.mapping.write_text(text, encoding="utf-8")
        self.mapped = {"mapping": str(self.mapping), "writable": self.writable}
        self.target = url or f"sqlite:///{folder / 'template.db'}"
        self._found(self.target)

    def _found(self, url):
        self.engine = engine_of(url)
        self.schema.create(self.engine)
        with self.owner() as db:
            self.prepare(db)
        self.broken = self.schema.rules(self.product)
        for rule in self.not_asked:
            del self.broken[rule]

    def prepare(self, db):
        """What the kit's business needs on file besides."""

    @contextmanager
    def backend(self):
        """A company of the test's own in a file; on a server the one that all tests share."""
        own = self.folder / uuid.uuid4().hex
        own.mkdir()
        if not self.shared:
            shutil.copy(self.folder / "template.db", own / "company.db")
            self.target = f"sqlite:///{own / 'company.db'}"
            self.engine = engine_of(self.target)
        with self.account() as target:
            self.settings = {"journal": f"sqlite:///{own / 'journal.db'}", **self.mapped}
            yield lambda **more: ec.connect(target, **{**self.settings, **more})
        with self.owner() as db:
            hold(db, self.broken)
        shutil.rmtree(own)

    def account(self):
        """The URL by which the library comes in."""
        return nullcontext(self.target)

    def static_capabilities(self):
        return ec.capabilities(self.target, **self.mapped)

    @contextmanager
    def owner(self):
        """A transaction of the company's own people."""
        with self.engine.begin() as db:
            yield db

    @contextmanager
    def at_work(self):
        """The same, while they do what the kit asks of them."""
        with self.owner() as db:
            yield db

    def number(self):
        """A key that nothing has."""
        self.next_id += 1
        return self.next_id

    def local(self):
        """Now, by the company's clock, as its columns have it: without a zone."""
        return datetime.now(self.zone).replace(tzinfo=None)

    def put_on_file(self, erp, draft):
        with self.at_work() as db:
            if isinstance(draft, ProductDraft):
                units = {draft.unit: 1, **{each.unit: each.factor for each in draft.units}}
                self.put_product(db, draft, {self.units[code]: factor for code, factor in units.items()})
            elif isinstance(draft, CustomerDraft):
                self.put_customer(db, draft, draft.address or KIEL)
            else:
                self.put_supplier(db, draft)

    def ship(self, erp, order, lines):
        with self.at_work() as db:
            self.deliver(db, order, lines or {line.id: line.quantities.open for line in order.lines})

    def put_return(self, erp, draft):
        order = erp.orders.get(draft.order)
        wanted = {order.line(each.line).id: each.quantity for each in draft.lines}
        left = {line.id: line.quantities.shipped for line in order.lines if line.quantities.shipped}
        with self.at_work() as db:
            number = self.take_back(db, order, wanted or left)
        return next(each for each in erp.returns.of(order) if each.number == str(number))

    def invoice(self, erp, order):
        with self.at_work() as db:
            self.bill(db, order, {line.id: line.quantities.shipped for line in order.lines})


def ask(db, query, **values):
    """The one value that a query finds."""
    return db.execute(sa.text(query), values).scalar_one()


def run(db, statement, **values):
    db.execute(sa.text(statement), values)


def add(db, table, **row):
    insert(db, table, [row])


def split_line(reason):
    """The tests that split a line so that a part of it comes on another day."""
    return {
        "test_a_claim_is_kept[orders.split_line]": reason,
        "test_a_change_is_planned_made_and_read_back[split_line]": reason,
        "test_a_change_without_the_order_at_hand_does_the_same[split_line]": reason,
    }


@contextmanager
def company(profile, product, request):
    """The profile of a filled company on this product, for all tests of a class."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        if product == "sqlite":
            yield profile(product, Path(folder))
            return
        server = request.getfixturevalue(
            "postgres_server" if product == "postgresql" else "mariadb_server_url"
        )
        with new_database(server) as url:
            yield profile(product, Path(folder), url.render_as_string(hide_password=False))


def suites(*chosen):
    """What a class of tests consists of: the chosen suites, or the whole kit where all is asked for."""
    return (conformance.Everything,) if WHOLE else chosen


class OnSchema:
    """Put before the suites: ``kind`` is the schema's profile, ``product`` the database that holds it."""

    kind = None
    product = "sqlite"

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def database(cls, request):
        with company(cls.kind, cls.product, request) as profile:
            cls.profile = profile
            yield
