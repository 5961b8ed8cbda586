"""The tables of the customizing, which say what codes a site has; names and columns are those of every release.

The reference names TVAG only (sap.md 2.5); the others are what an administrator would look into.
"""

from __future__ import annotations

from collections.abc import Iterator

from .documents import Fields
from .tables import table
from .world import World

_COUNTRIES = ("AT", "CH", "DE", "FR", "GB", "US")
_TEXTS = ("0001", "0002")
_BLOCKS = ("01", "02", "08")


def _areas(world: World) -> list[tuple[str, str, str]]:
    return sorted({area for customer in world.customers.values() for area in customer.areas})


@table("TVKO", "VKORG:C4")
def _organisations(world: World) -> Iterator[Fields]:
    for organisation in sorted({area[0] for area in _areas(world)}):
        yield {"VKORG": organisation}


@table("TVTA", "VKORG:C4 VTWEG:C2 SPART:C2")
def _sales_areas(world: World) -> Iterator[Fields]:
    for organisation, channel, division in _areas(world):
        yield {"VKORG": organisation, "VTWEG": channel, "SPART": division}


@table("TVAK", "AUART:C4")
def _order_types(world: World) -> Iterator[Fields]:
    for code in (*world.order_types, *world.return_types):
        yield {"AUART": code}


@table("TVAG", "ABGRU:C2")
def _rejection_reasons(world: World) -> Iterator[Fields]:
    for reason in world.settings.rejection_reasons:
        yield {"ABGRU": reason}


@table("T001W", "WERKS:C4")
def _plants(world: World) -> Iterator[Fields]:
    for plant in sorted({plant for material in world.materials.values() for plant in material.plants}):
        yield {"WERKS": plant}


@table("T006", "MSEHI:C3")
def _units(world: World) -> Iterator[Fields]:
    for unit in sorted(world.units):
        yield {"MSEHI": unit}


@table("T005", "LAND1:C3")
def _countries(_world: World) -> Iterator[Fields]:
    for country in _COUNTRIES:
        yield {"LAND1": country}


@table("TTXID", "TDOBJECT:C10 TDID:C4")
def _texts(_world: World) -> Iterator[Fields]:
    for text in _TEXTS:
        yield {"TDOBJECT": "VBBK", "TDID": text}


@table("T685", "KVEWE:C1 KAPPL:C2 KSCHL:C4")
def _condition_types(world: World) -> Iterator[Fields]:
    for condition in world.condition_types:
        yield {"KVEWE": "A", "KAPPL": "V", "KSCHL": condition}


@table("TVLS", "LIFSP:C2")
def _delivery_blocks(_world: World) -> Iterator[Fields]:
    for code in _BLOCKS:
        yield {"LIFSP": code}


@table("TVFS", "FAKSP:C2")
def _billing_blocks(_world: World) -> Iterator[Fields]:
    for code in _BLOCKS:
        yield {"FAKSP": code}
