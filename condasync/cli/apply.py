"""`condasync apply`: make a prefix equal to a lock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run


def apply(
    lock: Annotated[Path, typer.Argument(metavar="LOCK", help="A lock in any of the formats.")],
    *,
    prefix: Annotated[
        Path, typer.Option("--prefix", "-p", metavar="DIR", help="The conda prefix to make or to change.")
    ],
    platform: Annotated[
        str | None,
        typer.Option("--platform", metavar="SUBDIR", help="Platform of the lock to apply. [default: this machine's]"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and touch nothing.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Download nothing: use files on this disk only.")] = False,
    artifacts: Annotated[
        list[Path] | None,
        typer.Option(
            "--artifacts",
            metavar="DIR",
            help="Folder of package files, used before anything is downloaded; a file counts when its digest is the "
            "lock's. Repeatable.",
        ),
    ] = None,
    own_prefix: Annotated[
        bool, typer.Option("--own-prefix", help="Allow to change the prefix that condasync runs from.")
    ] = False,
    json: options.Json = False,
) -> int:
    """Make a conda prefix, new or old, equal to a lock; when anything fails, it stays as it was."""

    def body() -> CommandResult:
        import os

        from condasync import apply_wiring
        from condasync.applying import apply_lock
        from condasync.channel.beside_lock import located_lock
        from condasync.cli.progress import display
        from condasync.lock.formats import load_lock
        from condasync.lock.lock_path import read_lock_text
        from condasync.model.apply import ApplyQuestion
        from condasync.report.apply import apply_data, apply_text
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        question = ApplyQuestion(
            lock=located_lock(load_lock(read_lock_text(lock), path=str(lock)), lock.parent),
            lock_folder=lock.absolute().parent,
            prefix=prefix,
            platform=platform,
            dry_run=dry_run,
            offline=offline,
            artifacts=apply_wiring.folders_of(artifacts or (), option="--artifacts"),
            own_prefix=own_prefix,
        )
        with display(quiet=json) as shown:
            tools = apply_wiring.apply_tools(settings, tell=shown.tell, downloaded=shown.downloaded)
            applied = apply_lock(question, tools)
        text = "" if json else apply_text(applied, dry_run=dry_run)
        return CommandResult(data=apply_data(applied, dry_run=dry_run), text=text)

    return run("apply", body, as_json=json)
