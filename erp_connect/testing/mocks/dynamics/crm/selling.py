"""The rules of sales: what a new row gets, what may be written when, and what a change brings with it
(dynamics.md 4.3, 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from . import refusing
from .deriving import LINES, PAPERS, Paper, Values, described
from .organization import Organization, Record
from .pricing import priced, settled, totalled

OPEN_STATES: Final = frozenset({0, 1})
"""Of an order: Active and Submitted."""
_PRICED: Final = frozenset(
    {
        *("quantity", "priceperunit", "_productid_value", "_uomid_value", "ispriceoverridden"),
        *("isproductoverridden", "manualdiscountamount", "tax"),
    }
)
_MASTERS: Final = frozenset({"account", "contact", "product", "uom", "pricelevel", "transactioncurrency"})


# ---------------------------------------------------------------- new rows


def completed(organization: Organization, logical: str, sent: Mapping[str, Any]) -> Values:
    """A new row with what the server adds; refuses what the rules do not take."""
    table = organization.schema.tables[logical]
    values: Values = {}
    for name, column in table.columns.items():
        if column.kind == "O" and name in {"statecode", "statuscode"}:
            values[name] = next(iter(column.options))
    values |= {name: value for name, value in sent.items() if value is not None}
    if logical in PAPERS:
        _new_paper(organization, logical, values)
    elif logical in LINES:
        _new_line(organization, logical, values)
    elif table.money and "_transactioncurrencyid_value" not in values:
        _in_own_currency(organization, values)
    return described(organization, logical, values)


def _in_own_currency(organization: Organization, values: Values) -> None:
    own = organization.currency_row(None)
    if own is not None:
        values["_transactioncurrencyid_value"] = own.id
        values["exchangerate"] = own.values.get("exchangerate", Decimal(1))


def _new_paper(organization: Organization, logical: str, values: Values) -> None:
    paper = PAPERS[logical]
    if values.get("_customerid_value") is None:
        raise refusing.invalid("You should specify a parent contact or account.")
    if not values.get(paper.number):
        values[paper.number] = _drawn(organization, paper)
    for flag in ("ispricelocked", "willcall"):
        values.setdefault(flag, False)
    if logical == "salesorder":
        values.setdefault("prioritycode", 1)
    if values.get("_transactioncurrencyid_value") is None:
        _currency_of_customer(organization, values)


def _drawn(organization: Organization, paper: Paper) -> str:
    organization.series.setdefault(paper.prefix, (f"{paper.prefix}-", 5))
    number = organization.draw(paper.prefix)
    mark = organization.ident(number).hex[:6].upper()
    return f"{number}-{mark}"


def _currency_of_customer(organization: Organization, values: Values) -> None:
    for logical in ("account", "contact"):
        customer = organization.data[logical].get(values["_customerid_value"])
        if customer is not None and customer.values.get("_transactioncurrencyid_value"):
            values["_transactioncurrencyid_value"] = customer.values["_transactioncurrencyid_value"]
            return
    _in_own_currency(organization, values)


def _new_line(organization: Organization, logical: str, values: Values) -> None:
    owner, through = LINES[logical]
    ident = values.get(through)
    paper = None if ident is None else organization.data[owner].get(ident)
    if paper is None:
        raise refusing.invalid(f"The {owner} id is missing.")
    writable(organization, owner, paper)
    siblings = organization.data[logical].where(through, ident)
    for name in ("lineitemnumber", "sequencenumber"):
        highest = max((line.values.get(name) or 0 for line in siblings), default=0)
        values.setdefault(name, highest + 1)
    for flag in ("ispriceoverridden", "isproductoverridden", "willcall"):
        values.setdefault(flag, False)
    currency = values.get("_transactioncurrencyid_value")
    if currency not in {None, paper.values.get("_transactioncurrencyid_value")}:
        raise refusing.invalid("The currency of the line does not match the currency of its parent.")
    values["_transactioncurrencyid_value"] = paper.values.get("_transactioncurrencyid_value")
    values.setdefault("producttypecode", 1)
    values.setdefault("propertyconfigurationstatus", 2)
    if logical == "salesorderdetail":
        values |= _twins_of_order(paper)
    priced(organization, paper, values)


def _twins_of_order(order: Record) -> Values:
    """What lines repeat of their order."""
    told = order.values
    return {
        "salesorderstatecode": told.get("statecode"),
        "salesorderispricelocked": told.get("ispricelocked"),
    }


# ---------------------------------------------------------------- changes


def writable(organization: Organization, logical: str, record: Record) -> None:
    """A refusal where the paper is closed (dynamics.md 4.4)."""
    state = record.values.get("statecode")
    if logical == "salesorder" and state not in OPEN_STATES:
        raise refusing.closed(organization.settings, record.values.get("ordernumber", ""))


def changed(organization: Organization, logical: str, record: Record, sent: Mapping[str, Any]) -> Record:
    """A row with what was sent, its prices and totals with it."""
    values: Values = {**record.values, **sent}
    if logical in PAPERS:
        _change_paper(organization, logical, record, sent)
        if values.get("_customerid_value") is None:
            raise refusing.invalid("You should specify a parent contact or account.")
        _state(organization, logical, record, sent, values)
    if logical in LINES:
        owner, through = LINES[logical]
        if sent.get(through, record.values[through]) != record.values[through]:
            raise refusing.invalid("A line stays with its parent.")
        paper = organization.data[owner].row(record.values[through])
        writable(organization, owner, paper)
        if _PRICED & set(sent):
            priced(organization, paper, values)
    _required(organization, logical, sent)
    values = described(organization, logical, values)
    stored = organization.put(logical, record, values)
    if logical in LINES:
        totalled(organization, *_owner(logical, stored))
    if logical in PAPERS:
        _repriced(organization, logical, record, stored)
        stored = totalled(organization, logical, stored.id)
    return stored


def _owner(logical: str, line: Record) -> tuple[str, UUID]:
    owner, through = LINES[logical]
    return owner, line.values[through]


def _required(organization: Organization, logical: str, sent: Mapping[str, Any]) -> None:
    for name, value in sent.items():
        column = organization.schema.tables[logical].columns.get(name)
        if (
            column is not None
            and column.required
            and value is None
            and organization.settings.required_refused
        ):
            raise refusing.invalid(f"Required field '{name}' of {logical} cannot be cleared.")


def _change_paper(organization: Organization, logical: str, record: Record, sent: Mapping[str, Any]) -> None:
    if set(sent):
        writable(organization, logical, record)
    currency = "_transactioncurrencyid_value"
    if currency in sent and sent[currency] != record.values.get(currency):
        about = PAPERS[logical]
        if organization.data[about.lines].where(about.through, record.id):
            raise refusing.invalid("The currency cannot be changed while there are lines.")


def _state(
    organization: Organization, logical: str, record: Record, sent: Mapping[str, Any], values: Values
) -> None:
    """``statecode`` and ``statuscode`` belong together; closed states come by actions (dynamics.md 4.4)."""
    if not {"statecode", "statuscode"} & set(sent):
        return
    state = values["statecode"]
    if logical == "salesorder":
        if state not in OPEN_STATES and not organization.settings.closing_by_patch:
            raise refusing.invalid(f"State {state} of a sales order is reached by its actions only.")
        allowed = statuses(organization, state)
        if "statuscode" not in sent:
            values["statuscode"] = allowed[0]
        if values["statuscode"] not in allowed:
            raise refusing.invalid(
                f"{values['statuscode']} is not a valid status code for state code {state} of salesorder."
            )
        if state == 1 and record.values["statecode"] == 0:
            values["submitdate"] = organization.world.clock.now().replace(microsecond=0)


_STATUSES: Final = {0: (1, 2), 1: (3,), 2: (4,), 3: (100001, 100002), 4: (100003,)}


def statuses(organization: Organization, state: int) -> tuple[int, ...]:
    """The status codes of a state: the standard's, then the customer's own."""
    return _STATUSES[state] + tuple(organization.own_statuses.get(state, ()))


def _repriced(organization: Organization, logical: str, before: Record, after: Record) -> None:
    """Another price list gives the lines other prices; a lock keeps them.  Lines repeat their order's state."""
    names = ("_pricelevelid_value", "ispricelocked", "statecode")
    if all(before.values.get(name) == after.values.get(name) for name in names):
        return
    about = PAPERS[logical]
    for line in organization.data[about.lines].where(about.through, after.id):
        values = dict(line.values) | (_twins_of_order(after) if logical == "salesorder" else {})
        if before.values.get(names[0]) != after.values.get(names[0]):
            priced(organization, after, values)
        settled(organization, about.lines, line, values)


def removed(organization: Organization, logical: str, record: Record) -> None:
    """Delete a row; what it belongs to is totalled anew.  Masters that rows lead to stay."""
    if logical in _MASTERS and _led_to(organization, logical, record.id):
        raise refusing.associated(logical)
    if logical in LINES:
        owner, ident = _owner(logical, record)
        writable(organization, owner, organization.data[owner].row(ident))
        organization.remove(logical, record.id)
        totalled(organization, owner, ident)
        return
    organization.remove(logical, record.id)


def _led_to(organization: Organization, logical: str, ident: UUID) -> bool:
    return any(
        organization.data[other].where(lookup.column, ident)
        for other, table in organization.schema.tables.items()
        for lookup in table.lookups.values()
        if logical in lookup.targets.values()
    )


def created(
    organization: Organization, logical: str, sent: Mapping[str, Any], ident: UUID | None = None
) -> Record:
    """Store a new row; a line's paper is totalled anew."""
    record = organization.add(logical, completed(organization, logical, sent), ident)
    if logical in LINES:
        totalled(organization, *_owner(logical, record))
    if logical in PAPERS:
        record = totalled(organization, logical, record.id)
    return record
