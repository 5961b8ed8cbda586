"""What filters may say to Business Central, beyond the standard's grammar (dynamics.md 1.4)."""

from __future__ import annotations

import re
from typing import Final

from ...odata.errors import ODataError

_TOKEN: Final = re.compile(r"\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)")
_FUNCTIONS: Final = frozenset({"contains", "startswith", "endswith"})
_WORDS: Final = frozenset({"and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "true", "false", "null"})
_NAME: Final = re.compile(r"[A-Za-z_]\w*(?:/[A-Za-z_]\w*)*")


def checked(text: str, names: frozenset[str]) -> None:
    """Refuse what this product does not take: ``or`` across fields, lambdas, other functions, ``in``."""
    tokens = [found[1] for found in _TOKEN.finditer(text)]
    levels: list[list[set[str]]] = [[set()]]
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if token == "(":
            levels.append([set()])
        elif token == ")" and len(levels) > 1:
            inner = levels.pop()
            _one_field(inner)
            levels[-1][-1] |= set().union(*inner)
        elif token == "or":
            levels[-1].append(set())
        elif token == "in" or token.endswith(("/any", "/all")):
            _refuse(token)
        elif _NAME.fullmatch(token) and token not in _WORDS:
            if following == "(" and token not in _FUNCTIONS:
                raise ODataError(400, "BadRequest", f"An unknown function with name '{token}' was found.")
            if token in names or "/" in token:
                levels[-1][-1].add(token)
    for level in levels:
        _one_field(level)


def _one_field(operands: list[set[str]]) -> None:
    if len(operands) > 1 and len(set().union(*operands)) > 1:
        text = "The 'OR' operator is not supported on distinct fields on an OData filter."
        raise ODataError(400, "BadRequest", text)


def _refuse(token: str) -> None:
    if token == "in":
        raise ODataError(400, "BadRequest", "The 'in' operator needs $schemaversion=2.1.")
    text = "Any/All may only be used following a collection by a multi-valued navigation."
    raise ODataError(400, "BadRequest", text)
