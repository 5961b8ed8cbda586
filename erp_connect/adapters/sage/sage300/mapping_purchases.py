"""Purchase orders as they are read (sage.md 3.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ....models import (
    FrozenMapping,
    Hold,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    Quantities,
    UnitPrice,
)
from ....models.base import trusted_but
from ....rules.lateness import timeliness
from ....rules.stamps import looks_like_stamp
from ....rules.status import standing
from ....wire.odata import Unreadable
from ...services.cells import Row, money, number, text, within
from ...versions import fingerprint
from .cells import count, day, key, yes
from .mapping_drafts import PURCHASE_STEP
from .mapping_orders import note_in
from .office import Office

KEY: Final = "PurchaseOrderSequenceKey"


def purchase_in(row: Row, office: Office) -> PurchaseOrder:
    """The purchase order that a record says; a release that tells no key is held to the number."""
    order_number = text(row, "PurchaseOrderNumber")
    id = key(row, KEY) or order_number
    supplier = text(row, "Vendor")
    if not id or not supplier:
        raise Unreadable("it names no order, or no vendor")
    currency = text(row, "Currency") or office.currency
    if not currency:
        raise Unreadable("it names no currency, and the company's own is not known; set currency=")
    warnings: list[str] = []
    lines = tuple(
        _line(each, place, currency, office, warnings)
        for place, each in enumerate(within(row, "PurchaseOrderLines"), 1)
    )
    holds = (Hold(kind="on_hold", native="OnHold"),) if yes(row, "OnHold") else ()
    stands = standing(lines, holds=holds, native=OrderStatus.CONFIRMED)
    reference = text(row, "Reference")
    places = {line.warehouse for line in lines}
    order = PurchaseOrder(
        id=id,
        number=order_number or None,
        status=stands.status,
        lines=tuple(
            trusted_but(line, status=status) for line, status in zip(lines, stands.lines, strict=True)
        ),
        supplier=supplier,
        supplier_id=supplier,
        supplier_name=text(row, "VendorName") or None,
        stamp=reference if looks_like_stamp(reference) else None,
        currency=currency,
        order_date=day(row, "PurchaseOrderDate"),
        warehouse=places.pop() if len(places) == 1 else None,
        notes=note_in(text(row, "Comment")),
        holds=holds,
        fulfilment=stands.fulfilment,
        invoicing=stands.invoicing,
        raw=FrozenMapping(row),
        warnings=tuple(dict.fromkeys(warnings)),
    )
    return trusted_but(order, version=fingerprint(order), timeliness=timeliness(order, office.today()))


def _line(row: Row, place: int, currency: str, office: Office, warnings: list[str]) -> PurchaseOrderLine:
    told = count(row, "LineNumber")
    if told is None:
        raise Unreadable("it names no line")
    position, rest = divmod(told, PURCHASE_STEP)
    cost = number(row, "UnitCost")
    return PurchaseOrderLine(
        id=str(told),
        position=position if position > 0 and not rest else place,
        product=text(row, "ItemNumber") or None,
        unit=office.unit_in(text(row, "UnitOfMeasure"), warnings),
        quantities=Quantities.trusted(
            ordered=number(row, "QuantityOrdered") or Decimal(0),
            delivered=number(row, "QuantityReceived"),
            cancelled=Decimal(0),
        ),
        price=None if cost is None else UnitPrice.trusted(amount=cost, currency=currency),
        net=money(row, "ExtendedCost", currency),
        description=text(row, "ItemDescription") or None,
        warehouse=text(row, "Location") or None,
    )
