"""What an administrator, a release or doubt decides: the switches of the mock Dataverse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Settings:
    """Switches of the service; each may be turned while it runs, but for those that say "at the start".

    "Open" marks what dynamics.md section 4 or 9 leaves open.
    """

    environment: str = "https://harbour.crm4.dynamics.com"
    """The root URL, which is also what tokens are for: without a slash at its end (dynamics.md 4.1)."""
    unregistered: set[str] = field(default_factory=set)
    """Applications that have tokens and no application user here: 403."""
    missing_privileges: set[str] = field(default_factory=set)
    """E.g. ``prvCreateSalesOrder``: Create, Read, Write or Delete, and the table's name (dynamics.md 4.7)."""
    page_size: int = 5_000
    count_cap: int = 5_000
    batch_limit: int = 1_000
    body_limit: int = 128 * 1024 * 1024
    lines_navigation: str = "order_details"
    """Open, at the start: the name of the way from an order to its lines (dynamics.md 9)."""
    date_only: frozenset[str] = frozenset()
    """At the start: columns whose behaviour is date only, e.g. ``salesorder/requestdeliveryby`` (dynamics.md 4.2)."""
    payload_code: Literal["0x80048d19", "0x0", "0x80040203"] = "0x80048d19"
    """Open: the code of a malformed payload; all three are met (dynamics.md 4.7)."""
    blank_codes: bool = False
    """Whether refusals come as older code paths write them: a blank code and an ``innererror`` (dynamics.md 4.7)."""
    duplicate_code: Literal["0x80060892", "0x80040237"] = "0x80060892"
    """Open: the code of a duplicate alternate key in a POST (dynamics.md 4.5)."""
    duplicate_status: Literal[412, 409, 400] = 412
    """Open: its status (dynamics.md 9)."""
    order_number_unique: bool = False
    """Open: whether ``ordernumber`` is (dynamics.md 9)."""
    required_refused: bool = True
    """Open: whether required columns are missed by the server too, not only by forms."""
    computed_refused: bool = False
    """Open: whether a computed column that is sent is refused; otherwise it is passed over."""
    closed_status: Literal[400, 403, 409] = 400
    """Open: the status of acting on an order that is closed (dynamics.md 4.4)."""
    closing_by_patch: bool = False
    """Open: whether ``statecode`` can be patched to a closed state, which then writes no orderclose row."""
    prices_required: bool = False
    """Open: whether a product that the price list does not have is refused, instead of priced at nothing."""
    money_decimals: int = 2
    """To how many decimals amounts and prices are rounded, silently."""
    quantity_decimals: int = 5
    change_tracking: set[str] = field(default_factory=lambda: {"salesorder", "account", "contact", "product"})
    """Tables that delta links can be asked of (dynamics.md 4.6)."""
    delta_lifetime: int = 7 * 24 * 3600
    """Seconds that a delta link is good for."""
    key_activation: int = 0
    """Seconds until a new alternate key's index is built: half of them Pending, half In Progress (dynamics.md 4.5)."""
    bulk_messages: frozenset[str] = frozenset({"CreateMultiple", "UpdateMultiple", "UpsertMultiple"})
    """Those that the environment offers."""
    order_processing_replaced: bool = False
    """Whether "sales order processing integration" takes the order actions away (dynamics.md 4.4)."""
    locked_status: Literal[500, 503] = 500
    """Open: the status of a write that waited for a lock in vain."""
    window: int = 300
    """Seconds of the service protection limits (dynamics.md 4.7)."""
    requests_in_window: int = 6_000
    execution_in_window: int = 1_200
    """Seconds of execution, of all requests together."""
    seconds_per_request: float = 0.0
    """What a request is taken to execute, beside what switches add."""
    concurrent: int = 52
