"""What may be behind the refusal of an order: the records that it names are looked at, for texts are not read.

A rule says what is wrong in words alone (sage.md 4.6).  Whether an account is on hold, a product is not for sale, or a
number is taken, stands in their records.
"""

from __future__ import annotations

from typing import Any, Final

from ....errors import (
    CustomerBlocked,
    DuplicateReference,
    ErpConnectError,
    InvalidOrder,
    ProductBlocked,
    TransitionNotAllowed,
)
from ....wire.odata import Refused, Unreadable
from ...services.cells import Body, Row, flag, text
from .office import Office
from .sides import Side

INACTIVE: Final = "inactive"
_MOST: Final = 20
"""How many products are looked at."""


def looked_into(refusal: ErpConnectError, body: Body, side: Side, office: Office) -> ErpConnectError:
    """The refusal, as what it is about where a record says so; nothing that goes wrong in looking hides it."""
    if not isinstance(refusal, InvalidOrder | TransitionNotAllowed) or refusal.outcome != "not_applied":
        return refusal
    try:
        found = _taken(refusal, body, side, office) or _of_party(refusal, body, side, office)
        return found or _of_product(refusal, body, side, office) or refusal
    except (ErpConnectError, Refused, Unreadable):
        return refusal


def _taken(refusal: ErpConnectError, body: Body, side: Side, office: Office) -> ErpConnectError | None:
    """An order with the very number that was sent, where the site makes none itself."""
    number = body.get("document_no")
    if number is None:
        return None
    where = office.equal("document_no", number)
    if office.api.page(side.orders, filter=where, select="id", top="1"):
        return DuplicateReference("there is an order with this number already", **_kept(refusal))
    return None


def _of_party(refusal: ErpConnectError, body: Body, side: Side, office: Office) -> ErpConnectError | None:
    kind = side.party
    path = f"{side.book.removesuffix('s')}.{kind}"
    row = _fresh(f"{kind}s", body.get(f"{kind}_id"), office)
    if row is None:
        return InvalidOrder(f"there is no such {kind} any more", path=path, **_kept(refusal))
    if barred(row):
        return CustomerBlocked(f"the account of the {kind} is on hold or hidden", path=path, **_kept(refusal))
    return None


def _of_product(refusal: ErpConnectError, body: Body, side: Side, office: Office) -> ErpConnectError | None:
    book = side.book.removesuffix("s")
    for place, line in enumerate(body.get("lines", ())[:_MOST]):
        if not isinstance(line, dict) or line.get("product_id") is None:
            continue
        path = f"{book}.lines[{place}].product"
        row = _fresh("products", line["product_id"], office)
        if row is None:
            return InvalidOrder("there is no such product any more", path=path, **_kept(refusal))
        if withdrawn(row):
            return ProductBlocked("the product is inactive or not for sale", path=path, **_kept(refusal))
    return None


def barred(row: Row) -> bool:
    """Whether an account takes no orders."""
    return flag(row, "on_hold") or "hidden" in text(row, "account_status_type").casefold()


def withdrawn(row: Row) -> bool:
    """Whether a product cannot be ordered."""
    state = text(row, "product_status_type").casefold()
    return INACTIVE in state or ("allow_sales_order" in row and not flag(row, "allow_sales_order"))


def _fresh(path: str, id: Any, office: Office) -> Row | None:
    return next(iter(office.api.page(path, filter=f"id eq {id}", top="1")), None) if id else None


def _kept(refusal: ErpConnectError) -> dict[str, Any]:
    return {"operation": refusal.operation, "native": refusal.native}
