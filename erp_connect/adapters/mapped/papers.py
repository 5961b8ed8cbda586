"""Shipments, invoices, returns and goods receipts of an order, out of foreign rows.

A movement is counted once: what several rows say of one paper and one order line is added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from ...errors import NotFound, UnsupportedOperation
from ...models import GoodsReceipt, Invoice, Package, Return, Shipment
from ...models.invoice import InvoiceKind, InvoiceLine
from ...models.purchase import GoodsReceiptLine
from ...models.returns import ReturnLine, ReturnStatus
from ...models.shipment import ShipmentLine, ShipmentStatus
from ..contract import OrderRef, Write, Written
from .building import address_of, custom_of, money_of, price_of
from .children import Children, same_key
from .format import PACKAGE_FIELDS, PAPER_FIELDS, PAPER_LINE_FIELDS, PaperRows
from .office import Office
from .plans import Ground, Plan
from .reading import OrderPlan
from .texts import text_of

P = TypeVar("P", Shipment, Invoice, Return, GoodsReceipt)
Said = dict[str, Any]
ZERO = Decimal(0)


class Papers(Generic[P]):
    """The papers of one kind that hang on an order."""

    book = ""

    def __init__(self, office: Office, ground: Ground, rows: PaperRows, orders: OrderPlan[Any, Any]) -> None:
        self.office = office
        self._orders = orders
        self.currency = ground.file.currency
        lines = PAPER_LINE_FIELDS[self.book]
        kinds = PAPER_FIELDS[self.book] if rows.lines is not None else {**PAPER_FIELDS[self.book], **lines}
        self.plan = Plan(ground, rows, self.book, kinds)
        for name in ("number", "order"):
            if name not in self.plan.fields:
                raise ground.file.wrong(f"{self.book}.fields", f"there is no {name}")
        if not self.plan.keys:
            raise ground.file.wrong(f"{self.book}.key", "it is not said what makes a paper", 'key = "id"')
        self.lines = (
            Children(ground, self.plan, rows.lines, f"{self.book}.lines", lines)
            if rows.lines is not None
            else None
        )
        self.packages = (
            Children(ground, self.plan, rows.packages, f"{self.book}.packages", PACKAGE_FIELDS)
            if rows.packages is not None
            else None
        )

    def of(self, order: OrderRef) -> Sequence[P]:
        """The papers of an order, oldest first."""
        key = self._orders.header.key_from(order.id)
        if key is None:
            return ()
        conditions = self.plan.conditions()
        field = self.plan.fields["order"]
        last = key[-1]
        if field.source.prefix or field.found is not None:
            field.condition(conditions, text_of(last))
        else:
            conditions.compare(field.sql, "=", last)
        with self.office.reading(f"{self.book}.of") as connection:
            found = self._read(connection, order, conditions)
        return sorted(found, key=lambda each: (self.day(each) or date.min, each.number or ""))

    def _read(self, connection: Connection, order: OrderRef, conditions: Any) -> list[P]:
        rows = self.plan.fetch(connection, conditions)
        keys = list(dict.fromkeys(self.plan.key_of(row) for row in rows))
        below = self.lines.of(connection, keys) if self.lines is not None and keys else {}
        packed = self.packages.of(connection, keys) if self.packages is not None and keys else {}
        heads: dict[tuple[Any, ...], Said] = {}
        lines: dict[tuple[Any, ...], list[Said]] = {}
        warnings: dict[tuple[Any, ...], list[str]] = {}
        for row in rows:
            key = self.plan.key_of(row)
            noted = warnings.setdefault(key, [])
            said = self.plan.values(row, noted)
            heads.setdefault(key, said)
            if self.lines is None:
                lines.setdefault(key, []).append(said)
            else:
                child = self.lines
                told = below.get(same_key(child.parent_key(key)), ())
                lines.setdefault(key, [child.values(each, noted) for each in told])
        packages = self.packages
        return [
            self.made(
                self.plan.id_of(key),
                order,
                head,
                self._counted(lines.get(key, ())),
                []
                if packages is None
                else [
                    packages.values(each, []) for each in packed.get(same_key(packages.parent_key(key)), ())
                ],
                tuple(dict.fromkeys(warnings[key])),
            )
            for key, head in heads.items()
        ]

    def _counted(self, lines: Sequence[Said]) -> list[Said]:
        """One line for each line of the order, quantities and amounts added up."""
        counted: dict[Any, Said] = {}
        for index, line in enumerate(lines):
            named = line.get("order_line", f"\x00{index}")
            known = counted.get(named)
            if known is None:
                counted[named] = dict(line)
                continue
            for name in ("quantity", "line_net", "received"):
                if name in line:
                    known[name] = known.get(name, ZERO) + line[name]
        return list(counted.values())

    def day(self, paper: P) -> date | None:
        """The day that papers are sorted by."""
        raise NotImplementedError

    def made(
        self,
        id: str,
        order: OrderRef,
        head: Said,
        lines: Sequence[Said],
        packages: Sequence[Said],
        warnings: tuple[str, ...],
    ) -> P:
        """The model out of what the rows say."""
        raise NotImplementedError

    def _common(self, id: str, head: Said, warnings: tuple[str, ...]) -> Said:
        return {
            "id": id,
            "number": head.get("number"),
            "created_at": head.get("created_at"),
            "custom": custom_of(head),
            "warnings": warnings,
        }


def _word(kind: Any, said: str | None, fallback: Any) -> Any:
    try:
        return kind(said) if said is not None else fallback
    except ValueError:
        return kind("unknown")


class Shipments(Papers[Shipment]):
    """What left for an order."""

    book = "shipments"

    def day(self, paper: Shipment) -> date | None:
        return paper.shipped_on

    def made(
        self,
        id: str,
        order: OrderRef,
        head: Said,
        lines: Sequence[Said],
        packages: Sequence[Said],
        warnings: tuple[str, ...],
    ) -> Shipment:
        shipped = head.get("shipped_on")
        status = ShipmentStatus.SHIPPED if shipped is not None else ShipmentStatus.UNKNOWN
        return Shipment.trusted(
            **self._common(id, head, warnings),
            order_id=order.id,
            status=_word(ShipmentStatus, head.get("status"), status),
            shipped_on=shipped,
            delivered_on=head.get("delivered_on"),
            carrier=head.get("carrier"),
            ship_to=address_of(head, "ship_to"),
            packages=tuple(self._packages(head, packages)),
            lines=tuple(
                ShipmentLine.trusted(
                    order_line_id=line.get("order_line", ""),
                    quantity=line.get("quantity", ZERO),
                    **{name: line.get(name) for name in ("product", "unit", "lot")},
                )
                for line in lines
            ),
        )

    def _packages(self, head: Said, packages: Sequence[Said]) -> list[Package]:
        if self.packages is not None:
            return [
                Package.trusted(
                    **{
                        "carrier": head.get("carrier"),
                        **{n: each.get(n) for n in PACKAGE_FIELDS if n in each},
                    }
                )
                for each in packages
            ]
        names = self.plan.several.get("tracking_number", ["tracking_number"])
        numbers: list[str] = []
        for name in names:
            field, said = self.plan.fields.get(name), head.get(name)
            if field is None or said is None:
                continue
            parts = said.split(field.source.split) if field.source.split else [said]
            numbers += [part.strip() for part in parts if part.strip()]
        return [Package.trusted(tracking_number=number, carrier=head.get("carrier")) for number in numbers]


class Invoices(Papers[Invoice]):
    """What was billed for an order."""

    book = "invoices"

    def day(self, paper: Invoice) -> date | None:
        return paper.invoiced_on

    def made(
        self,
        id: str,
        order: OrderRef,
        head: Said,
        lines: Sequence[Said],
        packages: Sequence[Said],
        warnings: tuple[str, ...],
    ) -> Invoice:
        currency = head.get("currency") or self.currency
        amounts = [line.get("line_net") for line in lines]
        known = [amount for amount in amounts if amount is not None]
        net = head.get("net")
        if net is None and lines and len(known) == len(amounts):
            net = sum(known, ZERO)
        return Invoice.trusted(
            **self._common(id, head, warnings),
            kind=InvoiceKind.CREDIT_MEMO if head.get("kind") == "credit_memo" else InvoiceKind.INVOICE,
            order_ids=(order.id,),
            customer=head.get("customer") or order.party,
            currency=currency,
            invoiced_on=head.get("invoiced_on"),
            due_on=head.get("due_on"),
            paid=head.get("paid"),
            cancelled=bool(head.get("cancelled")),
            net=money_of(net, currency),
            tax=money_of(head.get("tax"), currency),
            gross=money_of(head.get("gross"), currency),
            lines=tuple(
                InvoiceLine.trusted(
                    order_line_id=line.get("order_line"),
                    quantity=line.get("quantity"),
                    price=price_of(line, currency, "line_price"),
                    net=money_of(line.get("line_net"), currency),
                    **{name: line.get(name) for name in ("product", "description", "unit")},
                )
                for line in lines
            ),
        )


class Returns(Papers[Return]):
    """What came back for an order."""

    book = "returns"

    def day(self, paper: Return) -> date | None:
        return paper.requested_on

    def get(self, id: str) -> Return:
        """By native id; ``NotFound`` when there is none."""
        key = self.plan.key_from(id)
        if key is not None:
            conditions = self.plan.conditions()
            conditions.keys([part.sql for part in self.plan.keys], [key])
            with self.office.reading("returns.get") as connection:
                rows = self.plan.fetch(connection, conditions)
                if rows:
                    said = self.plan.values(rows[0], [])
                    order = OrderRef(id=str(said.get("order", "")))
                    again = self.plan.conditions()
                    again.keys([part.sql for part in self.plan.keys], [key])
                    return self._read(connection, order, again)[0]
        raise NotFound("there is no such return", system=self.office.system)

    def find(self, stamp: str) -> Sequence[Return]:
        """None carries a stamp: returns are not written here."""
        return ()

    def create(self, draft: Any, write: Write) -> Written[Return]:
        """Not offered: the capabilities say so."""
        raise UnsupportedOperation("returns are not written through a mapping", operation=write.operation)

    def made(
        self,
        id: str,
        order: OrderRef,
        head: Said,
        lines: Sequence[Said],
        packages: Sequence[Said],
        warnings: tuple[str, ...],
    ) -> Return:
        return Return.trusted(
            **self._common(id, head, warnings),
            order_id=order.id,
            status=_word(ReturnStatus, head.get("status"), ReturnStatus.UNKNOWN),
            reason=head.get("reason"),
            requested_on=head.get("requested_on"),
            lines=tuple(
                ReturnLine.trusted(
                    order_line_id=line.get("order_line", ""),
                    quantity=line.get("quantity", ZERO),
                    **{name: line.get(name) for name in ("product", "unit", "received")},
                )
                for line in lines
            ),
        )


class GoodsReceipts(Papers[GoodsReceipt]):
    """What arrived for a purchase order."""

    book = "goods_receipts"

    def day(self, paper: GoodsReceipt) -> date | None:
        return paper.received_on

    def made(
        self,
        id: str,
        order: OrderRef,
        head: Said,
        lines: Sequence[Said],
        packages: Sequence[Said],
        warnings: tuple[str, ...],
    ) -> GoodsReceipt:
        return GoodsReceipt.trusted(
            **self._common(id, head, warnings),
            order_id=order.id,
            received_on=head.get("received_on"),
            lines=tuple(
                GoodsReceiptLine.trusted(
                    order_line_id=line.get("order_line", ""),
                    quantity=line.get("quantity", ZERO),
                    **{name: line.get(name) for name in ("product", "unit")},
                )
                for line in lines
            ),
        )


PAPERS: Mapping[str, type[Papers[Any]]] = {
    each.book: each for each in (Shipments, Invoices, Returns, GoodsReceipts)
}
