"""Wrong writes, one for each rule of each schema, and writes that the database itself refuses.

A statement may stand for one product only: ``("postgresql", statement)``.
"""

from __future__ import annotations

# The columns of a whole row, but for its keys and what may stay empty.
_COPY = {
    "aufpos": """kdnr bestnr auftdat wunschdat whg kopfst lname lstr lplz lort lland reftext artnr bez menge meinh
        vkeinh umr preis rabatt gelmenge bermenge stomenge posst""",
    "sale_order": """partner_id invoice_address_id delivery_address_id client_ref order_date currency_id state
        delivery_progress_id invoice_progress_id amount_untaxed amount_tax amount_total
        create_uid create_date write_uid write_date""",
    "sale_line": """order_id product_id name quantity qty_cancelled uom_id price_unit discount price_subtotal price_tax
        create_uid create_date write_uid write_date""",
    "so_header": """customer_id bill_to_id ship_name ship_street ship_postal_code ship_city ship_country customer_po
        order_date currency status channel warehouse_code entered_by net_total tax_total gross_total created_at
        updated_at row_version is_deleted""",
    "so_line": """header_id item_id qty qty_cancelled unit unit_price discount_pct line_net line_tax row_version
        is_deleted""",
    "ordhdr": "co custno addrno ord_ts curr cancelled on_hold shipped invoiced total_cents chg_ts",
    "ordlin": "co item_id qty qty_canc uom price_cents price_per disc_bp amt_cents",
}


def copy(table: str, where: str, **given: object) -> str:
    """An INSERT of a copy of one row under other keys."""
    kept = [name for name in _COPY[table].split() if name not in given]
    values = ", ".join(repr(value) for value in given.values())
    into, taken = ", ".join([*given, *kept]), ", ".join([values, *kept])
    return f"INSERT INTO {table} ({into}) SELECT {taken} FROM {table} WHERE {where}"


_NEW = "SO-2026-000999"
PLANTED: dict[str, dict[str, list[object]]] = {
    "flat": {
        "no counter is behind": [copy("aufpos", "aufnr = 410001 AND posnr = 10", aufnr=410037, posnr=10)],
        "header columns are the same in every row": [
            "UPDATE aufpos SET bestnr = 'X' WHERE aufnr = 410001 AND posnr = 10"
        ],
        "customer numbers are right-aligned": ["UPDATE aufpos SET kdnr = '1001' WHERE aufnr = 410001"],
        "article codes are padded to 20": ["UPDATE aufpos SET artnr = trim(artnr) WHERE aufnr = 410001"],
        "the customer exists": ["UPDATE aufpos SET kdnr = '      9999' WHERE aufnr = 410001"],
        "the article exists": ["UPDATE aufpos SET artnr = 'SCR-M8X4X           ' WHERE aufnr = 410001"],
        "dates are eight digits of a day": ["UPDATE aufpos SET auftdat = '20261301' WHERE aufnr = 410001"],
        "units and factors are the article's": ["UPDATE aufpos SET umr = 1 WHERE aufnr = 410001"],
        "quantities count base units": ["UPDATE aufpos SET menge = 6 WHERE aufnr = 410001"],
        "prices are per 100": ["UPDATE aufpos SET preis = preis / 100 WHERE aufnr = 410001"],
        "line numbers go in tens": [copy("aufpos", "aufnr = 410001 AND posnr = 10", aufnr=410001, posnr=3)],
        "delivered is what the notes say": ["UPDATE aufpos SET gelmenge = 1 WHERE aufnr = 410001"],
        "invoiced is what the invoices say": ["UPDATE aufpos SET bermenge = 1 WHERE aufnr = 410001"],
        "every delivery has its order line": ["DELETE FROM aufpos WHERE aufnr = 410003"],
        "the letter agrees with the quantities": ["UPDATE aufpos SET stomenge = menge WHERE aufnr = 410001"],
        "the header's letter agrees with the lines": ["UPDATE aufpos SET kopfst = 'S' WHERE aufnr = 410001"],
    },
    "normalised": {
        "the number sequence is not behind": [copy("sale_order", "id = 1", number="S00037", id=37)],
        "order numbers look like S00001": [copy("sale_order", "id = 1", number="37", id=37)],
        "order totals are the sum of the lines": [
            "UPDATE sale_order SET amount_untaxed = amount_untaxed + 1 WHERE id = 1"
        ],
        "subtotals are quantity by price": ["UPDATE sale_line SET quantity = quantity + 1 WHERE id = 1"],
        "taxes follow the tax codes": ["DELETE FROM sale_line_tax WHERE line_id = 1"],
        "every order has a line": [
            "DELETE FROM sale_line_tax WHERE line_id <= 2",
            "DELETE FROM sale_line WHERE order_id = 1",
        ],
        "addresses are the customer's, of their type, in use": [
            "UPDATE sale_order SET delivery_address_id = invoice_address_id WHERE id = 1"
        ],
        "units are the product's": ["UPDATE sale_line SET uom_id = 9 WHERE id = 1"],
        "text references lead to a line": ["UPDATE stock_move SET origin = 'sale.line,9999' WHERE id = 1"],
        "delivery progress agrees with the movements": [
            "UPDATE sale_order SET delivery_progress_id = 3 WHERE id = 1"
        ],
        "the order is written when its lines are": [
            "UPDATE sale_line SET write_date = '2027-01-01 00:00:00' WHERE id = 1"
        ],
        "line sequences are the line's own": ["UPDATE sale_line SET sequence = 10 WHERE order_id = 1"],
        "the id sequences are not behind": [
            ("postgresql", copy("sale_line", "id = 1", id=9999, sequence=90))
        ],
    },
    "split": {
        "no counter is behind": [copy("so_header", "id = 1", id=90, doc_no=_NEW)],
        "numbers have the counter's form": [copy("so_header", "id = 1", id=90, doc_no="2026-7")],
        "header totals are the sum of the live lines": [
            "UPDATE so_header SET net_total = 1, row_version = row_version + 1 WHERE id = 1"
        ],
        "line amounts are quantity by price": [
            "UPDATE so_line SET qty = qty + 1, row_version = row_version + 1 WHERE header_id = 1 AND NOT is_deleted"
        ],
        "every live order has a live line": [
            """UPDATE so_line SET is_deleted = TRUE, deleted_at = '2026-05-01 00:00:00', row_version = row_version + 1
            WHERE header_id = 2"""
        ],
        "live line numbers are given once": [
            copy(
                "so_line",
                "header_id = 2 AND line_no = 1",
                id="0a0a0a0a-0000-4000-8000-000000000001",
                line_no=1,
            )
        ],
        "the history ends at the status": [
            "UPDATE so_header SET status = 'BLOCKED', row_version = 2 WHERE id = 1"
        ],
        "the history has no gap": ["UPDATE status_history SET seq = 7 WHERE header_id = 1 AND seq = 2"],
        "deleted means a flag and a time": [
            "UPDATE so_header SET is_deleted = TRUE, row_version = 2 WHERE id = 1"
        ],
        "what is deleted is as it was": [
            "UPDATE so_line SET qty_cancelled = 0, row_version = row_version + 1 WHERE header_id = 37"
        ],
        "a deleted order has no live line": [
            copy(
                "so_line",
                "header_id = 2 AND line_no = 1",
                id="0a0a0a0a-0000-4000-8000-000000000002",
                header_id=37,
                line_no=9,
            )
        ],
        "line keys are lower-case UUIDs": [
            copy(
                "so_line",
                "header_id = 2 AND line_no = 1",
                id="0A0A0A0A-0000-4000-8000-000000000001",
                line_no=9,
            )
        ],
        "units are the item's": [
            "UPDATE so_line SET unit = 'COIL', row_version = row_version + 1 WHERE header_id = 1 AND NOT is_deleted"
        ],
        "the billing address is the customer's": [
            "UPDATE so_header SET bill_to_id = 2, row_version = 2 WHERE id = 1"
        ],
        "movements agree with the delivery lines": ["UPDATE dl_line SET qty = qty + 1"],
        "the id sequence is not behind": [
            ("postgresql", copy("so_header", "id = 1", id=999, doc_no="SO-2026-000138X"))
        ],
    },
    "readonly_view": {
        "nobody wrote": ["UPDATE erp_ordh_open SET custref = 'X' WHERE ordno = 300001"],
        "an order is open or archived": [
            "UPDATE erp_ordh_arch SET archno = '0000300001' WHERE archno = '0000300004'"
        ],
        "every order is seen": ["UPDATE erp_ordh_open SET siteno = 99 WHERE ordno = 300001"],
        "net is the sum of the lines": ["UPDATE erp_ordl_open SET amount = amount + 1 WHERE ordno = 300001"],
    },
    "floating": {
        "quantities have no rest after three decimals": [
            "UPDATE ordlin SET qty = qty + 0.00000000001e0 WHERE ordno = 7001"
        ],
        "line amounts are quantity by price, in cents": [
            "UPDATE ordlin SET qty = qty + 1 WHERE ordno = 7001"
        ],
        "order totals are the sum of the lines": ["UPDATE ordhdr SET total_cents = 330 WHERE ordno = 7001"],
        "every line has its order": [
            copy("ordlin", "co = '01' AND ordno = 7001", ordno=7999, lineno=1) + " AND lineno = 1"
        ],
        "every line's item and unit exist": ["UPDATE ordlin SET item_id = 999 WHERE ordno = 7001"],
        "every order's customer and address exist": ["UPDATE ordhdr SET addrno = 0 WHERE ordno = 7001"],
        "the cancelled flag agrees with the lines": ["UPDATE ordhdr SET cancelled = 'Y' WHERE ordno = 7001"],
        "the shipped flag agrees with the shipments": [
            "UPDATE ordhdr SET shipped = 'Y' WHERE co = '01' AND ordno = 7001"
        ],
        "the other company is as it was": ["UPDATE ordhdr SET po_no = 'MINE' WHERE ordno = 7001"],
        "versions are local time in whole seconds": [
            ("sqlite", "UPDATE ordhdr SET chg_ts = '2026-06-01T10:00:00.123Z' WHERE ordno = 7001")
        ],
        "the number range is not behind": [
            (product, copy("ordhdr", "co = '01' AND ordno = 7001", ordno=7037))
            for product in ("postgresql", "mariadb")
        ],
    },
}
REFUSED: dict[str, dict[str, object]] = {
    "flat": {
        "a NULL": "UPDATE aufpos SET bestnr = NULL WHERE aufnr = 410001",
        "a missing column": "INSERT INTO aufpos (aufnr, posnr, artnr) VALUES (410099, 10, 'SCR-M8X40')",
        "a reference of more than 20 characters": "UPDATE aufpos SET reftext = 'ec-0123456789abcdef-0'",
        "a number given twice": copy("aufpos", "aufnr = 410002 AND posnr = 10", aufnr=410001, posnr=10),
    },
    "normalised": {
        "no create_uid": copy("sale_line", "id = 1", sequence=90, create_uid=None).replace("None", "NULL"),
        "an unknown user": "UPDATE sale_order SET write_uid = 99 WHERE id = 1",
        "back from cancelled": "UPDATE sale_order SET state = 'sale' WHERE state = 'cancel'",
        "an unknown state": "UPDATE sale_order SET state = 'shipped' WHERE id = 1",
        "a number given twice": copy("sale_order", "id = 1", number="S00002"),
        "a customer that is not there": "UPDATE sale_order SET partner_id = 999 WHERE id = 1",
        "more cancelled than ordered": "UPDATE sale_line SET qty_cancelled = quantity + 1 WHERE id = 1",
    },
    "split": {
        "a stamp given twice": copy("so_header", "id = 1", id=90, doc_no=_NEW, external_ref="taken-before"),
        "a hard delete": "DELETE FROM so_line WHERE header_id = 1",
        "a stale row version": "UPDATE so_header SET customer_po = 'X' WHERE id = 1",
        "a row version too far": "UPDATE so_header SET customer_po = 'X', row_version = row_version + 2 WHERE id = 1",
        "a touch of what is deleted": "UPDATE so_header SET customer_po = 'X', row_version = 4 WHERE id = 37",
        "an unknown status": "UPDATE so_header SET status = 'SHIPPED', row_version = 2 WHERE id = 1",
        "an unknown channel": copy("so_header", "id = 1", id=90, doc_no=_NEW, channel="API"),
        "no warehouse": copy("so_header", "id = 1", id=90, doc_no=_NEW, warehouse_code=None).replace(
            "None", "NULL"
        ),
    },
    "readonly_view": {
        "a second order of the number": "INSERT INTO erp_ordl_open SELECT * FROM erp_ordl_open WHERE ordno = 300001",
    },
    "floating": {
        "a flag that is no flag": "UPDATE ordhdr SET on_hold = '1' WHERE ordno = 7001",
        "a change before the last": "UPDATE ordhdr SET chg_ts = '2025-01-01 00:00:00' WHERE ordno = 7001",
        "a number given twice": copy("ordhdr", "co = '01' AND ordno = 7001", ordno=7002),
    },
}
