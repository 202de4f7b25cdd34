"""Options without adapters are read as typer itself reads them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from typer.testing import CliRunner

from condasync.cli.light_options import LightCommand, LightGroup

LINES: tuple[tuple[str, ...], ...] = (
    (),
    ("--text", "a b"),
    ("--text", ""),
    ("--path", "x/y", "--folder", "z"),
    ("--file", "a", "--file", "b"),
    ("--word", "one", "--word", "two"),
    ("--choice", "slow"),
    ("--choice", "SLOW"),
    ("--choice", "never"),
    ("--number", "7"),
    ("--number", "seven"),
    ("--seconds", "2"),
    ("--seconds", "0"),
    ("--flag",),
    ("--no-such-option",),
    ("--help",),
)


def command_line(*, light: bool) -> typer.Typer:
    """Return an application with every kind of option that ours have, and a number, which none of ours is."""
    app = typer.Typer(cls=LightGroup if light else None, rich_markup_mode=None, add_completion=False)

    @app.callback()
    def group() -> None:
        """Do nothing."""

    @app.command(cls=LightCommand if light else None)
    def show(
        *,
        text: Annotated[str | None, typer.Option()] = None,
        path: Annotated[Path | None, typer.Option()] = None,
        folder: Annotated[Path, typer.Option()] = Path(),
        file: Annotated[list[Path] | None, typer.Option()] = None,
        word: Annotated[list[str] | None, typer.Option()] = None,
        choice: Annotated[Literal["fast", "slow"], typer.Option()] = "fast",
        number: Annotated[int, typer.Option()] = 1,
        seconds: Annotated[float, typer.Option(min=1)] = 600,
        flag: Annotated[bool, typer.Option("--flag")] = False,
    ) -> None:
        """Show what came in."""
        typer.echo(repr((text, path, folder, file, word, choice, number, seconds, flag)))

    return app


def outcome(*words: str, light: bool) -> tuple[int, str]:
    """Return exit code and output of one command line."""
    found: Any = CliRunner().invoke(command_line(light=light), ["show", *words])
    return found.exit_code, found.output


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_options_are_read_as_typer_reads_them(words: tuple[str, ...]) -> None:
    """Prove that values, errors and help are the same as without the short cut."""
    assert outcome(*words, light=True) == outcome(*words, light=False)


def test_reading_our_options_loads_no_pydantic() -> None:
    """Prove that the short cut is taken by every option of `export`, given or not."""
    program = (
        "import sys; from condasync.cli.app import invoke; "
        "code = invoke(['export', '-f', 'missing.yml', '-o', 'out', '-c', 'c', '--pin', 'none', '--json']); "
        "print(code, 'pydantic' in sys.modules)"
    )
    done = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "3 False"
