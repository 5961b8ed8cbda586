"""The WSDL of ``CAdxWebServiceXmlCC``, of either generation (sage.md 2.1, 2.3, 2.4)."""

from __future__ import annotations

from typing import Final

from .envelope import ENCODING, SCHEMA, WSS, escaped, technical_types
from .operations import CONTEXT, OPERATIONS, Parts, PartType, variants

_TYPES: Final[dict[PartType, str]] = {
    "string": "xsd:string",
    "int": "xsd:int",
    "keys": "wss:ArrayOfCAdxParamKeyValue",
    "strings": "wss:ArrayOf_xsd_string",
}


def wsdl(generation: str, address: str) -> str:
    """The description of the port type, with the address that answers it."""
    messages = ports = bindings = ""
    for name in OPERATIONS:
        for at, parts in enumerate(variants(name, generation)):
            request = f"{name}Request{at or ''}"
            messages += _messages(name, request, f"{name}Response{at or ''}", parts)
            ordered = " ".join(["callContext", *(part for part, _ in parts)])
            ports += (
                f'<wsdl:operation name="{name}" parameterOrder="{ordered}">'
                f'<wsdl:input name="{request}" message="wss:{request}"/>'
                f'<wsdl:output name="{name}Response{at or ""}" message="wss:{name}Response{at or ""}"/>'
                "</wsdl:operation>"
            )
            body = f'<wsdlsoap:body use="encoded" encodingStyle="{ENCODING}" namespace="{WSS}"/>'
            bindings += (
                f'<wsdl:operation name="{name}"><wsdlsoap:operation soapAction=""/>'
                f'<wsdl:input name="{request}">{body}</wsdl:input>'
                f'<wsdl:output name="{name}Response{at or ""}">{body}</wsdl:output></wsdl:operation>'
            )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><wsdl:definitions targetNamespace="{WSS}" xmlns:wss="{WSS}" '
        f'xmlns:soapenc="{ENCODING}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xsd="{SCHEMA}" '
        f'xmlns:wsdlsoap="http://schemas.xmlsoap.org/wsdl/soap/">{_schema(generation)}{messages}'
        f'<wsdl:portType name="CAdxWebServiceXmlCC">{ports}</wsdl:portType>'
        '<wsdl:binding name="CAdxWebServiceXmlCCSoapBinding" type="wss:CAdxWebServiceXmlCC">'
        '<wsdlsoap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>'
        f'{bindings}</wsdl:binding><wsdl:service name="CAdxWebServiceXmlCCService">'
        '<wsdl:port name="CAdxWebServiceXmlCC" binding="wss:CAdxWebServiceXmlCCSoapBinding">'
        f'<wsdlsoap:address location="{escaped(address)}"/></wsdl:port></wsdl:service></wsdl:definitions>'
    )


def _messages(name: str, request: str, response: str, parts: Parts) -> str:
    inner = "".join(f'<wsdl:part name="{part}" type="{_TYPES[type]}"/>' for part, type in parts)
    return (
        f'<wsdl:message name="{request}"><wsdl:part name="callContext" type="wss:CAdxCallContext"/>{inner}'
        f'</wsdl:message><wsdl:message name="{response}">'
        f'<wsdl:part name="{name}Return" type="wss:CAdxResultXml"/></wsdl:message>'
    )


def _schema(generation: str) -> str:
    context = [(name, "xsd:string", True) for name in CONTEXT[generation]]
    result = [
        ("messages", "wss:ArrayOfCAdxMessage", True),
        ("resultXml", "xsd:string", True),
        ("status", "xsd:int", False),
        ("technicalInfos", "wss:CAdxTechnicalInfos", True),
    ]
    technical = [(name, f"xsd:{type}", type == "string") for name, type in technical_types().items()]
    pair = [("key", "xsd:string", True), ("value", "xsd:string", True)]
    message = [("message", "xsd:string", True), ("type", "xsd:string", True)]
    return (
        f'<wsdl:types><xsd:schema targetNamespace="{WSS}"><xsd:import namespace="{ENCODING}"/>'
        f"{_record('CAdxCallContext', context)}{_record('CAdxParamKeyValue', pair)}"
        f"{_record('CAdxMessage', message)}{_record('CAdxTechnicalInfos', technical)}"
        f"{_record('CAdxResultXml', result)}{_array('ArrayOfCAdxParamKeyValue', 'wss:CAdxParamKeyValue')}"
        f"{_array('ArrayOfCAdxMessage', 'wss:CAdxMessage')}{_array('ArrayOf_xsd_string', 'xsd:string')}"
        "</xsd:schema></wsdl:types>"
    )


def _record(name: str, fields: list[tuple[str, str, bool]]) -> str:
    inner = "".join(
        f'<xsd:element name="{field}" nillable="{"true" if nil else "false"}" type="{type}"/>'
        for field, type, nil in fields
    )
    return f'<xsd:complexType name="{name}"><xsd:sequence>{inner}</xsd:sequence></xsd:complexType>'


def _array(name: str, type: str) -> str:
    return (
        f'<xsd:complexType name="{name}"><xsd:complexContent><xsd:restriction base="soapenc:Array">'
        f'<xsd:attribute ref="soapenc:arrayType" wsdl:arrayType="{type}[]"/>'
        "</xsd:restriction></xsd:complexContent></xsd:complexType>"
    )
