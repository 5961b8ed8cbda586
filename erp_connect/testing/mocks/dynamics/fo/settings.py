"""What an administrator, a release or doubt decides: the switches of the mock Finance & Operations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

BI_SETS = frozenset(
    {
        *("SalesTableBiEntities", "SalesLineBiEntities"),
        *("CustPackingSlipJourBiEntities", "CustPackingSlipTransBiEntities"),
    }
)
"""Reporting views that not every site exposes (dynamics.md 3.3)."""
_CODES: Final = (
    "ARG=AR AUS=AU AUT=AT BEL=BE BGR=BG BRA=BR CAN=CA CHE=CH CHL=CL CHN=CN COL=CO CYP=CY CZE=CZ DEU=DE DNK=DK EGY=EG"
    " ESP=ES EST=EE FIN=FI FRA=FR GBR=GB GRC=GR HKG=HK HRV=HR HUN=HU IDN=ID IND=IN IRL=IE ISL=IS ISR=IL ITA=IT JPN=JP"
    " KEN=KE KOR=KR LIE=LI LTU=LT LUX=LU LVA=LV MAR=MA MEX=MX MLT=MT MYS=MY NGA=NG NLD=NL NOR=NO NZL=NZ PER=PE PHL=PH"
    " POL=PL PRT=PT ROU=RO SAU=SA SGP=SG SRB=RS SVK=SK SVN=SI SWE=SE THA=TH TUN=TN TUR=TR TWN=TW UKR=UA ARE=AE USA=US"
    " VNM=VN ZAF=ZA"
)
COUNTRIES: Final[dict[str, str]] = dict(pair.split("=", 1) for pair in _CODES.split())
Priority = Literal["low", "medium", "high"]


@dataclass
class Settings:
    """Switches of the service; each may be turned while it runs, but for those that say "at the start".

    "Open" marks what dynamics.md section 9 or a "?" leaves open.
    """

    environment: str = "https://harbour.operations.dynamics.com"
    """The root URL, which is also what tokens are for: without a slash at its end (dynamics.md 3.1)."""
    default_company: str = "usmf"
    """The data area of users who have no other."""
    default_companies: dict[str, str] = field(default_factory=dict)
    """Data areas by application."""
    unregistered: set[str] = field(default_factory=set)
    """Applications that have tokens and are not mapped to a user here: 401."""
    page_size: int = 10_000
    lacks: frozenset[str] = frozenset()
    """At the start: sets (``A``) and properties (``A/B``) that this release does not expose, e.g. ``BI_SETS``."""
    actions: dict[str, Literal["confirm", "cancel"]] = field(default_factory=dict)
    """At the start: names of the site's own actions on sales order headers, and what they do; none in the standard."""
    lengths: dict[str, int] = field(default_factory=dict)
    """At the start: lengths of texts by property, where the site's data types differ; no metadata tell them."""
    refusal_status: Literal[400, 500] = 400
    """Open: the status of a refused write."""
    refusal_status_in_batch: Literal[400, 500] = 500
    """Open: the same within a batch, where the documented sample says 500 (dynamics.md 3.2)."""
    stale_status: Literal[412, 409] = 412
    """Open: the status of a change whose ``If-Match`` is stale."""
    json_batch: bool = False
    """Open: whether ``$batch`` takes JSON."""
    batch_limit: int = 5000
    """Parts of one batch."""
    read_only: Literal["ignored", "refused"] = "ignored"
    """What becomes of values for computed fields; many entities ignore them (dynamics.md 3.2)."""
    nested: Literal["refused", "ignored"] = "refused"
    """What becomes of lines in the body of a header (dynamics.md 3.2: refused or ignored)."""
    long_text: Literal["refused", "cut"] = "refused"
    """Open: what becomes of a text that is longer than its data type."""
    unknown_set: Literal["html", "json"] = "json"
    """How an unknown set is answered (dynamics.md 3.6)."""
    blank_date: Literal["1900-01-01T12:00:00Z", "1900-01-01T00:00:00Z"] = "1900-01-01T12:00:00Z"
    """How a date that is not set reads (dynamics.md 3.2)."""
    site_mandatory: bool = True
    """Whether lines of stocked items need a site (dynamics.md 3.5)."""
    address_needs_flag: bool = True
    """Open: whether a delivery address is taken only with IsDeliveryAddressOrderSpecific (dynamics.md 5.5)."""
    unmapped: frozenset[str] = frozenset()
    """Properties that read null, as fields without a mapping do (dynamics.md 3.2)."""
    name_clash: bool = False
    """At the start: whether an enumeration has the name of an entity type (dynamics.md 3.2)."""
    totals_calculated: bool = False
    """Whether header totals are filled and AreTotalsCalculated says Yes (dynamics.md 3.4)."""
    discount_amount_of: Literal["line", "unit"] = "line"
    """Open: what LineDiscountAmount is a discount on."""
    empty_line_status: Literal["Backorder", "Canceled"] = "Backorder"
    """Open: the status of a line that was brought down to nothing by a change."""
    countries: dict[str, str] = field(default_factory=lambda: dict(COUNTRIES))
    """The site's country codes, and the ISO codes that they stand for."""
    load: Literal["normal", "high", "critical"] = "normal"
    """How busy the server is: high throttles low priority, critical medium too (dynamics.md 3.7)."""
    priorities: dict[str, Priority] = field(default_factory=dict)
    """Throttling priority by application; low where none is mapped."""
    retry_after: int = 30
    """Seconds in ``Retry-After``."""
    user_limits: bool = False
    """Whether an older release's limits per user hold: removed in 10.0.36 (dynamics.md 3.7)."""
    requests_in_window: int = 6000
    window: float = 300
    concurrent: int = 52
