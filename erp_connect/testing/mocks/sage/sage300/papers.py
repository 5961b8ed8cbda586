"""What the papers of a company have in common here: their uniquifiers, their addresses, and where they are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from heapq import merge
from typing import Any, Final
from uuid import UUID

from ...business.company import Company
from ...business.documents import Document, Kind
from ...business.masters import Address, Customer
from .properties import Property, of, text
from .refusing import Refused, unknown
from .resources import Desk

NEW: Final = "*** NEW ***"
_SPACE: Final = 10**15
_PARTS: Final = {
    "Name": ("name", 60),
    "AddressLine1": ("line1", 60),
    "AddressLine2": ("line2", 60),
    "City": ("city", 30),
    "StateProvince": ("state", 30),
    "ZipPostalCode": ("postal_code", 20),
    "Country": ("country", 30),
    "Contact": ("contact", 60),
}
_MORE: Final = {"AddressLine3": 60, "AddressLine4": 60, "PhoneNumber": 30, "Email": 50}


# ---------------------------------------------------------------- uniquifiers


def drawn(company: Company) -> UUID:
    """The id of a new paper: its uniquifier is the next of a counter."""
    return UUID(int=int(company.draw("uniquifier")))


def uniquifier(desk: Desk, document: Document) -> Decimal:
    """The number by which the product knows a paper."""
    return Decimal(document.id.int % _SPACE)


def of_uniquifier(desk: Desk, value: Decimal, rows: Iterable[Document]) -> list[Document]:
    """The paper of a uniquifier, if it is among the rows."""
    if value == value.to_integral_value() and 0 < value < _SPACE:
        direct = desk.company.documents.get(UUID(int=int(value)))
        if direct is not None:
            return [direct]
    return [row for row in rows if uniquifier(desk, row) == value]


def listed(company: Company, *kinds: Kind, posted: bool) -> Iterable[Document]:
    """All papers of some kinds, by uniquifier; only what is looked at is gone through."""
    found = (company.documents.where("kind", kind) for kind in kinds)
    whole = merge(*found, key=lambda row: row.id.int % _SPACE)
    return (row for row in whole if row.posted is posted)


def looked_up(
    desk: Desk, equals: Mapping[str, Any], kinds: tuple[Kind, ...], *, posted: bool, names: Mapping[str, str]
) -> Iterable[Document] | None:
    """The papers that an index has for one of the values; ``names`` says which property has which index."""
    documents = desk.company.documents
    for property, index in names.items():
        value = equals.get(property)
        if not value:
            continue
        if index == "uniquifier":
            found = of_uniquifier(desk, value, listed(desk.company, *kinds, posted=posted))
        elif index == "number":
            found = [row for kind in kinds for row in documents.where("number", (kind, posted, value))]
        elif index == "partner":
            customer = desk.company.customers.by("number", value)
            found = [] if customer is None else documents.where("partner", customer.id)
        else:
            found = documents.where(index, value)
        return [row for row in found if row.kind in kinds and row.posted is posted]
    return None


# ---------------------------------------------------------------- properties


def partner_number(desk: Desk, document: Document) -> str:
    """Number of the customer or vendor."""
    return desk.company.partner_of(document).number


def address_properties(prefix: str, attribute: str) -> list[Property]:
    """The properties of an address that stands in a row's attribute, each with a prefix."""
    found = [text(prefix + name, size, of(f"{attribute}.{part}")) for name, (part, size) in _PARTS.items()]
    return found + [text(prefix + name, size) for name, size in _MORE.items()]


def address_in(values: Mapping[str, Any], prefix: str) -> Address:
    """The address that properties of a prefix make."""
    return Address(**{part: values.get(prefix + name, "") for name, (part, _) in _PARTS.items()})


def address_out(address: Address, extras: Mapping[str, Any], prefix: str, source: str = "") -> dict[str, Any]:
    """The properties of an address, with a prefix; what the address lacks stands among the extras."""
    known = {prefix + name: getattr(address, part) for name, (part, _) in _PARTS.items()}
    return known | {prefix + name: extras.get(source + name, "") for name in _MORE}


def more_in(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Those properties of an address that no rule looks at."""
    return {prefix + name: values.get(prefix + name, "") for name in _MORE}


# ---------------------------------------------------------------- checks


def customer_of(desk: Desk, number: str) -> Customer:
    """The customer of a number; refused where there is none."""
    customer = desk.company.customers.by("number", number)
    if customer is None:
        raise unknown("Customer", number)
    return customer


def in_fiscal_period(desk: Desk, day: date | None) -> None:
    """Refuse a date that falls in no defined fiscal period."""
    settings = desk.settings
    if day is not None and not settings.fiscal_from <= day <= settings.fiscal_to:
        raise Refused(
            "FieldInvalid", f"Fiscal period for {day.isoformat()} is not defined in the fiscal calendar."
        )
