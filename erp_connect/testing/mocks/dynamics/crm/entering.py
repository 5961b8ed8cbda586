"""Bodies of writes, checked against the data model before anything happens (dynamics.md 4.2, 4.7, 4.9 points 3, 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from ...odata.errors import ODataError, TooLong
from ...odata.model import Property
from ...odata.values import from_json
from . import refusing
from .deriving import PAPERS
from .model import Column, Table
from .organization import Organization, round_half_up

Resolve = Callable[[str], tuple[str, UUID]]
"""Where an address in a body leads: logical name and id."""
_ANNOTATED = ("@odata.type", "@odata.id", "@odata.etag", "@odata.context", "@odata.editLink")
_BIND = "@odata.bind"
_OPEN_STATE = 0
_MOST = {"M": Decimal(922337203685477), "D": Decimal(100_000_000_000), "I": Decimal(2**31 - 1)}
"""The largest values by kind of column (dynamics.md 4.3)."""


@dataclass
class Entered:
    """A body that was understood."""

    values: dict[str, Any] = field(default_factory=dict)
    """By column, look-ups by ``_x_value``; None clears."""
    ident: UUID | None = None
    """The id that the client chose."""
    children: list[tuple[str, str, Entered]] = field(default_factory=list)
    """Nested rows: their table, and their look-up that leads here."""


def entered(
    organization: Organization,
    table: Table,
    body: Mapping[str, Any],
    resolve: Resolve,
    *,
    new: bool,
    exact: bool = False,
) -> Entered:
    """A body for a row of a table; ``exact`` reads decimals from text (IEEE754Compatible)."""
    settings, found = organization.settings, Entered()
    kind = body.get("@odata.type")
    if kind is not None and str(kind).lstrip("#") != f"{refusing.NAMESPACE}.{table.logical}":
        raise refusing.payload(
            settings, f"A resource of type '{kind}' was found where {table.logical} was expected."
        )
    properties = organization.schema.model.sets[table.set].properties
    for name, value in body.items():
        column = table.columns.get(name)
        if name.endswith(_BIND):
            _bind(organization, table, name, value, resolve, found)
        elif name.startswith("@") or "@OData." in name or "@Microsoft." in name:
            if name.startswith("@odata.") and name not in _ANNOTATED:
                raise refusing.payload(settings, f"The annotation '{name}' is not supported in a request.")
        elif name == table.key:
            found.ident = _guid(organization, name, properties[name], value)
        elif column is not None:
            _column(organization, table, column, properties[name], value, found, exact=exact)
        elif name in table.many and new:
            _nested(organization, table, name, value, resolve, found, exact=exact)
        elif name in {lookup.column for lookup in table.lookups.values()}:
            text = "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead."
            raise refusing.invalid(text, "0x80048d19")
        elif name == "versionnumber":
            continue
        else:
            raise refusing.unknown_column(settings, table.logical, name)
    if new:
        _complete(organization, table, found)
    return found


def _complete(organization: Organization, table: Table, found: Entered) -> None:
    state = found.values.get("statecode", _OPEN_STATE)
    if state != _OPEN_STATE and table.logical in PAPERS:
        raise refusing.invalid(f"A {table.logical} is created in its first state.")
    if organization.settings.required_refused:
        for column in table.columns.values():
            if column.required and found.values.get(column.name) is None:
                raise refusing.invalid(f"Required field '{column.name}' is missing from {table.logical}.")


def _column(
    organization: Organization,
    table: Table,
    column: Column,
    property: Property,
    value: Any,
    found: Entered,
    *,
    exact: bool,
) -> None:
    if column.computed:
        if organization.settings.computed_refused:
            raise refusing.invalid(f"The property '{column.name}' of {table.logical} cannot be set.")
        return
    if value is None or value == "":
        found.values[column.name] = None
        return
    try:
        read = from_json(property, value, 4, decimals_as_text=exact)
    except TooLong as error:
        raise refusing.too_long(table.logical, column.name, error.length) from None
    except ODataError:
        raise refusing.wrong_type(organization.settings, column.name, value, property.type) from None
    if column.kind in _MOST and abs(read) > _MOST[column.kind]:
        raise refusing.out_of_range(table.logical, column.name, value)
    if isinstance(read, Decimal | int) and column.kind in {"M", "D"}:
        settings = organization.settings
        decimals = settings.money_decimals if column.kind == "M" else settings.quantity_decimals
        read = round_half_up(Decimal(read), decimals)
    if column.not_negative and read < 0:
        raise refusing.out_of_range(table.logical, column.name, value)
    if column.options and read not in column.options:
        raise refusing.no_option(table.logical, column.name, read, column.options)
    found.values[column.name] = read


def _guid(organization: Organization, name: str, property: Property, value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise refusing.wrong_type(organization.settings, name, value, property.type) from None


def _bind(
    organization: Organization, table: Table, name: str, value: Any, resolve: Resolve, found: Entered
) -> None:
    way = name.removesuffix(_BIND)
    lookup = table.way(way)
    if lookup is None:
        raise refusing.undeclared(organization.settings, way)
    if lookup.computed:
        return
    if value is None:
        found.values[lookup.column] = None
        return
    if not isinstance(value, str):
        raise refusing.payload(organization.settings, f"The value of '{name}' is not an address.")
    logical, ident = resolve(value)
    if logical != lookup.targets[way]:
        text = f"Invalid entity type for the navigation property '{way}': {logical} instead of {lookup.targets[way]}."
        raise refusing.payload(organization.settings, text)
    found.values[lookup.column] = ident


def _nested(
    organization: Organization,
    table: Table,
    name: str,
    value: Any,
    resolve: Resolve,
    found: Entered,
    *,
    exact: bool,
) -> None:
    other, through = table.many[name]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise refusing.payload(organization.settings, f"'{name}' has to be an array of entities.")
    target = organization.schema.tables[other]
    for one in value:
        child = entered(organization, target, one, resolve, new=True, exact=exact)
        found.children.append((other, target.lookups[through].column, child))
