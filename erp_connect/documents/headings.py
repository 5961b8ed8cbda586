"""What we write above the columns of a sheet of our own, in four languages; the reader knows every one of them.

``synonyms`` has what other people write; here is the one word that we choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

__all__ = ["LANGUAGES", "Language", "heading"]

Language = Literal["en", "de", "fr", "es"]
"""English, German, French or Spanish."""
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_HEADINGS: Final[Mapping[str, str]] = {
    "customer": "Customer number|Kundennummer|Numéro client|Número de cliente",
    "customer_po": "Customer PO number|Kundenbestellnummer|Numéro de commande client|Número de pedido del cliente",
    "supplier": "Supplier number|Lieferantennummer|Numéro fournisseur|Número de proveedor",
    "number": "Purchase order number|Bestellnummer|Numéro de commande|Número de pedido",
    "supplier_reference": "Supplier reference|Lieferantenreferenz|Numéro de devis|Referencia del proveedor",
    "order_date": "Order date|Bestelldatum|Date de commande|Fecha de pedido",
    "currency": "Currency|Währung|Devise|Moneda",
    "line.product": "Product code|Artikelnummer|Code article|Código de artículo",
    "line.quantity": "Quantity|Menge|Quantité|Cantidad",
    "line.unit": "Unit|Einheit|Unité|Unidad",
    "line.price": "Price|Preis|Prix|Precio",
    "line.price.per": "Price per|Preis pro|Prix par|Precio por",
    "line.expected_price": "Expected price|Erwarteter Preis|Prix attendu|Precio esperado",
    "line.discount": "Discount %|Rabatt %|Remise %|Descuento %",
    "line.requested": "Requested date|Wunschtermin|Date de livraison souhaitée|Fecha de entrega solicitada",
    "line.description": "Description|Bezeichnung|Désignation|Descripción",
    "line.reference": "Line reference|Position|Ligne|Línea",
    "line.supplier_product": "Supplier product code|Lieferantenartikelnummer|Code article fournisseur|"
    "Código de artículo del proveedor",
    "line.warehouse": "Warehouse|Lager|Entrepôt|Almacén",
    "ship_to.name": "Ship-to name|Lieferadresse Name|Nom de livraison|Nombre de entrega",
    "ship_to.street": "Ship-to street|Lieferadresse Straße|Rue de livraison|Calle de entrega",
    "ship_to.street2": "Ship-to street 2|Lieferadresse Straße 2|Rue 2 de livraison|Calle 2 de entrega",
    "ship_to.city": "Ship-to city|Lieferadresse Ort|Ville de livraison|Ciudad de entrega",
    "ship_to.postal_code": "Ship-to postal code|Lieferadresse PLZ|Code postal de livraison|Código postal de entrega",
    "ship_to.country": "Ship-to country|Lieferadresse Land|Pays de livraison|País de entrega",
    "ship_to.region": "Ship-to region|Lieferadresse Region|Région de livraison|Región de entrega",
    "payment_terms": "Payment terms|Zahlungsbedingungen|Conditions de paiement|Condiciones de pago",
    "delivery_terms": "Delivery terms|Lieferbedingungen|Conditions de livraison|Condiciones de entrega",
    "notes": "Notes|Bemerkungen|Remarques|Notas",
    # What a system tells of its orders; no import reads these back.
    "erp.order": "ERP order|ERP-Auftrag|Commande ERP|Pedido ERP",
    "erp.line": "ERP line|ERP-Position|Ligne ERP|Línea ERP",
    "erp.party_name": "Party name|Name des Partners|Nom du partenaire|Nombre del socio",
    "erp.status": "Status|Status|Statut|Estado",
    "erp.line_status": "Line status|Status der Position|Statut de la ligne|Estado de la línea",
    "erp.promised": "Promised date|Zugesagter Termin|Date promise|Fecha prometida",
    "erp.timeliness": "In time|Termintreue|Ponctualité|Puntualidad",
    "erp.shipped": "Shipped|Geliefert|Expédié|Enviado",
    "erp.received": "Received|Erhalten|Reçu|Recibido",
    "erp.cancelled": "Cancelled|Storniert|Annulé|Anulado",
    "erp.open": "Open|Offen|Ouvert|Pendiente",
    "erp.line_net": "Line net|Netto der Position|Net de la ligne|Neto de la línea",
    "erp.order_net": "Order net|Netto des Auftrags|Net de la commande|Neto del pedido",
    "shipment.number": "Shipment|Lieferschein|Expédition|Envío",
    "shipment.status": "Status|Status|Statut|Estado",
    "shipment.shipped_on": "Shipped on|Versandt am|Expédié le|Enviado el",
    "shipment.delivered_on": "Delivered on|Zugestellt am|Livré le|Entregado el",
    "shipment.carrier": "Carrier|Spediteur|Transporteur|Transportista",
    "shipment.tracking": "Tracking numbers|Sendungsnummern|Numéros de suivi|Números de seguimiento",
    "change.field": "Field|Feld|Champ|Campo",
    "change.kind": "Kind|Art|Nature|Clase",
    "change.before": "Sent or before|Gesendet oder vorher|Envoyé ou avant|Enviado o antes",
    "change.after": "Stored or after|Gespeichert oder nachher|Enregistré ou après|Guardado o después",
    "change.operation": "Operation|Vorgang|Opération|Operación",
    "change.key": "Key|Schlüssel|Clé|Clave",
}


def heading(name: str, language: Language) -> str:
    """The heading of a column: ``name`` is a field of an order sheet, or of an export."""
    return _HEADINGS[name].split("|")[LANGUAGES.index(language)]
