"""Customers and suppliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .address import Address, Contact
from .base import NO_CUSTOM, Code, CustomDraft, Flag, Instant, Text, Value
from .entity import Entity
from .money import Currency, Money
from .references import Reference


class _PartyDraft(Value):
    number: Code
    name: Code
    address: Address | None = None
    ship_to: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()
    currency: Currency | None = None
    payment_terms: Code | None = None
    delivery_terms: Code | None = None
    tax_id: Code | None = None
    email: Text | None = None
    phone: Text | None = None
    blocked: Flag = False
    block_reason: Text | None = None
    credit_limit: Money | None = None
    price_group: Code | None = None
    references: tuple[Reference, ...] = ()
    custom: CustomDraft = NO_CUSTOM

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            number: str,
            name: str,
            address: Address | None = None,
            ship_to: Sequence[Address] = (),
            contacts: Sequence[Contact] = (),
            currency: str | None = None,
            payment_terms: str | None = None,
            delivery_terms: str | None = None,
            tax_id: str | None = None,
            email: str | None = None,
            phone: str | None = None,
            blocked: bool = False,
            block_reason: str | None = None,
            credit_limit: Money | None = None,
            price_group: str | None = None,
            references: Sequence[Reference] = (),
            custom: Mapping[str, Any] = NO_CUSTOM,
        ) -> None: ...


class CustomerDraft(_PartyDraft):
    """A customer to be put on file."""


class SupplierDraft(_PartyDraft):
    """A supplier to be put on file."""


class _Party(Entity):
    name: str
    address: Address | None = None
    ship_to: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()
    currency: str | None = None
    payment_terms: str | None = None
    delivery_terms: str | None = None
    tax_id: str | None = None
    email: str | None = None
    phone: str | None = None
    blocked: Flag | None = None
    block_reason: str | None = None
    credit_limit: Money | None = None
    credit_used: Money | None = None
    price_group: str | None = None
    modified_at: Instant | None = None

    @property
    def credit_left(self) -> Decimal | None:
        """What may still be ordered, in the credit limit's currency; ``None`` where no limit is on file."""
        if self.credit_limit is None:
            return None
        return self.credit_limit.amount - (self.credit_used.amount if self.credit_used else 0)


class Customer(_Party):
    """A customer as a back-end holds it."""


class Supplier(_Party):
    """A supplier as a back-end holds it."""
