"""Units of purchase orders: internal codes, for which not every release is known to have ISO twins (sap.md 2.2)."""

from __future__ import annotations

from ....errors import UnmappedCode
from ....models import Product
from ....models.units import same_unit
from . import modules
from .masters import Products
from .office import Office


class PurchaseUnits:
    """Units in both directions: by the site's map, by the ISO twin, else by the material, which tells its own.

    What a unit means is kept, for codes mean the same for every material.  Safe for several threads.
    """

    def __init__(self, office: Office, products: Products) -> None:
        self._office = office
        self._products = products
        self._learned: dict[str, str] = {}

    def ours(self, internal: str, iso: str, product: str) -> str | None:
        """Our code for an item's unit; ``None`` for one that nobody tells."""
        found = self._office.units.ours(internal, iso) or self._learned.get(internal)
        if found is None and internal and product:
            known = self._known(product)
            if known is not None and known.unit is not None and known.raw.get("BASE_UOM") == internal:
                found = self._office.units.ours(internal, str(known.raw.get("BASE_UOM_ISO") or ""))
        if found is not None:
            self._learned[internal] = found
        return found

    def fields(self, unit: str, product: str, path: str) -> dict[str, str]:
        """The unit as an item's field; ``UnmappedCode`` for one that is neither mapped nor the material's own."""
        units = self._office.units
        if units.internal(unit) is not None or self._office.knows(modules.PO_CREATE, "POITEM", "PO_UNIT_ISO"):
            return units.fields(unit, "PO_UNIT", "PO_UNIT_ISO")
        known = self._known(product)
        if known is None:
            return {}  # the system says what is wrong with the product
        own = str(known.raw.get("BASE_UOM") or "")
        if own and known.unit is not None and same_unit(known.unit, unit):
            return {"PO_UNIT": own}
        raise UnmappedCode(
            f"the system's own code for the unit {unit} is not known",
            code="unit_unmapped",
            path=path,
            hint=f"map it in the settings: units={unit}=YOUR_INTERNAL_CODE",
        )

    def _known(self, product: str) -> Product | None:
        return next(iter(self._products.find(number=product)), None)
