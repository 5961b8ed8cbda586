"""The write path: intent first, one send, every end of it judged by the decision table.

``client -> Journal.write(deed) -> adapter``.  This is the path for back-ends that are not a database of our
own; there the key, the order and the result are one commit (``transactional.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Generic, NoReturn, TypeVar

from ..adapters.contract import Write, Written
from ..clock import Clock
from ..errors import (
    ErpConnectError,
    InvalidOrder,
    JournalUnavailable,
    KeyInProgress,
    OutcomeUnknown,
)
from ..interruption import put_down, uninterrupted
from . import leases
from .claiming import Claims, as_write, confirmed, let_go, refused, stands_in_part
from .decisions import Sight, Verdict, after_doubt, after_error, after_look, doubt_refusal
from .deeds import Deed, Look, Settled
from .records import Entry, State
from .retrying import ATTEMPTS, Again, again
from .store import Change, Store

E = TypeVar("E")


class Outcome(Generic[E]):
    """How a write ended well: what stands, and whether an earlier call had done it."""

    __slots__ = ("entry", "replayed", "settled")

    def __init__(self, settled: Settled[E], entry: Entry, *, replayed: bool) -> None:
        self.settled = settled
        self.entry = entry
        self.replayed = replayed


class Writer:
    """Writes deeds one by one."""

    def __init__(self, store: Store, system: str, clock: Clock) -> None:
        self._store = store
        self._system = system
        self._clock = clock
        self._claims = Claims(store, system, clock)

    def write(self, deed: Deed[E], *, resume: bool = False) -> Outcome[E]:
        """Carry out a deed, or answer with what an earlier call under its key has done.

        Raises the back-end's refusal; ``KeyReused``; ``KeyInProgress`` while somebody else is at it;
        ``OutcomeUnknown`` when nobody can tell yet; ``PartialFailure``; ``JournalUnavailable`` before anything
        is sent.
        """
        with leases.under_way(deed.correlation_id):
            entry = self._claims.claim(deed, resume=resume)
            if entry.state is not State.CONFIRMED:
                return Attempt(self._store, self._clock, deed, entry).run()
        return Outcome(deed.replay(entry), entry, replayed=True)


class Attempt(Generic[E]):
    """One owner's work on one entry."""

    def __init__(
        self, store: Store, clock: Clock, deed: Deed[E], entry: Entry, *, begun_here: bool = False
    ) -> None:
        self._store = store
        self._clock = clock
        self._deed = deed
        self._entry = entry
        self._begun_by_another = not begun_here and entry.state is not State.INTENDED
        self._requests = 0
        """Requests begun by this owner."""
        self._sent = False
        """Whether the send at hand has begun a request."""
        self._unanswered = self._begun_by_another or begun_here
        """Whether a request was begun of which nobody knows the end."""
        self._doubt = False
        """Whether an earlier request of this key may still run although nothing of it is seen."""
        self._half = False
        self._stands = False
        """Whether half of the write stands already: then nothing that follows is simply not applied."""
        self._to_note: dict[str, Any] = {}
        """What goes with the next note: it need not be known to others before."""
        self._lost = False
        """Whether somebody else has taken the key over."""

    def run(self) -> Outcome[E]:
        """Look first where an earlier owner has sent, then send, and judge how it ended."""
        with self._let_go_when_interrupted():
            if self._begun_by_another:
                self._deed.adopt(self._entry)
                outcome = self._look(None)
                if outcome is not None:
                    outcome.replayed = True
                    return outcome
            return self._tries()

    def go_on(
        self, error: ErpConnectError, *, requests: int, look: tuple[Look[E], datetime] | None = None
    ) -> Outcome[E]:
        """Find out how it ended where many deeds were sent together, with so many requests for ours, and this error.

        ``look``: what a look-up of all of them showed, and the moment before it.
        """
        self._sent, self._requests = True, requests
        with self._let_go_when_interrupted():
            try:
                return self._judged(error, look=look)
            except Again as not_done:
                return self._tries(not_done)

    def give_up(self, cause: ErpConnectError) -> NoReturn:
        """Leave a request unanswered that was sent for many deeds together, because nobody can be asked about it."""
        self._sent = True
        with self._let_go_when_interrupted():
            self._leave_unknown(cause)

    def _tries(self, begin_with: Again | None = None) -> Outcome[E]:
        return again(
            self._try,
            clock=self._clock,
            key=self._deed.key,
            budget=self._deed.timeout,
            give_up=self._exhausted,
            begin_with=begin_with,
        )

    def _try(self) -> Outcome[E]:
        self._sent = self._stands = False
        try:
            written = self._deed.send(self._write())
        except BaseException as error:  # noqa: BLE001 (every end of a send is judged, interruptions too)
            return self._judged(error)
        return self._confirm(written)

    def _exhausted(self, last: Again) -> Outcome[E]:
        """The patience is at an end: what is still in doubt stays open, what was not done is refused."""
        if last.verdict is Verdict.LOOK:
            self._leave_unknown(last.error)
        return self._refused(last.error)

    @contextmanager
    def _let_go_when_interrupted(self) -> Iterator[None]:
        """Whatever throws us out between two steps, the key is not held elsewhere until its lease ends."""
        try:
            yield
        except ErpConnectError:
            raise
        except BaseException as interruption:
            put_down(interruption)
            if self._entry.owner is not None and not self._lost:
                in_doubt = self._unanswered or self._doubt or self._half
                values = let_go() if in_doubt else refused(interruption, self._clock)
                with suppress(ErpConnectError):  # what threw us out matters more
                    self._note(**values)
            raise

    def _write(self) -> Write:
        return as_write(self._deed, self._entry.stamp, sending=self._sending, made=self._made)

    # -- what the adapter tells while it works -------------------------------------------------------------

    def _sending(self, step: str) -> None:
        timeout = self._deed.timeout
        for _ in range(ATTEMPTS):
            now = self._clock.now()
            until = leases.lease(now, timeout)
            latest = leases.last_start(until, timeout)
            self._note(state=State.SENDING, sent_at=latest, lease_until=until)
            if self._clock.now() <= latest:
                self._sent = self._unanswered = True
                self._stands = False
                self._requests += 1
                return
        raise JournalUnavailable(
            "the journal takes so long that a lease has ended before the request could begin",
            operation=self._deed.operation,
            outcome=self._so_far,
        )

    def _made(self, id: str, number: str | None = None) -> None:
        self._stands = self._sent
        if self._entry.state is State.INTENDED:
            # No request that changes anything was begun, so nothing stands under this id yet: it is noted together
            # with the announcement of the first one.
            self._to_note = {"entity_id": id, "number": number}
            self._entry = self._entry.but(**self._to_note)
        else:
            self._note(entity_id=id, number=number)

    def _note(self, **values: Any) -> None:
        """Change our row; raises when the lease was lost, so that nothing more is sent.

        The fence moves each time: a rival who read the row before this has to read it again.
        """
        values = {**self._to_note, **values, "fence": self._entry.fence + 1}
        try:
            with uninterrupted():  # or nobody would know which fence is ours
                lost = self._store.change([Change(entry=self._entry, values=values)])
                if not lost:
                    self._entry = self._entry.but(**values)
                    self._to_note = {}
        except JournalUnavailable as failure:
            failure.outcome = self._so_far
            raise
        if lost:
            self._lost = True
            raise KeyInProgress(
                "another process has taken this key over, because the lease had ended",
                operation=self._deed.operation,
                outcome=self._so_far,
            )

    @property
    def _so_far(self) -> Any:
        """What may be said of the write when nothing more can be noted."""
        open_end = self._sent or self._unanswered or self._doubt or self._half
        return "unknown" if open_end else "not_applied"

    # -- how it ended --------------------------------------------------------------------------------------

    def _judged(self, error: BaseException, *, look: tuple[Look[E], datetime] | None = None) -> Outcome[E]:
        """The outcome after an error; raises it, or ``Again`` when the request may be sent again."""
        put_down(error)
        if self._lost:
            raise error  # the key is somebody else's now
        if self._stands:
            doubt_refusal(error)
        verdict = after_error(error, sent=self._sent)
        if isinstance(error, ErpConnectError) and self._so_far == "not_applied":
            error.outcome = (
                "not_applied"  # whatever kind of error it is: no request of this key was ever begun
            )
        if verdict is Verdict.UNDO:
            self._undo(error)
        if not isinstance(error, ErpConnectError):
            in_doubt = verdict is Verdict.LOOK or self._doubt or self._half
            with suppress(ErpConnectError):  # what threw us out matters more
                self._note(**(let_go() if in_doubt else refused(error, self._clock)))
            raise error
        if verdict is Verdict.LOOK:
            self._given_up()
            outcome = self._look(error, look)
            if outcome is None:
                raise Again(error, Verdict.LOOK)
            return outcome
        self._unanswered = False
        if verdict is Verdict.RELEASE:
            raise Again(error)
        return self._refused(error)

    def _look(
        self, cause: ErpConnectError | None, seen: tuple[Look[E], datetime] | None = None
    ) -> Outcome[E] | None:
        """Settle by looking up; None when it is safe to send (again)."""
        look, looked_at = seen or self._looked_up()
        verdict = after_look(
            look.sight,
            self._deed.rules,
            sent_at=self._entry.sent_at,
            now=looked_at,
            only_request=not self._begun_by_another and self._requests == 1,
        )
        if verdict is Verdict.CONFIRM:
            return self._confirm(look.written)
        if verdict is Verdict.SEND:
            may_run = self._deed.rules.wait(self._entry.sent_at, looked_at) > 0
            self._half = look.sight is Sight.HALF
            self._doubt = may_run and not self._half
            self._unanswered = False
        else:
            self._leave_unknown(cause, waiting_helps=verdict is Verdict.WAIT)
        return None

    def _looked_up(self) -> tuple[Look[E], datetime]:
        """What is there, and the moment before looking: whatever came later may not have been seen."""
        looked_at = self._clock.now()
        try:
            return self._deed.look(self._entry), looked_at
        except ErpConnectError as failure:
            self._leave_unknown(failure)

    def _refused(self, error: ErpConnectError) -> Outcome[E]:
        """A definite no; while an earlier request may still run, it may come of that one, so look.

        Where half of it stands already, a passing obstacle leaves it to the next call, and a refusal takes it back.
        """
        if self._half and error.retryable:
            self._leave_unknown(error)
        if self._half:
            self._undo(error)
        if self._doubt:
            look, looked_at = self._looked_up()
            if look.sight is Sight.ONE:
                return self._confirm(look.written)
            sent_at = self._entry.sent_at
            if after_doubt(error, self._deed.rules, sent_at=sent_at, now=looked_at) is Verdict.WAIT:
                self._leave_unknown(error)
        try:
            self._note(**refused(error, self._clock))
        except JournalUnavailable:
            # The refusal is true all the same; the entry is settled by looking up, later.
            error.add_note("the journal could not note this refusal; run recover() when it can be written")
        raise error

    def _given_up(self) -> None:
        """What was sent had begun by now, whatever was held up on its way: the window counts from here at most."""
        sent_at, now = self._entry.sent_at, self._clock.now()
        if sent_at is not None and sent_at > now:
            self._entry = self._entry.but(sent_at=now)

    def _wait(self) -> float:
        return self._deed.rules.wait(self._entry.sent_at, self._clock.now())

    def _leave_unknown(self, cause: ErpConnectError | None, *, waiting_helps: bool = True) -> NoReturn:
        """Let go of the key without an end, and say so."""
        self._note(**let_go(), sent_at=self._entry.sent_at)
        native = cause.native if cause is not None else ()
        if waiting_helps:
            raise OutcomeUnknown(
                "a request was sent, no answer came, and looking up cannot tell yet whether it was applied",
                key=self._deed.key,
                operation=self._deed.operation,
                retry_after=self._wait(),
                native=native,
            ) from cause
        raise OutcomeUnknown(
            "a request was sent, no answer came, and this back-end cannot tell whether it was applied",
            key=self._deed.key,
            operation=self._deed.operation,
            hint="look in the back-end, then say what is true with journal.resolve(key, order_id=...)",
            native=native,
        ) from cause

    def _confirm(self, written: Written[E] | None) -> Outcome[E]:
        try:
            settled = self._deed.settle(written)
        except BaseException as failure:
            # It stands; only reading it back failed.  A repeated call with the same key reads it again.
            known = written.id if written is not None else None
            self._note(
                **(let_go() if known is None else standing(self._deed, known, self._entry, self._clock))
            )
            if isinstance(failure, ErpConnectError):
                failure.outcome = "applied"
            raise
        try:
            self._note(**confirmed(self._entry, settled, self._clock))
        except JournalUnavailable as failure:
            failure.outcome = "applied"
            raise
        return Outcome(settled, self._entry, replayed=settled.earlier)

    def _undo(self, error: BaseException) -> NoReturn:
        """A create of several calls was refused in the middle: remove what it has made, or say what stands."""
        details = error if isinstance(error, ErpConnectError) else None
        undone = self._deed.undo(self._entry, self._write())
        if undone:
            self._note(**refused(error, self._clock))
            raise InvalidOrder(
                "the back-end refused a part of it; what had been written before was removed again",
                findings=getattr(details, "findings", ()),
                operation=self._deed.operation,
                code=details.code if details else None,
                native=details.native if details else (),
                path=details.path if details else None,
                hint=details.hint if details else None,
                retryable=type(details).default_retryable if details else None,
                retry_after=details.retry_after if details else None,
            ) from error
        partly = refused(error, self._clock, State.PARTIAL)
        # Where every request was answered nothing is running any more, and nothing has to be waited for.
        self._note(**(partly if undone is None else {**partly, "sent_at": None}))
        said = "a part of it was written and could not be undone"
        native = details.native if details else ()
        failure = stands_in_part(said, self._deed, self._entry, native)
        failure.retry_after = self._wait() or None
        raise failure from error


def standing(deed: Deed[Any], id: str, entry: Entry, clock: Clock) -> dict[str, Any]:
    """The fields of an entry whose write stands as ``id`` and could not be read back."""
    values = confirmed(entry, Settled(stored=None, entity_id=id, result=deed.unread(id)), clock)
    return {**values, "entity_id": deed.entity_id or id}
