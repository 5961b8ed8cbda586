"""Documents that are entered: sales orders, purchase orders and invoices (sage.md 2.12 to 2.15)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ...business import lines as lines_
from ...business.documents import Document, Kind
from ...business.masters import Customer
from .model import Field
from .office import Changes, address_of
from .papers import Bought, Papers
from .refusing import Refused
from .streams import Sent

_UNSAVED: Final = "*"
"""The number of an order that is valued and never saved; no other has it."""


class Orders(Papers):
    """SOH: sales orders."""

    kinds = ("order",)
    line_block = "SOH4_1"

    def number_for(self, sent: Sent, kind: Kind) -> str:
        """As the order's type has it: drawn as TYPE-SITE-YY-000001, or the caller's."""
        given, type, site = sent.get("SOHNUM") or "", str(sent.get("SOHTYP")), str(sent.get("SALFCY"))
        order_type = self.settings.order_types.get(type)
        if order_type is None:
            raise Refused("table value", field="SOHTYP", value=type, table="order_types")
        if self.unsaved:
            return _UNSAVED
        if not order_type.automatic:
            if not given:
                raise Refused("mandatory", field="SOHNUM")
            self.free(given)
            return str(given)
        if given:
            super().number_for(sent, kind)
        series = f"{type}-{site}-{sent.get('ORDDAT'):%y}"
        return f"{series}-{self.company.count(series):06d}"

    def finish(self, fields: dict[str, Any], made: Changes) -> None:
        """The site, and the delivery address of a code."""
        super().finish(fields, made)
        code = fields.get("ship_to_code", "")
        if code:
            fields |= self._to(self.company.customers.row(fields["partner"]), code)

    def enter(self, name: str, value: Any, found: Field, made: Changes) -> None:
        """The code of the delivery address; the rest as everywhere."""
        if name == "ship_to":
            made.attributes["ship_to_code"] = value
            return
        super().enter(name, value, found, made)

    def _to(self, customer: Customer, code: str) -> dict[str, Any]:
        address = address_of(customer, code)
        if address is None:
            raise Refused("table value", field="BPAADD", value=code, table="BPADDRESS")
        return {"ship_address": address, "ship_to_code": code}

    def _shipped_to(self, row: Document, made: Changes) -> dict[str, Any]:
        code = made.attributes.get("ship_to_code", "")
        return self._to(self.company.customers.row(row.partner), code) if code else {}

    def close(self, row: Document) -> Document:
        """Close an order: what is not delivered yet will not be."""
        self.may_change(row)
        lines = [line for line in self.company.lines_of(row) if line.counts]
        if not any(line.shipped or line.invoiced for line in lines):
            return self.store(replace(row, canceled=True))
        for line in lines:
            lines_.change_line(self.company, line, {"canceled": line.canceled + line.open})
        row = self.company.documents.row(row.id)
        return self.store(replace(row, extras={**row.extras, "closed": True}))


class Purchases(Bought):
    """POH: purchase orders."""

    kinds = ("purchase_order",)
    line_block = "POH2_1"


class Invoices(Papers):
    """SIH: invoices and credit memos; what the API creates is not posted."""

    kinds = ("invoice", "credit_memo")
    line_block = "SIH4_1"

    def kind_of(self, sent: Sent) -> Kind:
        """As the invoice's type has it."""
        kind = self.settings.invoice_types.get(str(sent.get("SIVTYP")))
        if kind is None:
            raise Refused("table value", field="SIVTYP", value=sent.get("SIVTYP"), table="TABSIVTYP")
        return kind

    def may_change(self, row: Document) -> None:
        """Refuse changes of what is posted."""
        self.not_locked(row, row.number)
        if row.posted:
            raise Refused("validated", number=row.number)

    def enter(self, name: str, value: Any, found: Field, made: Changes) -> None:
        """Who pays is who buys, of an invoice without an order; the rest as everywhere."""
        super().enter("partner" if name == "bill_to" else name, value, found, made)
