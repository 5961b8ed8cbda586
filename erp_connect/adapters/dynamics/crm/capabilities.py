"""What Dynamics 365 Sales can do: operations, columns with their widths, stamps (dynamics.md 4, 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...contract import (
    OPERATIONS,
    Capabilities,
    Conditional,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampKind,
    StampPolicy,
)
from ...declaring import (
    BLOCKS_AT_ONCE,
    NUMBERED,
    SPLIT,
    SUBSTITUTE,
    cannot,
    each,
    elsewhere,
    emulated,
    held,
    native,
    nowhere,
)
from ..settings import SalesSettings
from .masters import NO_PRODUCTS

SYSTEM: Final = "dynamics+crm"
CONCURRENCY: Final = 16
"""Of 52 that one user may have under way (dynamics.md 4.7)."""
_ENFORCED: Final = Conditional.ENFORCED
_CHANGE: Final = native(read_back=1, conditional=_ENFORCED)
_LACKS: Final = cannot("Dynamics 365 Sales has no such records")

_OPERATIONS: Final[Mapping[str, OperationSupport]] = {
    **{
        name: _LACKS
        for name in OPERATIONS
        if name.startswith(("purchase_orders.", "goods_receipts.", "returns.", "stock.", "suppliers."))
    },
    "orders.create": native(read_back=1),
    **each("orders: get find list list_modified", native()),
    "orders.events": emulated("the last change of each order, deletions among them: many may be one event"),
    "orders.simulate": cannot("totals are computed only for what is saved", "prices.quote"),
    **each("orders: change_header change_quantity change_price change_date change_discount", _CHANGE),
    **each("orders: change_address add_line", _CHANGE),
    "orders.change_warehouse": cannot("orders know no warehouse"),
    "orders.add_note": emulated("appended to the description", read_back=1, conditional=_ENFORCED),
    "orders.substitute_product": emulated(SUBSTITUTE, read_back=1, conditional=_ENFORCED),
    "orders.split_line": emulated(SPLIT, read_back=1, conditional=_ENFORCED),
    "orders.cancel_line": emulated("the line is deleted", read_back=1, conditional=_ENFORCED),
    "orders.cancel": native(2, read_back=1, conditional=Conditional.CHECKED),
    **each("orders: hold release", cannot("orders have no holds")),
    "orders.track": emulated("the state of the order"),
    "shipments.of": cannot("there is no table of shipments"),
    "shipments.post": emulated("the whole order is marked as fulfilled; no shipment is kept"),
    "invoices.of": native(),
    "prices.quote": emulated("the price list, without the discounts that saving an order computes", 3),
    **each("customers: get find list create", native()),
    "customers.update": native(2, conditional=_ENFORCED),
    **each("products: get find list", native()),
    **each("products: create update", cannot(NO_PRODUCTS)),
}

_ADDRESS: Final[Mapping[str, FieldSupport]] = {
    "name": held(200),
    "lines": elsewhere("three address lines", 250),
    "city": held(80),
    "postal_code": held(20),
    "region": held(50),
    "contact": held(150),
    "phone": held(50),
    "email": nowhere("addresses have no e-mail address"),
    "gln": nowhere("addresses have no GLN"),
}
_NO_CONTACT: Final = nowhere("orders name no contact person in a column of their own")
_NO_WAREHOUSE: Final = nowhere("orders know no warehouse")
_EXTENSION: Final = nowhere("columns of a site's own are not read")


def sales_capabilities(settings: SalesSettings, *, concurrency: int | None = None) -> Capabilities:
    """The upper bound of ``dynamics+crm`` with these settings."""
    number = settings.quantity_scale
    by_key = bool(settings.key_column)
    return Capabilities(
        system=SYSTEM,
        operations=_OPERATIONS,
        fields={
            "order.customer": held(20),
            "order.customer_po": held(300),
            **{
                f"order.{party}.{part}": known
                for party in ("ship_to", "bill_to")
                for part, known in _ADDRESS.items()
            },
            "order.order_date": elsewhere("the time of creation; compared after the write"),
            "order.prices_include_tax": elsewhere("prices are without tax; compared after the write"),
            "order.payment_terms": held(values=tuple(settings.payment_codes)),
            "order.delivery_terms": held(values=tuple(settings.freight_codes)),
            "order.warehouse": _NO_WAREHOUSE,
            "order.partial_shipment": nowhere("orders have no such flag"),
            "order.discounts": elsewhere("one amount and one percentage for the whole order"),
            "order.charges": elsewhere("one freight amount"),
            "order.notes": elsewhere("the description", 2000),
            "order.references": nowhere("orders have no second reference without a column of the site's own"),
            "order.contact": _NO_CONTACT,
            **{f"order.contact.{part}": _NO_CONTACT for part in ("name", "email", "phone")},
            "order.custom": _EXTENSION,
            "order.line.product": held(100),
            # A decimal column takes 100,000,000,000 at most, a money column 922,337,203,685,477.
            "order.line.quantity": held(digits=11, scale=number),
            "order.line.price": held(digits=14, scale=settings.price_scale),
            "order.line.discount": elsewhere("an amount, not a percentage"),
            "order.line.description": nowhere("only products that are written in have one"),
            "order.line.warehouse": _NO_WAREHOUSE,
            "order.line.reference": nowhere("lines have a number only"),
            "order.line.kind": held(values=("item",)),
            "order.line.custom": _EXTENSION,
            "customer.number": held(20),
            "customer.name": held(160),
            "customer.phone": held(50),
            "customer.email": held(100),
            "customer.address.name": elsewhere("the account's own name"),
            "customer.address.lines": elsewhere("three address lines", 250),
            **{
                f"customer.address.{part}": nowhere("the account's address has no place for it")
                for part in ("contact", "phone", "email", "gln")
            },
            "customer.payment_terms": held(values=tuple(settings.payment_codes)),
            **{
                f"customer.{part}": nowhere("accounts have no column for it")
                for part in (
                    *("ship_to", "contacts", "delivery_terms", "tax_id", "block_reason"),
                    *("price_group", "references", "custom"),
                )
            },
        },
        stamps={
            **NUMBERED,
            "orders": StampPolicy(
                kind=StampKind.FIELD if by_key else StampKind.ID,
                field=settings.key_column or "salesorderid",
                po_field=settings.po_column or "name",
                max_length=300,
                searchable=True,
                enforced=True,
                execution_window=settings.execution_window,
            ),
        },
        on_cancel=OnCancel.KEPT,
        on_cancel_line=OnCancelLine.GONE,
        block_size=settings.block_size,
        blocks_at_once=BLOCKS_AT_ONCE,
        concurrency=concurrency or CONCURRENCY,
    )
