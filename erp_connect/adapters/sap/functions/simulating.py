"""What a draft would cost and when it could leave, without saving anything (sap.md 2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ....errors import NotFound
from ....models import Order, OrderDraft, OrderLine, Quantities, ScheduleLine
from ....rules.status import standing
from ...amounts import money_in, tidy
from ...answers import understands_answers
from ...contract import Simulation
from ..conventions import day_in, material_in, positions
from ..messages import messages_in, worth_telling
from ..wording import said
from . import modules
from .changing import Changing
from .mapping_conditions import discount_in, price_in
from .mapping_drafts import simulate_parameters

Row = Mapping[str, Any]
OPERATION: Final = "orders.simulate"
SIMULATED: Final = "simulated"


@understands_answers
class SalesOrders(Changing):
    """The sales order book with every ability."""

    def simulate(self, draft: OrderDraft) -> Simulation[Order]:
        """What would be stored; raises what would be refused.  Errors can stand in two places of the answer."""
        answer = simulated(self, draft, OPERATION, currency=draft.currency)
        messages = worth_telling(messages_in(answer.get("RETURN"), answer.get("MESSAGETABLE")))
        return Simulation(order=self._told(draft, answer), messages=messages)

    def _told(self, draft: OrderDraft, answer: Mapping[str, Any]) -> Order:
        rows = sorted(answer["ORDER_ITEMS_OUT"], key=lambda row: str(row["ITM_NUMBER"]))
        places = positions([row["ITM_NUMBER"] for row in rows])
        lines = tuple(self._line(draft, row, places[row["ITM_NUMBER"]], answer) for row in rows)
        told = standing(lines)
        net = sum((line.net.amount for line in lines if line.net is not None), Decimal(0))
        return Order(
            id=SIMULATED,
            number=None,
            status=told.status,
            currency=draft.currency,
            lines=tuple(line.but(status=status) for line, status in zip(lines, told.lines, strict=True)),
            customer=said(draft.customer),
            customer_po=draft.customer_po,
            ship_to=draft.ship_to,
            bill_to=draft.bill_to,
            order_date=draft.order_date,
            requested=draft.requested,
            payment_terms=draft.payment_terms,
            delivery_terms=draft.delivery_terms,
            notes=draft.notes,
            references=draft.references,
            contact=draft.contact,
            discounts=draft.discounts,
            fulfilment=told.fulfilment,
            invoicing=told.invoicing,
            net=money_in(net, draft.currency),
            complete=not answer["ORDER_INCOMPLETE"],
        )

    def _line(self, draft: OrderDraft, row: Row, position: int, answer: Mapping[str, Any]) -> OrderLine:
        item = row["ITM_NUMBER"]
        schedules = [each for each in answer["ORDER_SCHEDULE_EX"] if each["ITM_NUMBER"] == item]
        conditions = [each for each in answer["ORDER_CONDITION_EX"] if each["ITM_NUMBER"] == item]
        asked = draft.lines[position - 1] if position <= len(draft.lines) else None
        ordered = asked.quantity if asked is not None else row["REQ_QTY"]
        confirmed = sum((each["CONFIR_QTY"] for each in schedules), Decimal(0))
        return OrderLine(
            id=f"{SIMULATED}-{item}",
            position=position,
            product=material_in(row) or None,
            unit=self.office.units.ours(row["SALES_UNIT"], row["S_UNIT_ISO"]) or row["SALES_UNIT"] or None,
            quantities=Quantities(
                ordered=ordered,
                confirmed=tidy(min(confirmed, ordered)),
                shipped=Decimal(0),
                invoiced=Decimal(0),
                cancelled=Decimal(0),
            ),
            price=price_in(conditions, {}, draft.currency, self.office.settings),
            net=money_in(row["NET_VALUE1"], draft.currency),
            discount=discount_in(conditions, draft.currency, self.office.settings)
            or (asked.discount if asked is not None else None),
            requested=(asked.requested if asked is not None else None) or draft.requested,
            promised=_last(schedules) if confirmed >= ordered else None,
            description=row["SHORT_TEXT"] or None,
            warehouse=row["PLANT"] or None,
            reference=row["PO_ITM_NO"] or None,
            schedule=tuple(
                ScheduleLine(quantity=tidy(each["CONFIR_QTY"]), promised=day_in(each["REQ_DATE"]))
                for each in schedules
                if each["CONFIR_QTY"]
            ),
        )


def simulated(book: Changing, draft: OrderDraft, operation: str, *, currency: str | None) -> dict[str, Any]:
    """The answer of the simulate module; a refusal in either place is raised.

    ``currency`` left ``None`` is the customer's own.
    """
    office = book.office
    parameters = simulate_parameters(draft, office, currency)
    answer = office.read(modules.SIMULATE, operation, not_requested=modules.BULKY, **parameters)
    messages = messages_in(answer.get("RETURN"), answer.get("MESSAGETABLE"))
    if any(each.refuses for each in messages):
        raise office.meanings.refusal(messages, operation=operation)
    if not answer["ORDER_ITEMS_OUT"]:
        raise NotFound("the simulation came back empty", operation=operation)
    return answer


def _last(schedules: list[Row]) -> date | None:
    days = [day_in(row["REQ_DATE"]) for row in schedules if row["CONFIR_QTY"]]
    return max((day for day in days if day is not None), default=None)
