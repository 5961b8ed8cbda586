"""Customers, suppliers and products out of foreign rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Connection

from ...errors import NotFound, UnsupportedOperation
from ...models import Customer, Product, Ref, Supplier, UnitPrice
from ...models.product import ProductCode, ProductUnit
from ..contract import Write, Written
from .building import address_of, custom_of, money_of, price_of
from .children import Children, same_key
from .format import CODE_FIELDS, PARTY_FIELDS, PRODUCT_FIELDS, UNIT_FIELDS, Kind, MasterRows
from .office import Office
from .plans import Ground, Plan
from .reading import PAGE
from .statements import Conditions

M = TypeVar("M", Customer, Supplier, Product)
_PARTY = (
    *(
        "payment_terms",
        "delivery_terms",
        "tax_id",
        "email",
        "phone",
        "blocked",
        "block_reason",
        "price_group",
    ),
    "modified_at",
)
_PRODUCT = (
    "unit",
    "tax_rate",
    "weight",
    "blocked",
    "block_reason",
    "superseded_by",
    "description",
    "modified_at",
)
_ADDRESS_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("name", "city", "postal_code", "region", "contact", "phone", "email", "gln"), "text"),
    "country": "country",
}
Lists = Mapping[str, Sequence[Any]]


class Records(Generic[M]):
    """A book of master records, read only."""

    book = ""
    called = "number"
    child_kinds: ClassVar[Mapping[str, Mapping[str, Kind]]] = {}

    def __init__(self, office: Office, ground: Ground, rows: MasterRows, kinds: Mapping[str, Kind]) -> None:
        self.office = office
        self.currency = ground.file.currency
        self.plan = Plan(ground, rows, self.book, kinds)
        if self.called not in self.plan.fields:
            raise ground.file.wrong(f"{self.book}.fields", f"there is no {self.called}")
        if not self.plan.keys:
            raise ground.file.wrong(f"{self.book}.key", "it is not said what makes a row", 'key = "id"')
        self.children = {
            name: Children(ground, self.plan, section, f"{self.book}.{name}", kinds)
            for name, kinds in self.child_kinds.items()
            if (section := getattr(rows, name)) is not None
        }

    def get(self, id: str) -> M:
        """By native id; ``NotFound`` when there is none."""
        with self.office.reading(f"{self.book}.get") as connection:
            found = self.by_ids(connection, [id])
        if id not in found:
            raise NotFound(f"there is no such {self.book[:-1]}", system=self.office.system)
        return found[id]

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[M]:
        """Exact matches by number or name."""
        conditions = self.plan.conditions()
        for field, value in ((self.called, number), ("name", name)):
            if value is None:
                continue
            if field not in self.plan.fields:
                return ()
            self.plan.fields[field].condition(conditions, value)
        with self.office.reading(f"{self.book}.find") as connection:
            found = self._page(connection, conditions)
            if not found and number is not None and name is None:
                found = tuple(self.by_numbers(connection, [number]).values())
        return [each for each in found if name is None or each.name == name]

    def list(self) -> Iterator[M]:
        """Stream all of them, page by page."""
        last: tuple[Any, ...] | None = None
        while True:
            conditions = self.plan.conditions()
            if last is not None:
                conditions.behind([part.sql for part in self.plan.keys], last)
            with self.office.reading(f"{self.book}.list") as connection:
                rows = self.plan.fetch(connection, conditions, limit=PAGE)
                found = self._made(connection, rows)
            yield from found
            if len(rows) < PAGE:
                return
            last = self.plan.key_of(rows[-1])

    def create(self, draft: Any, write: Write) -> Written[M]:
        """Not offered: the capabilities say so."""
        raise self._read_only(write)

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[M]:
        """Not offered: the capabilities say so."""
        raise self._read_only(write)

    def by_ids(self, connection: Connection, ids: Sequence[str]) -> dict[str, M]:
        """Those with these ids."""
        found: dict[str, M] = {}
        keys = [key for id in ids if (key := self.plan.key_from(id)) is not None]
        for start in range(0, len(keys), PAGE):
            conditions = self.plan.conditions()
            conditions.keys([part.sql for part in self.plan.keys], keys[start : start + PAGE])
            found |= {each.id: each for each in self._page(connection, conditions)}
        return found

    def by_numbers(self, connection: Connection, numbers: Sequence[str]) -> dict[str, M]:
        """Those that people call so, a page of numbers at a time."""
        field = self.plan.fields[self.called]
        found: dict[str, M] = {}
        for start in range(0, len(numbers), PAGE):
            conditions = self.plan.conditions()
            natives = [n for number in numbers[start : start + PAGE] for n in field.sayable(number)]
            conditions.among(field.sql, natives)
            found |= {each.number or "": each for each in self._page(connection, conditions)}
        return {number: found[number] for number in numbers if number in found}

    def said(self, connection: Connection, said: Iterable[str | Ref]) -> dict[str, M]:
        """Those that drafts name, by what they say: a number, or the id of a ``Ref``."""
        asked = set(said)
        numbers = sorted(each for each in asked if isinstance(each, str))
        ids = sorted(each.id for each in asked if isinstance(each, Ref))
        return self.by_numbers(connection, numbers) | self.by_ids(connection, ids)

    def _page(self, connection: Connection, conditions: Conditions) -> Sequence[M]:
        return self._made(connection, self.plan.fetch(connection, conditions))

    def _made(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> Sequence[M]:
        keys = [self.plan.key_of(row) for row in rows]
        below = {name: child.of(connection, keys) for name, child in self.children.items()} if rows else {}
        found: list[M] = []
        for row, key in zip(rows, keys, strict=True):
            warnings: list[str] = []
            said = self.plan.values(row, warnings)
            lists = {
                name: [
                    child.values(each, warnings)
                    for each in below[name].get(same_key(child.parent_key(key)), ())
                ]
                for name, child in self.children.items()
            }
            found.append(self.made(self.plan.id_of(key), said, lists, warnings))
        return found

    def made(self, id: str, said: dict[str, Any], lists: Lists, warnings: Sequence[str]) -> M:
        """The model out of a row and the rows below it."""
        raise NotImplementedError

    def _read_only(self, write: Write) -> UnsupportedOperation:
        return UnsupportedOperation(
            f"{self.book} are not written through a mapping",
            operation=write.operation,
            why="master data are kept in the ERP itself",
        )


class _Parties(Records[M]):
    child_kinds: ClassVar[Mapping[str, Mapping[str, Kind]]] = {"ship_to": _ADDRESS_KINDS}
    model: Any = Customer

    def __init__(self, office: Office, ground: Ground, rows: MasterRows) -> None:
        super().__init__(office, ground, rows, PARTY_FIELDS)

    def made(self, id: str, said: dict[str, Any], lists: Lists, warnings: Sequence[str]) -> M:
        currency = said.get("currency") or self.currency
        places = (address_of(each, "") for each in lists.get("ship_to", ()))
        made: M = self.model.trusted(
            id=id,
            number=said.get("number"),
            name=said.get("name") or "",
            currency=currency,
            address=address_of(said, "address"),
            ship_to=tuple(place for place in places if place is not None),
            credit_limit=money_of(said.get("credit_limit"), currency),
            credit_used=money_of(said.get("credit_used"), currency),
            custom=custom_of(said),
            warnings=tuple(warnings),
            **{name: said.get(name) for name in _PARTY},
        )
        return made


class Customers(_Parties[Customer]):
    """Customers."""

    book, model = "customers", Customer


class Suppliers(_Parties[Supplier]):
    """Suppliers."""

    book, model = "suppliers", Supplier


class Products(Records[Product]):
    """Products."""

    book, called = "products", "code"
    child_kinds: ClassVar[Mapping[str, Mapping[str, Kind]]] = {"units": UNIT_FIELDS, "codes": CODE_FIELDS}

    def __init__(self, office: Office, ground: Ground, rows: MasterRows) -> None:
        super().__init__(office, ground, rows, PRODUCT_FIELDS)

    def by_numbers(self, connection: Connection, numbers: Sequence[str]) -> dict[str, Product]:
        """By their own codes, and by any other code that is on file."""
        found = super().by_numbers(connection, numbers)
        other = self.children.get("codes")
        missing = [number for number in numbers if number not in found]
        if other is None or not missing or "value" not in other.plan.fields:
            return found
        conditions = other.plan.conditions()
        field = other.plan.fields["value"]
        conditions.among(field.sql, [native for number in missing for native in field.sayable(number)])
        parents = [part.sql for part in other.parent]
        rows = other.plan.fetch(connection, conditions, before=parents, order_by=parents)
        by_key = {same_key(row[: other.width]): other.values(row, []).get("value") for row in rows}
        if len(other.parent) == len(self.plan.keys) and by_key:
            keys = self.plan.conditions()
            keys.keys([part.sql for part in self.plan.keys], [tuple(row[: other.width]) for row in rows])
            for row in self.plan.fetch(connection, keys):
                code = by_key.get(same_key(self.plan.key_of(row)))
                if code is not None:
                    found[code] = self._made(connection, [row])[0]
        return found

    def made(self, id: str, said: dict[str, Any], lists: Lists, warnings: Sequence[str]) -> Product:
        price: UnitPrice | None = price_of(said, said.get("price_currency") or self.currency)
        units = tuple(
            ProductUnit.trusted(unit=each["unit"], factor=each["factor"])
            for each in lists.get("units", ())
            if "unit" in each and each.get("factor")
        )
        codes = tuple(
            ProductCode.trusted(kind=each.get("kind", "other"), value=each["value"], party=each.get("party"))
            for each in lists.get("codes", ())
            if "value" in each
        )
        return Product.trusted(
            id=id,
            number=said.get("code"),
            name=said.get("name") or "",
            units=units,
            codes=codes,
            price=price,
            custom=custom_of(said),
            warnings=tuple(warnings),
            **{name: said.get(name) for name in _PRODUCT},
        )
