"""Code lists of the company: what people say and what the API wants, each read once, and again when it has grown."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ....errors import UnmappedCode
from ...services.cells import guid, text

if TYPE_CHECKING:
    from .office import Office


class CodeList:
    """Codes and ids of one set."""

    def __init__(self, office: Office, entity_set: str, field: str) -> None:
        """``field``: what a draft calls it, for errors."""
        self._office, self._set, self._field = office, entity_set, field
        self._ids: dict[str, str] | None = None
        self._codes: dict[str, str] = {}
        self._reading = threading.Lock()

    def id(self, code: str) -> str:
        """The id of a code; ``UnmappedCode`` for one that the company does not have."""
        found = self._known().get(code.upper())
        if found is None:
            found = self._known(anew=True).get(code.upper())
        if found is None:
            raise UnmappedCode(
                f"the company has no code {code!r} for {self._field}",
                path=self._field,
                hint=f"one of: {', '.join(sorted(self._known())[:20]) or 'none is on file'}",
            )
        return found

    def code(self, id: str) -> str | None:
        """The code of an id; ``None`` for a blank one, the id itself for one that cannot be told."""
        if not id:
            return None
        self._known()
        if id not in self._codes:
            self._known(anew=True)
        return self._codes.get(id, id)

    def _known(self, *, anew: bool = False) -> Mapping[str, str]:
        with self._reading:
            if self._ids is None or anew:
                rows = list(self._office.rows(self._set, select="id,code"))
                self._ids = {text(row, "code").upper(): guid(row, "id") for row in rows}
                self._codes = {guid(row, "id"): text(row, "code") for row in rows}
            return self._ids
