"""Whatever arrives, the answer is a result, a fault or a plain refusal, and what is refused changes nothing."""

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from .conftest import ENCODING, Answer, an_order, envelope, param, parts_of

QUICK = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ODD = ("", "0", "-1", "9" * 15, "0.000000000000001", "20260231", "*", "<>", "]]>", "\u4e2d", "2", "MAIN")
CONTEXT = {"codeLang": "ENG", "poolAlias": "WSPOOL", "poolId": "", "requestConfig": "adxwss.optreturn=JSON"}


def state(company):
    return {table.name: dict(table.state.rows) for table in company.tables()}


def answered(x3, company, body, **headers):
    """The answer is one of ours; unless it was a success, nothing changed."""
    before = state(company)
    got = x3.session.post(
        x3.url, data=body, headers={"Content-Type": "text/xml", "SOAPAction": '""', **headers}, timeout=60
    )
    if got.status_code == 200:
        if Answer(got.content).status == 1:
            return
    else:
        assert got.status_code == 500
        assert b"faultstring" in got.content
        assert b"Traceback" not in got.content
    assert state(company) == before


@QUICK
@given(body=st.binary(max_size=200))
def test_garbage_is_a_fault(x3, company, body):
    answered(x3, company, body)


@QUICK
@given(payload=st.text(max_size=60), operation=st.sampled_from(["save", "run", "read", "query"]))
def test_garbage_in_a_part_is_refused(x3, company, payload, operation):
    text = "".join(sign for sign in payload if sign.isprintable())
    name = "YGETSTO" if operation == "run" else "WSSOH"
    part = {"save": {"objectXml": text}, "run": {"inputXml": text}}.get(
        operation, {"objectKeys": {"1": text}}
    )
    if operation == "query":
        part["listSize"] = 3
    inner = parts_of(CONTEXT, {"publicName": name, **part})
    answered(x3, company, envelope(f"<wss:{operation}>{inner}</wss:{operation}>").encode())


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["SOH0_1", "SOH4_1", "REP", "QTY", "CUR", "ADXTEC", "X"]), inner)
    ),
    max_leaves=12,
)


@QUICK
@given(record=st.dictionaries(st.sampled_from(["SOH0_1", "SOH4_1", "SOH1_3", "ADXTEC", "GRP1", "X"]), JSONS))
def test_json_of_any_shape_is_refused(x3, company, record):
    for operation, name, part in (("save", "WSSOH", "objectXml"), ("run", "YGETPRI", "inputXml")):
        text = "".join(sign for sign in json.dumps(record) if sign.isprintable()).replace("]]>", "")
        inner = parts_of(CONTEXT, {"publicName": name, part: text})
        answered(x3, company, envelope(f"<wss:{operation}>{inner}</wss:{operation}>").encode())


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_call_is_answered_and_never_half_done(x3, company, seed):
    rng = random.Random(seed)
    number = x3.order()
    record = an_order({"ITMREF": "PUMP-A", "QTY": "2", "GROPRI": "10"})
    for name in ("SALFCY", "SOHTYP", "BPCORD") if rng.random() < 0.5 else ():
        record["SOH0_1"].pop(name)
    tree = etree.fromstring(param(record).encode())
    node = rng.choice(list(tree.iter()))
    match rng.randrange(4):
        case 0:
            node.text = rng.choice(ODD)
        case 1:
            node.set(rng.choice(["NAME", "ID", "NUM"]), rng.choice([*ODD, "REP", "SOH4_1"]))
        case 2:
            node.append(etree.SubElement(tree, node.tag))
        case _ if node.getparent() is not None:
            node.getparent().remove(node)
    payload = etree.tostring(tree, encoding="unicode").replace("]]>", "")
    keys = {"publicName": "WSSOH", "objectKeys": {"SOHNUM": number}, "objectXml": payload}
    inner = parts_of({**CONTEXT, "requestConfig": ""}, keys)
    body = envelope(f'<wss:modify soapenv:encodingStyle="{ENCODING}">{inner}</wss:modify>').encode()
    answered(x3, company, body)
    at = rng.randrange(len(body))
    answered(x3, company, body[:at] + bytes([rng.randrange(256)]) + body[at + rng.randrange(3) :])
