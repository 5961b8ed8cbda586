"""What the comments of a blank sheet of orders say, in four languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .headings import LANGUAGES, Language

__all__ = ["word"]

_WORDS: Final[Mapping[str, str]] = {
    "sales": "Orders|Aufträge|Commandes|Pedidos",
    "purchase": "Purchase orders|Bestellungen|Commandes fournisseurs|Pedidos de compra",
    "required": "Must be filled in.|Muss ausgefüllt sein.|À remplir obligatoirement.|Obligatorio.",
    "optional": "May stay empty.|Darf leer bleiben.|Peut rester vide.|Puede quedar vacío.",
    "nowhere": "The system has no place for this.|Das System hat keinen Platz dafür.|"
    "Le système n'a pas de place pour cela.|El sistema no tiene lugar para esto.",
    "key": "Rows with one party and one number are one order.|"
    "Zeilen mit einem Partner und einer Nummer sind ein Auftrag.|"
    "Les lignes d'un même partenaire et d'un même numéro forment une commande.|"
    "Las filas con un mismo socio y un mismo número son un pedido.",
    "code": "A code, kept as text: zeros in front count.|Ein Code als Text: führende Nullen zählen.|"
    "Un code en texte : les zéros de tête comptent.|Un código como texto: cuentan los ceros a la izquierda.",
    "text": "Text.|Text.|Texte.|Texto.",
    "length": "At most {} characters.|Höchstens {} Zeichen.|Au plus {} caractères.|Como máximo {} caracteres.",
    "scale": "At most {} decimals.|Höchstens {} Nachkommastellen.|Au plus {} décimales.|Como máximo {} decimales.",
    "whole": "A whole number greater than zero.|Eine ganze Zahl größer als null.|"
    "Un nombre entier supérieur à zéro.|Un número entero mayor que cero.",
    "quantity": "A number greater than zero.|Eine Zahl größer als null.|Un nombre supérieur à zéro.|"
    "Un número mayor que cero.",
    "price": "A number, zero or more.|Eine Zahl, null oder mehr.|Un nombre, zéro ou plus.|Un número, cero o más.",
    "percent": "A percentage from 0 to 100: 5 means 5 %.|Ein Prozentsatz von 0 bis 100: 5 heißt 5 %.|"
    "Un pourcentage de 0 à 100 : 5 veut dire 5 %.|Un porcentaje de 0 a 100: 5 significa 5 %.",
    "date": "A date, such as {}.|Ein Datum wie {}.|Une date, comme {}.|Una fecha, como {}.",
    "listed": "One of the list.|Ein Wert aus der Liste.|Une valeur de la liste.|Un valor de la lista.",
    "known": "One of the list, or another one that the system knows.|Ein Wert aus der Liste, oder ein anderer, den das "
    "System kennt.|Une valeur de la liste, ou une autre que le système connaît.|"
    "Un valor de la lista, u otro que el sistema conozca.",
}


def word(name: str, language: Language, *values: object) -> str:
    """A sentence, with values put in."""
    return _WORDS[name].split("|")[LANGUAGES.index(language)].format(*values)
