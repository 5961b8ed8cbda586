"""Sign-ins that several processes and hosts use: one of them at a time renews what is kept, under a lease.

The journal's database has the lease and, sealed with a key that the database does not know, the tokens; where no such
key is given they are in this machine's keyring.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from importlib import import_module
from typing import Any, Final, Protocol

import sqlalchemy as sa

from ..clock import Clock
from ..errors import ConfigurationError, ErpConnectError, JournalUnavailable, TransportError
from ..interruption import uninterrupted
from ..settings import keyrings
from ..wire.http import KeptTokens
from ..wire.sql import ExactText, UtcInstant, open_engine, sqlite_file, writing
from .leases import GRACE, free, last_start, lease, owner
from .sql_store import journal_troubles, place_of

__all__ = ["InKeyring", "KeptSignIn", "Safe", "SealedHere"]

_WHY: Final = "the sign-in is kept in the keyring"
_INSTEAD: Final = "set token_key: the sign-in is kept in the journal's database then, sealed with that key"
SERVICE: Final = "erp-connect"
"""Under which name the keyring has our tokens."""
_PATIENCE: Final = 90.0
"""Seconds to wait for another process that renews the tokens: longer than its lease lasts."""
_PAUSE, _LONGEST_PAUSE = 0.2, 2.0
"""Seconds between two looks at a sign-in that another process renews: the longer that takes, the fewer."""
_RENEWING: Final = 60.0
"""Seconds that a renewal may take."""
_APART: Final = 600.0
"""Seconds by which the clocks of two hosts may differ: a lease that has ended for so long has ended for everybody."""

_metadata: Final = sa.MetaData()
_table: Final = sa.Table(
    "erp_sign_ins",
    _metadata,
    sa.Column("id", ExactText(64), primary_key=True),
    sa.Column("told", sa.Unicode(400), nullable=False),
    sa.Column("sealed", sa.Text),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("turned_at", UtcInstant, nullable=False),
    sa.Column("owner", ExactText(200)),
    sa.Column("lease_until", UtcInstant),
)


class Safe(Protocol):
    """Where tokens are."""

    def place(self, url: str) -> str:
        """Where that is, for people; ``url`` is the journal's."""

    def put(self, name: str, tokens: KeptTokens) -> str | None:
        """Keep them; what of it the table has to hold."""

    def get(self, name: str, sealed: str | None) -> KeptTokens:
        """Those that were put there; ``ConfigurationError`` where they cannot be had."""

    def has(self, name: str, sealed: str | None, tokens: KeptTokens) -> bool:
        """Whether these are still there."""

    def ready(self, name: str) -> None:
        """``ConfigurationError`` where nothing could be put there."""


@dataclass(frozen=True, slots=True)
class SealedHere:
    """In the table, sealed with this key (Fernet: AES-128-CBC and HMAC-SHA256)."""

    key: str = field(repr=False)

    def place(self, url: str) -> str:
        """The journal's database."""
        return f"sealed in {place_of(url)}"

    def put(self, name: str, tokens: KeptTokens) -> str:
        """Seal them."""
        until = tokens.until and tokens.until.isoformat()
        told = {"name": name, "refresh": tokens.refresh, "access": tokens.access, "until": until}
        sealed: bytes = self._fernet().encrypt(json.dumps(told).encode())
        return sealed.decode("ascii")

    def get(self, name: str, sealed: str | None) -> KeptTokens:
        """Break the seal; what was sealed for another name is refused."""
        if sealed is None:
            raise ConfigurationError(
                "the sign-in is in a keyring, and token_key names another place",
                hint="leave out token_key, or sign in again: erp-connect login",
            )
        found = self._opened(name, sealed)
        if found is None:
            raise ConfigurationError(
                "what is kept of the sign-in was sealed with another token_key",
                hint="give the token_key that it was sealed with, or sign in again: erp-connect login",
            )
        return found

    def has(self, name: str, sealed: str | None, tokens: KeptTokens) -> bool:
        """Break the seal, and look."""
        return sealed is not None and self._opened(name, sealed) == tokens

    def ready(self, name: str) -> None:
        """Whether there is a key."""
        self._fernet()

    def _opened(self, name: str, sealed: str) -> KeptTokens | None:
        fernet = self._fernet()
        try:
            told = json.loads(fernet.decrypt(sealed.encode("ascii")))
        except (import_module("cryptography.fernet").InvalidToken, ValueError):
            return None
        if told.get("name") != name:
            return None
        until = told["until"]
        return KeptTokens(told["refresh"], told["access"], until and datetime.fromisoformat(until))

    def _fernet(self) -> Any:
        try:
            fernet = import_module("cryptography.fernet")
        except ImportError:
            raise ConfigurationError(
                "token_key needs the package cryptography", hint="pip install 'erp-connect[signin]'"
            ) from None
        try:
            return fernet.Fernet(self.key)
        except ValueError:
            raise ConfigurationError(
                "token_key is no key: 32 random bytes in URL-safe base64 are expected",
                hint='python -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"',
            ) from None


@dataclass(frozen=True, slots=True)
class InKeyring:
    """In this machine's keyring; the refresh token alone, for some keyrings hold little."""

    def place(self, url: str) -> str:
        """The keyring."""
        return "in this machine's keyring"

    def put(self, name: str, tokens: KeptTokens) -> None:
        """Put it into the first keyring that encrypts."""
        with _told():
            keyrings(_WHY)[0].set_password(SERVICE, name, tokens.refresh)

    def get(self, name: str, sealed: str | None) -> KeptTokens:
        """Ask every keyring that encrypts."""
        if sealed is not None:
            raise ConfigurationError(
                "what is kept of the sign-in is sealed in the journal's database, and no token_key is given",
                hint="set token_key to the key that it was sealed with, or sign in again: erp-connect login",
            )
        found = self._found(name)
        if found is None:
            raise ConfigurationError(
                "the sign-in is not in this machine's keyring: it was made on another one",
                hint="sign in here too: erp-connect login; hosts that share a journal share sign-ins with token_key",
            )
        return KeptTokens(found)

    def has(self, name: str, sealed: str | None, tokens: KeptTokens) -> bool:
        """Look into the keyring: other machines have theirs, and their sign-ins are none of ours."""
        return sealed is None and self._found(name) == tokens.refresh

    def ready(self, name: str) -> None:
        """Whether there is a keyring; a locked one asks the person now."""
        self._found(name)

    def _found(self, name: str) -> str | None:
        with _told():
            found = (each.get_password(SERVICE, name) for each in keyrings(_WHY))
            return next((str(each) for each in found if each), None)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ConfigurationError as failure:
        failure.hint = _INSTEAD
        raise
    except Exception as failure:  # whatever a keyring of this machine throws
        raise ConfigurationError(
            f"the keyring cannot be used: {type(failure).__name__}",
            hint=f"unlock it, or {_INSTEAD}",
        ) from failure


class KeptSignIn:
    """One sign-in in a journal's database, which is opened when it is needed and no longer."""

    def __init__(
        self, told: str, safe: Safe, *, url: str | Callable[[bool], str], clock: Clock, timeout: float = 30.0
    ) -> None:
        """``told`` says whose sign-in at which server for which client it is; it is no secret."""
        self._told, self._safe = told, safe
        self._name = sha256(told.encode()).hexdigest()
        self._url, self._clock, self._timeout = url, clock, timeout
        self._this = _table.c.id == self._name

    @property
    def place(self) -> str:
        """Where it is kept, for people."""
        return self._safe.place(self._address(makes=False))

    @contextmanager
    def alone(self) -> Iterator[KeptTokens | None]:
        """What is kept, and the right to renew it, which others wait for.

        Raises ``TransportError`` where the database cannot be used, or others hold the sign-in for too long.
        """
        gives_up = self._clock.monotonic() + _PATIENCE
        until: datetime | None = None
        holder: tuple[str | None, datetime | None] | None = None
        since, pause = 0.0, _PAUSE
        try:
            while True:
                with self._database() as engine:
                    row = None if engine is None else self._row(engine)
                    if engine is None or row is None:
                        break
                    if holder != (row.owner, row.lease_until):
                        holder, since = (row.owner, row.lease_until), self._clock.monotonic()
                    if self._free(row, self._clock.monotonic() - since):
                        until = lease(self._clock.now(), _RENEWING)
                        if self._taken(engine, row, until):
                            break
                if self._clock.monotonic() >= gives_up:
                    raise TransportError(
                        "another process does not finish renewing the sign-in", outcome="not_applied"
                    )
                self._clock.sleep(pause)
                pause = min(pause * 1.5, _LONGEST_PAUSE)
            kept = None if row is None else self._safe.get(self._name, row.sealed)
            if until is not None and self._clock.now() > last_start(until, _RENEWING):
                raise TransportError(
                    "the sign-in came too late to renew it: this process stood still, or its keyring asked a person",
                    outcome="not_applied",
                )
            yield kept
        finally:
            if until is not None:
                with uninterrupted():
                    self._let_go(until)

    def keep(self, tokens: KeptTokens, instead_of: KeptTokens) -> None:
        """Put these in the place of those, unless somebody has put others there since."""
        with self._database() as engine:
            if engine is None:
                raise TransportError(
                    "the sign-in cannot be kept: the journal's file has gone", outcome="not_applied"
                )
            with writing(engine) as connection:
                # The row is ours until the commit, and so is what the keyring has for it.
                self._turned(connection)
                row = connection.execute(sa.select(_table.c.sealed).where(self._this)).one_or_none()
                if row is not None and self._safe.has(self._name, row.sealed, instead_of):
                    self._put(connection, tokens)

    def begin(self, tokens: KeptTokens) -> None:
        """Keep a sign-in that a person has just made, whatever was there before."""
        with self._database(makes=True) as engine:
            assert engine is not None  # noqa: S101 (it has been made)
            with writing(engine) as connection:
                if self._turned(connection) == 0:
                    first = {"told": self._told[:400], "turn": 1, "turned_at": self._clock.now()}
                    connection.execute(sa.insert(_table).values(id=self._name, **first))
                self._put(connection, tokens)

    def ready(self) -> None:
        """``ConfigurationError`` where no sign-in could be kept, before a person makes one."""
        self._safe.ready(self._name)

    # ---------------------------------------------------------------- rows

    def _row(self, engine: sa.Engine) -> Any:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table(_table.name):
                return None
            return connection.execute(sa.select(_table).where(_table.c.id == self._name)).one_or_none()

    def _turned(self, connection: sa.Connection) -> int:
        turning = sa.update(_table).where(self._this)
        return connection.execute(
            turning.values(turn=_table.c.turn + 1, turned_at=self._clock.now())
        ).rowcount

    def _put(self, connection: sa.Connection, tokens: KeptTokens) -> None:
        sealed = self._safe.put(self._name, tokens)
        connection.execute(sa.update(_table).where(self._this).values(sealed=sealed))

    def _free(self, row: Any, watched: float) -> bool:
        """Whether nobody renews it; ``watched``: the seconds for which its lease has been the same one.

        The end of a lease is by the clock of another host, which may be wrong: it is waited out by ours.
        """
        ended = row.lease_until and row.lease_until + timedelta(seconds=_APART)
        return watched >= _RENEWING + GRACE or free(row.owner, ended, self._clock.now())

    def _taken(self, engine: sa.Engine, row: Any, until: datetime) -> bool:
        taking = (
            sa.update(_table)
            .where(self._this, _table.c.turn == row.turn)
            .where(_table.c.owner.is_not_distinct_from(row.owner))
            .where(_table.c.lease_until.is_not_distinct_from(row.lease_until))
            .values(owner=owner(), lease_until=until)
        )
        with writing(engine) as connection:
            return connection.execute(taking).rowcount == 1

    def _let_go(self, until: datetime) -> None:
        leaving = (
            sa.update(_table)
            .where(self._this, _table.c.owner == owner(), _table.c.lease_until == until)
            .values(owner=None, lease_until=None)
        )
        with suppress(ErpConnectError), self._database() as engine:  # it ends by itself
            if engine is not None:
                with writing(engine) as connection:
                    connection.execute(leaving)

    def _address(self, *, makes: bool) -> str:
        return self._url if isinstance(self._url, str) else self._url(makes)

    @contextmanager
    def _database(self, *, makes: bool = False) -> Iterator[sa.Engine | None]:
        """The database for a moment; ``None`` where it is a file that nobody has made."""
        try:
            with journal_troubles(lambda: place_of(self._address(makes=False))):
                url = self._address(makes=makes)
                file = sqlite_file(url)
                if file is not None and not file.exists() and not makes:
                    yield None
                    return
                engine = open_engine(url, timeout=self._timeout, create=makes)
                try:
                    if makes:
                        _made(engine)
                    yield engine
                finally:
                    engine.dispose()
        except JournalUnavailable as failure:
            if isinstance(failure.__cause__, ConfigurationError):  # a keyring's, a key's or a driver's
                raise failure.__cause__ from failure.__cause__.__cause__
            raise TransportError(
                "the sign-in cannot be read or kept: the journal's database is out of reach",
                outcome="not_applied",
                hint=failure.hint,
                native=failure.native,
                retryable=failure.retryable,
            ) from failure


def _made(engine: sa.Engine) -> None:
    try:
        with writing(engine) as connection:
            _metadata.create_all(connection)
    except sa.exc.DBAPIError:
        if not sa.inspect(engine).has_table(_table.name):  # somebody else was quicker
            raise
