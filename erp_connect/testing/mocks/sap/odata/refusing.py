"""What refusals and messages look like over OData (sap.md 4.2, 4.5, 4.7)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from ...odata.errors import Detail, ODataError
from ...odata.model import Version
from ..messages import NOT_ON_RECORD, Message
from .settings import Settings

GENERAL: Final = "/IWBEP/CX_MGW_BUSI_EXCEPTION"
_SEVERITY: Final = {"S": "success", "I": "info", "W": "warning", "E": "error", "A": "error", "X": "error"}
NUMERIC: Final = {"success": 1, "info": 2, "warning": 3, "error": 4}


def code(message: Message) -> str:
    """Class and number in one."""
    return f"{message.id}/{message.number}"


def severity(message: Message) -> str:
    """The message type as a word."""
    return _SEVERITY[message.type]


def refused(messages: Iterable[Message], status: int = 400) -> ODataError:
    """A business refusal: the first error tells, and every error stands among the details."""
    errors = [message for message in messages if message.fatal]
    details = tuple(Detail(code(message), message.text) for message in errors)
    return ODataError(status, details[0].code, details[0].message, details)


def _technical(error: ODataError) -> str:
    """The reference has no codes for what the protocol itself refuses."""
    return error.code if "/" in error.code else f"/IWFND/CM_MGW/{NOT_ON_RECORD}"


def body(error: ODataError, version: Version, service: str, now: datetime, settings: Settings) -> Any:
    """The body of an error, as full and as well-formed as the settings say."""
    first, text = _technical(error), error.message
    details = error.details or (Detail(first, text, target=error.target),)
    if settings.general_first:
        first, text = GENERAL, "An exception was raised"
    if settings.errors == "minimal":
        message: Any = {"lang": "en", "value": text} if version == 2 else text
        return {"error": {"code": first, "message": message}}
    if settings.errors == "wrong types":
        return {"error": {"code": error.status, "message": [text], "innererror": {"errordetails": text}}}
    return _full_v2(first, text, details, service, now) if version == 2 else _full_v4(first, text, details)


def _full_v2(first: str, text: str, details: Iterable[Detail], service: str, now: datetime) -> Any:
    entries = [
        {
            "ContentID": "",
            "code": detail.code,
            "message": detail.message,
            "propertyref": "",
            "severity": detail.severity,
            "transition": False,
            "target": detail.target,
        }
        for detail in details
    ]
    inner = {
        "application": {
            "component_id": "SD-SLS-API",
            "service_namespace": "/SAP/",
            "service_id": service,
            "service_version": "0001",
        },
        "transactionid": f"{now:%Y%m%d%H%M%S}".rjust(32, "0"),
        "timestamp": f"{now:%Y%m%d%H%M%S}.0000000",
        "Error_Resolution": {"SAP_Transaction": "", "SAP_Note": ""},
        "errordetails": entries,
    }
    return {"error": {"code": first, "message": {"lang": "en", "value": text}, "innererror": inner}}


def _full_v4(first: str, text: str, details: Iterable[Detail]) -> Any:
    entries = [
        {
            "code": detail.code,
            "message": detail.message,
            "target": detail.target,
            "@SAP__common.numericSeverity": NUMERIC[detail.severity],
        }
        for detail in details
    ]
    return {"error": {"code": first, "message": text, "target": "", "details": entries, "innererror": {}}}


def message_header(messages: list[Message]) -> str:
    """The header ``sap-message``: the gravest message, and the others as its details."""
    gravest = sorted(messages, key=lambda message: -NUMERIC[severity(message)])
    entries = [
        {"code": code(message), "message": message.text, "severity": severity(message), "target": ""}
        for message in gravest
    ]
    return json.dumps(entries[0] | {"details": entries[1:]})


def sap_messages(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The collection ``SAP__Messages`` of an entity in version 4."""
    return [
        {
            "code": code(message),
            "message": message.text,
            "target": "",
            "additionalTargets": [],
            "transition": True,
            "numericSeverity": NUMERIC[severity(message)],
            "longtextUrl": "",
        }
        for message in messages
    ]
