"""The conformance kit on the memory adapter: plain, with the limits of each product, and with one bad habit each."""

import pytest

from erp_connect.testing import conformance


class TestMemory(conformance.Everything):
    profile = conformance.MemoryProfile()


class TestLikeBc(conformance.Everything):
    profile = conformance.MemoryProfile("bc")


@pytest.mark.thorough
class TestLikeFo(conformance.Everything):
    profile = conformance.MemoryProfile("fo")


@pytest.mark.thorough
class TestLikeNav(conformance.Everything):
    profile = conformance.MemoryProfile("nav")


@pytest.mark.thorough
class TestLikeCrm(conformance.Everything):
    profile = conformance.MemoryProfile("crm")


class TestLikeRfc(conformance.Everything):
    profile = conformance.MemoryProfile("rfc")


@pytest.mark.thorough
class TestLikeOdata(conformance.Everything):
    profile = conformance.MemoryProfile("odata")


@pytest.mark.thorough
class TestLikeSoap(conformance.Everything):
    profile = conformance.MemoryProfile("soap")


class TestLikeX3(conformance.Everything):
    profile = conformance.MemoryProfile("x3")


@pytest.mark.thorough
class TestLikeSage200(conformance.Everything):
    profile = conformance.MemoryProfile("sage200")


@pytest.mark.thorough
class TestLikeSage300(conformance.Everything):
    profile = conformance.MemoryProfile("sage300")


class TestOneReference(conformance.ExactlyOnce):
    profile = conformance.MemoryProfile("one_reference")


class TestLaggingSearch(conformance.ExactlyOnce):
    profile = conformance.MemoryProfile("lagging_search")


class TestLyingList(conformance.ExactlyOnce):
    profile = conformance.MemoryProfile("lying_list")


class TestLateCommit(conformance.ExactlyOnce):
    profile = conformance.MemoryProfile("late_commit")


class TestNoVersion(conformance.ExactlyOnce):
    profile = conformance.MemoryProfile("no_version")


class TestNoSearch(conformance.ExactlyOnce):
    profile = conformance.MemoryProfile("no_search")


class TestHalfMade(conformance.ExactlyOnce):
    profile = conformance.MemoryProfile("half_made")


class TestEnforced(conformance.ExactlyOnce):
    profile = conformance.MemoryProfile("enforced")
