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
    wrapped = world.settings.wrappers.get(name, name)
    found = interface.module(wrapped) if wrapped in _BODIES else None
    if found is None:
        return None
    if not world.settings.long_material:
        found = _short_materials(found)
    found = _widened(world, found)
    return found if name == wrapped else FunctionModule(name, found.parameters)


def run(session: Session, module: FunctionModule, sent: Values) -> Values:
    """Call a module within a session: inputs that were not sent are initial, or their defaults."""
    for parameter in module.parameters.values():
        missing = parameter.direction == "import" and not parameter.optional and parameter.name not in sent
        if missing and session.world.settings.missing_mandatory_dumps:
            raise Dumped("CALL_FUNCTION_PARM_MISSING")
    name = session.world.settings.wrappers.get(module.name, module.name)
    dictionary = interface.module(name)
    assert dictionary is not None
    full = _widened(session.world, dictionary)
    given = {p.name: _completed(p, sent.get(p.name, p.initial)) for p in full.parameters.values()}
    session.world.settle()
    answer = given | _BODIES[name](session, given)
    if name != module.name:
        _end_unit_of_work(session, answer)
    if full is dictionary:
        return answer
    return {p.name: _completed(p, answer[p.name]) for p in full.parameters.values()}


def _end_unit_of_work(session: Session, answer: Values) -> None:
    """What a wrapper does when its BAPI is through (sap.md 3): commit and wait, or roll back what was refused."""
    told = answer.get("RETURN", [])  # not every module has one, and some have a single row
    said = told if isinstance(told, list) else [told]
    if any(row["TYPE"] in {"E", "A", "X"} for row in said) or answer.get("SALESDOCUMENT") == "":
        session.roll_back()
        return
    ended = session.commit(wait=True)
    if ended is not None and isinstance(answer.get("RETURN"), list):
        answer["RETURN"] = [*said, ended.bapiret2()]


def _completed(parameter: Parameter, value: Any) -> Any:
    """The value with the fields that this release does not know, as a longer one would have them."""
    if not isinstance(parameter.type, Structure):
        return value
    if parameter.direction == "tables":
        return [parameter.type.initial() | row for row in value]
    return parameter.type.initial() | value


def _widened(world: World, module: FunctionModule) -> FunctionModule:
    """The module with the fields that this release has beyond the reference; the same one where there are none."""
    if not world.settings.more_fields:
        return module
    parameters = {n: replace(p, type=_wider(world, p.type)) for n, p in module.parameters.items()}
    return FunctionModule(module.name, parameters)


def _wider(world: World, kind: Any) -> Any:
    if not isinstance(kind, Structure):
        return kind
    more = dict(world.settings.more_fields.get(kind.name, {}))
    if kind.name.endswith("X"):
        more |= dict.fromkeys(world.settings.more_fields.get(kind.name[:-1], {}), "C1")
    return Structure(kind.name, kind.fields | {name: interface.scalar(one) for name, one in more.items()})


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
