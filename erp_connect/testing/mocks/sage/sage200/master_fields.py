"""The fields of customers, suppliers, products (sage.md 4.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from ...business.documents import ZERO
from ...business.masters import Item
from ...business.stock import expected, on_hand
from .allocating import free, reserved
from .desk import Desk
from .fields import Fields, Read, described, spare_fields
from .order_fields import ADDRESS, address_of

_PARTNER: Final = f"""
id id! =number
reference text8 number
name text60 name
short_name text8
on_hold bool =on_hold
account_status_type text50! =status
currency_id id =currency
credit_limit dec2 =credit_limit
balance dec2! =balance
telephone_number text30 phone
email text255 email
website text200 website
tax_number text30 tax_registration
country_code_id id
{spare_fields()}
main_address object =address
date_time_created stamp! created
date_time_updated stamp! modified
"""


def _currency(desk: Desk, row: Any) -> int | None:
    currency = desk.company.currencies.by("code", row.currency) if row.currency else None
    ident = currency.id if currency is not None else desk.company.id
    return desk.keys.number(ident, desk.company.currencies)


def _owed(desk: Desk, row: Any) -> Decimal:
    papers = desk.company.documents.where("partner", row.id)
    sales = {"invoice": 1, "credit_memo": -1}
    return sum((paper.remaining * sales.get(paper.kind, 0) for paper in papers if paper.posted), ZERO)


_PARTNER_READERS: Final[dict[str, Read]] = {
    "on_hold": lambda desk, row: row.blocked == "all",
    "status": lambda desk, row: (
        "EnumAccountStatusTypeOnHold" if row.blocked == "all" else "EnumAccountStatusTypeActive"
    ),
    "currency": _currency,
    "credit_limit": lambda desk, row: getattr(row, "credit_limit", ZERO),
    "balance": _owed,
    "address": lambda desk, row: address_of(row.address, row.extras.get("address_further", {})),
}
CUSTOMER: Final[Fields] = described(
    _PARTNER, {**_PARTNER_READERS, "number": lambda desk, row: desk.number(row, desk.company.customers)}
)
SUPPLIER: Final[Fields] = described(
    _PARTNER, {**_PARTNER_READERS, "number": lambda desk, row: desk.number(row, desk.company.vendors)}
)


def _part(target: str) -> Read:
    return lambda desk, row: getattr(row.extras["address"], target) if target else ""


_PARTS: Final = {name: _part(field.target) for name, field in ADDRESS.items()}
DELIVERY_ADDRESS: Final[Fields] = described(
    """
    id id! =number
    customer_id id! =customer
    description text60! name
    is_default bool!
    """
    + "\n".join(f"{name} text{field.size}! ={name}" for name, field in ADDRESS.items()),
    {
        **_PARTS,
        "number": lambda desk, row: desk.number(row, desk.addresses()),
        "customer": lambda desk, row: next(
            desk.number(one, desk.company.customers)
            for one in desk.company.customers.where("number", row.extras["customer"])
        ),
    },
)


# ---------------------------------------------------------------- products


def item_number(desk: Desk, row: Item) -> int | None:
    """The number of a product."""
    return desk.number(row, desk.company.items)


def unit_number(desk: Desk, code: str) -> int | None:
    """The number of a unit."""
    unit = desk.company.units.by("code", code)
    return desk.number(unit, desk.company.units) if unit is not None else None


def tax_number(desk: Desk, row: Item) -> int | None:
    """The number of a product's tax code."""
    table = desk.company.codes("Tax Code")
    code = table.by("code", row.tax_code)
    return desk.number(code, table) if code is not None else None


_ITEM_READERS: Final[dict[str, Read]] = {
    "number": item_number,
    "status": lambda desk, row: f"EnumStockItemStatusType{'Inactive' if row.blocked else 'Active'}",
    "short_status": lambda desk, row: "Inactive" if row.blocked else "Active",
    "sellable": lambda desk, row: row.extras.get("allow_sales_order", True),
    "traceable": lambda desk, row: row.extras.get("traceable_type", "EnumTraceableTypeNone"),
    "type": lambda desk, row: (
        "EnumStockItemTypeServiceLabour" if row.type == "service" else "EnumStockItemTypeStock"
    ),
    "free": lambda desk, row: free(desk, row.number),
    "there": lambda desk, row: on_hand(desk.company, row.number),
    "reserved": lambda desk, row: reserved(desk, row.number),
    "expected": lambda desk, row: expected(desk.company, row.number),
    "unit": lambda desk, row: unit_number(desk, row.unit),
    "tax_code": tax_number,
    "one": lambda desk, row: Decimal(1),
}
PRODUCT: Final[Fields] = described(
    f"""
id id! =number
code text30 number
name text60 name
description text1000
use_description_on_documents bool
barcode text60 gtin
allow_sales_order bool =sellable
free_stock_quantity dec5! =free
product_group_id id
tax_code_id id =tax_code
product_status_type text50 =status
product_type text50! =type
traceable_type text50 =traceable
manufacturer text40
part_number text60
weight dec4
standard_cost dec5 cost
average_buying_price dec5! cost
stock_unit_id id! =unit
base_unit_id id! =unit
{spare_fields()}
date_time_created stamp! created
date_time_updated stamp! modified
""",
    _ITEM_READERS,
)
PRODUCT_VIEW: Final[Fields] = described(
    """
id id! =number
code text30! number
name text60! name
status_type text50! =short_status
product_group_product_type text50! =type
traceable_type text50! =traceable
stock_multiple_of_base_unit dec5! =one
stock_unit_name text20! unit
base_unit_name text20! unit
manufacturer text40!
part_number text60!
allow_sales_order bool! =sellable
average_buying_price dec5! cost
description text1000!
selling_price dec5! price
price dec5! price
sop_item_price dec5! price
standard_cost dec5! cost
free_stock_quantity dec5! =free
confirmed_quantity_in_stock dec5! =there
actual_quantity dec5! =there
quantity_allocated_sop dec5! =reserved
quantity_on_pop_order dec5! =expected
""",
    _ITEM_READERS,
)
LOOKUP_PRODUCT: Final[Fields] = described(
    """
id id! =number
code text30! number
name text60! name
free_stock_quantity dec5! =free
allow_sales_order bool! =sellable
""",
    _ITEM_READERS,
)
