"""What it costs to understand an order of X3: against nothing but lxml's own parsing of the same answer."""

from __future__ import annotations

import timeit
from math import inf
from typing import Any

from lxml import etree

from erp_connect.wire.adonix import record_in
from erp_connect.wire.adonix.replies import reply_in

from . import far_sage, report
from .far import LINES, opened

_NUMBER, _REPEAT = 100, 40
HEAD = ("an order's answer", "us", "times bare", "goal 2")


def measured() -> dict[str, Any]:
    """Microseconds, each the best of many runs: parsing alone, and messages, status and fields by name."""
    answer = _answer()

    def bare() -> etree._Element:
        envelope = etree.fromstring(answer)
        return etree.fromstring(next(envelope.iter("{*}resultXml")).text.strip().encode())

    def ours() -> Any:
        return record_in(reply_in(answer).result or "")

    assert len(bare().findall("TAB[@ID='SOH4_1']/LIN")) == len(ours()["SOH4_1"]) == LINES
    best = {bare.__name__: inf, ours.__name__: inf}
    for _ in range(_REPEAT):  # in turns: what else the machine does strikes both
        for each in (bare, ours):
            best[each.__name__] = min(best[each.__name__], timeit.timeit(each, number=_NUMBER) / _NUMBER)
    return {"bytes": len(answer), **{name: seconds * 1e6 for name, seconds in best.items()}}


def _answer() -> bytes:
    """What a read of one order is answered with."""
    with opened(far_sage.X3) as site, site.session() as session:
        site.say("latency 0")
        site.create_by_hand(1)
        rows = site.call(session, "query", "<objectKeys></objectKeys><listSize>10</listSize>")
        (number,) = rows.iterfind(".//FLD[@NAME='SOHNUM']")
        return site.answer(session, "read", far_sage.keys_of(number.text or ""))


def section(found: dict[str, Any]) -> str:
    """The figures for the page."""
    ratio = found["ours"] / found["bare"]
    rows = [
        ("lxml parses envelope and document", f"{found['bare']:.0f}", "1.00", ""),
        (
            "status, messages, every field by block and name",
            f"{found['ours']:.0f}",
            f"{ratio:.2f}",
            "met" if ratio <= 2 else "missed",
        ),
    ]
    return f"""## Understanding an answer of X3

An order of {LINES} lines, {found["bytes"]:,} bytes; the best of {_REPEAT} runs.

{report.table(HEAD, rows)}

"""
