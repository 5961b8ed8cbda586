"""Prices and units of an item: what its conditions come to (sap.md 4.4, pricing elements)."""

from decimal import Decimal

from .queries import Row
from .refusing import Refused

UNITS = (
    ("PC", "ST", "PCE"),
    ("EA", "EA", "EA"),
    ("KG", "KG", "KGM"),
    ("CAR", "KAR", "CT"),
    ("M", "M", "MTR"),
)
PERCENT = frozenset({"RA01", "RA00", "HA00", "KA00"})
PER_QUANTITY = frozenset({"PR00", "PPR0", "PN00", "PMP0", "RC00", "RD00"})
FIXED = frozenset({"RB00", "HB00", "HD00", "HM00", "RB01", "FK00"})
LOWERS = frozenset({"RA01", "RA00", "HA00", "KA00", "RB00", "HB00", "RB01", "RC00"})  # entered as a rebate


def say_units(row: Row, stem: str, base: str) -> None:
    """Fill the three ways in which a unit is told from the one that was given."""
    told = [
        (place, row[f"{stem}{way}Unit"])
        for place, way in enumerate(("", "SAP", "ISO"))
        if row.get(f"{stem}{way}Unit")
    ]
    if not told:
        told = [(0, base)]
    for place, unit in told:
        same = next((each for each in UNITS if each[place] == unit), None)
        if same is None:
            raise Refused(400, f"Unit {unit} is not defined", "BM/301", f"{stem}Unit")
        for way, text in zip(("", "SAP", "ISO"), same, strict=True):
            if f"{stem}{way}Unit" in row:
                row[f"{stem}{way}Unit"] = text


def net_of(item: Row, conditions: list[Row]) -> Decimal:
    """What an item costs by its conditions."""
    net = Decimal(0)
    for each in sorted(conditions, key=lambda row: int(row["PricingProcedureStep"])):
        rate = each["ConditionRateValue"]
        if each["ConditionType"] in PER_QUANTITY:
            net += rate * item["RequestedQuantity"] / (each["ConditionQuantity"] or 1)
    base = net
    for each in conditions:
        if each["ConditionType"] in PERCENT:
            net += base * each["ConditionRateValue"] / 100
        elif each["ConditionType"] in FIXED:
            net += each["ConditionRateValue"]
    return net.quantize(Decimal("0.01"))


def share_out(conditions: list[Row], items: list[Row]) -> None:
    """Conditions of the header lie on the items, by value."""
    for each in conditions:
        base = sum((item["NetAmount"] for item in items), Decimal(0))
        rate = each["ConditionRateValue"]
        whole = base * rate / 100 if each["ConditionType"] in PERCENT else rate
        each["ConditionAmount"] = whole = whole.quantize(Decimal("0.01"))
        for place, item in enumerate(items):
            part = whole if place == len(items) - 1 else (whole * item["NetAmount"] / (base or 1))
            part = part.quantize(Decimal("0.01"))
            base -= item["NetAmount"]
            item["NetAmount"] += part
            whole -= part
