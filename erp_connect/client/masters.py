"""Master data: ``erp.customers``, ``erp.suppliers``, ``erp.products``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from ..adapters.contract import Conditional, Write, Written
from ..errors import InvalidOrder, NotFound
from ..journal import Deed, Entry, Look, Rules, Settled, Sight, canonical, evened
from ..models import (
    EMPTY,
    Customer,
    CustomerDraft,
    Difference,
    DifferenceKind,
    Entity,
    Product,
    ProductDraft,
    Supplier,
    SupplierDraft,
    Value,
    WriteReceipt,
)
from ..models.base import Custom, CustomChange, FrozenMapping
from ..rules.diff import normalised
from ..rules.stamps import make_stamp
from ..settings import nearest
from . import arguments, fitting
from .context import Context, correlation_id, key_of
from .fitting_changes import losses_of_values
from .receipts import Made, of_outcome, told
from .remembering import differences_from_plain, differences_to_plain, model_from_plain
from .touching import held, plain_fields, refuse_what_has_moved, same, sight

D = TypeVar("D", CustomerDraft, SupplierDraft, ProductDraft)
E = TypeVar("E", bound=Entity)

_DRAFTS: Final[Mapping[str, type[Value]]] = {
    "customers": CustomerDraft,
    "suppliers": SupplierDraft,
    "products": ProductDraft,
}


class _OfMaster(Deed[E], Generic[E]):
    """What creating and updating a record have in common."""

    def __init__(
        self, context: Context, book: str, verb: str, key: str, payload: Any, *, party: str | None
    ) -> None:
        stamps = context.capabilities.stamp(book)
        self._context = context
        self._book_name = book
        self._prefix = fitting.prefix_of(book)
        self.operation = f"{book}.{verb}"
        self.key = key
        self.payload = payload
        self.stamp = make_stamp(context.system, self.operation, key, fitting.room_for_stamp(stamps))
        conditional = context.capabilities.conditional(self.operation)
        self.rules = Rules.of(
            stamps,
            creates=verb == "create",
            conditional=conditional if verb == "create" else Conditional.NONE,
        )
        self.timeout = context.timeout
        self.correlation_id = correlation_id()
        self.party = party if book != "products" else None
        self.actor = context.actor

    @property
    def _book(self) -> Any:
        return self._context.book(self._book_name)

    def _compared(self, wished: Mapping[str, Any], stored: E) -> tuple[Difference, ...]:
        rule = fitting.normalisation_of(self._context.capabilities)
        found: list[Difference] = []
        for name, value in wished.items():
            stands = held(stored, name)
            if same(value, stands):
                continue
            path = f"{self._prefix}.{name}"
            how = rule(path)
            tame = how is not None and same(normalised(value, how), stands)
            kind = DifferenceKind.NORMALISED if tame else DifferenceKind.CHANGED
            if path in self._lost:
                kind = DifferenceKind.LOST
            found.append(Difference(path=path, kind=kind, sent=value, stored=stands))
        return tuple(found)

    _lost: frozenset[str] = frozenset()

    def _settled(self, stored: E, differences: Sequence[Difference], warnings: Sequence[str]) -> Settled[E]:
        result = {"differences": differences_to_plain(differences)} if differences else {}
        made = Made(tuple(differences), told(warnings))
        party = stored.number if self._book_name != "products" else None
        return Settled(
            stored=stored,
            entity_id=stored.id,
            number=stored.number,
            party=party,
            result=result,
            receipt=made,
        )

    def replay(self, entry: Entry) -> Settled[E]:
        """The record as it stands now."""
        stored: E = self._book.get(entry.entity_id)
        kept = entry.result if isinstance(entry.result, dict) else {}
        made = Made(differences_from_plain(kept.get("differences")))
        return Settled(stored=stored, entity_id=stored.id, number=stored.number, result=kept, receipt=made)


class CreatingMaster(_OfMaster[E], Generic[D, E]):
    """A customer, supplier or product to be put on file."""

    def __init__(self, context: Context, book: str, draft: D, key: str) -> None:
        named: Any = draft
        number: str = named.code if book == "products" else named.number
        super().__init__(context, book, "create", key, canonical(draft), party=number)
        self.losses = fitting.losses(draft, context.capabilities, self._prefix)
        self.draft: Value = draft
        self._number = number

    @classmethod
    def again(cls, context: Context, entry: Entry) -> CreatingMaster[Any, Any]:
        """The deed of an entry, after a crash."""
        draft: Any = model_from_plain(_DRAFTS[entry.book], entry.payload)
        return cls(context, entry.book, draft, entry.key)

    def send(self, write: Write) -> Written[E] | None:
        """Put it on file."""
        written: Written[E] = self._book.create(self.draft, write)
        return written

    def look(self, entry: Entry) -> Look[E]:
        """The number is the natural key."""
        found = self._book.find(number=self._number)
        if not found:
            return Look(sight=Sight.NONE)
        differs = [
            each for each in self._compared(self._wished, found[0]) if each.kind is DifferenceKind.CHANGED
        ]
        if len(found) > 1 or differs:
            return Look(sight=Sight.SEVERAL)
        return Look(sight=Sight.ONE, written=Written(id=found[0].id, stored=found[0]))

    @property
    def _wished(self) -> Mapping[str, Any]:
        return {name: getattr(self.draft, name) for name in self.draft.model_fields_set}

    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read it back."""
        if written is None:
            raise TypeError("a create never ends with the record gone")
        stored: E = written.stored if written.stored is not None else self._book.get(written.id)
        return self._settled(stored, self._compared(self._wished, stored), written.warnings)


class UpdatingMaster(_OfMaster[E]):
    """Fields of a customer, supplier or product to be changed."""

    def __init__(
        self,
        context: Context,
        book: str,
        id: str,
        fields: Mapping[str, Any],
        key: str,
        *,
        number: str | None = None,
        before: Any = None,
    ) -> None:
        super().__init__(context, book, "update", key, update_payload(book, id, fields), party=number)
        self.fields = dict(fields)
        self.entity_id = id
        self.before = before

    @classmethod
    def again(cls, context: Context, entry: Entry) -> UpdatingMaster[Any]:
        """The deed of an entry, after a crash."""
        told = entry.payload["fields"]
        fields = {name: _from_json(entry.book, name, value) for name, value in told.items()}
        return cls(context, entry.book, entry.payload["id"], fields, entry.key, before=entry.before)

    def send(self, write: Write) -> Written[E] | None:
        """Change them; a back-end is told all custom fields, those that stay among them."""
        fields = dict(self.fields)
        if "custom" in fields:
            kept = {**_custom((self.before or {}).get("custom")), **fields["custom"]}
            fields["custom"] = FrozenMapping({name: each for name, each in kept.items() if each is not EMPTY})
        written: Written[E] = self._book.update(self.entity_id, fields, write)
        return written

    def adopt(self, entry: Entry) -> None:
        """What stood before the first request is told by the entry."""
        self.before = entry.before

    def look(self, entry: Entry) -> Look[E]:
        """Whether the fields have the wished values, or still those from before; anything else is somebody else's."""
        try:
            current: E = self._book.get(self.entity_id)
        except NotFound:
            return Look(sight=Sight.SEVERAL)
        missed = [
            each.path.rpartition(".")[2]
            for each in self._compared(self.fields, current)
            if each.kind is not DifferenceKind.NORMALISED
        ]
        seen = sight(missed, self.before, current, self.fields)
        stands = Written(id=current.id, stored=current) if seen is Sight.ONE else None
        return Look(sight=seen, written=stands)

    def settle(self, written: Written[E] | None) -> Settled[E]:
        """Read it back."""
        if written is None:
            raise TypeError("an update never ends with the record gone")
        stored: E = written.stored if written.stored is not None else self._book.get(written.id)
        return self._settled(stored, self._compared(self.fields, stored), written.warnings)


_EMPTIED: Final = {"$empty": True}


def update_payload(book: str, id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A change's wish: the record and the new values."""
    return {"id": id, "fields": {name: _to_json(book, name, value) for name, value in fields.items()}}


def _to_json(book: str, name: str, value: Any) -> Any:
    if value is EMPTY:
        return _EMPTIED
    return evened(value, _kind(book, name).dump_python(value, mode="json"))


def _from_json(book: str, name: str, value: Any) -> Any:
    return EMPTY if value == _EMPTIED else _kind(book, name).validate_json(to_json(value))


def _custom(told_fields: Any) -> Mapping[str, Any]:
    """Custom fields as they were noted."""
    found: Mapping[str, Any] = TypeAdapter(Custom).validate_json(to_json(told_fields or {}))
    return found


@cache
def _kind(book: str, name: str) -> TypeAdapter[Any]:
    field = _DRAFTS[book].model_fields[name]
    if name == "custom":  # where a draft has nothing to clear, a change has
        return TypeAdapter(CustomChange)
    kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return TypeAdapter(kind)


def checked_fields(book: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """New values as the draft's own fields would take them; ``InvalidOrder`` with the path otherwise."""
    draft = _DRAFTS[book]
    if not fields:
        raise InvalidOrder("name at least one field to change", operation=f"{book}.update")
    checked: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in draft.model_fields or name in ("number", "code"):
            names = [each for each in draft.model_fields if each not in ("number", "code")]
            raise InvalidOrder(
                f"a record has no field {name!r} that can be changed{nearest(name, names)}",
                operation=f"{book}.update",
                path=name,
            )
        if value is None:
            raise InvalidOrder(
                f"{name}: None is never written",
                operation=f"{book}.update",
                path=name,
                hint="ec.EMPTY clears a field",
            )
        if value is EMPTY and draft.model_fields[name].is_required():
            raise InvalidOrder(f"{name} cannot be cleared", operation=f"{book}.update", path=name)
        checked[name] = value if value is EMPTY else _valid(book, name, value)
    return checked


def _valid(book: str, name: str, value: Any) -> Any:
    try:
        return _kind(book, name).validate_python(value)
    except ValidationError as refusal:
        said = refusal.errors(include_input=False, include_url=False)[0]["msg"]
        raise InvalidOrder(f"{name}: {said}", path=name) from None


class Masters(Generic[D, E]):
    """One kind of master data."""

    _name: str

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self, id: E | str) -> E:
        """The record with this id (or the record itself, read anew); ``NotFound`` when there is none."""
        self._context.require(f"{self._name}.get")
        found: E = self._context.book(self._name).get(id.id if isinstance(id, Entity) else id)
        return found

    def list(self) -> Iterator[E]:
        """Stream all of them."""
        self._context.require(f"{self._name}.list")
        records: Iterator[E] = self._context.book(self._name).list()
        return records

    def create(self, draft: D, key: str | None = None) -> WriteReceipt[E]:
        """Put one on file, exactly once for each ``key``.

        Raises ``DuplicateReference`` when the number is taken, ``LossyWrite`` for what the back-end cannot hold.
        """
        operation = f"{self._name}.create"
        self._context.require(operation, writes=True)
        deed: CreatingMaster[D, E] = CreatingMaster(self._context, self._name, draft, key_of(key))
        fitting.refuse_losses(deed.losses, (), operation)
        return of_outcome(self._context, self._context.journal.write(deed))

    def update(self, id: E | str, *, key: str | None = None, **fields: Any) -> WriteReceipt[E]:
        """Change the named fields; ``ec.EMPTY`` clears one, a field left out stays as it is.

        Given a record, it holds to it: ``VersionConflict`` (with ``.diff``) when somebody has changed one of these
        fields since.  Given an id, it changes what stands.  Raises ``NotFound``, and ``InvalidOrder`` for a field or
        value that there is not.  Exactly once for each key.
        """
        operation = f"{self._name}.update"
        self._context.require(operation, writes=True)
        checked = checked_fields(self._name, fields)
        prefix = fitting.prefix_of(self._name)
        lost = tuple(losses_of_values(checked.items(), self._context.capabilities, prefix))
        fitting.refuse_losses(lost, (), operation)
        record = id.id if isinstance(id, Entity) else id
        context = self._context
        deed: UpdatingMaster[E]
        earlier = context.journal.earlier(key, operation, update_payload(self._name, record, checked))
        if earlier is not None:
            name, before = earlier.key, earlier.before
            deed = UpdatingMaster(context, self._name, record, checked, name, before=before)
        else:
            known: E = context.book(self._name).get(record)
            if isinstance(id, Entity):
                refuse_what_has_moved(prefix, operation, id, known, checked)
            name, before = key_of(key), plain_fields(known, checked)
            deed = UpdatingMaster(
                context, self._name, record, checked, name, number=known.number, before=before
            )
        return of_outcome(context, context.journal.write(deed))

    def _find(self, number: str | None, name: str | None) -> Sequence[E]:
        operation = f"{self._name}.find"
        self._context.require(operation)
        arguments.text(number, "code" if self._name == "products" else "number", operation)
        arguments.text(name, "name", operation)
        if number is None and name is None:
            raise InvalidOrder(f"{operation} needs a number or a name", operation=operation)
        found: Sequence[E] = self._context.book(self._name).find(number=number, name=name)
        return tuple(found)


class Customers(Masters[CustomerDraft, Customer]):
    """Customers."""

    _name = "customers"

    def find(self, number: str | None = None, name: str | None = None) -> Sequence[Customer]:
        """Exact matches by number or name; empty when there are none."""
        return self._find(number, name)


class Suppliers(Masters[SupplierDraft, Supplier]):
    """Suppliers."""

    _name = "suppliers"

    def find(self, number: str | None = None, name: str | None = None) -> Sequence[Supplier]:
        """Exact matches by number or name; empty when there are none."""
        return self._find(number, name)


class Products(Masters[ProductDraft, Product]):
    """Products."""

    _name = "products"

    def find(self, code: str | None = None, name: str | None = None) -> Sequence[Product]:
        """Exact matches by any of a product's codes, or by name; empty when there are none."""
        return self._find(code, name)
