"""What an administrator, a release or doubt decides: the switches of the mock Business Central."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Settings:
    """Switches of the API; each may be turned while it runs.  "Open" marks what dynamics.md section 9 leaves open."""

    version: Literal[26, 29] = 26
    """The application's version: from 29 on there are sales return orders (dynamics.md 1.9)."""
    return_orders: Literal["read", "write"] = "write"
    """Open: dynamics.md 1.9 tells the fields of sales return orders and not whether they can be written."""
    tenant: str = "harbour.example"
    environment: str = "production"
    instance: str = "BC"
    """Name of the server instance on premises."""
    users: dict[str, str] = field(default_factory=lambda: {"ANNA": "webkey"})
    """Users on premises with their web service access keys; none: tokens only."""
    unregistered: set[str] = field(default_factory=set)
    """Applications that have tokens and are not registered here."""
    read_only_users: set[str] = field(default_factory=set)
    """Who may not write."""
    api_services: bool = True
    """Whether API services are switched on; off, every call answers 405."""
    page_size: int = 20_000
    server_owned: Literal["refused", "ignored"] = "refused"
    """Open: what becomes of fullyShipped, shippedQuantity and the like when they are sent."""
    duplicate_status: Literal[400, 409] = 400
    """Open: the status of Internal_EntityWithSameKeyExists."""
    not_found_status: Literal[404, 400] = 404
    """Open: the status of Internal_RecordNotFound."""
    locked: tuple[int, str] = (409, "Internal_ServerError")
    """Open: status and code where another session holds a row; dynamics.md 1.13 knows that 409 may mean it."""
    retry_after_on_429: int | None = None
    """Open: seconds in Retry-After where there are too many requests; none is promised."""
    reads_bump: bool = False
    """Whether reading an order rewrites its header, as discount redistribution does (dynamics.md 1.13)."""
    requests_in_window: int = 6000
    window: float = 300
    concurrent: int = 5
    queue: int = 95
    queue_wait: float = 480
    """Seconds after which a request that waits is answered 503."""
    batch_size: int = 100
    url_limit: int = 15_700
    """Characters of an address that still work; above it is 400, and above half as much again 500."""
    body_limit: int = 350 * 1024 * 1024
    subscription_days: int = 3
    subscriptions: int = 200
    collected_for: float = 30
    """Seconds during which changes are gathered before anybody is told."""
    collection_from: int = 1000
    """More changes than this in one go are told as one."""
    custom_api: str = "harbour/shipping/v1.0"
    """Publisher, group and version of the customer's own API page."""
