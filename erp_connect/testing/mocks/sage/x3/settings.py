"""What an administrator, a site's own code or doubt decides: the switches of the mock X3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Act = Literal["value", "close", "validate"]
"""What an object button does: value an unsaved order, close an order, validate a delivery."""
METHODS = ("READ", "CREATE", "MODIFY", "DELETE", "SUPLIG", "LIST")


@dataclass(frozen=True)
class Publication:
    """One object under one public name, with the blocks and fields of its entry transaction (sage.md 2.4)."""

    object: str
    transaction: str = "STD"
    methods: tuple[str, ...] = METHODS
    actions: Mapping[str, Act] = field(default_factory=dict)
    """Codes of object buttons; a standard code for closing an order is not confirmed."""
    blocks: Mapping[str, str] = field(default_factory=dict)
    """Blocks that have another name here, by their usual one."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Fields that stand in another block here: ``{"SIH1_5.PRITYP": "SIH1_6"}``, with usual names."""
    without: frozenset[str] = frozenset()
    """Fields that this transaction does not have."""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields of the site by block, written as in ``model``: ``{"SOH4_1": ("YCOLOR char10",)}``."""
    columns: tuple[str, ...] = ()
    """Columns of the left list; blank: the usual ones."""
    unique: str = ""
    """A field of which the site's own control lets no two records have the same value."""
    counted: Mapping[str, str] = field(default_factory=dict)
    """Tables of detail screens, and the field that must hold their number of lines: ``{"SOH4_1": "SOH4_2.NBLIG"}``."""


@dataclass(frozen=True)
class Subprogram:
    """A subprogram that a site has published; its parameters have the site's own names (sage.md 2.15)."""

    does: Literal["stock", "price", "close", "changes"]
    inputs: Mapping[str, str]
    """Names of its parameters, by what they mean: item, site, customer, quantity, order, since."""
    outputs: Mapping[str, str]
    """Names of its results, by what they mean: quantity, price, currency, order, moment, done."""
    group: str = "GRP1"
    answers: str = "GRP1"
    """The group of the results; of ``changes`` it is a table."""


@dataclass(frozen=True)
class Pool:
    """A Classic SOAP pool; ``folder`` is a company's name, and blank the first one."""

    folder: str = ""
    maximum: int = 2
    language: str = "ENG"
    user: str = "WSUSER"
    user_fits: bool = True
    """Whether the pool's own user can sign in."""
    stale: frozenset[str] = frozenset()
    """Publications that came after its start: unknown until somebody starts it again."""


@dataclass(frozen=True)
class OrderType:
    """A type of sales order, and whether X3 draws its number."""

    label: str
    automatic: bool = True


def _publications() -> dict[str, Publication]:
    return {
        "WSSOH": Publication("SOH", actions={"V": "value"}),
        "WSSDH": Publication("SDH"),
        "WSSIH": Publication("SIH"),
        "WSSRH": Publication("SRH"),
        "WSBPC": Publication("BPC"),
        "WSBPS": Publication("BPS"),
        "WSITM": Publication("ITM"),
        "WSPOH": Publication("POH"),
        "WSPTH": Publication("PTH"),
    }


@dataclass
class Settings:
    """Switches of the server; each may be turned while it runs.  "Open" marks what sage.md leaves open."""

    generation: Literal["syracuse", "axis"] = "syracuse"
    """V7 and later, or V5/V6 with credentials in the call (sage.md 2.1)."""
    gateway: str = ""
    """A path that a reverse proxy puts in front of everything."""
    old_address: bool = False
    """Whether the address of V5/V6 still describes itself after an upgrade; calls there fail."""
    users: dict[str, str] = field(default_factory=lambda: {"WSUSER": "secret"})
    """Users of the web services with their passwords."""
    barred: set[str] = field(default_factory=set)
    """Who signs in but cannot be used in the folder."""
    pools: dict[str, Pool] = field(default_factory=lambda: {"WSPOOL": Pool()})
    child_processes: int = 1
    """Without any, no call is accepted (sage.md 2.16)."""
    wait_limit: float | None = None
    """Open: seconds after which a call that waits for a channel is given up, with no text."""
    volume_limit: int | None = None
    """Bytes of requests and answers that the licence covers; up to a tenth more is slowed, then refused."""
    grace_delay: float = 5.0
    publications: dict[str, Publication] = field(default_factory=_publications)
    subprograms: dict[str, Subprogram] = field(default_factory=dict)
    order_types: dict[str, OrderType] = field(
        default_factory=lambda: {"SON": OrderType("Standard order"), "SOM": OrderType("Manual number", False)}
    )
    invoice_types: dict[str, Literal["invoice", "credit_memo"]] = field(
        default_factory=lambda: {"INV": "invoice", "CRM": "credit_memo"}
    )
    addresses: dict[str, str] = field(
        default_factory=lambda: {
            "ADB1_1": "partner_address",
            "ADB2_1": "ship_address",
            "ADB3_1": "bill_address",
        }
    )
    """Open: whose address each address block of an order holds."""
    fixed: frozenset[str] = frozenset(
        {
            *("SOH.SOHTYP", "SOH.SALFCY", "SOH.BPCORD", "SIH.SIVTYP", "SIH.SALFCY", "SIH.BPCINV"),
            *("SDH.STOFCY", "SDH.SDHTYP", "SDH.SALFCY", "SDH.BPCORD", "POH.POHFCY", "POH.BPSNUM"),
            *("PTH.BPSNUM", "PTH.PRHFCY"),
        }
    )
    """Open: fields that modify cannot change, by object."""
    messages: Literal["", "multiref", "nested", "inline", "references"] = ""
    """How messages go out: by reference beside the answer or within it, inline, or everything by reference; blank: as
    the generation does."""
    message_text: Literal["message", "v"] = "message"
    payload: Literal["cdata", "escaped", "escaped twice"] = "cdata"
    json_padding: str = "\n  "
    json_numbers: bool = False
    """Whether JSON has numbers as numbers."""
    list_dates: str = "%d/%m/%Y"
    """How the user's locale writes dates, in the left list only; Open for V12 (``%Y%m%d`` there, perhaps)."""
    newest_first: bool = True
    stamps: bool = True
    """Whether WW_MODSTAMP is filled."""
    numlig: Literal["zero", "real"] = "zero"
    """What NUMLIG reads as."""
    empty_tables: Literal["empty", "absent"] = "empty"
    empty_price: Literal["zero", "list"] = "zero"
    """What an empty GROPRI means: a price of nothing, or the price list's."""
    trailing_blanks: bool = False
    given_number: Literal["refused", "replaced"] = "refused"
    """Open: a number that a caller gives where the type draws its own."""
    display_fields: Literal["refused", "ignored"] = "refused"
    """Open: what becomes of fields that can only be read, Z companions among them."""
    unknown_fields: Literal["refused", "ignored"] = "refused"
    """Open: the same for fields and blocks that the publication does not have."""
    unknown_criteria: Literal["refused", "ignored"] = "refused"
    """Open: the same for columns that the left list does not have."""
    too_long: Literal["refused", "cut"] = "refused"
    """Open: a text that is longer than its field."""
    zero_quantity: bool = False
    """Whether a line may be changed to a quantity of 0."""
    line_keys: Literal["rank", "number"] = "rank"
    """Open: what deleteLines takes: positions, or SOPLIN."""
    closes_when: Literal["invoiced", "delivered"] = "invoiced"
    """Open: what closes an order by itself: all lines invoiced, or all delivered."""
    deliveries: Literal["validated", "draft"] = "validated"
    """Open: whether a saved delivery has moved the goods already, or waits for validation with CFMFLG 1."""
    credit_hold: int = 2
    """Open: CDTSTA of an order on hold, or of a customer who may not get goods."""
    posted_invoice: int = 3
    """Open: INVSTA (menu 2261) of a posted invoice."""
    part_order: Literal["wire", "any"] = "wire"
    """Whether parts have to come in the order of the WSDL."""
    other_media_status: int = 415
    """Open: how a body is answered that says it is no XML."""
    malformed_status: int = 500
    """Open: the status of the fault for what is no XML, or no envelope."""
    texts: dict[str, str] = field(default_factory=dict)
    """Other words for messages, by their names in ``refusing``."""
