"""What an adapter for each product must at least support, as fixed data taken from the products' references.

An adapter that declares :attr:`~erp_connect.adapters.contract.Support.NONE` for one of these operations fails
the conformance kit, unless a written reason stands beside it.  Declaring more is welcome, and must then be
exercised.

The data says what the *product* can do by its standard interface, with the settings that an acceptance run
gives: an operation that a reference marks as partial, site-specific or unconfirmed is not in the minimum.
Sources stand beside each product: "dynamics 5.1" is section 5.1 of the Dynamics reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..adapters.contract import OPERATIONS

__all__ = ["LIKE_SCHEME", "MINIMUM_SUPPORT", "minimum_support"]


def _set(*groups: str) -> frozenset[str]:
    """Operations from groups such as ``"orders: create get"``."""
    names: set[str] = set()
    for group in groups:
        book, _, verbs = group.partition(":")
        names |= {f"{book.strip()}.{verb}" for verb in verbs.split()}
    unknown = names.difference(OPERATIONS)
    if unknown:
        raise KeyError(f"no such operations: {', '.join(sorted(unknown))}")
    return frozenset(names)


_LIFE = "create get find list"
_LINES = "change_quantity change_price change_date add_line"

# sap 2.3 to 2.8, 2.12 to 2.16: create, simulate, change, reject, detailed list, table reads for lists,
# status, blocks, availability, price by simulation, customers, materials, returns, invoices, purchase
# orders.
_SAP_RFC = _set(
    f"orders: {_LIFE} list_modified simulate change_header {_LINES} change_address add_note",
    "orders: cancel_line cancel hold release track",
    "purchase_orders: create get change_quantity change_price change_date receive",
    "shipments: of",
    "invoices: of",
    "returns: create get of",
    "stock: availability",
    "prices: quote",
    "customers: get find list",
    "products: get find list",
)

# sap 4.4, 4.6: the sales order service, and the services for deliveries, returns, billing, partners,
# products, stock and purchase orders beside it.
_SAP_SERVICES = (
    f"purchase_orders: {_LIFE} change_quantity change_price change_date",
    "shipments: of",
    "invoices: of",
    "returns: create get of",
    "stock: availability",
    "customers: get find list",
    "products: get find list",
)
_SAP_V2 = _set(
    f"orders: {_LIFE} list_modified change_header {_LINES} change_address add_note",
    "orders: cancel_line cancel hold release track",
    *_SAP_SERVICES,
)

# sap 4.5: no address set, no process flow; quantities and dates on the item, orders rejected and never
# deleted.
_SAP_V4 = _set(
    f"orders: {_LIFE} list_modified change_header {_LINES} add_note",
    "orders: cancel_line cancel hold release track",
    *_SAP_SERVICES,
)

# sap 3: without wrapper functions only reads are safe.
_SAP_SOAP = _set("orders: get find simulate track", "stock: availability", "prices: quote")

# sap 3 with wrapper functions for create and change: writes as over RFC.
_SAP_SOAP_WRAPPED = _SAP_SOAP | _set(
    f"orders: create change_header {_LINES} cancel_line cancel hold release",
)

# dynamics 5.1, column BC; 1.9 for vendors; 1.12 for cancel; line rules in 1.8.
_BC = _set(
    f"orders: {_LIFE} list_modified change_header {_LINES} change_discount change_warehouse change_address",
    "orders: cancel_line cancel track",
    "purchase_orders: create get list receive",
    "shipments: of post",
    "invoices: of",
    "returns: create get of",
    "stock: availability",
    "prices: quote",
    "customers: get find list create update",
    "suppliers: get find list",
    "products: get find list create update",
)

# dynamics 5.1, column F&O; 3.5 for hold and cancel; 5.2: no confirmation, no posting, nothing modified-
# since.
_FO = _set(
    f"orders: {_LIFE} change_header {_LINES} change_discount change_warehouse change_address",
    "orders: cancel_line cancel hold release track",
    f"purchase_orders: {_LIFE} {_LINES}",
    "shipments: of",
    "invoices: of",
    "returns: create get of",
    "stock: availability",
    "prices: quote",
    "customers: get find list create update",
    "products: get find list",
)

# dynamics 5.1, column NAV SOAP; 2.2, 2.3; posting needs a codeunit, so it is not here.
_NAV = _set(
    f"orders: {_LIFE} change_header {_LINES} change_discount change_warehouse change_address",
    "orders: cancel_line cancel track",
    f"purchase_orders: {_LIFE}",
    "shipments: of",
    "invoices: of",
    "returns: create get of",
    "stock: availability",
    "prices: quote",
    "customers: get find list create update",
    "products: get find list",
)

# dynamics 5.1, column CE; 4.3, 4.4, 4.6; 4.8 says what it has not.
_CRM = _set(
    f"orders: {_LIFE} list_modified events change_header {_LINES} change_address",
    "orders: cancel_line cancel track",
    "shipments: post",
    "invoices: of",
    "prices: quote",
    "customers: get find list create update",
    "products: get find list",
)

# sage 6.1, column X3: what is marked Y; find and list with the limits of 2.11.  Cancelling needs a
# strategy (2.14), deliveries, invoices and purchase orders a publication (2.15): with them an adapter
# declares more.
_X3 = _set(
    f"orders: {_LIFE} change_header {_LINES} track",
    "customers: get find create update",
    "products: get find create update",
)

# sage 6.1, column Sage 200; 4.3 to 4.5.
_SAGE_200 = _set(
    f"orders: {_LIFE} list_modified change_header {_LINES} change_address cancel_line cancel track",
    f"purchase_orders: {_LIFE}",
    "shipments: of post",
    "invoices: of",
    "returns: create get of",
    "stock: availability",
    "prices: quote",
    "customers: get find list create update",
    "products: get find list create update",
)

# sage 6.1, column Sage 300; 3.4: orders are created and read, nothing else.
_SAGE_300 = _set(
    f"orders: {_LIFE} track",
    f"purchase_orders: {_LIFE} receive",
    "invoices: of",
    "customers: get find list create update",
    "products: get find list create update",
)

MINIMUM_SUPPORT: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "memory": frozenset(OPERATIONS),
        "sql": frozenset(OPERATIONS),
        "sap+rfc": _SAP_RFC,
        "sap+odata": _SAP_V2,
        "sap+odata?service=v4": _SAP_V4,
        "sap+soap": _SAP_SOAP,
        "sap+soap?wrappers": _SAP_SOAP_WRAPPED,
        "dynamics+bc": _BC,
        "dynamics+fo": _FO,
        "dynamics+nav": _NAV,
        "dynamics+crm": _CRM,
        "sage+x3": _X3,
        "sage+200": _SAGE_200,
        "sage+300": _SAGE_300,
    }
)
"""Scheme (with the variant that matters) to the operations that must not be NONE.

``sql`` stands for our own reference schema under any SQLAlchemy URL; a mapped foreign schema has no minimum.
"""

LIKE_SCHEME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bc": "dynamics+bc",
        "fo": "dynamics+fo",
        "nav": "dynamics+nav",
        "crm": "dynamics+crm",
        "rfc": "sap+rfc",
        "odata": "sap+odata",
        "soap": "sap+soap",
        "x3": "sage+x3",
        "sage200": "sage+200",
        "sage300": "sage+300",
    }
)
"""Which product a ``like=`` profile of the memory adapter stands for."""


def minimum_support(scheme: str) -> frozenset[str]:
    """The minimum of a scheme; empty for one that is not ours (a third party's adapter sets its own)."""
    return MINIMUM_SUPPORT.get(scheme, frozenset())
