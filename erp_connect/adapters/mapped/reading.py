"""Orders out of foreign rows: two statements a page, headers and lines, both from one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection

from ...collector import collector_paused
from ...models import (
    NO_CUSTOM,
    Hold,
    Order,
    OrderDraft,
    OrderLine,
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLine,
)
from .building import (
    address_of,
    contact_of,
    custom_of,
    dated,
    fingerprint,
    money_of,
    references_of,
    settled,
)
from .children import Children, same_key
from .compiling import Reading, line_maker
from .format import (
    LINE_FIELDS,
    ORDER_FIELDS,
    PURCHASE_FIELDS,
    PURCHASE_LINE_FIELDS,
    Kind,
    OrderRows,
    Source,
)
from .parts import part_of_id
from .plans import Ground, Plan
from .statements import Conditions
from .texts import text_of

D = TypeVar("D", bound=OrderDraft | PurchaseOrderDraft)
O = TypeVar("O", bound=Order | PurchaseOrder)  # noqa: E741 (the order's letter, as in the rules)
PAGE: Final = 500
_AT_A_TIME: Final = 50
"""Orders that are made while the search for garbage rests: as many as cost no memory worth speaking of."""
_TEXTS: Final = ("payment_terms", "delivery_terms", "warehouse", "cancel_reason")
_SAME: Final = ("order_date", "requested", "promised", "prices_include_tax", "created_at", "modified_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Generic[D, O]):
    """What tells sales from purchases."""

    book: str
    field: str
    party: str
    their_number: str
    """The party's own number for an order."""
    order: type[O]
    line: type[OrderLine]
    fields: Mapping[str, Kind]
    line_fields: Mapping[str, Kind]


SALES: Final[Side[OrderDraft, Order]] = Side(
    book="orders",
    field="order",
    party="customer",
    their_number="customer_po",
    order=Order,
    line=OrderLine,
    fields=ORDER_FIELDS,
    line_fields=LINE_FIELDS,
)
PURCHASES: Final[Side[PurchaseOrderDraft, PurchaseOrder]] = Side(
    book="purchase_orders",
    field="purchase_order",
    party="supplier",
    their_number="supplier_reference",
    order=PurchaseOrder,
    line=PurchaseOrderLine,
    fields=PURCHASE_FIELDS,
    line_fields=PURCHASE_LINE_FIELDS,
)


class OrderPlan(Generic[D, O]):
    """How the orders of one book are read: a plan of the headers, and one of the lines."""

    def __init__(self, ground: Ground, rows: OrderRows, side: Side[D, O]) -> None:
        self.side, self.rows = side, rows
        self.currency = ground.file.currency
        more: dict[str, tuple[Source, Kind]] = {}
        for index, (_, source) in enumerate(rows.references):
            more[f"references.{index}"] = (source, "text")
        if rows.version is not None:
            more["version"] = (rows.version, "text")
        if rows.stamp is not None and rows.stamp.shared is None:
            more["stamp"] = (rows.stamp, "text")
        self.header = Plan(ground, rows, side.book, side.fields, more=more)
        if not self.header.keys:
            raise ground.file.wrong(f"{side.book}.key", "it is not said what makes an order", 'key = "id"')
        self._check(ground)
        line_more: dict[str, tuple[Source, Kind]] = {}
        if rows.lines.position is not None:
            line_more["position"] = (rows.lines.position, "decimal")
        self.lines = Children(
            ground,
            self.header,
            rows.lines,
            f"{side.book}.lines",
            side.line_fields,
            more=line_more,
            order_by=self._line_order(ground, rows),
        )
        if not self.lines.plan.keys:
            raise ground.file.wrong(
                f"{side.book}.lines.key", "it is not said what makes a line", 'key = "id"'
            )
        self.line_keys = self._own_line_keys()
        self._flat = self._first_row_only() if rows.flat else None
        status = self.header.fields.get("status")
        self._status = None if status is None or status.constant else self._place(self.header, "status")
        line_status = self.lines.plan.fields.get("status")
        self._line_status = (
            None if line_status is None or line_status.constant else self._place(self.lines.plan, "status")
        )
        self._step = rows.lines.step
        self._line, self._position = self._line_readers(self.lines.plan.remembering())
        self._kinds = [kind for kind, _ in rows.references]
        self._custom = [name for name in self.header.fields if name.startswith("custom.")]
        self.lifted = tuple(
            name
            for name in ("requested", "warehouse")
            if name in self.header.fields and name not in self.lines.plan.fields
        )
        """What only the header has a column for: it holds for every line."""

    def _check(self, ground: Ground) -> None:
        side, fields = self.side, self.header.fields
        for name in (side.party, "number"):
            if name not in fields:
                raise ground.file.wrong(f"{side.book}.fields", f"an order needs its {name}")
        if "currency" not in fields and self.currency is None:
            raise ground.file.wrong(
                f"{side.book}.fields.currency",
                "it is not said in which currency an order is",
                'currency = "..." at the top of the file, or the column in the fields',
            )
        for name in ("product", "ordered", "unit"):
            if name not in self.rows.lines.fields:
                raise ground.file.wrong(f"{side.book}.lines.fields", f"a line needs its {name}")

    def _line_order(self, ground: Ground, rows: OrderRows) -> list[str]:
        if rows.lines.position is None:
            return []
        only = rows.lines.model_copy(update={"fields": {}, "custom": {}})
        probe = Plan(
            ground, only, f"{self.side.book}.lines", {}, more={"position": (rows.lines.position, "decimal")}
        )
        return [probe.fields["position"].sql]

    def _own_line_keys(self) -> list[int]:
        """The places of the line key's columns that do not repeat the order's key."""
        parents = {part.name for part in self.lines.parent}
        own = [place for place, key in enumerate(self.lines.plan.keys) if key.name not in parents]
        return own or list(range(len(self.lines.plan.keys)))

    def _first_row_only(self) -> str:
        """In a flat table the order's header is the row of its first line."""
        plan, lines = self.header, self.lines.plan
        quote, alias = plan._quote, "erp_first"
        same = [f"{alias}.{quote(key.name)} = {key.sql}" for key in plan.keys]
        own = [lines.keys[place] for place in self.line_keys]
        less = [f"{alias}.{quote(key.name)} < {plan.quoted_alias}.{quote(key.name)}" for key in own[:1]]
        table = plan.table.quoted if plan.table is not None else ""
        return f"NOT EXISTS (SELECT 1 FROM {table} {alias} WHERE {' AND '.join([*same, *less])})"  # noqa: S608

    def _place(self, plan: Plan, name: str) -> int:
        return next(place for field, place, *_ in plan.readers if field == name)

    # -- fetching ------------------------------------------------------------------------------------------

    def conditions(self) -> Conditions:
        """Conditions for a statement on the headers."""
        made = self.header.conditions()
        if self._flat is not None:
            made.own(self._flat)
        return made

    def page(
        self, connection: Connection, conditions: Conditions, *, limit: int | None = None
    ) -> tuple[Sequence[Any], Mapping[tuple[Any, ...], list[Sequence[Any]]]]:
        """The headers for which the conditions hold, in the order of their keys, and the lines of all of them."""
        headers = self.header.fetch(connection, conditions, limit=limit)
        if not headers:
            return (), {}
        return headers, self.lines.of(connection, [self.header.key_of(row) for row in headers])

    def assembled(
        self,
        headers: Sequence[Any],
        lines: Mapping[tuple[Any, ...], list[Sequence[Any]]],
        today: date,
    ) -> Iterator[O]:
        """The orders of a page, a few made at a time."""
        for start in range(0, len(headers), _AT_A_TIME):
            with collector_paused():
                made = [self._one(header, lines, today) for header in headers[start : start + _AT_A_TIME]]
            yield from made

    def _one(
        self, header: Sequence[Any], lines: Mapping[tuple[Any, ...], list[Sequence[Any]]], today: date
    ) -> O:
        key = self.header.key_of(header)
        return self.order(header, lines.get(same_key(self.lines.parent_key(key)), []), today)

    def by_keys(self, connection: Connection, keys: Sequence[tuple[Any, ...]], today: date) -> list[O]:
        """The orders with these keys; one that does not exist is left out."""
        found: list[O] = []
        for start in range(0, len(keys), PAGE):
            conditions = self.conditions()
            conditions.keys([part.sql for part in self.header.keys], keys[start : start + PAGE])
            found += self.assembled(*self.page(connection, conditions), today)
        return found

    # -- building ------------------------------------------------------------------------------------------

    def order(self, header: Sequence[Any], rows: Sequence[Sequence[Any]], today: date) -> O:
        """One order out of its rows."""
        side, warnings = self.side, []  # type: ignore[var-annotated]
        said = self.header.values(header, warnings)
        currency = said.get("currency") or self.currency
        lines = self._lines(rows, currency, warnings)
        for name in self.lifted:
            if said.get(name) is not None:
                for line in lines:  # nobody else has seen them yet
                    line.__dict__[name] = said[name]
        holds = (
            (Hold.trusted(kind=kind, reason=said.get("hold_reason")),) if (kind := said.get("holds")) else ()
        )
        stamp = said.get("stamp")
        values: dict[str, Any] = {
            "id": self.header.id_of(self.header.key_of(header)),
            "number": said.get("number"),
            "version": said.get("version") if self.rows.version is not None else fingerprint([header, *rows]),
            "references": references_of(said, self._kinds),
            "custom": custom_of({name: said.get(name) for name in self._custom})
            if self._custom
            else NO_CUSTOM,
            "currency": currency or "",
            "lines": lines,
            "ship_to": address_of(said, "ship_to") if "ship_to" in self.header.addresses else None,
            "notes": self._notes(said),
            "contact": contact_of(said),
            "holds": holds,
            "net": money_of(said.get("net"), currency),
            "tax": money_of(said.get("tax"), currency),
            "gross": money_of(said.get("gross"), currency),
            "native_status": self._native(header, self._status),
            "stamp": stamp,
            **{name: said.get(name) for name in (*_TEXTS, *_SAME)},
            side.party: said.get(side.party, ""),
            f"{side.party}_id": said.get(f"{side.party}_id"),
            f"{side.party}_name": said.get(f"{side.party}_name"),
            side.their_number: said.get(side.their_number),
        }
        if side.order is Order:
            values["bill_to"] = address_of(said, "bill_to") if "bill_to" in self.header.addresses else None
            values["partial_shipment"] = said.get("partial_shipment")
        settled(
            values,
            lines,
            said.get("status", OrderStatus.UNKNOWN if self._status is not None else None),
            holds,
        )
        if warnings:
            values["warnings"] = tuple(dict.fromkeys(warnings))
        made: Any = side.order.trusted(**values)
        order: O = dated(made, today)
        return order

    def _native(self, row: Sequence[Any], place: int | None, offset: int = 0) -> str | None:
        if place is None or row[place + offset] is None:
            return None
        return text_of(row[place + offset]).strip() or None

    def _notes(self, said: Mapping[str, Any]) -> tuple[str, ...]:
        if "notes" in self.header.several:
            return tuple(said[name] for name in self.header.several["notes"] if said.get(name))
        note = said.get("notes")
        return tuple(line for line in note.splitlines() if line.strip()) if note else ()

    def _lines(
        self, rows: Sequence[Sequence[Any]], currency: str | None, warnings: list[str]
    ) -> tuple[OrderLine, ...]:
        noted = len(warnings)
        try:
            return self._made(self._line, self._position, rows, currency, warnings)
        except TypeError:  # a cell of a kind that cannot be remembered
            del warnings[noted:]
            plan = self.lines.plan
            return self._made(*self._line_readers(plan.readers), rows, currency, warnings)

    def _made(
        self,
        make: Callable[..., OrderLine],
        position: Reading | None,
        rows: Sequence[Sequence[Any]],
        currency: str | None,
        warnings: list[str],
    ) -> tuple[OrderLine, ...]:
        offset = self.lines.width
        if position is None:
            places = list(range(1, len(rows) + 1))
        else:
            place, read = position.place + offset, position.read
            places = positions([None if row[place] is None else read(row[place]) for row in rows], self._step)
        keys, own = self.lines.plan.keys, self.line_keys
        if len(own) == 1:
            at, key = offset + own[0], keys[own[0]]
            ids = [part_of_id(row[at], key) for row in rows]
        else:
            ids = [self.line_id(row[offset : offset + len(keys)]) for row in rows]
        return tuple(
            [
                make(row, id, place, currency, warnings)
                for row, id, place in zip(rows, ids, places, strict=True)
            ]
        )

    def _line_readers(self, readings: Sequence[Reading]) -> tuple[Callable[..., OrderLine], Reading | None]:
        """What makes a line, and what reads its native number."""
        plan = self.lines.plan
        own = [each for each in readings if each.name != "position"]
        make = line_maker(
            self.side.line, own, plan.constants, self.lines.width, plan.unmapped, self._line_status
        )
        return make, next((each for each in readings if each.name == "position"), None)

    def line_id(self, key: Sequence[Any]) -> str:
        """Our id of a line: its key without what repeats the order's."""
        return self.lines.plan.id_of(key, self.line_keys)


def positions(numbers: Sequence[Any], step: int) -> list[int]:
    """1, 2, 3: the native numbers by their step, or the lines as they come where those do not say it."""
    if all(isinstance(number, Decimal) and number > 0 and number % step == 0 for number in numbers):
        counted = [int(number / step) for number in numbers]
        if len(set(counted)) == len(counted):
            return counted
    return list(range(1, len(numbers) + 1))
