"""Planning a change: the order as it would be, without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from ..adapters.contract import OnCancelLine, SimulatesChanges
from ..models import (
    AddLine,
    Amendment,
    Finding,
    Money,
    OrderFields,
    Product,
    Ref,
    Severity,
    SubstituteProduct,
)
from ..rules.amending import amended
from ..rules.exact import EXACT
from ..rules.facts import Facts, Policy
from .checking import products_on_file
from .context import Context
from .lowered import in_native_quantities, lowered, with_lowered, without_lowered

ComputedBy = Literal["back-end", "rules"]


def planned(
    context: Context, book: str, order: Any, amendments: Sequence[Amendment]
) -> tuple[Any, ComputedBy, tuple[str, ...]]:
    """The order as it would be, who reckoned it (``back-end`` or ``rules``), and the back-end's remarks.

    ``line`` in the amendments is a line id.  Raises what the change would be refused with.
    """
    shelf = context.book(book)
    if context.supports(f"{book}.simulate") and isinstance(shelf, SimulatesChanges):
        known = lowered(context, book, order.id)
        native = in_native_quantities(amendments, known)
        simulation = shelf.simulate_change(without_lowered(order, known), native)
        return with_lowered(simulation.order, known), "back-end", simulation.messages
    return planned_by_rules(context, order, amendments), "rules", ()


def planned_by_rules(context: Context, order: Any, amendments: Sequence[Amendment]) -> Any:
    """The order as it would be by the library's own rules."""
    ids = (f"new-{number}" for number in range(1, 10_000))
    gone = context.capabilities.on_cancel_line is OnCancelLine.GONE
    new, _ = amended(
        order,
        amendments,
        facts=Facts(
            party=None,
            products=_products(context, amendments),
            prices=(),
            stock={},
            today=context.today(),
            policy=Policy(backorders=True, on_cancel_line="gone" if gone else "kept"),
        ),
        line_ids=lambda _: next(ids),
        now=context.clock.now(),
    )
    return new


def _products(context: Context, amendments: Sequence[Amendment]) -> dict[str, Product]:
    """The products that come in.  Where the back-end has no list of products to ask, what is said is believed."""
    named: dict[str | Ref, str | None] = {}
    for amendment in amendments:
        if isinstance(amendment, AddLine):
            named[amendment.line.product] = amendment.line.unit
        elif isinstance(amendment, SubstituteProduct):
            named[amendment.to] = amendment.unit
    if context.supports("products.find"):
        return products_on_file(context, named)
    said = {name.id if isinstance(name, Ref) else name: unit for name, unit in named.items()}
    return {code: Product.trusted(id=code, number=code, name=code, unit=unit) for code, unit in said.items()}


def price_effect(before: OrderFields, after: OrderFields) -> Money | None:
    """By how much the net total would change; None where one of the two is not known."""
    if before.net is None or after.net is None:
        return None
    difference = EXACT.subtract(after.net.amount, before.net.amount)
    return Money.trusted(amount=difference, currency=after.net.currency)  # as it is stored, odd codes too


def remarks(messages: Sequence[str]) -> tuple[Finding, ...]:
    """The back-end's own remarks as warnings of a plan."""
    return tuple(
        Finding(code="back_end_said", severity=Severity.WARNING, path="", message=message)
        for message in messages
    )
