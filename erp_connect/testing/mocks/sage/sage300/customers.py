"""``ARCustomers`` and ``ARShipToLocations`` (sage.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from ...business.masters import Code, Customer
from ...business.tables import Table
from .masters import Master
from .papers import customer_of
from .properties import Property, choice, day, number, text
from .refusing import Refused, unknown
from .resources import Desk
from .sheets import ship_to_key

_EXTRAS: Final = (
    *("ShortName", "GroupCode", "NationalAccount", "AccountSet", "BillingCycle", "InterestProfile"),
    *("PrintStatements", "AccountType", "TaxGroup", "CustomerPriceList", "AddressLine3", "AddressLine4"),
)
_ADDRESS: Final = {
    "AddressLine1": "line1",
    "AddressLine2": "line2",
    "City": "city",
    "StateProvince": "state",
    "ZipPostalCode": "postal_code",
    "Country": "country",
    "ContactName": "contact",
}
_PLAIN: Final = {
    "CustomerNumber": "number",
    "CustomerName": "name",
    "PhoneNumber": "phone",
    "Email": "email",
    "CurrencyCode": "currency",
    "Terms": "payment_terms",
    "CreditLimitCustomerCurrency": "credit_limit",
    "ShipViaCode": "agent",
    "Salesperson1": "salesperson",
}


class Customers(Master):
    """Who buys.  ``OnHold`` is Yes or No here, though it is true or false on orders."""

    module, name, keys, needed = "AR", "ARCustomers", ("CustomerNumber",), ("GroupCode",)

    def described(self) -> Iterable[Property]:
        """Its properties."""
        return [
            text("CustomerNumber", 12, "number"),
            text("ShortName", 10),
            text("GroupCode", 6),
            text("NationalAccount", 12),
            choice("Status", ("Active", "Inactive"), _status),
            day("DateLastMaintained", lambda desk, row: row.modified.date(), writable=False),
            choice("OnHold", ("No", "Yes"), lambda desk, row: "Yes" if row.blocked == "ship" else "No"),
            text("CustomerName", 60, "name"),
            *(text(name, 60, f"address.{part}") for name, part in _ADDRESS.items()),
            text("AddressLine3", 60),
            text("AddressLine4", 60),
            text("PhoneNumber", 30, "phone"),
            text("Email", 50, "email"),
            text("AccountSet", 6),
            text("BillingCycle", 6),
            text("InterestProfile", 6),
            text("CurrencyCode", 3, lambda desk, row: row.currency or desk.company.currency),
            choice("PrintStatements", ("Yes", "No")),
            choice("AccountType", ("OpenItem", "BalanceForward")),
            text("Terms", 10, "payment_terms"),
            text("TaxGroup", 12),
            number("CreditLimitCustomerCurrency", "credit_limit"),
            text("CustomerPriceList", 6),
            text("ShipViaCode", 6, "agent"),
            text("Salesperson1", 8, "salesperson"),
        ]

    def table(self, desk: Desk) -> Table[Any]:
        """The company's customers."""
        return desk.company.customers

    def code(self, values: Mapping[str, Any]) -> str:
        """The customer's number."""
        return str(values["CustomerNumber"])

    def stored(self, desk: Desk, row: Any | None, values: dict[str, Any]) -> Customer:
        """The customer with these values."""
        self._codes_known(desk, values)
        base: Customer = Customer() if row is None else row
        address = {part: values[name] for name, part in _ADDRESS.items() if name in values}
        plain = {part: values[name] for name, part in _PLAIN.items() if name in values}
        if plain.get("currency") == desk.company.currency:
            plain["currency"] = ""
        return replace(
            base,
            **plain,
            address=replace(base.address, **address),
            blocked=_blocked(base, values),
            extras={**base.extras, **{name: values[name] for name in _EXTRAS if name in values}},
        )

    def remove(self, desk: Desk, row: Any) -> None:
        """Delete a customer who has no papers."""
        if desk.company.documents.where("partner", row.id):
            raise Refused("General", f"Customer {row.number} cannot be deleted. Transactions exist.")
        super().remove(desk, row)

    def _codes_known(self, desk: Desk, values: dict[str, Any]) -> None:
        company = desk.company
        tables: dict[str, tuple[str, Table[Any]]] = {
            "GroupCode": ("Customer group", company.codes("Customer group")),
            "TaxGroup": ("Tax group", company.codes("Tax group")),
            "CustomerPriceList": ("Price list", company.codes("Price list")),
            "Terms": ("Terms code", company.payment_terms),
            "ShipViaCode": ("Ship-via code", company.agents),
            "Salesperson1": ("Salesperson", company.codes("Salesperson")),
        }
        for name, (title, table) in tables.items():
            if values.get(name) and table.by("code", values[name]) is None:
                raise unknown(title, values[name])
        currency = values.get("CurrencyCode")
        if currency and currency != company.currency and company.currencies.by("code", currency) is None:
            raise unknown("Currency", currency)


def _status(desk: Desk, customer: Customer) -> str:
    return "Inactive" if customer.blocked == "all" else "Active"


def _blocked(base: Customer, values: Mapping[str, Any]) -> Any:
    inactive = values.get("Status", "Inactive" if base.blocked == "all" else "Active") == "Inactive"
    held = values.get("OnHold", "Yes" if base.blocked == "ship" else "No") == "Yes"
    if inactive:
        return "all"
    return "ship" if held else ""


class ShipToLocations(Master):
    """Where a customer's goods go."""

    module, name, keys = "AR", "ARShipToLocations", ("CustomerNumber", "ShipToLocationKey")
    _places: Final = (
        *("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "City", "StateProvince"),
        *("ZipPostalCode", "Country", "PhoneNumber", "Contact", "Email"),
    )

    def described(self) -> Iterable[Property]:
        """Its properties."""
        return [
            text("CustomerNumber", 12),
            text("ShipToLocationKey", 6),
            text("Description", 60, "name"),
            *(text(name, 60) for name in self._places),
            text("TaxGroup", 12),
        ]

    def table(self, desk: Desk) -> Table[Any]:
        """All ship-to locations of the company."""
        return desk.company.codes("Ship-to location")

    def code(self, values: Mapping[str, Any]) -> str:
        """The customer's number and the location's key."""
        return ship_to_key(values["CustomerNumber"], values["ShipToLocationKey"])

    def stored(self, desk: Desk, row: Any | None, values: dict[str, Any]) -> Code:
        """The location with these values."""
        customer_of(desk, values["CustomerNumber"])
        group = values.get("TaxGroup")
        if group and desk.company.codes("Tax group").by("code", group) is None:
            raise unknown("Tax group", group)
        base: Code = Code() if row is None else row
        kept = {*self.keys, *self._places, "TaxGroup"}
        return replace(
            base,
            code=self.code(values),
            name=values.get("Description", base.name),
            extras={**base.extras, **{name: value for name, value in values.items() if name in kept}},
        )
