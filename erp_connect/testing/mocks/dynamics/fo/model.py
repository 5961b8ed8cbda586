"""What ``/data`` offers: the entity sets of dynamics.md 3.3 in a neutral model, and what the metadata say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ...odata.edmx import Annotations
from ...odata.model import EntitySet, Model, Property, described
from .settings import Settings

NAMESPACE: Final = "Microsoft.Dynamics.DataEntities"
_ADDRESS: Final = (
    *(
        "Name:S60",
        "Description:S60",
        "Street:S250",
        "StreetNumber:S20",
        "City:S60",
        "CountyId:S10",
        "StateId:S10",
    ),
    *("ZipCode:S10", "CountryRegionId:S10", "CountryRegionISOCode:S2", "DistrictName:S60", "PostBox:S20"),
    *("LocationId:S30", "TimeZone:=Timezone", "Latitude:D16.variable", "Longitude:D16.variable"),
)
_BLANKLESS: Final = frozenset({"Edm.Decimal", "Edm.DateTimeOffset", "Edm.Int32", "Edm.Int64"})
"""Types that are never null on the wire (dynamics.md 3.2)."""
_ACTED_ON: Final = ("SalesOrderHeadersV2", "SalesOrderHeadersV3", "SalesOrderHeadersV4")
_ONLY_V2: Final = frozenset({"SkipGlobalUnifiedPricingCalculation"})
_REQUIRED: Final = {
    "CustomersV3": {"CustomerGroupId", "SalesCurrencyCode"},
    "SalesOrderHeadersV2": {"OrderingCustomerAccountNumber"},
    "SalesOrderLines": {"SalesOrderNumber"},
}
AOT: Final = {
    "SalesOrderHeadersV2": "SalesOrderHeaderV2Entity",
    "SalesOrderHeadersV3": "SalesOrderHeaderV3Entity",
    "SalesOrderHeadersV4": "SalesOrderHeaderV4Entity",
    "SalesOrderLines": "SalesOrderLineV2Entity",
    "SalesOrderLinesV3": "SalesOrderLineV3Entity",
    "CustomersV3": "CustCustomerV3Entity",
    "VendorsV2": "VendVendorV2Entity",
    "ReleasedProductsV2": "EcoResReleasedProductV2Entity",
    "PurchaseOrderHeadersV2": "PurchPurchaseOrderHeaderV2Entity",
    "PurchaseOrderLinesV2": "PurchPurchaseOrderLineV2Entity",
    "PackingSlipTrackingInformation": "PackingSlipTrackingInformationEntity",
}
"""What the application calls an entity; errors name it so (dynamics.md 3.3, 3.6)."""


def data_model(settings: Settings) -> Model:
    """The model of a site."""
    whole = _standard()
    sets = {}
    for name, entity_set in whole.sets.items():
        properties = {
            n: replace(p, length=settings.lengths[n]) if n in settings.lengths else p
            for n, p in entity_set.properties.items()
        }
        sets[name] = replace(entity_set, properties=properties)
    actions = {name: tuple(settings.actions) for name in _ACTED_ON if settings.actions}
    enums = whole.enums | ({"LegalEntity": {"None": 0}} if settings.name_clash else {})
    model = Model(NAMESPACE, 4, sets, enums=enums, actions=actions)
    return model.without(*settings.lacks)


@cache
def _standard() -> Model:
    text = "\n".join(
        files(__package__).joinpath(name).read_text("utf-8") for name in ("sales.txt", "trade.txt")
    )
    model = described("\n".join(_expanded(text)), NAMESPACE, 4)
    for entity_set in model.sets.values():
        for name, property in entity_set.properties.items():
            nullable = property.nullable and property.type not in _BLANKLESS
            entity_set.properties[name] = replace(property, nullable=nullable)
    _versions(model)
    return model


def _expanded(text: str) -> Iterator[str]:
    """The description with ``address PREFIX [(r)]`` spelled out."""
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["address"]:
            flag = words[2] if len(words) > 2 else ""
            yield " ".join(f"{words[1]}{part}{flag}" for part in _ADDRESS)
        else:
            yield line


def _versions(model: Model) -> None:
    """The newer sets of orders, by what they have more and less (dynamics.md 3.4)."""
    header, line = model.sets["SalesOrderHeadersV2"], model.sets["SalesOrderLines"]
    newer = [
        _named("ExcludeFromMasterPlanning", f"{NAMESPACE}.NoYes", tuple(model.enums["NoYes"])),
        _named("RetailChannelTable", "Edm.Int64", creatable=False),
    ]
    newest = [_named("ShipmentProcessingPolicyName", length=60), _named("FinTagDisplayValue", length=500)]
    model.sets["SalesOrderHeadersV3"] = _copied(header, "SalesOrderHeadersV3", "SalesOrderHeaderV3", newer)
    fourth = _copied(header, "SalesOrderHeadersV4", "SalesOrderHeaderV4", newer + newest, _ONLY_V2)
    fourth.navigations = {}
    model.sets["SalesOrderHeadersV4"] = fourth
    third = _copied(line, "SalesOrderLinesV3", "SalesOrderLineV3", newest[1:], _ONLY_V2)
    third.navigations = {
        "SalesOrderHeader": replace(line.navigations["SalesOrderHeaderV3"], name="SalesOrderHeader")
    }
    model.sets["SalesOrderLinesV3"] = third
    invoice, lines = model.sets["SalesInvoiceHeadersV2"], model.sets["SalesInvoiceV2Lines"]
    fourth = _copied(invoice, "SalesInvoiceHeadersV4", "SalesInvoiceHeaderV4", [])
    way = replace(
        invoice.navigations["SalesInvoiceLinesV2"], name="SalesInvoiceLinesV4", target="SalesInvoiceV4Lines"
    )
    fourth.navigations = {way.name: way}
    model.sets["SalesInvoiceHeadersV4"] = fourth
    model.sets["SalesInvoiceV4Lines"] = _copied(lines, "SalesInvoiceV4Lines", "SalesInvoiceLineV4", [])


def _named(
    name: str,
    type: str = "Edm.String",
    members: tuple[str, ...] = (),
    *,
    length: int | None = None,
    creatable: bool = True,
) -> Property:
    nullable = type not in _BLANKLESS
    return Property(
        name, type, length, nullable=nullable, creatable=creatable, updatable=creatable, members=members
    )


def _copied(
    of: EntitySet, name: str, type: str, more: list[Property], less: frozenset[str] = frozenset()
) -> EntitySet:
    properties = {n: p for n, p in of.properties.items() if n not in less} | {p.name: p for p in more}
    return replace(of, name=name, type=type, properties=properties, navigations=dict(of.navigations))


def blank(property: Property, settings: Settings) -> Any:
    """What a property holds that nobody has set (dynamics.md 3.2)."""
    match property.type:
        case "Edm.Decimal":
            return Decimal(0)
        case "Edm.Int32" | "Edm.Int64":
            return 0
        case "Edm.DateTimeOffset":
            return datetime.fromisoformat(settings.blank_date).astimezone(UTC)
        case _:
            return property.members[0] if property.members else ""


class FieldRules(Annotations):
    """The product's own annotations: what may be edited, and when; no lengths (dynamics.md 3.2)."""

    lengths_shown = False

    def within(self, entity_set: EntitySet, property: Property) -> str:
        """What may be done to a property."""
        of = entity_set.name.replace("HeadersV3", "HeadersV2").replace("HeadersV4", "HeadersV2")
        told = {
            "AllowEdit": property.updatable and entity_set.updatable,
            "AllowEditOnCreate": property.creatable and entity_set.creatable,
            "IsRequired": property.name in _REQUIRED.get(of.replace("LinesV3", "Lines"), ()),
            "ConfigurationKeyEnabled": True,
        }
        return "".join(
            f'<Annotation Term="Microsoft.Dynamics.OData.Core.V1.{term}" Bool="{str(value).lower()}"/>'
            for term, value in told.items()
        )


def required(entity_set: str) -> set[str]:
    """Fields without which nothing is created."""
    return _REQUIRED.get(entity_set, set())
