"""Messages in RETURN: class, number, variables, and a text in the logon language (sap.md 2.3, 2.18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .interface import Row, structure

NOT_ON_RECORD: Final = "999"
"""Stands where the reference knows that there is an error, and not its number."""

MESSAGE_NUMBERS: Final[dict[str, tuple[str, str]]] = {
    "saved": ("V1", "311"),
    "processed": ("V4", "233"),
    "incomplete": ("V1", "555"),
    "not_changed": ("V4", "219"),
    "error_in": ("V4", "248"),
    "material_not_sold": ("V1", "382"),
    "material_status": ("V1", "028"),
    "material_blocked": ("V1", NOT_ON_RECORD),
    "not_in_plant": ("M3", "351"),
    "no_such_material": ("M3", "305"),
    "not_found": ("V1", "302"),
    "locked": ("V1", "042"),
    "duplicate": ("V4", "115"),
    "customer_not_in_area": ("VP", "112"),
    "partner_missing": ("VP", "199"),
    "partner_unknown": ("VP", "204"),
    "credit": ("V1", "849"),
    "no_such_area": ("V1", "319"),
    "order_type": ("V1", "320"),
    "update_terminated": ("00", NOT_ON_RECORD),
    "external_number": ("V1", NOT_ON_RECORD),
    "item_number": ("V1", NOT_ON_RECORD),
    "item_missing": ("V1", NOT_ON_RECORD),
    "schedule_line_missing": ("V1", NOT_ON_RECORD),
    "unit": ("V1", NOT_ON_RECORD),
    "condition": ("V1", NOT_ON_RECORD),
    "has_successors": ("V1", NOT_ON_RECORD),
    "below_delivered": ("V1", NOT_ON_RECORD),
    "customer_blocked": ("V1", NOT_ON_RECORD),
    "no_such_vendor": ("ME", NOT_ON_RECORD),
    "purchase_empty": ("ME", NOT_ON_RECORD),
    "purchase_quantity": ("ME", NOT_ON_RECORD),
    "purchase_item": ("ME", NOT_ON_RECORD),
    "purchase_locked": ("MC", "601"),
    "purchase_created": ("06", "017"),
    "purchase_changed": ("06", NOT_ON_RECORD),
    "purchase_none": ("BAPI", "001"),
    "purchase_not_changed": ("BAPI", NOT_ON_RECORD),
    "purchase_not_found": ("06", NOT_ON_RECORD),
    "purchase_header": ("MEPO", "002"),
    "purchase_date": ("ME", NOT_ON_RECORD),
    "delivery_created": ("VL", NOT_ON_RECORD),
    "nothing_to_deliver": ("VL", NOT_ON_RECORD),
    "blocked_for_delivery": ("VL", NOT_ON_RECORD),
    "no_such_customer": ("VP", NOT_ON_RECORD),
    "reason_missing": ("V1", NOT_ON_RECORD),
    "no_selection": ("BAPI", NOT_ON_RECORD),
}

_TEXTS: Final[dict[str, dict[str, str]]] = {
    "saved": {"E": "{0} {1} has been saved", "D": "{0} {1} ist gesichert worden"},
    "processed": {
        "E": "{parameter} has been processed successfully",
        "D": "{parameter} erfolgreich bearbeitet",
    },
    "incomplete": {"E": "The sales document is not yet complete: Edit data"},
    "not_changed": {"E": "Sales document {0} was not changed"},
    "error_in": {"E": "Error in {parameter} {0}"},
    "material_not_sold": {
        "E": "Material {0} is not defined for sales org.{1}, distr.chan.{2}, language {3}",
        "D": "Material {0} ist in Verkaufsorg. {1}, Vertriebsweg {2}, Sprache {3} nicht vorhanden",
    },
    "material_status": {"E": "Material {0} has status {1}"},
    "material_blocked": {"E": "Material {0} has status {1} and cannot be sold"},
    "no_such_material": {"E": "Material {0} does not exist"},
    "no_selection": {"E": "Name at least one range"},
    "not_in_plant": {"E": "Material {0} is not maintained in plant {1}"},
    "not_found": {"E": "SD document {0} is not in the database or has been archived"},
    "locked": {"E": "Sales document {0} is currently being processed by user {1}"},
    "duplicate": {"E": "Purchase order number in document number: {0} exists within {1} days."},
    "customer_not_in_area": {"E": "Sold-to party {0} is not maintained for sales area {1} {2} {3}"},
    "partner_missing": {"E": "Partner {0} is missing"},
    "partner_unknown": {"E": "Partner {0} {1} does not exist"},
    "credit": {"E": "Credit check: customer {0} exceeds the limit"},
    "no_such_area": {"E": "Sales area {0} {1} {2} is not defined"},
    "order_type": {"E": "Sales document type {0} is not allowed"},
    "update_terminated": {"E": "The update was terminated"},
    "external_number": {"E": "Number {0} cannot be assigned to this document type"},
    "item_number": {"E": "Item number {0} cannot be used"},
    "item_missing": {"E": "Item {0} does not exist"},
    "schedule_line_missing": {"E": "Schedule line {0} {1} does not exist"},
    "unit": {"E": "Unit {0} is not defined for material {1}"},
    "condition": {"E": "Condition {0} cannot be entered"},
    "has_successors": {"E": "Item {0} has subsequent documents"},
    "below_delivered": {"E": "Item {0}: the quantity is below what was delivered"},
    "no_such_vendor": {"E": "Supplier {0} does not exist"},
    "purchase_empty": {"E": "A purchase order has at least one item"},
    "purchase_quantity": {"E": "Item {0} needs a quantity"},
    "purchase_item": {"E": "Item number {0} cannot be used"},
    "purchase_locked": {"E": "Purchase order {0} is being processed by user {1}"},
    "purchase_created": {"E": "Standard PO created under the number {0}"},
    "purchase_changed": {"E": "Standard PO {0} changed"},
    "purchase_none": {"E": "No instance of object type PurchaseOrder has been created"},
    "purchase_not_changed": {"E": "Purchase order {0} was not changed"},
    "purchase_not_found": {"E": "Purchase order {0} does not exist"},
    "purchase_header": {"E": "The header of the purchase order is faulty: {0}"},
    "purchase_date": {"E": "{0} is no date"},
    "delivery_created": {"E": "Delivery {0} has been created"},
    "nothing_to_deliver": {"E": "Item {0} {1} has nothing to deliver"},
    "blocked_for_delivery": {"E": "Sales document {0} is blocked for delivery"},
    "no_such_customer": {"E": "Customer {0} does not exist"},
    "reason_missing": {"E": "An order reason is required"},
    "customer_blocked": {"E": "Customer {0} is blocked for orders"},
}


@dataclass(frozen=True)
class Message:
    """One message of a function module."""

    type: str
    id: str
    number: str
    text: str
    variables: tuple[str, ...] = ()
    parameter: str = ""
    row: int = 0

    @property
    def fatal(self) -> bool:
        """Whether it says that something was refused."""
        return self.type in {"E", "A", "X"}

    def _variables(self) -> dict[str, str]:
        values = (*self.variables, "", "", "", "")[:4]
        return {f"MESSAGE_V{i}": value[:50] for i, value in enumerate(values, 1)}

    def bapiret2(self) -> Row:
        """As a row of a RETURN table."""
        return structure("BAPIRET2").initial(
            TYPE=self.type,
            ID=self.id,
            NUMBER=self.number,
            MESSAGE=self.text,
            PARAMETER=self.parameter,
            ROW=self.row,
            **self._variables(),
        )

    def bapireturn(self) -> Row:
        """As the old structure, where class and number are one code."""
        code = self.id + self.number
        return structure("BAPIRETURN").initial(
            TYPE=self.type, CODE=code, MESSAGE=self.text, **self._variables()
        )


class Phrasebook:
    """Makes messages in one language, with this system's numbers."""

    def __init__(self, language: str, numbers: dict[str, tuple[str, str]]) -> None:
        self._language = language
        self._numbers = numbers

    def say(self, type: str, meaning: str, *variables: str, parameter: str = "", row: int = 0) -> Message:
        """A message by what it means."""
        area, number = self._numbers[meaning]
        template = _TEXTS[meaning].get(self._language) or _TEXTS[meaning]["E"]
        shown = (*variables, "", "", "", "")
        text = template.format(*shown, parameter=parameter)
        return Message(type, area, number, text, variables, parameter, row)

    def processed(self, parameter: str, buffer: str, item: str = "", line: str = "", row: int = 0) -> Message:
        """The noise of success: the internal table in the first variable, keys in the next."""
        return self.say("S", "processed", buffer, item, line, parameter=parameter, row=row)


def rows(messages: Iterable[Message]) -> list[Row]:
    """A RETURN table."""
    return [message.bapiret2() for message in messages]
