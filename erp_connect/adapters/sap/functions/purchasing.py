"""Purchase orders: created, changed and cancelled by their modules, found by their header table (sap.md 2.15, 2.16)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ....errors import (
    ErpConnectError,
    NotFound,
    PermissionMissing,
    TransitionNotAllowed,
    UnsupportedOperation,
    VersionConflict,
)
from ....models import Amendment, PurchaseOrder, PurchaseOrderDraft
from ....rules.diff import moved
from ....wire.rfc import Condition, RfcFailure, TooLongToSay, all_of, equal, in_key_ranges
from ....wire.rfc.conditions import compared
from ...answers import understands_answers
from ...contract import Find, Listing, Write, Written
from ..conventions import fits_key, shown_key, stored_day, stored_key
from ..messages import PURCHASE_SAVED, Message, messages_in, worth_telling
from ..wording import said
from . import modules
from .mapping_purchase_changes import ChangeOfPurchase
from .mapping_purchases import (
    STAMP_COLUMN,
    THEIR_NUMBER_COLUMN,
    Purchase,
    create_parameters,
    purchase_order_in,
)
from .masters import Products
from .office import Office
from .purchase_units import PurchaseUnits

HEADERS: Final = "EKKO"
COLUMNS: Final = ("EBELN", "BSTYP", "LIFNR", "EKORG", "BEDAT")
"""What lists and look-ups need of the header table; its columns are common knowledge of SAP, not of the reference."""
_ORDER: Final = "F"
"""Category of a purchase order in the header table, which holds contracts and requests for quotation too."""
_PAGE: Final = 200


@understands_answers
class PurchaseOrders:
    """The purchase order book."""

    def __init__(self, office: Office, products: Products) -> None:
        self.office = office
        self.units = PurchaseUnits(office, products)

    # -- reading ---------------------------------------------------------------------------------------------

    def get(self, id: str) -> PurchaseOrder:
        """The order with this number; ``NotFound`` when there is none."""
        found = self._numbered(id, "purchase_orders.get")
        if found is None:
            raise NotFound("there is no such purchase order", operation="purchase_orders.get")
        return purchase_order_in(found, self.office, self.units)

    def find(self, wanted: Find) -> Sequence[PurchaseOrder]:
        """By number; by supplier, the supplier's own number or stamp where the header table may be read.

        ``PermissionMissing`` where it may not: finding nothing would prove nothing then.  No field keeps other
        references.
        """
        operation = "purchase_orders.find"
        if wanted.number is not None:
            found = self._numbered(wanted.number, operation)
            return () if found is None else (purchase_order_in(found, self.office, self.units),)
        if wanted.party is not None and not fits_key(said(wanted.party)):
            return ()
        supplier = None if wanted.party is None else stored_key(said(wanted.party))
        columns = {
            "LIFNR": supplier,
            THEIR_NUMBER_COLUMN: wanted.customer_po,
            STAMP_COLUMN: wanted.stamp,
        }
        try:
            conditions = [equal(column, value) for column, value in columns.items() if value is not None]
        except TooLongToSay:
            return ()  # no column could hold such a value
        if wanted.reference is not None or not conditions:
            return ()
        return [
            order
            for order in self._listed(all_of(conditions), operation)
            if wanted.stamp is None or order.stamp == wanted.stamp
        ]

    def list(self, wanted: Listing) -> Iterator[PurchaseOrder]:
        """Stream orders by ascending number, each read by a call of its own."""
        if wanted.modified_since is not None:
            raise UnsupportedOperation(
                "which purchase orders have changed is not told over RFC",
                why="no day of change is known in their header table",
                operation="purchase_orders.list_modified",
            )
        conditions = []
        if wanted.party is not None:
            if not fits_key(said(wanted.party)):
                return
            conditions.append(equal("LIFNR", stored_key(said(wanted.party))))
        if wanted.ordered_from is not None:
            conditions.append(compared("BEDAT", ">=", stored_day(wanted.ordered_from)))
        if wanted.ordered_to is not None:
            conditions.append(compared("BEDAT", "<=", stored_day(wanted.ordered_to)))
        left = wanted.limit
        if left is not None and left <= 0:
            return
        for order in self._listed(all_of(conditions), "purchase_orders.list"):
            yield order
            if left is not None:
                left -= 1
                if left == 0:
                    return

    def _numbered(self, id: str, operation: str) -> Purchase | None:
        """The rows of an order; ``None`` where the module says that there is none.

        With which message it says so is not on record: a blank header beside a refusal whose meaning nobody has named
        counts as "none"; one that is known to mean something else, or that broke the call off, is raised.
        """
        if not fits_key(id):
            return None
        found, refusals = self._shown(stored_key(id), operation)
        meanings = {self.office.meanings.of(each.ident) for each in refusals} - {None, "not_found"}
        if meanings or any(each.ends for each in refusals):
            raise self.office.meanings.refusal(refusals, operation=operation)
        return found

    def _shown(self, number: str, operation: str) -> tuple[Purchase | None, Sequence[Message]]:
        """What the module shows of a number, and with what it refuses to show it."""
        answer = self.office.read(modules.PO_DETAILS, operation, PURCHASEORDER=number)
        header = answer["POHEADER"]
        if header["VENDOR"] or header["DOC_TYPE"]:
            return Purchase(number, header, answer["POITEM"], answer["POSCHEDULE"]), ()
        return None, [each for each in messages_in(answer["RETURN"]) if each.refuses]

    def _listed(self, where: Condition, operation: str) -> Iterator[PurchaseOrder]:
        """The orders whose header fulfils a condition, by ascending number."""
        conditions = [equal("BSTYP", _ORDER), where]
        if self.office.settings.purchasing_org:
            conditions.append(equal("EKORG", self.office.settings.purchasing_org))
        condition = all_of(conditions)

        def read(after: str, upto: str | None, count: int) -> Sequence[Mapping[str, Any]]:
            bounds = [compared("EBELN", ">", after)] if after else []
            bounds += [compared("EBELN", "<=", upto)] if upto is not None else []
            whole = all_of([*bounds, condition])
            try:
                return self.office.tables.rows(HEADERS, ["EBELN"], whole, key=["EBELN"], most=count)
            except TooLongToSay:
                return ()  # no column could hold such a value

        def refused(failure: RfcFailure) -> Any:
            raise PermissionMissing(
                f"the table {HEADERS} may not be read, and no function module lists purchase orders",
                operation=operation,
                native=failure.native,
                hint=f"have S_TABU_NAM granted for {HEADERS}, or name the order's number",
            )

        pages = in_key_ranges(read, lambda row: str(row["EBELN"]), _PAGE)
        while (page := self.office.from_table(lambda: next(pages, None), refused, operation)) is not None:
            for row in page:
                found, refusals = self._shown(str(row["EBELN"]), operation)
                if found is None:
                    raise _hidden(refusals, operation)
                yield purchase_order_in(found, self.office, self.units)

    # -- writing ---------------------------------------------------------------------------------------------

    def create(self, draft: PurchaseOrderDraft, write: Write) -> Written[PurchaseOrder]:
        """Create one order, with ``write.stamp`` in its own reference where the release is known to have it.

        Up to the COMMIT nothing is kept, so whatever goes wrong before is ``not_applied``.  The number is told to
        ``write.made`` first: a COMMIT without an answer is ``unknown``, and settled by reading that number.
        """
        operation = "purchase_orders.create"

        def numbered(answer: dict[str, Any]) -> tuple[str, tuple[Message, ...]]:
            said_of_it = messages_in(answer["RETURN"])
            number = str(answer["EXPPURCHASEORDER"]).strip()
            saved = any(each.ident == PURCHASE_SAVED for each in said_of_it)
            if not number or any(each.ends or (each.refuses and not saved) for each in said_of_it):
                raise self.office.meanings.refusal(said_of_it, operation=operation)
            id = shown_key(number)
            write.made(id, id)
            return id, said_of_it

        given = create_parameters(draft, write.stamp, self.office, self.units)
        (id, told), beside = self.office.saved(
            modules.PO_CREATE, write, numbered, step="commit the purchase order", **given
        )
        return Written(id=id, warnings=worth_telling((*told, *beside)))

    def amend(
        self, order: PurchaseOrder, amendments: Sequence[Amendment], write: Write
    ) -> Written[PurchaseOrder]:
        """Make all amendments in one call; held to ``order.version`` by reading just before.

        ``RecordLocked`` while somebody else has the order open.
        """
        change = self._standing(order, write)
        for amendment in amendments:
            change.make(amendment)
        return self._changed(change, write)

    def cancel(
        self, order: PurchaseOrder, lines: Sequence[str] | None, write: Write
    ) -> Written[PurchaseOrder] | None:
        """Give the deletion mark to these items, or to all that are open; ``TransitionNotAllowed`` where none is."""
        change = self._standing(order, write)
        still = [
            line.id
            for line in change.order.lines
            if line.quantities.open > 0 and (lines is None or line.id in lines)
        ]
        if not still:
            raise TransitionNotAllowed(
                "nothing is open that could be cancelled", code="nothing_open", operation=write.operation
            )
        for item in still:
            change.delete(item)
        return self._changed(change, write)

    def _standing(self, order: PurchaseOrder, write: Write) -> ChangeOfPurchase:
        """The order as it stands; ``VersionConflict`` when it is not the one that was planned on."""
        found = self._numbered(order.id, write.operation)
        if found is None:
            raise NotFound("there is no such purchase order any more", operation=write.operation)
        current = purchase_order_in(found, self.office, self.units)
        if not write.force and order.version is not None and current.version != order.version:
            raise VersionConflict(
                "the purchase order was changed since it was read",
                diff=moved(order, current),
                operation=write.operation,
            )
        return ChangeOfPurchase(found, current, self.office, self.units)

    def _changed(self, change: ChangeOfPurchase, write: Write) -> Written[PurchaseOrder]:
        def heard(answer: dict[str, Any]) -> tuple[Message, ...]:
            told = messages_in(answer["RETURN"])
            if any(each.refuses for each in told):
                refusal: ErpConnectError = self.office.meanings.refusal(told, operation=write.operation)
                raise refusal
            return told

        told, beside = self.office.saved(
            modules.PO_CHANGE, write, heard, step="commit the change", RETURN=[], **change.parameters()
        )
        return Written(
            id=shown_key(change.purchase.number),
            replaced=change.replaced,
            warnings=worth_telling((*told, *beside)),
        )


def _hidden(refusals: Sequence[Message], operation: str) -> PermissionMissing:
    """The error for an order that the table has and the module does not show: left out, it would pass for absent."""
    return PermissionMissing(
        f"the table {HEADERS} has a purchase order that the module does not show to this user",
        operation=operation,
        native=[each.as_native() for each in refusals],
        hint="have display granted for all that the table shows, or set purchasing_org",
    )
