"""Whether an order is the one that a draft wanted: by content, where nothing else tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from ..models import Order, OrderDraft, Product, PurchaseOrder, PurchaseOrderDraft, Ref
from .normalising import normalised
from .quantities import equal_units

__all__ = ["Content", "content", "same_content"]

Rules = Callable[[str], str | None]
Content = Counter[tuple[str | None, Decimal, str | None]]
_PIECE: Final = "H87"
_NO_PRODUCTS: Final[Mapping[str, Product]] = {}


def _no_rule(_: str) -> str | None:
    return None


def content(
    order: Order | PurchaseOrder | OrderDraft | PurchaseOrderDraft,
    *,
    normalise: Rules = _no_rule,
    products: Mapping[str, Product] = _NO_PRODUCTS,
) -> Content:
    """How often each product, quantity and unit stands in it.

    The words for a single piece count as one unit.  Lines that the back-end added itself are left out.  Of a draft's
    codes ``products`` gives the product's number; ``normalise`` what the back-end makes of a value.
    """
    sales = isinstance(order, Order | OrderDraft)
    prefix = "order.line." if sales else "purchase_order.line."
    product_rule, quantity_rule = normalise(prefix + "product"), normalise(prefix + "quantity")
    found: Content = Counter()
    if isinstance(order, Order | PurchaseOrder):
        for kept in order.lines:
            if kept.parent_line is None:
                found[
                    _code(kept.product, product_rule, products),
                    normalised(kept.quantities.ordered, quantity_rule),
                    _unit(kept.unit),
                ] += 1
        return found
    for line in order.lines:
        found[
            _code(line.product, product_rule, products),
            normalised(line.quantity, quantity_rule),
            _unit(line.unit),
        ] += 1
    return found


def _code(said: str | Ref | None, rule: str | None, products: Mapping[str, Product]) -> str | None:
    if said is None:
        return None
    text = said.id if isinstance(said, Ref) else said
    product = products.get(text)
    code: str = normalised(text if product is None else product.number or product.id, rule)
    return code


def _unit(unit: str | None) -> str | None:
    return _PIECE if equal_units(unit, _PIECE) else unit


def same_content(
    draft: OrderDraft | PurchaseOrderDraft,
    order: Order | PurchaseOrder,
    normalise: Rules = _no_rule,
    *,
    products: Mapping[str, Product] = _NO_PRODUCTS,
) -> bool:
    """Whether the order holds exactly what the draft asked for: product, quantity and unit of each line.

    ``normalise`` gives the back-end's declared normalisation of a field path (``order.line.product``), as
    ``compare`` takes it.
    """
    return content(draft, normalise=normalise, products=products) == content(
        order, normalise=normalise, products=products
    )
