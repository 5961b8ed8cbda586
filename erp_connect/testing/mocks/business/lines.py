"""Adding, changing and removing the lines of papers.  Fields bear the names of ``Line``'s attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from .amounts import discounted, percented, recalculate
from .company import Company
from .documents import ZERO, Document, Line
from .masters import Customer, Item
from .pricing import price_of
from .refusals import Refusal

__all__ = ["add", "add_line", "change_line", "remove_line", "reprice"]

_FIXING: Final = frozenset({"pending", "released", "prepayment"})
_AMOUNT_FIELDS: Final = frozenset(
    {
        *("type", "object_number", "unit", "quantity", "price", "discount_percent", "discount_amount"),
        *("tax_code", "canceled", "variant"),
    }
)


def add_line(company: Company, document: Document, fields: Mapping[str, Any]) -> Line:
    """One more line of a paper; the paper's amounts follow."""
    line = add(company, document, fields)
    recalculate(company, document, touch=company.world.settings.line_follows_header)
    return company.lines.row(line.id)


def change_line(company: Company, line: Line, fields: Mapping[str, Any]) -> Line:
    """Change fields of a line; the paper's amounts follow where they do."""
    document = company.documents.row(line.document)
    _open_for_edits(document)
    moved = {name: value for name, value in fields.items() if getattr(line, name) != value}
    if document.status in _FIXING and company.world.settings.line_fixed & set(moved):
        raise _status(document)
    for name in ("document", "number"):
        if name in moved:
            raise Refusal("immutable", field=name)
    changed = _resolved(company, document, replace(line, **moved), moved)
    changed = _defaulted(company, document, changed, moved, line)
    _quantities(company, changed)
    company.lines.put(changed)
    if set(moved) & _AMOUNT_FIELDS:
        recalculate(company, document, touch=company.world.settings.line_follows_header)
    return company.lines.row(line.id)


def remove_line(company: Company, line: Line) -> None:
    """Take a line out of a paper; not where something of it is shipped and not invoiced."""
    document = company.documents.row(line.document)
    _open_for_edits(document)
    if document.status in _FIXING and company.world.settings.lines_fixed_when_released:
        raise _status(document)
    if line.shipped > line.invoiced:
        rest = line.shipped - line.invoiced
        raise Refusal("shipped_not_invoiced", kind=document.kind, number=document.number, quantity=rest)
    company.lines.remove(line.id)
    recalculate(company, document, touch=company.world.settings.line_follows_header)


def reprice(company: Company, document: Document, line: Line) -> Line:
    """Give a line the price of the list, unless somebody entered one."""
    if line.manual_price or not line.counts:
        return line
    priced = _priced(company, document, line, with_discount=False)
    return company.lines.put(discounted(company, document, priced))


# ---------------------------------------------------------------- steps


def add(company: Company, document: Document, fields: Mapping[str, Any]) -> Line:
    """A new line, without the paper's amounts."""
    _open_for_edits(document)
    if document.status in _FIXING and company.world.settings.lines_fixed_when_released:
        raise _status(document)
    taken = {line.number for line in company.lines_of(document)}
    number = fields.get("number") or max(taken, default=0) + company.world.settings.line_step
    if number in taken:
        raise Refusal("line_number_taken", number=number)
    draft = Line(
        document=document.id,
        location=document.location,
        requested=document.requested,
        promised=document.promised,
        shipment_date=document.shipment_date or document.requested or company.world.today(),
    )
    draft = replace(draft, **{**fields, "number": number, "document": document.id})
    draft = _resolved(company, document, draft, dict(fields))
    draft = _defaulted(company, document, draft, dict(fields), None)
    _quantities(company, draft)
    return company.lines.add(draft)


def _open_for_edits(document: Document) -> None:
    if document.posted or document.canceled:
        raise Refusal("finished", kind=document.kind, number=document.number)


def _status(document: Document) -> Refusal:
    return Refusal(
        "status", kind=document.kind, number=document.number, status=document.status, wanted="open"
    )


def _resolved(company: Company, document: Document, line: Line, given: Mapping[str, Any]) -> Line:
    """The line with what follows from its item, account or resource."""
    if line.location:
        company.known(company.locations, line.location, "location")
    if not line.counts:
        return replace(line, unit="", quantity=ZERO)
    names = {"account": company.accounts, "resource": company.resources}.get(line.type)
    if line.type in {"account", "resource"} and names is not None:
        if line.object_number not in names:
            raise Refusal("not_in_table", field=line.type, value=line.object_number, table=line.type)
        description = line.description or names[line.object_number]
        return replace(line, description=description, tax_percent=_tax(company, document, line.tax_code))
    if line.type == "text":
        return replace(line, tax_percent=_tax(company, document, line.tax_code))
    if line.type != "item":
        return line
    if {"object_number", "type", "unit", "variant"} & set(given) or not line.description:
        line = _of_item(company, line, given)
    return replace(line, tax_percent=_tax(company, document, line.tax_code))


def _of_item(company: Company, line: Line, given: Mapping[str, Any]) -> Line:
    item = company.items.by("number", line.object_number)
    if item is None:
        raise Refusal("not_in_table", field="item", value=line.object_number, table=company.items.name)
    if item.blocked:
        raise Refusal("blocked_item", number=item.number)
    unit = line.unit or item.unit
    if "object_number" in given and "unit" not in given:
        unit = item.unit
    per_unit = item.holds(unit)
    if per_unit is None:
        raise Refusal("unit_unknown", unit=unit, item=item.number)
    described = _described(company, item, line)
    if "object_number" in given and "description" not in given:
        described = _described(company, item, replace(line, description=""))
    tax_code = given.get("tax_code") or (item.tax_code if "object_number" in given else line.tax_code)
    return replace(
        line, unit=unit, per_unit=per_unit, description=described, tax_code=tax_code or item.tax_code
    )


def _described(company: Company, item: Item, line: Line) -> str:
    if not line.variant:
        return line.description or item.name
    variant = company.variants.by("code", (item.id, line.variant))
    if variant is None:
        raise Refusal("not_in_table", field="variant", value=line.variant, table=company.variants.name)
    return line.description or variant.description or item.name


def _tax(company: Company, document: Document, code: str) -> Decimal:
    if not company.partner_of(document).taxable:
        return ZERO
    return company.world.settings.tax_rates.get(code or "STANDARD", ZERO)


def _defaulted(
    company: Company, document: Document, line: Line, given: Mapping[str, Any], before: Line | None
) -> Line:
    """The line with its price, its discount and what is to be shipped and invoiced."""
    if not line.counts:
        return line
    if "price" in given:
        line = replace(line, price=company.rounded_price(line.price, document.currency), manual_price=True)
    elif {"object_number", "unit", "quantity", "variant"} & set(given) and not line.manual_price:
        line = _priced(company, document, line, with_discount="discount_percent" not in given)
    if "discount_amount" in given and "discount_percent" not in given:
        line = percented(company, document, line)
    elif before is None or set(given) & _AMOUNT_FIELDS:
        line = discounted(company, document, line)
    if before is None or "quantity" in given or "canceled" in given:
        rest = company.world.settings.quantities_to_ship == "rest"
        if "to_ship" not in given:
            line = replace(line, to_ship=line.open if rest else ZERO)
        if "to_invoice" not in given:
            whole = line.quantity - line.canceled - line.invoiced
            line = replace(line, to_invoice=whole if rest else ZERO)
    return line


def _priced(company: Company, document: Document, line: Line, *, with_discount: bool) -> Line:
    item = company.items.by("number", line.object_number)
    if item is None or line.type != "item":
        return line
    partner = company.partner_of(document)
    if not isinstance(partner, Customer):
        cost = company.rounded_price(item.cost * line.per_unit, document.currency)
        return replace(line, price=cost)
    on = document.order_date or company.world.today()
    price, percent = price_of(company, partner, item, line.quantity, line.unit, document.currency, on)
    if not with_discount or (line.discount_percent and not percent):
        percent = line.discount_percent
    return replace(line, price=price, discount_percent=percent)


def _quantities(company: Company, line: Line) -> None:
    if line.quantity - line.canceled < line.shipped:
        raise Refusal("quantity_below_shipped", quantity=line.quantity, shipped=line.shipped)
    if line.to_ship > line.open:
        raise Refusal("too_much_to_ship", limit=line.open)
    limit = line.quantity - line.canceled - line.invoiced
    if line.to_invoice > limit:
        raise Refusal("too_much_to_invoice", limit=limit)
