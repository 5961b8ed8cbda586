"""Records that tell less or more than the description promises: nothing is made up of it, no other line is meant."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import OnCancelLine
from erp_connect.adapters.sage.x3.names import ORDER
from erp_connect.adapters.sage.x3.shapes import shape_of
from erp_connect.testing.mocks.sage.x3.settings import Settings
from erp_connect.wire.adonix import Refused, description_in
from erp_connect.wire.adonix.replies import Reply

from .place import draft, new_server, place, valves

FAULT = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault>'
    "<faultcode>Server</faultcode><faultstring>No Web services accepted</faultstring>"
    "<detail><why>pool A</why></detail></e:Fault></e:Body></e:Envelope>"
)


def altered(site, change):
    """Let every result pass through ``change``, with the operation that it answers."""
    service = site.erp._context.adapter.office.service
    sent = service.call

    def call(operation, parts, *, writes=False):
        reply = sent(operation, parts, writes=writes)
        return replace(reply, result=change(operation, reply.result))

    service.call = call


def without(block):
    def change(_, result):
        if result is None or f'ID="{block}"' not in result:
            return result
        at = result.rindex("<GRP", 0, result.index(f'ID="{block}"'))
        return result[:at] + result[result.index("</GRP>", at) + len("</GRP>") :]

    return change


def lose_the_reply_to_a_write(site):
    service = site.erp._context.adapter.office.service
    sent = service.call

    def call(operation, parts, *, writes=False):
        if writes:
            site.network.lose_reply("soap-generic", "POST")
            service.call = sent
        return sent(operation, parts, writes=writes)

    service.call = call


def renumbered(company):
    """A server of orders whose lines show no number of their own (2.12)."""
    published = Settings().publications
    published["WSSOH"] = replace(published["WSSOH"], without=frozenset({"SOPLIN"}))
    return new_server(company, publications=published, zero_quantity=True)


def test_without_its_address_block_an_order_has_no_address_rather_than_another_one(site):
    """2.9: a block may be absent; the same fields in another address block are another address."""
    order = site.erp.orders.create(draft(), key="one").order
    assert order.ship_to is not None
    altered(site, without("ADB2_1"))
    assert site.erp.orders.get(order.id).ship_to is None


def test_without_the_valuation_the_net_total_is_the_orders_own(site):
    """2.12: SOH4_4 is not on every site; ORDNOT in SOH4_3 says the same without tax."""
    order = site.erp.orders.create(draft(), key="one").order
    altered(site, without("SOH4_4"))
    assert site.erp.orders.get(order.id).net == order.net


def test_a_new_line_stands_behind_all_rows_that_the_table_says_it_has(site):
    """2.14: an extra LIN whose NUM is SIZE + 1, whether or not all rows are shown."""
    order = site.erp.orders.create(draft(), key="one").order

    altered(site, lambda _, result: result and re.sub('(ID="SOH4_1"[^>]*SIZE=)"1"', r'\1"3"', result))
    told = []
    office = site.erp._context.adapter.office
    office.service.call = _listened(office.service.call, told)
    with pytest.raises(errors.ErpConnectError):
        site.erp.orders.amend(order.id, ec.AddLine(line=valves(7)))
    assert any('<LIN NUM="4">' in xml for xml in told)


def _listened(sent, told):
    def call(operation, parts, *, writes=False):
        told.append(str(parts.get("objectXml", "")))
        if operation == "modify":
            raise Refused(Reply(0, (), None), "WSSOH")
        return sent(operation, parts, writes=writes)

    return call


def test_where_places_are_all_that_tells_lines_apart_none_is_deleted_and_none_moves(company, clock, tmp_path):
    """2.14: were a row deleted and the answer lost, the next try would mean the row that has moved up."""
    with place(company, tmp_path, server=renumbered(company)) as site:
        said = draft(valves(1), valves(2, product="HOSE-20"), valves(3))
        order = site.erp.orders.create(said, key="one").order
        assert not site.erp.capabilities.stable_line_ids
        assert site.erp.capabilities.on_cancel_line is OnCancelLine.LOWERED
        lose_the_reply_to_a_write(site)
        left = None
        for _ in range(4):
            try:
                left = site.erp.orders.cancel(order.id, "not needed", lines=["2"], key="two").order
                break
            except errors.ErpConnectError:
                clock.sleep(3000)
        assert left is not None
        still = {line.product: line.quantities.open for line in left.lines if line.quantities.open}
        assert still == {"VALVE-20": Decimal(3)}
        assert [line.quantities.open for line in left.lines if line.product == "VALVE-20"] == [1, 3]
        assert "deleteLines" not in [operation for operation, _ in site.server.calls]


def test_a_deletion_that_answers_with_no_record_is_seen_to_have_been_the_one_that_was_meant(
    company, tmp_path
):
    """2.6: resultXml may be nil; what was deleted is then read."""
    server = new_server(company)
    with place(company, tmp_path, server=server) as site:
        said = draft(valves(1), valves(2, product="HOSE-20"), valves(3))
        order = site.erp.orders.create(said, key="one").order
        altered(site, lambda operation, result: None if operation == "deleteLines" else result)
        site.server.calls.clear()
        left = site.erp.orders.cancel(order, "not needed", lines=[1, 3]).order
        assert [line.id for line in left.lines] == ["2000"]
        called = [operation for operation, _ in site.server.calls]
        first = called.index("deleteLines")
        assert called[first : first + 4] == ["deleteLines", "read", "deleteLines", "read"]


def test_a_record_that_is_answered_with_nothing_is_not_there_if_the_list_does_not_show_it(site):
    """2.6: resultXml may be nil."""
    order = site.erp.orders.create(draft(), key="one").order
    altered(site, lambda operation, result: None if operation == "read" else result)
    with pytest.raises(errors.TransportError) as caught:
        site.erp.orders.get(order.id)
    assert caught.value.code == "no_record"
    with pytest.raises(errors.NotFound):
        site.erp.orders.get("SON-NONE")


def test_a_name_with_one_place_is_written_as_one_field(company, tmp_path):
    """2.9: LST is for fields with several values; FLD for one."""
    with place(company, tmp_path, fields="order.ship_name=SOH1_1.BPDNAM") as site:
        told = []
        office = site.erp._context.adapter.office
        assert office.shape("order").header["ship_name"].values == 1
        office.service.call = _heard(office.service.call, told)
        ship = ec.Address(name="Quarry", lines=("Gate",), city="Riga", postal_code="LV-1", country="LV")
        site.erp.orders.create(draft(ship_to=ship), key="one")
        assert any('<FLD NAME="BPDNAM">Quarry</FLD>' in xml for xml in told)


def _heard(sent, told):
    def call(operation, parts, *, writes=False):
        told.append(str(parts.get("objectXml", "")))
        return sent(operation, parts, writes=writes)

    return call


def test_a_reason_that_is_not_kept_is_told(site):
    """2.15: no field of a return's reason is confirmed, and what X3 keeps are codes of its own."""
    order = site.erp.orders.create(draft(), key="one").order
    site.erp.shipments.post(order, None)
    receipt = site.erp.returns.create(ec.ReturnDraft(order=order.id, lines={1: 3}, reason="damaged"), key="r")
    assert any("reason" in each.message for each in receipt.warnings)


def test_a_carrier_that_is_not_kept_is_told(company, tmp_path):
    published = Settings().publications
    published["WSSDH"] = replace(published["WSSDH"], without=frozenset({"BPTNUM"}))
    with place(company, tmp_path, server=new_server(company, publications=published)) as site:
        order = site.erp.orders.create(draft(), key="one").order
        receipt = site.erp.shipments.post(order, {1: 1}, packages=[ec.Package(carrier="DHL")])
        assert any("carrier" in each.message for each in receipt.warnings)


def test_a_fault_is_told_whole_and_one_that_says_nothing_is_accepted_is_no_doubt(site):
    """2.16: without child processes no call is accepted, in whatever form that is said."""
    site.network.refuse(500, "soap-generic", "POST", times=9, body=FAULT)
    with pytest.raises(errors.TransportError) as caught:
        site.erp.orders.create(draft(), key="one")
    assert (caught.value.code, caught.value.outcome) == ("no_child_process", "not_applied")
    assert caught.value.native[0]["message"] == "No Web services accepted: pool A"


def test_what_is_said_instead_of_an_answer_is_told(site):
    """2.2: JSON in the place of an envelope."""
    order = site.erp.orders.create(draft(), key="one").order
    said = '{"$diagnoses":[{"$severity":"error","$message":"Session expired"}]}'
    site.network.refuse(200, "soap-generic", "POST", body=said)
    with pytest.raises(errors.TransportError) as caught:
        site.erp.orders.get(order.id)
    assert caught.value.native[0]["message"] == "Session expired"


def test_where_places_have_gaps_a_rank_may_be_another_line_and_none_is_deleted(company, tmp_path):
    """2.4: what deleteLines takes is assumed to be ranks; with gaps in NUM that is two numbers for a line."""
    with place(company, tmp_path, server=new_server(company, zero_quantity=True)) as site:
        said = draft(valves(1), valves(2, product="HOSE-20"), valves(3))
        site.erp.orders.create(said, key="one")
        altered(site, lambda _, result: result and result.replace('LIN NUM="3"', 'LIN NUM="7"'))
        (order,) = site.erp.orders.list()
        assert [row["@NUM"] for row in order.raw["SOH4_1"]] == ["1", "2", "7"]
        site.erp.orders.cancel(order, "not needed", lines=["2000"])
        assert "deleteLines" not in [operation for operation, _ in site.server.calls]
        lines = company.lines_of(company.find("order", order.number))
        assert {line.object_number: line.quantity for line in lines} == {"VALVE-20": 3, "HOSE-20": 0}


def test_a_line_goes_by_the_place_that_it_has_by_then(site):
    """2.14: deleteLines takes no stamp, so the place is the one in the newest record."""
    said = draft(valves(1), valves(2, product="HOSE-20"), valves(3), valves(4, product="HOSE-20"))
    order = site.erp.orders.create(said, key="one").order
    service = site.erp._context.adapter.office.service
    sent, gone = service.call, []

    def call(operation, parts, *, writes=False):
        if operation == "deleteLines" and not gone:
            gone.append(operation)
            reply = sent(operation, parts, writes=writes)
            other = {**parts, "lineKeys": ["1"]}  # somebody else deletes the first line in the same moment
            return replace(reply, result=sent(operation, other, writes=writes).result)
        return sent(operation, parts, writes=writes)

    service.call = call
    with suppress(errors.ErpConnectError):
        site.erp.orders.cancel(order, "not needed", lines=["2000", "4000"])
    service.call = sent
    assert [line.id for line in site.erp.orders.get(order.id).lines] == ["3000"]


YARD = ec.Address(
    name="Yard", lines=("Gate", "Door"), city="Riga", postal_code="LV-1", country="LV", phone="1", region="R"
)
HOMELESS = {
    "TEL": ("customer.phone", {"address": YARD.but(region=None)}),
    "SAT": ("customer.address.region", {"address": YARD}),
    "POSCOD": ("customer.address.postal_code", {"address": YARD.but(region=None)}),
    "BPAADDLIG": ("customer.address.lines", {"address": YARD.but(region=None)}),
}


@pytest.mark.parametrize("field", list(HOMELESS))
def test_no_part_of_an_address_on_file_is_left_out_silently(company, tmp_path, field):
    """2.15: which columns the table of addresses has is the site's own."""
    path, said = HOMELESS[field]
    published = Settings().publications
    published["WSBPC"] = replace(published["WSBPC"], without=frozenset({field}))
    with place(company, tmp_path, server=new_server(company, publications=published)) as site:
        site.server.calls.clear()
        with pytest.raises(errors.LossyWrite) as caught:
            site.erp.customers.create(ec.CustomerDraft(number="Q1", name="Quarry", **said), key="one")
        assert caught.value.path == path
        assert "save" not in [operation for operation, _ in site.server.calls]


@pytest.mark.parametrize(
    "codes", [(("gtin", "4006381333931"), ("gtin", "4006381333948")), (("manufacturer", "X-1"),)], ids=str
)
def test_no_code_of_a_product_is_left_out_silently(site, codes):
    """2.15: EANCOD is one field."""
    said = tuple(ec.ProductCode(kind=kind, value=value) for kind, value in codes)
    with pytest.raises(errors.LossyWrite) as caught:
        site.erp.products.create(ec.ProductDraft(code="NEW-1", name="New", unit="C62", codes=said), key="one")
    assert caught.value.path == "product.codes"


def test_blocks_and_fields_go_out_in_the_order_of_the_publication_and_the_stamp_last(site):
    """2.9: as a record is read; a customer that is entered behind the currency would bring his own."""
    told = []
    office = site.erp._context.adapter.office
    office.service.call = _heard(office.service.call, told)
    order = site.erp.orders.create(draft(requested=date(2026, 3, 20), warehouse="EAST"), key="one").order
    site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=3), ec.ChangeHeader(payment_terms="COD"))
    saved, changed = (xml for xml in told if xml)
    blocks = list(office.shape("order").description.blocks)
    for xml in (saved, changed):
        sent = [id for id in re.findall(r'ID="(\w+)"', xml) if id != "ADXTEC"]
        assert sent == sorted(sent, key=blocks.index)
    assert [
        saved.index(f'"{name}"') for name in ("SALFCY", "SOHTYP", "CUSORDREF", "BPCORD", "CUR")
    ] == sorted(saved.index(f'"{name}"') for name in ("SALFCY", "SOHTYP", "CUSORDREF", "BPCORD", "CUR"))
    cells = re.findall(r'NAME="(\w+)"', saved[saved.index("<LIN") :])
    fields = list(office.shape("order").description.blocks["SOH4_1"].fields)
    lines = [name for name in cells if name in fields]
    assert lines == sorted(lines, key=fields.index)
    assert re.findall(r'ID="(\w+)"', changed)[-1] == "ADXTEC"


def test_the_companion_of_a_field_in_another_block_is_none_of_the_sites_own():
    """2.9: ZCUR describes CUR, which stands in two blocks; such fields are never written."""
    described = description_in(
        '<ADXDOC><ADXDATA><GRP NAM="SOH0_1" TYB="List"><FLD NAM="SOHNUM"/><FLD NAM="CUR"/></GRP>'
        '<GRP NAM="SOH1_4" TYB="List"><FLD NAM="ZCUR"/><FLD NAM="ZOWN"/></GRP></ADXDATA></ADXDOC>'
    )
    shape = shape_of("WSSOH", ORDER, described, {}, ())
    assert list(shape.header_custom) == ["ZOWN"]


def test_a_returns_reason_is_kept_where_the_site_has_named_its_field(company, tmp_path):
    published = Settings().publications
    published["WSSRH"] = replace(published["WSSRH"], extra={"SRH0_1": ("YREASON char20",)})
    server = new_server(company, publications=published)
    with place(company, tmp_path, server=server, fields="return.reason=YREASON") as site:
        order = site.erp.orders.create(draft(), key="one").order
        site.erp.shipments.post(order, None)
        said = ec.ReturnDraft(order=order.id, lines={1: 3}, reason="damaged")
        receipt = site.erp.returns.create(said, key="r")
        assert (receipt.stored.reason, receipt.warnings) == ("damaged", ())


def test_a_refused_read_is_told_although_the_list_cannot_be_asked_either(site):
    order = site.erp.orders.create(draft(), key="one").order
    site.server.refuse("No access to site MAIN", operation="read")
    site.server.refuse("Left list is locked", operation="query")
    with pytest.raises(errors.ErpConnectError) as caught:
        site.erp.orders.get(order.id)
    assert [each["message"] for each in caught.value.native] == [
        "No access to site MAIN",
        "Left list is locked",
    ]
