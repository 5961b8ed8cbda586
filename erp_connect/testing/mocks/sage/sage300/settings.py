"""What an administrator, a release or doubt decides: the switches of the mock Sage 300."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

STATUSES: Final = {
    "RecordNotFound": 404,
    "ResourceNotFound": 404,
    "FieldInvalid": 409,
    "General": 409,
    "RecordInvalid": 409,
    "RecordDuplicate": 409,
    "InvalidPayload": 400,
    "InvalidParameters": 400,
    "InvalidEntityKey": 400,
    "InvalidAction": 400,
    "Unauthorized": 401,
    "Forbidden": 403,
    "MethodNotAllowed": 405,
    "TooManyRequests": 429,
    "DBLinkError": 500,
    "SessionError": 500,
    "InternalServerError": 500,
}
"""Codes of refusals by HTTP status; only 404, 409 of the first three and 500 are proved (sage.md 3.6)."""


@dataclass
class Settings:
    """Switches; each may be turned while it runs.  "Open" marks what sage.md section 10 leaves open."""

    users: dict[str, str] = field(default_factory=lambda: {"WEBUSER": "webkey", "ADMIN": "admin"})
    """Names and passwords."""
    security: bool = True
    """Whether application security is on; off, a user's password is blank."""
    rights: dict[str, frozenset[str]] = field(default_factory=dict)
    """Modules whose Web API right a user has; who is not named here has all."""
    admin_allowed: bool = False
    """``AllowWebApiAccessForAdmin``."""
    page_size: int = 100
    host: str = "localhost"
    """The server's name as it knows itself: in ``nextLink`` and ``context``."""
    next_link_keeps: bool = False
    """Whether ``nextLink`` keeps the options other than ``$skip``."""
    annotations: Literal["@odata", "odata"] = "@odata"
    count_as_text: bool = False
    dialects: frozenset[str] = frozenset({"v3", "v4"})
    """Which literals filters may have: ``30m`` and ``datetime'...'`` are v3, bare ones v4."""
    ordering: bool = False
    """Open: whether ``$orderby`` is taken."""
    zero_refused: bool = True
    """Whether ``$top=0`` and ``$skip=0`` are refused, as no positive integers."""
    dates_end_in_z: bool = True
    statuses: dict[str, int] = field(default_factory=lambda: dict(STATUSES))
    """Open: the HTTP status of each code."""
    created_status: int = 201
    """Open: the status of a POST that went well."""
    unknown_company: str = "DBLinkError"
    """Open: the code where the company in the address does not exist."""
    more_resources: set[str] = field(default_factory=set)
    """Open: resources of this release beyond the reference: OEShipments, ICLocationDetails, ICItemLocations."""
    no_resources: set[str] = field(default_factory=set)
    """Resources that this release does not have."""
    read_only: Literal["ignored", "refused"] = "ignored"
    """What becomes of generated and computed properties that are sent; Sage's own samples send some."""
    unknown_properties: Literal["refused", "ignored"] = "refused"
    """Open, as is the full list of properties: what becomes of those that are not in it."""
    fiscal_from: date = date(2020, 1, 1)
    fiscal_to: date = date(2030, 12, 31)
    """Between these are the fiscal periods that are defined."""
    address_needed: frozenset[str] = frozenset({"ShipToAddressLine1", "ShipToCity", "ShipToCountry"})
    """What the tax calculation wants to know of a ship-to address."""
    location_resets_quantity: bool = True
    """Whether a location that is put after the quantities sets them back."""
    price_needs_override: bool = True
    """Whether a price without PriceOverride gives way to the computed one."""
    unformatted_items: bool = False
    """Whether lines may name an item without the separators of its formatted number."""
    empty_orders: bool = False
    """Whether an order may be without lines."""
    short_stock: Literal["backordered", "refused", "allowed"] = "backordered"
    """What becomes of a quantity shipped that is not there."""
    order_total: Literal["gross", "net"] = "gross"
    """Open: whether OrderTotal is with tax."""
    warm_up: float = 0.0
    """Seconds that the first call takes, and each after the application was idle for so long that it stopped."""
    idle_minutes: float = 20
    concurrent: int = 0
    """How many requests may run at the same time; none: any number."""
