"""Local menus: numbers, ranks and labels (sage.md 2.12, 2.13)."""

from __future__ import annotations

from typing import Final

MENUS: Final[dict[int, dict[int, tuple[str, str]]]] = {
    1: {1: ("No", "Non"), 2: ("Yes", "Oui")},
    243: {1: ("Ex-tax", "HT"), 2: ("Tax incl.", "TTC")},
    246: {
        1: ("Active", "Actif"),
        2: ("In development", "En \u00e9laboration"),
        3: ("On shortage", "En rupture"),
        4: ("Not renewed", "Non renouvel\u00e9"),
        5: ("Obsolete", "P\u00e9rim\u00e9"),
        6: ("Not usable", "Non utilisable"),
    },
    280: {4: ("Not managed", "Non g\u00e9r\u00e9")},
    415: {1: ("Open", "Non sold\u00e9e"), 2: ("Closed", "Sold\u00e9e")},
    416: {
        1: ("Not allocated", "Non allou\u00e9e"),
        2: ("Partly", "Partiellement"),
        3: ("Allocated", "Allou\u00e9e"),
    },
    417: {
        1: ("Not delivered", "Non livr\u00e9e"),
        2: ("Partly", "Partiellement"),
        3: ("Delivered", "Livr\u00e9e"),
    },
    418: {
        1: ("Not invoiced", "Non factur\u00e9e"),
        2: ("Partly", "Partiellement"),
        3: ("Invoiced", "Factur\u00e9e"),
    },
    419: {1: ("OK", "OK"), 2: ("Blocked", "Bloqu\u00e9")},
    2227: {1: ("Tax excl.", "HT"), 2: ("Tax incl.", "TTC"), 3: ("%", "%")},
    2261: {1: ("Not posted", "Non comptabilis\u00e9e"), 3: ("Posted", "Comptabilis\u00e9e")},
}
"""Labels of menus, in English and French; the wording is the mock's own."""
