"""HTTP: one session for each back-end, with its credentials, its limits and its patience.

What leaves here is an :class:`Answer` with whatever status, or an error that says whether the request may have been
executed.  What a status means is the adapter's business.
"""

from .addresses import is_loopback, root_url
from .answers import Answer
from .auth import Auth, Basic, Bearer
from .csrf import CsrfToken
from .gate import Gate, Rate
from .ntlm import ntlm
from .oauth import OAuth2
from .sessions import HttpSession, Transport

__all__ = [
    "Answer",
    "Auth",
    "Basic",
    "Bearer",
    "CsrfToken",
    "Gate",
    "HttpSession",
    "OAuth2",
    "Rate",
    "Transport",
    "is_loopback",
    "ntlm",
    "root_url",
]
