"""What an update of a record touches: whether that has moved meanwhile, and what an unanswered one has left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..errors import VersionConflict
from ..journal import Sight
from ..models import EMPTY, Difference, DifferenceKind, Entity

STORED_AS: Final = {"code": "number"}
"""Fields of drafts that the record calls otherwise."""


def same(wished: Any, held: Any) -> bool:
    """Whether a record holds what was wished; custom fields that were not named may stand beside it."""
    if wished is EMPTY:
        return held is None or held in ((), "", {})
    if isinstance(wished, Mapping) and isinstance(held, Mapping):
        return all(same(value, held.get(name)) for name, value in wished.items())
    return bool(wished == held)


def held(record: Entity, name: str) -> Any:
    """The value that a record has for a draft's field."""
    return getattr(record, STORED_AS.get(name, name), None)


def plain_fields(record: Entity, names: Iterable[str]) -> dict[str, Any]:
    """The values of these fields in plain JSON, for the audit trail."""
    told = record.model_dump(mode="json")
    return {name: told.get(STORED_AS.get(name, name)) for name in names}


def refuse_what_has_moved(
    prefix: str, operation: str, given: Entity, current: Entity, wished: Mapping[str, Any]
) -> None:
    """``VersionConflict`` where somebody has changed a field that this update is about, since ``given`` was read.

    A field that has moved to the very value that is wished now is no conflict.
    """
    moved = tuple(
        Difference(
            path=f"{prefix}.{name}",
            kind=DifferenceKind.CHANGED,
            sent=held(given, name),
            stored=held(current, name),
        )
        for name, value in wished.items()
        if not _alike(value, held(given, name), held(current, name)) and not same(value, held(current, name))
    )
    if moved:
        raise VersionConflict("the record has changed since it was read", diff=moved, operation=operation)


def _alike(wished: Any, before: Any, now: Any) -> bool:
    """Whether a field stands as before; of custom fields those count that are named."""
    if isinstance(wished, Mapping):
        return all((before or {}).get(name) == (now or {}).get(name) for name in wished)
    return bool(before == now)


def sight(missed: Iterable[str], before: Any, current: Entity, wished: Mapping[str, Any]) -> Sight:
    """What is to be seen of an unanswered update; ``missed`` are the fields that do not stand as wished.

    A field that is neither as wished nor as before was changed by somebody else: repeating the update would write
    over that.
    """
    names = tuple(missed)
    if not names:
        return Sight.ONE
    if not isinstance(before, Mapping):
        return Sight.NONE
    now = plain_fields(current, names)
    untouched = all(_alike(wished[name], before.get(name), now[name]) for name in names if name in before)
    return Sight.NONE if untouched else Sight.SEVERAL
