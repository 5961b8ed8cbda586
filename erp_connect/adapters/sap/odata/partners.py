"""Business partners, who are customers or suppliers by the numbers that they have as such (sap.md 2.14, 4.6).

In S/4HANA a customer or supplier is a business partner, which may have another number; orders name the customer's or
supplier's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

from ....errors import NotFound, UnsupportedOperation
from ....models import Address, Customer, CustomerDraft, Supplier, SupplierDraft
from ....wire.odata import Group, Operation
from ...contract import Write, Written
from ..conventions import fits_key
from . import asking, services
from .cells import Row, key, text, within
from .office import Office

PARTNERS: Final = "A_BusinessPartner"
_ORGANISATION: Final = "2"
_MORE_NAMES: Final = ("OrganizationBPName2", "OrganizationBPName3", "OrganizationBPName4")
KEPT_IN_SAP: Final = "which grouping, roles and account a new business partner takes is the site's own"

P = TypeVar("P", Customer, Supplier)


class Partners(Generic[P]):
    """Partners of one kind."""

    role: ClassVar[str]
    """Their kind, as SAP's names have it: also the field of their number."""
    expanded: ClassVar[str]
    """What is read with a partner."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._word = self.role.lower()

    def get(self, id: str) -> P:
        """By the number; ``NotFound`` when there is none."""
        found = self._numbered(id, f"{self._word}s.get")
        if not found:
            raise NotFound(f"there is no such {self._word}", operation=f"{self._word}s.get")
        return found[0]

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[P]:
        """By number, or by the exact name."""
        operation = f"{self._word}s.find"
        if number is not None:
            found = self._numbered(number, operation)
        elif name is not None:
            found = self._named(name, operation)
        else:
            return ()
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[P]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated(f"{self._word}s.list"):
            service = self.office.service(services.PARTNERS)
            where = f"{self.role} ne ''"
            for row in asking.all_rows(service, PARTNERS, self.role, where=where, expand=self.expanded):
                yield self._told(row)

    def create(self, draft: CustomerDraft | SupplierDraft, write: Write) -> Written[P]:  # noqa: ARG002 (kept in SAP)
        """Nothing: see :data:`KEPT_IN_SAP`."""
        raise UnsupportedOperation(
            "business partners are created in SAP", why=KEPT_IN_SAP, operation=f"{self._word}s.create"
        )

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[P]:
        """Another name, or a block placed or taken away, in one change set; ``NotFound`` without a partner.

        Only organisations are renamed: a person's name has parts that ours has not.
        """
        operation = f"{self._word}s.update"
        found = self._rows(asking.equal(self.role, id), operation) if fits_key(id) else []
        if not found:
            raise NotFound(f"there is no such {self._word}", operation=operation)
        parts = [_renamed(found[0], changes["name"], operation)] if "name" in changes else []
        if "blocked" in changes:
            own = asking.addressed(f"A_{self.role}", **{self.role: key(found[0], self.role)})
            parts.append(Operation("PATCH", own, self._block_out(changes["blocked"])))
        if parts:
            service, groups = self.office.service(services.PARTNERS), [Group(tuple(parts))]
            (ended,) = self.office.changed(
                service, groups, write, step=f"change the {self._word}", operation=operation
            )
            if isinstance(ended, Exception):
                raise ended
        return Written(id=id)

    def _numbered(self, number: str, operation: str) -> Sequence[P]:
        if not fits_key(number):
            return ()
        return [self._told(row) for row in self._rows(asking.equal(self.role, number), operation)]

    def _named(self, name: str, operation: str) -> Sequence[P]:
        """The numbers come from the set of their own kind, whose name is that of all its lines together."""
        with self.office.translated(operation):
            service = self.office.service(services.PARTNERS)
            where = asking.equal(f"{self.role}Name", name)
            rows = list(asking.rows(service, f"A_{self.role}", where=where))
        numbers = sorted(text(row, self.role) for row in rows)
        return [each for number in numbers for each in self._numbered(number, operation)]

    def _rows(self, condition: str, operation: str) -> Sequence[Row]:
        with self.office.translated(operation):
            service = self.office.service(services.PARTNERS)
            return list(asking.rows(service, PARTNERS, where=condition, expand=self.expanded))

    def _told(self, partner: Row) -> P:
        """The customer or supplier that a partner is."""
        raise NotImplementedError

    def _block_out(self, blocked: Any) -> Mapping[str, Any]:
        """The field that keeps from ordering."""
        raise NotImplementedError


def full_name(partner: Row, told: str, number: str) -> str:
    """The name of a partner: ``told`` by its role, else its own, else its number."""
    return told or text(partner, "BusinessPartnerFullName") or number


def first_address(partner: Row, name: str, office: Office) -> Address | None:
    """The first address of a partner that says enough to be one."""
    found = (_address(row, name, office) for row in within(partner, "to_BusinessPartnerAddress"))
    return next((each for each in found if each is not None), None)


def _renamed(partner: Row, name: str, operation: str) -> Operation:
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
