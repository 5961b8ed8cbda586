"""Purchase orders as they are read and written: header, items, marks (sap.md 2.15, 4.6).

Item numbers count in tens.  What arrived and what was billed stands in no field of the service but as two marks of
an item, so quantities of either are not told, and the marks decide the status.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from ....models import (
    Contact,
    FrozenMapping,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLine,
    PurchaseOrderLineDraft,
    Quantities,
    UnitPrice,
)
from ....rules.lateness import timeliness
from ....rules.status import standing
from ...amounts import tidy
from ...versions import fingerprint
from ..conventions import ITEM_STEP, positions
from ..purchase_marks import item_state, together
from ..wording import said, whole_per
from .cells import Row, date_cell, day, flag, instant, item_of, key, money, number, quantity, text, within
from .office import Office
from .shown_units import shown_units
from .terms import whole_terms

ITEMS: Final = "to_PurchaseOrderItem"
STAMP: Final = "CorrespncInternalReference"
THEIR_NUMBER: Final = "CorrespncExternalReference"
_PLACE: Final = 70


# ------------------------------------------------------------------------------------------------ as they are read


def purchase_order_in(row: Row, office: Office) -> PurchaseOrder:
    """The purchase order that a row with its items says; its version is a fingerprint, the service has none."""
    currency = text(row, "DocumentCurrency")
    gone = bool(text(row, "PurchasingDocumentDeletionCode"))
    warnings: list[str] = []
    items = sorted(within(row, ITEMS), key=lambda item: int(item_of(item, "PurchaseOrderItem")))
    places = positions([key(item, "PurchaseOrderItem") for item in items])
    lines = tuple(
        _line(item, places[key(item, "PurchaseOrderItem")], currency, office, warnings, gone=gone)
        for item in items
    )
    states = [_state(item) for item in items]
    counting = [
        state
        for item, state in zip(items, states, strict=True)
        if not text(item, "PurchasingDocumentDeletionCode")
    ]
    told = standing(lines, native=together(counting), natives=states)
    lines = tuple(line.but(status=status) for line, status in zip(lines, told.lines, strict=True))
    plants = {line.warehouse for line in lines}
    id, supplier = key(row, "PurchaseOrder"), key(row, "Supplier")
    order = PurchaseOrder(
        id=id,
        number=id,
        status=told.status,
        currency=currency,
        lines=lines,
        supplier=supplier,
        supplier_id=supplier,
        supplier_reference=text(row, THEIR_NUMBER) or None,
        order_date=day(row, "PurchaseOrderDate") or day(row, "CreationDate"),
        payment_terms=text(row, "PaymentTerms") or None,
        delivery_terms=_terms_in(row),
        warehouse=plants.pop() if len(plants) == 1 else None,
        contact=_contact_in(row),
        fulfilment=told.fulfilment,
        invoicing=told.invoicing,
        native_status=_native(row),
        stamp=text(row, STAMP) or None,
        modified_at=instant(row, "LastChangeDateTime"),
        raw=FrozenMapping(row),
        warnings=tuple(dict.fromkeys(warnings)),
    )
    order = order.but(timeliness=timeliness(order, office.today()))
    return order.but(version=fingerprint(order))


def _line(
    item: Row, position: int, currency: str, office: Office, warnings: list[str], *, gone: bool
) -> PurchaseOrderLine:
    ordered = number(item, "OrderQuantity") or Decimal(0)
    deleted = gone or bool(text(item, "PurchasingDocumentDeletionCode"))
    price, per = money(item, "NetPriceAmount", currency), number(item, "NetPriceQuantity") or Decimal(1)
    shown = text(item, "PurchaseOrderQuantityUnit")
    unit = shown_units(office).ours(shown)
    if unit is None and shown:
        warnings.append(f"the unit {shown} is not known here; map it in the settings (units=...)")
    return PurchaseOrderLine(
        id=key(item, "PurchaseOrderItem"),
        position=position,
        product=key(item, "Material") or None,
        unit=unit or shown or None,
        quantities=Quantities(ordered=ordered, cancelled=ordered if deleted else Decimal(0)),
        price=None if price is None else UnitPrice(amount=price.amount, currency=currency, per=per),
        description=text(item, "PurchaseOrderItemText") or None,
        warehouse=text(item, "Plant") or None,
        native_status=_native(item),
    )


def _state(item: Row) -> OrderStatus:
    return item_state(arrived=flag(item, "IsCompletelyDelivered"), billed=flag(item, "IsFinallyInvoiced"))


def _terms_in(row: Row) -> str | None:
    return f"{text(row, 'IncotermsClassification')} {text(row, 'IncotermsLocation1')}".strip() or None


def _contact_in(row: Row) -> Contact | None:
    name = text(row, "SupplierRespSalesPersonName")
    return Contact(name=name, phone=text(row, "SupplierPhoneNumber") or None) if name else None


def _native(row: Row) -> str | None:
    names = ("PurchasingDocumentDeletionCode", "PurchasingProcessingStatus")
    marks = ("ReleaseIsNotCompleted", "IsCompletelyDelivered", "IsFinallyInvoiced")
    told = [f"{name}={text(row, name)}" for name in names if text(row, name)]
    return " ".join([*told, *(name for name in marks if flag(row, name))]) or None


# --------------------------------------------------------------------------------------------- as they are written


def body_of(draft: PurchaseOrderDraft, stamp: str, office: Office) -> dict[str, Any]:
    """The body that creates an order with its items; empty fields are left for the system to fill."""
    settings = office.settings
    header = {
        "CompanyCode": settings.company_code,
        "PurchaseOrderType": settings.purchase_order_type,
        "PurchasingOrganization": settings.purchasing_org,
        "PurchasingGroup": settings.purchasing_group,
        "Supplier": said(draft.supplier),
        "DocumentCurrency": draft.currency,
        STAMP: stamp,
        **header_fields(
            supplier_reference=draft.supplier_reference,
            payment_terms=draft.payment_terms,
            delivery_terms=draft.delivery_terms,
            order_date=draft.order_date,
            contact=draft.contact,
        ),
    }
    items = [
        {
            "PurchaseOrderItem": str((index + 1) * ITEM_STEP),
            **item_body(line, draft.warehouse, office, f"lines[{index}]"),
        }
        for index, line in enumerate(draft.lines)
    ]
    return {**{name: value for name, value in header.items() if value != ""}, ITEMS: {"results": items}}


def header_fields(**values: Any) -> dict[str, Any]:
    """Fields of the header for those values that are given (not ``None``); an empty one clears its field."""
    given = {name: value for name, value in values.items() if value is not None}
    found: dict[str, Any] = {}
    for name, field in (("supplier_reference", THEIR_NUMBER), ("payment_terms", "PaymentTerms")):
        if name in given:
            found[field] = given[name] or ""
    if "delivery_terms" in given:
        code, place = whole_terms(given["delivery_terms"] or "", _PLACE, "purchase_order.delivery_terms")
        found |= {"IncotermsClassification": code, "IncotermsLocation1": place}
    if "order_date" in given:
        found["PurchaseOrderDate"] = date_cell(given["order_date"]) if given["order_date"] else None
    if "contact" in given:
        contact = given["contact"] or None
        found["SupplierRespSalesPersonName"] = contact.name if contact else ""
        found["SupplierPhoneNumber"] = (contact.phone or "") if contact else ""
    return found


def item_body(
    line: PurchaseOrderLineDraft, warehouse: str | None, office: Office, path: str
) -> dict[str, Any]:
    """A new item; what is not given is left for the system to propose."""
    found = {
        "Material": said(line.product).upper(),
        "OrderQuantity": quantity(line.quantity),
        "PurchaseOrderQuantityUnit": shown_units(office).theirs(line.unit, f"{path}.unit"),
        "Plant": line.warehouse or warehouse or office.settings.plant,
        "PurchaseOrderItemText": line.description or "",
        **(price_fields(line.price) if line.price is not None else {}),
    }
    return {name: value for name, value in found.items() if value != ""}


def price_fields(price: UnitPrice) -> dict[str, Any]:
    """A price and for how many it is; ``LossyWrite`` where that is no whole number of five digits."""
    whole = whole_per(price, "purchase_order.line.price")
    return {"NetPriceAmount": quantity(whole.amount), "NetPriceQuantity": quantity(tidy(whole.per))}
