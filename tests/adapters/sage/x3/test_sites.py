"""Sites differ: generations, names, blocks, fields, languages, pools (sage.md 2.1, 2.9, 2.10, 2.16)."""

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.testing.mocks.sage.x3.samples import odd_site
from erp_connect.testing.mocks.sage.x3.settings import Pool, Settings
from erp_connect.testing.mocks.serving import serve

from .place import SETTINGS, draft, new_server, place, valves


def test_the_older_generation_is_found_out_and_takes_the_user_within_the_call(company, tmp_path):
    server = new_server(company, generation="axis")
    with place(company, tmp_path, server=server) as site:
        context = site.erp._context.adapter.office.service.context
        assert (context.generation, context.user) == ("axis", "WSUSER")
        order = site.erp.orders.create(draft(valves(), valves(2, product="HOSE-20")), key="one").order
        assert (
            site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=3)).order.lines[0].quantities.ordered
            == 3
        )
        assert [each.id for each in site.erp.orders.find(customer_po="PO-4711")] == [order.id]
        with pytest.raises(errors.InvalidOrder) as caught:
            site.erp.orders.create(draft(valves(product="NO-SUCH")), key="two")
        assert caught.value.native[0]["message"]
        assert site.erp.prices.quote("10000", "VALVE-20", 1, "C62").price
    with (
        place(company, tmp_path, server=new_server(company, generation="axis")) as site,
        pytest.raises(errors.ErpConnectError),
        site.again(password="wr0ng") as erp,
    ):
        erp.ping()


def test_a_server_that_shows_no_wsdl_is_taken_for_the_newer_generation(company, tmp_path):
    with place(company, tmp_path) as site:
        site.network.refuse(404, "wsdl", "GET", times=4)
        site.network.refuse(404, "adxwsvc", "GET", times=4)
        with site.again() as erp:
            assert erp.orders.create(draft(), key="one").order.number


@pytest.mark.parametrize("generation", ["syracuse", "axis"])
def test_a_button_is_pressed_in_either_generation(company, tmp_path, generation):
    published = Settings().publications
    published["WSSOH"] = odd_site()["YWSSOH"]
    server = new_server(company, generation=generation, publications=published)
    with place(company, tmp_path, server=server, cancel_strategy="action:YCLO") as site:
        order = site.erp.orders.create(draft(), key="one").order
        assert site.erp.orders.cancel(order, "no").order.status is ec.OrderStatus.CANCELLED


ODD = {"order_service": "YWSSOH", "delivery_service": "YWSSDH"}


def odd(company, **switches):
    published = Settings().publications
    for name in ("WSSOH", "WSSDH"):
        del published[name]
    return new_server(company, publications={**published, **odd_site()}, **switches)


def test_blocks_that_were_renamed_and_fields_that_moved_or_are_gone_do_not_matter(company, tmp_path):
    with place(company, tmp_path, server=odd(company), **ODD) as site:
        known = site.erp.capabilities
        assert not known.stable_line_ids
        said = draft(
            valves(12, custom={"YCOLOR": "RED", "XPACK": 3}),
            valves(2, product="HOSE-20"),
            prices_include_tax=False,
            custom={"YCHANNEL": "WEB"},
        )
        receipt = site.erp.orders.create(said, key="one")
        order = receipt.order
        assert order.custom["YCHANNEL"] == "WEB"
        assert (order.lines[0].custom["YCOLOR"], order.lines[0].custom["XPACK"]) == ("RED", 3)
        assert (order.prices_include_tax, [line.id for line in order.lines]) == (False, ["1", "2"])
        assert [each for each in receipt.differences if each.kind != "added"] == []
        changed = site.erp.orders.amend(order, ec.ChangeQuantity(line=2, to=5)).order
        assert [line.quantities.ordered for line in changed.lines] == [12, 5]
        assert known.support("shipments.post") is ec.Support.NONE
        assert "SOPLIN" in known.why("shipments.post")


def test_a_parcels_number_stands_in_the_sites_own_field(company, tmp_path):
    published = {**Settings().publications, "YWSSDH": odd_site()["YWSSDH"]}
    settings = {
        "delivery_service": "YWSSDH",
        "tracking_field": "YTRKNUM",
        "fields": "shipment.shipped_on=YDLVDAT",
    }
    with place(company, tmp_path, server=new_server(company, publications=published), **settings) as site:
        order = site.erp.orders.create(draft(), key="one").order
        shipment = site.erp.shipments.post(order, {1: 4}, ec.Package(tracking_number="1Z999")).stored
        assert (shipment.tracking_numbers, shipment.lines[0].order_line_id) == (("1Z999",), "1000")
        assert shipment.shipped_on == company.world.clock.now().date()
        assert site.erp.orders.track(order.id).shipments[0].tracking_numbers == ("1Z999",)


def test_a_field_of_the_site_that_there_is_not_is_refused_before_anything_is_sent(company, tmp_path):
    with place(company, tmp_path, server=odd(company), **ODD) as site:
        with pytest.raises(errors.LossyWrite) as caught:
            site.erp.orders.create(draft(custom={"YCHANEL": "WEB"}), key="one")
        assert "YCHANEL" in str(caught.value)
        assert ("save", "YWSSOH") not in site.server.calls
        known = site.erp.capabilities
        assert known.support("orders.change_discount") is ec.Support.NONE


def test_a_control_of_the_site_on_references_is_a_duplicate_with_the_number_of_the_first(company, tmp_path):
    with place(company, tmp_path, server=odd(company), **ODD) as site:
        first = site.erp.orders.create(draft(), key="one").order
        with pytest.raises(errors.DuplicateReference) as caught:
            site.erp.orders.create(draft(valves(5)), key="two")
        assert first.number in (caught.value.hint or "")


@pytest.mark.parametrize(
    "switches",
    [
        {"messages": "nested"},
        {"messages": "inline"},
        {"messages": "references"},
        {"message_text": "v"},
        {"payload": "escaped"},
        {"payload": "escaped twice"},
        {"trailing_blanks": True},
        {"numlig": "real"},
        {"empty_tables": "absent"},
        {"newest_first": False},
        {"list_dates": "%Y%m%d"},
        {"empty_price": "list"},
        {"display_fields": "refused"},
        {"unknown_fields": "refused"},
        {"unknown_criteria": "ignored"},
        {"unknown_fields": "ignored"},
        {"too_long": "cut"},
        {"closes_when": "delivered"},
    ],
    ids=str,
)
def test_a_server_may_differ(company, tmp_path, switches):
    server = new_server(company, **switches)
    with place(company, tmp_path, server=server) as site:
        erp = site.erp
        order = erp.orders.create(draft(valves(), valves(2, product="HOSE-20")), key="one").order
        assert [each.id for each in erp.orders.find(customer_po="PO-4711")] == [order.id]
        assert list(erp.orders.list()) == [order]
        with pytest.raises(errors.InvalidOrder) as caught:
            erp.orders.create(draft(customer="NOBODY"), key="two")
        assert "NOBODY" in caught.value.native[0]["message"]
        shipped = erp.shipments.post(order, {1: 4}).stored
        assert [each.id for each in erp.shipments.of(order)] == [shipped.id]


GENERIC = "soap-generic/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC"


@pytest.mark.parametrize(
    "path", ["erp/x3", f"erp/x3/{GENERIC}", "erp/x3/" + GENERIC.replace("generic", "wsdl")]
)
def test_a_gateway_may_stand_in_front_and_either_address_may_be_given(company, clock, path):
    with serve(new_server(company, gateway="/erp/x3")) as url:
        target = f"sage+x3://WSUSER@{url.removeprefix('http://')}/{path}"
        with ec.connect(target, password="secret", clock=clock, journal="sqlite://", **SETTINGS) as erp:
            assert erp.orders.create(draft(), key="one").order.number


def test_a_detail_screen_is_told_how_many_lines_there_are(company, tmp_path):
    from dataclasses import replace

    published = Settings().publications
    published["WSSOH"] = replace(published["WSSOH"], counted={"SOH4_1": "SOH4_2.NBLIG"})
    with place(company, tmp_path, server=new_server(company, publications=published)) as site:
        order = site.erp.orders.create(draft(valves(), valves(2), valves(3)), key="one").order
        changed = site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=5)).order
        assert [line.quantities.ordered for line in changed.lines] == [5, 2, 3]
        longer = site.erp.orders.amend(changed, ec.AddLine(line=valves(7))).order
        assert [line.quantities.ordered for line in longer.lines] == [5, 2, 3, 7]


REFUSED = {
    "another pool": ({"pool": "NOPOOL"}, {}),
    "no such publication": ({"order_service": "NOSOH"}, {}),
    "another object": ({"order_service": "WSITM"}, {}),
    "no pool named": ({"pool": ""}, {}),
    "a pool that has not seen the publication": ({}, {"pools": {"WSPOOL": Pool(stale=frozenset({"WSSOH"}))}}),
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_what_the_site_is_not_set_up_for_is_an_error_of_configuration(company, tmp_path, what):
    settings, switches = REFUSED[what]
    with (
        pytest.raises(errors.ConfigurationError) as caught,
        place(company, tmp_path, server=new_server(company, **switches), **settings),
    ):
        pass
    assert caught.value.hint


def test_a_pool_in_another_language_is_an_error_of_configuration_all_the_same(company, tmp_path):
    settings = {"pool": "NOPOOL", "language": "FRA", "pool_texts": "", "service_texts": ""}
    with pytest.raises(errors.ConfigurationError) as caught, place(company, tmp_path, **settings):
        pass
    assert caught.value.native


def test_a_pool_that_was_stopped_meanwhile_is_told_in_any_language(site):
    order = site.erp.orders.create(draft(), key="one").order
    for call in (
        lambda: site.erp.orders.create(draft(customer_po="PO-2"), key="two"),
        lambda: site.erp.orders.get(order.id),
    ):
        site.server.refuse("Aucun canal disponible", times=5)
        with pytest.raises(errors.ConfigurationError) as caught:
            call()
        assert caught.value.native[0]["message"] == "Aucun canal disponible"
        assert caught.value.outcome == "not_applied"
        site.server._waiting.clear()


def test_a_wrong_password_and_a_user_who_is_barred_are_told(company, tmp_path):
    with place(company, tmp_path) as site:
        with pytest.raises(errors.AuthenticationFailed), site.again(password="wr0ng") as erp:
            erp.ping()
        site.server.settings.barred.add("WSUSER")
        with pytest.raises(errors.AuthenticationFailed):
            site.erp.orders.create(draft(), key="one")


def test_a_server_without_child_processes_is_told_what_it_lacks(company, tmp_path):
    with place(company, tmp_path) as site:
        site.server.settings.child_processes = 0
        with pytest.raises(errors.TransportError) as caught:
            site.erp.orders.create(draft(), key="one")
        assert (caught.value.code, caught.value.outcome) == ("no_child_process", "not_applied")
        assert "child processes" in caught.value.hint


def test_what_is_named_and_not_published_makes_its_verbs_not_offered(company, tmp_path):
    published = Settings().publications
    for name in ("WSSDH", "WSPOH", "WSBPC"):
        del published[name]
    with place(company, tmp_path, server=new_server(company, publications=published)) as site:
        known = site.erp.capabilities
        for name in ("shipments.of", "purchase_orders.create", "customers.get", "goods_receipts.of"):
            assert known.support(name) is ec.Support.NONE
            assert "_service" in known.why(name)
        assert site.erp.orders.create(draft(), key="one").order.number


def test_a_method_that_is_not_published_makes_its_verbs_not_offered(company, tmp_path):
    from dataclasses import replace

    published = Settings().publications
    published["WSSOH"] = replace(published["WSSOH"], methods=("READ", "CREATE", "LIST"), actions={})
    with place(company, tmp_path, server=new_server(company, publications=published)) as site:
        known = site.erp.capabilities
        assert known.support("orders.change_quantity") is ec.Support.NONE
        assert known.support("orders.simulate") is ec.Support.NONE
        assert site.erp.orders.create(draft(), key="one").order.number


def test_fields_have_the_names_that_the_settings_give_them(company, tmp_path):
    from dataclasses import replace

    published = Settings().publications
    extra = {"SOH2_3": ("YINCO char10 shipment_method",)}
    published["WSSOH"] = replace(published["WSSOH"], extra=extra)
    server = new_server(company, publications=published)
    with place(
        company, tmp_path, server=server, fields="order.delivery_terms=YINCO", custom="BPTNUM"
    ) as site:
        order = site.erp.orders.create(draft(delivery_terms="CIF"), key="one").order
        assert order.delivery_terms == "CIF"
        assert company.find("order", order.number).shipment_method == "CIF"
        cleared = site.erp.orders.amend(order, ec.ChangeHeader(delivery_terms=ec.EMPTY)).order
        assert cleared.delivery_terms is None


def test_the_reference_is_as_long_as_the_publication_says(site):
    assert site.erp.capabilities.field("order.customer_po").max_length == 20
    assert site.erp.capabilities.stamp("orders").max_length == 20
    with pytest.raises(errors.LossyWrite):
        site.erp.orders.create(draft(customer_po="P" * 21), key="one")


def test_a_reference_that_the_list_does_not_show_is_looked_for_among_the_customers_orders(company, tmp_path):
    from dataclasses import replace

    published = Settings().publications
    published["WSSOH"] = replace(published["WSSOH"], columns=("SOHNUM", "BPCORD"))
    with place(company, tmp_path, server=new_server(company, publications=published)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        site.erp.orders.create(draft(customer_po="PO-2"), key="two")
        found = site.erp.orders.find(customer_po="PO-4711", customer="10000")
        assert [each.id for each in found] == [order.id]
        with pytest.raises(errors.RequestRefused) as caught:
            site.erp.orders.find(customer_po="PO-4711")
        assert caught.value.code == "not_searchable"


def test_no_more_calls_are_under_way_than_the_pool_has_channels(site):
    assert site.erp.capabilities.concurrency == 2
    assert site.erp._context.adapter.office.at_once == 2
    assert SETTINGS["pool"]


@pytest.mark.parametrize("said", ["cancel", "action:", "run", "run:X(Y", "deleted"])
def test_a_strategy_that_is_none_is_refused(said):
    with pytest.raises(errors.ConfigurationError):
        ec.capabilities(f"sage+x3://h?pool=P&cancel_strategy={said}")
