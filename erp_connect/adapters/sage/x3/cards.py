"""What customers, suppliers and products share: their number is their id (sage.md 2.15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from ....errors import DuplicateReference, ErpConnectError, InvalidOrder, NotFound
from ....models import EMPTY, Customer, Product, Supplier
from ....wire.adonix import Record
from ....wire.adonix.streams import Table
from ....wire.reading_ahead import in_turn
from ...contract import Write, Written
from .cells import text
from .office import Office
from .shapes import Shape

R = TypeVar("R", Customer, Supplier, Product)


class Cards(Generic[R]):
    """One kind of master data."""

    book: ClassVar[str]
    kind: ClassVar[str]

    def __init__(self, office: Office) -> None:
        self.office = office

    @property
    def shape(self) -> Shape:
        """The publication."""
        return self.office.shape(self.kind)

    def get(self, id: str) -> R:
        """By number; ``NotFound`` when there is none."""
        return self._got(id, f"{self.book}.get")

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[R]:
        """By number, or by the exact name where the list shows it."""
        operation = f"{self.book}.find"
        if number is not None:
            found: Sequence[R] = self._there(number, operation)
        elif name is not None:
            column = self.shape.column("name")
            found = tuple(self._each({column: name} if column else {}, operation))
        else:
            return ()
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[R]:
        """Stream all of them, the next ones read ahead."""
        yield from self._each({}, f"{self.book}.list")

    def create(self, draft: Any, write: Write) -> Written[R]:
        """Put one on file; ``DuplicateReference`` when the number is taken."""
        operation = f"{self.book}.create"
        said = {name: getattr(draft, name) for name in type(draft).model_fields}
        header, rows = self._out(
            {name: value for name, value in said.items() if value not in (None, (), False)}, None
        )
        header |= self._given()
        write.sending("put it on file")
        try:
            record, reply = self.office.save(self.kind, self.shape.groups(header), rows, operation)
        except InvalidOrder as refusal:
            raise self._taken(str(header["number"]), refusal, operation) or refusal from refusal.__cause__
        with self.office.translated(operation, writes=True):
            entity = self._in(record)
        write.made(entity.id, entity.number)
        return Written(id=entity.id, stored=entity, warnings=reply.notes)

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[R]:
        """Change these fields under the stamp that was read just before; ``NotFound`` when there is none."""
        operation = f"{self.book}.update"
        before = self.office.read(self.kind, id, operation)
        header, rows = self._out(changes, before)
        groups = self.shape.groups(header)
        if not groups and not rows:
            return Written(id=id)
        write.sending("change the record")
        record, reply = self.office.modify(self.kind, before, groups, rows, operation, force=write.force)
        with self.office.translated(operation, writes=True):
            entity = self._in(record)
        return Written(id=id, stored=entity, warnings=reply.notes)

    # -- the parts -------------------------------------------------------------------------------------------

    def _taken(self, number: str, refusal: InvalidOrder, operation: str) -> ErpConnectError | None:
        """Whether the number is taken: how X3 refuses it is not confirmed (sage.md 10)."""
        try:
            self.office.read(self.kind, number, operation)
        except ErpConnectError:
            return None
        return DuplicateReference("this number is taken", operation=operation, native=refusal.native)

    def _each(self, criteria: Mapping[str, str], operation: str) -> Iterator[R]:
        rows = self.office.rows(self.shape, criteria, operation)
        calls = (partial(self._there, text(row, self.shape.key), operation) for row in rows)
        for found in in_turn(calls, self.office.at_once):
            yield from found

    def _there(self, number: str, operation: str) -> Sequence[R]:
        try:
            return (self._got(number, operation),)
        except NotFound:
            return ()

    def _got(self, id: str, operation: str) -> R:
        record = self.office.read(self.kind, id, operation)
        with self.office.translated(operation):
            return self._in(record)

    def _given(self) -> dict[str, Any]:
        """What new ones are given by the settings."""
        category = getattr(self.office.settings, f"{self.kind}_category", "")
        return {"category": category} if category else {}

    def _out(self, said: Mapping[str, Any], before: Record | None) -> tuple[dict[str, Any], Table]:
        raise NotImplementedError

    def _in(self, record: Record) -> R:
        raise NotImplementedError


def cleared(value: Any) -> Any:
    """What is written for a value: an empty text clears."""
    return "" if value is EMPTY else value
