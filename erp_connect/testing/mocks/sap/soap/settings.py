"""What the reference leaves open about SOAP, or an administrator decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Settings:
    """Change it before the first request."""

    default_client: str = ""
    """The client of a request that names none; blank for the world's."""
    lock_user_after: int = 0
    """After how many failed logons in a row a user is locked; 0 for never."""
    inactive: set[str] = field(default_factory=set)
    """Nodes that nobody activated: ``rfc``, ``wsdl11``; they answer 403 with a page."""
    forbidden: set[str] = field(default_factory=set)
    """Function modules that this user has no ``S_RFC`` for."""
    action: Literal["any", "empty"] = "any"
    """Whether a ``SOAPAction`` that is not empty is refused."""
    fault: Literal["error", "exception"] = "error"
    """The shape of a fault's detail: ``rfc:Error``, or ``BAPI_X.Exception``."""
    raw: Literal["base64", "hex"] = "base64"
    """How raw data is written; old releases write hexadecimal digits."""
    unasked_tables: bool = False
    """Whether tables come back that the request did not have."""
