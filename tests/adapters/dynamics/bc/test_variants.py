"""Variants of items on the lines of orders (dynamics.md 1.8: itemVariantId; 1.9: itemVariants; 5.4)."""

from decimal import Decimal

import pytest

import erp_connect as ec
from erp_connect import errors
from erp_connect.adapters.contract import Support
from erp_connect.testing.mocks.business import posting
from erp_connect.testing.mocks.business.masters import Variant
from erp_connect.testing.mocks.dynamics.bc import web

from .place import draft, place, valves


@pytest.fixture
def company(company):
    """Pumps are red or blue, hoses are red."""
    pump, hose = (company.items.by("number", number) for number in ("PUMP-A", "HOSE-20"))
    with company.world.unit():
        company.variants.add(Variant(item=pump.id, code="BLUE", description="Pump, blue"))
        company.variants.add(Variant(item=hose.id, code="RED", description="Hose, red"))
    return company


def pumps(variant, quantity=4, **more):
    return valves(quantity, product="PUMP-A", custom={"variant": variant}, **more)


def in_the_books(company, order):
    paper = company.find("order", order.number)
    return [(line.object_number, line.variant, line.quantity) for line in company.lines_of(paper)]


def in_the_order(order):
    return [(line.product, line.custom.get("variant"), line.quantities.ordered) for line in order.lines]


def test_a_line_is_ordered_in_its_variant_and_reads_so(site, company):
    said = draft(pumps("RED"), pumps("BLUE", 1), valves())
    receipt = site.erp.orders.create(said, key="one")
    stands = [("PUMP-A", "RED", 4), ("PUMP-A", "BLUE", 1), ("VALVE-20", "", 12)]
    assert in_the_books(company, receipt.order) == stands
    assert receipt.differences == ()
    with site.again() as another:
        read = another.orders.get(receipt.order.id)
    assert in_the_order(read) == [("PUMP-A", "RED", 4), ("PUMP-A", "BLUE", 1), ("VALVE-20", None, 12)]
    assert dict(read.lines[2].custom) == {}


def test_a_product_named_by_its_id_has_variants_too(site, company):
    pump = site.erp.products.find("PUMP-A")[0]
    line = valves(2, product=ec.Ref(id=pump.id), custom={"variant": "BLUE"})
    order = site.erp.orders.create(draft(line), key="one").order
    assert in_the_books(company, order) == [("PUMP-A", "BLUE", 2)]


def test_the_same_code_is_another_variant_of_another_product(site, company):
    hoses = valves(3, product="hose-20", custom={"variant": "red"})
    order = site.erp.orders.create(draft(pumps("RED"), hoses), key="one").order
    assert in_the_books(company, order) == [("PUMP-A", "RED", 4), ("HOSE-20", "RED", 3)]
    assert order.lines[1].custom["variant"] == "RED"


@pytest.mark.parametrize(("product", "there"), [("PUMP-A", "BLUE, RED"), ("VALVE-20", "no variants")])
def test_a_variant_that_is_not_there_is_told_with_those_that_are_and_nothing_is_sent(
    site, company, product, there
):
    wrong = valves(1, product=product, custom={"variant": "GREEN"})
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.create(draft(valves(), wrong), key="one")
    assert caught.value.path == "order.lines[1].custom.variant"
    assert there in caught.value.hint
    assert (site.sent("POST"), len(company.documents)) == ([], 0)


def test_a_variant_that_is_new_is_found_without_connecting_anew(site, company):
    site.erp.orders.create(draft(pumps("RED")), key="one")
    pump = company.items.by("number", "PUMP-A")
    with company.world.unit():
        company.variants.add(Variant(item=pump.id, code="GREEN"))
    order = site.erp.orders.create(draft(pumps("GREEN"), customer_po="PO-2"), key="two").order
    assert in_the_books(company, order) == [("PUMP-A", "GREEN", 4)]


@pytest.mark.parametrize("custom", [{"colour": "RED"}, {"variant": 7}, {"variant": "RED", "colour": "RED"}])
def test_any_other_field_of_a_line_is_refused(site, company, custom):
    with pytest.raises(errors.LossyWrite) as caught:
        site.erp.orders.create(draft(valves(1, product="PUMP-A", custom=custom)), key="one")
    assert caught.value.path.startswith("order.lines[0].custom.")
    assert len(company.documents) == 0


def test_a_bulk_is_refused_where_one_variant_is_wrong_and_made_elsewhere(site, company):
    drafts = [draft(pumps(code), customer_po=f"PO-{code}") for code in ("RED", "GREEN", "BLUE")]
    result = site.erp.orders.create_many(drafts, keys=lambda each: each.customer_po)
    assert [(each.index, type(each.error).__name__) for each in result.failed] == [(1, "InvalidOrder")]
    assert sorted(line.variant for line in company.lines) == ["BLUE", "RED"]


# -- what changes a line ---------------------------------------------------------------------------------------


def test_a_change_of_a_line_leaves_its_variant(site, company):
    order = site.erp.orders.create(draft(pumps("RED")), key="one").order
    price = ec.UnitPrice(amount=Decimal(7), currency="EUR")
    site.erp.orders.amend(order, ec.ChangeQuantity(line=1, to=6), ec.ChangePrice(line=1, to=price), key="two")
    assert in_the_books(company, order) == [("PUMP-A", "RED", 6)]


def test_a_part_that_is_split_off_is_of_the_same_variant(site, company):
    order = site.erp.orders.create(draft(pumps("RED"), pumps("BLUE")), key="one").order
    site.erp.orders.amend(order, ec.SplitLine(line=2, quantity=1, warehouse="EAST"), key="two")
    assert in_the_books(company, order) == [
        ("PUMP-A", "RED", 4),
        ("PUMP-A", "BLUE", 3),
        ("PUMP-A", "BLUE", 1),
    ]


def test_another_product_does_not_take_the_variant_along(site, company):
    order = site.erp.orders.create(draft(pumps("RED")), key="one").order
    receipt = site.erp.orders.amend(order, ec.SubstituteProduct(line=1, to="HOSE-20"), key="two")
    assert in_the_books(company, order) == [("HOSE-20", "", 4)]
    assert in_the_order(receipt.order) == [("HOSE-20", None, 4)]


@pytest.mark.parametrize("by_id", [False, True])
def test_the_same_product_put_in_its_own_place_keeps_its_variant(site, company, by_id):
    order = site.erp.orders.create(draft(pumps("BLUE")), key="one").order
    to = ec.Ref(id=site.erp.products.find("PUMP-A")[0].id) if by_id else "PUMP-A"
    site.erp.orders.amend(order, ec.SubstituteProduct(line=1, to=to, quantity=2), key="two")
    assert in_the_books(company, order) == [("PUMP-A", "BLUE", 2)]


def test_a_line_that_is_added_has_its_variant_or_is_refused(site, company):
    order = site.erp.orders.create(draft(), key="one").order
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.orders.amend(order, ec.AddLine(line=pumps("GREEN")), key="two")
    assert caught.value.path == "line.custom.variant"
    site.erp.orders.amend(order, ec.AddLine(line=pumps("BLUE")), key="three")
    assert in_the_books(company, order) == [("VALVE-20", "", 12), ("PUMP-A", "BLUE", 4)]


# -- what follows an order, and what is bought -----------------------------------------------------------------


def test_an_order_that_was_posted_completely_still_tells_its_variants(site, company):
    order = site.erp.orders.create(draft(pumps("BLUE"), pumps("RED", 1)), key="one").order
    with company.world.unit():
        posting.post(company, company.find("order", order.number))
    assert company.find("order", order.number) is None
    assert in_the_order(site.erp.orders.get(order.id)) == [("PUMP-A", "BLUE", 4), ("PUMP-A", "RED", 1)]


def test_what_comes_back_is_the_variant_that_left(site, company):
    order = site.erp.orders.create(draft(pumps("RED"), pumps("BLUE")), key="one").order
    site.erp.shipments.post(order, None)
    blue = site.erp.orders.get(order.id).lines[1]
    said = ec.ReturnDraft(order=order.id, lines={blue.id: 3}, reason="DEFECT")
    back = site.erp.returns.create(said, key="two").stored
    memo = next(each for each in company.documents if each.kind == "credit_memo")
    assert [(line.variant, line.quantity) for line in company.lines_of(memo)] == [("BLUE", 3)]
    assert [(line.order_line_id, line.quantity) for line in back.lines] == [(blue.id, 3)]


def test_what_is_bought_has_a_variant(site, company):
    line = ec.PurchaseOrderLineDraft(product="PUMP-A", quantity=2, unit="C62", custom={"variant": "BLUE"})
    said = ec.PurchaseOrderDraft(supplier="V100", currency="EUR", lines=(line,))
    order = site.erp.purchase_orders.create(said, key="one").order
    assert [each.variant for each in company.lines] == ["BLUE"]
    assert site.erp.purchase_orders.get(order.id).lines[0].custom["variant"] == "BLUE"
    wrong = said.but(lines=(line.but(custom={"variant": "GREEN"}),))
    with pytest.raises(errors.InvalidOrder) as caught:
        site.erp.purchase_orders.create(wrong, key="two")
    assert caught.value.path == "purchase_order.lines[0].custom.variant"


# -- what is declared ------------------------------------------------------------------------------------------


def test_variants_are_declared_as_what_they_are(site):
    for prefix in ("order", "purchase_order"):
        known = site.erp.capabilities.field(f"{prefix}.line.custom")
        assert (known.support, "variant" in known.why) == (Support.EMULATED, True)


def test_a_release_without_variants_says_so_and_reads_orders_as_before(company, tmp_path, monkeypatch):
    with place(company, tmp_path) as site:
        order = site.erp.orders.create(draft(pumps("RED")), key="one").order
        whole = web.api_model
        monkeypatch.setattr(
            web, "api_model", lambda *given, **more: whole(*given, **more).without("itemVariants")
        )
        with site.again(metadata_cache="off") as older:
            assert older.capabilities.field("order.line.custom").support is Support.NONE
            assert in_the_order(older.orders.get(order.id)) == [("PUMP-A", None, 4)]
            with pytest.raises(errors.LossyWrite):
                older.orders.create(draft(pumps("RED"), customer_po="PO-2"), key="two")
    assert len(company.documents) == 1
