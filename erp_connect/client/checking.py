"""Checking a draft, and planning a change, without writing anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

from ..adapters.contract import Simulates, SimulatesChanges, Support
from ..errors import InvalidOrder, NotFound, PriceMismatch, RequestRefused
from ..models import (
    AddLine,
    Amendment,
    Customer,
    Finding,
    Findings,
    LineDraft,
    OrderDraft,
    OrderFields,
    Product,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    Ref,
    Severity,
    SubstituteProduct,
    Supplier,
    UnitPrice,
)
from ..rules.amending import amended
from ..rules.facts import Facts, Policy, PriceEntry, StockLevel
from ..rules.validation import examine
from . import fitting
from .context import Context
from .creating import party_of

Draft = OrderDraft | PurchaseOrderDraft
ComputedBy = Literal["back-end", "rules"]
_BOOK: Final = {OrderDraft: "orders", PurchaseOrderDraft: "purchase_orders"}


def book_of(draft: Draft) -> str:
    """The book that a draft belongs to."""
    return _BOOK[type(draft)]


def facts_about(context: Context, draft: Draft, *, prices_and_stock: bool = True) -> Facts:
    """What the back-end has on file that decides about a draft, as far as it can be asked."""
    party = _party(context, draft)
    names = {line.product for line in draft.lines}
    products = _products(context, names)
    prices: list[PriceEntry] = []
    stock: dict[tuple[str, str | None], StockLevel] = {}
    if prices_and_stock and isinstance(draft, OrderDraft):
        prices = list(_prices(context, draft, party, products))
        stock = dict(_stock(context, draft, products))
    return Facts(
        party=party,
        products=products,
        prices=tuple(prices),
        stock=stock,
        today=context.today(),
        policy=Policy(backorders=context.capabilities.backorders),
    )


def _party(context: Context, draft: Draft) -> Customer | Supplier | None:
    book = "customers" if isinstance(draft, OrderDraft) else "suppliers"
    named = party_of(draft)
    found: Any = _one(context, book, named)
    return found if isinstance(found, Customer | Supplier) else None


def _one(context: Context, book: str, named: str | Ref) -> Any:
    """The one record that a number or native id names; None when there is none, or no way to ask."""
    if not context.supports(f"{book}.find"):
        return None
    shelf = context.book(book)
    if isinstance(named, Ref):
        try:
            return shelf.get(named.id)
        except NotFound:
            return None
    found = shelf.find(number=named)
    return found[0] if len(found) == 1 else None


def _products(context: Context, names: Collection[str | Ref]) -> dict[str, Product]:
    products: dict[str, Product] = {}
    for name in names:
        found = _one(context, "products", name)
        if isinstance(found, Product):
            products[name.id if isinstance(name, Ref) else name] = found
    return products


def _line_products(draft: Draft, products: Mapping[str, Product]) -> Iterator[tuple[Any, Product]]:
    for line in draft.lines:
        product = products.get(line.product.id if isinstance(line.product, Ref) else line.product)
        if product is not None and product.number is not None:
            yield line, product


def _prices(
    context: Context, draft: OrderDraft, party: Any, products: Mapping[str, Product]
) -> Iterator[PriceEntry]:
    if party is None or not context.supports("prices.quote"):
        return
    for line, product in _line_products(draft, products):
        try:
            quote = context.book("prices").quote(
                draft.customer, line.product, line.quantity, line.unit, draft.order_date
            )
        except RequestRefused:
            continue  # the unit or product is refused: the examination says so with its path
        if quote.price is not None:
            yield PriceEntry(
                product=product.number or product.id,
                unit=line.unit,
                amount=quote.price,
                quantity_from=line.quantity,
            )


def _stock(
    context: Context, draft: OrderDraft, products: Mapping[str, Product]
) -> Iterator[tuple[tuple[str, str | None], StockLevel]]:
    if not context.supports("stock.availability"):
        return
    for line, product in _line_products(draft, products):
        try:
            found = context.book("stock").availability(
                line.product, line.quantity, line.unit, line.requested or draft.requested
            )
        except RequestRefused:
            continue
        if found.available is not None and product.number is not None:
            warehouse = line.warehouse or draft.warehouse
            yield (
                (product.number, warehouse),
                StockLevel(
                    product=product.number,
                    warehouse=warehouse,
                    unit=found.unit,
                    on_hand=found.available,
                    reserved=Decimal(0),
                ),
            )


# -- check -----------------------------------------------------------------------------------------------------


def check(context: Context, draft: Draft) -> Findings:
    """Everything that speaks against a draft: limits of the back-end, master data, prices, stock, its own dry run."""
    book = book_of(draft)
    prefix = fitting.prefix_of(book)
    found = list(fitting.as_findings(fitting.losses(draft, context.capabilities, prefix)))
    knows_master_data = context.supports("customers.find") and context.supports("products.find")
    if isinstance(draft, PurchaseOrderDraft):
        knows_master_data = context.supports("suppliers.find") and context.supports("products.find")
    if knows_master_data:
        found += examine(draft, facts_about(context, draft))
    if not any(finding.severity is Severity.ERROR for finding in found):
        found += _simulated(context, book, draft)
    return Findings.of(_once(found))


def _simulated(context: Context, book: str, draft: Draft) -> Iterator[Finding]:
    shelf = context.book(book)
    if context.capabilities.support(f"{book}.simulate") is Support.NONE or not isinstance(shelf, Simulates):
        return
    try:
        simulation = shelf.simulate(draft)
    except RequestRefused as refusal:
        yield from refusal_findings(refusal)
        return
    for message in simulation.messages:
        yield Finding(code="back_end_said", severity=Severity.WARNING, path="", message=message)
    yield from price_findings(draft, simulation.order)


def refusal_findings(refusal: RequestRefused) -> tuple[Finding, ...]:
    """A refusal as findings: its own, or one made of it."""
    own = getattr(refusal, "findings", ())
    if own:
        return tuple(own)
    return (
        Finding(
            code=refusal.code,
            severity=Severity.ERROR,
            path=refusal.path or "",
            message=refusal.message,
            fix=refusal.hint,
        ),
    )


def price_findings(
    draft: Draft, order: OrderFields, severity: Severity = Severity.ERROR
) -> Iterator[Finding]:
    """Lines whose expected price is not the one that the back-end would store."""
    lines: Sequence[LineDraft | PurchaseOrderLineDraft] = draft.lines
    for index, (line, stored) in enumerate(zip(lines, order.lines, strict=False)):
        expected = line.expected_price
        if expected is None or line.price is not None or stored.price is None:
            continue
        if not same_price(expected, stored.price):
            yield Finding(
                code="price_mismatch",
                severity=severity,
                path=f"lines[{index}].expected_price",
                message="the back-end's price is another",
                expected=expected,
                actual=stored.price,
                fix="agree on the price, or create with on_price_mismatch='accept'",
            )


def same_price(first: UnitPrice, second: UnitPrice) -> bool:
    """Whether two prices are one, whatever quantity they are stated for."""
    return first.currency == second.currency and first.amount * second.per == second.amount * first.per


def _once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Each finding once; what the back-end says in the very words of a finding is no other finding."""
    seen: set[tuple[str, str, str]] = set()
    said = {finding.message for finding in findings if finding.code != "back_end_said"}
    for finding in findings:
        mark = (finding.code, finding.path, finding.message)
        if mark not in seen and not (finding.code == "back_end_said" and finding.message in said):
            seen.add(mark)
            yield finding


def refuse_price_mismatch(context: Context, draft: Draft) -> None:
    """Raise ``PriceMismatch`` before the write, where the back-end can tell its price without one."""
    if all(line.expected_price is None or line.price is not None for line in draft.lines):
        return
    mismatches = [each for each in _expected_prices(context, draft) if each.code == "price_mismatch"]
    if mismatches:
        raise PriceMismatch(
            f"{len(mismatches)} price(s) are not the expected ones ({mismatches[0].path})",
            findings=mismatches,
            path=mismatches[0].path,
            operation=f"{book_of(draft)}.create",
            hint="agree on the price, or create with on_price_mismatch='accept'",
        )


def _expected_prices(context: Context, draft: Draft) -> Sequence[Finding]:
    book = book_of(draft)
    shelf = context.book(book)
    if context.supports(f"{book}.simulate") and isinstance(shelf, Simulates):
        try:
            return tuple(price_findings(draft, shelf.simulate(draft).order))
        except PriceMismatch as refusal:
            return refusal_findings(refusal)
        except RequestRefused:
            return ()  # refused for something else: the write itself says what
    if isinstance(draft, OrderDraft) and context.supports("prices.quote"):
        facts = facts_about(context, draft)
        return [each for each in examine(draft, facts) if each.code == "price_mismatch"]
    return ()


# -- plan ------------------------------------------------------------------------------------------------------


def planned(
    context: Context, book: str, order: Any, amendments: Sequence[Amendment]
) -> tuple[Any, ComputedBy, tuple[str, ...]]:
    """The order as it would be, who reckoned it (``back-end`` or ``rules``), and the back-end's remarks."""
    shelf = context.book(book)
    if context.supports(f"{book}.simulate") and isinstance(shelf, SimulatesChanges):
        simulation = shelf.simulate_change(order, amendments)
        return simulation.order, "back-end", simulation.messages
    ids = (f"new-{number}" for number in range(1, 10_000))
    new, _ = amended(
        order,
        amendments,
        facts=_facts_for_change(context, order, amendments),
        line_ids=lambda: next(ids),
        now=context.clock.now(),
    )
    return new, "rules", ()


def _facts_for_change(context: Context, order: Any, amendments: Sequence[Amendment]) -> Facts:
    names: set[str | Ref] = {line.product for line in order.lines if line.product is not None}
    for amendment in amendments:
        if isinstance(amendment, AddLine):
            names.add(amendment.line.product)
        elif isinstance(amendment, SubstituteProduct):
            names.add(amendment.to)
    return Facts(
        party=None,
        products=_products(context, names),
        prices=(),
        stock={},
        today=context.today(),
        policy=Policy(backorders=True),
    )


def refuse_lossy_amendments(
    context: Context, book: str, amendments: Sequence[Amendment], allow_loss: Collection[str]
) -> None:
    """Raise ``LossyWrite`` for new values that the back-end cannot hold, unless the loss was allowed."""
    prefix = fitting.prefix_of(book)
    found: list[fitting.Loss] = []
    for amendment in amendments:
        if isinstance(amendment, AddLine):
            found += fitting.losses_of_line(amendment.line, context.capabilities, prefix)
        else:
            found += fitting.losses_of_values(amendment_values(amendment), context.capabilities, prefix)
    fitting.refuse_losses(found, allow_loss, f"{book}.amend")


def amendment_values(amendment: Amendment) -> Iterator[tuple[str, Any]]:
    """The draft fields that an amendment sets, as (path behind the prefix, value)."""
    header = getattr(amendment, "changes", None)
    if isinstance(header, Mapping):
        yield from header.items()
        return
    fields = {
        "change_quantity": ("line.quantity", "to"),
        "change_price": ("line.price", "to"),
        "change_discount": ("line.discount", "to"),
        "substitute_product": ("line.product", "to"),
        "add_note": ("notes", "text"),
    }
    operation = amendment.operation
    if operation in fields:
        path, name = fields[operation]
        yield path, getattr(amendment, name)
    elif operation in ("change_date", "change_warehouse"):
        field = "requested" if operation == "change_date" else "warehouse"
        on_line = getattr(amendment, "line", None) is not None
        yield (f"line.{field}" if on_line else field), getattr(amendment, "to")  # noqa: B009 (any of two classes)
    elif operation == "change_address":
        for name in ("ship_to", "bill_to"):
            address = getattr(amendment, name)
            if address is not None:
                yield name, address


def unknown_lines(error: KeyError) -> InvalidOrder:
    """A line that this version of the order has not, as a refusal."""
    return InvalidOrder(str(error.args[0]), code="line_unknown", path="line", hint="read the order again")
