"""Units of measure: UN/ECE Recommendation 20 codes, the words ERPs use for them, and exact physical conversion.

Source: UN/ECE Rec 20 rev. 17 with Rec 21 package codes under the prefix X.  Factors are the exact legal definitions
(international pound, foot and gallons), not the rounded ones that the recommendation prints.  How many pieces a
carton, a pair or a dozen holds is never decided here: pack sizes belong to the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final

from .codes import UnknownCode, nearest

__all__ = ["UNITS", "Unit", "convert", "convertible", "is_unit", "same_unit", "unit_code"]

KIND: Final = "unit of measure"
DIGITS: Final = 34
"""Significant digits of a conversion that does not end (1 cm in inches): those of IEEE decimal128."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A trade unit: Rec 20 ``code``, English ``name``, ``dimension``, and ``factor`` to the dimension's base unit.

    Base units: kilogram, metre, square metre, cubic metre, second, month (calendar), joule.  ``factor`` is None where
    only product data can tell (count, pack) or where no fixed length exists (working day).
    """

    code: str
    name: str
    dimension: str
    factor: Decimal | None = None


_COUNT: Final = """
C62 one|H87 piece|EA each|NAR number of articles|PR pair|DPR dozen pair|TPR ten pair|DZN dozen|GRO gross
GGR great gross|SCO score|CEN hundred|HC hundred count|MIL thousand|T3 thousand piece|MIO million|TP ten pack|SET set
KT kit|AS assortment|AY assembly|LO lot|LR layer|NMP number of packs|RM ream|PTN portion|SX shipment
E48 service unit|ACT activity|LS lump sum|E49 working day|LH labour hour
"""
_PACK: Final = """
XBX box|XCT carton|XCS case|XPK package|XPA packet|XPC parcel|XPX pallet|XCR crate|XBG bag|XSA sack|XPO pouch
XRO roll|XRL reel|XSO spool|XCL coil|XBO bottle, cylindrical|XCX can, cylindrical|XCA can, rectangular|XTN tin|XJR jar
XTU tube|XVI vial|XAM ampoule|XDR drum|XBA barrel|XKG keg|XCI canister|XJC jerrican, rectangular
XJY jerrican, cylindrical|XBJ bucket|XPL pail|XTB tub|XPT pot|XPU tray|XBI bin|XCY cylinder
XWA intermediate bulk container
XCN container|XST sheet|XBE bundle|XBH bunch|XEN envelope|XSH sachet|XCQ cartridge|XAE aerosol|XPP piece, unpacked
XSX set of packages|XUN unit, packed
"""
_PHYSICAL: Final = """
mass KGM 1 kilogram|mass GRM 0.001 gram|mass MGM 0.000001 milligram|mass TNE 1000 tonne|mass DTN 100 decitonne
mass LBR 0.45359237 pound|mass ONZ 0.028349523125 ounce|mass APZ 0.0311034768 troy ounce|mass STI 6.35029318 stone
mass STN 907.18474 ton (US)|mass LTN 1016.0469088 ton (UK)|mass CWA 45.359237 hundredweight (US)
mass CWI 50.80234544 hundredweight (UK)|mass CTM 0.0002 metric carat
length MTR 1 metre|length LM 1 linear metre|length DMT 0.1 decimetre|length CMT 0.01 centimetre
length MMT 0.001 millimetre|length 4H 0.000001 micrometre|length KMT 1000 kilometre|length INH 0.0254 inch
length FOT 0.3048 foot|length LF 0.3048 linear foot|length YRD 0.9144 yard|length LY 0.9144 linear yard
length SMI 1609.344 mile|length NMI 1852 nautical mile
area MTK 1 square metre|area DMK 0.01 square decimetre|area CMK 0.0001 square centimetre
area MMK 0.000001 square millimetre|area KMK 1000000 square kilometre|area H18 10000 hectare
area INK 0.00064516 square inch|area FTK 0.09290304 square foot|area YDK 0.83612736 square yard
volume MTQ 1 cubic metre|volume DMQ 0.001 cubic decimetre|volume CMQ 0.000001 cubic centimetre
volume MMQ 0.000000001 cubic millimetre|volume LTR 0.001 litre|volume DLT 0.0001 decilitre|volume CLT 0.00001 centilitre
volume MLT 0.000001 millilitre|volume HLT 0.1 hectolitre|volume GLL 0.003785411784 gallon (US)
volume GLI 0.00454609 gallon (UK)|volume QTL 0.000946352946 liquid quart (US)|volume QTI 0.0011365225 quart (UK)
volume PTL 0.000473176473 liquid pint (US)|volume PTI 0.00056826125 pint (UK)
volume OZA 0.0000295735295625 fluid ounce (US)|volume OZI 0.0000284130625 fluid ounce (UK)
volume BLL 0.158987294928 barrel (US)|volume INQ 0.000016387064 cubic inch|volume FTQ 0.028316846592 cubic foot
volume YDQ 0.764554857984 cubic yard
time SEC 1 second|time MIN 60 minute|time HUR 3600 hour|time DAY 86400 day|time WEE 604800 week
calendar MON 1 month|calendar QAN 3 quarter|calendar SAN 6 half year|calendar ANN 12 year
energy JOU 1 joule|energy KJO 1000 kilojoule|energy 3B 1000000 megajoule|energy WHR 3600 watt hour
energy KWH 3600000 kilowatt hour|energy MWH 3600000000 megawatt hour|energy GWH 3600000000000 gigawatt hour
"""


def _table() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for dimension, text in (("count", _COUNT), ("pack", _PACK)):
        for entry in text.strip().replace("\n", "|").split("|"):
            code, name = entry.split(" ", 1)
            units[code] = Unit(code, name, dimension)
    # Months are not converted into days: a contract's month has no fixed length.
    for entry in _PHYSICAL.strip().replace("\n", "|").split("|"):
        dimension, code, factor, name = entry.split(" ", 3)
        units[code] = Unit(code, name, dimension, Decimal(factor))
    return units


UNITS: Final[Mapping[str, Unit]] = MappingProxyType(_table())
"""Rec 20 code to unit: the codes that orders are written in, about 150 of the list's 2 000."""

# Symbols whose capitals mean something else, or nothing certain.
_CASED: Final = {"t": "TNE", "m": "MTR", "ha": "H18"}

# Spellings that practice reads in several ways, some of them a factor of a thousand apart.  Guessing is worse than
# asking.
_AMBIGUOUS: Final[Mapping[str, tuple[str, ...]]] = {
    "st": ("H87", "SET", "XST"),  # piece in German and SAP, set in X12, sheet in older Rec 20
    "m": ("MTR", "MIL"),  # reached by the capital only: Roman thousand in American price lists
    "t": ("TNE", "MIL"),
    "ton": ("TNE", "STN", "LTN"),
    "tons": ("TNE", "STN", "LTN"),
    "mt": ("TNE", "MTR"),
    "lt": ("LTR", "LTN", "LO"),
    "gal": ("GLL", "GLI"),
    "gallon": ("GLL", "GLI"),
    "qt": ("QTL", "QTI"),
    "quart": ("QTL", "QTI"),
    "pt": ("PTL", "PTI"),
    "pint": ("PTL", "PTI"),
    "floz": ("OZA", "OZI"),
    "fl oz": ("OZA", "OZI"),
    "cwt": ("CWA", "CWI", "DTN"),
    "gr": ("GRM", "GRO"),
    "ca": ("XCS", "XCX"),  # case in X12, can in older Rec 20
    "pl": ("XPX", "XPL"),  # pallet in X12, pail in older Rec 20
    "rl": ("XRO", "XRL"),
    "sh": ("XST", "XSH"),
    "rm": ("RM", "MTQ"),  # ream; stacked cubic metre of German wood
}

# What ERPs and people write.  Where Rec 20 or Rec 21 once had a bare code (BX, CT, PC, KG), its trade meaning counts.
# Four active Rec 20 codes are read as words because orders never mean their unit: STK (stick, cigarette), CTN (content
# ton), KGS (kilogram per second), PAL (pascal).
_ALIASES: Final = """
H87 pc pcs pce pces piece pieces stk stck stks stück stueck stuk stuks szt ks pz pza pzs pieza piezas pezzo pezzi pièce
C62 unit units u un und uds ud unidad unité unite one nmb
EA each eaches
PR pair pairs prs paar paa npr paire
DZN dz doz dozen dutzend douzaine dtz
GRO gross gros
CEN hundred hun
MIL thousand tsd tausend mille thou
SET sets satz sz
KT kit kits
LO lot
LR layer lage
LS lumpsum psch pausch pauschal pau forfait|lump sum
E48 service svc leistung
RM ream ries
KGM kg kgs kilo kilos kilogram kilogramm kilogramme
GRM g gram grams gramm gramme
MGM mg milligram milligramm
TNE to te tonne tonnes metric_ton|metric ton
LBR lb lbs pound pounds
ONZ oz ounce ounces
LTR l ltr liter litre liters litres
MLT ml milliliter millilitre
CLT cl
DLT dl
HLT hl
DMQ dm3 dm³
MTQ m3 m³ cbm cubm|cubic metre|cubic meter
CMQ cm3 cm³ ccm cc
MMQ mm3 mm³
FTQ ft3 ft³ cuft|cu ft
YDQ yd3 yd³ cuyd
MTR mtr mtrs meter metre meters metres
LM lfm lfdm|lfd m|rmt
CMT cm centimeter centimetre
MMT mm millimeter millimetre
DMT dm
KMT km kilometer kilometre
INH in inch inches zoll
FOT ft foot feet fuß
YRD yd yds yard yards
SMI mile miles
MTK m2 m² qm sqm|square metre|square meter
CMK cm2 cm² qcm sqcm
MMK mm2 mm² qmm
KMK km2 km² qkm
FTK ft2 ft² sqft sf|sq ft
YDK yd2 yd² sqyd sy
INK in2 in² sqin
H18 har hectare hektar
SEC second seconds sekunde
MIN minute minutes
HUR h hr hrs hour hours std stunde stunden heure
DAY days tag tage jour
WEE week weeks wk woche wochen
MON month months monat monate mo mois
ANN year years yr jahr jahre
KWH kilowatthour
XBX bx box boxes schachtel
XCT ct ctn ctns carton cartons karton kartons kar crtn
XCS cs cse case cases
XPK pk pkg pack packs package pak vpe ve packung gebinde
XPA pa packet pkt päckchen
XPC parcel paket
XPX px pf pal plt pallet pallets palette paletten eur-palette
XCR cr crate kiste
XBG bg bag bags beutel beu
XSA sack sck säcke
XRO ro rol roll rolls rolle rollen rouleau
XRL reel haspel
XSO spool spule
XCL coil
XBO bo btl bottle bottles flasche fla
XCX can cans
XTN tin
XJR jr jar glas
XTU tu tube tubes
XDR dr drum drums fass trommel
XKG keg
XCI canister kanister kan
XBJ bj bucket eimer eim
XPL pail
XPU tray
XWA ibc
XST sheet sheets blatt bogen
XBE be bundle bund bündel bündl
"""


@cache
def _aliases() -> Mapping[str, str]:
    words: dict[str, str] = {}
    for line in _ALIASES.strip().splitlines():
        code, rest = line.split(" ", 1)
        single, *phrases = rest.split("|")
        for group in phrases:
            words[group.casefold()] = code
        for word in single.split():
            words[word.casefold()] = code
    return words


@cache
def _spellings() -> Mapping[str, str]:
    """Everything that the nearest spelling may be: aliases, names, codes."""
    names = {unit.name: unit.code for unit in UNITS.values()}
    return {**_aliases(), **names, **{code.casefold(): code for code in UNITS}}


def _show(code: str) -> str:
    return f"{code} ({UNITS[code].name})"


def is_unit(code: str) -> bool:
    """Whether ``code`` is exactly one of the Rec 20 codes known here; aliases are not."""
    return code in UNITS


def unit_code(text: str) -> str:
    """The Rec 20 code for a code or an unambiguous alias (``Stck``, ``kg``, ``CTN``); codes win over aliases.

    Case counts first, then it does not; blanks around and a closing full stop are ignored.  Raises ``UnknownCode``
    with the nearest units; also where practice reads the word in several ways (ST, M, T, GAL, TON).
    """
    if text in UNITS:
        return text
    word = text.strip().removesuffix(".")
    if word in UNITS:
        return word
    if word in _CASED:
        return _CASED[word]
    folded = word.casefold()
    if readings := _AMBIGUOUS.get(folded):
        raise UnknownCode(KIND, map(_show, readings), problem=f"ambiguous {KIND}")
    if word.upper() in UNITS:
        return word.upper()
    code = _aliases().get(folded)
    if code is None:
        problem = f"unknown {KIND}: no UN/ECE Rec 20 code that orders use, and no known word for one"
        raise UnknownCode(KIND, lambda: nearest(word, _spellings(), _show), problem=problem)
    return code


_SINGLE: Final = frozenset({"C62", "H87", "EA", "NAR", "XPP"})


def same_unit(a: str, b: str) -> bool:
    """Whether a quantity in ``a`` is the same quantity in ``b``: equal codes, or two words for a single piece.

    ERPs answer H87, C62 or EA for what the order called EA; that is no change.
    """
    first, second = unit_code(a), unit_code(b)
    return first == second or (first in _SINGLE and second in _SINGLE)


def convertible(a: str, b: str) -> bool:
    """Whether ``convert`` can turn one into the other; raises ``UnknownCode`` for a unit that is on no list."""
    first, second = UNITS[unit_code(a)], UNITS[unit_code(b)]
    return first == second or (
        first.factor is not None and second.factor is not None and first.dimension == second.dimension
    )


def convert(quantity: Decimal | int, from_unit: str, to_unit: str) -> Decimal:
    """``quantity`` in another physical unit, exactly; a result that does not end has 34 significant digits.

    Not rounded to what a back-end stores.  Raises ``ValueError`` for counting and packing units (except to themselves)
    and across dimensions, ``TypeError`` for anything but a Decimal or an int.
    """
    if isinstance(quantity, bool) or not isinstance(quantity, Decimal | int):
        raise TypeError(f"a quantity is a Decimal or an int, not {type(quantity).__name__}")
    amount = Decimal(quantity)
    if not amount.is_finite() or abs(amount.adjusted()) > 100:
        raise ValueError("the quantity must be a finite number of a size that trade knows")
    first, second = UNITS[unit_code(from_unit)], UNITS[unit_code(to_unit)]
    if first == second:
        return amount
    if not convertible(first.code, second.code) or first.factor is None or second.factor is None:
        raise ValueError(f"cannot convert {_show(first.code)} to {_show(second.code)}: {_why(first, second)}")
    return _decimal(Fraction(amount) * Fraction(first.factor) / Fraction(second.factor))


def _why(first: Unit, second: Unit) -> str:
    if "pack" in (first.dimension, second.dimension) or first.dimension == second.dimension == "count":
        return "how much one holds of the other is product data; take it from the product's units"
    return f"{first.dimension} and {second.dimension} are different things; order in a unit of the product"


def _decimal(number: Fraction) -> Decimal:
    twos = fives = 0
    rest = number.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest == 1:
        # The denominator divides a power of ten, so the decimal ends; built from digits, no context rounds it.
        places = max(twos, fives)
        digits = abs(number.numerator) * 10**places // number.denominator
        return Decimal((int(number < 0), tuple(map(int, str(digits))), -places))
    from decimal import Context

    return Context(prec=DIGITS).divide(Decimal(number.numerator), Decimal(number.denominator))
