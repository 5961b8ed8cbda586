"""Products: codes, units and descriptions (sap.md 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from ....errors import NotFound, UnsupportedOperation
from ....models import Product, ProductDraft
from ....wire.odata import EntityType
from ...answers import understands_answers
from ...contract import Write, Written
from ..conventions import fits_key, shown_key
from . import asking, services
from .cells import text
from .mapping_products import UNITS, product_in
from .office import Office

_PRODUCTS: Final = "A_Product"
_DESCRIPTIONS: Final = "A_ProductDescription"
_LONGEST: Final = 40
_GTIN: Final = 18
KEPT_IN_SAP: Final = "materials take the site's types, views and groups: they are kept in SAP"


@understands_answers
class Products:
    """Materials of the product service."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Product:
        """By number; ``NotFound`` when there is none."""
        found = [each for each in self.find(number=id) if each.id == shown_key(id.upper())]
        if not found:
            raise NotFound("there is no such product", operation="products.get")
        return found[0]

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Product]:
        """By number or GTIN, or by the exact description that is shown as the name."""
        operation = "products.find"
        if number is not None:
            found = self._coded(number, operation)
        elif name is not None:
            found = self._named(name, operation)
        else:
            return ()
        return tuple(each for each in found if name is None or each.name == name)

    def list(self) -> Iterator[Product]:
        """Stream all of them, a page in memory at a time."""
        with self.office.translated("products.list"):
            service = self.office.service(services.PRODUCTS)
            for row in asking.all_rows(service, _PRODUCTS, "Product", expand=self._expanded()):
                yield product_in(row, self.office)

    def create(self, draft: ProductDraft, write: Write) -> Written[Product]:  # noqa: ARG002 (kept in SAP)
        """Nothing: see :data:`KEPT_IN_SAP`."""
        _kept_in_sap("create")

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Product]:  # noqa: ARG002
        """Nothing here."""
        _kept_in_sap("update")

    def _expanded(self) -> str:
        """What lies within a product; older releases may lack the other units."""
        known = self._known().navigations
        return ",".join(name for name in ("to_Description", UNITS) if name in known)

    def _known(self) -> EntityType:
        return self.office.service(services.PRODUCTS).model.sets[_PRODUCTS]

    def _coded(self, code: str, operation: str) -> Sequence[Product]:
        if not fits_key(code, _LONGEST):
            return ()
        either = [asking.equal("Product", code.upper())]
        if len(code) <= _GTIN and "ProductStandardID" in self._known().properties:
            either.append(asking.equal("ProductStandardID", code))
        return self._where(" or ".join(either), operation)

    def _named(self, name: str, operation: str) -> Sequence[Product]:
        where = asking.equal(
            "ProductDescription", name
        )  # in any language: what is shown as the name is found by it
        with self.office.translated(operation):
            service = self.office.service(services.PRODUCTS)
            rows = list(asking.rows(service, _DESCRIPTIONS, where=where))
            numbers = sorted({text(row, "Product") for row in rows})
            found = asking.rows_of(service, _PRODUCTS, "Product", numbers, expand=self._expanded())
            return [product_in(row, self.office) for row in found]

    def _where(self, condition: str, operation: str) -> Sequence[Product]:
        with self.office.translated(operation):
            service = self.office.service(services.PRODUCTS)
            rows = asking.rows(service, _PRODUCTS, where=condition, expand=self._expanded())
            return [product_in(row, self.office) for row in rows]


def _kept_in_sap(verb: str) -> NoReturn:
    raise UnsupportedOperation("materials are kept in SAP", why=KEPT_IN_SAP, operation=f"products.{verb}")
