"""A_SalesOrderPartnerAddress (sap.md 4.4): where the partners of an order are, to read and to change.

What address management keeps has its BAPIADDR1 name in the core, so that the function modules show it too.
Properties without a field there are kept with the order under their own names.  What is kept for telephone and
fax numbers is the number and its extension apart; the function modules show them as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...odata.source import Row
from ..documents import HEADER, Customer, Fields, Order, Partner, plain
from ..interface import structure
from ..world import World
from .order_fields import ISO_LANGUAGES, LANGUAGES, shown_role

_FIELDS: Final = {
    **{f"OrganizationName{n}": "NAME" if n == 1 else f"NAME_{n}" for n in range(1, 5)},
    "StreetName": "STREET",
    "HouseNumber": "HOUSE_NO",
    "StreetPrefixName1": "STR_SUPPL1",
    "StreetPrefixName2": "STR_SUPPL2",
    "StreetSuffixName1": "STR_SUPPL3",
    "StreetSuffixName2": "LOCATION",
    "DistrictName": "DISTRICT",
    "PostalCode": "POSTL_COD1",
    "CityName": "CITY",
    "Country": "COUNTRY",
    "Region": "REGION",
    "POBox": "PO_BOX",
    "POBoxPostalCode": "POSTL_COD2",
    "TaxJurisdiction": "TAXJURCODE",
    "TransportZone": "TRANSPZONE",
    "EmailAddress": "E_MAIL",
    "PhoneNumber": "TEL1_NUMBR",
    "PhoneExtensionNumber": "TEL1_EXT",
    "FaxAreaCodeSubscriberNumber": "FAX_NUMBER",
    "FaxExtensionNumber": "FAX_EXTENS",
    "CorrespondenceLanguage": "LANGU_ISO",
}
_OF_THE_SERVICE_ALONE: Final = (
    "AddresseeFullName",
    "FormOfAddress",
    "MobilePhoneCountry",
    "MobileNumber",
    "PhoneNumberCountry",
    "FaxNumberCountry",
)


def rows(world: World, order: Order) -> Iterator[Row]:
    """The addresses of the header's partners: the order's own, or the customer's."""
    for partner in order.partners:
        kept = _kept(world, partner) if partner.item == HEADER else None
        if kept is not None:
            names = _FIELDS | {name: name for name in _OF_THE_SERVICE_ALONE}
            yield {
                "SalesOrder": plain(order.number),
                "PartnerFunction": shown_role(partner.role),
                "AddressRepresentationCode": "",
                **{theirs: kept.get(ours, "") for theirs, ours in names.items()},
                "AddresseeFullName": kept.get("AddresseeFullName", kept["NAME"]),
            }


def changed(row: Row, sent: Row) -> Fields:
    """The whole address after a change, as a row of PARTNERADDRESSES; the full name follows a new first name."""
    if "OrganizationName1" in sent:
        sent = {"AddresseeFullName": sent["OrganizationName1"]} | sent
    merged = {name: value or "" for name, value in (row | sent).items()}
    address = structure("BAPIADDR1").initial(
        ADDR_NO="1",
        LANGU=LANGUAGES.get(merged["CorrespondenceLanguage"], ""),
        **{ours: merged[theirs] for theirs, ours in _FIELDS.items()},
    )
    return address | {name: merged[name] for name in _OF_THE_SERVICE_ALONE}


def _kept(world: World, partner: Partner) -> Fields | None:
    """An address under the names of BAPIADDR1, from wherever the order has it."""
    own, customer = partner.address, world.customers.get(partner.number)
    if own is None:
        return None if customer is None else _of_customer(customer)
    kept: Fields = own.get("given") or own | {
        "POSTL_COD1": own["POSTL_CODE"],
        "POSTL_COD2": own["POBX_PCD"],
        "TEL1_NUMBR": own["TELEPHONE"],
    }
    return kept | {"LANGU_ISO": kept["LANGU_ISO"] or ISO_LANGUAGES.get(kept["LANGU"], "")}


def _of_customer(customer: Customer) -> Fields:
    return {
        "NAME": customer.name,
        "STREET": customer.street,
        "HOUSE_NO": customer.house_number,
        "POSTL_COD1": customer.postal_code,
        "CITY": customer.city,
        "COUNTRY": customer.country,
        "REGION": customer.region,
        "TEL1_NUMBR": customer.telephone,
        "LANGU_ISO": ISO_LANGUAGES.get(customer.language, ""),
    }
