"""Variants of items, which a line names as its custom field ``variant`` (dynamics.md 1.8, 1.9).

A line holds the variant's id, people say its code: both are told by the company's list, by item.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ....errors import InvalidOrder, LossyWrite
from ....models import FrozenMapping, LineDraft, PurchaseOrderLineDraft, Ref
from ....wire.odata import literal
from ...services.cells import Body, guid, text

if TYPE_CHECKING:
    from .mapping_orders import Side
    from .office import Office

VARIANT: Final = "variant"
"""The name of the custom field."""
VARIANT_ID: Final = "itemVariantId"
ITEM_VARIANTS: Final = "itemVariants"
_AT_ONCE: Final = 50
"""How many ids are asked for in one request, whose address has an end (dynamics.md 1.16)."""
_SHOWN: Final = 20


class Variants:
    """The variants of the company's items, each item's read once, and again when it has more."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._ids: dict[str, Mapping[str, str]] = {}
        self._codes: dict[str, str] = {}
        self._reading = threading.Lock()

    def kept(self, lines: str) -> bool:
        """Whether this release has variants, and lines of this set a place for one."""
        return ITEM_VARIANTS in self._office.model.sets and VARIANT_ID in self._office.known(lines)

    def id(self, product: str | Ref, code: str, path: str) -> str:
        """The id of an item's variant; ``InvalidOrder`` with those that there are where it has no such."""
        wanted = code.upper()
        found = self._of(product).get(wanted) or self._of(product, anew=True).get(wanted)
        if found is None:
            there = sorted(self._of(product))[:_SHOWN]
            raise InvalidOrder(
                f"the product has no variant {code!r}",
                path=path,
                hint=f"one of: {', '.join(there)}" if there else "the product has no variants",
            )
        return found

    def codes(self, ids: Iterable[str]) -> Mapping[str, str]:
        """The codes of these variants; one that nobody has any more goes by its id."""
        wanted = dict.fromkeys(id for id in ids if id)
        if not wanted or ITEM_VARIANTS not in self._office.model.sets:
            return {}
        with self._reading:
            unknown = [id for id in wanted if id not in self._codes]
            for start in range(0, len(unknown), _AT_ONCE):
                where = " or ".join(f"id eq {id}" for id in unknown[start : start + _AT_ONCE])
                for row in self._office.rows(ITEM_VARIANTS, where=where):
                    self._codes[guid(row, "id")] = text(row, "code")
            return {id: self._codes.get(id, id) for id in wanted}

    def _of(self, product: str | Ref, *, anew: bool = False) -> Mapping[str, str]:
        named = product.id if isinstance(product, Ref) else product.upper()
        with self._reading:
            if anew or named not in self._ids:
                where = (
                    f"itemId eq {named}"
                    if isinstance(product, Ref)
                    else f"itemNumber eq {literal(named, 'Edm.String', 4)}"
                )
                rows = list(self._office.rows(ITEM_VARIANTS, where=where))
                self._ids[named] = {text(row, "code").upper(): guid(row, "id") for row in rows}
                self._codes |= {guid(row, "id"): text(row, "code") for row in rows}
            return self._ids[named]


def variant_out(line: LineDraft | PurchaseOrderLineDraft, side: Side, office: Office, path: str) -> Body:
    """The variant that a line of a draft names; ``LossyWrite`` for any other custom field."""
    for name, said in line.custom.items():
        if name != VARIANT or not isinstance(said, str) or not office.variants.kept(side.lines):
            raise LossyWrite(
                f"a line has no place for {name}: of fields that are not ours it holds the code of a variant",
                fields=(f"{side.draft}.line.custom",),
                path=f"{path}.custom.{name}",
            )
    code = line.custom.get(VARIANT)
    if code is None:
        return {}
    return {VARIANT_ID: office.variants.id(line.product, code, f"{path}.custom.{VARIANT}")}


def variant_in(code: str | None) -> FrozenMapping[Any]:
    """The custom fields of a line with this variant."""
    return FrozenMapping({VARIANT: code} if code else {})
