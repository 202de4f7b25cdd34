"""`condasync export`: the main job."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run

if TYPE_CHECKING:
    from condasync.build.local_projects import LocalProjects
    from condasync.cli.inputs import Inputs
    from condasync.model.environment import Environment
    from condasync.pipeline import Doors
    from condasync.settings import Settings

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
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="With --all: spread the environments over this Dask cluster instead of local processes.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 when a package could not be brought along.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalOptions:
    """Hold what the command line says of packages that are made here; `timeout` is in seconds per build."""

    output: Path
    include: tuple[Path, ...]
    artifact_url: str | None
    add_undeclared: bool
    timeout: float
    no_build: bool
    leftovers: LeftoversOption
    offline: bool


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
    scheduler: Scheduler = None,
    context: typer.Context,
) -> int:
    """Capture an environment, translate it to conda-forge, verify it with a solve, and write conda-lock.yml."""
    if all_:
        from condasync.cli.export_all import export_all

        return export_all(context, as_json=json, scheduler=scheduler)

    def body() -> CommandResult:
        _refuse_alone(scheduler)
        import os
        from dataclasses import replace

        from condasync import wiring
        from condasync.cli.export_result import export_result
        from condasync.cli.lock_place import LockPlace, Written
        from condasync.cli.progress import display
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
        with (
            display(quiet=json) as shown,
            wiring.engine_at_start(settings, solver, at_once=not place.may_stay) as engine,
        ):
            # Everything else is loaded while the engine's process starts.
            from condasync.cli.inputs import Inputs
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
            environment, doors, builder = _with_builds(
                inputs,
                LocalOptions(
                    output=output,
                    include=tuple(include_module or ()),
                    artifact_url=artifact_url,
                    add_undeclared=add_build_requires,
                    timeout=build_timeout,
                    no_build=no_build,
                    leftovers=leftovers,
                    offline=offline,
                ),
                settings,
            )
            if not file:
                from condasync.build.loose_modules import loose_modules

                loose = loose_modules(environment, settings.python_path, Path.cwd())
                environment = replace(environment, findings=environment.findings + loose)
            question = place.question(inputs.question, environment)
            made = run_export(environment, question, doors, tell=shown.tell)
            # Packages built here come before the lock, which never names what is not there.
            publish = builder.publish if builder is not None else None
            written = place.write(made, first=publish) if made.stands else Written()
            made = replace(made, findings=made.findings + written.findings)
        return export_result(made, written, strict=strict, as_json=json, check=check)

    return run("export", body, as_json=json)


def _refuse_alone(scheduler: str | None) -> None:
    from condasync.errors import UsageError

    if scheduler is not None:
        raise UsageError("--scheduler goes with --all", hints=("one environment is locked here: leave it out",))


def _with_builds(
    inputs: Inputs, asked: LocalOptions, settings: Settings
) -> tuple[Environment, Doors, LocalProjects | None]:
    """Return the environment and doors, with a builder where something has to be made into a package here."""
    from condasync.errors import UsageError
    from condasync.local_builds import projects_in

    if asked.include and asked.no_build:
        raise UsageError("--include-module and --no-build exclude each other", hints=("leave out one of them",))
    wanted = projects_in(inputs.environment) and not asked.no_build
    if not (asked.include or asked.leftovers == "conda" or wanted):
        return inputs.environment, inputs.doors, None
    from condasync.build_wiring import builder_for, including, with_builder

    environment = including(inputs.environment, asked.include)
    builder = builder_for(
        settings,
        environment,
        asked.output,
        artifact_url=asked.artifact_url,
        add_undeclared=asked.add_undeclared,
        timeout=asked.timeout,
        offline=asked.offline,
    )
    pack = asked.leftovers == "conda"
    return environment, with_builder(inputs.doors, builder, leave_projects=asked.no_build, pack_wheels=pack), builder
