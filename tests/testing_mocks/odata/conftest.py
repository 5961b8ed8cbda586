"""A little shop behind the strict OData server, in both versions."""

import copy
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
import requests

from erp_connect.testing.mocks.odata.errors import ODataError
from erp_connect.testing.mocks.odata.model import described
from erp_connect.testing.mocks.odata.server import Service
from erp_connect.testing.mocks.odata.web import Host
from erp_connect.testing.mocks.serving import mount

DESCRIPTION = {
    2: """
set Orders key Number etag Changed
  Number:S10a Party:S40 Amount:D9.2 Weight:D8.3 Ordered:dt Changed:dto(r) At:T Paid:B Uid:G Count:I Secret:S5(r)
  -> Lines Lines* Number
set Lines key Number,Line child
  Number:S10a(r) Line:S6n Product:S18a Quantity:D13.3
  -> Order Orders Number
set Notes key Number,Text no-address no-update no-delete child
  Number:S10a(r) Text:S20
function Close POST Number:S10a returns Orders
function Print GET Number:S10a returns Page:S
""",
    4: """
set Orders key Number etag Changed
  Number:S10a Party:S40 Amount:D9.2 Weight:D8.3 Ordered:date Changed:dto(r) At:tod Paid:B Uid:G Count:I Secret:S5(r)
  -> Lines Lines* Number
set Lines key Number,Line etag Order/Changed child
  Number:S10a(r) Line:S6n Product:S18a Quantity:D13.3
  -> Order Orders Number
set Fixed key Number,Text no-create no-update no-delete
  Number:S10a Text:S20
""",
}


class Shop:
    """The rows; a unit of work is undone when it ends with an error."""

    def __init__(self, version):
        self.version = version
        self.tables = {"Orders": [], "Lines": [], "Notes": [], "Fixed": []}
        self.clock = 0
        for number in range(1, 16):
            day = date(2026, 1, number)
            ordered = datetime.combine(day, time()) if version == 2 else day
            self.tables["Orders"].append(
                {
                    "Number": str(number),
                    "Party": "O'Brien & Söhne" if number == 3 else f"Party {number % 2}",
                    "Amount": Decimal(number) * Decimal("10.50"),
                    "Weight": Decimal("1.5") if number != 2 else None,
                    "Ordered": ordered,
                    "Changed": datetime(2026, 1, 15, 10, 0, number, tzinfo=UTC),
                    "At": time(12, 34, 56),
                    "Paid": number == 1,
                    "Uid": uuid.UUID(int=number),
                    "Count": number,
                    "Secret": "x",
                }
            )
        for line in range(1, 4):
            self.tables["Lines"].append(
                {"Number": "1", "Line": str(line * 10), "Product": f"{60 + line}", "Quantity": Decimal(line)}
            )

    def open(self):
        return Unit(self)

    def touch(self, number):
        self.clock += 1
        for row in self.tables["Orders"]:
            if row["Number"] == number:
                row["Changed"] = datetime(2026, 2, 1, 0, 0, 0, self.clock, tzinfo=UTC)


class Unit:
    def __init__(self, shop):
        self.shop = shop

    def __enter__(self):
        self.before = copy.deepcopy(self.shop.tables)
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.shop.tables = self.before

    def rows(self, entity_set, where):
        return list(self.shop.tables[entity_set])

    listed = rows

    def create(self, entity_set, sent):
        if sent.get("Party") == "refused":
            raise ODataError(400, "no_such_party", "there is no such party")
        if entity_set == "Orders":
            number = str(len(self.shop.tables["Orders"]) + 1)
            lines = sent.pop("Lines", [])
            row = sent | {"Number": number}
            self.shop.tables["Orders"].append(row)
            for index, line in enumerate(lines, 1):
                full = {"Number": number, "Line": line.get("Line") or str(index * 10)} | line
                self.shop.tables["Lines"].append(full | {"Number": number})
        else:
            row = {"Line": "99"} | sent
            self.shop.tables[entity_set].append(row)
            number = row["Number"]
        self.shop.touch(number)
        return row

    def change(self, entity_set, row, sent):
        row.update(sent)
        self.shop.touch(row["Number"])

    def remove(self, entity_set, row):
        self.shop.tables[entity_set].remove(row)
        self.shop.touch(row["Number"])

    def call(self, operation, arguments):
        if operation == "Print":
            return {"Page": f"order {arguments['Number']}"}
        row = next(r for r in self.shop.tables["Orders"] if r["Number"] == arguments["Number"])
        row["Paid"] = True
        return row


class ShopService(Service):
    def __init__(self, shop):
        super().__init__(described(DESCRIPTION[shop.version], "Shop", shop.version))
        self.shop = shop

    def open(self, call):
        return self.shop.open()


class Counter:
    """Sends requests to the shop, and reads answers."""

    def __init__(self, version):
        self.shop = Shop(version)
        self.service = ShopService(self.shop)
        self.root = "https://mock.shop/odata"
        self.http = mount(requests.Session(), "https://mock.shop", Host({"/odata": self.service}))
        self.http.headers["Accept"] = "application/json"

    def get(self, path, **options):
        return self.http.get(f"{self.root}/{path}", **options)

    def rows(self, path):
        """What a collection holds."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return body["d"]["results"] if "d" in body else body["value"]

    def numbers(self, path):
        return [row["Number"] for row in self.rows(path)]

    def refused(self, path, status=400):
        answer = self.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()["error"]

    def send(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, f"{self.root}/{path}", json=body, headers=named)


@pytest.fixture
def v2():
    return Counter(2)


@pytest.fixture
def v4():
    return Counter(4)


@pytest.fixture(params=[2, 4], ids=["v2", "v4"])
def either(request):
    return Counter(request.param)
