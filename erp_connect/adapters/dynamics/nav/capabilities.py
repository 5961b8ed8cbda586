"""What page services can do: operations, fields, stamps; what is left by what a site has published (dynamics.md 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ....wire.soap.pages import Shape
from ...contract import (
    Capabilities,
    Conditional,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampPolicy,
    Support,
)
from ...declaring import (
    CHANGES,
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
    shared_field,
    whole,
)
from ..settings import NavSettings
from .mapping_drafts import NOTE, WIDTH

SYSTEM: Final = "dynamics+nav"
CONCURRENCY: Final = 4
_ENFORCED: Final = Conditional.ENFORCED
_CHANGE: Final = native(read_back=1, conditional=_ENFORCED)
_NO_POST: Final = "page services have no actions; name a procedure of a codeunit in the settings"


def _book(book: str, settings: NavSettings) -> dict[str, OperationSupport]:
    steps = settings.create_lines == "after"
    create = native(
        3 if steps else 1, why="header first, then empty lines, then their content" if steps else None
    )
    return {
        f"{book}.create": replace(create, atomic=not steps),
        **each(f"{book}: get find list", native()),
        **each(f"{book}: list_modified events", cannot("pages carry no time of the last change")),
        f"{book}.simulate": cannot("nothing computes an order without saving it", "prices.quote"),
        **each(f"{book}: {CHANGES} add_line", _CHANGE),
        f"{book}.add_note": emulated("a line of text", read_back=1, conditional=_ENFORCED),
        f"{book}.substitute_product": emulated(
            SUBSTITUTE, 2, read_back=1, conditional=_ENFORCED, atomic=False
        ),
        f"{book}.split_line": emulated(SPLIT, read_back=1, conditional=_ENFORCED),
        f"{book}.cancel_line": replace(native(2, read_back=1, conditional=_ENFORCED), atomic=False),
        f"{book}.cancel": native(1, read_back=1, conditional=_ENFORCED, why="the order is deleted"),
        **each(f"{book}: hold release", cannot("no page holds an order")),
        f"{book}.track": emulated("put together from line quantities and posted documents", 2),
    }


def _operations(settings: NavSettings) -> dict[str, OperationSupport]:
    posts = {"shipments.post": settings.ship, "purchase_orders.receive": settings.receive}
    return {
        **_book("orders", settings),
        **_book("purchase_orders", settings),
        "purchase_orders.confirm": cannot("the purchase order page has no confirmation"),
        **{
            name: replace(native(3, why="by a procedure of the site's own"), atomic=False)
            if procedure
            else cannot(_NO_POST)
            for name, procedure in posts.items()
        },
        "shipments.of": native(),
        "invoices.of": native(2),
        "goods_receipts.of": native(),
        "returns.create": native(1),
        "returns.get": native(),
        "returns.of": emulated("found among the customer's by a line of text", 2),
        "stock.availability": emulated("the inventory on the item's card, no dates"),
        "prices.quote": emulated("the price on the item's card, not the customer's"),
        **each("customers: get find list create", native()),
        "customers.update": native(2, conditional=_ENFORCED),
        **each("suppliers: get find list create", native()),
        "suppliers.update": native(2, conditional=_ENFORCED),
        **each("products: get find list create", native()),
        "products.update": native(2, conditional=_ENFORCED),
    }


_NO_PLACE: Final = nowhere("the page has no such element")
_EXTENSION: Final = nowhere("elements of a site's own are not read")
_SHIP_TO: Final[Mapping[str, FieldSupport]] = {
    "name": held(WIDTH),
    "lines": elsewhere(f"two address lines of {WIDTH} characters", WIDTH),
    "city": held(30),
    "postal_code": held(20),
    "region": held(30),
    "contact": held(WIDTH),
    **dict.fromkeys(("phone", "email", "gln"), _NO_PLACE),
}


def _order_fields(prefix: str, settings: NavSettings) -> dict[str, FieldSupport]:
    return {
        **{f"{prefix}.ship_to.{part}": known for part, known in _SHIP_TO.items()},
        f"{prefix}.payment_terms": held(10),
        f"{prefix}.delivery_terms": held(10),
        f"{prefix}.warehouse": held(10),
        f"{prefix}.discounts": nowhere("the page takes no discount of the whole order"),
        f"{prefix}.charges": nowhere("charges are lines of accounts, whose numbers are the accountants'"),
        f"{prefix}.notes": elsewhere("lines of text", NOTE),
        f"{prefix}.references": nowhere("the page has one reference only"),
        **whole(f"{prefix}.contact", _NO_PLACE),
        f"{prefix}.custom": _EXTENSION,
        f"{prefix}.line.product": held(20, normalisation="upper"),
        f"{prefix}.line.quantity": held(scale=settings.quantity_scale),
        f"{prefix}.line.unit": held(10),
        f"{prefix}.line.price": held(scale=settings.price_scale),
        f"{prefix}.line.description": held(50),
        f"{prefix}.line.warehouse": held(10),
        f"{prefix}.line.kind": held(values=("item",)),
        f"{prefix}.line.reference": nowhere("line numbers are the system's, and there is no other place"),
        f"{prefix}.line.custom": _EXTENSION,
    }


def _party_fields(prefix: str) -> dict[str, FieldSupport]:
    return {
        f"{prefix}.number": held(20, normalisation="upper"),
        f"{prefix}.name": held(50),
        f"{prefix}.email": held(80),
        f"{prefix}.phone": held(30),
        f"{prefix}.address.name": elsewhere("the party's own name"),
        f"{prefix}.address.lines": elsewhere("two address lines of 50 characters", 50),
        **{f"{prefix}.address.{part}": _NO_PLACE for part in ("contact", "phone", "email", "gln")},
        f"{prefix}.ship_to": _NO_PLACE,
        f"{prefix}.contacts": _NO_PLACE,
        f"{prefix}.references": _NO_PLACE,
        f"{prefix}.block_reason": nowhere("a block has a kind and no reason"),
        f"{prefix}.custom": _EXTENSION,
    }


def nav_capabilities(settings: NavSettings, *, concurrency: int | None = None) -> Capabilities:
    """The upper bound of ``dynamics+nav`` with these settings."""
    window = settings.execution_window
    external = shared_field("External_Document_No", 35, window)
    return Capabilities(
        system=SYSTEM,
        operations=_operations(settings),
        fields={
            "order.customer": held(20),
            "order.customer_po": held(35, normalisation="upper"),
            **whole("order.bill_to", nowhere("the bill-to address is the bill-to customer's")),
            **_order_fields("order", settings),
            "purchase_order.supplier": held(20),
            "purchase_order.supplier_reference": held(35, normalisation="upper"),
            **_order_fields("purchase_order", settings),
            "purchase_order.line.supplier_product": _NO_PLACE,
            **_party_fields("customer"),
            **_party_fields("supplier"),
            "supplier.credit_limit": nowhere("vendors have no credit limit"),
            "supplier.price_group": nowhere("vendors have no price group"),
            "product.code": held(20, normalisation="upper"),
            "product.name": held(50),
            "product.codes": elsewhere("one GTIN"),
            "product.description": held(50),
            **{
                f"product.{part}": _NO_PLACE
                for part in ("units", "tax_rate", "weight", "block_reason", "superseded_by", "custom")
            },
            "return.custom": _EXTENSION,
        },
        stamps={
            **NUMBERED,
            "orders": external,
            "purchase_orders": StampPolicy(execution_window=window),
            "returns": external,
        },
        on_cancel=OnCancel.GONE,
        on_cancel_line=OnCancelLine.GONE,
        concurrency=concurrency or CONCURRENCY,
    )


_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "purchase_service": ("purchase_orders.",),
    "return_service": ("returns.",),
    "customer_service": ("customers.",),
    "vendor_service": ("suppliers.",),
    "item_service": ("products.", "stock.", "prices."),
    "shipment_service": ("shipments.",),
    "invoice_service": ("invoices.",),
    "receipt_service": ("goods_receipts.", "purchase_orders.receive"),
}
_ELEMENTS: Final[Mapping[str, str]] = {
    "requested": "Requested_Delivery_Date",
    "prices_include_tax": "Prices_Including_VAT",
    "payment_terms": "Payment_Terms_Code",
    "delivery_terms": "Shipment_Method_Code",
    "warehouse": "Location_Code",
    "partial_shipment": "Shipping_Advice",
    "ship_to.region": "Ship_to_County",
}
_BUYING: Final[Mapping[str, str]] = {
    **{name: element for name, element in _ELEMENTS.items() if name != "partial_shipment"},
    "requested": "Requested_Receipt_Date",
    "supplier_reference": "Vendor_Order_No",
}
_LINE_ELEMENTS: Final[Mapping[str, str]] = {
    "description": "Description",
    "warehouse": "Location_Code",
    "discount": "Line_Discount_Percent",
}


def narrowed(known: Capabilities, missing: frozenset[str], shapes: Mapping[str, Shape]) -> Capabilities:
    """What is left by the pages that a site has published, and by the elements that they have.

    ``missing``: settings whose page is not there; ``shapes``: of the order pages, by book.
    """
    operations, fields = dict(known.operations), dict(known.fields)
    for setting in missing:
        why = cannot(f"the site has published no page for it under the name in {setting}")
        prefixes = _NEEDED.get(setting, ())
        operations |= {name: why for name in operations if name.startswith(prefixes)}
    for prefix, book, elements in (
        ("order", "orders", _ELEMENTS),
        ("purchase_order", "purchase_orders", _BUYING),
    ):
        shape = shapes.get(book)
        if shape is None:
            continue
        gone = [f"{prefix}.{name}" for name, element in elements.items() if element not in shape.fields]
        gone += [
            f"{prefix}.line.{name}"
            for name, element in _LINE_ELEMENTS.items()
            if element not in shape.line_fields
        ]
        if not any(f"Ship_to_{part}" in shape.fields for part in ("Name", "Address")):
            gone += whole(f"{prefix}.ship_to", _NO_PLACE)
            operations[f"{book}.change_address"] = cannot("the page shows no ship-to address")
        for path in gone:
            fields[path] = replace(known.field(path), support=Support.NONE, why=_NO_PLACE.why)
    return known.narrowed(operations=operations, fields=fields)
