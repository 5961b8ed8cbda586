"""Settings that are lists or pairs, as a URL or the environment writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

__all__ = ["Pairs", "Words"]


def _pairs(value: object) -> object:
    """``"XBX=KI, C62=ST"`` as a mapping."""
    if not isinstance(value, str):
        return value
    pairs: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in value.split(","))):
        name, sign, said = part.partition("=")
        if not sign:
            raise ValueError("it should be a list like NAME=CODE, NAME=CODE")
        pairs[name.strip()] = said.strip()
    return pairs


def _words(value: object) -> object:
    """``"BOLNR, TRAID"`` as a list."""
    return (
        tuple(each.strip() for each in value.split(",") if each.strip()) if isinstance(value, str) else value
    )


Pairs = Annotated[Mapping[str, str], BeforeValidator(_pairs)]
"""``"XBX=KI, C62=ST"``, or a mapping."""
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
"""``"BOLNR, TRAID"``, or a list."""
