"""Text as people write it: quotes, umlauts, other scripts, blanks at the end, and what databases take for syntax."""

from __future__ import annotations

import pytest

from ...models import AddNote, Address
from ...rules.normalising import normalised
from .desk import HARBOUR, SKIPPED, Desk
from .suite import Suite

HOSTILE = {
    "apostrophe": "O'Brien & Sons",
    "quotes": 'the "best" valve',
    "umlauts": "Größe Äußerst ÇÉ",
    "cjk": "株式会社 漢字",
    "emoji": "urgent 🚚🔥",
    "right to left": "שלום عالم",
    "combining": "Zoë naïve",
    "percent": "100% new",
    "underscore": "A_B__C",
    "star": "VALVE*",
    "backslash": "C:\\new\\table",
    "semicolon": "a;b;c",
    "sql comment": "x' OR '1'='1' --",
    "sql drop": "'); DROP TABLE orders;--",
    "odata": "a' eq 'b",
    "ampersands": "<b>&amp;</b> & more",
    "formula": "=HYPERLINK(1)",
    "braces": "{0} ${PATH} %s",
    "plus": "a+b/c?d#e",
    "leading zeros": "000123",
    "inner blanks": "two  blanks",
}


class Text(Suite):
    """Texts are stored and found as they are written, or as the profile says."""

    @pytest.mark.parametrize("kind", sorted(HOSTILE))
    def test_a_text_comes_back_as_it_was_written_and_is_found(self, desk: Desk, kind: str) -> None:
        text = HOSTILE[kind]
        held = desk.field("order.customer_po")
        po = str(normalised(text, held.normalisation))[: held.max_length or 99].strip()
        more: dict[str, Address] = {}
        if all(desk.keeps(f"order.ship_to{part}") for part in ("", ".name", ".city")):
            more["ship_to"] = HARBOUR.but(name=text, city=text)
        line = desk.line(description=text) if desk.keeps("order.line.description") else desk.line()
        decoys = [desk.order(customer_po="plain"), desk.order(customer_po="VALVE-20")]
        receipt = desk.create(desk.draft(line, customer_po=po, **more), key=desk.key())
        assert receipt.differences == ()
        order = desk.erp.orders.get(receipt.order.id)
        assert order.customer_po == po
        assert order.lines[0].description == line.description or line.description is None
        assert order.ship_to == more.get("ship_to", order.ship_to)
        found = desk.erp.orders.find(customer_po=po, customer=desk.customer)
        assert [each.id for each in found] == [order.id]
        assert len(desk.mine()) == 1 + len(decoys)
        if desk.can("orders.add_note") and desk.holds("order.notes"):
            noted = desk.erp.orders.amend(order, AddNote(text=text)).stored
            assert any(text in note for note in noted.notes)

    def test_a_search_for_anything_is_only_a_search(self, desk: Desk) -> None:
        order = desk.order()
        for text in HOSTILE.values():
            assert list(desk.erp.orders.find(number=text)) == []
            assert list(desk.erp.orders.find(customer_po=text, customer=text)) == []
            assert list(desk.erp.orders.list(customer=text)) == []
            if desk.can("customers.find"):
                assert list(desk.erp.customers.find(number=text)) == []
                assert list(desk.erp.customers.find(name=text)) == []
            if desk.can("products.find"):
                assert list(desk.erp.products.find(code=text)) == []
        assert [each.id for each in desk.mine()] == [order.id]

    def test_blanks_at_the_end_are_kept_or_reported(self, desk: Desk) -> None:
        if not desk.holds("order.line.description"):
            pytest.skip(SKIPPED)
        receipt = desk.create(desk.draft(desk.line(description="as drawn  ")), key=desk.key())
        stored = receipt.order.lines[0].description
        assert stored == "as drawn  " or any(
            difference.path.endswith("description") for difference in receipt.differences
        )

    def test_a_customer_with_a_difficult_name_is_found_by_it(self, desk: Desk) -> None:
        desk.needs("customers.create", "customers.find")
        for text in HOSTILE.values():
            name = f"{text} {desk.tag}"
            number = desk.new_customer(name=name)
            assert [each.number for each in desk.erp.customers.find(name=name)] == [number]
