"""The public names and their signatures, held against a snapshot that a person has read.

After a change that is meant: ``python tests/test_public_api.py`` writes the snapshot again.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import erp_connect as ec

SNAPSHOT = Path(__file__).parent / "public_api.txt"
RESOURCES = (
    *("orders", "purchase_orders", "customers", "suppliers", "products", "stock", "prices"),
    *("shipments", "invoices", "goods_receipts", "returns", "journal"),
)

# Design section 3: acceptance programs call these, so they stay whatever else changes.
FIXED = [
    "connect",
    "capabilities",
    "keys",
    "errors",
    "EMPTY",
    "Client",
    "Capabilities",
    "Support",
    "Conditional",
    "OrderDraft",
    "LineDraft",
    "CustomerDraft",
    "SupplierDraft",
    "ProductDraft",
    "PurchaseOrderDraft",
    "PurchaseOrderLineDraft",
    "ReturnDraft",
    "Order",
    "OrderLine",
    "Customer",
    "Supplier",
    "Product",
    "PurchaseOrder",
    "Shipment",
    "Package",
    "Invoice",
    "Return",
    "GoodsReceipt",
    "Address",
    "Contact",
    "Money",
    "UnitPrice",
    "Discount",
    "Charge",
    "Hold",
    "Reference",
    "Ref",
    "Availability",
    "Quote",
    "Amendment",
    "AddLine",
    "ChangeQuantity",
    "ChangePrice",
    "ChangeDate",
    "ChangeDiscount",
    "ChangeWarehouse",
    "SubstituteProduct",
    "SplitLine",
    "ChangeAddress",
    "ChangeHeader",
    "AddNote",
    "CancelLine",
    "PlaceHold",
    "ReleaseHold",
    "OrderStatus",
    "WriteReceipt",
    "Plan",
    "Tracking",
    "Findings",
    "Finding",
    "BatchResult",
    "BatchFailure",
    "OrderEvent",
    "Difference",
]


def signature(function: Any) -> str:
    return str(inspect.signature(function))


def members(kind: type) -> Iterator[str]:
    if issubclass(kind, enum.Enum):
        yield from (f"  = {member.name} {member.value!r}" for member in kind)
        return
    fields: dict[str, Any] = getattr(kind, "model_fields", None) or getattr(kind, "__dataclass_fields__", {})
    for base in reversed(kind.__mro__):
        for name, annotation in vars(base).get("__annotations__", {}).items():
            if name in fields:
                yield f"  . {name}: {annotation}"
    for name in dir(kind):
        if name.startswith(("_", "model_")) or not comes_from_us(kind, name):
            continue
        if name == "trusted":  # for adapters' rows; each class makes its own at the first one
            continue
        value = inspect.getattr_static(kind, name)
        if isinstance(value, property) and value.fget is not None:
            yield f"  . {name} -> {value.fget.__annotations__.get('return')}"
        elif isinstance(value, staticmethod | classmethod):
            yield f"  {name}{signature(getattr(kind, name))}"
        elif inspect.isfunction(value):
            yield f"  {name}{signature(value)}"


def comes_from_us(kind: type, name: str) -> bool:
    owner = next(base for base in kind.__mro__ if name in vars(base))
    return owner.__module__.startswith("erp_connect")


def described(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, ModuleType):
        yield f"module {name}"
        for inner in sorted(vars(value).get("__all__", ())):
            yield from (f"  {line}" for line in described(inner, getattr(value, inner)))
    elif isinstance(value, type):
        bases = ", ".join(base.__name__ for base in value.__bases__)
        yield f"class {name}({bases})"
        yield from members(value)
    elif callable(value):
        yield f"def {name}{signature(value)}"
    else:
        yield f"{name}: {type(value).__name__}"


def public_api() -> str:
    lines = [line for name in sorted(ec.__all__) for line in described(name, getattr(ec, name))]
    with ec.connect("memory://") as erp:
        for name in RESOURCES:
            lines.append(f"Client.{name}")
            lines.extend(members(type(getattr(erp, name))))
    return "\n".join(lines) + "\n"


def test_the_public_names_are_those_of_the_snapshot() -> None:
    assert public_api().splitlines() == SNAPSHOT.read_text(encoding="utf-8").splitlines()


def test_the_names_that_programs_rely_on_are_there() -> None:
    assert set(FIXED) <= set(ec.__all__)
    assert [name for name in ec.__all__ if not hasattr(ec, name)] == []


def test_every_public_name_is_documented() -> None:
    kinds = [getattr(ec, name) for name in ec.__all__ if callable(getattr(ec, name))]
    assert [kind.__name__ for kind in kinds if not inspect.getdoc(kind)] == []


if __name__ == "__main__":
    SNAPSHOT.write_text(public_api(), encoding="utf-8")
