"""What a function module takes and gives: looked up once for a system, and kept (sap.md 1.3, 1.4)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...errors import ErpConnectError
from .connecting import Connection
from .trouble import RfcFailure, Trouble, diagnosed


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a parameter or field; ``length`` counts characters, or digits of a packed number."""

    name: str
    rfc_type: str
    length: int
    decimals: int = 0
    fields: Mapping[str, Kind] | None = None
    """The fields of a structure or of a table's rows."""


@dataclass(frozen=True, slots=True)
class Interface:
    """The parameters of a function module by name; ``tables`` are those that come back filled."""

    name: str
    parameters: Mapping[str, Kind]

    def knows(self, parameter: str, field: str | None = None) -> bool:
        """Whether this release has the parameter, and the field in it."""
        kind = self.parameters.get(parameter)
        return kind is not None and (field is None or field in (kind.fields or {}))


_MISSING: Final = Interface("", {})


class Interfaces:
    """The interfaces of one system.  Safe for several threads: each is looked up once.

    Where nobody may look them up (sap.md 6 #22), or the connection cannot, nothing is known and everything is
    passed as it is.
    """

    def __init__(self) -> None:
        self._known: dict[str, Interface | None] = {}
        self._looking = threading.Lock()

    def warm(self, connection: Connection, names: Iterable[str]) -> bool:
        """Look up all of these; false when the connection broke while asking and must be given up."""
        with self._looking:
            return all(name in self._known or self._look_up(connection, name) for name in names)

    def of(self, connection: Connection, name: str) -> Interface | None:
        """The interface; ``None`` where it cannot be known.

        Raises :class:`RfcFailure` for a module that the system does not have, and when the look-up breaks the
        connection: pyrfc does not reopen it then, and every call on it fails (sap.md 1.3).
        """
        broken = False
        if name not in self._known:
            with self._looking:
                broken = name not in self._known and not self._look_up(connection, name)
        if name not in self._known:
            raise RfcFailure(Trouble.LINE, name, may_have_run=False)
        found = self._known[name]
        if found is _MISSING:
            raise RfcFailure(Trouble.NO_MODULE, name, may_have_run=False, session_lost=broken)
        if broken:
            raise RfcFailure(Trouble.LINE, name, may_have_run=False)
        return found

    def offered(self, name: str) -> bool:
        """Whether the system has this module, as far as is known."""
        return self._known.get(name) is not _MISSING

    def knows(self, name: str, parameter: str, field: str | None = None) -> bool:
        """Whether a release is known to have a parameter or field; false where nobody could look."""
        found = self._known.get(name)
        return found is not None and found.knows(parameter, field)

    def _look_up(self, connection: Connection, name: str) -> bool:
        describe = getattr(connection, "get_function_description", None)
        if describe is None:
            self._known[name] = None
            return True
        try:
            self._known[name] = _interface(describe(name))
        except ErpConnectError:
            raise
        except Exception as failure:  # noqa: BLE001 (judged by its code: there is no class to name without pyrfc)
            told = diagnosed(failure, name, reopened=False, alive=connection.alive)
            if told.trouble is Trouble.NO_MODULE:
                self._known[name] = _MISSING
            elif told.trouble in {Trouble.RAISED, Trouble.AUTHORITY}:
                self._known[name] = None
            return not told.session_lost and _holds(connection)
        return True


def _holds(connection: Connection) -> bool:
    """Whether the handle is still good: a failed look-up can leave a useless one that looks alive (sap.md 1.3)."""
    valid = getattr(connection, "is_valid", None)
    return bool(connection.alive) and (valid is None or bool(valid()))


def _interface(description: Any) -> Interface:
    kinds = [_parameter(each) for each in description.parameters]
    return Interface(str(description.name), {kind.name: kind for kind in kinds})


def _parameter(told: Mapping[str, Any]) -> Kind:
    return _kind(told, str(told["parameter_type"]))


def _kind(told: Mapping[str, Any], rfc_type: str) -> Kind:
    inner = told.get("type_description")
    fields = None
    if inner is not None:
        fields = {each["name"]: _kind(each, str(each["field_type"])) for each in inner.fields}
    length = int(told.get("nuc_length") or 0)
    if rfc_type == "RFCTYPE_BCD":
        length = 2 * length - 1
    return Kind(str(told["name"]), rfc_type, length, int(told.get("decimals") or 0), fields)
