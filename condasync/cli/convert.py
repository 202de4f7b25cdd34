"""`condasync convert`: the same lock in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run


def convert(
    lock: Annotated[Path, typer.Argument(metavar="LOCK", help="A lock in any of the formats.")],
    *,
    to: options.Format,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write. [default: stdout]")
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option("--platform", metavar="SUBDIR", help="Platform to take, for formats that hold only one."),
    ] = None,
    json: options.Json = False,
) -> int:
    """Write the same lock in another format; what that format cannot hold is said."""

    def body() -> CommandResult:
        from condasync.channel.beside_lock import located_lock
        from condasync.convert.channel_folder import portable_lock
        from condasync.lock.converted import text_in
        from condasync.lock.formats import format_named, load_lock
        from condasync.lock.lock_path import read_lock_text
        from condasync.lock.one_platform import on_platform
        from condasync.lock.output_files import OutputFile, write_all
        from condasync.lock.tied import tied_to_this_machine
        from condasync.report.convert import convert_text, findings_text
        from condasync.report.rows import finding_row

        wanted = format_named(to)
        loaded = located_lock(load_lock(read_lock_text(lock), path=str(lock)), lock.parent)
        if platform is not None:
            loaded = on_platform(loaded, platform)
        folder = Path.cwd() if output is None else output.parent.resolve()
        loaded = portable_lock(loaded, folder=folder.as_uri(), format_name=wanted.FORMAT)
        text = text_in(loaded, wanted)
        findings = (*wanted.not_carried(loaded), *tied_to_this_machine(loaded))
        if output is not None:
            write_all([OutputFile(path=output, text=text, is_ours=wanted.is_generated)])
        data = {
            "format": wanted.FORMAT,
            "platforms": list(loaded.metadata.platforms),
            "file": str(output) if output else None,
            "text": None if output else text,
            "findings": [finding_row(finding) for finding in findings],
        }
        if output is None and not json:
            typer.echo(findings_text(findings), err=True, nl=False)
            return CommandResult(data=data, text=text.removesuffix("\n"))
        return CommandResult(data=data, text=convert_text(findings, output))

    return run("convert", body, as_json=json)
