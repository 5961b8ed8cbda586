"""What people write above the columns of an order sheet, in English, German, French and Spanish.

One line per language, in that order; a line that ends in ``|`` goes on below.  A word after ``~`` counts only when no
better column claims its field ("Order number" is the customer's PO number, unless there is a column "Customer PO" as
well).  Case, accents, blanks and punctuation do not matter, so "Kd.-Nr." and "KDNR" are one word here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

__all__ = ["ADDRESS_WORDS", "WORDS", "examples_of", "languages_of", "words_of"]

_NUMBER: Final = """
customer po|customer po number|customer po no|po|po number|po no|po nr|purchase order|purchase order number|
purchase order no|customer order number|customer order no|customer order|your order|your order number|
~order number|~order no|~order id|~order|~customer reference|~customer ref|~your reference
Bestellnummer|Bestell-Nr.|Bestellung|Bestell-Nummer|Kundenbestellnummer|Kundenbestell-Nr.|
Kunden-Bestellnummer|Kundenbestellung|Bestellnummer Kunde|Bestell-Nr. Kunde|Bestellnummer des Kunden|
Ihre Bestellnummer|Ihre Bestellung|Bestellreferenz|Kundenauftragsnummer|~Auftragsnummer|~Auftrags-Nr.|
~Auftrag|~Kundenreferenz
numéro de commande|n° de commande|n° commande|no de commande|no commande|num commande|numéro commande|
commande client|numéro de commande client|numéro commande client|n° de commande client|n° commande client|
bon de commande|n° bon de commande|référence commande|réf commande|réf. de commande|votre commande|
~commande|~référence client|~réf client
número de pedido|nº de pedido|n° de pedido|nº pedido|n° pedido|núm pedido|núm. de pedido|no pedido|
pedido de cliente|pedido del cliente|pedido cliente|nº pedido cliente|número de pedido del cliente|
número de pedido de cliente|orden de compra|número de orden de compra|nº orden de compra|n° orden de compra|
nº de orden de compra|oc|su pedido|~pedido|~referencia del cliente|~referencia cliente
"""

WORDS: Final[Mapping[str, str]] = {
    "customer": """
customer|customer number|customer no|customer nr|customer id|customer code|cust no|cust|customer account|
sold-to|sold-to party|sold-to number|client number|client no|client id|~account number|~account no|~account|
~buyer
Kunde|Kundennummer|Kunden-Nr.|Kunden-Nummer|Kundennr|Kunden Nr|Kd.-Nr.|Kd-Nummer|Debitor|Debitorennummer|
Debitoren-Nr.|Debitor-Nr.|Kundencode|~Auftraggeber
client|numéro client|numéro de client|numéro du client|n° client|n° de client|no client|num client|
code client|compte client
cliente|número de cliente|número cliente|nº cliente|nº de cliente|n° cliente|n° de cliente|núm cliente|
núm. de cliente|código de cliente|código cliente|código del cliente|cód cliente|cód. de cliente|
cuenta de cliente
""",
    "customer_po": _NUMBER,
    "number": _NUMBER,
    "supplier": """
supplier|supplier number|supplier no|supplier id|supplier code|vendor|vendor number|vendor no|vendor id|
vendor code
Lieferant|Lieferantennummer|Lieferanten-Nr.|Lieferantennr|Lieferanten Nr|Lief.-Nr.|Kreditor|
Kreditorennummer|Kreditoren-Nr.
fournisseur|numéro fournisseur|numéro de fournisseur|n° fournisseur|no fournisseur|code fournisseur
proveedor|número de proveedor|nº proveedor|nº de proveedor|n° proveedor|código de proveedor|código proveedor
""",
    "supplier_reference": """
supplier reference|supplier ref|supplier order number|supplier quotation|quotation|quotation number|
quote number|vendor reference
Lieferantenreferenz|Angebotsnummer|Angebots-Nr.|Angebot|Auftragsnummer Lieferant
numéro de devis|n° devis|devis|référence devis
referencia del proveedor|referencia proveedor|número de oferta|nº oferta|oferta
""",
    "order_date": """
order date|date of order|date ordered|ordered on|po date|purchase order date
Bestelldatum|Auftragsdatum|Belegdatum|Datum der Bestellung|Bestellt am|Best.-Datum
date de commande|date commande|date de la commande|date du bon de commande
fecha de pedido|fecha pedido|fecha del pedido|fecha de orden|fecha de la orden|fecha orden de compra
""",
    "currency": """
currency|currency code|curr|ccy
Währung|Währungscode|Währungsschlüssel|Whg|Wrg
devise|code devise|monnaie
moneda|divisa|código de moneda|código moneda
""",
    "line.product": """
product|product code|product number|product no|product id|item code|item number|item no|item id|sku|article|
article number|article no|article code|part|part number|part no|material|material number|material no|
stock code|~item
Artikel|Artikelnummer|Artikel-Nr.|Artikel-Nummer|Artikelnr|Artikel Nr|Art.-Nr.|Art-Nummer|Artikelcode|
Produkt|Produktnummer|Produkt-Nr.|Produktcode|Material|Materialnummer|Material-Nr.|Materialnr|Mat.-Nr.|
Sachnummer|Teilenummer|Teile-Nr.
article|code article|n° article|n° d'article|numéro article|numéro d'article|référence article|réf article|
réf. article|produit|code produit|n° produit|référence produit|réf produit|réf. produit|~référence|~réf
artículo|código de artículo|código artículo|código del artículo|cód artículo|cód. de artículo|
número de artículo|nº artículo|nº de artículo|n° artículo|referencia artículo|producto|código de producto|
código producto|código del producto|cód producto|referencia producto|~referencia|~código
""",
    "line.quantity": """
quantity|qty|order quantity|order qty|ordered quantity|quantity ordered|qty ordered|~ordered
Menge|Bestellmenge|Auftragsmenge|Anzahl|Stückzahl|Bestellte Menge
quantité|qté|quantité commandée|qté commandée
cantidad|cant|cantidad pedida|cantidad solicitada|cant. pedida|ctd
""",
    "line.unit": """
unit|uom|unit of measure|unit of measurement|u/m|order unit|sales unit|qty unit|quantity unit
Einheit|Mengeneinheit|ME|Bestelleinheit|Verkaufseinheit|Maßeinheit
unité|unité de mesure|unité de vente|unité de commande
unidad|unidad de medida|unidad de venta|unidad medida|um|ud|uds
""",
    "line.price": """
price|unit price|net price|net unit price|price each|price per unit|sales price|purchase price
Preis|Einzelpreis|Stückpreis|Nettopreis|Netto-Einzelpreis|Einzelpreis netto|Preis netto|VK-Preis|EK-Preis|
Verkaufspreis|Einkaufspreis|E-Preis
prix|prix unitaire|prix net|prix unitaire net|prix unitaire ht|pu|pu ht|puht
precio|precio unitario|precio neto|precio unitario neto|precio por unidad|precio unidad|precio unit
""",
    "line.price.per": """
price per|per|price unit|price basis|price quantity|per quantity|price per quantity
Preiseinheit|Preis pro|Preis je|Preis per|Preisbasis|PE|pro|je
prix par|par|base de prix|unité de prix|prix pour
precio por|por|base de precio|unidad de precio|precio cada
""",
    "line.expected_price": """
expected price|agreed price
erwarteter Preis|vereinbarter Preis|Sollpreis
prix attendu|prix convenu
precio esperado|precio acordado
""",
    "line.discount": """
discount|discount %|discount percent|discount percentage|disc|disc %|disc pct|rebate|rebate %|line discount|
line discount %
Rabatt|Rabatt %|Rabatt in %|Rabatt Prozent|Rabatt in Prozent|Rabattsatz|Nachlass|Nachlass %|Positionsrabatt
remise|remise %|remise en %|taux de remise|rabais|rabais %
descuento|descuento %|descuento en %|porcentaje de descuento|dto|dto %|dcto|% dto
""",
    "line.requested": """
requested date|requested delivery date|requested delivery|date requested|delivery date|due date|
required date|date required|required by|requested on|need by|need-by date|wanted date|requested ship date|
~requested
Wunschtermin|Wunschlieferdatum|Wunsch-Liefertermin|Wunschliefertermin|Wunschdatum|Liefertermin|Lieferdatum|
gewünschtes Lieferdatum|gewünschter Liefertermin|Wunschlieferung|~Termin
date de livraison|date livraison|date de livraison souhaitée|date de livraison demandée|
date livraison souhaitée|livraison souhaitée|date souhaitée|date demandée|livraison le
fecha de entrega|fecha entrega|fecha de entrega solicitada|fecha de entrega deseada|fecha solicitada|
fecha deseada|fecha requerida|entrega solicitada
""",
    "line.description": """
description|product description|item description|article description|product name|item name|product text|
~text
Bezeichnung|Beschreibung|Artikelbezeichnung|Artikeltext|Produktbezeichnung|Materialkurztext|Artikelname
désignation|description|libellé|désignation article|description article|libellé article
descripción|denominación|descripción del artículo|descripción artículo|descripción del producto|
descripción producto
""",
    "line.reference": """
line|line number|line no|line reference|line ref|line item|line id|pos|position|po line|po line number|
po line no|po item|order line
Pos.|Position|Pos.-Nr.|Positionsnummer|Positions-Nr.|Zeile|Zeilennummer|Bestellposition
ligne|n° ligne|n° de ligne|numéro de ligne|no ligne|num ligne|poste|ligne de commande
línea|nº línea|nº de línea|n° línea|número de línea|línea de pedido|posición|renglón|partida
""",
    "line.supplier_product": """
supplier product|supplier product code|supplier item|supplier item number|supplier part number|
supplier article number|vendor item number|vendor item|vendor part number
Lieferantenartikelnummer|Lieferanten-Artikelnummer|Lieferanten-Artikel-Nr.|Lieferantenartikel|
Artikelnummer Lieferant
article fournisseur|code article fournisseur|référence article fournisseur|réf. article fournisseur
artículo del proveedor|artículo proveedor|código de artículo del proveedor|código artículo proveedor
""",
    "line.warehouse": """
warehouse|warehouse code|ship from|ship-from warehouse|~plant|~depot
Lager|Lagerort|Lagercode|Lagernummer|Auslieferlager|Versandlager|~Werk
entrepôt|code entrepôt|dépôt|code dépôt|~magasin
almacén|código de almacén|código almacén|~bodega|~depósito
""",
    "payment_terms": """
payment terms|payment term|terms of payment|payment terms code
Zahlungsbedingung|Zahlungsbedingungen|Zahlungskondition|Zahlungskonditionen|Zahlungsziel|Zahlbed.
conditions de paiement|condition de paiement|conditions de règlement|modalités de paiement
condiciones de pago|condición de pago|términos de pago|forma de pago
""",
    "delivery_terms": """
delivery terms|delivery term|terms of delivery|incoterms|incoterm|shipping terms
Lieferbedingung|Lieferbedingungen|Lieferkonditionen|Incoterm
conditions de livraison|condition de livraison
condiciones de entrega|condición de entrega|términos de entrega
""",
    "notes": """
notes|note|comment|comments|remark|remarks|order notes|instructions|special instructions
Bemerkung|Bemerkungen|Notiz|Notizen|Hinweis|Hinweise|Kommentar|Anmerkung|Anmerkungen
remarque|remarques|commentaire|commentaires|observation|observations
nota|notas|observación|observaciones|comentario|comentarios
""",
}
"""Field to what may stand above its column; the address has its own table."""

ADDRESS_WORDS: Final[Mapping[str, str]] = {
    "ship_to.name": """
name|company|consignee|recipient
Name|Firma|Empfänger|Warenempfänger
nom|société|destinataire|raison sociale
nombre|empresa|destinatario|razón social
""",
    "ship_to.street": """
street|address|address line 1|address 1|street address
Straße|Anschrift|Adresse|Straße und Hausnummer|Straße Hausnummer|Straße Nr
rue|adresse|adresse 1
calle|dirección|domicilio|dirección 1
""",
    "ship_to.street2": """
street 2|address line 2|address 2
Straße 2|Adresszusatz|Adresse 2|Anschrift 2
complément d'adresse|adresse 2|rue 2
calle 2|dirección 2|complemento de dirección
""",
    "ship_to.city": """
city|town
Ort|Stadt
ville
ciudad|población|localidad
""",
    "ship_to.postal_code": """
postal code|postcode|post code|zip|zip code
PLZ|Postleitzahl
code postal|cp
código postal|cp|c.p.
""",
    "ship_to.country": """
country|country code
Land|Länderkennzeichen|Ländercode|Länderkürzel
pays|code pays
país|código de país|código país
""",
    "ship_to.region": """
region|state|province|county|state/province
Region|Bundesland
région|département
región|provincia
""",
}
"""Parts of an address.  Bare words count only where together they make a whole address; with "ship-to" always."""

_BEFORE: Final = (
    "ship to|delivery|shipping|deliver to|delivery address",
    "Liefer|Lieferung|Lieferadresse|Lieferanschrift|Warenempfänger|Liefer-Adresse",
    "livraison|adresse de livraison|adresse livraison|livrer à",
    "entrega|dirección de entrega|envío|dirección de envío|dirección entrega",
)
_AFTER: Final = (
    "delivery",
    "Lieferung|Lieferadresse",
    "de livraison|livraison",
    "de entrega|entrega|de envío|envío",
)
_WHOLE: Final[Mapping[str, str]] = {
    "ship_to.name": """
ship to name|consignee|deliver to
Warenempfänger
livrer à|destinataire
entregar a|destinatario
""",
    "ship_to.street": """
delivery address
Lieferadresse|Lieferanschrift
adresse de livraison
dirección de entrega|dirección de envío
""",
}


def _split(text: str) -> list[list[str]]:
    """The words of each language."""
    return [line.split("|") for line in text.replace("|\n", "|").strip("\n").splitlines()]


def examples_of(name: str, each: int) -> Iterator[str]:
    """The first headings of every language."""
    for language in _split(_WHOLE[name] if name in _WHOLE else ADDRESS_WORDS.get(name) or WORDS[name]):
        yield from [word for word in language if not word.startswith("~")][:each]


LANGUAGES: Final = ("English", "German", "French", "Spanish")
"""In the order of the lines."""


def languages_of(name: str) -> Iterator[tuple[str, str, bool]]:
    """Every word for this field with its language, and whether it counts only if nothing better does."""
    if name not in ADDRESS_WORDS:
        for language, words in zip(LANGUAGES, _split(WORDS[name]), strict=True):
            for word in words:
                yield language, word.removeprefix("~"), word.startswith("~")
        return
    for language, words in zip(LANGUAGES, _split(_WHOLE.get(name, "")), strict=False):
        for word in words:
            yield language, word, False
    pieces = zip(LANGUAGES, _split(ADDRESS_WORDS[name]), _BEFORE, _AFTER, strict=True)
    for language, words, before, after in pieces:
        for word in words:
            yield language, word, True
            for place in before.split("|"):
                yield language, f"{place} {word}", False
            for place in after.split("|"):
                yield language, f"{word} {place}", False


def words_of(name: str) -> Iterator[tuple[str, bool]]:
    """What may stand above this field's column, each with whether it counts only if nothing better does."""
    for _, word, weak in languages_of(name):
        yield word, weak
