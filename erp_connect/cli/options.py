"""The options that many commands share, and the connection that they lead to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ..client import Client, connect
from ..errors import ConfigurationError, NotFound
from ..models import Order
from ..settings import looks_secret

__all__ = [
    "TARGET_VARIABLE",
    "AsJson",
    "Key",
    "OrderName",
    "Settings",
    "Target",
    "TargetArgument",
    "TargetOption",
    "decimal",
    "named_order",
    "opened",
    "settings_of",
    "target_of",
    "text_of",
]

TARGET_VARIABLE: Final = "ERP_CONNECT_TARGET"


def _profiles(incomplete: str) -> list[str]:
    """Names of profiles, for the completion of a target."""
    from ..settings import load_profiles

    try:
        return [name for name in load_profiles() if name.startswith(incomplete)]
    except ConfigurationError:
        return []  # a shell's completion is no place to complain


Target = Annotated[
    str,
    typer.Option(
        "--target",
        "-t",
        envvar=TARGET_VARIABLE,
        help="The system: a URL such as sqlite:///orders.db, or a profile's name.",
        autocompletion=_profiles,
    ),
]
TargetArgument = Annotated[
    str | None,
    typer.Argument(
        envvar=TARGET_VARIABLE,
        metavar="TARGET",
        help="The system: a URL such as sqlite:///orders.db, or a profile's name.",
        autocompletion=_profiles,
    ),
]
TargetOption = Annotated[str | None, typer.Option("--target", "-t", help="The same as TARGET.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "-s",
        metavar="NAME=VALUE",
        help="A setting of the connection (company, timeout, actor, journal, user, or the scheme's own), as in a URL. "
        "Name a secret by reference: password=env:ERP_PASSWORD.",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="For machines: nothing but JSON on stdout, decimals as text.")
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", help="Names this wish: with the same key it is done exactly once, however often you run it."
    ),
]
OrderName = Annotated[
    str,
    typer.Argument(
        metavar="ORDER", help="The order's number, or its id (write id:X where a number is the same)."
    ),
]


def settings_of(given: Iterable[str] | None) -> dict[str, Any]:
    """``NAME=VALUE`` texts as settings of a connection."""
    found: dict[str, Any] = {}
    for each in given or ():
        name, equals, value = each.partition("=")
        if not equals or not name.isidentifier() or name in ("target", "clock"):
            shown = name if name.isidentifier() and not looks_secret(name) else "..."
            raise typer.BadParameter(
                f"a setting is written NAME=VALUE, not {shown!r}", param_hint="'--set' / '-s'"
            )
        found[name] = value
    return found


def opened(target: str, given: Iterable[str] | None = None, **more: Any) -> Client:
    """The connection that the options ask for."""
    return connect(target, **settings_of(given), **more)


def target_of(argument: str | None, option: str | None = None) -> str:
    """The target, however it was given; asks for it when it was not."""
    target = argument or option
    if not target:
        raise typer.BadParameter(f"name the system, or set {TARGET_VARIABLE}", param_hint="'TARGET'")
    return target


def named_order(erp: Client, name: str) -> Order:
    """The order that a person means: by its number, otherwise by its id; ``NotFound`` when there is neither."""
    if name.startswith("id:"):
        return erp.orders.get(name.removeprefix("id:"))
    if erp.capabilities.support("orders.find") != "none":
        found = erp.orders.find(number=name)
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(f"id:{order.id}" for order in found)
            raise typer.BadParameter(
                f"{len(found)} orders have this number; name one of {ids}", param_hint="'ORDER'"
            )
    try:
        return erp.orders.get(name)
    except NotFound as missing:
        missing.hint = "see the numbers with: erp-connect orders list"
        raise


def decimal(text: str, hint: str) -> Decimal:
    """An exact number as people type it, with a full stop; a misuse otherwise."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise typer.BadParameter(f"{text!r} is not a number such as 12 or 12.50", param_hint=hint)
    return number


def text_of(source: Path) -> str:
    """The text of a file, or of stdin for ``-``."""
    if str(source) == "-":
        return typer.get_text_stream("stdin").read()
    try:
        return source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{source.name} is not UTF-8 text", hint="save the file as UTF-8") from None
    except OSError as error:
        raise ConfigurationError(
            f"{source.name} cannot be read: {error.strerror}", hint="check the file's name"
        ) from None
