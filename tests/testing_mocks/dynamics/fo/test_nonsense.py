"""Whatever is sent, the answer is an answer: no request makes the server fall over (design 7)."""

import random

import pytest

from erp_connect.testing.mocks.business.refusals import Refusal
from erp_connect.testing.mocks.dynamics.fo import clerk

from .conftest import ENUMS

TEXTS = [
    "10000",
    "V100",
    "VALVE-20",
    "PUMP-A",
    "RED",
    "BOX",
    "1",
    "2",
    "EAST",
    "USD",
    "JPY",
    "DHL",
    "30 DAYS",
    "x" * 70,
]
DAYS = ["2026-03-10T00:00:00Z", "1900-01-01T12:00:00Z", "2154-12-31T00:00:00Z"]
LITERALS = ["'x'", "5", "null", "2026-03-02T12:00:00Z", f"{ENUMS}.NoYes'Yes'", "true", "'*a*'", "''"]
GIVEN = {
    "SalesOrderHeadersV2": {"OrderingCustomerAccountNumber": "10000"},
    "SalesOrderLines": {"SalesOrderNumber": "100001"},
    "PurchaseOrderHeadersV2": {"OrderVendorAccountNumber": "V100"},
    "PurchaseOrderLinesV2": {"PurchaseOrderNumber": "PO-10001"},
    "ReturnOrderHeadersV2": {"CustomerAccountNumber": "10000"},
    "ReturnOrderLinesV2": {"ReturnOrderNumber": "RO-10001"},
}
WORK = (clerk.confirm, clerk.pick, clerk.pack, clerk.receive, clerk.invoice, clerk.cancel)


class Monkey:
    """Sends anything to anything."""

    def __init__(self, seed, fo, server, company):
        self.dice, self.fo, self.company = random.Random(seed), fo, company
        self.sets = server.service.model.sets

    def value(self, property):
        if self.dice.random() < 0.02:
            return self.dice.choice([None, 5, "x", True, {}, [], 1.5])
        if property.members:
            return self.dice.choice(property.members)
        match property.type:
            case "Edm.String":
                return self.dice.choice(TEXTS) if self.dice.random() < 0.2 else ""
            case "Edm.DateTimeOffset":
                return self.dice.choice(DAYS)
            case "Edm.Decimal":
                return self.dice.choice([0, 1, 4, 2.5, -3, 1e9, 0.001])
        return self.dice.choice([0, 1, 5, -1])

    def body(self, name):
        properties = self.sets[name].properties
        chosen = self.dice.sample(list(properties), min(len(properties), 6))
        body = {one: self.value(properties[one]) for one in chosen if one != "dataAreaId"} | GIVEN.get(
            name, {}
        )
        if "ItemNumber" in properties:
            body["ItemNumber"] = self.dice.choice(["VALVE-20", "FITTING"])
        return body

    def address(self, name):
        rows = self.fo.rows(name)
        if not rows:
            return None
        row, parts = self.dice.choice(rows), []
        for key in self.sets[name].keys:
            bare = self.sets[name].properties[key].type != "Edm.String"
            parts.append(f"{key}={row[key]}" if bare else f"{key}='{row[key]}'")
        path = f"{name}({','.join(parts)})"
        self.fo.read(path)
        return path

    def act(self):
        """One request, or something that a person does; the answer, if any."""
        name = self.dice.choice([*self.sets, *GIVEN, *GIVEN, *GIVEN])
        match self.dice.randrange(5):
            case 0 | 1:
                return self.fo("POST", name, self.body(name))
            case 2:
                path = self.address(name)
                method = self.dice.choice(["PATCH", "PATCH", "PUT", "DELETE"])
                return path and self.fo(method, path, None if method == "DELETE" else self.body(name))
            case 3:
                field, operator = (
                    self.dice.choice(list(self.sets[name].properties)),
                    self.dice.choice(["eq", "ne", "gt", "in"]),
                )
                return self.fo(
                    "GET",
                    f"{name}?$filter={field} {operator} {self.dice.choice(LITERALS)}&$orderby={field} desc",
                )
        self.work()
        return None

    def work(self):
        papers = [p for p in self.company.documents if not p.posted]
        if papers:
            try:
                self.dice.choice(WORK)(self.company, self.dice.choice(papers))
            except Refusal:
                return


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(3))
def test_nonsense_is_answered(seed, fo, server, company):
    monkey = Monkey(seed, fo, server, company)
    seen = set()
    for _ in range(600):
        answer = monkey.act()
        if answer is not None:
            seen.add(answer.status_code)
            assert answer.status_code < 400 or "innererror" in answer.json()["error"]
    assert seen == {200, 201, 204, 400, 405}
