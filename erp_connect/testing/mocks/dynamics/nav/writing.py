"""Creating, changing and deleting the records of pages by the rules of the business core (dynamics.md 2.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...business import lines, ordering
from ...business.company import Company
from ...business.documents import Document, Line
from ...business.masters import Address, Customer, Item, Vendor
from .faults import DIALOG, FIELD, Fault, duplicate, gone, must_have, no_record, stale, unfit
from .keys import Key, key_of
from .model import Field, Page
from .reading import name_of, record
from .settings import Settings
from .values import Written, attributes

_NEW: dict[str, type[Customer | Vendor | Item]] = {"customers": Customer, "vendors": Vendor, "items": Item}
_SERIES = {"customers": "customer", "vendors": "vendor", "items": "item"}


class Writer:
    """The writing side of one page of one company; the caller holds the transaction."""

    def __init__(self, company: Company, page: Page, settings: Settings) -> None:
        self.company, self.page, self.settings = company, page, settings

    # ---------------------------------------------------------------- create

    def create(self, wanted: Written) -> Any:
        """A new record; its Key, if it brings one, means nothing."""
        if self.page.records != "documents":
            return self._create_master(wanted)
        fields = attributes(self.company, None, wanted.values, self.settings, self._addresses(wanted))
        if any(line.values for line in wanted.lines) and not self.settings.filled_lines_in_create:
            text = f"{self.page.table} has to be created before its lines are filled in."
            raise unfit(text, self.settings)
        if not fields.get("number"):
            fields.pop("number", None)
        made = [self._new_line(line) for line in wanted.lines]
        return ordering.create(self.company, self.page.kind, fields, made)

    def _addresses(self, wanted: Written) -> dict[str, Address]:
        """The addresses of the partner that a request names: what it sends of an address is put over them."""
        vendor = self.page.kind == "purchase_order"
        masters: Any = self.company.vendors if vendor else self.company.customers
        number = wanted.named("Buy_from_Vendor_No" if vendor else "Sell_to_Customer_No")
        partner = masters.by("number", number or "")
        payer = masters.by(
            "number", wanted.named("Pay_to_Vendor_No" if vendor else "Bill_to_Customer_No") or ""
        )
        if partner is None:
            return {}
        own = replace(partner.address, name=partner.address.name or partner.name)
        bill = replace(payer.address, name=payer.address.name or payer.name) if payer is not None else own
        return {
            "partner_address": own,
            "bill_address": bill,
            "ship_address": self.company.address if vendor else own,
        }

    def _create_master(self, wanted: Written) -> Any:
        table: Any = getattr(self.company, self.page.records)
        fields = attributes(self.company, None, wanted.values, self.settings)
        self._codes_known(fields)
        number = fields.pop("number", "") or self.company.draw(_SERIES[self.page.records])
        if table.by("number", number) is not None:
            raise duplicate(self.page.table, number)
        if fields.get("unit") == "":
            del fields["unit"]
        return table.add(_NEW[self.page.records](number=number, **fields))

    # ---------------------------------------------------------------- change

    def update(self, wanted: Written) -> Any:
        """Change the fields that were sent; what was left out stays as it is."""
        row = self.current(wanted.key)
        if self.page.records != "documents":
            return self._update_master(row, wanted)
        held = [(line, self._current_line(line.key, row) if line.key else None) for line in wanted.lines]
        fields = attributes(self.company, row, wanted.values, self.settings)
        if fields.get("number", row.number) != row.number:
            raise Fault(DIALOG, f"You cannot rename a {self.page.table}.")
        if any(getattr(row, name) != value for name, value in fields.items()):
            row = ordering.change(self.company, row, fields)
        for line, now in held:
            if now is None:
                lines.add_line(self.company, self.company.documents.row(row.id), self._new_line(line))
            else:
                self._change_line(self.company.lines.row(now.id), line)
        return self.company.documents.row(row.id)

    def _update_master(self, row: Any, wanted: Written) -> Any:
        fields = attributes(self.company, row, wanted.values, self.settings)
        if fields.get("number", row.number) != row.number:
            raise Fault(DIALOG, f"You cannot rename a {self.page.table}.")
        self._codes_known(fields)
        return getattr(self.company, self.page.records).put(replace(row, **fields))

    def _codes_known(self, fields: dict[str, Any]) -> None:
        company = self.company
        tables: dict[str, Any] = {
            "payment_terms": company.payment_terms,
            "payment_method": company.payment_methods,
            "shipment_method": company.shipment_methods,
            "location": company.locations,
            "agent": company.agents,
            "unit": company.units,
            "currency": company.currencies,
        }
        for name, table in tables.items():
            if fields.get(name):
                company.known(table, fields[name], name)

    # ---------------------------------------------------------------- lines

    def _new_line(self, wanted: Written) -> dict[str, Any]:
        kinds = {option.name: option.value for option in self._field("Type").options}
        fields = {"type": kinds[self.settings.default_line_type]}
        fields |= attributes(self.company, None, wanted.values, self.settings)
        self._line_fits(fields, fields["type"], fields.get("object_number", ""))
        return fields

    def _change_line(self, line: Line, wanted: Written) -> None:
        fields = attributes(self.company, line, wanted.values, self.settings)
        kind = fields.get("type", line.type)
        number = fields.get("object_number", line.object_number)
        if kind != line.type and "object_number" not in fields:
            number = fields["object_number"] = ""
        self._line_fits(fields, kind, number)
        lines.change_line(self.company, line, fields)

    def _line_fits(self, fields: dict[str, Any], kind: str, number: str) -> None:
        """A line of no type has a description and nothing else; any other says what it is of."""
        assert self.page.part is not None
        table = self.page.part.table
        filled = [name for name in ("quantity", "price", "discount_percent", "to_ship") if fields.get(name)]
        if kind == "comment":
            if number:
                raise no_record("Standard Text", number, "Code")
            if filled:
                raise Fault(FIELD, f"Type must not be ' '  in {table}. It cannot be zero or empty.")
            fields.pop("unit", None)
        elif not number and filled:
            raise must_have("No.", table)

    def _field(self, name: str) -> Field:
        assert self.page.part is not None
        return next(each for each in self.page.part.fields if each.name == name)

    # ---------------------------------------------------------------- delete

    def delete(self, text: str) -> None:
        """Delete a record."""
        row = self.current(text)
        if self.page.records == "documents":
            ordering.delete(self.company, row)
            return
        if self._is_used(row):
            what = f"{self.page.table} {row.number}"
            raise Fault(DIALOG, f"You cannot delete {what} because there are documents or entries for it.")
        getattr(self.company, self.page.records).remove(row.id)

    def _is_used(self, row: Any) -> bool:
        if isinstance(row, Item):
            lines_of_it = self.company.lines.where("object_number", row.number)
            return bool(lines_of_it or self.company.ledger.where("item", row.number))
        return bool(self.company.documents.where("partner", row.id))

    def delete_line(self, text: str) -> None:
        """Delete a line by its Key; the Key of its document is stale afterwards."""
        lines.remove_line(self.company, self._current_line(text, None))

    # ---------------------------------------------------------------- keys

    def current(self, text: str) -> Any:
        """The record that a Key names, as long as nobody else has modified it."""
        key = self.key(text)
        row = record(self.company, self.page, key.number)
        if key.table_id != self.page.table_id or key.document_type != self.page.document_type:
            raise unfit("The Key belongs to another table.", self.settings)
        if row is None:
            raise gone(self.page.table, key.number)
        if row.version != key.version:
            raise stale(name_of(self.page, row), self.settings)
        return row

    def key(self, text: str) -> Key:
        """What a Key says."""
        if not text:
            raise unfit("The Key has to be given: records are found by it.", self.settings)
        key = key_of(text)
        if key is None:
            raise unfit("The Key is not valid.", self.settings)
        return key

    def _current_line(self, text: str, document: Document | None) -> Line:
        key = self.key(text)
        assert self.page.part is not None
        own = record(self.company, self.page, key.number)
        wrong = document is not None and own is not None and own.id != document.id
        if key.table_id != self.page.part.table_id or key.document_type != self.page.document_type or wrong:
            raise unfit("The Key belongs to another record.", self.settings)
        found = (
            [] if own is None else [each for each in self.company.lines_of(own) if each.number == key.line]
        )
        if not found:
            raise gone(self.page.part.table, f"{key.number},{key.line}")
        if found[0].version != key.version:
            raise stale(f"{self.page.part.table}: {key.number},{key.line}", self.settings)
        return found[0]
