"""What can be found out about a site: what it has not published, what the settings name and nobody knows (2.10)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ....errors import ErpConnectError
from ...contract import Capabilities
from ...services.examining import unknown_units, unread, unserved
from ...symptoms import Symptom
from .capabilities import UNPUBLISHED
from .names import KINDS
from .office import Office
from .products import Products
from .strategies import Strategy

_STRATEGIES: Final = {
    "cancel_strategy": "order",
    "purchase_cancel_strategy": "purchase",
    "validate_strategy": "delivery",
}


def examined(office: Office, capabilities: Capabilities, *, limit: int) -> Iterator[Symptom]:
    """What is missing for some of the verbs, and what was left to a default; ``limit``: products looked at."""
    settings = office.settings
    advice = "publish the object for web services, start the pool anew, and name it"
    yield from unserved(capabilities, UNPUBLISHED, advice)
    yield from _strategies(office)
    yield from _fields(office)
    if not settings.site:
        said = "new orders name no sales site, which the standard transaction asks for"
        yield Symptom("warning", "site", said, "give site=")
    if not settings.line_keys:
        said = "what deleteLines takes is not confirmed, so lines are emptied and never deleted"
        yield Symptom("hint", "line_keys", said, "try rank on a test order, then say so")
    if office.has("product"):
        with office.translated("doctor"):
            codes = [product.unit for product in islice(Products(office).list(), limit) if product.unit]
        yield from unknown_units(office.units, codes)


def _strategies(office: Office) -> Iterator[Symptom]:
    """Whether buttons are there; whether subprograms are, only calling them would tell."""
    for path, kind in _STRATEGIES.items():
        said = str(getattr(office.settings, path))
        if path == "cancel_strategy" and said in {"", "unsupported"}:
            yield Symptom(
                "hint", path, "orders cannot be cancelled", "choose delete, action:CODE or run:SERVICE"
            )
        strategy = Strategy(said)
        if (
            strategy.how == "action"
            and office.has(kind)
            and strategy.name not in office.shape(kind).description.methods
        ):
            known = ", ".join(sorted(office.shape(kind).description.methods))
            yield Symptom(
                "error", path, f"the publication has no button {strategy.name}", f"it offers {known}"
            )


def _fields(office: Office) -> Iterator[Symptom]:
    """Fields that the settings name and no publication has."""
    for named, field in office.settings.fields.items():
        prefix, _, word = named.rpartition(".")
        kind = next(
            (kind for kind, names in KINDS.items() if prefix in {names.prefix, f"{names.prefix}.line"}), ""
        )
        if not kind:
            known = ", ".join(sorted(names.prefix for names in KINDS.values()))
            yield Symptom("error", "fields", f"{named} is no word for a field", f"begin with one of {known}")
            continue
        try:
            shape = office.shape(kind)
        except ErpConnectError as failure:
            yield unread("fields", failure, "publish the object, or leave the field out")
            continue
        if word not in (shape.lines if prefix.endswith(".line") else shape.header):
            yield Symptom("error", "fields", f"{shape.service} has no field {field}", f"correct {named}")
