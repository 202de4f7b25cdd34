"""`condasync doctor`: which of the six limits an environment meets, and what cures it."""

from __future__ import annotations

from condasync.cli import options
from condasync.cli.run import CommandResult, run


def doctor(
    *,
    prefix: options.Prefix = None,
    file: options.Files = None,
    channel: options.Channels = None,
    solver: options.Solver = "auto",
    python: options.Python = None,
    offline: options.Offline = False,
    json: options.Json = False,
) -> int:
    """Say which limits of package synchronisation an environment meets, where, and which command cures each.

    Changes nothing and builds nothing: captures, translates and solves as export does, and writes no file.
    """

    def body() -> CommandResult:
        import os
        import shlex
        from pathlib import Path

        from condasync import wiring
        from condasync.build.loose_modules import loose_modules
        from condasync.build.undeclared import to_be_built, undeclared_findings
        from condasync.build_wiring import unbuilt_sources
        from condasync.cli.inputs import Inputs
        from condasync.cli.progress import display
        from condasync.pipeline import export
        from condasync.report.doctor import doctor_data, doctor_text, limits_of
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        with display(quiet=json) as shown, wiring.engine_at_start(settings, solver) as engine:
            inputs = Inputs.read(
                settings,
                engine=engine,
                prefix=prefix,
                files=file or (),
                channels=channel or (),
                platforms=(),
                python=python,
                names=None,
                offline=offline,
                shown=shown,
            )
            made = export(inputs.environment, inputs.question, inputs.doors, tell=shown.tell)
            shown.tell("reading the sources of what has to be built")
            sources = unbuilt_sources(settings, inputs.environment, offline=offline)
            undeclared = undeclared_findings(to_be_built(made.platforms[0].outcomes), sources=sources)
        words = ["--prefix", str(prefix)] if prefix else [word for one in file or () for word in ("-f", str(one))]
        words += [word for name in channel or () for word in ("-c", name)]
        again = "".join(f" {shlex.quote(word)}" for word in words)
        loose = () if file else loose_modules(inputs.environment, settings.python_path, Path.cwd())
        limits = limits_of(made, (*undeclared, *loose), again=again)
        return CommandResult(data=doctor_data(limits), text="" if json else doctor_text(limits))

    return run("doctor", body, as_json=json)
