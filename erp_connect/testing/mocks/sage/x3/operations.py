"""The operations of the port type, with their parts in the order of the wire (sage.md 2.4)."""

from __future__ import annotations

from typing import Final, Literal

PartType = Literal["string", "int", "keys", "strings"]
Parts = tuple[tuple[str, PartType], ...]

_NAME: Final[Parts] = (("publicName", "string"),)
_KEYS: Final[Parts] = (*_NAME, ("objectKeys", "keys"))
_ACTION: Final[Parts] = (*_NAME, ("actionCode", "string"))

OPERATIONS: Final[dict[str, Parts]] = {
    "run": (*_NAME, ("inputXml", "string")),
    "save": (*_NAME, ("objectXml", "string")),
    "delete": _KEYS,
    "read": _KEYS,
    "query": (*_KEYS, ("listSize", "int")),
    "getDescription": _NAME,
    "modify": (*_KEYS, ("objectXml", "string")),
    "actionObject": (*_ACTION, ("objectXml", "string")),
    "actionObjectKeys": (*_ACTION, ("objectKeys", "keys")),
    "insertLines": (*_KEYS, ("blocKey", "string"), ("lineKey", "string"), ("lineXml", "string")),
    "deleteLines": (*_KEYS, ("blocKey", "string"), ("lineKeys", "strings")),
    "getDataXmlSchema": _NAME,
}
CONTEXT: Final[dict[str, tuple[str, ...]]] = {
    "syracuse": ("codeLang", "poolAlias", "poolId", "requestConfig"),
    "axis": ("codeLang", "codeUser", "password", "poolAlias", "requestConfig"),
}
READS: Final = frozenset({"read", "query", "getDescription", "getDataXmlSchema"})


def variants(operation: str, generation: str) -> tuple[Parts, ...]:
    """What an operation may take: the older generation has two of actionObject under one name."""
    if generation == "syracuse":
        return (OPERATIONS[operation],) if operation in OPERATIONS else ()
    if operation == "actionObjectKeys":
        return ()
    if operation == "actionObject":
        return (OPERATIONS["actionObject"], OPERATIONS["actionObjectKeys"])
    return (OPERATIONS[operation],) if operation in OPERATIONS else ()
