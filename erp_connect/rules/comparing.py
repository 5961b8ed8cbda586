"""What a back-end stored otherwise than it was sent: each difference with its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from ..models import (
    NO_CUSTOM,
    Charge,
    Difference,
    DifferenceKind,
    Discount,
    LineKind,
    Order,
    OrderDraft,
    OrderLine,
    Product,
    PurchaseOrder,
    PurchaseOrderDraft,
    Ref,
    UnitPrice,
    Value,
)
from ..models.order import LineDraft
from ..models.purchase import PurchaseOrderLineDraft
from .normalising import normalised
from .pricing import same_price
from .quantities import equal_units

__all__ = ["compare"]

Rules = Callable[[str], str | None]
AnyLineDraft = LineDraft | PurchaseOrderLineDraft
_NO_PRODUCTS: Final[Mapping[str, Product]] = {}
_NOTHING: Final[frozenset[str]] = frozenset()

_SALES: Final = ("customer_po", "bill_to", "partial_shipment")
_PURCHASE: Final = ("supplier_reference",)
_HEADER: Final = (
    *("currency", "ship_to", "order_date", "requested", "prices_include_tax", "payment_terms"),
    *("delivery_terms", "warehouse", "contact"),
)
_LINE: Final = ("requested", "description", "discount", "warehouse", "reference")


def _no_rule(_: str) -> str | None:
    return None


def compare(
    draft: OrderDraft | PurchaseOrderDraft,
    stored: Order | PurchaseOrder,
    *,
    normalisation: Rules = _no_rule,
    lost: frozenset[str] = _NOTHING,
    expected_prices: bool = True,
    products: Mapping[str, Product] = _NO_PRODUCTS,
) -> tuple[Difference, ...]:
    """Each value that is stored otherwise than it was sent; only what the draft sets counts.

    ``normalisation`` gives the rule that the back-end declares for a field path without indices
    (``order.line.product``), ``lost`` names the paths that the caller allowed to be lost.  ``products``, by what the
    draft says, tell that a code is another code of the same product.  Lines are matched by reference, then in their
    order; lines that the back-end added are ADDED.
    """
    found = _Comparison(normalisation, lost, products)
    if isinstance(draft, OrderDraft):
        if not isinstance(stored, Order):
            raise TypeError("a sales order is compared with a sales order")
        found.prefix = "order"
        found.party("customer", draft.customer, stored.customer, stored.customer_id)
        names: Sequence[str] = _SALES
    else:
        if not isinstance(stored, PurchaseOrder):
            raise TypeError("a purchase order is compared with a purchase order")
        found.prefix = "purchase_order"
        found.party("supplier", draft.supplier, stored.supplier, stored.supplier_id)
        names = _PURCHASE
    mine, theirs = draft.__dict__, stored.__dict__
    for name in (*_HEADER, *names):
        sent = mine[name]
        if sent is not None and sent is not theirs[name] and sent != theirs[name]:
            found.field(name, name, sent, theirs[name])
    if draft.discounts or stored.discounts:
        found.parts("discounts", draft.discounts, stored.discounts)
    if draft.charges or stored.charges:
        found.parts("charges", draft.charges, stored.charges)
    if draft.notes and draft.notes != stored.notes:
        found.contained("notes", draft.notes, stored.notes)
    if draft.references and draft.references != stored.references:
        found.contained("references", draft.references, stored.references)
    if draft.custom is not NO_CUSTOM:
        found.custom("", draft.custom, stored.custom, None)
    _lines(found, draft.lines, stored.lines, expected_prices)
    return tuple(found.differences) if found.differences else ()


def _lines(
    found: _Comparison, sent: Sequence[AnyLineDraft], stored: Sequence[OrderLine], expected_prices: bool
) -> None:
    if len(sent) == len(stored) and all(
        kept.parent_line is None and (line.reference is None or line.reference == kept.reference)
        for line, kept in zip(sent, stored, strict=True)
    ):
        for index, (line, kept) in enumerate(zip(sent, stored, strict=True)):
            _line(found, index, line, kept, expected_prices)
        return
    pairs, added = _matched(sent, stored)
    for index, line in enumerate(sent):
        match = pairs[index]
        if match is None:
            found.note(f"lines[{index}]", "lines", DifferenceKind.MISSING, line.product, None, None)
        else:
            _line(found, index, line, match, expected_prices)
    for index in added:
        extra = stored[index]
        found.note(f"lines[{index}]", "lines", DifferenceKind.ADDED, None, extra.product, extra.id)


def _matched(
    sent: Sequence[AnyLineDraft], stored: Sequence[OrderLine]
) -> tuple[list[OrderLine | None], list[int]]:
    """The stored line of each line sent, and the indices of those that nobody sent."""
    by_reference = {
        line.reference: index
        for index, line in reversed(list(enumerate(stored)))
        if line.reference is not None and line.parent_line is None
    }
    pairs: list[OrderLine | None] = [None] * len(sent)
    used: set[int] = set()
    for index, line in enumerate(sent):
        place = by_reference.get(line.reference) if line.reference is not None else None
        if place is not None and place not in used:
            pairs[index] = stored[place]
            used.add(place)
    free = [i for i, line in enumerate(stored) if i not in used and line.parent_line is None]
    open_ = [i for i, pair in enumerate(pairs) if pair is None]
    if len(free) != len(open_):
        # Something was added or dropped: the same product comes before the same place.
        for index in open_:
            same = next((i for i in free if stored[i].product == sent[index].product), None)
            if same is not None:
                pairs[index] = stored[same]
                free.remove(same)
                used.add(same)
        open_ = [i for i in open_ if pairs[i] is None]
    for index, place in zip(open_, free, strict=False):
        pairs[index] = stored[place]
        used.add(place)
    return pairs, [i for i in range(len(stored)) if i not in used]


def _line(
    found: _Comparison, index: int, sent: AnyLineDraft, stored: OrderLine, expected_prices: bool
) -> None:
    mine, theirs = sent.__dict__, stored.__dict__
    if sent.product != stored.product:
        found.product(index, sent.product, stored)
    quantity, ordered = mine["quantity"], stored.quantities.ordered
    if quantity != ordered:
        found.field(f"lines[{index}].quantity", "line.quantity", quantity, ordered, stored.id)
    if mine["unit"] != theirs["unit"] and not equal_units(sent.unit, stored.unit):
        found.field(f"lines[{index}].unit", "line.unit", sent.unit, stored.unit, stored.id)
    for name in ("price", "expected_price") if expected_prices else ("price",):
        price, kept = mine[name], theirs["price"]
        if price is not None and (kept is None or not same_price(price, kept)):
            found.price(index, name, price, stored)
    for name in _LINE:
        value = mine[name]
        if value is not None and value is not theirs[name] and value != theirs[name]:
            found.field(f"lines[{index}].{name}", f"line.{name}", value, theirs[name], stored.id)
    if sent.kind is not LineKind.ITEM and sent.kind is not stored.kind:
        found.field(f"lines[{index}].kind", "line.kind", sent.kind, stored.kind, stored.id)
    if "supplier_product" in mine and mine["supplier_product"] is not None:
        value, other = mine["supplier_product"], theirs.get("supplier_product")
        if value != other:
            path = "line.supplier_product"
            found.field(f"lines[{index}].supplier_product", path, value, other, stored.id)
    if mine["custom"] is not NO_CUSTOM:
        found.custom(f"lines[{index}].", sent.custom, stored.custom, stored.id)


@dataclass(slots=True)
class _Comparison:
    """Collects differences; asks for rules only when something differs."""

    rules: Rules
    lost: frozenset[str]
    products: Mapping[str, Product]
    prefix: str = "order"
    differences: list[Difference] = field(default_factory=list)

    def note(
        self, path: str, kind_path: str, kind: DifferenceKind, sent: Any, stored: Any, line_id: str | None
    ) -> None:
        """One difference; what the caller allowed to lose is LOST."""
        if kind in (DifferenceKind.MISSING, DifferenceKind.CHANGED, DifferenceKind.PRICE) and self._allowed(
            kind_path
        ):
            kind = DifferenceKind.LOST
        self.differences.append(
            Difference(path=f"{self.prefix}.{path}", kind=kind, sent=sent, stored=stored, line_id=line_id)
        )

    def _allowed(self, kind_path: str) -> bool:
        whole = f"{self.prefix}.{kind_path}"
        while whole != self.prefix:
            if whole in self.lost:
                return True
            whole = whole.rpartition(".")[0]
        return False

    def field(self, path: str, kind_path: str, sent: Any, stored: Any, line_id: str | None = None) -> None:
        """A value that is not the same; nested values part by part."""
        if isinstance(sent, Value) and isinstance(stored, Value) and not isinstance(sent, Discount):
            for name in type(sent).model_fields:
                part, other = getattr(sent, name), getattr(stored, name, None)
                if part is not None and part != other:
                    self.field(f"{path}.{name}", f"{kind_path}.{name}", part, other, line_id)
            return
        if isinstance(sent, Discount) and isinstance(stored, Discount) and same_discount(sent, stored):
            return
        kind = DifferenceKind.CHANGED
        if _same_after(sent, stored, self.rules(f"{self.prefix}.{kind_path}")):
            kind = DifferenceKind.NORMALISED
        elif stored is None:
            kind = DifferenceKind.MISSING
        self.note(path, kind_path, kind, sent, stored, line_id)

    def party(self, name: str, sent: str | Ref, number: str, id: str | None) -> None:
        """Customer or supplier: a number against the number, a native id against the id where it is reported."""
        if isinstance(sent, Ref):
            if id is not None and sent.id != id:
                self.note(name, name, DifferenceKind.CHANGED, sent, id, None)
        elif sent != number:
            self.field(name, name, sent, number)

    def product(self, index: int, sent: str | Ref, stored: OrderLine) -> None:
        """Another code of the same product is normalised; a native id can only be judged with the product at hand."""
        said = sent.id if isinstance(sent, Ref) else sent
        product = self.products.get(said)
        known = product is not None and stored.product in (product.number, product.id)
        if isinstance(sent, Ref) and (known or product is None):
            return
        path = f"lines[{index}].product"
        if known:
            self.note(path, "line.product", DifferenceKind.NORMALISED, sent, stored.product, stored.id)
        else:
            self.field(path, "line.product", sent, stored.product, stored.id)

    def price(self, index: int, name: str, sent: UnitPrice, stored: OrderLine) -> None:
        """A price that is not the same price is a difference of its own kind."""
        path, kind_path, kept = f"lines[{index}].{name}", f"line.{name}", stored.price
        if kept is None:
            self.note(path, kind_path, DifferenceKind.MISSING, sent, None, stored.id)
        elif not same_price(sent, kept):
            kind = DifferenceKind.PRICE
            rule = self.rules(f"{self.prefix}.{kind_path}")
            if rule is not None and same_price(sent.but(amount=normalised(sent.amount, rule)), kept):
                kind = DifferenceKind.NORMALISED
            self.note(path, kind_path, kind, sent, kept, stored.id)

    def parts(self, name: str, sent: Sequence[Any], stored: Sequence[Any]) -> None:
        """Discounts or charges: each that was sent, and each that nobody sent."""
        left = list(stored)
        for index, each in enumerate(sent):
            same = next((other for other in left if _same_part(each, other)), None)
            if same is None:
                self.note(f"{name}[{index}]", name, DifferenceKind.MISSING, each, None, None)
            else:
                left.remove(same)
        for each in left:
            self.note(f"{name}[{stored.index(each)}]", name, DifferenceKind.ADDED, None, each, None)

    def contained(self, name: str, sent: Sequence[Any], stored: Sequence[Any]) -> None:
        """Notes or references: each that was sent has to be there; others may be there besides."""
        left = list(stored)
        rule = self.rules(f"{self.prefix}.{name}")
        for index, each in enumerate(sent):
            if each in left:
                left.remove(each)
                continue
            near = next((other for other in left if _same_after(each, other, rule)), None)
            kind = DifferenceKind.MISSING if near is None else DifferenceKind.NORMALISED
            if near is not None:
                left.remove(near)
            self.note(f"{name}[{index}]", name, kind, each, near, None)

    def custom(
        self, place: str, sent: Mapping[str, Any], stored: Mapping[str, Any], line_id: str | None
    ) -> None:
        """Custom fields, each by its name."""
        kind_path = "line.custom" if place else "custom"
        for name, value in sent.items():
            other = stored.get(name)
            if other != value or type(other) is not type(value):
                self.field(f"{place}custom.{name}", f"{kind_path}.{name}", value, other, line_id)


def same_discount(one: Discount, other: Discount) -> bool:
    """Whether both take off the same; the code is looked at only where both have one."""
    codes = one.code is None or other.code is None or one.code == other.code
    return codes and one.percent == other.percent and one.amount == other.amount


def _same_part(one: Discount | Charge, other: Discount | Charge) -> bool:
    if isinstance(one, Discount):
        return isinstance(other, Discount) and same_discount(one, other)
    return isinstance(other, Charge) and one.code == other.code and one.amount == other.amount


def _same_after(sent: Any, stored: Any, rule: str | None) -> bool:
    if rule is None or stored is None:
        return False
    if isinstance(sent, Discount) and isinstance(stored, Discount):
        return sent.amount == stored.amount and _same_after(sent.percent, stored.percent, rule)
    if isinstance(sent, tuple) and isinstance(stored, tuple):
        return len(sent) == len(stored) and all(
            one == other or _same_after(one, other, rule) for one, other in zip(sent, stored, strict=True)
        )
    if not isinstance(sent, str | Decimal):
        return False
    return bool(normalised(sent, rule) == stored)
