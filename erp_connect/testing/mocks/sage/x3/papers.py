"""What all documents share: finding, entering, changing their lines, taking them away (sage.md 2.12 to 2.15)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from ...business import lines as lines_
from ...business import ordering
from ...business.documents import Document, Kind, Line
from ...business.masters import Partner
from .model import Block, Field
from .office import Changes, Office
from .refusing import Refused
from .streams import Sent, SentRow
from .working import allocated, is_closed


class Papers(Office):
    """Documents of the core, with their lines."""

    kinds: ClassVar[tuple[Kind, ...]] = ()
    line_block: ClassVar[str] = ""

    # ---------------------------------------------------------------- finding

    def find(self, number: str) -> Document | None:
        """A document by its number, posted or not."""
        for kind in self.kinds:
            for posted in (False, True):
                found = self.company.find(kind, number, posted=posted)
                if found is not None:
                    return found
        return None

    def rows(self) -> list[Document]:
        """All documents: numbers downwards, or upwards."""
        found = [row for kind in self.kinds for row in self.company.documents.where("kind", kind)]
        return sorted(found, key=lambda row: row.number, reverse=self.settings.newest_first)

    def store(self, row: Any) -> Document:
        """Write a document as it is."""
        return self.company.documents.put(row)

    def lines_of(self, row: Document, block: Block) -> list[Any]:
        """The rows of one of its tables."""
        if block.rows == "lines":
            return [line for line in self.company.lines_of(row) if line.counts]
        if block.rows == "taxes":
            return self._taxes(row)
        return super().lines_of(row, block)

    def _taxes(self, row: Document) -> list[dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = {}
        for line in self.company.lines_of(row):
            held = rows.setdefault(
                line.tax_code,
                {
                    "tax": line.tax_code,
                    "rate": line.tax_percent,
                    "net": Decimal(0),
                    "amount": Decimal(0),
                },
            )
            held["net"] += line.net
            held["amount"] += line.tax
        return list(rows.values())

    # ---------------------------------------------------------------- creating

    def create(self, sent: Sent) -> Document:
        """A new document with its lines."""
        self.needed(sent)
        rows = sent.tables.get(self.line_block, [])
        self.needed_rows(rows)
        self.not_registered(sent)
        made = self.changes(sent.values)
        fields = made.attributes | {"extras": made.extras}
        kind = self.kind_of(sent)
        wanted = [self.line_fields(row) for row in sorted(rows, key=lambda row: row.number)]
        fields["number"] = self.number_for(sent, kind)
        self.finish(fields, made)
        document = ordering.create(self.company, kind, fields, wanted)
        addresses: dict[str, Any] = dict(self.moved_address(document, made))
        if addresses:
            document = self.store(replace(document, **addresses))
        return self._tables(document, sent)

    def kind_of(self, sent: Sent) -> Kind:
        """Which kind of document is meant."""
        return self.kinds[0]

    def number_for(self, sent: Sent, kind: Kind) -> str:
        """The number of a new document: blank where the core draws it."""
        if sent.get(self.entity.key) and self.settings.given_number == "refused":
            raise Refused("given number", field=self.entity.key)
        return ""

    def finish(self, fields: dict[str, Any], made: Changes) -> None:
        """What follows from the fields of a new document: the site whose goods move, where nobody named it."""
        if not fields.get("location") and made.extras.get("site"):
            customer = self.company.customers.row(fields["partner"])
            fields["location"] = customer.location or made.extras["site"]

    def _tables(self, document: Document, sent: Sent) -> Document:
        for id, rows in sent.tables.items():
            block = self.entity.original(id)
            if block is not None and block.rows == "own":
                document = self.change_rows(document, block, rows, None)
        return document

    def line_fields(self, row: SentRow) -> dict[str, Any]:
        """What a line means for the core."""
        values = dict(row.values)
        for found, value in row.values.items():
            if found.name == "ITMREF" and not value:
                raise Refused("mandatory", field="ITMREF")
            if found.name == "GROPRI" and not value and self.settings.empty_price == "list":
                del values[found]
        made = self.changes(values)
        fields = made.attributes
        if made.extras:
            fields["extras"] = made.extras
        return {name: value for name, value in fields.items() if value != "" or name == "description"}

    # ---------------------------------------------------------------- changing

    def change(self, row: Document, sent: Sent) -> Document:
        """A document with what was sent; everything else stays as it is."""
        self.may_change(row)
        self.not_fixed(row, sent)
        made = self.changes(sent.values)
        fields: dict[str, Any] = {name: value for name, value in made.attributes.items() if name != "partner"}
        moved = self._shipped_to(row, made)
        fields |= moved | self.moved_address(replace(row, **moved), made)
        if made.extras:
            fields["extras"] = {**row.extras, **made.extras}
        document = ordering.change(self.company, row, fields) if fields else row
        for id, rows in sent.tables.items():
            block = self.entity.original(id)
            if block is None:
                continue
            count = sent.get(block.counter) if block.counter else None
            if block.rows == "lines":
                self._change_lines(document, block, rows, count)
            else:
                self.change_rows(self.company.documents.row(row.id), block, rows, count)
        return self.company.documents.row(row.id)

    def may_change(self, row: Document) -> None:
        """Refuse changes of what is finished."""
        self.not_locked(row, row.number)
        if is_closed(self.company, self.settings, row):
            raise Refused("closed", number=row.number)

    def _shipped_to(self, row: Document, made: Changes) -> dict[str, Any]:
        return {}

    def _change_lines(self, row: Document, block: Block, sent: list[SentRow], count: int | None) -> None:
        lines = self.lines_of(row, block)
        there = len(lines)
        for each in sorted(sent, key=lambda each: each.number):
            if each.number > there + 1:
                raise Refused("line number", number=each.number, group=block.id)
            if each.number > there:
                self.needed_row(each)
                lines_.add_line(self.company, row, self.line_fields(each))
                there += 1
                continue
            line = self.company.lines.row(lines[each.number - 1].id)
            fields = self.line_fields(each)
            if fields.get("quantity") == 0 and not self.settings.zero_quantity:
                raise Refused("value", field="QTY", value=0)
            if "extras" in fields:
                fields["extras"] = {**line.extras, **fields["extras"]}
            lines_.change_line(self.company, line, fields)
        kept = self._count(block, sent, count, there)
        for line in self.lines_of(row, block)[kept:]:
            self._remove_line(line)

    def insert_line(self, row: Document, block: Block, sent: SentRow) -> Document:
        """One more line."""
        self.may_change(row)
        self.needed_row(sent)
        lines_.add_line(self.company, row, self.line_fields(sent))
        return self.company.documents.row(row.id)

    def delete_lines(self, row: Document, block: Block, keys: list[str]) -> Document:
        """Take lines away; not what is delivered or allocated."""
        self.may_change(row)
        lines = self.lines_of(row, block)
        by_rank = self.settings.line_keys == "rank"
        known = {str(at if by_rank else line.number): line for at, line in enumerate(lines, 1)}
        for key in keys:
            if key.strip() not in known:
                raise Refused("line number", number=key, group=block.id)
            self._remove_line(known.pop(key.strip()))
        if not known:
            raise Refused("no lines")
        return self.company.documents.row(row.id)

    def _remove_line(self, line: Line) -> None:
        if line.shipped or line.invoiced or allocated(line):
            raise Refused("line delivered", number=line.number)
        lines_.remove_line(self.company, line)

    # ---------------------------------------------------------------- deleting

    def delete(self, row: Document) -> None:
        """Take a document away, unless something was made of it."""
        self.not_locked(row, row.number)
        if row.posted:
            raise Refused("validated", number=row.number)
        if any(line.shipped or line.invoiced for line in self.company.lines_of(row)):
            raise Refused("delivered", number=row.number)
        ordering.delete(self.company, row)

    # ---------------------------------------------------------------- partners

    def partner(self, number: Any, found: Field) -> Partner:
        """The customer, or the supplier."""
        row = self.company.customers.by("number", number)
        if row is None:
            raise Refused("table value", field=found.name, value=number, table="BPCUSTOMER")
        return row

    def enter(self, name: str, value: Any, found: Field, made: Changes) -> None:
        """Partners by their numbers; the rest as everywhere."""
        if name in {"partner", "bill_to"}:
            if value:
                made.attributes[name] = self.partner(value, found).id
            return
        super().enter(name, value, found, made)


class Bought(Papers):
    """What suppliers are partners of."""

    def partner(self, number: Any, found: Field) -> Partner:
        """The supplier."""
        row = self.company.vendors.by("number", number)
        if row is None:
            raise Refused("table value", field=found.name, value=number, table="BPSUPPLIER")
        return row
