"""Customers, vendors, items and codes as rows of the API, and what was sent as facts of the business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from ...business import masters as rows
from ...business.company import Company
from ...business.refusals import Refusal
from ...business.stock import on_hand, set_on_hand
from ...odata.errors import ODataError
from ...odata.source import Row
from .fields import ADDRESS
from .master_fields import ENTRY_TYPES, GROUP_IDS, MASTERS, Master
from .papers import account_id, code_id, in_milliseconds
from .refusing import DIALOG

# ---------------------------------------------------------------- out


def master_row(company: Company, entity_set: str, record: Any) -> Row:
    """A master record with its properties."""
    master = MASTERS[entity_set]
    row: Row = {
        "id": record.id,
        "@version": record.version,
        "lastModifiedDateTime": in_milliseconds(record.modified),
    }
    row |= record.extras
    row |= {name: getattr(record, attribute) for name, attribute in master.plain.items()}
    for name, (attribute, table) in master.codes.items():
        row[name] = code_id(company, table, getattr(record, attribute))
    for name, (attribute, values) in master.enums.items():
        row[name] = next(word for word, value in values.items() if value == getattr(record, attribute))
    address = getattr(record, "address", None)
    if address is not None:
        row |= {name: getattr(address, part) for name, part in ADDRESS.items()}
    match record:
        case rows.Customer() | rows.Vendor():
            row["currencyCode"] = record.currency or company.currency
            papers = company.documents.where("partner", record.id)
            row["balanceDue"] = row["balance"] = sum((p.remaining for p in papers if p.posted), Decimal(0))
        case rows.Item():
            row["inventory"] = on_hand(company, record.number)
            row |= {name: _group_id(company, name, getattr(record, part)) for name, part in GROUP_IDS.items()}
        case rows.Variant():
            row["itemNumber"] = company.items.row(record.item).number
        case rows.Currency():
            decimals = max(-int(record.rounding.normalize().as_tuple().exponent), 0)
            row["amountDecimalPlaces"] = f"{decimals}:{decimals}"
        case rows.PaymentTerms():
            row["dueDateCalculation"] = f"{record.days}D"
            row["discountDateCalculation"] = f"{record.discount_days}D" if record.discount_days else ""
    return row


def entry_row(entry: rows.LedgerEntry) -> Row:
    """A movement of stock."""
    return {
        "id": entry.id,
        "@version": entry.version,
        "entryNumber": entry.number,
        "itemNumber": entry.item,
        "postingDate": entry.posted_on,
        "entryType": ENTRY_TYPES[entry.type],
        "sourceNumber": entry.source,
        "documentNumber": entry.document,
        "description": entry.description,
        "quantity": entry.quantity,
        "salesAmountActual": entry.sales_amount,
        "costAmountActual": entry.cost_amount,
        "lastModifiedDateTime": in_milliseconds(entry.modified),
    }


SETUP: Final = frozenset({"companyInformation", "generalLedgerSetup", "accounts"})
"""Sets about the company itself."""


def setup_rows(company: Company, entity_set: str) -> list[Row]:
    """What the company is, how its ledger is set up, its accounts."""
    common = {"@version": 1, "lastModifiedDateTime": company.created}
    if entity_set == "accounts":
        return [
            {
                **common,
                "id": account_id(company, number),
                "number": number,
                "displayName": name,
                "directPosting": True,
            }
            for number, name in company.accounts.items()
        ]
    settings = company.world.settings
    about = {
        "id": company.id,
        "displayName": company.display_name,
        "currencyCode": company.currency,
        "localCurrencyCode": company.currency,
        "allowPostingFrom": settings.posting_from,
        "allowPostingTo": settings.posting_to,
    }
    return [common | about | {name: getattr(company.address, part) for name, part in ADDRESS.items()}]


def _group_id(company: Company, name: str, code: str) -> Any:
    return uuid5(NAMESPACE_URL, f"{company.world.name}/{company.name}/{name}/{code}") if code else rows.NOBODY


# ---------------------------------------------------------------- in


def create_master(company: Company, entity_set: str, sent: Mapping[str, Any]) -> Row:
    """A new record."""
    master = MASTERS[entity_set]
    if master.named and not sent.get("displayName"):
        raise ODataError(400, DIALOG, 'A "displayName" must be provided.')
    if sent.get("inventory"):
        raise ODataError(400, DIALOG, "Inventory cannot be changed during on insert.")
    fields = _fields(company, master, sent, None)
    key = "number" if "number" in master.plain else "code"
    if not fields.get(key):
        if not master.series:
            raise ODataError(
                400, "BadRequest_RequiredParamNotProvided", f"Field '{key}' must not be blank or empty."
            )
        fields[key] = company.draw(master.series)
    record = getattr(company, master.table).add(master.row(**fields))
    return master_row(company, entity_set, record)


def change_master(company: Company, entity_set: str, row: Row, sent: Mapping[str, Any]) -> None:
    """Change a record; the inventory of an item is adjusted by a posting."""
    master = MASTERS[entity_set]
    table = getattr(company, master.table)
    record = table.row(row["id"])
    table.put(replace(record, **_fields(company, master, sent, record)))
    if (
        isinstance(record, rows.Item)
        and "inventory" in sent
        and sent["inventory"] != on_hand(company, record.number)
    ):
        difference = sent["inventory"] - on_hand(company, record.number)
        there = on_hand(company, record.number, "", "")
        set_on_hand(company, record.number, there + difference)


def remove_master(company: Company, entity_set: str, row: Row) -> None:
    """Delete a record that nothing refers to."""
    table = getattr(company, MASTERS[entity_set].table)
    record = table.row(row["id"])
    used = company.documents.where("partner", record.id)
    if isinstance(record, rows.Item):
        used = [
            company.documents.row(line.document)
            for line in company.lines.where("object_number", record.number)
        ]
    if used:
        text = f"You cannot delete {table.name} {row.get('number', '')} because there are documents with it."
        raise ODataError(400, DIALOG, text)
    table.remove(record.id)


def _fields(company: Company, master: Master, sent: Mapping[str, Any], record: Any) -> dict[str, Any]:
    fields = {attribute: sent[name] for name, attribute in master.plain.items() if name in sent}
    if fields.get("currency") == company.currency:
        fields["currency"] = ""
    _take_codes(company, master, sent, fields)
    for name, (attribute, values) in master.enums.items():
        if name in sent:
            fields[attribute] = values[sent[name]]
    parts = {part: sent[name] for name, part in ADDRESS.items() if name in sent}
    if parts:
        fields["address"] = replace(record.address if record is not None else rows.NOWHERE, **parts)
    company.known(company.units, fields.get("unit", ""), "Base Unit of Measure")
    company.known(company.currencies, fields.get("currency", ""), "currency")
    if master.row is rows.Variant and "item" not in fields:
        fields["item"] = _item_of(company, sent, record)
    if "dueDateCalculation" in sent:
        digits = sent["dueDateCalculation"].removesuffix("D")
        fields["days"] = int(digits) if digits.isdigit() else 0
    rest = {name: value for name, value in sent.items() if name not in _handled(master)}
    if rest:
        fields["extras"] = {**(record.extras if record is not None else {}), **rest}
    return fields


def _take_codes(company: Company, master: Master, sent: Mapping[str, Any], fields: dict[str, Any]) -> None:
    for name, (attribute, table) in master.codes.items():
        ident = sent.get(name)
        if name in sent and ident in {None, rows.NOBODY}:
            fields.setdefault(attribute, "")
        elif name in sent:
            found = getattr(company, table).get(ident)
            if found is None:
                raise Refusal("not_in_table", field=name, value=ident, table=getattr(company, table).name)
            fields[attribute] = found.code


def _handled(master: Master) -> set[str]:
    """Properties that are a fact of the business or are worked out; the others are only kept."""
    worked_out = {"inventory", "dueDateCalculation", "amountDecimalPlaces", "itemNumber", *GROUP_IDS}
    return {*master.plain, *master.codes, *master.enums, *ADDRESS, *worked_out}


def _item_of(company: Company, sent: Mapping[str, Any], record: Any) -> Any:
    if record is not None:
        return record.item
    item = company.items.by("number", sent.get("itemNumber", ""))
    if item is None:
        raise Refusal("not_in_table", field="item", value=sent.get("itemNumber", ""), table="Item")
    return item.id
