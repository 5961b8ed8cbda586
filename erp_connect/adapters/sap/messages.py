"""What the system says: RETURN in its three forms, and what a message means by class and number (sap.md 2.1, 2.18).

Never by its text, which follows the logon language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ...errors import (
    ConfigurationError,
    CreditBlocked,
    CustomerBlocked,
    DuplicateReference,
    ErpConnectError,
    InvalidOrder,
    NotFound,
    ProductBlocked,
    RecordLocked,
    RequestRefused,
    TransitionNotAllowed,
    TransportError,
)

__all__ = [
    "INCOMPLETE",
    "KINDS",
    "PURCHASE_SAVED",
    "SAVED",
    "Meanings",
    "Message",
    "messages_in",
    "worth_telling",
]

KINDS: Final = frozenset("SIWEA")
"""The types that RETURN is known to have (sap.md 2.1); an X ends the program, and nothing after it is certain."""
INCOMPLETE: Final = ("V1", "555")
SAVED: Final = ("V1", "311")
PURCHASE_SAVED: Final = ("06", "017")
_NOISE: Final = frozenset({("V4", "233"), SAVED, PURCHASE_SAVED})
_EPILOGUES: Final = frozenset({("V4", "219"), ("V4", "248"), ("BAPI", "001"), ("MEPO", "002")})
"""They stand beside the cause and name none (sap.md 2.15, 2.18)."""
_VARIABLES: Final = tuple(f"MESSAGE_V{number}" for number in range(1, 5))
_ITEM: Final = re.compile(r"^(?:SALES|ORDER)_(?:ITEM|SCHEDULE)S?_IN$")


class Message(NamedTuple):
    """One message: type S, I, W, E, A or X, class and number, the text in the logon language."""

    type: str
    id: str
    number: str
    text: str
    variables: tuple[str, ...] = ()
    parameter: str = ""
    row: int = 0
    field: str = ""

    @property
    def ident(self) -> tuple[str, str]:
        """Class and number."""
        return self.id, self.number

    @property
    def refuses(self) -> bool:
        """Whether it says that something was not done."""
        return self.type in {"E", "A", "X"}

    @property
    def ends(self) -> bool:
        """Whether the whole was broken off."""
        return self.type in {"A", "X"}

    @property
    def path(self) -> str | None:
        """The place in a draft that it speaks of, where it says which row."""
        return f"lines[{self.row - 1}]" if self.row > 0 and _ITEM.match(self.parameter) else None

    def __str__(self) -> str:
        return f"{self.type} {self.id} {self.number}: {self.text}"

    def as_native(self) -> dict[str, Any]:
        """All that was said, as plain values."""
        return {
            name: value for name, value in zip(self._fields, self, strict=True) if value not in ("", 0, ())
        }


def messages_in(*told: Any) -> tuple[Message, ...]:
    """The messages of RETURN, be it a table, a structure, or absent; a structure without a type says nothing."""
    found: list[Message] = []
    for part in told:
        rows: Iterable[Any] = (part,) if isinstance(part, Mapping) else part or ()
        found += [_message(row) for row in rows if str(row.get("TYPE") or "").strip()]
    return tuple(found)


def _message(row: Mapping[str, Any]) -> Message:
    told = row.get
    code = str(told("CODE") or "").strip()  # the old structure: class and number in one
    area, number = (code[:-3], code[-3:]) if code else (str(told("ID") or ""), str(told("NUMBER") or ""))
    return Message(
        str(row["TYPE"]).strip(),
        area.strip(),
        number.strip(),
        str(told("MESSAGE") or ""),
        tuple([str(said) for name in _VARIABLES if (said := told(name))]),
        str(told("PARAMETER") or ""),
        int(told("ROW") or 0),
        str(told("FIELD") or ""),
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    error: type[ErpConnectError]
    says: str
    code: str | None = None
    hint: str | None = None
    retryable: bool | None = None


_CLASSES: Final[Mapping[str, _Meaning]] = {
    "locked": _Meaning(RecordLocked, "somebody else has the order open for change"),
    "duplicate": _Meaning(
        DuplicateReference,
        "the customer's order number was used before",
        hint="look at the order that is there, or use another number",
    ),
    "product": _Meaning(
        InvalidOrder,
        "a product cannot be ordered here",
        code="product_unknown",
        hint="check the product's number, and that it is on file for this sales area or plant",
    ),
    "product_blocked": _Meaning(ProductBlocked, "a product is blocked"),
    "customer": _Meaning(
        InvalidOrder,
        "a customer is not on file for this sales area",
        code="customer_unknown",
        hint="check the customer's number and the sales area in the settings",
    ),
    "customer_blocked": _Meaning(CustomerBlocked, "the customer is blocked for orders"),
    "credit": _Meaning(CreditBlocked, "the customer's credit does not allow it"),
    "not_found": _Meaning(NotFound, "there is no such order"),
    "not_allowed": _Meaning(TransitionNotAllowed, "the order's state does not allow it"),
    "configuration": _Meaning(
        ConfigurationError,
        "sales area or document type is not set up",
        code="sales_area",
        hint="correct sales_org, distribution_channel, division or order_type",
    ),
    "system": _Meaning(
        TransportError,
        "the system broke the call off",
        code="dump",
        hint="have the dump looked at (ST22), then repeat the call with the same key",
        retryable=False,
    ),
}
_KNOWN: Final[Mapping[tuple[str, str], str]] = {
    **dict.fromkeys((("V1", "042"), ("V1", "041"), ("MC", "601"), ("MC", "602")), "locked"),
    ("V4", "115"): "duplicate",
    **dict.fromkeys((("V1", "382"), ("M3", "305"), ("M3", "351")), "product"),
    **dict.fromkeys((("VP", "112"), ("VP", "199"), ("VP", "204")), "customer"),
    ("V1", "849"): "credit",
    ("V1", "302"): "not_found",
    **{("V1", f"{number}"): "configuration" for number in range(319, 325)},
    ("00", "341"): "system",
}
_BY_CLASS: Final[tuple[tuple[str, str], ...]] = (("CZ", "credit"), ("UKM", "credit"))
_OTHERWISE: Final = _Meaning(InvalidOrder, "the system refused it", code="business_rule_rejected")


class Meanings:
    """What messages mean: the known ones, and those that a site has added in ``message_classes``."""

    def __init__(self, site: Mapping[str, str]) -> None:
        self._known = dict(_KNOWN)
        for ident, meaning in site.items():
            area, _, number = ident.strip().partition(" ")
            if meaning not in _CLASSES or not number.strip():
                raise ConfigurationError(
                    f"message_classes: '{ident}={meaning}' does not say what a message means",
                    hint=f"CLASS NUMBER=MEANING, where the meaning is one of {', '.join(_CLASSES)}",
                )
            self._known[area, number.strip()] = meaning

    def of(self, ident: tuple[str, str]) -> str | None:
        """The meaning's name; ``None`` for a message that nobody has named."""
        found = self._known.get(ident)
        if found is not None:
            return found
        return next((meaning for area, meaning in _BY_CLASS if ident[0].startswith(area)), None)

    def refusal(self, messages: Sequence[Message], *, operation: str | None = None) -> ErpConnectError:
        """The error that says why something was refused: by the first cause, with everything that was said."""
        cause = _cause(messages)
        meaning = _CLASSES[self.of(cause.ident) or ""] if self.of(cause.ident) else _OTHERWISE
        return meaning.error(
            f"{meaning.says} ({cause.id} {cause.number})",
            code=meaning.code,
            hint=meaning.hint,
            operation=operation,
            outcome="not_applied",
            retryable=meaning.retryable,
            native=[each.as_native() for each in messages],
            path=cause.path,
        )

    def raised(self, ident: tuple[str, str]) -> type[ErpConnectError]:
        """The error for a message that came as an exception."""
        known = self.of(ident)
        return _CLASSES[known].error if known else RequestRefused


def _cause(messages: Sequence[Message]) -> Message:
    refusing = [each for each in messages if each.refuses]
    causes = [each for each in refusing if each.ident not in _EPILOGUES]
    return (causes or refusing or [Message("E", "", "", "")])[0]


def worth_telling(messages: Iterable[Message]) -> tuple[str, ...]:
    """What a caller should hear beside a success: warnings, and the errors of user exits (sap.md 2.18)."""
    told = [each for each in messages if each.type in {"W", "E"} and each.ident not in _NOISE | _EPILOGUES]
    return tuple(dict.fromkeys(str(each) for each in told))
