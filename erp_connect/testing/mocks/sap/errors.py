"""The exceptions of pyrfc, attribute by attribute (sap.md 1.5)."""

from __future__ import annotations

_KNOWN_CODES = frozenset(range(31))


class RFCError(Exception):
    """The root; raised plain, without a code, by checks on the Python side."""


class RFCLibError(RFCError):
    """An error that came out of the SDK: code, key, and the ABAP message where there is one."""

    def __init__(
        self,
        message: str | None = None,
        code: int | None = None,
        key: str | None = None,
        msg_class: str | None = None,
        msg_type: str | None = None,
        msg_number: str | None = None,
        msg_v1: str | None = None,
        msg_v2: str | None = None,
        msg_v3: str | None = None,
        msg_v4: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.key = key
        self.msg_class = msg_class
        self.msg_type = msg_type
        self.msg_number = msg_number
        self.msg_v1 = msg_v1
        self.msg_v2 = msg_v2
        self.msg_v3 = msg_v3
        self.msg_v4 = msg_v4

    def __str__(self) -> str:
        code = 28 if self.code is None else self.code
        token = str(code) if code in _KNOWN_CODES else "??"
        variables = ";".join(str(v) for v in (self.msg_v1, self.msg_v2, self.msg_v3, self.msg_v4))
        return (
            f"{token} (rc={self.code}): key={self.key}, message={self.message} "
            f"[MSG: class={self.msg_class}, type={self.msg_type}, number={self.msg_number}, v1-4:={variables}]"
        )


class ABAPApplicationError(RFCLibError):
    """A classic exception of the function module: the session is kept."""


class ABAPRuntimeError(RFCLibError):
    """A short dump or a message of type A, E or X: the session is lost."""


class LogonError(RFCLibError):
    """Nobody was logged on."""

    def __init__(
        self, message: str | None = None, code: int = 2, key: str = "RFC_LOGON_FAILURE", *texts: str
    ) -> None:
        super().__init__(message, code, key, *texts)


class CommunicationError(RFCLibError):
    """The network or the gateway failed: the session is lost."""


class ExternalRuntimeError(RFCLibError):
    """The SDK itself refused."""


class ExternalApplicationError(RFCLibError):
    """A program on this side raised an error."""


class ExternalAuthorizationError(RFCLibError):
    """An authorisation failed outside ABAP."""


class RFCTypeError(RFCLibError):
    """Defined by pyrfc and exported by none of its packages."""


class InterpreterKilled(BaseException):
    """What takes the whole process down in reality; no ``except Exception`` holds it."""


def from_sdk(
    kind: type[RFCLibError],
    code: int,
    key: str,
    message: str,
    ident: tuple[str, str, str] = ("", "", ""),
    variables: tuple[str, ...] = (),
) -> RFCLibError:
    """An error as it comes out of the SDK: every text is a ``str``, if only an empty one."""
    texts = (*ident, *variables, "", "", "", "")[:7]
    return kind(message, code, key, *texts)


def no_such_field(name: str) -> RFCLibError:
    """An unknown parameter, or an unknown field of a structure or row."""
    return from_sdk(ExternalRuntimeError, 20, "RFC_INVALID_PARAMETER", f"field '{name}' not found")


def no_such_module(name: str) -> RFCLibError:
    """The function module does not exist in this system."""
    text = f"ID:FL Type:E Number:046 {name}"
    return from_sdk(ABAPApplicationError, 5, "FU_NOT_FOUND", text, ("FL", "E", "046"), (name,))


def invalid_handle() -> RFCLibError:
    """The connection cannot be used: closed, broken, or in the hands of another thread."""
    text = "An invalid handle was passed to the API call"
    return from_sdk(ExternalRuntimeError, 13, "RFC_INVALID_HANDLE", text)


class Raised(Exception):
    """A classic ABAP exception on its way from a function module to the caller."""

    def __init__(
        self, key: str, ident: tuple[str, str, str] = ("", "", "000"), variables: tuple[str, ...] = ()
    ) -> None:
        super().__init__(key)
        self.key = key
        self.ident = ident
        self.variables = variables

    def over_rfc(self) -> RFCLibError:
        """As pyrfc raises it; without ``MESSAGE ... RAISING`` the number is 000 and the text empty."""
        area, kind, number = self.ident
        text = f"ID:{area} Type:{kind} Number:{number} {' '.join(self.variables)}".rstrip() if area else ""
        return from_sdk(ABAPApplicationError, 5, self.key, text, self.ident, self.variables)


class Dumped(Exception):
    """A short dump on its way from a function module to the caller."""

    def __init__(self, key: str, text: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.text = text or key

    def over_rfc(self) -> RFCLibError:
        """As pyrfc raises it."""
        return from_sdk(ABAPRuntimeError, 3, self.key, self.text)
