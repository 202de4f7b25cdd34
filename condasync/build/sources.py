"""From a captured project to the wheel that is built of it, whatever kind of thing it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from condasync.build.build_requirements import UndeclaredRequirement, build_requirements, undeclared_words
from condasync.build.module_wheel import module_wheel, read_loose
from condasync.build.project import Project, is_project, read_project
from condasync.build.source_tree import SourceTree, read_tree
from condasync.build.wheel_build import BuildPlan, build_wheel
from condasync.build.wheel_file import WheelFile, read_wheel
from condasync.errors import BuildError
from condasync.model.package import LocalPackage, PipPackage

INCLUDED = "--include-module"
"""The place that a package names which was taken along on request."""

Fetch: TypeAlias = Callable[[PipPackage], Path]
"""Gives the sources (a folder or an archive) or the wheel of a package that came from a URL; raises BuildError."""

Unpack: TypeAlias = Callable[[Path, Path], Path]
"""Unpacks an archive into a new folder and gives the folder of the sources; raises BuildError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Hold what a wheel came from; `tree` is None for a wheel that was there already."""

    wheel: WheelFile
    tree: SourceTree | None
    digest: str
    stated_version: bool = True
    added: tuple[UndeclaredRequirement, ...] = ()


def wheel_of(
    package: LocalPackage | PipPackage,
    plan: BuildPlan,
    *,
    fetch: Fetch,
    unpack: Unpack,
    add_undeclared: bool,
    tell: Callable[[str], None],
) -> Source:
    """Return the wheel of a project, built when it must be. Raises BuildError."""
    path = Path(package.path) if isinstance(package, LocalPackage) else fetch(package)
    if path.name.endswith(".whl") and path.is_file():
        wheel = read_wheel(path)
        return Source(wheel=wheel, tree=None, digest=wheel.sha256)
    if isinstance(package, LocalPackage) and package.where == INCLUDED and not is_project(path):
        return _loose(path, plan)
    if path.is_file():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path = _inner(unpack(path, plan.cache_dir / "unpacked" / digest), package)
    tree, project = read_tree(path), read_project(path)
    return _built(package, project, tree, plan, add_undeclared=add_undeclared, tell=tell)


def _inner(folder: Path, package: LocalPackage | PipPackage) -> Path:
    """Return the folder of an unpacked archive that holds the project: `#subdirectory=` may name one."""
    origin = package.direct_url if isinstance(package, PipPackage) else None
    if origin is None or origin.kind != "archive" or not origin.subdirectory:
        return folder
    inner = (folder / origin.subdirectory).resolve()
    if not inner.is_relative_to(folder.resolve()):
        raise BuildError(f"{package.name}: {origin.subdirectory!r} leads out of its archive", reason="source-missing")
    return inner


def _loose(path: Path, plan: BuildPlan) -> Source:
    modules = read_loose(path)
    digest = modules.tree.digest()
    wheel = read_wheel(module_wheel(modules, plan.cache_dir / "loose-wheels" / digest))
    return Source(wheel=wheel, tree=modules.tree, digest=digest)


def _built(
    package: LocalPackage | PipPackage,
    project: Project,
    tree: SourceTree,
    plan: BuildPlan,
    *,
    add_undeclared: bool,
    tell: Callable[[str], None],
) -> Source:
    name, version = package.name, package.version
    added: tuple[UndeclaredRequirement, ...] = ()
    try:
        built = build_wheel(tree, plan, name=name, version=version, tell=tell)
    except BuildError as fault:
        if project.lacks_version and fault.reason == "build-failed" and "version" in fault.message:
            raise _without_version(project, fault) from fault
        added = build_requirements(project, tree).undeclared
        if not (added and add_undeclared and fault.reason == "build-failed"):
            raise _naming(fault, added) from fault
        more = replace(plan, requires=(*plan.requires, *(one.name for one in added)))
        built = build_wheel(tree, more, name=name, version=version, tell=tell)
    return Source(
        wheel=read_wheel(built),
        tree=tree,
        digest=tree.digest(),
        stated_version=project.version is not None,
        added=added,
    )


def _without_version(project: Project, fault: BuildError) -> BuildError:
    """Return the fault of a build that most backends refuse (PEP 621)."""
    facts = {key: value for key, value in fault.facts.items() if key not in {"reason", "last_lines"}}
    return BuildError(
        f"{project.root / 'pyproject.toml'}: [project] states no version, and the build makes none",
        reason="no-version",
        hints=("write `version` there, or name it under `dynamic` where the build backend makes it", *fault.hints),
        **facts,
    )


def _naming(fault: BuildError, undeclared: tuple[UndeclaredRequirement, ...]) -> BuildError:
    """Return the fault of a build with what the project does not declare."""
    if not undeclared:
        return fault
    facts = {key: value for key, value in fault.facts.items() if key != "reason"}
    return BuildError(
        f"{fault.message}; {undeclared_words(undeclared)}",
        reason=fault.reason,
        hints=("--add-build-requires tries again with them", *fault.hints),
        **facts,
        undeclared=tuple(one.name for one in undeclared),
    )
