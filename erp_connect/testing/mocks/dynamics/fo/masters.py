"""Customers, vendors, released products, units and other codes (dynamics.md 3.3, 3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ...business.company import Company
from ...business.masters import Address, Customer, Item, Vendor
from ...business.refusals import Refusal
from ...odata.source import Row
from .book import Book
from .headers import placed_at
from .model import required
from .refusing import dangling
from .shapes import ADDRESS, DIMENSIONS
from .writing import filled, tag

_CUSTOMER_HOLDS: Final = {
    "No": "",
    "Invoice": "invoice",
    "All": "all",
    "Payment": "",
    "Requisition": "",
    "Never": "",
}
_VENDOR_HOLDS: Final = {
    "No": "",
    "Invoice": "",
    "All": "all",
    "Payment": "payment",
    "Requisition": "",
    "Never": "",
}


@dataclass(frozen=True)
class _Party:
    table: str
    number: str
    name: str
    type: str
    fields: Mapping[str, str]


_PARTIES: Final = {
    "CustomersV3": _Party(
        "customers",
        "CustomerAccount",
        "OrganizationName",
        "PartyType",
        {
            "CustomerAccount": "number",
            "OrganizationName": "name",
            "SalesCurrencyCode": "currency",
            "PrimaryContactEmail": "email",
            "PrimaryContactPhone": "phone",
            "PaymentTerms": "payment_terms",
            "PaymentMethod": "payment_method",
            "DeliveryTerms": "shipment_method",
            "DeliveryMode": "agent",
            "WarehouseId": "location",
            "TaxExemptNumber": "tax_registration",
        },
    ),
    "VendorsV2": _Party(
        "vendors",
        "VendorAccountNumber",
        "VendorOrganizationName",
        "VendorPartyType",
        {
            "VendorAccountNumber": "number",
            "VendorOrganizationName": "name",
            "CurrencyCode": "currency",
            "PrimaryEmailAddress": "email",
            "PrimaryPhoneNumber": "phone",
            "DefaultPaymentTermsName": "payment_terms",
            "TaxExemptNumber": "tax_registration",
        },
    ),
}
_CODES: Final = {
    "currency": "currencies",
    "payment_terms": "payment_terms",
    "payment_method": "payment_methods",
    "shipment_method": "shipment_methods",
    "agent": "agents",
    "location": "locations",
}


class Parties(Book):
    """CustomersV3 and VendorsV2."""

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """Whom the company trades with."""
        party = _PARTIES[name]
        table = getattr(company, party.table)
        number = where.get(party.number)
        found = table.where("number", number) if number else table
        return (self._row(company, name, one) for one in found)

    def _row(self, company: Company, name: str, one: Customer | Vendor) -> Row:
        party = _PARTIES[name]
        values = {**one.extras} | {
            field: getattr(one, attribute) for field, attribute in party.fields.items()
        }
        holds = _CUSTOMER_HOLDS if name == "CustomersV3" else _VENDOR_HOLDS
        hold = str(one.extras.get("OnHoldStatus", ""))
        if holds.get(hold) != one.blocked:
            hold = next((code for code, blocked in holds.items() if blocked == one.blocked), "All")
        values |= {
            "dataAreaId": company.code,
            party.type: "Person" if one.type == "person" else "Organization",
            "OnHoldStatus": hold,
            "IsSalesTaxIncludedInPrices": one.prices_include_tax,
            "CustomerGroupId": one.extras.get("CustomerGroupId", "30"),
            "VendorGroupId": one.extras.get("VendorGroupId", "30"),
            "PartyNumber": one.extras.get("PartyNumber", f"P-{one.number}"),
            "VendorPartyNumber": one.extras.get("VendorPartyNumber", f"P-{one.number}"),
            "NameAlias": one.extras.get("NameAlias", one.name[:20]),
            "VendorSearchName": one.extras.get("VendorSearchName", one.name[:20]),
        }
        for field in ("SalesCurrencyCode", "CurrencyCode"):
            values[field] = one.currency or company.currency
        codes = {iso: code for code, iso in self.settings.countries.items()}
        for prefix in ("Address", "DeliveryAddress", "InvoiceAddress"):
            values |= {
                f"{prefix}{part}": getattr(one.address, attribute) for part, attribute in ADDRESS.items()
            }
            values[f"{prefix}CountryRegionId"] = codes.get(one.address.country, one.address.country)
        if isinstance(one, Customer):
            payer = company.customers.get(one.bill_to)
            values["InvoiceAccount"] = payer.number if payer is not None else ""
        row = filled(self.model.sets[name], values, self.settings)
        row["@etag"], row["@id"] = tag(one.id, one.version), one.id
        return row

    def create(self, company: Company, name: str, sent: Row) -> Row:
        """A new customer or vendor, with a number of the series where none was given."""
        party = _PARTIES[name]
        for field in sorted(required(name)):
            if not sent.get(field):
                raise Refusal("missing", field=field, table=party.table)
        fields = self._fields(company, name, sent, None)
        if not fields.get("number"):
            fields["number"] = company.draw("customer" if name == "CustomersV3" else "vendor")
        if not fields.get("name"):
            raise Refusal("missing", field="Name", table=party.table)
        table = getattr(company, party.table)
        return self._row(company, name, table.add((Customer if name == "CustomersV3" else Vendor)(**fields)))

    def change(self, company: Company, name: str, row: Row, sent: Row) -> None:
        """Change a customer or vendor."""
        table = getattr(company, _PARTIES[name].table)
        one = table.row(row["@id"])
        table.put(replace(one, **self._fields(company, name, sent, one)))

    def remove(self, company: Company, name: str, row: Row) -> None:
        """Delete who has no orders."""
        table = getattr(company, _PARTIES[name].table)
        if company.documents.where("partner", row["@id"]):
            raise Refusal("cannot_delete", number=table.row(row["@id"]).number, why="transactions exist")
        table.remove(row["@id"])

    def _fields(self, company: Company, name: str, sent: Row, before: Customer | Vendor | None) -> Row:
        party = _PARTIES[name]
        fields: Row = {}
        extras = dict(before.extras) if before is not None else {}
        address: dict[str, Any] = {}
        for field, value in sent.items():
            if field == party.type:
                fields["type"] = "person" if value == "Person" else "company"
            elif field in party.fields:
                fields[party.fields[field]] = value
            elif field == "InvoiceAccount":
                fields["bill_to"] = self._payer(company, name, value)
            elif field == "IsSalesTaxIncludedInPrices":
                fields["prices_include_tax"] = value == "Yes"
            elif field.startswith("Address") and field.removeprefix("Address") in {
                *ADDRESS,
                "CountryRegionId",
            }:
                address[field.removeprefix("Address")] = value
            elif field != "dataAreaId":
                extras[field] = value
        if "OnHoldStatus" in sent:
            holds = _CUSTOMER_HOLDS if name == "CustomersV3" else _VENDOR_HOLDS
            fields["blocked"] = holds[sent["OnHoldStatus"]]
        if fields.get("type") == "person" or sent.keys() & {"PersonFirstName", "PersonLastName"}:
            names = [extras.get("PersonFirstName", ""), extras.get("PersonLastName", "")]
            fields["name"] = " ".join(filter(None, names)) or fields.get("name", "")
        self._codes(company, name, fields)
        if {"SiteId", "WarehouseId"} & sent.keys():
            before_place = before.location if before is not None else ""
            placed = placed_at(company, sent.get("SiteId"), fields.get("location"), before_place)
            if placed is None:
                raise dangling(self.settings, name, "SiteId", str(sent.get("SiteId")), "Sites")
            extras |= {"SiteId": placed[0]} if placed[0] is not None else {}
            fields |= {"location": placed[1]} if placed[1] is not None else {}
        if address:
            fields["address"] = self._address(
                name, address, before.address if before is not None else Address()
            )
        return fields | {"extras": extras}

    def _codes(self, company: Company, name: str, fields: Row) -> None:
        for attribute, table in _CODES.items():
            code = fields.get(attribute)
            if not code or (attribute == "currency" and code == company.currency):
                continue
            known = getattr(company, table)
            if known.by("code", code) is None:
                raise dangling(self.settings, name, attribute, code, known.name)

    def _payer(self, company: Company, name: str, number: str) -> Any:
        payer = company.customers.by("number", number)
        if payer is None:
            raise dangling(self.settings, name, "InvoiceAccount", number, "Customers")
        return payer.id

    def _address(self, name: str, parts: dict[str, Any], base: Address) -> Address:
        code = parts.pop("CountryRegionId", "")
        if code:
            if code not in self.settings.countries:
                raise dangling(self.settings, name, "AddressCountryRegionId", code, "Address country/region")
            parts["CountryRegionISOCode"] = self.settings.countries[code]
        return replace(base, **{ADDRESS[part]: value for part, value in parts.items()})


class Products(Book):
    """ReleasedProductsV2 and ReleasedProductVariantsV2; products are created elsewhere."""

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """The items of a company."""
        number = where.get("ItemNumber") or where.get("ProductMasterNumber")
        items: Iterable[Item] = company.items.where("number", number) if number else company.items
        for item in items:
            if name == "ReleasedProductsV2":
                yield self._row(company, name, item)
            else:
                yield from self._variants(company, name, item)

    def _row(self, company: Company, name: str, item: Item) -> Row:
        variants = company.variants.where("item", item.id)
        values = {
            "SalesPriceQuantity": 1,
            "SearchName": item.name,
            "SalesUnitSymbol": item.unit,
            **item.extras,
            "dataAreaId": company.code,
            "ItemNumber": item.number,
            "ProductNumber": item.number,
            "ProductSearchName": item.name,
            "InventoryUnitSymbol": item.unit,
            "ProductDimensionGroupName": "Color" if variants else "",
            "SalesPrice": item.price * item.extras.get("SalesPriceQuantity", 1),
        }
        row = filled(self.model.sets[name], values, self.settings)
        row["@etag"], row["@id"] = tag(item.id, item.version), item.id
        return row

    def _variants(self, company: Company, name: str, item: Item) -> Iterator[Row]:
        for variant in company.variants.where("item", item.id):
            values = dict.fromkeys(DIMENSIONS, "") | {
                str(variant.extras.get("dimension", "ProductColorId")): variant.code,
                "dataAreaId": company.code,
                "ProductMasterNumber": item.number,
                "ItemNumber": item.number,
                "ProductVariantNumber": f"{item.number} : {variant.code}",
                "ProductName": variant.description,
            }
            row = filled(self.model.sets[name], values, self.settings)
            row["@etag"] = tag(variant.id, variant.version)
            yield row

    def change(self, company: Company, name: str, row: Row, sent: Row) -> None:
        """Change prices, the unit of sale and the search name of an item."""
        item = company.items.row(row["@id"])
        extras = {**item.extras, **{n: v for n, v in sent.items() if n not in {"dataAreaId", "SalesPrice"}}}
        unit = extras.get("SalesUnitSymbol", item.unit)
        if item.holds(unit) is None:
            raise Refusal("unit_unknown", unit=unit, item=item.number)
        per = extras.get("SalesPriceQuantity") or 1
        price = sent["SalesPrice"] if "SalesPrice" in sent else row["SalesPrice"]
        company.items.put(replace(item, extras=extras, price=price / per))


class Codes(Book):
    """UnitsOfMeasure, DeliveryMode, LegalEntities."""

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """The codes that orders use; units and companies are the same in every company."""
        told: list[Row]
        if name == "UnitsOfMeasure":
            told = [{"UnitSymbol": unit.code, "UnitDescription": unit.name} for unit in company.units]
        elif name == "DeliveryMode":
            told = [{"DeliveryModeId": a.code, "DeliveryModeName": a.name} for a in company.agents]
        else:
            everybody = company.world.companies.values()
            told = [{"LegalEntityId": one.code, "Name": one.display_name} for one in everybody]
        for values in told:
            row = filled(self.model.sets[name], {"dataAreaId": company.code, **values}, self.settings)
            row["@etag"] = ""
            yield row
