"""The form in which the limits and habits of a product are written down, for ``memory://?like=...``.

A :class:`Profile` is frozen data.  The memory adapter plays it: what the profile cannot do is refused, what it
normalises is normalised on storing without a word (as the product does), and its habits are kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from ..contract import (
    OPERATIONS,
    Capabilities,
    Conditional,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampKind,
    StampPolicy,
)


class VersionToken(StrEnum):
    """What ``Order.version`` is made of."""

    COUNTER = "counter"
    """One token of the back-end's own that moves with header and lines."""
    PER_RECORD = "per record"
    """Header and lines have a token each; the adapter packs them together."""
    FINGERPRINT = "fingerprint"
    """No token: the adapter makes one of the content, so a write can only be CHECKED."""
    NONE = "none"
    """Nothing at all: ``Order.version`` is ``None`` and the last write wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The limits and habits of a back-end.

    ``operations``, ``fields``, ``stamps`` and the values up to ``concurrency`` are those of
    :class:`~erp_connect.adapters.contract.Capabilities`.  One reference field for PO number and stamp, a search
    that lags, no search, and a refusal of the second stamp are said by the stamp policy of the book; decimals and
    lengths by the field.  The rest are habits that capabilities do not state:

    ``version``: what the version of an order is made of.
    ``creates_in_steps``: header first, then each line, so that a refused line or a cut leaves a header behind.
    ``answers_with_record``: a write answers with the stored order, not with its number only.
    ``line_id``: what a line's id looks like where it is the product's own line number; ``None`` where the product
    gives lines an id that says nothing of their place.  ``line_step``: distance between two line numbers (10, 10 000).
    ``number_pattern``: what an order number looks like, filled with a counter.
    ``posted_orders_vanish``: shipped and invoiced orders are gone from the order book and live on in their
    posted documents.
    ``saves_incomplete``: an order without a price is saved unfinished, with a warning.
    ``modified_by_day``: "modified since" knows days only.
    ``ship_posts_invoice``: posting a shipment posts its invoice.
    ``block_fails_as_one``: one refusal in a block undoes its neighbours.
    ``credit_holds``: an order over the credit limit is saved with a hold instead of refused.
    ``list_delay``: seconds for which lists (not ``get``) show yesterday's truth.
    ``late_commit``: seconds after which a request that the client gave up commits all the same; 0: it does not.
    ``derives``: fields of orders (as ``order.order_date``) that the product fills in itself, whatever was sent.
    ``keeps_packages``: a shipment keeps its packages and tracking numbers.
    ``simulates_changes``: the product can reckon a change without saving it.
    """

    name: str
    product: str
    operations: Mapping[str, OperationSupport]
    fields: Mapping[str, FieldSupport] = dataclasses.field(default_factory=dict)
    stamps: Mapping[str, StampPolicy] = dataclasses.field(default_factory=dict)
    on_cancel: OnCancel = OnCancel.KEPT
    on_cancel_line: OnCancelLine = OnCancelLine.KEPT
    stable_line_ids: bool = True
    backorders: bool = True
    max_lines: int | None = None
    block_size: int = 1
    concurrency: int = 4
    version: VersionToken = VersionToken.COUNTER
    creates_in_steps: bool = False
    answers_with_record: bool = True
    line_id: str | None = None
    line_step: int = 1
    number_pattern: str = "{:06d}"
    posted_orders_vanish: bool = False
    saves_incomplete: bool = False
    modified_by_day: bool = False
    ship_posts_invoice: bool = False
    block_fails_as_one: bool = False
    credit_holds: bool = False
    list_delay: float = 0.0
    late_commit: float = 0.0
    derives: frozenset[str] = frozenset()
    keeps_packages: bool = True
    simulates_changes: bool = False

    def stamp(self, book: str) -> StampPolicy:
        """How a lost write of this book is found again."""
        return self.stamps.get(book, StampPolicy())

    @property
    def orders(self) -> StampPolicy:
        """How a lost sales order is found again."""
        return self.stamp("orders")

    def capabilities(self, system: str = "memory", **changes: Any) -> Capabilities:
        """The profile as a connection declares it."""
        known: dict[str, Any] = {
            "operations": self.operations,
            "fields": self.fields,
            "stamps": self.stamps,
            "on_cancel": self.on_cancel,
            "on_cancel_line": self.on_cancel_line,
            "stable_line_ids": self.stable_line_ids,
            "backorders": self.backorders,
            "max_lines": self.max_lines,
            "block_size": self.block_size,
            "concurrency": self.concurrency,
        }
        return Capabilities(system=system, **{**known, **changes})


_READS: Final = (
    ".get",
    ".find",
    ".list",
    ".list_modified",
    ".events",
    ".of",
    ".availability",
    ".quote",
    ".track",
)
_STAMP: Final = StampPolicy(
    kind=StampKind.FIELD,
    field="stamp",
    searchable=True,
    enforced=True,
    execution_window=0.0,
)

_STAMPED_BOOKS: Final = ("returns", "shipments", "goods_receipts", "customers", "suppliers", "products")


def _plain() -> Profile:
    read = OperationSupport()
    write = OperationSupport(conditional=Conditional.ENFORCED)
    fresh = ("create", "update", "simulate", "post")
    return Profile(
        name="memory",
        product="the memory adapter without limits",
        operations={
            name: read if name.endswith(_READS) or name.rpartition(".")[2] in fresh else write
            for name in OPERATIONS
        },
        stamps={
            "orders": replace(_STAMP, po_field="customer_po"),
            "purchase_orders": replace(_STAMP, po_field="supplier_reference"),
            **dict.fromkeys(_STAMPED_BOOKS, _STAMP),
        },
        block_size=200,
        concurrency=8,
        number_pattern="{:04d}",
        simulates_changes=True,
    )


PLAIN: Final = _plain()
"""No limits: everything is native, conditional writes are enforced, a stamp is accepted once."""
