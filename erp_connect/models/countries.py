"""Countries: the ISO 3166-1 alpha-2 codes that an address may carry, with the names that people write instead.

The table is our own, so that the plain install needs no list of countries; a test holds it against the official one
where the extra ``refdata`` is installed.  XK (Kosovo) is not in the standard, but customs and banks use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from .codes import UnknownCode, nearest

__all__ = ["ALIASES", "COUNTRIES", "country_code", "country_name", "is_country"]

KIND: Final = "country"

_NAMES: Final = """
AD Andorra|AE United Arab Emirates|AF Afghanistan|AG Antigua and Barbuda|AI Anguilla|AL Albania|AM Armenia|AO Angola
AQ Antarctica|AR Argentina|AS American Samoa|AT Austria|AU Australia|AW Aruba|AX Åland Islands|AZ Azerbaijan
BA Bosnia and Herzegovina|BB Barbados|BD Bangladesh|BE Belgium|BF Burkina Faso|BG Bulgaria|BH Bahrain|BI Burundi
BJ Benin|BL Saint Barthélemy|BM Bermuda|BN Brunei|BO Bolivia|BQ Caribbean Netherlands|BR Brazil|BS Bahamas|BT Bhutan
BV Bouvet Island|BW Botswana|BY Belarus|BZ Belize|CA Canada|CC Cocos Islands|CD Congo (Kinshasa)
CF Central African Republic|CG Congo (Brazzaville)|CH Switzerland|CI Ivory Coast|CK Cook Islands|CL Chile|CM Cameroon
CN China|CO Colombia|CR Costa Rica|CU Cuba|CV Cape Verde|CW Curaçao|CX Christmas Island|CY Cyprus|CZ Czechia
DE Germany|DJ Djibouti|DK Denmark|DM Dominica|DO Dominican Republic|DZ Algeria|EC Ecuador|EE Estonia|EG Egypt
EH Western Sahara|ER Eritrea|ES Spain|ET Ethiopia|FI Finland|FJ Fiji|FK Falkland Islands|FM Micronesia
FO Faroe Islands|FR France|GA Gabon|GB United Kingdom|GD Grenada|GE Georgia|GF French Guiana|GG Guernsey|GH Ghana
GI Gibraltar|GL Greenland|GM Gambia|GN Guinea|GP Guadeloupe|GQ Equatorial Guinea|GR Greece
GS South Georgia and the South Sandwich Islands|GT Guatemala|GU Guam|GW Guinea-Bissau|GY Guyana|HK Hong Kong
HM Heard Island and McDonald Islands|HN Honduras|HR Croatia|HT Haiti|HU Hungary|ID Indonesia|IE Ireland|IL Israel
IM Isle of Man|IN India|IO British Indian Ocean Territory|IQ Iraq|IR Iran|IS Iceland|IT Italy|JE Jersey|JM Jamaica
JO Jordan|JP Japan|KE Kenya|KG Kyrgyzstan|KH Cambodia|KI Kiribati|KM Comoros|KN Saint Kitts and Nevis|KP North Korea
KR South Korea|KW Kuwait|KY Cayman Islands|KZ Kazakhstan|LA Laos|LB Lebanon|LC Saint Lucia|LI Liechtenstein
LK Sri Lanka|LR Liberia|LS Lesotho|LT Lithuania|LU Luxembourg|LV Latvia|LY Libya|MA Morocco|MC Monaco|MD Moldova
ME Montenegro|MF Saint Martin|MG Madagascar|MH Marshall Islands|MK North Macedonia|ML Mali|MM Myanmar|MN Mongolia
MO Macao|MP Northern Mariana Islands|MQ Martinique|MR Mauritania|MS Montserrat|MT Malta|MU Mauritius|MV Maldives
MW Malawi|MX Mexico|MY Malaysia|MZ Mozambique|NA Namibia|NC New Caledonia|NE Niger|NF Norfolk Island|NG Nigeria
NI Nicaragua|NL Netherlands|NO Norway|NP Nepal|NR Nauru|NU Niue|NZ New Zealand|OM Oman|PA Panama|PE Peru
PF French Polynesia|PG Papua New Guinea|PH Philippines|PK Pakistan|PL Poland|PM Saint Pierre and Miquelon|PN Pitcairn
PR Puerto Rico|PS Palestine|PT Portugal|PW Palau|PY Paraguay|QA Qatar|RE Réunion|RO Romania|RS Serbia|RU Russia
RW Rwanda|SA Saudi Arabia|SB Solomon Islands|SC Seychelles|SD Sudan|SE Sweden|SG Singapore|SH Saint Helena|SI Slovenia
SJ Svalbard and Jan Mayen|SK Slovakia|SL Sierra Leone|SM San Marino|SN Senegal|SO Somalia|SR Suriname|SS South Sudan
ST Sao Tome and Principe|SV El Salvador|SX Sint Maarten|SY Syria|SZ Eswatini|TC Turks and Caicos Islands|TD Chad
TF French Southern Territories|TG Togo|TH Thailand|TJ Tajikistan|TK Tokelau|TL Timor-Leste|TM Turkmenistan|TN Tunisia
TO Tonga|TR Türkiye|TT Trinidad and Tobago|TV Tuvalu|TW Taiwan|TZ Tanzania|UA Ukraine|UG Uganda
UM United States Minor Outlying Islands|US United States|UY Uruguay|UZ Uzbekistan|VA Vatican City
VC Saint Vincent and the Grenadines|VE Venezuela|VG British Virgin Islands|VI US Virgin Islands|VN Vietnam|VU Vanuatu
WF Wallis and Futuna|WS Samoa|XK Kosovo|YE Yemen|YT Mayotte|ZA South Africa|ZM Zambia|ZW Zimbabwe
"""

COUNTRIES: Final[Mapping[str, str]] = MappingProxyType(
    {entry[:2]: entry[3:] for line in _NAMES.strip().splitlines() for entry in line.split("|")}
)
"""Code to English name: the 249 of ISO 3166-1, and XK."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType({"UK": "GB", "EL": "GR"})
"""Two codes that the EU itself writes; they are read as the standard's."""

# How people at an order desk write the countries they ship to: own names, older names, three-letter codes.
_WRITTEN: Final = """
AT Österreich, Autriche, AUT|AU AUS|BE Belgien, Belgique, België, BEL|BG България|BR Brasil, BRA|CA CAN
CH Schweiz, Suisse, Svizzera, CHE|CI Côte d'Ivoire|CN CHN, People's Republic of China|CV Cabo Verde
CZ Tschechien, Česko, Czech Republic, CZE|DE Deutschland, Allemagne, Alemania, DEU, GER, D|DK Dänemark, Danmark, DNK
EE Estland, Eesti|ES Spanien, España, Espagne, ESP|FI Finnland, Suomi, FIN|FR Frankreich, Francia, FRA
GB Great Britain, Großbritannien, Vereinigtes Königreich, Royaume-Uni, Reino Unido, England, Scotland, Wales, GBR
GR Griechenland, Hellas, Ελλάδα, GRC|HR Kroatien, Hrvatska|HU Ungarn, Magyarország, HUN|IE Irland, Éire, IRL
IN Indien, Bharat, IND|IT Italien, Italia, Italie, ITA|JP Japon, 日本, JPN|KR Korea, Republic of Korea, KOR
LT Litauen, Lietuva|LU Luxemburg|LV Lettland, Latvija|MX México, Mexiko, MEX
NL Niederlande, Nederland, Pays-Bas, Holland, NLD
NO Norwegen, Norge, NOR|PL Polen, Polska, POL|PT PRT|RO Rumänien, România|RS Serbien, Srbija|RU Russian Federation, RUS
SE Schweden, Sverige, SWE|SI Slowenien, Slovenija|SK Slowakei, Slovensko|SZ Swaziland|TR Turkey, Türkei, TUR
US United States of America, USA, America, Vereinigte Staaten, États-Unis, Estados Unidos|VN Viet Nam
"""


@cache
def _spellings() -> Mapping[str, str]:
    entries = (entry.split(" ", 1) for line in _WRITTEN.strip().splitlines() for entry in line.split("|"))
    written = {name.casefold(): code for code, names in entries for name in names.split(", ")}
    return written | {name.casefold(): code for code, name in COUNTRIES.items()}


def is_country(code: str) -> bool:
    """Whether this is an ISO 3166-1 alpha-2 code in capitals (or XK); UK and EL are aliases, not codes."""
    return code in COUNTRIES


def country_name(code: str) -> str:
    """The English name of a country, for people; raises ``UnknownCode``."""
    return COUNTRIES[country_code(code)]


def country_code(text: str) -> str:
    """The code itself, or GB for UK and GR for EL; anything else raises ``UnknownCode`` with the nearest codes.

    Exact: ``de`` and ``Germany`` are refused with the suggestion DE, so that a system never sees two spellings.
    """
    if text in COUNTRIES:
        return text
    if text in ALIASES:
        return ALIASES[text]
    raise _unknown(text)


def _unknown(text: str) -> UnknownCode:
    problem = f"unknown {KIND}: an ISO 3166 code has two capital letters, for example DE"
    word = text[:80].strip()
    return UnknownCode(KIND, lambda: _nearest(word), problem=problem)


def _nearest(word: str) -> tuple[str, ...]:
    code = ALIASES.get(word.upper(), word.upper())
    spellings = _spellings()
    if code in COUNTRIES:
        return (code,)
    if word.casefold() in spellings:
        return (spellings[word.casefold()],)
    return nearest(word, spellings, str)
