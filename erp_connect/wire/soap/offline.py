"""What zeep is given for a transport: nothing is fetched behind our back."""

from __future__ import annotations

from ...errors import ConfigurationError


class NoTransport:
    """What zeep is given for a transport: requests are sent by our own session."""

    session = None

    def load(self, url: str) -> bytes:
        """A description that rests on another document is not followed."""
        raise ConfigurationError(f"the description leads to another document, {url}, which is not fetched")
