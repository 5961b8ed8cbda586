"""How a page is written down: its fields with type, length and place in the business core, its lines, its table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from ...business.documents import Kind

FieldKind = Literal["code", "text", "date", "decimal", "integer", "boolean", "option", "part"]
Records = Literal["documents", "customers", "vendors", "items"]
_KINDS: Final[dict[str, FieldKind]] = {
    "code": "code",
    "text": "text",
    "date": "date",
    "dec": "decimal",
    "int": "integer",
    "bool": "boolean",
    "part": "part",
}


@dataclass(frozen=True)
class Option:
    """One value of an option field: its name in XML, what users read, what the business core has."""

    name: str
    caption: str
    value: Any


@dataclass(frozen=True)
class Field:
    """A field of a page.  ``source`` is the attribute in the core, or blank for a field that no rule looks at."""

    name: str
    kind: FieldKind
    length: int = 0
    source: str = ""
    editable: bool = True
    options: tuple[Option, ...] = ()

    @property
    def caption(self) -> str:
        """What users read."""
        text = self.name.replace("_Percent", "_%").replace("_", " ").replace("Sell to", "Sell-to")
        for short in ("No", "Qty", "Prepmt", "Inv"):
            text = " ".join(f"{word}." if word == short else word for word in text.split(" "))
        return (
            text.replace("Bill to", "Bill-to").replace("Ship to", "Ship-to").replace("Buy from", "Buy-from")
        )

    @property
    def blank(self) -> Any:
        """What the field holds where nobody filled it."""
        blanks: dict[str, Any] = {"date": None, "decimal": Decimal(0), "integer": 0, "boolean": False}
        return self.options[0].value if self.options else blanks.get(self.kind, "")


@dataclass(frozen=True)
class Part:
    """The lines within a document's page: the name of the control, of a row, and their table."""

    control: str
    row: str
    table_id: int
    table: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Page:
    """A page that can be published; ``kind`` and ``posted`` say which documents it shows."""

    id: int
    table_id: int
    table: str
    records: Records
    fields: tuple[Field, ...]
    kind: Kind = "order"
    posted: bool = False
    writable: bool = True
    part: Part | None = None
    document_type: str = ""
    """First part of the primary key, in tables of several types of documents."""

    def field(self, name: str) -> Field | None:
        """A field of its header by name."""
        return next((field for field in self.fields if field.name == name), None)


def options(*names: str, **values: Any) -> tuple[Option, ...]:
    """Options by their names in XML; ``values`` gives those whose value in the core is not the name."""
    return tuple(
        Option(name, " " if name == "_blank_" else name.replace("_", " "), values.get(name, name))
        for name in names
    )


SETS: Final[dict[str, tuple[Option, ...]]] = {
    "STATUS": options(
        "Open",
        "Released",
        "Pending_Approval",
        "Pending_Prepayment",
        Open="open",
        Released="released",
        Pending_Approval="pending",
        Pending_Prepayment="prepayment",
    ),
    "JOBQUEUE": options("_blank_", "Scheduled_for_Posting", "Error", "Posting"),
    "ADVICE": options("Partial", "Complete", Partial=True, Complete=False),
    "LINETYPE": options(
        "_blank_",
        "G_L_Account",
        "Item",
        "Resource",
        "Fixed_Asset",
        "Charge_Item",
        _blank_="comment",
        G_L_Account="account",
        Item="item",
        Resource="resource",
        Fixed_Asset="asset",
        Charge_Item="charge",
    ),
    "RESERVE": options("Never", "Optional", "Always"),
    "PARTNERREF": options(
        "_blank_", "G_L_Account", "Item", "Charge_Item", "Cross_Reference", "Common_Item_No"
    ),
    "BLOCKED": options(
        "_blank_", "Ship", "Invoice", "All", _blank_="", Ship="ship", Invoice="invoice", All="all"
    ),
    "VBLOCKED": options("_blank_", "Payment", "All", _blank_="", Payment="payment", All="all"),
    "ITEMTYPE": options("Inventory", "Service", Inventory="inventory", Service="service"),
    "APPLIES": options(
        "_blank_", "Payment", "Invoice", "Credit_Memo", "Finance_Charge_Memo", "Reminder", "Refund"
    ),
}


def fields(table: str) -> tuple[Field, ...]:
    """Fields from lines of ``name kind source``: ``code20 text50 date dec int bool`` or the name of an option set.

    ``!`` after the kind: nobody can write it; ``part`` is where a document's lines stand.  Without a source, the
    field is kept and no rule looks at it.
    """
    return tuple(_field(*line.split()) for line in table.strip().splitlines())


def _field(name: str, kind: str, source: str = "") -> Field:
    plain = kind.rstrip("!")
    editable = plain == kind
    if plain in SETS:
        return Field(name, "option", 0, source, editable, SETS[plain])
    letters = plain.rstrip("0123456789")
    return Field(name, _KINDS[letters], int(plain[len(letters) :] or 0), source, editable)


def in_xml(field: Field, value: Any) -> str:
    """A value as it is written in XML; blank dates are ``0001-01-01`` (dynamics.md 2.4)."""
    match field.kind:
        case "date":
            return value.isoformat() if isinstance(value, date) else "0001-01-01"
        case "boolean":
            return "true" if value else "false"
        case "decimal":
            plain = Decimal(value).normalize()
            return f"{plain:f}"
        case "option":
            return next(
                (option.name for option in field.options if option.value == value), field.options[0].name
            )
    return str(value)
