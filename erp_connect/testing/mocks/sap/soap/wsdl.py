"""The WSDL of some function modules: parameters in any order, unqualified, tables as items (sap.md 3)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from ..interface import FunctionModule, Parameter, Scalar, Structure
from .names import FUNCTIONS, in_xml
from .settings import Settings

_PLAIN = {
    "D": "xsd:date",
    "T": "xsd:time",
    "F": "xsd:double",
    "I": "xsd:int",
    "h": "xsd:short",
    "b": "xsd:unsignedByte",
    "g": "xsd:string",
}


def wsdl(modules: Sequence[FunctionModule], address: str, settings: Settings) -> str:
    """The document; ``address`` is where the modules are called."""
    structures: dict[str, Structure] = {}
    for module in modules:
        for parameter in module.parameters.values():
            if isinstance(parameter.type, Structure):
                structures[parameter.type.name] = parameter.type
    types = "".join(_structure(each, settings) for each in structures.values())
    elements = "".join(_elements(module, settings) for module in modules)
    messages = "".join(_messages(in_xml(module.name)) for module in modules)
    operations = "".join(_operation(in_xml(module.name)) for module in modules)
    bound = "".join(_bound(in_xml(module.name)) for module in modules)
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<wsdl:definitions targetNamespace="{FUNCTIONS}" xmlns:s0="{FUNCTIONS}"'
        ' xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f'<wsdl:types><xsd:schema targetNamespace="{FUNCTIONS}">{types}{elements}</xsd:schema></wsdl:types>'
        f'{messages}<wsdl:portType name="SoapPortType">{operations}</wsdl:portType>'
        '<wsdl:binding name="SoapBinding" type="s0:SoapPortType">'
        f'<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>{bound}</wsdl:binding>'
        '<wsdl:service name="SapService"><wsdl:port name="SoapPort" binding="s0:SoapBinding">'
        f"<soap:address location={quoteattr(address)}/></wsdl:port></wsdl:service></wsdl:definitions>"
    )


def _structure(structure: Structure, settings: Settings) -> str:
    fields = "".join(
        _element(name, _simple(kind, settings), least=0) for name, kind in structure.fields.items()
    )
    name = in_xml(structure.name)
    return (
        f'<xsd:complexType name="{name}"><xsd:sequence>{fields}</xsd:sequence></xsd:complexType>'
        f'<xsd:complexType name="TABLE_OF_{name}"><xsd:sequence>'
        f'<xsd:element name="item" type="s0:{name}" minOccurs="0" maxOccurs="unbounded"/>'
        "</xsd:sequence></xsd:complexType>"
    )


def _elements(module: FunctionModule, settings: Settings) -> str:
    asked = [each for each in module.parameters.values() if each.direction != "export"]
    told = [each for each in module.parameters.values() if each.direction != "import"]
    name = in_xml(module.name)
    return "".join(
        f'<xsd:element name="{element}"><xsd:complexType><xsd:all>'
        f"{''.join(_parameter(each, settings, least=0 if answers or each.optional else 1) for each in parameters)}"
        "</xsd:all></xsd:complexType></xsd:element>"
        for element, parameters, answers in ((name, asked, False), (f"{name}.Response", told, True))
    )


def _parameter(parameter: Parameter, settings: Settings, *, least: int) -> str:
    if isinstance(parameter.type, Structure):
        of = "TABLE_OF_" if parameter.direction == "tables" else ""
        kind = f' type="s0:{of}{in_xml(parameter.type.name)}"', ""
    else:
        kind = _simple(parameter.type, settings)
    return _element(parameter.name, kind, least=least)


def _element(name: str, kind: tuple[str, str], *, least: int) -> str:
    attribute, inner = kind
    return f'<xsd:element name="{in_xml(name)}"{attribute} minOccurs="{least}">{inner}</xsd:element>'


def _simple(kind: Scalar, settings: Settings) -> tuple[str, str]:
    """The attribute that names a type, or the type itself."""
    if kind.kind in _PLAIN:
        return f' type="{_PLAIN[kind.kind]}"', ""
    match kind.kind:
        case "P":
            limits = f'<xsd:totalDigits value="{kind.length}"/><xsd:fractionDigits value="{kind.decimals}"/>'
            base = "xsd:decimal"
        case "N":
            limits = rf'<xsd:maxLength value="{kind.length}"/><xsd:pattern value="\d*"/>'
            base = "xsd:string"
        case "X":
            limits = f'<xsd:maxLength value="{kind.length}"/>'
            base = "xsd:hexBinary" if settings.raw == "hex" else "xsd:base64Binary"
        case _:
            limits, base = f'<xsd:maxLength value="{kind.length}"/>', "xsd:string"
    restricted = f'<xsd:restriction base="{base}">{limits}</xsd:restriction>'
    return "", f"<xsd:simpleType>{restricted}</xsd:simpleType>"


def _messages(name: str) -> str:
    return "".join(
        f'<wsdl:message name="{name}{ending}">'
        f'<wsdl:part name="parameters" element="s0:{name}{element}"/></wsdl:message>'
        for ending, element in (("Input", ""), ("Output", ".Response"))
    )


def _operation(name: str) -> str:
    return (
        f'<wsdl:operation name="{escape(name)}"><wsdl:input message="s0:{name}Input"/>'
        f'<wsdl:output message="s0:{name}Output"/></wsdl:operation>'
    )


def _bound(name: str) -> str:
    body = '<soap:body use="literal"/>'
    return (
        f'<wsdl:operation name="{name}"><soap:operation soapAction="" style="document"/>'
        f"<wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output></wsdl:operation>"
    )
