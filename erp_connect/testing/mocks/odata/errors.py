"""What a service refuses, with the status that goes with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Detail:
    """One message beside the first."""

    code: str
    message: str
    severity: str = "error"
    target: str = ""


class ODataError(Exception):
    """A request that is refused: the status, a code and a text, and every message that explains it."""

    def __init__(
        self, status: int, code: str, message: str, details: tuple[Detail, ...] = (), target: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.details, self.target = (
            status,
            code,
            message,
            details,
            target,
        )


def malformed(text: str) -> ODataError:
    """A request that cannot be understood."""
    return ODataError(400, "bad_request", text)


def no_such(kind: str, name: str) -> ODataError:
    """A name that the service does not know."""
    return ODataError(404, "not_found", f"{kind} {name} does not exist")


def not_allowed(text: str) -> ODataError:
    """A method that this resource does not have."""
    return ODataError(405, "not_allowed", text)


class UnknownProperty(ODataError):
    """A property that the entity type does not have."""

    def __init__(self, owner: str, name: str) -> None:
        super().__init__(400, "bad_request", f"{owner} has no property {name}", target=name)
        self.owner, self.name = owner, name


class TooLong(ODataError):
    """A text that is longer than its property."""

    def __init__(self, name: str, value: str, length: int | None) -> None:
        super().__init__(400, "bad_request", f"property {name} is longer than {length} characters")
        self.name, self.value, self.length = name, value, length
