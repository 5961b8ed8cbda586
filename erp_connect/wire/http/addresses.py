"""Where a back-end is, and which addresses belong to it."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from ...errors import ConfigurationError, TransportError

__all__ = ["is_loopback", "origin", "resolved", "root_url"]

_PORTS = {"http": 80, "https": 443}


def root_url(
    host: str, *, port: int | None = None, path: str = "", tls: bool = True, allow_insecure: bool = False
) -> str:
    """The address under which everything of a back-end lies, ending in a slash.

    Raises ``ConfigurationError`` for plain HTTP to another machine, which would show passwords and orders to anybody
    on the way, unless ``allow_insecure`` says that this is known.
    """
    if not tls and not allow_insecure and not is_loopback(host):
        raise ConfigurationError(
            f"{host} would be asked without encryption",
            hint="leave out tls=off; where the way there is protected otherwise, say allow_insecure=True",
            code="insecure",
        )
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    where = name if port is None else f"{name}:{port}"
    return f"{'https' if tls else 'http'}://{where}/{path.strip('/')}".rstrip("/") + "/"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)


def resolved(root: str, address: str) -> str:
    """The whole address of something below ``root``, or of a link that the back-end gave.

    Raises ``TransportError``, before anything is sent, for a link to another host: credentials would go there.
    """
    url = urljoin(root, address)
    if origin(url) != origin(root):
        scheme, host, port = origin(url)
        raise TransportError(
            f"the back-end's answer leads to another host, {scheme}://{host}:{port}, which is not followed",
            code="foreign_host",
            retryable=False,
            hint="have the server (or its proxy) give links with the host name that the URL has",
        )
    return url
