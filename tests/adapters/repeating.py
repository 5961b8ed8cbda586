"""A call repeated under its key, as the errors ask for."""

from erp_connect import errors


def sooner_or_later(call, clock):
    """What a call ends with when it is repeated."""
    for _ in range(8):
        try:
            return call()
        except errors.OutcomeUnknown as unknown:
            clock.sleep((unknown.retry_after or 0) + 1)
        except errors.ErpConnectError as failure:
            if failure.outcome != "not_applied":
                raise
            clock.sleep(1)
    raise AssertionError("it never ended")
