"""What is explored of each class: enough for every test run, and more with ``--deep``."""

from __future__ import annotations

from typing import Final

from .states import Scope

A: Final = "shop/2026-03-02/customer-10000/order-1"
B: Final = "shop/2026-03-02/customer-10000/order-2"
"""Two keys that are one when they are cut to 35 characters."""

_TWO_KEYS: Final = ((A, B), (B, A))
_RIVALS: Final = ((A,), (A,))
_ALONE: Final = ((A,),)
_EACH_ITS_OWN: Final = ((A,), (B,))

USUAL: Final = (
    Scope(jobs=_TWO_KEYS, faults=1, crashes=0),
    Scope(jobs=_TWO_KEYS, faults=0, crashes=1),
    Scope(jobs=_EACH_ITS_OWN, faults=2, crashes=0),
    Scope(jobs=_RIVALS, faults=2, crashes=0),
    Scope(jobs=_RIVALS, faults=0, crashes=2),
    Scope(jobs=_ALONE, faults=3, crashes=0),
    Scope(jobs=_ALONE, faults=2, crashes=1),
)
OF_STEPS: Final = (
    Scope(jobs=_TWO_KEYS, faults=1, crashes=0),
    Scope(jobs=_RIVALS, faults=1, crashes=0),
    Scope(jobs=_RIVALS, faults=0, crashes=1),
    Scope(jobs=_ALONE, faults=3, crashes=0),
    Scope(jobs=_ALONE, faults=1, crashes=1),
)
"""Of a class whose writes take several requests, and which has many more states."""
OF_A_DATABASE: Final = (*USUAL, Scope(jobs=((A, A), (A,)), faults=3, crashes=0))
"""Of our own database, which has few: with a second call under a key that was refused."""
AS_DECLARED: Final = (
    Scope(jobs=_TWO_KEYS, faults=1, crashes=0),
    Scope(jobs=_RIVALS, faults=1, crashes=0),
    Scope(jobs=_ALONE, faults=2, crashes=0),
    Scope(jobs=_ALONE, faults=1, crashes=1),
)
"""In the conformance kit, of a back-end that declares what the adapter under test declares."""
DEEP: Final = (
    Scope(jobs=_TWO_KEYS, faults=1, crashes=1),
    Scope(jobs=_TWO_KEYS, faults=2, crashes=0),
    Scope(jobs=_RIVALS, faults=2, crashes=1),
    Scope(jobs=_RIVALS, faults=3, crashes=0),
    Scope(jobs=_ALONE, faults=3, crashes=2),
)


def told(scope: Scope) -> str:
    """A scope in words."""
    keys = len({key for job in scope.jobs for key in job})
    clients = len(scope.jobs)
    return (
        f"{clients} client{'s' * (clients > 1)}, {keys} key{'s' * (keys > 1)}, "
        f"{scope.faults} fault{'s' * (scope.faults != 1)}, {scope.crashes} crash{'es' * (scope.crashes != 1)}"
    )
