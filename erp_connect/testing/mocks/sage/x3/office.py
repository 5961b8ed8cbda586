"""What all objects share: whose company, which entry transaction, and how values go from and to the core."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from ...business.company import Company
from ...business.masters import NOWHERE, Address, Customer, Row
from .model import Block, Entity, Field
from .refusing import Refused
from .settings import Publication, Settings
from .streams import Sent, SentRow
from .working import WORKED, Place, named

BLANKS: Final[dict[str, Any]] = {
    "char": "",
    "int": 0,
    "dec": Decimal(0),
    "date": None,
    "menu": 0,
}
_YES: Final = 2


@dataclass
class Changes:
    """What a record is to become: attributes, parts of addresses, fields that only this product has."""

    attributes: dict[str, Any] = field(default_factory=dict)
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)


class Office:
    """The records of one publication in one company; the caller holds the transaction, or the reading."""

    def __init__(
        self, company: Company, entity: Entity, publication: Publication, name: str, settings: Settings
    ) -> None:
        self.company, self.entity, self.name = company, entity, name
        self.publication, self.settings = publication, settings
        self.unsaved = False
        """Whether what is entered is only valued, and never kept."""

    # ---------------------------------------------------------------- what each object has

    def find(self, number: str) -> Any:
        """The record of this number, or None."""
        raise NotImplementedError

    def rows(self) -> list[Any]:
        """All records, in the order of the left list."""
        raise NotImplementedError

    def create(self, sent: Sent) -> Any:
        """A new record."""
        raise NotImplementedError

    def change(self, row: Any, sent: Sent) -> Any:
        """A record with what was sent."""
        raise NotImplementedError

    def delete(self, row: Any) -> None:
        """Take a record away."""
        raise NotImplementedError

    def lines_of(self, row: Any, block: Block) -> list[Any]:
        """The rows of a table."""
        return list(row.extras.get(block.original, ()))

    def change_rows(self, row: Any, block: Block, sent: list[SentRow], sent_count: int | None) -> Any:
        """Change rows of a table that is kept with the record."""
        kept = [dict(held) for held in self.lines_of(row, block)]
        for each in sent:
            if each.number > len(kept) + 1:
                raise Refused("line number", number=each.number, group=block.id)
            if each.number > len(kept):
                kept.append({})
            kept[each.number - 1] |= self.own_row(each)
        del kept[self._count(block, sent, sent_count, len(kept)) :]
        return self.store(replace(row, extras={**row.extras, block.original: tuple(kept)}))

    def own_row(self, sent: SentRow) -> dict[str, Any]:
        """A row of a table that is kept with the record, by the names that its fields have in the core."""
        made: dict[str, Any] = {}
        for found, value in sent.values.items():
            elements = value if found.elements > 1 else [value]
            for at, name in enumerate(found.source or (found.key,)):
                made[name] = elements[at] if at < len(elements) else ""
        return made

    def _count(self, block: Block, sent: list[SentRow], sent_count: int | None, there: int) -> int:
        """How many rows stay: on a detail screen as many as its counter says, else up to the last line sent."""
        if not block.counter or not sent:
            return there
        return sent_count if sent_count is not None else max(each.number for each in sent)

    def store(self, row: Any) -> Any:
        """Write a row as it is, without a rule."""
        raise NotImplementedError

    # ---------------------------------------------------------------- from the core

    def value(self, found: Field, row: Any, document: Any = None) -> Any:
        """What a field holds; a list of values where it is a list."""
        place = Place(self.company, self.settings, self.entity, row, document or row)
        if found.elements == 1:
            return self._one(found, found.source[0] if found.source else "", place)
        kept = row.extras.get(found.key, ()) if isinstance(row, Row) else ()
        values = [self._one(found, source, place) for source in found.source]
        rest = list(kept)[len(values) :]
        blank = BLANKS[found.type]
        return [*values, *rest, *[blank] * (found.elements - len(values) - len(rest))]

    def _one(self, found: Field, source: str, place: Place) -> Any:
        row = place.row
        if isinstance(row, dict):
            return row.get(source or found.key, BLANKS[found.type])
        if source.startswith("=count "):
            block = self.entity.original(source.partition(" ")[2])
            return len(self.lines_of(row, block)) if block is not None else 0
        if source.startswith("="):
            return WORKED[source[1:]](place, found)
        if not source:
            return row.extras.get(found.key, 1 if found.type == "menu" else BLANKS[found.type])
        value = row
        for part in source.split("."):
            value = getattr(value, part)
        return (_YES if value else 1) if isinstance(value, bool) else value

    def companion(self, found: Field, row: Any, document: Any = None) -> str:
        """What the value of a field is called."""
        return named(self.company, self.settings, found.checked, str(self.value(found, row, document)))

    # ---------------------------------------------------------------- to the core

    def needed(self, sent: Sent) -> None:
        """Refuse a new record that lacks a mandatory field."""
        for name in sorted(self.entity.needs):
            if sent.get(name) in {None, "", 0}:
                raise Refused("mandatory", field=name)

    def needed_rows(self, rows: list[SentRow]) -> None:
        """Refuse lines that lack a mandatory field, and gaps between lines."""
        if not rows:
            raise Refused("no lines")
        for at, row in enumerate(sorted(rows, key=lambda row: row.number), 1):
            if row.number != at:
                raise Refused("line number", number=row.number, group=self.entity.code)
            self.needed_row(row)

    def needed_row(self, row: SentRow) -> None:
        """Refuse a new line that lacks a mandatory field."""
        given = {found.name: value for found, value in row.values.items()}
        for name in sorted(self.entity.row_needs):
            if not given.get(name):
                raise Refused("mandatory", field=name)

    def changes(self, values: dict[Field, Any]) -> Changes:
        """What the values of fields mean for the core."""
        made = Changes()
        for found, value in values.items():
            if found.name == self.entity.key or (found.source[:1] and found.source[0].startswith("=count ")):
                continue
            self._checked(found, value)
            if not found.source:
                made.extras[found.key] = value
                continue
            elements = value if found.elements > 1 else [value]
            for source, each in zip(found.source, elements, strict=False):
                self._changed(found, source, each, made)
            if found.elements > len(found.source):
                made.extras[found.key] = tuple(elements)
        return made

    def _changed(self, found: Field, source: str, value: Any, made: Changes) -> None:
        owner, _, part = source.partition(".")
        if source.startswith("="):
            self.enter(source[1:], value, found, made)
        elif part:
            made.addresses.setdefault(owner, {})[part] = value
        else:
            made.attributes[source] = value == _YES if found.type == "menu" else value

    def _checked(self, found: Field, value: Any) -> None:
        if found.checked and value and not named(self.company, self.settings, found.checked, str(value)):
            raise Refused("table value", field=found.name, value=value, table=found.checked)

    def enter(self, name: str, value: Any, found: Field, made: Changes) -> None:
        """What a worked-out field means for the core, where it can be written."""
        match name:
            case "site" | "type" | "payer" | "group":
                made.extras[name] = value
            case "location":
                made.attributes["location"] = value
            case "currency":
                made.attributes["currency"] = value
            case "active":
                made.attributes["blocked"] = "" if value == _YES else "all"
            case "item_status":
                made.attributes["blocked"] = value in {4, 5, 6}
                made.extras["ITMSTA"] = value
            case "order" | "order_line" | "delivery":
                made.extras[name] = value
            case _:
                made.attributes[name] = value

    def moved_address(self, row: Any, made: Changes) -> dict[str, Address]:
        """The addresses of a record with the parts that were sent."""
        return {name: replace(getattr(row, name, NOWHERE), **parts) for name, parts in made.addresses.items()}

    # ---------------------------------------------------------------- checks that all share

    def not_fixed(self, row: Any, sent: Sent) -> None:
        """Refuse other values of fields that cannot be changed, and blanks in fields that are mandatory."""
        for found, value in sent.values.items():
            place = f"{self.entity.code}.{found.name}"
            if place in self.settings.fixed and value != self.value(found, row):
                raise Refused("fixed", field=found.name)
            if found.name in self.entity.needs and value in {None, "", 0}:
                raise Refused("mandatory", field=found.name)

    def free(self, number: str) -> None:
        """Refuse a number that is taken."""
        if self.find(number) is not None:
            raise Refused("exists", key=number)

    def not_registered(self, sent: Sent) -> None:
        """The site's own control against duplicates."""
        name = self.publication.unique
        value = sent.get(name) if name else None
        if not value:
            return
        found = self.entity.field(name)
        for row in self.rows():
            if found is not None and self.value(found, row) == value:
                raise Refused("registered", value=value, number=row.number)

    def not_locked(self, row: Row, number: str) -> None:
        """Refuse a record that another user holds."""
        if row.id in self.company.world.locked:
            raise Refused("locked", key=number)


def address_of(customer: Customer, code: str) -> Address | None:
    """One of a customer's addresses, or None."""
    for held in customer.extras.get("BPAC_1", ()):
        if held.get("code") == code:
            return Address(
                name=customer.name,
                line1=held.get("line1", ""),
                line2=held.get("line2", ""),
                city=held.get("city", ""),
                state=held.get("state", ""),
                postal_code=held.get("postal_code", ""),
                country=held.get("country", ""),
            )
    return None
