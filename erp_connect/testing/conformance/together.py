"""Several at once: two clients on one order, many threads on one connection."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ...errors import ErpConnectError, RecordLocked, VersionConflict
from ...models import AddLine, ChangeQuantity
from .compare import content, line_of, ordered
from .desk import Desk, eur
from .suite import Suite


class Together(Suite):
    """Concurrency."""

    def test_two_clients_amending_one_order_lose_no_change(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity", "orders.add_line")
        order = desk.order()
        first, second = desk.erp, desk.connect()
        theirs = second.orders.get(order.id)
        first.orders.amend(order, ChangeQuantity(line=order.lines[0], to=5))
        more = AddLine(line=desk.line(desk.pump, 1, price=eur("240")))
        with pytest.raises(VersionConflict) as caught:
            second.orders.amend(theirs, more)
        assert caught.value.diff
        second.orders.amend(second.orders.get(order.id), more)
        stands = first.orders.get(order.id)
        assert ordered(line_of(stands, desk.valve)) == 5
        assert ordered(line_of(stands, desk.pump)) == 1

    def test_of_rivals_with_one_version_only_one_wins(self, desk: Desk) -> None:
        desk.needs("orders.change_quantity")
        order = desk.order()
        clients = [desk.erp, desk.connect(), desk.connect(), desk.connect()]

        def amend(pair: tuple[int, Any]) -> int | None:
            number, client = pair
            try:
                client.orders.amend(order, ChangeQuantity(line=order.lines[0], to=20 + number))
            except (VersionConflict, RecordLocked):
                return None
            return 20 + number

        with ThreadPoolExecutor(max_workers=len(clients)) as pool:
            won = [number for number in pool.map(amend, enumerate(clients)) if number is not None]
        assert len(won) >= 1
        stands = ordered(desk.erp.orders.get(order.id).lines[0])
        assert stands in won
        if desk.capabilities.conditional("orders.change_quantity") == "enforced":
            assert len(won) == 1

    def test_threads_share_a_connection(self, desk: Desk) -> None:
        drafts = [desk.draft(desk.line(quantity=number)) for number in range(1, 13)]

        def write_and_read(draft: Any) -> tuple[Any, Any]:
            order = desk.create(draft, key=f"{desk.tag}/{draft.customer_po}").order
            return content(desk.erp.orders.get(order.id)), [(desk.valve, draft.lines[0].quantity)]

        desk.needs("orders.create")
        with ThreadPoolExecutor(max_workers=4) as pool:
            for stands, wanted in pool.map(write_and_read, drafts):
                assert stands == wanted
        assert len(desk.mine()) == len(drafts)

    def test_one_bad_thread_spoils_no_other(self, desk: Desk) -> None:
        drafts = [desk.draft(desk.line(desk.valve if number % 2 else "P404404")) for number in range(8)]

        def create(draft: Any) -> bool:
            try:
                desk.create(draft, key=f"{desk.tag}/{draft.customer_po}")
            except ErpConnectError:
                return False
            return True

        with ThreadPoolExecutor(max_workers=4) as pool:
            assert list(pool.map(create, drafts)) == [bool(number % 2) for number in range(8)]
        assert len(desk.mine()) == 4
