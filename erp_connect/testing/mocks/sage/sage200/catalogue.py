"""All lists of the API (sage.md 4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from . import despatch, despatch_fields, master_fields, purchasing, states, stock_fields, view_fields
from .desk import Desk
from .expanding import LINE_EXPANDS, ORDER_EXPANDS, PRODUCT_EXPANDS, lines_shown
from .fields import described
from .finding import (
    holding,
    holdings_of,
    indexed,
    line,
    lines,
    numbered,
    of_order,
    paper,
    papers,
    papers_of_customer,
    row_of,
)
from .order_fields import NOT_PLAIN, SALES_LINE, SALES_ORDER
from .resources import Resource


@dataclass(frozen=True)
class Word:
    """One value of an enumeration."""

    id: int
    value: str


_WORD: Final = described(
    "id id! id\ndescription text50! =words\nvalue text50! value", {"words": lambda d, r: r.value}
)


# ---------------------------------------------------------------- the site's settings

_SETTINGS: Final = described(
    """
    id id! =one
    auto_generate_order_return_numbers bool! =auto
    record_cancelled_order_lines bool! =records
    allocate_stock_on_order_entry bool! =allocates
    update_stock_on_despatch bool! =yes
    record_tracking_on_despatch bool! =yes
    are_prices_tax_inclusive bool! =no
    allow_payment_with_order bool! =yes
    """,
    {
        "one": lambda desk, row: 1,
        "yes": lambda desk, row: True,
        "no": lambda desk, row: False,
        "auto": lambda desk, row: desk.settings.numbers_itself,
        "records": lambda desk, row: desk.settings.records_cancelled,
        "allocates": lambda desk, row: desk.settings.allocates_on_entry,
    },
)


def _words(name: str, values: Callable[[Desk], Iterable[str]]) -> Resource:
    return Resource(
        name, _WORD, lambda desk: [Word(place, value) for place, value in enumerate(values(desk))]
    )


# ---------------------------------------------------------------- the lists

_SALES: Final = {"order", "return_order"}
_MASTERS: Final = (
    Resource(
        "customers",
        master_fields.CUSTOMER,
        lambda desk: desk.company.customers,
        row_of(lambda desk: desk.company.customers),
        {"reference": indexed(lambda desk: desk.company.customers, "number")},
        {"main_address": master_fields.CUSTOMER["main_address"].read},
        frozenset({"main_address"}),
    ),
    Resource(
        "suppliers",
        master_fields.SUPPLIER,
        lambda desk: desk.company.vendors,
        row_of(lambda desk: desk.company.vendors),
        {"reference": indexed(lambda desk: desk.company.vendors, "number")},
        {"main_address": master_fields.SUPPLIER["main_address"].read},
        frozenset({"main_address"}),
    ),
    Resource(
        "customer_delivery_addresses",
        master_fields.DELIVERY_ADDRESS,
        Desk.addresses,
        row_of(Desk.addresses),
    ),
    Resource(
        "products",
        master_fields.PRODUCT,
        lambda desk: desk.company.items,
        row_of(lambda desk: desk.company.items),
        {"code": indexed(lambda desk: desk.company.items, "number")},
        PRODUCT_EXPANDS,
    ),
    Resource(
        "product_views",
        master_fields.PRODUCT_VIEW,
        lambda desk: desk.company.items,
        looks={"code": indexed(lambda desk: desk.company.items, "number")},
    ),
    Resource(
        "lookup_products",
        master_fields.LOOKUP_PRODUCT,
        lambda desk: desk.company.items,
        looks={"code": indexed(lambda desk: desk.company.items, "number")},
    ),
    Resource(
        "warehouses",
        stock_fields.WAREHOUSE,
        lambda desk: desk.company.locations,
        row_of(lambda desk: desk.company.locations),
        {"name": indexed(lambda desk: desk.company.locations, "code")},
    ),
    Resource(
        "warehouse_holdings",
        stock_fields.WAREHOUSE_HOLDING,
        Desk.holdings,
        holding,
        {"product_id": holdings_of},
    ),
    Resource(
        "product_warehouse_views",
        stock_fields.PRODUCT_WAREHOUSE_VIEW,
        Desk.holdings,
        looks={"product_id": holdings_of},
    ),
    Resource(
        "bin_holdings",
        stock_fields.BIN_HOLDING,
        Desk.holdings,
        looks={"product_id": holdings_of},
    ),
    Resource(
        "units", stock_fields.UNIT, lambda desk: desk.company.units, row_of(lambda desk: desk.company.units)
    ),
)
_PAPERS: Final = (
    Resource(
        "sop_orders",
        SALES_ORDER,
        papers("order"),
        paper("order"),
        numbered("order"),
        ORDER_EXPANDS,
        NOT_PLAIN,
    ),
    Resource(
        "sop_returns",
        SALES_ORDER,
        papers("return_order"),
        paper("return_order"),
        numbered("return_order"),
        ORDER_EXPANDS,
        NOT_PLAIN,
    ),
    Resource(
        "sop_quotes",
        SALES_ORDER,
        papers("quote"),
        paper("quote"),
        numbered("quote"),
        ORDER_EXPANDS,
        NOT_PLAIN,
    ),
    Resource("sop_order_lines", SALES_LINE, lines(_SALES, posted=False), line(_SALES), {}, LINE_EXPANDS),
    Resource(
        "sop_despatch_receipts",
        despatch_fields.RECEIPT,
        papers("shipment", posted=True),
        paper("shipment", posted=True),
    ),
    Resource("sop_confirm_despatch", despatch_fields.READY, despatch.ready),
    Resource(
        "sop_cancelled_lines",
        view_fields.CANCELLED_LINE,
        Desk.cancelled_lines,
        row_of(Desk.cancelled_lines),
    ),
    Resource(
        "pop_orders",
        purchasing.PURCHASE_ORDER,
        papers("purchase_order"),
        paper("purchase_order"),
        {
            "document_no": lambda desk, value: desk.company.documents.where(
                "number", ("purchase_order", False, value)
            )
        },
        {"lines": lines_shown},
        frozenset({"lines"}),
    ),
)
_BILLS: Final = papers("invoice", "credit_memo", posted=True)


_VIEWS: Final = (
    Resource("sop_order_line_views", view_fields.ORDER_LINE_VIEW, lines({"order"}, posted=False)),
    Resource("sop_return_line_views", view_fields.RETURN_LINE_VIEW, lines({"return_order"}, posted=False)),
    Resource("sop_order_return_views", view_fields.ORDER_RETURN_VIEW, papers("order", "return_order")),
    Resource("lookup_sop_orders", view_fields.LOOKUP_ORDER, papers("order"), looks=numbered("order")),
    Resource("lookup_sop_returns", view_fields.LOOKUP_ORDER, papers("return_order")),
    Resource(
        "sop_order_despatch_views",
        view_fields.DESPATCH_VIEW,
        papers("shipment", posted=True),
        looks={"sop_order_id": lambda desk, value: of_order(desk, value, "shipment")},
    ),
    Resource(
        "sop_order_despatch_line_views", view_fields.DESPATCH_LINE_VIEW, lines({"shipment"}, posted=True)
    ),
    Resource("sop_order_return_invoice_credit_views", view_fields.INVOICE_VIEW, _BILLS),
    Resource(
        "sop_order_return_line_invoice_credit_views",
        view_fields.INVOICE_LINE_VIEW,
        lines({"invoice", "credit_memo"}, posted=True),
    ),
    Resource(
        "sop_settings", _SETTINGS, lambda desk: [desk], lambda desk, number: desk if number == 1 else None
    ),
    _words("sop_document_status_types", lambda desk: states.STATUSES),
    _words(
        "sop_document_process_status_types",
        lambda desk: (desk.settings.status_prefix + word for word in states.PROGRESS),
    ),
    _words(
        "sop_trade_line_status_types",
        lambda desk: (desk.settings.line_status_prefix + word for word in states.PROGRESS),
    ),
)
RESOURCES: Final = {resource.name: resource for resource in (*_MASTERS, *_PAPERS, *_VIEWS)}


WITHIN: Final[dict[tuple[str, str], Callable[[Desk, Any], list[Any]]]] = {
    ("sop_orders", "sop_order_lines"): lambda desk, row: desk.company.lines_of(row),
    ("sop_returns", "sop_return_lines"): lambda desk, row: desk.company.lines_of(row),
    ("customers", "sop_orders"): papers_of_customer("order"),
    ("customers", "sop_returns"): papers_of_customer("return_order"),
    ("products", "warehouse_holdings"): lambda desk, row: desk.holdings(row),
}
"""The lists that hang on a row of another."""
CHILDREN: Final = {"sop_return_lines": "sop_order_lines"}
"""Lists that are known by another name below a row."""
