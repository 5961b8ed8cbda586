"""What a site says of its Dynamics: where it is, who we are, and codes that nobody can ask for (dynamics.md 1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, model_validator

from ..listed import Pairs
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
    whose reason is not among ``return_reasons``, which maps words to codes.  ``metadata_cache``: the folder in which
    the description is kept for a day, blank for the user's own, ``off`` for none.

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
    page_size: Annotated[int, Field(ge=1, le=20_000)] = 200
    price_by_quote: bool = False
    return_reason: str = ""
    return_reasons: Pairs = Field(default_factory=dict)
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
