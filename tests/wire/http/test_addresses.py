"""Addresses: encrypted, or on this machine, or said to be known."""

import pytest

from erp_connect.errors import ConfigurationError, TransportError
from erp_connect.wire.http import root_url
from erp_connect.wire.http.addresses import resolved


@pytest.mark.parametrize(
    ("host", "more", "url"),
    [
        ("erp.example", {}, "https://erp.example/"),
        ("erp.example", {"port": 44300, "path": "/sap/opu"}, "https://erp.example:44300/sap/opu/"),
        ("127.0.0.1", {"port": 8000, "tls": False}, "http://127.0.0.1:8000/"),
        ("::1", {"port": 8000, "tls": False}, "http://[::1]:8000/"),
        ("localhost", {"tls": False, "path": "a/b/"}, "http://localhost/a/b/"),
        ("erp.example", {"tls": False, "allow_insecure": True}, "http://erp.example/"),
    ],
)
def test_the_root_of_a_back_end(host, more, url):
    assert root_url(host, **more) == url


@pytest.mark.parametrize("host", ["erp.example", "10.0.0.5", "localhost.example"])
def test_nobody_is_asked_without_encryption_by_accident(host):
    with pytest.raises(ConfigurationError, match="allow_insecure=True") as caught:
        root_url(host, tls=False)
    assert caught.value.code == "insecure"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("A_SalesOrder('1')", "https://erp.example/sap/A_SalesOrder('1')"),
        ("https://ERP.example:443/sap/x?$skiptoken=1", "https://ERP.example:443/sap/x?$skiptoken=1"),
        ("/other", "https://erp.example/other"),
    ],
)
def test_what_belongs_to_a_back_end(address, url):
    assert resolved("https://erp.example/sap/", address) == url


@pytest.mark.parametrize(
    "address",
    [
        "http://erp.example/sap/",
        "https://erp.example:8443/",
        "https://erp.example.evil/",
        "//evil/",
        "https://erp.example@evil/",
    ],
)
def test_what_does_not(address):
    with pytest.raises(TransportError) as caught:
        resolved("https://erp.example/sap/", address)
    assert caught.value.code == "foreign_host"
