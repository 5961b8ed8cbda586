"""Which columns a sheet of master data, prices or stock can have, and what people write above them.

Words for what an order sheet has too are taken from there, in its four languages; what is said here is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from .fields import Field, Holds
from .headers import fold
from .synonyms import words_of

__all__ = ["KEYS", "RECORD_FIELDS", "RecordField", "RecordKind", "words_for"]

RecordKind = Literal["products", "customers", "suppliers", "prices", "stock"]
"""What the rows of a sheet are."""


@dataclass(frozen=True, slots=True)
class RecordField:
    """A column: its field, the words above it, and the field of an order sheet (``like``) whose words are taken too."""

    field: Field
    words: str = ""
    like: str | None = None


def _column(
    name: str, title: str, holds: Holds, words: str = "", *, like: str | None = None, required: bool = False
) -> RecordField:
    return RecordField(Field(name=name, title=title, holds=holds, required=required), words, like)


_CURRENCY: Final = _column("currency", "Currency", Holds.CURRENCY, like="currency")
_UNIT: Final = _column("unit", "Unit", Holds.UNIT, "base unit|Basiseinheit", like="line.unit")
_PRODUCT: Final = _column("product", "Product code", Holds.CODE, "code", like="line.product", required=True)

_PRODUCTS: Final = (
    _column("code", "Product code", Holds.CODE, "code|number|no", like="line.product", required=True),
    _column(
        "name",
        "Name",
        Holds.TEXT,
        "product name|item name|article name|Artikelname|Artikelbezeichnung|Bezeichnung|Benennung|nom|"
        "désignation|nombre|denominación",
        required=True,
    ),
    _column("unit", "Unit", Holds.UNIT, "base unit|Basiseinheit", like="line.unit", required=True),
    _column(
        "price", "List price", Holds.PRICE, "Listenpreis|prix catalogue|precio de lista", like="line.price"
    ),
    _CURRENCY,
    _column("per", "Price per", Holds.QUANTITY, like="line.price.per"),
    _column(
        "tax_rate",
        "Tax %",
        Holds.PERCENT,
        "tax|tax rate|vat|vat %|MwSt|MwSt %|USt|Steuersatz|tva|iva|tipo de iva",
    ),
    _column("weight", "Weight kg", Holds.QUANTITY, "weight|Gewicht|Gewicht kg|poids|peso"),
    _column("description", "Description", Holds.TEXT, "Beschreibung|descripción"),
    _column("gtin", "GTIN", Holds.CODE, "ean|ean code|barcode|upc"),
    _column(
        "package_unit", "Package unit", Holds.UNIT, "Verpackungseinheit|VPE|unité de vente|unidad de embalaje"
    ),
    _column(
        "package_quantity", "Quantity per package", Holds.QUANTITY, "per package|pack size|VPE-Menge|Inhalt"
    ),
)
_PARTIES: Final = (
    _column(
        "name",
        "Name",
        Holds.TEXT,
        "company|company name|Firma|nom|raison sociale|nombre|razón social",
        required=True,
    ),
    _column("street", "Street", Holds.TEXT, "address|address line 1|Straße|Adresse|rue|calle|dirección"),
    _column("street2", "Street 2", Holds.TEXT, "address line 2|Adresszusatz|complément d'adresse"),
    _column(
        "postal_code",
        "Postal code",
        Holds.TEXT,
        "zip|zip code|postcode|PLZ|Postleitzahl|code postal|código postal",
    ),
    _column("city", "City", Holds.TEXT, "town|Ort|Stadt|ville|ciudad|población"),
    _column("region", "Region", Holds.TEXT, "state|county|province|Bundesland|région|provincia"),
    _column("country", "Country", Holds.COUNTRY, "country code|Land|pays|país"),
    _column("email", "Email", Holds.TEXT, "e-mail|mail|email address|courriel|correo"),
    _column("phone", "Phone", Holds.TEXT, "telephone|Telefon|téléphone|teléfono"),
    _CURRENCY,
    _column("payment_terms", "Payment terms", Holds.CODE, like="payment_terms"),
    _column("delivery_terms", "Delivery terms", Holds.CODE, like="delivery_terms"),
    _column("tax_id", "Tax id", Holds.CODE, "vat number|vat id|USt-IdNr|UStID|n° tva|nif|cif"),
)
RECORD_FIELDS: Final[Mapping[RecordKind, tuple[RecordField, ...]]] = {
    "products": _PRODUCTS,
    "customers": (
        _column("number", "Customer number", Holds.CODE, "number|no", like="customer", required=True),
        *_PARTIES,
        _column(
            "credit_limit",
            "Credit limit",
            Holds.PRICE,
            "credit|Kreditlimit|plafond de crédit|límite de crédito",
        ),
        _column("price_group", "Price group", Holds.CODE, "Preisgruppe|groupe de prix|grupo de precios"),
    ),
    "suppliers": (
        _column("number", "Supplier number", Holds.CODE, "number|no", like="supplier", required=True),
        *_PARTIES,
    ),
    "prices": (
        _PRODUCT,
        _column("price", "Price", Holds.PRICE, like="line.price", required=True),
        _CURRENCY,
        _column("per", "Price per", Holds.QUANTITY, like="line.price.per"),
        _UNIT,
        _column("customer", "Customer number", Holds.CODE, like="customer"),
        _column("price_group", "Price group", Holds.CODE, "Preisgruppe|groupe de prix|grupo de precios"),
        _column(
            "quantity_from",
            "From quantity",
            Holds.PRICE,
            "minimum quantity|min quantity|from|ab Menge|Staffelmenge|"
            "à partir de|quantité minimum|desde cantidad|cantidad mínima",
        ),
        _column("valid_from", "Valid from", Holds.DATE, "gültig ab|gültig von|valable du|válido desde"),
        _column("valid_to", "Valid to", Holds.DATE, "valid until|gültig bis|valable jusqu'au|válido hasta"),
    ),
    "stock": (
        _PRODUCT,
        _column(
            "on_hand",
            "On hand",
            Holds.PRICE,
            "stock|count|counted|Bestand|Lagerbestand|Zählmenge|existencias",
            like="line.quantity",
            required=True,
        ),
        _UNIT,
        _column("warehouse", "Warehouse", Holds.CODE, like="line.warehouse"),
    ),
}
"""The columns of each kind of sheet."""

KEYS: Final[Mapping[RecordKind, tuple[str, ...]]] = {
    "products": ("code",),
    "customers": ("number",),
    "suppliers": ("number",),
    "prices": (
        "product",
        "unit",
        "customer",
        "price_group",
        "quantity_from",
        "valid_from",
        "valid_to",
        "currency",
    ),
    "stock": ("product", "warehouse"),
}
"""What tells one row from another: two rows with the same key contradict each other."""


@cache
def words_for(kind: RecordKind) -> Mapping[str, str]:
    """Folded heading to the field's name; where two fields claim a word, the first one has it."""
    found: dict[str, str] = {}
    weak: dict[str, str] = {}
    for known in RECORD_FIELDS[kind]:
        for word in (known.field.title, *known.words.split("|")):
            found.setdefault(fold(word), known.field.name)
        for word, is_weak in words_of(known.like) if known.like else ():
            (weak if is_weak else found).setdefault(fold(word), known.field.name)
    found.pop("", None)
    return {**weak, **found}
