"""`condasync why NAME`: how one package was translated, with all evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run


def why(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Package as installed, listed or known on PyPI, also with extras ('dask[complete]')."
        ),
    ],
    *,
    prefix: options.Prefix = None,
    file: options.Files = None,
    channel: options.Channels = None,
    platform: options.Platforms = None,
    python: options.Python = None,
    names: options.Names = None,
    offline: options.Offline = False,
    json: options.Json = False,
) -> int:
    """Explain how one package was translated: every source that was asked and what it said."""

    def body() -> CommandResult:
        import os

        from condasync import wiring
        from condasync.build.undeclared import to_be_built, undeclared_findings
        from condasync.build_wiring import unbuilt_sources
        from condasync.cli.inputs import Inputs
        from condasync.cli.progress import display
        from condasync.explaining import explain
        from condasync.report.rows import finding_row, outcome_row
        from condasync.report.why import why_text
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        with display(quiet=json) as shown:
            inputs = Inputs.read(
                settings,
                engine=wiring.engine_for(settings, "auto"),
                prefix=prefix,
                files=file or (),
                channels=channel or (),
                platforms=platform or (),
                python=python,
                names=names,
                offline=offline,
                shown=shown,
            )
            account = explain(name, inputs.environment, inputs.question, inputs.doors)
        sources = unbuilt_sources(settings, inputs.environment, offline=offline)
        findings = (*account.findings, *undeclared_findings(to_be_built(account.outcomes), sources=sources))
        rows = [outcome_row(outcome, locked=(), relaxations=()) for outcome in account.outcomes]
        return CommandResult(
            data={
                "captured": account.captured,
                "python": account.target.python,
                "outcomes": rows,
                "findings": [finding_row(finding) for finding in findings],
            },
            text=why_text(account.outcomes, findings, account.target, captured=account.captured),
        )

    return run("why", body, as_json=json)
