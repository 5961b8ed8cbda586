"""What a site says of its SAP system: sales area, document types, codes of its customizing (sap.md 8).

None of it can be asked of the system for certain, so each is a setting; the defaults are what SAP delivers, or what is
used most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BeforeValidator, Field

from ..contract import AdapterSettings
from ..listed import Pairs, Words
from ..web import WebSettings


def _digits(length: int) -> BeforeValidator:
    def padded(value: object) -> object:
        return value.zfill(length) if isinstance(value, str) and value.isdigit() else value

    return BeforeValidator(padded)


Two = Annotated[str, _digits(2), Field(pattern=r"^[0-9]{2}$")]
Three = Annotated[str, _digits(3), Field(pattern=r"^[0-9]{3}$")]

STAMP_FIELDS: Final[Mapping[str, tuple[str, int]]] = {"REF_1": ("IHREZ", 12), "PURCH_NO_S": ("BSTKD_E", 35)}
"""The header field that takes the stamp, with its column in VBKD and its length (sap.md 2.19)."""


class SiteSettings(AdapterSettings):
    """The settings of a site, whatever the transport.

    ``units``, ``countries``: our code to the site's internal one, where the ISO code does not do.
    ``rejection_reason``: the code (TVAG) for a cancelled line whose reason is not among ``rejection_reasons``, which
    maps words of a reason to codes; blank: the first code of the system.
    ``message_classes``: message class and number to what it means, beside the known ones (``"Z1 042=locked"``).
    ``tracking_locators``: where a delivery's tracking number stands, the first that is filled counts.
    ``return_type``, ``return_reason``: the type of returns orders, and the order reason of a return whose reason is not
    among ``return_reasons``, which maps words to codes.
    ``company_code``, ``purchasing_org`` and ``purchasing_group``: what purchase orders belong to; without them none is
    created.
    ``execution_window``: seconds for which a request that was given up may go on (the dialog step's limit).
    """

    client: Three = "100"
    sales_org: str = ""
    distribution_channel: str = ""
    division: str = ""
    language: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "EN"
    order_type: str = "TA"
    plant: str = ""
    rejection_reason: str = ""
    rejection_reasons: Pairs = Field(default_factory=dict)
    delivery_block: str = "01"
    billing_block: str = "01"
    note_text_id: str = "0001"
    price_condition: str = "PR00"
    percent_discount_condition: str = "RA01"
    amount_discount_condition: str = "RB00"
    header_discount_condition: str = "HA00"
    units: Pairs = Field(default_factory=dict)
    countries: Pairs = Field(default_factory=dict)
    message_classes: Pairs = Field(default_factory=dict)
    tracking_locators: Words = ("BOLNR", "TRAID")
    return_type: str = "RE"
    return_reason: str = ""
    return_reasons: Pairs = Field(default_factory=dict)
    company_code: str = ""
    purchasing_org: str = ""
    purchasing_group: str = ""
    purchase_order_type: str = "NB"
    execution_window: Annotated[int, Field(ge=0)] = 600


class FunctionSettings(SiteSettings):
    """The settings of a transport that calls function modules.

    ``stamp_field``: the header field that takes the stamp.  ``table_reader``: the module that reads tables.
    ``block_size``: orders that are read in one call.
    """

    stamp_field: Literal["REF_1", "PURCH_NO_S"] = "REF_1"
    table_reader: str = "RFC_READ_TABLE"
    block_size: Annotated[int, Field(ge=1, le=500)] = 100


class RfcSettings(FunctionSettings):
    """The settings of ``sap+rfc``: those of the site, and how to log on (sap.md 1.2).

    ``connector``: what opens a connection instead of ``pyrfc.Connection`` (called with the same parameters), or one
    open connection: any object with ``call``, ``close`` and ``alive``.
    """

    sysnr: Two = "00"
    saprouter: str = ""
    mshost: str = ""
    msserv: str = ""
    sysid: str = ""
    group: str = ""
    snc_partnername: str = ""
    snc_qop: str = ""
    snc_myname: str = ""
    snc_lib: str = ""
    connector: Annotated[Any, Field(repr=False, exclude=True)] = None
    identity: ClassVar[tuple[str, ...]] = ("sysnr", "client", "mshost", "sysid")


class SoapSettings(FunctionSettings, WebSettings):
    """The settings of ``sap+soap`` (sap.md 3).

    ``wrappers``: for each module that writes the site's own one, which calls it and commits
    (``"BAPI_SALESORDER_CHANGE=Z_ORDER_CHANGE"``).  ``soap_action``: what stands in the header of that name.  A path in
    the URL replaces ``sap/bc/soap``.
    """

    wrappers: Pairs = Field(default_factory=dict)
    soap_action: str = ""
    identity: ClassVar[tuple[str, ...]] = ("client",)


class ODataSettings(SiteSettings, WebSettings):
    """The settings of ``sap+odata``: those of the site, and where the services are (sap.md 4.1).

    ``service``: which sales order service is used, version 2 or version 4; everything else is version 2.
    ``v2_root``, ``v4_root``: the paths below which the services stand; a path in the URL replaces that of the chosen
    version.  ``order_type`` is the external one here, as are ``ship_to_function`` and ``bill_to_function``, the
    partners' functions in the language of the settings.  ``block_size``: orders that are created or read in one
    request.  ``order_block``: the code of the block by which a customer's orders are stopped.  ``metadata_cache``: the
    folder in which descriptions of services are kept for a day, blank for the user's own, ``off`` for none.
    """

    order_type: str = "OR"
    service: Literal["v2", "v4"] = "v2"
    v2_root: str = "sap/opu/odata/sap"
    v4_root: str = "sap/opu/odata4/sap"
    ship_to_function: str = "SH"
    bill_to_function: str = "BP"
    block_size: Annotated[int, Field(ge=1, le=200)] = 50
    order_block: str = "01"
    metadata_cache: str = ""
    identity: ClassVar[tuple[str, ...]] = ("client",)
