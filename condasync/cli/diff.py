"""`condasync diff`: what changed between two locks or environments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run

_WHAT = "A lock, the folder of an environment, or a lock in git: HEAD:conda-lock.yml."


def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help=_WHAT)],
    after: Annotated[str, typer.Argument(metavar="AFTER", help=_WHAT)],
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, fit for a pull request.")] = False,
    json: options.Json = False,
) -> int:
    """Show what was added, removed and changed (version, build, channel) between two locks or environments."""

    def body() -> CommandResult:
        import os
        from dataclasses import replace

        from condasync.cli.sides import contents, read_side
        from condasync.errors import UsageError
        from condasync.plan.diff import diff as plan_between
        from condasync.report.diff import diff_data, diff_markdown, diff_text
        from condasync.settings import read_settings

        if json and markdown:
            raise UsageError("--json and --markdown exclude each other", hints=("give one of them",))
        settings = read_settings(os.environ, Path.cwd())
        one, other = read_side(before, settings), read_side(after, settings)
        (old, told), (new, more) = contents(one, other), contents(other, one)
        plan = replace(plan_between(old, new), findings=told + more)
        text = "" if json else diff_markdown(plan) if markdown else diff_text(plan, before=before, after=after)
        return CommandResult(data=diff_data(plan), text=text)

    return run("diff", body, as_json=json)
