"""What came back: status, headers and the whole body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the server gave it, its body unpacked; ``url`` is the address that was asked."""

    status: int
    headers: Mapping[str, str]
    """By name, whatever its capitals."""
    body: bytes
    url: str
    unsent: bool = False
    """Whether it answers the question for a token that had to come first: the request itself was not executed."""

    @property
    def media_type(self) -> str:
        """The media type without parameters, in small letters; empty where the server names none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    def text(self) -> str:
        """The body as text; what cannot be decoded is replaced, because it is only shown."""
        charset = "utf-8"
        for parameter in self.headers.get("Content-Type", "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                charset = value.strip().strip("\"'")
        try:
            return self.body.decode(charset, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")
