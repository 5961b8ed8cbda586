"""What the dictionary knows of function modules: parameters, structures, field types and lengths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

Direction = Literal["import", "export", "changing", "tables"]
Row = dict[str, Any]
_DIRECTIONS: Final[dict[str, Direction]] = {direction: direction for direction in get_args(Direction)}

_RFC_NAMES: Final = {
    "C": "RFCTYPE_CHAR",
    "N": "RFCTYPE_NUM",
    "D": "RFCTYPE_DATE",
    "T": "RFCTYPE_TIME",
    "P": "RFCTYPE_BCD",
    "F": "RFCTYPE_FLOAT",
    "I": "RFCTYPE_INT",
    "h": "RFCTYPE_INT2",
    "b": "RFCTYPE_INT1",
    "X": "RFCTYPE_BYTE",
    "g": "RFCTYPE_STRING",
}
_FIXED_SIZES: Final = {"D": 8, "T": 6, "F": 8, "I": 4, "h": 2, "b": 1, "g": 8}
_SPELLING: Final = re.compile(r"([CNDTPFIhbXg])(\d*)(?:\.(\d+))?")


@dataclass(frozen=True)
class Scalar:
    """An elementary type: C char, N numc, D date, T time, P packed, F float, I h b integers, X raw, g string."""

    kind: str
    length: int
    """Characters, digits, or bytes of raw data."""
    decimals: int = 0

    @property
    def initial(self) -> Any:
        """The ABAP initial value, as the core holds it."""
        match self.kind:
            case "C" | "g":
                return ""
            case "N" | "D" | "T":
                return "0" * self.length
            case "P":
                return Decimal(0).scaleb(-self.decimals)
            case "F":
                return 0.0
            case "X":
                return bytes(self.length)
            case _:
                return 0

    @property
    def rfc_name(self) -> str:
        """The SDK's name of the type."""
        return _RFC_NAMES[self.kind]

    @property
    def sizes(self) -> tuple[int, int]:
        """Bytes in a non-Unicode and in a Unicode system."""
        if self.kind == "P":
            return (self.length + 1) // 2, (self.length + 1) // 2
        return self.length, self.length * (2 if self.kind in "CNDT" else 1)


@dataclass(frozen=True)
class Structure:
    """A structure, or the line type of a table."""

    name: str
    fields: dict[str, Scalar]

    def initial(self, **values: Any) -> Row:
        """A row of initial values, but for those given."""
        row = {name: field.initial for name, field in self.fields.items()}
        for name, value in values.items():
            if name not in row:
                raise KeyError(f"{self.name} has no field {name}")
            row[name] = value
        return row

    def taken_from(self, source: Row, **values: Any) -> Row:
        """A row that takes over what the source has under the same names."""
        return self.initial(**{n: v for n, v in source.items() if n in self.fields} | values)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function module."""

    direction: Direction
    name: str
    type: Scalar | Structure
    optional: bool
    default: str = ""

    @property
    def initial(self) -> Any:
        """What the module sees, or the caller gets, where nothing was set."""
        if self.direction == "tables":
            return []
        if isinstance(self.type, Structure):
            return self.type.initial()
        return self.default or self.type.initial


@dataclass(frozen=True, eq=False)
class FunctionModule:
    """A function module's interface, in the order of its parameters."""

    name: str
    parameters: dict[str, Parameter]


@lru_cache(maxsize=1)
def _dictionary() -> tuple[dict[str, FunctionModule], dict[str, Structure]]:
    text = files(__package__).joinpath("interfaces.txt").read_text(encoding="utf-8")
    structures: dict[str, Structure] = {}
    signatures: dict[str, list[list[str]]] = {}
    fields: dict[str, Scalar] = {}
    signature: list[list[str]] = []
    in_function = False
    for words in (line.split() for line in text.splitlines() if not line.startswith("#")):
        if words[0] == "function":
            in_function, signature = True, []
            signatures[words[1]] = signature
        elif words[0] == "structure":
            in_function, fields = False, {}
            structures[words[1]] = Structure(words[1], fields)
        elif in_function:
            signature.append(words)
        else:
            fields.update((name, scalar(kind)) for name, kind in (word.split(":") for word in words))
    modules = {
        name: FunctionModule(name, {words[1]: _parameter(words, structures) for words in signature})
        for name, signature in signatures.items()
    }
    return modules, structures


def _parameter(words: list[str], structures: dict[str, Structure]) -> Parameter:
    direction, name, kind, *default = words
    parameter_type = structures.get(kind) or scalar(kind)
    return Parameter(
        _DIRECTIONS[direction.rstrip("?")],
        name,
        parameter_type,
        direction.endswith("?"),
        default[1] if default else "",
    )


def scalar(spelling: str) -> Scalar:
    """``C10``, ``P13.3``, ``D`` as a type."""
    found = _SPELLING.fullmatch(spelling)
    if found is None:
        raise ValueError(f"no type is spelled {spelling!r}")
    kind, length, decimals = found.groups()
    return Scalar(kind, int(length or _FIXED_SIZES.get(kind, 1)), int(decimals or 0))


def module(name: str) -> FunctionModule | None:
    """The interface of a function module, or None where the system has no such module."""
    return _dictionary()[0].get(name)


def structure(name: str) -> Structure:
    """A structure of the dictionary."""
    return _dictionary()[1][name]


def has_structure(name: str) -> bool:
    """Whether the dictionary has a structure of this name."""
    return name in _dictionary()[1]
