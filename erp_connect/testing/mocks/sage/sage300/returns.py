"""``OECreditDebitNotes``: what customers give back (sage.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from ...business import ordering
from ...business.documents import ZERO, Document, Line
from ...business.posting import post_draft
from .papers import (
    NEW,
    customer_of,
    drawn,
    in_fiscal_period,
    listed,
    looked_up,
    partner_number,
    uniquifier,
)
from .properties import Property, choice, day, details, number, text, truth
from .refusing import Refused, unknown
from .resources import READ_AND_POST, Desk, Resource

_INDEXES: Final = {
    "CNUniquifier": "uniquifier",
    "CreditDebitNoteNumber": "number",
    "CustomerNumber": "partner",
}


class CreditNotes(Resource):
    """Credit notes; what they take back is in stock again."""

    module, name, keys, verbs = "OE", "OECreditDebitNotes", ("CNUniquifier",), READ_AND_POST

    def described(self) -> Iterable[Property]:
        """Its properties."""
        lines = [
            number("CNUniquifier", lambda desk, row: Decimal(0), writable=False),
            number("LineNumber", lambda desk, row: Decimal(row.number), writable=False),
            choice("LineType", ("Item", "Miscellaneous"), lambda desk, row: _line_type(row)),
            text("Item", 24, lambda desk, row: row.object_number if row.type == "item" else ""),
            text("MiscellaneousChargesCode", 6, lambda desk, row: _charge(row)),
            text("Description", 60, "description"),
            text("Location", 6, "location"),
            number("QuantityReturned", lambda desk, row: row.quantity if row.type == "item" else ZERO),
            text("CreditDebitNoteUOM", 10, "unit"),
            number("UnitPrice", lambda desk, row: row.price if row.type == "item" else ZERO),
            truth("PriceOverride", "manual_price"),
            number("ExtendedAmountMiscellaneousCharge", lambda desk, row: _amount(row)),
        ]
        return [
            number("CNUniquifier", uniquifier, writable=False),
            text("CreditDebitNoteNumber", 22, "number"),
            text("CustomerNumber", 12, partner_number),
            choice("CreditDebitNoteType", ("CreditNote", "DebitNote"), lambda desk, row: "CreditNote"),
            day("CreditDebitNoteDate", "document_date"),
            text("Reference", 60, "your_reference"),
            text("Description", 60),
            text("CreditDebitNoteSourceCurr", 3, "currency", writable=False),
            number("CreditDebitNoteTotBeforeTax", "net", writable=False),
            number("CreditDebitNoteTotal", "gross", writable=False),
            details("CreditDebitDetails", lines, lambda desk, row: desk.company.lines_of(row)),
        ]

    def rows(self, desk: Desk) -> Iterable[Document]:
        """All posted credit notes."""
        return listed(desk.company, "credit_memo", posted=True)

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[Document]:
        """Credit notes by what an index knows."""
        found = looked_up(desk, equals, ("credit_memo",), posted=True, names=_INDEXES)
        return self.rows(desk) if found is None else found

    def create(self, desk: Desk, values: dict[str, Any]) -> Document:
        """Enter and post a credit note."""
        company = desk.company
        if not values.get("CustomerNumber"):
            raise Refused("RecordInvalid", "Customer number cannot be blank.")
        customer = customer_of(desk, values["CustomerNumber"])
        if values.get("CreditDebitNoteType", "CreditNote") != "CreditNote":
            raise Refused("FieldInvalid", "Debit notes cannot be entered.")
        if values.get("CreditDebitNoteNumber", NEW) not in {"", NEW}:
            raise Refused("FieldInvalid", "Credit note numbers are generated.")
        on = values.get("CreditDebitNoteDate") or company.world.today()
        in_fiscal_period(desk, on)
        lines = [_line(desk, each) for each in values.get("CreditDebitDetails", ())]
        if not lines:
            raise Refused("RecordInvalid", "The credit note must have at least one detail.")
        fields = {
            "id": drawn(company),
            "partner": customer.id,
            "your_reference": values.get("Reference", ""),
            "document_date": on,
            "extras": {"Description": values.get("Description", "")},
        }
        draft = ordering.create(company, "credit_memo", fields, lines)
        return post_draft(company, draft)


def _line_type(line: Line) -> str:
    return "Item" if line.type == "item" else "Miscellaneous"


def _charge(line: Line) -> str:
    return "" if line.type == "item" else line.object_number


def _amount(line: Line) -> Decimal:
    return ZERO if line.type == "item" else line.amount_net


def _line(desk: Desk, sent: Mapping[str, Any]) -> dict[str, Any]:
    if sent.get("LineType", "Item") == "Miscellaneous":
        code = sent.get("MiscellaneousChargesCode", "")
        charge = desk.company.codes("Miscellaneous charge").by("code", code)
        if charge is None:
            raise unknown("Miscellaneous charge", code)
        amount = sent.get("ExtendedAmountMiscellaneousCharge", charge.extras.get("Amount", ZERO))
        return {
            "type": "charge",
            "object_number": code,
            "description": charge.name,
            "quantity": Decimal(1),
            "price": amount,
        }
    item = desk.company.items.by("number", sent.get("Item", ""))
    if item is None:
        raise unknown("Item", sent.get("Item", ""))
    if sent.get("QuantityReturned", ZERO) <= 0:
        raise Refused("FieldInvalid", "Quantity returned must be greater than zero.")
    line: dict[str, Any] = {"object_number": item.number, "quantity": sent["QuantityReturned"]}
    plain = {"Location": "location", "CreditDebitNoteUOM": "unit", "UnitPrice": "price"}
    return line | {name: sent[property] for property, name in plain.items() if sent.get(property)}
