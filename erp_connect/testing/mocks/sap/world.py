"""One SAP system: master data, documents, number ranges, locks, and the sessions that are at work on them."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final, Literal

from ....clock import Clock, SystemClock
from ..lists import LongLists
from .documents import (
    Area,
    ConditionType,
    Customer,
    Delivery,
    DeliveryItem,
    Invoice,
    InvoiceItem,
    Item,
    Material,
    Order,
    OrderType,
    PurchaseOrder,
    Vendor,
    alpha,
)
from .faults import Faults
from .marshal import Overlong
from .messages import MESSAGE_NUMBERS, Message

Origin = Literal["list", "entered", "header"]
"""Where a condition comes from: the price list, a person, or a person for the whole order."""
CURRENCY_DECIMALS: Final = {
    **dict.fromkeys(
        ("BIF", "CLP", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "XAF", "XOF"), 0
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    "CLF": 4,
}
"""Decimals of the currencies that do not have two."""


@dataclass
class Settings:
    """What the reference leaves open, or customizing decides; change it before the first call."""

    non_string_kills: bool = True
    """A connection parameter that is no string ends the process; otherwise it is an RFCError."""
    overlong: Overlong = "RFC_CONVERSION_FAILURE"
    """What becomes of text that is too long for its field."""
    round_decimals: bool = True
    """Whether surplus decimals are rounded; otherwise they cannot be converted."""
    missing_mandatory_dumps: bool = True
    """Whether a mandatory import that was not sent ends in a dump; otherwise it is initial."""
    canceled_error: Literal["CommunicationError", "RFCLibError"] = "CommunicationError"
    """The class of the time-out's error."""
    long_material: bool = True
    """Whether the release knows the fields MATERIAL_LONG and their like."""
    more_fields: dict[str, dict[str, str]] = field(default_factory=dict)
    """Fields that the release has and the reference does not name, with type, by structure:
    ``{"BAPIMEPOHEADER": {"REF_1": "C12"}}``; its structure of flags has them too."""
    wrappers: dict[str, str] = field(default_factory=dict)
    """Function modules of the customer's own, by the BAPI that each calls and then commits or rolls back:
    ``{"Z_ERP_CONNECT_ORDER_CREATE": "BAPI_SALESORDER_CREATEFROMDAT2"}``; each has the interface of its BAPI."""
    rejection_reasons: tuple[str, ...] = ("Z1", "Z2")
    """The customer's reasons for rejection, as table TVAG lists them; they are not checked."""
    decimals: dict[str, int] = field(default_factory=lambda: dict(CURRENCY_DECIMALS))
    """What table TCURX says of currencies; a currency that is not there has two decimals."""
    user_dates: str = "%d.%m.%Y"
    """How users write dates, for the few fields that hold them so."""
    purchase_dates_internal: bool = False
    """Whether the delivery dates of purchase orders are read as eight digits, not as users write them."""
    lines_rule_purchases: bool = True
    """Whether the schedule lines' quantities go before an item's own, where both were sent and differ."""
    update_delay: float = 1.0
    """Seconds until an asynchronous update is visible."""
    lost_locks_linger: float = 0.0
    """Seconds until the system notices that a session with locks is gone."""
    target_quantity_schedules: bool = True
    """Whether an item with a target quantity and without a schedule line gets one."""
    schedule_line_messages: bool = True
    """Whether schedule lines are named in RETURN as items are."""
    duplicate_check: Literal["", "W", "E"] = ""
    """What the document type does about a purchase order number that the customer used before."""
    duplicate_days: int = 30
    credit_check: Literal["", "W", "E"] = "W"
    """What exceeding the credit limit means: nothing, a blocked order, a refused one."""
    returns_need_reason: bool = True
    """Whether a return is refused without an order reason, as in most systems."""
    blocking_statuses: frozenset[str] = frozenset()
    """Material statuses that forbid the sale; all others are only told (sap.md 2.18 knows the warning alone)."""
    condition_origins: dict[Origin, str] = field(
        default_factory=lambda: {"list": "A", "entered": "C", "header": "D"}
    )
    """What CONDORIGIN says; its values are not on record."""
    header_conditions_at_items: bool = False
    """Whether a condition of the whole order is shown at each of its items too, with an origin of its own."""
    time_zone: tzinfo = UTC
    """Where the system stands: its dates and times are local."""
    conditions_need_switch: bool = True
    """Whether existing conditions are changed only with LOGIC_SWITCH-COND_HANDL."""
    status_tables: bool = False
    """Whether VBUK and VBUP are still filled; newer releases keep statuses in the documents' own tables."""
    unstable_reads: bool = False
    """Whether a table is read in another order each time, as a database may."""
    unreadable_tables: frozenset[str] = frozenset()
    """Tables that the user may not read."""
    conversations: int = 200
    """How many connections the gateway allows at the same time."""
    message_numbers: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(MESSAGE_NUMBERS))
    """Message class and number by what is meant; several are not confirmed."""


Change = Callable[["World"], None]


class World:
    """The system, and everything that other people do in it."""

    def __init__(
        self,
        clock: Clock | None = None,
        settings: Settings | None = None,
        sysid: str = "MCK",
        client: str = "100",
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.settings = settings or Settings()
        self.sysid, self.client = sysid, client
        self.users = {"DEMO": "welcome"}
        self.failed_logons: dict[str, int] = {}  # in a row, by user, whichever way they came in
        self.destinations: dict[str, dict[str, str]] = {}
        """What stands in the user's ``sapnwrfc.ini``."""
        self.faults = Faults()
        self.customers: dict[str, Customer] = {}
        self.vendors: set[str] = set()
        self.vendor_cards: dict[str, Vendor] = {}  # of a vendor without a card only the number is known
        self.materials: dict[str, Material] = {}
        self.prices: dict[tuple[str, str], Decimal] = {}
        """List prices for one base unit, by material and currency."""
        self.customer_prices: dict[tuple[str, str, str], Decimal] = {}
        """Agreed prices, by customer, material and currency."""
        self.stock: dict[tuple[str, str], Decimal] = {}
        """Unrestricted stock in base units, by material and plant."""
        self.orders: dict[str, Order] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.invoices: dict[str, Invoice] = {}
        self.sales_areas: set[Area] = {("1000", "10", "00")}
        self.order_types = {
            "TA": OrderType("TA", "OR", {"E": "Standard Order", "D": "Terminauftrag"}),
            "BV": OrderType("BV", "CS", {"E": "Cash Sales Order", "D": "Barverkauf"}),
            "ZEX": OrderType("ZEX", "ZEX", {"E": "External Order"}, external_numbers=True),
        }
        self.return_types = {"RE": OrderType("RE", "RE", {"E": "Returns"})}
        self.returns: dict[str, Order] = {}
        self.purchase_orders: dict[str, PurchaseOrder] = {}
        self.units = {"ST": "PCE", "KAR": "CT", "KI": "CS", "KG": "KGM", "M": "MTR", "L": "LTR"}
        """ISO codes by internal unit."""
        self.commercial_units = {"ST": "PC"}
        """What users in English read instead of an internal unit, where that is something else."""
        self.custom_fields: dict[Literal["header", "item"], dict[str, str]] = {"header": {}, "item": {}}
        """Fields that key users added to orders, as ``YY1_Name_SDH`` and ``YY1_Name_SDI``, with type: S20, D13.3, B."""
        self.exit_rows: list[Message] = []
        """What a customer's user exit adds to RETURN beside the success of a create."""
        self.condition_types = {
            "PR00": ConditionType("price"),
            "PN00": ConditionType("price"),
            "HA00": ConditionType("percent"),
            "K007": ConditionType("percent", discount=True),
            "RA01": ConditionType("percent", discount=True),
            "RB00": ConditionType("amount", discount=True),
        }
        self.locks: dict[str, tuple[int, str]] = {}
        """Who holds an order: the session, and the user's name."""
        self.described: set[str] = set()
        """Interfaces that this process has looked up before."""
        self.executed_units: set[str] = set()
        """Ids of transactional units that were executed and not confirmed."""
        self.gate, self.lists = threading.RLock(), LongLists()
        self._numbers = {
            "order": 16022,
            "delivery": 80001234,
            "invoice": 90003456,
            "return": 60000040,
            "purchase": 4500000017,
        }
        self.table_reads, self.writes = 0, 0  # the latter: how often documents were stored, or taken away
        self.connected: set[int] = set()  # the sessions that are connected over RFC
        self._sessions = itertools.count(1)
        self._late: list[tuple[datetime, Change]] = []
        self._followers: dict[str, list[Delivery | Invoice]] = {}
        self._promised: dict[str, dict[tuple[str, str], Decimal]] = {}
        self._promises: dict[tuple[str, str], Decimal] = {}

    # ---------------------------------------------------------------- time, numbers, locks

    def now(self) -> datetime:
        """The present instant, in the system's time zone."""
        return self.clock.now().astimezone(self.settings.time_zone)

    def today(self) -> str:
        """The present date as the database writes it."""
        return self.now().strftime("%Y%m%d")

    def new_session(self) -> int:
        """The number of a new ABAP session."""
        return next(self._sessions)

    def draw(self, kind: str) -> str:
        """The next number of a range; it is gone whatever happens to the document."""
        self._numbers[kind] += 1
        return alpha(str(self._numbers[kind]))

    def later(self, seconds: float, change: Change) -> None:
        """Let a change come true after so many seconds."""
        self._late.append((self.clock.now() + timedelta(seconds=seconds), change))

    def settle(self) -> None:
        """Let everything come true that is due."""
        due = [entry for entry in self._late if entry[0] <= self.clock.now()]
        self._late = [entry for entry in self._late if entry not in due]
        for _, change in sorted(due, key=lambda entry: entry[0]):
            change(self)

    def lock(self, number: str, session: int, user: str) -> str:
        """Take the lock of an order; the name of who else holds it, or blank."""
        holder = self.locks.setdefault(number, (session, user))
        return "" if holder[0] == session else holder[1]

    def open_in_dialog(self, number: str, user: str) -> None:
        """Somebody opens the order for change on the screen."""
        self.locks[number] = (0, user)

    def leave_dialog(self, number: str) -> None:
        """And leaves it again."""
        if self.locks.get(number, (1, ""))[0] == 0:
            del self.locks[number]

    def unlock(self, session: int) -> None:
        """Give back all locks of a session."""
        self.locks = {number: holder for number, holder in self.locks.items() if holder[0] != session}

    # ---------------------------------------------------------------- what is there

    def add(self, *records: Customer | Material) -> None:
        """Create master data; keys are padded as the database pads them."""
        for record in records:
            if isinstance(record, Customer):
                record.number = alpha(record.number)
                record.ship_to = alpha(record.ship_to)
                self.customers[record.number] = record
            else:
                record.number = alpha(record.number, 18)
                self.materials[record.number] = record

    def order(self, number: str) -> Order:
        """An order as everybody sees it now; the number may be unpadded here."""
        self.settle()
        return self.orders[alpha(number)]

    def save(self, order: Order) -> None:
        """Store an order."""
        self.writes += 1
        self.orders[order.number] = self.next_version(order)
        self._promise(order.number)

    def next_version(self, order: Order) -> Order:
        """A copy of an order as it will be when it is stored."""
        kept, before = copy.deepcopy(order), self.orders.get(order.number)
        kept.version = before.version + 1 if before else 0
        return kept

    def remove(self, number: str) -> None:
        """Delete an order."""
        self.writes += 1
        self.orders.pop(number, None)
        self._promise(number)

    def file(self, document: Delivery | Invoice) -> None:
        """Store a new delivery or invoice, or one whose goods have left."""
        self.writes += 1
        if isinstance(document, Delivery):
            self.deliveries[document.number] = document
        else:
            self.invoices[document.number] = document
        for number in {line.order for line in document.items}:
            followers = self._followers.setdefault(number, [])
            if document not in followers:
                followers.append(document)
            self._promise(number)

    def currency_decimals(self, currency: str) -> int:
        """Decimals of a currency."""
        return self.settings.decimals.get(currency, 2)

    def shifted(self, amount: Decimal, currency: str) -> Decimal:
        """An amount as a CURR field with two decimals holds it: JPY 1000 as 10.00, KWD 1.234 as 12.34."""
        return amount.scaleb(self.currency_decimals(currency) - 2)

    def delivered(self, order: str, item: str) -> Decimal:
        """What deliveries took over of an order item."""
        return sum((line.quantity for _, line in self.deliveries_of(order, item)), Decimal(0))

    def shipped(self, order: str, item: str) -> Decimal:
        """What of an order item has left the house."""
        lines = self.deliveries_of(order, item)
        return sum((line.quantity for delivery, line in lines if delivery.shipped_on), Decimal(0))

    def deliveries_of(self, order: str, item: str = "") -> Iterable[tuple[Delivery, DeliveryItem]]:
        """The delivery items of an order, or of one of its items, oldest first."""
        for document in self._followers.get(order, ()):
            if isinstance(document, Delivery):
                for line in document.items:
                    if line.order == order and item in {"", line.order_item}:
                        yield document, line

    def invoices_of(self, order: str, item: str = "") -> Iterable[tuple[Invoice, InvoiceItem]]:
        """The invoice items of an order, or of one of its items, oldest first; no cancelled ones."""
        for document in self._followers.get(order, ()):
            if isinstance(document, Invoice) and not document.cancelled:
                for line in document.items:
                    if line.order == order and item in {"", line.order_item}:
                        yield document, line

    def returns_of(self, order: str) -> Iterable[tuple[Order, Item]]:
        """The items of returns that name an item of an order as what they take back."""
        for back in self.returns.values():
            for item in back.items:
                if item.fields["REF_DOC"] == order:
                    yield back, item

    # ---------------------------------------------------------------- units and stock

    def iso_unit(self, unit: str) -> str:
        """The ISO code of an internal unit, blank where it has none."""
        return self.units.get(unit, "")

    def in_base_units(self, material: Material, quantity: Decimal, unit: str) -> Decimal:
        """A quantity in the material's base unit."""
        return quantity * material.units.get(unit, Decimal(1))

    def available(self, material: Material, plant: str, besides: str = "") -> Decimal:
        """What is in stock and promised to no order but the one named, in base units."""
        key = material.number, plant
        promised = self._promises.get(key, Decimal(0))
        own = self._promised.get(besides, {}).get(key, Decimal(0))
        return max(self.stock.get(key, Decimal(0)) - promised + own, Decimal(0))

    def _promise(self, number: str) -> None:
        for key, quantity in self._promised.pop(number, {}).items():
            self._promises[key] -= quantity
        order = self.orders.get(number)
        if order is None:
            return
        promised: dict[tuple[str, str], Decimal] = {}
        for item in order.items:
            if not item.rejection:
                still = max(item.confirmed - self.shipped(number, item.number), Decimal(0))
                key = item.material, str(item.fields["PLANT"])
                in_base = self.in_base_units(self.materials[item.material], still, item.unit)
                promised[key] = promised.get(key, Decimal(0)) + in_base
        self._promised[number] = promised
        for key, quantity in promised.items():
            self._promises[key] = self._promises.get(key, Decimal(0)) + quantity
