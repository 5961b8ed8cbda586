"""Whatever is sent, the answer is an answer: no request makes the server fall over, and totals stay right (design 7)."""

import json
import random
from decimal import Decimal

import pytest

from .conftest import CRM, KNOWN, a_line, an_order

TEXTS = [
    "10000",
    "WEB-1",
    "",
    "x" * 400,
    "2026-05-01T10:00:00Z",
    "2026-05-01",
    "1",
    KNOWN["account/10000"],
    "'",
    "ß",
]
VALUES = [None, True, 5, -1, 1.5, 1e12, 10**30, [], {}, [{}], *TEXTS]
LITERALS = [
    "'x'",
    "5",
    "null",
    "2026-03-02T12:00:00Z",
    KNOWN["account/10000"],
    "true",
    "''",
    "'O''Neil'",
    "-1.5",
]
OPERATORS = ["eq", "ne", "gt", "lt", "in", "and", "like", ""]
SETS = [
    "salesorders",
    "salesorderdetails",
    "accounts",
    "products",
    "ordercloses",
    "invoices",
    "quotes",
    "uoms",
]
ENDS = [
    "",
    "/order_details",
    "/$ref",
    "/$count",
    "/customerid_account",
    "/pricelevelid/$ref",
    "/name",
    "/$value",
    "/x",
]
BULK = ["CreateMultiple", "UpdateMultiple", "UpsertMultiple", "FulfillSalesOrder"]


class Monkey:
    """Sends anything to anything."""

    def __init__(self, seed, crm, server):
        self.dice, self.crm = random.Random(seed), crm
        self.schema = server.organization.schema

    def any_id(self, name):
        rows = self.crm.rows(f"{name}?$top=5") if self.dice.random() < 0.9 else []
        key = self.schema.of_set(name).key
        ids = [row[key] for row in rows] + ["00000000-0000-0000-0000-000000000001"]
        return self.dice.choice(ids)

    def address(self):
        name = self.dice.choice(SETS)
        inside = self.dice.choice(
            ["", "erp_externalref='W1'", "'x'", "1", "a=1,b=2", self.any_id(name), self.any_id(name)]
        )
        end = self.dice.choice(ENDS) if self.dice.random() < 0.3 else ""
        return f"{name}({inside}){end}" if inside else f"{name}{end}"

    def body(self, name):
        table = self.schema.of_set(name)
        columns = [*table.columns, *table.many, table.key, "x", "@odata.type", "@odata.id"]
        fields = self.dice.sample(columns, min(len(columns), self.dice.randint(0, 4)))
        found = {field: self.dice.choice(VALUES) for field in fields}
        ways = [way for lookup in table.lookups.values() for way in lookup.targets]
        if ways and self.dice.random() < 0.5:
            way = self.dice.choice(ways)
            target = self.dice.choice(SETS)
            found[f"{way}@odata.bind"] = self.dice.choice(
                [None, f"/{target}({self.any_id(target)})", "/x", 7]
            )
        if self.dice.random() < 0.5 and name == "salesorders":
            found = an_order(order_details=[a_line(quantity=self.dice.choice([1, 2.5, 0, -3]))]) | found
        return found

    def query(self):
        parts = []
        name, other = (
            self.dice.choice(["name", "_customerid_value", "totalamount", "statecode", "x"]) for _ in "12"
        )
        if self.dice.random() < 0.4:
            parts.append(f"$filter={name} {self.dice.choice(OPERATORS)} {self.dice.choice(LITERALS)}")
        if self.dice.random() < 0.3:
            parts.append(f"$orderby={other} {self.dice.choice(['asc', 'desc', 'up'])}")
        if self.dice.random() < 0.3:
            parts.append(
                self.dice.choice(
                    ["$top=x", "$count=true", "$expand=order_details", "$skiptoken=a", "$select=,"]
                )
            )
        return "?" + "&".join(parts) if parts else ""

    def step(self):
        kind = self.dice.random()
        if kind < 0.15:
            action = self.dice.choice(
                [f"salesorders/{CRM}.{name}" for name in BULK] + ["CancelSalesOrder", "WhoAmI"]
            )
            close = {
                "@odata.type": f"{CRM}.orderclose",
                "salesorderid@odata.bind": f"/salesorders({self.any_id(SETS[0])})",
            }
            target = self.body("salesorders") | {"@odata.type": f"{CRM}.salesorder"}
            body = self.dice.choice(
                [{"Targets": [target]}, {"Status": -1, "OrderClose": close | {"subject": "x"}}, {}]
            )
            return self.crm("POST", action, body)
        method = self.dice.choice(["GET", "GET", "POST", "PATCH", "DELETE", "PUT"])
        path = self.address()
        if method == "GET":
            return self.crm(
                method,
                path + self.query(),
                Prefer=self.dice.choice(["odata.track-changes", "x=1", 'odata.include-annotations="*"']),
            )
        guard = self.dice.choice([{}, {}, {"If_Match": "*"}, {"If_None_Match": "*"}, {"If_Match": 'W/"1"'}])
        body = None if method == "DELETE" else self.body(path.partition("(")[0].partition("/")[0])
        if body is not None and self.dice.random() < 0.05:
            body = self.dice.choice([[], 5, "x", {"value": 5}])
        return self.crm(method, path, body, **guard)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(12))
def test_nothing_makes_the_server_fall_over(seed, crm, server, settings):
    settings.requests_in_window = 10**6
    monkey = Monkey(seed, crm, server)
    crm.order(erp_externalref="W1")
    crm.order({}, {"product": "PUMP-1"})
    for _ in range(150):
        answer = monkey.step()
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert set(json.loads(answer.content)["error"]) == {"code", "message"}, answer.text
    for order in crm.rows("salesorders?$expand=order_details"):
        lines = order["order_details"]
        total = sum((line["extendedamount"] for line in lines), Decimal(0))
        taken = order["totaldiscountamount"] - (order["freightamount"] or 0)
        assert order["totalamount"] == total - taken
