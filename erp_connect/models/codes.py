"""Codes with check digits: is this GTIN, SSCC, GLN, VAT number, IBAN or LEI typed right?

The checks say whether a code *can* be right, never whether it exists.  None of them alters the text.
Sources: GS1 General Specifications (GTIN, GLN, SSCC), ISO 13616 (IBAN), ISO 17442 (LEI), national VAT rules.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from typing import Final, cast

__all__ = [
    "UnknownCode",
    "check_gln",
    "check_gtin",
    "check_iban",
    "check_lei",
    "check_sscc",
    "check_vat",
    "gs1_check_digit",
    "kind_of_code",
    "nearest",
]


class UnknownCode(ValueError):
    """A unit, currency or country code that is on no list, or that can be read in more than one way.

    ``kind`` says what was looked up, ``suggestions`` are the nearest codes.  The text itself is not repeated: what
    stands in the wrong field may be anything, a name included, and this message reaches logs.
    """

    def __init__(
        self,
        kind: str,
        suggestions: Iterable[str] | Callable[[], Iterable[str]] = (),
        *,
        problem: str | None = None,
    ) -> None:
        """``suggestions`` may be a function: it is asked when somebody wants to know."""
        self.kind = kind
        self.problem = problem
        self._near = suggestions
        super().__init__(problem or f"unknown {kind}")

    @cached_property
    def suggestions(self) -> tuple[str, ...]:
        """The nearest codes: looking for them takes long, and most who ask for a code go on without them."""
        return tuple(self._near() if callable(self._near) else self._near)

    def __str__(self) -> str:
        hint = f"; did you mean {' or '.join(self.suggestions)}?" if self.suggestions else ""
        return f"{self.args[0]}{hint}"

    def __reduce__(self) -> tuple[Callable[..., UnknownCode], tuple[object, ...]]:
        return _unknown, (self.kind, self.suggestions, self.problem)


def _unknown(kind: str, suggestions: tuple[str, ...], problem: str | None) -> UnknownCode:
    return UnknownCode(kind, suggestions, problem=problem)


def nearest(text: str, names: Mapping[str, str], show: Callable[[str], str]) -> tuple[str, ...]:
    """The codes whose spellings come nearest to ``text``, at most three; ``names`` maps spelling to code."""
    from difflib import get_close_matches  # only wanted when something is wrong

    found = dict.fromkeys(
        names[name] for name in get_close_matches(text[:40].casefold(), names, n=6, cutoff=0.6)
    )
    return tuple(show(code) for code in list(found)[:3])


# --------------------------------------------------------------------------- GS1

_GTIN: Final = {8: "GTIN-8", 12: "GTIN-12", 13: "GTIN-13", 14: "GTIN-14"}


def gs1_check_digit(body: str) -> str:
    """The digit that ends a GS1 number (weights 3, 1 from the right, modulo 10); ``body`` is all digits before it."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def _digits(text: str, what: str) -> str:
    bare = re.sub(r"[ \-]", "", text)
    if not re.fullmatch(r"[0-9]+", bare):
        raise ValueError(f"{what} consists of digits only; remove every other character")
    return bare


def _gs1(bare: str, what: str) -> None:
    expected = gs1_check_digit(bare[:-1])
    if bare[-1] != expected:
        raise ValueError(
            f"{what} ends in {bare[-1]}, its check digit would be {expected}; compare it with the source"
        )


def check_gtin(text: str) -> None:
    """Refuse a GTIN with a wrong length (8, 12, 13 or 14 digits) or check digit; raises ValueError saying which."""
    bare = _digits(text, "a GTIN")
    if len(bare) not in _GTIN:
        hint = ": leading zeros may have been lost in a spreadsheet" if len(bare) in (7, 9, 10, 11) else ""
        raise ValueError(f"a GTIN has 8, 12, 13 or 14 digits, this one has {len(bare)}{hint}")
    _gs1(bare, f"this {_GTIN[len(bare)]}")


def check_gln(text: str) -> None:
    """Refuse a global location number that is not 13 digits with the right check digit; raises ValueError."""
    bare = _digits(text, "a GLN")
    if len(bare) != 13:
        raise ValueError(f"a GLN has 13 digits, this one has {len(bare)}")
    _gs1(bare, "this GLN")


def check_sscc(text: str) -> None:
    """Refuse a shipping container code that is not 18 digits with the right check digit; raises ValueError.

    The application identifier may stand in front, as on labels: ``(00)`` or ``00`` before the 18 digits.
    """
    bare = _digits(text.strip().removeprefix("(00)"), "an SSCC")
    if len(bare) == 20 and bare.startswith("00"):
        bare = bare[2:]
    if len(bare) != 18:
        raise ValueError(f"an SSCC has 18 digits, this one has {len(bare)}")
    _gs1(bare, "this SSCC")


# --------------------------------------------------------------------------- taken from python-stdnum

# VAT numbers outside the EU's common format that order desks meet daily; the EU's own go by their prefix.
_VAT_ELSEWHERE: Final = {
    "GB": "stdnum.gb.vat",
    "XI": "stdnum.gb.vat",
    "CHE": "stdnum.ch.vat",
    "NO": "stdnum.no.mva",
}


@cache
def _stdnum(module: str) -> Callable[[str], object]:
    # Loaded at the first check: the package costs more to import than all our own models.
    return cast("Callable[[str], object]", importlib.import_module(module).validate)


def _check(module: str, text: str, what: str, shape: str) -> None:
    from stdnum.exceptions import InvalidChecksum, ValidationError

    try:
        _stdnum(module)(text)
    except InvalidChecksum:
        raise ValueError(f"this {what} has a wrong check digit; compare it with the source") from None
    except ValidationError:
        raise ValueError(f"this is no {what}: {shape}") from None


def check_vat(text: str) -> None:
    """Refuse a VAT number, with its country prefix, that breaks that country's rule; raises ValueError.

    Covers the EU, Great Britain, Northern Ireland (XI), Switzerland (CHE...) and Norway (NO...MVA).  Whether the
    number is registered is the tax office's to say (VIES), not ours.
    """
    bare = re.sub(r"[^0-9A-Z]", "", text.upper())
    shape = "length or characters do not fit the country's rule"
    for prefix, module in _VAT_ELSEWHERE.items():
        if bare.startswith(prefix):
            return _check(
                module, bare if prefix in ("CHE", "NO") else bare.removeprefix(prefix), "VAT number", shape
            )
    if not re.match(r"[A-Z]{2}", bare):
        raise ValueError("a VAT number starts with its country's two letters; put them in front")
    return _check("stdnum.eu.vat", "EL" + bare[2:] if bare.startswith("GR") else bare, "VAT number", shape)


def check_iban(text: str) -> None:
    """Refuse an IBAN with a wrong check digit, length or national structure; raises ValueError."""
    shape = "length or characters do not fit the country's structure"
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", re.sub(r"[ \-]", "", text)):
        raise ValueError(f"this is no IBAN: {shape}")
    _check("stdnum.iban", text, "IBAN", shape)


def check_lei(text: str) -> None:
    """Refuse a legal entity identifier that is not 20 characters with the right check digits; raises ValueError."""
    shape = "it has 18 letters and digits and two check digits"
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", re.sub(r"[ \-]", "", text)):
        raise ValueError(f"this is no LEI: {shape}")
    _check("stdnum.lei", text, "LEI", shape)


# --------------------------------------------------------------------------- which is it

_KINDS: Final[tuple[tuple[str, str, Callable[[str], None]], ...]] = (
    (r"(\(00\))?[0-9]{18}|00[0-9]{18}", "SSCC", check_sscc),
    (r"[0-9]{8}|[0-9]{12,14}", "GTIN", check_gtin),
    (r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", "IBAN", check_iban),
    (r"[0-9A-Z]{18}[0-9]{2}", "LEI", check_lei),
    (r"(CHE|[A-Z]{2})[0-9A-Z]{2,13}", "VAT", check_vat),
)


def kind_of_code(text: str) -> str | None:
    """``"SSCC"``, ``"GTIN"``, ``"IBAN"``, ``"LEI"`` or ``"VAT"`` when form and check digit fit, else None.

    A GLN has the form of a GTIN-13 and answers ``"GTIN"``.
    """
    bare = re.sub(r"[ .\-]", "", text)
    for form, kind, check in _KINDS:
        if re.fullmatch(form, bare):
            try:
                check(bare)
            except ValueError:
                continue
            return kind
    return None
