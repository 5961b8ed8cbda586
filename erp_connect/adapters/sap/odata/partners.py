"""Customers: business partners that have a customer's number (sap.md 2.14, 4.6).

In S/4HANA the customer is a business partner, which may have another number; orders name the customer's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ....errors import NotFound, UnsupportedOperation
from ....models import Address, Customer, CustomerDraft, FrozenMapping
from ....wire.odata import Group, Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ..conventions import fits_key
from . import asking, services
from .cells import Row, flag, key, text, within
from .office import Office

PARTNERS: Final = "A_BusinessPartner"
_CUSTOMERS: Final = "A_Customer"
_EXPANDED: Final = "to_BusinessPartnerAddress,to_Customer/to_CustomerSalesArea"
_ORGANISATION: Final = "2"
_MORE_NAMES: Final = ("OrganizationBPName2", "OrganizationBPName3", "OrganizationBPName4")
KEPT_IN_SAP: Final = "which grouping, roles and account a new business partner takes is the site's own"


@understands_answers
class Customers:
    """Customers with address, sales area's currency and terms, and blocks."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Customer:
        """By the customer's number; ``NotFound`` when there is none."""
        found = self._numbered(id, "customers.get")
        if not found:
            raise NotFound("there is no such customer", operation="customers.get")
        return found[0]

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Customer]:
        """By number, or by the exact name."""
        operation = "customers.find"
        if number is not None:
            found = self._numbered(number, operation)
        elif name is not None:
            found = self._named(name, operation)
        else:
            return ()
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[Customer]:
        """Stream all of them, a page in memory at a time."""
        operation = "customers.list"
        with self.office.translated(operation):
            service = self.office.service(services.PARTNERS)
            where = "Customer ne ''"
            for row in asking.all_rows(service, PARTNERS, "Customer", where=where, expand=_EXPANDED):
                yield self._customer(row)

    def create(self, draft: CustomerDraft, write: Write) -> Written[Customer]:  # noqa: ARG002 (kept in SAP)
        """Nothing: see :data:`KEPT_IN_SAP`."""
        raise UnsupportedOperation(
            "business partners are created in SAP", why=KEPT_IN_SAP, operation="customers.create"
        )

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Customer]:
        """Another name, or a block for orders placed or taken away, in one change set; ``NotFound`` without a partner.

        Only organisations are renamed: a person's name has parts that a customer's has not.
        """
        operation = "customers.update"
        found = self._rows(asking.equal("Customer", id), operation) if fits_key(id) else []
        if not found:
            raise NotFound("there is no such customer", operation=operation)
        operations = list(self._operations(found[0], changes))
        if operations:
            service = self.office.service(services.PARTNERS)
            groups = [Group(tuple(operations))]
            (ended,) = self.office.changed(
                service, groups, write, step="change the customer", operation=operation
            )
            if isinstance(ended, Exception):
                raise ended
        return Written(id=id)

    def _operations(self, partner: Row, changes: Mapping[str, Any]) -> Iterator[Operation]:
        if "name" in changes:
            yield renamed(partner, changes["name"], "customers.update")
        if "blocked" in changes:
            block = self.office.settings.order_block if changes["blocked"] else ""
            address = asking.addressed(_CUSTOMERS, Customer=key(partner, "Customer"))
            yield Operation("PATCH", address, {"OrderIsBlockedForCustomer": block})

    def _numbered(self, number: str, operation: str) -> Sequence[Customer]:
        return self._where(asking.equal("Customer", number), operation) if fits_key(number) else ()

    def _named(self, name: str, operation: str) -> Sequence[Customer]:
        """The numbers come from the customers' own set, whose name is that of all its lines together."""
        with self.office.translated(operation):
            service = self.office.service(services.PARTNERS)
            rows = list(asking.rows(service, _CUSTOMERS, where=asking.equal("CustomerName", name)))
        numbers = sorted(text(row, "Customer") for row in rows)
        return [each for number in numbers for each in self._numbered(number, operation)]

    def _where(self, condition: str, operation: str) -> Sequence[Customer]:
        return [self._customer(row) for row in self._rows(condition, operation)]

    def _rows(self, condition: str, operation: str) -> Sequence[Row]:
        with self.office.translated(operation):
            service = self.office.service(services.PARTNERS)
            return list(asking.rows(service, PARTNERS, where=condition, expand=_EXPANDED))

    def _customer(self, partner: Row) -> Customer:
        customer = next(iter(within(partner, "to_Customer")), {})
        area = self._area(within(customer, "to_CustomerSalesArea"))
        number = key(partner, "Customer")
        name = full_name(partner, text(customer, "CustomerName"), number)
        block = text(customer, "OrderIsBlockedForCustomer") or text(area, "OrderIsBlockedForCustomer")
        barred = flag(partner, "BusinessPartnerIsBlocked")
        terms = f"{text(area, 'IncotermsClassification')} {text(area, 'IncotermsLocation1')}".strip()
        return Customer(
            id=number,
            number=number,
            name=name,
            address=first_address(partner, name, self.office),
            currency=text(area, "Currency") or None,
            payment_terms=text(area, "CustomerPaymentTerms") or None,
            delivery_terms=terms or None,
            tax_id=text(customer, "VATRegistration") or None,
            price_group=text(area, "CustomerPriceGroup") or None,
            blocked=bool(block) or barred,
            block_reason=f"order block {block}" if block else "partner blocked" if barred else None,
            raw=FrozenMapping(partner),
        )

    def _area(self, areas: Sequence[Row]) -> Row:
        """The sales area that is worked in; where none is set, the only one."""
        settings = self.office.settings
        wanted = (settings.sales_org, settings.distribution_channel, settings.division)
        names = ("SalesOrganization", "DistributionChannel", "Division")
        fitting = [
            row
            for row in areas
            if all(not each or text(row, name) == each for name, each in zip(names, wanted, strict=True))
        ]
        return fitting[0] if len(fitting) == 1 else {}


def full_name(partner: Row, told: str, number: str) -> str:
    """The name of a partner: ``told`` by its role, else its own, else its number."""
    return told or text(partner, "BusinessPartnerFullName") or number


def first_address(partner: Row, name: str, office: Office) -> Address | None:
    """The first address of a partner that says enough to be one."""
    found = (_address(row, name, office) for row in within(partner, "to_BusinessPartnerAddress"))
    return next((each for each in found if each is not None), None)


def renamed(partner: Row, name: str, operation: str) -> Operation:
    """The part of a change set that gives a partner another name; ``UnsupportedOperation`` for a person or a group."""
    if text(partner, "BusinessPartnerCategory") != _ORGANISATION:
        raise UnsupportedOperation(
            "the partner is a person, or a group: its name is changed in SAP",
            why="only an organisation's name is one text",
            operation=operation,
        )
    more = [each for each in _MORE_NAMES if text(partner, each)]
    body = {"OrganizationBPName1": name, **dict.fromkeys(more, "")}
    return Operation(
        "PATCH", asking.addressed(PARTNERS, BusinessPartner=key(partner, "BusinessPartner")), body
    )


def _address(row: Row, name: str, office: Office) -> Address | None:
    country = office.countries.ours(text(row, "Country"))
    if country is None:
        return None
    street = f"{text(row, 'StreetName')} {text(row, 'HouseNumber')}".strip()
    return Address(
        name=name,
        lines=(street,) if street else (),
        city=text(row, "CityName"),
        postal_code=text(row, "PostalCode"),
        country=country,
        region=text(row, "Region") or None,
    )
