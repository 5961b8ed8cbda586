"""Where goods and papers go, and whom to ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from .base import Code, Text, Value
from .countries import country_code
from .scalars import coded

Country = Annotated[str, coded(country_code, "unknown_country")]
"""An ISO 3166 alpha-2 code; UK and EL are read as GB and GR."""


class Address(Value):
    """A postal address; ``lines`` are street and what else stands between name and city."""

    name: Code
    lines: tuple[Text, ...]
    city: Text
    postal_code: Text
    country: Country
    region: Text | None = None
    contact: Text | None = None
    phone: Text | None = None
    email: Text | None = None
    gln: Text | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str,
            lines: Sequence[str],
            city: str,
            postal_code: str,
            country: str,
            region: str | None = None,
            contact: str | None = None,
            phone: str | None = None,
            email: str | None = None,
            gln: str | None = None,
        ) -> None: ...


class Contact(Value):
    """A person or desk to ask about the order."""

    name: Code
    email: Text | None = None
    phone: Text | None = None
