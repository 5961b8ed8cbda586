"""Creating orders in foreign tables: a block in one transaction, each judged by itself before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from ...collector import collector_paused
from ...errors import (
    DuplicateReference,
    ErpConnectError,
    LossyWrite,
    MappingError,
    RecordLocked,
    RequestRefused,
)
from ...models import Ref
from ...rules.entering import enter
from ...rules.facts import Facts, Policy, PriceEntry, PriceList
from ...rules.validation import examine, refuse
from ..contract import Write, Written
from .keeping import Keeper
from .masters import Records
from .office import Office
from .orders import OrderRecords
from .plans import Ground
from .reading import PAGE, D, O, OrderPlan
from .selling import Prices

enter_any: Final[Any] = enter  # of either kind: the draft's class decides
EXPECTED: Final = "warn"
Verdict = Written[O] | ErpConnectError


class Creating(OrderRecords[D, O]):
    """Creates orders; what every write needs to know is gathered here too."""

    def __init__(
        self,
        office: Office,
        ground: Ground,
        plan: OrderPlan[D, O],
        *,
        parties: Records[Any],
        products: Records[Any],
        prices: Prices | None,
        enforced: bool,
    ) -> None:
        super().__init__(office, plan, parties)
        self.keeper = Keeper(office, ground, plan)
        self.products, self.prices = products, prices
        self.enforced = enforced
        cancel = plan.rows.lines.cancel
        self.policy = Policy(on_cancel_line="gone" if cancel is not None and cancel.delete else "kept")
        self._currency = ground.file.currency if "currency" not in plan.header.fields else None
        self._ground = ground

    def create(self, draft: D, write: Write) -> Written[O]:
        """Create one order with its lines; it is answered with as it was read back."""
        (verdict,) = self.create_block([(draft, write)])
        if isinstance(verdict, ErpConnectError):
            raise verdict
        return verdict

    def create_block(self, block: Sequence[tuple[D, Write]]) -> Sequence[Verdict[O]]:
        """Create them in one transaction; a refused one leaves its neighbours alone.

        What only the database refuses undoes the whole transaction: then each half of the block is tried by itself,
        until the one is found that it refuses.  A failure that is nobody's fault is raised, nothing being applied.
        """
        if not block:
            return []
        try:
            return self._in_one(block)
        except ErpConnectError as failure:
            if len(block) == 1 or not _is_of_one(failure):
                raise
        half = len(block) // 2
        return [*self._by_itself(block[:half]), *self._by_itself(block[half:])]

    def _by_itself(self, part: Sequence[tuple[D, Write]]) -> Sequence[Verdict[O]]:
        """The same, where another part may stand already: what goes wrong is the verdict on these."""
        try:
            return self.create_block(part)
        except ErpConnectError as failure:
            return [failure] * len(part)

    def _in_one(self, block: Sequence[tuple[D, Write]]) -> Sequence[Verdict[O]]:
        operation = f"{self.side.book}.create"
        verdicts: list[O | ErpConnectError] = []
        with collector_paused(), self.office.writing(operation, *(write for _, write in block)) as connection:
            on_file = _OnFile(self, connection, [draft for draft, _ in block])
            taken = self._stamps_on_file(connection, [write.stamp for _, write in block])
            for run in on_file.runs(block):
                verdicts += self._written(connection, run, on_file, taken)
        answers: list[Verdict[O]] = []
        for (_, write), verdict in zip(block, verdicts, strict=True):
            if isinstance(verdict, ErpConnectError):
                answers.append(self.office.sign(verdict, operation))
            else:
                write.made(verdict.id, verdict.number)
                answers.append(Written(id=verdict.id, stored=verdict))
        return answers

    def _written(
        self, connection: Connection, run: Sequence[tuple[D, Write]], on_file: _OnFile, taken: set[str]
    ) -> Sequence[O | ErpConnectError]:
        """Write what can be of a run, and read it back."""
        keeper = self.keeper
        verdicts: list[Any] = []
        for draft, write in run:
            try:
                verdicts.append(self._entered(draft, write, on_file, taken))
            except ErpConnectError as refusal:
                verdicts.append(refusal)
        keeper.look_up(connection, [each for each in verdicts if not isinstance(each, ErpConnectError)])
        drafted: dict[int, Any] = {}
        for place, ((_, write), order) in enumerate(zip(run, verdicts, strict=True)):
            if isinstance(order, ErpConnectError):
                continue
            try:
                drafted[place] = keeper.drafted(connection, order, write.allow_loss)
            except ErpConnectError as refusal:
                verdicts[place] = refusal
        ahead = keeper.numbered(connection, len(drafted)) if keeper.numbered_ahead and drafted else ()
        numbered = iter(ahead)
        keys: list[tuple[Any, ...]] = []
        for order in drafted.values():
            key, number = next(numbered) if ahead else keeper.numbered(connection)[0]
            keys.append(keeper.keep(connection, order, None if number is None else str(number), key))
        back = self._read_back(connection, keys)
        for place, stored in zip(drafted, back, strict=True):
            verdicts[place] = stored
        return verdicts

    def _entered(self, draft: D, write: Write, on_file: _OnFile, taken: set[str]) -> O:
        """The order that a draft makes, still without key and number; its refusal is raised."""
        self._check_currency(draft.currency)
        if self.enforced and write.stamp.casefold() in taken:
            raise DuplicateReference(
                "an order with this stamp is on file already",
                code="stamp_taken",
                hint="look it up with its key",
            )
        facts = on_file.facts(draft)
        order: Any = enter_any(
            draft,
            facts,
            id="new",
            number=None,
            line_ids=[f"new-{place}" for place in range(1, len(draft.lines) + 1)],
            now=self.office.now(),
            stamp=write.stamp if "stamp" in self.plan.header.fields else None,
        )
        refuse(
            examine(draft, facts, on_price_mismatch=EXPECTED, entered=order, errors_only=True),
            operation=f"{self.side.book}.create",
        )
        taken.add(write.stamp.casefold())
        made: O = self._shared_stamp(order, write)
        return made

    def _read_back(self, connection: Connection, keys: Sequence[tuple[Any, ...]]) -> list[O]:
        """The orders with these keys, in their order."""
        plan = self.plan
        ids = [plan.header.id_of(key) for key in keys]
        found = {order.id: order for order in plan.by_keys(connection, keys, self.office.today())}
        missing = [id for id in ids if id not in found]
        if missing:
            raise self._ground.file.wrong(
                self.side.book,
                "an order that was just written is not among those that the mapping reads; nothing was applied",
                "see to its where, joins and deleted: they leave the new row out",
            )
        return [found[id] for id in ids]

    # -- what is on file -----------------------------------------------------------------------------------

    def _facts(
        self, connection: Connection, party: str | Ref, said: Iterable[str | Ref], *, currency: str
    ) -> Facts:
        known = _by_what_is_said(self.products.said(connection, list(said)).items())
        parties = self.parties.said(connection, [party])
        return self._facts_with(
            next(iter(parties.values()), None), known, self._price_list(connection, known.values()), currency
        )

    def _facts_with(
        self, party: Any, products: dict[str, Any], prices: Sequence[PriceEntry], currency: str
    ) -> Facts:
        return Facts(
            today=self.office.today(),
            party=party,
            products=products,
            prices=prices,
            currency=currency,
            policy=self.policy,
        )

    def _price_list(self, connection: Connection, products: Iterable[Any]) -> Sequence[PriceEntry]:
        known = list({product.id: product for product in products}.values())
        if self.prices is None or self.side.book != "orders" or not known:
            return ()
        portions = (known[start : start + PAGE] for start in range(0, len(known), PAGE))
        return PriceList(entry for portion in portions for entry in self.prices.entries(connection, portion))

    def _check_currency(self, currency: str) -> None:
        if self._currency is not None and currency != self._currency:
            raise LossyWrite(
                f"orders are in {self._currency} here; nothing converts money",
                fields=(f"{self.side.field}.currency",),
                path="currency",
                hint=f"write the order in {self._currency}",
            )

    # -- stamps --------------------------------------------------------------------------------------------

    def _shared_stamp(self, order: O, write: Write) -> O:
        """Where one column serves both, an order without the party's own number carries the stamp there."""
        if self.shared_field() is None or getattr(order, self.side.their_number) is not None:
            return order
        order.__dict__[self.side.their_number] = write.stamp  # nobody else has seen this order yet
        return order

    def _stamps_on_file(self, connection: Connection, stamps: Sequence[str]) -> set[str]:
        """Those of the stamps that an order carries already, where the database takes each only once."""
        found: set[str] = set()
        if not self.enforced:
            return found
        header = self.plan.header
        field = header.fields["stamp"]
        for start in range(0, len(stamps), PAGE):
            conditions = self.plan.conditions()
            conditions.among(
                field.sql, [native for each in stamps[start : start + PAGE] for native in field.sayable(each)]
            )
            found |= {
                str(header.values(row, []).get("stamp")).casefold()
                for row in header.fetch(connection, conditions)
            }
        return found


class _OnFile:
    """Customers, products and prices of a block: what one order may say is known of every other."""

    def __init__(self, book: Creating[Any, Any], connection: Connection, drafts: Sequence[Any]) -> None:
        self._book, self._connection = book, connection
        said = {line.product for draft in drafts for line in draft.lines}
        self._products = _Said(book.products, connection, said)
        self._parties = _Said(book.parties, connection, map(self._party, drafts))
        self._prices = book._price_list(connection, self._products.all())

    def _party(self, draft: Any) -> str | Ref:
        party: str | Ref = getattr(draft, self._book.side.party)
        return party

    def runs(self, block: Sequence[tuple[D, Write]]) -> Iterator[Sequence[tuple[D, Write]]]:
        """The block in parts of which each holds one order at most of a party with a credit limit.

        How much of the limit is used tells the database: it is asked again before the next part.
        """
        run: list[tuple[D, Write]] = []
        counted: set[str] = set()
        for draft, write in block:
            party = self._parties.get(self._party(draft))
            if party is not None and getattr(party, "credit_limit", None) is not None:
                if party.id in counted:
                    yield run
                    run, counted = [], set()
                    self._parties = _Said(
                        self._book.parties, self._connection, (self._party(each) for each, _ in block)
                    )
                counted.add(party.id)
            run.append((draft, write))
        yield run

    def facts(self, draft: Any) -> Facts:
        """What is on file for this draft."""
        products = (
            (line.product, product)
            for line in draft.lines
            if (product := self._products.get(line.product)) is not None
        )
        known = _by_what_is_said(
            (each.id if isinstance(each, Ref) else each, found) for each, found in products
        )
        party = self._parties.get(self._party(draft))
        return self._book._facts_with(party, known, self._prices, draft.currency)


class _Said:
    """Records by what drafts say: a number, or the id of a ``Ref``; one may be the other of another record."""

    def __init__(self, records: Records[Any], connection: Connection, said: Iterable[str | Ref]) -> None:
        asked = set(said)
        self._numbers = records.said(connection, [each for each in asked if isinstance(each, str)])
        self._ids = records.said(connection, [each for each in asked if isinstance(each, Ref)])

    def get(self, said: str | Ref) -> Any:
        """The record; ``None`` where there is none."""
        return self._ids.get(said.id) if isinstance(said, Ref) else self._numbers.get(said)

    def all(self) -> list[Any]:
        """All of them."""
        return [*self._numbers.values(), *self._ids.values()]


def _by_what_is_said(found: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Products by what is said of them, and by their numbers."""
    products = dict(found)
    return {**products, **{each.number or each.id: each for each in products.values()}}


def _is_of_one(failure: ErpConnectError) -> bool:
    """Whether it is one order of the block that was refused, and nothing applied."""
    return (
        failure.outcome == "not_applied"
        and isinstance(failure, RequestRefused | MappingError)
        and not isinstance(failure, RecordLocked)
    )
