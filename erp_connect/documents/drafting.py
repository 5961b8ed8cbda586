"""From the gathered rows of one order to the draft that can be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from pydantic import ValidationError

from ..models.address import Address
from ..models.findings import Finding
from ..models.money import Discount, UnitPrice
from ..models.order import LineDraft, OrderDraft
from ..models.purchase import PurchaseOrderDraft, PurchaseOrderLineDraft
from ..models.references import Reference
from .fields import Book
from .gathered import Gathered, finding
from .order_sheet import Locates, Places

__all__ = ["NO_POSTAL_CODES", "Drafting"]

NO_POSTAL_CODES: Final = frozenset({"AE", "AO", "BO", "BS", "HK", "IE", "MO", "PA", "QA"})
"""Countries where an address is whole without one."""
_ADDRESS: Final = {
    "name": "Ship-to name",
    "street": "Ship-to street",
    "city": "Ship-to city",
    "postal_code": "Ship-to postal code",
    "country": "Ship-to country",
}


class Drafting:
    """Makes drafts of one sheet's orders; ``columns`` maps field names to column numbers."""

    def __init__(self, book: Book, columns: Mapping[str, int], locate: Locates) -> None:
        self._book = book
        self._columns = columns
        self._locate = locate

    def places(self, order: Gathered) -> Places:
        """Where the order's values were read."""
        return Places(self._locate, self._columns, tuple(order.rows), dict(order.header_rows))

    def draft(self, order: Gathered) -> OrderDraft | PurchaseOrderDraft | None:
        """The draft of an order, or ``None`` after adding to ``order.issues`` what keeps it from being one."""
        currency = order.header.get("currency")
        ship_to = self._address(order)
        if currency is None and not any(issue.path == "currency" for issue in order.issues):
            row = order.rows[0]
            order.issues.append(
                finding(
                    "missing_value",
                    "currency",
                    "Currency is missing",
                    "fill in the cell, or give the option currency=",
                    self._locate(row, self._columns.get("currency")),
                )
            )
        if order.wrong or currency is None:
            return None
        header: dict[str, Any] = {
            name: order.header[name]
            for name in ("order_date", "payment_terms", "delivery_terms", "supplier_reference")
            if name in order.header
        }
        for name in ("requested", "warehouse"):
            self._lift(name, order.lines, header)
        if ship_to is not None:
            header["ship_to"] = ship_to
        if order.notes:
            header["notes"] = tuple(order.notes)
        custom = {name[7:]: value for name, value in order.header.items() if name.startswith("custom.")}
        if custom:
            header["custom"] = custom
        try:
            if self._book == "sales":
                return OrderDraft(
                    customer=order.party or "",
                    customer_po=order.number,
                    currency=currency,
                    lines=tuple(LineDraft(**_line(line, currency)) for line in order.lines),
                    **header,
                )
            if order.number is not None:
                header["references"] = (Reference(kind="purchase_order", value=order.number),)
            return PurchaseOrderDraft(
                supplier=order.party or "",
                currency=currency,
                lines=tuple(PurchaseOrderLineDraft(**_line(line, currency)) for line in order.lines),
                **header,
            )
        except ValidationError as error:
            order.issues.extend(self._refused(order, error))
            return None

    @staticmethod
    def _lift(name: str, lines: Sequence[dict[str, Any]], header: dict[str, Any]) -> None:
        """A value that is the same on every line belongs to the order."""
        values: set[date | str | None] = {line.get(name) for line in lines}
        if len(values) == 1 and None not in values:
            header[name] = lines[0][name]
            for line in lines:
                del line[name]

    def _address(self, order: Gathered) -> Address | None:
        parts = {name[8:]: value for name, value in order.header.items() if name.startswith("ship_to.")}
        if not parts:
            return None
        if parts.get("country") in NO_POSTAL_CODES:
            parts.setdefault("postal_code", "")
        missing = [part for part in _ADDRESS if part not in parts]
        if any(issue.path.startswith("ship_to.") for issue in order.issues):
            missing = [p for p in missing if not any(issue.path == f"ship_to.{p}" for issue in order.issues)]
        first = min(
            (
                order.header_rows[f"ship_to.{part}"]
                for part in parts
                if f"ship_to.{part}" in order.header_rows
            ),
            default=order.rows[0],
        )
        for part in missing:
            column = self._columns.get(f"ship_to.{part}")
            fix = "fill in the cell" if column else f'add the column "{_ADDRESS[part]}"'
            beside = next(
                (self._columns[f"ship_to.{known}"] for known in parts if f"ship_to.{known}" in self._columns),
                None,
            )
            order.issues.append(
                finding(
                    "incomplete_address",
                    f"ship_to.{part}",
                    f"{_ADDRESS[part]} is missing, and other parts of the address are given",
                    f"{fix}, or clear the whole address to ship to the customer's own",
                    self._locate(first, column or beside),
                )
            )
        if missing or order.wrong:
            return None
        return Address(
            name=parts["name"],
            lines=tuple(parts[part] for part in ("street", "street2") if part in parts),
            city=parts["city"],
            postal_code=parts["postal_code"],
            country=parts["country"],
            region=parts.get("region"),
        )

    def _refused(self, order: Gathered, error: ValidationError) -> list[Finding]:
        """The models' own refusals, at the nearest cell; what the cells' checks know, they have told before."""
        places = self.places(order)
        found = []
        for each in error.errors(include_input=False, include_url=False):
            path = "".join(
                f"[{part}]" if isinstance(part, int) else f".{part}" for part in each["loc"]
            ).lstrip(".")
            row, column = places.nearest(path)
            found.append(
                finding("invalid_value", path, each["msg"], "correct the cell", self._locate(row, column))
            )
        return found


def _line(line: Mapping[str, Any], currency: str) -> dict[str, Any]:
    values = dict(line)
    per = values.pop("price.per", 1)
    for name in ("price", "expected_price"):
        if name in values:
            values[name] = UnitPrice(amount=values[name], currency=currency, per=per)
    if "discount" in values:
        values["discount"] = Discount(percent=values["discount"])
    custom = {name[7:]: values.pop(name) for name in tuple(values) if name.startswith("custom.")}
    if custom:
        values["custom"] = custom
    return values
