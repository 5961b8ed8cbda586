"""Checking a draft without writing anything: what the back-end can hold, has on file, and would say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ..adapters.contract import Simulates, Support
from ..errors import NotFound, PriceMismatch, RequestRefused
from ..models import (
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
    Supplier,
    UnitPrice,
)
from ..rules.facts import Facts, Policy, PriceEntry, StockLevel
from ..rules.pricing import same_price
from ..rules.validation import examine
from . import fitting
from .context import Context
from .creating import party_of

Draft = OrderDraft | PurchaseOrderDraft
_BOOK: Final = {OrderDraft: "orders", PurchaseOrderDraft: "purchase_orders"}


def book_of(draft: Draft) -> str:
    """The book that a draft belongs to."""
    return _BOOK[type(draft)]


def facts_about(context: Context, draft: Draft, *, prices_and_stock: bool = True) -> Facts:
    """What the back-end has on file that decides about a draft, as far as it can be asked."""
    party = _party(context, draft)
    names = {line.product for line in draft.lines}
    products = products_on_file(context, names)
    prices: list[PriceEntry] = []
    stock: dict[tuple[str, str | None], StockLevel] = {}
    if prices_and_stock and isinstance(draft, OrderDraft):
        prices = list(_prices(context, draft, products))
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


def products_on_file(context: Context, names: Iterable[str | Ref]) -> dict[str, Product]:
    """The products that these names mean, by what was said; one that is not on file is left out."""
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


def _prices(context: Context, draft: OrderDraft, products: Mapping[str, Product]) -> Iterator[PriceEntry]:
    if not context.supports("prices.quote"):
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
    context.ensure_open()
    book = book_of(draft)
    prefix = fitting.prefix_of(book)
    found = list(fitting.as_findings(fitting.losses(draft, context.capabilities, prefix)))
    knows_master_data = context.supports("customers.find") and context.supports("products.find")
    if isinstance(draft, PurchaseOrderDraft):
        knows_master_data = context.supports("suppliers.find") and context.supports("products.find")
    if knows_master_data:
        found += examine(draft, facts_about(context, draft))
    if not any(finding.severity is Severity.ERROR for finding in found):
        said = {finding.message for finding in found}
        found += [each for each in _simulated(context, book, draft) if each.message not in said]
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


def price_findings(draft: Draft, order: OrderFields) -> Iterator[Finding]:
    """Lines whose expected price is not the one that the back-end would store."""
    lines: Sequence[LineDraft | PurchaseOrderLineDraft] = draft.lines
    for index, (line, stored) in enumerate(zip(lines, order.lines, strict=False)):
        expected = line.expected_price
        if expected is None or line.price is not None or stored.price is None:
            continue
        if not same_price(expected, stored.price):
            yield _mismatch(index, expected, stored.price)


def _mismatch(index: int, expected: UnitPrice, actual: UnitPrice) -> Finding:
    return Finding(
        code="price_mismatch",
        severity=Severity.ERROR,
        path=f"lines[{index}].expected_price",
        message="the back-end's price is another",
        expected=expected,
        actual=actual,
        fix="agree on the price, or create with on_price_mismatch='accept'",
    )


def _once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Each finding once; what the back-end says in the very words of a finding is no other finding."""
    seen: set[tuple[str, str, str]] = set()
    said = {finding.message for finding in findings if finding.code != "back_end_said"}
    for finding in findings:
        mark = (finding.code, finding.path, finding.message)
        if mark not in seen and not (finding.code == "back_end_said" and finding.message in said):
            seen.add(mark)
            yield finding


def expects_prices(draft: Draft) -> bool:
    """Whether the back-end is to be asked for a price before the write."""
    return any(line.expected_price is not None and line.price is None for line in draft.lines)


def refuse_price_mismatch(context: Context, draft: Draft) -> None:
    """Raise ``PriceMismatch`` before the write, where the back-end can tell its price without one."""
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
        return tuple(_quoted(context, draft))
    return ()


def _quoted(context: Context, draft: OrderDraft) -> Iterator[Finding]:
    """Expected prices that the back-end does not quote; what it has no price for, it cannot contradict."""
    for index, line in enumerate(draft.lines):
        if line.expected_price is None or line.price is not None:
            continue
        try:
            quote = context.book("prices").quote(
                draft.customer, line.product, line.quantity, line.unit, draft.order_date
            )
        except RequestRefused:
            continue  # the write itself says what is wrong with it
        taxed = quote.includes_tax, draft.prices_include_tax
        comparable = None in taxed or taxed[0] is taxed[1]
        if quote.price is not None and comparable and not same_price(line.expected_price, quote.price):
            yield _mismatch(index, line.expected_price, quote.price)
