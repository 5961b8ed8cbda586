"""What the journal keeps of entities and differences, as JSON, and back again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json

from ..models import (
    Difference,
    DifferenceKind,
    Order,
    OrderFields,
    OrderLine,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    Quantities,
    Reference,
    Value,
)

B = TypeVar("B", bound=Value)


def to_plain(value: Any) -> Any:
    """A value as JSON that reads back with its type, as far as a receipt needs it."""
    if isinstance(value, BaseModel):
        return {"$value": value.model_dump(mode="json", exclude_defaults=True)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return {"$decimal": format(value, "f")}
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Mapping):
        return {str(name): to_plain(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def from_plain(value: Any) -> Any:
    """What :func:`to_plain` wrote; a model stays a mapping of its fields."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((tag, inner),) = value.items()
            if tag == "$decimal":
                return Decimal(inner)
            if tag == "$instant":
                return datetime.fromisoformat(inner)
            if tag == "$date":
                return date.fromisoformat(inner)
            if tag == "$value":
                return inner
        return {name: from_plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return tuple(from_plain(item) for item in value)
    return value


def differences_to_plain(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """Differences for the journal."""
    return [
        {
            "path": each.path,
            "kind": each.kind.value,
            "sent": to_plain(each.sent),
            "stored": to_plain(each.stored),
            "line_id": each.line_id,
        }
        for each in differences
    ]


def differences_from_plain(stored: Any) -> tuple[Difference, ...]:
    """Differences from the journal."""
    return tuple(
        Difference(
            path=each["path"],
            kind=DifferenceKind(each["kind"]),
            sent=from_plain(each["sent"]),
            stored=from_plain(each["stored"]),
            line_id=each["line_id"],
        )
        for each in stored or ()
    )


def model_to_plain(value: BaseModel) -> dict[str, Any]:
    """A whole entity for the journal."""
    return value.model_dump(mode="json", exclude_defaults=True)


def model_from_plain(kind: type[B], stored: Any) -> B:
    """A whole entity or draft from the journal; codes that are on no list are no obstacle."""
    return kind.restored(to_json(stored))


def tombstone_of(order: OrderFields, reason: str | None, at: datetime) -> dict[str, Any]:
    """What is remembered of an order that is gone: ids, quantities, reason and time; no names, no addresses."""
    party = order.supplier if isinstance(order, PurchaseOrder) else getattr(order, "customer", None)
    return {
        "id": order.id,
        "number": order.number,
        "party": party,
        "customer_po": getattr(order, "customer_po", None),
        "currency": order.currency,
        "references": [[each.kind, each.value] for each in order.references],
        "reason": reason,
        "at": at.isoformat(),
        "lines": [
            {
                "id": line.id,
                "position": line.position,
                "product": line.product,
                "unit": line.unit,
                "ordered": format(line.quantities.ordered, "f"),
            }
            for line in order.lines
        ],
    }


def from_tombstone(kind: type[Any], tombstone: Mapping[str, Any]) -> Any:
    """The CANCELLED order that a tombstone stands for."""
    line_kind = PurchaseOrderLine if kind is PurchaseOrder else OrderLine
    lines = tuple(
        line_kind(
            id=line["id"],
            position=line["position"],
            product=line["product"],
            unit=line["unit"],
            quantities=Quantities(ordered=Decimal(line["ordered"]), cancelled=Decimal(line["ordered"])),
            status=OrderStatus.CANCELLED,
        )
        for line in tombstone["lines"]
    )
    party: dict[str, Any] = (
        {"customer": tombstone.get("party") or "", "customer_po": tombstone.get("customer_po")}
        if kind is Order
        else {"supplier": tombstone.get("party") or ""}
    )
    return kind(
        id=tombstone["id"],
        number=tombstone["number"],
        status=OrderStatus.CANCELLED,
        currency=tombstone["currency"],
        lines=lines,
        references=tuple(
            Reference(kind=kind_, value=value) for kind_, value in tombstone.get("references", ())
        ),
        cancel_reason=tombstone.get("reason"),
        modified_at=datetime.fromisoformat(tombstone["at"]),
        **party,
    )
