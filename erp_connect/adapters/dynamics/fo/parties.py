"""Customers and vendors (dynamics.md 3.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

from ....models import (
    EMPTY,
    Address,
    Customer,
    CustomerDraft,
    FrozenMapping,
    Supplier,
    SupplierDraft,
)
from ....wire.odata import Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Body, Row, etag, member, text
from .diagnosing import FREE
from .mapping_drafts import parts_of
from .mapping_orders import address_in
from .office import AREA, Office

P = TypeVar("P", Customer, Supplier)
D = TypeVar("D", CustomerDraft, SupplierDraft)

_ON_HOLD: Final = "All"
_ADDRESS: Final = ("Street", "StreetNumber", "City", "StateId", "ZipCode", "CountryRegionId")


class _Parties(Generic[P, D]):
    """What the two kinds share."""

    entity: type[P]
    book: ClassVar[str]
    entity_set: ClassVar[str]
    key: ClassVar[str]
    fields: ClassVar[Mapping[str, str]]
    """Fields that are the same text on both sides."""
    kind: ClassVar[Mapping[str, str]]
    """What says that the party is a firm."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> P:
        """By number; ``NotFound`` when there is none."""
        operation = f"{self.book}.get"
        row = self.office.row(self._at(id), operation)
        with self.office.translated(operation):
            return self._party(row)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[P]:
        """By number, or by the exact name."""
        field = self.key if number is not None else self.fields["name"]
        value = number if number is not None else name
        if value is None:
            return ()
        with self.office.translated(f"{self.book}.find"):
            found = tuple(self._party(row) for row in self.office.rows_of(self.entity_set, field, (value,)))
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[P]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated(f"{self.book}.list"):
            for row in self.office.rows(self.entity_set):
                yield self._party(row)

    def create(self, draft: D, write: Write) -> Written[P]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        operation = f"{self.book}.create"
        said = {name: getattr(draft, name) for name in type(draft).model_fields}
        body = self._body({name: value for name, value in said.items() if value not in (None, (), False)})
        body |= {AREA: self.office.area, self.key: draft.number, **self.kind, **self._group()}
        body.setdefault(self.fields["currency"], self.office.settings.currency)  # which every record needs
        write.sending("put it on file")
        with self.office.translated(operation, writes=True):
            party = self._party(self.office.api.create(self.entity_set, body))
        write.made(party.id, party.number)
        return Written(id=party.id, stored=party)

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[P]:
        """Change these fields, held to the record as it was read just before; ``NotFound`` when there is none."""
        operation = f"{self.book}.update"
        row = self.office.row(self._at(id), operation)
        body = self._body(changes)
        if body:
            held = {"If-Match": "*" if write.force else etag(row) or "*"}
            write.sending("change the record")
            self.office.together([Operation("PATCH", self._at(id), body, held)], operation)
        return Written(id=id)

    # -- out and in ------------------------------------------------------------------------------------------

    def _at(self, id: str) -> str:
        return self.office.at(self.entity_set, **{self.key: id})

    def _group(self) -> Body:
        raise NotImplementedError

    def _body(self, said: Mapping[str, Any]) -> Body:
        body: Body = {
            field: "" if said[name] is EMPTY else said[name]
            for name, field in self.fields.items()
            if name in said
        }
        if "address" in said:
            address = said["address"]
            body |= (
                parts_of(address, "Address", self.office)
                if isinstance(address, Address)
                else {f"Address{part}": "" for part in _ADDRESS}
            )
        if "blocked" in said:
            body["OnHoldStatus"] = _ON_HOLD if said["blocked"] is True else "No"
        return body

    def _party(self, row: Row) -> P:
        name = text(row, self.fields["name"]) or " ".join(
            part for part in (text(row, "PersonFirstName"), text(row, "PersonLastName")) if part
        )
        number = text(row, self.key)
        said: dict[str, Any] = {
            field: text(row, theirs) or None for field, theirs in self.fields.items() if field != "name"
        }
        return self.entity(
            **said,
            id=number,
            number=number or None,
            name=name,
            address=address_in({**row, "AddressName": name}, "Address", self.office),
            blocked=member(row, "OnHoldStatus") not in FREE,
            version=etag(row),
            raw=FrozenMapping(row),
        )


@understands_answers
class Customers(_Parties[Customer, CustomerDraft]):
    """Customers."""

    entity = Customer
    book = "customers"
    entity_set = "CustomersV3"
    key = "CustomerAccount"
    fields: ClassVar[Mapping[str, str]] = {
        "name": "OrganizationName",
        "currency": "SalesCurrencyCode",
        "email": "PrimaryContactEmail",
        "phone": "PrimaryContactPhone",
        "payment_terms": "PaymentTerms",
        "delivery_terms": "DeliveryTerms",
        "tax_id": "TaxExemptNumber",
    }
    kind: ClassVar[Mapping[str, str]] = {"PartyType": "Organization"}

    def _group(self) -> Body:
        return {"CustomerGroupId": self.office.settings.customer_group}


@understands_answers
class Vendors(_Parties[Supplier, SupplierDraft]):
    """Suppliers, which are called vendors there."""

    entity = Supplier
    book = "suppliers"
    entity_set = "VendorsV2"
    key = "VendorAccountNumber"
    fields: ClassVar[Mapping[str, str]] = {
        "name": "VendorOrganizationName",
        "currency": "CurrencyCode",
        "email": "PrimaryEmailAddress",
        "phone": "PrimaryPhoneNumber",
        "payment_terms": "DefaultPaymentTermsName",
        "tax_id": "TaxExemptNumber",
    }
    kind: ClassVar[Mapping[str, str]] = {"VendorPartyType": "Organization"}

    def _group(self) -> Body:
        return {"VendorGroupId": self.office.settings.vendor_group}
