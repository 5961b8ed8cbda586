"""How orders end: fulfilled or cancelled by an action that leaves an orderclose row, or invoiced by the office
(dynamics.md 4.4, 4.9 point 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from . import refusing
from .deriving import LINES, PAPERS
from .entering import Entered
from .organization import Organization, Record
from .pricing import totalled
from .selling import OPEN_STATES, created, statuses

CANCELED, FULFILLED, INVOICED = 2, 3, 4
DEFAULT_REASON: Final = -1
"""A status of -1 asks for the first of the state."""


def close(organization: Organization, state: int, status: object, activity: Entered) -> Record:
    """Bring an order to its end; the orderclose row that tells of it comes back."""
    ident = activity.values.get("_salesorderid_value")
    if ident is None:
        raise refusing.invalid("The order id of the order close activity is missing.")
    order = organization.data["salesorder"].row(ident)
    if order.values["statecode"] not in OPEN_STATES:
        raise refusing.closed(organization.settings, order.values["ordernumber"])
    allowed = statuses(organization, state)
    if not isinstance(status, int) or isinstance(status, bool):
        raise refusing.payload(
            organization.settings, f"Cannot convert the literal '{status}' to 'Edm.Int32'."
        )
    if status == DEFAULT_REASON:
        status = allowed[0]
    if status not in allowed:
        text = f"{status} is not a valid status code for state code {state} of salesorder."
        raise refusing.invalid(text)
    now = organization.world.clock.now().replace(microsecond=0)
    fields: dict[str, Any] = {"statecode": state, "statuscode": status}
    if state == FULFILLED:
        fields["datefulfilled"] = now
    _ended(organization, order, fields)
    told: Mapping[str, Any] = {
        "ordernumber": order.values["ordernumber"],
        "statecode": 1,
        "statuscode": 2,
        "actualend": now,
        **activity.values,
    }
    return created(organization, "orderclose", told, activity.ident)


def _ended(organization: Organization, order: Record, fields: dict[str, Any]) -> Record:
    for line in organization.data["salesorderdetail"].where("_salesorderid_value", order.id):
        organization.put("salesorderdetail", line, {"salesorderstatecode": fields["statecode"]})
    return organization.put("salesorder", order, fields)


def invoiced(organization: Organization, order: UUID) -> Record:
    """Somebody in the office makes an invoice of an order, which is Invoiced from then on; the invoice comes back."""
    with organization.world.unit():
        row = organization.data["salesorder"].row(order)
        if row.values["statecode"] in {CANCELED, INVOICED}:
            raise refusing.closed(organization.settings, row.values["ordernumber"])
        invoice = created(organization, "invoice", _copied(organization, row, "salesorder", "invoice"))
        organization.put("invoice", invoice, {"_salesorderid_value": order})
        for line in organization.data["salesorderdetail"].where("_salesorderid_value", order):
            values = _copied(organization, line, "salesorderdetail", "invoicedetail")
            links = {"_invoiceid_value": invoice.id, "_salesorderdetailid_value": line.id}
            created(organization, "invoicedetail", values | links)
        _ended(organization, row, {"statecode": INVOICED, "statuscode": 100003})
        return totalled(organization, "invoice", invoice.id)


def _copied(organization: Organization, record: Record, source: str, target: str) -> dict[str, Any]:
    """What both tables have, but for states and numbers."""
    theirs = organization.schema.model.sets[organization.schema.tables[target].set].properties
    left = {"statecode", "statuscode", "exchangerate"}
    numbers = {PAPERS[source].number} if source in PAPERS else {LINES[source][1]}
    return {n: v for n, v in record.values.items() if n in theirs and n not in left | numbers}
