"""How the tests log on to the mock system, and an order as its parameters."""

from decimal import Decimal

LOGON = {"ashost": "mock", "sysnr": "00", "client": 100, "user": "DEMO", "passwd": "welcome", "lang": "EN"}
CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"


def order_parameters(po_number="PO-1"):
    return {
        "ORDER_HEADER_IN": {
            "DOC_TYPE": "TA",
            "SALES_ORG": "1000",
            "DISTR_CHAN": "10",
            "DIVISION": "00",
            "PURCH_NO_C": po_number,
        },
        "ORDER_PARTNERS": [{"PARTN_ROLE": "AG", "PARTN_NUMB": "0000001234"}],
        "ORDER_ITEMS_IN": [
            {"ITM_NUMBER": "000010", "MATERIAL": "000000000000000062", "TARGET_QTY": Decimal(5)}
        ],
        "ORDER_SCHEDULES_IN": [{"ITM_NUMBER": "000010", "SCHED_LINE": "0001", "REQ_QTY": Decimal(5)}],
    }
