"""Where tokens are had: addresses that show no secret on the way, and settings that are told at once."""

from contextlib import closing
from dataclasses import replace

import pytest

from erp_connect.adapters.contract import Target
from erp_connect.adapters.web import WebSettings, token_endpoint, web_address
from erp_connect.errors import ConfigurationError

TARGET = Target(
    scheme="sage+200",
    url="sage+200://api.example",
    masked="sage+200://api.example",
    credentials={"client_id": "robot", "client_secret": "s3cret"},
)


def test_a_secret_is_not_sent_to_another_machine_without_encryption():
    plain = WebSettings(token_url="http://id.example/token")
    with pytest.raises(ConfigurationError, match="token_url would be asked without encryption") as caught:
        token_endpoint(TARGET, plain)
    assert caught.value.code == "insecure"
    with closing(token_endpoint(replace(TARGET, allow_insecure=True), plain).session):
        pass


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/token", "http://[::1]/token", "https://id.example/token"]
)
def test_this_machine_and_encrypted_ways_are_safe(url):
    assert web_address("token_url", url, TARGET) == url


@pytest.mark.parametrize(
    "url", ["id.example/token", "ftp://id.example/", "https://", "https://[::1", "https://a:b/"]
)
def test_what_is_no_address_is_told(url):
    with pytest.raises(ConfigurationError, match="device_url is no address"):
        web_address("device_url", url, TARGET)


@pytest.mark.parametrize("missing", ["client_id", "token_url"])
@pytest.mark.parametrize("gone", ["", None])
def test_a_token_needs_to_know_where_and_for_whom(missing, gone):
    given = {"client_id": "robot"}
    if missing == "client_id":
        given = {} if gone is None else {"client_id": ""}
    settings = WebSettings(token_url="" if missing == "token_url" else "https://id.example/token")
    with pytest.raises(ConfigurationError, match=f"{missing} is not set"):
        token_endpoint(replace(TARGET, credentials=given), settings)
