"""``orders amend`` and ``orders cancel``: changing what stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ..models import (
    AddLine,
    AddNote,
    Amendment,
    CancelLine,
    ChangeAddress,
    ChangeDate,
    ChangeDiscount,
    ChangeHeader,
    ChangePrice,
    ChangeQuantity,
    ChangeWarehouse,
    Discount,
    PlaceHold,
    ReleaseHold,
    SubstituteProduct,
    UnitPrice,
)
from .drafts import address_of, amendments_of, day, line_of, named_line, of_line
from .options import AsJson, Key, OrderName, Settings, Target, decimal, named_order, opened
from .showing import show_differences, show_receipt, shown
from .terminal import Terminal, safe

__all__ = ["amend", "cancel"]


@dataclass(frozen=True, slots=True)
class _Wished:
    """The options of ``amend`` as they were given."""

    quantity: list[str]
    price: list[str]
    date: list[str]
    discount: list[str]
    warehouse: list[str]
    product: list[str]
    add_line: list[str]
    cancel_line: list[str]
    note: list[str]
    hold: list[str]
    release: list[str]
    ship_to: str | None
    customer_po: str | None
    payment_terms: str | None
    delivery_terms: str | None
    reason: str | None

    def amendments(self, currency: str) -> Iterator[Amendment]:
        """The changes in words of the library; prices are in the order's currency."""
        yield from self._of_lines(currency)
        yield from self._of_the_order()

    def _of_lines(self, currency: str) -> Iterator[Amendment]:
        why = self.reason
        for line, value in of_line(self.quantity, "--quantity"):
            yield ChangeQuantity(line=line, to=decimal(value, "'--quantity'"), reason=why)
        for line, value in of_line(self.price, "--price"):
            price = UnitPrice(amount=decimal(value, "'--price'"), currency=currency)
            yield ChangePrice(line=line, to=price, reason=why)
        for line, value in of_line(self.discount, "--discount"):
            yield ChangeDiscount(line=line, to=Discount(percent=decimal(value, "'--discount'")), reason=why)
        for line, value in of_line(self.product, "--product"):
            yield SubstituteProduct(line=line, to=value, reason=why)
        for text in self.date:
            at, value = _maybe_line(text)
            yield ChangeDate(line=at, to=day(value, "--date"), reason=why)
        for text in self.warehouse:
            at, value = _maybe_line(text)
            yield ChangeWarehouse(line=at, to=value, reason=why)
        for text in self.add_line:
            yield AddLine(line=line_of(text, currency), reason=why)
        for line in self.cancel_line:
            if why is None:
                raise typer.BadParameter("a cancellation needs --reason", param_hint="'--cancel-line'")
            yield CancelLine(line=named_line(line), reason=why)

    def _of_the_order(self) -> Iterator[Amendment]:
        why = self.reason
        if self.ship_to is not None:
            yield ChangeAddress(ship_to=address_of(self.ship_to), reason=why)
        header = {
            name: value
            for name in ("customer_po", "payment_terms", "delivery_terms")
            if (value := getattr(self, name)) is not None
        }
        if header:
            yield ChangeHeader(**header, reason=why)
        for text in self.note:
            yield AddNote(text=text)
        for kind in self.hold:
            yield PlaceHold(kind=kind, reason=why)
        for kind in self.release:
            yield ReleaseHold(kind=kind, reason=why)


def _maybe_line(text: str) -> tuple[str | int | None, str]:
    line, equals, value = text.partition("=")
    return (named_line(line.strip()), value.strip()) if equals else (None, text)


def amend(
    order: OrderName,
    target: Target,
    quantity: Annotated[
        list[str] | None, typer.Option(metavar="LINE=QUANTITY", help="Order another quantity of a line.")
    ] = None,
    price: Annotated[
        list[str] | None, typer.Option(metavar="LINE=PRICE", help="Another price, in the order's currency.")
    ] = None,
    date: Annotated[
        list[str] | None,
        typer.Option(metavar="[LINE=]DATE", help="Another delivery date, of a line or of all."),
    ] = None,
    discount: Annotated[
        list[str] | None, typer.Option(metavar="LINE=PERCENT", help="Another discount.")
    ] = None,
    warehouse: Annotated[
        list[str] | None, typer.Option(metavar="[LINE=]CODE", help="Another warehouse, of a line or of all.")
    ] = None,
    product: Annotated[
        list[str] | None, typer.Option(metavar="LINE=CODE", help="Deliver another product instead.")
    ] = None,
    add_line: Annotated[
        list[str] | None, typer.Option(metavar="LINE", help="One more line: PRODUCT:QUANTITY:UNIT[@PRICE].")
    ] = None,
    cancel_line: Annotated[
        list[str] | None, typer.Option(metavar="LINE", help="Cancel what is open of a line; needs --reason.")
    ] = None,
    ship_to: Annotated[
        str | None, typer.Option(metavar="JSON", help="Another delivery address, as JSON or @FILE.")
    ] = None,
    customer_po: Annotated[
        str | None, typer.Option("--po", help="Another PO number of the customer.")
    ] = None,
    payment_terms: Annotated[str | None, typer.Option(help="Other payment terms.")] = None,
    delivery_terms: Annotated[str | None, typer.Option(help="Other delivery terms.")] = None,
    note: Annotated[list[str] | None, typer.Option(help="Add a note for people.")] = None,
    hold: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Stop the order until the hold is released.")
    ] = None,
    release: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Release the holds of this kind.")
    ] = None,
    amendments: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='JSON: [{"amendment": "ChangeQuantity", "line": 1, "to": "10"}]; - reads stdin.',
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why: for the audit trail.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would change.")] = False,
    key: Key = None,
    allow_loss: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="A field whose value may be lost; may be repeated."),
    ] = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Change an order. LINE is a line's position, or id:X; options may be given several times.

    All changes of one command are made together.
    """
    terminal = Terminal(as_json)
    wished = _Wished(
        quantity or [],
        price or [],
        date or [],
        discount or [],
        warehouse or [],
        product or [],
        add_line or [],
        cancel_line or [],
        note or [],
        hold or [],
        release or [],
        ship_to,
        customer_po,
        payment_terms,
        delivery_terms,
        reason,
    )
    with opened(target, settings) as erp:
        found = named_order(erp, order)
        changes = list(wished.amendments(found.currency))
        if amendments is not None:
            changes += amendments_of(amendments)
        if not changes:
            raise typer.BadParameter("say what is to change, e.g. --quantity 1=10", param_hint="'ORDER'")
        losses = tuple(allow_loss or ())
        if plan:
            thought = erp.orders.plan(found, *changes, key=key, allow_loss=losses)
            terminal.result(
                {
                    "order": found.id,
                    "diff": thought.diff,
                    "price_effect": thought.price_effect,
                    "computed_by": thought.computed_by,
                    "warnings": thought.warnings,
                }
            )
            show_differences(terminal, thought.diff, "What would change")
            if thought.price_effect is not None:
                terminal.say(
                    f"The net total would change by {safe(shown(thought.price_effect))}. Nothing is written yet."
                )
            return
        receipt = erp.orders.amend(found, *changes, key=key, allow_loss=losses)
    terminal.result(receipt)
    show_receipt(terminal, receipt, "Amended")


def cancel(
    order: OrderName,
    target: Target,
    reason: Annotated[
        str, typer.Option(help="Why: for the audit trail, and for the system where it has a place.")
    ],
    line: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="Only this line: its position, or id:X; may be repeated."),
    ] = None,
    key: Key = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Cancel what is open of an order, or of some of its lines."""
    terminal = Terminal(as_json)
    lines = [named_line(each) for each in line] if line else None
    with opened(target, settings) as erp:
        receipt = erp.orders.cancel(named_order(erp, order), reason, lines=lines, key=key)
    terminal.result(receipt)
    show_receipt(terminal, receipt, "Cancelled lines of" if lines else "Cancelled")
