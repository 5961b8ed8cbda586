"""What everything that a back-end holds has in common."""

from __future__ import annotations

from pydantic import Field

from .base import NO_CUSTOM, Custom, Value
from .custom import Raw
from .references import Reference


class Entity(Value):
    """Something a back-end holds: known by ``id``, called by ``number``, guarded by ``version``.

    ``references`` are the numbers by which others know it, ``custom`` its fields that only this system has, ``raw``
    what the back-end sent (for a look at what the model leaves out; never written, compared or stored).
    ``warnings`` say what could not be read in the library's words.
    """

    id: str
    number: str | None = None
    version: str | None = None
    references: tuple[Reference, ...] = ()
    custom: Custom = NO_CUSTOM
    raw: Raw = Field(default=NO_CUSTOM, repr=False, exclude=True)
    warnings: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        mine, theirs = self.__dict__, other.__dict__
        return all(mine[name] == theirs[name] for name in type(self).model_fields if name != "raw")

    def __hash__(self) -> int:
        return hash((type(self), self.id))
