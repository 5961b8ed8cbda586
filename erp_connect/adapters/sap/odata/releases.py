"""What a release of the sales order service has a field for, by its own description (sap.md 4.4, 8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from ....errors import LossyWrite
from ....wire.odata import EntityType, Model
from .dialect import Body, Dialect
from .office import Office

Way = Literal["creatable", "updatable"]
_OF_ORDER: Final[Mapping[str, str]] = {
    "CustomerPaymentTerms": "order.payment_terms",
    "IncotermsClassification": "order.delivery_terms",
    "AssignmentReference": "order.references",
    "CompleteDeliveryIsDefined": "order.partial_shipment",
    "RequestedDeliveryDate": "order.requested",
    "SalesOrderDate": "order.order_date",
    "PurchaseOrderByCustomer": "order.customer_po",
}
_OF_ITEM: Final[Mapping[str, str]] = {
    "SalesOrderItemText": "order.line.description",
    "ProductionPlant": "order.line.warehouse",
    "Plant": "order.line.warehouse",
    "RequestedQuantity": "order.line.quantity",
}
_UNTOUCHED: Final = (
    *("PurchaseOrderByCustomer", "CustomerPaymentTerms", "AssignmentReference", "IncotermsClassification"),
    *("SalesGroup", "SalesOffice"),
)


def takes(office: Office, entity_set: str, name: str, way: str) -> bool:
    """Whether a set has a property and does not forbid to use it so (``creatable``, ``updatable``, ``filterable``)."""
    known = office.known(entity_set).get(name)
    return known is not None and known.allows(way)


def untouched(office: Office) -> str:
    """A property of the order that can be written as it is, so that its version is held to all the same."""
    order = office.dialect.order
    return next((name for name in _UNTOUCHED if takes(office, order, name, "updatable")), _UNTOUCHED[0])


def lacking(model: Model, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """Fields of drafts that a new order does not keep in this release, with the property that is not there."""
    wanted = {name: path for name, path in _OF_ITEM.items() if name in ("SalesOrderItemText", dialect.plant)}
    for entity_set, table in ((dialect.order, _OF_ORDER), (dialect.item, wanted)):
        known = model.sets.get(entity_set)
        for name, path in table.items() if known is not None else ():
            held = known.properties.get(name) if known is not None else None
            if held is None or not held.allows("creatable"):
                yield path, name


def refuse_unheld(office: Office, entity_set: str, body: Body, way: Way) -> None:
    """``LossyWrite``, before anything is sent, for a property that a set does not have or take in this release."""
    known = office.orders_model.sets.get(entity_set)
    if known is not None:
        _refuse(office, known, entity_set, body, way)


def _refuse(office: Office, known: EntityType, where: str, body: Mapping[str, Any], way: Way) -> None:
    for name, value in body.items():
        if name in known.navigations:
            inner = office.orders_model.types.get(known.navigations[name])
            for row in _rows(value):
                if inner is not None:
                    _refuse(office, inner, inner.name, row, "creatable")
            continue
        held = known.properties.get(name)
        if held is None or not held.allows(way):
            why = "has no such field" if held is None else f"does not take it ({way})"
            path = (_OF_ORDER if where == office.dialect.order else _OF_ITEM).get(name)
            raise LossyWrite(
                f"this release of the sales order service {why}: {name} of {where}",
                fields=(path or name,),
                path=path,
            )


def _rows(value: Any) -> list[Mapping[str, Any]]:
    rows = value.get("results", []) if isinstance(value, Mapping) else value
    return [row for row in rows if isinstance(row, Mapping)]
