"""What an OData service answers, as errors of this library's: each product says what its answers of failure mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import ErpConnectError, TransportError
from ..wire.http import Answer
from ..wire.odata import Refused, Unreadable

__all__ = ["translating"]


@contextmanager
def translating(
    refusal: Callable[[Answer], ErpConnectError], operation: str | None, *, writes: bool
) -> Iterator[None]:
    """What an OData service refuses inside leaves as the error that ``refusal`` makes of its answer.

    ``writes``: what is inside may change something, so an answer that cannot be read leaves the outcome unknown.
    """
    try:
        yield
    except Refused as failure:
        raise refusal(failure.answer) from failure
    except Unreadable as failure:
        raise TransportError(
            f"the system's answer cannot be understood: {failure}",
            code="unreadable_answer",
            operation=operation,
            outcome="unknown" if writes else "not_applied",
            retryable=False,
            hint="see whether something between here and the system changes its answers",
        ) from failure
