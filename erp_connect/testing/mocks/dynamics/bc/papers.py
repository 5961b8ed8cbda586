"""Papers and their lines as rows of the API, and what was sent as facts of the business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from ...business.company import Company
from ...business.documents import Document, Kind, Line
from ...business.masters import NOBODY, NOWHERE
from ...business.refusals import Refusal
from ...odata.errors import ODataError
from ...odata.source import Row
from .fields import (
    HEADER,
    HEADER_CODES,
    HEADER_EXTRAS,
    LINE,
    LINE_CODES,
    LINE_TYPES,
    PARTNERS,
    POSTED_LINE_TYPES,
    SERVER_OWNED,
    STATUSES,
)
from .refusing import DIALOG

KINDS: Final[dict[str, Kind]] = {
    "salesOrders": "order",
    "salesQuotes": "quote",
    "salesInvoices": "invoice",
    "salesCreditMemos": "credit_memo",
    "salesShipments": "shipment",
    "purchaseOrders": "purchase_order",
    "purchaseReceipts": "receipt",
    "purchaseInvoices": "purchase_invoice",
    "salesReturnOrders": "return_order",
    "returnReceipts": "return_receipt",
}
LINES: Final[dict[str, str]] = {
    "salesOrderLines": "salesOrders",
    "salesQuoteLines": "salesQuotes",
    "salesInvoiceLines": "salesInvoices",
    "salesCreditMemoLines": "salesCreditMemos",
    "salesShipmentLines": "salesShipments",
    "purchaseOrderLines": "purchaseOrders",
    "purchaseReceiptLines": "purchaseReceipts",
    "purchaseInvoiceLines": "purchaseInvoices",
    "salesReturnOrderLines": "salesReturnOrders",
}
"""Sets of lines, and the set that they belong to."""
_STATUS_OF: Final = {"order": "order", "purchase_order": "order", "return_order": "order", "quote": "quote"}
_POSTED_LINES: Final = frozenset({"salesShipmentLines", "purchaseReceiptLines"})


def account_id(company: Company, number: str) -> UUID:
    """The id of a ledger account."""
    return uuid5(NAMESPACE_URL, f"{company.world.name}/{company.name}/account/{number}")


def code_id(company: Company, table: str, code: str) -> UUID:
    """The id of the row of a code; blank where there is none, as for the company's own currency."""
    row = getattr(company, table).by("code", code)
    return row.id if row is not None else NOBODY


def in_milliseconds(instant: datetime) -> datetime:
    """An instant as finely as the product keeps it."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


# ---------------------------------------------------------------- out


def paper_row(company: Company, document: Document) -> Row:
    """A paper with the properties of all sets; each set shows its own."""
    row: Row = {"id": document.id, "@version": document.version}
    for name, path in HEADER.items():
        owner, _, part = path.partition(".")
        value = getattr(document, owner)
        row[name] = getattr(value, part) if part else value
    for name, (attribute, table) in HEADER_CODES.items():
        row[name] = code_id(company, table, getattr(document, attribute))
    for name in HEADER_EXTRAS:
        row[name] = document.extras.get(name)
    partners = company.vendors if document.is_purchase else company.customers
    for name, (attribute, what) in PARTNERS.items():
        partner = partners.get(getattr(document, attribute))
        row[name] = getattr(partner, what) if partner is not None else None
    applied = company.documents.get(document.applies_to)
    row["invoiceNumber"] = applied.number if applied is not None else ""
    row["currencyCode"] = document.currency
    row["lastModifiedDateTime"] = in_milliseconds(document.modified)
    row["discountAppliedBeforeTax"] = not document.prices_include_tax
    names = STATUSES[_STATUS_OF.get(document.kind, "invoice")]
    row["status"] = names.get(document.status, "Draft")
    if document.kind in {"order", "purchase_order"}:
        row["fullyShipped"] = row["fullyReceived"] = _looks_shipped(company.lines_of(document))
    return row


def _looks_shipped(lines: list[Line]) -> bool:
    """Whether nothing is open at the location of the line that was edited last: right for most orders only (1.7)."""
    edited = max(lines, key=lambda line: line.version, default=None)
    here = [line for line in lines if line.counts and edited is not None and line.location == edited.location]
    return all(line.open == 0 for line in here)


def archive_row(company: Company, document: Document) -> Row:
    """The copy of an order that was deleted."""
    archived = document.created.date()
    agent = document.agent
    more = {"versionNumber": document.archived, "dateArchived": archived, "shippingAgentCode": agent}
    return paper_row(company, document) | more


def line_row(company: Company, document: Document, line: Line, entity_set: str) -> Row:
    """A line with the properties of all sets of lines."""
    row: Row = {"id": line.id, "@version": line.version}
    for name, attribute in LINE.items():
        row[name] = getattr(line, attribute)
    for name, (attribute, table) in LINE_CODES.items():
        row[name] = code_id(company, table, getattr(line, attribute))
    types = POSTED_LINE_TYPES if entity_set in _POSTED_LINES else LINE_TYPES
    row["lineType"] = next(name for name, type in types.items() if type == line.type)
    item = company.items.by("number", line.object_number) if line.type == "item" else None
    row["itemId"] = item.id if item is not None else NOBODY
    row["accountId"] = account_id(company, line.object_number) if line.type == "account" else NOBODY
    variant = company.variants.by("code", (item.id, line.variant)) if item is not None else None
    row["itemVariantId"] = variant.id if variant is not None else NOBODY
    row["discountAppliedBeforeTax"] = not document.prices_include_tax
    row["documentNo"] = document.number
    return row


# ---------------------------------------------------------------- in


def paper_fields(
    company: Company, kind: Kind, sent: Mapping[str, Any], before: Document | None
) -> dict[str, Any]:
    """What was sent of a paper, under the names of ``Document``; addresses are completed from what there is."""
    fields: dict[str, Any] = {}
    addresses: dict[str, dict[str, Any]] = {}
    extras: dict[str, Any] = {}
    purchase = Document(kind=kind).is_purchase
    for name, value in sent.items():
        if name in PARTNERS:
            _take_partner(company, fields, name, value, purchase=purchase)
        elif name in HEADER_CODES:
            attribute, table = HEADER_CODES[name]
            _agree(fields, attribute, _code_of(company, table, value, attribute))
        elif name == "currencyCode":
            _agree(fields, "currency", value or company.currency)
        elif name in HEADER_EXTRAS:
            extras[name] = value
        elif name == "invoiceNumber":
            invoice = company.find("invoice", value, posted=True)
            fields["applies_to"] = invoice.id if invoice is not None else NOBODY
        elif name in HEADER:
            owner, _, part = HEADER[name].partition(".")
            if part:
                addresses.setdefault(owner, {})[part] = value
            else:
                fields[owner] = value
    if "document_date" in fields and kind in {"order", "purchase_order"}:
        fields["order_date"] = fields["document_date"]
    for owner, parts in addresses.items():
        base = (
            getattr(before, owner)
            if before is not None
            else _address_of(company, owner, fields, purchase=purchase)
        )
        fields[owner] = replace(base, **parts)
    if extras:
        fields["extras"] = {**(before.extras if before is not None else {}), **extras}
    return fields


def _take_partner(company: Company, fields: dict[str, Any], name: str, value: Any, *, purchase: bool) -> None:
    attribute, what = PARTNERS[name]
    table: Any = company.vendors if purchase else company.customers
    if not value or value == NOBODY:
        return
    row = table.get(value) if what == "id" else table.by("number", value)
    if row is None:
        raise Refusal(
            "not_in_table",
            field="vendor" if purchase and attribute == "partner" else attribute,
            value=value,
            table=table.name,
        )
    if fields.get(attribute, row.id) != row.id:
        side = "sell-to" if attribute == "partner" else "bill-to"
        who = "vendor" if purchase else f"{side} customer"
        raise ODataError(400, DIALOG, f"The {who} values do not match to a specific {table.name}.")
    fields[attribute] = row.id


def _agree(fields: dict[str, Any], attribute: str, value: Any) -> None:
    if fields.get(attribute, value) != value:
        raise ODataError(400, DIALOG, f"The {attribute} values do not match to a specific {attribute}.")
    fields[attribute] = value


def _code_of(company: Company, table: str, ident: UUID | None, field: str) -> str:
    if ident is None or ident == NOBODY:
        return company.currency if table == "currencies" else ""
    row = getattr(company, table).get(ident)
    if row is None:
        raise Refusal("not_in_table", field=field, value=ident, table=getattr(company, table).name)
    return str(row.code)


def _address_of(company: Company, owner: str, fields: Mapping[str, Any], *, purchase: bool) -> Any:
    if owner == "ship_address" and purchase:
        return company.address
    table: Any = company.vendors if purchase else company.customers
    chosen = fields.get("bill_to") if owner == "bill_address" else None
    row = table.get(chosen or fields.get("partner", NOBODY))
    return replace(row.address, name=row.address.name or row.name) if row is not None else NOWHERE


def line_fields(company: Company, sent: Mapping[str, Any], before: Line | None) -> dict[str, Any]:
    """What was sent of a line, under the names of ``Line``."""
    fields = _named_object(company, sent)
    for name, value in sent.items():
        if name in LINE_CODES:
            attribute, table = LINE_CODES[name]
            fields[attribute] = _code_of(company, table, value, attribute)
        elif name == "lineType":
            fields["type"] = LINE_TYPES[value]
        elif name == "itemVariantId":
            fields["variant"] = _variant(company, value)
        elif name == "lineObjectNumber":
            if before is not None and value != before.object_number and "object_number" not in fields:
                raise Refusal("immutable", field="object_number")
            _agree(fields, "object_number", value)
        elif name in LINE and name not in SERVER_OWNED and name != "netAmount":
            fields[LINE[name]] = value
    if before is None and "type" not in fields:
        fields["type"] = "item" if fields.get("object_number") else "comment"
    return fields


def _named_object(company: Company, sent: Mapping[str, Any]) -> dict[str, Any]:
    item_id, account = sent.get("itemId"), sent.get("accountId")
    has_item, has_account = item_id not in {None, NOBODY}, account not in {None, NOBODY}
    if has_item and has_account:
        text = 'Both "itemId" and "accountId" are specified. Specify only one of them.'
        raise ODataError(400, DIALOG, text)
    if has_item:
        item = company.items.get(cast("UUID", item_id))
        if item is None:
            raise Refusal("not_in_table", field="item", value=item_id, table="Item")
        return {"type": "item", "object_number": item.number}
    if has_account:
        numbers = [number for number in company.accounts if account_id(company, number) == account]
        if not numbers:
            raise Refusal("not_in_table", field="account", value=account, table="Account")
        return {"type": "account", "object_number": numbers[0]}
    return {}


def _variant(company: Company, ident: UUID | None) -> str:
    if ident is None or ident == NOBODY:
        return ""
    row = company.variants.get(ident)
    if row is None:
        raise Refusal("not_in_table", field="variant", value=ident, table=company.variants.name)
    return row.code
