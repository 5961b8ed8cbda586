"""What the exit codes of ``erp-connect`` mean: one table, which the documentation repeats and a test compares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from ..errors import (
    AccessError,
    ConfigurationError,
    ErpConnectError,
    JournalUnavailable,
    TransportError,
)

__all__ = ["MEANINGS", "ExitCode", "exit_code_of", "worst"]


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    REFUSED = 1
    MISUSE = 2
    CONFIGURATION = 3
    ACCESS = 4
    RETRY_LATER = 5
    OUTCOME_UNKNOWN = 6
    PARTIAL = 7
    INTERRUPTED = 130


MEANINGS: Final[Mapping[ExitCode, str]] = MappingProxyType(
    {
        ExitCode.OK: "Done, and nothing needs a person.",
        ExitCode.REFUSED: "Refused, or there are findings: nothing of what was refused is written; correct it.",
        ExitCode.MISUSE: "The command was not understood: see its --help.",
        ExitCode.CONFIGURATION: "Target, profile, setting, extra or file name is wrong; nothing was sent.",
        ExitCode.ACCESS: "The back-end does not let this user in, or not there.",
        ExitCode.RETRY_LATER: "Not done now (network, lock, throttling, journal): run it again later.",
        ExitCode.OUTCOME_UNKNOWN: "Nobody knows yet whether it is written: run it again, never with another key.",
        ExitCode.PARTIAL: "A part stands in the back-end and could not be undone: see `erp-connect journal open`.",
        ExitCode.INTERRUPTED: "Stopped with Ctrl-C: run the same command again to go on.",
    }
)
"""Every code with its meaning."""

_GRAVEST_FIRST: Final = (
    ExitCode.OUTCOME_UNKNOWN,
    ExitCode.PARTIAL,
    ExitCode.CONFIGURATION,
    ExitCode.ACCESS,
    ExitCode.REFUSED,
    ExitCode.RETRY_LATER,
    ExitCode.OK,
)


def exit_code_of(error: ErpConnectError) -> ExitCode:
    """The code for an error: first what became of the write, then whether waiting helps, then what kind it is."""
    if error.outcome == "unknown":
        return ExitCode.OUTCOME_UNKNOWN
    if error.outcome == "partial":
        return ExitCode.PARTIAL
    if error.retryable or isinstance(error, TransportError | JournalUnavailable):
        return ExitCode.RETRY_LATER
    if isinstance(error, ConfigurationError):
        return ExitCode.CONFIGURATION
    return ExitCode.ACCESS if isinstance(error, AccessError) else ExitCode.REFUSED


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The gravest of several codes; ``OK`` for none."""
    return min(codes, key=_GRAVEST_FIRST.index, default=ExitCode.OK)
