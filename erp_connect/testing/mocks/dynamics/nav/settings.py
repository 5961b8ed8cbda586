"""What an administrator, a customer's own code or doubt decides: the switches of the mock NAV."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Act = Literal["release", "reopen", "ship", "invoice", "ship and invoice"]
"""What a procedure does to an order; on purchases and returns, to ship is to receive."""


@dataclass(frozen=True)
class Procedure:
    """A procedure of a codeunit that somebody wrote for this customer."""

    act: Act
    kind: Literal["order", "purchase_order", "return_order"] = "order"
    parameter: str = "orderNo"
    """The name of its one parameter, the number of the order."""
    returns: Literal["boolean", "string", "nothing"] = "boolean"
    """True, the number of what was posted, or nothing at all."""


def _services() -> dict[str, int]:
    return {
        "SalesOrder": 42,
        "SalesReturnOrder": 6630,
        "PurchaseOrder": 50,
        "Customer": 21,
        "Vendor": 26,
        "Item": 30,
        "PostedSalesShipments": 142,
        "PostedSalesShipment": 130,
        "PostedSalesInvoice": 132,
        "PostedSalesInvoices": 143,
        "PostedSalesCreditMemo": 134,
        "PostedPurchaseReceipt": 136,
        "PostedPurchaseInvoice": 138,
    }


def _codeunits() -> dict[str, dict[str, Procedure]]:
    return {
        "OrderProcessing": {
            "ReleaseOrder": Procedure("release"),
            "ReopenOrder": Procedure("reopen"),
            "PostShipment": Procedure("ship", returns="string"),
            "PostInvoice": Procedure("invoice", returns="string"),
            "PostShipmentAndInvoice": Procedure("ship and invoice", returns="string"),
            "ReleasePurchaseOrder": Procedure("release", "purchase_order"),
            "PostReceipt": Procedure("ship", "purchase_order", returns="string"),
            "PostPurchaseInvoice": Procedure("invoice", "purchase_order", returns="string"),
            "PostReturnReceipt": Procedure("ship", "return_order", returns="string"),
            "PostCreditMemo": Procedure("invoice", "return_order", returns="string"),
        }
    }


def _codes() -> dict[str, str]:
    types = "Microsoft.Dynamics.Nav.Types.Exceptions"
    broker = "Microsoft.Dynamics.Nav.Service.WebServices.ServiceBrokerException"
    return {
        "stale": broker,
        "locked": f"{types}.NavCSideRecordLockedException",
        "too long": f"{types}.NavNCLStringLengthExceededException",
        "permission": f"{types}.NavPermissionException",
        "read-only": f"{types}.NavNCLDialogException",
        "unfit": broker,
    }


@dataclass
class Settings:
    """Switches of the server; each may be turned while it runs.  "Open" marks what dynamics.md leaves open."""

    instance: str = "DynamicsNAV80"
    """Name of the server instance: the first part of every address on premises."""
    services: dict[str, int] = field(default_factory=_services)
    """Pages by the name under which somebody published them; one page may have several names (dynamics.md 2.1)."""
    codeunits: dict[str, dict[str, Procedure]] = field(default_factory=_codeunits)
    """Codeunits by name, and in them procedures by name; without any, nothing can be released or posted."""
    users: dict[str, str] = field(default_factory=lambda: {"ANNA": "webkey"})
    """Users with their passwords or web service access keys."""
    domain: str = "HOUSE"
    """The Windows domain that the users belong to."""
    logons: tuple[Literal["basic", "ntlm"], ...] = ("basic", "ntlm")
    """What a server on premises asks for; in the cloud it is tokens."""
    read_only_users: set[str] = field(default_factory=set)
    """Who may not write."""
    multitenant: str = ""
    """The tenant that ``?tenant=`` has to name; blank: the server has one only."""
    tenant: str = "harbour.example"
    environment: str = "production"
    """Tenant and environment in the cloud."""
    filled_lines_in_create: bool = True
    """Whether Create takes lines with content; older servers want the header first, then empty lines (2.2)."""
    lines_in_lists: bool = True
    """Open: whether ReadMultiple shows the lines of documents."""
    blank_texts: Literal["omitted", "empty"] = "omitted"
    """Open: how a blank text is answered."""
    unexpected: Literal["refused", "ignored"] = "refused"
    """Open: what becomes of elements that are unknown, or not in the order of the schema."""
    default_line_type: str = "_blank_"
    """Open: the type of a new line that names none."""
    unknown_status: Literal[404, 500] = 404
    """Open: how an unknown company or service is answered (dynamics.md 2.4)."""
    malformed_status: int = 400
    """Open: how a request is answered that is no XML."""
    codes: dict[str, str] = field(default_factory=_codes)
    """Open: the fault codes that dynamics.md 2.4 and 9 do not give."""
    language: str = "en-US"
    """The language of faults."""
    message_limit: int = 65_536 * 1024
    """Bytes of a message (dynamics.md 2.1)."""
