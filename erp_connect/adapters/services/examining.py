"""What ``erp-connect doctor`` finds with every product: verbs that a site cannot serve, units that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...errors import ErpConnectError
from ..contract import Capabilities, Support
from ..symptoms import Symptom
from .units import Units


def unserved(capabilities: Capabilities, begins: str, advice: str) -> Iterator[Symptom]:
    """Operations that are not offered for reasons that begin with these words, told once for each reason."""
    told: dict[str, list[str]] = {}
    for operation, known in capabilities.operations.items():
        if known.support is Support.NONE and known.why and known.why.startswith(begins):
            told.setdefault(known.why, []).append(operation)
    for why, operations in told.items():
        yield Symptom("warning", ", ".join(sorted(operations)), why, advice)


def unknown_units(units: Units, codes: Iterable[str]) -> Iterator[Symptom]:
    """Units of the site that the library cannot read."""
    unknown = sorted({code for code in codes if code and units.ours(code) is None})
    if unknown:
        yield Symptom(
            "warning",
            "units",
            f"nobody knows these units: {', '.join(unknown[:20])}",
            f"say which they are (units=XBX={unknown[0]}, ...)",
        )


def unread(path: str, failure: ErpConnectError, advice: str) -> Symptom:
    """Something that the settings name and that cannot be read."""
    return Symptom("warning", path, f"it cannot be read: {failure}", advice)
