"""Answers that cannot be understood: what a book stumbles over leaves it as an error of this library's."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from ..errors import Outcome, TransportError

B = TypeVar("B")

_STUMBLES: Final = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What reading a field that is missing, or of another kind than the interface says, ends with."""


def understands_answers(book: type[B]) -> type[B]:
    """A class decorator: a field that is missing or of the wrong kind raises ``TransportError``, not ``KeyError``.

    ``outcome`` is ``unknown`` for a write: its answer may be the one that could not be understood.  Where nothing had
    been sent the write path knows better.  Repeating a read gives the same answer, so it is not retryable.
    """
    for name in dir(book):
        method = inspect.getattr_static(book, name)
        if not name.startswith("_") and inspect.isfunction(method):
            setattr(book, name, _understanding(name, method))
    return book


def _understanding(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    outcome: Outcome = "unknown" if "write" in inspect.signature(method).parameters else "not_applied"

    @contextmanager
    def told() -> Iterator[None]:
        try:
            yield
        except _STUMBLES as stumble:
            raise TransportError(
                f"{name}: an answer of the system cannot be understood ({type(stumble).__name__}: {stumble})",
                code="unreadable_answer",
                outcome=outcome,
                retryable=False,
                hint="see whether something between here and the system changes its answers; the cause is chained",
            ) from stumble

    if inspect.isgeneratorfunction(method):

        @functools.wraps(method)
        def stream(*given: Any, **named: Any) -> Iterator[Any]:
            with told():
                yield from method(*given, **named)

        return stream

    @functools.wraps(method)
    def whole(*given: Any, **named: Any) -> Any:
        with told():
            return method(*given, **named)

    return whole
