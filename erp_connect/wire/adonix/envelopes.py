"""A call as an envelope: rpc, encoded, every part with its type (sage.md 2.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from xml.sax.saxutils import escape

__all__ = ["CallContext", "Generation", "Part", "envelope", "written"]

Generation = Literal["syracuse", "axis"]
"""V7 and later, or V5 and V6, which take user and password within the call (sage.md 2.1)."""
Part = str | int | Mapping[str, str] | Sequence[str]
"""A text, a number, keys with values, or a list of texts."""

_ENCODING: Final = "http://schemas.xmlsoap.org/soap/encoding/"
_BEGIN: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    f' xmlns:soapenc="{_ENCODING}" xmlns:wss="http://www.adonix.com/WSS"><soapenv:Header/><soapenv:Body>'
)
_END: Final = "</soapenv:Body></soapenv:Envelope>"
_NEVER_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_RETURN: Final = {"\r": "&#13;"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext:
    """Who calls, in which language, by which pool; user and password are sent by V5 and V6 only."""

    language: str
    pool: str
    config: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    generation: Generation = "syracuse"

    def parts(self) -> Mapping[str, str]:
        """The fields in the order of the WSDL."""
        if self.generation == "axis":
            return {
                "codeLang": self.language,
                "codeUser": self.user,
                "password": self.password,
                "poolAlias": self.pool,
                "requestConfig": self.config,
            }
        return {
            "codeLang": self.language,
            "poolAlias": self.pool,
            "poolId": "",
            "requestConfig": self.config,
        }


def envelope(operation: str, context: CallContext, parts: Mapping[str, Part]) -> bytes:
    """The call of an operation; ``parts`` in the order of the WSDL, behind the context."""
    leaves = "".join(_text(name, said) for name, said in context.parts().items())
    inner = "".join(_part(name, said) for name, said in parts.items())
    return (
        f'{_BEGIN}<wss:{operation} soapenv:encodingStyle="{_ENCODING}">'
        f'<callContext xsi:type="wss:CAdxCallContext">{leaves}</callContext>{inner}</wss:{operation}>{_END}'
    ).encode()


def written(text: str) -> str:
    """A text as it stands in XML; characters that XML 1.0 cannot hold are left out (sage.md 2.9)."""
    return escape(_NEVER_IN_XML.sub("", text), _RETURN)


def _text(name: str, said: str) -> str:
    return f'<{name} xsi:type="xsd:string">{written(said)}</{name}>'


def _part(name: str, said: Part) -> str:
    if isinstance(said, str):
        return _text(name, said)
    if isinstance(said, int):
        return f'<{name} xsi:type="xsd:int">{said}</{name}>'
    if isinstance(said, Mapping):
        pairs = "".join(
            f'<item xsi:type="wss:CAdxParamKeyValue">{_text("key", key)}{_text("value", value)}</item>'
            for key, value in said.items()
        )
        kind = (
            f'xsi:type="wss:ArrayOfCAdxParamKeyValue" soapenc:arrayType="wss:CAdxParamKeyValue[{len(said)}]"'
        )
        return f"<{name} {kind}>{pairs}</{name}>"
    texts = "".join(_text("item", each) for each in said)
    kind = f'xsi:type="wss:ArrayOf_xsd_string" soapenc:arrayType="xsd:string[{len(said)}]"'
    return f"<{name} {kind}>{texts}</{name}>"
