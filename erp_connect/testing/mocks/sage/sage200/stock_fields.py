"""The fields of warehouses, of stock in them, and of units (sage.md 4.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ...business.documents import ZERO
from ...business.stock import expected, on_hand
from .allocating import reserved
from .desk import Desk, Holding
from .fields import Fields, Read, described
from .master_fields import item_number, unit_number

WAREHOUSE: Final[Fields] = described(
    """
id id! =number
name text20 code
description text50 name
use_for_sales_trading bool =yes
postal_name text60 address.name
address_1 text60 address.line1
address_2 text60 address.line2
city text60 address.city
county text60 address.state
postcode text10 address.postal_code
country text60 address.country
telephone_number text30 phone
email text255 email
website text200 website
date_time_created stamp! created
date_time_updated stamp! modified
""",
    {
        "number": lambda desk, row: desk.number(row, desk.company.locations),
        "yes": lambda desk, row: row.extras.get("use_for_sales_trading", True),
    },
)


def _there(desk: Desk, row: Holding) -> Decimal:
    return on_hand(desk.company, row.item.number, _code(row))


def _aside(desk: Desk, row: Holding) -> Decimal:
    return reserved(desk, row.item.number, _code(row))


def _code(row: Holding) -> str:
    assert row.place is not None
    return row.place.code


_HOLDING_READERS: Final[dict[str, Read]] = {
    "number": lambda desk, row: desk.number(row),
    "warehouse": lambda desk, row: desk.number(row.place, desk.company.locations),
    "product": lambda desk, row: item_number(desk, row.item),
    "there": _there,
    "aside": _aside,
    "free": lambda desk, row: _there(desk, row) - _aside(desk, row),
    "expected": lambda desk, row: expected(desk.company, row.item.number, _code(row)),
    "trading": lambda desk, row: row.place.extras.get("use_for_sales_trading", True),
    "nil": lambda desk, row: ZERO,
    "unit": lambda desk, row: unit_number(desk, row.unit),
    "unit_type": lambda desk, row: (
        "EnumUnitTypeStock" if row.unit == row.item.unit else "EnumUnitTypeSelling"
    ),
    "multiple": lambda desk, row: row.item.holds(row.unit),
}
WAREHOUSE_HOLDING: Final[Fields] = described(
    """
id id! =number
warehouse_id id! =warehouse
product_id id! =product
warehouse_name text20! place.code
quantity_reserved dec5! =nil
confirmed_qty_in_stock dec5! =there
unconfirmed_qty_in_stock dec5! =nil
quantity_in_stock dec5! =there
quantity_on_order dec5! =expected
quantity_allocated_sop dec5! =aside
quantity_allocated dec5! =aside
free_stock_available dec5! =free
date_time_created stamp! created
date_time_updated stamp! modified
""",
    _HOLDING_READERS,
)
PRODUCT_WAREHOUSE_VIEW: Final[Fields] = described(
    """
product_id id! =product
warehouse_holding_id id! =number
warehouse_id id! =warehouse
warehouse_name text20! place.code
use_for_sales_trading bool! =trading
free_stock_quantity dec5! =free
""",
    _HOLDING_READERS,
)
BIN_HOLDING: Final[Fields] = described(
    """
id id! =bin
warehouse_holding_id id! =number
product_id id! =product
name text20! =unspecified
quantity_in_stock dec5! =there
quantity_allocated dec5! =aside
free_stock_available dec5! =free
""",
    {
        **_HOLDING_READERS,
        "bin": lambda desk, row: desk.number(row),
        "unspecified": lambda desk, row: "Unspecified",
    },
)
UNIT: Final[Fields] = described(
    """
id id! =number
name text20! code
date_time_created stamp! created
date_time_updated stamp! modified
""",
    {"number": lambda desk, row: desk.number(row, desk.company.units)},
)
PRODUCT_UNIT: Final[Fields] = described(
    """
id id! =number
product_id id! =product
unit_id id! =unit
unit_type text50! =unit_type
multiple_of_base_unit dec5! =multiple
""",
    _HOLDING_READERS,
)
