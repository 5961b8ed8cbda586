"""What a site says of its X3: under which names it has published what, and what nobody can ask for (sage.md 2, 10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from ...listed import Pairs, Words
from ...web import WebSettings

_STRATEGY = re.compile(r"unsupported|delete|action:[A-Za-z0-9_]+|run:\w+(\(\w+(\.\w+)?\))?|")


class X3Settings(WebSettings):
    """The settings of ``sage+x3``.

    ``pool``: the alias of the Classic SOAP pool, which decides the folder.  ``site``: the sales site of new orders, and
    the purchasing site where ``purchase_site`` names none.  ``language``: X3's code of the language of messages.
    ``generation``: ``axis`` is V5 and V6; ``auto`` looks at the address and then at the WSDL.

    ``*_service``: the public name of each object, blank where it is not published.  ``fields``: other field names,
    ``order.requested=YDLVDAT`` (the words stand in ``shapes``).  ``custom``: standard fields that are carried as custom
    ones; fields that begin with X, Y or Z always are.  ``units``, ``countries``: our code to the site's own.

    ``order_type``, ``delivery_type``: of new documents.  ``manual_numbers``: the order type's counter is manual, and we
    choose the number, which makes a second order impossible.  ``reference_upper``: the customer's reference is kept in
    capitals.  ``cancel_strategy``: ``unsupported``, ``delete``, ``action:CODE`` or ``run:SERVICE(PARAMETER)``;
    ``purchase_cancel_strategy`` the same of purchase orders.  ``validate_strategy``: how a delivery that was saved is
    validated.  ``value_action``: the button that values an unsaved order, blank for none.  ``line_keys``: what
    deleteLines takes, ``rank`` or ``number``; blank, a line is never deleted and its quantity becomes 0.

    ``ship_block``: the block of the delivery address.  ``discount_column``: the column of lines that is a percentage.
    ``modstamp=off``: the site does not fill WW_MODSTAMP.  ``approved``: states of APPFLG that hold nothing up.
    ``tracking_field``: the site's own field of deliveries for the parcel's number.  ``credit_types``: types of invoices
    that give money back.  ``blocked_states``: states of products that cannot be ordered.

    ``stock``, ``price``, ``changes``: subprograms of the site; their ``*_inputs`` and ``*_outputs`` say how parameters
    are called, each ``FIELD`` or ``BLOCK.FIELD``.  ``changes_format``: how an instant is written.  ``list_dates``: how
    dates are written in lists, blank: they are not looked at.  ``list_size``: rows of the first query of a list.

    ``*_texts``: pieces of messages in the site's language by which a kind of refusal is told; ``duplicate_pattern``
    finds the number of the document that is there already.
    """

    pool: str = ""
    site: str = ""
    language: str = "ENG"
    generation: Literal["auto", "syracuse", "axis"] = "auto"
    currency: str = ""
    country: str = ""
    order_service: str = "WSSOH"
    customer_service: str = "WSBPC"
    product_service: str = "WSITM"
    delivery_service: str = ""
    invoice_service: str = ""
    return_service: str = ""
    supplier_service: str = ""
    purchase_service: str = ""
    receipt_service: str = ""
    fields: Pairs = Field(default_factory=dict)
    custom: Words = ()
    units: Pairs = Field(default_factory=dict)
    countries: Pairs = Field(default_factory=dict)
    order_type: str = "SON"
    delivery_type: str = "SDN"
    purchase_site: str = ""
    customer_category: str = ""
    product_category: str = ""
    address_code: str = "001"
    manual_numbers: bool = False
    reference_upper: bool = False
    cancel_strategy: str = "unsupported"
    purchase_cancel_strategy: str = "unsupported"
    validate_strategy: str = ""
    value_action: str = "V"
    line_keys: Literal["", "rank", "number"] = ""
    line_step: Annotated[int, Field(ge=1)] = 1000
    ship_block: str = "ADB2_1"
    discount_column: str = ""
    modstamp: bool = True
    approved: Words = ("4",)
    tracking_field: str = ""
    credit_types: Words = ("CRM", "AVC")
    blocked_states: Words = ("5", "6")
    stock: str = ""
    stock_inputs: Pairs = Field(default_factory=dict)
    stock_outputs: Pairs = Field(default_factory=dict)
    price: str = ""
    price_inputs: Pairs = Field(default_factory=dict)
    price_outputs: Pairs = Field(default_factory=dict)
    changes: str = ""
    changes_inputs: Pairs = Field(default_factory=dict)
    changes_outputs: Pairs = Field(default_factory=dict)
    changes_format: str = "%Y%m%d%H%M%S"
    list_dates: str = ""
    list_size: Annotated[int, Field(ge=1, le=10_000)] = 200
    price_scale: Annotated[int, Field(ge=0, le=13)] = 6
    quantity_scale: Annotated[int, Field(ge=0, le=13)] = 6
    service_texts: Words = ("unknown web service", "service does not exist")
    pool_texts: Words = ("no such pool",)
    login_texts: Words = ("change login error", "incorrect user code or password")
    stale_texts: Words = ("modified since last read",)
    locked_texts: Words = ("being modified", "en cours de modification")
    duplicate_texts: Words = ("already registered on document",)
    duplicate_pattern: str = r"already registered on document (\S+)"
    execution_window: Annotated[int, Field(ge=0)] = 600
    identity: ClassVar[tuple[str, ...]] = ("pool",)

    @field_validator("cancel_strategy", "purchase_cancel_strategy", "validate_strategy")
    @classmethod
    def _a_strategy(cls, said: str) -> str:
        if not _STRATEGY.fullmatch(said):
            raise ValueError("it should be unsupported, delete, action:CODE or run:SERVICE(PARAMETER)")
        return said

    @field_validator("duplicate_pattern")
    @classmethod
    def _a_pattern(cls, said: str) -> str:
        try:
            re.compile(said)
        except re.error as failure:
            raise ValueError("it should be a regular expression") from failure
        return said

    def subprogram(
        self, name: Literal["stock", "price", "changes"]
    ) -> tuple[str, Mapping[str, str], Mapping[str, str]]:
        """A subprogram's public name, and how its parameters and results are called."""
        told: dict[str, Any] = self.__dict__
        return told[name], told[f"{name}_inputs"], told[f"{name}_outputs"]
