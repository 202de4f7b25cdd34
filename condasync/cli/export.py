"""`condasync export`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from condasync.cli import options
from condasync.cli.annotations import Annotation
from condasync.cli.run import CommandResult, run

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from condasync.cli.lock_place import Written
    from condasync.model.export import Export, PlatformExport

LeftoversOption: TypeAlias = Literal["pip", "conda"]

Output = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the files.")]
NoBuild = Annotated[bool, typer.Option("--no-build", help="Leave local projects behind instead of building them.")]
Include = Annotated[
    list[Path] | None,
    typer.Option(
        "--include-module",
        metavar="PATH",
        help="Take a loose module along: a .py file, a package folder, a folder that holds them. Repeatable.",
    ),
]
ArtifactUrl = Annotated[
    str | None,
    typer.Option(
        "--artifact-url", metavar="URL", help="Where the packages built here will be uploaded; the lock names it."
    ),
]
AddBuildRequires = Annotated[
    bool, typer.Option("--add-build-requires", help="Retry a failed build with what it imports but does not declare.")
]
BuildTimeout = Annotated[
    float,
    typer.Option("--build-timeout", metavar="SECONDS", min=1, help="Time that the build of one project may take."),
]
Leftovers = Annotated[
    LeftoversOption,
    typer.Option(
        "--leftovers",
        help="What becomes of wheels of packages that are not on conda: pip: rows for pip; conda: packages made here.",
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="Write the lock in this format, too: explicit, environment-yaml, pixi-lock or pylock. Repeatable.",
    ),
]
Update = Annotated[
    list[str] | None,
    typer.Option(
        "--update",
        metavar="NAME",
        help="Let this package of the lock move, with what it forces; the others stay where they can. Repeatable.",
    ),
]
UpdateAll = Annotated[bool, typer.Option("--update-all", help="Let every package of the lock move.")]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when the files would change.")]
Force = Annotated[
    bool, typer.Option("--force", help="Replace a conda-lock.yml that cannot be read or that another tool wrote.")
]
All = Annotated[
    bool,
    typer.Option(
        "--all",
        help="Lock every environment of [tool.condasync.environments] in pyproject.toml, many at once.",
    ),
]
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
    system: options.System = "needed",
    no_build: NoBuild = False,
    include_module: Include = None,
    artifact_url: ArtifactUrl = None,
    add_build_requires: AddBuildRequires = False,
    build_timeout: BuildTimeout = 600,
    leftovers: Leftovers = "pip",
    format_: Formats = None,
    update: Update = None,
    update_all: UpdateAll = False,
    check: Check = False,
    force: Force = False,
    strict: Strict = False,
    json: options.Json = False,
    all_: All = False,
    context: typer.Context,
) -> int:
    """Capture an environment, translate it to conda-forge, verify it with a solve, and write conda-lock.yml."""
    if all_:
        from condasync.cli.export_all import export_all

        return export_all(context, as_json=json)

    def body() -> CommandResult:
        import os
        from dataclasses import replace

        from condasync import wiring
        from condasync.cli.lock_place import LockPlace, Written
        from condasync.cli.progress import display
        from condasync.errors import UsageError
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        place = LockPlace(
            folder=output,
            formats=tuple(format_ or ()),
            updates=tuple(update or ()),
            update_all=update_all,
            check=check,
            force=force,
        ).opened()
        with display(quiet=json) as shown, wiring.engine_at_start(settings, solver) as engine:
            # Everything else is loaded while the engine's process starts.
            from condasync.cli.inputs import Inputs
            from condasync.local_builds import projects_in
            from condasync.model.solve import Solution
            from condasync.pipeline import export as run_export

            inputs = Inputs.read(
                settings,
                engine=engine,
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
                system=system,
            )
            if include_module and no_build:
                raise UsageError("--include-module and --no-build exclude each other", hints=("leave out one of them",))
            environment, doors, builder = inputs.environment, inputs.doors, None
            if include_module or leftovers == "conda" or (projects_in(environment) and not no_build):
                from condasync.build_wiring import builder_for, including, with_builder

                environment = including(environment, include_module or ())
                builder = builder_for(
                    settings,
                    environment,
                    output,
                    artifact_url=artifact_url,
                    add_undeclared=add_build_requires,
                    timeout=build_timeout,
                    offline=offline,
                )
                doors = with_builder(doors, builder, leave_projects=no_build, pack_wheels=leftovers == "conda")
            if not file:
                from condasync.build.loose_modules import loose_modules

                loose = loose_modules(environment, settings.python_path)
                environment = replace(environment, findings=environment.findings + loose)
            question = place.question(inputs.question, environment)
            made = run_export(environment, question, doors, tell=shown.tell)
            solved = all(isinstance(each.answer, Solution) for each in made.platforms)
            # Packages built here come before the lock, which never names what is not there.
            publish = builder.publish if builder is not None else None
            written = place.write(made, first=publish) if solved else Written()
            made = replace(made, findings=made.findings + written.findings)
        return _result(made, written, strict=strict, as_json=json, check=check)

    return run("export", body, as_json=json)


def _result(made: Export, written: Written, *, strict: bool, as_json: bool, check: bool) -> CommandResult:
    from condasync.errors import BuildError, CondasyncError, UnsolvableError
    from condasync.model.solve import Unsolvable
    from condasync.model.translation import Unmapped
    from condasync.report.explanation import conflict_hints, conflicts_of
    from condasync.report.export_data import export_data
    from condasync.report.lock_change import lock_change_data

    unsolved = [each for each in made.platforms if isinstance(each.answer, Unsolvable)]
    texts = tuple(_why_not(each) for each in unsolved)
    errors: tuple[CondasyncError, ...] = tuple(
        UnsolvableError(
            text.plain,
            hints=conflict_hints(conflicts_of(each.answer), exact=made.question.pin == "exact"),
            platform=each.target.subdir,
        )
        for each, text in zip(unsolved, texts, strict=True)
    )
    left_out = [one for each in made.platforms for one in each.outcomes if isinstance(one, Unmapped)]
    exit_code = UnsolvableError.exit_code if errors else int(strict and bool(left_out))
    unbuilt = [one for one in left_out if one.reason.code in {"build-failed", "build-timeout"}]
    if strict and unbuilt and not errors:
        exit_code = BuildError.exit_code
        errors += tuple(
            BuildError(one.reason.text, reason=one.reason.code, package=one.package.name) for one in unbuilt
        )
    stale: tuple[Annotation, ...] = ()
    if check and written.changed and not errors:
        exit_code = exit_code or 1
        stale = tuple(
            Annotation(text=f"{path} is out of date: run condasync export", path=str(path)) for path in written.changed
        )
    return CommandResult(
        data=export_data(made, written.files) | lock_change_data(written.changed, written.plan),
        text="" if as_json else _summary(made, written, check=check),
        exit_code=exit_code,
        errors=errors,
        error_texts=texts,
        annotations=stale,
    )


def _summary(made: Export, written: Written, *, check: bool) -> RenderableType:
    from rich.console import Group

    from condasync.report.lock_change import lock_change_text
    from condasync.report.summary import export_summary

    return Group(export_summary(made, written.files), lock_change_text(written.changed, written.plan, check=check))


def _why_not(platform: PlatformExport) -> Text:
    """Return why a platform has no environment: what clashes, else in the engine's own words."""
    from rich.text import Text

    from condasync.model.solve import Unsolvable
    from condasync.report.explanation import conflicts_of, explanation, names_as_installed

    conflicts = conflicts_of(platform.answer)
    raw = platform.answer.explanation if isinstance(platform.answer, Unsolvable) else ""
    why = explanation(conflicts, names_as_installed(platform.outcomes)) if conflicts else Text(raw)
    return Text(f"no environment for {platform.target.subdir} holds all that was asked:\n").append_text(why)
