"""What a change should leave behind in an order, and what of it stands there.

An unanswered change is settled by this alone: everything that was asked for stands, nothing of it does, or
something else has happened.  Only what the amendments ask for counts; what a back-end reckons from it does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from ..models import Address, Contact, Difference, DifferenceKind, OrderFields, OrderLine, UnitPrice
from ..rules.comparing import same_discount
from ..rules.diff import moved, normalised
from ..rules.pricing import same_price
from ..rules.quantities import equal_units

_OF_LINE: Final = re.compile(r"\w+\.lines\[\d+\]\.?(.*)")
_GOODS: Final = frozenset({"product", "unit", "quantity", "kind"})
"""What a line orders is compared as a whole: a back-end may say the same on other lines."""
_FOLLOWS: Final = frozenset({"status", "position", "parent_line", "schedule", "description", "name"})
_PIECE: Final = "H87"

Key = tuple[str | None, str]
"""Line id (None: the header) and field."""


@dataclass(frozen=True)
class Effects:
    """The effects of a change from ``before`` to ``expected``; ``rules`` is the back-end's declared normalisation."""

    before: OrderFields
    expected: OrderFields
    rules: Callable[[str], str | None]
    prefix: str

    @cached_property
    def asked(self) -> tuple[Key, ...]:
        """The fields that should change, apart from what the lines order."""
        return tuple(
            key
            for each in moved(self.before, self.expected)
            if each.kind not in (DifferenceKind.ADDED, DifferenceKind.MISSING)
            and (key := _key(each)) is not None
        )

    @cached_property
    def _goods_before(self) -> Counter[Any]:
        return self._goods(self.before)

    @cached_property
    def _goods_wished(self) -> Counter[Any]:
        return self._goods(self.expected)

    def _goods(self, order: OrderFields) -> Counter[Any]:
        """How often which quantity of which product is wanted, whatever line it stands on."""
        rule = self.rules(f"{self.prefix}.line.product")
        found: Counter[Any] = Counter()
        for line in order.lines:
            wanted = line.quantities.ordered - (line.quantities.cancelled or Decimal(0))
            if wanted and line.parent_line is None:
                unit = _PIECE if equal_units(line.unit, _PIECE) else line.unit
                found[normalised(line.product, rule), unit, wanted] += 1
        return found

    def done(self, current: OrderFields) -> bool:
        """Whether everything that was asked for stands."""
        goods = self._goods_before == self._goods_wished or self._goods(current) == self._goods_wished
        return goods and all(self._fits(key, current) for key in self.asked)

    def untouched(self, current: OrderFields) -> bool:
        """Whether nothing of what was asked for stands."""
        goods = self._goods_before == self._goods_wished or self._goods(current) == self._goods_before
        return goods and all(_at(current, key) == _at(self.before, key) for key in self.asked)

    def differences(
        self, stored: OrderFields, *, lost: frozenset[str] = frozenset()
    ) -> tuple[Difference, ...]:
        """What should have changed and stands otherwise."""
        found = [*self._of_goods(stored), *self._added(stored)]
        for key in self.asked:
            wanted, held = _at(self.expected, key), _at(stored, key)
            if wanted == held:
                continue
            path = self._rule_path(key)
            tame = self._alike(path, wanted, held)
            if tame and (isinstance(held, tuple | UnitPrice)):
                continue  # more notes, or the same price for another quantity: no difference
            kind = DifferenceKind.NORMALISED if tame else _kind(path, wanted, held, lost)
            found.append(
                Difference(path=self._place(key, stored), kind=kind, sent=wanted, stored=held, line_id=key[0])
            )
        return tuple(found)

    def _of_goods(self, stored: OrderFields) -> Iterator[Difference]:
        if self._goods(stored) == self._goods_wished:
            return
        for each in moved(aligned(self.before, self.expected, stored), stored):
            tail = _tail(each)
            if (
                each.kind is not DifferenceKind.CHANGED
                or tail in _GOODS
                or (tail or "").startswith("quantities.")
            ):
                yield each

    def _added(self, stored: OrderFields) -> Iterator[Difference]:
        """The lines that the back-end has added by itself, as gifts and parts of kits are."""
        known = {line.id for line in self.before.lines}
        for index, line in enumerate(stored.lines):
            if line.parent_line is not None and line.id not in known:
                path = f"{self.prefix}.lines[{index}]"
                yield Difference(
                    path=path, kind=DifferenceKind.ADDED, sent=None, stored=line.product, line_id=line.id
                )

    def _fits(self, key: Key, current: OrderFields) -> bool:
        return self._alike(self._rule_path(key), _at(self.expected, key), _at(current, key))

    def _alike(self, path: str, wanted: Any, held: Any) -> bool:
        """Whether the back-end holds what was wished, in its own form."""
        if wanted == held or normalised(wanted, self.rules(path)) == held:
            return True
        if path.endswith(".holds"):
            return sorted(hold.kind for hold in wanted) == sorted(hold.kind for hold in held or ())
        if path.endswith((".notes", ".references")):
            rule = self.rules(path)
            return self._counted(wanted, rule) <= self._counted(held, rule)
        if isinstance(wanted, UnitPrice) and isinstance(held, UnitPrice):
            return same_price(wanted, held)
        if path.endswith(".discount"):
            return same_discount(wanted, held)
        if isinstance(wanted, Address | Contact) and type(held) is type(wanted):
            return all(
                getattr(wanted, part) is None
                or self._alike(f"{path}.{part}", getattr(wanted, part), getattr(held, part))
                for part in type(wanted).model_fields
            )
        return wanted in (None, (), "") and held in (None, (), "")

    @staticmethod
    def _counted(values: Any, rule: str | None) -> Counter[Any]:
        return Counter(normalised(each, rule) for each in values or ())

    def _rule_path(self, key: Key) -> str:
        line, field = key
        return f"{self.prefix}.{field}" if line is None else f"{self.prefix}.line.{field}"

    def _place(self, key: Key, stored: OrderFields) -> str:
        line, field = key
        if line is None:
            return f"{self.prefix}.{field}"
        index = next((place for place, each in enumerate(stored.lines) if each.id == line), None)
        return f"{self.prefix}.lines[{'?' if index is None else index}].{field}"


def _kind(path: str, wanted: Any, held: Any, lost: frozenset[str]) -> DifferenceKind:
    if path in lost or path.rpartition(".")[0] in lost:
        return DifferenceKind.LOST
    if path.endswith(".price"):
        return DifferenceKind.PRICE
    return DifferenceKind.MISSING if held is None and wanted is not None else DifferenceKind.CHANGED


def _tail(difference: Difference) -> str | None:
    """The field of a line's difference; None for one of the header."""
    found = _OF_LINE.fullmatch(difference.path)
    return found[1] if found else None


def _key(difference: Difference) -> Key | None:
    """The field that differs; None for one that follows from others or is compared with all lines."""
    tail = _tail(difference)
    if tail is None:
        field = difference.path.partition(".")[2]
        return None if field.partition(".")[0] in _FOLLOWS else (None, field)
    if tail in _GOODS or tail.partition(".")[0] in {*_FOLLOWS, "quantities"}:
        return None
    return difference.line_id, tail


def _at(order: OrderFields, key: Key) -> Any:
    """The value of a field; None where the line, or what it is part of, is not there."""
    line_id, field = key
    value: Any = order
    if line_id is not None:
        value = next((line for line in order.lines if line.id == line_id), None)
    name, _, rest = field.partition(".")
    value = getattr(value, name, None)
    if rest and value is not None:
        value = value.get(rest) if name == "custom" else getattr(value, rest, None)
    return value


def aligned(before: OrderFields, expected: OrderFields, stored: OrderFields) -> OrderFields:
    """The expected order with the stored one's ids and positions for lines that are new."""
    known = {line.id for line in before.lines}
    fresh = [line for line in stored.lines if line.id not in known and line.parent_line is None]
    lines: list[OrderLine] = []
    for line in expected.lines:
        if line.id not in known and fresh:
            match = next((each for each in fresh if each.product == line.product), fresh[0])
            fresh.remove(match)
            lines.append(line.but(id=match.id, position=match.position))
        else:
            lines.append(line)
    return expected.but(lines=tuple(lines))
