"""Writing customers, suppliers and products."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ...business.masters import Address, Customer, Item, Vendor
from .desk import Desk
from .fields import Fields, checked
from .master_fields import CUSTOMER, PRODUCT, SUPPLIER
from .order_fields import ADDRESS
from .refusing import Refused, missing

_OWN: Final = frozenset(
    {"on_hold", "currency_id", "credit_limit", "main_address", "product_status_type", "tax_code_id"}
)


def create_customer(desk: Desk, body: Any) -> Customer:
    """A new account."""
    sent = _new(desk, CUSTOMER, body, "reference", "name")
    return desk.company.customers.add(Customer(**_partner(desk, CUSTOMER, sent, None)))


def change_customer(desk: Desk, customer: Customer, body: Any) -> Customer:
    """Write the fields of an account; its reference stays."""
    sent = checked(CUSTOMER, body, desk.settings)
    return desk.company.customers.put(replace(customer, **_partner(desk, CUSTOMER, sent, customer)))


def delete_customer(desk: Desk, customer: Customer) -> None:
    """Remove an account that nothing was ever done with."""
    if desk.company.documents.where("partner", customer.id):
        raise Refused(f"The account '{customer.number}' cannot be deleted: it has transactions.")
    desk.company.customers.remove(customer.id)


def create_supplier(desk: Desk, body: Any) -> Vendor:
    """A new account."""
    sent = _new(desk, SUPPLIER, body, "reference", "name")
    return desk.company.vendors.add(Vendor(**_partner(desk, SUPPLIER, sent, None)))


def change_supplier(desk: Desk, supplier: Vendor, body: Any) -> Vendor:
    """Write the fields of an account; its reference stays."""
    sent = checked(SUPPLIER, body, desk.settings)
    return desk.company.vendors.put(replace(supplier, **_partner(desk, SUPPLIER, sent, supplier)))


def create_product(desk: Desk, body: Any) -> Item:
    """A new stock item; its unit is the company's first."""
    sent = _new(desk, PRODUCT, body, "code", "name", "product_group_id")
    unit = next(iter(desk.company.units)).code
    return desk.company.items.add(Item(unit=unit, **_product(desk, sent, None)))


def change_product(desk: Desk, item: Item, body: Any) -> Item:
    """Write the fields of a stock item; its code stays."""
    sent = checked(PRODUCT, body, desk.settings)
    return desk.company.items.put(replace(item, **_product(desk, sent, item)))


def delete_product(desk: Desk, item: Item) -> None:
    """Remove a stock item that nothing was ever done with."""
    if desk.company.lines.where("object_number", item.number) or desk.company.ledger.where(
        "item", item.number
    ):
        raise Refused(f"The stock item '{item.number}' cannot be deleted: it has transactions.")
    desk.company.items.remove(item.id)


# ---------------------------------------------------------------- steps


def _new(desk: Desk, fields: Fields, body: Any, *needed: str) -> dict[str, Any]:
    sent = checked(fields, body, desk.settings)
    for name in needed:
        if not sent.get(name):
            raise missing(name)
    return sent


def _partner(
    desk: Desk, fields: Fields, sent: dict[str, Any], before: Customer | Vendor | None
) -> dict[str, Any]:
    found = _stored(fields, sent, before)
    if before is not None:
        found.pop("number", None)
    if "on_hold" in sent:
        found["blocked"] = "all" if sent["on_hold"] else ""
    if "credit_limit" in sent and fields is CUSTOMER:
        found["credit_limit"] = sent["credit_limit"]
    if sent.get("currency_id") and sent["currency_id"] != desk.keys.number(desk.company.id):
        row = desk.named(desk.company.currencies, sent["currency_id"], "currency", "currency_id")
        found["currency"] = row.code
    if "main_address" in sent:
        address = checked(ADDRESS, sent["main_address"], desk.settings, "main_address")
        plain = {ADDRESS[name].target: value for name, value in address.items() if ADDRESS[name].target}
        further = {name: value for name, value in address.items() if not ADDRESS[name].target}
        found["address"] = Address(**plain)
        found["extras"] = {**found["extras"], "address_further": further}
    return found


def _product(desk: Desk, sent: dict[str, Any], before: Item | None) -> dict[str, Any]:
    found = _stored(PRODUCT, sent, before)
    if before is not None:
        found.pop("number", None)
    if "product_status_type" in sent:
        found["blocked"] = sent["product_status_type"] != "EnumStockItemStatusTypeActive"
    if sent.get("tax_code_id"):
        table = desk.company.codes("Tax Code")
        found["tax_code"] = desk.named(table, sent["tax_code_id"], "tax code", "tax_code_id").code
    return found


def _stored(fields: Fields, sent: dict[str, Any], before: Any) -> dict[str, Any]:
    taken = {name: value for name, value in sent.items() if name not in _OWN}
    found = {fields[name].target: value for name, value in taken.items() if fields[name].target}
    further = {name: value for name, value in taken.items() if not fields[name].target}
    return {**found, "extras": {**(before.extras if before is not None else {}), **further}}
