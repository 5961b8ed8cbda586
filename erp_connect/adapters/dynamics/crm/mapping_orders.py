"""Orders as they are read (dynamics.md 4.3, 5.4, 5.5).

The state of an order decides where it stands: the quantities on its lines are kept by nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from ....models import (
    Address,
    Charge,
    Discount,
    FrozenMapping,
    LineKind,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    Quantities,
    UnitPrice,
)
from ....models.codes import UnknownCode
from ....models.countries import country_code
from ....rules.lateness import timeliness
from ....rules.stamps import looks_like_stamp
from ....rules.status import standing
from ....wire.odata import Unreadable
from ...amounts import money_in
from ...services.cells import Row, etag, flag, guid, instant, money, number, text, whole, within
from .office import Office

FREIGHT: Final = "freight"
"""The one charge that an order has a place for."""
ACTIVE, SUBMITTED, CANCELED, FULFILLED, INVOICED = range(5)
PARTIAL: Final = 100002
_MADE_FROM_A_NAME: Final = 5
"""The version of ids that are made from a name (RFC 9562)."""
_STATES: Final[Mapping[int, OrderStatus]] = {
    ACTIVE: OrderStatus.DRAFT,
    SUBMITTED: OrderStatus.CONFIRMED,
    CANCELED: OrderStatus.CANCELLED,
    FULFILLED: OrderStatus.SHIPPED,
    INVOICED: OrderStatus.COMPLETED,
}
LINE_EXPANDED: Final = "productid($select=productnumber,name),uomid($select=name)"


def expanded(office: Office) -> str:
    """What comes along with an order: its lines, customer and currency."""
    return (
        f"{office.settings.lines_navigation}($expand={LINE_EXPANDED}),"
        "customerid_account($select=accountnumber,name),customerid_contact($select=fullname),"
        "transactioncurrencyid($select=isocurrencycode)"
    )


def order_in(row: Row, office: Office) -> Order:
    """The order that a row with its lines says."""
    return _Reading(row, office).order()


def lines_of(row: Row, office: Office) -> list[Row]:
    """The lines of an order, in their order."""
    rows = within(row, office.settings.lines_navigation)
    return sorted(rows, key=lambda each: whole(each, "lineitemnumber") or whole(each, "sequencenumber") or 0)


def version_of(row: Row, lines: Sequence[Row]) -> str | None:
    """One version for header and lines; ``None`` where the answer tells none."""
    own = etag(row)
    if own is None:
        return None
    told = [own, *sorted(f"{guid(line, 'salesorderdetailid')}={etag(line)}" for line in lines)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:24]


def address_in(row: Row, prefix: str) -> Address | None:
    """The address in columns of this prefix; ``None`` where they say too little to be one."""
    try:
        country = country_code(text(row, f"{prefix}_country"))
    except UnknownCode:
        return None
    name = text(row, f"{prefix}_name")
    if not name:
        return None
    lines = [text(row, f"{prefix}_line{place}") for place in (1, 2, 3)]
    while lines and not lines[-1]:
        lines.pop()
    return Address(
        name=name,
        lines=tuple(lines),
        city=text(row, f"{prefix}_city"),
        postal_code=text(row, f"{prefix}_postalcode"),
        country=country,
        region=text(row, f"{prefix}_stateorprovince") or None,
        contact=text(row, f"{prefix}_contactname") or None,
        phone=text(row, f"{prefix}_telephone") or None,
    )


def positions(rows: Sequence[Row]) -> Mapping[str, int]:
    """Positions by line id: the line's number; lines without one are counted on from the highest."""
    found: dict[str, int] = {}
    odd: list[str] = []
    for row in rows:
        place, id = whole(row, "lineitemnumber") or 0, guid(row, "salesorderdetailid")
        if place > 0 and place not in found.values():
            found[id] = place
        else:
            odd.append(id)
    highest = max(found.values(), default=0)
    return found | {id: highest + step for step, id in enumerate(odd, 1)}


class _Reading:
    """One order being read."""

    def __init__(self, row: Row, office: Office) -> None:
        self.row, self.office = row, office
        self.id = guid(row, "salesorderid")
        if not self.id:
            raise Unreadable("it names no order")
        held = within(row, "transactioncurrencyid")
        self.currency = text(held[0], "isocurrencycode") if held else ""
        if not self.currency:
            raise Unreadable("it names no currency")
        self.state = whole(row, "statecode")
        self.status = whole(row, "statuscode")
        self.rows = lines_of(row, office)
        self.warnings: list[str] = []

    def order(self) -> Order:
        row, office = self.row, self.office
        places = positions(self.rows)
        native = self.native()
        lines = tuple(self.line(each, places[guid(each, "salesorderdetailid")]) for each in self.rows)
        told = standing(lines, native=native)
        account = next(iter(within(row, "customerid_account")), {})
        contact = next(iter(within(row, "customerid_contact")), {})
        stamped = text(row, office.settings.key_column) if office.settings.key_column else self.own_stamp()
        po_number = text(row, office.settings.po_column or "name")
        customer = guid(row, "_customerid_value")
        order = Order(
            id=self.id,
            number=text(row, "ordernumber") or None,
            version=version_of(row, self.rows),
            status=told.status,
            currency=self.currency,
            lines=tuple(line.but(status=status) for line, status in zip(lines, told.lines, strict=True)),
            customer=text(account, "accountnumber") or customer,
            customer_id=customer or None,
            customer_name=text(account, "name") or text(contact, "fullname") or None,
            customer_po=None if looks_like_stamp(po_number) else po_number or None,
            stamp=stamped or None,
            ship_to=address_in(row, "shipto"),
            bill_to=address_in(row, "billto"),
            order_date=office.day_in(row, "submitdate") or office.day_in(row, "createdon"),
            requested=office.day_in(row, "requestdeliveryby"),
            prices_include_tax=False,
            payment_terms=_word(row, "paymenttermscode", office.settings.payment_codes),
            delivery_terms=_word(row, "freighttermscode", office.settings.freight_codes),
            discounts=self.discounts(),
            charges=self.charges(),
            notes=tuple(line for line in text(row, "description").splitlines() if line.strip()),
            fulfilment=told.fulfilment,
            invoicing=told.invoicing,
            net=money(row, "totalamountlessfreight", self.currency),
            tax=money(row, "totaltax", self.currency),
            gross=money(row, "totalamount", self.currency),
            native_status=f"statecode={self.state} statuscode={self.status}",
            created_at=instant(row, "createdon"),
            modified_at=instant(row, "modifiedon"),
            raw=FrozenMapping(row),
            warnings=tuple(dict.fromkeys(self.warnings)),
        )
        return order.but(timeliness=timeliness(order, office.today()))

    def own_stamp(self) -> str:
        """The id itself, where it was made from a stamp."""
        return self.id if UUID(self.id).version == _MADE_FROM_A_NAME else ""

    def native(self) -> OrderStatus:
        if self.state == FULFILLED and self.status == PARTIAL:
            return OrderStatus.PARTLY_SHIPPED
        return _STATES.get(self.state if self.state is not None else -1, OrderStatus.UNKNOWN)

    def discounts(self) -> tuple[Discount, ...]:
        percent, amount = number(self.row, "discountpercentage"), number(self.row, "discountamount")
        found = [Discount(percent=percent)] if percent else []
        if amount:
            found.append(Discount(amount=Money(amount=amount, currency=self.currency)))
        return tuple(found)

    def charges(self) -> tuple[Charge, ...]:
        freight = money(self.row, "freightamount", self.currency)
        return () if freight is None or not freight.amount else (Charge(code=FREIGHT, amount=freight),)

    def line(self, row: Row, position: int) -> OrderLine:
        product = next(iter(within(row, "productid")), {})
        amount = number(row, "priceperunit")
        discount = money(row, "manualdiscountamount", self.currency)
        return OrderLine(
            id=guid(row, "salesorderdetailid"),
            position=position,
            product=text(product, "productnumber") or None,
            unit=self.unit(row),
            quantities=self.quantities(row),
            price=None if amount is None else UnitPrice(amount=amount, currency=self.currency),
            discount=Discount(amount=discount) if discount is not None and discount.amount else None,
            net=self.net(row),
            tax=money(row, "tax", self.currency),
            requested=self.office.day_in(row, "requestdeliveryby"),
            description=text(row, "productdescription") or text(product, "name") or None,
            kind=LineKind.SERVICE if flag(row, "isproductoverridden") else LineKind.ITEM,
            native_status=None,
        )

    def net(self, row: Row) -> Money | None:
        """Quantity times price, less the line's discount: ``extendedamount`` has the tax in it (dynamics.md 4.9)."""
        base, off = number(row, "baseamount"), number(row, "manualdiscountamount")
        return None if base is None else money_in(base - (off or Decimal(0)), self.currency)

    def unit(self, row: Row) -> str | None:
        held = next(iter(within(row, "uomid")), {})
        name = text(held, "name")
        found = self.office.units.ours(name)
        if found is None and name:
            self.warnings.append(f"the unit {name} is not known here; map it in the settings (units=...)")
            return name
        return found

    def quantities(self, row: Row) -> Quantities:
        ordered = number(row, "quantity") or Decimal(0)
        done = self.state == INVOICED or (self.state == FULFILLED and self.status != PARTIAL)
        return Quantities(
            ordered=ordered,
            shipped=ordered if done else number(row, "quantityshipped") or None,
            invoiced=ordered if self.state == INVOICED else None,
            cancelled=ordered if self.state == CANCELED else Decimal(0),
        )


def _word(row: Row, column: str, codes: Mapping[str, str]) -> str | None:
    """Our word for an option's number; the number itself where none is set."""
    code = whole(row, column)
    if code is None:
        return None
    return next((word for word, each in codes.items() if each == str(code)), str(code))
