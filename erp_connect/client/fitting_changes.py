"""Whether amendments fit into a back-end: new values that it cannot hold are refused, unless the loss is named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from ..adapters.contract import Capabilities, field_paths
from ..models import (
    EMPTY,
    AddLine,
    Amendment,
    ChangeAddress,
    ChangeDate,
    ChangeHeader,
    ChangeWarehouse,
    Value,
)
from .fitting import (
    NESTED,
    Loss,
    cut,
    cut_inside,
    limits_of,
    line_as_written,
    of_fields,
    prefix_of,
    refuse_losses,
    trouble,
    with_cut,
)


def losses_of_line(line: BaseModel, capabilities: Capabilities, prefix: str) -> tuple[Loss, ...]:
    """What the back-end cannot hold of one new line."""
    return tuple(of_fields(line, limits_of(capabilities, prefix).line, f"{prefix}.line", f"{prefix}.line"))


def losses_of_values(
    values: Iterable[tuple[str, Any]], capabilities: Capabilities, prefix: str
) -> Iterator[Loss]:
    """What the back-end cannot hold of new values, given as (path behind the prefix, value)."""
    known_paths = set(field_paths())
    for name, value in values:
        path = f"{prefix}.{name}"
        if isinstance(value, NESTED):
            parts = limits_of(capabilities, prefix).nested.get(name, ())
            yield from of_fields(value, parts, path, path)
        if path in known_paths and value is not EMPTY:
            why = trouble(value, capabilities.field(path))
            if why is not None:
                yield Loss(path, path, why)


def amendments_without_losses(
    amendments: Sequence[Amendment], capabilities: Capabilities, prefix: str
) -> tuple[Amendment, ...]:
    """The amendments as they are sent: allowed losses cut, and an amendment of which nothing is left, left out."""
    return tuple(
        fit
        for each in amendments
        if (fit := _amendment_without_losses(each, capabilities, prefix)) is not None
    )


def _amendment_without_losses(
    amendment: Amendment, capabilities: Capabilities, prefix: str
) -> Amendment | None:
    if isinstance(amendment, AddLine):
        line = line_as_written(amendment.line)
        for loss in losses_of_line(line, capabilities, prefix):
            line = with_cut(line, loss.place.rpartition(".")[2], capabilities.field(loss.path))
        return amendment if line is amendment.line else amendment.but(line=line)
    values = dict(amendment_values(amendment))
    lost = tuple(losses_of_values(values.items(), capabilities, prefix))
    if not lost:
        return amendment
    for loss in lost:
        known, (name, *inner) = capabilities.field(loss.path), loss.path.removeprefix(f"{prefix}.").split(".")
        path = name if name != "line" else f"line.{inner[0]}"
        held = values.get(path)
        if name != "line" and inner and isinstance(held, Value):
            values[path] = cut_inside(held, inner[0], known)
        elif held is None:
            continue
        else:
            values[path] = cut(held, known)
    kept = {path: value for path, value in values.items() if value is not None}
    if not kept:
        return None
    header = isinstance(amendment, ChangeHeader | ChangeAddress)
    names = {path: path if header else _VALUE_OF.get(amendment.operation, ("", "to"))[1] for path in values}
    return amendment.but(**{names[path]: kept.get(path) for path in values})


_VALUE_OF: Final[Mapping[str, tuple[str, str]]] = {
    "change_quantity": ("line.quantity", "to"),
    "change_price": ("line.price", "to"),
    "change_discount": ("line.discount", "to"),
    "substitute_product": ("line.product", "to"),
    "add_note": ("notes", "text"),
}
"""Operation to the draft field that it sets, and the amendment's own field that holds the value."""


def amendment_values(amendment: Amendment) -> Iterator[tuple[str, Any]]:
    """The draft fields that an amendment sets, as (path behind the prefix, value)."""
    if isinstance(amendment, ChangeHeader):
        yield from amendment.changes.items()
        if amendment.custom:
            yield "custom", amendment.custom
    elif isinstance(amendment, ChangeAddress):
        yield from ((name, value) for name in ("ship_to", "bill_to") if (value := getattr(amendment, name)))
    elif isinstance(amendment, ChangeDate):
        yield ("requested" if amendment.line is None else "line.requested"), amendment.to
    elif isinstance(amendment, ChangeWarehouse):
        yield ("warehouse" if amendment.line is None else "line.warehouse"), amendment.to
    elif amendment.operation in _VALUE_OF:
        path, name = _VALUE_OF[amendment.operation]
        yield path, getattr(amendment, name)


def refuse_lossy_amendments(
    capabilities: Capabilities, book: str, amendments: Sequence[Amendment], allow_loss: Collection[str]
) -> None:
    """Raise ``LossyWrite`` for new values that the back-end cannot hold, unless the loss was allowed."""
    prefix = prefix_of(book)
    found: list[Loss] = []
    for amendment in amendments:
        if isinstance(amendment, AddLine):
            found += losses_of_line(amendment.line, capabilities, prefix)
        else:
            found += losses_of_values(amendment_values(amendment), capabilities, prefix)
    refuse_losses(found, allow_loss, f"{book}.amend")
