"""Orders over X3's web services: defaults and emptied fields, stamps, strategies, errors by their texts (sage.md 2)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sage.x3.settings import Settings

from .place import draft, new_server, place, valves


def eur(amount, per=1):
    return ec.UnitPrice(amount=Decimal(amount), currency="EUR", per=per)


def calls(site, *but):
    return [operation for operation, _ in site.server.calls if operation not in {"getDescription", *but}]


def test_an_order_stands_in_the_folder_as_it_was_said(company, tmp_path):
    quarry = ec.Address(
        name="Quarry & Sons 7", lines=("Gate <B>", "Yard 2"), city="Riga", postal_code="LV-1", country="LV"
    )
    said = draft(
        valves(12, price=eur("11.75"), description="as drawn"),
        valves(Decimal("2.5"), product="HOSE-20", warehouse="EAST", discount=ec.Discount(percent=Decimal(5))),
        ship_to=quarry,
        requested=date(2026, 3, 20),
        payment_terms="COD",
        prices_include_tax=False,
    )
    with place(company, tmp_path, discount_column="DISCRGVAL1") as site:
        receipt = site.erp.orders.create(said, key="one")
        order = receipt.order
        paper = company.find("order", order.number)
        assert (paper.external_number, paper.payment_terms) == ("PO-4711", "COD")
        stands = [(line.object_number, line.quantity, line.price) for line in company.lines_of(paper)]
        assert stands == [("VALVE-20", 12, Decimal("11.75")), ("HOSE-20", Decimal("2.5"), Decimal("3.2"))]
        assert (order.ship_to, order.lines[1].warehouse) == (quarry, "EAST")
        assert order.lines[1].discount == ec.Discount(percent=Decimal(5))
        assert (order.requested, order.prices_include_tax) == (date(2026, 3, 20), False)
        assert receipt.differences == ()
        assert calls(site) == ["save"]


def test_without_a_price_the_price_list_decides_and_none_is_sent_empty(site):
    order = site.erp.orders.create(draft(), key="one").order
    assert order.lines[0].price == eur("12.5")
    free = site.erp.orders.create(draft(valves(price=eur(0)), customer_po="PO-2"), key="two").order
    assert free.lines[0].price == eur(0)


def test_what_is_emptied_is_cleared_and_what_is_left_out_stays(site):
    order = site.erp.orders.create(draft(requested=date(2026, 3, 20), payment_terms="COD"), key="one").order
    changed = site.erp.orders.amend(order, ec.ChangeHeader(customer_po=ec.EMPTY)).order
    assert (changed.customer_po, changed.requested, changed.payment_terms) == (None, date(2026, 3, 20), "COD")


def test_a_change_is_one_call_with_what_changes_and_no_more(site):
    order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
    site.server.calls.clear()
    changed = site.erp.orders.amend(
        order, ec.ChangePrice(line=2, to=eur("3.10")), ec.AddLine(line=valves(1))
    ).order
    assert calls(site, "read") == ["modify"]
    assert [(line.id, line.product, line.price) for line in changed.lines] == [
        ("1000", "VALVE-20", eur("12.5")),
        ("2000", "HOSE-20", eur("3.1")),
        ("3000", "VALVE-20", eur("12.5")),
    ]


def test_a_line_goes_by_its_place_although_others_have_gone_before(site):
    said = draft(valves(1), valves(2, product="HOSE-20"), valves(3), valves(4, product="HOSE-20"))
    order = site.erp.orders.create(said, key="one").order
    left = site.erp.orders.cancel(order, "not needed", lines=[1, 3]).order
    assert [(line.position, line.product, line.quantities.ordered) for line in left.lines] == [
        (2, "HOSE-20", 2),
        (4, "HOSE-20", 4),
    ]
    last = site.erp.orders.cancel(left, "not needed", lines=[4]).order
    assert [(line.id, line.quantities.ordered) for line in last.lines] == [("2000", 2)]


def test_a_line_that_cannot_be_deleted_is_lowered_to_nothing_where_the_site_allows_it(company, tmp_path):
    server = new_server(company, zero_quantity=True)
    with place(company, tmp_path, server=server, line_keys="") as site:
        order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
        left = site.erp.orders.cancel(order, "not needed", lines=[2]).order
        assert [line.quantities.ordered for line in left.lines] in ([12], [12, 5], [12, 0])
        assert left.lines[-1].quantities.open == 0 or len(left.lines) == 1
        assert "deleteLines" not in calls(site)
        server.settings.zero_quantity = False
        with pytest.raises(errors.TransitionNotAllowed) as caught:
            site.erp.orders.cancel(
                site.erp.orders.create(draft(valves(), valves(2), customer_po="2"), key="2").order,
                "no",
                lines=[2],
            )
        assert caught.value.native


def test_a_site_that_takes_line_numbers_is_told_them(company, tmp_path):
    server = new_server(company, line_keys="number")
    with place(company, tmp_path, server=server, line_keys="number") as site:
        order = site.erp.orders.create(draft(valves(), valves(5, product="HOSE-20")), key="one").order
        assert [line.id for line in site.erp.orders.cancel(order, "no", lines=[1]).order.lines] == ["2000"]


def test_a_stale_stamp_is_a_conflict_that_shows_what_moved_in_any_language(company, tmp_path):
    server = new_server(company)
    server.settings.texts = {
        "stale": "Enregistrement modifié entre-temps",
        "modified": "Enregistrement modifié entre-temps",
    }
    with (
        place(company, tmp_path, server=server, language="FRA", stale_texts="") as site,
        site.again() as rival,
    ):
        order = site.erp.orders.create(draft(), key="one").order
        rival.orders.amend(order.id, ec.ChangeQuantity(line=1, to=7))
        with pytest.raises(errors.VersionConflict) as caught:
            site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=30))
        assert caught.value.diff
        assert site.erp.orders.get(order.id).lines[0].quantities.ordered == 7


def test_where_no_stamp_is_kept_the_order_is_compared_just_before(company, tmp_path):
    server = new_server(company, stamps=False)
    with place(company, tmp_path, server=server, modstamp="off") as site, site.again(modstamp="off") as rival:
        assert site.erp.capabilities.conditional("orders.change_quantity") is ec.Conditional.CHECKED
        order = site.erp.orders.create(draft(), key="one").order
        assert order.version
        rival.orders.amend(order.id, ec.ChangeQuantity(line=1, to=7))
        with pytest.raises(errors.VersionConflict):
            site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=30))


def test_without_a_strategy_nothing_is_cancelled_and_that_is_said_beforehand(site):
    order = site.erp.orders.create(draft(), key="one").order
    known = site.erp.capabilities
    assert known.support("orders.cancel") is ec.Support.NONE
    assert "cancel_strategy" in known.why("orders.cancel")
    with pytest.raises(errors.UnsupportedOperation):
        site.erp.orders.cancel(order, "not needed")
    assert not {"delete", "run", "actionObjectKeys"} & set(calls(site))


STRATEGIES = {
    "delete": "delete",
    "action:YCLO": "actionObjectKeys",
    "run:YCLOSOH(YSOHNUM)": "run",
}


def closing(company):
    published = Settings().publications
    published["WSSOH"] = replace(published["WSSOH"], actions={"V": "value", "YCLO": "close"})
    return new_server(company, publications=published)


@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_an_order_is_cancelled_as_the_site_has_said(company, tmp_path, strategy):
    with place(company, tmp_path, server=closing(company), cancel_strategy=strategy) as site:
        order = site.erp.orders.create(draft(), key="one").order
        cancelled = site.erp.orders.cancel(order, "not needed", key="two")
        assert cancelled.order.status is ec.OrderStatus.CANCELLED
        assert calls(site, "read", "save", "query") == [STRATEGIES[strategy]]
        assert site.erp.orders.cancel(order.id, "not needed", key="two").replayed
        assert site.erp.orders.get(order.id).status is ec.OrderStatus.CANCELLED


def test_closing_an_order_of_which_a_part_has_left_cancels_the_rest(company, tmp_path):
    with place(company, tmp_path, server=closing(company), cancel_strategy="action:YCLO") as site:
        order = site.erp.orders.create(draft(), key="one").order
        site.erp.shipments.post(order, {1: 4})
        done = site.erp.orders.cancel(order.id, "not needed", key="two").order
        assert done.status is ec.OrderStatus.COMPLETED
        assert (done.lines[0].quantities.shipped, done.lines[0].quantities.cancelled) == (4, 8)


def test_a_strategy_that_closes_nothing_is_told(company, tmp_path):
    with place(company, tmp_path, server=closing(company), cancel_strategy="action:V") as site:
        order = site.erp.orders.create(draft(), key="one").order
        with pytest.raises(errors.ErpConnectError) as caught:
            site.erp.orders.cancel(order, "not needed")
        assert caught.value.outcome == "not_applied"


def test_an_order_that_was_changed_since_is_not_deleted(company, tmp_path):
    with place(company, tmp_path, cancel_strategy="delete") as site, site.again() as rival:
        order = site.erp.orders.create(draft(), key="one").order
        rival.orders.amend(order.id, ec.ChangeQuantity(line=1, to=7))
        with pytest.raises(errors.VersionConflict):
            site.erp.orders.cancel(order, "not needed")
        assert "delete" not in calls(site)


def test_a_number_of_our_own_makes_a_second_order_impossible(company, tmp_path):
    with place(company, tmp_path, order_type="SOM", manual_numbers="on") as site:
        policy = site.erp.capabilities.stamp("orders")
        assert (policy.kind, policy.enforced, policy.field) == ("id", True, "SOHNUM")
        site.server.fail(operation="save", executed=True)
        order = site.erp.orders.create(draft(), key="one").order
        assert (order.number, order.customer_po) == (order.stamp, "PO-4711")
        assert len(company.documents) == 1
        assert site.erp.orders.create(draft(), key="one").replayed


def test_a_type_that_draws_its_own_numbers_is_told_and_no_order_is_doubled(company, tmp_path):
    server = new_server(company, given_number="replaced")
    with place(company, tmp_path, server=server, manual_numbers="on") as site:
        receipt = site.erp.orders.create(draft(), key="one")
        assert any("manual_numbers" in each.message for each in receipt.warnings)
        with pytest.raises(errors.ConfigurationError) as caught:
            site.erp.orders.create(draft(customer_po="PO-2"), key="two")
        assert (caught.value.code, caught.value.outcome) == ("numbers_drawn", "not_applied")
        assert len(company.documents) == 1


def test_a_po_number_that_looks_like_an_operator_or_a_wildcard_is_found(site):
    for po in ("<>5", "A*", "AB", "*", "=7", "PO 1&2"):
        site.erp.orders.create(draft(customer_po=po), key=po)
    for po in ("<>5", "A*", "AB", "*", "=7", "PO 1&2"):
        assert [order.customer_po for order in site.erp.orders.find(customer_po=po)] == [po]


def test_a_list_grows_until_it_is_all_and_no_order_is_told_twice(company, tmp_path):
    with place(company, tmp_path, list_size=2) as site:
        numbers = {
            site.erp.orders.create(draft(customer_po=f"PO-{each}"), key=str(each)).order.number
            for each in range(5)
        }
        site.server.calls.clear()
        told = [order.number for order in site.erp.orders.list()]
        assert (sorted(told), len(told)) == (sorted(numbers), 5)
        assert calls(site).count("read") == 5
        assert len(list(site.erp.orders.list(limit=1))) == 1


def test_dates_of_a_list_spare_reads_where_the_settings_say_how_they_are_written(company, tmp_path):
    with place(company, tmp_path, list_dates="%d/%m/%Y") as site:
        for day in (1, 2, 3):
            said = draft(order_date=date(2026, 3, day), customer_po=f"PO-{day}")
            site.erp.orders.create(said, key=str(day))
        site.server.calls.clear()
        (order,) = site.erp.orders.list(ordered_from=date(2026, 3, 2), ordered_to=date(2026, 3, 2))
        assert order.customer_po == "PO-2"
        assert calls(site).count("read") == 1


def test_lines_that_ask_for_different_days_are_refused_where_only_the_header_has_one(site):
    said = draft(valves(requested=date(2026, 3, 20)), valves(requested=date(2026, 3, 21)))
    with pytest.raises(errors.LossyWrite) as caught:
        site.erp.orders.create(said, key="one")
    assert caught.value.fields == ("order.line.requested",)
    assert "save" not in calls(site)
    alike = draft(valves(requested=date(2026, 3, 20)), valves(requested=date(2026, 3, 20)))
    assert site.erp.orders.create(alike, key="two").order.requested == date(2026, 3, 20)


def test_an_order_is_valued_without_being_saved(site):
    assert site.erp.orders.check(draft()).errors == ()
    quote = site.erp.prices.quote("10000", "VALVE-20", 3, "C62")
    assert (quote.price, quote.net.amount) == (eur("12.5"), Decimal("37.50"))
    assert len(site.company.documents) == 0


@pytest.mark.parametrize(
    ("path", "said", "error"),
    [
        ("order.customer", {"customer": "NOBODY"}, errors.InvalidOrder),
        ("order.lines[0].product", {"lines": [valves(product="NO-SUCH")]}, errors.InvalidOrder),
    ],
)
def test_a_refusal_keeps_the_text_of_x3_and_says_what_it_is_about(site, path, said, error):
    with pytest.raises(error) as caught:
        site.erp.orders.create(draft(**said), key="one") if "lines" not in said else site.erp.orders.create(
            draft(*said["lines"]), key="one"
        )
    assert (caught.value.path, caught.value.outcome) == (path, "not_applied")
    (told,) = caught.value.native
    assert told["type"] == 3
    assert told["message"]


TEXTS = {
    "Record modified since last read": errors.VersionConflict,
    "PO-4711 already registered on document SON-001": errors.DuplicateReference,
    "Unknown web service (0)": errors.ConfigurationError,
    "No such pool": errors.ConfigurationError,
    "Change login error": errors.AuthenticationFailed,
    "Something else": errors.InvalidOrder,
}


@pytest.mark.parametrize("text", list(TEXTS))
def test_a_text_that_the_settings_know_tells_what_kind_of_refusal_it_is(site, text):
    site.server.refuse(text, operation="save")
    with pytest.raises(TEXTS[text]) as caught:
        site.erp.orders.create(draft(), key="one")
    assert caught.value.native[0]["message"] == text
    assert caught.value.outcome == "not_applied"
    if "already" in text:
        assert "SON-001" in caught.value.hint
    assert site.erp.orders.create(draft(), key="one").order.number


@pytest.mark.parametrize("text", ["Fiche en cours de modification", "SOH : Record being modified by ADMIN"])
def test_a_record_that_somebody_edits_is_waited_for(site, company, text):
    order = site.erp.orders.create(draft(), key="one").order
    site.server.refuse(text, operation="modify", times=2)
    assert (
        site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=7)).order.lines[0].quantities.ordered == 7
    )
    site.server.refuse(text, operation="modify", times=10_000)
    with pytest.raises(errors.RecordLocked) as caught:
        site.erp.orders.amend(order.id, ec.ChangeQuantity(line=1, to=8))
    assert caught.value.native[0]["message"] == text


def test_what_the_system_says_beside_a_success_is_told(site):
    site.server.say("Credit limit almost used", type=2, operation="save")
    receipt = site.erp.orders.create(draft(), key="one")
    assert [each.message for each in receipt.warnings] == ["Credit limit almost used"]


def test_an_error_beside_a_record_that_is_read_takes_nothing_away_and_is_told(site):
    order = site.erp.orders.create(draft(), key="one").order
    site.server.say("Text not translated", type=3, operation="read")
    read = site.erp.orders.get(order.id)
    assert (read.number, read.warnings) == (order.number, ("Text not translated",))


def test_a_list_that_shows_references_cut_hides_no_order(site, monkeypatch):
    from erp_connect.adapters.sage.x3 import office

    order = site.erp.orders.create(draft(customer_po="PO-4711-LONG"), key="one").order
    rows_in = office.rows_in
    monkeypatch.setattr(
        office, "rows_in", lambda told: [{**row, "CUSORDREF": row["CUSORDREF"][:5]} for row in rows_in(told)]
    )
    assert [each.id for each in site.erp.orders.find(customer_po="PO-4711-LONG")] == [order.id]


def test_an_id_that_is_none_is_not_found_and_nothing_else_hides_behind_that(site):
    with pytest.raises(errors.NotFound):
        site.erp.orders.get("SON-NEVER")
    order = site.erp.orders.create(draft(), key="one").order
    site.server.refuse("Lecture impossible", operation="read")
    with pytest.raises(errors.RequestRefused) as caught:
        site.erp.orders.get(order.id)
    assert not isinstance(caught.value, errors.NotFound)
    assert caught.value.native[0]["message"] == "Lecture impossible"
