"""Many orders at once: every draft or plan ends in exactly one of two lists, and no refusal stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from itertools import islice
from math import ceil
from typing import Any, Final

from ..adapters.contract import CreatesBlocks, ReadsBlocks, Write, Written
from ..errors import ContractViolation, ErpConnectError, InvalidOrder
from ..journal import Deed, Entry, Look, Outcome, Settled
from ..models import BatchFailure, BatchResult, WriteReceipt
from .checking import expects_prices, refuse_price_mismatch
from .context import Context, checked_key
from .creating import Creation, draft_of, read_back
from .fitting import check_allowed
from .lowered import as_seen
from .receipts import of_outcome
from .working import in_parallel

Progress = Callable[[int, int | None], None]
"""Called after each block of a bulk write: how many are done, of how many (``None``: not known).

Where that is known and an earlier run has written some, it is called with these before the first block.
"""
Keys = Iterable[str] | Callable[[Any], str]
End = Outcome[Any] | ErpConnectError

_AT_ONCE: Final = 100
"""Drafts handed on together where the back-end takes them one by one."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """One draft with its key, or the reason why it has none."""

    draft: Any
    key: str
    refusal: ErpConnectError | None = None


def create_many(
    context: Context,
    book: str,
    drafts: Iterable[Any],
    keys: Keys,
    workers: Any,
    progress: Progress | None,
    allow_loss: Collection[str],
) -> BatchResult[Any]:
    """Create many orders, in blocks where the back-end takes them."""
    context.require(f"{book}.create", writes=True)
    allowed = check_allowed(allow_loss)
    if workers is not None and (not isinstance(workers, int) or workers < 1):
        raise ValueError("workers is an int, and at least 1")
    waiting = _wishes(drafts, keys)
    total = len(drafts) if isinstance(drafts, Sized) else None
    block_size = max(context.capabilities.block_size, 1)
    bulk = _Bulk(context, book, allowed, workers)
    succeeded: list[WriteReceipt[Any]] = []
    failed: list[BatchFailure] = []
    standing: Collection[str] = ()
    far = 0
    if progress is not None and total is not None:
        wishes = list(waiting)
        waiting = iter(wishes)
        standing = context.journal.standing(wish.key for wish in wishes)
        far = sum(wish.key in standing for wish in wishes)
        if far:
            progress(far, total)
    done = 0
    wave = bulk.wave(block_size, total) if block_size > 1 else _AT_ONCE
    while block := list(islice(waiting, wave)):
        for wish, end in zip(block, bulk.ends(block, block_size), strict=True):
            if isinstance(end, ErpConnectError):
                failed.append(BatchFailure(index=done, key=wish.key, draft=wish.draft, error=end))
            else:
                succeeded.append(of_outcome(context, end))
            done += 1
            far += wish.key not in standing
        if progress is not None:
            progress(far, total)
    return BatchResult(succeeded=tuple(succeeded), failed=tuple(failed))


class _Bulk:
    """The creates of one call."""

    def __init__(self, context: Context, book: str, allowed: frozenset[str], workers: int | None) -> None:
        self._context = context
        self._book = book
        self._allowed = allowed
        self._shelf = context.book(book)
        caps = (workers, context.adapter.target.max_concurrency, context.capabilities.concurrency)
        self._workers = min(cap for cap in caps if cap is not None)

    @property
    def side_by_side(self) -> int:
        """How many blocks are under way at once."""
        return min(self._context.capabilities.blocks_at_once, self._workers)

    def wave(self, block_size: int, total: int | None) -> int:
        """How many are handed on together; where blocks go side by side, no wave is much smaller than the others."""
        most = block_size * self.side_by_side
        return ceil(total / ceil(total / most)) if total and self.side_by_side > 1 else most

    def ends(self, wishes: Sequence[_Wish], size: int) -> Sequence[End]:
        """The ends of some blocks, in the order of the wishes; a key that comes twice waits for its first block."""
        if self.side_by_side == 1 or size == 1:
            return self.write(self.prepare(wishes))
        size = max(ceil(len(wishes) / self.side_by_side), size // 2)
        blocks = [wishes[at : at + size] for at in range(0, len(wishes), size)]
        twice = len({wish.key for wish in wishes}) < len(wishes)
        done = in_parallel(
            lambda block: self.write(self.prepare(block)),
            blocks,
            workers=1 if twice else self.side_by_side,
        )
        return [end for each in done for end in each]

    def prepare(self, block: Sequence[_Wish]) -> Sequence[Creation[Any, Any] | ErpConnectError]:
        """What is to be written of a block, or why it is not, in its order."""
        prepared: list[Creation[Any, Any] | ErpConnectError] = []
        for wish in block:
            try:
                prepared.append(self._deed(wish))
            except ErpConnectError as refusal:
                refusal.system = refusal.system or self._context.system
                prepared.append(refusal)
        return prepared

    def write(self, prepared: Sequence[Creation[Any, Any] | ErpConnectError]) -> Sequence[End]:
        """The ends of a block, in its order."""
        ends = iter(self._written([each for each in prepared if not isinstance(each, ErpConnectError)]))
        return [each if isinstance(each, ErpConnectError) else next(ends) for each in prepared]

    def _deed(self, wish: _Wish) -> Creation[Any, Any]:
        if wish.refusal is not None:
            raise wish.refusal
        draft = draft_of(self._book, wish.draft)
        deed: Creation[Any, Any] = Creation(
            self._context, self._book, draft, wish.key, allow_loss=self._allowed
        )
        deed.refuse_losses()
        if expects_prices(draft) and not deed.begun_before():
            refuse_price_mismatch(self._context, draft)
        return deed

    def _written(self, deeds: Sequence[Creation[Any, Any]]) -> Sequence[End]:
        if not deeds:
            return ()
        if isinstance(self._shelf, CreatesBlocks) and self._context.capabilities.block_size > 1:
            try:
                return self._context.journal.write_block(deeds, self._send, _look_up, self._read_again)
            except ErpConnectError:
                raise
            except Exception as defect:  # noqa: BLE001 (a defect below must not cost the result of the other blocks)
                return [_defect(defect, deed) for deed in deeds]
        return in_parallel(self._one, deeds, workers=self._workers)

    def _send(self, writes: Sequence[tuple[Deed[Any], Write]]) -> Sequence[Written[Any] | ErpConnectError]:
        block = [
            (deed.sendable, replace(write, allow_loss=deed.allowed) if deed.allowed else write)
            for deed, write in writes
            if isinstance(deed, Creation)
        ]
        told = [
            deed.verdict(verdict, write) if isinstance(deed, Creation) else verdict
            for (deed, write), verdict in zip(writes, self._shelf.create_block(block), strict=True)
        ]
        return read_back(self._context, self._shelf, told)

    def _read_again(self, done: Sequence[tuple[Deed[Any], Entry]]) -> Mapping[str, Settled[Any]]:
        """What an earlier run has made, read in one request; what is gone by now is left out."""
        if not isinstance(self._shelf, ReadsBlocks):
            return {}
        standing = self._shelf.get_many([entry.entity_id for _, entry in done if entry.entity_id is not None])
        return {
            deed.key: deed.replayed(entry, as_seen(self._context, self._book, standing[entry.entity_id]))
            for deed, entry in done
            if isinstance(deed, Creation) and entry.entity_id is not None and entry.entity_id in standing
        }

    def _one(self, deed: Deed[Any]) -> End:
        try:
            return self._context.journal.write(deed)
        except ErpConnectError as error:
            return error
        except Exception as defect:  # noqa: BLE001 (a defect below must not cost the results of the others)
            return _defect(defect, deed)


def _defect(defect: Exception, deed: Deed[Any]) -> ContractViolation:
    """A defect somewhere below, for the one draft that it struck: the journal settles at the next run what it left."""
    if isinstance(defect, MemoryError):
        raise defect
    violation = ContractViolation(
        f"the adapter failed with a {type(defect).__name__}, which no adapter may raise",
        operation=deed.operation,
        hint="run it again with the same keys, which looks before it sends; and report it to the adapter's authors",
    )
    violation.__cause__ = defect
    return violation


def _look_up(deeds: Sequence[Deed[Any]]) -> Mapping[str, Look[Any]]:
    return Creation.look_up([deed for deed in deeds if isinstance(deed, Creation)])


def _wishes(drafts: Iterable[Any], keys: Keys) -> Iterator[_Wish]:
    """Each draft with its key; what is wrong with all of them together is told before the first is written."""
    if callable(keys):
        return (_named(draft, keys) for draft in drafts)
    if isinstance(keys, str):
        raise TypeError("keys is one key per draft, not one text")
    if isinstance(keys, Sized) and isinstance(drafts, Sized) and len(keys) != len(drafts):
        raise ValueError(f"give exactly one key per draft: {len(keys)} keys for {len(drafts)} drafts")
    return _paired(drafts, iter(keys))


def _named(draft: Any, name: Callable[[Any], str]) -> _Wish:
    try:
        return _Wish(draft, checked_key(name(draft)))
    except ValueError as refusal:
        return _Wish(draft, "", _keyless(str(refusal)))


def _paired(drafts: Iterable[Any], keys: Iterator[str]) -> Iterator[_Wish]:
    for draft in drafts:
        try:
            key = next(keys, None)
            yield (
                _Wish(draft, checked_key(key))
                if key is not None
                else _Wish(draft, "", _keyless("there are fewer keys than drafts"))
            )
        except ValueError as refusal:
            yield _Wish(draft, "", _keyless(str(refusal)))


def _keyless(why: str) -> InvalidOrder:
    return InvalidOrder(f"no key for this draft: {why}", code="no_key", hint="give it a key of its own")
