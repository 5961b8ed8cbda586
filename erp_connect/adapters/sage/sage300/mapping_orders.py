"""Sales orders as they are read: header, lines, charges, optional fields, how they stand (sage.md 3.5, 6.3)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from ....models import (
    Charge,
    FrozenMapping,
    Hold,
    Order,
    OrderLine,
    OrderStatus,
    Quantities,
    Reference,
    UnitPrice,
)
from ....models.base import NO_CUSTOM, trusted_but
from ....rules.lateness import timeliness
from ....rules.stamps import looks_like_stamp
from ....rules.status import standing
from ....wire.odata import Unreadable
from ...services.cells import Row, member, money, number, text, within
from ...versions import fingerprint
from .addresses import address_in
from .cells import count, day, key, yes
from .office import Office

LINE_STEP: Final = 32
"""Lines are numbered 32, 64, ... (sage.md 3.5)."""
ITEM: Final = "Item"
MISCELLANEOUS: Final = "Miscellaneous"
COMPLETED: Final = "Complete"
"""How the words for an order of which nothing more comes begin."""
_NOTHING: Final = Decimal(0)


def order_in(row: Row, office: Office) -> Order:
    """The sales order that a record says."""
    reading = _Reading(row, office)
    order = Order(**reading.header(), lines=reading.told())
    return trusted_but(order, version=fingerprint(order), timeliness=timeliness(order, office.today()))


def note_in(comment: str) -> tuple[str, ...]:
    """The comment of an order as its one note."""
    return (comment,) if comment else ()


class _Reading:
    """One order being read."""

    def __init__(self, row: Row, office: Office) -> None:
        self.row, self.office = row, office
        self.warnings: list[str] = []
        self.id = key(row, "OrderUniquifier")
        if not self.id:
            raise Unreadable("it names no order")
        self.customer = text(row, "CustomerNumber")
        if not self.customer:
            raise Unreadable("it names no customer")
        # The home currency of an order is the company's, whatever the order is in.
        self.currency = text(row, "OrderSourceCurrency") or office.currency_of(self.customer, "orders.get")
        self.completed = member(row, "OrderCompleted")
        self.rows = within(row, "OrderDetails")
        self.requested = day(row, "ExpectedShipDate")
        self.lines = tuple(
            self.line(each, place)
            for place, each in enumerate(self.rows, 1)
            if member(each, "LineType") != MISCELLANEOUS
        )
        self.holds = (Hold(kind="on_hold", native="OnHold"),) if yes(row, "OnHold") else ()
        self._standing = standing(self.lines, holds=self.holds, native=self.native())

    def native(self) -> OrderStatus:
        """What the order's own words say (sage.md 6.3)."""
        if member(self.row, "OrderType") == "Quote":
            return OrderStatus.DRAFT
        if self.completed.startswith(COMPLETED):
            return OrderStatus.COMPLETED
        return OrderStatus.CONFIRMED if self.completed.startswith("Incomplete") else OrderStatus.UNKNOWN

    def header(self) -> dict[str, Any]:
        row, office = self.row, self.office
        order_number = text(row, "OrderNumber")
        total = money(row, "OrderTotal", self.currency)
        return {
            "id": self.id,
            "number": order_number or None,
            "status": self._standing.status,
            "customer": self.customer,
            "customer_id": self.customer,
            "customer_name": text(row, "BillToName") or None,
            "customer_po": self.unstamped("PurchaseOrderNumber") or None,
            "stamp": self.stamp(order_number),
            "currency": self.currency,
            "order_date": day(row, "OrderDate"),
            "requested": self.requested,
            "ship_to": address_in(row, "ShipTo", office, self.warnings),
            "bill_to": address_in(row, "BillTo", office, self.warnings),
            "payment_terms": text(row, "TermsCode") or None,
            "warehouse": text(row, "DefaultLocationCode") or None,
            "charges": self.charges(),
            "notes": note_in(text(row, "OrderComment")),
            "references": self.references(),
            "custom": self.custom(self.row, "OrderOptionalFields", office.settings.references.values()),
            "holds": self.holds,
            "fulfilment": self._standing.fulfilment,
            "invoicing": self._standing.invoicing,
            "gross": total if office.settings.order_total == "gross" else None,
            "net": total if office.settings.order_total == "net" else None,
            "native_status": self.completed or None,
            "raw": FrozenMapping(row),
            "warnings": tuple(dict.fromkeys(self.warnings)),
        }

    def told(self) -> tuple[OrderLine, ...]:
        """The lines, each with its status."""
        return tuple(
            trusted_but(line, status=status)
            for line, status in zip(self.lines, self._standing.lines, strict=True)
        )

    def unstamped(self, name: str) -> str:
        """A text of people's; blank where the stamp stands in its place."""
        said = text(self.row, name)
        return "" if looks_like_stamp(said) else said

    def stamp(self, order_number: str) -> str | None:
        """The stamp of the write that has made the order, wherever it stands."""
        said = [order_number, text(self.row, "OrderReference"), text(self.row, "PurchaseOrderNumber")]
        return next((each for each in said if looks_like_stamp(each)), None)

    def references(self) -> tuple[Reference, ...]:
        """The reference that people see, and those that stand in optional fields."""
        own = self.unstamped("OrderReference")
        told = _optional(self.row, "OrderOptionalFields")
        return (
            *((Reference(kind="order_reference", value=own),) if own else ()),
            *(
                Reference(kind=kind, value=told[field])
                for kind, field in self.office.settings.references.items()
                if told.get(field)
            ),
        )

    def custom(self, row: Row, name: str, taken: Iterable[str]) -> FrozenMapping[Any]:
        """Optional fields under the names that the settings give them, others under their own."""
        told = _optional(row, name)
        if not told:
            return NO_CUSTOM
        names = {field: ours for ours, field in self.office.settings.custom_fields.items()}
        used = set(taken)
        return FrozenMapping(
            {names.get(field, field): value for field, value in told.items() if field not in used and value}
        )

    def charges(self) -> tuple[Charge, ...]:
        """Miscellaneous lines, under our words for their codes."""
        ours = {code: word for word, code in self.office.settings.charges.items()}
        found = []
        for row in self.rows:
            code = text(row, "MiscellaneousChargesCode")
            amount = money(row, "ExtendedAmount", self.currency)
            if member(row, "LineType") == MISCELLANEOUS and code and amount is not None:
                found.append(Charge(code=ours.get(code, code), amount=amount))
        return tuple(found)

    def line(self, row: Row, place: int) -> OrderLine:
        told = count(row, "LineNumber")
        if told is None:
            raise Unreadable("it names no line")
        position, rest = divmod(told, LINE_STEP)
        amount = number(row, "OrderUnitPrice")
        field = self.office.settings.line_reference
        reference = _optional(row, "OrderDetailOptionalFields").get(field) if field else None
        return OrderLine.trusted(
            id=str(told),
            position=position if position > 0 and not rest else place,
            product=text(row, "Item") or None,
            unit=self.office.unit_in(text(row, "OrderUnitOfMeasure"), self.warnings),
            quantities=self.quantities(row),
            price=None if amount is None else UnitPrice.trusted(amount=amount, currency=self.currency),
            net=money(row, "ExtendedAmount", self.currency),
            requested=self.requested,
            description=text(row, "Description") or None,
            warehouse=text(row, "Location") or None,
            reference=reference or None,
            custom=self.custom(row, "OrderDetailOptionalFields", (field,)),
            native_status=member(row, "LineType") or None,
        )

    def quantities(self, row: Row) -> Quantities:
        """What is ordered and has left; of an order that is complete the rest will not come any more."""
        ordered = number(row, "QuantityOrdered") or _NOTHING
        shipped = number(row, "QuantityShipped")
        left = max(ordered - (shipped or _NOTHING), _NOTHING)
        done = self.completed.startswith(COMPLETED)
        return Quantities.trusted(
            ordered=ordered,
            shipped=shipped,
            backordered=_NOTHING if done else number(row, "QuantityBackordered"),
            cancelled=left if done else _NOTHING,
        )


def _optional(row: Row, name: str) -> dict[str, str]:
    """Optional fields of a record, by their codes."""
    return {text(each, "OptionalField"): _value(each) for each in within(row, name)}


def _value(row: Row) -> str:
    """The value of an optional field as text, of whatever type the site has made it."""
    cell = row.get("Value")
    return f"{cell:f}" if isinstance(cell, Decimal) else text({"": str(cell)}, "") if cell is not None else ""
