"""Orders, findings and receipts as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ..models import (
    Address,
    Difference,
    Finding,
    Money,
    Order,
    Severity,
    Shipment,
    Tracking,
    UnitPrice,
    WriteReceipt,
)
from ..models.currencies import exponent, is_currency
from .terminal import Terminal, safe

__all__ = [
    "amount",
    "show_differences",
    "show_findings",
    "show_order",
    "show_receipt",
    "show_tracking",
    "shown",
]

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def amount(value: Decimal | None) -> str:
    """A number without the zeros behind it that say nothing."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(value: object) -> str:
    """Any value as people write it: amounts with the currency's digits, nothing for ``None``."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return amount(value)
    if isinstance(value, Mapping):
        if {"amount", "currency"} <= value.keys():  # money and prices, as the journal keeps them
            return _money(Decimal(str(value["amount"])), str(value["currency"]))
        return ", ".join(f"{name} {shown(each)}" for name, each in value.items() if each is not None)
    if isinstance(value, Money):
        return _money(value.amount, value.currency)
    if isinstance(value, UnitPrice):
        return _money(value.amount, value.currency) + ("" if value.per == 1 else f" per {amount(value.per)}")
    if isinstance(value, list | tuple):
        return " or ".join(map(shown, value))
    return str(value)


def _money(value: Decimal, currency: str) -> str:
    digits = exponent(currency) if is_currency(currency) else None
    text = amount(value)
    missing = (digits or 0) - len(text.partition(".")[2])
    if missing > 0:
        text += ("" if "." in text else ".") + "0" * missing
    return f"{text} {currency}"


def show_order(terminal: Terminal, order: Order) -> None:
    """Header and lines of an order."""
    terminal.say(
        f"[bold]Order {safe(order.number or order.id)}[/]  {order.status.value}"
        f"  customer {safe(order.customer)} {safe(order.customer_name)}"
        f"  PO {safe(order.customer_po or '-')}"
    )
    facts = {
        "ordered": order.order_date,
        "requested": order.requested,
        "promised": order.promised,
        "net": shown(order.net),
        "tax": shown(order.tax),
        "gross": shown(order.gross),
        "ship to": _address(order.ship_to),
        "holds": ", ".join(hold.kind for hold in order.holds),
        "cancelled because": order.cancel_reason,
        "id": order.id if order.id != order.number else None,
    }
    terminal.say("  ".join(f"{name}: {safe(value)}" for name, value in facts.items() if value))
    terminal.table(
        "",
        [
            ">line",
            "product",
            ">ordered",
            ">shipped",
            ">cancelled",
            ">open",
            "unit",
            ">price",
            "requested",
            "promised",
            "status",
        ],
        (
            (
                line.position,
                line.product,
                amount(line.quantities.ordered),
                amount(line.quantities.shipped),
                amount(line.quantities.cancelled),
                amount(line.quantities.open),
                line.unit,
                shown(line.price),
                line.requested or "",
                line.promised or "",
                line.status.value,
            )
            for line in order.lines
        ),
    )
    for note in order.notes:
        terminal.say(f"Note: {safe(note)}")


def _address(address: Address | None) -> str:
    if address is None:
        return ""
    return ", ".join(
        part
        for part in (address.name, *address.lines, f"{address.postal_code} {address.city}", address.country)
        if part
    )


def show_findings(terminal: Terminal, findings: Sequence[Finding], title: str = "Findings") -> None:
    """A table of findings, or a word that there are none."""
    if not findings:
        terminal.say("Nothing speaks against it.")
        return
    terminal.table(
        title,
        ["", "place", "code", "what is wrong", "found", "expected", "what to do"],
        (
            (
                finding.severity.value,
                finding.place or finding.path,
                finding.code,
                finding.message,
                shown(finding.actual),
                shown(finding.expected),
                finding.fix or "",
            )
            for finding in findings
        ),
    )


def show_differences(terminal: Terminal, differences: Iterable[Difference], title: str) -> None:
    """A table of differences."""
    rows = [(each.path, each.kind.value, shown(each.sent), shown(each.stored)) for each in differences]
    if rows:
        terminal.table(title, ["field", "kind", "before", "after"], rows)


def show_receipt(terminal: Terminal, receipt: WriteReceipt[Order], verb: str) -> None:
    """What a write has done."""
    order = receipt.order
    again = " (already done by an earlier call with this key)" if receipt.replayed else ""
    terminal.say(
        f"[green]{verb}[/] order {safe(order.number or order.id)}: {order.status.value}, "
        f"net {safe(shown(order.net) or 'not told')}, key {safe(receipt.key)}{again}"
    )
    if receipt.differences:
        terminal.table(
            "Stored otherwise than sent",
            ["field", "kind", "sent", "stored"],
            (
                (each.path, each.kind.value, shown(each.sent), shown(each.stored))
                for each in receipt.differences
            ),
        )
    for warning in receipt.warnings:
        terminal.note(f"[yellow]Note:[/] {safe(warning.message)}")


def show_tracking(terminal: Terminal, tracking: Tracking) -> None:
    """Where an order is."""
    terminal.say(
        f"[bold]Order {safe(tracking.number or tracking.order_id)}[/]  {tracking.status.value}"
        f"  {tracking.timeliness.value}  promised {safe(tracking.promised or '-')}"
    )
    terminal.table(
        "Lines",
        [
            ">line",
            "product",
            ">ordered",
            ">shipped",
            "unit",
            "requested",
            "promised",
            ">days late",
            "tracking numbers",
            "status",
        ],
        (
            (
                line.position,
                line.product,
                amount(line.quantities.ordered),
                amount(line.shipped),
                line.unit,
                line.requested or "",
                line.promised or "",
                line.late_by or "",
                ", ".join(line.tracking_numbers),
                line.status.value,
            )
            for line in tracking.lines
        ),
    )
    if tracking.shipments:
        terminal.table(
            "Shipments",
            ["shipment", "status", "left on", "carrier", "tracking numbers"],
            (_shipment(each) for each in tracking.shipments),
        )
    if tracking.events:
        terminal.table(
            "What happened", ["when", "what"], ((each.at or "", each.kind.value) for each in tracking.events)
        )


def _shipment(shipment: Shipment) -> tuple[object, ...]:
    carriers = {package.carrier for package in shipment.packages if package.carrier}
    return (
        shipment.number or shipment.id,
        shipment.status.value,
        shipment.shipped_on or "",
        shipment.carrier or ", ".join(sorted(carriers)),
        ", ".join(shipment.tracking_numbers),
    )
