"""Whatever is sent, the answer is an answer: nothing makes the server fall over, and totals stay right (design 7)."""

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
VALUES = [None, True, 5, -1, 1.5, 1e12, 10**30, 1e300, [], {}, [{}], *TEXTS]
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
    "/order_details",
    "/$ref",
    "/$count",
    "/customerid_account",
    "/pricelevelid/$ref",
    "/name",
    "/$value",
    "/x",
]
INSIDES = ["", "erp_externalref='W1'", "'x'", "1", "a=1,b=2"]
MORE = ["$top=x", "$count=true", "$expand=order_details", "$skiptoken=a", "$select=,"]
PREFERENCES = ["odata.track-changes", "x=1", 'odata.include-annotations="*"']
GUARDS = [{}, {}, {"If_Match": "*"}, {"If_None_Match": "*"}, {"If_Match": 'W/"1"'}]
BULK = ["CreateMultiple", "UpdateMultiple", "UpsertMultiple"]


class Monkey:
    """Sends anything to anything."""

    def __init__(self, seed, crm, server):
        self.dice, self.crm = random.Random(seed), crm
        self.schema = server.organization.schema

    def any_id(self, name):
        if self.dice.random() < 0.05:
            return "00000000-0000-0000-0000-000000000001"
        key = self.schema.of_set(name).key
        ids = [row[key] for row in self.crm.rows(f"{name}?$top=9&$select={key}")]
        return self.dice.choice(ids) if ids else "00000000-0000-0000-0000-000000000002"

    def a_set(self):
        return self.dice.choice(SETS[:2] if self.dice.random() < 0.5 else SETS)

    def address(self):
        name = self.a_set()
        inside = self.any_id(name) if self.dice.random() < 0.7 else self.dice.choice(INSIDES)
        end = self.dice.choice(ENDS) if self.dice.random() < 0.2 else ""
        return f"{name}({inside}){end}" if inside else f"{name}{end}"

    def good(self, name):
        """A body that may do."""
        number = self.dice.choice([0, 1, 2.5, 4, 7])
        match name:
            case "salesorders":
                lines = [a_line(self.dice.choice(["VALVE-20", "SEAL-5", "HOSE-8"]), quantity=number)]
                return an_order(order_details=lines, discountpercentage=number, freightamount=number)
            case "salesorderdetails":
                order = self.any_id("salesorders")
                return a_line(quantity=number, tax=number, salesorderid__bind=f"/salesorders({order})")
            case "quotes" | "invoices":
                return an_order()
            case _:
                return {"description": "x"}

    def body(self, name):
        found = self.good(name) if self.dice.random() < 0.8 else {}
        if self.dice.random() < 0.5:
            return found
        table = self.schema.of_set(name)
        columns = [*table.columns, *table.many, table.key, "x", "@odata.type", "@odata.id"]
        fields = self.dice.sample(columns, min(len(columns), self.dice.randint(0, 3)))
        found |= {field: self.dice.choice(VALUES) for field in fields}
        ways = [way for lookup in table.lookups.values() for way in lookup.targets]
        if ways and self.dice.random() < 0.3:
            target = self.dice.choice(SETS)
            address = self.dice.choice([None, f"/{target}({self.any_id(target)})", "/x", 7])
            found[f"{self.dice.choice(ways)}@odata.bind"] = address
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
            parts.append(self.dice.choice(MORE))
        return "?" + "&".join(parts) if parts else ""

    def act(self):
        order = f"/salesorders({self.any_id('salesorders')})"
        close = {"@odata.type": f"{CRM}.orderclose", "salesorderid@odata.bind": order, "subject": "x"}
        if self.dice.random() < 0.3:
            action = self.dice.choice(["CancelSalesOrder", f"salesorders/{CRM}.FulfillSalesOrder"])
            return self.crm(
                "POST", action, {"Status": self.dice.choice([-1, 4, 100001, "x"]), "OrderClose": close}
            )
        target = self.body("salesorders") | {"@odata.type": f"{CRM}.salesorder"}
        if self.dice.random() < 0.5:
            target["salesorderid"] = self.any_id("salesorders")
        return self.crm("POST", f"salesorders/{CRM}.{self.dice.choice(BULK)}", {"Targets": [target, target]})

    def step(self):
        if self.dice.random() < 0.1:
            return self.act()
        method = self.dice.choice(["GET", "POST", "POST", "PATCH", "PATCH", "DELETE", "PUT"])
        path = self.a_set() if method == "POST" and self.dice.random() < 0.8 else self.address()
        if method == "GET":
            return self.crm(method, path + self.query(), Prefer=self.dice.choice(PREFERENCES))
        body = None if method == "DELETE" else self.body(path.partition("(")[0].partition("/")[0])
        if body is not None and self.dice.random() < 0.05:
            body = self.dice.choice([[], 5, "x", {"value": 5}])
        return self.crm(method, path, body, **self.dice.choice(GUARDS))


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
