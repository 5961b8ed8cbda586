"""What each amendment of a line does to the order on the bench; entered through ``rules.amending`` only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypedDict

from ..errors import InsufficientStock, InvalidOrder, TransitionNotAllowed
from ..models import (
    AddLine,
    CancelLine,
    ChangeDate,
    ChangeDiscount,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Discount,
    Empty,
    Hold,
    LineDraft,
    OrderLine,
    PurchaseOrderLine,
    Quantities,
    Ref,
    ScheduleLine,
    SplitLine,
    SubstituteProduct,
)
from .allocating import allocate, settled
from .cancelling import line_cancelled
from .entering import sales_line
from .pricing import line_price
from .purchasing import purchase_line
from .quantities import moved, open_quantity

if TYPE_CHECKING:
    from .amending import Bench

ZERO: Final = Decimal(0)


def _closed(line: OrderLine, path: str) -> None:
    """Refuse a line of which nothing is open."""
    if open_quantity(line.quantities) > 0:
        return
    done = moved(line.quantities)
    raise TransitionNotAllowed(
        "the line has been shipped in full" if done else "the line is cancelled",
        code="line_closed",
        path=path,
        hint="enter a return, or add a line" if done else "add a line instead",
    )


def _not_invoiced(line: OrderLine, path: str) -> None:
    wanted = line.quantities.ordered - (line.quantities.cancelled or ZERO)
    if line.quantities.invoiced and line.quantities.invoiced >= wanted:
        raise TransitionNotAllowed(
            "the line has been invoiced in full",
            code="line_invoiced",
            path=path,
            hint="enter a return, or have the invoice corrected",
        )
    if wanted <= 0:
        _closed(line, path)


class _Common(TypedDict):
    """What a new line of either kind of order needs."""

    id: str
    position: int
    requested: date | None
    warehouse: str | None


def add_line(bench: Bench, change: AddLine, path: str) -> None:
    """Enter one more line."""
    order, facts = bench.order, bench.facts
    sent = change.line
    product = facts.product(sent.product)
    price = line_price(
        sent,
        product,
        facts,
        on=order.order_date or facts.today,
        currency=order.currency,
        includes_tax=bool(order.prices_include_tax),
    )
    position = bench.next_position()
    common: _Common = {
        "id": bench.line_ids(position),
        "position": position,
        "requested": bench.get("requested"),
        "warehouse": bench.get("warehouse"),
    }
    line: OrderLine
    if isinstance(sent, LineDraft):  # of the order's own kind: examine_changes has seen to that
        line = sales_line(sent, product, price, facts, taken=bench.taken, **common)
    else:
        line = purchase_line(sent, product, price, **common)
    _enough(bench, line, f"{path}.line.quantity")
    bench.lines.append(line)
    bench.repriced.add(line.id)
    bench.totals_move = True


def _enough(bench: Bench, line: OrderLine, path: str) -> None:
    """Refuse a backorder that policy forbids, where a stock record says that there is too little."""
    if bench.facts.policy.backorders or not line.quantities.backordered or line.product is None:
        return
    product = bench.facts.product(line.product)
    if product is not None and bench.facts.level(product, line.warehouse) is not None:
        raise InsufficientStock(
            "there is less in stock than the line needs",
            path=path,
            hint="order what there is, or another warehouse",
        )


def change_quantity(bench: Bench, change: ChangeQuantity, path: str) -> None:
    """Order more or less of a line."""
    index = bench.at(str(change.line), f"{path}.line")
    line = bench.lines[index]
    quantities = line.quantities
    gone, done = quantities.cancelled or ZERO, moved(quantities) or ZERO
    if gone and not open_quantity(quantities):
        _closed(line, f"{path}.line")
    least = max(done, quantities.invoiced or ZERO) + gone
    if change.to < least:
        raise TransitionNotAllowed(
            f"less than the {least:f} that have been shipped, invoiced or cancelled already",
            code="below_shipped",
            path=f"{path}.to",
            hint=f"the least that can be ordered is {least:f}; what has left comes back as a return",
        )
    more = change.to - quantities.ordered
    fresh = quantities.but(ordered=change.to)
    if quantities.confirmed is not None:
        fresh = fresh.but(confirmed=min(quantities.confirmed, change.to))
    bench.put(
        index,
        _covered(bench, line.but(quantities=fresh, schedule=_rescheduled(line.schedule, change.to)), more),
        reprice=True,
    )
    if more > 0:
        _enough(bench, bench.lines[index], f"{path}.to")


def _covered(bench: Bench, line: OrderLine, more: Decimal) -> OrderLine:
    """The line with its allocation settled; ``more`` of it is asked of stock."""
    quantities, promised = line.quantities, line.promised
    given = quantities.allocated
    if more > 0 and given is not None and line.unit is not None:
        product = bench.facts.product(line.product)
        extra, day = allocate(
            product, more, line.unit, line.warehouse, line.requested, bench.facts, bench.taken
        )
        given += extra
        promised = None if day is None or promised is None else max(day, promised)
    return line.but(quantities=settled(quantities, given), promised=promised)


def _rescheduled(schedule: Sequence[ScheduleLine], ordered: Decimal) -> tuple[ScheduleLine, ...]:
    """The schedule for another quantity: the last parts shrink first, and the last one takes what is added."""
    parts: list[ScheduleLine] = []
    left = ordered
    for part in schedule:
        if left <= 0:
            break
        parts.append(part if part.quantity <= left else part.but(quantity=left))
        left -= parts[-1].quantity
    if parts and left > 0:
        parts[-1] = parts[-1].but(quantity=parts[-1].quantity + left)
    return tuple(parts)


def change_price(bench: Bench, change: ChangePrice, path: str) -> None:
    """Set another price."""
    index = bench.at(str(change.line), f"{path}.line")
    line = bench.lines[index]
    _not_invoiced(line, f"{path}.line")
    bench.put(index, line.but(price=change.to), reprice=True)


def change_discount(bench: Bench, change: ChangeDiscount, path: str) -> None:
    """Set or take away a discount."""
    index = bench.at(str(change.line), f"{path}.line")
    line = bench.lines[index]
    _not_invoiced(line, f"{path}.line")
    discount = None if isinstance(change.to, Empty) else change.to
    bench.put(index, line.but(discount=discount), reprice=True)


def change_date(bench: Bench, change: ChangeDate, path: str) -> None:
    """Ask for another date, for one line or for all that is open."""
    if change.line is None:
        bench.header["requested"] = change.to
        chosen = bench.waiting()
    else:
        chosen = [bench.at(str(change.line), f"{path}.line")]
        _closed(bench.lines[chosen[0]], f"{path}.line")
    for index in chosen:
        line = bench.lines[index]
        bench.put(
            index,
            line.but(
                requested=change.to,
                promised=_promised_for(bench, line, change.to),
                schedule=tuple(part.but(requested=change.to) for part in line.schedule),
            ),
        )


def _promised_for(bench: Bench, line: OrderLine, requested: date) -> date | None:
    """What is in stock can leave on the new day; what was promised for other reasons stays promised."""
    quantities = line.quantities
    if quantities.allocated is not None and quantities.allocated >= open_quantity(quantities):
        return max(requested, bench.facts.today)
    return line.promised


def change_warehouse(bench: Bench, change: ChangeWarehouse, path: str) -> None:
    """Ship from another warehouse, one line or all that is open."""
    if change.line is None:
        bench.header["warehouse"] = change.to
        chosen = bench.waiting()
    else:
        chosen = [bench.at(str(change.line), f"{path}.line")]
        _closed(bench.lines[chosen[0]], f"{path}.line")
    for index in chosen:
        line = bench.lines[index]
        if line.warehouse != change.to:
            bench.put(index, _allocated_anew(bench, line.but(warehouse=change.to)))
            _enough(bench, bench.lines[index], f"{path}.to")


def _allocated_anew(bench: Bench, line: OrderLine) -> OrderLine:
    """The line with its open quantity asked of stock from nothing."""
    if line.quantities.allocated is None or line.unit is None:
        return line
    product = bench.facts.product(line.product)
    need = open_quantity(line.quantities)
    given, day = allocate(product, need, line.unit, line.warehouse, line.requested, bench.facts, bench.taken)
    return line.but(quantities=settled(line.quantities, given), promised=day)


def substitute_product(bench: Bench, change: SubstituteProduct, path: str) -> None:
    """Another product in the line's place, or (part shipped) on a new line for what is open."""
    index = bench.at(str(change.line), f"{path}.line")
    line = bench.lines[index]
    _closed(line, f"{path}.line")
    facts = bench.facts
    product = facts.product(change.to)
    said = change.to.id if isinstance(change.to, Ref) else change.to
    left = open_quantity(line.quantities)
    quantity = change.quantity or left
    fields: dict[str, object] = {
        "product": said if product is None else product.number or product.id,
        "description": line.description if product is None else product.name,
        "unit": change.unit or line.unit,
        "price": change.price or line.price,
        "net": None,  # another product may have another tax rate: nothing is implied by the old amounts
        "tax": None,
        "schedule": _rescheduled(line.schedule, quantity),
    }
    if isinstance(line, PurchaseOrderLine):
        fields["supplier_product"] = None
    fresh = _fresh_quantities(line.quantities, quantity)
    if not moved(line.quantities) and not line.quantities.cancelled:
        bench.put(index, _allocated_anew(bench, line.but(quantities=fresh, **fields)), reprice=True)
        bench.replaced[line.id] = (line.id,)
        _enough(bench, bench.lines[index], f"{path}.to")
        return
    position = bench.next_position()
    new_id = bench.line_ids(position)
    new = line.but(
        id=new_id,
        position=position,
        quantities=fresh,
        reference=None,
        holds=_carried_holds(line, new_id),
        **fields,
    )
    kept = line_cancelled(line, "kept" if facts.policy.on_cancel_line == "kept" else "lowered")
    bench.put(index, kept or line, reprice=True)
    bench.lines.append(_allocated_anew(bench, new))
    bench.repriced.add(new.id)
    bench.replaced[line.id] = (new.id,)
    _enough(bench, bench.lines[-1], f"{path}.to")


def _fresh_quantities(like: Quantities, ordered: Decimal) -> Quantities:
    """Quantities of a line that begins: what ``like`` reports stands at zero, the rest stays unreported."""
    zeros = {
        name: ZERO
        for name in Quantities.model_fields
        if name != "ordered" and getattr(like, name) is not None
    }
    return settled(Quantities.trusted(ordered=ordered, **zeros), zeros.get("allocated"))


def split_line(bench: Bench, change: SplitLine, path: str) -> None:
    """Move a part of what is open to a line of its own."""
    index = bench.at(str(change.line), f"{path}.line")
    line = bench.lines[index]
    _closed(line, f"{path}.line")
    quantities = line.quantities
    left = open_quantity(quantities)
    if change.quantity >= left and not (change.quantity == left and moved(quantities)):
        raise InvalidOrder(
            "a split must leave something on the line",
            code="split_too_large",
            path=f"{path}.quantity",
            hint=f"{left:f} are open; split off less, or change the whole line",
        )
    rest = quantities.but(ordered=quantities.ordered - change.quantity)
    if quantities.confirmed is not None:
        rest = rest.but(confirmed=min(quantities.confirmed, rest.ordered))
    kept = line.but(
        quantities=settled(rest, quantities.allocated), schedule=_rescheduled(line.schedule, rest.ordered)
    )
    fresh = _fresh_quantities(quantities, change.quantity)
    if quantities.confirmed is not None and rest.confirmed is not None:
        fresh = fresh.but(confirmed=min(quantities.confirmed - rest.confirmed, change.quantity))
    position = bench.next_position()
    new_id = bench.line_ids(position)
    new = line.but(
        id=new_id,
        position=position,
        quantities=fresh,
        reference=None,
        holds=_carried_holds(line, new_id),
        schedule=(),
        requested=change.requested or line.requested,
        warehouse=change.warehouse or line.warehouse,
        discount=_carried(line.discount),
    )
    if new.warehouse != line.warehouse:
        new = _allocated_anew(bench, new)
        _enough(bench, new, f"{path}.warehouse")
    elif quantities.allocated is not None:
        over = quantities.allocated - (kept.quantities.allocated or ZERO)
        new = new.but(quantities=settled(fresh, over))
        if change.requested is not None:
            new = new.but(promised=_promised_for(bench, new, change.requested))
    bench.put(index, kept, reprice=True)
    bench.lines.append(new)
    bench.repriced.add(new.id)
    bench.replaced[line.id] = (line.id, new.id)


def _carried_holds(line: OrderLine, new_id: str) -> tuple[Hold, ...]:
    """What holds up a line holds up the part that leaves it as well."""
    return tuple(hold.but(line_id=new_id) for hold in line.holds)


def _carried(discount: Discount | None) -> Discount | None:
    """A percentage goes along with what is split off; an amount was agreed once and stays where it is."""
    return None if discount is None or discount.percent is None else discount


def cancel_line(bench: Bench, change: CancelLine, path: str) -> None:
    """Cancel what is open of a line, the way the back-end does it."""
    index = bench.at(str(change.line), f"{path}.line")
    line = bench.lines[index]
    if open_quantity(line.quantities) == 0:
        raise TransitionNotAllowed(
            "nothing of the line is open that could be cancelled",
            code="nothing_open",
            path=f"{path}.line",
            hint="what has been shipped comes back as a return",
        )
    after = line_cancelled(line, bench.facts.policy.on_cancel_line)
    if after is None:
        del bench.lines[index]
        bench.totals_move = True
        return
    bench.put(index, after, reprice=True)
