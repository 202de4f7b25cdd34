"""`condasync capture`: what is here, and where each thing came from."""

from __future__ import annotations

from condasync.cli import options
from condasync.cli.run import CommandResult, run


def capture(*, prefix: options.Prefix = None, file: options.Files = None, json: options.Json = False) -> int:
    """Show what is installed or listed, by whom, and where each thing came from. Changes nothing."""

    def body() -> CommandResult:
        import os
        from pathlib import Path

        from condasync import wiring
        from condasync.report.capture import capture_summary
        from condasync.report.rows import environment_data
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        environment = wiring.captured(settings, prefix=prefix, files=file or ())
        return CommandResult(data=environment_data(environment), text=capture_summary(environment))

    return run("capture", body, as_json=json)
