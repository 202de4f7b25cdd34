"""`condasync names`: the tables that lead from PyPI names to conda names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The tables that lead from PyPI names to conda names."
)

PypiName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="PyPI name, also with an extra: show what each table says of it.")
]


@app.command("update")
def update(*, json: options.Json = False) -> int:
    """Fetch the online table (parselmouth's mapping of conda-forge), where it has changed since the last time."""

    def body() -> CommandResult:
        import os

        from condasync import wiring
        from condasync.report.names import update_text
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        changed = wiring.update_names(settings)
        online = wiring.online_names(settings)
        data = {"source": online.name, "revision": online.revision, "url": settings.names_url, "changed": changed}
        return CommandResult(data=data, text=update_text(online.name, online.revision, changed=changed))

    return run("names update", body, as_json=json)


@app.command("show")
def show(name: PypiName = None, *, names: options.Names = None, json: options.Json = False) -> int:
    """Show which tables are in use and how old they are; with NAME, what each of them says, unchecked."""

    def body() -> CommandResult:
        import os

        from condasync import wiring
        from condasync.convert.requirement import normalise
        from condasync.report.names import asked_rows, asked_text, source_rows, sources_text
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        online = wiring.online_names(settings)
        sources = wiring.names_for(settings, names, online)
        if name is None:
            return CommandResult(data={"sources": source_rows(sources)}, text=sources_text(sources))
        asked = normalise(name)
        rows = asked_rows(sources, asked)
        data = {"name": asked, "sources": rows, "findings": [each.text for each in online.findings]}
        return CommandResult(data=data, text=asked_text(asked, rows))

    return run("names show", body, as_json=json)
