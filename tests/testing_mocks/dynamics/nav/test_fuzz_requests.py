"""Whatever arrives, the answer is a result, a fault or a plain refusal, and nothing is half done."""

import random

import pytest
from lxml import etree

from .conftest import a_line, envelope, xml

ORDER = "urn:microsoft-dynamics-schemas/page/salesorder"
ODD = (
    "",
    "0001-01-01",
    "9999-12-31",
    "-1",
    "9" * 40,
    "0.0000000001",
    "Item",
    "_blank_",
    "''",
    "*",
    "\u4e2d",
    "<",
)


def a_call(rng, nav):
    made = nav.listed(size=1)
    record = {
        "Sell_to_Customer_No": "10000",
        "Due_Date": "2026-05-01",
        "SalesLines": {"Sales_Order_Line": [a_line()]},
    }
    if made and rng.random() < 0.5:
        return "Update", xml(SalesOrder={"Key": made[0]["Key"]} | record)
    return "Create", xml(SalesOrder=record)


def damaged(rng, body):
    """The request with a value, an element, or some bytes changed."""
    kind = rng.randrange(4)
    if kind == 0:
        at = rng.randrange(len(body))
        return body[:at] + bytes([rng.randrange(256)]) + body[at + rng.randrange(3) :]
    root = etree.fromstring(body)
    node = rng.choice(list(root.iter()))
    if kind == 1:
        node.text = rng.choice(ODD)
    elif kind == 2 and node.getparent() is not None:
        node.getparent().remove(node)
    else:
        node.append(etree.SubElement(root, node.tag))
    return etree.tostring(root)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(300))
def test_a_damaged_request_is_answered_and_never_half_done(nav, company, session, seed):
    rng = random.Random(seed)
    nav.create(a_line())
    operation, inner = a_call(rng, nav)
    body = damaged(rng, envelope(f'<{operation} xmlns="{ORDER}">{inner}</{operation}>').encode())
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f"{ORDER}:{operation}"}
    before = (list(company.documents), list(company.lines))
    answer = session.post(f"{nav.base}/Page/SalesOrder", data=body, headers=headers)
    assert answer.status_code in {200, 400, 500}
    if answer.status_code != 200:
        assert (list(company.documents), list(company.lines)) == before
    if answer.status_code == 500:
        assert b"faultcode" in answer.content
