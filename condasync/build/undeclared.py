"""Findings about captured projects whose build needs what they do not declare."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from condasync.build.build_requirements import build_requirements, undeclared_words
from condasync.build.project import is_project, read_project
from condasync.build.source_tree import read_tree
from condasync.errors import BuildError
from condasync.model.finding import Finding
from condasync.model.package import LocalPackage


def undeclared_findings(packages: Iterable[object]) -> tuple[Finding, ...]:
    """Return a finding for each local project whose build imports what it does not declare; nothing is run."""
    found: list[Finding] = []
    for package in packages:
        if not isinstance(package, LocalPackage) or not is_project(Path(package.path)):
            continue
        root = Path(package.path)
        try:
            words = undeclared_words(build_requirements(read_project(root), read_tree(root)).undeclared)
        except BuildError:
            continue  # an export tells what is wrong with the sources
        if words:
            text = f"{package.name}: {words}; export --add-build-requires builds it with them"
            found.append(
                Finding(
                    code="undeclared-build-requirement",
                    severity="warning",
                    text=text,
                    package=package.name,
                    where=package.path,
                )
            )
    return tuple(found)
