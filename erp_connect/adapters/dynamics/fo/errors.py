"""What Finance & Operations answers, in this library's words: by the inner error and its log (dynamics.md 3.6).

A refusal comes as 400 or as 500: what tells it from a failure of the server is the kind of the inner error.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

from ....clock import Clock
from ....errors import (
    AuthenticationFailed,
    ConfigurationError,
    DuplicateReference,
    ErpConnectError,
    InvalidOrder,
    NotFound,
    PermissionMissing,
    ProductBlocked,
    RecordLocked,
    RequestRefused,
    TransitionNotAllowed,
    VersionConflict,
)
from ....wire.http import Answer
from ....wire.odata.complaints import complaints
from ...services.unsettled import unsettled
from ...translating import translating
from ..settings import FinanceOperationsSettings
from . import infolog
from .infolog import Entry

_APPLICATION: Final = "Microsoft.Dynamics.Platform.Integration.Services.OData.AxOData"
"""What the kinds of errors begin with that the application itself has raised: nothing of the request stays."""
_NO_SUCH_SET: Final = "Resource not found for the segment"
_UNSETTLED: Final = frozenset({408, 429})
"""Beside all from 500 on: the server may go on with what was given up."""
_PATHS: Final = {
    "OrderingCustomerAccountNumber": "order.customer",
    "OrderVendorAccountNumber": "purchase_order.supplier",
    "ItemNumber": "order.line.product",
    "SalesUnitSymbol": "order.line.unit",
    "PurchaseUnitSymbol": "order.line.unit",
    "CurrencyCode": "order.currency",
    "DeliveryTermsCode": "order.delivery_terms",
    "DeliveryTermsId": "order.delivery_terms",
    "PaymentTermsName": "order.payment_terms",
    "ShippingWarehouseId": "order.line.warehouse",
    "ReceivingWarehouseId": "order.line.warehouse",
}
"""Where in a draft the value of a field comes from."""


def refusal(
    answer: Answer, clock: Clock, settings: FinanceOperationsSettings, *, operation: str | None, writes: bool
) -> ErpConnectError:
    """The error for an answer of failure; ``writes``: the request may have changed something."""
    said = complaints(answer)
    kind = next((each.code for each in said if each.code.startswith("Microsoft.")), "")
    told = next((each.message for each in said if each.code == kind), said[0].message)
    log = infolog.entries(told)
    status = answer.status
    native: list[dict[str, Any]] = [
        {"status": status},
        *({"severity": each.severity, "message": each.text} for each in log),
    ]
    if kind:
        native[0]["code"] = kind
    details: dict[str, Any] = {"operation": operation, "native": native}
    if kind.startswith(_APPLICATION):
        return _of_rule(log, operation, settings, details)
    if status in _UNSETTLED or status >= 500:
        return unsettled(answer, clock, details, writes=writes and not answer.unsent)
    if status in {409, 412}:
        return VersionConflict("the record was changed since it was read", **details)
    if status == 401:
        return AuthenticationFailed(
            "the system did not accept the credentials",
            hint="the application is registered in the environment and mapped to a user; "
            "the token is for the environment's root, without a slash at the end",
            **details,
        )
    if status == 403:
        return PermissionMissing("this user may not do that", **details)
    if status == 404:
        return _not_found(kind, told, details)
    return RequestRefused(f"the system refused the request ({status})", **details)


def _not_found(kind: str, told: str, details: dict[str, Any]) -> ErpConnectError:
    if kind and not told.startswith(_NO_SUCH_SET):
        return NotFound("there is no such record", **details)
    return ConfigurationError(
        "the system has nothing at this address",
        hint="see whether the address is right, and whether the release shows this entity",
        code="not_offered",
        **details,
    )


def _of_rule(
    log: Sequence[Entry], operation: str | None, settings: FinanceOperationsSettings, details: dict[str, Any]
) -> ErpConnectError:
    if infolog.exists_already(log):
        return DuplicateReference("there is such a record already", **details)
    unknown = infolog.unknown_reference(log)
    if unknown is not None:
        field, value = unknown
        return InvalidOrder(f"{value} is not on file ({field})", path=_PATHS.get(field, field), **details)
    if infolog.says(log, settings.locked_texts):
        return RecordLocked("somebody is working on the record", **details)
    if infolog.says(log, settings.stopped_texts):
        return ProductBlocked("the product is stopped", **details)
    field_refused = infolog.invalid_field(log)
    if field_refused is not None:
        path = _PATHS.get(field_refused, field_refused)
        return InvalidOrder(f"the system refused the value of {field_refused}", path=path, **details)
    if operation is not None and operation.endswith((".create", ".update", ".add_line")):
        return InvalidOrder("a rule of the system refused the record", **details)
    return TransitionNotAllowed(
        "a rule of the system refused the change", hint="its own words stand in native", **details
    )


def translated(
    clock: Clock, settings: FinanceOperationsSettings, operation: str | None, *, writes: bool = False
) -> AbstractContextManager[None]:
    """Answers of failure inside leave as this library's own errors.

    ``writes``: what is inside may change something, so an answer that cannot be read leaves the outcome unknown.
    """
    told = partial(refusal, clock=clock, settings=settings, operation=operation, writes=writes)
    return translating(told, operation, writes=writes)
