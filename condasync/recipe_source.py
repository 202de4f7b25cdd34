"""What `condasync recipe` was asked for: a folder, or a release whose sdist is fetched and never run."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from condasync.build.project import read_project
from condasync.build.recipe import ExtraOf, NameOf, Recipe, RecipeSource, recipe_for
from condasync.build.source_tree import read_tree
from condasync.convert.requirement import normalise
from condasync.errors import NetworkError, UsageError
from condasync.pypi.archive import unpack
from condasync.pypi.sdist import fetch_sdist, locate_sdist, package_indexes
from condasync.seams import NameSource

_RELEASE = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*(?P<version>[A-Za-z0-9][A-Za-z0-9.!+_-]*)")
_PATHS = ("pyproject.toml", "setup.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRecipe:
    """Hold a recipe and the file that it belongs into."""

    recipe: Recipe
    path: Path


def made_recipe(
    text: str, output: Path, *, names: Sequence[NameSource], python: str, cache_dir: Path, offline: bool
) -> MadeRecipe:
    """Return the recipe of a project folder or of `NAME==VERSION`.

    An sdist comes from the user's package index by URL and digest; its setup.py is read, not run. Raises UsageError for
    a text that is neither, BuildError for sources that cannot be read, NetworkError when no index has the release.
    """
    name_of, extra_of = _naming(names), _extras(names)
    path = Path(text)
    found = _RELEASE.fullmatch(text.strip())
    if found and not path.exists():
        root, source = _of_release(found["name"], found["version"], cache_dir, offline=offline)
        tree, project = read_tree(root), read_project(root)
        recipe = recipe_for(project, tree, source=source, python=python, name_of=name_of, extra_of=extra_of)
        return MadeRecipe(recipe=recipe, path=output / recipe.name / "recipe.yaml")
    root = path.parent if path.name in _PATHS else path
    if not root.is_dir():
        raise UsageError(
            f"{text!r} is neither a project folder nor NAME==VERSION",
            hints=("condasync recipe ./my-project", "condasync recipe crick==0.0.3"),
        )
    tree, project = read_tree(root), read_project(root)
    recipe = recipe_for(project, tree, source=RecipeSource(path="."), python=python, name_of=name_of, extra_of=extra_of)
    place = output / recipe.name / "recipe.yaml"
    relative = Path(os.path.relpath(root.resolve(), place.parent.resolve())).as_posix()
    return MadeRecipe(recipe=replace(recipe, source=RecipeSource(path=relative)), path=place)


def _of_release(name: str, version: str, cache_dir: Path, *, offline: bool) -> tuple[Path, RecipeSource]:
    """Return the unpacked sources of a release, and where they come from."""
    if offline:
        raise NetworkError(
            f"{name}=={version}: its sdist is on a package index, and --offline forbids to ask one",
            hints=("leave out --offline, or give the folder of its unpacked sources",),
        )
    indexes = package_indexes()
    offer = locate_sdist(name, version, index_urls=indexes)
    sdist = fetch_sdist(name, version, sha256=offer.sha256, index_urls=indexes, cache_dir=cache_dir)
    root = unpack(sdist, cache_dir / "unpacked" / offer.sha256)
    return root, RecipeSource(url=offer.url, sha256=offer.sha256)


def _naming(names: Sequence[NameSource]) -> NameOf:
    """Return how PyPI names are told in a recipe: as the tables say, else as they are. No channel is asked."""

    def name_of(pypi_name: str) -> str:
        name = normalise(pypi_name)
        proposals = (one for source in names for one in source.candidates(name))
        return next((one.conda_names[0] for one in proposals if one.conda_names), name)

    return name_of


def _extras(names: Sequence[NameSource]) -> ExtraOf:
    """Return what the tables say of `name[extra]`; a row of somebody's own comes before the reviewed one."""

    def extra_of(asked: str) -> tuple[str, ...]:
        proposals = (one for source in names for one in source.candidates(asked))
        return next((one.conda_names for one in proposals if one.conda_names), ())

    return extra_of
