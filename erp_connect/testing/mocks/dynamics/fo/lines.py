"""Lines of sales, purchase and return orders: as rows, and what was sent of them (dynamics.md 3.4, 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...business import lines
from ...business.company import Company
from ...business.documents import ZERO, Document, Line
from ...business.masters import Item
from ...business.refusals import Refusal
from ...odata.source import Row
from . import states
from .book import Book
from .headers import found, placed_at, settled
from .refusing import dangling, dimension_missing
from .shapes import DIMENSIONS, LINES, LineShape
from .writing import filled, incoming, tag

_FREE = frozenset({"LineDiscountAmount", "LineDiscountPercentage", "LineNumber"})


class Lines(Book):
    """SalesOrderLines and V3, PurchaseOrderLinesV2, ReturnOrderLinesV2."""

    # ---------------------------------------------------------------- out

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterator[Row]:
        """The lines of a company's orders, order by order."""
        shape = LINES[name]
        lot = where.get(shape.lot)
        candidates: Iterable[Line]
        if lot:
            candidates = company.lines.where("lot", lot)
        else:
            number = where.get(shape.header.number)
            papers = found(company, shape.header.kind, {"number": number} if number else {})
            candidates = (line for paper in papers for line in company.lines_of(paper))
        for line in candidates:
            document = company.documents.get(line.document)
            if document is not None and document.kind == shape.header.kind and not document.posted:
                yield self.row(company, name, document, line)

    def row(self, company: Company, name: str, document: Document, line: Line) -> Row:
        """One line."""
        shape = LINES[name]
        values = {
            "InventoryReservationMethod": document.extras.get("InventoryReservationMethod"),
            **line.extras,
        }
        values |= {n: getattr(line, attribute) for n, attribute in shape.fields.items()}
        per = line.extras.get("@per", Decimal(1))
        values |= {
            "dataAreaId": company.code,
            shape.header.number: document.number,
            shape.price: (line.price * per).normalize() + ZERO,
            shape.price_unit: per,
            "LineNumber": line.number if name == "PurchaseOrderLinesV2" else Decimal(line.number),
            "LineCreationSequenceNumber": line.number,
            "LineAmount": line.amount_gross if document.prices_include_tax else line.amount_net,
            "CurrencyCode": document.currency,
            "LineDiscountPercentage": line.extras.get("@percent", line.discount_percent),
            "LineDiscountAmount": line.extras.get("@amount", ZERO),
        }
        dimension = variant_dimension(company, line)
        if dimension:
            values[dimension] = line.variant
        values |= self._computed(document, line)
        row = filled(self.model.sets[name], values, self.settings)
        row["@etag"], row["@id"] = tag(line.id, line.version), line.id
        return row

    def _computed(self, document: Document, line: Line) -> Row:
        if document.kind == "return_order":
            return {"ReturnStatus": states.return_line_status(line), "RMANumber": f"RMA-{document.number}"}
        status = states.line_status(line, document.kind, self.settings)
        return {"SalesOrderLineStatus": status, "PurchaseOrderLineStatus": status}

    # ---------------------------------------------------------------- in

    def create(self, company: Company, name: str, sent: Row) -> Row:
        """One more line; a refusal leaves the header as it was (dynamics.md 3.5, 3.9)."""
        shape = LINES[name]
        number = sent.get(shape.header.number) or ""
        document = company.find(shape.header.kind, number)
        if document is None:
            raise dangling(self.settings, name, shape.header.number, number, shape.header.table)
        fields: Row = {"lot": company.draw("lot"), "extras": {}}
        origin = self._origin(company, name, sent)
        if origin is not None:
            fields |= {"origin": origin.id, "object_number": origin.object_number, "price": origin.price}
            fields |= {"unit": origin.unit, "variant": origin.variant}
        fields |= self._fields(company, name, sent, None, document)
        item = company.items.by("number", fields.get("object_number", ""))
        if not fields.get("object_number"):
            raise Refusal("missing", field="item", table=shape.header.table)
        if item is None:
            raise dangling(self.settings, name, "ItemNumber", fields["object_number"], "Released products")
        self._dimensions(company, name, item, sent, fields)
        self._stands(company, name, item, document, fields)
        line = lines.add_line(company, document, fields)
        line = self._discounted(company, line)
        settled(company, company.documents.row(document.id))
        return self.row(company, name, company.documents.row(document.id), company.lines.row(line.id))

    def change(self, company: Company, name: str, row: Row, sent: Row) -> None:
        """Change a line; not one that is invoiced in full."""
        line = company.lines.row(row["@id"])
        document = company.documents.row(line.document)
        whole = line.quantity - line.canceled
        if whole and line.invoiced >= whole:
            raise Refusal("finished", kind=document.kind, number=document.number)
        fields = self._fields(company, name, sent, line, document)
        item = company.items.by("number", line.object_number)
        if item is not None and DIMENSIONS.keys() & sent.keys():
            self._dimensions(company, name, item, {**row, **sent}, fields)
        line = lines.change_line(company, line, fields)
        self._discounted(company, line)
        settled(company, company.documents.row(document.id))

    def remove(self, company: Company, name: str, row: Row) -> None:
        """Delete a line of which nothing is posted."""
        line = company.lines.row(row["@id"])
        document = company.documents.row(line.document)
        if line.shipped or line.invoiced:
            raise Refusal(
                "cannot_delete", kind=document.kind, number=document.number, why="a line is delivered"
            )
        lines.remove_line(company, line)
        settled(company, company.documents.row(document.id))

    # ---------------------------------------------------------------- fields

    def _fields(
        self, company: Company, name: str, sent: Mapping[str, Any], before: Line | None, document: Document
    ) -> Row:
        shape = LINES[name]
        plain = before or Line()
        fields: Row = {}
        extras = dict(plain.extras)
        passed = {
            "dataAreaId",
            shape.header.number,
            shape.price,
            shape.price_unit,
            shape.site,
            *_FREE,
            *DIMENSIONS,
        }
        for field, value in sent.items():
            if field in shape.fields and field not in _FREE:
                fields[shape.fields[field]] = incoming(value, getattr(plain, shape.fields[field]))
            elif field not in passed:
                extras[field] = value
        if before is None and sent.get("LineNumber"):
            fields["number"] = int(sent["LineNumber"])
        for field, kept in (("LineDiscountAmount", "@amount"), ("LineDiscountPercentage", "@percent")):
            if field in sent:
                extras[kept] = sent[field] or ZERO
        self._price(shape, sent, fields, extras, before)
        here = document.location if before is None else plain.location
        placed = placed_at(company, sent.get(shape.site), fields.get("location"), here)
        if placed is None:
            raise dangling(self.settings, name, shape.site, str(sent.get(shape.site)), "Sites")
        site, location = placed
        extras |= {} if site is None else {shape.site: site}
        fields |= {} if location is None else {"location": location}
        return fields | {"extras": extras}

    def _price(
        self, shape: LineShape, sent: Mapping[str, Any], fields: Row, extras: Row, before: Line | None
    ) -> None:
        """A price is for so many units; what is sent stays, what is not comes from the agreements (dynamics.md 3.5)."""
        old = extras.get("@per", Decimal(1))
        if shape.price_unit in sent:
            extras["@per"] = sent[shape.price_unit] or Decimal(1)
        per = extras.get("@per", Decimal(1))
        if shape.price in sent:
            fields["price"] = (sent[shape.price] or ZERO) / per
        elif before is not None and per != old:
            fields["price"] = before.price * old / per

    def _discounted(self, company: Company, line: Line) -> Line:
        """The line with what its discounts, an amount and then a percentage, come to."""
        if "@amount" not in line.extras and "@percent" not in line.extras:
            return line
        document = company.documents.row(line.document)
        amount, percent = line.extras.get("@amount", ZERO), line.extras.get("@percent", ZERO)
        if self.settings.discount_amount_of == "unit":
            amount *= line.quantity
        whole = company.rounded(line.quantity * line.price, document.currency)
        rest = (whole - amount) * (100 - percent) / 100
        return lines.change_line(
            company, line, {"discount_amount": company.rounded(whole - rest, document.currency)}
        )

    # ---------------------------------------------------------------- rules

    def _dimensions(
        self, company: Company, name: str, item: Item, sent: Mapping[str, Any], fields: Row
    ) -> None:
        """Dimensions that the item has are needed, others are refused (dynamics.md 3.5)."""
        variants = company.variants.where("item", item.id)
        wanted = {str(v.extras.get("dimension", "ProductColorId")) for v in variants}
        given = {d: sent[d] for d in DIMENSIONS if sent.get(d)}
        for dimension, value in given.items():
            if dimension not in wanted:
                raise dangling(self.settings, name, dimension, value, f"{DIMENSIONS[dimension]}s")
        for dimension in wanted:
            code = given.get(dimension) or fields.get("variant")
            if not code:
                raise dimension_missing(self.settings, name, DIMENSIONS[dimension])
            if not any(v.code == code for v in variants):
                raise dangling(self.settings, name, dimension, code, f"{DIMENSIONS[dimension]}s")
            fields["variant"] = code

    def _stands(self, company: Company, name: str, item: Item, document: Document, fields: Row) -> None:
        """Stocked items need a site: the line's own or the header's."""
        shape = LINES[name]
        extras = fields["extras"]
        extras.setdefault(shape.site, document.extras.get(shape.header.site, ""))
        if self.settings.site_mandatory and item.type == "inventory" and not extras[shape.site]:
            raise dimension_missing(self.settings, name, "Site")

    def _origin(self, company: Company, name: str, sent: Mapping[str, Any]) -> Line | None:
        """The delivered line that a return takes back."""
        lot = sent.get("ReturningInventoryLotId") if name == "ReturnOrderLinesV2" else None
        if not lot:
            return None
        for line in company.lines.where("lot", lot):
            document = company.documents.row(line.document)
            if document.kind == "order" and line.shipped:
                return line
        raise dangling(self.settings, name, "ReturningInventoryLotId", lot, "Order lines (SalesLine)")


def variant_dimension(company: Company, line: Line) -> str:
    """The property that a line's variant stands in."""
    item = company.items.by("number", line.object_number) if line.variant else None
    variant = company.variants.by("code", (item.id, line.variant)) if item is not None else None
    return "" if variant is None else str(variant.extras.get("dimension", "ProductColorId"))
