"""Subprograms that the site has published: stock, prices, closing orders, what has changed (sage.md 2.15)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lxml import etree

from ...business.company import Company
from ...business.pricing import price_of
from ...business.stock import on_hand, promised
from .entered import Orders
from .envelope import escaped
from .refusing import Refused
from .settings import Settings, Subprogram
from .showing import DECLARATION, padded_json, plain
from .streams import DECIMAL, object_of, tree_of


class Programs:
    """Runs subprograms in one company."""

    def __init__(self, company: Company, settings: Settings, orders: Orders) -> None:
        self.company, self.settings, self.orders = company, settings, orders

    def run(self, program: Subprogram, text: str, *, as_json: bool) -> str:
        """What a subprogram answers."""
        given = self._given(program, text, as_json=as_json)
        if program.does == "changes":
            return self._changed(program, given, as_json=as_json)
        match program.does:
            case "stock":
                results = self._stock(given)
            case "price":
                results = self._price(given)
            case _:
                results = self._close(given)
        sent = {program.inputs[name]: value for name, value in given.items()}
        told = {program.outputs[name]: value for name, value in results.items() if name in program.outputs}
        groups = {program.group: sent}
        groups[program.answers] = groups.get(program.answers, {}) | told
        if as_json:
            return padded_json(groups, self.settings)
        inner = "".join(f'<GRP ID="{id}">{_fields(values)}</GRP>' for id, values in groups.items())
        return f"{DECLARATION}<RESULT>{inner}</RESULT>"

    # ---------------------------------------------------------------- what came in

    def _given(self, program: Subprogram, text: str, *, as_json: bool) -> dict[str, str]:
        """Parameters by what they mean."""
        names = {wire: name for name, wire in program.inputs.items()}
        sent = self._of_json(text) if as_json and text.strip().startswith("{") else self._of_xml(text)
        given: dict[str, str] = {}
        for id, values in sent:
            if id != program.group:
                raise Refused("unknown group", group=id, name=program.does)
            for wire, value in values.items():
                if wire not in names:
                    raise Refused("unknown field", field=wire, group=id)
                given[names[wire]] = value.strip()
        return given

    def _of_xml(self, text: str) -> list[tuple[str, dict[str, str]]]:
        groups = []
        for node in tree_of(text, "PARAM"):
            if node.tag == "FLD":
                raise Refused("root field", field=node.get("NAME") or node.get("NAM") or "", root="PARAM")
            if node.tag != "GRP":
                raise Refused("unknown element", element=node.tag, parent="PARAM")
            if not node.get("ID"):
                raise Refused("no group id")
            groups.append((str(node.get("ID")), self._fields_of(node)))
        return groups

    def _fields_of(self, node: etree._Element) -> dict[str, str]:
        values = {}
        for inner in node:
            name = inner.get("NAME") or inner.get("NAM")
            if inner.tag != "FLD" or not name:
                raise Refused("unknown element", element=inner.tag, parent=node.get("ID"))
            values[name] = inner.text or ""
        return values

    def _of_json(self, text: str) -> list[tuple[str, dict[str, str]]]:
        groups = []
        for id, values in object_of(text).items():
            if not isinstance(values, dict):
                raise Refused("not a table", group=id)
            groups.append(
                (id, {str(name): "" if value is None else str(value) for name, value in values.items()})
            )
        return groups

    # ---------------------------------------------------------------- what it does

    def _stock(self, given: Mapping[str, str]) -> dict[str, str]:
        item = self._item(given)
        site = given.get("site") or None
        if site is not None and self.company.locations.by("code", site) is None:
            raise Refused("table value", field="STOFCY", value=site, table="FACILITY")
        there = on_hand(self.company, item.number, site)
        free = there - promised(self.company, item.number, site)
        return {"quantity": plain(there), "available": plain(free), "unit": item.unit}

    def _price(self, given: Mapping[str, str]) -> dict[str, str]:
        item = self._item(given)
        customer = self.company.customers.by("number", given.get("customer", ""))
        if customer is None:
            raise Refused("table value", field="BPCORD", value=given.get("customer", ""), table="BPCUSTOMER")
        text = given.get("quantity") or "1"
        if not DECIMAL.fullmatch(text):
            raise Refused("value", field="QTY", value=text)
        currency = given.get("currency") or customer.currency or self.company.currency
        unit = given.get("unit") or item.unit
        today = self.company.world.today()
        price, percent = price_of(self.company, customer, item, Decimal(text), unit, currency, today)
        return {"price": plain(price), "discount": plain(percent), "currency": currency}

    def _item(self, given: Mapping[str, str]) -> Any:
        item = self.company.items.by("number", given.get("item", ""))
        if item is None:
            raise Refused("table value", field="ITMREF", value=given.get("item", ""), table="ITMMASTER")
        return item

    def _close(self, given: Mapping[str, str]) -> dict[str, str]:
        number = given.get("order", "")
        order = self.orders.find(number)
        if order is None:
            raise Refused("missing record", key=number)
        self.orders.close(order)
        return {"done": "1", "order": number}

    def _changed(self, program: Subprogram, given: Mapping[str, str], *, as_json: bool) -> str:
        since = given.get("since", "")
        rows = []
        for order in sorted(self.orders.rows(), key=lambda row: (row.modified, row.number)):
            moment = f"{order.modified:%Y%m%d%H%M%S}"
            if moment >= since:
                told = {"order": order.number, "moment": moment}
                rows.append({program.outputs[name]: value for name, value in told.items()})
        if as_json:
            return padded_json({program.answers: rows}, self.settings)
        lines = "".join(f'<LIN NUM="{at}">{_fields(row)}</LIN>' for at, row in enumerate(rows, 1))
        table = f'<TAB ID="{program.answers}" SIZE="{len(rows)}">{lines}</TAB>'
        return f"{DECLARATION}<RESULT>{table}</RESULT>"


def _fields(values: Mapping[str, str]) -> str:
    return "".join(f'<FLD NAME="{name}">{escaped(value)}</FLD>' for name, value in values.items())
