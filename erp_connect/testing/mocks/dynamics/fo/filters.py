"""``$filter`` as this product takes it: namespaced enumerations, wildcards, missing operators (dynamics.md 3.2)."""

from __future__ import annotations

import re
from typing import Final

from ...odata.errors import malformed
from ...odata.model import EntitySet, Model
from .model import NAMESPACE

_TOKEN: Final = re.compile(
    r"\s*([A-Za-z_][\w.]*'[^']*'|'(?:[^']|'')*'|[(),:/]|-?\d[\w.:+-]*|[A-Za-z_@$][\w.]*|\S)", re.DOTALL
)
_TEXTS: Final = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})


def rewritten(text: str, model: Model, entity_set: EntitySet) -> str:
    """The filter in plain OData: enumerations checked and bare, wildcards as functions; 400 where it is not allowed."""
    tokens = [found[1] for found in _TOKEN.finditer(text)]
    out: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token in {"in", "has"} and out:
            raise malformed(f"The operator '{token}' is not supported.")
        compared = tokens[at + 1] if at + 2 < len(tokens) and tokens[at + 1] in _TEXTS else ""
        if compared:
            out.append(_comparison(token, compared, tokens[at + 2], model, entity_set))
            at += 3
            continue
        property = entity_set.property(token)
        if property is not None and property.members:
            raise malformed(f"{token} is compared by eq and ne only.")
        if _is_enum(token):
            raise malformed(f"The literal {token} is not compared with anything.")
        out.append(token)
        at += 1
    return _joined(out)


def _comparison(left: str, operator: str, right: str, model: Model, entity_set: EntitySet) -> str:
    enumerated, other = (right, left) if _is_enum(left) else (left, right)
    property = entity_set.property(enumerated)
    if property is not None and property.members:
        if not _is_enum(other):
            kind = property.type
            raise malformed(
                "A binary operator with incompatible types was detected. Found operand types"
                f" '{kind}' and 'Edm.String' for operator kind '{operator}'."
            )
        return _of_enum(enumerated, operator, other, property.type, model)
    if _is_enum(other) or _is_enum(enumerated):
        raise malformed(f"A binary operator with incompatible types was detected: {left} {operator} {right}.")
    if operator in {"eq", "ne"} and property is not None and right[:1] == "'" and "*" in right:
        return _wildcard(enumerated, operator, right[1:-1])
    return f"{left} {operator} {right}"


def _of_enum(name: str, operator: str, literal: str, type: str, model: Model) -> str:
    kind, _, member = literal[:-1].partition("'")
    if kind != type or member not in model.enums[type.removeprefix(f"{NAMESPACE}.")]:
        raise malformed(f"The string '{literal}' is not a valid enumeration type constant of '{type}'.")
    if operator not in {"eq", "ne"}:
        raise malformed(f"The operator '{operator}' is not supported for enumerations.")
    return f"{name} {operator} '{member}'"


def _wildcard(name: str, operator: str, pattern: str) -> str:
    """``'*bike*'`` as the functions that it stands for."""
    first, *middle, last = pattern.split("*")
    parts = [f"startswith({name},'{first}')"] if first else []
    parts += [f"contains({name},'{part}')" for part in middle if part]
    parts += [f"endswith({name},'{last}')"] if last else []
    whole = " and ".join(parts) or f"length({name}) ge 0"
    return f"({whole})" if operator == "eq" else f"not ({whole})"


def _is_enum(token: str) -> bool:
    return token[:1] not in {"'", ""} and token.endswith("'") and "'" in token[:-1]


def _joined(tokens: list[str]) -> str:
    text = ""
    for token in tokens:
        tight = token in {")", ",", "/", ":"} or text[-1:] in {"(", "/", ":", ","} or not text
        call = token == "(" and re.search(r"(?:^|[\s(,])(?!and$|or$|not$|eq$|ne$)\w+$", text)
        keyword = re.search(r"(?:^|[\s(])(?:and|or|not)$", text)
        text += token if (tight or (call and not keyword)) else f" {token}"
    return text
