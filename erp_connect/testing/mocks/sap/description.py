"""What ``get_function_description`` answers: pyrfc's description objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from .interface import FunctionModule, Parameter, Scalar, Structure

_DIRECTIONS: Final = {
    "import": "RFC_IMPORT",
    "export": "RFC_EXPORT",
    "changing": "RFC_CHANGING",
    "tables": "RFC_TABLES",
}


@dataclass
class TypeDescription:
    """A structure: its lengths and its fields, each a dict."""

    name: str
    nuc_length: int
    uc_length: int
    fields: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class FunctionDescription:
    """A function module: its parameters, each a dict."""

    name: str
    parameters: list[dict[str, Any]] = field(default_factory=list)


def description(module: FunctionModule) -> FunctionDescription:
    """Describe a function module."""
    return FunctionDescription(module.name, [_parameter(p) for p in module.parameters.values()])


def _parameter(parameter: Parameter) -> dict[str, Any]:
    inner = _type(parameter.type) if isinstance(parameter.type, Structure) else None
    if isinstance(parameter.type, Scalar):
        kind, decimals = parameter.type.rfc_name, parameter.type.decimals
        narrow, wide = parameter.type.sizes
    else:
        assert inner is not None
        kind = "RFCTYPE_TABLE" if parameter.direction == "tables" else "RFCTYPE_STRUCTURE"
        decimals, narrow, wide = 0, inner.nuc_length, inner.uc_length
    return {
        "name": parameter.name,
        "parameter_type": kind,
        "direction": _DIRECTIONS[parameter.direction],
        "nuc_length": narrow,
        "uc_length": wide,
        "decimals": decimals,
        "default_value": parameter.default,
        "parameter_text": "",
        "optional": parameter.optional,
        "type_description": inner,
    }


def _type(structure: Structure) -> TypeDescription:
    fields: list[dict[str, Any]] = []
    narrow_offset = wide_offset = 0
    for name, scalar in structure.fields.items():
        narrow, wide = scalar.sizes
        fields.append(
            {
                "name": name,
                "field_type": scalar.rfc_name,
                "nuc_length": narrow,
                "nuc_offset": narrow_offset,
                "uc_length": wide,
                "uc_offset": wide_offset,
                "decimals": scalar.decimals,
                "type_description": None,
            }
        )
        narrow_offset += narrow
        wide_offset += wide
    return TypeDescription(structure.name, narrow_offset, wide_offset, fields)
