"""From a mapping's declaration to the two functions that carry it out.

Reading a hundred thousand orders builds millions of values: a loop over the declaration for each of them would cost
more than the database.  So the loop runs once, and writes down the function that one would have written by hand; it
sees nothing but the declaration, never data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from ...errors import MappingError

if TYPE_CHECKING:
    from .mapping import Composed, Converted, Plain

NONSENSE: Final = (MappingError, ValueError, TypeError, ArithmeticError)
"""What a codec raises over a cell that holds none of its values."""
_SLOTS: Final[dict[str, Any]] = {
    # What pydantic's own model_construct sets, without its detours.
    "new": object.__new__,
    "put": object.__setattr__,
    "put_names": BaseModel.__dict__["__pydantic_fields_set__"].__set__,
    "put_extra": BaseModel.__dict__["__pydantic_extra__"].__set__,
    "put_private": BaseModel.__dict__["__pydantic_private__"].__set__,
}


class _Source:
    """Lines of a function, and the names that it knows."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: dict[str, Any] = dict(_SLOTS)

    def bind(self, value: Any) -> str:
        """A name for a constant."""
        name = f"k{len(self.known)}"
        self.known[name] = value
        return name

    def build(self, target: str, model: type[BaseModel], fields: str, indent: str) -> None:
        """Lines that make ``target`` a model with these fields."""
        names = self.bind(set(model.model_fields))
        self.lines += [
            f"{indent}{target} = new({self.bind(model)})",
            f"{indent}put({target}, '__dict__', {fields})",
            f"{indent}put_names({target}, {names})",
            f"{indent}put_extra({target}, None)",
            f"{indent}put_private({target}, None)",
        ]

    def function(self, head: str) -> Callable[..., Any]:
        """The function of that name, made."""
        text = "\n".join([f"def made({head}):", *self.lines])
        exec(compile(text, "<mapping>", "exec"), self.known)  # noqa: S102 (made of names of our own columns)
        made: Callable[..., Any] = self.known["made"]
        return made


def _default(model: type[BaseModel], name: str) -> Any:
    field = model.model_fields[name]
    return None if field.is_required() else field.get_default(call_default_factory=True)


def _or_default(source: _Source, part: Composed, name: str, place: str | None) -> str:
    """A part of a composed value: its cell, or the model's default where it has none, or an empty one."""
    default = _default(part.model, name)
    if place is None or default is None or place == "currency":
        return place or source.bind(default)
    return f"{source.bind(default)} if {place} is None else {place}"


def reader(
    model: type[BaseModel],
    plain: Sequence[Plain],
    converted: Sequence[Converted],
    composed: Sequence[Composed],
    *,
    whole: bool,
    unreadable: Callable[[Any, Exception], Exception],
) -> Callable[[Any, str | None], Any]:
    """``made(row, currency)``: the model out of a row (``whole``), or its fields as a dict.

    The row has the plain columns first, then the converted and the composed ones; what stands behind is ignored.
    ``unreadable(row, failure)`` is the error to raise where a codec refuses its cell.
    """
    source = _Source()
    cells: list[str] = []

    def cell() -> str:
        cells.append(f"c{len(cells)}")
        return cells[-1]

    said: dict[str, str] = {}
    body: list[str] = []
    for field in plain:
        said[field.name] = cell()
    for each in converted:
        place, read = cell(), source.bind(each.codec.read)
        default = source.bind(_default(model, each.name))
        said[each.name] = f"{default} if {place} is None else {read}({place})"
    for part in composed:
        places = {name: "currency" if column is None else cell() for name, column in part.parts.items()}
        target = f"v{len(said)}"
        inner = ", ".join(
            f"{name!r}: {_or_default(source, part, name, places.get(name))}"
            for name in part.model.model_fields
        )
        if part.optional:
            source.lines.append(f"    if {cells[-len(part.columns)]} is None:")
            source.lines.append(f"        {target} = {source.bind(_default(model, part.name))}")
            source.lines.append("    else:")
            source.lines += [
                f"        if {places[name]} is None: raise TypeError"
                for name in part.required
                if places[name] is not cells[-len(part.columns)]
            ]
            source.build(target, part.model, f"{{{inner}}}", "        ")
        else:
            source.build(target, part.model, f"{{{inner}}}", "    ")
        said[part.name] = target
    body = source.lines
    source.lines = [f"    ({', '.join(cells)}, *_) = row", *body]
    fields = ", ".join(
        f"{name!r}: {said.get(name) or source.bind(_default(model, name))}" for name in model.model_fields
    )
    if whole:
        source.build("it", model, f"{{{fields}}}", "    ")
        source.lines.append("    return it")
    else:
        source.lines.append(f"    return {{{fields}}}")
    source.lines = [
        "    try:",
        *(f"    {line}" for line in source.lines),
        f"    except {source.bind(NONSENSE)} as failure:",
        f"        raise {source.bind(unreadable)}(row, failure) from None",
    ]
    return source.function("row, currency")


def builder(model: type[BaseModel]) -> Callable[[dict[str, Any]], Any]:
    """``made(fields)``: the model out of all its fields."""
    source = _Source()
    source.build("it", model, "fields", "    ")
    source.lines.append("    return it")
    return source.function("fields")


def writer(
    plain: Sequence[Plain], converted: Sequence[Converted], composed: Sequence[Composed]
) -> Callable[[Any], list[Any]]:
    """``made(value)``: the row out of a model, in the order in which :func:`reader` reads it."""
    source = _Source()
    source.lines.append("    f = value.__dict__")
    said = [f"f[{field.name!r}]" for field in plain]
    for number, each in enumerate(converted):
        source.lines.append(f"    x{number} = f[{each.name!r}]")
        said.append(f"{source.bind(each.codec.write)}(x{number}) if x{number} else None")
    for number, part in enumerate(composed):
        columns = [name for name, column in part.parts.items() if column is not None]
        source.lines.append(f"    p{number} = f[{part.name!r}]")
        if part.optional:
            names = [f"p{number}_{place}" for place in range(len(columns))]
            source.lines.append(f"    if p{number} is None:")
            source.lines.append(f"        {' = '.join(names)} = None")
            source.lines.append("    else:")
            source.lines.append(f"        g = p{number}.__dict__")
            source.lines += [
                f"        {target} = g[{name!r}]" for target, name in zip(names, columns, strict=True)
            ]
            said += names
        else:
            source.lines.append(f"    p{number} = p{number}.__dict__")
            said += [f"p{number}[{name!r}]" for name in columns]
    source.lines.append(f"    return [{', '.join(said)}]")
    return source.function("value")
