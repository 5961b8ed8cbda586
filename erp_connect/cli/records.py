"""Rows of a sheet as master data: a draft for what is new, and the fields that a row says of what is on file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..documents.drafting import NO_POSTAL_CODES
from ..errors import InvalidOrder
from ..models import (
    Address,
    Customer,
    CustomerDraft,
    Money,
    Product,
    ProductCode,
    ProductDraft,
    ProductUnit,
    Supplier,
    SupplierDraft,
    UnitPrice,
)

__all__ = ["customer_of", "product_of", "supplier_of", "unit_price_of"]

_ADDRESS: Final = ("street", "street2", "postal_code", "city", "region", "country")
_PARTY: Final = (
    *("name", "currency", "email", "phone", "payment_terms", "delivery_terms", "tax_id", "price_group"),
)
_PRODUCT: Final = ("name", "unit", "tax_rate", "weight", "description")


def product_of(
    said: Mapping[str, Any], known: Product | None, currency: str | None
) -> tuple[ProductDraft, Mapping[str, Any]]:
    """The draft of a product, and the fields that the row says."""
    fields = {name: said[name] for name in _PRODUCT if name in said}
    if "price" in said:
        fields["price"] = unit_price_of(said, currency)
    if "gtin" in said:
        codes = [code for code in (known.codes if known else ()) if code.kind != "gtin"]
        fields["codes"] = (*codes, ProductCode(kind="gtin", value=said["gtin"]))
    if ("package_unit" in said) != ("package_quantity" in said):
        raise _refused("package_unit", "a package needs its unit and how many it holds", "fill in both cells")
    if "package_unit" in said:
        package = ProductUnit(unit=said["package_unit"], factor=said["package_quantity"])
        units = known.units if known else ()
        others = (unit for unit in units if unit.unit != package.unit)
        fields["units"] = units if package in units else (*others, package)
    return ProductDraft(code=said["code"], **fields), fields


def customer_of(
    said: Mapping[str, Any], known: Customer | None, currency: str | None
) -> tuple[CustomerDraft, Mapping[str, Any]]:
    """The draft of a customer, and the fields that the row says."""
    fields = _party(said, known)
    if "credit_limit" in said:
        own = said.get("currency") or (known.currency if known else None)
        limit = Money(amount=said["credit_limit"], currency=_sure(own or currency))
        fields["credit_limit"] = limit
    return CustomerDraft(number=said["number"], **fields), fields


def supplier_of(
    said: Mapping[str, Any], known: Supplier | None, _currency: str | None
) -> tuple[SupplierDraft, Mapping[str, Any]]:
    """The draft of a supplier, and the fields that the row says."""
    fields = _party(said, known)
    return SupplierDraft(number=said["number"], **fields), fields


def unit_price_of(said: Mapping[str, Any], currency: str | None) -> UnitPrice:
    """The price of a row, in its own currency or the company's."""
    return UnitPrice(
        amount=said["price"], currency=_sure(said.get("currency") or currency), per=said.get("per", 1)
    )


def _party(said: Mapping[str, Any], known: Customer | Supplier | None) -> dict[str, Any]:
    fields = {name: said[name] for name in _PARTY if name in said}
    parts = {name: said[name] for name in _ADDRESS if name in said}
    lines = tuple(parts.pop(name) for name in ("street", "street2") if name in parts)
    if lines:
        parts["lines"] = lines
    if parts and known is not None and known.address is not None:
        fields["address"] = known.address.but(**parts)
    elif parts:
        if parts.get("country") in NO_POSTAL_CODES:
            parts.setdefault("postal_code", "")
        for part in ("country", "city", "postal_code"):
            if part not in parts:
                missing = part.replace("_", " ")
                raise _refused(
                    part,
                    f"the {missing} is missing, and other parts of the address are given",
                    "fill in the cell",
                )
        fields["address"] = Address(**{"name": said["name"], "lines": (), **parts})
    return fields


def _sure(currency: str | None) -> str:
    if currency is None:
        raise _refused(
            "currency",
            "an amount without a currency",
            "fill in the currency, or give the company one: erp-connect init URL --currency EUR --change",
        )
    return currency


def _refused(path: str, message: str, fix: str) -> InvalidOrder:
    return InvalidOrder(message, path=path, code="missing_value", hint=fix)
