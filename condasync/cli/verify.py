"""`condasync verify LOCK`: is this lock closed and consistent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run

if TYPE_CHECKING:
    from condasync.errors import DuplicateRowError


def verify(
    lock: Annotated[Path, typer.Argument(metavar="LOCK", help="A conda-lock.yml, also one that another tool wrote.")],
    *,
    channel: options.Channels = None,
    virtual_package: options.VirtualPackages = None,
    solver: options.Solver = "auto",
    offline: options.Offline = False,
    json: options.Json = False,
) -> int:
    """Check that a lock is one consistent environment: every dependency met, no constraint broken, no name twice."""

    def body() -> CommandResult:
        import os
        from dataclasses import replace

        from condasync import wiring
        from condasync.channel.beside_lock import located_lock, lost_packages, present_channels
        from condasync.cli.progress import display
        from condasync.errors import DuplicateRowError
        from condasync.lock import conda_lock_v1
        from condasync.lock.lock_path import read_lock_text
        from condasync.pipeline import verify_lock
        from condasync.report.rows import finding_row
        from condasync.report.verdict import verdict_text
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        try:
            loaded = located_lock(conda_lock_v1.loads(read_lock_text(lock), path=str(lock)), lock.parent)
        except DuplicateRowError as error:
            return _twice(error, str(lock))
        subdirs = wiring.subdirs_of(loaded.metadata.platforms)
        with display(quiet=json) as shown, wiring.engine_at_start(settings, solver) as engine:
            channels = wiring.channels_for(settings, present_channels(loaded), channel or ())
            opened = wiring.open_channels(settings, channels, offline=offline, downloaded=shown.downloaded)
            verdict = verify_lock(
                loaded,
                index_for=opened.index,
                overrides=wiring.overrides_for(settings, virtual_package or (), subdirs),
                subdirs=subdirs,
                engine=engine,
            )
        told = (*lost_packages(loaded, lock.parent), *wiring.told_by(engine))
        verdict = replace(verdict, findings=(*told, *verdict.findings))
        data = {
            "platforms": list(loaded.metadata.platforms),
            "checked": verdict.checked,
            "engine": {"name": engine.name, "version": engine.version},
            "findings": [finding_row(finding) for finding in verdict.findings],
        }
        return CommandResult(data=data, text=verdict_text(verdict, str(lock)), exit_code=int(not verdict.good))

    return run("verify", body, as_json=json)


def _twice(error: DuplicateRowError, path: str) -> CommandResult:
    """Return the verdict on a lock that holds a package twice: readable, and not consistent."""
    from condasync.model.finding import Finding
    from condasync.model.verdict import Verdict
    from condasync.report.rows import finding_row
    from condasync.report.verdict import verdict_text

    package = error.facts.get("package")
    name = package if isinstance(package, str) else None
    found = Finding(code=error.code, severity="error", package=name, text=error.message)
    verdict = Verdict(checked={}, findings=(found,))
    data: dict[str, object] = {"platforms": [], "checked": {}, "engine": None, "findings": [finding_row(found)]}
    return CommandResult(data=data, text=verdict_text(verdict, path), exit_code=1)
