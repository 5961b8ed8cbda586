"""Drafts as a record's values: what a publication has no place for is refused, never left out (sage.md 2.12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from ....errors import LossyWrite
from ....models import (
    EMPTY,
    Address,
    Discount,
    LineDraft,
    OrderDraft,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
)
from ....wire.adonix.streams import Table
from ...amounts import price_of_one
from .mapping_orders import PURCHASES, SALES, Side
from .office import Office, named
from .shapes import Place, Shape

Draft = OrderDraft | PurchaseOrderDraft
Line = LineDraft | PurchaseOrderLineDraft
ADDRESS_LINES: Final = 3
_SHIP: Final = ("ship_name", "ship_lines", "ship_postal_code", "ship_city", "ship_region", "ship_country")


def header_out(draft: Draft, stamp: str, office: Office) -> dict[str, Any]:
    """The header of an order; ``None`` leaves a field to X3's defaults."""
    side = SALES if isinstance(draft, OrderDraft) else PURCHASES
    shape, settings = office.shape(side.kind), office.settings
    values: dict[str, Any] = {
        "order_date": draft.order_date or office.today(),
        "currency": draft.currency,
        "requested": draft.requested or lifted(draft, shape, side),
        "payment_terms": draft.payment_terms,
        "delivery_terms": draft.delivery_terms,
        "warehouse": draft.warehouse,
        "price_type": None if draft.prices_include_tax is None else draft.prices_include_tax,
        **custom_out(draft.custom, shape.header_custom, f"{side.prefix}.custom"),
    }
    if isinstance(draft, OrderDraft):
        values |= {
            "site": settings.site or None,
            "type": settings.order_type or None,
            "number": stamp if settings.manual_numbers and stamp else None,
            "customer": named(draft.customer),
            "customer_po": reference_out(draft.customer_po, office) or stamp or None,
        }
    else:
        values |= {
            "site": settings.purchase_site or settings.site or None,
            "supplier": named(draft.supplier),
            "supplier_reference": reference_out(draft.supplier_reference, office) or stamp or None,
        }
    if draft.ship_to is not None:
        values |= address_out(draft.ship_to, shape, office, f"{side.prefix}.ship_to")
    refuse_homeless(values, shape.header, shape.header_custom, side.prefix)
    return values


def lines_out(draft: Draft, office: Office) -> Table:
    """The lines, in places from 1 on."""
    side = SALES if isinstance(draft, OrderDraft) else PURCHASES
    shape = office.shape(side.kind)
    lines: Sequence[Line] = draft.lines
    return [(place, shape.cells(line_out(line, side, office))) for place, line in enumerate(lines, 1)]


def line_out(line: Line, side: Side, office: Office) -> dict[str, Any]:
    """A line by our words; without a price X3's own lists decide."""
    shape, path = office.shape(side.kind), f"{side.prefix}.line"
    values: dict[str, Any] = {
        "product": named(line.product),
        "unit": office.units.theirs(line.unit),
        "quantity": line.quantity,
        "price": None if line.price is None else price_of_one(line.price, office.settings.price_scale),
        "description": line.description,
        "warehouse": line.warehouse,
        "requested": line.requested if "requested" in shape.lines else None,
        **discount_out(line.discount, path),
        **custom_out(line.custom, shape.line_custom, f"{path}.custom"),
    }
    refuse_homeless(values, shape.lines, shape.line_custom, path)
    return values


def discount_out(discount: object, path: str) -> dict[str, Any]:
    """A line's discount: the column of percentages that the settings name."""
    if discount is None:
        return {}
    if not isinstance(discount, Discount):
        return {"discount": 0}
    if discount.percent is None:
        raise LossyWrite(
            "a line's discount is a percentage here", fields=(f"{path}.discount",), path=f"{path}.discount"
        )
    return {"discount": discount.percent}


def lifted(draft: Draft, shape: Shape, side: Side) -> date | None:
    """The date that all lines ask for, where only the header has one; ``LossyWrite`` where they differ."""
    if "requested" in shape.lines:
        return None
    told = {line.requested for line in draft.lines if line.requested is not None}
    if draft.requested is not None:
        told.add(draft.requested)
    some = {line.requested for line in draft.lines}
    if len(told) > 1 or (told and draft.requested is None and len(some) > 1):
        path = f"{side.prefix}.line.requested"
        raise LossyWrite("lines have no date of their own, and theirs differ", fields=(path,), path=path)
    return next(iter(told), None)


def reference_out(said: object, office: Office) -> Any:
    """The other side's number as the site keeps it."""
    if not isinstance(said, str):
        return "" if said is EMPTY else None
    return said.upper() if office.settings.reference_upper else said


def address_out(address: Address, shape: Shape, office: Office, path: str) -> dict[str, Any]:
    """The whole of an address, so that nothing of the one before is left; ``LossyWrite`` for what has no place."""
    held = shape.header.get("ship_lines")
    width, most = _length(held), ADDRESS_LINES if held is None else held.values
    if len(address.lines) > most or any(len(line) > width for line in address.lines):
        raise LossyWrite(
            f"an address holds {most} lines of {width} characters",
            fields=(f"{path}.lines",),
            path=f"{path}.lines",
        )
    names = shape.header.get("ship_name")
    values: dict[str, Any] = {
        "ship_name": [address.name, *([""] * ((1 if names is None else names.values) - 1))],
        "ship_lines": [*address.lines, *([""] * (most - len(address.lines)))],
        "ship_postal_code": address.postal_code,
        "ship_city": address.city,
        "ship_country": office.settings.countries.get(address.country, address.country),
        "ship_region": address.region or ("" if "ship_region" in shape.header else None),
    }
    refuse_homeless(values, shape.header, {}, path.rpartition(".")[0])
    return values


def custom_out(said: Mapping[str, Any], places: Mapping[str, Place], path: str) -> dict[str, Any]:
    """Fields of the site's own; ``LossyWrite`` for one that the publication does not let us write."""
    for name in said:
        place = places.get(name)
        if place is None or not place.entered:
            raise LossyWrite(
                f"the publication has no field {name} that can be written", fields=(path,), path=path
            )
    return {name: value for name, value in said.items() if value is not None}


def refuse_homeless(
    values: Mapping[str, Any], places: Mapping[str, Place], custom: Mapping[str, Place], prefix: str
) -> None:
    """``LossyWrite`` for a value that the publication has no field for, or only shows; a price type is no price."""
    for word, value in values.items():
        if value is None or word in custom:
            continue
        place = places.get(word)
        if (place is None or not place.entered) and not (word in _SHIP and value in ("", [])):
            raise LossyWrite(
                f"the publication has no field for {word} that can be written",
                fields=(f"{prefix}.{_PATHS.get(word, word)}",),
                path=f"{prefix}.{_PATHS.get(word, word)}",
                hint="have the field added to the entry transaction, or name it in the settings (fields=)",
            )


_PATHS: Final[Mapping[str, str]] = {
    "price_type": "prices_include_tax",
    "ship_name": "ship_to.name",
    "ship_lines": "ship_to.lines",
    "ship_postal_code": "ship_to.postal_code",
    "ship_city": "ship_to.city",
    "ship_region": "ship_to.region",
    "ship_country": "ship_to.country",
}


def _length(place: Place | None) -> int:
    return 50 if place is None or place.length is None else place.length


__all__: Sequence[str] = ["Draft", "Line", "header_out", "line_out", "lines_out"]
