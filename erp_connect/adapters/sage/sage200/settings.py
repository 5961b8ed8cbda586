"""What a site says of its Sage 200: where it is, which company, and what nobody can ask for (sage.md 4.1, 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, SecretStr

from ...listed import Pairs
from ...web import WebSettings

MOST_ROWS: Final = 5000
"""Rows of a page at most (sage.md 4.2)."""
_WORDS: Final[Mapping[str, str]] = {
    "hold": "EnumDocumentStatusOnHold",
    "release": "EnumDocumentStatusLive",
    "cancel": "EnumDocumentStatusCancelled",
}
_FREE_TEXT: Final = r"(spare_text_([1-9]|10)|analysis_code_([1-9]|1\d|20))"


class Sage200Settings(WebSettings):
    """The settings of ``sage+200``; the company is that of the connection.

    ``edition``: ``professional`` or ``standard``, whose paths differ; a path in the URL replaces both.  ``site``: id or
    name of the site, needed where there are several.  ``subscription_key``: the gateway's key, ignored since 2025.

    ``currency``: the company's own, where the system does not say it.  ``currencies``: ISO codes for what the site
    calls its currencies, by name, symbol or id (``GBP=Pound Sterling, EUR=27001``).  ``countries``: our country codes
    for the site's words (``GB=United Kingdom``); ``country``: that of addresses which name none.  ``units``: our units
    for the site's (``C62=Each``).  ``couriers``: names of couriers for their ids (``DHL=3``).  ``warehouse``: that of
    lines which name none.  ``product_group``: the id of the group of products that are put on file; without one, none
    can be.

    ``stamp_field``: the free text of an order's header that carries the stamp, or ``customer_document_no`` on releases
    before August 2023, where it shares that with the customer's number.  ``line_reference_field``: the same of a line's
    reference.  ``return_order_field``: where a return keeps the number of its order.  ``references``: kinds of
    references by header field (``contract=analysis_code_3``).

    ``status_body`` and ``status_words``: what the status endpoint is sent.  ``cancel_by``: ``status`` or ``delete``;
    blank: by status where the release has that endpoint.  ``buying_price_flag``: the field that imposes a buying price,
    blank where there is none.  ``page_size``: rows of a list in one request.  ``price_scale`` and ``quantity_scale``:
    decimals that are kept.  ``execution_window`` and ``visibility_delay``: seconds for which a request that was given
    up may go on, and after which lists show what was written.
    """

    edition: Literal["professional", "standard"] = "professional"
    site: str = ""
    subscription_key: SecretStr = SecretStr("")
    token_url: str = "https://id.sage.com/oauth/token"  # noqa: S105 (an address)
    authorize_url: str = "https://id.sage.com/authorize?audience=s200ukipd/sage200"
    scope: str = "openid profile email offline_access"
    currency: str = ""
    currencies: Pairs = Field(default_factory=dict)
    country: str = "GB"
    countries: Pairs = Field(default_factory=dict)
    units: Pairs = Field(default_factory=dict)
    couriers: Pairs = Field(default_factory=dict)
    warehouse: str = ""
    product_group: str = ""
    stamp_field: Annotated[str, Field(pattern=f"^({_FREE_TEXT}|customer_document_no)$")] = "spare_text_1"
    line_reference_field: Annotated[str, Field(pattern=f"^({_FREE_TEXT})?$")] = "spare_text_1"
    return_order_field: Annotated[str, Field(pattern=f"^{_FREE_TEXT}$")] = "spare_text_2"
    references: Pairs = Field(default_factory=dict)
    status_body: Literal["sop_order_id", "id"] = "sop_order_id"
    status_words: Pairs = Field(default_factory=lambda: dict(_WORDS))
    cancel_by: Literal["", "status", "delete"] = ""
    buying_price_flag: str = "unit_buying_price_overridden"
    page_size: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 1000
    price_scale: Annotated[int, Field(ge=0, le=10)] = 5
    quantity_scale: Annotated[int, Field(ge=0, le=10)] = 5
    execution_window: Annotated[int, Field(ge=0)] = 600
    visibility_delay: Annotated[int, Field(ge=0)] = 0
    identity: ClassVar[tuple[str, ...]] = ("edition", "site")

    def status_word(self, action: str) -> str:
        """What the status endpoint is sent for ``hold``, ``release`` or ``cancel``."""
        return self.status_words.get(action) or _WORDS[action]
