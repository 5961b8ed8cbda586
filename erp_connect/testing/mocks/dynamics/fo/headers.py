"""Headers of sales, purchase and return orders: as rows, and what was sent of them (dynamics.md 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...business import ordering
from ...business.amounts import recalculate
from ...business.company import Company
from ...business.documents import ZERO, Document, Kind
from ...business.masters import Address, Customer, Vendor
from ...business.refusals import Refusal
from ...odata.source import Row
from . import states
from .book import Book
from .refusing import dangling, infolog
from .shapes import ADDRESS, HEADERS, HeaderShape
from .writing import filled, incoming, site_of, sites, tag

_CHECKED = {"agent": ("agents", "Modes of delivery"), "reason": ("return_reasons", "Return reason codes")}


def found(company: Company, kind: Kind, indexed: Mapping[str, Any]) -> Iterable[Document]:
    """Papers of a kind that are not posted, looked up by number or reference where that is asked for."""
    if indexed.get("number"):
        one = company.find(kind, indexed["number"])
        return [] if one is None else [one]
    if indexed.get("external_number"):
        papers = company.documents.where("external_number", indexed["external_number"])
    else:
        papers = company.documents.where("kind", kind)
    return [paper for paper in papers if paper.kind == kind and not paper.posted]


def settled(company: Company, document: Document) -> Document:
    """The paper with its discount in percent spread over the lines that it has now."""
    percent = document.extras.get("TotalDiscountPercentage", ZERO)
    if not percent and not document.discount_amount:
        return document
    net = sum((line.amount_net for line in company.lines_of(document)), ZERO)
    if document.prices_include_tax:
        net = sum((line.amount_gross for line in company.lines_of(document)), ZERO)
    discount = company.rounded(net * percent / 100, document.currency)
    stored = company.documents.put(replace(document, discount_amount=discount))
    return recalculate(company, stored)


def touched(company: Company, document: Document, **extras: Any) -> Document:
    """The paper as a new version of its record: what lines do does not count."""
    stamp = company.world.next_version()
    return company.documents.put(replace(document, extras={**document.extras, **extras, "@stamp": stamp}))


class Headers(Book):
    """SalesOrderHeadersV2 to V4, PurchaseOrderHeadersV2, ReturnOrderHeadersV2."""

    # ---------------------------------------------------------------- out

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """The orders of a company."""
        shape = HEADERS[name]
        indexed = {shape.fields[n]: value for n, value in where.items() if n in shape.fields}
        return (self.row(company, name, document) for document in found(company, shape.kind, indexed))

    def row(self, company: Company, name: str, document: Document) -> Row:
        """One order."""
        shape = HEADERS[name]
        values = {**document.extras}
        values |= {n: getattr(document, attribute) for n, attribute in shape.fields.items()}
        values["dataAreaId"] = company.code
        values[shape.partner] = company.partner_of(document).number
        partners: Any = company.vendors if document.is_purchase else company.customers
        payer = partners.get(document.bill_to)
        values[shape.bill_to] = payer.number if payer is not None else ""
        if shape.address:
            values |= self._address(shape.address, document.ship_address)
            values |= self._address("InvoiceAddress", document.bill_address)
        values |= self._computed(company, document)
        row = filled(self.model.sets[name], values, self.settings)
        row["@etag"] = tag(document.id, document.extras.get("@stamp", 0))
        row["@id"] = document.id
        return row

    def _address(self, prefix: str, address: Address) -> Row:
        shown = {f"{prefix}{part}": getattr(address, attribute) for part, attribute in ADDRESS.items()}
        codes = {iso: code for code, iso in self.settings.countries.items()}
        shown[f"{prefix}CountryRegionId"] = codes.get(address.country, address.country)
        formatted = "\n".join(
            filter(None, [address.line1, f"{address.postal_code} {address.city}".strip(), address.country])
        )
        whose = "FormattedDelveryAddress" if prefix.startswith("Delivery") else "FormattedInvoiceAddress"
        return shown | {whose: formatted}

    def _computed(self, company: Company, document: Document) -> Row:
        lines = company.lines_of(document)
        if document.kind == "return_order":
            return {
                "RMANumber": f"RMA-{document.number}",
                "ReturnStatus": states.return_status(document, lines),
                "ReturnOrderStatus": states.status(document, lines, self.settings),
            }
        whole = states.status(document, lines, self.settings)
        if document.kind == "purchase_order":
            return {"PurchaseOrderStatus": whole, "DocumentApprovalStatus": states.approval(document)}
        computed: Row = {
            "SalesOrderStatus": whole,
            "SalesOrderProcessingStatus": states.processing(document, lines, self.settings),
        }
        if self.settings.totals_calculated:
            discounts = sum((line.discount_amount for line in lines), ZERO)
            computed |= {
                "AreTotalsCalculated": "Yes",
                "OrderTotalAmount": document.gross,
                "OrderTotalTaxAmount": document.tax,
                "OrderTotalDiscountAmount": discounts + document.discount_amount,
                "TotalDiscountAmount": document.discount_amount,
            }
        return computed

    # ---------------------------------------------------------------- in

    def create(self, company: Company, name: str, sent: Row) -> Row:
        """A header, which stays whatever becomes of its lines (dynamics.md 3.5)."""
        shape = HEADERS[name]
        partner = self._partner(company, name, shape.partner, sent.get(shape.partner) or "")
        if partner is None:
            raise Refusal("missing", field="partner", table=shape.table)
        fields = self._fields(company, name, sent, None, partner)
        if shape.kind == "order":
            today = company.world.today()
            shipped = fields.get("shipment_date") or fields.get("requested") or today
            fields |= {"shipment_date": shipped, "requested": fields.get("requested") or shipped}
        document = ordering.create(company, shape.kind, fields)
        extras: Row = {}
        if shape.kind == "order":
            extras = {"SalesOrderName": document.extras.get("SalesOrderName") or partner.name}
        elif shape.kind == "purchase_order":
            extras = {"PurchaseOrderName": document.extras.get("PurchaseOrderName") or partner.name}
        return self.row(company, name, touched(company, document, **extras))

    def change(self, company: Company, name: str, row: Row, sent: Row) -> None:
        """Change a header."""
        document = company.documents.row(row["@id"])
        partner = self._partner(
            company, name, HEADERS[name].partner, sent.get(HEADERS[name].partner, "@same")
        )
        fields = self._fields(company, name, sent, document, partner)
        changed = ordering.change(company, document, fields)
        settled(company, touched(company, changed))

    def remove(self, company: Company, name: str, row: Row) -> None:
        """Delete an order with its lines, while nothing is posted (dynamics.md 3.5)."""
        document = company.documents.row(row["@id"])
        if document.canceled:
            raise Refusal("finished", kind=document.kind, number=document.number)
        if any(line.shipped for line in company.lines_of(document)):
            raise Refusal(
                "cannot_delete", kind=document.kind, number=document.number, why="something is delivered"
            )
        ordering.delete(company, document)

    # ---------------------------------------------------------------- fields

    def _partner(self, company: Company, name: str, field: str, number: str) -> Customer | Vendor | None:
        if number == "@same":
            return None
        partners: Any = company.vendors if HEADERS[name].kind == "purchase_order" else company.customers
        if not number:
            raise Refusal("missing", field="partner", table=HEADERS[name].table)
        partner = partners.by("number", number)
        if partner is None:
            raise dangling(self.settings, name, field, number, partners.name)
        return partner  # type: ignore[no-any-return]

    def _fields(
        self,
        company: Company,
        name: str,
        sent: Mapping[str, Any],
        before: Document | None,
        partner: Customer | Vendor | None,
    ) -> Row:
        shape = HEADERS[name]
        plain = before or Document(kind=shape.kind)
        fields: Row = {} if partner is None else {"partner": partner.id}
        extras = dict(plain.extras)
        for field, value in sent.items():
            if field in {"dataAreaId", shape.partner, shape.site}:
                continue
            if field == shape.bill_to:
                payer = self._partner(company, name, field, value or "@same")
                fields |= {} if payer is None else {"bill_to": payer.id}
            elif field in shape.fields:
                fields[shape.fields[field]] = incoming(value, getattr(plain, shape.fields[field]))
            elif not (shape.address and field.startswith(shape.address)):
                extras[field] = value
        for attribute, (table, told) in _CHECKED.items():
            if fields.get(attribute) and getattr(company, table).by("code", fields[attribute]) is None:
                raise dangling(self.settings, name, attribute, fields[attribute], told)
        self._site(company, name, shape, sent, fields, extras, before, partner)
        self._ship_to(company, name, shape, sent, fields, extras, before, partner)
        return fields | {"extras": extras}

    def _site(
        self,
        company: Company,
        name: str,
        shape: HeaderShape,
        sent: Mapping[str, Any],
        fields: Row,
        extras: Row,
        before: Document | None,
        partner: Customer | Vendor | None,
    ) -> None:
        """Site and warehouse belong together; a new order has those of its customer."""
        if before is None and shape.site not in sent and "location" not in fields and partner is not None:
            extras[shape.site] = partner.extras.get("SiteId") or site_of(company, partner.location)
            return
        placed = placed_at(
            company,
            sent.get(shape.site),
            fields.get("location"),
            "" if before is None else before.location,
        )
        if placed is None:
            raise dangling(self.settings, name, shape.site, str(sent.get(shape.site)), "Sites")
        site, location = placed
        if site is not None:
            extras[shape.site] = site
        if location is not None:
            fields["location"] = location

    def _ship_to(
        self,
        company: Company,
        name: str,
        shape: HeaderShape,
        sent: Mapping[str, Any],
        fields: Row,
        extras: Row,
        before: Document | None,
        partner: Customer | Vendor | None,
    ) -> None:
        """An address of the order's own, where the flag says that it has one (dynamics.md 5.5)."""
        parts = {
            n.removeprefix(shape.address): v for n, v in sent.items() if n.startswith(shape.address or "@")
        }
        flagged = extras.get("IsDeliveryAddressOrderSpecific") == "Yes"
        if not parts or (self.settings.address_needs_flag and not flagged):
            return
        base = before.ship_address if before is not None else Address()
        if before is None and partner is not None:
            base = replace(partner.address, name=partner.address.name or partner.name)
        if "CountryRegionId" in parts:
            code = parts["CountryRegionId"]
            if code and code not in self.settings.countries:
                raise dangling(
                    self.settings, name, f"{shape.address}CountryRegionId", code, "Address country/region"
                )
            parts["CountryRegionISOCode"] = self.settings.countries.get(code, "")
        elif parts.get("CountryRegionISOCode", "") not in {"", *self.settings.countries.values()}:
            raise infolog(self.settings, name, "Warning: The country/region ISO code is not known.")
        known = {ADDRESS[part]: value for part, value in parts.items() if part in ADDRESS}
        fields["ship_address"] = replace(base, **known)
        kept = {part: v for part, v in parts.items() if part not in ADDRESS and part != "CountryRegionId"}
        extras |= {f"{shape.address}{part}": value for part, value in kept.items()}


def placed_at(
    company: Company, site: str | None, location: str | None, before: str
) -> tuple[str | None, str | None] | None:
    """Site and warehouse after a change of either; None in a place leaves it, None for both is a contradiction."""
    if site is not None and site and site not in sites(company):
        return None
    if location:
        if company.locations.by("code", location) is None:
            return site, location
        own = site_of(company, location)
        return None if site and site != own else (own, location)
    if site is None:
        return None, location
    if before and site_of(company, before) != site:
        return site, ""
    return site, location
