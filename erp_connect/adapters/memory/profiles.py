"""What ``memory://?like=bc`` means: the limits of ten products, as frozen data.

Each profile is one column of ``docs/decisions/0001-contract.md`` in code.  Figures come from the reference of
the product; where that is silent or unsure the value is marked ``# setting`` and is the default of a setting
of the real adapter.  Here is the look-up by name; the words in which they are written are those of ``declaring``.

Besides the products there are the weak ones, :func:`weak`: one bad habit each, for tests of exactly-once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from ..contract import OPERATIONS, Conditional, StampKind, StampPolicy
from ..declaring import NUMBERED, native
from .profile import Profile, VersionToken

LIKES: Final = ("bc", "fo", "nav", "crm", "rfc", "odata", "soap", "x3", "sage200", "sage300")
"""The products that ``like=`` knows."""


def _weak(name: str, product: str, stamp: StampPolicy, **changes: Any) -> Profile:
    enforced = native(conditional=Conditional.ENFORCED)
    writes = ("create", "update", "post", "confirm", "receive")
    fresh = {"get", "find", "list", "of", *writes}
    operations = {op: native() if op.partition(".")[2] in fresh else enforced for op in OPERATIONS}
    stamps = {**NUMBERED, "orders": stamp, "purchase_orders": stamp, "returns": stamp}
    return replace(
        Profile(
            name=name,
            product=product,
            operations=operations,
            stamps=stamps,
            block_size=50,
            simulates_changes=True,
        ),
        **changes,
    )


_FIELD: Final = StampPolicy(
    kind=StampKind.FIELD,
    field="reference",
    po_field="customer_po",
    max_length=35,
    searchable=True,
    execution_window=60,
)


@cache
def _weak_profiles() -> Mapping[str, Profile]:
    no_version = _weak("no_version", "no version", _FIELD, version=VersionToken.NONE)
    unconditional = {
        op: replace(known, conditional=Conditional.NONE) for op, known in no_version.operations.items()
    }
    late = replace(_FIELD, visibility_delay=30.0)
    slow = replace(_FIELD, execution_window=300.0)
    unsearchable = StampPolicy(kind=StampKind.NONE, po_field="customer_po", execution_window=60)
    half_made = _weak(
        "half_made", "lines after the header", _FIELD, creates_in_steps=True, answers_with_record=False
    )
    in_steps = {
        f"{book}.create": native(1, per_line=1, atomic=False, why="header first, then each line")
        for book in ("orders", "purchase_orders")
    }
    found = (
        _weak("one_reference", "one reference field", replace(_FIELD, field="customer_po", shared=True)),
        _weak("lagging_search", "a search that lags", late),
        _weak("lying_list", "lists that lie for a while", late, list_delay=30.0),
        _weak("late_commit", "requests that commit late", slow, late_commit=180.0),
        replace(no_version, operations=unconditional),
        _weak("no_search", "no search at all", unsearchable),
        replace(half_made, operations={**half_made.operations, **in_steps}),
        _weak("enforced", "a second order is refused", replace(_FIELD, enforced=True)),
    )
    return MappingProxyType({profile.name: profile for profile in found})


def profile(like: str) -> Profile:
    """The profile of a product, or of one of the weak ones; ``KeyError`` with the known names otherwise."""
    if like in LIKES:
        return _products()[like]
    if like in _weak_profiles():
        return _weak_profiles()[like]
    raise KeyError(f"there is no profile {like!r}; known: {', '.join((*LIKES, *_weak_profiles()))}")


def weak() -> Mapping[str, Profile]:
    """The weak ones by name: one bad habit each."""
    return _weak_profiles()


@cache
def _products() -> Mapping[str, Profile]:
    from .profiles_dynamics import BC, CRM, FO, NAV
    from .profiles_sage import SAGE200, SAGE300, X3
    from .profiles_sap import ODATA, RFC, SOAP

    return MappingProxyType(
        {known.name: known for known in (BC, FO, NAV, CRM, RFC, ODATA, SOAP, X3, SAGE200, SAGE300)}
    )
