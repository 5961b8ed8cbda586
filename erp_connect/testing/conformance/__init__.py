"""The conformance kit: does an adapter do what it declares, and nothing that it does not?

::

    from erp_connect.testing import conformance


    class AcmeProfile(conformance.AdapterProfile):
        name = "acme"
        target = "acme://localhost:8080/?tls=off"


    class TestAcme(conformance.Everything):
        profile = AcmeProfile()

Every suite can be run alone in the same way.  What the back-end cannot do stands in its capabilities (tests of what
is declared NONE are skipped, and that it is refused before any traffic is tested instead) or, where it should do it and
does not, among the profile's ``expected_failures``, which are strict.
"""

from __future__ import annotations

import pytest

_SUITES = (
    *("amending", "cancelling", "changes", "compare", "creating", "dates", "declared", "exercises", "fields"),
    *("finding", "fulfilling", "lifecycle", "masters", "money", "once", "purchasing", "refusals", "statuses"),
    *("table", "texts", "together"),
)
pytest.register_assert_rewrite(*(f"{__name__}.{name}" for name in _SUITES))

from .amending import Amending  # noqa: E402 (assertions are rewritten before the suites are loaded)
from .cancelling import Cancelling  # noqa: E402
from .creating import Creating  # noqa: E402
from .dates import Dates  # noqa: E402
from .declared import Claims, Declared, Signatures  # noqa: E402
from .desk import Desk  # noqa: E402
from .fields import Fields  # noqa: E402
from .finding import Finding  # noqa: E402
from .fulfilling import Fulfilling  # noqa: E402
from .lifecycle import Lifecycle  # noqa: E402
from .masters import MasterFields, Masters  # noqa: E402
from .memory import MemoryProfile  # noqa: E402
from .money import Money  # noqa: E402
from .once import ExactlyOnce  # noqa: E402
from .profile import AdapterProfile, NotOffered  # noqa: E402
from .purchasing import Purchasing  # noqa: E402
from .refusals import Refusals  # noqa: E402
from .statuses import Statuses  # noqa: E402
from .suite import Suite  # noqa: E402
from .table import DecisionTable  # noqa: E402
from .texts import Text  # noqa: E402
from .together import Together  # noqa: E402
from .wire import Wire  # noqa: E402


class Everything(
    Creating,
    ExactlyOnce,
    DecisionTable,
    Finding,
    Amending,
    Cancelling,
    Fulfilling,
    Purchasing,
    Masters,
    MasterFields,
    Money,
    Text,
    Dates,
    Statuses,
    Fields,
    Refusals,
    Together,
    Lifecycle,
    Claims,
    Declared,
    Signatures,
):
    """All suites at once."""


__all__ = [
    "AdapterProfile",
    "Amending",
    "Cancelling",
    "Claims",
    "Creating",
    "Dates",
    "DecisionTable",
    "Declared",
    "Desk",
    "Everything",
    "ExactlyOnce",
    "Fields",
    "Finding",
    "Fulfilling",
    "Lifecycle",
    "MasterFields",
    "Masters",
    "MemoryProfile",
    "Money",
    "NotOffered",
    "Purchasing",
    "Refusals",
    "Signatures",
    "Statuses",
    "Suite",
    "Text",
    "Together",
    "Wire",
]
