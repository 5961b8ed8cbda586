"""The conformance kit on the memory adapter: plain, and with the limits of each product."""

from erp_connect.testing import conformance


class TestMemory(conformance.Everything):
    profile = conformance.MemoryProfile()


class TestLikeBc(conformance.Everything):
    profile = conformance.MemoryProfile("bc")


class TestLikeFo(conformance.Everything):
    profile = conformance.MemoryProfile("fo")


class TestLikeNav(conformance.Everything):
    profile = conformance.MemoryProfile("nav")


class TestLikeCrm(conformance.Everything):
    profile = conformance.MemoryProfile("crm")


class TestLikeRfc(conformance.Everything):
    profile = conformance.MemoryProfile("rfc")


class TestLikeOdata(conformance.Everything):
    profile = conformance.MemoryProfile("odata")


class TestLikeSoap(conformance.Everything):
    profile = conformance.MemoryProfile("soap")


class TestLikeX3(conformance.Everything):
    profile = conformance.MemoryProfile("x3")


class TestLikeSage200(conformance.Everything):
    profile = conformance.MemoryProfile("sage200")


class TestLikeSage300(conformance.Everything):
    profile = conformance.MemoryProfile("sage300")
