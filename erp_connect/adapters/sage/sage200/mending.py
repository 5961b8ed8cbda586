"""A PUT that was refused in the middle: what of it was saved all the same, and putting that back (sage.md 4.5).

The system saves lines one after another, and stops at the first that it refuses.  So the order is read again; what
stands of the change is taken back by a second PUT, and what is said of the outcome is what was seen afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....errors import ErpConnectError, KeyInProgress
from ...contract import Write
from ...services.cells import Body, Row, number, whole, within
from .echoing import header_as_read, line_as_read, memo_as_read
from .mapping_changes import ChangeOfOrder
from .office import Office

_FLAGS: Final = frozenset(
    {
        *("create_cancelled_line", "selling_unit_price_overridden", "unit_discount_overridden"),
        *("discount_percent_specified", "use_description"),
    }
)
_BLANK: Final = (None, "", False)
_DAY: Final = len("2026-01-01T00:00:00")


def mended(
    refusal: ErpConnectError,
    change: ChangeOfOrder,
    office: Office,
    path: str,
    read: Callable[[], Row],
    write: Write,
) -> ErpConnectError:
    """The refusal, with an outcome that is true of the order as it stands now: ``not_applied`` once all is put back.

    ``read``: reads the whole record.  Where it cannot be seen, or shows late, the outcome is ``unknown``.
    """
    if change.parts < 2 or not _is_of_put(refusal):
        return refusal
    if office.settings.visibility_delay:
        refusal.outcome = "unknown"
        return refusal
    try:
        now = read()
        left = standing(change, now)
        if not left:
            return refusal
        if not {*left} - {*_strange(change, now)}:
            refusal.outcome = "partial"
            refusal.hint = f"changed meanwhile, and left as it is: {', '.join(left)}"
            return refusal
        write.sending("put back what was saved before the refusal")
        with office.translated(refusal.operation, writes=True):
            office.api.write("PUT", path, _as_before(change, now))
        left = standing(change, read())
    except KeyInProgress:
        raise
    except ErpConnectError as failure:
        refusal.outcome = (
            "partial" if failure.outcome == "not_applied" and not _is_of_read(failure) else "unknown"
        )
        refusal.hint = f"lines before the refused one were saved, and putting them back failed: {failure}"
        return refusal
    if left:
        refusal.outcome = "partial"
        refusal.hint = f"saved before the refusal, and still there: {', '.join(left)}"
    else:
        refusal.hint = "what had been saved before the refused line was put back"
    return refusal


def standing(change: ChangeOfOrder, now: Row) -> list[str]:
    """What stands of a change, in words: fields of the header, lines changed, added, gone."""
    before = {str(whole(row, "id")): row for row in within(change.before, "lines")}
    lines = {str(whole(row, "id")): row for row in within(now, "lines")}
    found = [name for name in change.header if not _alike(change.before.get(name), now.get(name))]
    for id, body in change.changed.items():
        if id in lines and not all(
            _alike(before[id].get(name), lines[id].get(name)) for name in _compared(body)
        ):
            found.append(f"line {id}")
    found += [f"new line {id}" for id in _fresh(change, now)]
    return found + [f"line {id} is gone" for id in change.gone if id not in lines]


def _strange(change: ChangeOfOrder, now: Row) -> list[str]:
    """What of it is neither as before nor as it was sent: somebody else's, or kept in another way, so it is left."""
    before = {str(whole(row, "id")): row for row in within(change.before, "lines")}
    lines = {str(whole(row, "id")): row for row in within(now, "lines")}
    found = [name for name in change.header if not _either(change.before, change.header, now, [name])]
    for id, body in change.changed.items():
        if id in lines and not _either(before[id], body, lines[id], _compared(body)):
            found.append(f"line {id}")
    sent = [(_what(body), body) for body in change.new]
    for id in _fresh(change, now):
        fitting = [body for what, body in sent if what == _what(lines[id])]
        if not any(_told(body.get("line_quantity"), lines[id].get("line_quantity")) for body in fitting):
            found.append(f"new line {id}")
    return found


def _either(before: Row, sent: Body, now: Row, names: Sequence[str]) -> bool:
    return all(_alike(before.get(name), now.get(name)) or _told(sent[name], now.get(name)) for name in names)


def _told(sent: Any, now: Any) -> bool:
    """Whether a cell says what was sent; records say more than that, and numbers may be text."""
    if isinstance(sent, Mapping) and isinstance(now, Mapping):
        return all(_told(value, now.get(name)) for name, value in sent.items())
    if isinstance(sent, Decimal) and isinstance(now, str):
        return sent == number({"": now}, "")
    return _alike(sent, now)


def _as_before(change: ChangeOfOrder, now: Row) -> Body:
    """The body of a PUT that puts back what was changed, and takes away what was added."""
    before = {str(whole(row, "id")): row for row in within(change.before, "lines")}
    lines = {str(whole(row, "id")): row for row in within(now, "lines")}
    body = header_as_read(now)
    strange = _strange(change, now)
    for name in change.header:
        if name not in strange and not _alike(change.before.get(name), now.get(name)):
            body[name] = _restored(name, change.before.get(name), now.get(name))
    if body.get("use_invoice_address") is True:
        body.pop("delivery_address", None)
    parts: list[Body] = [
        {**line_as_read(lines[id]), "is_to_delete": True}
        for id in _fresh(change, now)
        if f"new line {id}" not in strange
    ]
    for id, sent in change.changed.items():
        if id in lines and f"line {id}" not in strange:
            parts.append({**line_as_read(lines[id]), **_line_restored(before[id], sent)})
    return {**body, "lines": parts}


def _line_restored(before: Row, sent: Body) -> Body:
    """What was sent of a line, as it was before; a discount is imposed, for else the system keeps the one it has."""
    old = {name: before.get(name) for name in sent if name != "create_cancelled_line"}
    if any(name.startswith("unit_discount") for name in old):
        names = ("unit_discount_percent", "unit_discount_value", "discount_percent_specified")
        old |= {**{name: before.get(name) for name in names}, "unit_discount_overridden": True}
    return old


def _restored(name: str, old: Any, now: Any) -> Any:
    if name == "memos":
        known = {each.get("id") for each in old or ()}
        added = [each for each in now or () if each.get("id") is not None and each["id"] not in known]
        return [
            *map(memo_as_read, old or ()),
            *({**memo_as_read(each), "is_to_delete": True} for each in added),
        ]
    if isinstance(old, Mapping):
        return {
            part: value
            for part, value in old.items()
            if part not in ("id", "date_time_created", "date_time_updated")
        }
    return "" if old is None and isinstance(now, str) and not _is_day(now) else old


def _fresh(change: ChangeOfOrder, now: Row) -> list[str]:
    """The ids of lines that this change has added: new ones with the products or codes of its own."""
    known = {whole(row, "id") for row in within(change.before, "lines")}
    own = {_what(body) for body in change.new}
    rows = [row for row in within(now, "lines") if whole(row, "id") not in known and _what(row) in own]
    return [str(whole(row, "id")) for row in rows]


def _what(row: Mapping[str, Any]) -> Any:
    return row.get("product_id") or row.get("code")


def _compared(body: Body) -> list[str]:
    """The fields of a line that say something of how it stands; flags say how the others are to be taken."""
    return [name for name in body if name not in _FLAGS]


def _alike(one: Any, other: Any) -> bool:
    """Whether two cells say the same, a blank one however it is written."""
    if one in _BLANK and other in _BLANK:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(
            _alike(one.get(name), other.get(name))
            for name in {*one, *other}
            if not name.startswith("date_time")
        )
    if isinstance(one, list) or isinstance(other, list):
        return [each.get("note") for each in one or ()] == [each.get("note") for each in other or ()]
    if isinstance(one, str) and isinstance(other, str) and _is_day(one) and _is_day(other):
        return one[:_DAY] == other[:_DAY]
    return bool(one == other)


def _is_day(text: str) -> bool:
    return len(text) >= _DAY and text[4:5] == "-" and text[10:11] == "T"


def _is_of_put(refusal: ErpConnectError) -> bool:
    """Whether the system has begun to work on it: a 400, which any of the lines may have caused."""
    return refusal.outcome == "not_applied" and any(
        isinstance(each, Mapping) and each.get("status") == 400 for each in refusal.native or ()
    )


def _is_of_read(failure: ErpConnectError) -> bool:
    """Whether looking failed, and so nothing was seen of what stands."""
    return str(failure.operation).endswith(".get")
