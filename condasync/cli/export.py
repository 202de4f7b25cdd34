"""`condasync export`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run

if TYPE_CHECKING:
    from condasync.model.export import Export, ExportFiles

Output = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the files.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 when a package could not be brought along.")]


def export(
    *,
    prefix: options.Prefix = None,
    file: options.Files = None,
    output: Output = Path(),
    platform: options.Platforms = None,
    channel: options.Channels = None,
    solver: options.Solver = "auto",
    pin: options.Pin = "relax",
    python: options.Python = None,
    cuda: options.Cuda = None,
    virtual_package: options.VirtualPackages = None,
    names: options.Names = None,
    offline: options.Offline = False,
    strict: Strict = False,
    json: options.Json = False,
) -> int:
    """Capture an environment, translate it to conda-forge, verify it with a solve, and write conda-lock.yml."""

    def body() -> CommandResult:
        from condasync.cli.inputs import Inputs
        from condasync.cli.progress import display
        from condasync.lock.export_files import write_export
        from condasync.model.export import ExportFiles
        from condasync.model.solve import Solution
        from condasync.pipeline import export as run_export

        with display(quiet=json) as shown:
            inputs = Inputs.read(
                prefix=prefix,
                files=file or (),
                channels=channel or (),
                platforms=platform or (),
                python=python,
                names=names,
                offline=offline,
                shown=shown,
                cuda=cuda,
                virtual_packages=virtual_package or (),
                pin=pin,
                solver=solver,
            )
            made = run_export(inputs.environment, inputs.question, inputs.doors, tell=shown.tell)
            solved = all(isinstance(each.answer, Solution) for each in made.platforms)
            files = write_export(made, output) if solved else ExportFiles()
        return _result(made, files, strict=strict, as_json=json)

    return run("export", body, as_json=json)


def _result(made: Export, files: ExportFiles, *, strict: bool, as_json: bool) -> CommandResult:
    from condasync.errors import UnsolvableError
    from condasync.model.solve import Unsolvable
    from condasync.model.translation import Unmapped
    from condasync.report.export_data import export_data
    from condasync.report.summary import export_summary

    errors = tuple(
        UnsolvableError(
            f"no environment for {each.target.subdir} holds all that was asked:\n{each.answer.explanation}",
            hints=("loosen what clashes in the inputs, or name another Python with --python",),
            platform=each.target.subdir,
        )
        for each in made.platforms
        if isinstance(each.answer, Unsolvable)
    )
    left_out = any(isinstance(outcome, Unmapped) for each in made.platforms for outcome in each.outcomes)
    exit_code = UnsolvableError.exit_code if errors else int(strict and left_out)
    text = "" if as_json else export_summary(made, files)
    return CommandResult(data=export_data(made, files), text=text, exit_code=exit_code, errors=errors)
