"""Customers, vendors and items by their cards' pages (dynamics.md 5.1, 5.5).

Which elements a card has differs from site to site: what the page does not have is left out, and reads as not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final, Generic, TypeVar

from ....errors import LossyWrite, NotFound
from ....models import (
    EMPTY,
    Address,
    Customer,
    CustomerDraft,
    FrozenMapping,
    Money,
    Product,
    ProductCode,
    ProductDraft,
    Ref,
    Supplier,
    SupplierDraft,
    UnitPrice,
)
from ....models.codes import UnknownCode
from ....models.countries import country_code
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Row, text
from .cells import Body, flag, member, money, number
from .office import KEY, Office, exact

R = TypeVar("R", Customer, Supplier, Product)

GTIN: Final = "gtin"
_COUNTRY: Final = "Country_Region_Code"
_TEXTS: Final[Mapping[str, str]] = {
    "number": "No",
    "name": "Name",
    "phone": "Phone_No",
    "email": "E_Mail",
    "tax_id": "VAT_Registration_No",
    "currency": "Currency_Code",
    "payment_terms": "Payment_Terms_Code",
    "delivery_terms": "Shipment_Method_Code",
    "price_group": "Customer_Price_Group",
}
"""Fields that are the same text on both sides."""


class _Cards(Generic[R]):
    """What cards of all kinds share: their number is their id."""

    book: ClassVar[str]
    service: ClassVar[str]
    named: ClassVar[str] = "Name"
    """The element that holds the name."""

    def __init__(self, office: Office) -> None:
        self.office = office

    @property
    def page(self) -> str:
        """The page's service."""
        return str(getattr(self.office.settings, self.service))

    def get(self, id: str) -> R:
        """By number; ``NotFound`` when there is none."""
        return self._read(self.row(id, f"{self.book}.get"), f"{self.book}.get")

    def row(self, id: str, operation: str) -> Row:
        """The record with this number; ``NotFound`` when there is none."""
        found = self.office.numbered(self.page, id, operation)
        if found is None:
            raise NotFound("there is no such record", operation=operation)
        return found

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[R]:
        """By number, or by the exact name."""
        operation = f"{self.book}.find"
        told = {"No": number, self.named: name}
        conditions = {field: exact(said) for field, said in told.items() if said is not None}
        rows = self.office.where(self.page, conditions, operation) if conditions else []
        found = [self._read(row, operation) for row in rows]
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[R]:
        """Stream all of them, so many in a call."""
        operation = f"{self.book}.list"
        for rows in self.office.pages(self.page, {}, operation):
            for row in rows:
                yield self._read(row, operation)

    def create(self, draft: Any, write: Write) -> Written[R]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        operation = f"{self.book}.create"
        said = {name: getattr(draft, name) for name in type(draft).model_fields}
        record = self._record({name: value for name, value in said.items() if value not in (None, (), False)})
        write.sending("put it on file")
        made = self.office.create(self.page, record, operation)
        entity = self._read(made, operation)
        write.made(entity.id, entity.number)
        return Written(id=entity.id, stored=entity)

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[R]:
        """Change these fields under the key that was read just before; ``NotFound`` when there is none."""
        operation = f"{self.book}.update"
        row = self.row(id, operation)
        record = self._record(changes)
        if record:
            write.sending("change the record")
            self.office.update(self.page, {KEY: text(row, KEY), **record}, operation)
        return Written(id=id)

    def _record(self, said: Mapping[str, Any]) -> Body:
        return self.office.fitting(self.page, self._out(said))

    def _read(self, row: Row, operation: str) -> R:
        with self.office.translated(operation):
            return self._in(row)

    def _out(self, said: Mapping[str, Any]) -> Body:
        raise NotImplementedError

    def _in(self, row: Row) -> R:
        raise NotImplementedError


class _Parties(_Cards[R]):
    """Customers and vendors."""

    def _out(self, said: Mapping[str, Any]) -> Body:
        record: Body = {
            field: "" if said[name] is EMPTY else said[name] for name, field in _TEXTS.items() if name in said
        }
        if record.get("Currency_Code") == self.office.currency:
            record["Currency_Code"] = ""
        if "address" in said:
            record |= _address_out(said["address"])
        if "blocked" in said:
            record["Blocked"] = "All" if said["blocked"] else "_blank_"
        if "credit_limit" in said:
            record["Credit_Limit_LCY"] = self._limit(said["credit_limit"])
        return record

    def _limit(self, limit: Any) -> Decimal:
        if limit is EMPTY:
            return Decimal(0)
        if isinstance(limit, Money) and limit.currency == self.office.currency:
            return limit.amount
        raise LossyWrite(
            "a credit limit is kept in the company's own currency",
            fields=("customer.credit_limit",),
            path="customer.credit_limit",
        )

    def _fields(self, row: Row) -> dict[str, Any]:
        name, own = text(row, "Name"), self.office.currency
        limit = money(row, "Credit_Limit_LCY", own)
        return {
            "id": text(row, "No"),
            "number": text(row, "No"),
            "name": name,
            "address": _address_in(row, name, self.office),
            "currency": text(row, "Currency_Code") or own or None,
            "payment_terms": text(row, "Payment_Terms_Code") or None,
            "delivery_terms": text(row, "Shipment_Method_Code") or None,
            "tax_id": text(row, "VAT_Registration_No") or None,
            "email": text(row, "E_Mail") or None,
            "phone": text(row, "Phone_No") or None,
            "price_group": text(row, "Customer_Price_Group") or None,
            "blocked": bool(member(row, "Blocked")),
            "credit_limit": limit if limit is not None and limit.amount else None,
            "credit_used": money(row, "Balance_LCY", own),
            "version": text(row, KEY) or None,
            "raw": FrozenMapping(row),
        }


@understands_answers
class Customers(_Parties[Customer]):
    """Customers."""

    book = "customers"
    service = "customer_service"

    def _in(self, row: Row) -> Customer:
        return Customer(**self._fields(row))

    def create(self, draft: CustomerDraft, write: Write) -> Written[Customer]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        return super().create(draft, write)


@understands_answers
class Vendors(_Parties[Supplier]):
    """Suppliers, which are called vendors there."""

    book = "suppliers"
    service = "vendor_service"

    def _in(self, row: Row) -> Supplier:
        return Supplier(**self._fields(row))

    def create(self, draft: SupplierDraft, write: Write) -> Written[Supplier]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        return super().create(draft, write)


@understands_answers
class Items(_Cards[Product]):
    """Products, which are called items there."""

    book = "products"
    service = "item_service"
    named = "Description"

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Product]:
        """By number, or by the exact name."""
        return super().find(number=None if number is None else number.upper(), name=name)

    def named_row(self, product: str | Ref, operation: str) -> Row | None:
        """The record of what is named; ``None`` where there is none."""
        return self.office.numbered(
            self.page, (product.id if isinstance(product, Ref) else product).upper(), operation
        )

    def create(self, draft: ProductDraft, write: Write) -> Written[Product]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        return super().create(draft, write)

    def _out(self, said: Mapping[str, Any]) -> Body:
        record: Body = {}
        for name, field in (("code", "No"), ("name", "Description"), ("description", "Description_2")):
            if name in said:
                record[field] = "" if said[name] is EMPTY else said[name]
        if "unit" in said:
            record["Base_Unit_of_Measure"] = self.office.units.theirs(said["unit"])
        if "blocked" in said:
            record["Blocked"] = bool(said["blocked"])
        if "price" in said:
            record["Unit_Price"] = self._price_out(said["price"])
        if "codes" in said:
            record["GTIN"] = (
                "" if said["codes"] is EMPTY else next((each.value for each in said["codes"]), "")
            )
        return record

    def _price_out(self, price: Any) -> Decimal:
        if price is EMPTY:
            return Decimal(0)
        if isinstance(price, UnitPrice) and price.currency == self.office.currency and price.per == 1:
            return price.amount
        raise LossyWrite(
            "the card has one price, for one unit in the company's own currency",
            fields=("product.price",),
            path="product.price",
        )

    def _in(self, row: Row) -> Product:
        own, price = self.office.currency, number(row, "Unit_Price")
        code = text(row, "Base_Unit_of_Measure")
        unit = self.office.units.ours(code)
        return Product(
            id=text(row, "No"),
            number=text(row, "No"),
            name=text(row, "Description"),
            unit=unit or code or None,
            codes=(ProductCode(kind=GTIN, value=text(row, "GTIN")),) if text(row, "GTIN") else (),
            price=UnitPrice(amount=price, currency=own) if price and own else None,
            blocked=flag(row, "Blocked"),
            description=text(row, "Description_2") or None,
            version=text(row, KEY) or None,
            raw=FrozenMapping(row),
        )


def _address_out(address: Any) -> Body:
    if not isinstance(address, Address):
        return dict.fromkeys(("Address", "Address_2", "City", "County", "Post_Code", _COUNTRY), "")
    first, second = (*address.lines, "", "")[:2]
    if len(address.lines) > 2:
        raise LossyWrite("an address holds two lines", fields=("address.lines",), path="address.lines")
    return {
        "Address": first,
        "Address_2": second,
        "City": address.city,
        "County": address.region or "",
        "Post_Code": address.postal_code,
        _COUNTRY: address.country,
    }


def _address_in(row: Row, name: str, office: Office) -> Address | None:
    try:
        country = country_code(text(row, _COUNTRY) or office.settings.country)
    except UnknownCode:
        return None
    lines = tuple(line for line in (text(row, "Address"), text(row, "Address_2")) if line)
    if not (name and (lines or text(row, "City"))):
        return None
    return Address(
        name=name,
        lines=lines,
        city=text(row, "City"),
        postal_code=text(row, "Post_Code"),
        country=country,
        region=text(row, "County") or None,
    )
