"""The typer application: commands, version, and usage errors in the house's form."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Annotated

import typer

import condasync
from condasync.cli import (
    apply,
    capture,
    check,
    cluster,
    convert,
    diff,
    doctor,
    export,
    hook,
    names,
    recipe,
    snapshot,
    verify,
    why,
)
from condasync.cli.light_options import LightCommand, LightGroup
from condasync.cli.run import INTERRUPTED, CommandResult, print_error, print_json
from condasync.errors import UsageError

# typer carries its own copy of click in newer versions and imports click in older ones: go by what it exports.
_ClickError: type[Exception] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="condasync",
    cls=LightGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
app.command("export", cls=LightCommand)(export.export)
app.command("capture", cls=LightCommand)(capture.capture)
app.command("why", cls=LightCommand)(why.why)
app.command("verify", cls=LightCommand)(verify.verify)
app.command("check", cls=LightCommand)(check.check)
app.command("diff", cls=LightCommand)(diff.diff)
app.command("convert", cls=LightCommand)(convert.convert)
app.command("apply", cls=LightCommand)(apply.apply)
app.command("doctor", cls=LightCommand)(doctor.doctor)
app.command("recipe", cls=LightCommand)(recipe.recipe)
app.command("hook", cls=hook.HookCommand)(hook.hook)
app.add_typer(cluster.app, name="cluster")
app.add_typer(names.app, name="names")
app.add_typer(snapshot.app, name="snapshot")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"condasync {condasync.__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
]


@app.callback()
def about(*, version: Version = False) -> None:
    """Carry a Python environment from a laptop to a cluster, a CI job and a colleague.

    Captures what pip and conda installed, finds the conda-forge equivalent of each package, proves with a solve that
    the result is one consistent environment, and writes a conda-lock file.
    """


def invoke(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        code = app(list(arguments), prog_name="condasync", standalone_mode=False)
    except typer.Abort:
        return INTERRUPTED
    except _ClickError as error:
        return _usage(error, arguments)
    return code if isinstance(code, int) else 0


def _usage(error: Exception, arguments: Sequence[str]) -> int:
    arguments = list(takewhile(lambda word: word != "--", arguments))  # what follows is the hook's command
    text = getattr(error, "format_message", lambda: str(error))()
    command = next((word for word in arguments if not word.startswith("-")), "")
    usage = UsageError(text.strip() or "a command is wanted", hints=(f"condasync {command} --help".replace("  ", " "),))
    if "--json" in arguments:
        print_json(command, CommandResult(data={}, exit_code=usage.exit_code, errors=(usage,)))
    else:
        print_error(usage)
    runs = command == "hook" and not any(word.partition("=")[0] == "--for" for word in arguments)
    return hook.NOT_STARTED if runs else usage.exit_code
