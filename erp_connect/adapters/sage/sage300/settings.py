"""What a site says of its Sage 300: where its own codes, widths and customs differ (sage.md 3, 6.2, 10)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ...listed import Pairs
from ...web import WebSettings

Stamped = Literal["OrderReference", "PurchaseOrderNumber", "OrderNumber"]
"""The property of an order by which a lost write is found again (sage.md 6.2)."""


class Sage300Settings(WebSettings):
    """The settings of ``sage+300`` (sage.md 3).

    ``stamp_in``: ``OrderReference`` keeps the customer's number and the stamp apart; ``PurchaseOrderNumber`` leaves the
    reference to people, and looks for customer, number and content; ``OrderNumber`` numbers orders by their stamp, of
    which the system takes one only.  ``currency``: the company's own, where its profile does not tell it.  ``units``:
    our code to the site's own (``C62=Ea.``); ``countries``: our country code to what addresses say (``CA=Canada``).

    ``charges``: our words to codes of miscellaneous charges (``FREIGHT=FRT``).  ``references`` and ``custom_fields``:
    kinds and names to optional fields of the site (``project=PROJECT``); ``line_reference``: the one for the reference
    of a line.  ``customer_defaults`` and ``item_defaults``: what a new card needs beside its draft, in this order
    (``GroupCode=WHL, AccountSet=TRADE``).  ``order_total``: whether ``OrderTotal`` is with tax; blank, it is not read.

    ``description``: the path below the host at which the server tells in Swagger what it offers, blank for its landing
    page.  ``warm_up``: seconds for which the first call is waited for; ``idle_minutes``: after so long the server has
    gone to sleep.  ``execution_window``: seconds for which a request that was given up may go on.
    Widths, ``digits`` before the point and scales are those of the screens' captions.
    """

    stamp_in: Stamped = "OrderReference"
    currency: str = ""
    units: Pairs = Field(default_factory=dict)
    countries: Pairs = Field(default_factory=dict)
    charges: Pairs = Field(default_factory=dict)
    references: Pairs = Field(default_factory=dict)
    custom_fields: Pairs = Field(default_factory=dict)
    line_reference: str = ""
    customer_defaults: Pairs = Field(default_factory=dict)
    item_defaults: Pairs = Field(default_factory=dict)
    order_total: Literal["", "gross", "net"] = ""
    description: str = ""
    warm_up: Annotated[int, Field(ge=0)] = 180
    idle_minutes: Annotated[int, Field(ge=0)] = 20
    execution_window: Annotated[int, Field(ge=0)] = 600
    number_length: Annotated[int, Field(ge=12)] = 22
    party_length: Annotated[int, Field(ge=1)] = 12
    reference_length: Annotated[int, Field(ge=12)] = 60
    comment_length: Annotated[int, Field(ge=1)] = 250
    address_length: Annotated[int, Field(ge=1)] = 60
    price_scale: Annotated[int, Field(ge=0, le=10)] = 6
    quantity_scale: Annotated[int, Field(ge=0, le=10)] = 4
    digits: Annotated[int, Field(ge=1)] = 13
    identity: ClassVar[tuple[str, ...]] = ()
