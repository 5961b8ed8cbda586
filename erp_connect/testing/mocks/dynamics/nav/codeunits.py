"""Codeunits that somebody wrote for this customer: releasing and posting, which no page can do (dynamics.md 2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...business import ordering, posting
from ...business.company import Company
from ...business.documents import ZERO, Document
from .faults import no_record, unfit
from .messages import Node, element
from .operations import in_order
from .settings import Procedure, Settings

_TABLES = {"order": "Sales Header", "return_order": "Sales Header", "purchase_order": "Purchase Header"}


class CodeunitService:
    """One codeunit; the caller holds the transaction."""

    def __init__(
        self,
        company: Company,
        procedures: Mapping[str, Procedure],
        name: str,
        namespace: str,
        settings: Settings,
    ) -> None:
        self.company, self.procedures, self.name = company, procedures, name
        self.namespace, self.settings = namespace, settings

    def procedure(self, name: str) -> Procedure:
        """A procedure that the codeunit has."""
        found = self.procedures.get(name)
        if found is None:
            raise unfit(f"Method {name} in service {self.name} was not found!", self.settings)
        return found

    def answer(self, call: Node) -> str:
        """What the result element holds."""
        procedure = self.procedure(call.name)
        found = [node for _, node in in_order(call, [procedure.parameter], self.namespace, self.settings)]
        if not found:
            text = f"Parameter {procedure.parameter} in method {call.name} in service {self.name} is null!"
            raise unfit(text, self.settings)
        number = found[0].text.strip().upper()
        order = self.company.find(procedure.kind, number)
        if order is None:
            raise no_record(_TABLES[procedure.kind], number)
        posted = self._done(procedure, order)
        match procedure.returns:
            case "nothing":
                return ""
            case "string":
                return element("return_value", posted)
        return element("return_value", "true")

    def _done(self, procedure: Procedure, order: Document) -> str:
        """Do it; the number of what was posted."""
        match procedure.act:
            case "release":
                return ordering.release(self.company, order).number
            case "reopen":
                return ordering.reopen(self.company, order).number
            case "ship":
                made = posting.post(self.company, order, ship=True, invoice=False)
                return made.moved.number if made.moved is not None else ""
            case "invoice":
                self._invoice_what_is_shipped(order)
                made = posting.post(self.company, order, ship=False, invoice=True)
                return made.billed.number if made.billed is not None else ""
        made = posting.post(self.company, order, ship=True, invoice=True)
        return made.billed.number if made.billed is not None else ""

    def _invoice_what_is_shipped(self, order: Document) -> None:
        for line in self.company.lines_of(order):
            limit = max(ZERO, line.shipped - line.invoiced)
            if line.to_invoice > limit:
                self.company.lines.put(replace(line, to_invoice=limit))
