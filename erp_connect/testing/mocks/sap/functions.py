"""The function modules that this system has, by name, and how one is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from . import interface
from .errors import Dumped
from .interface import FunctionModule, Parameter, Structure
from .session import Session
from .world import World

Values = dict[str, Any]
Body = Callable[[Session, Values], Values]
_BODIES: Final[dict[str, Body]] = {}


def function_module(name: str) -> Callable[[Body], Body]:
    """Register what a function module does; it gets all its inputs, and answers with what it fills."""

    def register(body: Body) -> Body:
        if interface.module(name) is None:
            raise LookupError(f"interfaces.txt does not describe {name}")
        _BODIES[name] = body
        return body

    return register


def described(world: World, name: str) -> FunctionModule | None:
    """The interface as this release has it, or None where there is no such module."""
    found = interface.module(name) if name in _BODIES else None
    if found is None or world.settings.long_material:
        return found
    return _short_materials(found)


def run(session: Session, module: FunctionModule, sent: Values) -> Values:
    """Call a module within a session: inputs that were not sent are initial, or their defaults."""
    for parameter in module.parameters.values():
        missing = parameter.direction == "import" and not parameter.optional and parameter.name not in sent
        if missing and session.world.settings.missing_mandatory_dumps:
            raise Dumped("CALL_FUNCTION_PARM_MISSING")
    full = interface.module(module.name)
    assert full is not None
    given = {p.name: _completed(p, sent.get(p.name, p.initial)) for p in full.parameters.values()}
    session.world.settle()
    answer = _BODIES[module.name](session, given)
    return given | answer


def _completed(parameter: Parameter, value: Any) -> Any:
    """The value with the fields that this release does not know, as a longer one would have them."""
    if not isinstance(parameter.type, Structure):
        return value
    if parameter.direction == "tables":
        return [parameter.type.initial() | row for row in value]
    return parameter.type.initial() | value


@lru_cache
def _short_materials(module: FunctionModule) -> FunctionModule:
    parameters = {
        name: replace(parameter, type=_shortened(parameter.type))
        for name, parameter in module.parameters.items()
        if not _long(name)
    }
    return FunctionModule(module.name, parameters)


def _shortened(kind: Any) -> Any:
    if not isinstance(kind, Structure):
        return kind
    return Structure(kind.name, {name: field for name, field in kind.fields.items() if not _long(name)})


def _long(name: str) -> bool:
    return name in {"MATERIAL_LONG", "MAT_ENTRD_LONG", "PR_REF_MAT_LONG", "PLNG_MATL_LONG", "PRICE_REF_LONG"}
