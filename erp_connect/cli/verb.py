"""What becomes of an error in a command: a message, a hint and an exit code, never a traceback."""

from __future__ import annotations

import errno
from typing import Any, Final

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup

from ..errors import ConfigurationError, ErpConnectError, InvalidOrder
from ..models.findings import findings_of
from .exit_codes import ExitCode, exit_code_of
from .terminal import Terminal

__all__ = ["BARE", "BareGroup", "Verb", "end"]

BARE: Final = "unsettled"
"""The hidden command that a group's name alone stands for."""

_STOPPED: Final = "[bold]Stopped.[/] What was written stays written. "
_AGAIN: Final = "Run the same command again to go on: its keys make sure that nothing is done twice."
_WITHOUT_KEY: Final = (
    "This command had no --key: look with `erp-connect journal open` and at the order before you repeat it."
)


class Verb(TyperCommand):
    """A command of ours."""

    def invoke(self, ctx: Any) -> Any:
        """Run it; every error of ours ends here."""
        terminal = Terminal(json=bool(ctx.params.get("as_json")))
        try:
            return super().invoke(ctx)
        except ErpConnectError as error:
            terminal.failure(error)
            raise typer.Exit(exit_code_of(error)) from None
        except ValidationError as refusal:
            findings = findings_of(refusal)
            terminal.failure(
                InvalidOrder(
                    f"{len(findings)} value(s) are not acceptable",
                    findings=findings.all,
                    path=findings.all[0].path,
                )
            )
            raise typer.Exit(ExitCode.REFUSED) from None
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read our output has gone; typer ends quietly
            terminal.failure(_of_the_machine(error))
            raise typer.Exit(ExitCode.CONFIGURATION) from None
        except KeyboardInterrupt:
            lacks_key = "key" in ctx.params and ctx.params["key"] is None
            terminal.note(_STOPPED + (_WITHOUT_KEY if lacks_key else _AGAIN))
            raise typer.Exit(ExitCode.INTERRUPTED) from None


class BareGroup(TyperGroup):
    """A group whose name alone does something: its hidden command :data:`BARE`, with that command's options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the hidden command in front where none is named."""
        named = bool(args) and (not args[0].startswith("-") or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named or ctx.resilient_parsing else [BARE, *args])


def _of_the_machine(error: OSError) -> ConfigurationError:
    where = f"{error.filename}: " if error.filename else ""
    return ConfigurationError(
        f"{where}{error.strerror or type(error).__name__}",
        code="file_trouble",
        hint="check that the file and its folder exist, may be read and written, and are not open elsewhere",
    )


def end(code: ExitCode) -> None:
    """End the command with this code; goes on for ``OK``."""
    if code is not ExitCode.OK:
        raise typer.Exit(code)
