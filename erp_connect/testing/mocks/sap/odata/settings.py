"""What the reference leaves open about OData, or an administrator decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Settings:
    """Change it before the gateway is built."""

    missing_if_match: int = 428
    """The status of a change without ``If-Match``; some services may say 400."""
    lock_status: int = 400
    """The status of a change while somebody else holds the order."""
    head_refused: bool = False
    """Whether HEAD is refused, as some services do."""
    session_seconds: float = 1800
    """How long a session lives that is not used; its token dies with it."""
    default_client: str = ""
    """The client of a request that names none; blank for the world's."""
    lock_user_after: int = 0
    """After how many failed logons in a row a user is locked; 0 for never."""
    page_size: int | None = None
    """How many entities an answer holds; the rest comes by ``__next`` or ``@odata.nextLink``."""
    errors: Literal["full", "minimal", "wrong types"] = "full"
    """How much an error body tells, and whether its members have the right types."""
    general_first: bool = False
    """Whether the error's own code and text are general, and the cause stands among its details only."""
    deep_insert_echoed: bool = True
    """Whether the answer to a deep insert shows the nested entities too."""
    changes_shown: bool = False
    """Whether a change in version 4 is answered with the entity, without being asked."""
    read_only_refused: bool = True
    """Whether properties that cannot be set are refused when sent; otherwise they are ignored."""
    split_quantity_changes: bool = False
    """Whether an item's quantity can be changed when it has several schedule lines; the first one takes it."""
    schedule_lines_writable: bool = True
    """Whether schedule lines of version 2 can be changed; some releases declare that they cannot."""
    parts_creatable: bool = True
    """Whether texts and conditions can be added to an order of version 2 that stands; the file of 2020 declares that
    they come with a new order or item only."""
    inactive: set[str] = field(default_factory=set)
    """Services that nobody activated."""
    forbidden: set[str] = field(default_factory=set)
    """Services that users may read only."""
    absent: tuple[str, ...] = ()
    """Sets (``A_SalesOrderPartnerAddress``) and properties (``A_SalesOrder/IncotermsLocation2``) of later releases."""
