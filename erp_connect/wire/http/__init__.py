"""HTTP: one session for each back-end, with its credentials, its limits and its patience.

What leaves here is an :class:`Answer` with whatever status, or an error that says whether the request may have been
executed.  What a status means is the adapter's business.
"""

from .addresses import is_loopback, origin, root_url
from .answers import Answer
from .auth import Auth, Basic, Bearer
from .csrf import CsrfToken
from .gate import Gate, Rate
from .ntlm import ntlm
from .oauth import KeptTokens, OAuth2, SignedIn, SignIn, TokenEndpoint, Tokens
from .sessions import HttpSession, Transport
from .signing_in import BrowserSignIn, DeviceSignIn

__all__ = [
    "Answer",
    "Auth",
    "Basic",
    "Bearer",
    "BrowserSignIn",
    "CsrfToken",
    "DeviceSignIn",
    "Gate",
    "HttpSession",
    "KeptTokens",
    "OAuth2",
    "Rate",
    "SignIn",
    "SignedIn",
    "TokenEndpoint",
    "Tokens",
    "Transport",
    "is_loopback",
    "ntlm",
    "origin",
    "root_url",
]
