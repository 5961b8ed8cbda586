"""Documents that move goods: deliveries, receipts and returns (sage.md 2.15)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...business import lines as lines_
from ...business import ordering, posting
from ...business.documents import ZERO, Document, Kind, Line
from ...business.masters import NOBODY
from .office import Changes
from .papers import Bought, Papers
from .refusing import Refused
from .streams import Sent, SentRow
from .working import is_closed


def _given(row: SentRow) -> dict[str, Any]:
    return {found.name: value for found, value in row.values.items()}


class _Moved(Papers):
    """What is made of an order's lines."""

    order_kind: Kind = "order"

    def create(self, sent: Sent) -> Document:
        """Deliver, or receive, what the lines name of one order."""
        self.needed(sent)
        rows = sent.tables.get(self.line_block, [])
        self.needed_rows(rows)
        self.number_for(sent, self.kinds[0])
        made = self.changes(sent.values)
        parts = [self._part(row, made) for row in sorted(rows, key=lambda row: row.number)]
        orders = {line.document for line, _ in parts}
        if len(orders) != 1 or len({line.id for line, _ in parts}) != len(parts):
            raise Refused("one order", field=self._names()["order"])
        order = self.company.documents.row(orders.pop())
        if is_closed(self.company, self.settings, order):
            raise Refused("closed", number=order.number)
        self.not_locked(order, order.number)
        document = self.move(order, {line.id: quantity for line, quantity in parts}, made)
        return self.store(replace(document, extras={**document.extras, **made.extras}))

    def move(self, order: Document, quantities: dict[Any, Any], made: Changes) -> Document:
        """Move quantities of an order's lines, by their ids."""
        for line in self.company.lines_of(order):
            lines_.change_line(self.company, line, {"to_ship": quantities.get(line.id, ZERO)})
        header = {name: value for name, value in made.attributes.items() if name == "posting_date" and value}
        if header:
            order = self.store(replace(self.company.documents.row(order.id), **header))
        posted = posting.post(self.company, self.company.documents.row(order.id), invoice=False).moved
        assert posted is not None
        shown = {
            name: value
            for name, value in made.attributes.items()
            if name in {"shipment_method", "agent", "tracking", "location"} and value
        }
        return self.store(replace(posted, **shown))

    def _part(self, row: SentRow, made: Changes) -> tuple[Line, Any]:
        """The order line that a line names, and how much of it."""
        given = _given(row)
        names = self._names()
        number = given[names["order"]]
        order = self.company.find(self.order_kind, number)
        if order is None or order.partner != made.attributes["partner"]:
            raise Refused("table value", field=names["order"], value=number, table=self.order_kind)
        lines = [line for line in self.company.lines_of(order) if line.counts]
        wanted = given.get(names["line"])
        item = given.get("ITMREF")
        line = next(
            (
                line
                for line in lines
                if (line.number == wanted if wanted else line.object_number == item and line.open > 0)
            ),
            None,
        )
        if line is None:
            raise Refused("table value", field=names["line"], value=wanted or item, table=number)
        if item and item != line.object_number:
            raise Refused("value", field="ITMREF", value=item)
        unit = given.get(names["unit"])
        if unit and unit != line.unit:
            raise Refused("value", field=names["unit"], value=unit)
        site = made.attributes.get("location")
        if site and site != line.location:
            raise Refused("value", field=names["site"], value=site)
        quantity = given[names["quantity"]]
        if quantity <= 0:
            raise Refused("value", field=names["quantity"], value=quantity)
        return line, quantity

    def _names(self) -> dict[str, str]:
        return {"order": "SOHNUM", "line": "SOPLIN", "unit": "SAU", "quantity": "QTY", "site": "STOFCY"}

    def change(self, row: Document, sent: Sent) -> Document:
        """Carrier, mode, and the site's own fields; never what was moved."""
        self.not_locked(row, row.number)
        if sent.tables:
            raise Refused("validated", number=row.number)
        self.not_fixed(row, sent)
        made = self.changes(sent.values)
        fields = {name: value for name, value in made.attributes.items() if name != "partner"}
        return self.store(replace(row, **fields, extras={**row.extras, **made.extras}))


class Deliveries(_Moved):
    """SDH: deliveries; validated at once, or a draft that somebody validates."""

    kinds = ("shipment",)
    line_block = "SDH1_4"

    def move(self, order: Document, quantities: dict[Any, Any], made: Changes) -> Document:
        """Move the goods, or note what is to be moved."""
        if self.settings.deliveries == "validated":
            return super().move(order, quantities, made)
        shown = {name: value for name, value in made.attributes.items() if name != "partner"}
        draft = self.company.documents.add(
            replace(
                order,
                **shown,
                id=NOBODY,
                kind="shipment",
                number=self.company.draw("shipment"),
                order=order.id,
                order_number=order.number,
            )
        )
        for line in self.company.lines_of(order):
            if line.id in quantities:
                if quantities[line.id] > line.open:
                    raise Refused("too_much_to_ship", limit=line.open)
                copy = replace(
                    line,
                    id=NOBODY,
                    document=draft.id,
                    quantity=quantities[line.id],
                    origin=line.id,
                    to_ship=ZERO,
                    to_invoice=ZERO,
                )
                self.company.lines.add(copy)
        return draft

    def validate(self, row: Document) -> Document:
        """Validate a draft: the goods leave."""
        self.not_locked(row, row.number)
        if row.posted:
            raise Refused("validated", number=row.number)
        order = self.company.documents.row(row.order)
        quantities = {line.origin: line.quantity for line in self.company.lines_of(row)}
        shown = {"shipment_method": row.shipment_method, "agent": row.agent, "tracking": row.tracking}
        extras = row.extras
        ordering.delete(self.company, row)
        moved = super().move(order, quantities, Changes(shown))
        return self.store(replace(moved, number=row.number, extras=extras))


class Receipts(Bought, _Moved):
    """PTH: receipts of purchase orders."""

    kinds = ("receipt",)
    order_kind = "purchase_order"
    line_block = "PTH1_2"

    def _names(self) -> dict[str, str]:
        return {"order": "POHNUM", "line": "POPLIN", "unit": "UOM", "quantity": "QTYUOM", "site": "PRHFCY"}


class Returns(Papers):
    """SRH: what customers bring back."""

    kinds = ("return_order",)
    line_block = "SRH1_1"

    def create(self, sent: Sent) -> Document:
        """A return: the goods are back in stock at once."""
        for row in sent.tables.get(self.line_block, []):
            given = _given(row)
            number = given.get("SDHNUM")
            if number:
                self._was_delivered(str(number), given)
        document = super().create(sent)
        posting.post(self.company, document, invoice=False)
        return self.company.documents.row(document.id)

    def _was_delivered(self, number: str, given: dict[str, Any]) -> None:
        delivery = self.company.find("shipment", number, posted=True)
        lines = self.company.lines_of(delivery) if delivery is not None else []
        there = sum(line.quantity for line in lines if line.object_number == given.get("ITMREF"))
        if delivery is None or not there:
            raise Refused("table value", field="SDHNUM", value=number, table="SDELIVERY")
        if given.get("QTY", 0) > there:
            raise Refused("too_much_to_ship", limit=there)

    def may_change(self, row: Document) -> None:
        """The goods are back: nothing can be changed."""
        raise Refused("validated", number=row.number)
