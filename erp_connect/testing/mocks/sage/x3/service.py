"""The operations on one publication: what each does, and what it answers (sage.md 2.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ...business.company import Company
from . import entered, masters, movements, papers, partners, purchases, sales
from .describing import described, schema
from .envelope import Call
from .model import Entity, shaped
from .office import Office
from .programs import Programs
from .querying import found_rows
from .refusing import Refused
from .settings import Publication, Settings
from .showing import Shower, stamp_of
from .streams import Reader, Sent

OFFICES: Final[dict[str, tuple[Entity, type[Office]]]] = {
    "SOH": (sales.ORDER, entered.Orders),
    "SDH": (sales.DELIVERY, movements.Deliveries),
    "SIH": (sales.INVOICE, entered.Invoices),
    "SRH": (sales.RETURN, movements.Returns),
    "POH": (purchases.PURCHASE, entered.Purchases),
    "PTH": (purchases.RECEIPT, movements.Receipts),
    "BPC": (masters.CUSTOMER, partners.Customers),
    "BPS": (masters.SUPPLIER, partners.Suppliers),
    "ITM": (masters.PRODUCT, partners.Products),
}
_METHODS: Final = {
    "save": "CREATE",
    "read": "READ",
    "query": "LIST",
    "modify": "MODIFY",
    "delete": "DELETE",
    "insertLines": "SUPLIG",
    "deleteLines": "SUPLIG",
}


class Valued(Exception):
    """An unsaved record was valued: everything is taken back but the answer."""

    def __init__(self, payload: str) -> None:
        super().__init__(payload)
        self.payload = payload


class Service:
    """Answers calls in one company; the caller holds the transaction, or the reading."""

    def __init__(self, company: Company, settings: Settings, language: str, user: str) -> None:
        self.company, self.settings = company, settings
        self.language, self.user = language, user

    def office(self, name: str, publication: Publication) -> Office:
        """The records of a publication."""
        entity, kind = OFFICES[publication.object]
        shape = shaped(entity, publication, self.settings.addresses)
        return kind(self.company, shape, publication, name, self.settings)

    def answer(self, call: Call) -> str | None:
        """The result of a call; nothing of a deletion."""
        if call.operation == "run":
            return self._run(call)
        publication = self.settings.publications.get(call.name)
        if publication is None:
            raise Refused("service", name=call.name)
        office = self.office(call.name, publication)
        method = _METHODS.get(call.operation, "")
        if method and method not in publication.methods:
            raise Refused("method", method=method, name=call.name)
        match call.operation:
            case "getDescription":
                return described(office, self.user)
            case "getDataXmlSchema":
                return schema(office)
            case "query":
                shower = Shower(office, self.language, self.user)
                rows = found_rows(office, shower, call.parts["objectKeys"], call.parts["listSize"])
                return shower.listed(rows, as_json=call.wants_json)
            case "read":
                return self._shown(office, self._record(office, call), call)
            case "save":
                row = office.create(self._sent(office, call))
                return self._shown(office, row, call, padded=True)
        return self._changed(office, call)

    def _changed(self, office: Office, call: Call) -> str | None:
        match call.operation:
            case "modify":
                row = self._record(office, call)
                sent = self._sent(office, call)
                number = sent.get(office.entity.key)
                if number and number != row.number:
                    raise Refused("fixed", field=office.entity.key)
                if sent.stamp and self.settings.stamps and sent.stamp != stamp_of(office, row):
                    raise Refused("stale")
                return self._shown(office, office.change(row, sent), call, padded=True)
            case "delete":
                office.delete(self._record(office, call))
                return None
            case "insertLines" | "deleteLines":
                return self._lines(office, call)
        return self._acted(office, call)

    # ---------------------------------------------------------------- steps

    def _sent(self, office: Office, call: Call) -> Sent:
        reader = Reader(office.entity, office.name, self.settings)
        return reader.read(call.parts["objectXml"], as_json=call.wants_json)

    def _shown(self, office: Office, row: Any, call: Call, *, padded: bool = False) -> str:
        shower = Shower(office, self.language, self.user, padded=padded)
        return shower.json(row) if call.wants_json else shower.xml(row)

    def _record(self, office: Office, call: Call) -> Any:
        keys: list[tuple[str, str]] = call.parts["objectKeys"]
        for key, _ in keys:
            if key not in {office.entity.key, "1"}:
                raise Refused("key", key=key)
        number = keys[0][1].strip() if len(keys) == 1 else ""
        if not number:
            raise Refused("mandatory", field=office.entity.key)
        row = office.find(number)
        if row is None:
            raise Refused("missing record", key=number)
        return row

    def _lines(self, office: Office, call: Call) -> str:
        if call.operation == "insertLines" and self.settings.generation == "syracuse":
            raise Refused("not implemented")
        row = self._record(office, call)
        block = office.entity.block(call.parts["blocKey"])
        if block is None or block.rows != "lines" or not isinstance(office, papers.Papers):
            raise Refused("unknown group", group=call.parts["blocKey"], name=office.name)
        if call.operation == "deleteLines":
            row = office.delete_lines(row, block, call.parts["lineKeys"])
        else:
            reader = Reader(office.entity, office.name, self.settings)
            row = office.insert_line(row, block, reader.row(call.parts["lineXml"], block))
        return self._shown(office, row, call, padded=True)

    def _acted(self, office: Office, call: Call) -> str:
        """An object button: on unsaved data, or on a record."""
        act = office.publication.actions.get(call.parts["actionCode"])
        on_record = "objectKeys" in call.parts
        if act == "value" and not on_record:
            office.unsaved = True
            row = office.create(self._sent(office, call))
            raise Valued(self._shown(office, replace(row, number=""), call, padded=True))
        if on_record and act == "close" and isinstance(office, entered.Orders):
            row = self._record(office, call)
            return self._shown(office, office.close(row), call, padded=True)
        if on_record and act == "validate" and isinstance(office, movements.Deliveries):
            row = self._record(office, call)
            return self._shown(office, office.validate(row), call, padded=True)
        raise Refused("action", code=call.parts["actionCode"], name=office.name)

    def _run(self, call: Call) -> str:
        program = self.settings.subprograms.get(call.name)
        if program is None:
            raise Refused("service", name=call.name)
        orders = self.office("", Publication("SOH"))
        assert isinstance(orders, entered.Orders)
        running = Programs(self.company, self.settings, orders)
        return running.run(program, call.parts["inputXml"], as_json=call.wants_json)
