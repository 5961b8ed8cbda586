"""Purchase orders: what we ask of a supplier, what was confirmed, what was received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, model_validator
from pydantic_core.core_schema import ValidationInfo

from .address import Address, Contact
from .base import NO_CUSTOM, Code, CustomDraft, Day, Exact, Flag, Instant, Positive, Text, Value
from .entity import Entity
from .money import Charge, Currency, Discount, UnitPrice
from .order import LineRef, OrderFields, OrderLine, Unit, check_currencies, some_lines
from .references import Named, Ref, Reference
from .scalars import as_stored
from .status import LineKind


class PurchaseOrderLineDraft(Value):
    """One line of a purchase order to be written; ``quantity`` counts ``unit``."""

    product: Named
    quantity: Positive
    unit: Unit
    price: UnitPrice | None = None
    expected_price: UnitPrice | None = None
    requested: Day | None = None
    description: Text | None = None
    kind: LineKind = LineKind.ITEM
    discount: Discount | None = None
    warehouse: Code | None = None
    reference: Code | None = None
    supplier_product: Code | None = None
    custom: CustomDraft = NO_CUSTOM

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            product: str | Ref,
            quantity: Decimal | int,
            unit: str,
            price: UnitPrice | None = None,
            expected_price: UnitPrice | None = None,
            requested: dt.date | None = None,
            description: str | None = None,
            kind: LineKind | Literal["item", "service", "charge", "text"] = LineKind.ITEM,
            discount: Discount | None = None,
            warehouse: str | None = None,
            reference: str | None = None,
            supplier_product: str | None = None,
            custom: Mapping[str, Any] = NO_CUSTOM,
        ) -> None: ...


class PurchaseOrderDraft(Value):
    """A purchase order to be written.

    ``supplier`` is the number that people say, or ``Ref(id=...)``; ``supplier_reference`` is the supplier's own
    number for it (their quotation or order), where one is known.
    """

    supplier: Named
    currency: Currency
    lines: Annotated[tuple[PurchaseOrderLineDraft, ...], AfterValidator(some_lines)]
    supplier_reference: Code | None = None
    ship_to: Address | None = None
    order_date: Day | None = None
    requested: Day | None = None
    prices_include_tax: Flag | None = None
    payment_terms: Code | None = None
    delivery_terms: Code | None = None
    warehouse: Code | None = None
    discounts: tuple[Discount, ...] = ()
    charges: tuple[Charge, ...] = ()
    notes: tuple[Text, ...] = ()
    references: tuple[Reference, ...] = ()
    contact: Contact | None = None
    custom: CustomDraft = NO_CUSTOM

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            supplier: str | Ref,
            currency: str,
            lines: Sequence[PurchaseOrderLineDraft],
            supplier_reference: str | None = None,
            ship_to: Address | None = None,
            order_date: dt.date | None = None,
            requested: dt.date | None = None,
            prices_include_tax: bool | None = None,
            payment_terms: str | None = None,
            delivery_terms: str | None = None,
            warehouse: str | None = None,
            discounts: Sequence[Discount] = (),
            charges: Sequence[Charge] = (),
            notes: Sequence[str] = (),
            references: Sequence[Reference] = (),
            contact: Contact | None = None,
            custom: Mapping[str, Any] = NO_CUSTOM,
        ) -> None: ...

    @model_validator(mode="after")
    def _one_currency(self, info: ValidationInfo) -> PurchaseOrderDraft:
        if not as_stored(info):
            check_currencies(self.currency, self.lines, self.discounts, self.charges)
        return self


class PurchaseOrderLine(OrderLine):
    """A purchase order's line; what arrived stands in ``quantities.delivered``."""

    supplier_product: str | None = None


class PurchaseOrder(OrderFields):
    """A purchase order as a back-end holds it."""

    lines: tuple[PurchaseOrderLine, ...]
    supplier: str
    supplier_reference: str | None = None
    supplier_id: str | None = None
    supplier_name: str | None = None


class LineConfirmation(Value):
    """What a supplier promised for a line: how much, and when."""

    line: LineRef
    quantity: Positive | None = None
    date: Day | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            line: OrderLine | str | int,
            quantity: Decimal | int | None = None,
            date: dt.date | None = None,
        ) -> None: ...


class LineQuantity(Value):
    """How much of which line; ``quantity`` left out means all that is open."""

    line: LineRef
    quantity: Positive | None = None

    if TYPE_CHECKING:

        def __init__(self, *, line: OrderLine | str | int, quantity: Decimal | int | None = None) -> None: ...


class GoodsReceiptLine(Value):
    """How much of a purchase order's line arrived, in the line's unit."""

    order_line_id: str
    quantity: Exact
    product: str | None = None
    unit: str | None = None


class GoodsReceipt(Entity):
    """Goods that arrived for a purchase order."""

    order_id: str
    received_on: Day | None = None
    lines: tuple[GoodsReceiptLine, ...] = ()
    created_at: Instant | None = None
