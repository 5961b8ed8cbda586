"""``login``: a person signs in once, where a system lets nobody else in."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import Annotated

import typer

from .options import AsJson, Settings, TargetArgument, TargetOption, settings_of, target_of
from .terminal import Terminal, safe

__all__ = ["login"]

_STDOUT, _STDERR = 1, 2


def login(
    target: TargetArgument = None,
    target_option: TargetOption = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser here, or only show the address.")
    ] = True,
    paste: Annotated[
        bool,
        typer.Option(
            "--paste",
            help="Ask for the address at which a browser elsewhere ended, instead of waiting for it.",
        ),
    ] = False,
    device: Annotated[
        bool, typer.Option("--device", help="Sign in on another device, by a code that is shown here.")
    ] = False,
    patience: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="How long to wait for the browser.")
    ] = 300.0,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Sign in to a system once; connections to it renew by themselves what comes of it, from then on.

    It is kept in this machine's keyring or, where the setting token_key is given, sealed in the journal's database.
    """
    from ..client.signing_in import Shown
    from ..client.signing_in import login as sign_in

    terminal = Terminal(as_json)

    def show(what: Shown) -> None:
        if what.user_code is not None:
            terminal.note(f"Open {safe(what.address)} on any device, and enter {safe(what.user_code)}")
            return
        terminal.note(f"Open this address in a browser, and sign in:\n{safe(what.address)}")
        if browser and not paste:
            _open(what.address)

    place = sign_in(
        target_of(target, target_option),
        show=show,
        pasted=_pasted if paste else None,
        by_device=device,
        patience=patience,
        **settings_of(settings),
    )
    terminal.result({"kept": place})
    terminal.say(f"Signed in; kept {safe(place)}.")


def _open(address: str) -> None:
    """Open a browser: what it says itself goes to stderr, for it is no result of ours."""
    sys.stdout.flush()
    results = os.dup(_STDOUT)
    try:
        os.dup2(_STDERR, _STDOUT)
        webbrowser.open(address)
    finally:
        os.dup2(results, _STDOUT)
        os.close(results)


def _pasted() -> str:
    typer.echo("The address at which the browser ended: ", err=True, nl=False)
    return sys.stdin.readline()
