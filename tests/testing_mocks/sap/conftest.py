"""A small trading company on the mock SAP, and a clock that stands still."""

from decimal import Decimal

import pytest

from erp_connect.testing.clocks import Hands
from erp_connect.testing.mocks.sap import rfc
from erp_connect.testing.mocks.sap.documents import Customer, Material
from erp_connect.testing.mocks.sap.world import World

LOGON = {
    "ashost": "sap.example",
    "sysnr": "00",
    "client": "100",
    "user": "demo",
    "passwd": "welcome",
    "lang": "EN",
}


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture
def world(clock):
    world = World(clock)
    world.add(
        Customer("1234", "Harbour Pumps", "Quay 1", "20457", "Hamburg", ship_to="1235"),
        Customer("1235", "Harbour Pumps, store", "Quay 9", "20457", "Hamburg"),
        Customer("2000", "Umi Trading", country="JP", currency="JPY"),
        Material("62", "Ball valve 20 mm", units={"KAR": Decimal(12)}),
        Material("63", "Gasket", replenished_in=None),
        Material("PUMP-A", "Pump", checked=False),
    )
    world.prices = {
        ("62".zfill(18), "EUR"): Decimal("12.50"),
        ("63".zfill(18), "EUR"): Decimal("0.80"),
        ("PUMP-A", "EUR"): Decimal("1999.99"),
        ("62".zfill(18), "JPY"): Decimal(1000),
    }
    world.stock = {("62".zfill(18), "1000"): Decimal(100), ("63".zfill(18), "1000"): Decimal(10)}
    return world


@pytest.fixture
def connect(world):
    """Opens connections, and closes them when the test is over."""
    opened = []

    def connect(**config):
        opened.append(rfc.connect_to(world)(config, **LOGON))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def sap(connect):
    return connect()


VALVE = "62".zfill(18)


def an_order(**changes):
    """The arguments of a create that succeeds: five valves for Harbour Pumps; None leaves an argument out."""
    arguments = {
        "ORDER_HEADER_IN": {
            "DOC_TYPE": "TA",
            "SALES_ORG": "1000",
            "DISTR_CHAN": "10",
            "DIVISION": "00",
            "PURCH_NO_C": "PO-4711",
            "REQ_DATE_H": "20260310",
        },
        "ORDER_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
        "ORDER_ITEMS_IN": [
            {"ITM_NUMBER": "000010", "MATERIAL": VALVE, "TARGET_QTY": Decimal(5), "T_UNIT_ISO": "PCE"}
        ],
        "ORDER_SCHEDULES_IN": [
            {"ITM_NUMBER": "000010", "SCHED_LINE": "0001", "REQ_DATE": "20260310", "REQ_QTY": Decimal(5)}
        ],
    }
    header = changes.pop("header", {})
    arguments["ORDER_HEADER_IN"] |= header
    arguments |= changes
    return {name: value for name, value in arguments.items() if value is not None}


class Clerk:
    """Says over one connection what a clerk would say."""

    def __init__(self, connection):
        self.sap = connection

    @staticmethod
    def said(rows):
        """What RETURN says: type, class and number of each row."""
        return [(row["TYPE"], row["ID"], row["NUMBER"]) for row in rows]

    def create(self, **changes):
        return self.sap.call("BAPI_SALESORDER_CREATEFROMDAT2", **an_order(**changes))

    def ordered(self, **changes):
        """The number of an order that is created and committed."""
        number = self.create(**changes)["SALESDOCUMENT"]
        self.commit()
        return number

    def commit(self, wait="X"):
        return self.sap.call("BAPI_TRANSACTION_COMMIT", WAIT=wait)["RETURN"]

    def roll_back(self):
        return self.sap.call("BAPI_TRANSACTION_ROLLBACK")["RETURN"]

    def change(self, number, header_flag="U", **tables):
        header = tables.pop("header", {})
        flags = {"UPDATEFLAG": header_flag} | dict.fromkeys(header, "X")
        arguments = {"ORDER_HEADER_IN": header, "ORDER_HEADER_INX": flags, "RETURN": []} | tables
        return self.sap.call("BAPI_SALESORDER_CHANGE", SALESDOCUMENT=number, **arguments)["RETURN"]

    def read(self, *numbers, view):
        return self.sap.call(
            "BAPISDORDER_GETDETAILEDLIST",
            I_BAPI_VIEW=dict.fromkeys(view, "X"),
            SALES_DOCUMENTS=[{"VBELN": number} for number in numbers],
        )

    def status(self, number):
        return self.sap.call("BAPI_SALESORDER_GETSTATUS", SALESDOCUMENT=number)


@pytest.fixture
def clerk(sap):
    return Clerk(sap)


@pytest.fixture
def another(connect):
    """A colleague, in a session of their own."""
    return Clerk(connect())
