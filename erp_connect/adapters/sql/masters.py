"""Master data: customers, suppliers, products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.sql import ColumnElement

from ...errors import DuplicateReference, InvalidOrder, NotFound
from ...models import (
    EMPTY,
    Customer,
    CustomerDraft,
    Finding,
    Money,
    Product,
    ProductDraft,
    Severity,
    Supplier,
    SupplierDraft,
)
from ...wire.sql import rows_of
from ...wire.sql.numbers import reserve
from ..contract import Write, Written
from .facts import credit_used
from .mapping import RowMapping
from .mapping_masters import CUSTOMERS, PRODUCTS, SUPPLIERS
from .office import Office
from .reading import PAGE, native_ids, says
from .schema import COUNTERS, PARTIES, PRODUCT_CODES
from .schema import PRODUCTS as PRODUCT_TABLE

MD = TypeVar("MD", bound=CustomerDraft | SupplierDraft | ProductDraft)
M = TypeVar("M", bound=Customer | Supplier | Product)

_NUMBERS: Final = ("number", "code")


class Masters(Generic[MD, M]):
    """One book of master data."""

    book: str
    field: str
    counter: str
    mapping: RowMapping[Any]
    draft: type[Any]

    def __init__(self, office: Office) -> None:
        self.office = office
        self.table = self.mapping.table
        self._place = self.mapping.column_names.index("id")

    def get(self, id: str) -> M:
        """By id; ``NotFound`` when there is none."""
        with self.office.reading(f"{self.book}.get") as connection:
            return self._one(connection, id)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[M]:
        """Exact matches by number (products: any of their codes) or name, in the order of their ids."""
        conditions = []
        if number is not None:
            conditions.append(self._numbered(number))
        if name is not None:
            conditions.append(says(self.table.c.name, name))
        if not conditions:
            return ()
        with self.office.reading(f"{self.book}.find") as connection:
            return self._read(connection, self._select().where(*conditions))

    def list(self) -> Iterator[M]:
        """Stream all of them in the order of their ids, a short transaction for each page."""
        return self._pages()

    def create(self, draft: MD, write: Write) -> Written[M]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        with self.office.writing(f"{self.book}.create", write) as connection:
            stored = self.enter(connection, draft, write.stamp)
        write.made(stored.id, stored.number)
        return Written(id=stored.id, stored=stored)

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[M]:
        """Change these fields of the draft; ``EMPTY`` clears one.  The number itself stays what it is."""
        self._known(changes)
        with self.office.writing(f"{self.book}.update", write) as connection:
            for key in native_ids([id]):
                connection.execute(
                    sa.select(self.table.c.id).where(self.table.c.id == key).with_for_update()
                ).all()
            before = self._one(connection, id)
            draft = self._changed(before, changes)
            version = str(int(before.version or 0) + 1)
            after = self._entity(draft, id, version)
            self._put(connection, after)
            stored = self._one(connection, id)
        return Written(id=id, stored=stored)

    # -- what differs --------------------------------------------------------------------------------------

    def _numbered(self, number: str) -> ColumnElement[bool]:
        return says(self.table.c.number, number)

    def _select(self) -> sa.Select[Any]:
        return sa.select(*self.mapping.columns).order_by(self.table.c.id)

    def _shown(self, _connection: Connection, records: Sequence[Any]) -> Sequence[Any]:
        return records

    def _more(self) -> dict[str, Any]:
        return {}

    def _index(self, connection: Connection, record: Any) -> None:
        """Write what the record is searched by, besides its row."""

    # -- what is common ------------------------------------------------------------------------------------

    def enter(self, connection: Connection, draft: MD, stamp: str | None) -> M:
        """Put one on file in the caller's transaction; answered with as read back."""
        number = draft.code if isinstance(draft, ProductDraft) else draft.number
        if rows_of(connection, self._select().where(self._numbered(number)).limit(1)):
            raise DuplicateReference(
                f"a {self.field} with this number is on file already",
                path="code" if isinstance(draft, ProductDraft) else "number",
                hint="update it, or give another number",
            )
        key = reserve(connection, COUNTERS, self.counter, 1)[0]
        now = self.office.now()
        record = self._entity(draft, str(key), "1")
        row = self.mapping.named(record) | self._more() | {"created_at": now, "stamp": stamp}
        connection.execute(sa.insert(self.table), row)
        self._index(connection, record)
        return self._one(connection, str(key))

    def _put(self, connection: Connection, record: Any) -> None:
        row = self.mapping.named(record)
        key = row.pop("id")
        connection.execute(sa.update(self.table).where(self.table.c.id == key).values(row))
        self._index(connection, record)

    def _entity(self, draft: MD, id: str, version: str) -> Any:
        content = {name: getattr(draft, name) for name in self.draft.model_fields if name not in _NUMBERS}
        number = draft.code if isinstance(draft, ProductDraft) else draft.number
        return self.mapping.model.trusted(
            **content, id=id, number=number, version=version, modified_at=self.office.now()
        )

    def _one(self, connection: Connection, id: str) -> M:
        keys = list(native_ids([id]))
        found: Sequence[M] = (
            self._read(connection, self._select().where(self.table.c.id == keys[0])) if keys else ()
        )
        if not found:
            raise NotFound(f"there is no such {self.field}")
        return found[0]

    def _read(self, connection: Connection, wanted: sa.Select[Any]) -> Sequence[Any]:
        records = [self.mapping.read(row, None) for row in rows_of(connection, wanted)]
        return self._shown(connection, records)

    def _pages(self) -> Iterator[M]:
        last = 0
        while True:
            with self.office.reading(f"{self.book}.list") as connection:
                page = self._read(connection, self._select().where(self.table.c.id > last).limit(PAGE))
            yield from page
            if len(page) < PAGE:
                return
            last = int(page[-1].id)

    def _known(self, changes: Mapping[str, Any]) -> None:
        fields = self.draft.model_fields
        for name in changes:
            if name in _NUMBERS:
                raise _refused("number_fixed", name, "the number cannot be changed; create another record")
            if name not in fields:
                near = get_close_matches(name, fields, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise _refused("field_unknown", name, f"there is no such field{hint}")

    def _changed(self, before: Any, changes: Mapping[str, Any]) -> MD:
        content = {
            name: value for name in self.draft.model_fields if (value := getattr(before, name)) is not None
        }
        for name, value in changes.items():
            if value is EMPTY:
                content.pop(name, None)
            elif value is not None:
                content[name] = value
        try:
            return self.draft(**content)  # type: ignore[no-any-return]
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            path = ".".join(str(part) for part in first["loc"])
            if first["loc"] and first["loc"][0] not in changes:
                raise  # not what was asked for, but what stood in the row before
        # Raised outside the handler: pydantic's error holds what was given, and must not travel along.
        raise _refused("value_refused", path, str(first["msg"]))


class _Parties(Masters[MD, M]):
    counter = "erp_party_ids"

    def _numbered(self, number: str) -> ColumnElement[bool]:
        return sa.and_(PARTIES.c.kind == self.field, says(PARTIES.c.number, number))

    def _select(self) -> sa.Select[Any]:
        return super()._select().where(PARTIES.c.kind == self.field)

    def _more(self) -> dict[str, Any]:
        return {"kind": self.field}


class Customers(_Parties[CustomerDraft, Customer]):
    """Customers, each with the credit that is used."""

    book, field, mapping, draft = "customers", "customer", CUSTOMERS, CustomerDraft

    def _shown(self, connection: Connection, records: Sequence[Any]) -> Sequence[Any]:
        company = self.office.info.currency
        by_id = {record.id: record for record in records}
        shown = []
        used = credit_used(connection, self.office, by_id)
        for record in records:
            currency = record.credit_limit.currency if record.credit_limit else record.currency or company
            if currency is None:
                shown.append(record)
            else:
                credit = Money.trusted(amount=used[record.id], currency=currency)
                shown.append(record.but(credit_used=credit))
        return shown


class Suppliers(_Parties[SupplierDraft, Supplier]):
    """Suppliers."""

    book, field, mapping, draft = "suppliers", "supplier", SUPPLIERS, SupplierDraft


class Products(Masters[ProductDraft, Product]):
    """Products, found by any of their codes."""

    book, field, mapping, draft = "products", "product", PRODUCTS, ProductDraft
    counter = "erp_product_ids"

    def _numbered(self, number: str) -> ColumnElement[bool]:
        coded = sa.select(PRODUCT_CODES.c.product_id).where(says(PRODUCT_CODES.c.value, number))
        return sa.or_(says(PRODUCT_TABLE.c.number, number), PRODUCT_TABLE.c.id.in_(coded))

    def _index(self, connection: Connection, record: Any) -> None:
        key = int(record.id)
        connection.execute(sa.delete(PRODUCT_CODES).where(PRODUCT_CODES.c.product_id == key))
        rows = [
            {"product_id": key, "position": place, "kind": c.kind, "value": c.value, "party": c.party}
            for place, c in enumerate(record.codes, start=1)
        ]
        if rows:
            connection.execute(sa.insert(PRODUCT_CODES), rows)


def _refused(code: str, path: str, message: str) -> InvalidOrder:
    finding = Finding(code=code, severity=Severity.ERROR, path=path, message=message)
    return InvalidOrder(f"{path}: {message}", findings=(finding,), code=code, path=path)
