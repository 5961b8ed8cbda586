"""What Finance & Operations can do: operations, fields, stamps (dynamics.md 3, 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...contract import (
    Capabilities,
    Conditional,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampPolicy,
)
from ...declaring import (
    BLOCKS_AT_ONCE,
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
    own_field,
    shared_field,
    whole,
)
from ..settings import FinanceOperationsSettings
from .dimensions import DIMENSIONS
from .papers import SLIPS
from .sides import HOLD

SYSTEM: Final = "dynamics+fo"
CONCURRENCY: Final = 4

_ENFORCED: Final = Conditional.ENFORCED
_CHANGE: Final = native(read_back=1, conditional=_ENFORCED)
"""One change set, every part under the ETag of its own record (dynamics.md 3.2)."""
_NO_TIME: Final = cannot("the order entities carry no time of their last change")
_NO_POST: Final = cannot("no public entity confirms, ships or receives; an extension is needed")


def _book(book: str) -> dict[str, OperationSupport]:
    return {
        f"{book}.create": native(
            2, read_back=1, atomic=False, why="the header first, then its lines in one change set"
        ),
        **each(f"{book}: get find list", native()),
        f"{book}.events": cannot("changes are told by business events, which are pushed"),
        f"{book}.simulate": cannot("nothing computes an order without saving it", "prices.quote"),
        **each(f"{book}: change_header change_quantity change_price change_date add_line", _CHANGE),
        f"{book}.change_warehouse": _CHANGE,
        f"{book}.add_note": cannot("the order entities have no note"),
        f"{book}.substitute_product": emulated(SUBSTITUTE, read_back=1, conditional=_ENFORCED),
        f"{book}.split_line": emulated(SPLIT, read_back=1, conditional=_ENFORCED),
        f"{book}.cancel_line": emulated(
            "the line is deleted, or lowered to what is delivered", read_back=1, conditional=_ENFORCED
        ),
        f"{book}.cancel": emulated(
            "lines and header are deleted while nothing is delivered", 2, conditional=_ENFORCED
        ),
    }


_OPERATIONS: Final[Mapping[str, OperationSupport]] = {
    **_book("orders"),
    **each(f"orders: {CHANGES}", _CHANGE),
    "orders.list_modified": emulated(
        "by the reporting views, which show headers and lines; deletions are not seen", 3
    ),
    **each("orders: hold release", native(read_back=1, conditional=_ENFORCED, values=(HOLD,))),
    "orders.track": emulated("put together from packing slips and tracking numbers", 4),
    **_book("purchase_orders"),
    "purchase_orders.list_modified": _NO_TIME,
    "purchase_orders.change_discount": cannot("no discount of a purchase order line is known"),
    "purchase_orders.change_address": cannot("purchase orders show no delivery address"),
    **each("purchase_orders: hold release", cannot("purchase orders have a workflow, and no holds")),
    "purchase_orders.track": emulated("the states of header and lines", 1),
    "purchase_orders.confirm": _NO_POST,
    "purchase_orders.receive": _NO_POST,
    "shipments.of": native(4),
    "shipments.post": _NO_POST,
    "invoices.of": native(3),
    "goods_receipts.of": cannot("no entity of receipts is known"),
    "returns.create": native(3, read_back=1, atomic=False, why="the header first, then its lines"),
    "returns.get": native(2),
    "returns.of": native(3),
    "stock.availability": native(2),
    "prices.quote": emulated("trade agreements, else the released product's price", 2),
    **each("customers: get find list", native()),
    "customers.create": native(),
    "customers.update": native(2, conditional=_ENFORCED),
    **each("suppliers: get find list", native()),
    "suppliers.create": native(),
    "suppliers.update": native(2, conditional=_ENFORCED),
    **each("products: get find list", native()),
    "products.create": cannot("products are created and released through other entities"),
    "products.update": native(2, conditional=_ENFORCED),
}

_NO_NOTE: Final = nowhere("the order entities have no note")
_NO_CHARGES: Final = nowhere("charges of an order are not in the public entities")
_EXTENSION: Final = nowhere("the entities have no fields of a site's own without an extension")
_NO_PERSON: Final = nowhere("the delivery address names no person, telephone number, e-mail address or GLN")
_ONE_PERCENT: Final = elsewhere("one percentage for the whole order")
_BUYING_HAS_NONE: Final = nowhere("the purchase order entities show none")


def _order_fields(settings: FinanceOperationsSettings) -> dict[str, FieldSupport]:
    quantity = held(digits=16 - settings.quantity_scale, scale=settings.quantity_scale)
    price = held(digits=16 - settings.price_scale, scale=settings.price_scale)
    line = {
        "line.quantity": quantity,
        "line.price": price,
        "line.kind": held(values=("item",)),
        "line.custom": elsewhere(f"the dimensions of the product: {', '.join(DIMENSIONS)}"),
        "notes": _NO_NOTE,
        "charges": _NO_CHARGES,
        "references": nowhere("the second reference carries the stamp"),
        "custom": _EXTENSION,
        "order_date": elsewhere("the system's own time of creation; compared after the write"),
    }
    return {
        **{f"order.{name}": known for name, known in line.items()},
        **{f"purchase_order.{name}": known for name, known in line.items()},
        **{f"order.ship_to.{part}": _NO_PERSON for part in ("contact", "phone", "email", "gln")},
        **whole("order.bill_to", nowhere("the invoice address is the invoice customer's")),
        "order.partial_shipment": nowhere("the order entities have no such flag"),
        "order.discounts": _ONE_PERCENT,
        "order.contact.name": nowhere("contacts are persons with an id of their own"),
        "order.contact.phone": nowhere("the order has an e-mail address only"),
        "order.line.discount": elsewhere(
            "a percentage, or an amount where the settings say what it is of (discount_amount)"
        ),
        **whole("purchase_order.ship_to", _BUYING_HAS_NONE),
        **whole("purchase_order.contact", _BUYING_HAS_NONE),
        "purchase_order.supplier_reference": held(60),
        "purchase_order.prices_include_tax": _BUYING_HAS_NONE,
        "purchase_order.payment_terms": _BUYING_HAS_NONE,
        "purchase_order.discounts": _BUYING_HAS_NONE,
        "purchase_order.line.discount": _BUYING_HAS_NONE,
        "purchase_order.line.reference": nowhere("line numbers are what a line is known by"),
        "purchase_order.line.supplier_product": nowhere("the number of the vendor's is on his own page"),
    }


def _party_fields(prefix: str) -> dict[str, FieldSupport]:
    return {
        **{f"{prefix}.address.{part}": _NO_PERSON for part in ("contact", "phone", "email", "gln")},
        f"{prefix}.address.name": elsewhere("the party's own name"),
        f"{prefix}.ship_to": nowhere("further addresses are records of their own"),
        f"{prefix}.contacts": nowhere("contacts are records of their own"),
        f"{prefix}.references": nowhere("the entity has no further numbers"),
        f"{prefix}.price_group": nowhere("the entity shows no price group"),
        f"{prefix}.credit_limit": nowhere("the credit limit is not among the fields that are known"),
        f"{prefix}.block_reason": nowhere("a hold has a kind and no reason"),
        f"{prefix}.custom": _EXTENSION,
    }


def fo_capabilities(settings: FinanceOperationsSettings, *, concurrency: int | None = None) -> Capabilities:
    """The upper bound of ``dynamics+fo`` with these settings."""
    operations = dict(_OPERATIONS)
    if not settings.customer_group:
        operations["customers.create"] = cannot("set customer_group, which every customer needs")
    if not settings.vendor_group:
        operations["suppliers.create"] = cannot("set vendor_group, which every vendor needs")
    kept = bool(settings.cancel_action)
    if kept:
        operations["orders.cancel"] = native(
            2, read_back=1, conditional=Conditional.CHECKED, why="by an action of the site's own"
        )
    return Capabilities(
        system=SYSTEM,
        operations=operations,
        fields={
            **_order_fields(settings),
            **_party_fields("customer"),
            **_party_fields("supplier"),
            "supplier.delivery_terms": nowhere("the vendor shows no delivery terms"),
            **{
                f"product.{name}": nowhere("the released product shows none")
                for name in (
                    *("codes", "units", "tax_rate", "weight", "blocked", "block_reason"),
                    *("superseded_by", "description"),
                )
            },
            "product.custom": _EXTENSION,
            "return.custom": _EXTENSION,
        },
        stamps=_stamps(settings),
        on_cancel=OnCancel.KEPT if kept else OnCancel.GONE,
        on_cancel_line=OnCancelLine.GONE,
        block_size=settings.block_size,
        blocks_at_once=BLOCKS_AT_ONCE,
        concurrency=concurrency or CONCURRENCY,
    )


def _stamps(settings: FinanceOperationsSettings) -> dict[str, StampPolicy]:
    """How a lost write of each book is found again; nothing of it is enforced (dynamics.md 5.3)."""
    window = settings.execution_window
    own = own_field("CustomerRequisitionNumber", "CustomersOrderReference", None, window)
    return {
        **NUMBERED,
        "orders": own,
        "purchase_orders": shared_field("VendorOrderReference", 60, window),
        "returns": own,
    }


_NEEDED: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    ("SalesTableBiEntities", "SalesLineBiEntities"): ("orders.list_modified",),
    (SLIPS, "PackingSlipTrackingInformation"): ("shipments.of",),
    ("SalesInvoiceHeadersV2", "SalesInvoiceHeadersV4"): ("invoices.of",),
    ("ReturnOrderHeadersV2",): ("returns.create", "returns.get", "returns.of"),
    ("PurchaseOrderHeadersV2",): tuple(name for name in _OPERATIONS if name.startswith("purchase_orders.")),
    ("VendorsV2",): tuple(name for name in _OPERATIONS if name.startswith("suppliers.")),
    ("CustomersV3",): tuple(name for name in _OPERATIONS if name.startswith("customers.")),
    ("WarehousesOnHandV2",): ("stock.availability",),
    ("ReleasedProductsV2",): (
        *("stock.availability", "prices.quote"),
        *(name for name in _OPERATIONS if name.startswith("products.")),
    ),
}
"""Sets of which one is needed for something; what a release shows varies (dynamics.md 3.3, 9)."""


def narrowed(known: Capabilities, sets: frozenset[str]) -> Capabilities:
    """What is left of the upper bound in a release, by the sets that it shows."""
    operations = dict(known.operations)
    for needed, names in _NEEDED.items():
        if sets.isdisjoint(needed):
            operations |= dict.fromkeys(names, cannot(f"this release shows no {' or '.join(needed)}"))
        elif needed[0] == SLIPS and SLIPS not in sets:
            operations["shipments.of"] = emulated(
                "packing slips that have a tracking number, without their lines"
            )
    return known.narrowed(operations=operations)
