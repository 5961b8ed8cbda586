"""All lists of the API, and what comes with their rows on request (sage.md 4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from ...business.documents import PURCHASES, Document, Kind, Line
from ...business.tables import Table
from . import despatch, master_fields, purchasing, states, view_fields
from .desk import Desk, Holding
from .fields import Fields, described, written
from .order_fields import NOT_PLAIN, SALES_LINE, SALES_ORDER, address_of
from .resources import Expand, Look, Resource


@dataclass(frozen=True)
class Word:
    """One value of an enumeration."""

    id: int
    value: str


_WORD: Final = described(
    "id id! id\ndescription text50! =words\nvalue text50! value", {"words": lambda d, r: r.value}
)


def _shown(fields: Fields, row: Any, desk: Desk) -> dict[str, Any]:
    return {
        name: written(field.read(desk, row), desk.settings)
        for name, field in fields.items()
        if field.type not in {"list", "object"}
    }


def brief(fields: Fields, *names: str) -> Callable[[Desk, Any], dict[str, Any] | None]:
    """The row of a table, in those of its fields, or None."""
    chosen = {name: fields[name] for name in names} if names else fields

    def read(desk: Desk, row: Any) -> dict[str, Any] | None:
        return None if row is None else _shown(chosen, row, desk)

    return read


_CUSTOMER: Final = brief(master_fields.CUSTOMER)
_PRODUCT: Final = brief(master_fields.PRODUCT, "id", "code", "name", "description")
_WAREHOUSE: Final = brief(master_fields.WAREHOUSE)


def _documents(*kinds: Kind, posted: bool = False) -> Callable[[Desk], Iterable[Document]]:
    def rows(desk: Desk) -> Iterable[Document]:
        for kind in kinds:
            for document in desk.company.documents.where("kind", kind):
                if document.posted is posted:
                    yield document

    return rows


def _numbered(kind: Kind) -> dict[str, Look]:
    def by_number(desk: Desk, value: Any) -> list[Document]:
        return desk.company.documents.where("number", (kind, False, value))

    def by_reference(desk: Desk, value: Any) -> list[Document]:
        found = desk.company.documents.where("external_number", value)
        return [document for document in found if document.kind == kind and not document.posted]

    return {"document_no": by_number, "customer_document_no": by_reference, "id": _by_id(_document(kind))}


def _by_id(one: Callable[[Desk, int], Any]) -> Look:
    def look(desk: Desk, value: Any) -> list[Any]:
        row = one(desk, int(value)) if isinstance(value, int) or value == int(value) else None
        return [] if row is None else [row]

    return look


def _document(*kinds: Kind, posted: bool = False) -> Callable[[Desk, int], Document | None]:
    def one(desk: Desk, number: int) -> Document | None:
        row = desk.found(desk.company.documents, number)
        return row if row is not None and row.kind in kinds and row.posted is posted else None

    return one


def _from(choose: Callable[[Desk], Table[Any]]) -> Callable[[Desk, int], Any]:
    return lambda desk, number: desk.found(choose(desk), number)


def _lines(kinds: frozenset[str] | set[str], *, posted: bool) -> Callable[[Desk], Iterable[Line]]:
    def rows(desk: Desk) -> Iterable[Line]:
        for line in desk.company.lines:
            document = desk.company.documents.get(line.document)
            if document is not None and document.kind in kinds and document.posted is posted:
                yield line

    return rows


def _line(kinds: set[str]) -> Callable[[Desk, int], Line | None]:
    def one(desk: Desk, number: int) -> Line | None:
        line = desk.found(desk.company.lines, number)
        document = desk.company.documents.get(line.document) if line is not None else None
        fits = document is not None and document.kind in kinds and not document.posted
        return line if fits else None

    return one


def _of(table: Callable[[Desk], Table[Any]], index: str) -> Look:
    return lambda desk, value: table(desk).where(index, value)


# ---------------------------------------------------------------- what comes with rows

_LINE_EXPANDS: Final[dict[str, Expand]] = {
    "product": lambda desk, row: _PRODUCT(
        desk, desk.company.items.by("number", row.object_number) if row.type == "item" else None
    ),
    "warehouse": lambda desk, row: _WAREHOUSE(desk, desk.company.locations.by("code", row.location)),
}


def lines_shown(desk: Desk, document: Document) -> list[dict[str, Any]]:
    """The lines of a document as they stand within it."""
    fields = purchasing.PURCHASE_LINE if document.kind in PURCHASES else SALES_LINE
    return [_shown(fields, line, desk) for line in desk.company.lines_of(document)]


def _money(desk: Desk, document: Document) -> dict[str, Any]:
    row = desk.company.currencies.by("code", document.currency)
    name = row.name if row is not None else document.currency
    return {"id": SALES_ORDER["currency_id"].read(desk, document), "code": document.currency, "name": name}


_ORDER_EXPANDS: Final[dict[str, Expand]] = {
    "lines": lines_shown,
    "memos": lambda desk, row: row.extras.get("memos", []),
    "delivery_address": lambda desk, row: address_of(
        row.ship_address, row.extras.get("delivery_further", {})
    ),
    "customer": lambda desk, row: _CUSTOMER(desk, desk.company.customers.row(row.partner)),
    "currency": _money,
    "payment_status": lambda desk, row: {},
    "profitability": lambda desk, row: {},
    "is_to_lock": lambda desk, row: True,
}
_HOLDING: Final = brief(master_fields.WAREHOUSE_HOLDING)
_UNIT: Final = brief(master_fields.PRODUCT_UNIT)
_PRODUCT_EXPANDS: Final[dict[str, Expand]] = {
    "warehouse_holdings": lambda desk, row: [_HOLDING(desk, one) for one in desk.holdings(row)],
    "units": lambda desk, row: [_UNIT(desk, one) for one in desk.product_units(row)],
}


def _holding(desk: Desk, number: int) -> Holding | None:
    rows = desk.holdings()
    ident = desk.keys.ident(number, (row.id for row in rows))
    return next((row for row in rows if row.id == ident), None)


def _held(desk: Desk, value: Any) -> list[Holding]:
    item = desk.found(desk.company.items, int(value))
    return desk.holdings(item) if item is not None and item.type == "inventory" else []


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
        _from(lambda desk: desk.company.customers),
        {"reference": _of(lambda desk: desk.company.customers, "number")},
        {"main_address": master_fields.CUSTOMER["main_address"].read},
        frozenset({"main_address"}),
    ),
    Resource(
        "suppliers",
        master_fields.SUPPLIER,
        lambda desk: desk.company.vendors,
        _from(lambda desk: desk.company.vendors),
        {"reference": _of(lambda desk: desk.company.vendors, "number")},
        {"main_address": master_fields.SUPPLIER["main_address"].read},
        frozenset({"main_address"}),
    ),
    Resource(
        "customer_delivery_addresses",
        master_fields.DELIVERY_ADDRESS,
        Desk.addresses,
        _from(Desk.addresses),
    ),
    Resource(
        "products",
        master_fields.PRODUCT,
        lambda desk: desk.company.items,
        _from(lambda desk: desk.company.items),
        {"code": _of(lambda desk: desk.company.items, "number")},
        _PRODUCT_EXPANDS,
    ),
    Resource(
        "product_views",
        master_fields.PRODUCT_VIEW,
        lambda desk: desk.company.items,
        looks={"code": _of(lambda desk: desk.company.items, "number")},
    ),
    Resource(
        "lookup_products",
        master_fields.LOOKUP_PRODUCT,
        lambda desk: desk.company.items,
        looks={"code": _of(lambda desk: desk.company.items, "number")},
    ),
    Resource(
        "warehouses",
        master_fields.WAREHOUSE,
        lambda desk: desk.company.locations,
        _from(lambda desk: desk.company.locations),
        {"name": _of(lambda desk: desk.company.locations, "code")},
    ),
    Resource(
        "warehouse_holdings",
        master_fields.WAREHOUSE_HOLDING,
        Desk.holdings,
        _holding,
        {"product_id": _held},
    ),
    Resource(
        "product_warehouse_views",
        master_fields.PRODUCT_WAREHOUSE_VIEW,
        Desk.holdings,
        looks={"product_id": _held},
    ),
    Resource(
        "bin_holdings",
        master_fields.BIN_HOLDING,
        Desk.holdings,
        looks={"product_id": _held},
    ),
    Resource(
        "units", master_fields.UNIT, lambda desk: desk.company.units, _from(lambda desk: desk.company.units)
    ),
)
_PAPERS: Final = (
    Resource(
        "sop_orders",
        SALES_ORDER,
        _documents("order"),
        _document("order"),
        _numbered("order"),
        _ORDER_EXPANDS,
        NOT_PLAIN,
    ),
    Resource(
        "sop_returns",
        SALES_ORDER,
        _documents("return_order"),
        _document("return_order"),
        _numbered("return_order"),
        _ORDER_EXPANDS,
        NOT_PLAIN,
    ),
    Resource("sop_order_lines", SALES_LINE, _lines(_SALES, posted=False), _line(_SALES), {}, _LINE_EXPANDS),
    Resource(
        "sop_despatch_receipts",
        despatch.RECEIPT,
        _documents("shipment", posted=True),
        _document("shipment", posted=True),
    ),
    Resource("sop_confirm_despatch", despatch.READY, despatch.ready),
    Resource(
        "sop_cancelled_lines",
        view_fields.CANCELLED_LINE,
        Desk.cancelled_lines,
        _from(Desk.cancelled_lines),
    ),
    Resource(
        "pop_orders",
        purchasing.PURCHASE_ORDER,
        _documents("purchase_order"),
        _document("purchase_order"),
        {
            "document_no": lambda desk, value: desk.company.documents.where(
                "number", ("purchase_order", False, value)
            )
        },
        {"lines": lines_shown},
        frozenset({"lines"}),
    ),
)
_BILLS: Final = _documents("invoice", "credit_memo", posted=True)


def _of_order(desk: Desk, value: Any, kind: Kind) -> list[Document]:
    ident = desk.keys.ident(int(value), (row.id for row in desk.company.documents))
    found = desk.company.documents.where("order", ident)
    return [row for row in found if row.kind == kind and row.posted]


_VIEWS: Final = (
    Resource("sop_order_line_views", view_fields.ORDER_LINE_VIEW, _lines({"order"}, posted=False)),
    Resource("sop_return_line_views", view_fields.RETURN_LINE_VIEW, _lines({"return_order"}, posted=False)),
    Resource("sop_order_return_views", view_fields.ORDER_RETURN_VIEW, _documents("order", "return_order")),
    Resource("lookup_sop_orders", view_fields.LOOKUP_ORDER, _documents("order"), looks=_numbered("order")),
    Resource("lookup_sop_returns", view_fields.LOOKUP_ORDER, _documents("return_order")),
    Resource(
        "sop_order_despatch_views",
        view_fields.DESPATCH_VIEW,
        _documents("shipment", posted=True),
        looks={"sop_order_id": lambda desk, value: _of_order(desk, value, "shipment")},
    ),
    Resource(
        "sop_order_despatch_line_views", view_fields.DESPATCH_LINE_VIEW, _lines({"shipment"}, posted=True)
    ),
    Resource("sop_order_return_invoice_credit_views", view_fields.INVOICE_VIEW, _BILLS),
    Resource(
        "sop_order_return_line_invoice_credit_views",
        view_fields.INVOICE_LINE_VIEW,
        _lines({"invoice", "credit_memo"}, posted=True),
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


def _partners_orders(kind: Kind) -> Callable[[Desk, Any], list[Any]]:
    def rows(desk: Desk, customer: Any) -> list[Any]:
        found = desk.company.documents.where("partner", customer.id)
        return [document for document in found if document.kind == kind and not document.posted]

    return rows


WITHIN: Final[dict[tuple[str, str], Callable[[Desk, Any], list[Any]]]] = {
    ("sop_orders", "sop_order_lines"): lambda desk, row: desk.company.lines_of(row),
    ("sop_returns", "sop_return_lines"): lambda desk, row: desk.company.lines_of(row),
    ("customers", "sop_orders"): _partners_orders("order"),
    ("customers", "sop_returns"): _partners_orders("return_order"),
    ("products", "warehouse_holdings"): lambda desk, row: desk.holdings(row),
}
"""The lists that hang on a row of another."""
CHILDREN: Final = {"sop_return_lines": "sop_order_lines"}
"""Lists that are known by another name below a row."""
