"""What tables and columns of order systems are called: English, German, French, Spanish, old short forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["COLUMNS", "LINES", "PURCHASES", "TABLES", "Name", "words_of"]


class Name(NamedTuple):
    """What something may be called."""

    words: frozenset[str]
    said: str


_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")


@lru_cache(4096)
def words_of(name: str) -> frozenset[str]:
    """The words in a name, in lower case and the singular: ``SalesOrderLines`` and ``sales_order_line`` are one."""
    return frozenset(_single(part.lower()) for part in _CAMEL.split(name) if part)


def _single(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return (
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    )


def _said(text: str) -> tuple[Name, ...]:
    """Alternatives, best first; the words of one stand together with blanks."""
    return tuple(
        Name(frozenset(_single(word) for word in each.split()), each.strip()) for each in text.split("|")
    )


TABLES: Final[Mapping[str, tuple[Name, ...]]] = {
    "orders": _said(
        "sale order|sales order|so header|order header|order head|auftragskopf|auftrag kopf|auftrag|aufpos|ordhdr|"
        "customer order|kundenauftrag|commande client|commande|pedido cliente|pedido|order|so|bestellung kunde|vbak"
    ),
    "purchase_orders": _said(
        "purchase order|po header|bestellkopf|bestellung|einkauf|commande fournisseur|orden compra|ekko|purchase"
    ),
    "customers": _said(
        "customer|cust|custmast|kunde|kunden|debitor|client|cliente|kna1|partner|business partner|account|party"
    ),
    "suppliers": _said("supplier|vendor|vendmast|lieferant|kreditor|fournisseur|proveedor|lfa1"),
    "products": _said(
        "product|item|itemmast|article|artikel|material|part|produkt|produit|producto|articulo|mara|product template"
    ),
    "shipments": _said(
        "delivery|shipment|dl header|delivery header|picking|lieferung|lieferschein|livraison|expedition|entrega|"
        "shplin|dispatch|shipment line|likp"
    ),
    "invoices": _said(
        "invoice|iv header|invoice header|rechnung|facture|factura|invlin|invoice line|billing|vbrk"
    ),
    "returns": _said("return|customer return|rma|retoure|ruecksendung|retour|devolucion"),
    "stock": _said("stock|inventory|stock level|warehouse stock|lagerbestand|bestand|inventario|on hand"),
    "prices": _said("price|price list|pricelist|preis|preisliste|tarif|precio"),
}
"""Entity to the names of its table."""

LINES: Final = frozenset(
    {"line", "item", "position", "po", "pos", "detail", "row", "zeile", "ligne", "linea", "lin"}
)
"""Words that tell a line table from its header."""

_PAPER_NUMBER: Final = _said(
    "doc no|number|name|shipment no|delivery no|invoice no|lsnr|renr|beleg|numero|picking no|lieferscheinnr|shpno|invno"
)
_PAPER_ORDER: Final = _said(
    "order id|sale id|header id|order no|ordno|aufnr|order|sale order id|so header id"
)
COLUMNS: Final[Mapping[str, Mapping[str, tuple[Name, ...]]]] = {
    "orders": {
        "number": _said(
            "number|doc no|order number|order no|ordno|aufnr|auftragsnr|auftragsnummer|belegnr|"
            "numero|name|code|doc number"
        ),
        "customer": _said(
            "customer no|customer number|customer|customer id|partner id|partner|kdnr|kunde|kundennr|custno|cust no|"
            "client|cliente|debitor|party id|account id"
        ),
        "customer_po": _said(
            "customer po|client ref|client order ref|po no|po number|customer ref|customer reference|bestnr|"
            "bestellnr|your reference|reference client|cust po|their reference"
        ),
        "order_date": _said(
            "order date|date order|document date|doc date|auftdat|auftragsdatum|ord ts|"
            "ord date|date|datum|fecha|entry date"
        ),
        "requested": _said(
            "requested date|requested|wish date|wunschdat|wunschtermin|commitment date|req ts|req date|delivery date|"
            "required date|due date|liefertermin|date souhaitee"
        ),
        "currency": _said("currency|currency id|currency code|whg|waehrung|devise|moneda|curr|waers"),
        "status": _said("status|state|status code|kopfst|order status|etat|estado|stat"),
        "net": _said(
            "net total|net|total net|amount untaxed|subtotal|netto|netto summe|total cent|net amount"
        ),
        "tax": _said("tax total|tax|amount tax|vat|mwst|steuer|tva|iva|tax amount"),
        "gross": _said("gross total|gross|amount total|total|grand total|brutto|total amount|ttc"),
        "payment_terms": _said("payment term|payment term id|zahlungsbedingung|zahlbed|term payment"),
        "delivery_terms": _said("delivery term|incoterm|incoterm id|lieferbedingung"),
        "warehouse": _said("warehouse|warehouse code|warehouse id|lager|entrepot|almacen|site"),
        "notes": _said("note|remark|comment|bemerkung|remarque|observacion|memo"),
        "stamp": _said(
            "external ref|external reference|external id|reftext|origin|reference|ext ref|remark|x ref"
        ),
        "created_at": _said(
            "created at|create date|created|creation date|anlagedat|erstellt am|created on|entered at"
        ),
        "modified_at": _said(
            "updated at|write date|modified at|changed at|chg ts|last modified|modified|geaendert am|update date"
        ),
    },
    "lines": {
        "position": _said("line no|lineno|sequence|position|posnr|pos|line number|seq|row no|ligne"),
        "product": _said(
            "item no|product code|product id|product|item id|item|artnr|artikel|artikelnr|article|"
            "sku|part no|material|matnr"
        ),
        "description": _said("description|name|bez|bezeichnung|designation|descripcion|text|item name"),
        "quantities.ordered": _said(
            "quantity|qty|product uom qty|menge|quantite|cantidad|qty ordered|ordered|order qty"
        ),
        "quantities.cancelled": _said("qty cancelled|qty canc|cancelled qty|stomenge|cancelled|storniert"),
        "quantities.shipped": _said(
            "qty delivered|qty shipped|shipped|gelmenge|geliefert|delivered qty|shipped qty"
        ),
        "quantities.invoiced": _said("qty invoiced|invoiced qty|bermenge|berechnet|invoiced|billed qty"),
        "unit": _said("unit|uom|uom id|product uom|vkeinh|einheit|unite|unidad|unit code|unit id|meins"),
        "price": _said(
            "unit price|price unit|price|preis|einzelpreis|prix|precio|price cent|prix unitaire|netpr"
        ),
        "price_per": _said("price per|price base|preiseinheit|per|peinh"),
        "discount": _said("discount pct|discount|rabatt|disc bp|remise|descuento|discount percent"),
        "net": _said(
            "line net|price subtotal|net|amount|amt cent|subtotal|line total|betrag|netto|montant|importe"
        ),
        "tax": _said("line tax|price tax|tax|tax amount|steuer"),
        "requested": _said("requested date|requested|wish date|wunschdat|required date|due date"),
        "status": _said("status|line status|posst|state"),
    },
    "parties": {
        "number": _said(
            "customer no|customer number|custno|kdnr|vendor no|vendno|linr|supplier no|number|code|ref|no"
        ),
        "name": _said("name|company name|firma|nom|nombre|display name|name1"),
        "email": _said("email|e mail|mail"),
        "phone": _said("phone|telephone|telefon|tel|mobile"),
        "tax_id": _said("vat|vat id|tax id|vat number|ust id|ustid|nif|siret"),
        "currency": _said("currency|currency id|whg|waehrung|devise|moneda"),
        "credit_limit": _said("credit limit|kreditlimit|limite credit|limite credito"),
    },
    "products": {
        "code": _said(
            "code|item no|default code|artnr|artikelnr|sku|product code|number|item code|part no|matnr|reference"
        ),
        "name": _said("name|description|bez|bezeichnung|designation|descripcion|title|desc"),
        "unit": _said("unit|uom|base uom|uom id|meinh|einheit|unite|base unit|unit id|meins"),
        "price": _said("list price|base price|price|preis|prix|precio|price cent|sales price"),
    },
    "shipments": {
        "number": _PAPER_NUMBER,
        "order": _PAPER_ORDER,
        "shipped_on": _said(
            "ship date|date done|shipped at|ship ts|lsdat|delivery date|shipped on|posted at|date|datum"
        ),
        "carrier": _said("carrier|spedit|spediteur|transporteur|carrier code|carrier id|forwarder"),
        "tracking_number": _said("tracking|tracking number|trackno|track1|tracking no|tracking ref|suivi"),
    },
    "invoices": {
        "number": _PAPER_NUMBER,
        "order": _PAPER_ORDER,
        "invoiced_on": _said("invoice date|redat|inv ts|doc date|posted at|date|datum|invoiced on"),
        "net": _said("net|net total|net cent|amount untaxed|netto|amount"),
        "gross": _said("gross|gross total|amount total|brutto|total"),
        "currency": _said("currency|currency id|whg|curr"),
    },
    "paper_lines": {
        "order_line": _said("order line id|so line id|sale line id|order line|line id|posnr|lineno|line no"),
        "quantity": _said("quantity|qty|menge|qty shipped|qty invoiced|quantite|cantidad"),
        "product": _said("item no|product code|product id|item id|artnr|article|sku"),
        "unit": _said("unit|uom|uom id|einheit"),
    },
    "address": {
        "name": _said("name|ship name|lname"),
        "lines": _said(
            "street|street 1|address line 1|address 1|str|lstr|strasse|rue|calle|ship street|address"
        ),
        "city": _said("city|town|ort|lort|ville|ciudad|ship city"),
        "postal_code": _said(
            "postal code|zip|zip code|plz|lplz|code postal|ship postal code|postcode|postal"
        ),
        "region": _said("region|state|province|bundesland|ship region"),
        "country": _said("country|country code|land|lland|pays|pais|ship country|country id"),
    },
}
"""Sort of table to field to the names of its column, best first."""


_RENAMED: Final = {"customer": "supplier", "customer_po": "supplier_reference"}
PURCHASES: Final[Mapping[str, tuple[Name, ...]]] = {
    _RENAMED.get(field, field): names for field, names in COLUMNS["orders"].items()
} | {
    "supplier": _said(
        "supplier no|supplier id|supplier|vendor no|vendor id|vendor|linr|lieferant|partner id|partner"
    ),
    "supplier_reference": _said("supplier ref|vendor ref|supplier reference|partner ref|their reference"),
}
"""The columns of purchase orders: those of orders, with a supplier in the customer's place."""
