"""Customers, which are accounts, and products with their price lists (dynamics.md 4.8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....errors import LossyWrite, NotFound, UnsupportedOperation
from ....models import (
    EMPTY,
    Address,
    Customer,
    CustomerDraft,
    FrozenMapping,
    Money,
    Product,
    ProductDraft,
    Quote,
    Ref,
    UnitPrice,
)
from ....models.codes import UnknownCode
from ....models.countries import country_code
from ....wire.odata import Operation
from ...answers import understands_answers
from ...contract import Write, Written
from ...services.cells import Body, Row, etag, flag, guid, instant, money, number, text, whole, within
from ...services.gathering import ANY
from .office import ACCOUNTS, PRODUCTS, Office, at, bound, equal, id_of

_CURRENCY: Final = "transactioncurrencyid($select=isocurrencycode)"
_TEXTS: Final[Mapping[str, str]] = {
    "number": "accountnumber",
    "name": "name",
    "phone": "telephone1",
    "email": "emailaddress1",
}
NO_PRODUCTS: Final = "which unit group, price list and state a new product takes is the site's own"


@understands_answers
class Customers:
    """Accounts that have a number, or not."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Customer:
        """By id; ``NotFound`` when there is none."""
        operation = "customers.get"
        row = self.office.row(ACCOUNTS, id, operation, expand=_CURRENCY)
        with self.office.translated(operation):
            return self._customer(row)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Customer]:
        """By number, or by the exact name."""
        named = (("accountnumber", number), ("name", name))
        where = " and ".join(equal(column, said) for column, said in named if said is not None)
        with self.office.translated("customers.find"):
            rows = list(self.office.rows(ACCOUNTS, where=where, expand=_CURRENCY)) if where else []
            found = [self._customer(row) for row in rows]
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[Customer]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated("customers.list"):
            for row in self.office.rows(ACCOUNTS, expand=_CURRENCY):
                yield self._customer(row)

    def create(self, draft: CustomerDraft, write: Write) -> Written[Customer]:
        """Put one on file under an id that its number makes; ``DuplicateReference`` when that is taken."""
        from ....errors import DuplicateReference

        operation = "customers.create"
        said = {name: getattr(draft, name) for name in CustomerDraft.model_fields}
        body = self._body({name: value for name, value in said.items() if value not in (None, (), False)})
        id = body["accountid"] = id_of(f"customer {draft.number}")
        if self.find(number=draft.number):
            raise DuplicateReference("there is a customer with this number already", operation=operation)
        write.sending("put it on file")
        self.office.together([Operation("POST", ACCOUNTS, body)], operation)
        write.made(id, draft.number)
        return Written(id=id)

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Customer]:
        """Change these fields, held to the record as it was read just before; ``NotFound`` when there is none."""
        operation = "customers.update"
        row = self.office.row(ACCOUNTS, id, operation)
        body = self._body(changes)
        if body:
            held = {"If-Match": ANY if write.force else etag(row) or ANY}
            write.sending("change the record")
            self.office.together([Operation("PATCH", at(ACCOUNTS, id), body, held)], operation)
            self.office.forget()
        return Written(id=id)

    def _body(self, said: Mapping[str, Any]) -> Body:
        body: Body = {
            column: None if said[name] is EMPTY else said[name]
            for name, column in _TEXTS.items()
            if name in said
        }
        if "address" in said:
            body |= _address_out(said["address"])
        if "blocked" in said:
            body["creditonhold"] = bool(said["blocked"])
        if "currency" in said and said["currency"] is not EMPTY:
            bind = bound("transactioncurrencies", self.office.currency(said["currency"]))
            body["transactioncurrencyid@odata.bind"] = bind
        if "payment_terms" in said:
            from .mapping_drafts import terms_out

            terms = None if said["payment_terms"] is EMPTY else said["payment_terms"]
            body["paymenttermscode"] = terms_out(terms, None, self.office)["paymenttermscode"]
        if "credit_limit" in said:
            limit = said["credit_limit"]
            body["creditlimit"] = limit.amount if isinstance(limit, Money) else None
        return body

    def _customer(self, row: Row) -> Customer:
        held = next(iter(within(row, "transactioncurrencyid")), {})
        currency = text(held, "isocurrencycode")
        name = text(row, "name")
        limit = money(row, "creditlimit", currency)
        code = whole(row, "paymenttermscode")
        words = self.office.settings.payment_codes.items()
        return Customer(
            id=guid(row, "accountid"),
            number=text(row, "accountnumber") or None,
            name=name,
            address=_address_in(row, name),
            currency=currency or None,
            payment_terms=None
            if code is None
            else next((word for word, each in words if each == str(code)), str(code)),
            email=text(row, "emailaddress1") or None,
            phone=text(row, "telephone1") or None,
            blocked=flag(row, "creditonhold") or whole(row, "statecode") == 1,
            credit_limit=limit if limit is not None and limit.amount else None,
            version=etag(row),
            modified_at=instant(row, "modifiedon"),
            raw=FrozenMapping(row),
        )


@understands_answers
class Products:
    """Products, to read: see :data:`NO_PRODUCTS`."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Product:
        """By id; ``NotFound`` when there is none."""
        operation = "products.get"
        row = self.office.row(PRODUCTS, id, operation, expand=_PRODUCT)
        with self.office.translated(operation):
            return self._product(row)

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Product]:
        """By number, or by the exact name."""
        named = (("productnumber", number), ("name", name))
        where = " and ".join(equal(column, said) for column, said in named if said is not None)
        with self.office.translated("products.find"):
            rows = list(self.office.rows(PRODUCTS, where=where, expand=_PRODUCT)) if where else []
            found = [self._product(row) for row in rows]
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[Product]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated("products.list"):
            for row in self.office.rows(PRODUCTS, expand=_PRODUCT):
                yield self._product(row)

    def create(self, draft: ProductDraft, write: Write) -> Written[Product]:  # noqa: ARG002 (kept in the system)
        """Nothing: see :data:`NO_PRODUCTS`."""
        raise UnsupportedOperation(
            "products are put on file there", why=NO_PRODUCTS, operation="products.create"
        )

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Product]:  # noqa: ARG002
        """Nothing: see :data:`NO_PRODUCTS`."""
        raise UnsupportedOperation("products are changed there", why=NO_PRODUCTS, operation="products.update")

    def _product(self, row: Row) -> Product:
        held = next(iter(within(row, "defaultuomid")), {})
        name = text(held, "name")
        money_of = next(iter(within(row, "transactioncurrencyid")), {})
        currency, price = text(money_of, "isocurrencycode"), number(row, "price")
        return Product(
            id=guid(row, "productid"),
            number=text(row, "productnumber") or None,
            name=text(row, "name"),
            unit=self.office.units.ours(name) or name or None,
            price=UnitPrice(amount=price, currency=currency) if price and currency else None,
            blocked=whole(row, "statecode") not in (None, 0),
            description=text(row, "description") or None,
            version=etag(row),
            modified_at=instant(row, "modifiedon"),
            raw=FrozenMapping(row),
        )


_PRODUCT: Final = "defaultuomid($select=name),transactioncurrencyid($select=isocurrencycode)"


@understands_answers
class Prices:
    """The price of a product on the price list that an order of the customer would have."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def quote(
        self, customer: str | Ref, product: str | Ref, quantity: Decimal, unit: str, on: date | None
    ) -> Quote:
        """The price on the list; ``price`` is ``None`` where it has none.  ``NotFound`` for what is not there."""
        operation = "prices.quote"
        account, row = self.office.account(customer), self.office.product(product)
        if account is None or row is None:
            raise NotFound(
                "there is no such customer" if account is None else "there is no such product",
                operation=operation,
                path="customer" if account is None else "product",
            )
        with self.office.translated(operation):
            price, currency = self._listed(account, row, unit)
        return Quote(
            customer=text(account, "accountnumber"),
            product=text(row, "productnumber"),
            quantity=quantity,
            unit=unit,
            price=UnitPrice(amount=price, currency=currency) if price is not None and currency else None,
            includes_tax=False,
            on=on,
            source="price list",
        )

    def _listed(self, account: Row, product: Row, unit: str) -> tuple[Decimal | None, str]:
        currency = self._currency(account) or self._currency(product)
        prices = self.office.price_list(account, currency)
        if prices is None:
            return None, currency
        where = (
            f"_pricelevelid_value eq {prices} and _productid_value eq {guid(product, 'productid')}"
            f" and _uomid_value eq {self.office.unit(unit, product)}"
        )
        rows = list(self.office.rows("productpricelevels", where=where, expand=_CURRENCY))
        if not rows:
            return None, currency
        held = next(iter(within(rows[0], "transactioncurrencyid")), {})
        return number(rows[0], "amount"), text(held, "isocurrencycode") or currency

    def _currency(self, row: Row) -> str:
        id = guid(row, "_transactioncurrencyid_value")
        if not id:
            return ""
        where = f"transactioncurrencyid eq {id}"
        return next(
            (
                text(each, "isocurrencycode")
                for each in self.office.rows("transactioncurrencies", where=where)
            ),
            "",
        )


def _address_out(address: Any) -> Body:
    if not isinstance(address, Address):
        return {
            f"address1_{part}": None for part in ("line1", "line2", "line3", "city", "postalcode", "country")
        }
    if len(address.lines) > 3:
        raise LossyWrite("an address holds three lines", fields=("address.lines",), path="address.lines")
    lines = (*address.lines, "", "", "")[:3]
    return {
        **{f"address1_line{place}": line or None for place, line in enumerate(lines, 1)},
        "address1_city": address.city,
        "address1_stateorprovince": address.region,
        "address1_postalcode": address.postal_code,
        "address1_country": address.country,
    }


def _address_in(row: Row, name: str) -> Address | None:
    try:
        country = country_code(text(row, "address1_country"))
    except UnknownCode:
        return None
    lines = tuple(line for place in (1, 2, 3) if (line := text(row, f"address1_line{place}")))
    if not (name and (lines or text(row, "address1_city"))):
        return None
    return Address(
        name=name,
        lines=lines,
        city=text(row, "address1_city"),
        postal_code=text(row, "address1_postalcode"),
        country=country,
        region=text(row, "address1_stateorprovince") or None,
    )
