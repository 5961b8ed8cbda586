"""The neutral core as X3 sets it up, a small trading folder in it, and the profile of a site that is unlike others."""

from __future__ import annotations

from dataclasses import replace

from .....clock import Clock
from ...business import settings as core
from ...business.company import Company
from ...business.samples import harbour_trading
from ...business.world import World
from .settings import Publication, Subprogram


def x3_world(clock: Clock | None = None) -> World:
    """A system with X3's rules: orders stay when they are done, and their numbers are made by their types."""
    settings = core.Settings(
        deletes_finished=False,
        manual_numbers=True,
        header_fixed=frozenset(),
        line_fixed=frozenset(),
        lines_fixed_when_released=False,
        vendor_invoice_needed=False,
        line_step=1000,
    )
    return World(clock, settings, name="x3")


def folder(world: World, name: str = "HBTRADE", currency: str = "EUR") -> Company:
    """A folder with the harbour's customers and goods; MAIN and EAST are its sites, 10000 has two addresses."""
    company = harbour_trading(world, name, currency)
    company.code = name.lower()
    company.series |= {
        "shipment": ("SDHMAIN", 6),
        "receipt": ("PTHMAIN", 6),
        "invoice": ("SIHMAIN", 6),
        "credit_memo": ("CRMMAIN", 6),
        "posted invoice": ("INVMAIN", 6),
        "posted credit_memo": ("AVCMAIN", 6),
        "return_order": ("SRHMAIN", 6),
        "purchase_order": ("POHMAIN", 6),
    }
    customer = company.customers.by("number", "10000")
    assert customer is not None
    quay = {
        "code": "001",
        "line1": "Quay 1",
        "city": "Riga",
        "postal_code": "LV-1001",
        "country": "LV",
        "default": 2,
    }
    yard = {"code": "002", "line1": "Yard 9", "city": "Ventspils", "postal_code": "LV-3601", "country": "LV"}
    company.customers.put(replace(customer, extras={"BPAC_1": (quay, {**yard, "default": 1})}))
    return company


def subprograms() -> dict[str, Subprogram]:
    """Subprograms as sites publish them, each with names of its own."""
    return {
        "YGETSTO": Subprogram(
            "stock",
            {"item": "YITM", "site": "YFCY"},
            {"quantity": "YQTY", "available": "YAVA"},
        ),
        "YGETPRI": Subprogram(
            "price",
            {"customer": "YBPC", "item": "YITM", "quantity": "YQTY", "unit": "YUOM", "currency": "YCUR"},
            {"price": "YPRI", "currency": "YCUR", "discount": "YDISC"},
            answers="GRP2",
        ),
        "YCLOSOH": Subprogram("close", {"order": "YSOHNUM"}, {"done": "YOK"}),
        "YCHGSOH": Subprogram(
            "changes", {"since": "YSINCE"}, {"order": "YSOHNUM", "moment": "YUPD"}, answers="GRP2"
        ),
    }


def odd_site() -> dict[str, Publication]:
    """Publications of a site that renamed blocks, moved and removed fields, and added its own (2.20, point 17)."""
    discounts = frozenset(f"DISCRGVAL{at}" for at in range(1, 10))
    return {
        "YWSSOH": Publication(
            "SOH",
            "WEB",
            actions={"V": "value", "YCLO": "close"},
            blocks={"SOH4_1": "SOH5_1", "SOH2_2": "SOH2_9"},
            moved={"SOH1_4.PRITYP": "SOH0_1"},
            without=discounts | {"SOPLIN", "NUMLIG"},
            extra={"SOH0_1": ("YCHANNEL char10",), "SOH4_1": ("YCOLOR char10", "ZNOTE char30", "XPACK int")},
            columns=("SOHNUM", "BPCORD", "ORDDAT", "CUSORDREF", "ORDSTA"),
            unique="CUSORDREF",
        ),
        "YWSSDH": Publication(
            "SDH",
            "WEB",
            actions={"YVAL": "validate"},
            extra={"SDH1_1": ("YTRKNUM char30 tracking", "YDLVDAT date posting_date")},
            columns=("SDHNUM", "BPCORD", "STOFCY", "YTRKNUM"),
        ),
    }
