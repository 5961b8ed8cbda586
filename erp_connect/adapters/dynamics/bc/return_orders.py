"""Return orders, which there are from version 29 of the application on (dynamics.md 1.9).

The page names neither the order nor a reason, and no variants: a line of text says the first two, and stays on the
credit memos that are posted for the return.  Lines are told by their products.  A return order is gone once all of it
is posted, so a return is known by its stamp, which those credit memos bear as well.  What a release lacks of the
fields that a return needs, and whether it takes new return orders at all, stands in the description of its API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from ....models import FrozenMapping, LineQuantity, Order, OrderLine, Return, ReturnLine, ReturnStatus
from ....rules.stamps import looks_like_stamp
from ....wire.odata import Refused
from ...services.cells import Body, Row, day, guid, instant, member, number, text, within
from ...services.returning import line_of_product
from .mapping_orders import COMMENT, EXTERNAL
from .office import Office, equal, is_guid
from .variants import VARIANT, VARIANT_ID

RETURN_ORDERS: Final = "salesReturnOrders"
RETURN_LINES: Final = "salesReturnOrderLines"
_CUSTOMER: Final = "sellToCustomerNumber"
_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    RETURN_ORDERS: frozenset({_CUSTOMER, EXTERNAL, "currencyCode"}),
    RETURN_LINES: frozenset(
        {*("lineType", "lineObjectNumber", "description"), *("quantity", "unitOfMeasureCode", "unitPrice")}
    ),
}
"""What a return is not to be entered without: the page of the reference does not tell all fields."""
_ABOUT: Final = "Order "
_TEXTS: Final = frozenset({COMMENT, ""})
"""Types of lines that are a text: some pages call it blank (dynamics.md 1.6)."""
_TEXT_LENGTH: Final = 100
_WAITING: Final = frozenset(
    {*("Draft", "Open", "In Review", "Released"), *("Pending Approval", "Pending Prepayment")}
)


class ReturnOrders:
    """The return orders of the company."""

    def __init__(self, office: Office) -> None:
        self.office = office

    @property
    def there(self) -> bool:
        """Whether this release has them."""
        return {RETURN_ORDERS, RETURN_LINES} <= set(self.office.model.sets)

    def barrier(self, lines: Iterable[OrderLine] = ()) -> str:
        """Why a return of these lines cannot be entered as a return order; blank where it can."""
        if not self.there:
            return f"this release has no set {RETURN_ORDERS}"
        lacking = [
            name for each, names in _NEEDED.items() for name in sorted(names - {*self.office.known(each)})
        ]
        if lacking:
            return f"the return orders of this release do not show {', '.join(lacking)}"
        if VARIANT_ID not in self.office.known(RETURN_LINES) and any(
            VARIANT in line.custom for line in lines
        ):
            return "the lines of a return order name no variant"
        return "" if self._taken else "this release shows return orders, and takes none"

    @cached_property
    def _taken(self) -> bool:
        """Whether the API takes new ones, which is a part of its description that the model leaves out."""
        answer = self.office.session.send(
            "GET", f"{self.office.api.path}$metadata", headers={"Accept": "application/xml"}
        )
        if not answer.ok:
            raise Refused(answer)
        return takes_new(answer.body, RETURN_ORDERS)

    # -- out -------------------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """Where new ones are posted to; lines come along in the answer."""
        return f"{self.office.at(RETURN_ORDERS)}?$expand={RETURN_LINES}"

    def body(self, order: Order, wanted: Sequence[LineQuantity], reason: str, stamp: str) -> Body:
        """A return order of these lines."""
        return {
            _CUSTOMER: order.customer,
            EXTERNAL: stamp,
            "currencyCode": "" if order.currency == self.office.currency else order.currency,
            RETURN_LINES: [
                {"lineType": COMMENT, "description": f"{_ABOUT}{order.number}: {reason}"[:_TEXT_LENGTH]},
                *(self._line_out(order, each) for each in wanted),
            ],
        }

    def _line_out(self, order: Order, wanted: LineQuantity) -> Body:
        line = order.line(wanted.line)
        body: Body = {
            "lineType": "Item",
            "lineObjectNumber": line.product,
            "quantity": wanted.quantity,
            "unitOfMeasureCode": self.office.units.theirs(line.unit or ""),
        }
        if line.price is not None:
            body["unitPrice"] = line.price.amount
        if VARIANT in line.custom:
            body[VARIANT_ID] = self.office.variants.id(line.product or "", line.custom[VARIANT], "lines")
        return body

    # -- in --------------------------------------------------------------------------------------------------

    def row(self, id: str) -> Row | None:
        """One by id; ``None`` where there is none, as after all of it was posted."""
        return next(iter(self._where(f"id eq {id}")), None) if is_guid(id) else None

    def of(self, order: Order) -> Sequence[Row]:
        """Those of an order, among those of its customer."""
        rows = self._where(equal(_CUSTOMER, order.customer))
        return [row for row in rows if order.number and about(within(row, RETURN_LINES))[0] == order.number]

    def stamped(self, stamp: str) -> Sequence[Row]:
        """Those that carry a stamp."""
        return self._where(equal(EXTERNAL, stamp))

    def _where(self, condition: str) -> Sequence[Row]:
        return [*self.office.rows(RETURN_ORDERS, where=condition, expand=RETURN_LINES)] if self.there else []

    def read(self, row: Row, order: Order | None) -> Return:
        """The return that a row with its lines says."""
        external, taken = text(row, EXTERNAL), set[str]()
        lines = tuple(
            ReturnLine(
                order_line_id=line_of_product(text(line, "lineObjectNumber"), order, taken),
                quantity=number(line, "quantity") or Decimal(0),
                product=text(line, "lineObjectNumber") or None,
                unit=self.office.units.ours(text(line, "unitOfMeasureCode")),
                received=number(line, "returnQtyReceived"),
            )
            for line in within(row, RETURN_LINES)
            if member(line, "lineType") not in _TEXTS
        )
        state = member(row, "status")
        status = ReturnStatus.REQUESTED if state in _WAITING else ReturnStatus.UNKNOWN
        if lines and all((line.received or Decimal(0)) >= line.quantity for line in lines):
            status = ReturnStatus.RECEIVED
        return Return(
            id=external if looks_like_stamp(external) else guid(row, "id"),
            number=text(row, "number") or None,
            order_id=order.id if order is not None else "",
            status=status,
            reason=about(within(row, RETURN_LINES))[1] or None,
            requested_on=day(row, "documentDate"),
            lines=lines,
            stamp=external if looks_like_stamp(external) else None,
            native_status=state or None,
            created_at=instant(row, "lastModifiedDateTime"),
            raw=FrozenMapping(row),
        )


def posted(memos: Sequence[Return]) -> list[Return]:
    """What is left of return orders: their credit memos as one return for each stamp."""
    found: dict[str, Return] = {}
    for memo in memos:
        known = found.get(memo.stamp or memo.id)
        lines = {} if known is None else {each.order_line_id: each for each in known.lines}
        for each in memo.lines:
            before = lines.get(each.order_line_id)
            quantity = each.quantity if before is None else before.quantity + each.quantity
            lines[each.order_line_id] = each.but(quantity=quantity, received=quantity)
        first = known or memo.but(id=memo.stamp or memo.id)
        found[first.id] = first.but(lines=tuple(lines.values()))
    return list(found.values())


def about(lines: Iterable[Row]) -> tuple[str, str]:
    """The number of the order, and the reason, that the text among the lines of a return says; blank without one."""
    for line in lines:
        said = text(line, "description")
        if member(line, "lineType") in _TEXTS and said.startswith(_ABOUT):
            order, _, reason = said.removeprefix(_ABOUT).partition(": ")
            return order, reason
    return "", ""


def takes_new(description: bytes, entity_set: str) -> bool:
    """Whether the description of an API does not forbid to create entities in a set."""
    from lxml import etree  # as late as the model's own reading of it

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return not any(
        _holder(each) == entity_set and _says_no(each)
        for each in etree.fromstring(description, parser).iter("{*}Annotation")
        if each.get("Term") == "Org.OData.Capabilities.V1.InsertRestrictions"
    )


def _holder(annotation: Any) -> str:
    """The set that an annotation is of: it stands within it, or among those that name it."""
    parent = annotation.getparent()
    return str(parent.get("Name") or parent.get("Target", "").rpartition("/")[2])


def _says_no(annotation: Any) -> bool:
    return any(
        each.get("Property") == "Insertable" and each.get("Bool") == "false"
        for each in annotation.iter("{*}PropertyValue")
    )
