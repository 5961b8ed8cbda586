"""The environment as one caller may use it: rows of entity sets, privileges, who did it (dynamics.md 4.1, 4.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from ...odata.errors import not_allowed
from ...odata.source import Row
from . import refusing, selling
from .model import Table
from .organization import Organization, Record


class DataSource:
    """One unit of work of a user."""

    def __init__(self, organization: Organization, user: UUID) -> None:
        self.organization, self.user = organization, user

    def table(self, entity_set: str) -> Table:
        """The table behind an entity set."""
        return self.organization.schema.of_set(entity_set)

    def allowed(self, verb: str, table: Table) -> None:
        """A refusal where the privilege is missing; ``verb`` is Create, Read, Write or Delete."""
        missing = {one.lower() for one in self.organization.settings.missing_privileges}
        if f"prv{verb}{table.logical}".lower() in missing:
            raise refusing.not_privileged(f"prv{verb}{table.logical}")

    def accessible(self, ident: UUID) -> None:
        """A refusal where the caller may not see the row."""
        if ident in self.organization.hidden:
            raise refusing.no_access(ident)

    def record(self, table: Table, row: Mapping[str, Any]) -> Record:
        """The record of a row, which the caller may see."""
        self.accessible(row[table.key])
        return self.organization.data[table.logical].row(row[table.key])

    # ---------------------------------------------------------------- as a source

    def rows(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The rows of a set that the caller may see."""
        table = self.table(entity_set)
        self.allowed("Read", table)
        hidden = self.organization.hidden
        for record in self.organization.rows(table.logical, where):
            if record.id not in hidden:
                yield self.organization.row(table.logical, record)

    def listed(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The same, for pages of a list."""
        self.allowed("Read", self.table(entity_set))
        world, hidden = self.organization.world, frozenset(self.organization.hidden)
        name = (self.organization.name, hidden, entity_set, *where.items())
        return world.lists.kept(name, world.moment, lambda: self.rows(entity_set, where))

    def create(self, entity_set: str, sent: Row) -> Row:
        """A new row; its id is drawn where none was chosen."""
        table = self.table(entity_set)
        self.allowed("Create", table)
        values = {name: value for name, value in sent.items() if name != table.key}
        values.setdefault("_ownerid_value", self.user)
        values |= {"_createdby_value": self.user, "_modifiedby_value": self.user}
        record = selling.created(self.organization, table.logical, values, sent.get(table.key))
        return self.organization.row(table.logical, record)

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        """Change what was sent of a row."""
        table = self.table(entity_set)
        self.allowed("Write", table)
        values = {**sent, "_modifiedby_value": self.user}
        selling.changed(self.organization, table.logical, self.record(table, row), values)

    def remove(self, entity_set: str, row: Row) -> None:
        """Delete a row."""
        table = self.table(entity_set)
        self.allowed("Delete", table)
        selling.removed(self.organization, table.logical, self.record(table, row))

    def call(self, operation: str, arguments: Row) -> Row:
        """There are no function imports."""
        raise not_allowed(f"{operation} is no function")
