"""Master data: customers, suppliers, products; and the two books that only read, stock and prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from ...errors import DuplicateReference, InvalidOrder, NotFound
from ...models import (
    EMPTY,
    Availability,
    Customer,
    CustomerDraft,
    Finding,
    Product,
    ProductDraft,
    Quote,
    Ref,
    Severity,
    Supplier,
    SupplierDraft,
)
from ...rules.pricing import quote
from ...rules.quantities import availability, sold_in, units_of
from ..contract import Write, Written
from .office import PAGE, Office
from .shaping import Shape
from .shelf import Shelf, altered
from .world import World

MD = TypeVar("MD", bound=CustomerDraft | SupplierDraft | ProductDraft)
M = TypeVar("M", bound=Customer | Supplier | Product)

_PREFIX: Final = {"customers": "customer", "suppliers": "supplier", "products": "product"}


def on_file(
    world: World, shelf: Shelf[M], draft: CustomerDraft | SupplierDraft | ProductDraft, at: datetime
) -> M:
    """Put a draft on its shelf: a new record, or a new state of the one with that number."""
    number = _number(draft)
    known = shelf.under(("number", number))
    content = {
        name: getattr(draft, name) for name in type(draft).model_fields if name not in ("number", "code")
    }
    record: Any
    if known:
        record = altered(known[0], **content, version=_moved(known[0].version), modified_at=at)
    else:
        kind: Any = _KINDS[type(draft)]
        id = f"{kind.__name__.lower()}-{world.next(kind.__name__)}"
        record = kind.trusted(id=id, number=number, version="1", modified_at=at, **content)
    shelf.put(record, at)
    return record  # type: ignore[no-any-return]


_KINDS: Final[Mapping[type, type]] = {
    CustomerDraft: Customer,
    SupplierDraft: Supplier,
    ProductDraft: Product,
}


def _number(draft: CustomerDraft | SupplierDraft | ProductDraft) -> str:
    return draft.code if isinstance(draft, ProductDraft) else draft.number


def _moved(version: str | None) -> str:
    return str(int(version or 0) + 1)


class Masters(Generic[MD, M]):
    """Customers, suppliers or products of a connection."""

    def __init__(self, office: Office, book: str, shelf: Shelf[M], kind: type[MD]) -> None:
        self.office = office
        self.book = book
        self._shelf: Shelf[M] = shelf
        self._kind: type[MD] = kind
        self._shape = Shape(office.profile.fields, _PREFIX[book])

    def get(self, id: str) -> M:
        """By id; ``NotFound`` when there is none."""
        operation = f"{self.book}.get"
        self.office.ensure(operation)
        found = self.office.read(operation, lambda: self.office.see(self._shelf, id))
        if found is None:
            raise NotFound(f"there is no such {_PREFIX[self.book]}", system=self.office.system)
        return self._shown(found)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[M]:
        """Exact matches by number (products: any of their codes) or name."""
        operation = f"{self.book}.find"
        self.office.ensure(operation)
        found = self.office.read(operation, lambda: self._found(number, name))
        return tuple(self._shown(record) for record in found)

    def list(self) -> Iterator[M]:
        """Stream a snapshot of all of them."""
        operation = f"{self.book}.list"
        self.office.ensure(operation)
        return self._pages(operation)

    def create(self, draft: MD, write: Write) -> Written[M]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        operation = f"{self.book}.create"
        self.office.ensure(operation)
        draft = self._shape.draft(draft, write.allow_loss)
        record = self.office.send(operation, write, lambda: self._created(draft))
        write.made(record.id, record.number)
        return self._written(record)

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[M]:
        """Change these fields of the draft; ``EMPTY`` clears one.  The number itself stays what it is."""
        operation = f"{self.book}.update"
        self.office.ensure(operation)
        self._known(changes)
        record = self.office.send(operation, write, lambda: self._updated(id, changes, write))
        return self._written(record)

    def _written(self, record: M) -> Written[M]:
        stored = self._shown(record) if self.office.profile.answers_with_record else None
        return Written(id=record.id, stored=stored)

    def _found(self, number: str | None, name: str | None) -> Sequence[M]:
        code = "code" if self.book == "products" else "number"
        if number is not None:
            number = self.office.spoken(f"{_PREFIX[self.book]}.{code}", number)
        key = (code, number) if number is not None else ("name", name or "")
        found = self._shelf.under(key)
        return [record for record in found if name is None or record.name == name]

    def _pages(self, operation: str) -> Iterator[M]:
        snapshot = self.office.read(operation, lambda: self.office.see_all(self._shelf))
        for start in range(0, len(snapshot), PAGE):
            if start:
                self.office.read(operation, lambda: None)
            for record in snapshot[start : start + PAGE]:
                yield self._shown(record)

    def _created(self, draft: MD) -> M:
        number = _number(draft)
        taken = self._shelf.under(("number", number))
        if isinstance(draft, ProductDraft):
            taken = taken or self._shelf.under(("code", number))
        if taken:
            raise DuplicateReference(
                f"a {_PREFIX[self.book]} with this number is on file already",
                hint="update it, or give another number",
                path="code" if self.book == "products" else "number",
            )
        return on_file(self.office.world, self._shelf, draft, self.office.now())

    def _known(self, changes: Mapping[str, Any]) -> None:
        for name in changes:
            if name in ("number", "code"):
                raise self._refused(
                    "number_fixed", name, "the number cannot be changed; create another record"
                )
            if name not in self._kind.model_fields:
                near = get_close_matches(name, self._kind.model_fields, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise self._refused("field_unknown", name, f"there is no such field{hint}")

    def _updated(self, id: str, changes: Mapping[str, Any], write: Write) -> M:
        before = self._shelf.get(id)
        if before is None:
            raise NotFound(f"there is no such {_PREFIX[self.book]}", system=self.office.system)
        self.office.world.faults.check_lock(id)
        known: Any = before
        content = {
            name: getattr(known, name) for name in self._kind.model_fields if getattr(known, name) is not None
        }
        for name, value in changes.items():
            if value is EMPTY:
                content.pop(name, None)
            elif value is not None:
                content[name] = value
        try:
            draft = self._kind(**content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            path = ".".join(str(part) for part in first["loc"])
            raise self._refused("value_refused", path, first["msg"]) from None
        # What is on file already stays as it is: only the values that come in are shaped.
        shaped = self._shape.draft(draft, write.allow_loss, only=changes)
        return on_file(self.office.world, self._shelf, shaped, self.office.now())

    def _refused(self, code: str, path: str, message: str) -> InvalidOrder:
        finding = Finding(code=code, severity=Severity.ERROR, path=path, message=message)
        return InvalidOrder(
            f"{path}: {message}", findings=(finding,), code=code, path=path, system=self.office.system
        )

    def _shown(self, record: M) -> M:
        if isinstance(record, Customer):
            return altered(record, credit_used=self.office.credit_used(record))
        return record


class Stock:
    """What can be delivered."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def availability(self, product: str | Ref, quantity: Decimal, unit: str, by: date | None) -> Availability:
        """What is free of a product in all warehouses; nothing on record means ``None``."""
        office = self._office
        office.ensure("stock.availability")

        def look() -> Availability:
            known = office.sure_product(product)
            _sold(known, unit)
            total = office.world.levels(known.number or known.id).get(None)
            levels = [total] if total is not None else []
            return availability(known, quantity, unit, levels, by, today=office.today())

        return office.read("stock.availability", look)


class Prices:
    """What it costs."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The price for this customer on the day; ``price`` is ``None`` when none is on file."""
        office = self._office
        office.ensure("prices.quote")

        def look() -> Quote:
            party = office.party(office.world.customers, customer)
            if party is None:
                raise NotFound("there is no such customer", system=office.system)
            known = office.sure_product(product)
            _sold(known, unit)
            facts = office.facts(party, (product,), party.currency or office.currency)
            return quote(party, known, quantity, unit, facts=facts, on=on)

        return office.read("prices.quote", look)


def _sold(product: Product, unit: str) -> None:
    """``InvalidOrder`` where the product is not sold in this unit."""
    if sold_in(product, unit):
        return
    message = "the product is not sold in this unit"
    units = units_of(product)
    finding = Finding(
        code="unit_not_sold",
        severity=Severity.ERROR,
        path="unit",
        message=message,
        expected=units,
        actual=unit,
    )
    raise InvalidOrder(
        message,
        findings=(finding,),
        code="unit_not_sold",
        path="unit",
        hint=f"its units are {', '.join(units)}",
    )
