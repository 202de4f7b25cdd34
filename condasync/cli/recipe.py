"""`condasync recipe`: a recipe for what conda-forge lacks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condasync.cli import options
from condasync.cli.run import CommandResult, run

if TYPE_CHECKING:
    from condasync.recipe_source import MadeRecipe


def recipe(
    project: Annotated[
        str, typer.Argument(metavar="PATH|NAME==VERSION", help="Project folder, or a release on the package index.")
    ],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the recipes; each has one of its own.")
    ] = Path("recipes"),
    channel: options.Channels = None,
    python: options.Python = None,
    names: options.Names = None,
    offline: options.Offline = False,
    json: options.Json = False,
) -> int:
    """Write a rattler-build recipe for a project, from its metadata and sources, without running any of it."""

    def body() -> CommandResult:
        import os
        import platform

        from condasync import wiring
        from condasync.build.recipe_yaml import dumps, is_generated
        from condasync.lock.output_files import OutputFile, write_all
        from condasync.recipe_source import made_recipe
        from condasync.settings import read_settings

        settings = read_settings(os.environ, Path.cwd())
        minor = ".".join((python or platform.python_version()).split(".")[:2])
        made = made_recipe(
            project,
            output,
            names=wiring.names_for(settings, names, wiring.online_names(settings)),
            python=minor,
            cache_dir=settings.cache_dir,
            offline=offline,
        )
        unknown: tuple[str, ...] = ()
        if channel:
            found = wiring.channels_for(settings, (), channel)
            opened = wiring.open_channels(settings, found, offline=offline, downloaded=lambda *_: None)
            known = opened.index("linux-64").names()
            unknown = tuple(name for name in _names(made) if name not in known)
        write_all([OutputFile(path=made.path, text=dumps(made.recipe), is_ours=is_generated)])
        return _result(made, unknown)

    return run("recipe", body, as_json=json)


def _names(made: MadeRecipe) -> tuple[str, ...]:
    """Return the packages that a recipe asks for, compilers apart."""
    specs = (*made.recipe.build, *made.recipe.host, *(one.spec for one in made.recipe.run))
    return tuple(dict.fromkeys(spec.split()[0] for spec in specs if not spec.startswith("$")))


def _result(made: MadeRecipe, unknown: tuple[str, ...]) -> CommandResult:
    recipe = made.recipe
    lines = [f"wrote {made.path}: {recipe.name} {recipe.version}, {'noarch python' if recipe.noarch else 'compiled'}"]
    lines += [f"  build: {', '.join(recipe.build)}"] if recipe.build else []
    lines += [f"  host: {', '.join(recipe.host)}", f"  run: {', '.join(one.spec for one in recipe.run)}"]
    lines += [f"note: {note}" for note in recipe.notes]
    lines += [f"warning: the channel has no package {name}" for name in unknown]
    return CommandResult(
        data={
            "recipe": str(made.path),
            "name": recipe.name,
            "version": recipe.version,
            "noarch": recipe.noarch,
            "requirements": {
                "build": list(recipe.build),
                "host": list(recipe.host),
                "run": [one.spec for one in recipe.run],
            },
            "not_on_channel": list(unknown),
            "notes": list(recipe.notes),
        },
        text="\n".join(lines),
    )
