"""Delivery terms for fields of which one is read with the other behind it (sap.md 4.4: a code of three characters)."""

from __future__ import annotations

from ....errors import LossyWrite
from ..wording import INCOTERM, terms_and_place


def whole_terms(terms: str, most: int, path: str = "order.delivery_terms") -> tuple[str, str]:
    """The code and the place behind it; ``LossyWrite`` where the first word is no code, for it would be cut in two."""
    if len(terms.partition(" ")[0]) > INCOTERM:
        raise LossyWrite(
            f"delivery terms begin with a code of {INCOTERM} letters, and a blank behind it",
            fields=(path,),
            path=path,
        )
    return terms_and_place(terms, most, path)
