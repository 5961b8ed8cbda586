"""Papers and their lines, and the columns that follow from others: composites, names, twins in the environment's own
currency (dynamics.md 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from . import refusing
from .organization import Organization

Values = dict[str, Any]


@dataclass(frozen=True)
class Paper:
    """A paper with lines: its number column and series, the table of lines, and their look-up to it."""

    number: str
    prefix: str
    lines: str
    through: str


PAPERS: Final = {
    "quote": Paper("quotenumber", "QUO", "quotedetail", "_quoteid_value"),
    "salesorder": Paper("ordernumber", "ORD", "salesorderdetail", "_salesorderid_value"),
    "invoice": Paper("invoicenumber", "INV", "invoicedetail", "_invoiceid_value"),
}
LINES: Final = {paper.lines: (logical, paper.through) for logical, paper in PAPERS.items()}
_MULTIPLE: Final = {
    "billto": "billto_composite",
    "shipto": "shipto_composite",
    "address1": "address1_composite",
}


# ---------------------------------------------------------------- derived columns


def described(organization: Organization, logical: str, values: Values) -> Values:
    """A row's values with the columns that follow from the others."""
    table = organization.schema.tables[logical]
    for start, composite in _MULTIPLE.items():
        if composite in table.columns:
            values[composite] = _composite(start, values)
    if logical in PAPERS:
        _check_price_list(organization, values)
        values |= _customer_twins(organization, values)
    if logical == "contact":
        names = (values.get("firstname"), values.get("lastname"))
        values["fullname"] = " ".join(name for name in names if name) or None
    if logical in {"productpricelevel", *LINES} and values.get("_productid_value"):
        product = organization.data["product"].get(values["_productid_value"])
        told = {} if product is None else product.values
        if logical == "productpricelevel":
            values["productnumber"] = told.get("productnumber")
        else:
            values[f"{logical}name"] = values["productname"] = told.get("name")
    elif logical in LINES:
        values[f"{logical}name"] = values.get("productdescription")
    if table.money:
        currency = organization.currency_row(values.get("_transactioncurrencyid_value"))
        values["exchangerate"] = currency.values.get("exchangerate") if currency is not None else None
        _base_twins(organization, logical, values)
    return values


def _composite(start: str, values: Values) -> str | None:
    parts = [values.get(f"{start}_{name}") for name in ("line1", "line2", "line3")]
    place = (values.get(f"{start}_{name}") for name in ("postalcode", "city"))
    parts += [" ".join(part for part in place if part), values.get(f"{start}_country")]
    return "\r\n".join(part for part in parts if part)[:1000] or None


def _customer_twins(organization: Organization, values: Values) -> Values:
    customer = values["_customerid_value"]
    is_account = organization.data["account"].get(customer) is not None
    return {
        "_accountid_value": customer if is_account else None,
        "_contactid_value": None if is_account else customer,
    }


def _check_price_list(organization: Organization, values: Values) -> None:
    wanted = values.get("_pricelevelid_value")
    listed = None if wanted is None else organization.data["pricelevel"].get(wanted)
    if listed is None:
        return
    if listed.values.get("_transactioncurrencyid_value") != values.get("_transactioncurrencyid_value"):
        raise refusing.invalid("The currency of the record does not match the currency of the price list.")
    if listed.values.get("statecode"):
        raise refusing.invalid("The price list is inactive.")


def _base_twins(organization: Organization, logical: str, values: Values) -> None:
    rate = values.get("exchangerate") or Decimal(1)
    for name, column in organization.schema.tables[logical].columns.items():
        if column.kind == "M" and not name.endswith("_base"):
            amount = values.get(name)
            values[f"{name}_base"] = None if amount is None else organization.money(amount / rate)
