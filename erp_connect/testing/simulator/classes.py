"""The classes of back-ends that are explored, one weakness each."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ...adapters.contract import StampKind, StampPolicy
from .backend import Habits

WINDOW: Final = 60.0
DELAY: Final = 20.0

_FIELD: Final = StampPolicy(
    kind=StampKind.FIELD,
    field="reference",
    po_field="customer_po",
    max_length=35,
    searchable=True,
    execution_window=WINDOW,
)
_SHARED: Final = replace(_FIELD, field="customer_po", shared=True)
_LAGS: Final = replace(_FIELD, visibility_delay=DELAY)

CLASSES: Final = (
    Habits(
        name="stamp",
        said="a stamp that can be searched",
        stamps=replace(_FIELD, execution_window=0.0),
        timeout=1.0,
    ),
    Habits(name="late", said="requests that commit minutes later", stamps=_FIELD, runs_on=WINDOW),
    Habits(name="lags", said="a search that lags", stamps=_LAGS, runs_on=WINDOW),
    Habits(
        name="lies",
        said="lists that lie for a while, answers without the record",
        stamps=replace(_LAGS, execution_window=0.0),
        records=False,
    ),
    Habits(name="one_field", said="one reference field", stamps=_SHARED, runs_on=WINDOW),
    Habits(
        name="twins",
        said="one reference field, and two keys that wish for the same",
        stamps=_SHARED,
        runs_on=WINDOW,
        twins=True,
    ),
    Habits(
        name="no_search",
        said="no search at all",
        stamps=StampPolicy(kind=StampKind.NONE, po_field="customer_po", execution_window=WINDOW),
        runs_on=WINDOW,
    ),
    Habits(
        name="enforced",
        said="a second order is refused",
        stamps=replace(_FIELD, enforced=True),
        runs_on=WINDOW,
        busy=True,
        timeout=1.0,
    ),
    Habits(
        name="steps",
        said="the header first, then each line",
        stamps=_FIELD,
        runs_on=WINDOW,
        steps=True,
        records=False,
    ),
    Habits(
        name="no_version",
        said="no version: amendments of one order",
        stamps=_FIELD,
        runs_on=WINDOW,
        amends=True,
    ),
    Habits(
        name="blocks",
        said="many orders in one request, by create_many",
        stamps=_FIELD,
        runs_on=WINDOW,
        blocks=True,
    ),
    Habits(
        name="own_schema",
        said="our own database: key, order and result in one commit",
        stamps=replace(_FIELD, enforced=True, execution_window=0.0),
        busy=True,
        timeout=1.0,
        transactional=True,
    ),
)
