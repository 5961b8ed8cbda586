"""Customers (sage.md 3.4, 3.5): the number is the id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import LossyWrite, NotFound
from ....models import EMPTY, Address, Customer, CustomerDraft, FrozenMapping, Money
from ....wire.odata import Unreadable
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Body, Row, member, money, text
from .addresses import address_in, place_out
from .asking import text_key
from .cells import yes
from .conditions import equal
from .entering import at_once
from .mapping_drafts import without_nothing
from .office import CUSTOMERS, Office

_ACTIVE: Final = "Active"
_PLACE: Final = (
    *("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "City", "StateProvince"),
    *("ZipPostalCode", "Country", "ContactName"),
)
_TEXTS: Final[Mapping[str, str]] = {
    "name": "CustomerName",
    "phone": "PhoneNumber",
    "email": "Email",
    "currency": "CurrencyCode",
    "payment_terms": "Terms",
    "price_group": "CustomerPriceList",
}
"""Fields that are the same text on both sides, in the order in which they are entered."""
_SHORT: Final = 10
"""The width of the short name."""


@understands_answers
class Customers:
    """Customers."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Customer:
        """By number; ``NotFound`` when there is none."""
        operation = "customers.get"
        row = self.office.customer(id, operation)
        if row is None:
            raise NotFound("there is no such customer", operation=operation)
        return self._customer(row)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Customer]:
        """By number, or by the exact name."""
        with self.office.translated("customers.find"):
            if number is not None:
                rows = self.office.asking.few(CUSTOMERS, equal("CustomerNumber", number.upper()))
            else:
                rows = self.office.asking.few(CUSTOMERS, equal("CustomerName", name or ""))
            found = [self._customer(row) for row in rows]
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[Customer]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated("customers.list"):
            for row in self.office.asking.rows(CUSTOMERS):
                yield self._customer(row)

    def create(self, draft: CustomerDraft, write: Write) -> Written[Customer]:
        """Put one on file; ``DuplicateReference`` when the number is taken.

        What a card needs beside the draft (its group, account set, tax group) is said by ``customer_defaults``.
        """
        operation, office = "customers.create", self.office
        number = draft.number.upper()
        said = {name: getattr(draft, name) for name in CustomerDraft.model_fields}
        body: Body = {
            "CustomerNumber": number,
            "ShortName": number[:_SHORT],
            **office.settings.customer_defaults,
            "Status": _ACTIVE,
            "OnHold": "No",
            **self._body(
                {name: value for name, value in said.items() if value not in (None, (), False)},
                draft.currency,
            ),
        }
        office.awake(operation)
        write.sending("put it on file")
        with office.translated(operation, writes=True):
            made = office.asking.create(CUSTOMERS, body)
            if text(made, "CustomerNumber") != number:
                raise Unreadable("it tells of another customer than was sent")
        write.made(number, number)
        return Written(id=number, stored=at_once(lambda: self._customer(made)))

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Customer]:
        """Change these fields and no other; ``NotFound`` when there is no such customer."""
        operation, office = "customers.update", self.office
        current = self.get(id)
        body = self._body(changes, changes.get("currency") or current.currency)
        if body:
            office.awake(operation)
            write.sending("change the record")
            with office.translated(operation, writes=True):
                office.asking.change(CUSTOMERS, text_key(id), body)
        return Written(id=id)

    # -- out and in ------------------------------------------------------------------------------------------

    def _body(self, said: Mapping[str, Any], currency: str | None) -> Body:
        body: Body = {
            field: "" if said[name] is EMPTY else said[name] for name, field in _TEXTS.items() if name in said
        }
        if "address" in said:
            body |= self._address_out(said["address"])
        if "blocked" in said:
            body |= {"Status": "Inactive"} if said["blocked"] else {"Status": _ACTIVE, "OnHold": "No"}
        if "credit_limit" in said:
            body["CreditLimitCustomerCurrency"] = self._limit_out(said["credit_limit"], currency)
        return without_nothing(body)

    def _address_out(self, address: Any) -> Body:
        if not isinstance(address, Address):
            return dict.fromkeys(_PLACE, "")
        place = place_out(address, "", "customer.address", self.office)
        return {**place, "ContactName": address.contact or ""}

    def _limit_out(self, limit: Any, currency: str | None) -> Decimal:
        own = currency or self.office.currency
        if limit is EMPTY:
            return Decimal(0)
        if isinstance(limit, Money) and limit.currency == own:
            return limit.amount
        raise LossyWrite(
            f"a credit limit is kept in the customer's own currency, {own or 'not known here'}",
            fields=("customer.credit_limit",),
            path="customer.credit_limit",
        )

    def _customer(self, row: Row) -> Customer:
        number, name = text(row, "CustomerNumber"), text(row, "CustomerName")
        if not number:
            raise Unreadable("it names no customer")
        currency = text(row, "CurrencyCode") or self.office.currency
        limit = money(row, "CreditLimitCustomerCurrency", currency)
        warnings: list[str] = []
        address = address_in(row, "", self.office, warnings, name=name, contact="ContactName")
        return Customer(
            id=number,
            number=number,
            name=name,
            # The card's own telephone and e-mail are the customer's, not the address's.
            address=None if address is None else address.but(phone=None, email=None),
            currency=currency or None,
            payment_terms=text(row, "Terms") or None,
            email=text(row, "Email") or None,
            phone=text(row, "PhoneNumber") or None,
            blocked=blocked(row),
            credit_limit=limit if limit is not None and limit.amount else None,
            price_group=text(row, "CustomerPriceList") or None,
            raw=FrozenMapping(row),
            warnings=tuple(warnings),
        )


def blocked(row: Row) -> bool:
    """Whether a customer's card says that nothing is sold to him."""
    return member(row, "Status") not in ("", _ACTIVE) or yes(row, "OnHold")
