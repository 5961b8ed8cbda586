"""Prices from price lists, amounts of lines, totals of papers (dynamics.md 4.3, 4.9 point 5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from . import refusing
from .deriving import PAPERS, Values, described
from .organization import Organization, Record, round_half_up

ZERO: Final = Decimal(0)
_NOT_FROM_LIST, _NO_LIST = 11, 2


# ---------------------------------------------------------------- prices and totals


def priced(organization: Organization, paper: Record, values: Values) -> None:
    """A line's price and amounts: from the price list, unless the line says that its price is its own."""
    _product_of(organization, values)
    locked = bool(paper.values.get("ispricelocked"))
    if not (values.get("ispriceoverridden") or values.get("isproductoverridden") or locked):
        values["priceperunit"], values["pricingerrorcode"] = _listed(organization, paper, values)
    else:
        values["pricingerrorcode"] = 0
    quantity = values.get("quantity") or ZERO
    base = organization.money(quantity * (values.get("priceperunit") or ZERO))
    values["baseamount"] = base
    values["volumediscountamount"] = organization.money(ZERO)
    less = values.get("manualdiscountamount") or ZERO
    values["extendedamount"] = base - less + (values.get("tax") or ZERO)


def _product_of(organization: Organization, values: Values) -> None:
    if values.get("isproductoverridden"):
        if values.get("_productid_value"):
            raise refusing.invalid("A write-in product has no product id.")
        if not values.get("productdescription"):
            raise refusing.invalid("The product description of a write-in product is missing.")
        return
    product = values.get("_productid_value")
    row = None if product is None else organization.data["product"].get(product)
    if row is None:
        raise refusing.invalid("The product id is missing.")
    if row.values.get("statecode") not in {0, 3}:
        raise refusing.invalid("You can only add active products.")
    unit = organization.data["uom"].get(values.get("_uomid_value") or organization.id)
    if unit is None:
        raise refusing.invalid("The unit id is missing.")
    own = row.values.get("_defaultuomscheduleid_value")
    if own is not None and unit.values.get("_uomscheduleid_value") != own:
        raise refusing.invalid("The unit is not of the product's unit group.")


def _listed(organization: Organization, paper: Record, values: Values) -> tuple[Decimal, int]:
    listed = paper.values.get("_pricelevelid_value")
    found = list_price(organization, listed, values["_productid_value"], values["_uomid_value"])
    if found is not None:
        return found, 0
    if organization.settings.prices_required:
        raise refusing.invalid("The product is not in the price list of its parent.")
    return ZERO, _NO_LIST if listed is None else _NOT_FROM_LIST


def list_price(organization: Organization, listed: UUID | None, product: UUID, unit: UUID) -> Decimal | None:
    """What a price list asks for one unit of a product."""
    for item in organization.data["productpricelevel"].where("_productid_value", product):
        if item.values.get("_pricelevelid_value") == listed and item.values.get("_uomid_value") == unit:
            amount: Decimal | None = item.values.get("amount")
            return amount
    return None


def totalled(organization: Organization, logical: str, ident: UUID) -> Record:
    """A paper with its totals as its lines make them now."""
    paper, about = organization.data[logical].row(ident), PAPERS[logical]
    lines = [line.values for line in organization.data[about.lines].where(about.through, ident)]
    items = sum((one["baseamount"] - (one.get("manualdiscountamount") or ZERO) for one in lines), ZERO)
    percent = paper.values.get("discountpercentage") or ZERO
    discount = (paper.values.get("discountamount") or ZERO) + organization.money(items * percent / 100)
    tax = sum((one.get("tax") or ZERO for one in lines), ZERO)
    totals: Values = {
        "totallineitemamount": items,
        "totallineitemdiscountamount": sum((one.get("manualdiscountamount") or ZERO for one in lines), ZERO),
        "totaltax": tax,
        "totaldiscountamount": discount,
        "totalamountlessfreight": items - discount,
        "totalamount": items - discount + (paper.values.get("freightamount") or ZERO) + tax,
        "pricingerrorcode": next((1 for one in lines if one.get("pricingerrorcode")), 0),
    }
    totals = {n: round_half_up(v, 2) if isinstance(v, Decimal) else v for n, v in totals.items()}
    return settled(organization, logical, paper, totals)


def settled(organization: Organization, logical: str, record: Record, fresh: Values) -> Record:
    """The record with fresh values; written only where something differs."""
    values = described(organization, logical, {**record.values, **fresh})
    told = {name: value for name, value in values.items() if value is not None}
    return record if told == dict(record.values) else organization.put(logical, record, values)
