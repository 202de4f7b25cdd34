"""Findings about captured projects whose build needs what they do not declare."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from condasync.build.build_requirements import build_requirements, undeclared_words
from condasync.build.project import Project, is_project, read_project
from condasync.build.source_tree import read_tree
from condasync.errors import BuildError
from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, LocalPackage, PipPackage, SystemPackage
from condasync.model.translation import Built, Outcome, Unmapped

_TO_BUILD = frozenset({"no-wheel", "direct-url"})


def to_be_built(outcomes: Iterable[Outcome]) -> tuple[CapturedPackage, ...]:
    """Return the packages that conda does not have and that no wheel stands for: somebody has to build them."""
    return tuple(
        one.package
        for one in outcomes
        if not isinstance(one.package, SystemPackage)
        and (
            isinstance(one.package, LocalPackage)
            or isinstance(one, Built)
            or (isinstance(one, Unmapped) and one.reason.code in _TO_BUILD)
        )
    )


def undeclared_findings(
    packages: Iterable[object], *, sources: Callable[[PipPackage], Path | None] = lambda _: None
) -> tuple[Finding, ...]:
    """Return a finding for each package whose build imports what it does not declare; nothing is run.

    `sources` gives the unpacked sources of what is no local project, None for what has none.
    """
    return tuple(found for package in packages if (found := _undeclared(package, sources)) is not None)


def _undeclared(package: object, sources: Callable[[PipPackage], Path | None]) -> Finding | None:
    match package:
        case LocalPackage(path=path):
            root = Path(path)
        case PipPackage() if (found := sources(package)) is not None:
            root = found
        case _:
            return None
    if not is_project(root):
        return None
    try:
        project = read_project(root)
        words = undeclared_words(build_requirements(project, read_tree(root)).undeclared)
    except BuildError:
        return None  # an export tells what is wrong with the sources
    if not words:
        return None
    release = f"{package.name}=={package.version}" if package.version else package.name
    built_here = not isinstance(package, PipPackage) or package.direct_url is not None or _has_url(package)
    cure = "export --add-build-requires builds it with them" if built_here else f"recipe {release} writes them down"
    return Finding(
        code="undeclared-build-requirement",
        severity="warning",
        text=f"{_name(package, project)}: {words}; condasync {cure}",
        package=package.name,
        where=package.path if isinstance(package, LocalPackage) else None,
    )


def _name(package: LocalPackage | PipPackage, project: Project) -> str:
    """Return the project's own name where a file lists only its folder."""
    return project.name or package.name if isinstance(package, LocalPackage) else package.name


def _has_url(package: PipPackage) -> bool:
    return any(line.url for line in package.requirements)
