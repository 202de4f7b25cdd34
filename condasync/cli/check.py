"""`condasync check`: does the lock still match its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condasync.cli import options
from condasync.cli.annotations import Annotation
from condasync.cli.export import Include
from condasync.cli.run import CommandResult, run


def check(
    lock: Annotated[
        Path, typer.Argument(metavar="[LOCK]", help="A conda-lock.yml, also one that conda-lock wrote, or its folder.")
    ] = Path("conda-lock.yml"),
    *,
    prefix: options.Prefix = None,
    file: options.Files = None,
    include_module: Include = None,
    json: options.Json = False,
) -> int:
    """Tell whether a lock still matches what it was made from, without a solve: exit 0 if so, 1 if not."""

    def body() -> CommandResult:
        import os

        from condasync.cli.freshness import Checked, freshness
        from condasync.lock import conda_lock_v1
        from condasync.lock.lock_path import read_lock_text
        from condasync.report.check import check_data, check_text, stale_sentence
        from condasync.settings import read_settings

        path = lock / "conda-lock.yml" if lock.is_dir() else lock
        settings = read_settings(os.environ, Path.cwd())
        loaded = conda_lock_v1.loads(read_lock_text(path), path=str(path))
        checked = Checked(lock=loaded, path=path, prefix=prefix, files=file or (), include=tuple(include_module or ()))
        found = freshness(checked, settings)
        stale = () if found.fresh else (Annotation(text=stale_sentence(found, str(path)), path=str(path)),)
        return CommandResult(
            data=check_data(found, str(path)),
            text="" if json else check_text(found, str(path)),
            exit_code=int(not found.fresh),
            annotations=stale,
        )

    return run("check", body, as_json=json)
