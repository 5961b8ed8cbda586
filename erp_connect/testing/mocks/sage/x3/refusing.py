"""What X3 says no with: messages of a type in the caller's language, faults, and a rule's refusal in its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...business.refusals import Refusal

INFORMATION, WARNING, ERROR = 1, 2, 3


@dataclass(frozen=True)
class Message:
    """One message; ``type`` 1 informs, 2 warns, 3 refuses."""

    text: str
    type: int = ERROR


class Fault(Exception):
    """A SOAP fault: the engine, or the shell around it, gave up."""

    def __init__(self, text: str, status: int = 500, code: str = "soapenv:Server") -> None:
        super().__init__(text)
        self.text, self.status, self.code = text, status, code


class Refused(Exception):
    """An answer of status 0; ``name`` is the message's name in ``TEXTS``, and blank stands for no message."""

    def __init__(self, name: str = "", /, **values: Any) -> None:
        super().__init__(f"{name} {values}" if values else name)
        self.name, self.values = name, values


TEXTS: Final[dict[str, dict[str, str]]] = {
    "pool": {"ENG": "{alias} : No such pool / record does not exist"},
    "service": {"ENG": "{name} : Unknown web service (0)"},
    "change login": {"ENG": "Change login error"},
    "connection": {"ENG": "Connection error - incorrect user code or password"},
    "volume": {"ENG": "The data volume of web services that the licence allows is used up"},
    "root": {"ENG": "The data stream must have the root {wanted}"},
    "no xml": {"ENG": "The data stream cannot be read: {why}"},
    "root field": {"ENG": "Cannot add field [{field}] under root node {root}"},
    "no group id": {"ENG": "No attribute ID found into GRP tag"},
    "not one": {"ENG": "Group [{group}] has a dimension greater than 1, use TAB"},
    "not a table": {"ENG": "Group [{group}] is no table, use GRP"},
    "unknown group": {"ENG": "Group [{group}] does not exist in {name}"},
    "unknown field": {"ENG": "Field [{field}] does not exist in group [{group}]"},
    "unknown element": {"ENG": "Element [{element}] is not allowed in [{parent}]"},
    "display field": {"ENG": "{field} : Field not enterable", "FRA": "{field} : Zone non saisissable"},
    "line number": {"ENG": "Line number {number} is not correct in table [{group}]"},
    "full": {"ENG": "Table [{group}] has at most {limit} lines"},
    "list": {"ENG": "Field [{field}] is a list of {elements}, use LST"},
    "no list": {"ENG": "Field [{field}] is no list, use FLD"},
    "value": {"ENG": "{field} : Incorrect value {value}", "FRA": "{field} : Valeur incorrecte {value}"},
    "too long": {"ENG": "{field} : Text longer than {length} characters"},
    "mandatory": {"ENG": "{field} : Mandatory field", "FRA": "{field} : Zone obligatoire"},
    "no lines": {"ENG": "At least one line is needed", "FRA": "Il faut au moins une ligne"},
    "stale": {
        "ENG": "Record modified since last read",
        "FRA": "Fiche modifi\u00e9e depuis la derni\u00e8re lecture",
    },
    "locked": {"ENG": "{key} : Record being modified", "FRA": "{key} : Fiche en cours de modification"},
    "missing record": {"ENG": "{key} : Record does not exist", "FRA": "{key} : Fiche inexistante"},
    "exists": {"ENG": "{key} : Record already exists", "FRA": "{key} : Fiche d\u00e9j\u00e0 existante"},
    "registered": {"ENG": "{value} is already registered on document {number}"},
    "key": {"ENG": "Key {key} is not part of the index"},
    "column": {"ENG": "{key} is no column of the selection list"},
    "criterion": {"ENG": "{value} is no criterion"},
    "size": {"ENG": "{value} is not a number of lines"},
    "method": {"ENG": "Function {method} is not available for {name}"},
    "action": {"ENG": "Action {code} is not available for {name}"},
    "not implemented": {"ENG": "This function is not implemented"},
    "fixed": {"ENG": "{field} : Field not enterable in modification"},
    "given number": {"ENG": "{field} : The number is assigned automatically"},
    "delivered": {
        "ENG": "{number} : Deletion impossible, the order is delivered or invoiced",
        "FRA": "{number} : Suppression impossible, la commande est livr\u00e9e ou factur\u00e9e",
    },
    "line delivered": {"ENG": "Line {number} is delivered or allocated, it cannot be deleted"},
    "closed": {"ENG": "{number} : Order closed", "FRA": "{number} : Commande sold\u00e9e"},
    "one order": {"ENG": "{field} : Each line once, and all lines of one document"},
    "validated": {"ENG": "{number} : Document validated, modification impossible"},
    "price mode": {"ENG": "A product, a customer and a quantity are needed"},
    "table value": {
        "ENG": "{field} : {value} does not exist in table {table}",
        "FRA": "{field} : {value} inexistant dans la table {table}",
    },
    "blocked_customer": {
        "ENG": "{number} : Customer inactive or blocked",
        "FRA": "{number} : Client inactif",
    },
    "blocked_vendor": {"ENG": "{number} : Supplier inactive"},
    "blocked_item": {"ENG": "{number} : Product not usable", "FRA": "{number} : Article non utilisable"},
    "unit_unknown": {"ENG": "SAU : {unit} is no unit of product {item}"},
    "credit_limit": {"ENG": "{number} : Authorized credit exceeded ({exposure} > {limit})"},
    "out_of_stock": {"ENG": "{item} : Insufficient stock on site {location}"},
    "quantity_below_shipped": {"ENG": "QTY : {quantity} is less than the delivered quantity {shipped}"},
    "too_much_to_ship": {"ENG": "The quantity is greater than the remaining quantity {limit}"},
    "nothing_to_post": {"ENG": "{number} : Nothing to deliver"},
    "cannot_delete": {
        "ENG": "{number} : Deletion impossible, the record is used",
        "FRA": "{number} : Suppression impossible, la fiche est utilis\u00e9e",
    },
    "outside_posting_period": {"ENG": "{date} : Period closed"},
    "no_quantity": {"ENG": "QTY : Mandatory field"},
    "incomplete_shipment": {"ENG": "{number} : Partial delivery not authorized"},
    "shipped_not_invoiced": {"ENG": "{number} : Deletion impossible, {quantity} are delivered"},
}

_FIELDS: Final = {
    "item": "ITMREF",
    "partner": "BPCORD",
    "location": "STOFCY",
    "currency": "CUR",
    "payment_terms": "PTE",
    "shipment_method": "MDL",
}


def said(name: str, values: Mapping[str, Any], language: str, texts: Mapping[str, str]) -> str:
    """A message in a language, English where there is none."""
    known = TEXTS.get(name, {})
    wording = texts.get(name) or known.get(language) or known.get("ENG")
    return wording.format(**values) if wording else f"{name} {dict(values)}"


def worded(refusal: Refusal) -> Refused:
    """A rule's refusal as X3 puts it."""
    values = refusal.values
    match refusal.reason:
        case "record_locked":
            return Refused("locked", key=values["key"])
        case "exists":
            key = values["key"]
            return Refused("exists", key=key[-1] if isinstance(key, tuple) else key)
        case "record_gone":
            return Refused("missing record", key=values["key"])
        case "not_in_table":
            field = _FIELDS.get(values["field"], values["field"])
            return Refused("table value", field=field, value=values["value"], table=values["table"])
        case "finished":
            return Refused("closed", number=values["number"])
        case "missing":
            return Refused("mandatory", field=_FIELDS.get(values["field"], values["field"]))
    return Refused(refusal.reason, **values)
