"""Writing the lines of orders: added, changed, removed, and recorded as cancelled (sage.md 4.4, 4.5)."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from ...business import lines
from ...business.amounts import recalculate
from ...business.documents import ZERO, Document, Line
from ...business.masters import Code, Item
from . import states
from .allocating import allocate
from .desk import Desk
from .fields import checked
from .order_fields import LINE_TYPES, SALES_LINE, discount_value
from .refusing import Refused, missing, unknown

_TYPES: Final = {spelled: name for name, spelled in LINE_TYPES.items()}
_OWN: Final = frozenset(
    {
        *("id", "line_type", "product_id", "warehouse_id", "code", "line_quantity", "to_allocate_quantity"),
        *("selling_unit_id", "selling_unit_price", "selling_unit_price_overridden", "unit_discount_percent"),
        *("unit_discount_value", "tax_code_id", "is_to_delete", "create_cancelled_line", "is_to_split_line"),
    }
)
"""What is not simply stored."""
_REASON: Final = "The line '{}' cannot be deleted: it is despatched or invoiced."


def save(desk: Desk, document: Document, sent: Any, where: str) -> Line | None:
    """Do what one line of a body asks for; the line as it stands then, None where it went."""
    fields = checked(SALES_LINE, sent, desk.settings, where)
    number = fields.get("id")
    if not number:
        if fields.get("is_to_delete"):
            raise Refused("A line that is to be deleted needs its id.", f"{where}.id")
        return _added(desk, document, fields, where)
    line = desk.found(desk.company.lines, number)
    if line is None or line.document != document.id:
        raise unknown("sales order line", number, f"{where}.id")
    if fields.get("is_to_delete"):
        remove(desk, document, line, record=bool(fields.get("create_cancelled_line")))
        return None
    return _changed(desk, document, line, fields, where)


def remove(desk: Desk, document: Document, line: Line, *, record: bool) -> None:
    """Take a line out; where it shall be known later, it is recorded what was cancelled."""
    if not states.deletable(line):
        raise Refused(_REASON.format(line.object_number or line.number), "is_to_delete")
    if record:
        recorded(desk, document, line, states.whole(line))
    lines.remove_line(desk.company, line)


def recorded(desk: Desk, document: Document, line: Line, quantity: Decimal) -> None:
    """Keep what was cancelled of a line."""
    table = desk.cancelled_lines()
    extras = {
        "sop_order_return_id": desk.number(document, desk.company.documents),
        "item_code": line.object_number,
        "item_description": line.description,
        "cancelled_quantity": quantity,
        "cancelled_date": desk.company.world.today(),
        "user_name": desk.user,
        "selling_unit_description": line.unit,
        "stock_unit_cancelled_quantity": quantity * line.per_unit,
    }
    table.add(Code(code=f"{document.number}/{line.number}/{len(table)}", extras=extras))
    marked = desk.company.documents.row(document.id)
    desk.company.documents.put(replace(marked, extras={**marked.extras, states.RECORDED: True}))


# ---------------------------------------------------------------- new lines


def _added(desk: Desk, document: Document, sent: dict[str, Any], where: str) -> Line:
    if "line_type" not in sent:
        raise missing(f"{where}.line_type")
    type = _TYPES.get(sent["line_type"])
    fields: dict[str, Any] = {"type": type, "extras": _extras(sent), **_plain(sent)}
    match type:
        case None:
            raise Refused(f"'{sent['line_type']}' is not a line type.", f"{where}.line_type")
        case "item":
            _needed(sent, where, "product_id", "warehouse_id", "line_quantity")
            item = _product(desk, sent["product_id"], where)
            fields |= {
                "object_number": item.number,
                "location": _warehouse(desk, sent["warehouse_id"], where),
            }
            fields |= _ordered(desk, item, sent, where)
        case "text":
            _needed(sent, where, "description", "line_quantity")
            fields["quantity"] = _quantity(sent["line_quantity"], None, where)
        case "comment":
            _needed(sent, where, "description")
        case "charge":
            fields |= _charge(desk, document, sent, where)
    if type != "comment":
        fields |= _amounts(desk, sent, None, where)
    line = lines.add_line(desk.company, desk.company.documents.row(document.id), fields)
    return allocate(desk, line, sent.get("to_allocate_quantity"), new=True)


def _needed(sent: dict[str, Any], where: str, *names: str) -> None:
    for name in names:
        if sent.get(name) in {None, ""}:
            raise missing(f"{where}.{name}")


def _product(desk: Desk, number: int, where: str) -> Item:
    item: Item = desk.named(desk.company.items, number, "product", f"{where}.product_id")
    if not item.extras.get("allow_sales_order", True):
        raise Refused(
            f"The stock item '{item.number}' is not allowed on sales orders.", f"{where}.product_id"
        )
    return item


def _warehouse(desk: Desk, number: int, where: str) -> str:
    return str(desk.named(desk.company.locations, number, "warehouse", f"{where}.warehouse_id").code)


def _ordered(desk: Desk, item: Item, sent: dict[str, Any], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "line_quantity" in sent:
        found["quantity"] = _quantity(sent["line_quantity"], item, where)
    if sent.get("selling_unit_id"):
        unit = desk.named(desk.company.units, sent["selling_unit_id"], "unit", f"{where}.selling_unit_id")
        found["unit"] = unit.code
    return found


def _quantity(sent: Decimal, item: Item | None, where: str) -> Decimal:
    if item is not None and item.extras.get("traceable_type") == "EnumTraceableTypeSerial":
        sent = sent.quantize(Decimal(1), ROUND_HALF_UP)
    if sent <= 0:
        raise Refused("The line quantity must be greater than zero.", f"{where}.line_quantity")
    return sent


def _charge(desk: Desk, document: Document, sent: dict[str, Any], where: str) -> dict[str, Any]:
    if not sent.get("code") and not sent.get("description"):
        raise missing(f"{where}.code")
    charge = desk.company.codes("Additional Charge").by("code", sent.get("code", ""))
    if sent.get("code") and charge is None:
        raise Refused(f"The additional charge '{sent['code']}' does not exist.", f"{where}.code")
    rate = desk.company.world.settings.tax_rates.get("STANDARD", ZERO)
    return {
        "object_number": sent.get("code", ""),
        "description": sent.get("description") or (charge.name if charge is not None else ""),
        "quantity": Decimal(1),
        "tax_percent": rate if desk.company.partner_of(document).taxable else ZERO,
    }


# ---------------------------------------------------------------- changes


def _changed(desk: Desk, document: Document, line: Line, sent: dict[str, Any], where: str) -> Line:
    if sent.get("line_type", LINE_TYPES[line.type]) != LINE_TYPES[line.type]:
        raise Refused("The type of a line cannot be changed.", f"{where}.line_type")
    fields: dict[str, Any] = {"extras": {**line.extras, **_extras(sent)}, **_plain(sent)}
    item = desk.company.items.by("number", line.object_number) if line.type == "item" else None
    if item is not None:
        fields |= _of_product(desk, line, item, sent, where)
    elif line.type == "text" and "line_quantity" in sent:
        fields["quantity"] = _quantity(sent["line_quantity"], None, where)
    if line.counts:
        fields |= _amounts(desk, sent, line, where)
    less = states.whole(line) - fields.get("quantity", line.quantity)
    changed = lines.change_line(desk.company, line, fields)
    if line.manual_price and sent.get("selling_unit_price_overridden") is False:
        changed = lines.reprice(desk.company, document, changed)
        recalculate(desk.company, desk.company.documents.row(document.id), touch=True)
    if sent.get("create_cancelled_line") and less > 0:
        recorded(desk, document, changed, less)
    moved = {"quantity", "location", "unit", "object_number"}
    if "to_allocate_quantity" in sent or any(getattr(line, name) != getattr(changed, name) for name in moved):
        changed = allocate(desk, desk.company.lines.row(line.id), sent.get("to_allocate_quantity"), new=False)
    return changed


def _of_product(desk: Desk, line: Line, item: Item, sent: dict[str, Any], where: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if sent.get("product_id") and (other := _product(desk, sent["product_id"], where)).id != item.id:
        if not states.deletable(line):
            raise Refused("The product of a despatched line cannot be changed.", f"{where}.product_id")
        item = other
        fields["object_number"] = item.number
    if sent.get("warehouse_id"):
        fields["location"] = _warehouse(desk, sent["warehouse_id"], where)
    return fields | _ordered(desk, item, sent, where)


# ---------------------------------------------------------------- prices, discounts, and what is simply stored


def _amounts(desk: Desk, sent: dict[str, Any], line: Line | None, where: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    imposed = sent.get("selling_unit_price_overridden") or not desk.settings.price_needs_flag
    listed = line.type == "item" if line is not None else sent["line_type"] == "EnumLineTypeStandard"
    if "selling_unit_price" in sent and (imposed or not listed):
        if sent["selling_unit_price"] < 0:
            raise Refused("The price must not be negative.", f"{where}.selling_unit_price")
        fields["price"] = sent["selling_unit_price"]
    elif line is not None and sent.get("selling_unit_price_overridden") is False:
        fields["manual_price"] = False
    if sent.get("unit_discount_overridden") or not desk.settings.price_needs_flag:
        fields |= _discount(sent, line, fields, where)
    if sent.get("tax_code_id"):
        table = desk.company.codes("Tax Code")
        code = desk.named(table, sent["tax_code_id"], "tax code", f"{where}.tax_code_id").code
        if line is None or code != (line.tax_code or "STANDARD"):
            fields["tax_code"] = code
    return fields


def _discount(sent: dict[str, Any], line: Line | None, fields: dict[str, Any], where: str) -> dict[str, Any]:
    percent, value = sent.get("unit_discount_percent"), sent.get("unit_discount_value")
    if percent is not None and not 0 <= percent <= states.HUNDRED:
        raise Refused("A discount is between 0 and 100 percent.", f"{where}.unit_discount_percent")
    if value is not None and (percent is None or not sent.get("discount_percent_specified")):
        if line is not None and value == discount_value(line) and "price" not in fields:
            return {}
        quantity = sent.get("line_quantity") or (line.quantity if line is not None else Decimal(1))
        return {"discount_amount": value * quantity}
    return {"discount_percent": percent} if percent is not None else {}


def _plain(sent: dict[str, Any]) -> dict[str, Any]:
    kept = {name: SALES_LINE[name].target for name in sent if name not in _OWN and SALES_LINE[name].target}
    return {target: sent[name] for name, target in kept.items()}


def _extras(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name not in _OWN and not SALES_LINE[name].target}
