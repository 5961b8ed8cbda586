"""Returns of customers: sales documents of category H with reference to the order's items (sap.md 2.8, 2.12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import InvalidOrder, NotFound, PermissionMissing
from ....models import (
    FrozenMapping,
    LineQuantity,
    Return,
    ReturnDraft,
    ReturnLine,
    ReturnStatus,
)
from ....wire.rfc import RfcFailure
from ...amounts import tidy
from ...answers import understands_answers
from ...contract import OrderRef, Write, Written
from ..conventions import (
    FIRST_SCHEDULE_LINE,
    HEADER,
    day_in,
    fits_key,
    instant_in,
    item_number,
    material_in,
    material_number,
    shown_key,
    stored_key,
)
from ..messages import SAVED, Message, messages_in, worth_telling
from ..settings import STAMP_FIELDS
from ..wording import return_code, return_words
from . import modules
from .details import Details, Row, read_details
from .finding import numbers_with
from .mapping_drafts import SOLD_TO
from .office import Office

_RETURN: Final = "H"
_ORDER: Final = "C"
_DONE: Final = "C"


@understands_answers
class Returns:
    """Goods that customers send back."""

    def __init__(self, office: Office) -> None:
        self.office = office

    # -- reading ---------------------------------------------------------------------------------------------

    def get(self, id: str) -> Return:
        """By number; ``NotFound`` when there is none."""
        operation = "returns.get"
        found = self._numbered([stored_key(id)], operation) if fits_key(id) else ()
        if not found:
            raise NotFound("there is no such return", operation=operation)
        return found[0]

    def of(self, order: OrderRef) -> Sequence[Return]:
        """The returns in the order's flow, oldest first."""
        operation = "returns.of"
        known = self._order(order.id, operation)
        return tuple(self._return(each, known) for each in self._of(known, operation))

    def find(self, stamp: str) -> Sequence[Return]:
        """The returns that carry this stamp; ``PermissionMissing`` where VBKD may not be read."""
        operation = "returns.find"
        column, _ = STAMP_FIELDS[self.office.settings.stamp_field]

        def refused(failure: RfcFailure) -> Sequence[str]:
            raise PermissionMissing(
                "the table VBKD may not be read, and nothing else finds a return by its key",
                operation=operation,
                native=failure.native,
                hint="have S_TABU_NAM granted for VBKD, or look at the order's returns",
            )

        numbers = self.office.from_table(
            lambda: numbers_with(self.office, column, [stamp]), refused, operation
        )
        return self._numbered(numbers, operation)

    def _order(self, id: str, operation: str) -> Details:
        number = stored_key(id)
        found = read_details(self.office, [number], operation).get(number) if fits_key(id) else None
        if found is None:
            raise NotFound("there is no such order", operation=operation)
        return found

    def _of(self, order: Details, operation: str) -> list[Details]:
        numbers = dict.fromkeys(row["SUBSSDDOC"] for row in order.flows if row["DOC_CAT_SD"] == _RETURN)
        found = read_details(self.office, sorted(numbers), operation)
        return [each for _, each in sorted(found.items())]

    def _numbered(self, numbers: Sequence[str], operation: str) -> Sequence[Return]:
        """The returns with these numbers, in the order of their orders' lines."""
        found = [
            each
            for each in read_details(self.office, numbers, operation).values()
            if each.headers[0]["SD_DOC_CAT"] == _RETURN
        ]
        orders = read_details(
            self.office, [number for each in found if (number := _order_of(each))], operation
        )
        return [self._return(each, orders.get(_order_of(each))) for each in found]

    def _return(self, details: Details, order: Details | None) -> Return:
        header, business = details.headers[0], details.of_header(details.business)
        state: Row = details.header_states[0] if details.header_states else {}
        id, field = shown_key(details.number), self.office.settings.stamp_field
        number = order.number if order is not None else _order_of(details)
        native = {name: state.get(name) for name in ("PRC_STAT_H", "DELIV_STAT", "TOTGOODSMV", "OVERALLREJ")}
        return Return(
            id=id,
            number=id,
            order_id=shown_key(number) if number else "",
            status=_status(state),
            reason=return_words(str(header["ORD_REASON"]), self.office.settings),
            requested_on=day_in(header["DOC_DATE"]),
            lines=tuple(
                self._line(item, details, order)
                for item in sorted(details.items, key=lambda row: str(row["ITM_NUMBER"]))
            ),
            stamp=str(business.get(field) or header.get(field) or "") or None,
            native_status=" ".join(f"{name}={value}" for name, value in native.items() if value) or None,
            created_at=instant_in(header["REC_DATE"], header["REC_TIME"], self.office.zone),
            raw=FrozenMapping(header),
        )

    def _line(self, item: Row, details: Details, order: Details | None) -> ReturnLine:
        unit = str(item["SALES_UNIT"])
        return ReturnLine(
            order_line_id=_line_of(item, details.number, order),
            quantity=tidy(_quantity(item, details)),
            product=material_in(item) or None,
            unit=self.office.units.ours(unit, str(item["ISOCODUNIT"])) or unit or None,
        )

    # -- writing ---------------------------------------------------------------------------------------------

    def create(self, draft: ReturnDraft, write: Write) -> Written[Return]:
        """Enter a return with reference to the order's items, ``write.stamp`` in its second reference.

        ``InvalidOrder`` for more than has left and not come back.  Up to the COMMIT nothing is kept; the number is told
        to ``write.made`` first, and a COMMIT without an answer is ``unknown``.
        """
        operation = "returns.create"
        order = self._order(draft.order if isinstance(draft.order, str) else draft.order.id, operation)
        self._refuse_too_much(draft.lines, order, operation)

        def numbered(answer: dict[str, Any]) -> tuple[str, tuple[Message, ...]]:
            said = messages_in(answer["RETURN"])
            number = str(answer["SALESDOCUMENT"]).strip()
            saved = any(each.ident == SAVED for each in said)
            if not number or any(each.ends or (each.refuses and not saved) for each in said):
                raise self.office.meanings.refusal(said, operation=operation)
            id = shown_key(number)
            write.made(id, id)
            return id, said

        (id, told), beside = self.office.saved(
            modules.RETURN_CREATE,
            write,
            numbered,
            step="commit the return",
            **self._parameters(draft, order, write.stamp),
        )
        return Written(id=id, warnings=worth_telling((*told, *beside)))

    def _parameters(self, draft: ReturnDraft, order: Details, stamp: str) -> dict[str, Any]:
        settings, header = self.office.settings, order.headers[0]
        rows = [
            (item_number(place), _item(order, str(line.line)), line.quantity)
            for place, line in enumerate(draft.lines, 1)
        ]
        return {
            "RETURN_HEADER_IN": {
                "DOC_TYPE": settings.return_type,
                "SALES_ORG": header["SALES_ORG"],
                "DISTR_CHAN": header["DISTR_CHAN"],
                "DIVISION": header["DIVISION"],
                "ORD_REASON": return_code(draft.reason, settings) or None,
                "DOC_DATE": self.office.today(),
                "REF_DOC": order.number,
                "REFDOC_CAT": _ORDER,
                settings.stamp_field: stamp or None,
            },
            "RETURN_PARTNERS": [{"PARTN_ROLE": SOLD_TO, "PARTN_NUMB": header["SOLD_TO"]}],
            "RETURN_ITEMS_IN": [
                {
                    "ITM_NUMBER": number,
                    **material_number(material_in(item)),
                    "TARGET_QTY": quantity,
                    "TARGET_QU": item["SALES_UNIT"],
                    "SALES_UNIT": item["SALES_UNIT"],
                    "PLANT": item["PLANT"] or None,
                    "REF_DOC": order.number,
                    "REF_DOC_IT": item["ITM_NUMBER"],
                    "REF_DOC_CA": _ORDER,
                }
                for number, item, quantity in rows
            ],
            "RETURN_SCHEDULES_IN": [
                {"ITM_NUMBER": number, "SCHED_LINE": FIRST_SCHEDULE_LINE, "REQ_QTY": quantity}
                for number, _, quantity in rows
            ],
        }

    def _refuse_too_much(self, lines: Sequence[LineQuantity], order: Details, operation: str) -> None:
        back: dict[str, Decimal] = {}
        for each in self._of(order, operation):
            known = self._return(each, order)
            if known.status is not ReturnStatus.CANCELLED:
                for part in known.lines:
                    back[part.order_line_id] = back.get(part.order_line_id, Decimal(0)) + part.quantity
        for index, line in enumerate(lines):
            item = str(line.line)
            wanted, most = line.quantity or Decimal(0), order.shipped(item) - back.get(item, Decimal(0))
            if wanted > most:
                raise InvalidOrder(
                    f"more comes back of a line than has left: {wanted:f} of {tidy(most):f}",
                    code="more_than_shipped",
                    operation=operation,
                    path=f"lines[{index}].quantity",
                )


def _item(order: Details, number: str) -> Row:
    for item in order.items:
        if item["ITM_NUMBER"] == number:
            return item
    raise InvalidOrder("the order has no such line", operation="returns.create", path="lines")


def _order_of(details: Details) -> str:
    """The document that a return refers to, by its items or as a whole."""
    referred = (str(item["REF_DOC"]) for item in details.items)
    return next((each for each in referred if each), "") or str(details.headers[0]["REF_DOC"])


def _line_of(item: Row, number: str, order: Details | None) -> str:
    """The order's item that comes back: as the item says, else by the order's flow."""
    if order is None:
        return ""
    named = str(item.get("POSNR_VOR") or HEADER)
    if named != HEADER and item["REF_DOC"] == order.number:
        return named
    for row in order.flows:
        if (row["SUBSSDDOC"], row["SUBSITDOC"]) == (number, item["ITM_NUMBER"]):
            return str(row["PREDITDOC"])
    return ""


def _quantity(item: Row, details: Details) -> Decimal:
    wanted = [row["REQ_QTY"] for row in details.of_item(details.schedules, item["ITM_NUMBER"])]
    return sum(wanted, Decimal(0)) or Decimal(item["TARGET_QTY"])


def _status(state: Mapping[str, Any]) -> ReturnStatus:
    if state.get("OVERALLREJ") == _DONE:
        return ReturnStatus.CANCELLED
    if state.get("PRC_STAT_H") == _DONE:
        return ReturnStatus.CREDITED
    return ReturnStatus.RECEIVED if state.get("TOTGOODSMV") == _DONE else ReturnStatus.REQUESTED
