"""What an administrator, a release or doubt decides: the switches of the mock Sage 200."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

STATUS_WORDS: Final = {
    "EnumDocumentStatusOnHold": "hold",
    "EnumDocumentStatusLive": "live",
    "EnumDocumentStatusCancelled": "cancel",
}


@dataclass
class Settings:
    """Switches; each may be turned while it runs.  "Open" marks what sage.md sections 4 and 10 leave open."""

    edition: Literal["professional", "standard"] = "professional"
    release: Literal["2023R2", "2024R1", "2025R1"] = "2025R1"
    """Purchase orders are changed from 2024R1 on; status and returns are there from 2025R1 on."""
    prefix: str = ""
    """Open: another region's path before ``accounts/v1``, in place of the edition's own."""
    auto_numbers: bool = True
    """Whether Professional numbers documents itself; Standard always does."""
    records_cancelled: bool = False
    """Whether cancelling an order records its lines as cancelled lines."""
    subscription_key_needed: bool = False
    """The gateway's demand of before August 2025."""
    read_only_users: set[str] = field(default_factory=set)
    """Who may not write: 403."""
    tunnel: Literal[200, 502, 504] = 200
    """What the way to a system on premises answers with; 200: it works."""
    error_format: Literal["object", "array", "text"] = "object"
    """Open: the body of a 400."""
    unknown_fields: Literal["refused", "ignored"] = "refused"
    """Open: what becomes of a field that nobody knows."""
    over_maximum: Literal["capped", "refused"] = "capped"
    """Open: what becomes of a ``$top`` above 5,000."""
    count_form: Literal["ignored", "header", "wrapped"] = "ignored"
    """Open: where the number goes that ``$count=true`` asks for; lists are bare arrays."""
    lines_shown: Literal["expanded", "single", "always"] = "expanded"
    """Open: whether orders come with their lines on request, in single reads, or always."""
    utc_mark: Literal["", "Z"] = ""
    """What stands behind times; they are UTC either way."""
    status_prefix: str = "EnumDocumentProcessStatus"
    """Open: what stands before None, Partially and Fully in the states of an order."""
    line_status_prefix: str = "EnumTradeLineStatus"
    """Open: the same of a line."""
    status_words: dict[str, str] = field(default_factory=lambda: dict(STATUS_WORDS))
    """Open: what the status endpoint understands, and what it does then."""
    status_dialects: frozenset[str] = frozenset({"sop_order_id", "id"})
    """Open: which of the two bodies the status endpoint takes."""
    cancels_despatched: bool = False
    """Open: whether an order may be cancelled of which something is despatched."""
    price_needs_flag: bool = True
    """Whether a price without ``selling_unit_price_overridden`` gives way to the computed one."""
    over_limit: Literal["hold", "refuse", "nothing"] = "hold"
    """What an order beyond the customer's credit limit comes to, unless ``override_on_hold`` is sent."""
    allocates_on_entry: bool = True
    """Whether new lines get stock at once, unless they say how much."""
    despatch_needs_allocation: bool = True
    """Whether no more can be despatched than is allocated."""
    short_stock: Literal["partial", "refused"] = "partial"
    """What becomes of a quantity to allocate that is not free."""
    despatch_list_locks: bool = True
    """Open: whether reading what is ready for despatch locks its orders until the despatch."""
    lock_seconds: float = 1200
    """After how long a lock is given up."""
    header_first: bool = True
    """Open: whether a PUT whose line is refused keeps what it changed of the header."""
    access_seconds: int = 28_800
    """How long an access token is good."""
    refresh_days: int = 90
    """How long a refresh token is good."""
    rotates: bool = True
    """Whether a refresh gives a new refresh token and ends the old one."""
    reuse_ends_all: bool = True
    """Whether an old refresh token that is sent again ends the ones that came of it."""
    grant_refused: Literal[400, 403] = 403
    """Open: the status of ``invalid_grant``."""

    @property
    def base(self) -> str:
        """The path that the API stands under."""
        product = "sage200extra" if self.edition == "professional" else "sage200"
        return f"/{self.prefix or f'uk/{product}'}/accounts/v1"

    @property
    def numbers_itself(self) -> bool:
        """Whether a document number that is sent is ignored."""
        return self.auto_numbers or self.edition == "standard"
