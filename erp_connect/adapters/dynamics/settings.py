"""What a site says of its Dynamics: where it is, who we are, and codes that nobody can ask for (dynamics.md 1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator

from ..listed import Pairs, Words
from ..web import WebSettings

_ENTRA: Final = "https://login.microsoftonline.com"


class DynamicsSettings(WebSettings):
    """What the four products share.

    ``tenant``: the directory in which the client is registered; with it ``token_url`` is that of Entra ID.
    ``language``: in which messages come.  ``units``: our code to the site's own, where its list does not say so.
    ``execution_window``: seconds for which a request that was given up may go on.
    """

    tenant: str = ""
    language: str = "en-US"
    units: Pairs = Field(default_factory=dict)
    execution_window: Annotated[int, Field(ge=0)] = 600

    @model_validator(mode="before")
    @classmethod
    def _where_tokens_are_had(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and given.get("tenant") and not given.get("token_url"):
            return {**given, "token_url": f"{_ENTRA}/{given['tenant']}/oauth2/v2.0/token"}
        return given


class BusinessCentralSettings(DynamicsSettings):
    """The settings of ``dynamics+bc`` (dynamics.md 1).

    ``environment``: its name in the cloud; a path in the URL replaces all of the address.  ``currency``: the company's
    own, where the system does not say it.  ``price_scale`` and ``quantity_scale``: decimals that the ledger keeps.
    ``block_size``: orders that are created in one request, at most 100.  ``page_size``: orders that are read in one.
    ``price_by_quote``: exact prices are had by a quote that is deleted again.  ``return_reason``: the code of a return
    whose reason is not among ``return_reasons``, which maps words to codes.  ``returns_as``: what a return is entered
    as; ``auto``, a return order where the release takes them, else a credit memo.  ``metadata_cache``: the folder in
    which the description is kept for a day, blank for the user's own, ``off`` for none.

    ``tracking_page``: the path of a page of the site's own on posted shipments, from the host on
    (``api/contoso/orders/v1.0/companies({company})/shipmentTracking``); ``tracking_fields`` says what its fields are
    called (``order=orderNo, number=packageTrackingNo, carrier=shippingAgentCode, shipment=documentNo``).
    ``promise_page`` and ``promise_fields`` say the same of promised dates (``order=documentNo, line=lineNo,
    promised=promisedDeliveryDate``; without ``line`` the date is the order's).
    """

    environment: str = "Production"
    scope: str = "https://api.businesscentral.dynamics.com/.default"
    currency: str = ""
    price_scale: Annotated[int, Field(ge=0, le=10)] = 5
    quantity_scale: Annotated[int, Field(ge=0, le=10)] = 5
    block_size: Annotated[int, Field(ge=1, le=100)] = 50
    page_size: Annotated[int, Field(ge=1, le=20_000)] = 500
    price_by_quote: bool = False
    return_reason: str = ""
    return_reasons: Pairs = Field(default_factory=dict)
    returns_as: Literal["auto", "return_order", "credit_memo"] = "auto"
    metadata_cache: str = ""
    tracking_page: str = ""
    tracking_fields: Pairs = Field(
        default_factory=lambda: {
            "order": "orderNo",
            "number": "packageTrackingNo",
            "carrier": "shippingAgentCode",
            "shipment": "documentNo",
        }
    )
    promise_page: str = ""
    promise_fields: Pairs = Field(
        default_factory=lambda: {
            "order": "documentNo",
            "line": "lineNo",
            "promised": "promisedDeliveryDate",
        }
    )
    execution_window: Annotated[int, Field(ge=0)] = 1080
    identity: ClassVar[tuple[str, ...]] = ("tenant", "environment")


class NavSettings(DynamicsSettings):
    """The settings of ``dynamics+nav`` (dynamics.md 2): the names under which the site has published its pages.

    A path in the URL is that of the instance (``DynamicsNAV80``, with or without ``/WS``); without one the cloud's for
    tenant and environment.  ``*_service``: the page of each book, blank where none is published; shipments, receipts,
    invoices and credit memos are posted documents with lines.  ``release``, ``ship``, ``invoice`` and ``receive``:
    procedures of codeunits of the site's own, as ``Service.Procedure(parameter)``; without them nothing is posted.
    ``create_lines``: ``after`` creates the header and then the lines, as every server takes it; ``together`` is one
    call, which modern servers take.  ``currency``: the company's own.  ``country``: that of addresses on pages which
    show none.  ``price_scale``, ``quantity_scale``: decimals that the ledger keeps.  ``page_size``: records in a call.
    """

    environment: str = "Production"
    scope: str = "https://api.businesscentral.dynamics.com/.default"
    currency: str = ""
    country: str = ""
    price_scale: Annotated[int, Field(ge=0, le=10)] = 5
    quantity_scale: Annotated[int, Field(ge=0, le=10)] = 5
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 300
    create_lines: Literal["after", "together"] = "after"
    order_service: str = "SalesOrder"
    purchase_service: str = "PurchaseOrder"
    return_service: str = "SalesReturnOrder"
    customer_service: str = "Customer"
    vendor_service: str = "Vendor"
    item_service: str = "Item"
    shipment_service: str = "PostedSalesShipment"
    invoice_service: str = "PostedSalesInvoice"
    memo_service: str = "PostedSalesCreditMemo"
    receipt_service: str = "PostedPurchaseReceipt"
    release: str = ""
    ship: str = ""
    invoice: str = ""
    receive: str = ""
    return_reason: str = ""
    return_reasons: Pairs = Field(default_factory=dict)
    execution_window: Annotated[int, Field(ge=0)] = 480
    identity: ClassVar[tuple[str, ...]] = ("tenant", "environment")


class FinanceOperationsSettings(DynamicsSettings):
    """The settings of ``dynamics+fo`` (dynamics.md 3).

    ``scope``: blank for the environment's own (``https://HOST/.default``).  ``site``: the site of lines for which
    nothing else says one; ``sites``: warehouse to site (``MAIN=1, EAST=2``).  ``countries``: our country code to the
    site's own, where that is not the one of three letters.  ``customer_group`` and ``vendor_group``: the group of those
    that are put on file; without one, none can be.  ``discount_amount``: whether a discount amount of a line is one of
    the whole ``line`` or of one price ``unit``; blank where nobody has looked: then only percentages are written.

    ``cancel_action``: an action of the site's own on sales order headers that cancels them; without it an order is
    deleted, which the system lets while nothing is delivered.  ``return_reason``: the code of a return whose reason is
    not among ``return_reasons``, which maps words to codes.  ``stopped_texts`` and ``locked_texts``: what the log says
    in the users' language where a product is stopped, or a record is being edited by somebody.

    ``lines_at_once``: lines that are sent in one change set.  ``block_size``: orders that are created in one batch.
    ``page_size``: orders that are read in one.  ``price_scale`` and ``quantity_scale``: decimals that are kept.
    ``currency``: the legal entity's own, which no entity tells: that of the prices on released products.
    """

    currency: str = ""
    countries: Pairs = Field(default_factory=dict)
    site: str = ""
    sites: Pairs = Field(default_factory=dict)
    customer_group: str = ""
    vendor_group: str = ""
    discount_amount: Literal["", "line", "unit"] = ""
    cancel_action: str = ""
    return_reason: str = ""
    return_reasons: Pairs = Field(default_factory=dict)
    stopped_texts: Words = ("is stopped for",)
    locked_texts: Words = ("update conflict",)
    lines_at_once: Annotated[int, Field(ge=1, le=1000)] = 100
    block_size: Annotated[int, Field(ge=1, le=200)] = 50
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 200
    price_scale: Annotated[int, Field(ge=0, le=10)] = 6
    quantity_scale: Annotated[int, Field(ge=0, le=10)] = 6
    identity: ClassVar[tuple[str, ...]] = ()


class SalesSettings(DynamicsSettings):
    """The settings of ``dynamics+crm`` (dynamics.md 4).

    ``scope``: blank for that of the environment in the URL.  ``price_list``: the name of the price list of orders whose
    customer has none of its own; blank, the first one in the order's currency.  ``po_column``: the text column that
    holds the customer's number, blank for ``name``.  ``key_column``: a text column with an active alternate key
    that holds the stamp; blank, the order's own id is made from it.  ``lines_navigation``: the way from an order to its
    lines.  ``payment_codes`` and ``freight_codes``: our words for the option sets' numbers (``NET30=1``).
    ``events_by``: ``delta`` asks for changes with deletions among them, ``time`` by the time of the last change.
    ``price_scale``, ``quantity_scale``: decimals that amounts and quantities are kept with.
    """

    price_list: str = ""
    po_column: str = ""
    key_column: str = ""
    lines_navigation: str = "order_details"
    payment_codes: Pairs = Field(
        default_factory=lambda: {"NET30": "1", "2/10 NET30": "2", "NET45": "3", "NET60": "4"}
    )
    freight_codes: Pairs = Field(default_factory=lambda: {"FOB": "1", "NO CHARGE": "2"})
    events_by: Literal["delta", "time"] = "delta"
    price_scale: Annotated[int, Field(ge=0, le=10)] = 2
    quantity_scale: Annotated[int, Field(ge=0, le=10)] = 5
    page_size: Annotated[int, Field(ge=1, le=5_000)] = 200
    block_size: Annotated[int, Field(ge=1, le=1_000)] = 100
    metadata_cache: str = ""
    execution_window: Annotated[int, Field(ge=0)] = 120
