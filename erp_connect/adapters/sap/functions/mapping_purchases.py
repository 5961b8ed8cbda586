"""Purchase orders as they are read and written over RFC: header, items, schedule lines (sap.md 2.2, 2.15).

The reference names few fields of these structures.  The others that are used here (references, price unit, ISO twins,
the marks of what has arrived and was billed) are sent only where the release is known to have them, and read where a
row has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ....errors import LossyWrite
from ....models import (
    FrozenMapping,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLine,
    PurchaseOrderLineDraft,
    Quantities,
    ScheduleLine,
    UnitPrice,
)
from ....rules.lateness import timeliness
from ....rules.status import standing
from ...amounts import tidy
from ...versions import fingerprint
from ..conventions import (
    FIRST_SCHEDULE_LINE,
    ITEM_STEP,
    day_in,
    material_in,
    material_number,
    positions,
    shown_day_in,
    shown_key,
    stored_day,
    stored_key,
)
from ..purchase_marks import item_state, together
from ..wording import said, whole_per
from . import modules
from .office import Office
from .purchase_units import PurchaseUnits

Row = Mapping[str, Any]
STAMP: Final = "OUR_REF"
STAMP_COLUMN: Final = "UNSEZ"
THEIR_NUMBER: Final = "REF_1"
THEIR_NUMBER_COLUMN: Final = "IHREZ"
DELETED: Final = "L"
_ARRIVED: Final = "NO_MORE_GR"
_BILLED: Final = "FINAL_INV"
_SET: Final = "X"
_ONE: Final = Decimal(1)
_ISO_TWINS: Final = {"PO_UNIT_ISO": "PO_UNIT"}
"""A twin without a flag of its own follows the field that it belongs to."""


def item_key(position: int) -> str:
    """The item number of a position: five digits here (sap.md 2.15)."""
    return f"{position * ITEM_STEP:05d}"


@dataclass(frozen=True, slots=True)
class Purchase:
    """The rows of one purchase order."""

    number: str
    header: Row
    items: Sequence[Row]
    schedules: Sequence[Row]

    def of_item(self, item: str) -> list[Row]:
        """The schedule lines of an item, in their order."""
        mine = (row for row in self.schedules if row["PO_ITEM"] == item)
        return sorted(mine, key=lambda row: str(row["SCHED_LINE"]))


# ------------------------------------------------------------------------------------------------ as they are read


def purchase_order_in(purchase: Purchase, office: Office, units: PurchaseUnits) -> PurchaseOrder:
    """The purchase order that these rows say; its version is a fingerprint, SAP names none."""
    header = purchase.header
    currency = str(header["CURRENCY"])
    gone = header.get("DELETE_IND") == DELETED
    items = sorted(purchase.items, key=lambda row: str(row["PO_ITEM"]))
    places = positions([str(row["PO_ITEM"]) for row in items])
    warnings: list[str] = []
    lines = tuple(
        _line(row, places[row["PO_ITEM"]], purchase, currency, units, warnings, gone=gone) for row in items
    )
    counting = [row for row, line in zip(items, lines, strict=True) if not line.quantities.cancelled]
    told = standing(
        lines,
        native=together([_state(row) for row in counting]),
        natives=[_state(row) for row in items],
    )
    lines = tuple(line.but(status=status) for line, status in zip(lines, told.lines, strict=True))
    plants = {line.warehouse for line in lines}
    days = {line.requested for line in lines}
    supplier = shown_key(str(header["VENDOR"]))
    order = PurchaseOrder(
        id=shown_key(purchase.number),
        number=shown_key(purchase.number),
        status=told.status,
        currency=currency,
        lines=lines,
        supplier=supplier,
        supplier_id=supplier,
        supplier_reference=str(header.get(THEIR_NUMBER) or "") or None,
        order_date=day_in(header["DOC_DATE"]),
        requested=days.pop() if len(days) == 1 else None,
        warehouse=plants.pop() if len(plants) == 1 else None,
        fulfilment=told.fulfilment,
        invoicing=told.invoicing,
        native_status=_native(header, ("DELETE_IND", "STATUS", "REL_STATUS")),
        stamp=str(header.get(STAMP) or "") or None,
        raw=FrozenMapping({"POHEADER": dict(header), "POITEM": [dict(row) for row in items]}),
        warnings=tuple(dict.fromkeys(warnings)),
    )
    order = order.but(timeliness=timeliness(order, office.today()))
    return order.but(version=fingerprint(order))


def _line(
    row: Row,
    position: int,
    purchase: Purchase,
    currency: str,
    units: PurchaseUnits,
    warnings: list[str],
    *,
    gone: bool,
) -> PurchaseOrderLine:
    item, product, internal = str(row["PO_ITEM"]), material_in(row), str(row["PO_UNIT"])
    ordered = tidy(row["QUANTITY"])
    unit = units.ours(internal, str(row.get("PO_UNIT_ISO") or ""), product)
    if unit is None and internal:
        warnings.append(f"the unit {internal} is not known here; map it in the settings (units=...)")
    cancelled = gone or row["DELETE_IND"] == DELETED
    schedule = [
        (tidy(each["QUANTITY"]), shown_day_in(each["DELIVERY_DATE"])) for each in purchase.of_item(item)
    ]
    days = [day for quantity, day in schedule if quantity and day is not None]
    return PurchaseOrderLine(
        id=item,
        position=position,
        product=product or None,
        unit=unit or internal or None,
        quantities=Quantities(ordered=ordered, cancelled=ordered if cancelled else Decimal(0)),
        price=UnitPrice(amount=tidy(row["NET_PRICE"]), currency=currency, per=_per(row)),
        requested=min(days, default=None),
        schedule=tuple(
            ScheduleLine(quantity=quantity, requested=day) for quantity, day in schedule if quantity
        ),
        description=row["SHORT_TEXT"] or None,
        warehouse=row["PLANT"] or None,
        native_status=_native(row, ("DELETE_IND", _ARRIVED, _BILLED)),
    )


def _per(row: Row) -> Decimal:
    return tidy(row.get("PRICE_UNIT") or _ONE)


def _state(row: Row) -> OrderStatus:
    return item_state(arrived=bool(row.get(_ARRIVED)), billed=bool(row.get(_BILLED)))


def _native(row: Row, names: Sequence[str]) -> str | None:
    return " ".join(f"{name}={row[name]}" for name in names if row.get(name)) or None


# --------------------------------------------------------------------------------------------- as they are written


def create_parameters(
    draft: PurchaseOrderDraft, stamp: str, office: Office, units: PurchaseUnits
) -> dict[str, Any]:
    """All parameters of the create module; the flags are made from the values (sap.md 2.15)."""
    settings = office.settings
    header = {
        "COMP_CODE": settings.company_code,
        "DOC_TYPE": settings.purchase_order_type,
        "VENDOR": stored_key(said(draft.supplier)),
        "PURCH_ORG": settings.purchasing_org,
        "PUR_GROUP": settings.purchasing_group,
        "CURRENCY": draft.currency,
        "DOC_DATE": draft.order_date or office.today(),
        THEIR_NUMBER: draft.supplier_reference,
        STAMP: stamp or None,
    }
    items: list[dict[str, Any]] = []
    schedules: list[dict[str, Any]] = []
    for place, line in enumerate(draft.lines, 1):
        item = item_key(place)
        items.append(item_fields(line, item, draft.warehouse, office, units, f"lines[{place - 1}]"))
        day = line.requested or draft.requested
        if day is not None:
            schedules.append(schedule_fields(item, FIRST_SCHEDULE_LINE, line.quantity, stored_day(day)))
    return parameters(modules.PO_CREATE, known(header, modules.PO_CREATE, office), items, schedules, office)


def known(header: Mapping[str, Any], function: str, office: Office) -> dict[str, Any]:
    """The fields of a header that have a value, references only where the release has them."""
    references = {STAMP, THEIR_NUMBER}
    return {
        name: value
        for name, value in header.items()
        if value is not None and (name not in references or office.knows(function, "POHEADER", name))
    }


def item_fields(
    line: PurchaseOrderLineDraft,
    item: str,
    warehouse: str | None,
    office: Office,
    units: PurchaseUnits,
    path: str,
) -> dict[str, Any]:
    """A row of POITEM for a new item; what is not given is left for the system to propose."""
    product = said(line.product)
    found = {
        "PO_ITEM": item,
        **material_number(product),
        "QUANTITY": line.quantity,
        **units.fields(line.unit, product, f"{path}.unit"),
        "PLANT": line.warehouse or warehouse or office.settings.plant,
        "SHORT_TEXT": line.description,
        **(price_fields(line.price, office) if line.price is not None else {}),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def price_fields(price: UnitPrice, office: Office) -> dict[str, Any]:
    """A price and for how many units it is; ``LossyWrite`` where the release is not known to hold the latter."""
    whole = whole_per(price, "purchase_order.line.price")
    if office.knows(modules.PO_CREATE, "POITEM", "PRICE_UNIT"):
        return {"NET_PRICE": whole.amount, "PRICE_UNIT": whole.per}
    if whole.per != _ONE:
        raise LossyWrite(
            "a price is for one unit here: this release is not known to hold another quantity",
            fields=("purchase_order.line.price",),
            path="purchase_order.line.price",
        )
    return {"NET_PRICE": whole.amount}


def schedule_fields(item: str, line: str, quantity: Decimal | None, day: str | None) -> dict[str, Any]:
    """A row of POSCHEDULE; a date goes as eight digits, which are understood whatever format the user has."""
    row = {"PO_ITEM": item, "SCHED_LINE": line, "DELIVERY_DATE": day, "QUANTITY": quantity}
    return {name: value for name, value in row.items() if value is not None}


def parameters(
    function: str,
    header: Mapping[str, Any],
    items: Sequence[dict[str, Any]],
    schedules: Sequence[dict[str, Any]],
    office: Office,
) -> dict[str, Any]:
    """Values with the flags made from them: only a flagged field is taken, here without a mode (sap.md 2.15)."""
    found: dict[str, Any] = {
        "POHEADER": dict(header),
        "POHEADERX": dict.fromkeys(header, _SET),
        "POITEM": list(items),
        "POITEMX": [_flags(row, ("PO_ITEM",), function, office) for row in items],
        "POSCHEDULE": list(schedules),
        "POSCHEDULEX": [_flags(row, ("PO_ITEM", "SCHED_LINE"), function, office) for row in schedules],
    }
    return {name: value for name, value in found.items() if value not in ({}, [])}


def _flags(row: Row, keys: Sequence[str], function: str, office: Office) -> dict[str, Any]:
    """The row of flags: keys with their value and a flag of their own, a flag for every other field."""
    flags: dict[str, Any] = {key: row[key] for key in keys}
    flags |= {f"{key}X": _SET for key in keys}
    for name in row:
        flag = _ISO_TWINS.get(name, name)
        if name not in keys:
            flags[flag] = _SET
        if name in _ISO_TWINS and office.knows(function, "POITEMX", name):
            flags[name] = _SET
    return flags
