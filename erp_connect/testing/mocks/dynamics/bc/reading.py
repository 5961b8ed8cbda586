"""What the API offers, and how its rows are written (dynamics.md 1.1 to 1.6)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from ...business.masters import NOBODY
from ...odata.calls import Call
from ...odata.edmx import Annotations
from ...odata.filtering import Scope, parsed
from ...odata.model import EntitySet, Model, described
from ...odata.options import Options
from ...odata.reading import Reading
from ...odata.source import Row

NAMESPACE: Final = "Microsoft.NAV"
PDF: Final = "pdfDocumentContent"
_RETURN_ORDERS: Final = ("salesReturnOrders", "salesReturnOrderLines")
_NEW_IN_29: Final = (*_RETURN_ORDERS, "returnReceipts", "salesOrderArchives")
_BLANK: Final = {
    "Edm.Guid": str(NOBODY),
    "Edm.Date": "0001-01-01",
    "Edm.DateTimeOffset": "0001-01-01T00:00:00Z",
    "Edm.Decimal": 0,
    "Edm.Int32": 0,
    "Edm.Boolean": False,
    "Edm.String": "",
}


@cache
def api_model(version: int = 26, *, return_orders: str = "write") -> Model:
    """What the API offers in a version of the application; ``return_orders``: what can be done to those."""
    text = files(__package__).joinpath("api_v2.txt").read_text("utf-8")
    model = described(text, NAMESPACE, 4)
    if version < 29:
        return model.without(*_NEW_IN_29)
    if return_orders == "read":
        model.sets |= {
            name: replace(
                model.sets[name], creatable=False, updatable=False, deletable=False, insertable_through=False
            )
            for name in _RETURN_ORDERS
        }
    return model


class ApiAnnotations(Annotations):
    """Every set stands at the root and within ``company``; changes are tracked nowhere (dynamics.md 1.1, 1.4)."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def members(self, entity_set: EntitySet) -> str:
        """The sets of a company."""
        if entity_set.name != "companies":
            return ""
        return "".join(
            f'<NavigationProperty Name="{one.name}" Type="Collection({NAMESPACE}.{one.type})" ContainsTarget="true"/>'
            for one in self.model.sets.values()
            if one.name != "companies"
        )

    def types(self) -> str:
        """What can be done to each set."""
        record = '<Record><PropertyValue Property="Supported" Bool="false"/></Record>'
        inner = f'<Annotation Term="Org.OData.Capabilities.V1.ChangeTracking">{record}</Annotation>'
        targets = (f"{NAMESPACE}.Container/{name}" for name in self.model.sets)
        return "".join(f'<Annotations Target="{target}">{inner}</Annotations>' for target in targets)


class BlankReading(Reading):
    """Rows as this product writes them: blank values instead of null, tags in bodies, next links without ``$top``."""

    prefix = ""

    def etag(self, entity_set: EntitySet, row: Row) -> str:
        """A tag as the server makes it: length, twenty digits, flags, in base 64."""
        seed = f"{row.get('id')}/{row.get('@version', 0)}".encode()
        digits = int.from_bytes(hashlib.sha256(seed).digest()[:9], "big") % 10**20
        return f'W/"{base64.b64encode(f"20;{digits:020};00;".encode()).decode()}"'

    def value(self, property: Any, row: Row) -> Any:
        """A value, or what is blank in its type."""
        if row.get(property.name) is None:
            return _BLANK.get(property.type, "_x0020_")
        return super().value(property, row)

    def chosen(
        self, entity_set: EntitySet, rows: Iterable[Row], options: Options
    ) -> tuple[list[Row], int, int]:
        """As the standard, but in the order of the ledger where the request leaves it open: lines by number."""
        if options.orderby:
            return super().chosen(entity_set, rows, options)
        found = list(rows)
        if options.filter:
            term = parsed(options.filter, self.model, entity_set, self.related)
            found = [row for row in found if term.evaluate(Scope(row)) is True]
        end = None if options.top is None else options.skip + options.top
        return found[options.skip : end], len(found), options.skip

    def extras(self, entity_set: EntitySet, row: Row) -> dict[str, Any]:
        """Where the content of a printed paper is to be had."""
        if entity_set.name != "pdfDocument":
            return {}
        link = f"{self.root}{self.prefix}pdfDocument({row['id']})/{PDF}"
        return {f"{PDF}@odata.mediaEditLink": link, f"{PDF}@odata.mediaReadLink": link}

    def collection(
        self, call: Call, entity_set: EntitySet, rows: Iterable[Row], options: Options, path: str
    ) -> dict[str, Any]:
        """A page; with ``$top`` it is the last one, whatever is left (dynamics.md 1.4)."""
        whole = super().collection(call, entity_set, rows, options, path)
        whole["@odata.context"] = f"{self.root}$metadata#{self.prefix}{entity_set.name}"
        if options.top is not None:
            whole.pop("@odata.nextLink", None)
        return whole


def is_guid(brackets: str | None) -> bool:
    """Whether a key can be one of this product; no key at all can."""
    try:
        return brackets is None or bool(UUID(brackets))
    except ValueError:
        return False
