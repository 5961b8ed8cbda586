"""One hierarchy of errors: what happened, where, whether it was applied, and what to do now.

Every error that a call raises is an :class:`ErpConnectError`.  Constructors of models raise pydantic's
``ValidationError`` (a ``ValueError``) instead, because nothing was asked of a back-end yet.

The text of an error never holds secrets or customers' data; the ERP's own messages, which may, are kept
apart in :attr:`ErpConnectError.native`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal

Outcome = Literal["not_applied", "applied", "partial", "unknown"]

__all__ = [
    "AccessError",
    "AuthenticationFailed",
    "ConfigurationError",
    "ContractViolation",
    "CreditBlocked",
    "CustomerBlocked",
    "DuplicateReference",
    "ErpConnectError",
    "InsufficientStock",
    "InvalidDocument",
    "InvalidOrder",
    "JournalUnavailable",
    "KeyInProgress",
    "KeyReused",
    "LossyWrite",
    "MappingError",
    "NotFound",
    "Outcome",
    "OutcomeUnknown",
    "PartialFailure",
    "PeriodClosed",
    "PermissionMissing",
    "PriceMismatch",
    "ProductBlocked",
    "RecordLocked",
    "RequestRefused",
    "Throttled",
    "TransitionNotAllowed",
    "TransportError",
    "UnmappedCode",
    "UnsupportedOperation",
    "VersionConflict",
]


class ErpConnectError(Exception):
    """The root: catch it to catch everything that a call can raise.

    ``outcome`` says what became of a write: ``not_applied``, ``applied``, ``partial`` or ``unknown``.
    ``retryable`` is true only where the same call may simply be repeated, after ``retry_after`` seconds if
    that is given.  ``code`` is stable and documented, for programs; ``hint`` says what to do now, for people.
    """

    default_code: ClassVar[str] = "error"
    default_outcome: ClassVar[Outcome] = "not_applied"
    default_retryable: ClassVar[bool] = False
    default_hint: ClassVar[str | None] = None

    def __init__(
        self,
        message: str,
        *,
        system: str | None = None,
        operation: str | None = None,
        outcome: Outcome | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
        hint: str | None = None,
        code: str | None = None,
        native: Iterable[Any] = (),
        path: str | None = None,
        place: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.system = system
        self.operation = operation
        self.outcome: Outcome = outcome or self.default_outcome
        self.retryable = self.default_retryable if retryable is None else retryable
        self.retry_after = retry_after
        self.hint = hint if hint is not None else self.default_hint
        self.code = code or self.default_code
        self.native: tuple[Any, ...] = tuple(native)
        self.path = path
        self.place = place

    def __str__(self) -> str:
        where = f" at {self.place}" if self.place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.message}{where}{hint}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, dict(self.__dict__))


def _rebuild(kind: type[ErpConnectError], message: str, state: dict[str, Any]) -> ErpConnectError:
    error = kind.__new__(kind, message)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


class ConfigurationError(ErpConnectError):
    """A target, profile, setting or missing extra: nothing was sent."""

    default_code = "configuration"
    default_hint = "correct the target, the profile or the setting"


class TransportError(ErpConnectError):
    """The way to the back-end failed.

    On a write, an adapter sets ``outcome="not_applied"`` only when the request provably did not arrive or was
    provably not executed; otherwise ``"unknown"``, and the client settles it by looking up.
    """

    default_code = "transport"
    default_hint = "repeat the call with the same key"
    default_retryable = True


class Throttled(TransportError):
    """The back-end asked for a pause before it did anything (``retry_after`` seconds)."""

    default_code = "throttled"
    default_hint = "repeat the call with the same key after the pause"


class OutcomeUnknown(ErpConnectError):
    """The write may or may not have happened, and looking up cannot tell yet.

    Repeat the same call with the same key after ``retry_after`` seconds: it looks before it sends.
    """

    default_code = "outcome_unknown"
    default_outcome: ClassVar[Outcome] = "unknown"
    default_hint = (
        "repeat the call with the same key later, or run recover(); never send it under another key"
    )

    def __init__(self, message: str, *, key: str | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.key = key


class AccessError(ErpConnectError):
    """The back-end does not let this user in, or not there."""

    default_code = "access"
    default_hint = "see to the account"


class AuthenticationFailed(AccessError):
    """User, password, token or certificate was not accepted."""

    default_code = "authentication_failed"
    default_hint = "renew the credentials"


class PermissionMissing(AccessError):
    """The user is known, but may not do this."""

    default_code = "permission_missing"
    default_hint = "have the permission granted to this user"


class RequestRefused(ErpConnectError):
    """The back-end, or a check before it, refused; nothing was written."""

    default_code = "refused"
    default_hint = "read the back-end's own messages (native)"


class InvalidOrder(RequestRefused):
    """The content is not acceptable; ``findings`` lists every reason with its path."""

    default_code = "invalid_order"
    default_hint = "correct it, then repeat the call with the same key"

    def __init__(self, message: str, *, findings: Sequence[Any] = (), **details: Any) -> None:
        super().__init__(message, **details)
        self.findings: tuple[Any, ...] = tuple(findings)


class InvalidDocument(RequestRefused):
    """A workbook or file cannot be read as a whole (encrypted, damaged, too large, no header row)."""

    default_code = "invalid_document"
    default_hint = "see to the file"


class NotFound(RequestRefused):
    """No such order, customer, product or document."""

    default_code = "not_found"
    default_hint = "check the id; a number is looked up with find()"


class DuplicateReference(RequestRefused):
    """The back-end enforces that a number or reference exists once, and it exists already."""

    default_code = "duplicate_reference"
    default_hint = "look at the one that is there, or use another number"


class KeyReused(DuplicateReference):
    """The key was used before for another content: a new order needs a new key."""

    default_code = "key_reused"
    default_hint = "use a new key for other content, or repeat the first content unchanged"


class VersionConflict(RequestRefused):
    """Somebody changed the order since it was read; ``diff`` shows what moved."""

    default_code = "version_conflict"
    default_hint = "read the order again, plan again, and apply the new plan"

    def __init__(self, message: str, *, diff: Sequence[Any] = (), **details: Any) -> None:
        super().__init__(message, **details)
        self.diff: tuple[Any, ...] = tuple(diff)


class TransitionNotAllowed(RequestRefused):
    """The order or line is in a state in which this cannot be done any more, or not yet."""

    default_code = "transition_not_allowed"
    default_hint = "read the order and its status again"


class InsufficientStock(RequestRefused):
    """A policy or the ERP itself forbids the backorder that this would be."""

    default_code = "insufficient_stock"
    default_hint = "order less, later, or from another warehouse"


class CreditBlocked(RequestRefused):
    """The customer's credit limit forbids it."""

    default_code = "credit_blocked"
    default_hint = "ask the credit desk"


class CustomerBlocked(RequestRefused):
    """The customer (or supplier) is blocked for orders."""

    default_code = "customer_blocked"
    default_hint = "ask the credit desk, or see to the master data"


class ProductBlocked(RequestRefused):
    """The product is blocked or discontinued."""

    default_code = "product_blocked"
    default_hint = "order the product that supersedes it, or see to the master data"


class PriceMismatch(RequestRefused):
    """The back-end's price is not the expected one; nothing was written."""

    default_code = "price_mismatch"
    default_hint = "agree on the price, or accept it with on_price_mismatch"

    def __init__(self, message: str, *, findings: Sequence[Any] = (), **details: Any) -> None:
        super().__init__(message, **details)
        self.findings: tuple[Any, ...] = tuple(findings)


class PeriodClosed(RequestRefused):
    """The posting period or fiscal year is closed."""

    default_code = "period_closed"
    default_hint = "use another date"


class RecordLocked(RequestRefused):
    """Somebody is editing the record now; try again in a while."""

    default_code = "record_locked"
    default_hint = "repeat the call with the same key in a while"
    default_retryable = True


class UnsupportedOperation(ErpConnectError):
    """This back-end cannot do it; raised before any traffic, with the reason and what works instead."""

    default_code = "unsupported"
    default_hint = "take another way; the capabilities tell beforehand what there is"

    def __init__(
        self, message: str, *, why: str | None = None, alternatives: Sequence[str] = (), **details: Any
    ) -> None:
        super().__init__(message, **details)
        self.why = why
        self.alternatives: tuple[str, ...] = tuple(alternatives)


class MappingError(ErpConnectError):
    """A value cannot be said in the other system's words."""

    default_code = "mapping"
    default_hint = "see to the mapping"


class LossyWrite(MappingError):
    """The back-end cannot hold these ``fields``; name them in ``allow_loss`` to write without them."""

    default_code = "lossy_write"
    default_hint = "shorten the fields, or name them in allow_loss"

    def __init__(self, message: str, *, fields: Sequence[str] = (), **details: Any) -> None:
        super().__init__(message, **details)
        self.fields: tuple[str, ...] = tuple(fields)


class UnmappedCode(MappingError):
    """A code (unit, country, tax, reason, status) has no counterpart on the other side; nothing was written."""

    default_code = "unmapped_code"
    default_hint = "map the code, or use another one"


class KeyInProgress(ErpConnectError):
    """Another process is writing under this key right now."""

    default_code = "key_in_progress"
    default_retryable = True
    default_hint = "wait, then repeat the call with the same key"


class JournalUnavailable(ErpConnectError):
    """The journal cannot be used, so nothing was sent; what became of a write that had begun says ``outcome``."""

    default_code = "journal_unavailable"
    default_hint = "see to the journal's disk or database, then repeat the call with the same key"


class PartialFailure(ErpConnectError):
    """Part of it was written and could not be undone; ``receipt`` has a verdict per line."""

    default_code = "partial_failure"
    default_hint = "correct the draft and create it with resume=True under the same key"
    default_outcome: ClassVar[Outcome] = "partial"

    def __init__(self, message: str, *, receipt: Any = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.receipt = receipt


class ContractViolation(ErpConnectError):
    """An adapter or back-end broke its contract: please report it."""

    default_code = "contract_violation"
    default_hint = "report it to the adapter's authors"
    default_outcome: ClassVar[Outcome] = "unknown"
