"""A captured environment as people read it."""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.text import Text

from condasync.convert.direct_url import reference_of
from condasync.model.environment import Environment
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage, manager_of
from condasync.report.summary import findings_lines, table


def capture_summary(environment: Environment) -> RenderableType:
    """Return the packages of an environment with where each came from, then the findings."""
    parts: list[RenderableType] = [Text(_headline(environment), style="bold")]
    rows = [
        (package.name, package.version or "-", manager_of(package), "yes" if package.requested else "", _from(package))
        for package in environment.packages
    ]
    if rows:
        parts.append(table("", ("package", "version", "manager", "requested", "from"), rows))
    return Group(*parts, *findings_lines(environment.findings))


def _headline(environment: Environment) -> str:
    managers = Counter(manager_of(package) for package in environment.packages)
    place = environment.prefix or ", ".join(one.path for one in environment.inputs)
    python = f"Python {environment.python}" if environment.python else "Python not stated"
    numbers = ", ".join(f"{number} by {manager}" for manager, number in sorted(managers.items())) or "no packages"
    return f"{environment.kind} {place}: {python}, {numbers}"


def _from(package: CapturedPackage) -> str:
    match package:
        case CondaPackage(where=str() as where):
            return where
        case CondaPackage():
            return " ".join(part for part in (package.channel, package.subdir, package.build) if part)
        case LocalPackage():
            return f"{'editable, ' if package.editable else ''}{package.path}"
        case PipPackage(direct_url=url) if url is not None:
            return reference_of(url)
        case PipPackage(distribution=installed) if installed is not None:
            return " ".join(part for part in (installed.installer, installed.origin) if part)
        case PipPackage():
            return ", ".join(line.where for line in package.requirements if line.where)
