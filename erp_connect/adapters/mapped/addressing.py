"""The key of an address that an order points to: one that the customer has already, or a new row."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from ...errors import LossyWrite
from ...models import Address
from .building import address_of
from .format import AddressKey
from .givens import Context, givens
from .keys import taken
from .plans import Ground, address_plan
from .rowing import Rower
from .values import said_of_address

__all__ = ["AddressBook"]


class AddressBook:
    """The addresses of one section, as one field of an order uses them."""

    def __init__(self, ground: Ground, said: AddressKey, path: str) -> None:
        section = ground.file.addresses[said.section]
        self._ground, self._said, self._section, self._path = ground, said, section, path
        self.plan = address_plan(ground, section, said.section)
        self.rower = Rower(ground, self.plan, said.section)
        self._own = givens(ground, self.plan, said.on_insert, f"{path}.on_insert")

    def key(
        self, connection: Connection, address: Address | None, owner: Any, context: Context, today: date
    ) -> Any:
        """The native key; ``LossyWrite`` where the address is new and the mapping cannot make one."""
        if address is None:
            return None
        wanted = said_of_address(address, "")
        conditions = self.plan.conditions()
        if self._said.where:
            conditions.own(self._said.where)
        if self._section.owner:
            conditions.compare(self.plan.key_part(self._section.owner, "owner").sql, "=", owner)
        for row in self.plan.fetch(connection, conditions):
            found = address_of(self.plan.values(row, []), "")
            if found is not None and self._same(said_of_address(found, ""), wanted):
                return self.plan.key_of(row)[0]
        return self._new(connection, wanted, owner, context, today)

    def _same(self, found: dict[str, Any], wanted: dict[str, Any]) -> bool:
        return all((found.get(name) or None) == (wanted.get(name) or None) for name in {*found, *wanted})

    def _new(
        self,
        connection: Connection,
        wanted: dict[str, Any],
        owner: Any,
        context: Context,
        today: date,
    ) -> Any:
        rule = self._section.new_key
        if rule is None:
            raise LossyWrite(
                f"{self._path}: the customer has no such address, and the mapping does not say how to make one",
                path=self._path,
                hint=f"put the address on file in the ERP, or add [{self._said.section}.new_key]",
            )
        missing = [name for name, value in wanted.items() if value and name not in self.plan.fields]
        if missing:
            raise LossyWrite(f"{self._path}: there is no column for {', '.join(missing)}", path=self._path)
        cells = self.rower.columns(self.rower.natives(connection, wanted))
        own = Context(said=wanted, now=context.now, natives=context.natives)
        cells |= self.rower.given(self.rower.on_insert, own) | self.rower.given(self._own, own)
        if self._section.owner:
            cells[self.plan.key_part(self._section.owner, "owner").name] = owner
        key = self.plan.keys[0].name
        made = taken(
            connection,
            self._ground,
            rule,
            f"{self._said.section}.new_key",
            today=today,
            natives=context.natives,
        )
        if made is not None:
            cells[key] = made
        given = self.rower.insert(connection, cells, own, key if made is None else None)
        return made if made is not None else given
