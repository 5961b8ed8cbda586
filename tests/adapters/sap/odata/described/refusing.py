"""How the stand-in says no (sap.md 4.2, error body of version 2)."""

from typing import Any


class Refused(Exception):
    """A request that the service does not take: status, message code, text, and the property meant."""

    def __init__(self, status: int, text: str, code: str = "/IWBEP/CX_MGW_BUSI_EXCEPTION", about: str = ""):
        super().__init__(text)
        self.status, self.text, self.code, self.about = status, text, code, about

    def body(self, service: str) -> dict[str, Any]:
        detail = {
            "ContentID": "",
            "code": self.code,
            "message": self.text,
            "propertyref": self.about,
            "severity": "error",
            "transition": False,
            "target": self.about,
        }
        application = {
            "component_id": "",
            "service_namespace": "/SAP/",
            "service_id": service,
            "service_version": "0001",
        }
        inner = {
            "application": application,
            "transactionid": "A0B1C2",
            "timestamp": "20260115100000.0000000",
            "Error_Resolution": {},
            "errordetails": [detail],
        }
        return {
            "error": {
                "code": self.code,
                "message": {"lang": "en", "value": self.text},
                "innererror": inner,
            }
        }


def malformed(text: str, about: str = "") -> Refused:
    """A request that no service would understand."""
    return Refused(400, text, "/IWBEP/CM_MGW_RT/021", about)


def unknown(text: str) -> Refused:
    """A name that the description does not know."""
    return Refused(404, text, "/IWFND/CM_MGW/005")
