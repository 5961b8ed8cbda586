"""API_BILLING_DOCUMENT_SRV: invoices to read, Cancel and GetPDF (sap.md 4.6).

Taxes are not modelled: gross is net.  Partners, prices and texts of invoices are not offered, and a cancellation
makes no document of its own.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

from ...odata.errors import ODataError
from ...odata.source import Row
from ..documents import Invoice, alpha, plain
from ..fulfilling import cancel_invoice
from .source import Producer, SapSource

_HEADERS: Final = "A_BillingDocument"


class Billing(SapSource):
    """Invoices and their items."""

    def _invoices(self, where: Mapping[str, Any]) -> Iterator[Invoice]:
        if "BillingDocument" in where:
            found = self.world.invoices.get(alpha(where["BillingDocument"]))
            if found is not None:
                yield found
            return
        yield from (self.world.invoices[number] for number in sorted(self.world.invoices))

    def _headers(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for invoice in self._invoices(where):
            order = self.world.orders.get(invoice.items[0].order)
            net = sum((line.net_value for line in invoice.items), Decimal(0))
            yield {
                "BillingDocument": plain(invoice.number),
                "BillingDocumentType": "F2",
                "SDDocumentCategory": "M",
                "CreationDate": invoice.created_at,
                "CreationTime": invoice.created_at,
                "BillingDocumentDate": invoice.created_at,
                "LastChangeDateTime": invoice.created_at,
                "BillingDocumentIsCancelled": invoice.cancelled,
                "TotalNetAmount": net,
                "TaxAmount": Decimal(0),
                "TotalGrossAmount": net,
                "TransactionCurrency": invoice.currency,
                "PayerParty": plain(invoice.payer),
                "SoldToParty": plain(order.sold_to) if order is not None else "",
                "PurchaseOrderByCustomer": order.fields["PURCH_NO_C"] if order is not None else "",
            }

    def _items(self, where: Mapping[str, Any]) -> Iterator[Row]:
        for invoice in self._invoices(where):
            for line in invoice.items:
                yield {
                    "BillingDocument": plain(invoice.number),
                    "BillingDocumentItem": plain(line.number),
                    "Material": plain(line.material),
                    "BillingQuantity": line.quantity,
                    "BillingQuantityUnit": self.unit(line.unit),
                    "NetAmount": line.net_value,
                    "TaxAmount": Decimal(0),
                    "GrossAmount": line.net_value,
                    "SalesDocument": plain(line.order),
                    "SalesDocumentItem": plain(line.order_item),
                    "ReferenceSDDocument": plain(line.delivery),
                    "ReferenceSDDocumentItem": plain(line.delivery_item),
                    "ReferenceSDDocumentCategory": "J",
                }

    producers: ClassVar[dict[str, Producer]] = {_HEADERS: _headers, "A_BillingDocumentItem": _items}

    def call(self, operation: str, arguments: Row) -> Row:
        """Cancel an invoice, or print it."""
        row = self.one(_HEADERS, arguments)
        number = row["BillingDocument"]
        if operation == "GetPDF":
            page = f"%PDF-1.4\n% billing document {number}\n%%EOF\n"
            return {"BillingDocumentBinary": base64.b64encode(page.encode()).decode()}
        if row["BillingDocumentIsCancelled"]:
            raise ODataError(400, "cancelled", f"Billing document {number} is cancelled already")
        self.stage(lambda: cancel_invoice(self.world, number))
        return row | {"BillingDocumentIsCancelled": True}
