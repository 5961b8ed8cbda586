"""Drafts and amendments as they are typed: options, JSON files, and texts such as ``VALVE-20:12:C62``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import typer
from pydantic import TypeAdapter, ValidationError

from ..errors import InvalidOrder
from ..models import Address, Amendment, LineDraft, OrderDraft, UnitPrice
from ..models.amendments import amendment_from_json
from ..models.findings import findings_of
from .options import decimal, text_of

__all__ = [
    "address_of",
    "amendments_of",
    "day",
    "draft_of",
    "drafts_in",
    "line_of",
    "named_line",
]

_MANY: Final = TypeAdapter(list[OrderDraft])
_LINE_HINT: Final = "'--line'"


def drafts_in(source: Path) -> list[OrderDraft]:
    """The draft, or list of drafts, in a JSON file (``-``: stdin); ``InvalidOrder`` with every path that is wrong."""
    text = text_of(source)
    several = text.lstrip().startswith("[")
    try:
        return _MANY.validate_json(text) if several else [OrderDraft.model_validate_json(text)]
    except ValidationError as refusal:
        raise _refused(refusal, source.name, "orders" if several else "order") from None


def _refused(refusal: ValidationError, name: str, root: str) -> InvalidOrder:
    findings = findings_of(refusal, root)
    return InvalidOrder(
        f"{len(findings)} value(s) are not acceptable",
        findings=findings.all,
        path=findings.all[0].path,
        place=name,
    )


def draft_of(
    customer: str | None,
    customer_po: str | None,
    currency: str | None,
    lines: Sequence[str],
    *,
    requested: date | None,
    ship_to: str | None,
    notes: Sequence[str],
) -> OrderDraft:
    """The draft that the options describe."""
    missing = [
        option
        for option, value in (("--customer", customer), ("--currency", currency), ("--line", lines))
        if not value
    ]
    if missing:
        raise typer.BadParameter(
            f"give a file of drafts, or the order itself: {', '.join(missing)} missing", param_hint="'FILE'"
        )
    return OrderDraft(
        customer=customer or "",
        customer_po=customer_po,
        currency=currency or "",
        lines=[line_of(each, currency or "") for each in lines],
        requested=requested,
        ship_to=address_of(ship_to),
        notes=notes,
    )


def line_of(text: str, currency: str) -> LineDraft:
    """A line typed as ``PRODUCT:QUANTITY:UNIT``, with ``@PRICE`` behind it if the price is agreed."""
    product, colon, rest = text.rpartition(":")
    product, second, quantity = product.rpartition(":")
    if not colon or not second or not product:
        raise typer.BadParameter(
            f"{text!r} is not PRODUCT:QUANTITY:UNIT, such as VALVE-20:12:C62 or VALVE-20:12:C62@4.50",
            param_hint=_LINE_HINT,
        )
    unit, at, price = rest.partition("@")
    return LineDraft(
        product=product,
        quantity=decimal(quantity, _LINE_HINT),
        unit=unit,
        price=UnitPrice(amount=decimal(price, _LINE_HINT), currency=currency) if at else None,
    )


def address_of(text: str | None) -> Address | None:
    """An address as JSON text, or ``@FILE``."""
    if text is None:
        return None
    source = text_of(Path(text[1:])) if text.startswith("@") else text
    try:
        return Address.model_validate_json(source)
    except ValidationError as refusal:
        raise _refused(refusal, "--ship-to", "ship_to") from None


def named_line(text: str) -> str | int:
    """A line by its position (a number) or by ``id:X``."""
    return int(text) if text.isdecimal() else text.removeprefix("id:")


def of_line(texts: Iterable[str], option: str) -> list[tuple[str | int, str]]:
    """``LINE=VALUE`` texts."""
    found = []
    for each in texts:
        line, equals, value = each.partition("=")
        if not equals or not line.strip() or not value.strip():
            raise typer.BadParameter(f"{each!r} is not LINE=VALUE, such as 1=10", param_hint=f"'{option}'")
        found.append((named_line(line.strip()), value.strip()))
    return found


def day(text: str, option: str) -> date:
    """A date as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no date such as 2026-12-31", param_hint=f"'{option}'"
        ) from None


def instant(text: str, option: str) -> datetime:
    """A point in time with its zone, as ISO 8601 writes it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.utcoffset() is None:
        raise typer.BadParameter(
            f"{text!r} is no instant with a zone, such as 2026-12-31T08:00+01:00 or 2026-12-31T07:00Z",
            param_hint=f"'{option}'",
        )
    return found


def amendments_of(source: Path) -> list[Amendment]:
    """The amendments in a JSON file: a list of ``{"amendment": "ChangeQuantity", "line": 1, "to": "10"}``."""
    try:
        told = json.loads(text_of(source), parse_float=str)
        several = told if isinstance(told, list) else [told]
        return [amendment_from_json(each) for each in several]
    except ValidationError as refusal:
        raise _refused(refusal, source.name, "amendment") from None
    except (ValueError, TypeError, AttributeError) as wrong:
        raise InvalidOrder(
            f"no amendments can be read: {wrong}",
            code="invalid_document",
            place=source.name,
            hint='write a list such as [{"amendment": "ChangeQuantity", "line": 1, "to": "10"}]',
        ) from None
