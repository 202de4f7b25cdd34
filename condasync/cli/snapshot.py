"""`condasync snapshot`: a subset of a channel for machines without internet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="A subset of a channel, for use without internet.")

OutputFolder = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder that becomes the channel.")]
OutputFile = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Snapshot file to write.")]
Newest = Annotated[int, typer.Option("--newest", metavar="N", min=1, help="Versions to keep of each package.")]
Specs = Annotated[list[str], typer.Argument(metavar="SPEC...", help="Packages whose dependencies come along too.")]
ManifestPath = Annotated[Path, typer.Argument(metavar="MANIFEST", help="TOML file that names sdists with digests.")]


@app.command("info")
def info(*, json: options.Json = False) -> int:
    """Show what the bundled snapshot holds, how old it is, and what it was made from."""

    def body() -> CommandResult:
        from dataclasses import asdict

        from condasync.channel.snapshot import snapshot_info
        from condasync.report.snapshot import snapshot_text

        stated = snapshot_info()
        return CommandResult(data=asdict(stated), text=snapshot_text(stated))

    return run("snapshot info", body, as_json=json)


@app.command("create")
def create(
    specs: Specs,
    *,
    output: OutputFolder,
    channel: options.Channels = None,
    platform: options.Platforms = None,
    newest: Newest = 2,
    offline: options.Offline = False,
    json: options.Json = False,
) -> int:
    """Make a channel folder that holds some packages and all they can depend on; take it along and use it with -c."""

    def body() -> CommandResult:
        import os
        from datetime import datetime, timezone

        from condasync import wiring
        from condasync.channel.subset import create_snapshot
        from condasync.cli.progress import display
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        wanted = [wiring.spec_of(text) for text in specs]
        with display(quiet=json) as shown:
            channels = wiring.channels_for(settings, (), channel or ())
            opened = wiring.open_channels(settings, channels, offline=offline, downloaded=shown.downloaded)
            index = opened.joint_index(wiring.subdirs_of(platform or ("linux-64",)))
            today = datetime.now(timezone.utc).date().isoformat()
            rows = dict(create_snapshot(index, wanted, output, date=today, newest=newest))
        text = f"wrote {output}: " + ", ".join(f"{number} records for {subdir}" for subdir, number in rows.items())
        return CommandResult(data={"folder": str(output), "counts": rows}, text=text)

    return run("snapshot create", body, as_json=json)


@app.command("build")
def build(manifest: ManifestPath, *, output: OutputFile, json: options.Json = False) -> int:
    """Rebuild the bundled snapshot from the lock files inside the sdists that a manifest names."""

    def body() -> CommandResult:
        import os

        from condasync.settings import read_settings
        from condasync.snapshot_source import built_snapshot

        made = built_snapshot(read_settings(os.environ, Path.cwd()), manifest, output)
        return CommandResult(data={"file": str(output), "records": made}, text=f"wrote {output}: {made} records")

    return run("snapshot build", body, as_json=json)
