"""What a URL says, and how it is shown."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url

from erp_connect.adapters.url import Url, masked_url
from erp_connect.errors import ConfigurationError


def test_a_url_in_its_parts() -> None:
    url = Url.parse(
        "SAP+RFC://ann:p%40ss@erp.example:3300/gateway/root?client=100&sales_org=DE+01&note=a%26b"
    )
    assert (url.scheme, url.user, url.password) == ("sap+rfc", "ann", "p@ss")
    assert (url.host, url.port, url.path) == ("erp.example", 3300, "/gateway/root")
    assert [(each.name, each.value) for each in url.query] == [
        ("client", "100"),
        ("sales_org", "DE 01"),
        ("note", "a&b"),
    ]


@pytest.mark.parametrize(
    ("text", "host", "path"),
    [
        ("memory://", None, ""),
        ("sqlite://", None, ""),
        ("sqlite:///orders.db", None, "/orders.db"),
        ("sqlite:////srv/orders.db", None, "//srv/orders.db"),
        ("sqlite:///C:/books/a@b.db", None, "/C:/books/a@b.db"),
        ("memory://?like=bc", None, ""),
        ("dynamics+bc://bc.example", "bc.example", ""),
    ],
)
def test_what_may_be_left_out(text: str, host: str | None, path: str) -> None:
    url = Url.parse(text)
    assert (url.host, url.path) == (host, path)
    assert url.user is None
    assert url.password is None
    assert url.text(user=None, password=None) == text


def test_an_ipv6_address_stands_in_brackets() -> None:
    url = Url.parse("sage+x3://ann:pw@[2001:db8::1]:8124/api")
    assert (url.host, url.port) == ("2001:db8::1", 8124)
    assert url.text(user="ann", password="pw") == "sage+x3://ann:pw@[2001:db8::1]:8124/api"
    assert url.masked() == "sage+x3://ann:***@[2001:db8::1]:8124/api"


@pytest.mark.parametrize(
    "password",
    ["p@ss", "p/ss", "p?ss", "p?a=b", "p#ss", "p:ss", "ä€ß", "%41", "a b+c", "a&b", "[x]", "p@/?#:w"],
)
def test_an_odd_password_survives_when_it_is_encoded(password: str) -> None:
    url = Url.parse("postgresql://h/db").text(user="ann/o", password=password)
    again = Url.parse(url)
    assert (again.user, again.password, again.host) == ("ann/o", password, "h")
    for_the_driver = make_url(url)
    assert (for_the_driver.username, for_the_driver.password) == ("ann/o", password)
    assert (for_the_driver.host, for_the_driver.database) == ("h", "db")


@pytest.mark.parametrize("password", ["p@ss", "pa/ss", "pa?ss", "pa?a=b", "p#s", "p:s", "a&b", "pässword"])
def test_a_bare_password_is_understood_where_it_can_be_meant_in_one_way_only(password: str) -> None:
    url = Url.parse(f"postgresql://ann:{password}@h:5432/db?sslmode=require")
    assert (url.user, url.password) == ("ann", password)
    assert (url.host, url.port, url.path) == ("h", 5432, "/db")
    assert url.masked() == "postgresql://ann:***@h:5432/db?sslmode=require"


def test_a_url_that_can_be_read_in_two_ways_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="two ways") as refused:
        Url.parse("postgresql://ann:12/34hunter@h/db")
    assert "hunter" not in str(refused.value)
    assert "%2F" in str(refused.value)


def test_an_at_sign_in_a_parameter_begins_no_host() -> None:
    url = Url.parse("sage+x3://h:8124/api?note=a@b")
    assert (url.user, url.host, url.port, url.path) == (None, "h", 8124, "/api")
    assert url.query[0].value == "a@b"


def test_an_empty_password_is_not_the_same_as_none() -> None:
    assert Url.parse("mysql://ann:@h/db").password == ""
    assert Url.parse("mysql://ann@h/db").password is None


@pytest.mark.parametrize(
    "text",
    [
        "hunter2",
        "//hunter2@host",
        "://hunter2",
        "p://hunter2:port:more",
        "p://hunter2:0/",
        "p://hunter2:65536/",
        "p://hunter2 host/",
        "p://[hunter2/",
        "p://[]:80/hunter2",
        "p://host/\nhunter2",
        "p://host/hunter2\udcff",
    ],
)
def test_what_is_no_url_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Url.parse(text)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert "hunter2" not in masked_url(text)


def test_parameters_can_be_taken_out_and_the_rest_stays_as_it_was_written() -> None:
    url = Url.parse(
        "postgresql://h/db?sslmode=require&system=A&options=-c%20x%3D1&host=a&host=b&timezone=UTC"
    )
    rest = url.text(user=None, password=None, without={"system", "timezone"})
    assert rest == "postgresql://h/db?sslmode=require&options=-c%20x%3D1&host=a&host=b"


def test_secrets_are_masked_wherever_they_stand() -> None:
    url = Url.parse(
        "mssql://ann:hunter2@h/db?client_secret=hunter2&odbc_connect=PWD%3Dhunter2&pool=hunter2"
        "&cert=-----BEGIN+hunter2&journal=mysql%3A%2F%2Fbob%3Ahunter2%40j%2Fdb&hunter2&client=100"
    )
    shown = url.masked({"pool"})
    assert "hunter2" not in shown
    assert "hunter2" not in repr(url)
    assert shown == (
        "mssql://ann:***@h/db?client_secret=***&odbc_connect=***&pool=***"
        "&cert=***&journal=mysql://bob:***@j/db&***&client=100"
    )


def test_a_whole_url_is_masked_for_logs() -> None:
    assert masked_url("postgresql://ann:hunter2@h/db") == "postgresql://ann:***@h/db"
    assert masked_url("postgresql://h:hunter2") == "postgresql://***"
    assert masked_url("hunter2") == "***"
