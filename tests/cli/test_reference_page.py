"""The page about the command line says what the command line does."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from erp_connect import errors
from erp_connect.cli.app import app
from erp_connect.cli.exit_codes import MEANINGS, ExitCode, exit_code_of, worst
from erp_connect.cli.verb import BARE

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "command-line.md"


def commands(group=None, before="erp-connect"):
    """Every command with its full name; what a group's name alone does goes by that name."""
    group = group or get_command(app)
    for name, command in group.commands.items():
        full = before if name == BARE else f"{before} {name}"
        if hasattr(command, "commands"):
            yield from commands(command, full)
        else:
            yield full, command


COMMANDS = dict(commands())


def test_every_exit_code_is_explained_in_the_same_words():
    rows = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == {str(code.value): meaning for code, meaning in MEANINGS.items()}
    assert set(MEANINGS) == set(ExitCode)


def test_every_command_has_its_section_and_no_other():
    sections = re.findall(
        r"^### `(erp-connect [a-z ]+?)(?: [A-Z\[].*)?`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sections == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_named_in_the_section_of_its_command(name):
    text = PAGE.read_text(encoding="utf-8")
    section = re.split(r"^#{2,3} ", text[text.index(f"### `{name}") + 4 :], maxsplit=1, flags=re.MULTILINE)[0]
    shared = {"--target", "--set", "--json", "--key", "--help"}
    options = {
        option
        for param in COMMANDS[name].params
        for option in (*param.opts, *param.secondary_opts)
        if option.startswith("--")
    }
    told = set(re.findall(r"`(--[a-z-]+)", section))
    assert told - shared == options - shared


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name):
    assert COMMANDS[name].help


def test_every_error_has_an_exit_code():
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ErpConnectError)
    ]
    codes = {kind.__name__: exit_code_of(kind("said")) for kind in kinds}
    assert ExitCode.OK not in codes.values()
    assert codes["ConfigurationError"] is ExitCode.CONFIGURATION
    assert codes["AuthenticationFailed"] is ExitCode.ACCESS
    assert codes["Throttled"] is ExitCode.RETRY_LATER
    assert codes["JournalUnavailable"] is ExitCode.RETRY_LATER
    assert codes["KeyInProgress"] is ExitCode.RETRY_LATER
    assert codes["OutcomeUnknown"] is ExitCode.OUTCOME_UNKNOWN
    assert codes["PartialFailure"] is ExitCode.PARTIAL
    assert codes["PriceMismatch"] is ExitCode.REFUSED


def test_the_gravest_of_several_ends_counts():
    assert worst([]) is ExitCode.OK
    assert worst([ExitCode.REFUSED, ExitCode.RETRY_LATER]) is ExitCode.REFUSED
    assert worst([ExitCode.REFUSED, ExitCode.OUTCOME_UNKNOWN]) is ExitCode.OUTCOME_UNKNOWN
