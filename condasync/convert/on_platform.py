"""What an environment asks for on one platform, where selectors such as `# [osx]` in an environment.yml decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from condasync.convert.requirement import normalise
from condasync.model.environment import Environment, PlatformPackages
from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, manager_of

CODE = "selector-comment"
"""Of findings that tell of a selector."""

EXCLUDED = "excluded-by-selector"
"""The reason of an outcome on a platform that a selector excludes."""


def on_platform(environment: Environment, subdir: str) -> Environment:
    """Return the environment as one platform sees it."""
    for other in environment.by_platform:
        if other.platform == subdir:
            kept = [package for package in environment.packages if package not in other.left_out]
            return replace(environment, packages=_in_order((*kept, *other.added)), by_platform=())
    return replace(environment, by_platform=()) if environment.by_platform else environment


def not_on_platform(environment: Environment, subdir: str) -> tuple[CapturedPackage, ...]:
    """Return the packages that other platforms have and this one has not."""
    here = set(on_platform(environment, subdir).packages)
    every = (*environment.packages, *(package for other in environment.by_platform for package in other.added))
    return tuple(dict.fromkeys(package for package in _in_order(every) if package not in here))


def with_platforms(environment: Environment, others: Mapping[str, Environment]) -> Environment:
    """Return an environment that knows what it would be on other platforms."""
    found = []
    for platform, other in others.items():
        left_out = tuple(package for package in environment.packages if package not in other.packages)
        added = tuple(package for package in other.packages if package not in environment.packages)
        if left_out or added:
            found.append(PlatformPackages(platform=platform, left_out=left_out, added=added))
    return replace(environment, by_platform=tuple(found))


def findings_beside_outcomes(environment: Environment) -> tuple[Finding, ...]:
    """Return the findings of the capture; notes of selectors go where each excluded package has an outcome."""
    if not environment.by_platform:
        return environment.findings
    return tuple(one for one in environment.findings if one.code != CODE or one.severity != "note")


def _in_order(packages: tuple[CapturedPackage, ...]) -> tuple[CapturedPackage, ...]:
    return tuple(sorted(packages, key=lambda package: (manager_of(package), normalise(package.name))))
