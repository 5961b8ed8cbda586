"""Descriptions of services: the WSDL of a page, of a codeunit and of the system service, and the list of all (2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from xml.sax.saxutils import quoteattr

from .model import Field, Page
from .operations import Operation, Parameter, operations
from .settings import Procedure

SYSTEM: Final = "urn:microsoft-dynamics-schemas/nav/system/"
_TYPES: Final = {
    "code": "xsd:string",
    "text": "xsd:string",
    "date": "xsd:date",
    "decimal": "xsd:decimal",
    "integer": "xsd:int",
    "boolean": "xsd:boolean",
}


def page_namespace(service: str) -> str:
    """The namespace of a page's service."""
    return f"urn:microsoft-dynamics-schemas/page/{service.lower()}"


def codeunit_namespace(service: str) -> str:
    """The namespace of a codeunit's service."""
    return f"urn:microsoft-dynamics-schemas/codeunit/{service}"


# ---------------------------------------------------------------- pages


def page_wsdl(page: Page, service: str, address: str) -> str:
    """The description of a page published under a name."""
    found = operations(page)
    sets = [*page.fields, *(page.part.fields if page.part is not None else ())]
    types = "".join(_enumeration(name, values) for name, values in _option_sets(sets).items())
    if page.part is not None:
        types += _complex(page.part.row, _rows(page.part.fields))
        types += _complex(f"{page.part.row}_List", _element(page.part.row, page.part.row, 1, many=True))
    header = _rows(page.fields, page.part.row if page.part is not None else "")
    types += _complex(service, header) + _complex(f"{service}_List", _element(service, service, 1, many=True))
    names = [field.name for field in page.fields if field.kind != "part"]
    types += _enumeration(f"{service}_Fields", names)
    filters = _element("Field", f"{service}_Fields", 1) + _plain("Criteria", "xsd:string", 1)
    types += _complex(f"{service}_Filter", filters)
    for name, operation in found.items():
        types += _wrapped(name, "".join(_asked(each, service) for each in operation.parameters))
        types += _wrapped(f"{name}_Result", _told(name, operation, service))
    return _document(page_namespace(service), f"{service}_Service", service, types, found, address)


def _option_sets(found: Iterable[Field]) -> dict[str, list[str]]:
    return {field.name: [option.name for option in field.options] for field in found if field.options}


def _rows(found: Iterable[Field], row: str = "") -> str:
    inner = _plain("Key", "xsd:string", 0)
    for field in found:
        if field.kind == "part":
            inner += _element(field.name, f"{row}_List", 0)
        elif field.options:
            inner += _element(field.name, field.name, 0)
        else:
            inner += _plain(field.name, _TYPES[field.kind], 0)
    return inner


def _asked(parameter: Parameter, service: str) -> str:
    name = parameter.name.format(svc=service)
    match parameter.kind:
        case "record" | "records":
            return _element(name, name, 1)
        case "filter":
            return _element(name, f"{service}_Filter", 1, many=True)
    return _plain(name, f"xsd:{parameter.kind}", parameter.least)


def _told(name: str, operation: Operation, service: str) -> str:
    match operation.answer:
        case "record":
            return _element(service, service, 0)
        case "records":
            return _element(f"{service}_List", f"{service}_List", 1)
        case "list":
            return _element(f"{name}_Result", f"{service}_List", 0)
    return _plain(f"{name}_Result", f"xsd:{operation.answer}", 1)


# ---------------------------------------------------------------- codeunits, system


def codeunit_wsdl(procedures: Mapping[str, Procedure], service: str, address: str) -> str:
    """The description of a codeunit."""
    types = ""
    for name, procedure in procedures.items():
        types += _wrapped(name, _plain(procedure.parameter, "xsd:string", 1))
        told = procedure.returns
        types += _wrapped(
            f"{name}_Result", "" if told == "nothing" else _plain("return_value", f"xsd:{told}", 1)
        )
    return _document(codeunit_namespace(service), service, service, types, procedures, address)


def system_wsdl(address: str) -> str:
    """The description of the system service."""
    types = _wrapped("Companies", "") + _wrapped(
        "Companies_Result",
        '<xsd:element minOccurs="0" maxOccurs="unbounded" name="return_value" type="xsd:string"/>',
    )
    return _document(SYSTEM, "SystemService", "SystemService", types, ("Companies",), address)


def discovery(addresses: Iterable[str]) -> str:
    """The list of all services of a company."""
    refs = "".join(
        f'<contractRef ref={quoteattr(each)} xmlns="http://schemas.xmlsoap.org/disco/scl/"/>'
        for each in addresses
    )
    return f'<discovery xmlns="http://schemas.xmlsoap.org/disco/">{refs}</discovery>'


# ---------------------------------------------------------------- pieces


def _plain(name: str, kind: str, least: int) -> str:
    return f'<xsd:element minOccurs="{least}" maxOccurs="1" name="{name}" type="{kind}"/>'


def _element(name: str, kind: str, least: int, *, many: bool = False) -> str:
    most = "unbounded" if many else "1"
    return f'<xsd:element minOccurs="{least}" maxOccurs="{most}" name="{name}" type="tns:{kind}"/>'


def _complex(name: str, inner: str) -> str:
    return f'<xsd:complexType name="{name}"><xsd:sequence>{inner}</xsd:sequence></xsd:complexType>'


def _wrapped(name: str, inner: str) -> str:
    return (
        f'<xsd:element name="{name}"><xsd:complexType><xsd:sequence>{inner}</xsd:sequence></xsd:complexType>'
        "</xsd:element>"
    )


def _enumeration(name: str, values: Iterable[str]) -> str:
    inner = "".join(f'<xsd:enumeration value="{value}"/>' for value in values)
    return (
        f'<xsd:simpleType name="{name}"><xsd:restriction base="xsd:string">{inner}</xsd:restriction>'
        "</xsd:simpleType>"
    )


def _document(namespace: str, name: str, port: str, types: str, names: Iterable[str], address: str) -> str:
    listed = list(names)
    messages = "".join(
        f'<message name="{each}{ending}"><part name="parameters" element="tns:{each}{ending}"/></message>'
        for each in listed
        for ending in ("", "_Result")
    )
    ports = "".join(
        f'<operation name="{each}"><input name="{each}" message="tns:{each}"/>'
        f'<output name="{each}_Result" message="tns:{each}_Result"/></operation>'
        for each in listed
    )
    bound = "".join(
        f'<operation name="{each}"><soap:operation soapAction="{namespace}:{each}" style="document"/>'
        f'<input name="{each}"><soap:body use="literal"/></input>'
        f'<output name="{each}_Result"><soap:body use="literal"/></output></operation>'
        for each in listed
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<definitions targetNamespace="{namespace}" xmlns:tns="{namespace}"'
        ' xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">'
        f'<types><xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"'
        f' targetNamespace="{namespace}">{types}</xsd:schema></types>{messages}'
        f'<portType name="{port}_Port">{ports}</portType>'
        f'<binding name="{port}_Binding" type="tns:{port}_Port">'
        f'<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{bound}</binding>'
        f'<service name="{name}"><port name="{port}_Port" binding="tns:{port}_Binding">'
        f"<soap:address location={quoteattr(address)}/></port></service></definitions>"
    )
