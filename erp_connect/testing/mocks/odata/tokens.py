"""The tokens of an expression, taken one after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence


class Tokens(ABC):
    """Where a parser stands in its tokens; behind the last one all are blank."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.at = 0

    @abstractmethod
    def wrong(self) -> Exception:
        """What is raised where the expression is none."""

    def peek(self, ahead: int = 0) -> str:
        """The token that comes, or one behind it."""
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def next(self) -> str:
        """Take the token that comes."""
        token = self.peek()
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        """Take a token that must come."""
        if self.next() != token:
            raise self.wrong()
