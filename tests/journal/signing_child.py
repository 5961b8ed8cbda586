"""A process of its own that uses a kept sign-in: ``dies URL`` while it holds it, or ``signs URL SAGE`` a request."""

import os
import signal
import sys
from contextlib import closing

import requests

from erp_connect.clock import SystemClock
from erp_connect.journal.sign_ins import KeptSignIn, SealedHere
from erp_connect.wire.http import HttpSession, SignedIn, TokenEndpoint


def main(deed, told, key, url, sage=""):
    kept = KeptSignIn(told, SealedHere(key), url=url, clock=SystemClock())
    if deed == "dies":
        with kept.alone():
            os.kill(os.getpid(), signal.SIGKILL)
    with closing(HttpSession(sage)) as session:
        endpoint = TokenEndpoint(
            session, f"{sage}/oauth/token", client_id="order-robot", client_secret="s3cret"
        )
        auth = SignedIn(endpoint, kept, hint="erp-connect login")
        _say("ready")
        sys.stdin.readline()
        _say(auth(requests.Request("GET", sage).prepare()).headers["Authorization"])


def _say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
