"""Write docs/cli.md from the help texts; `make docs` runs it, and a test fails when the file is out of date."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

from condasync.cli.app import invoke

COMMANDS = (
    (),
    ("export",),
    ("capture",),
    ("why",),
    ("verify",),
    ("check",),
    ("diff",),
    ("convert",),
    ("apply",),
    ("doctor",),
    ("recipe",),
    ("hook",),
    ("cluster",),
    ("cluster", "status"),
    ("cluster", "sync"),
    ("names",),
    ("names", "update"),
    ("names", "show"),
    ("snapshot",),
    ("snapshot", "info"),
    ("snapshot", "create"),
    ("snapshot", "build"),
)
HEADER = """\
# The command line

Made by `make docs` from the help texts. Exit codes, the JSON envelope and the files are described in
[contract.md](contract.md).
"""


def help_text(command: tuple[str, ...]) -> str:
    """Return what `condasync COMMAND --help` prints, 110 columns wide."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        invoke([*command, "--help"])
    return out.getvalue().strip()


def cli_page() -> str:
    """Return the whole page."""
    os.environ["COLUMNS"] = "110"
    parts = [HEADER]
    for command in COMMANDS:
        title = " ".join(("condasync", *command))
        parts.append(f"## {title}\n\n```console\n$ {title} --help\n{help_text(command)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(__file__).with_name("cli.md").write_text(cli_page(), encoding="utf-8")
