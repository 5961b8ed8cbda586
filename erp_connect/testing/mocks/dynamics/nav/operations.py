"""The operations of page services: what each takes and answers, once for the description and for the requests (2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from .faults import Fault, unfit
from .messages import Node
from .model import Page
from .settings import Settings

ParameterKind = Literal["string", "int", "record", "records", "filter"]
Answer = Literal["record", "records", "list", "boolean", "string"]


@dataclass(frozen=True)
class Parameter:
    """A child of a request; ``{svc}`` in its name is the name of the service."""

    name: str
    kind: ParameterKind
    least: int = 1
    many: bool = False


@dataclass(frozen=True)
class Operation:
    """One operation: what it takes, what it answers, and whether the page has to be writable."""

    parameters: tuple[Parameter, ...]
    answer: Answer
    writes: bool = False


_KEY: Final = (Parameter("Key", "string"),)
_RECORD: Final = (Parameter("{svc}", "record"),)
_RECORDS: Final = (Parameter("{svc}_List", "records"),)
_FILTERS: Final = (
    Parameter("filter", "filter", many=True),
    Parameter("bookmarkKey", "string", least=0),
    Parameter("setSize", "int"),
)


def operations(page: Page) -> dict[str, Operation]:
    """The operations of a page's service; nobody can write what is posted."""
    found = {
        "Read": Operation((Parameter("No", "string"),), "record"),
        "ReadByRecId": Operation((Parameter("recId", "string"),), "record"),
        "ReadMultiple": Operation(_FILTERS, "list"),
        "IsUpdated": Operation(_KEY, "boolean"),
        "GetRecIdFromKey": Operation(_KEY, "string"),
        "Create": Operation(_RECORD, "record", writes=True),
        "CreateMultiple": Operation(_RECORDS, "records", writes=True),
        "Update": Operation(_RECORD, "record", writes=True),
        "UpdateMultiple": Operation(_RECORDS, "records", writes=True),
        "Delete": Operation(_KEY, "boolean", writes=True),
    }
    if page.part is not None:
        key = (Parameter(f"{page.part.control}_Key", "string"),)
        found[f"Delete_{page.part.control}"] = Operation(key, "boolean", writes=True)
    return {name: each for name, each in found.items() if page.writable or not each.writes}


def arguments(
    call: Node, operation: Operation, service: str, namespace: str, settings: Settings
) -> Mapping[str, list[Node]]:
    """The children of a request by the names of the parameters; a fault where one is missing, unknown or misplaced."""
    found: dict[str, list[Node]] = {each.name: [] for each in operation.parameters}
    names = [each.name.format(svc=service) for each in operation.parameters]
    for at, child in in_order(call, names, namespace, settings, many=True):
        found[operation.parameters[at].name].append(child)
    for parameter, name in zip(operation.parameters, names, strict=True):
        nodes = found[parameter.name]
        if len(nodes) < parameter.least:
            raise unfit(f"Parameter {name} in method {call.name} in service {service} is null!", settings)
        if len(nodes) > 1 and not parameter.many:
            raise unfit(
                f"Parameter {name} in method {call.name} in service {service} stands twice.", settings
            )
    return found


def in_order(
    parent: Node, names: list[str], namespace: str, settings: Settings, *, many: bool = False
) -> Iterator[tuple[int, Node]]:
    """The children that the schema knows, with their place in it; what becomes of others, ``unexpected`` says."""
    places, last = {name: at for at, name in enumerate(names)}, -1
    for child in parent.children:
        at = places.get(child.name, -1) if child.namespace == namespace else -1
        if at < last + (0 if many else 1) or at < 0:
            if settings.unexpected == "refused":
                raise misplaced(child, parent, settings)
            continue
        last = at
        if not child.absent:
            yield at, child


def misplaced(child: Node, parent: Node, settings: Settings) -> Fault:
    """An element where the schema does not have one."""
    text = (
        f"The element '{parent.name}' in namespace '{parent.namespace}' has invalid child element '{child.name}'"
        f" in namespace '{child.namespace}'."
    )
    return unfit(text, settings)
